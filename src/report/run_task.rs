//! For a run task of HCP Terraform: one message, and one outcome for each finding and gap.
//!
//! HCP Terraform asks for bodies of less than a mebibyte; the whole answer stays below that.

use std::collections::BTreeMap;

use super::Report;
use super::markdown::finding_body;
use super::shown::clipped;
use super::told::{Told, ToldFinding, ToldGap};
use super::verdict::{number, sentence, untold};
use crate::error::ExitCode;
use crate::finding::Severity;

/// More outcomes are counted, not told.
const MOST_OUTCOMES: usize = 100;
/// Characters of a line, and of an outcome's text.
const LINE: usize = 200;
const BODY: usize = 8_000;

/// What a run task says of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskResult {
    /// Audited whole, and nothing at or above `--fail-on`.
    pub passed: bool,
    /// One line.
    pub message: String,
    /// The worst first.
    pub outcomes: Vec<TaskOutcome>,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOutcome {
    /// The same for the same finding of each run.
    pub id: String,
    /// One line.
    pub description: String,
    /// Markdown.
    pub body: String,
    /// How bad; gaps have none.
    pub severity: Option<Severity>,
    /// Whether this is why the task fails.
    pub fails: bool,
}

/// What a run task says. `fail_on` marks the outcomes that decided; the exit code says how it ends.
pub fn task_result(report: &Report<'_>, fail_on: Severity) -> TaskResult {
    let told = Told::of(report);
    let mut outcomes: Vec<TaskOutcome> =
        told.findings.iter().map(|finding| of_finding(&told, finding, fail_on)).collect();
    outcomes.extend(told.gaps.iter().map(of_gap));
    unlike(&mut outcomes);
    let left_out = outcomes.len().saturating_sub(MOST_OUTCOMES);
    if left_out > 0 {
        outcomes.truncate(MOST_OUTCOMES - 1);
        let more = number(left_out + 1, "outcome is", "outcomes are");
        let body = "`secretrail scan` lists all of them.".to_owned();
        let description = format!("{more} left out here");
        outcomes.push(TaskOutcome { id: "left-out".into(), description, body, severity: None, fails: false });
    }
    let passed = report.exit_code == ExitCode::Clean;
    let mut message = sentence(report, &told);
    for more in untold(report, &told) {
        message.push_str(". ");
        message.push_str(&more);
    }
    TaskResult { passed, message, outcomes }
}

fn of_finding(told: &Told<'_>, finding: &ToldFinding, fail_on: Severity) -> TaskOutcome {
    TaskOutcome {
        id: finding.fingerprint.clone(),
        description: clipped(&finding.message, LINE),
        body: whole_or_plain(finding_body(told, finding)),
        severity: Some(finding.severity),
        fails: finding.severity >= fail_on,
    }
}

fn of_gap(gap: &ToldGap) -> TaskOutcome {
    let name = if gap.place.name.is_empty() { gap.place.short() } else { gap.place.name.clone() };
    let hides = gap.hides_findings;
    TaskOutcome {
        id: "gap".into(),
        description: clipped(&format!("Not read: {name}: {}", gap.reason), LINE),
        body: if hides { "A finding could hide here.".into() } else { String::new() },
        severity: None,
        fails: hides,
    }
}

/// Cut Markdown could leave a fence open; then its first lines stay, as they are text of ours.
fn whole_or_plain(body: String) -> String {
    if body.len() <= BODY {
        return body;
    }
    body.lines()
        .take_while(|line| !line.starts_with("**Fix:**"))
        .take(20)
        .map(|line| clipped(line, 400) + "\n")
        .collect()
}

/// Numbers ids that would be equal.
fn unlike(outcomes: &mut [TaskOutcome]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        let count = seen.entry(outcome.id.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            outcome.id = format!("{}-{count}", outcome.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Ground;
    use super::*;

    #[test]
    fn each_finding_and_gap_is_an_outcome() {
        let ground = Ground::new();
        let report = ground.report();
        let result = task_result(&report, Severity::High);
        assert!(!result.passed);
        assert!(!result.message.contains("Exit code"), "{}", result.message);
        assert_eq!(result.outcomes.len(), report.findings.len() + report.gaps.len());
        let first = &result.outcomes[0];
        assert!(first.fails && first.body.contains("1. `"), "{first:?}");
        let ids: std::collections::BTreeSet<_> = result.outcomes.iter().map(|one| &one.id).collect();
        assert_eq!(ids.len(), result.outcomes.len());
    }

    #[test]
    fn thousands_of_findings_fit_into_one_answer() {
        let ground = Ground::new();
        let mut report = ground.report();
        report.findings = std::iter::repeat_n(report.findings[0].clone(), 3_000).collect();
        let result = task_result(&report, Severity::High);
        assert_eq!(result.outcomes.len(), MOST_OUTCOMES);
        assert_eq!(result.outcomes[MOST_OUTCOMES - 1].description, "2902 outcomes are left out here");
    }
}
