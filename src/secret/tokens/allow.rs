//! Allow-lists: what a rule finds and shall not report.

use std::sync::Arc;

use regex::Regex;

use super::{dialect, file};

/// What an allow-list's expressions are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Secret,
    Match,
    Line,
}

/// One allow-list, of a rule or of the whole table.
#[derive(Debug)]
pub(super) struct AllowList {
    all: bool,
    target: Target,
    regexes: Vec<Regex>,
    stopwords: Vec<String>,
    paths: Vec<Regex>,
    /// Rules that it speaks of; empty: all.
    rules: Vec<String>,
    /// Why, where it is a team's: its description, or what it looks at. What it lets pass is told.
    told: Option<Arc<str>>,
}

/// A match, as far as allow-lists look at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'t> {
    pub(super) rule: &'t str,
    pub(super) secret: &'t str,
    pub(super) whole: &'t str,
    pub(super) line: &'t str,
    pub(super) path: &'t str,
}

impl AllowList {
    /// Compiles it. What can't be used is told through `warn`.
    pub(super) fn new(allow: file::Allow, mut warn: impl FnMut(String)) -> Self {
        let target = match allow.regex_target.as_deref() {
            None | Some("secret" | "") => Target::Secret,
            Some("match") => Target::Match,
            Some("line") => Target::Line,
            Some(other) => {
                warn(format!("allow-list has an unknown regexTarget `{other}`; `secret` is used"));
                Target::Secret
            }
        };
        let mut compile = |texts: Vec<String>| {
            let mut compiled = Vec::with_capacity(texts.len());
            for text in texts {
                match Regex::new(&dialect::from_go(&text)) {
                    Ok(regex) => compiled.push(regex),
                    Err(_) => warn("allow-list has an invalid expression, which allows nothing".into()),
                }
            }
            compiled
        };
        let told = allow.is_teams.then(|| reason(&allow).into());
        let (regexes, paths) = (compile(allow.regexes), compile(allow.paths));
        if !allow.commits.is_empty() {
            warn("allow-list names commits, which have no effect: Git history is not read".into());
        }
        let all = allow.condition.as_deref().is_some_and(|word| matches!(word, "AND" | "and" | "&&"));
        let stopwords = allow.stopwords.iter().map(|word| word.to_lowercase()).collect();
        let mut list = Self { all, target, regexes, stopwords, paths, rules: allow.target_rules, told };
        if all && !allow.commits.is_empty() {
            // One of its conditions is never met here: without it the others would allow more than was said.
            (list.regexes, list.stopwords, list.paths) = (Vec::new(), Vec::new(), Vec::new());
        }
        list
    }

    /// Why it lets something pass, where that is to be said: in a team's list.
    pub(super) fn told(&self) -> Option<&Arc<str>> {
        self.told.as_ref()
    }

    /// Whether the match shall not be reported.
    pub(super) fn allows(&self, found: Found<'_>) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|rule| rule == found.rule) {
            return false;
        }
        let target = match self.target {
            Target::Secret => found.secret,
            Target::Match => found.whole,
            Target::Line => found.line,
        };
        let by_path = || self.paths.iter().any(|path| path.is_match(found.path));
        let by_regex = || self.regexes.iter().any(|regex| regex.is_match(target));
        let by_word = || {
            let secret = found.secret.to_lowercase();
            self.stopwords.iter().any(|word| secret.contains(word))
        };
        let said = [!self.paths.is_empty(), !self.regexes.is_empty(), !self.stopwords.is_empty()];
        let checks: [&dyn Fn() -> bool; 3] = [&by_path, &by_regex, &by_word];
        let mut given = said.iter().zip(checks).filter(|(said, _)| **said).map(|(_, check)| check).peekable();
        if given.peek().is_none() {
            return false;
        }
        if self.all { given.all(|check| check()) } else { given.any(|check| check()) }
    }
}

/// In the words of its author, or what it looks at.
fn reason(allow: &file::Allow) -> String {
    let words = allow.description.as_deref().unwrap_or_default().trim();
    if !words.is_empty() {
        return words.to_owned();
    }
    let kinds = [
        (!allow.paths.is_empty(), "paths"),
        (!allow.regexes.is_empty(), "regexes"),
        (!allow.stopwords.is_empty(), "stopwords"),
    ];
    let kinds: Vec<&str> = kinds.into_iter().filter(|(given, _)| *given).map(|(_, kind)| kind).collect();
    format!("an allow-list of {}", kinds.join(" and "))
}
