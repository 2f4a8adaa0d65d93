//! Lists of keys in nested data, whatever format it is written in.

use std::ops::Range;

use super::columns::{Column, column};
use super::{RawCell, RawRow};

/// Deeper nesting is no list of keys.
pub(super) const MOST_LEVELS: usize = 32;

/// A node with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub at: Range<usize>,
    pub data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// A text, a number, a date, as written.
    Scalar(String),
    List(Vec<Node>),
    /// Names with their places.
    Map(Vec<(String, Range<usize>, Node)>),
}

/// All rows below a node: maps that name a key and a place, and maps by the names of keys.
pub(super) fn rows(node: &Node, rows: &mut Vec<RawRow>) {
    match &node.data {
        Data::Scalar(_) => {}
        Data::List(items) => items.iter().for_each(|item| self::rows(item, rows)),
        Data::Map(entries) => {
            if names_a_key(entries) {
                rows.push(row(node.at.clone(), entries, None));
                return;
            }
            for (name, at, value) in entries {
                match &value.data {
                    // `ANTHROPIC_API_KEY: {location: ...}`.
                    Data::Map(inner) if names_a_place(inner) && !has_a_key(inner) => {
                        rows.push(row(at.start..value.at.end.max(at.end), inner, Some((name, at))));
                    }
                    _ => self::rows(value, rows),
                }
            }
        }
    }
}

type Entries = [(String, Range<usize>, Node)];

fn names_a_key(entries: &Entries) -> bool {
    let is_text = |node: &Node| matches!(node.data, Data::Scalar(_));
    let key = |(name, _, node): &(String, Range<usize>, Node)| {
        matches!(column(name), Column::Key | Column::Title) && is_text(node)
    };
    entries.iter().any(key) && (names_a_place(entries) || has_a_key(entries))
}

fn has_a_key(entries: &Entries) -> bool {
    entries.iter().any(|(name, ..)| column(name) == Column::Key)
}

fn names_a_place(entries: &Entries) -> bool {
    let places = [Column::Location, Column::Parameter, Column::SecretsManager, Column::Github];
    entries.iter().any(|(name, ..)| places.contains(&column(name)))
}

fn row(at: Range<usize>, entries: &Entries, key: Option<(&String, &Range<usize>)>) -> RawRow {
    let mut cells = Vec::new();
    if let Some((name, at)) = key {
        cells.push(RawCell { column: "key".into(), text: name.clone(), at: at.clone() });
    }
    add(entries, &mut cells, 0);
    RawRow { at, cells }
}

/// Texts as cells. Maps inside hold more of them (`answers: {revoke: ...}`); lists become one text.
fn add(entries: &Entries, cells: &mut Vec<RawCell>, level: usize) {
    for (name, _, node) in entries {
        match &node.data {
            Data::Map(inner) if level < 3 => add(inner, cells, level + 1),
            _ => {
                let mut text = String::new();
                told(node, &mut text, 0);
                cells.push(RawCell { column: name.clone(), text, at: node.at.clone() });
            }
        }
    }
}

fn told(node: &Node, text: &mut String, level: usize) {
    let mut part = |node: &Node| {
        if !text.is_empty() {
            text.push_str(", ");
        }
        told(node, text, level + 1);
    };
    match &node.data {
        Data::Scalar(scalar) => text.push_str(scalar),
        _ if level >= MOST_LEVELS => {}
        Data::List(items) => items.iter().for_each(part),
        Data::Map(entries) => entries.iter().for_each(|(.., node)| part(node)),
    }
}
