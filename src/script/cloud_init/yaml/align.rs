//! The text of a scalar with the place of every part: what the parser made of it, laid beside what is written.

use std::ops::Range;

use saphyr_parser::ScalarStyle;

use crate::source::Span;
use crate::value::{Flat, Text};

/// A scalar as the parser told it.
pub struct Scalar<'a> {
    /// Its value.
    pub value: &'a str,
    /// How it is written.
    pub style: ScalarStyle,
    /// Where, in the mask.
    pub range: Range<usize>,
}

/// Lays a scalar's value beside its writing.
pub struct Aligner<'a> {
    pub flat: &'a Flat,
    /// The mask, and where in the text it begins.
    pub mask: &'a str,
    pub base: usize,
    pub fallback: Span,
}

impl Aligner<'_> {
    /// The scalar as pieces of the text. Only what YAML changed (folded lines, escapes) is made.
    pub fn text(&self, scalar: &Scalar<'_>) -> Text {
        let mut out = Text::default();
        if scalar.value.is_empty() {
            return out;
        }
        let whole = match scalar.style {
            ScalarStyle::Literal => self.literal(scalar, &mut out),
            style => self.flowing(scalar, style, &mut out),
        };
        if whole.is_none() {
            // Never silence: what stands there is better than nothing.
            out = self.slice(scalar.range.start, scalar.range.end);
        }
        out
    }

    fn slice(&self, start: usize, end: usize) -> Text {
        self.flat.slice(self.base + start, self.base + end)
    }

    fn made(&self, text: &str, start: usize, end: usize, out: &mut Text) {
        let at = self.flat.place(self.base + start, self.base + end.max(start + 1)).unwrap_or(self.fallback);
        out.append(Text::made(text, at));
    }

    /// `|`: each line without its indentation.
    fn literal(&self, scalar: &Scalar<'_>, out: &mut Text) -> Option<()> {
        let start = self.mask.get(..scalar.range.start)?.rfind('\n').map_or(0, |at| at + 1);
        let mut raw = self.mask.get(start..)?.split_inclusive('\n');
        let mut at = start;
        let blank = scalar.value.len() - scalar.value.trim_start_matches('\n').len();
        self.made(scalar.value.get(..blank)?, scalar.range.start, scalar.range.start, out);
        for line in scalar.value.get(blank..)?.split_inclusive('\n') {
            let bare = line.trim_end_matches('\n');
            loop {
                let written = raw.next()?;
                let content = written.trim_end_matches(['\r', '\n']);
                let from = at;
                at += written.len();
                if !content.ends_with(bare) {
                    // The line of `|` itself, with an anchor before it.
                    if from < scalar.range.start || from == start {
                        continue;
                    }
                    return None;
                }
                let end = from + content.len();
                // The line break is that of the text, which may not have any for the last line.
                let wants_break = line.len() > bare.len();
                let break_end = if wants_break && written.ends_with('\n') { at } else { end };
                let mut text = self.slice(end - bare.len(), break_end);
                if wants_break && break_end == end {
                    text.append(Text::made("\n", self.flat.place(self.base + from, self.base + end)?));
                }
                out.append(text);
                break;
            }
        }
        Some(())
    }

    /// Plain, quoted and folded scalars: what is equal is copied, the rest made.
    fn flowing(&self, scalar: &Scalar<'_>, style: ScalarStyle, out: &mut Text) -> Option<()> {
        let mask = self.mask.as_bytes();
        let (mut at, end) = self.content(scalar, style)?;
        let value = scalar.value;
        let mut position = 0;
        // The part of the writing that is equal so far.
        let mut run = at..at;
        while position < value.len() {
            let letter = value.get(position..)?.chars().next()?;
            let byte = *mask.get(at).filter(|_| at < end)?;
            let blanks_end = if byte.is_ascii_whitespace() { self.after_blanks(at, end) } else { at };
            let breaks = mask.get(at..blanks_end)?.contains(&b'\n');
            if !breaks
                && blanks_end > at
                && value.as_bytes().get(position..position + blanks_end - at) == mask.get(at..blanks_end)
            {
                position += blanks_end - at;
                at = blanks_end;
                run.end = at;
                continue;
            }
            let escape = style == ScalarStyle::DoubleQuoted && byte == b'\\';
            let doubled = style == ScalarStyle::SingleQuoted && byte == b'\'';
            if !breaks && !escape && !doubled && letter.is_ascii() && letter as u8 == byte {
                position += 1;
                at += 1;
                run.end = at;
                continue;
            }
            out.append(self.slice(run.start, run.end));
            let from = at;
            let rest = value.get(position..)?;
            let taken = if doubled {
                at += 2;
                1
            } else if escape {
                at += escape_length(mask.get(at..end)?);
                if mask.get(from + 1).is_some_and(|next| matches!(next, b'\n' | b'\r')) {
                    // A line that goes on below gives nothing.
                    at = self.after_blanks(from + 1, end);
                    0
                } else {
                    letter.len_utf8()
                }
            } else if byte.is_ascii_whitespace() {
                at = self.after_blanks(at, end);
                rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len()
            } else {
                return None;
            };
            self.made(rest.get(..taken)?, from, at, out);
            position += taken;
            run = at..at;
        }
        out.append(self.slice(run.start, run.end));
        Some(())
    }

    /// Where the content stands: behind anchor and tag, between quotes.
    fn content(&self, scalar: &Scalar<'_>, style: ScalarStyle) -> Option<(usize, usize)> {
        let Range { start, end } = scalar.range;
        let written = self.mask.get(start..end)?;
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let quote = if style == ScalarStyle::SingleQuoted { '\'' } else { '"' };
                let open = written.find(quote)?;
                Some((start + open + 1, end.saturating_sub(1).max(start + open + 1)))
            }
            ScalarStyle::Folded => {
                let header = written.starts_with(['&', '!', '>']) && self.line_is_begun(start);
                let skipped = if header { written.find('\n').map_or(0, |at| at + 1) } else { 0 };
                let body = written.get(skipped..)?;
                Some((start + skipped + (body.len() - body.trim_start().len()), end))
            }
            ScalarStyle::Plain | ScalarStyle::Literal => {
                let mut from = 0;
                while written.get(from..)?.starts_with(['&', '!']) {
                    let rest = written.get(from..)?;
                    let word = rest.find(char::is_whitespace)?;
                    let gap = rest.get(word..)?;
                    from += word + (gap.len() - gap.trim_start().len());
                }
                Some((start + from, end))
            }
        }
    }

    /// Whether something stands before this byte in its line.
    fn line_is_begun(&self, at: usize) -> bool {
        let before = self.mask.get(..at).unwrap_or_default();
        let line = before.rfind('\n').map_or(before, |from| before.get(from + 1..).unwrap_or_default());
        !line.trim().is_empty()
    }

    fn after_blanks(&self, at: usize, end: usize) -> usize {
        let rest = self.mask.as_bytes().get(at..end).unwrap_or_default();
        at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    }
}

/// Bytes of an escape in double quotes.
fn escape_length(written: &[u8]) -> usize {
    match written.get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 2,
    }
    .min(written.len())
}
