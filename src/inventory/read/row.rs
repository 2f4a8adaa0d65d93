//! From a row's cells to a key.

use super::cell::{is_migrating, is_nothing, plain, value};
use super::columns::{Column, column};
use super::home::home;
use super::{RawCell, RawRow, gap};
use crate::day::Day;
use crate::inventory::{Answers, Entry, Home, Inventory, PastedValue, Rotated};
use crate::reading::Gap;
use crate::secret::tokens::TokenTable;
use crate::source::{Location, SourceId, Span};

/// Stands for a cell that holds a value.
pub(super) const HIDDEN: &str = "(hidden)";

/// The rows so far.
pub(super) struct Rows<'t> {
    tokens: &'t TokenTable,
    inventory: Inventory,
    gaps: Vec<Gap>,
}

impl<'t> Rows<'t> {
    pub(super) fn new(tokens: &'t TokenTable) -> Self {
        Self { tokens, inventory: Inventory::default(), gaps: Vec::new() }
    }

    pub(super) fn count(&self) -> usize {
        self.inventory.entries.len()
    }

    pub(super) fn done(self) -> (Inventory, Vec<Gap>) {
        (self.inventory, self.gaps)
    }

    /// Adds a row. Cells that hold a value are hidden before anything else looks at them.
    pub(super) fn add(&mut self, raw: &RawRow, source: SourceId, text: &str) {
        let mut pasted = Vec::new();
        let cells: Vec<RawCell> =
            raw.cells.iter().map(|cell| self.clean(cell, source, text, &mut pasted)).collect();
        let of = |wanted: Column| cells.iter().find(|cell| column(&cell.column) == wanted);
        let told = |wanted: Column| of(wanted).map(|cell| cell.text.clone()).filter(|text| !is_nothing(text));
        let (mut key, mut title) = (told(Column::Key), told(Column::Title));
        if key.is_none() {
            key = title.take();
        }
        let at = Span::new(source, raw.at.start, raw.at.end);
        let Some(key) = key else {
            // A row of dashes or blanks is a line of the table, not a key.
            if cells.iter().any(|cell| !is_nothing(&cell.text)) {
                self.gaps.push(gap(at, "", "this row names no key", true));
            }
            self.tell(pasted, "");
            return;
        };
        let places = [Column::Location, Column::Parameter, Column::SecretsManager, Column::Github];
        let place = places
            .into_iter()
            .find_map(|one| of(one).filter(|cell| !is_nothing(&cell.text)).map(|cell| (one, cell)));
        let home = place.map_or(Home::None, |(one, cell)| home(&cell.text, one, &key));
        let rotated = told(Column::Rotated).map_or(Rotated::Unsaid, |text| day(&text));
        if rotated == Rotated::Unclear {
            let reason = "when it was rotated is no day: write 2026-03-28, or a dash";
            self.gaps.push(gap(at, &key, reason, false));
        }
        let migrating = cells.iter().any(|cell| is_migrating(&cell.text));
        let owner = told(Column::Owner).filter(|owner| !is_migrating(owner) && owner != HIDDEN);
        let mut answers = Answers::default();
        let mut extra = Vec::new();
        for cell in &cells {
            match column(&cell.column) {
                Column::Answer(word) if !is_nothing(&cell.text) => {
                    if let Some(slot) = answers.slot(word) {
                        *slot = Some(cell.text.clone()).filter(|text| text != HIDDEN);
                    }
                }
                Column::Other if !cell.column.is_empty() => {
                    extra.push((cell.column.clone(), cell.text.clone()))
                }
                _ => {}
            }
        }
        self.tell(pasted, &key);
        let at = Location { span: at, name: key.clone() };
        self.inventory.entries.push(Entry {
            key,
            title,
            home,
            rotated,
            owner,
            migrating,
            answers,
            extra,
            at,
        });
    }

    /// The cell as it may be known: its marks taken off, and nothing of it where it holds a value.
    fn clean(&self, cell: &RawCell, source: SourceId, text: &str, pasted: &mut Vec<PastedValue>) -> RawCell {
        // The column's name is somebody's text too.
        let name =
            if value(&cell.column, self.tokens).is_some() { HIDDEN.to_owned() } else { plain(&cell.column) };
        let written = text.get(cell.at.clone()).unwrap_or_default();
        // As written, so that the place is known; else as it is understood.
        let found = value(written, self.tokens)
            .or_else(|| value(&cell.text, self.tokens).map(|(kind, _)| (kind, 0..written.len())));
        let Some((kind, range)) = found else {
            return RawCell { column: name, text: plain(&cell.text), at: cell.at.clone() };
        };
        let start = cell.at.start;
        pasted.push(PastedValue {
            at: Location { span: Span::new(source, cell.at.start, cell.at.end), name: String::new() },
            column: name.clone(),
            kind,
            value: Span::new(source, start + range.start, start + range.end),
        });
        RawCell { column: name, text: HIDDEN.to_owned(), at: cell.at.clone() }
    }

    fn tell(&mut self, pasted: Vec<PastedValue>, key: &str) {
        self.inventory.values.extend(pasted.into_iter().map(|mut one| {
            one.at.name = key.to_owned();
            one
        }));
    }
}

/// `2026-03-28`, also with words or a time after it.
fn day(text: &str) -> Rotated {
    if is_migrating(text) {
        return Rotated::Unsaid;
    }
    let first = text.get(..10).unwrap_or(text);
    let ends =
        text.get(10..).and_then(|rest| rest.chars().next()).is_none_or(|letter| !letter.is_ascii_digit());
    Day::parse(first).filter(|_| ends).map_or(Rotated::Unclear, Rotated::On)
}
