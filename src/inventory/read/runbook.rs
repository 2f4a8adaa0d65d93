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
    let mut rows: Vec<usize> = Vec::new();
    let mut level = 0;
    let mut open: Option<&'static str> = None;
    for line in text.lines() {
        if let Some((depth, title)) = heading(line) {
            let asked = question(&title);
            let named = named(&title, names);
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
            add(slot, &plain(rest));
        }
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

/// The rows that a heading names, as whole words.
fn named(title: &str, names: &[(usize, String)]) -> Vec<usize> {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    let holds = |name: &str| {
        title.match_indices(name).any(|(at, _)| {
            let before = title.get(..at).and_then(|text| text.chars().next_back());
            let after = title.get(at + name.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    };
    let mut rows: Vec<usize> =
        names.iter().filter(|(_, name)| !name.is_empty() && holds(name)).map(|(row, _)| *row).collect();
    rows.dedup();
    rows
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
