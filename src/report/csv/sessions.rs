//! Sessions of trails in rows.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::report::told::{Told, ToldFinding};
use crate::report::trail::{SessionRow, TrailSection};

/// Writes the table.
pub(super) fn write(section: &TrailSection, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let teller = &told.teller;
    let met = met(&told.findings);
    let names = "session,account,type,principal,root,mfa,actor,actor_name,evidence,source_identity,first_seen,\
                 last_seen,events,reads,writes,denied,source_ips,regions,secrets_read,created_credentials,persistence,\
                 fallback,first_event,findings";
    super::line(names.split(','), out)?;
    let asked = |row: &&SessionRow| section.focus.as_ref().is_none_or(|focus| *focus == row.id);
    for row in section.sessions.iter().filter(asked) {
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
        let cells = cells.map(|cell| teller.message(&cell));
        super::line(cells.iter().map(String::as_str), out)?;
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
