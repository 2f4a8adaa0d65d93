//! The value after a name: where it ends, and what of it is written out.

use std::ops::Range;

use super::line::Line;

/// A quote with the backslashes before it: `"`, `\"`, `\\\"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) slashes: usize,
    pub(super) mark: u8,
}

impl Quote {
    /// The quote that ends at byte `at`, where one stands there.
    pub(super) fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let mark = *bytes.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let before = bytes.get(..at)?;
        let slashes = before.iter().rev().take_while(|byte| **byte == b'\\').take(16).count();
        Some(Self { slashes, mark })
    }

    /// The quote that starts at byte `at`, backslashes first, with the byte of its mark.
    pub(super) fn starting(bytes: &[u8], at: usize) -> Option<(Self, usize)> {
        let slashes = bytes.get(at..)?.iter().take_while(|byte| **byte == b'\\').take(16).count();
        let quote = Self::at(bytes, at + slashes)?;
        Some((quote, at + slashes))
    }

    /// Where the string that it opens ends: the byte of the closing mark; or the end of the text.
    pub(super) fn closing(self, bytes: &[u8], from: usize) -> usize {
        let mut at = from;
        while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == self.mark)) {
            at += step;
            let slashes = Self::at(bytes, at).map_or(0, |quote| quote.slashes);
            // Between single quotes a backslash is a letter; fewer backslashes end what lies around.
            let ends = if self.mark == b'\'' && self.slashes == 0 { true } else { slashes <= self.slashes };
            // `'it''s'`: a doubled quote goes on.
            let doubled = self.slashes == 0 && bytes.get(at + 1) == Some(&self.mark) && at > from;
            if ends && !doubled {
                return at - if self.slashes == 0 { 0 } else { slashes.min(self.slashes) };
            }
            at += if doubled { 2 } else { 1 };
        }
        bytes.len()
    }
}

/// What a value may be that is nobody's secret.
const PLAIN: [&str; 12] = [
    "true",
    "false",
    "null",
    "none",
    "nil",
    "string",
    "sensitive",
    "undefined",
    "yes",
    "no",
    "stdin",
    "prompt",
];

/// Directories: what begins with one is a path.
const DIRECTORIES: [&str; 14] = [
    "/etc/", "/var/", "/run/", "/opt/", "/home/", "/root/", "/tmp/", "/usr/", "/srv/", "/mnt/", "/dev/",
    "~/", "./", "../",
];

/// Hides what is written out of a value; variables, commands and format marks stay.
pub(super) fn hide(text: &str, range: Range<usize>, depth: usize, hidden: &mut Vec<Range<usize>>) {
    let Some(value) = text.get(range.clone()) else { return };
    let bare = value.trim_matches(|c: char| c.is_whitespace() || "\"'\\;,)}]".contains(c));
    let listed = PLAIN.iter().any(|word| bare.eq_ignore_ascii_case(word));
    if listed || bare.starts_with("arn:") || DIRECTORIES.iter().any(|start| bare.starts_with(start)) {
        return;
    }
    let bytes = text.as_bytes();
    let mut at = range.start;
    let mut literal = at;
    let mut found: Vec<Range<usize>> = Vec::new();
    while at < range.end {
        let end = reference_end(bytes, at, range.end);
        if end == at {
            at += 1;
            continue;
        }
        found.push(literal..at);
        inside_reference(text, at..end, depth, hidden);
        at = end;
        literal = end;
    }
    found.push(literal..range.end);
    hidden.extend(found.into_iter().filter_map(|part| worth_hiding(text, part)));
}

/// Where a value that is references only ends, if what follows says to which file it goes: `$P > /etc/x`.
pub(super) fn redirected(text: &str, range: Range<usize>) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = range.start;
    while let end = reference_end(bytes, at, range.end)
        && end > at
    {
        at = end;
    }
    let rest = text.get(at..range.end).filter(|_| at > range.start)?.trim_start_matches(['"', '\'', '\\']);
    let path = rest.trim_start().strip_prefix('>')?.trim_start_matches('>').trim_start();
    let bare = path.trim_start_matches(['"', '\'', '\\']);
    DIRECTORIES.iter().any(|start| bare.starts_with(start)).then_some(at)
}

