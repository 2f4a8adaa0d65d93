//! TOML: `[[key]]`, or a table for each key.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Raw;
use super::tree::{Data, MOST_LEVELS, Node, rows};

pub(super) fn read(text: &str) -> Raw {
    let mut raw = Raw::default();
    match DeTable::parse(text) {
        Ok(table) => {
            let at = table.span();
            rows(&node_of_table(at, table.get_ref(), 0), &mut raw.rows);
            // Tables are kept by name; people read the file.
            raw.rows.sort_by_key(|row| row.at.start);
        }
        Err(error) => {
            let at = error.span().unwrap_or_default();
            raw.gaps.push((at, "this is not TOML".to_owned()));
        }
    }
    raw
}

fn node(value: &Spanned<DeValue<'_>>, level: usize) -> Node {
    let at = value.span();
    match value.get_ref() {
        DeValue::Table(table) => node_of_table(at, table, level),
        DeValue::Array(items) if level < MOST_LEVELS => {
            let items = items.iter().map(|item| node(item, level + 1)).collect();
            Node { at, data: Data::List(items) }
        }
        DeValue::Array(_) => Node { at, data: Data::List(Vec::new()) },
        scalar => Node { at, data: Data::Scalar(text(scalar)) },
    }
}

fn node_of_table(at: Range<usize>, table: &DeTable<'_>, level: usize) -> Node {
    if level >= MOST_LEVELS {
        return Node { at, data: Data::Map(Vec::new()) };
    }
    let mut entries: Vec<(String, Range<usize>, Node)> = table
        .iter()
        .map(|(name, value)| (name.get_ref().to_string(), name.span(), node(value, level + 1)))
        .collect();
    entries.sort_by_key(|(_, at, _)| at.start);
    Node { at, data: Data::Map(entries) }
}

fn text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(at) => at.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => String::new(),
    }
}
