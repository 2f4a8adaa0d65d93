//! A text as one string for a parser, with the way back from every byte to its outer place.

use super::{Hole, Piece, Text};
use crate::source::{SourceId, Span};

/// The character that stands for a hole: a Unicode noncharacter, so no real text means it. A real
/// text that holds it nevertheless is no hole: [`Flat::hole_at`] decides by position.
pub const HOLE: char = '\u{FDD0}';

#[derive(Debug, Clone)]
enum Kind {
    Known { at: Span, exact: bool },
    Hole(Hole),
}

#[derive(Debug, Clone)]
struct Segment {
    start: usize,
    len: usize,
    kind: Kind,
}

/// One string, each hole one [`HOLE`] character, and its map to the outer documents.
#[derive(Debug, Clone, Default)]
pub struct Flat {
    text: String,
    segments: Vec<Segment>,
}

impl Flat {
    /// Flattens a text.
    pub fn new(text: &Text) -> Self {
        let mut flat = Self::default();
        for piece in &text.pieces {
            let start = flat.text.len();
            let kind = match piece {
                Piece::Known { text, at, exact } => {
                    flat.text.push_str(text);
                    Kind::Known { at: *at, exact: *exact }
                }
                Piece::Hole(hole) => {
                    flat.text.push(HOLE);
                    Kind::Hole(hole.clone())
                }
            };
            let len = flat.text.len() - start;
            if len > 0 {
                flat.segments.push(Segment { start, len, kind });
            }
        }
        flat
    }

    /// A whole document as it is.
    pub fn from_document(source: SourceId, text: &str) -> Self {
        Self::new(&Text::exact(text, Span::new(source, 0, text.len())))
    }

    /// The string.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The hole that stands at this byte.
    pub fn hole_at(&self, offset: usize) -> Option<&Hole> {
        match &self.segment(offset)?.kind {
            Kind::Hole(hole) => Some(hole),
            Kind::Known { .. } => None,
        }
    }

    /// Whether this byte was made, not copied from its place.
    pub fn is_made(&self, offset: usize) -> bool {
        matches!(self.segment(offset), Some(Segment { kind: Kind::Known { exact: false, .. }, .. }))
    }

    /// Bytes `start..end` as pieces again, each with its own place.
    pub fn slice(&self, start: usize, end: usize) -> Text {
        let mut pieces = Vec::new();
        let first = self.segments.partition_point(|segment| segment.start + segment.len <= start);
        for segment in self.segments.iter().skip(first) {
            let (from, to) = (segment.start.max(start), (segment.start + segment.len).min(end));
            if from >= to {
                break;
            }
            match &segment.kind {
                Kind::Hole(hole) => pieces.push(Piece::Hole(hole.clone())),
                Kind::Known { at, exact } => {
                    let Some(text) = self.text.get(from..to) else { continue };
                    let at = if *exact { inside(*at, from - segment.start, to - segment.start) } else { *at };
                    pieces.push(Piece::Known { text: text.into(), at, exact: *exact });
                }
            }
        }
        Text::of(pieces)
    }

    /// The lines, each with its newline and its own place; `fallback` for one that has none.
    pub fn lines(&self, fallback: Span) -> Vec<(Text, Span)> {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in self.text().split_inclusive('\n') {
            let end = start + line.len();
            let from = start + (line.len() - line.trim_start().len());
            let at = if self.is_made(from) { None } else { self.place(from, from + line.trim().len()) };
            let content = self.slice(start, end);
            let at = at.or_else(|| first_secret(&content)).unwrap_or(fallback);
            lines.push((content, at));
            start = end;
        }
        lines
    }

    /// The outer place of bytes `start..end`. Where they come from several documents: the place of
    /// the first.
    pub fn place(&self, start: usize, end: usize) -> Option<Span> {
        // A reader of bytes may name a part of a letter.
        let text = self.text();
        let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end));
        let first = self.segment(start).or_else(|| self.segments.last())?;
        let first_span = first.span(start, end);
        let last_byte = end.saturating_sub(1).max(start);
        match self.segment(last_byte) {
            Some(last) => {
                let last_span = last.span(start, end);
                let joins = last_span.source == first_span.source && last_span.end >= first_span.start;
                let end = if joins { last_span.end } else { first_span.end };
                Some(Span { end, ..first_span })
            }
            None => Some(first_span),
        }
    }

    fn segment(&self, offset: usize) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.start <= offset);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        (offset < segment.start + segment.len).then_some(segment)
    }
}

impl Segment {
    fn span(&self, start: usize, end: usize) -> Span {
        match &self.kind {
            Kind::Hole(hole) => hole.at,
            Kind::Known { at, exact: false } => *at,
            Kind::Known { at, exact: true } => {
                let from = start.max(self.start) - self.start;
                let to = end.min(self.start + self.len).max(self.start + from) - self.start;
                inside(*at, from, to)
            }
        }
    }
}

fn inside(outer: Span, from: usize, to: usize) -> Span {
    let base = outer.start as usize;
    Span::new(outer.source, base + from, base + to)
}

/// Where the first secret of a text stands.
fn first_secret(text: &Text) -> Option<Span> {
    text.pieces.iter().find_map(|piece| match piece {
        Piece::Hole(hole) if !hole.traces.is_empty() => Some(hole.at),
        Piece::Hole(_) | Piece::Known { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Traces;
    use super::*;

    #[test]
    fn every_byte_finds_its_way_back() {
        let source = SourceId(3);
        let mut text = Text::exact("echo ", Span::new(source, 10, 15));
        text.append(Text::hole("var.k", Span::new(source, 15, 23), Traces::none()));
        text.append(Text::exact(" > f\n", Span::new(source, 23, 28)));
        let flat = Flat::new(&text);
        let hole = flat.text().find(HOLE).unwrap();
        assert!(flat.hole_at(hole).is_some());
        assert!(flat.hole_at(0).is_none());
        assert_eq!(flat.place(0, flat.text().len()), Some(Span::new(source, 10, 28)));
        assert_eq!(flat.place(hole, hole + HOLE.len_utf8()), Some(Span::new(source, 15, 23)));
        assert_eq!(flat.slice(1, hole + HOLE.len_utf8()).shown(), "cho ${var.k}");
    }
}
