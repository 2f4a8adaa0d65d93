//! The figures of a run, for Prometheus: a file beside those of others, put in its place whole.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;

use crate::day::Day;
use crate::error::Error;
use crate::finding::{Severity, Surface};
use crate::history::{Entry, Pending, Seen, Status};
use crate::notify::{Figures, FoundFigure, KeyFigure, LastRun, LevelFigure, prometheus};
use crate::report::Report;
use crate::secret::redact::Redactor;
use crate::whole::{self, Readers};

/// A larger file is none of ours.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// What is known of findings, keys and sessions before the report is written.
pub(in crate::command) fn gathered(
    pending: &Pending<'_>,
    report: &Report<'_>,
    seen: &[Seen],
    (scope, at, day): (&str, Timestamp, Day),
) -> Result<Figures, Error> {
    let entries = pending.entries(scope)?;
    let partial = report.gaps.iter().any(|gap| gap.hides_findings);
    let redactor = Redactor::default();
    let last_success = if partial { pending.last_success()? } else { Some(at) };
    let known: BTreeMap<&str, Timestamp> =
        entries.iter().map(|entry| (entry.fingerprint.as_str(), entry.first_seen)).collect();
    let first_seen = |one: &Seen| known.get(one.fingerprint.as_str()).copied();
    Ok(Figures {
        scope: redactor.text(scope).into_owned(),
        at,
        last_success,
        gaps: report.gaps.iter().filter(|gap| gap.hides_findings).count(),
        oldest: seen.iter().filter_map(first_seen).min(),
        findings: found(pending, seen, &entries, (day, &surfaces(report))),
        keys: keys(report, &redactor),
        levels: levels(report),
    })
}

/// What was looked at: where nothing was found, 0 is told.
fn surfaces(report: &Report<'_>) -> Vec<&'static str> {
    if !report.gate.surfaces.is_empty() {
        return report.gate.surfaces.iter().map(|surface| surface.word()).collect();
    }
    let surface = match report {
        Report { account: Some(_), .. } => Surface::Account,
        Report { trail: Some(_), .. } => Surface::Trail,
        Report { inventory: Some(_), .. } => Surface::Inventory,
        _ => Surface::Terraform,
    };
    vec![surface.word()]
}

fn found(
    pending: &Pending<'_>,
    seen: &[Seen],
    entries: &[Entry],
    (day, looked_at): (Day, &[&str]),
) -> Vec<FoundFigure> {
    let now = seen.iter().map(|one| {
        let status = if pending.new.contains(&one.fingerprint) { "new" } else { "open" };
        (one.surface.as_str(), one.severity.as_str(), status)
    });
    let others = entries.iter().filter_map(|entry| {
        let status = entry.status(day);
        let told = matches!(status, Status::Accepted | Status::Past | Status::Fixed).then(|| status.word());
        let unseen = pending.unseen.iter().any(|one| one.fingerprint == entry.fingerprint);
        let told = told.or_else(|| (status == Status::Open && unseen).then_some("open"))?;
        Some((entry.surface.as_str(), entry.severity.as_str(), told))
    });
    let all: Vec<(&str, &str, &str)> = now.chain(others).collect();
    let mut surfaces: Vec<&str> =
        all.iter().map(|(surface, ..)| *surface).chain(looked_at.iter().copied()).collect();
    surfaces.sort_unstable();
    surfaces.dedup();
    let mut figures = Vec::new();
    for surface in surfaces {
        for severity in Severity::ALL {
            for status in ["new", "open", "accepted", "past", "fixed"] {
                let is = |one: &&(&str, &str, &str)| **one == (surface, severity.word(), status);
                let count = all.iter().filter(is).count();
                figures.push(FoundFigure { surface: surface.to_owned(), severity: *severity, status, count });
            }
        }
    }
    figures
}

fn keys(report: &Report<'_>, redactor: &Redactor) -> Vec<KeyFigure> {
    let rows = report.inventory.iter().flat_map(|section| &section.keys);
    let key = |row: &crate::report::ListedKey| KeyFigure {
        key: redactor.text(&row.key).into_owned(),
        location: redactor.text(&row.location).into_owned(),
        status: row.status.clone(),
        age_days: row.age_days,
    };
    rows.map(key).collect()
}

/// How sure it is who stood behind sessions; services are nobody.
fn levels(report: &Report<'_>) -> Vec<LevelFigure> {
    let Some(section) = &report.trail else { return Vec::new() };
    let level = |level: &'static str| {
        let rows = section.sessions.iter().filter(|row| !row.is_service && row.actor_level == level);
        let (sessions, events) = rows.fold((0, 0), |(count, events), row| (count + 1, events + row.events));
        LevelFigure { level, sessions, events }
    };
    ["L4", "L3", "L2", "L1", "L0"].into_iter().map(level).collect()
}

/// Writes the file. Who can't write it warns: the audit is as good.
pub(in crate::command) fn write(file: &Path, figures: &Figures, last: LastRun) {
    put(file, &prometheus(figures, last));
}

/// Writes that nothing was audited; what is known of findings stays.
pub(super) fn write_not_audited(file: &Path, scope: &str, last: LastRun) {
    let small = fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() <= MOST_BYTES);
    let before = if small { fs::read_to_string(file).unwrap_or_default() } else { String::new() };
    put(file, &crate::notify::not_audited(&before, scope, last));
}

fn put(file: &Path, text: &str) {
    if let Err(error) = is_free(file).and_then(|()| whole::place(file, Readers::Everybody, text.as_bytes())) {
        tracing::warn!("{} cannot be written: {}", file.display(), reason(&error));
    }
}

/// Whether the file could be written, without touching it.
pub(super) fn can_write(file: &Path) -> Result<(), String> {
    is_free(file)
        .and_then(|()| whole::beside(file, Readers::Everybody).map(drop))
        .map_err(|error| format!("{} cannot be written: {}", file.display(), reason(&error)))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists => "what is there was not written by secretrail".to_owned(),
        kind => kind.to_string(),
    }
}

/// Figures of others must not be lost for a slip in the settings.
fn is_free(file: &Path) -> io::Result<()> {
    const BEGINS: &[u8] = b"# HELP secretrail_";
    if !file.exists() {
        return Ok(());
    }
    let mut start = Vec::new();
    if file.is_file() {
        fs::File::open(file)?.take(BEGINS.len() as u64).read_to_end(&mut start)?;
    }
    let is_ours = file.is_file() && (start.is_empty() || start == BEGINS);
    if is_ours { Ok(()) } else { Err(io::ErrorKind::AlreadyExists.into()) }
}