/// The part without quotes around it, where letters or digits stand in it.
fn worth_hiding(text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let piece = text.get(part.clone())?;
    let edge = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    let inner = piece.trim_start_matches(|c: char| edge(c) || c == '\\').trim_end_matches(edge);
    let start = part.start + piece.find(inner)?;
    let letters = inner.chars().filter(|c| c.is_alphanumeric()).count();
    (letters >= 3).then(|| start..start + inner.len())
}

/// In `${NAME:-text}` the text is written out; in `$(command …)` a line of its own stands.
fn inside_reference(text: &str, range: Range<usize>, depth: usize, hidden: &mut Vec<Range<usize>>) {
    let Some(reference) = text.get(range.clone()) else { return };
    if let Some(inner) = reference.strip_prefix("$(") {
        if depth == 0 {
            hidden.push(range);
            return;
        }
        let inner = inner.strip_suffix(')').unwrap_or(inner);
        let start = range.start + 2;
        let found = Line::new(inner, depth - 1).read();
        hidden.extend(found.into_iter().map(|at| at.start + start..at.end + start));
        return;
    }
    let default = [":-", ":=", ":+", "?", "-"].iter().find_map(|mark| {
        let name = reference.strip_prefix("${")?;
        let at = name.find(mark)?;
        let plain = name.get(..at)?.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        plain.then_some(at + 2 + mark.len())
    });
    let Some(at) = default.filter(|at| *at < reference.len()) else { return };
    let end = range.end - usize::from(reference.ends_with('}'));
    if depth > 0 && range.start + at < end {
        hide(text, range.start + at..end, depth - 1, hidden);
    }
}

/// Where what begins here and stands for something else ends: `$NAME`, `${…}`, `$(…)`, `{{…}}`, `%s`, `%NAME%`, `\n`.
/// The place itself where nothing does.
fn reference_end(bytes: &[u8], at: usize, end: usize) -> usize {
    let word = |from: usize| {
        let rest = bytes.get(from..end).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
    };
    let rest = bytes.get(at..end).unwrap_or_default();
    match rest {
        [b'$', b'(', ..] => balanced(bytes, at + 1, end, b'(', b')'),
        [b'$' | b'%', b'{', ..] => balanced(bytes, at + 1, end, b'{', b'}'),
        [b'{', b'{', ..] => balanced(bytes, at, end, b'{', b'}'),
        [b'$', b'e', b'n', b'v', b':', ..] => word(at + 5),
        [b'$', b'@' | b'*' | b'#' | b'?' | b'!', ..] => at + 2,
        [b'$', b'0'..=b'9', ..] if word(at + 1) == at + 2 => at + 2,
        [b'$', ..] if is_name(bytes.get(at + 1..word(at + 1)).unwrap_or_default()) => word(at + 1),
        [b'%', first, ..] if b"sdbqvixu".contains(first) && !followed_by_word(bytes, at + 2, end) => at + 2,
        [b'%', first, ..] if first.is_ascii_uppercase() && bytes.get(word(at + 1)) == Some(&b'%') => {
            word(at + 1) + 1
        }
        [b'\\', b'n' | b't' | b'r', ..] if !followed_by_word(bytes, at + 2, end) => at + 2,
        _ => at,
    }
}

fn followed_by_word(bytes: &[u8], at: usize, end: usize) -> bool {
    at < end && bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

/// Variables are of one case; `ab$Q2mXr9` is a text with a dollar in it.
fn is_name(name: &[u8]) -> bool {
    let starts = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let mixed = name.iter().any(u8::is_ascii_lowercase) && name.iter().any(u8::is_ascii_uppercase);
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    starts && !(mixed && digits > 0)
}

fn balanced(bytes: &[u8], from: usize, end: usize, open: u8, close: u8) -> usize {
    let mut depth = 0usize;
    for (number, byte) in bytes.get(from..end).unwrap_or_default().iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return from + number + 1;
            }
        }
    }
    end
}

/// Where a word of a shell ends: at a blank outside of quotes and of commands.
pub(super) fn word_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            return at;
        }
        if let Some(quote) = Quote::at(bytes, at) {
            let close = quote.closing(bytes, at + 1);
            // A quote that nothing closes is a letter.
            at = if close >= bytes.len() { at + 1 } else { close + 1 + quote.slashes };
            continue;
        }
        let reference = reference_end(bytes, at, bytes.len());
        at = match byte {
            b'\\' => at + 2,
            _ if reference > at => reference,
            _ => at + 1,
        };
    }
    bytes.len()
}
