//! CSV with a header, as RFC 4180 writes it, with the place of each cell.

use std::ops::Range;

use super::columns::is_list;
use super::{MOST_CELLS, Raw, RawCell, RawRow};
use crate::shown::spreadsheet::unguarded;

/// Reads all rows under the first header of a list of keys.
pub(super) fn read(text: &str) -> Raw {
    let mut raw = Raw::default();
    let mut header: Option<Vec<String>> = None;
    let mut at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    while at < text.len() {
        let (cells, end, broken) = row(text, at);
        if broken {
            raw.gaps.push((at..at, "a quote is opened in this row and never closed".to_owned()));
        }
        let place = at..end;
        at = next_line(text, end).max(at + 1);
        if cells.iter().all(|(cell, _)| cell.trim().is_empty()) {
            continue;
        }
        let Some(header) = &header else {
            let names: Vec<String> = cells.into_iter().map(|(cell, _)| cell.trim().to_owned()).collect();
            if is_list(&names) {
                header = Some(names);
            }
            continue;
        };
        let cells = cells.into_iter().enumerate().map(|(number, (text, at))| {
            let column = header.get(number).cloned().unwrap_or_default();
            // A mark in front of what would be a formula is no part of it.
            RawCell { column, text: unguarded(text.trim()).to_owned(), at }
        });
        raw.rows.push(RawRow { cells: cells.collect(), at: place });
    }
    raw
}

/// The cells of the row that starts at a byte, where it ends, and whether a quote was left open.
fn row(text: &str, start: usize) -> (Vec<(String, Range<usize>)>, usize, bool) {
    let mut cells = Vec::new();
    let mut at = start;
    loop {
        let (cell, end, broken) = cell(text, at);
        if cells.len() <= MOST_CELLS {
            cells.push((cell, at..end));
        }
        if text.as_bytes().get(end) != Some(&b',') {
            return (cells, end, broken);
        }
        at = end + 1;
    }
}

fn next_line(text: &str, end: usize) -> usize {
    match text.as_bytes().get(end..) {
        Some([b'\r', b'\n', ..]) => end + 2,
        _ => end + 1,
    }
}

/// A cell, where it ends, and whether its quote was left open. One whose quote is never closed runs to the end of the text.
fn cell(text: &str, start: usize) -> (String, usize, bool) {
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    let plain_end = |at: usize| at + rest(at).find([',', '\n', '\r']).unwrap_or(rest(at).len());
    if !rest(start).starts_with('"') {
        let end = plain_end(start);
        return (text.get(start..end).unwrap_or_default().to_owned(), end, false);
    }
    let mut value = String::new();
    let mut at = start + 1;
    loop {
        let Some(quote) = rest(at).find('"') else {
            value.push_str(rest(at));
            return (value, text.len(), true);
        };
        value.push_str(rest(at).get(..quote).unwrap_or_default());
        at += quote + 1;
        if !rest(at).starts_with('"') {
            break;
        }
        value.push('"');
        at += 1;
    }
    let end = plain_end(at);
    value.push_str(text.get(at..end).unwrap_or_default());
    (value, end, false)
}
