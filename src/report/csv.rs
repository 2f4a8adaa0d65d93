//! Comma-separated values (RFC 4180): sessions of trails where there are some, else findings.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Report;
use super::told::{Told, ToldFinding};
use super::trail::SessionRow;
use crate::shown::spreadsheet::cell;

/// Writes the table.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    match &report.trail {
        Some(section) if !section.sessions.is_empty() => sessions(&section.sessions, &told, out),
        _ => findings(&told.findings, out),
    }
}

fn sessions(rows: &[SessionRow], told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let teller = &told.teller;
    let met = met(&told.findings);
    let names = "session,account,type,principal,root,mfa,actor,actor_name,evidence,source_identity,first_seen,\
                 last_seen,events,reads,writes,denied,source_ips,regions,secrets_read,created_credentials,persistence,\
                 fallback,first_event,findings";
    writeln!(out, "{names}")?;
    for row in rows {
        let fallback = row.fallback.as_ref().map(|(_, _, told)| told.clone()).unwrap_or_default();
        let cells = [
            row.id.clone(),
            row.account.clone(),
            row.kind.clone(),
            row.principal.clone(),
            row.root.clone().unwrap_or_default(),
            row.mfa.map(|mfa| mfa.to_string()).unwrap_or_default(),
            row.actor_kind.to_owned(),
            row.actor_name.clone(),
            row.actor_evidence.to_owned(),
            row.source_identity.clone(),
            row.first.clone(),
            row.last.clone(),
            row.events.to_string(),
            row.reads.to_string(),
            row.writes.to_string(),
            row.denied.to_string(),
            row.ips.join(" "),
            row.regions.join(" "),
            row.secrets_read.join(" "),
            row.created_credentials.join("; "),
            row.persistence.join(" "),
            fallback,
            row.first_event.clone(),
            met.get(row.id.as_str()).cloned().unwrap_or_default(),
        ];
        line(cells.iter().map(|cell| teller.message(cell)), out)?;
    }
    Ok(())
}

/// Rules that each session meets, with how many of its events: `root-session 725; trail-stopped 2`.
fn met(findings: &[ToldFinding]) -> BTreeMap<&str, String> {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in findings {
        let Some(events) = &finding.events else { continue };
        let of = events.session.as_deref().map(|session| all.entry(session).or_default());
        of.into_iter().for_each(|rules| rules.push(format!("{} {}", finding.rule, events.count)));
    }
    all.into_iter().map(|(session, rules)| (session, rules.join("; "))).collect()
}

fn findings(rows: &[ToldFinding], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "severity,confidence,rule,path,line,name,message,fingerprint,events,first_event,last_event,session"
    )?;
    for row in rows {
        let events = row.events.as_ref();
        let cells = [
            row.severity.word().to_owned(),
            row.confidence.word().to_owned(),
            row.rule.clone(),
            row.place.path.clone(),
            row.place.position.line.to_string(),
            row.place.name.clone(),
            row.message.clone(),
            row.fingerprint.clone(),
            events.map(|events| events.count.to_string()).unwrap_or_default(),
            events.map(|events| events.first.clone()).unwrap_or_default(),
            events.map(|events| events.last.clone()).unwrap_or_default(),
            events.and_then(|events| events.session.clone()).unwrap_or_default(),
        ];
        line(cells.into_iter(), out)?;
    }
    Ok(())
}

fn line(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.map(|text| cell(&text)).collect();
    writeln!(out, "{}", cells.join(","))
}
