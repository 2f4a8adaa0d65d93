//! Secrets that small languages inside of a line state: SQL, `sed`'s replacements, functions that hash a password.

use std::ops::Range;

use super::is_telling;
use super::value::{Quote, hide};

/// What stands before a password in SQL.
const STATEMENTS: [&str; 8] = [
    "identified by",
    "identified by password",
    "password_auth by",
    "native_password by",
    "sha2_password by",
    "with password",
    "pragma key",
    "pragma rekey",
];
/// Functions whose text is a password.
const FUNCTIONS: [&str; 8] = [
    "crypt(",
    "_crypt.hash(",
    "hashpw(",
    "password_hash(",
    ".login(",
    ".auth(",
    "set_password(",
    "password(",
];
/// Marks between the halves of `s/…/…/`.
const DELIMITERS: [u8; 8] = *b"/|#@,:~%";

/// Everything that such a language states.
pub(super) fn in_patterns(line: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let lower = line.to_ascii_lowercase();
    for statement in STATEMENTS {
        for (at, _) in lower.match_indices(statement) {
            let from = at + statement.len();
            let rest = line.get(from..).unwrap_or_default();
            let skipped = rest.find(|c: char| !(c.is_whitespace() || c == '=' || c == '('));
            quoted(line, from + skipped.unwrap_or(rest.len()), &mut hidden);
        }
    }
    for function in FUNCTIONS {
        let mut done = 0;
        for (at, _) in lower.match_indices(function) {
            // What stands in the call before was hidden with it; a long line is not read again for each.
            if at < done {
                continue;
            }
            let from = at + function.len();
            let end = line.get(from..).and_then(|rest| rest.find(')')).map_or(line.len(), |end| from + end);
            let mut start = from;
            while let Some(mark) = line.get(start..end).and_then(|rest| rest.find(['"', '\''])) {
                start = quoted(line, start + mark, &mut hidden).unwrap_or(end).max(start + mark + 1);
            }
            done = end;
        }
    }
    replaced(line, &mut hidden);
    sent(line, &mut hidden);
    bots(line, &mut hidden);
    hidden
}

/// `send "X\r"`: what `expect` types. With a blank in it it is a command.
fn sent(line: &str, hidden: &mut Vec<Range<usize>>) {
    for (at, verb) in line.match_indices("send ") {
        let inside = line.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let rest = line.get(at + verb.len()..).unwrap_or_default();
        let bare = rest.trim_start_matches([' ', '-', 's', 'h']);
        let Some((quote, mark)) = Quote::starting(line.as_bytes(), line.len() - bare.len()) else { continue };
        let end = quote.closing(line.as_bytes(), mark + 1);
        let text = line.get(mark + 1..end).unwrap_or_default();
        let typed = ["\\r", "\\n"].iter().find_map(|key| text.strip_suffix(key));
        if let Some(typed) = typed.map(|typed| typed.trim_end_matches('\\'))
            && !inside
            && !typed.contains(char::is_whitespace)
        {
            hide(line, mark + 1..mark + 1 + typed.len(), 0, hidden);
        }
    }
}

/// `/bot123456789:X/sendMessage`: Telegram's tokens, also those that are not as long as they should be.
fn bots(line: &str, hidden: &mut Vec<Range<usize>>) {
    for (at, start) in line.match_indices("/bot") {
        let from = at + start.len();
        let rest = line.get(from..).unwrap_or_default();
        let id = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Some(token) = rest.get(id..).and_then(|rest| rest.strip_prefix(':')) else { continue };
        if id >= 5 {
            let end = token.find(|c: char| c.is_whitespace() || "/\"'<>?".contains(c));
            hide(line, from + id + 1..from + id + 1 + end.unwrap_or(token.len()), 0, hidden);
        }
    }
}

/// Hides the text in quotes that begins here; says where it ends.
fn quoted(line: &str, at: usize, hidden: &mut Vec<Range<usize>>) -> Option<usize> {
    let bytes = line.as_bytes();
    let (quote, mark) = Quote::starting(bytes, at)?;
    let end = quote.closing(bytes, mark + 1);
    hide(line, mark + 1..end, 0, hidden);
    Some(end + quote.slashes + 1)
}

/// `s/PASSWORD/X/`: what is put where a secret's name stood.
fn replaced(line: &str, hidden: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let mut from = 0;
    while let Some(at) = line.get(from..).and_then(|rest| rest.find('s')).map(|at| from + at) {
        from = at + 1;
        let inside = at > 0
            && bytes.get(at - 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-./$".contains(byte));
        let Some(mark) = bytes.get(at + 1).copied().filter(|mark| DELIMITERS.contains(mark)) else {
            continue;
        };
        if inside {
            continue;
        }
        let Some(middle) = next(bytes, at + 2, mark) else { continue };
        let Some(end) = next(bytes, middle + 1, mark) else { continue };
        let names = line.get(at + 2..middle).unwrap_or_default();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let tells = names.split(|c| !is_part(c)).any(|name| {
            let name = name.trim_matches(|c: char| !c.is_alphanumeric());
            let first = name.strip_suffix("_here").or_else(|| name.strip_suffix("_HERE")).unwrap_or(name);
            !name.is_empty() && is_telling(first)
        });
        let end = if tells { whole(line, end, mark) } else { end };
        if tells {
            hide(line, value(line, middle + 1..end), 0, hidden);
        }
        from = end;
    }
}

/// Where the replacement ends when its text holds the mark, as base64 does: `s/PASSWORD/a/b+c==/`.
fn whole(line: &str, end: usize, mark: u8) -> usize {
    let rest = line.get(end..).unwrap_or_default();
    let ends = |c: char| c.is_whitespace() || "\"';}".contains(c);
    let rest = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or_default();
    rest.rfind(char::from(mark)).map_or(end, |last| end + last)
}

/// Without the secret's name before it: `password = X`, `requirepass X`.
fn value(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or_default();
    let name =
        text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(text.len());
    let (name, rest) = text.split_at(name);
    let bare = rest.trim_start_matches([' ', '=', ':', '"', '\'', '\\']);
    if bare.len() < rest.len() && is_telling(name) { range.end - bare.len()..range.end } else { range }
}

/// The next mark that no backslash stands before.
fn next(bytes: &[u8], from: usize, mark: u8) -> Option<usize> {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            _ if *byte == mark => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}
