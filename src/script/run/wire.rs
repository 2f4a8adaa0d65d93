//! Small readings of texts: paths, names, words for messages. Nothing here shows a secret.

use crate::value::{Piece, Text};

/// A path for people: at most 200 characters, holes as `${label}`.
pub fn shown_path(text: &Text) -> String {
    let mut all = String::new();
    for piece in &text.pieces {
        match piece {
            Piece::Known { text, .. } => all.push_str(text),
            Piece::Hole(hole) => {
                all.push_str("${");
                all.push_str(&hole.label);
                all.push('}');
            }
        }
        if all.len() > 800 {
            break;
        }
    }
    if all.chars().count() > 200 {
        all = all.chars().take(199).chain(['…']).collect();
    }
    all
}

/// The beginning of the text that is known.
pub fn known_start(text: &Text) -> &str {
    match text.pieces.first() {
        Some(Piece::Known { text, .. }) => text,
        _ => "",
    }
}

/// Whether a piece of known text holds `needle`.
pub fn mentions(text: &Text, needle: &str) -> bool {
    text.pieces.iter().any(|piece| matches!(piece, Piece::Known { text, .. } if text.contains(needle)))
}

/// The name of a command as it may be shown: a file name without its directory.
pub fn command_name(text: &Text) -> String {
    if super::variables::known_bytes(text) > 1024 {
        return String::new();
    }
    let Some(known) = text.known() else { return String::new() };
    let name = known.rsplit('/').next().unwrap_or("");
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-' | '[' | ':');
    if name.len() <= 48 && name.chars().all(plain) { name.to_owned() } else { String::new() }
}

/// The text without its first `count` bytes of known text.
pub fn without_start(text: &Text, count: usize) -> Text {
    let mut rest = text.clone();
    if let Some(Piece::Known { text, at, exact }) = rest.pieces.first().cloned() {
        let tail = text.get(count..).unwrap_or("");
        let at = if exact { crate::source::Span { start: at.start + count as u32, ..at } } else { at };
        if let Some(first) = rest.pieces.first_mut() {
            *first = Piece::Known { text: tail.into(), at, exact };
        }
    }
    rest
}

/// A part of a known text, by bytes.
pub fn slice(text: &Text, range: std::ops::Range<usize>) -> Text {
    let mut pieces = Vec::new();
    let mut start = 0;
    for piece in &text.pieces {
        let Piece::Known { text, at, exact } = piece else { return Text::default() };
        let (from, to) = (range.start.max(start), range.end.min(start + text.len()));
        if let Some(part) =
            text.get(from.saturating_sub(start)..to.saturating_sub(start)).filter(|_| from < to)
        {
            let offset = (from - start) as u32;
            let part_at = crate::source::Span {
                start: at.start + offset,
                end: at.start + offset + part.len() as u32,
                ..*at
            };
            pieces.push(Piece::Known {
                text: part.into(),
                at: if *exact { part_at } else { *at },
                exact: *exact,
            });
        }
        start += text.len();
    }
    Text::of(pieces)
}

/// Splits at blanks, as the shell does with what stands outside of quotes.
pub fn split(text: &Text) -> Vec<Text> {
    let mut fields = Vec::new();
    let mut current = Text::default();
    let mut open = false;
    for piece in &text.pieces {
        let Piece::Known { text, at, exact } = piece else {
            current.pieces.push(piece.clone());
            open = true;
            continue;
        };
        let mut offset = 0;
        for part in text.split_inclusive([' ', '\t', '\n']) {
            let bare = part.trim_end_matches([' ', '\t', '\n']);
            if !bare.is_empty() {
                let start = at.start + offset as u32;
                let at = if *exact {
                    crate::source::Span { start, end: start + bare.len() as u32, ..*at }
                } else {
                    *at
                };
                current.pieces.push(Piece::Known { text: bare.into(), at, exact: *exact });
                open = true;
            }
            if bare.len() < part.len() && open {
                fields.push(std::mem::take(&mut current));
                open = false;
            }
            offset += part.len();
        }
    }
    if open {
        fields.push(current);
    }
    fields
}

/// The text without newlines at its end: what `$(…)` gives.
pub fn without_last_newlines(mut text: Text) -> Text {
    while let Some(Piece::Known { text: last, at, exact }) = text.pieces.last() {
        let kept = last.trim_end_matches(['\n', '\r']);
        if kept.len() == last.len() {
            break;
        }
        if kept.is_empty() {
            text.pieces.pop();
            continue;
        }
        let piece = Piece::Known { text: kept.into(), at: *at, exact: *exact };
        text.pieces.pop();
        text.pieces.push(piece);
        break;
    }
    text
}
