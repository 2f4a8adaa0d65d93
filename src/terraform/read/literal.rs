//! The literal text of templates: escapes and removed indentation, without losing the place.

use crate::terraform::ast::{Part, Range};

/// Which escapes the surrounding template knows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    /// `"..."`: backslash escapes, `$${` and `%%{`.
    Quoted,
    /// `<<EOF`: only `$${` and `%%{`; `<<-` removes `indent` columns of white space from each line.
    Heredoc {
        /// Columns to remove.
        indent: usize,
    },
    /// A template file: only `$${` and `%%{`.
    File,
}

/// Splits raw text at byte `base` of its file into parts: long runs copied byte by byte, and one
/// part for each escape.
pub(super) fn parts(raw: &str, base: usize, style: Style, at_line_start: bool) -> Vec<Part> {
    let mut out = Pieces { raw, base, parts: Vec::new(), from: 0 };
    let bytes = raw.as_bytes();
    let mut at = 0;
    if at_line_start {
        at = out.skip_indent(0, style);
    }
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'\\' if matches!(style, Style::Quoted) => out.escape(at),
            b'$' | b'%' if raw.get(at + 1..at + 3).is_some_and(|next| next == doubled(*byte)) => {
                // `$${` means a literal `${`: leave out the first character.
                out.run_until(at);
                out.from = at + 1;
                at + 3
            }
            b'\n' if matches!(style, Style::Heredoc { indent: 1.. }) => {
                out.run_until(at + 1);
                out.skip_indent(at + 1, style)
            }
            _ => at + 1,
        };
    }
    out.run_until(raw.len());
    out.parts
}

fn doubled(byte: u8) -> &'static str {
    if byte == b'$' { "${" } else { "%{" }
}

struct Pieces<'r> {
    raw: &'r str,
    base: usize,
    parts: Vec<Part>,
    from: usize,
}

impl Pieces<'_> {
    fn range(&self, start: usize, end: usize) -> Range {
        Range { start: (self.base + start) as u32, end: (self.base + end) as u32 }
    }

    fn run_until(&mut self, end: usize) {
        if let Some(text) = self.raw.get(self.from..end).filter(|text| !text.is_empty()) {
            let range = self.range(self.from, end);
            self.parts.push(Part::Literal { text: text.into(), range, exact: true });
        }
        self.from = end;
    }

    fn skip_indent(&mut self, at: usize, style: Style) -> usize {
        let Style::Heredoc { indent } = style else { return at };
        let rest = self.raw.as_bytes().get(at..).unwrap_or_default();
        let blank = rest.iter().take(indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.from = at + blank;
        at + blank
    }

    /// A backslash escape (HCL syntax specification, "Quoted Literals").
    fn escape(&mut self, at: usize) -> usize {
        let Some(letter) = self.raw.get(at + 1..).and_then(|rest| rest.chars().next()) else {
            return at + 1;
        };
        let digits = match letter {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let hex = self.raw.get(at + 2..at + 2 + digits).unwrap_or_default();
        let text = match letter {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '"' | '\\' => Some(letter),
            'u' | 'U' => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
            _ => None,
        };
        let Some(text) = text else { return at + 1 };
        let end = at + 1 + letter.len_utf8() + digits;
        self.run_until(at);
        let range = self.range(at, end);
        self.parts.push(Part::Literal { text: text.to_string().into(), range, exact: false });
        self.from = end;
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(raw: &str, style: Style) -> Vec<(String, u32, u32)> {
        let shown = |part| match part {
            Part::Literal { text, range, .. } => (text.to_string(), range.start, range.end),
            _ => unreachable!(),
        };
        parts(raw, 100, style, true).into_iter().map(shown).collect()
    }

    #[test]
    fn escapes_keep_their_places() {
        let found = texts(r"a\nb$${c}", Style::Quoted);
        let expected = [("a", 100, 101), ("\n", 101, 103), ("b", 103, 104), ("${c}", 105, 109)]
            .map(|(text, start, end)| (text.to_owned(), start, end));
        assert_eq!(found, expected);
    }

    #[test]
    fn heredoc_lines_lose_their_indentation() {
        let found = texts("  a\n   b\n", Style::Heredoc { indent: 2 });
        assert_eq!(found, [("a\n".to_owned(), 102, 104), (" b\n".to_owned(), 106, 109)]);
    }

    #[test]
    fn half_an_escape_is_text() {
        assert_eq!(texts("x\\u12", Style::Quoted).len(), 1);
        assert_eq!(texts("x\\", Style::Quoted), [("x\\".to_owned(), 100, 102)]);
    }
}
