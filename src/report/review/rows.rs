//! What tables of a review say, cell by cell: the same in Markdown and in HTML.

use std::collections::{BTreeMap, BTreeSet};

use super::{ReviewReport, Say, number};
use crate::review::{
    At, Calls, Confidence, Done, Lasting, Leaves, Party, Relation, Rotation, Seen, Taken, Told, Who, size,
    span, written,
};

/// Names in one cell.
const MOST_NAMES: usize = 4;
/// Rows that are looked back for a run, and the seconds between its deeds.
const LOOKED_BACK: usize = 12;
const SOON: i64 = 60;

/// One row of the timeline: a deed, or a run of deeds that differ in what they name only.
pub(super) struct Row {
    pub time: String,
    pub session: String,
    pub call: String,
    pub times: usize,
    pub objects: Vec<String>,
    pub from: String,
    pub error: String,
    pub event: String,
    pub place: String,
    pub is_start: bool,
}

/// The timeline in rows, in the order of time, and how many rows are left out. Of too many, those that tell more stay.
pub(super) fn timeline(report: &ReviewReport<'_>, most: usize) -> (Vec<Row>, usize) {
    let say = report.say();
    let mut runs: Vec<Run<'_>> = Vec::new();
    for told in &report.review.timeline {
        // Programs do several things at once: a run goes on though others come between.
        let run = runs.iter_mut().rev().take(LOOKED_BACK).find(|run| run.goes_on_with(told));
        match run {
            Some(run) => {
                run.times += 1;
                run.last = told.deed.at.time;
                add_names(&mut run.objects, &say, told);
            }
            None => {
                let mut run = Run { first: told, last: told.deed.at.time, times: 1, objects: Vec::new() };
                add_names(&mut run.objects, &say, told);
                runs.push(run);
            }
        }
    }
    let left_out = runs.len().saturating_sub(most);
    let lasting: BTreeSet<&At> = report.review.lasting.iter().map(|one| &one.made.at).collect();
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|at| (runs.get(*at).map_or(9, |run| rank(run.first, &lasting)), *at));
    order.truncate(most);
    order.sort_unstable();
    let rows = order.iter().filter_map(|at| runs.get(*at)).map(|run| run.row(&say)).collect();
    (rows, left_out)
}

/// The more a row tells, the less.
fn rank(told: &Told, lasting: &BTreeSet<&At>) -> u8 {
    let deed = &told.deed;
    match () {
        () if told.is_start => 0,
        () if lasting.contains(&deed.at) || !deed.read.is_empty() || !deed.written.is_empty() => 1,
        () if deed.opens || deed.is_denied() => 2,
        () if deed.worked() => 3,
        () => 4,
    }
}

/// Deeds of one session that differ in what they name only.
struct Run<'t> {
    first: &'t Told,
    last: i64,
    times: usize,
    objects: Vec<String>,
}

impl Run<'_> {
    fn goes_on_with(&self, next: &Told) -> bool {
        let (own, other) = (&self.first.deed, &next.deed);
        !other.opens
            && other.at.time - self.last <= SOON
            && (self.first.is_start, &self.first.session) == (next.is_start, &next.session)
            && (&own.service, &own.name, &own.error) == (&other.service, &other.name, &other.error)
    }

    fn row(&self, say: &Say<'_>) -> Row {
        let deed = &self.first.deed;
        Row {
            time: time(deed.at.time),
            session: self.first.session.clone(),
            call: say.name(&format!("{}:{}", deed.service, deed.name)),
            times: self.times,
            objects: self.objects.clone(),
            from: say.name(&from(self.first)),
            error: say.name(&deed.error),
            event: say.name(&deed.at.id),
            place: place(&deed.at),
            is_start: self.first.is_start,
        }
    }
}

fn add_names(into: &mut Vec<String>, say: &Say<'_>, told: &Told) {
    for name in told.deed.objects() {
        let name = say.name(name);
        if into.len() <= MOST_NAMES && !into.contains(&name) {
            into.push(name);
        }
    }
}

/// The first names, with a mark where there are more.
pub(super) fn few(names: &[String]) -> (&[String], bool) {
    let shown = names.get(..MOST_NAMES.min(names.len())).unwrap_or_default();
    (shown, names.len() > MOST_NAMES)
}

