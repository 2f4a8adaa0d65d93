//! Workflow commands: GitHub shows them beside the changed lines.
//!
//! The syntax and its escapes are those of `actions/toolkit`'s `command.ts`. One line each: a message
//! can't start a command of its own, because no line end is left in it.

use std::io::{self, Write};

use super::Report;
use super::told::{Place, Told, ToldFinding};
use super::verdict::{number, untold, verdict};
use crate::finding::Severity;

/// Writes one command a finding, one a gap, and the verdict as a notice. The worst come first, since
/// GitHub shows only the first ten of each kind of a step.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    for finding in &told.findings {
        let title = format!("{} ({})", finding.rule, finding.severity);
        let message = message(finding);
        write_command(out, command(finding.severity), Some(&finding.place), &title, &message)?;
    }
    // Harmless gaps are counted: one annotation each would bury the findings.
    let harmless = told.gaps.iter().filter(|gap| !gap.hides_findings).count();
    if harmless > 0 {
        let message = format!(
            "{} that cannot hide a finding; `--format table` lists them",
            number(harmless, "gap", "gaps")
        );
        write_command(out, "notice", None, "secretrail", &message)?;
    }
    for gap in told.gaps.iter().filter(|gap| gap.hides_findings) {
        let title = "not audited: a finding could hide here";
        let separator = if gap.place.name.is_empty() { "" } else { ": " };
        let message = format!("{}{separator}{}", gap.place.name, gap.reason);
        write_command(out, "warning", Some(&gap.place), title, &message)?;
    }
    let mut sum = verdict(report, &told);
    for sentence in untold(report, &told) {
        sum.push_str(&format!("\n{sentence}"));
    }
    write_command(out, "notice", None, "secretrail", &sum)
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "notice",
    }
}

/// The message, the way of the secret, and the fix, on lines of their own in GitHub's box.
fn message(finding: &ToldFinding) -> String {
    let mut message = finding.message.clone();
    for step in &finding.related {
        message.push_str(&format!("\n{}: {}", step.place.short(), step.label()));
    }
    let fix = finding.remediation.trim();
    if !fix.is_empty() {
        message.push_str(&format!("\nFix: {fix}"));
    }
    message
}

fn write_command(
    out: &mut dyn Write,
    command: &str,
    place: Option<&Place>,
    title: &str,
    message: &str,
) -> io::Result<()> {
    write!(out, "::{command} ")?;
    if let Some(place) = place {
        let position = place.position;
        write!(out, "file={},line={}", property(&place.path), position.line)?;
        write!(out, ",endLine={}", position.end_line)?;
        // GitHub takes columns for places on one line only.
        if position.line == position.end_line {
            write!(out, ",col={},endColumn={}", position.column, position.end_column)?;
        }
        write!(out, ",")?;
    }
    writeln!(out, "title={}::{}", property(title), data(message))
}

/// Escapes a message. `%` first, or it would escape the escapes.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property, which ends at `,` or `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
