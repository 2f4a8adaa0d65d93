//! The five answers in a runbook: a Markdown file with a heading for each key.
//!
//! ```text
//!  ## ANTHROPIC_API_KEY             a heading that names a key, by its name or its title
//!  - **Where to revoke**: console   an item with a label, or a heading below: `### Verify`
//! ```

use std::collections::BTreeMap;

use super::cell::{is_nothing, plain, value};
use super::columns::question;
use crate::inventory::Answers;
use crate::secret::tokens::TokenTable;

/// A longer answer is cut.
const MOST_CHARACTERS: usize = 2_000;

/// Puts the answers that a runbook has under the numbers of the rows whose names its headings have. An answer that
/// holds a value is left out.
pub fn answers_in(
    text: &str,
    names: &[(usize, String)],
    tokens: &TokenTable,
    found: &mut BTreeMap<usize, Answers>,
) {
    let names = Names::of(names);
    let mut rows: Vec<usize> = Vec::new();
    let mut level = 0;
    let mut open: Option<&'static str> = None;
    for line in text.lines() {
        if let Some((depth, title)) = heading(line) {
            let asked = question(&title);
            let named = names.in_title(&title);
            if !named.is_empty() {
                (rows, level, open) = (named, depth, None);
            } else if depth <= level {
                (rows, open) = (Vec::new(), None);
            } else {
                open = asked;
            }
            continue;
        }
        let (label, rest) = labelled(line).unwrap_or((None, line));
        if label.is_some() {
            open = label;
        }
        let Some(word) = open else { continue };
        let rest = rest.trim();
        if rest.is_empty() || rest.starts_with("```") || value(rest, tokens).is_some() {
            continue;
        }
        for row in &rows {
            let Some(slot) = found.entry(*row).or_default().slot(word) else { continue };
            add(slot, &answer(rest));
        }
    }
}

/// The text of an answer. Its pairs of backticks stay: they say what of it is a command.
fn answer(text: &str) -> String {
    match text.matches('`').count() {
        count if count > 0 && count.is_multiple_of(2) && !text.contains("``") => {
            text.chars().take(MOST_CHARACTERS).collect()
        }
        _ => plain(text),
    }
}

fn add(slot: &mut Option<String>, text: &str) {
    if is_nothing(text) {
        return;
    }
    match slot {
        None => *slot = Some(text.to_owned()),
        Some(told) if told.chars().count() + text.chars().count() < MOST_CHARACTERS => {
            told.push(' ');
            told.push_str(text);
        }
        Some(_) => {}
    }
}

/// `## Title` as 2 and `Title`.
fn heading(line: &str) -> Option<(usize, String)> {
    let depth = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line.get(depth..)?.strip_prefix(' ')?;
    (1..=6).contains(&depth).then(|| (depth, plain(title.trim_end_matches('#'))))
}

/// Names by their first words, so that a heading is not held against each of them.
struct Names<'n>(BTreeMap<&'n str, Vec<(usize, &'n str)>>);

impl<'n> Names<'n> {
    fn of(names: &'n [(usize, String)]) -> Self {
        let mut all: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (row, name) in names {
            if let Some((_, first)) = words(name).next() {
                all.entry(first).or_default().push((*row, name));
            }
        }
        Self(all)
    }

    /// The rows that a heading names, as whole words.
    fn in_title(&self, title: &str) -> Vec<usize> {
        let mut rows = Vec::new();
        for (at, word) in words(title) {
            for (row, name) in self.0.get(word).into_iter().flatten() {
                let rest = title.get(at..).and_then(|rest| rest.strip_prefix(name));
                if rest.is_some_and(|rest| !rest.starts_with(is_part)) && !rows.contains(row) {
                    rows.push(*row);
                }
            }
        }
        rows
    }
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '-'
}

/// Words with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(|letter| !is_part(letter)).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches(|letter| !is_part(letter));
        (!word.is_empty()).then_some((start, word))
    })
}

/// `- **Where to revoke**: text`, `1. Verify: text`, `Push - text`: the question and the text.
fn labelled(line: &str) -> Option<(Option<&'static str>, &str)> {
    let trimmed = line.trim_start();
    let item = trimmed
        .trim_start_matches(|letter: char| letter.is_ascii_digit())
        .trim_start_matches(['-', '*', '+', '.', ')'])
        .trim_start();
    let is_item = item.len() != trimmed.len();
    let (label, rest) = item.split_once(':')?;
    let word = question(&plain(label.trim_matches(['*', '_', ' '])));
    if word.is_none() && is_item {
        // Another item ends the answer before it.
        return None;
    }
    word.map(|word| (Some(word), rest.trim_start_matches(['*', '_'])))
}
