//! How tokens look: the table in `rules/tokens.toml` (the gitleaks dialect), found in any text.
//!
//! One Aho-Corasick pass finds the keywords of all rules. Only around a keyword a rule's expression
//! runs, in a window of bounded size, so that a text of one 100 MB line costs no more than the
//! same bytes in many lines. What matched is then held against entropy, allow-lists, placeholders and the
//! token's own checksum or structure.

mod allow;
mod checksum;
mod dialect;
mod file;
mod load;
mod pattern;
mod pem;
mod scan;
mod structure;

#[cfg(test)]
pub(in crate::secret) mod samples;
/// The name before a value: `DB_PASSWORD` of `export DB_PASSWORD="...`.
pub fn name_before(text: &str, at: usize) -> &str {
    let from = at.saturating_sub(128);
    let before = text.get(text.floor_char_boundary(from)..at).unwrap_or_default();
    let before = before.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let part = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
    let start = before.rfind(|letter| !part(letter)).map_or(0, |at| at + 1);
    before.get(start..).filter(|name| !name.is_empty()).unwrap_or("secret")
}

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use regex::Regex;

use crate::source::Span;
use allow::AllowList;
pub use checksum::account_of_access_key_id;
use pattern::Pattern;
pub(in crate::secret) use scan::{ceiling, floor};
use structure::Check;

/// One rule: how one kind of token looks.
#[derive(Debug)]
pub struct TokenRule {
    /// Its id in the table: `github-token`.
    pub id: Arc<str>,
    /// What it finds, in a few words.
    pub description: Arc<str>,
    /// Words for filters. `generic` marks a rule that knows no vendor.
    pub tags: Vec<String>,
    regex: Pattern,
    /// The group that holds the secret; 0: the first one that took part, or the whole match.
    secret_group: usize,
    entropy: f64,
    path: Option<Regex>,
    allow: Vec<AllowList>,
    check: Check,
    /// Bytes around a keyword in which the token must stand.
    reach: usize,
    has_keywords: bool,
}

impl TokenRule {
    /// Whether it knows no vendor, only a name and a value that looks drawn.
    pub fn is_generic(&self) -> bool {
        self.tags.iter().any(|tag| tag == "generic")
    }
}

/// A token in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenMatch {
    /// The rule's id.
    pub rule: Arc<str>,
    /// What it is, in a few words.
    pub description: Arc<str>,
    /// The bytes of the secret only.
    pub range: Range<usize>,
    /// Its checksum or its inner structure was verified: it was issued, not made up.
    pub verified: bool,
    /// A value that the vendor prints in its documentation.
    pub documentation: bool,
    /// Found by a rule that knows no vendor.
    pub generic: bool,
    /// Why it is not reported, where a team's allow-list lets it pass.
    pub allowed: Option<Arc<str>>,
}

/// A token that a team's allow-list lets pass: it is told as silenced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Where it stands.
    pub at: Span,
    /// What the secret is called there.
    pub name: String,
    /// Why, in the words of the list.
    pub reason: Arc<str>,
}

/// A part of a user's table that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Which and why, in one line.
    pub reason: String,
    /// Whether it would have found secrets. A rule without an expression names files, not secrets.
    pub hides_findings: bool,
}

/// The rules, ready to search. Built once, shared between threads.
#[derive(Debug, Default)]
pub struct TokenTable {
    rules: Vec<TokenRule>,
    /// All keywords of all rules, each once.
    keywords: Option<AhoCorasick>,
    /// Keyword number to rule numbers.
    by_keyword: Vec<Vec<u32>>,
    has_rules_without_keywords: bool,
    /// Allow-lists for all rules.
    allow: Vec<AllowList>,
    /// Whether a team's file switched our rules off.
    is_without_ours: bool,
    warnings: Vec<String>,
    unusable: Vec<Unusable>,
}

static EMBEDDED: LazyLock<Arc<TokenTable>> = LazyLock::new(|| {
    // The text is part of the program and a test reads it; should it fail nevertheless, the table says so.
    let table = load::load(include_str!("../../../rules/tokens.toml"), "tokens.toml", None);
    Arc::new(
        table.unwrap_or_else(|error| TokenTable { warnings: vec![error.message], ..TokenTable::default() }),
    )
});

impl TokenTable {
    /// Our own table. Compiled on first use, then shared.
    pub fn embedded() -> Arc<Self> {
        Arc::clone(&EMBEDDED)
    }

    /// A user's table (`.gitleaks.toml`); `name` is the file's name for messages. Our rules stay unless it says
    /// `[extend] useDefault = false`, and a rule of the same id changes ours. A rule that can't be used is told by
    /// [`TokenTable::unusable`].
    ///
    /// # Errors
    ///
    /// Text that is no TOML, or not of this form, or that says nothing of tokens.
    pub fn parse(text: &str, name: &str) -> Result<Self, crate::error::Error> {
        load::load(text, name, Some(include_str!("../../../rules/tokens.toml")))
    }

    /// The rules, most specific first: of two that find overlapping secrets, the earlier one wins.
    pub fn rules(&self) -> &[TokenRule] {
        &self.rules
    }

    /// Whether the user's table switched ours off.
    pub fn is_without_ours(&self) -> bool {
        self.is_without_ours
    }

    /// Rules of the user's table that are not used.
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// What else there is to say of the user's table, one line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// All tokens in a text, by place, none overlapping. `path` is the path as reported, for
    /// allow-lists and rules that look at it; it can be empty.
    pub fn find(&self, text: &str, path: &str) -> Vec<TokenMatch> {
        let mut found = scan::find(self, text, path);
        found.retain(|one| one.allowed.is_none());
        found
    }

    /// The same with those that a team's allow-list lets pass.
    pub fn find_with_allowed(&self, text: &str, path: &str) -> Vec<TokenMatch> {
        scan::find(self, text, path)
    }
}
