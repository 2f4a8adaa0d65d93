//! What a change adds: findings of today that were not there before.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::source::Sources;

/// What equals share; see the fingerprint of a finding, which is made of the same.
type Kin = (String, String, String, String, String, String);

/// The findings of `now` that `before` does not have. Both are settled, and stand in documents of their own.
///
/// Of equals as many are old as there were before: first those whose line is the same, then the upper ones. So
/// the one that was added is told, and not the one that it pushed down.
pub fn added(now: Vec<Finding>, sources: &Sources, before: &[&Finding], earlier: &Sources) -> Vec<Finding> {
    let mut lines: BTreeMap<Kin, BTreeMap<String, usize>> = BTreeMap::new();
    for finding in before {
        *lines.entry(kin(finding, earlier)).or_default().entry(line(finding, earlier)).or_default() += 1;
    }
    let mut take = |finding: &Finding| {
        let left = lines.get_mut(&kin(finding, sources))?.get_mut(&line(finding, sources))?;
        *left = left.checked_sub(1)?;
        Some(())
    };
    let is_old: Vec<bool> = now.iter().map(|finding| take(finding).is_some()).collect();
    // Whose line was changed: what they are was not.
    let mut changed: BTreeMap<Kin, usize> =
        lines.into_iter().map(|(kin, lines)| (kin, lines.into_values().sum())).collect();
    let mut marks = is_old.into_iter();
    let mut new = now;
    new.retain(|finding| {
        let is_old = marks.next().unwrap_or(false);
        if is_old {
            return false;
        }
        match changed.get_mut(&kin(finding, sources)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        }
    });
    new
}

fn kin(finding: &Finding, sources: &Sources) -> Kin {
    let secret = finding.secret.as_ref().map(|secret| secret.name.clone()).unwrap_or_default();
    let (kind, path) =
        finding.sink.as_ref().map(|sink| (sink.kind.clone(), sink.path.clone())).unwrap_or_default();
    let source = sources.name(finding.at.span.source);
    (finding.rule.to_string(), source, finding.at.name.clone(), secret, kind, path.unwrap_or_default())
}

/// The line where it begins. It is compared only, and never told.
fn line(finding: &Finding, sources: &Sources) -> String {
    let span = finding.at.span;
    let line = sources.line_span(span.source, sources.position(span).line);
    let text = sources.text(span.source);
    text.get(line.range()).unwrap_or_default().trim().chars().take(LONGEST_LINE).collect()
}

/// A minified line would be copied for each of its findings.
const LONGEST_LINE: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity, Surface};
    use crate::source::{Location, Span};

    /// One finding a line.
    fn findings(text: &str) -> (Sources, Vec<Finding>) {
        let sources = Sources::default();
        let id = sources.add_text("a.sh", text);
        let mut at = 0;
        let finding = |line: &str| {
            let span = Span::new(id, at, at + line.len());
            at += line.len() + 1;
            Finding {
                rule: "r".into(),
                surface: Surface::Terraform,
                severity: Severity::High,
                confidence: Confidence::High,
                message: String::new(),
                at: Location { span, name: String::new() },
                related: Vec::new(),
                secret: None,
                sink: None,
                remediation: None,
                events: None,
                fingerprint: String::new(),
            }
        };
        let found = text.lines().map(finding).collect();
        (sources, found)
    }

    fn lines_added(before: &str, now: &str) -> Vec<usize> {
        let ((earlier, before), (sources, now)) = (findings(before), findings(now));
        let added = added(now, &sources, &before.iter().collect::<Vec<_>>(), &earlier);
        added.iter().map(|finding| sources.position(finding.at.span).line).collect()
    }

    #[test]
    fn of_equals_the_one_that_was_added_is_told() {
        assert_eq!(lines_added("a\nb\n", "a\nb\n"), [0; 0]);
        assert_eq!(lines_added("a\nb\n", "x\na\nb\n"), [1]);
        assert_eq!(lines_added("a\nb\n", "a\nx\nb\ny\n"), [2, 4]);
        assert_eq!(lines_added("a\nb\n", "a\nchanged\n"), [0; 0]);
        assert_eq!(lines_added("a\n", "  a\na\n"), [2], "moved in or out");
        assert_eq!(lines_added("a\nb\n", "a\n"), [0; 0]);
        assert_eq!(lines_added("", "a\n"), [1]);
    }
}
