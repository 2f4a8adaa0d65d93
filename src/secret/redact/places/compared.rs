//! What a secret is compared with: `case "$PASSWORD" in X)`, `[ X = "$PASSWORD" ]`.

use super::is_telling;
use super::line::{Line, NEAR, Name};

impl Line<'_> {
    /// `case "$PASSWORD" in X)`, `switch ($password) { "X" { … } }`
    pub(super) fn compares(&mut self, start: usize) -> bool {
        let rest = self.rest();
        let rest = rest.get(..rest.floor_char_boundary(NEAR)).unwrap_or(rest);
        let subject = match rest.find(" in ") {
            Some(at) => rest.get(..at).unwrap_or_default(),
            None => rest.split('{').next().unwrap_or_default(),
        };
        let telling = subject.split('$').skip(1).any(|name| {
            let name = name.trim_start_matches(['{', '(']).trim_start_matches("env:");
            is_telling(name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
        });
        let first = self.before(start).trim_end().is_empty()
            || self.before(start).trim_end().ends_with([';', '|', '&', '{', '(']);
        if !telling || !first || subject.len() == rest.len() {
            return false;
        }
        self.compared = true;
        let from = self.at + subject.len() + 4;
        self.at += subject.len();
        if rest.get(subject.len()..).is_some_and(|rest| rest.starts_with(" in ")) {
            self.patterns(from);
        }
        true
    }

    /// The patterns of `case … in X) …;; Y) …;; esac`.
    fn patterns(&mut self, from: usize) {
        let mut from = from;
        while let Some(end) = self.text.get(from..).and_then(|rest| rest.find(')')).map(|at| from + at) {
            self.hide(from..end);
            self.at = end;
            let Some(next) = self.text.get(end..).and_then(|rest| rest.find(";;")) else { return };
            from = end + next + 2;
        }
    }

    /// `[ X = "$PASSWORD" ]`: what a secret is compared with may stand before it.
    pub(super) fn compared_before(&mut self, name: &Name) {
        if !name.reference {
            return;
        }
        let before = self.before(name.range.start);
        let skipped = before.ceil_char_boundary(before.len().saturating_sub(NEAR));
        let before = before.get(skipped..).unwrap_or_default().trim_end_matches(['$', '{', '"', '\'', ':']);
        let before = before.strip_suffix("$env").unwrap_or(before).trim_end();
        let operators = ["==", "!=", "=~", "-eq", "-ne", "-ceq", "-like", "-match", "="];
        let Some(left) = operators.iter().find_map(|op| before.strip_suffix(op)) else { return };
        let word = left.trim_end();
        let start = match word.chars().next_back().filter(|last| matches!(last, '"' | '\'')) {
            Some(mark) => word.get(..word.len() - 1).and_then(|rest| rest.rfind(mark)).unwrap_or(word.len()),
            None if word.len() < left.len() => word.rfind([' ', '(']).map_or(0, |at| at + 1),
            None => return,
        };
        let tests = word
            .get(..start)
            .is_some_and(|before| before.trim_end().ends_with(['[', '(']) || before.ends_with("test "));
        if tests || word.ends_with(['"', '\'']) {
            self.hide(skipped + start..skipped + word.len());
        }
    }
}
