//! Comma-separated values (RFC 4180): one row a finding; of a command that reads trails alone, one row a session.

mod sessions;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::Report;
use super::told::{Told, ToldFinding};
use super::trail::SessionRow;
use crate::finding::Surface;
use crate::shown::spreadsheet::cell;

/// Names of a finding's columns.
const COLUMNS: [&str; 16] = [
    "surface",
    "rule",
    "severity",
    "confidence",
    "status",
    "account",
    "region",
    "file",
    "line",
    "resource",
    "message",
    "count",
    "first",
    "last",
    "session",
    "fingerprint",
];

/// Writes the table.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let is_audit = !report.gate.surfaces.is_empty();
    match &report.trail {
        Some(section) if !is_audit && !section.sessions.is_empty() => sessions::write(section, &told, out),
        _ => findings(report, &told, out),
    }
}

fn findings(report: &Report<'_>, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    line(COLUMNS.iter().copied(), out)?;
    let places = Places::of(report);
    let history = report.gate.history.as_ref();
    let new: BTreeSet<String> =
        history.iter().flat_map(|changes| &changes.new).map(|print| told.teller.name(print)).collect();
    for row in &told.findings {
        let (account, region) = places.of_finding(row);
        let status = match history {
            None => "",
            Some(_) if new.contains(&row.fingerprint) => "new",
            Some(_) => "open",
        };
        let (count, first, last) = match &row.events {
            Some(events) => (events.count.to_string(), events.first.as_str(), events.last.as_str()),
            None => (String::new(), "", ""),
        };
        let cells = [
            row.surface.word(),
            &row.rule,
            row.severity.word(),
            row.confidence.word(),
            status,
            &told.teller.name(&account),
            &told.teller.name(&region),
            &row.place.path,
            // Of a trail no line is known.
            &if row.surface == Surface::Trail { String::new() } else { row.place.position.line.to_string() },
            &row.place.name,
            &row.message,
            &count,
            first,
            last,
            row.events.as_ref().and_then(|events| events.session.as_deref()).unwrap_or_default(),
            &row.fingerprint,
        ];
        line(cells.into_iter(), out)?;
    }
    Ok(())
}

/// Whose a finding is, as far as the report knows.
struct Places<'r> {
    /// Sessions by their ids.
    sessions: BTreeMap<&'r str, &'r SessionRow>,
    /// The one account whose evidence was read.
    account: &'r str,
    /// The one that the list of keys was held against.
    of_keys: &'r str,
}

impl<'r> Places<'r> {
    fn of(report: &'r Report<'r>) -> Self {
        let sessions = report.trail.iter().flat_map(|section| &section.sessions);
        let account = report.account.as_ref().filter(|section| section.members.is_empty());
        Self {
            sessions: sessions.map(|session| (session.id.as_str(), session)).collect(),
            account: account.map_or("", |section| &section.number),
            of_keys: report.inventory.as_ref().map_or("", |section| &section.account),
        }
    }

    /// Account and Region: of the ARN, else of the session, else of all that was read.
    fn of_finding(&self, row: &ToldFinding) -> (String, String) {
        if let Some(place) = of_arn(&row.place.name) {
            return place;
        }
        let session = row.events.as_ref().and_then(|events| self.sessions.get(events.session.as_deref()?));
        if let Some(session) = session {
            let region = match session.regions.as_slice() {
                [only] => only.clone(),
                _ => String::new(),
            };
            return (session.account.clone(), region);
        }
        let account = match row.surface {
            Surface::Account => self.account,
            Surface::Inventory => self.of_keys,
            Surface::Terraform | Surface::Trail | Surface::Gate => "",
        };
        (account.to_owned(), String::new())
    }
}

fn of_arn(name: &str) -> Option<(String, String)> {
    let mut parts = name.strip_prefix("arn:")?.splitn(5, ':').skip(2);
    let (region, account) = (parts.next()?, parts.next()?);
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then(|| (account.to_owned(), region.to_owned()))
}

/// A row. It ends as RFC 4180 has it.
fn line<'c>(cells: impl Iterator<Item = &'c str>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.map(cell).collect();
    write!(out, "{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_whose_it_is() {
        let of = |name| of_arn(name).map(|(account, region)| format!("{account}/{region}"));
        assert_eq!(of("arn:aws:iam::123456789012:user/a").as_deref(), Some("123456789012/"));
        assert_eq!(
            of("arn:aws:kms:eu-central-1:123456789012:key/a").as_deref(),
            Some("123456789012/eu-central-1")
        );
        assert_eq!((of("arn:aws:s3:::bucket"), of("aws_instance.web"), of("arn:")), (None, None, None));
    }
}
