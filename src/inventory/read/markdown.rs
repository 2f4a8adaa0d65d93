//! Tables in Markdown. All other text is left alone.

use std::ops::Range;

use super::columns::is_list;
use super::{MOST_CELLS, Raw, RawCell, RawRow};

/// A line with its place.
struct Line<'t> {
    text: &'t str,
    start: usize,
}

/// The rows of all tables whose header is one of a list of keys.
pub(super) fn read(text: &str) -> Raw {
    let lines = lines(text);
    let mut raw = Raw::default();
    let mut fence: Option<&str> = None;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let trimmed = line.text.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        let Some(rule) = lines.get(at).filter(|_| fence.is_none()) else { continue };
        if !is_rule(rule.text) || !line.text.contains('|') {
            continue;
        }
        let header: Vec<String> = cells(line).into_iter().map(|(text, _)| text).collect();
        at += 1;
        let wanted = is_list(&header);
        while let Some(row) = lines.get(at).filter(|row| row.text.contains('|')) {
            at += 1;
            if wanted {
                raw.rows.push(self::row(row, &header));
            }
        }
    }
    raw
}

fn row(line: &Line<'_>, header: &[String]) -> RawRow {
    let cells = cells(line).into_iter().enumerate().map(|(number, (text, at))| {
        // A cell too many stands under no column: it is looked at, too.
        let column = header.get(number).cloned().unwrap_or_default();
        RawCell { column, text, at }
    });
    let inner = line.text.trim();
    let start = line.start + line.text.find(inner).unwrap_or(0);
    RawRow { at: start..start + inner.len(), cells: cells.collect() }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut all = Vec::new();
    for whole in text.split_inclusive('\n') {
        all.push(Line { text: whole.trim_end_matches(['\n', '\r']), start });
        start += whole.len();
    }
    all
}

/// `|---|:---:|`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.contains('-') && line.contains('|') && line.chars().all(|letter| "|-: \t".contains(letter))
}

/// The cells between the bars, with their places. A bar after `\` or in backticks parts nothing.
fn cells(line: &Line<'_>) -> Vec<(String, Range<usize>)> {
    let mut bars = Vec::new();
    let (mut escaped, mut code) = (false, false);
    // An odd backtick opens nothing.
    let has_pairs = line.text.matches('`').count().is_multiple_of(2);
    for (at, letter) in line.text.char_indices() {
        match letter {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '`' if has_pairs => code = !code,
            '|' if !escaped && !code => bars.push(at),
            _ => {}
        }
        escaped = false;
    }
    let trimmed_start = line.text.len() - line.text.trim_start().len();
    let trimmed_end = line.text.trim_end().len();
    let mut edges = Vec::new();
    if bars.first() != Some(&trimmed_start) {
        edges.push(None);
    }
    edges.extend(bars.into_iter().map(Some));
    if edges.last().copied().flatten().map(|at| at + 1) != Some(trimmed_end) {
        edges.push(Some(line.text.len()));
    }
    let cell = |pair: &[Option<usize>]| {
        let from = pair.first().copied().flatten().map_or(0, |at| at + 1);
        let to = pair.last().copied().flatten().unwrap_or(line.text.len());
        let whole = line.text.get(from..to).unwrap_or_default();
        let inner = whole.trim();
        let start = line.start + from + whole.find(inner).unwrap_or(0);
        (inner.to_owned(), start..start + inner.len())
    };
    edges.windows(2).take(MOST_CELLS + 1).map(cell).collect()
}
