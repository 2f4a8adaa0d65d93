//! Which roles agents assume: named by the team, or guessed by name, tag or description.

use super::{Kind, Subject};
use crate::account::Thresholds;
use crate::account::details::Principal;
use crate::account::policy::glob::covers;
use crate::account::policy::trust::Who;

/// By what a role is taken for an agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// The team's settings name it.
    Settings,
    /// A tag says so.
    Tag,
    /// Its name looks like it.
    Name,
    /// Its description looks like it.
    Description,
}

impl Agent {
    /// The word that rules use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Tag => "tag",
            Self::Name => "name",
            Self::Description => "description",
        }
    }
}

/// Roles that only services may assume have no session that anybody could name; Identity Center names its own.
pub(super) fn of(subject: &Subject, role: &Principal, thresholds: &Thresholds) -> Option<Agent> {
    if subject.kind != Kind::Role {
        return None;
    }
    if subject.trusted.iter().all(|one| matches!(one.who, Who::Service(_))) {
        return None;
    }
    let fits = |text: &str| thresholds.agent_roles.iter().any(|pattern| covers(pattern, text));
    if fits(&role.name) {
        return Some(if thresholds.agent_roles_named { Agent::Settings } else { Agent::Name });
    }
    let word = |text: &str| is_agent_word(text);
    if role.tags.iter().any(|(key, value)| word(key) && !is_no(value) || word(value)) {
        return Some(Agent::Tag);
    }
    // A team that names its roles means these and no others.
    let described = role.description.split(|letter: char| !letter.is_alphanumeric()).any(is_agent_word);
    (described && !thresholds.agent_roles_named).then_some(Agent::Description)
}

fn is_agent_word(text: &str) -> bool {
    let last = text.rsplit([':', '/']).next().unwrap_or(text);
    ["agent", "agents", "ai-agent", "claude", "codex", "copilot"]
        .iter()
        .any(|word| last.eq_ignore_ascii_case(word))
}

fn is_no(value: &str) -> bool {
    ["false", "no", "none", "0"].iter().any(|word| value.eq_ignore_ascii_case(word))
}
