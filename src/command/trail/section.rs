//! What a report tells of trails, made from what is known.

use std::collections::BTreeSet;

use super::Shown;
use super::covered;
use super::input::Input;
use super::proof::Proof;
use crate::cli::TrailArguments;
use crate::finding::Finding;
use crate::report::{IssuerRow, SessionRow, TrailSection};
use crate::trail::gather::Gathered;
use crate::trail::{Actor, Kind, Links, Root, Session, secret_name, time};

pub(super) fn section(
    sessions: &[Session],
    links: Links,
    gathered: &Gathered,
    shown: Shown,
    arguments: &TrailArguments,
    (input, proof): (&Input, &Proof),
) -> TrailSection {
    let (title, events) = shown.unwrap_or_default();
    // The drill-down tells one session; all others are told in the JSON report.
    let focus = arguments.session.clone().or_else(|| {
        let only = events.first().filter(|_| arguments.event.is_some());
        only.map(|row| row.session.clone())
    });
    TrailSection {
        verdict: verdict(sessions, covered::days_unseen(&gathered.coverage, arguments, input)),
        sessions: sessions.iter().map(row).collect(),
        coverage: covered::coverage(&gathered.coverage, links, arguments, (input, proof)),
        events_title: title,
        events,
        focus,
        elsewhere: 0,
        show_key_ids: arguments.show_key_ids,
    }
}

/// Who asks for one session or event gets its findings only. Returns how many are left out.
///
/// A finding of several sessions names a few of its events, and not all of a session's events may be shown: it is left
/// out only where all of both are known.
pub(super) fn keep_focused(section: &TrailSection, findings: &mut Vec<Finding>) -> usize {
    let Some(focus) = &section.focus else { return 0 };
    let shown: BTreeSet<&str> = section.events.iter().map(|row| row.id.as_str()).collect();
    let of_session = section.sessions.iter().find(|row| row.id == *focus).map_or(u64::MAX, |row| row.events);
    let shows_all = section.events.len() as u64 >= of_session;
    let is_of_it = |finding: &Finding| {
        let events = finding.events.as_ref();
        if let Some(session) = events.and_then(|events| events.session.as_ref()) {
            return session == focus;
        }
        let mut named = finding.related.iter().map(|one| &one.at).chain([&finding.at]);
        let names_all = events.is_some_and(|events| events.count <= finding.related.len() as u64 + 1);
        !(shows_all && names_all) || named.any(|at| shown.contains(at.name.as_str()))
    };
    let all = findings.len();
    findings.retain(is_of_it);
    all - findings.len()
}

/// `1 console session`.
fn count<N: PartialEq + From<u8> + std::fmt::Display>(number: N, one: &str, more: &str) -> String {
    let word = if number == N::from(1) { one } else { more };
    format!("{number} {word}")
}

/// Sentences, the most important first.
fn verdict(sessions: &[Session], unseen: usize) -> Vec<String> {
    let mut told = vec![root(sessions)];
    for session in sessions.iter().filter(|session| session.fallback.is_some()) {
        let words = session.fallback.as_ref().map(|fallback| fallback.told.clone()).unwrap_or_default();
        told.push(format!(
            "credentials fell back silently to {} ({}): {words}",
            session.principal, session.id
        ));
    }
    let agents: Vec<&Session> = sessions.iter().filter(|session| session.actor.kind == Kind::Agent).collect();
    if agents.is_empty() && !sessions.is_empty() {
        told.push("no event carries an agent's mark; marks are recent and optional, so this does not prove that no agent acted".to_owned());
    } else if !agents.is_empty() {
        let names = agents.iter().map(|session| session.actor.name.as_str()).filter(|name| !name.is_empty());
        let names: BTreeSet<&str> = names.collect();
        let events: u64 = agents.iter().map(|session| session.of_agent().0).sum();
        let all: u64 = agents.iter().map(|session| session.tally.events).sum();
        let of_all = if all == events { String::new() } else { format!(" of {all}") };
        let names = names.into_iter().take(8).collect::<Vec<_>>().join(", ");
        told.push(format!(
            "agents acted in {}, {}{of_all}, {} read: {names}",
            count(agents.len(), "session", "sessions"),
            count(events, "event", "events"),
            secrets_read(&agents)
        ));
    }
    let is_other = |session: &&Session| {
        !session.tally.secrets.is_empty() && !matches!(session.actor.kind, Kind::Agent | Kind::Service)
    };
    let others: Vec<&Session> = sessions.iter().filter(is_other).collect();
    if !others.is_empty() {
        let sessions = count(others.len(), "session", "sessions");
        let whose = if others.len() == 1 { "another actor" } else { "other actors" };
        told.push(format!("{sessions} of {whose} read {}", secrets_read(&others)));
    }
    if unseen > 0 {
        told.push(format!(
            "{} within this period without any event in these logs",
            count(unseen, "day", "days")
        ));
    }
    told
}

