//! `jsonencode` and `yamlencode`: the text of a value, its holes in their places.

use crate::source::Span;
use crate::terraform::value::Value;
use crate::value::{Piece, Text};

/// Values nested deeper become one hole.
const MOST_DEPTH: usize = 32;

/// The value as JSON, one member a line.
pub fn encode(value: &Value, at: Span) -> Text {
    let mut out = Text::default();
    write(value, at, 0, &mut out);
    out
}

/// The value as YAML in blocks: two of them one after the other are one mapping, which of JSON is no YAML.
pub fn encode_yaml(value: &Value, at: Span) -> Text {
    let mut out = Text::default();
    block(value, at, 0, "", &mut out);
    out
}

/// A value on lines of its own; `start` stands before the first of them instead of the indent.
fn block(value: &Value, at: Span, depth: usize, start: &str, out: &mut Text) {
    let indent = "  ".repeat(depth);
    let lead = |position: usize| if position == 0 && depth > 0 { start } else { indent.as_str() };
    match shape(value) {
        Value::Map(members) if !members.is_empty() && depth < MOST_DEPTH => {
            for (position, (name, member)) in members.iter().enumerate() {
                let place = member.place().unwrap_or(at);
                let key = serde_json::Value::from(&**name);
                raw(out, &format!("{}{key}:", lead(position)), place);
                if is_block(member) {
                    raw(out, "\n", place);
                    block(member, place, depth + 1, &"  ".repeat(depth + 1), out);
                } else {
                    raw(out, " ", place);
                    line(member, place, depth, out);
                }
            }
        }
        Value::List(items) if !items.is_empty() && depth < MOST_DEPTH => {
            for (position, item) in items.iter().enumerate() {
                let dash = format!("{}- ", lead(position));
                if is_block(item) {
                    block(item, at, depth + 1, &dash, out);
                } else {
                    raw(out, &dash, at);
                    line(item, at, depth, out);
                }
            }
        }
        other => {
            raw(out, start, at);
            line(other, at, depth, out);
        }
    }
}

/// Of several arms the first, as long as no secret of the others is lost.
fn shape(value: &Value) -> &Value {
    match value {
        Value::Either(arms) => match arms.split_first() {
            Some((first, rest)) if !rest.iter().any(Value::is_tainted) => first,
            _ => value,
        },
        other => other,
    }
}

fn is_block(value: &Value) -> bool {
    match shape(value) {
        Value::Map(members) => !members.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => false,
    }
}

fn line(value: &Value, at: Span, depth: usize, out: &mut Text) {
    write(value, at, depth, out);
    raw(out, "\n", at);
}

fn raw(out: &mut Text, text: &str, at: Span) {
    out.append(Text::made(text, at));
}

fn write(value: &Value, at: Span, depth: usize, out: &mut Text) {
    if depth > MOST_DEPTH {
        return out.append(Text::hole("…", at, value.traces()));
    }
    match value {
        Value::Null => raw(out, "null", at),
        Value::Hole(_) | Value::Text(_) => {
            raw(out, "\"", at);
            for piece in value.clone().into_text("…", at).pieces {
                escape(piece, out);
            }
            raw(out, "\"", at);
        }
        Value::List(items) => {
            raw(out, "[", at);
            for (position, item) in items.iter().enumerate() {
                raw(out, if position == 0 { "" } else { ",\n" }, at);
                write(item, at, depth + 1, out);
            }
            raw(out, "]", at);
        }
        Value::Map(members) => {
            raw(out, "{", at);
            for (position, (name, member)) in members.iter().enumerate() {
                let comma = if position == 0 { "" } else { ",\n" };
                let place = member.place().unwrap_or(at);
                raw(out, &format!("{comma}{}: ", serde_json::Value::from(&**name)), place);
                write(member, place, depth + 1, out);
            }
            raw(out, "}", at);
        }
        Value::Either(arms) => match arms.first() {
            // One arm gives the shape; secrets of the others must not be lost.
            Some(first) if !arms.iter().skip(1).any(Value::is_tainted) => write(first, at, depth + 1, out),
            _ => {
                raw(out, "\"", at);
                out.append(Text::hole("…", at, value.traces()));
                raw(out, "\"", at);
            }
        },
    }
}

/// A piece inside of quotes: what needs no escape keeps its place byte by byte.
fn escape(piece: Piece, out: &mut Text) {
    let Piece::Known { text, at, exact: true } = &piece else {
        return out.pieces.push(escaped(piece));
    };
    let start = at.start as usize;
    let inside = |from: usize, to: usize| Span::new(at.source, start + from, start + to);
    let mut from = 0;
    for (place, letter) in
        text.match_indices(|letter: char| letter.is_ascii_control() || "\"\\".contains(letter))
    {
        let before = text.get(from..place).unwrap_or_default();
        if !before.is_empty() {
            out.append(Text::exact(before, inside(from, place)));
        }
        from = place + letter.len();
        out.pieces.push(escaped(Piece::Known { text: letter.into(), at: inside(place, from), exact: false }));
    }
    let rest = text.get(from..).unwrap_or_default();
    if !rest.is_empty() {
        out.append(Text::exact(rest, inside(from, text.len())));
    }
}

fn escaped(piece: Piece) -> Piece {
    match piece {
        Piece::Known { text, at, .. } => {
            let quoted = serde_json::Value::from(&*text).to_string();
            let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
            Piece::Known { text: inner.into(), at, exact: false }
        }
        hole => hole,
    }
}
