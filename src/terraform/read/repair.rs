//! What Terraform accepts and the parser does not, made acceptable without moving a byte.
//!
//! Four differences were measured over 13,126 public files: a byte-order mark; a line break before
//! `?` and `:` or after `=>`; a heredoc line that merely starts with the end marker; an object
//! that names a key twice. Each is rewritten to something of the same length that the parser
//! takes, and the converter reads names and text from the original.

use std::collections::HashSet;
use std::ops::Range;

/// What stands at a place of an HCL text, as far as a scan without a grammar can tell.
struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

enum Token {
    Newline,
    Comment(Range<usize>),
    Text(Range<usize>),
    Heredoc { bodies: Range<usize>, marker: Range<usize> },
    Word(Range<usize>),
    Mark(u8),
    Arrow,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |length| from + length)
    }

    fn next(&mut self) -> Option<Token> {
        while matches!(self.byte(self.at), b' ' | b'\t' | b'\r') {
            self.at += 1;
        }
        let start = self.at;
        let byte = *self.bytes.get(start)?;
        let token = match byte {
            b'\n' => {
                self.at += 1;
                Token::Newline
            }
            b'#' => self.comment(start),
            b'/' if self.byte(start + 1) == b'/' => self.comment(start),
            b'/' if self.byte(start + 1) == b'*' => {
                let close = self.text.get(start + 2..).and_then(|rest| rest.find("*/"));
                self.at = close.map_or(self.bytes.len(), |length| start + 4 + length);
                Token::Comment(start..self.at)
            }
            b'"' => {
                self.at = end_of_string(self.bytes, start + 1);
                Token::Text(start..self.at)
            }
            b'<' if self.byte(start + 1) == b'<' => self.heredoc(start),
            b'=' if self.byte(start + 1) == b'>' => {
                self.at += 2;
                Token::Arrow
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                let is_word =
                    |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || *byte >= 0x80;
                let rest = self.bytes.get(start..).unwrap_or_default();
                self.at = start + rest.iter().take_while(|byte| is_word(byte)).count();
                Token::Word(start..self.at)
            }
            _ => {
                self.at += 1;
                Token::Mark(byte)
            }
        };
        Some(token)
    }

    fn comment(&mut self, start: usize) -> Token {
        self.at = self.line_end(start);
        Token::Comment(start..self.at)
    }

    fn heredoc(&mut self, start: usize) -> Token {
        let mut from = start + 2;
        if self.byte(from) == b'-' {
            from += 1;
        }
        let end = self.line_end(from);
        let marker = self.text.get(from..end).unwrap_or_default().trim();
        if marker.is_empty()
            || !marker.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        {
            self.at = start + 2;
            return Token::Mark(b'<');
        }
        let body = (end + 1).min(self.bytes.len());
        let mut line = body;
        while line < self.bytes.len() {
            let end = self.line_end(line);
            if self.text.get(line..end).is_some_and(|text| text.trim() == marker) {
                self.at = end;
                return Token::Heredoc { bodies: body..line, marker: from..from + marker.len() };
            }
            line = end + 1;
        }
        self.at = self.bytes.len();
        Token::Heredoc { bodies: body..self.bytes.len(), marker: from..from + marker.len() }
    }
}

/// The byte after the closing quote of a string whose content starts at `at`; a string that is not
/// closed ends at the end of its line.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' => at + 2,
            b'$' | b'%' if bytes.get(at + 1) == Some(&b'{') => {
                let escaped = bytes.get(at.wrapping_sub(1)) == Some(byte);
                if escaped { at + 2 } else { end_of_interpolation(bytes, at + 2) }
            }
            _ => at + 1,
        };
    }
    bytes.len()
}

