//! The review for programs: all that it says, and all that Markdown leaves out. Fields are only added.

mod todo;

use std::io::{self, Write};

use serde::Serialize;

use self::todo::{Contained, Rotate, Todo, contained, rotate, todo};
use super::rows::{facts, relation, since_then};
use super::{Evidence, ReviewReport, Say};
use crate::review::{At, Calls, Party, written};

/// The version of the shape below.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole {
    version: u32,
    tool: Tool,
    made_at: String,
    start: Start,
    verdict: Vec<Titled>,
    sessions: Vec<Session>,
    before: Vec<Session>,
    perhaps: Vec<Session>,
    sessions_outside_of_time: usize,
    led_to_outside_of_time: usize,
    events: u64,
    first: Option<String>,
    last: Option<String>,
    secrets: Vec<Secret>,
    data_read: Vec<Read>,
    account_evidence: Vec<Known>,
    left_behind: Vec<Left>,
    changes: Vec<Counted>,
    denied: Vec<Counted>,
    failed: Vec<Counted>,
    only_read: Vec<Counted>,
    timeline: Vec<Event>,
    actions: Vec<Todo>,
    already_over: Vec<String>,
    already_done: Vec<Contained>,
    rotate: Vec<Rotate>,
    inventory_given: bool,
    not_shown: Vec<String>,
    gaps: Vec<Gap>,
    coverage: Vec<String>,
    evidence: Vec<File>,
    evidence_sha256: String,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: String,
}

#[derive(Serialize)]
struct Start {
    by: &'static str,
    value: String,
    since: Option<String>,
    until: Option<String>,
}

