//! Passwords in programs that a script gives to an interpreter: `create(password='x')`.

use std::ops::Range;

use super::Machine;
use super::literal::can_be_secret;
use super::passwords::confidence_of;
use super::sql::{cut, read};
use crate::finding::Confidence;
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::value::{Piece, Text};

/// Secrets of one program that are reported one by one.
const MOST: usize = 256;

impl Machine<'_> {
    /// Where a program sets what is called a secret to a text, the text is one.
    pub fn literals_in_code(&mut self, code: &Text, at: Span) {
        let shown = read(code);
        let set = set_in(&shown);
        if set.len() > MOST {
            self.gap(at, "a program sets more secrets than are reported one by one", true);
        }
        for (name, range) in set.into_iter().take(MOST) {
            let value = shown.get(range.clone()).unwrap_or_default();
            if can_be_secret(value) && !value.contains(['$', '{', '%', '\0']) {
                let text = cut(code, range.clone());
                let place = match text.pieces.first() {
                    Some(Piece::Known { at, .. }) => *at,
                    _ => at,
                };
                self.literal(name, &text, place, confidence_of(value));
            }
        }
    }
}

/// `name='x'`, `"name": "x"`, each where nothing is joined to the text.
fn set_in(code: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in code.split_inclusive('\n') {
        let mut at = 0;
        while let Some(opened) = line.get(at..).and_then(|rest| rest.find(['"', '\''])).map(|to| at + to) {
            let mark = line.as_bytes().get(opened).copied().unwrap_or_default() as char;
            let Some(length) = line.get(opened + 1..).and_then(|rest| rest.find(mark)) else { break };
            let closed = opened + 1 + length;
            let ends = line.get(closed + 1..).unwrap_or_default().trim_start();
            let alone = ends.is_empty() || ends.starts_with([',', ')', '}', ';', ']']);
            if let Some(name) = name_before(line.get(..opened).unwrap_or_default()).filter(|_| alone) {
                found.push((name, start + opened + 1..start + closed));
            }
            at = closed + 1;
        }
        start += line.len();
    }
    found
}

fn name_before(before: &str) -> Option<&str> {
    let before = before.trim_end();
    let left = before.strip_suffix(['=', ':'])?;
    // `==`, `!=` compare, `f(x) :=` sets.
    if left.ends_with(['=', '!', '<', '>', '+', ':']) {
        return None;
    }
    let left = left.trim_end().trim_end_matches(['"', '\'']);
    let start = left
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .map_or(0, |at| at + left.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let name = left.get(start..)?;
    says_secret(name).is_some_and(|verdict| verdict.confidence > Confidence::Low).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_set() {
        let said = |code: &str| -> Vec<String> {
            set_in(code).into_iter().map(|(name, range)| format!("{name} {}", &code[range])).collect()
        };
        assert_eq!(said("user = create(\n  name='a',\n  password='x1',\n)\n"), ["password x1"]);
        assert_eq!(said("d = {\"api_key\": \"x1\", 'db_password': 'x2'}"), ["api_key x1", "db_password x2"]);
        for code in [
            "if password == 'x1':",
            "password = 'a' + b",
            "password='x",
            "name='x'",
            "é'=='",
            "token_url='x'",
        ] {
            assert_eq!(said(code), Vec::<String>::new(), "{code}");
        }
    }
}
