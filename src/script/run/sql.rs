//! Passwords in statements of SQL: `ALTER USER x WITH PASSWORD 'y'`, `CREATE USER x IDENTIFIED BY 'y'`.

use std::ops::Range;

use super::Machine;
use super::literal::can_be_secret;
use super::passwords::confidence_of;
use super::wire::slice;
use crate::source::Span;
use crate::value::{Piece, Text};

/// The passwords that a text sets, in its order.
pub fn passwords_in(text: &str) -> Vec<Range<usize>> {
    // As long in bytes as the text itself.
    let upper = text.to_ascii_uppercase();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (keyword, word) in upper.match_indices("IDENTIFIED").chain(upper.match_indices("PASSWORD")) {
        let outside = |at: usize| !upper.as_bytes().get(at).is_some_and(|byte| is_of_word(*byte));
        let end = keyword + word.len();
        if keyword.checked_sub(1).is_some_and(|before| !outside(before)) || !outside(end) {
            continue;
        }
        let value = match word {
            "IDENTIFIED" => identified(&upper, end),
            _ if sets_one(upper.get(..keyword).unwrap_or_default()) => assigned(&upper, end),
            _ => None,
        };
        found.extend(value.filter(|value| !is_hash(text.get(value.clone()).unwrap_or_default())));
    }
    found.sort_by_key(|range| range.start);
    found.dedup();
    found
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `BY 'x'`, `WITH mysql_native_password BY 'x'`.
fn identified(upper: &str, at: usize) -> Option<Range<usize>> {
    let (at, mut word) = word(upper, at)?;
    let mut at = at;
    if word == "WITH" {
        let plugin = skip(upper, at).trim_start_matches(|c: char| c.is_alphanumeric() || "_'\"`".contains(c));
        (at, word) = self::word(upper, upper.len() - plugin.len())?;
    }
    (word == "BY").then(|| quoted(upper, at))?
}

/// `'x'`, `= 'x'`, `FOR u = 'x'`, `= PASSWORD('x')`.
fn assigned(upper: &str, at: usize) -> Option<Range<usize>> {
    let rest = skip(upper, at);
    let mut after = rest;
    if let Some(account) = rest.strip_prefix("FOR ") {
        after = account.get(account.find('=')?..)?;
    }
    after = after.strip_prefix('=').unwrap_or(after).trim_start();
    after = after.strip_prefix("PASSWORD").unwrap_or(after).trim_start_matches([' ', '(']);
    quoted(upper, upper.len() - after.len())
}

/// Whether the statement before the word is one that sets a password.
fn sets_one(before: &str) -> bool {
    let statement = before.rsplit(';').next().unwrap_or(before);
    let words: Vec<&str> =
        statement.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let account = words
        .windows(2)
        .any(|pair| matches!(pair, ["CREATE" | "ALTER", "USER" | "ROLE" | "LOGIN" | "GROUP"]));
    // The statement may have begun on the line before: `WITH LOGIN PASSWORD 'x'`.
    let goes_on = matches!(words.last(), Some(&("ENCRYPTED" | "LOGIN" | "WITH"))) && words.len() <= 8;
    account || goes_on || words.last() == Some(&"SET")
}

fn skip(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default().trim_start()
}

fn word(text: &str, at: usize) -> Option<(usize, &str)> {
    let rest = skip(text, at);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let start = text.len() - rest.len();
    (end > 0).then(|| (start + end, rest.get(..end).unwrap_or_default()))
}

/// What stands between the quotes here: `'x'`, `N'x'`, `\'x\'`; of `'it''s'` all.
fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = skip(text, at);
    let bare = rest.strip_prefix('N').unwrap_or(rest);
    let slashed = bare.strip_prefix('\\').unwrap_or(bare);
    let mark = *slashed.as_bytes().first().filter(|mark| matches!(mark, b'\'' | b'"'))?;
    let start = text.len() - slashed.len() + 1;
    let bytes = text.as_bytes();
    let mut end = start;
    loop {
        match (bytes.get(end)?, bytes.get(end + 1)) {
            (byte, Some(next)) if *byte == mark && *next == mark && end > start => end += 2,
            (byte, _) if *byte == mark => break,
            _ => end += 1,
        }
    }
    // `\'x\'`: the backslash is of the closing quote.
    let slash = slashed.len() < bare.len() && text.get(start..end)?.ends_with('\\');
    let end = end - usize::from(slash);
    (start < end).then_some(start..end)
}

