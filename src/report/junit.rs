//! JUnit's XML, for the test pages of Jenkins, GitLab, Azure DevOps and others.
//!
//! Only what Jenkins's schema (`junit-10.xsd` of its xunit plugin) and all readers know: `testsuites`, `testsuite`,
//! `testcase` with `failure`, `error`, `skipped` and `system-out`. A finding at or above `--fail-on` is a
//! failure, one below it passes and says so, a gap that could hide a finding is an error, what is silenced is
//! skipped. A rule without findings is a test that passes, so that an audit without findings is no empty file.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Report;
use super::told::{Told, ToldFinding, ToldGap, ToldSilenced};
use super::verdict::{untold, verdict};
use crate::error::ExitCode;

/// One test.
struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Told(String),
    Failure { message: String, kind: &'static str, text: String },
    Error { message: String },
    Skipped { message: String },
}

/// Writes the file, with a final newline.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::with_every_rule(report);
    let cases = cases(report, &told);
    let count = |test: fn(&Outcome) -> bool| cases.iter().filter(|case| test(&case.outcome)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        cases.len(),
        count(|outcome| matches!(outcome, Outcome::Failure { .. })),
        count(|outcome| matches!(outcome, Outcome::Error { .. })),
    );
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped { .. }));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"secretrail\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"secretrail\" {counts} skipped=\"{skipped}\">")?;
    for case in &cases {
        write_case(case, out)?;
    }
    let mut sum = vec![verdict(report, &told)];
    sum.extend(untold(report, &told));
    writeln!(out, "    <system-out>{}</system-out>", escaped(&sum.join("\n")))?;
    writeln!(out, "  </testsuite>")?;
    writeln!(out, "</testsuites>")
}

fn cases(report: &Report<'_>, told: &Told<'_>) -> Vec<Case> {
    let met: BTreeSet<&str> = told.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let mut cases: Vec<Case> = told.findings.iter().map(|finding| of_finding(report, finding)).collect();
    cases.extend(told.gaps.iter().chain(&told.accepted).map(of_gap));
    cases.extend(told.silenced.iter().map(of_silenced));
    if report.exit_code == ExitCode::NotAudited {
        let message = "no Terraform file was found, so nothing was audited".to_owned();
        cases.push(Case { class: "audit".into(), name: "audit".into(), outcome: Outcome::Error { message } });
        return cases;
    }
    let quiet = told.rules.iter().filter(|rule| !met.contains(rule.name.as_str()));
    cases.extend(quiet.map(|rule| Case {
        class: rule.name.clone(),
        name: rule.title.clone(),
        outcome: Outcome::Passed,
    }));
    cases
}

fn of_finding(report: &Report<'_>, finding: &ToldFinding) -> Case {
    let mut text = format!("{}\n{}: {}\n", finding.place.long(), finding.severity, finding.message);
    for step in &finding.related {
        text.push_str(&format!("{}: {}\n", step.place.short(), step.label()));
    }
    let fix = finding.remediation.trim();
    if !fix.is_empty() {
        text.push_str(&format!("Fix: {fix}\n"));
    }
    let fails = report.gate.fail_on.is_some_and(|least| finding.severity >= least);
    let (message, kind) = (finding.message.clone(), finding.severity.word());
    let outcome = if fails { Outcome::Failure { message, kind, text } } else { Outcome::Told(text) };
    Case {
        class: finding.rule.clone(),
        name: format!("{} {}", finding.place.long(), finding.message),
        outcome,
    }
}

fn of_gap(gap: &ToldGap) -> Case {
    let name = format!("{} {}", gap.place.short(), gap.place.name);
    let acceptance = gap.acceptance();
    let message = match &acceptance {
        Some(acceptance) => format!("{}; {acceptance}", gap.reason),
        None => gap.reason.clone(),
    };
    let outcome = if gap.hides_findings && acceptance.is_none() {
        Outcome::Error { message }
    } else {
        Outcome::Skipped { message }
    };
    Case { class: "not-audited".into(), name: name.trim_end().to_owned(), outcome }
}

fn of_silenced(silenced: &ToldSilenced) -> Case {
    let until = silenced.until.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
    let reason = if silenced.reason.is_empty() { String::new() } else { format!(": {}", silenced.reason) };
    let message = format!("silenced by {}{until}{reason}", silenced.by);
    let name = format!("{} {}", silenced.place.long(), silenced.fingerprint);
    Case { class: silenced.rule.clone(), name, outcome: Outcome::Skipped { message } }
}

fn write_case(case: &Case, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "    <testcase classname=\"{}\" name=\"{}\"", escaped(&case.class), escaped(&case.name))?;
    match &case.outcome {
        Outcome::Passed => return writeln!(out, "/>"),
        Outcome::Told(text) => write!(out, "><system-out>{}</system-out>", escaped(text))?,
        Outcome::Failure { message, kind, text } => {
            let message = escaped(message);
            write!(out, "><failure message=\"{message}\" type=\"{kind}\">{}</failure>", escaped(text))?;
        }
        Outcome::Error { message } => {
            write!(out, "><error message=\"{}\" type=\"gap\"/>", escaped(message))?;
        }
        Outcome::Skipped { message } => write!(out, "><skipped message=\"{}\"/>", escaped(message))?,
    }
    writeln!(out, "</testcase>")
}

/// Text for an element or an attribute. What XML 1.0 can't hold in any form becomes a replacement character:
/// controls (most were replaced before), and the two that are no characters.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| !matches!(letter, '&' | '<' | '>' | '"' | '\'' | '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}');
    if text.chars().all(|letter| is_plain(letter) || letter == '\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(letter),
            letter if is_plain(letter) => out.push(letter),
            _ => out.push('\u{FFFD}'),
        }
    }
    Cow::Owned(out)
}
