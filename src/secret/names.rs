//! Names that say that they hold a secret (a first version).
use crate::finding::Confidence;
/// Verdict.
pub struct NameVerdict {
    /// How sure.
    pub confidence: Confidence,
}
/// Whether a name says that it holds a secret.
pub fn says_secret(name: &str) -> Option<NameVerdict> {
    let lower = name.to_ascii_lowercase();
    let bad = ["_name", "_arn", "_id", "_path", "_file", "public_key", "_length"];
    if bad.iter().any(|word| lower.ends_with(word)) { return None; }
    ["password", "secret", "token", "api_key", "private_key", "passwd"].iter().any(|word| lower.contains(word)).then_some(NameVerdict { confidence: Confidence::Medium })
}
