//! A text of Terraform made safe for a YAML parser: same length, byte by byte, ASCII only.

use crate::value::Flat;

/// The text for the parser: of what stands in holes and of letters beyond ASCII only the length is left, so that a
/// place in it is the same place in the text.
///
/// A line that is nothing but holes becomes a comment: `${extra_users}` between two keys stands for lines that nobody
/// knows. Inside of a block scalar a comment is text like any other.
pub fn masked(flat: &Flat, start: usize, end: usize, jinja: bool, passed: &mut Vec<usize>) -> String {
    let text = flat.text().get(start..end).unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    let mut offset = start;
    let mut lines = text.split_inclusive('\n').peekable();
    let mut opens = false;
    while let Some(line) = lines.next() {
        let from = out.len();
        mask_line(flat, line, offset, &mut out);
        let is_directive = jinja && line.trim_start().starts_with("{%");
        let value = opens && lines.peek().is_none_or(|next| indent(next) < indent(line));
        let stands_alone = !value && only_holes(flat, line, offset);
        if stands_alone {
            passed.push(offset + indent(line));
        }
        if is_directive || stands_alone {
            let at = from + indent(line);
            out.replace_range(at..at + 1, "#");
        } else if jinja {
            mask_expressions(&mut out, from);
        }
        opens = line.trim_end().ends_with(':');
        offset += line.len();
    }
    out
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn mask_line(flat: &Flat, line: &str, offset: usize, out: &mut String) {
    let mut previous = ' ';
    for (at, letter) in line.char_indices() {
        match letter {
            // `jsonencode` writes one line; it was broken at its members to be read more easily.
            '\n' if previous == ',' && flat.is_made(offset + at) => out.push(' '),
            '\n' | '\t' => out.push(letter),
            '\r' if line.get(at + 1..) == Some("\n") => out.push(letter),
            // A byte order mark at the beginning is no content.
            '\u{feff}' if offset + at == 0 => out.push_str("\n\n\n"),
            letter if letter.is_ascii() && !letter.is_ascii_control() => out.push(letter),
            letter => out.extend(std::iter::repeat_n('x', letter.len_utf8())),
        }
        previous = letter;
    }
}

/// Whether a line holds holes and blanks only.
fn only_holes(flat: &Flat, line: &str, offset: usize) -> bool {
    let mut holes = false;
    for (at, letter) in line.char_indices() {
        if letter.is_ascii_whitespace() {
            continue;
        }
        if letter != crate::value::HOLE || flat.hole_at(offset + at).is_none() {
            return false;
        }
        holes = true;
    }
    holes
}

/// `{{ v1.region }}` would be a map in a map.
fn mask_expressions(out: &mut String, from: usize) {
    let mut at = from;
    while let Some(open) = out.get(at..).and_then(|rest| rest.find("{{")).map(|found| at + found) {
        let Some(close) = out.get(open..).and_then(|rest| rest.find("}}")).map(|found| open + found + 2)
        else {
            return;
        };
        out.replace_range(open..close, &"x".repeat(close - open));
        at = close;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};
    use crate::value::{Text, Traces};

    #[test]
    fn a_mask_has_the_length_of_its_text() {
        let at = Span::new(SourceId(0), 0, 9);
        let mut text = Text::exact("\u{feff}k: é\u{0}\t", at);
        text.append(Text::hole("h", at, Traces::none()));
        text.append(Text::exact("\n  ", at));
        text.append(Text::hole("h", at, Traces::none()));
        text.append(Text::exact("\r\nend: {{ v1 }}", at));
        let flat = Flat::new(&text);
        let mut passed = Vec::new();
        let mask = masked(&flat, 0, flat.text().len(), true, &mut passed);
        assert_eq!(mask, "\n\n\nk: xxx\txxx\n  #xx\r\nend: xxxxxxxx");
        assert_eq!(passed, [mask.find('#').unwrap()]);
        assert_eq!(mask.len(), flat.text().len());
    }
}
