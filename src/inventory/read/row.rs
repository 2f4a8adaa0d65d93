//! From a row's cells to a key.

use std::collections::BTreeMap;
use std::ops::Range;

use super::cell::{is_migrating, is_nothing, looks_drawn, plain, value, values};
use super::columns::{Column, column};
use super::home::home;
use super::{MOST_CELLS, RawCell, RawRow, gap};
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
    /// Names of columns as they may be told, by what is written.
    columns: BTreeMap<String, String>,
    /// Tokens of the file that is read: what they look like, where they stand, and whether a cell told of them.
    found: Vec<(String, Range<usize>, bool)>,
}

impl<'t> Rows<'t> {
    pub(super) fn new(tokens: &'t TokenTable) -> Self {
        let (inventory, columns) = (Inventory::default(), BTreeMap::new());
        Self { tokens, inventory, gaps: Vec::new(), columns, found: Vec::new() }
    }

    pub(super) fn count(&self) -> usize {
        self.inventory.entries.len()
    }

    pub(super) fn done(self) -> (Inventory, Vec<Gap>) {
        (self.inventory, self.gaps)
    }

    /// A new file begins: all tokens of it are looked for at once.
    pub(super) fn begin(&mut self, text: &str) {
        self.found =
            values(text, self.tokens).into_iter().map(|(kind, range)| (kind, range, false)).collect();
    }

    /// The file ends: tokens that stand in no row are told, too.
    pub(super) fn end(&mut self, source: SourceId) {
        let others = std::mem::take(&mut self.found).into_iter().filter(|(.., told)| !told);
        self.inventory.values.extend(others.map(|(kind, range, _)| {
            let span = Span::new(source, range.start, range.end);
            PastedValue {
                at: Location { span, name: String::new() },
                column: String::new(),
                kind,
                value: span,
            }
        }));
    }

    /// Adds a row. Cells that hold a value are hidden before anything else looks at them.
    pub(super) fn add(&mut self, raw: &RawRow, source: SourceId, text: &str) {
        let mut pasted = Vec::new();
        let few = raw.cells.iter().take(MOST_CELLS);
        let cells: Vec<RawCell> = few.map(|cell| self.clean(cell, source, text, &mut pasted)).collect();
        if raw.cells.len() > MOST_CELLS {
            let at = Span::new(source, raw.at.start, raw.at.start);
            self.gaps.push(gap(at, "", "this row has too many cells: the first 500 were read", true));
        }
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
    fn clean(
        &mut self,
        cell: &RawCell,
        source: SourceId,
        text: &str,
        pasted: &mut Vec<PastedValue>,
    ) -> RawCell {
        let tokens = self.tokens;
        // The column's name is somebody's text too.
        let name =
            self.columns.entry(cell.column.clone()).or_insert_with(|| match value(&cell.column, tokens) {
                Some(_) => HIDDEN.to_owned(),
                None => plain(&cell.column),
            });
        let name = name.clone();
        let written = text.get(cell.at.clone()).unwrap_or_default();
        // As written, so that the place is known; else as it is understood.
        let first = self.found.partition_point(|(_, range, _)| range.end <= cell.at.start);
        let token = self.found.get_mut(first).filter(|(_, range, _)| range.start < cell.at.end);
        let found = token.map(|(kind, range, told)| {
            *told = true;
            (kind.clone(), range.clone())
        });
        let start = cell.at.start;
        let inside = |(kind, range): (String, Range<usize>)| (kind, start + range.start..start + range.end);
        let found = found.or_else(|| looks_drawn(written).map(inside)).or_else(|| {
            let differs = written != cell.text;
            differs.then(|| value(&cell.text, tokens)).flatten().map(|(kind, _)| (kind, cell.at.clone()))
        });
        let Some((kind, range)) = found else {
            return RawCell { column: name, text: plain(&cell.text), at: cell.at.clone() };
        };
        // All others of the cell are told with it.
        for (_, range, told) in self.found.iter_mut().skip(first) {
            if range.start >= cell.at.end {
                break;
            }
            *told = true;
        }
        pasted.push(PastedValue {
            at: Location { span: Span::new(source, cell.at.start, cell.at.end), name: String::new() },
            column: name.clone(),
            kind,
            value: Span::new(source, range.start, range.end),
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
