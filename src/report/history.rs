//! The history of findings, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::TableStyle;
use super::shown::{clipped, shown};
use super::verdict::number;
use super::wrap::wrapped;

/// As much of a fingerprint as tells one from another.
const PRINT: usize = 12;
/// The longest word for a severity.
const SEVERITY: usize = "informational".len();
/// `show` has the rest of a longer message.
const MESSAGE: usize = 240;

/// One finding over time. Times are RFC 3339, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryRow {
    /// `open`, `accepted`, `silenced`, `past` or `fixed`.
    pub status: &'static str,
    /// How bad.
    pub severity: String,
    /// The rule's name.
    pub rule: String,
    /// The surface.
    pub surface: String,
    /// Where.
    pub place: String,
    /// What.
    pub message: String,
    /// When it was first seen.
    pub first_seen: String,
    /// When it was last seen.
    pub last_seen: String,
    /// When it was gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_at: Option<String>,
    /// When it left the time that its job reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past_at: Option<String>,
    /// The last day of its acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_until: Option<String>,
    /// Why it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was audited.
    pub scope: String,
    /// Its identity.
    pub fingerprint: String,
}

#[derive(Serialize)]
struct Whole<'r> {
    version: u32,
    history: &'r [&'r HistoryRow],
}

/// As JSON, version 1: fields are only added.
pub fn write_history_json(rows: &[&HistoryRow], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Whole { version: 1, history: rows })?;
    writeln!(out)
}

/// A few lines for each finding, and how many there are of each status; those that are not shown are counted, too.
pub fn write_history(
    rows: &[&HistoryRow],
    hidden: &[&HistoryRow],
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = rows.iter().map(|row| shown(&row.rule).chars().count()).max().unwrap_or(0).max("rule".len());
    if !rows.is_empty() {
        writeln!(out, "{:<SEVERITY$}  {:<rule$}  first seen  last seen", "severity", "rule")?;
    }
    for row in rows {
        let day = |moment: &str| shown(moment.get(..10).unwrap_or(moment));
        let (first, last) = (day(&row.first_seen), day(&row.last_seen));
        writeln!(
            out,
            "{:<SEVERITY$}  {:<rule$}  {first:<10}  {last}",
            shown(&row.severity),
            shown(&row.rule)
        )?;
        writeln!(out, "  {}", wrapped(&clipped(&shown(&row.message), MESSAGE), style, (2, 4)))?;
        writeln!(out, "  {}", wrapped(&format!("{}  {}", place(row), identity(row, style)), style, (2, 4)))?;
    }
    let count = |status: &str| rows.iter().chain(hidden).filter(|row| row.status == status).count();
    let all = number(rows.len() + hidden.len(), "finding", "findings");
    let more_of = |status: &str| match count(status) {
        0 => String::new(),
        count => format!(", {count} {status}"),
    };
    let (silenced, past) = (more_of("silenced"), more_of("past"));
    let (open, accepted, fixed) = (count("open"), count("accepted"), count("fixed"));
    let more = if hidden.is_empty() { "" } else { "; --all shows them all" };
    let before = if rows.is_empty() { "" } else { "\n" };
    writeln!(out, "{before}{all}: {open} open, {accepted} accepted{silenced}, {fixed} fixed{past}{more}")
}

fn place(row: &HistoryRow) -> String {
    let place = shown(&row.place);
    if place.is_empty() { shown(&row.surface) } else { place }
}

/// What `accept` and `show` want, and what became of it.
fn identity(row: &HistoryRow, style: TableStyle) -> String {
    let print = shown(&row.fingerprint);
    let print = if style.wrap { print.chars().take(PRINT).collect() } else { print };
    match (row.status, &row.accepted_until) {
        ("open", _) => print,
        ("accepted", Some(until)) => format!("{print}  accepted until {until}"),
        (status, _) => format!("{print}  {status}"),
    }
}

/// All that is known of one finding.
pub fn write_history_row(row: &HistoryRow, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}[{}]: {}", shown(&row.severity), shown(&row.rule), shown(&row.message))?;
    let accepted = row.accepted_until.as_ref().map(|until| format!("until {until}"));
    for (name, value) in [
        ("where", Some(&row.place)),
        ("status", Some(&row.status.to_owned())),
        ("first seen", Some(&row.first_seen)),
        ("last seen", Some(&row.last_seen)),
        ("fixed", row.fixed_at.as_ref()),
        ("accepted", accepted.as_ref()),
        ("because", row.reason.as_ref()),
        ("audited", Some(&row.scope)),
        ("fingerprint", Some(&row.fingerprint)),
    ] {
        if let Some(value) = value {
            writeln!(out, "  {name:<12} {}", shown(value))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rule: &str, status: &'static str) -> HistoryRow {
        HistoryRow {
            status,
            severity: "informational".into(),
            rule: rule.into(),
            surface: "terraform".into(),
            place: "environments/production/modules/app/user_data.sh:235".into(),
            message:
                "ANTHROPIC_API_KEY is written to /opt/paperclip/.env and stays on the disk of the machine"
                    .into(),
            first_seen: "2026-11-01T03:00:00Z".into(),
            last_seen: "2026-11-26T03:00:00Z".into(),
            fixed_at: None,
            past_at: None,
            accepted_until: (status == "accepted").then(|| "2027-01-31".into()),
            reason: None,
            scope: "scan infra".into(),
            fingerprint: "34d6691d45c2aaaabbbbccccddddeeee".into(),
        }
    }

    #[test]
    fn a_history_fits_a_terminal() {
        let rows = [row("key-outside-its-home-reference-here", "open"), row("secret-in-output", "accepted")];
        let told = |style| {
            let mut out = Vec::new();
            write_history(&rows.iter().collect::<Vec<_>>(), &[], style, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let terminal = told(TableStyle { width: 80, wrap: true, ..TableStyle::default() });
        assert!(terminal.lines().all(|line| line.chars().count() <= 80), "{terminal}");
        for part in ["2026-11-01  2026-11-26", "ANTHROPIC_API_KEY is written", "34d6691d45c2", "accepted"] {
            assert!(terminal.contains(part), "{part}\n{terminal}");
        }
        // A file has a whole fingerprint, and each thing on one line.
        assert!(told(TableStyle::default()).contains(":235  34d6691d45c2aaaabbbbccccddddeeee\n"));
    }
}