fn from(told: &Told) -> String {
    if told.deed.region.is_empty() {
        told.deed.ip.clone()
    } else {
        format!("{}, {}", told.deed.ip, told.deed.region)
    }
}

/// `2026-03-28 14:00:07`.
pub(super) fn time(seconds: i64) -> String {
    written(seconds).replace('T', " ").replace('Z', "")
}

/// `log 3, byte 120`.
pub(super) fn place(at: &At) -> String {
    format!("log {}, byte {}", at.file.saturating_add(1), at.offset)
}

/// How a session came in, in words.
pub(super) fn relation(party: &Party) -> String {
    match &party.relation {
        Relation::Start => "where this review starts".to_owned(),
        Relation::Issued { by, from, at } => {
            format!("issued by `{by}`, called by {from} (event `{}`, {})", at.id, place(at))
        }
        Relation::KeyMade { from, at } => {
            format!("used the access key that {from} created (event `{}`, {})", at.id, place(at))
        }
        Relation::MayUse { what, from, at } => format!(
            "may have used {what} that {from} created or changed (event `{}`, {}); find out who did",
            at.id,
            place(at)
        ),
        Relation::FellBack { from, told, is_sure: true } => {
            format!("the same host continued with these credentials after {from}: {told}")
        }
        Relation::FellBack { from, told, is_sure: false } => {
            format!("may have continued after {from}, or may be someone else: {told}")
        }
        Relation::Through { from, service } => format!("`{service}` acted with the permissions of {from}"),
        Relation::Before { how, at } => format!("upstream: {how} (event `{}`, {})", at.id, place(at)),
    }
}

/// How sure that is; of what AWS's own log says nothing is said.
fn how_sure(party: &Party) -> Vec<String> {
    let told = match party.confidence {
        Confidence::Sure => return Vec::new(),
        Confidence::Likely => "likely: it, or its origin, used what the incident created or changed",
        Confidence::Weak => "weak: it may be someone else; what it did is not counted here",
    };
    vec![told.to_owned()]
}

