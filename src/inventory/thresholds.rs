//! What a team expects of its keys: `[inventory]` of `secretrail.toml`.

/// Days, names and demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// A key that is older must be rotated.
    pub max_age_days: i64,
    /// Beginnings of names, as `/paperclip-app`: parameters below them must be listed. Empty: those of the rows.
    pub projects: Vec<String>,
    /// Keys that are needed to reach the others: they live in GitHub Actions only.
    pub bootstrap: Vec<String>,
    /// Whether each key must be encrypted with a key of the customer's own.
    pub require_customer_key: bool,
    /// A rotation that is practised should take no longer.
    pub drill_seconds: i64,
    /// How old the last practice may be.
    pub drill_days: i64,
}

/// What is needed to reach AWS and the repositories.
const BOOTSTRAP: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "GH_PAT"];

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            max_age_days: 90,
            projects: Vec::new(),
            bootstrap: BOOTSTRAP.iter().map(|name| (*name).to_owned()).collect(),
            require_customer_key: false,
            drill_seconds: 300,
            drill_days: 92,
        }
    }
}
