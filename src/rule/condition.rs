//! Conditions: how the searches of a rule are joined.
//!
//! Grammar and precedence follow the Sigma rules specification 2.0, section "Condition": brackets,
//! then `x of`, then `not`, then `and`, then `or`.

use std::sync::Arc;

use crate::nearest::did_you_mean;

use super::problem::shown;

/// Deepest nesting of brackets and `not`s.
const MOST_LEVELS: usize = 64;
/// Longest condition in bytes.
const MOST_BYTES: usize = 16 << 10;

/// A condition; numbers are indexes of searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Search(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    AtLeast(usize, Vec<usize>),
}

/// What is wrong with a condition, `offset` characters from its start.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) offset: usize,
    pub(super) message: String,
    /// Whether it was sound in older Sigma, and only this version can't run it.
    pub(super) unsupported: bool,
}

/// Reads a condition over the searches `names`; those that it names are marked in `used`.
pub(super) fn parse(text: &str, names: &[Arc<str>], used: &mut [bool]) -> Result<Condition, Wrong> {
    if text.len() > MOST_BYTES {
        let message = format!("the condition is longer than {} KiB", MOST_BYTES >> 10);
        return Err(Wrong { offset: 0, message, unsupported: false });
    }
    let words = words(text);
    if let Some((offset, _)) = words.iter().find(|(_, word)| word.contains('|')) {
        let message = "aggregations after `|` are not part of Sigma 2: write a correlation rule".to_owned();
        return Err(Wrong { offset: *offset, message, unsupported: true });
    }
    let mut reader = Reader { words, next: 0, end: text.chars().count(), names, used };
    let condition = reader.any(0)?;
    match reader.peek() {
        None => Ok(condition),
        Some(")") => Err(reader.wrong("this `)` has no `(` before it")),
        Some(word) => {
            let message = format!("expected `and`, `or` or the end, found `{}`", shown(word));
            Err(reader.wrong(message))
        }
    }
}

/// The words with their offsets in characters; brackets are words.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (offset, c) in text.chars().enumerate() {
        let bracket = matches!(c, '(' | ')');
        if c.is_whitespace() || bracket {
            inside = false;
            if bracket {
                words.push((offset, c.to_string()));
            }
        } else if let (true, Some((_, word))) = (inside, words.last_mut()) {
            word.push(c);
        } else {
            words.push((offset, c.to_string()));
            inside = true;
        }
    }
    words
}

struct Reader<'n> {
    words: Vec<(usize, String)>,
    next: usize,
    end: usize,
    names: &'n [Arc<str>],
    used: &'n mut [bool],
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.next).map(|(_, word)| word.as_str())
    }

    /// Takes the next word if it is this one, in upper or lower case.
    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.next += usize::from(is);
        is
    }

    /// A mistake at the next word.
    fn wrong(&self, message: impl Into<String>) -> Wrong {
        let offset = self.words.get(self.next).map_or(self.end, |(offset, _)| *offset);
        Wrong { offset, message: message.into(), unsupported: false }
    }

    fn any(&mut self, level: usize) -> Result<Condition, Wrong> {
        let mut parts = vec![self.all(level)?];
        while self.take("or") {
            parts.push(self.all(level)?);
        }
        Ok(single(parts, Condition::Any))
    }

    fn all(&mut self, level: usize) -> Result<Condition, Wrong> {
        let mut parts = vec![self.not(level)?];
        while self.take("and") {
            parts.push(self.not(level)?);
        }
        Ok(single(parts, Condition::All))
    }

    fn not(&mut self, level: usize) -> Result<Condition, Wrong> {
        if level > MOST_LEVELS {
            return Err(self.wrong(format!("more than {MOST_LEVELS} brackets or `not`s inside one another")));
        }
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.not(level + 1)?)));
        }
        if self.take("(") {
            let inner = self.any(level + 1)?;
            if !self.take(")") {
                return Err(self.wrong("a `)` is missing here"));
            }
            return Ok(inner);
        }
        self.search()
    }

    fn search(&mut self) -> Result<Condition, Wrong> {
        let Some(word) = self.peek().map(str::to_owned) else {
            return Err(self.wrong("the name of a search is missing here"));
        };
        let of = self.words.get(self.next + 1).is_some_and(|(_, next)| next.eq_ignore_ascii_case("of"));
        if of {
            return self.quantity(&word);
        }
        if ["and", "or", "of", ")"].iter().any(|other| word.eq_ignore_ascii_case(other)) {
            return Err(self.wrong(format!("expected the name of a search, found `{word}`")));
        }
        let Some(index) = self.names.iter().position(|name| **name == *word) else {
            return Err(self.unknown(&word));
        };
        self.next += 1;
        self.mark(index);
        Ok(Condition::Search(index))
    }

    fn unknown(&self, word: &str) -> Wrong {
        let word_shown = shown(word);
        if word.contains('*') {
            return self.wrong(format!("`{word_shown}` needs `1 of` or `all of` before it"));
        }
        let near = did_you_mean(word, self.names.iter().map(|name| &**name));
        self.wrong(format!("no search is named `{word_shown}`{near}"))
    }

    /// `1 of selection*`, `all of them`.
    fn quantity(&mut self, count: &str) -> Result<Condition, Wrong> {
        let all = count.eq_ignore_ascii_case("all");
        let least = if count.eq_ignore_ascii_case("any") { Some(1) } else { count.parse::<usize>().ok() };
        if !all && least.is_none_or(|least| least == 0) {
            let count = shown(count);
            return Err(self.wrong(format!("expected a number from 1 or `all` before `of`, found `{count}`")));
        }
        self.next += 2;
        let Some(pattern) = self.peek().map(str::to_owned) else {
            return Err(self.wrong("`of` needs `them` or a pattern such as `selection*` after it"));
        };
        let found = self.matching(&pattern);
        if found.is_empty() {
            return Err(self.wrong(format!("no search is named like `{}`", shown(&pattern))));
        }
        let least = least.unwrap_or(found.len());
        if least > found.len() {
            let message = format!("only {} searches are meant by `{}`", found.len(), shown(&pattern));
            return Err(self.wrong(message));
        }
        self.next += 1;
        for index in &found {
            self.mark(*index);
        }
        Ok(Condition::AtLeast(least, found))
    }

    fn matching(&self, pattern: &str) -> Vec<usize> {
        let them = pattern.eq_ignore_ascii_case("them");
        let names = self.names.iter().enumerate();
        let found =
            names.filter(|(_, name)| if them { !name.starts_with('_') } else { is_like(name, pattern) });
        found.map(|(index, _)| index).collect()
    }

    fn mark(&mut self, index: usize) {
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
    }
}

fn single(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            join(parts)
        }
        (_, None) => join(parts),
    }
}

/// Whether a name fits a pattern with `*` in it.
fn is_like(name: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some(at) = name.find(part) else { return false };
        name = name.get(at + part.len()..).unwrap_or_default();
    }
    name.ends_with(end)
}
