//! The first screen: who, as what, from where, when, what they read and changed, what is still open.

use std::collections::{BTreeMap, BTreeSet};

use super::contain::Group;
use super::lasting::{Lasting, Who};
use super::party::{Confidence, Party, Relation};
use super::{Review, Stranger};
use crate::trail::time;

/// Names that are told in one line.
const MOST: usize = 4;

/// One line: what it is about, and a sentence.
pub type Line = (&'static str, String);

/// The lines, in a fixed order.
pub(super) fn verdict(review: &Review) -> Vec<Line> {
    let mut lines = vec![("Still open", open(review)), ("As", acting(review)), ("Read", read(review))];
    let done = done(review);
    lines.extend([("Changed", changed(review)), ("Who", who(review)), ("When and from where", when(review))]);
    let power: Vec<String> = review
        .identities
        .iter()
        .filter(|one| !one.power.is_empty())
        .map(|one| format!("{}: {}", one.about, one.power))
        .collect();
    if !power.is_empty() {
        lines.insert(2, ("Can do", few(&power)));
    }
    if !review.strangers.is_empty() {
        lines.insert(1, ("Shared", shared(review)));
    }
    if !done.is_empty() {
        lines.insert(1, ("Already done", done));
    }
    if !review.perhaps.is_empty() {
        lines.push(("Possibly related", perhaps(review)));
    }
    if !review.gaps.is_empty() {
        let told = format!(
            "{} could not be read: this review is incomplete",
            number(review.gaps.len() as u64, "place of the evidence", "places of the evidence")
        );
        lines.push(("Not read", told));
    }
    lines
}

/// `1 session`.
pub(super) fn number(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

fn few(all: &[String]) -> String {
    let shown = all.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    let more = all.len().saturating_sub(MOST);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// Sessions of the start by whom someone acts, and not a service with that one's rights.
fn starts(review: &Review) -> Vec<&Party> {
    let is_start = |party: &&Party| party.relation == Relation::Start;
    let own: Vec<&Party> =
        review.parties.iter().filter(is_start).filter(|party| party.actor != "service").collect();
    let all = || review.parties.iter().filter(is_start).collect::<Vec<_>>();
    let own = if own.is_empty() { all() } else { own };
    // The start itself may lie outside of the time that is asked for.
    if own.is_empty() { review.parties.iter().collect() } else { own }
}

/// Actors of the starts, and who stands first in the chain.
fn who(review: &Review) -> String {
    let starts = starts(review);
    let mut actors: BTreeMap<String, u64> = BTreeMap::new();
    let is_known = |party: &&&Party| party.actor != "unknown" || !party.actor_name.is_empty();
    for party in starts.iter().filter(is_known) {
        *actors.entry(party.actor_words().replace('`', "'")).or_default() += 1;
    }
    let known: u64 = actors.values().sum();
    let all = starts.len() as u64;
    let mut told = match (actors.len(), known == all) {
        (0, _) => "unknown: nothing in the logs shows whether a person or a program acted".to_owned(),
        (1, true) => few(&actors.into_keys().collect::<Vec<_>>()),
        (_, is_all) => {
            let of = |(words, count): (String, u64)| {
                format!("{words} in {}", number(count, "session", "sessions"))
            };
            let some = few(&actors.into_iter().map(of).collect::<Vec<_>>());
            if is_all {
                some
            } else {
                format!("{some}; in {} of {all} sessions nothing shows who acted", all - known)
            }
        }
    };
    if starts.iter().any(|party| party.level == "claimed") {
        told.push_str("; claimed means set by the caller: a hint, not proof");
    }
    let first =
        review.before.iter().rev().find(|party| party.actor == "human" || !party.actor_name.is_empty());
    if let Some(first) = first.or(review.before.last()) {
        let words = first.actor_words().replace('`', "'");
        told.push_str(&format!("; the chain begins with {} ({words})", code(first.short())));
    } else if let Some(hop) = starts.iter().find_map(|party| party.chain.last()) {
        told.push_str(&format!("; called from {}", code(hop)));
    }
    let source = review.parties.iter().map(|party| &party.source_identity).find(|text| !text.is_empty());
    if let Some(source) = source {
        told.push_str(&format!("; source identity {}", code(source)));
    }
    told
}

/// Principals and credentials.
fn acting(review: &Review) -> String {
    let own = starts(review);
    let mut accounts: BTreeSet<&str> = BTreeSet::new();
    let (mut first, mut later): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut seen: BTreeSet<(bool, String)> = BTreeSet::new();
    let only_services = own.iter().all(|party| party.actor == "service");
    let is_told =
        |party: &&Party| party.actor != "service" || (only_services && party.relation == Relation::Start);
    for party in review.parties.iter().filter(is_told) {
        let root =
            party.root.map(|root| format!(" (root by {})", root.replace('-', " "))).unwrap_or_default();
        let is_start = party.relation == Relation::Start;
        // Of what came later the role says enough.
        let name = match party.short().split('/').collect::<Vec<_>>().as_slice() {
            ["assumed-role", role, _] if !is_start => format!("role/{role}"),
            _ => party.short().to_owned(),
        };
        let fell = if matches!(party.relation, Relation::FellBack { .. }) {
            ", after a silent fallback"
        } else {
            ""
        };
        let likely = if party.confidence == Confidence::Likely { ", likely" } else { "" };
        let words = format!("{}{root}{fell}{likely}", code(&name));
        accounts.insert(&party.account);
        if seen.insert((is_start, words.clone())) {
            if is_start { first.push(words) } else { later.push(words) }
        }
    }
    later.retain(|words| !seen.contains(&(true, words.clone())));
    // The start itself may lie outside of the time that is asked for.
    if first.is_empty() {
        std::mem::swap(&mut first, &mut later);
    }
    let keys: BTreeSet<&str> = own.iter().flat_map(|party| party.keys.iter().map(String::as_str)).collect();
    // A long-lived key tells more than those of a console's pages.
    let lasting: Vec<String> = keys.iter().filter(|key| key.starts_with("AKIA")).copied().map(code).collect();
    let short: Vec<String> = keys.iter().filter(|key| !key.starts_with("AKIA")).copied().map(code).collect();
    let mut told = few(&first);
    let accounts: Vec<String> = accounts.into_iter().map(code).collect();
    told.push_str(&format!(
        " in {} {}",
        if accounts.len() == 1 { "account" } else { "accounts" },
        few(&accounts)
    ));
    match (lasting.len(), short.len()) {
        (0, 0) => {}
        (0, 1..=2) => told.push_str(&format!(", with temporary key {}", few(&short))),
        (0, count) => told.push_str(&format!(", with {count} temporary keys")),
        (_, 0) => told.push_str(&format!(", with access key {}", few(&lasting))),
        (_, count) => told.push_str(&format!(
            ", with access key {} and {}",
            few(&lasting),
            number(count as u64, "temporary key", "temporary keys")
        )),
    }
    if !later.is_empty() {
        told.push_str(&format!("; then as {}", few(&later)));
    }
    told
}

/// Containment that someone outside of the incident did.
fn done(review: &Review) -> String {
    let (Some(first), Some(last)) = (review.done.first(), review.done.last()) else { return String::new() };
    let mut who: BTreeSet<String> = BTreeSet::new();
    let mut about: Vec<String> = Vec::new();
    for one in &review.done {
        who.insert(match &one.by {
            Who::Other(_, principal) => code(principal.splitn(6, ':').nth(5).unwrap_or(principal)),
            Who::Incident | Who::Unknown => "an unknown principal".to_owned(),
        });
        if !about.contains(&one.about) {
            about.push(one.about.clone());
        }
    }
    let when = match last.at.time - first.at.time {
        0 => time::written(first.at.time),
        _ => format!("{} to {}", time::written(first.at.time), time::written(last.at.time)),
    };
    format!("{}; by {}, {when}", few(&about), few(&who.into_iter().collect::<Vec<_>>()))
}

/// Who may belong to it, and may be someone else.
fn perhaps(review: &Review) -> String {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let names = review.perhaps.iter().map(|party| code(party.short()));
    let all: Vec<String> = names.filter(|name| seen.insert(name.clone())).collect();
    format!(
        "{}: linked only by a shared host, address or role, and not counted here; find out who they are",
        few(&all)
    )
}

fn when(review: &Review) -> String {
    let (Some(first), Some(last)) = (review.first(), review.last()) else { return "no event".to_owned() };
    let ips: BTreeSet<&str> = review
        .parties
        .iter()
        .flat_map(|party| party.ips.iter().map(|(ip, ..)| ip.as_str()))
        .filter(|ip| ip.parse::<std::net::IpAddr>().is_ok())
        .collect();
    let ips: Vec<String> = ips.into_iter().map(code).collect();
    let from = match ips.len() {
        0 => "no address is recorded".to_owned(),
        _ => format!("from {}", few(&ips)),
    };
    let question = &review.question;
    let bounds = match (question.since, question.until) {
        (None, None) => String::new(),
        (since, until) => {
            let word = |word: &str, at: Option<i64>| {
                at.map(|at| format!(" {word} {}", time::written(at))).unwrap_or_default()
            };
            format!("; limited to events{}{}", word("from", since), word("before", until))
        }
    };
    format!(
        "{} to {} ({}), {}; {} in {}{bounds}",
        time::written(first),
        time::written(last),
        time::span(last - first),
        from,
        number(review.events, "event", "events"),
        number(review.parties.len() as u64, "session", "sessions"),
    )
}

fn read(review: &Review) -> String {
    let secrets: Vec<String> =
        review.secrets.iter().filter(|secret| secret.reads > 0).map(|secret| code(&secret.name)).collect();
    let taken: Vec<String> = review.taken.iter().map(super::Taken::words).collect();
    let taken = if taken.is_empty() { String::new() } else { format!("; data: {}", few(&taken)) };
    if secrets.is_empty() {
        return format!("no secret in these logs{taken}");
    }
    let own = review.secrets.iter().filter(|secret| secret.reads > 0 && secret.is_created()).count();
    let own = match own {
        0 => String::new(),
        own if own == secrets.len() => "; it had created all of them itself".to_owned(),
        own => format!("; it had created {own} of them itself"),
    };
    let unlisted = review.rotations.iter().filter(|one| one.listed.is_empty()).count() as u64;
    let list = match (review.has_inventory, unlisted) {
        (true, 0) => "; all are in the inventory".to_owned(),
        (true, count) => format!("; {count} not in the inventory"),
        (false, _) => String::new(),
    };
    format!("{}: {}{own}{list}{taken}", number(secrets.len() as u64, "secret", "secrets"), few(&secrets))
}

fn changed(review: &Review) -> String {
    let events: u64 = review.changes.iter().map(|calls| calls.times).sum();
    if events == 0 {
        return format!("nothing successfully{}", refused(review));
    }
    // What is still there first.
    let (there, gone): (Vec<&Lasting>, Vec<&Lasting>) = review.lasting.iter().partition(|one| one.is_open());
    let lasting: Vec<String> = there.iter().map(|one| one.what.clone()).collect();
    let gone = match gone.len() {
        0 => String::new(),
        count => format!("; {count} more lasting ones, undone since"),
    };
    let stays = if lasting.is_empty() {
        let calls: Vec<String> = review.changes.iter().map(|calls| code(&calls.name)).collect();
        format!(": {}{gone}", few(&calls))
    } else {
        format!("; left behind: {}{gone}", few(&lasting))
    };
    let kinds = review.changes.len() as u64;
    format!(
        "{} of {}{stays}{}",
        number(events, "change", "changes"),
        number(kinds, "kind", "kinds"),
        refused(review)
    )
}

/// Other accounts that were given something: that it was undone takes no copy back.
fn shared(review: &Review) -> String {
    let one = |one: &Stranger| {
        let who = one
            .account
            .as_deref()
            .map_or("everyone".to_owned(), |account| format!("account {}", code(account)));
        let undone = match (one.undone, one.given.len()) {
            (0, _) => String::new(),
            (1, 1) => " (undone since)".to_owned(),
            (undone, all) if undone == all => format!(" (all {all} undone since)"),
            (undone, all) => format!(" ({undone} of {all} undone since)"),
        };
        format!("with {who}: {}{undone}", few(&one.given))
    };
    let all: Vec<String> = review.strangers.iter().take(MOST).map(one).collect();
    let more = review.strangers.len().saturating_sub(MOST) as u64;
    let more = if more > 0 {
        format!("; with {}", number(more, "more account", "more accounts"))
    } else {
        String::new()
    };
    format!("{}{more}; copies may exist there, even of what was undone", all.join("; "))
}

fn refused(review: &Review) -> String {
    let denied: u64 = review.denied.iter().map(|calls| calls.times).sum();
    if denied == 0 { String::new() } else { format!("; AWS denied {}", number(denied, "call", "calls")) }
}

fn open(review: &Review) -> String {
    let about = |group: Group| {
        let (mut all, mut seen): (Vec<String>, BTreeSet<&str>) = Default::default();
        for action in review.actions.iter().filter(|action| action.group == group) {
            if seen.insert(&action.about) {
                all.push(action.about.clone());
            }
        }
        all
    };
    let (stop, undo) = (about(Group::Stop), about(Group::Undo));
    let decide = about(Group::Decide);
    let rotate = review.rotations.len() as u64;
    let mut told = Vec::new();
    let then = if stop.is_empty() { "" } else { "then " };
    if !stop.is_empty() {
        told.push(format!("stop first: {}", few(&stop)));
    }
    if !undo.is_empty() {
        told.push(format!("{then}undo: {}", few(&undo)));
    }
    if rotate > 0 {
        told.push(format!("rotate {}", number(rotate, "secret", "secrets")));
    }
    if !decide.is_empty() {
        told.push(format!("decide on {}", few(&decide)));
    }
    match told.is_empty() {
        true => "nothing in these logs; see what they do not show".to_owned(),
        false => told.join("; "),
    }
}
