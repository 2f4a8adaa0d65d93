//! The history of findings, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::TableStyle;
use super::grid::grid;
use super::shown::{clipped, shown};
use super::verdict::number;

/// As much of a fingerprint as tells one from another.
const PRINT: usize = 12;

/// One finding over time. Times are RFC 3339, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryRow {
    /// `open`, `accepted`, `past` or `fixed`.
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

/// A row a finding, and how many there are of each status; those that are not shown are counted, too.
pub fn write_history(
    rows: &[&HistoryRow],
    hidden: &[&HistoryRow],
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !rows.is_empty() {
        let names = ["", "severity", "rule", "where", "first seen", "last seen", "fingerprint"];
        let mut cells = vec![names.map(str::to_owned).to_vec()];
        for row in rows {
            let day = |moment: &str| moment.get(..10).unwrap_or(moment).to_owned();
            let print = shown(&row.fingerprint);
            cells.push(vec![
                row.status.to_owned(),
                shown(&row.severity),
                shown(&row.rule),
                shown(&row.place),
                day(&row.first_seen),
                day(&row.last_seen),
                if style.unicode { clipped(&print, PRINT) } else { print },
            ]);
        }
        writeln!(out, "{}", grid(&cells, style))?;
    }
    let count = |status: &str| rows.iter().chain(hidden).filter(|row| row.status == status).count();
    let all = number(rows.len() + hidden.len(), "finding", "findings");
    let past = match count("past") {
        0 => String::new(),
        past => format!(", {past} past"),
    };
    let (open, accepted, fixed) = (count("open"), count("accepted"), count("fixed"));
    let more = if hidden.is_empty() { "" } else { "; --all shows them all" };
    writeln!(out, "{all}: {open} open, {accepted} accepted, {fixed} fixed{past}{more}")
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
