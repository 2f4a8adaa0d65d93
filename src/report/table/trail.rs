//! Trails at the top: the verdict, what the logs cover, the sessions, and the events that were asked for.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Effects};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{HANG, painted};
use crate::report::grid::grid;
use crate::report::told::Teller;
use crate::report::trail::{COLUMNS, EventRow, SessionRow, TrailSection, cells, coverage, times};
use crate::report::wrap::wrapped;
use crate::report::{TableStyle, verdict::number};

/// More sessions are counted; `--all` shows them.
const MOST_SESSIONS: usize = 40;
/// Members of a list that are shown.
const MOST_ITEMS: usize = 8;

/// Writes the section.
pub(super) fn write(
    section: &TrailSection,
    teller: &Teller<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bold = AnsiColor::White.on_default().effects(Effects::BOLD);
    for (at, sentence) in section.verdict.iter().enumerate() {
        let sentence = wrapped(&teller.message(sentence), style, (0, HANG));
        writeln!(out, "{}", if at == 0 { painted(&sentence, bold, style) } else { sentence })?;
    }
    writeln!(out, "\nCovered:")?;
    for sentence in coverage(&section.coverage) {
        writeln!(out, "  {}", wrapped(&teller.message(&sentence), style, (HANG, 2 * HANG)))?;
    }
    writeln!(out)?;
    match &section.focus {
        Some(id) => {
            for session in section.sessions.iter().filter(|session| session.id == *id) {
                detail(session, teller, style, out)?;
            }
        }
        None => sessions(section, teller, style, out)?,
    }
    events(section, teller, style, out)
}

fn sessions(
    section: &TrailSection,
    teller: &Teller<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let told: Vec<&SessionRow> =
        section.sessions.iter().filter(|session| style.full || !session.is_service).collect();
    let most = if style.full { told.len() } else { MOST_SESSIONS };
    // What is worth a look comes first; of equals the earlier one.
    let mut order = told.clone();
    order.sort_by_key(|session| std::cmp::Reverse(weight(session)));
    let chosen: Vec<&SessionRow> = order.into_iter().take(most).collect();
    let rows = told.iter().filter(|session| chosen.iter().any(|one| one.id == session.id));
    if !chosen.is_empty() {
        table(COLUMNS, rows.map(|session| cells(session, teller)), style, out)?;
    }
    if told.len() > most {
        writeln!(
            out,
            "and {}; --all shows them",
            number(told.len() - most, "more session", "more sessions")
        )?;
    }
    let services = section.sessions.len() - told.len();
    if services > 0 {
        let services = number(
            services,
            "session of AWS services or failed sign-ins",
            "sessions of AWS services and failed sign-ins",
        );
        writeln!(out, "{services} not shown; --all shows them")?;
    }
    writeln!(out)
}

fn weight(session: &SessionRow) -> (bool, bool, bool, u64) {
    let is_root = session.root.as_deref().is_some_and(|root| root != "service");
    let lasts = !session.persistence.is_empty() || !session.secrets_read.is_empty();
    (is_root || session.fallback.is_some(), session.actor_kind == "agent", lasts, session.writes)
}

fn table<const N: usize>(
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names = columns.map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(names).chain(rows.map(Vec::from)).collect();
    writeln!(out, "{}", grid(&rows, style))
}

/// All that is known of one session.
fn detail(
    session: &SessionRow,
    teller: &Teller<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let list = |all: &[String]| {
        let most = if style.full { all.len() } else { MOST_ITEMS };
        let more = if all.len() > most { format!(" and {} more", all.len() - most) } else { String::new() };
        all.iter().take(most).cloned().collect::<Vec<_>>().join(", ") + &more
    };
    let tags: Vec<String> = session.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mfa = session.mfa.map_or("unknown", |mfa| if mfa { "yes" } else { "no" });
    let key =
        session.key_made_by.as_ref().map(|maker| format!("created by session {maker}")).unwrap_or_default();
    let fallback = session.fallback.as_ref().map(|(_, _, told)| told.clone()).unwrap_or_default();
    let lines = [
        ("session", session.id.clone()),
        ("principal", session.principal.clone()),
        ("account", session.account.clone()),
        ("actor", session.actor_words.clone()),
        ("evidence", session.reasons.join("\n")),
        ("contradictions", session.contradictions.join("\n")),
        ("root", session.root.clone().unwrap_or_default()),
        ("MFA", mfa.to_owned()),
        ("chain", session.chain.join("\n")),
        ("tags", list(&tags)),
        ("source identity", session.source_identity.clone()),
        ("fell back", fallback),
        ("its key", key),
        ("time", format!("{} to {} ({})", session.first, session.last, session.span)),
        (
            "events",
            format!(
                "{}: {}, {}, {} denied",
                session.events,
                times(session.reads, "read", "reads"),
                times(session.writes, "write", "writes"),
                session.denied
            ),
        ),
        ("addresses", list(&session.ips)),
        ("Regions", list(&session.regions)),
        ("services", list(&session.services)),
        ("user agents", session.user_agents.iter().take(MOST_ITEMS).cloned().collect::<Vec<_>>().join("\n")),
        ("secrets read", list(&session.secrets_read)),
        ("created", list(&session.created)),
        ("new credentials", list(&session.created_credentials)),
        ("persistence", list(&session.persistence)),
    ];
    for (name, text) in lines.iter().filter(|(_, text)| !text.is_empty()) {
        for (at, line) in text.lines().enumerate() {
            writeln!(out, "{:>17}  {}", if at == 0 { name } else { "" }, teller.name(line))?;
        }
    }
    writeln!(out)
}

fn events(
    section: &TrailSection,
    teller: &Teller<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    if section.events.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", teller.name(&section.events_title))?;
    let zone = TimeZone::system();
    let row = |event: &EventRow| {
        let call = format!("{} {}", event.source.trim_end_matches(".amazonaws.com"), event.name);
        let who = if event.actor.is_empty() { &event.principal } else { &event.actor };
        let told = [event.error.as_str(), &event.told];
        let told = told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
        [
            event.time.replace('T', " ").replace('Z', ""),
            local(event.seconds, &zone),
            teller.name(&call),
            teller.name(&event.ip),
            event.session.clone(),
            teller.name(who),
            teller.name(&told),
        ]
    };
    let columns = ["UTC", "local time", "call", "address", "session", "actor", "more"];
    table(columns, section.events.iter().map(row), style, out)?;
    writeln!(out)
}

fn local(seconds: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_second(seconds).map(|at| at.to_zoned(zone.clone()));
    at.map_or_else(|_| String::new(), |at| at.strftime("%m-%d %H:%M:%S").to_string())
}
