//! What counts as old, and whom a team calls an agent: `[account]` of `secretrail.toml`.

/// Days, hours and names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// A key that is older must be rotated.
    pub key_rotation_days: i64,
    /// A key or a password that was not used for so long is unused.
    pub unused_days: i64,
    /// Root that was used since is in use. CloudTrail's event history goes back as far: who it was can be looked up.
    pub root_used_days: i64,
    /// An older credential report is stale. AWS makes a new one every four hours at most.
    pub report_age_hours: i64,
    /// Patterns of names of roles that agents assume.
    pub agent_roles: Vec<String>,
    /// Whether the team named them itself.
    pub agent_roles_named: bool,
}

/// Names that agents' roles have where nobody says so.
const AGENT_ROLES: &[&str] = &[
    "*agent*",
    "*claude*",
    "*codex*",
    "*copilot*",
    "*cursor*",
    "*devin*",
    "*gemini*",
    "*kiro*",
    "*llm*",
    "*mcp*",
    "*opencode*",
];

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            key_rotation_days: 90,
            unused_days: 45,
            root_used_days: 90,
            report_age_hours: 4,
            agent_roles: AGENT_ROLES.iter().map(|name| (*name).to_owned()).collect(),
            agent_roles_named: false,
        }
    }
}
