//! Texts that only stand for a secret (a first version).
/// Verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// A real text.
    No,
    /// A documented example.
    Documentation,
    /// Stands for a secret.
    Yes,
}
/// Whether a text only stands for a secret.
pub fn is_placeholder(text: &str) -> Placeholder {
    if text.len() < 4 || text.contains("changeme") { Placeholder::Yes } else { Placeholder::No }
}
