//! A change in words.

use super::{Change, Item};
use crate::counted::counted;

/// "secretrail: 2 new findings, 1 fixed; the audit fails now (terraform infra)".
pub fn headline(change: &Change) -> String {
    if change.is_test {
        return "secretrail: this is a test message; nothing was found or fixed".to_owned();
    }
    let count = |count: usize, one: &str, more: &str| (count > 0).then(|| counted(count, one, more));
    let counts: Vec<String> = [
        count(change.new.len(), "new finding", "new findings"),
        count(change.reopened.len(), "is back", "are back"),
        count(change.fixed.len(), "fixed", "fixed"),
        count(change.left_out, "more not listed", "more not listed"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut parts = Vec::new();
    if !counts.is_empty() {
        parts.push(counts.join(", "));
    }
    parts.extend(turns(change).into_iter().map(str::to_owned));
    format!("secretrail: {} ({})", parts.join("; "), change.scope)
}

/// How the standing turned, each as a clause.
pub(super) fn turns(change: &Change) -> Vec<&'static str> {
    let turned = change.turned();
    let clauses = [
        turned.audited.map(|yes| if yes { "it is audited again" } else { "nothing was audited" }),
        turned.verdict.map(|yes| if yes { "the audit fails now" } else { "the audit no longer fails" }),
        turned.gap.map(|yes| if yes { "a gap could hide findings" } else { "everything was audited again" }),
    ];
    clauses.into_iter().flatten().collect()
}

/// The lists of a change, with their titles.
pub(super) fn lists(change: &Change) -> [(&'static str, &[Item]); 3] {
    [("New", &change.new), ("Back again", &change.reopened), ("Fixed", &change.fixed)]
}

/// "1 critical, 2 high"; "none" where there is nothing.
pub(super) fn open(change: &Change) -> String {
    let counts = change.open.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(severity, count)| format!("{count} {severity}")).collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

/// At most this many characters, in one line; what was longer ends in `…`.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let text = one_line(text);
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A name that holds an end of line, or turns the order of letters, must not write lines of its own.
pub(super) fn one_line(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|letter| if letter.is_control() || turns(letter) { ' ' } else { letter }).collect()
}

/// What could hide findings, where that is news.
pub(super) fn gap_lines(change: &Change) -> Vec<String> {
    if change.turned().gap != Some(true) {
        return Vec::new();
    }
    let mut lines: Vec<String> = change.gap_reasons.iter().map(|reason| format!("Gap: {reason}")).collect();
    if change.gaps > change.gap_reasons.len() {
        lines.push(format!("… and {} more", counted(change.gaps - change.gap_reasons.len(), "gap", "gaps")));
    }
    lines
}

/// All of a change for people who read mail, no more bytes than this.
pub(super) fn words(change: &Change, delivery: &str, most_bytes: usize) -> String {
    let mut lines = vec![one_line(&headline(change)), String::new(), one_line(&change.verdict)];
    for (title, items) in lists(change) {
        if !items.is_empty() {
            lines.extend([String::new(), format!("{title}:")]);
        }
        lines.extend(items.iter().map(|item| {
            one_line(&format!(
                "- {} {} at {}: {}",
                item.severity,
                item.rule,
                item.place,
                clipped(&item.message, 300)
            ))
        }));
    }
    lines.extend(gap_lines(change).iter().map(|line| one_line(line)));
    let mut end = vec![String::new(), format!("Open now: {}", open(change))];
    end.extend(change.report_url.iter().map(|url| format!("Report: {url}")));
    end.push(format!("Run of {}, message {delivery}", change.at));
    let end = end.join("\n");
    let mut text = String::new();
    for line in lines {
        if text.len() + line.len() + end.len() + 8 > most_bytes {
            text.push_str("...\n");
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text + &end + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::sample::{change, item};
    use super::*;
    use crate::finding::Severity;

    #[test]
    fn words_say_all_and_have_an_end() {
        let mut change = change();
        let text = words(&change, "d1", 16_000);
        assert!(
            text.starts_with("secretrail: 1 new finding, 1 is back, 1 fixed; the audit fails now"),
            "{text}"
        );
        assert!(text.contains("\nFixed:\n- medium secret-written-to-disk at user_data.sh:235: "), "{text}");
        assert!(text.ends_with(
            "Report: https://ci.example.com/audit.html\nRun of 2026-03-28T12:13:20Z, message d1\n"
        ));
        let mut forged = item("b", Severity::Low);
        (forged.place, forged.message) = ("a\nFixed:".into(), "b\r\n- critical \u{202e}c\u{2028}d".into());
        change.new.push(forged);
        let text = words(&change, "d1", 16_000);
        assert!(text.contains("at a Fixed:: b  - critical  c d\n"), "{text}");
        change.new = vec![item("a", Severity::Low); 1_000];
        let text = words(&change, "d1", 16_000);
        assert!(text.len() <= 16_000 && text.contains("...\n") && text.contains("message d1"), "{text}");
    }
}