#[derive(Serialize)]
struct Titled {
    title: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Place {
    event: String,
    time: String,
    log: u32,
    byte: u64,
}

#[derive(Serialize)]
struct Session {
    id: String,
    relation: String,
    confidence: &'static str,
    account: String,
    kind: String,
    principal: String,
    keys: Vec<String>,
    root: Option<&'static str>,
    mfa: Option<bool>,
    actor: Actor,
    chain: Vec<String>,
    source_identity: String,
    first: Place,
    last: String,
    events: u64,
    writes: u64,
    denied: u64,
    ips: Vec<Seen>,
    user_agents: Vec<Seen>,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Actor {
    kind: &'static str,
    name: String,
    level: &'static str,
    evidence: &'static str,
    reasons: Vec<String>,
    contradictions: Vec<String>,
}

#[derive(Serialize)]
struct Seen {
    value: String,
    first: String,
    last: String,
}

#[derive(Serialize)]
struct Fact {
    title: &'static str,
    texts: Vec<String>,
}

#[derive(Serialize)]
struct Secret {
    name: String,
    reads: u64,
    changes: u64,
    only_decrypted: bool,
    first: String,
    last: String,
    sessions: Vec<String>,
    events: Vec<Place>,
}

#[derive(Serialize)]
struct Read {
    what: &'static str,
    place: String,
    times: u64,
    bytes: u64,
    objects: Vec<String>,
    first: Place,
    last: String,
    sessions: Vec<String>,
}

#[derive(Serialize)]
struct Known {
    about: String,
    account: String,
    at: String,
    may_do: String,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Left {
    what: String,
    call: String,
    at: Place,
    ended_by: Option<String>,
    ended: Option<Place>,
    only_stopped: bool,
    open: bool,
    used: Option<bool>,
    since_then: String,
}

#[derive(Serialize)]
struct Counted {
    service: String,
    name: String,
    error: String,
    times: u64,
    first: Place,
    last: String,
    objects: Vec<String>,
    more_objects: usize,
    sessions: Vec<String>,
}

#[derive(Serialize)]
struct Event {
    at: Place,
    session: String,
    service: String,
    name: String,
    error: String,
    account: String,
    region: String,
    ip: String,
    user_agent: String,
    read_only: bool,
    start: bool,
    objects: Vec<String>,
}

#[derive(Serialize)]
struct Gap {
    name: String,
    byte: Option<u64>,
    reason: String,
}

#[derive(Serialize)]
struct File {
    log: Option<usize>,
    name: String,
    sha256: Option<String>,
}

/// Writes the review.
pub(super) fn render(report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &whole(report))?;
    writeln!(out)
}

fn whole(report: &ReviewReport<'_>) -> Whole {
    let (review, say) = (report.review, report.say());
    let question = &review.question;
    let messages = |texts: &[String]| texts.iter().map(|text| say.message(text)).collect();
    let counted = |all: &[Calls]| all.iter().map(|calls| counted(calls, &say)).collect();
    Whole {
        version: VERSION,
        tool: Tool { name: "secretrail", version: report.tool_version.clone() },
        made_at: report.made_at(),
        start: Start {
            by: question.start.word(),
            value: say.name(question.start.text()),
            since: question.since.map(written),
            until: question.until.map(written),
        },
        verdict: review
            .verdict
            .iter()
            .map(|(title, text)| Titled { title, text: say.message(text) })
            .collect(),
        sessions: review.parties.iter().map(|party| session(party, &say)).collect(),
        before: review.before.iter().map(|party| session(party, &say)).collect(),
        perhaps: review.perhaps.iter().map(|party| session(party, &say)).collect(),
        sessions_outside_of_time: review.outside,
        led_to_outside_of_time: review.later,
        events: review.events,
        first: review.first().map(written),
        last: review.last().map(written),
        secrets: secrets(report, &say),
        data_read: review.taken.iter().map(|one| read(one, &say)).collect(),
        account_evidence: review.identities.iter().map(|one| identity(one, &say)).collect(),
        left_behind: left(report, &say),
        changes: counted(&review.changes),
        denied: counted(&review.denied),
        failed: counted(&review.failed),
        only_read: counted(&review.only_read),
        timeline: timeline(report, &say),
        actions: review.actions.iter().map(|action| todo(action, &say)).collect(),
        already_over: messages(&review.over),
        already_done: review.done.iter().map(|one| contained(one, &say)).collect(),
        rotate: rotate(report, &say),
        inventory_given: review.has_inventory,
        not_shown: messages(&review.unseen),
        gaps: review
            .gaps
            .iter()
            .map(|gap| Gap { name: say.name(&gap.name), byte: gap.offset, reason: say.message(&gap.reason) })
            .collect(),
        coverage: messages(&report.coverage),
        evidence: evidence(report, &say),
        evidence_sha256: report.digest(),
    }
}

fn place(at: &At, say: &Say<'_>) -> Place {
    Place { event: say.name(&at.id), time: written(at.time), log: at.file.saturating_add(1), byte: at.offset }
}

fn session(party: &Party, say: &Say<'_>) -> Session {
    let names = |texts: &[String]| texts.iter().map(|text| say.name(text)).collect();
    let messages = |texts: &[String]| texts.iter().map(|text| say.message(text)).collect();
    let seen = |all: &[(String, i64, i64)]| {
        let one = |(value, first, last): &(String, i64, i64)| Seen {
            value: say.name(value),
            first: written(*first),
            last: written(*last),
        };
        all.iter().map(one).collect()
    };
    Session {
        id: party.id.clone(),
        relation: say.message(&relation(party)),
        confidence: party.confidence.word(),
        account: say.name(&party.account),
        kind: say.name(&party.kind),
        principal: say.name(&party.principal),
        keys: names(&party.keys),
        root: party.root,
        mfa: party.mfa,
        actor: Actor {
            kind: party.actor,
            name: say.name(&party.actor_name),
            level: party.rung,
            evidence: party.level,
            reasons: messages(&party.reasons),
            contradictions: messages(&party.contradictions),
        },
        chain: names(&party.chain),
        source_identity: say.name(&party.source_identity),
        first: place(&party.first, say),
        last: written(party.last),
        events: party.events,
        writes: party.writes,
        denied: party.denied,
        ips: seen(&party.ips),
        user_agents: seen(&party.agents),
        facts: facts(party, say).into_iter().map(|(title, texts, _)| Fact { title, texts }).collect(),
    }
}

fn secrets(report: &ReviewReport<'_>, say: &Say<'_>) -> Vec<Secret> {
    let all = report.review.secrets.iter().map(|one| Secret {
        name: say.name(&one.name),
        reads: one.reads,
        changes: one.writes,
        only_decrypted: one.only_decrypted,
        first: written(one.first),
        last: written(one.last),
        sessions: one.sessions.iter().cloned().collect(),
        events: one.events.iter().map(|at| place(at, say)).collect(),
    });
    all.collect()
}

fn read(one: &crate::review::Taken, say: &Say<'_>) -> Read {
    Read {
        what: one.what,
        place: say.name(&one.place),
        times: one.data.times,
        bytes: one.data.bytes,
        objects: one.data.objects.iter().map(|name| say.name(name)).collect(),
        first: place(&one.data.first, say),
        last: written(one.data.last),
        sessions: one.sessions.iter().cloned().collect(),
    }
}

fn identity(one: &crate::review::Identity, say: &Say<'_>) -> Known {
    let plain = |text: &str| say.message(text).replace('`', "");
    let fact = |(title, text): &(&'static str, String)| Fact { title, texts: vec![plain(text)] };
    Known {
        about: plain(&one.about),
        account: say.name(&one.account),
        at: written(one.at),
        may_do: plain(&one.power),
        facts: one.facts.iter().map(fact).collect(),
    }
}

fn left(report: &ReviewReport<'_>, say: &Say<'_>) -> Vec<Left> {
    let all = report.review.lasting.iter().map(|one| Left {
        what: say.message(&one.what).replace('`', ""),
        call: say.name(&one.made.name),
        at: place(&one.made.at, say),
        ended_by: one.ended.as_ref().map(|ended| say.name(&ended.deed.name)),
        ended: one.ended.as_ref().map(|ended| place(&ended.deed.at, say)),
        only_stopped: one.ended.as_ref().is_some_and(|ended| ended.is_held),
        open: one.is_open(),
        used: one.used,
        since_then: say.message(&since_then(one)).replace('`', ""),
    });
    all.collect()
}

fn counted(calls: &Calls, say: &Say<'_>) -> Counted {
    Counted {
        service: say.name(&calls.service),
        name: say.name(&calls.name),
        error: say.name(&calls.error),
        times: calls.times,
        first: place(&calls.first, say),
        last: written(calls.last),
        objects: calls.objects.iter().map(|name| say.name(name)).collect(),
        more_objects: calls.all_objects.saturating_sub(calls.objects.len()),
        sessions: calls.sessions.iter().cloned().collect(),
    }
}

fn timeline(report: &ReviewReport<'_>, say: &Say<'_>) -> Vec<Event> {
    let one = |told: &crate::review::Told| {
        let deed = &told.deed;
        Event {
            at: place(&deed.at, say),
            session: told.session.clone(),
            service: say.name(&deed.service),
            name: say.name(&deed.name),
            error: say.name(&deed.error),
            account: say.name(&deed.account),
            region: say.name(&deed.region),
            ip: say.name(&deed.ip),
            user_agent: say.name(&deed.agent),
            read_only: deed.read_only,
            start: told.is_start,
            objects: deed.objects().into_iter().map(|name| say.name(name)).collect(),
        }
    };
    report.review.timeline.iter().map(one).collect()
}

fn evidence(report: &ReviewReport<'_>, say: &Say<'_>) -> Vec<File> {
    let file = |log: Option<usize>, one: &Evidence| File {
        log,
        name: say.name(&one.name),
        sha256: one.sha256.clone(),
    };
    let logs = report.logs.iter().enumerate().map(|(at, one)| file(Some(at + 1), one));
    logs.chain(report.others.iter().map(|one| file(None, one))).collect()
}