/// Different secrets of all sessions together: `at least 3 secrets`, where a whole path was read.
fn secrets_read(sessions: &[&Session]) -> String {
    let names = |session: &'_ &Session| -> Vec<(String, String)> {
        session.tally.secrets.iter().map(|name| (session.account.clone(), secret_name(name))).collect()
    };
    let all: BTreeSet<(String, String)> = sessions.iter().flat_map(names).collect();
    let is_least = sessions.iter().any(|session| session.tally.secrets.more())
        || all.iter().any(|(_, name)| name.ends_with('*'));
    format!("{}{}", if is_least { "at least " } else { "" }, count(all.len(), "secret", "secrets"))
}

/// `root was used: 3 console sessions, 725 events, no MFA, from 192.0.2.1`.
fn root(sessions: &[Session]) -> String {
    let of_root: Vec<&Session> =
        sessions.iter().filter(|session| session.root.is_some_and(|root| root != Root::Service)).collect();
    let real: Vec<&&Session> =
        of_root.iter().filter(|session| session.root != Some(Root::AssumeRoot)).collect();
    let tasks = of_root.len() - real.len();
    let of_tasks = match tasks {
        0 => String::new(),
        _ => format!("; {} through AssumeRoot", count(tasks, "task", "tasks")),
    };
    let used = real;
    if used.is_empty() {
        let tried = sessions.iter().filter(|session| session.kind == "Root" && is_failed(session));
        let tried: u64 = tried.map(|session| session.tally.events).sum();
        let tried = match tried {
            0 => String::new(),
            _ => format!("; {} as root failed", count(tried, "sign-in", "sign-ins")),
        };
        if sessions.is_empty() {
            return "no event was read, so nothing can be said".to_owned();
        }
        return format!("root was not used in these logs{tried}{of_tasks}");
    }
    let mut parts = Vec::new();
    for (shape, one, more) in [
        (Root::Console, "console session", "console sessions"),
        (Root::AccessKey, "session with an access key", "sessions with an access key"),
        (Root::SessionToken, "session with temporary credentials", "sessions with temporary credentials"),
    ] {
        let number = used.iter().filter(|session| session.root == Some(shape)).count();
        parts.extend((number > 0).then(|| count(number, one, more)));
    }
    let events: u64 = used.iter().map(|session| session.tally.events).sum();
    let delivered: u64 = used.iter().map(|session| session.tally.delivered).sum();
    parts.push(if events == delivered {
        count(events, "event", "events")
    } else {
        format!("{} (delivered {delivered} times)", count(events, "event", "events"))
    });
    let without = used.iter().filter(|session| session.mfa != Some(true)).count();
    parts.push(match without {
        0 => "with MFA".to_owned(),
        _ if without == used.len() => "no MFA".to_owned(),
        _ => format!("no MFA in {without} of them"),
    });
    let ips: BTreeSet<&str> = used.iter().flat_map(|session| session.tally.ips.texts()).collect();
    parts.push(match ips.len() {
        1..=3 => format!("from {}", ips.into_iter().collect::<Vec<_>>().join(", ")),
        many => format!("from {many} addresses"),
    });
    format!("root was used: {}{of_tasks}", parts.join(", "))
}

/// Nobody came in.
fn is_failed(session: &Session) -> bool {
    session.via == crate::trail::gather::FAILED
}

