//! The baseline that `--baseline` reads: one entry a line, so that a diff tells what came and went.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use super::told::Told;

/// The version of the shape below; what reads it is `silence::baseline`.
const VERSION: u32 = 1;

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<'t> {
    path: &'t str,
    rule: &'t str,
    name: &'t str,
    fingerprint: &'t str,
}

/// Writes all findings of a report as a baseline.
pub fn write_baseline(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let mut entries: Vec<Entry<'_>> = told
        .findings
        .iter()
        .map(|finding| Entry {
            path: &finding.place.path,
            rule: &finding.rule,
            name: &finding.place.name,
            fingerprint: &finding.fingerprint,
        })
        .collect();
    entries.sort();
    write!(out, "{{\"version\": {VERSION}, \"tool\": \"secretrail\", \"entries\": [")?;
    for (index, entry) in entries.iter().enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        serde_json::to_writer(&mut *out, entry)?;
    }
    writeln!(out, "{}]}}", if entries.is_empty() { "" } else { "\n" })
}
