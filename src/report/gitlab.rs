//! GitLab's Code Quality report: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.
//!
//! Fields: `description`, `check_name`, `fingerprint`, `severity` (`info`, `minor`, `major`, `critical`,
//! `blocker`), `location.path` without `./`, `location.lines.begin`. The file holds one array, nothing else.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Report;
use super::told::{Place, Told, ToldGap};
use crate::finding::Severity;
use crate::hex::hex_of_first;

/// What a gap is called: GitLab has no other place for what could not be read.
const GAP: &str = "not-audited";

#[derive(Serialize)]
struct Issue<'t> {
    description: String,
    check_name: &'t str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'t>,
}

#[derive(Serialize)]
struct Location<'t> {
    path: &'t str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Writes findings, and the gaps that could hide one, pretty printed, with a final newline.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let findings = told.findings.iter().map(|finding| Issue {
        description: if finding.message.is_empty() { finding.rule.clone() } else { finding.message.clone() },
        check_name: &finding.rule,
        fingerprint: finding.fingerprint.clone(),
        severity: severity(finding.severity),
        location: location(&finding.place),
    });
    let mut equals: BTreeMap<String, usize> = BTreeMap::new();
    let gaps = told.gaps.iter().filter(|gap| gap.hides_findings).map(|gap| {
        let separator = if gap.place.name.is_empty() { "" } else { ": " };
        let (name, reason) = (&gap.place.name, &gap.reason);
        let ordinal = equals.entry(gap_key(gap)).or_default();
        *ordinal += 1;
        Issue {
            description: format!("Not audited, a finding could hide here: {name}{separator}{reason}"),
            check_name: GAP,
            fingerprint: hashed(&format!("{}\0{ordinal}", gap_key(gap))),
            severity: "major",
            location: location(&gap.place),
        }
    });
    let issues: Vec<Issue<'_>> = findings.chain(gaps).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn location(place: &Place) -> Location<'_> {
    Location { path: &place.path, lines: Lines { begin: place.position.line } }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "info",
        Severity::Low => "minor",
        Severity::Medium => "major",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}

/// What of a gap does not move with lines.
fn gap_key(gap: &ToldGap) -> String {
    format!("{}\0{}\0{}", gap.place.exact_path, gap.place.name, gap.reason)
}

fn hashed(text: &str) -> String {
    hex_of_first(16, &Sha256::digest(text.as_bytes()))
}
