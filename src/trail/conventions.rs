//! How a team marks its agents: `[trail]` in the settings.

/// What the settings say of agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    /// Names of role sessions that agents take, with `*`.
    pub agent_sessions: Vec<String>,
    /// Keys of session tags whose value names an agent.
    pub agent_tags: Vec<String>,
    /// Values of `app/` in user agents that agents or their hooks set, with `*`.
    pub agent_apps: Vec<String>,
    /// What agents may do.
    pub agents: Vec<Allowed>,
}

/// What one agent may do. An empty list allows all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The agent's name, with `*`.
    pub name: String,
    /// Services: `ssm`, `s3`.
    pub services: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
}

impl Default for Conventions {
    fn default() -> Self {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            agent_sessions: all(&["agent-*", "claude-code-*", "codex-*", "cursor-agent-*"]),
            agent_tags: all(&["agent", "agent-name", "agent-id", "*:agent"]),
            agent_apps: all(&["*toolu_*"]),
            agents: Vec::new(),
        }
    }
}

/// Whether a text meets a pattern; upper and lower case are equal.
pub fn meets(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

impl Conventions {
    /// Whether the name of a role's session says that an agent took it.
    pub fn is_agent_session(&self, name: &str) -> bool {
        self.agent_sessions.iter().any(|pattern| meets(pattern, name))
    }

    /// Whether the value of a tag names an agent; of several tags the one with the least number does it best.
    pub fn agent_tag(&self, key: &str) -> Option<usize> {
        self.agent_tags.iter().position(|pattern| meets(pattern, key))
    }

    /// Whether what a program set for its calls is an agent's.
    pub fn is_agent_app(&self, app: &str) -> bool {
        self.agent_apps.iter().any(|pattern| meets(pattern, app))
    }

    /// The services and Regions that an agent may not use: `iam`, `eu-west-1`.
    pub fn outside<'n>(
        &self,
        agent: &str,
        services: impl Iterator<Item = &'n str>,
        regions: impl Iterator<Item = &'n str>,
    ) -> Vec<String> {
        let rules: Vec<&Allowed> = self.agents.iter().filter(|one| meets(&one.name, agent)).collect();
        let short = |service: &'n str| service.split('.').next().unwrap_or(service);
        let is_out = |lists: &dyn Fn(&Allowed) -> &Vec<String>, name: &str| {
            rules
                .iter()
                .any(|one| !lists(one).is_empty() && !lists(one).iter().any(|allowed| meets(allowed, name)))
        };
        let services = services.map(short).filter(|name| is_out(&|one| &one.services, name));
        let regions = regions.filter(|name| is_out(&|one| &one.regions, name));
        services.chain(regions).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_stars() {
        for (pattern, text, expected) in [
            ("agent-*", "Agent-7", true),
            ("*:agent", "vouch:Agent", true),
            ("*toolu_*", "cc-1-toolu_01", true),
            ("a*b*c", "axbxxc", true),
            ("a*b*c", "axcxb", false),
            ("agent", "agents", false),
            ("*", "", true),
        ] {
            assert_eq!(meets(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_outside() {
        let allowed = Allowed { name: "Claude*".into(), services: vec!["ssm".into()], regions: Vec::new() };
        let conventions = Conventions { agents: vec![allowed], ..Conventions::default() };
        let outside = |agent| {
            conventions.outside(
                agent,
                ["ssm.amazonaws.com", "iam.amazonaws.com"].into_iter(),
                ["eu-west-1"].into_iter(),
            )
        };
        assert_eq!(outside("Claude Code"), ["iam"]);
        assert!(outside("Codex").is_empty());
    }
}