/// The byte after the `}` that closes an interpolation whose content starts at `at`. Strings inside
/// may hold interpolations again: kept on a stack, so that depth costs no recursion.
fn end_of_interpolation(bytes: &[u8], mut at: usize) -> usize {
    let mut in_string = Vec::new();
    let mut braces = vec![1usize];
    while let Some(byte) = bytes.get(at) {
        let inside_text = in_string.last().copied().unwrap_or(false);
        match byte {
            b'\\' if inside_text => at += 1,
            b'"' if inside_text => {
                in_string.pop();
            }
            b'"' => in_string.push(true),
            b'$' | b'%' if inside_text && bytes.get(at + 1) == Some(&b'{') => {
                at += 1;
                in_string.push(false);
                braces.push(1);
            }
            b'{' if !inside_text => {
                if let Some(open) = braces.last_mut() {
                    *open += 1;
                }
            }
            b'}' if !inside_text => {
                if let Some(open) = braces.last_mut() {
                    *open -= 1;
                    if *open == 0 {
                        braces.pop();
                        in_string.pop();
                    }
                }
                if braces.is_empty() {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The `}` that closes an interpolation whose content starts at `from`, on few lines.
pub(super) fn closing_brace(text: &str, from: usize) -> Option<usize> {
    let end = end_of_interpolation(text.as_bytes(), from);
    let close = end.checked_sub(1)?;
    (text.as_bytes().get(close) == Some(&b'}')).then_some(close)
}

/// The text with the four differences rewritten; same length, byte by byte.
pub(super) fn repair(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let mut mend = |range: Range<usize>, with: u8| {
        if let Some(bytes) = out.get_mut(range) {
            bytes.fill(with);
        }
    };
    if text.starts_with('\u{feff}') {
        mend(0..3, b' ');
    }
    let body = text.strip_prefix('\u{feff}').map_or(text.to_owned(), |rest| format!("   {rest}"));
    let mut scan = Scan::new(&body);
    let mut breaks: Vec<Range<usize>> = Vec::new();
    let mut glue_next = false;
    let mut after_heredoc = false;
    let mut empty: Vec<Range<usize>> = Vec::new();
    // The file itself is the outermost pair: values files set names there.
    let mut objects: Vec<Keys> = vec![Keys { expects_key: true, ..Keys::default() }];
    while let Some(token) = scan.next() {
        match &token {
            // The line of a heredoc's end marker must end there.
            Token::Newline if after_heredoc => after_heredoc = false,
            // Empty lines are one break: a file may hold millions of them.
            Token::Newline => match breaks.last_mut() {
                Some(last) if last.end == scan.at - 1 => last.end = scan.at,
                _ => breaks.push(scan.at - 1..scan.at),
            },
            Token::Comment(range) => breaks.push(range.clone()),
            _ => {
                let glued = glue_next || matches!(token, Token::Mark(b'?' | b':'));
                if glued {
                    breaks.iter().for_each(|range| mend(range.clone(), b' '));
                }
                breaks.clear();
                glue_next = matches!(token, Token::Arrow | Token::Mark(b'?' | b':'));
            }
        }
        if let Token::Heredoc { bodies, marker } = &token {
            after_heredoc = true;
            if bodies.is_empty() {
                // The parser looks for the end of an empty heredoc in the lines after it.
                let dash = usize::from(body.as_bytes().get(marker.start - 1) == Some(&b'-'));
                empty.push(marker.start.saturating_sub(2 + dash)..scan.at);
            }
            let marker = body.get(marker.clone()).unwrap_or_default();
            for at in false_ends(&body, bodies.clone(), marker) {
                mend(at..at + 1, b'_');
            }
        }
        if let Some(key) = track_keys(&mut objects, &token, &body) {
            mend(key, b'_');
        }
    }
    for range in empty {
        if let Some(bytes) = out.get_mut(range) {
            bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            bytes.iter_mut().take(2).for_each(|byte| *byte = b'"');
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// The bodies of all heredocs.
pub(super) fn heredoc_bodies(text: &str) -> Vec<Range<usize>> {
    let mut scan = Scan::new(text);
    let mut found = Vec::new();
    while let Some(token) = scan.next() {
        if let Token::Heredoc { bodies, .. } = token {
            found.push(bodies);
        }
    }
    found
}

/// Lines of a heredoc that start with its marker but go on.
fn false_ends(text: &str, bodies: Range<usize>, marker: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = bodies.start;
    for line in text.get(bodies).unwrap_or_default().split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with(marker) && trimmed.trim() != marker {
            found.push(at + line.len() - trimmed.len());
        }
        at += line.len();
    }
    found
}

/// The keys seen so far in one pair of brackets.
#[derive(Default)]
struct Keys {
    seen: HashSet<String>,
    /// The last word or string, if it stands where a key may stand.
    candidate: Option<Range<usize>>,
    expects_key: bool,
}

/// Follows brackets; returns bytes to blank out in a key that its object already has.
///
/// The whole earlier name can't be kept apart from the later one by the parser, so all but the
/// quotes of the later key becomes `_`, repeated keys of equal length get different counts of `_`
/// only by their own length: a third equal key would clash again, which then is a gap.
fn track_keys(objects: &mut Vec<Keys>, token: &Token, text: &str) -> Option<Range<usize>> {
    match token {
        Token::Mark(b'{' | b'(' | b'[') => objects.push(Keys { expects_key: true, ..Keys::default() }),
        Token::Mark(b'}' | b')' | b']') => {
            objects.pop();
        }
        Token::Newline | Token::Mark(b',') => {
            if let Some(keys) = objects.last_mut() {
                keys.expects_key = true;
                keys.candidate = None;
            }
        }
        Token::Word(range) | Token::Text(range) => {
            if let Some(keys) = objects.last_mut() {
                keys.candidate = std::mem::take(&mut keys.expects_key).then(|| range.clone());
            }
        }
        Token::Mark(b'=' | b':') => {
            let keys = objects.last_mut()?;
            let range = keys.candidate.take()?;
            let name = text.get(range.clone())?.trim_matches('"').to_owned();
            if !keys.seen.insert(name) {
                let quoted = text.as_bytes().get(range.start) == Some(&b'"');
                let inner = if quoted { range.start + 1..range.end - 1 } else { range };
                return Some(inner);
            }
        }
        Token::Comment(_) => {}
        _ => {
            if let Some(keys) = objects.last_mut() {
                keys.candidate = None;
                keys.expects_key = false;
            }
        }
    }
    None
}

/// Words that start a block at the top of a file.
const HEADS: &[&str] = &[
    "resource",
    "data",
    "module",
    "variable",
    "locals",
    "output",
    "provider",
    "terraform",
    "ephemeral",
    "moved",
    "import",
    "removed",
    "check",
    "run",
    "mock_provider",
    "list",
    "action",
];

/// Pieces of a broken file, each from the start of one top-level block to the next.
///
/// A block starts where a known word stands at the beginning of a line outside of comments, strings
/// and heredocs: brackets can't be trusted in a broken file.
pub(super) fn top_level_chunks(text: &str) -> Vec<Range<usize>> {
    let mut scan = Scan::new(text);
    let mut starts = vec![0];
    while let Some(token) = scan.next() {
        let Token::Word(range) = token else { continue };
        let at_line_start = range.start == 0 || text.as_bytes().get(range.start - 1) == Some(&b'\n');
        if at_line_start
            && range.start > 0
            && text.get(range.clone()).is_some_and(|word| HEADS.contains(&word))
        {
            starts.push(range.start);
        }
    }
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(text.len()));
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}
