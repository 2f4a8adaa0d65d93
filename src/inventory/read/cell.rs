//! What a cell says, with the marks of Markdown taken off, and whether it holds a value.

use std::ops::Range;

use crate::secret::redact::is_strewn;
use crate::secret::tokens::{TokenMatch, TokenTable};

/// What people write where there is nothing.
const NOTHING: &[&str] =
    &["", "-", "--", "---", "–", "—", "―", "n/a", "na", "none", "never", "tbd", "?", "unknown", "null"];
/// How a cell says that the key is still on its way.
const MIGRATING: &[&str] = &[
    "needs migration",
    "need migration",
    "to migrate",
    "to be migrated",
    "migrating",
    "needs to move",
    "needs moving",
    "migrate to",
];
/// A shorter run of letters and digits in turn is a name of somebody.
const SHORTEST_DRAWN: usize = 20;
/// A longer cell is cut when it is told.
const MOST_CHARACTERS: usize = 2_000;

/// The text of a cell without the marks of Markdown around it: `` `x` ``, `**x**`, `[x](y)`, `<br>`.
pub(super) fn plain(text: &str) -> String {
    let mut rest = text.trim();
    loop {
        let before = rest;
        for mark in ["**", "__", "`", "*", "_", "~~"] {
            let inner = rest.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
            if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.contains(mark)) {
                rest = inner.trim();
            }
        }
        if rest == before {
            break;
        }
    }
    let link =
        rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once("]("));
    let rest = link.filter(|(text, _)| !text.contains('[')).map_or(rest, |(text, _)| text.trim());
    let mut cell = rest.replace("\\|", "|").replace("<br>", " ").replace("<br/>", " ").replace('`', "");
    if let Some((end, _)) = cell.char_indices().nth(MOST_CHARACTERS) {
        cell.truncate(end);
    }
    cell.trim().to_owned()
}

/// Whether a cell says nothing: empty, `—`, `n/a`.
pub(super) fn is_nothing(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    NOTHING.contains(&lower.as_str())
}

/// Whether a cell says that the key has not reached its place.
pub(super) fn is_migrating(text: &str) -> bool {
    let lower = text.to_lowercase();
    MIGRATING.iter().any(|words| lower.contains(words))
}

/// All tokens of a text, by place: what each looks like, and its bytes.
pub(super) fn values(text: &str, tokens: &TokenTable) -> Vec<(String, Range<usize>)> {
    let one = |found: TokenMatch| {
        // The documented examples are no secrets, and no names either.
        let example = if found.documentation { " (a documented example)" } else { "" };
        (format!("{}{example}", found.description), found.range)
    };
    tokens.find(text, "").into_iter().map(one).collect()
}

/// The value in a text: what it looks like, and its bytes. `None` where nothing looks like one.
pub(super) fn value(text: &str, tokens: &TokenTable) -> Option<(String, Range<usize>)> {
    values(text, tokens).into_iter().next().or_else(|| looks_drawn(text))
}

/// A text that nobody made up by hand, where no token pattern knows it.
pub(super) fn looks_drawn(text: &str) -> Option<(String, Range<usize>)> {
    drawn(text).map(|range| ("a text that looks drawn by lot".to_owned(), range))
}

/// A long run of letters and digits in turn. ARNs and addresses end in such runs: a path or an address is none.
fn drawn(text: &str) -> Option<Range<usize>> {
    let part = |letter: char| letter.is_ascii_alphanumeric() || "+/=_-".contains(letter);
    let mut at = 0;
    for piece in text.split(|letter: char| !part(letter)) {
        let range = at..at + piece.len();
        at += piece.len()
            + text.get(range.end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let is_place = piece.starts_with('/')
            || piece.contains("//")
            || text.contains("://")
            || text.starts_with("arn:");
        let mixed = piece.bytes().any(|byte| byte.is_ascii_uppercase())
            && piece.bytes().any(|byte| byte.is_ascii_lowercase());
        if piece.len() >= SHORTEST_DRAWN && !is_place && mixed && is_strewn(piece) {
            return Some(range);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off() {
        for (text, told) in [
            (" `SSM /a/b` ", "SSM /a/b"),
            ("**KEY**", "KEY"),
            ("[Paperclip](https://example.com/x)", "Paperclip"),
            ("a\\|b", "a|b"),
            ("SSM `/a/b/c`", "SSM /a/b/c"),
            ("*", "*"),
        ] {
            assert_eq!(plain(text), told);
        }
    }

    #[test]
    fn dashes_say_nothing_and_migrations_are_heard() {
        for text in ["", " — ", "–", "N/A", "-"] {
            assert!(is_nothing(text), "{text}");
        }
        assert!(!is_nothing("2026-03-28") && !is_nothing("Paperclip"));
        assert!(
            is_migrating("Needs migration")
                && is_migrating("(to be migrated in May)")
                && !is_migrating("Jared")
        );
    }

    #[test]
    fn values_are_seen_and_names_are_not() {
        let tokens = TokenTable::embedded();
        let pasted = format!("old: {}", ["ghp_", &"a1B2".repeat(9)].concat());
        for text in [pasted.as_str(), "9aK3xQ7mZ2pL8vB4nR6t", "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg1x2X3y"] {
            assert!(value(text, &tokens).is_some(), "{text}");
        }
        for text in [
            "SSM /paperclip-app/anthropic/api-key",
            "ANTHROPIC_API_KEY",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/Db1Main2-a1B2c3D4e5F6g7H8",
            "https://console.example.com/a1B2c3D4e5F6g7H8i9J0k1L2",
            "jcalone-abt",
            "2026-03-28",
            "needs migration",
            "aws ssm put-parameter --overwrite --type SecureString --name /a/b/c",
        ] {
            assert_eq!(value(text, &tokens), None, "{text}");
        }
    }
}