/// `md5…`, `SCRAM-SHA-256$…`, `*94BD…`: what the server keeps.
fn is_hash(value: &str) -> bool {
    let hex =
        |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    value.starts_with("SCRAM-SHA-256$")
        || value.starts_with("$A$")
        || value.strip_prefix("md5").is_some_and(|rest| hex(rest, 32))
        || value.strip_prefix('*').is_some_and(|rest| hex(rest, 40))
        || value.strip_prefix("0x").is_some_and(|rest| rest.len() > 60)
}

/// A hole as it is read between the words around it.
const HOLE: &str = "\0";

/// The literal passwords in a text, and where each stands; a hole counts as one byte.
pub fn literals(text: &Text) -> Vec<(Range<usize>, Text)> {
    if super::variables::known_bytes(text) > super::passwords::LONGEST_WORD {
        return Vec::new();
    }
    let shown = read(text);
    let is_literal = |range: &Range<usize>| {
        shown
            .get(range.clone())
            .is_some_and(|value| can_be_secret(value) && !value.contains(['$', '{', '\0']))
    };
    let found = passwords_in(&shown).into_iter().filter(is_literal);
    found.map(|range| (range.clone(), cut(text, range))).collect()
}

/// A text with its holes as one byte each.
pub fn read(text: &Text) -> String {
    text.pieces.iter().map(known_or_hole).collect()
}

fn known_or_hole(piece: &Piece) -> &str {
    match piece {
        Piece::Known { text, .. } => text,
        Piece::Hole(_) => HOLE,
    }
}

/// A part of a text, holes and all.
pub fn cut(text: &Text, range: Range<usize>) -> Text {
    let mut part = Text::default();
    let mut start = 0;
    for piece in &text.pieces {
        let length = known_or_hole(piece).len();
        let (from, to) = (range.start.max(start), range.end.min(start + length));
        if from < to {
            let alone = Text::of(vec![piece.clone()]);
            let whole = matches!(piece, Piece::Hole(_));
            part.append(if whole { alone } else { slice(&alone, from - start..to - start) });
        }
        start += length;
    }
    part
}

impl Machine<'_> {
    /// Statements in a document or in what is printed. The secret's hole stands where its text was.
    pub fn stated_in_sql(&mut self, text: Text, at: Span) -> Text {
        let found = literals(&text);
        if found.is_empty() {
            return text;
        }
        let mut all = Text::default();
        let mut from = 0;
        for (range, value) in found {
            all.append(cut(&text, from..range.start));
            let confidence = confidence_of(&value.known().unwrap_or_default());
            all.append(self.literal("password", &value, at, confidence));
            from = range.end;
        }
        all.append(cut(&text, from..usize::MAX));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<&str> {
        passwords_in(text).into_iter().filter_map(|range| text.get(range)).collect()
    }

    #[test]
    fn statements_that_set_a_password() {
        for statement in [
            "ALTER USER app WITH PASSWORD 'hunter2x';",
            "create role app login password 'hunter2x'",
            "CREATE USER app WITH ENCRYPTED PASSWORD 'hunter2x' CREATEDB;",
            " WITH LOGIN PASSWORD 'hunter2x';",
            "CREATE USER 'a'@'%' IDENTIFIED BY 'hunter2x';",
            "  IDENTIFIED WITH mysql_native_password BY 'hunter2x';",
            "ALTER USER 'root'@'localhost' IDENTIFIED WITH 'caching_sha2_password' BY \"hunter2x\"",
            "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('hunter2x');",
            "SET PASSWORD = 'hunter2x'",
            "CREATE LOGIN app WITH PASSWORD = N'hunter2x', CHECK_POLICY = OFF",
            "ALTER USER \\\"u\\\" PASSWORD \\'hunter2x\\'",
        ] {
            assert_eq!(said(statement), ["hunter2x"], "{statement}");
        }
        assert_eq!(
            said("ALTER USER a PASSWORD 'it''s one'; ALTER USER b PASSWORD 'two'"),
            ["it''s one", "two"]
        );
    }

    #[test]
    fn statements_that_set_none() {
        for statement in [
            "SELECT password FROM users WHERE password = 'hunter2x'",
            "ALTER USER app WITH PASSWORD NULL",
            "ALTER USER app PASSWORD 'md5a3556571e93b0d20722ba62be61e8c2d'",
            "CREATE USER a IDENTIFIED BY PASSWORD '*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29'",
            "IDENTIFIED WITH auth_socket",
            "the user is identified by 'id'x",
            "Enter password 'x'",
            "ALTER USER app WITH PASSWORD '",
            "PASSWORD",
            "IDENTIFIED WITH",
        ] {
            assert!(said(statement).iter().all(|said| said.len() < 4), "{statement}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(ALTER USER |SET |IDENTIFIED |PASSWORD|WITH |BY | FOR|=|N|'|\"|\\\\|é|x|\0){0,30}") {
            for range in passwords_in(&text) {
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
