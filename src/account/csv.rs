//! CSV as RFC 4180 writes it, with the place of each row.

use std::borrow::Cow;
use std::ops::Range;

/// One row: its place without the line end, and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'t> {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Cells in order, quotes taken off.
    pub cells: Vec<Cow<'t, str>>,
    /// A quote was opened and never closed: the row runs to the end of the text.
    pub broken: bool,
}

/// All rows that are not empty, and none after so many. Never fails: what is not as it should be is read as far as it
/// goes.
pub fn rows(text: &str, most: usize) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    while at < text.len() && rows.len() < most {
        let (row, next) = row(text, at);
        at = next.max(at + 1);
        if !row.range.is_empty() {
            rows.push(row);
        }
    }
    rows
}

/// The row that starts at a byte, and where the next one starts.
fn row(text: &str, start: usize) -> (Row<'_>, usize) {
    let mut cells = Vec::new();
    let mut at = start;
    loop {
        let (cell, end, broken) = cell(text, at);
        cells.push(cell);
        let rest = text.get(end..).unwrap_or_default();
        if rest.starts_with(',') {
            at = end + 1;
            continue;
        }
        let line_end = match rest.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        return (Row { range: start..end, cells, broken }, end + line_end);
    }
}

/// A cell, where it ends, and whether its quote was left open.
fn cell(text: &str, start: usize) -> (Cow<'_, str>, usize, bool) {
    let rest = text.get(start..).unwrap_or_default();
    let plain_end = |from: usize| {
        let tail = text.get(from..).unwrap_or_default();
        from + tail.find([',', '\n', '\r']).unwrap_or(tail.len())
    };
    if !rest.starts_with('"') {
        let end = plain_end(start);
        return (Cow::Borrowed(text.get(start..end).unwrap_or_default()), end, false);
    }
    let mut value = String::new();
    let mut at = start + 1;
    loop {
        let tail = text.get(at..).unwrap_or_default();
        let Some(quote) = tail.find('"') else {
            value.push_str(tail);
            return (Cow::Owned(value), text.len(), true);
        };
        value.push_str(tail.get(..quote).unwrap_or_default());
        at += quote + 1;
        if !text.get(at..).is_some_and(|rest| rest.starts_with('"')) {
            break;
        }
        value.push('"');
        at += 1;
    }
    // What follows a closing quote belongs to the cell, though no writer writes it.
    let end = plain_end(at);
    value.push_str(text.get(at..end).unwrap_or_default());
    (Cow::Owned(value), end, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        rows(text, 9).into_iter().map(|row| row.cells.into_iter().map(Cow::into_owned).collect()).collect()
    }

    #[test]
    fn quotes_hold_commas_quotes_and_lines() {
        assert_eq!(
            cells("a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\n\n\"two\nlines\",\n"),
            [vec!["a", "b"], vec!["x,y", "say \"hi\""], vec!["two\nlines", ""]]
        );
        assert_eq!(rows("a\nb\nc\n", 2).len(), 2);
        assert_eq!(cells("\u{FEFF}user,arn"), [["user", "arn"]]);
    }

    #[test]
    fn places_are_bytes() {
        let text = "a,b\né,d\n";
        let ranges: Vec<_> = rows(text, 9).into_iter().map(|row| text[row.range].to_owned()).collect();
        assert_eq!(ranges, ["a,b", "é,d"]);
    }

    #[test]
    fn hostile_text_is_read_as_far_as_it_goes() {
        assert!(rows("a,\"b\nc,d", 9).pop().unwrap().broken);
        assert_eq!(cells("\"a\"b,c"), [["ab", "c"]]);
        assert_eq!(cells(",,"), [["", "", ""]]);
        assert_eq!(cells("\r\r\n\n"), Vec::<Vec<String>>::new());
        assert_eq!(cells(""), Vec::<Vec<String>>::new());
    }
}