/// `agent Claude Code (declared)`.
pub(super) fn actor_words(actor: &Actor) -> String {
    let level =
        if actor.kind == Kind::Unknown { String::new() } else { format!(" ({})", actor.level.word()) };
    let name = if actor.name.is_empty() { String::new() } else { format!(" {}", actor.name) };
    format!("{}{name}{level}", actor.kind.word())
}

fn row(session: &Session) -> SessionRow {
    let tally = &session.tally;
    let all = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::to_owned).collect::<Vec<String>>();
    SessionRow {
        id: session.id.clone(),
        account: session.account.clone(),
        kind: session.kind.clone(),
        principal: session.principal.clone(),
        via: session.via.clone(),
        root: session.root.map(|root| root.word().to_owned()),
        mfa: session.mfa,
        actor_kind: session.actor.kind.word(),
        actor_name: session.actor.name.clone(),
        actor_level: session.actor.level.rung(),
        actor_evidence: session.actor.level.word(),
        actor_words: actor_words(&session.actor),
        reasons: session.actor.reasons.clone(),
        contradictions: session.actor.contradictions.clone(),
        chain: session.chain.clone(),
        issuer: session.terms().map(|terms| IssuerRow {
            session: session.chain_ids.first().cloned(),
            name: terms.caller_name.clone(),
            by: terms.by.name().to_owned(),
        }),
        tags: session.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        source_identity: session.source_identity.clone(),
        first: time::written(tally.first.time),
        last: time::written(tally.last),
        span: time::span(tally.last - tally.first.time),
        events: tally.events,
        delivered: tally.delivered,
        reads: tally.reads,
        writes: tally.writes(),
        denied: tally.denied,
        failed_sign_ins: session.failed_sign_ins,
        long_lived_key: session.is_long_lived(),
        new_network: session.new_network,
        fallback: session
            .fallback
            .as_ref()
            .map(|fallback| (fallback.by.to_owned(), fallback.from.clone(), fallback.told.clone())),
        fell_from: session.fallback.as_ref().map(|fallback| fallback.session.clone()),
        key_made_by: session.key_made_by.clone(),
        ips: all(&mut tally.ips.texts()),
        user_agents: all(&mut tally.agents.texts()),
        regions: all(&mut tally.regions.iter()),
        services: all(&mut tally.services.iter()),
        secrets_read: all(&mut tally.secrets.iter()),
        created_credentials: all(&mut tally.credentials.iter()),
        persistence: all(&mut tally.persistence.iter()),
        created: all(&mut tally.created.iter()),
        outside_allowed: session.outside_allowed.clone(),
        first_event: session.first().id.clone(),
        is_service: session.actor.kind == Kind::Service || session.is_service() || is_failed(session),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(kind: Kind, secrets: &[&str]) -> Session {
        let actor = Actor { kind, ..Actor::default() };
        let mut session = Session { account: "123456789012".to_owned(), actor, ..Session::default() };
        secrets.iter().for_each(|name| session.tally.secrets.add(name));
        session
    }

    #[test]
    fn each_secret_counts_once_and_those_of_others_are_told_too() {
        let told = verdict(
            &[
                reader(Kind::Agent, &["/app/a", "/app/b"]),
                reader(Kind::Agent, &["/app/a"]),
                reader(
                    Kind::Unknown,
                    &["/app/a", "/app/c", "arn:aws:ssm:eu-west-1:123456789012:parameter/app/c"],
                ),
                reader(Kind::Human, &["/app/*"]),
                reader(Kind::Service, &["/app/d"]),
            ],
            0,
        );
        assert!(
            told.iter().any(|line| line.starts_with("agents acted in 2 sessions, 0 events, 2 secrets read")),
            "{told:?}"
        );
        assert!(told.contains(&"2 sessions of other actors read at least 3 secrets".to_owned()), "{told:?}");
        let one = verdict(&[reader(Kind::Human, &["/app/a"])], 0);
        assert!(one.contains(&"1 session of another actor read 1 secret".to_owned()), "{one:?}");
    }
}