/// One fact of a session: its title, its texts, and whether they are names.
pub(super) type Fact = (&'static str, Vec<String>, bool);

/// All facts of a session.
pub(super) fn facts(party: &Party, say: &Say<'_>) -> Vec<Fact> {
    let names = |texts: &[String]| texts.iter().map(|text| say.name(text)).collect::<Vec<_>>();
    let spans = |all: &[(String, i64, i64)]| {
        let one = |(text, first, last): &(String, i64, i64)| match () {
            // All the time of the session tells nothing new.
            () if (*first, *last) == (party.first.time, party.last) => say.name(text),
            () if first == last => format!("{} ({})", say.name(text), time(*first)),
            () => format!("{} ({} to {})", say.name(text), time(*first), time(*last)),
        };
        all.iter().map(one).collect::<Vec<_>>()
    };
    let tags = party.tags.iter().map(|(key, value)| say.name(&format!("{key} = {value}"))).collect();
    let root = party.root.map(|root| format!("root by {}", root.replace('-', " ")));
    let mfa = match party.mfa {
        Some(true) => "with MFA",
        Some(false) => "without MFA",
        None => "MFA unknown",
    };
    let signed = if party.signed_in { "signed in to the console, " } else { "" };
    let issued = party.issued.as_ref().map(|(by, at)| format!("by `{by}`, event `{}`, {}", at.id, place(at)));
    let counts = format!(
        "{}: {}, {} denied",
        number(usize::try_from(party.events).unwrap_or(usize::MAX), "event", "events"),
        number(usize::try_from(party.writes).unwrap_or(usize::MAX), "write", "writes"),
        party.denied
    );
    let when = format!(
        "{} to {} ({}); first event `{}`, {}",
        time(party.first.time),
        time(party.last),
        span(party.last - party.first.time),
        party.first.id,
        place(&party.first)
    );
    let mut facts: Vec<Fact> = vec![
        ("Link", vec![say.message(&relation(party))], false),
        ("Confidence", how_sure(party), false),
        ("Principal", names(std::slice::from_ref(&party.principal)), true),
        ("Account", names(std::slice::from_ref(&party.account)), true),
        ("Credentials", vec![format!("{}, {signed}{mfa}", say.name(&party.kind))], false),
        ("Access keys", names(&party.keys), true),
        ("Root", root.into_iter().collect(), false),
        ("Service", names(std::slice::from_ref(&party.via)), true),
        ("Actor", vec![say.message(&party.actor_words())], false),
        ("Why", party.reasons.iter().map(|text| say.message(text)).collect(), false),
        ("Contradictions", party.contradictions.iter().map(|text| say.message(text)).collect(), false),
        ("Issued", issued.map(|text| say.message(&text)).into_iter().collect(), false),
        ("Called from", names(&party.chain), true),
        ("Source identity", names(std::slice::from_ref(&party.source_identity)), true),
        ("Session tags", tags, true),
        ("Fell back", party.fallback.iter().map(|text| say.message(text)).collect(), false),
        ("When", vec![say.message(&when)], false),
        ("Did", vec![counts], false),
        ("From", spans(&party.ips), true),
        ("With", spans(&party.agents), true),
        ("Regions", vec![say.name(&party.regions.join(", "))], true),
    ];
    if party.new_network {
        facts.push((
            "New network",
            vec!["no earlier session of this principal came from there".to_owned()],
            false,
        ));
    }
    if party.failed_sign_ins > 0 {
        facts.push(("Failed sign-ins before", vec![party.failed_sign_ins.to_string()], false));
    }
    facts.iter_mut().for_each(|(_, texts, _)| texts.retain(|text| !text.is_empty()));
    facts.retain(|(_, texts, _)| !texts.is_empty());
    facts
}

/// Calls that only read, by service: names, and how often, the most frequent first.
pub(super) fn only_read(report: &ReviewReport<'_>) -> Vec<(String, Vec<(String, u64)>)> {
    let say = report.say();
    let mut all: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for calls in &report.review.only_read {
        let known = all.entry(say.name(&calls.service)).or_default();
        *known.entry(say.name(&calls.name)).or_default() += calls.times;
    }
    let sorted = |calls: BTreeMap<String, u64>| {
        let mut calls: Vec<(String, u64)> = calls.into_iter().collect();
        calls.sort_by(|left, right| (right.1, &left.0).cmp(&(left.1, &right.0)));
        calls
    };
    all.into_iter().map(|(service, calls)| (service, sorted(calls))).collect()
}

/// The columns of tables of calls.
pub(super) const CALL_COLUMNS: [&str; 6] = ["call", "times", "target", "first", "first event", "sessions"];

/// The cells of a call: those that are names come as names.
pub(super) struct CallCells {
    pub call: String,
    pub error: String,
    pub times: u64,
    pub objects: Vec<String>,
    pub more: usize,
    pub first: String,
    pub event: String,
    pub place: String,
    pub sessions: Vec<String>,
}

pub(super) fn call(calls: &Calls, say: &Say<'_>) -> CallCells {
    CallCells {
        call: say.name(&format!("{}:{}", calls.service, calls.name)),
        error: say.name(&calls.error),
        times: calls.times,
        objects: calls.objects.iter().map(|name| say.name(name)).collect(),
        more: calls.all_objects.saturating_sub(calls.objects.len()),
        first: time(calls.first.time),
        event: say.name(&calls.first.id),
        place: place(&calls.first),
        sessions: calls.sessions.iter().cloned().collect(),
    }
}

/// Who did something: `by user/alice (s-1a2b3c4d)`.
fn who(by: &Who) -> String {
    match by {
        Who::Incident => "by the incident itself".to_owned(),
        Who::Other(id, principal) => {
            let short = principal.splitn(6, ':').nth(5).unwrap_or(principal).replace('`', "'");
            format!("by `{short}` ({id})")
        }
        Who::Unknown => "by an unknown session".to_owned(),
    }
}

/// What is said of containment that is done.
pub(super) const DONE: &str =
    "By sessions outside the incident, after it was used. Make sure that they were yours.";

/// Containment that is done, as a sentence.
pub(super) fn done(one: &Done) -> String {
    format!(
        "{}: `{}` at {}, {} (event `{}`, {}){}",
        one.about,
        one.call,
        time(one.at.time),
        who(&one.by),
        one.at.id,
        place(&one.at),
        if one.is_held { "; stopped, and kept for forensics" } else { "" }
    )
}

/// What became of something that was left behind.
pub(super) fn since_then(one: &Lasting) -> String {
    let ended = one.ended.as_ref().map(|ended| {
        let at = &ended.deed.at;
        format!(
            "{} by `{}` at {}, {} (event `{}`, {})",
            if ended.is_held { "stopped and kept," } else { "ended" },
            ended.deed.name,
            time(at.time),
            who(&ended.by),
            at.id,
            place(at)
        )
    });
    let there = if one.kind.leaves == Leaves::Lack { "not undone" } else { "still exists" };
    let seen = match &one.seen {
        Seen::There(at, more) => {
            Some(format!("{there} at {} according to the account evidence{}", time(*at), with(more)))
        }
        Seen::Gone(at, more) => {
            Some(format!("already gone at {} according to the account evidence{}", time(*at), with(more)))
        }
        Seen::Replaced(at, what) => {
            Some(format!("{there} at {} according to the account evidence: {what}", time(*at)))
        }
        Seen::Unknown if one.ended.is_none() => Some(format!("{there}, as far as these logs show")),
        Seen::Unknown => None,
    };
    let tied = one.doubtful.as_ref().map(|deed| {
        format!(
            "`{}` happened in the same second (event `{}`): their order is unknown, so it counts as existing",
            deed.name, deed.at.id
        )
    });
    let unused = (one.used == Some(false)).then(|| "no use of it in these logs".to_owned());
    [ended, seen, tied, unused].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn with(more: &str) -> String {
    if more.is_empty() { String::new() } else { format!(" ({more})") }
}

/// What is to be known of a secret that is to be rotated.
pub(super) fn rotation(one: &Rotation) -> Vec<String> {
    let mut told = Vec::new();
    match (one.read, one.changed) {
        (true, true) => told.push("it was read, and changed".to_owned()),
        (false, _) => {
            told.push("it was changed, with no read in these logs: whoever set the value knows it".to_owned())
        }
        (true, false) => {}
    }
    if one.tied {
        told.push("read and changed in the same second: their order is unknown, so the earlier value counts as read".to_owned());
    }
    if let Some(new) = &one.renewed {
        let event =
            format!("`{}` at {} (event `{}`, {})", new.call, time(new.at.time), new.at.id, place(&new.at));
        told.push(match new.tied {
            true => format!("{event} happened in the same second as the last read: their order is unknown, so the new value counts as read, too"),
            false => format!("a new value has been stored since, by {event}: make sure that the old one was revoked at its provider"),
        });
    }
    told
}

/// What is said of the account's evidence.
pub(super) const ACCOUNT: &str =
    "Evidence collected from the account: it describes that moment, not later ones.";

/// The columns of the table of data that was read.
pub(super) const TAKEN_COLUMNS: [&str; 7] =
    ["what", "times", "sent", "objects", "when (UTC)", "first event", "sessions"];

/// The cells of data that was read.
pub(super) struct TakenCells {
    pub what: String,
    pub times: String,
    pub size: String,
    pub objects: Vec<String>,
    pub when: String,
    pub event: String,
    pub place: String,
    pub sessions: Vec<String>,
}

pub(super) fn taken(one: &Taken, say: &Say<'_>) -> TakenCells {
    let data = &one.data;
    let place = if one.place.is_empty() {
        "whose name is not recorded".to_owned()
    } else {
        format!("`{}`", one.place.replace('`', "'"))
    };
    TakenCells {
        what: say.name(&format!("{} {place}", one.what)),
        times: data.times.to_string(),
        size: if data.bytes == 0 { "not recorded".to_owned() } else { size(data.bytes) },
        objects: data.objects.iter().map(|name| say.name(name)).collect(),
        when: if data.first.time == data.last {
            time(data.last)
        } else {
            format!("{} to {}", time(data.first.time), time(data.last))
        },
        event: say.name(&data.first.id),
        place: self::place(&data.first),
        sessions: one.sessions.iter().cloned().collect(),
    }
}
