//! Sessions and coverage in JSON. What is not known is null.

use serde::Serialize;

use crate::report::told::Teller;
use crate::report::trail::{CoverageRow, EventRow, PlaceRow, SessionRow, TrailSection};

#[derive(Serialize)]
pub(super) struct Trail {
    verdict: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_of: Option<PartOf>,
}

/// What a drill-down leaves out.
#[derive(Serialize)]
struct PartOf {
    session: String,
    findings_left_out: usize,
}

#[derive(Serialize)]
pub(super) struct Session {
    id: String,
    actor: Actor,
    root: Option<String>,
    mfa: Option<bool>,
    account: String,
    #[serde(rename = "type")]
    kind: String,
    principal: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    via: String,
    chain: Vec<String>,
    tags: serde_json::Map<String, serde_json::Value>,
    source_identity: Option<String>,
    first_seen: String,
    last_seen: String,
    events: u64,
    delivered: u64,
    reads: u64,
    writes: u64,
    denied: u64,
    failed_sign_ins: u64,
    long_lived_key: bool,
    new_network: bool,
    fallback: Option<Fallback>,
    key_made_by: Option<String>,
    source_ips: Vec<String>,
    user_agents: Vec<String>,
    regions: Vec<String>,
    services: Vec<String>,
    secrets_read: Vec<String>,
    created_credentials: Vec<String>,
    persistence: Vec<String>,
    created: Vec<String>,
    outside_allowed: Vec<String>,
    first_event: String,
}

#[derive(Serialize)]
struct Actor {
    kind: &'static str,
    name: Option<String>,
    level: &'static str,
    evidence: &'static str,
    reasons: Vec<String>,
    contradictions: Vec<String>,
}

#[derive(Serialize)]
struct Fallback {
    by: String,
    from: String,
    message: String,
}

#[derive(Serialize)]
pub(super) struct Coverage {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asked: Vec<String>,
    events: u64,
    distinct_events: u64,
    accounts: Vec<String>,
    regions: Vec<String>,
    nothing_of: Vec<String>,
    first: Option<String>,
    last: Option<String>,
    days_with_events: usize,
    days_without_events: Vec<String>,
    data_events: u64,
    events_left_out: u64,
    events_without_time: u64,
    digest_files: u64,
    insights: u64,
    role_events: u64,
    role_events_linked_by_key: u64,
    role_events_linked_by_time: u64,
    places: Vec<Place>,
    data_events_seen: bool,
    verified: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verification: Vec<String>,
}

#[derive(Serialize)]
struct Place {
    account: String,
    region: String,
    events: u64,
    days_with_events: usize,
    days_without_events: Vec<String>,
}

#[derive(Serialize)]
struct Event {
    time: String,
    id: String,
    source: String,
    name: String,
    account: String,
    region: String,
    source_ip: String,
    user_agent: String,
    error: Option<String>,
    session: Option<String>,
    principal: String,
    actor: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
}

/// Verdict and single events.
pub(super) fn trail(section: &TrailSection, teller: &Teller<'_>) -> Trail {
    Trail {
        verdict: section.verdict.iter().map(|sentence| teller.message(sentence)).collect(),
        events: section.events.iter().map(|one| event(one, teller)).collect(),
        part_of: section
            .focus
            .as_ref()
            .map(|session| PartOf { session: teller.name(session), findings_left_out: section.elsewhere }),
    }
}

/// Nothing, where the text is empty.
fn some(text: &str, teller: &Teller<'_>) -> Option<String> {
    Some(teller.name(text)).filter(|text| !text.is_empty())
}

fn all(texts: &[String], teller: &Teller<'_>) -> Vec<String> {
    texts.iter().map(|text| teller.name(text)).collect()
}

/// One session.
pub(super) fn session(row: &SessionRow, teller: &Teller<'_>) -> Session {
    let tags = row.tags.iter().map(|(key, value)| (teller.name(key), teller.name(value).into()));
    Session {
        id: row.id.clone(),
        actor: Actor {
            kind: row.actor_kind,
            name: some(&row.actor_name, teller),
            level: row.actor_level,
            evidence: row.actor_evidence,
            reasons: all(&row.reasons, teller),
            contradictions: all(&row.contradictions, teller),
        },
        root: row.root.clone(),
        mfa: row.mfa,
        account: teller.name(&row.account),
        kind: teller.name(&row.kind),
        principal: teller.name(&row.principal),
        via: teller.name(&row.via),
        chain: all(&row.chain, teller),
        tags: tags.collect(),
        source_identity: some(&row.source_identity, teller),
        first_seen: row.first.clone(),
        last_seen: row.last.clone(),
        events: row.events,
        delivered: row.delivered,
        reads: row.reads,
        writes: row.writes,
        denied: row.denied,
        failed_sign_ins: row.failed_sign_ins,
        long_lived_key: row.long_lived_key,
        new_network: row.new_network,
        fallback: row.fallback.as_ref().map(|(by, from, told)| Fallback {
            by: by.clone(),
            from: teller.name(from),
            message: teller.message(told),
        }),
        key_made_by: row.key_made_by.as_ref().map(|id| teller.name(id)),
        source_ips: all(&row.ips, teller),
        user_agents: all(&row.user_agents, teller),
        regions: all(&row.regions, teller),
        services: all(&row.services, teller),
        secrets_read: all(&row.secrets_read, teller),
        created_credentials: all(&row.created_credentials, teller),
        persistence: all(&row.persistence, teller),
        created: all(&row.created, teller),
        outside_allowed: all(&row.outside_allowed, teller),
        first_event: teller.name(&row.first_event),
    }
}

fn event(row: &EventRow, teller: &Teller<'_>) -> Event {
    Event {
        time: row.time.clone(),
        id: teller.name(&row.id),
        source: teller.name(&row.source),
        name: teller.name(&row.name),
        account: teller.name(&row.account),
        region: teller.name(&row.region),
        source_ip: teller.name(&row.ip),
        user_agent: teller.name(&row.user_agent),
        error: some(&row.error, teller),
        session: some(&row.session, teller),
        principal: teller.name(&row.principal),
        actor: teller.name(&row.actor),
        message: teller.message(&row.told),
    }
}

/// What the logs cover.
pub(super) fn coverage(row: &CoverageRow, teller: &Teller<'_>) -> Coverage {
    Coverage {
        asked: row.asked.iter().map(|sentence| teller.message(sentence)).collect(),
        events: row.delivered,
        distinct_events: row.events,
        accounts: all(&row.accounts, teller),
        regions: all(&row.regions, teller),
        nothing_of: all(&row.nothing_of, teller),
        first: row.first.clone(),
        last: row.last.clone(),
        days_with_events: row.days_seen,
        days_without_events: row.days_unseen.clone(),
        data_events: row.data_events,
        events_left_out: row.left_out,
        events_without_time: row.timeless,
        digest_files: row.digests,
        insights: row.insights,
        role_events: row.of_roles,
        role_events_linked_by_key: row.linked_by_key,
        role_events_linked_by_time: row.linked_by_creation,
        places: row.places.iter().map(|one| place(one, teller)).collect(),
        data_events_seen: row.data_events > 0,
        verified: row.verified,
        verification: row.verification.iter().map(|sentence| teller.message(sentence)).collect(),
    }
}

fn place(row: &PlaceRow, teller: &Teller<'_>) -> Place {
    Place {
        account: teller.name(&row.account),
        region: teller.name(&row.region),
        events: row.events,
        days_with_events: row.days_seen,
        days_without_events: row.days_unseen.clone(),
    }
}
