//! Finds where keys are named, and tells a copy of a value from a mere reference.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind, packed};

use super::assigned::{Told, told};
use super::place::{Form, Place};
use crate::finding::Confidence;

/// So many names are looked for by the fastest automaton, which is large.
const FEW: usize = 1_000;
/// Copies told of one file.
const MOST_COPIES: usize = 1_000;
/// So much of a line is looked at on each side of a name: some files are one line.
const AROUND: usize = 4 * 1024;

/// A key that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `ANTHROPIC_API_KEY`.
    pub name: String,
    /// Its name in its store: `/paperclip-app/anthropic/api-key`.
    pub path: Option<String>,
    /// Whether that is a parameter of Parameter Store.
    pub is_parameter: bool,
    /// Its home in words: `SSM /paperclip-app/anthropic/api-key`.
    pub home: String,
}

/// A name of a key in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The key's place in the list.
    pub key: usize,
    /// The name's bytes.
    pub at: Range<usize>,
    /// A copy with how sure that is, or a reference with how many more lines of the file have one.
    pub what: What,
}

/// What a mention is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A value stands beside it.
    Copy(Confidence),
    /// It is read here, or handed over by name.
    Reference {
        /// Further lines of the file with the same.
        more: usize,
    },
}

/// All names, ready to be found.
#[derive(Debug)]
pub struct Names {
    finder: Option<AhoCorasick>,
    /// Tells fast that no name is there, where the machine can and the names are few.
    quick: Option<packed::Searcher>,
    /// For each pattern the key, and whether it is a path.
    patterns: Vec<(usize, bool)>,
}

impl Names {
    /// The names of keys, in capitals and in small letters as Terraform has them, and their paths.
    pub fn new(keys: &[Key]) -> Self {
        let (mut texts, mut patterns) = (Vec::new(), Vec::new());
        for (number, key) in keys.iter().enumerate() {
            for name in [key.name.clone(), key.name.to_ascii_uppercase(), key.name.to_ascii_lowercase()] {
                if name.len() >= 3 && !texts.contains(&name) {
                    texts.push(name);
                    patterns.push((number, false));
                }
            }
            if let Some(path) = key.path.as_ref().filter(|path| path.len() >= 3 && !texts.contains(path)) {
                texts.push(path.clone());
                patterns.push((number, true));
            }
        }
        let kind = (texts.len() <= FEW).then_some(AhoCorasickKind::DFA);
        let finder =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(kind).build(&texts).ok();
        let quick = packed::Config::new().builder().extend(&texts).build();
        Self { finder: finder.filter(|_| !texts.is_empty()), quick, patterns }
    }

    /// Whether any name stands in it: then it is worth being read as text.
    pub fn any(&self, bytes: &[u8]) -> bool {
        match &self.quick {
            Some(quick) => quick.find(bytes).is_some(),
            None => self.finder.as_ref().is_some_and(|finder| finder.find(bytes).is_some()),
        }
    }

    /// The mentions in a text: each copy, and of references of one key the first. The flag is true where there are
    /// more copies.
    pub fn find(&self, text: &str, path: &str, place: Place) -> (Vec<Mention>, bool) {
        let Some(finder) = &self.finder else { return (Vec::new(), false) };
        let mut all: Vec<Mention> = Vec::new();
        let mut copies = 0;
        // Where each key was seen last.
        let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
        for found in finder.find_iter(text) {
            let Some((key, is_path)) = self.patterns.get(found.pattern().as_usize()).copied() else {
                continue;
            };
            if !stands_alone(text, &found.range(), is_path) {
                continue;
            }
            let what = match told(text, line_around(text, &found.range()), found.range(), place) {
                Told::Copy(strewn) => What::Copy(sure(path, place, strewn)),
                Told::Reference => What::Reference { more: 0 },
                Told::Nothing => continue,
            };
            if matches!(what, What::Copy(_)) {
                copies += 1;
                if copies > MOST_COPIES {
                    return (all, true);
                }
            }
            let between =
                seen.insert(key, found.end()).map(|last| text.get(last..found.start()).unwrap_or_default());
            let same_line = between.is_some_and(|between| !between.contains('\n'));
            add(&mut all, Mention { key, at: found.range(), what }, same_line);
        }
        (all, false)
    }
}

/// Adds a mention. Of one line and key a copy says all; references are counted at the first.
fn add(all: &mut Vec<Mention>, one: Mention, same_line: bool) {
    let is_reference = matches!(one.what, What::Reference { .. });
    if same_line && is_reference {
        return;
    }
    let known =
        all.iter().position(|other| other.key == one.key && matches!(other.what, What::Reference { .. }));
    match known.and_then(|at| all.get_mut(at).map(|known| (at, known))) {
        Some((_, Mention { what: What::Reference { more }, .. })) if is_reference => *more += 1,
        // The first word of `export X; X=value` said less.
        Some((at, Mention { what: What::Reference { more: 0 }, .. })) if same_line => {
            all.remove(at);
            all.push(one);
        }
        Some((_, Mention { what: What::Reference { more }, .. })) if same_line => {
            *more -= 1;
            all.push(one);
        }
        _ => all.push(one),
    }
}

/// How sure a copy is one that is in use.
fn sure(path: &str, place: Place, strewn: bool) -> Confidence {
    let lower = path.to_ascii_lowercase();
    let parts = ["test", "tests", "fixtures", "testdata", "mock", "mocks", "examples", "__tests__", "spec"];
    let of_test = lower.split('/').any(|part| parts.contains(&part));
    match (Place::is_sample(path) || of_test, strewn && place.form != Form::Prose) {
        (true, _) => Confidence::Low,
        (false, true) => Confidence::High,
        (false, false) => Confidence::Medium,
    }
}

/// No part of a longer name. Terraform's `TF_VAR_` may stand before it.
fn stands_alone(text: &str, at: &Range<usize>, is_path: bool) -> bool {
    let before = text.get(..at.start).unwrap_or_default();
    let after = text.get(at.end..).unwrap_or_default().chars().next();
    let last = before.chars().next_back();
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    if is_path {
        let more = |letter: char| part(letter) || "-./".contains(letter);
        // A dot may end a sentence.
        return !last.is_some_and(more) && !after.is_some_and(|letter| more(letter) && letter != '.')
            || before.ends_with(":parameter") && !after.is_some_and(more);
    }
    let joined = last.is_some_and(part) && !before.ends_with("TF_VAR_");
    !joined && !after.is_some_and(part)
}

/// The line that a range is in, as far as it is looked at.
fn line_around(text: &str, at: &Range<usize>) -> Range<usize> {
    let from = floor(text, at.start.saturating_sub(AROUND));
    let to = floor(text, at.end.saturating_add(AROUND).min(text.len())).max(at.end);
    let before = text.get(from..at.start).unwrap_or_default();
    let after = text.get(at.end..to).unwrap_or_default();
    let start = before.rfind('\n').map_or(from, |line| from + line + 1);
    let end = after.find('\n').map_or(to, |line| at.end + line);
    start..end
}

fn floor(text: &str, mut at: usize) -> usize {
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
#[path = "tests/names.rs"]
mod tests;
