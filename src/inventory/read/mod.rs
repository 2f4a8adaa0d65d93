//! From files to the rows of a list. Reading never fails: what can't be understood is a gap.

mod cell;
mod columns;
mod csv;
mod home;
mod markdown;
mod row;
mod runbook;
mod toml;
mod tree;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use self::row::Rows;
pub use self::runbook::answers_in;
use super::Inventory;
use crate::reading::{Gap, Reading};
use crate::secret::tokens::TokenTable;
use crate::source::{SourceId, Sources, Span};

/// A larger file is no list of keys.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// More rows are no list of keys.
const MOST_ROWS: usize = 20_000;
/// More cells of one row are none of a list.
const MOST_CELLS: usize = 500;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Tables among other text.
    Markdown,
    /// `[[key]]`.
    Toml,
    /// A list of maps, or maps by key; JSON too.
    Yaml,
    /// With a header.
    Csv,
}

impl Form {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[Self::Markdown, Self::Toml, Self::Yaml, Self::Csv];

    /// The word that users type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
        }
    }

    /// The form of a file, by the end of its name.
    pub fn of(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "md" | "markdown" | "mdx" | "txt" => Some(Self::Markdown),
            "toml" => Some(Self::Toml),
            "yml" | "yaml" | "json" => Some(Self::Yaml),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// A list that was opened.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// Its text.
    pub source: SourceId,
    /// How it is written.
    pub form: Form,
}

/// A row as it stands in the file, before anybody knows what its columns mean.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RawRow {
    at: Range<usize>,
    cells: Vec<RawCell>,
}

/// A cell under its column's name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RawCell {
    column: String,
    text: String,
    at: Range<usize>,
}

/// What a reader of one form makes of a text: rows, and what it did not understand.
#[derive(Debug, Default)]
struct Raw {
    rows: Vec<RawRow>,
    /// Place and reason. A reason never quotes the file.
    gaps: Vec<(Range<usize>, String)>,
}

/// Reads lists, and the answers in runbooks that stand beside them.
pub fn read(
    inputs: &[Input],
    runbooks: &[SourceId],
    sources: &Sources,
    tokens: &TokenTable,
) -> Reading<Inventory> {
    let mut rows = Rows::new(tokens);
    let mut gaps = Vec::new();
    for input in inputs {
        let before = rows.count();
        let text = sources.text(input.source);
        let raw = raw(input.form, &text);
        rows.begin(&text);
        for (at, reason) in &raw.gaps {
            gaps.push(gap(Span::new(input.source, at.start, at.end), "", reason, true));
        }
        for raw in raw.rows.iter().take(MOST_ROWS) {
            rows.add(raw, input.source, &text);
        }
        rows.end(input.source);
        if raw.rows.len() > MOST_ROWS {
            gaps.push(gap(
                Span::start_of(input.source),
                "",
                "there are too many rows: the first 20000 were read",
                true,
            ));
        }
        if raw.gaps.is_empty() && rows.count() == before {
            let reason =
                "no list of keys was found: a table needs a column for the key and one for its location";
            gaps.push(gap(Span::start_of(input.source), "", reason, true));
        }
    }
    let (mut inventory, unclear) = rows.done();
    gaps.extend(unclear);
    for runbook in runbooks {
        add_answers(&mut inventory, *runbook, sources, tokens);
    }
    Reading { facts: inventory, gaps }
}

fn raw(form: Form, text: &str) -> Raw {
    if text.len() > MOST_BYTES {
        return Raw { rows: Vec::new(), gaps: vec![(0..0, "the file is larger than 8 MiB".to_owned())] };
    }
    match form {
        Form::Markdown => markdown::read(text),
        Form::Toml => toml::read(text),
        Form::Yaml => yaml::read(text),
        Form::Csv => csv::read(text),
    }
}

/// Answers of a runbook go to the rows that have none of their own.
fn add_answers(inventory: &mut Inventory, runbook: SourceId, sources: &Sources, tokens: &TokenTable) {
    let text = sources.text(runbook);
    let names: Vec<(usize, String)> = inventory
        .entries
        .iter()
        .enumerate()
        .flat_map(|(at, entry)| {
            [Some(&entry.key), entry.title.as_ref()].into_iter().flatten().map(move |name| (at, name.clone()))
        })
        .collect();
    let mut found: BTreeMap<usize, super::Answers> = BTreeMap::new();
    answers_in(&text, &names, tokens, &mut found);
    for (at, answers) in found {
        let Some(entry) = inventory.entries.get_mut(at) else { continue };
        for ((word, _), answer) in super::QUESTIONS.iter().zip(answers.all()) {
            if let (Some(answer), Some(slot)) = (answer, entry.answers.slot(word)) {
                slot.get_or_insert_with(|| answer.to_owned());
            }
        }
    }
}

fn gap(at: Span, name: &str, reason: &str, hides_findings: bool) -> Gap {
    Gap { at, name: name.to_owned(), reason: reason.to_owned(), hides_findings }
}
