//! What a name says: `db_password` says secret, `password_length` does not.

mod table;
mod words;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::finding::Confidence;
use table::{Meaning, NameTable};
use words::Words;

/// A name that says secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameVerdict {
    /// [`Confidence::Medium`] for strong words, [`Confidence::Low`] for weak ones; a name is no proof.
    pub confidence: Confidence,
    /// The listed words that said so: `api key`.
    pub word: &'static str,
}

static TABLE: LazyLock<NameTable> = LazyLock::new(|| {
    // The text is part of the program, and a test reads it: it can't fail for a user.
    NameTable::parse(include_str!("../../../rules/names.toml")).unwrap_or_default()
});

/// Names are short; of a longer one only the end is judged, which is where its head is.
const LONGEST_NAME: usize = 256;
/// More words without a meaning of their own at the end of one name are no name.
const MOST_SKIPS: usize = 6;
/// More words that name an owner name something else.
const MOST_OWNERS: usize = 3;

/// Judges a name of a variable, attribute, map key, JSON key or shell variable, in any case style.
/// `None` where it does not say secret. Allocates nothing.
pub fn says_secret(name: &str) -> Option<NameVerdict> {
    let table = &*TABLE;
    let name = ending(name);
    if !table.may_say(name) || table.is_exactly_not(name) {
        return None;
    }
    let words = Words::split(name);
    let mut words = words.before_first(|word| table.is_preposition(word));
    if words.len() > 1 && words.first().is_some_and(|word| table.is_deed(word)) {
        return None;
    }
    for _ in 0..MOST_SKIPS {
        let last = words.last()?;
        let Some((meaning, length, word)) = table.longest(&words) else {
            return glued(table, last, &words).or_else(|| owned(table, words));
        };
        match meaning {
            Meaning::Never => return None,
            Meaning::Skip => words.drop_last(length),
            Meaning::Strong => return verdict(table, &words, Confidence::Medium, word),
            Meaning::Weak => return verdict(table, &words, Confidence::Low, word),
        }
    }
    None
}

/// `password_gitlab`, `api_key_payments_eu`: the name of what the secret opens follows its word.
fn owned(table: &'static NameTable, mut words: Words<'_>) -> Option<NameVerdict> {
    for _ in 0..MOST_OWNERS {
        if words.len() < 2 || words.last().is_none_or(|word| table.is_about(word)) {
            return None;
        }
        words.drop_last(1);
        match table.longest(&words) {
            Some((Meaning::Strong, _, phrase)) if table.may_be_owned(phrase) => {
                return verdict(table, &words, Confidence::Medium, phrase);
            }
            Some((Meaning::Skip, length, _)) => words.drop_last(length.saturating_sub(1)),
            // Another thing stands between: `token_service_x`.
            Some(_) => return None,
            None => {}
        }
    }
    None
}

fn glued(table: &'static NameTable, last: &str, words: &Words<'_>) -> Option<NameVerdict> {
    let word = table.glued(last)?;
    verdict(table, words, Confidence::Medium, word)
}

fn verdict(
    table: &NameTable,
    words: &Words<'_>,
    confidence: Confidence,
    word: &'static str,
) -> Option<NameVerdict> {
    let tame = words.any(|other| table.is_tame(other));
    (!tame).then_some(NameVerdict { confidence, word })
}

fn ending(name: &str) -> &str {
    let mut start = name.len().saturating_sub(LONGEST_NAME);
    while !name.is_char_boundary(start) {
        start += 1;
    }
    name.get(start..).unwrap_or_default()
}
