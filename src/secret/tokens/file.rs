//! The wire form of a token table: gitleaks' TOML dialect, with two words of our own.

use serde::Deserialize;

use crate::nearest::did_you_mean;

/// Words that we do not know are told and left alone: gitleaks adds some from time to time.
#[derive(Debug, Default, Deserialize)]
pub(super) struct File {
    #[serde(default)]
    pub(super) extend: Extend,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
    #[serde(default)]
    pub(super) allowlists: Vec<Allow>,
    pub(super) allowlist: Option<Allow>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Extend {
    /// Our table is the default; a team's file adds to it unless it says `false`.
    #[serde(rename = "useDefault")]
    pub(super) use_default: Option<bool>,
    pub(super) path: Option<String>,
    pub(super) url: Option<String>,
    #[serde(default, rename = "disabledRules")]
    pub(super) disabled_rules: Vec<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Rule {
    #[serde(default)]
    pub(super) id: String,
    pub(super) description: Option<String>,
    pub(super) regex: Option<String>,
    #[serde(rename = "secretGroup")]
    pub(super) secret_group: Option<usize>,
    pub(super) entropy: Option<f64>,
    #[serde(default)]
    pub(super) keywords: Vec<String>,
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) allowlists: Vec<Allow>,
    pub(super) allowlist: Option<Allow>,
    /// Ours: what is verified about the token, see `structure`.
    pub(super) check: Option<String>,
    /// Ours: bytes around a keyword in which the token stands.
    pub(super) reach: Option<usize>,
}

#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Allow {
    pub(super) description: Option<String>,
    pub(super) condition: Option<String>,
    #[serde(default)]
    pub(super) regexes: Vec<String>,
    #[serde(default)]
    pub(super) stopwords: Vec<String>,
    #[serde(default)]
    pub(super) paths: Vec<String>,
    #[serde(default)]
    pub(super) commits: Vec<String>,
    #[serde(rename = "regexTarget")]
    pub(super) regex_target: Option<String>,
    #[serde(default, rename = "targetRules")]
    pub(super) target_rules: Vec<String>,
    /// Whether it stands in a team's file: what such a list lets pass is told.
    #[serde(skip)]
    pub(super) is_teams: bool,
}

impl File {
    /// The words at its top that are known: gitleaks' own.
    const KEYS: &[&str] =
        &["title", "description", "version", "minVersion", "extend", "rules", "allowlist", "allowlists"];

    /// Those that are not, each with what may have been meant.
    pub(super) fn unknown_keys(text: &str) -> Vec<String> {
        let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
        let unknown = table.keys().filter(|key| !Self::KEYS.contains(&key.as_str()));
        unknown.map(|key| format!("`{key}`{}", did_you_mean(key, Self::KEYS.iter().copied()))).collect()
    }

    /// Whether it says anything that a search for tokens follows.
    pub(super) fn says_something(&self) -> bool {
        !self.rules.is_empty()
            || !self.allowlists.is_empty()
            || self.allowlist.is_some()
            || !self.extend.disabled_rules.is_empty()
            || self.extend.path.is_some()
            || self.extend.url.is_some()
    }

    /// Marks its allow-lists as a team's.
    pub(super) fn mark_as_teams(&mut self) {
        let of_rules =
            self.rules.iter_mut().flat_map(|rule| rule.allowlists.iter_mut().chain(&mut rule.allowlist));
        let own = self.allowlists.iter_mut().chain(&mut self.allowlist);
        of_rules.chain(own).for_each(|list| list.is_teams = true);
    }
}

impl Rule {
    /// The rule with what `other`, of the same id, says otherwise.
    pub(super) fn changed_by(mut self, other: Self) -> Self {
        self.description = other.description.or(self.description);
        if other.regex.is_some() {
            // A new expression finds something else: what we verified of the old one does not hold.
            (self.regex, self.secret_group, self.check) = (other.regex, other.secret_group, other.check);
        } else {
            self.secret_group = other.secret_group.or(self.secret_group);
        }
        self.entropy = other.entropy.or(self.entropy);
        self.path = other.path.or(self.path);
        self.reach = other.reach.or(self.reach);
        self.keywords.extend(other.keywords);
        self.tags.extend(other.tags);
        self.allowlists.extend(other.allowlists);
        self.allowlists.extend(other.allowlist);
        self
    }
}
