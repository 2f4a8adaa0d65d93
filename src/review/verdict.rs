//! The first screen: who, as what, from where, when, what they read and changed, what is still open.

use std::collections::BTreeSet;

use super::Review;
use super::contain::Group;
use super::party::{Party, Relation};
use crate::trail::time;

/// Names that are told in one line.
const MOST: usize = 4;

/// One line: what it is about, and a sentence.
pub type Line = (&'static str, String);

/// The lines, in a fixed order.
pub(super) fn verdict(review: &Review) -> Vec<Line> {
    let mut lines = vec![("Who", who(review)), ("As", acting(review)), ("When and from where", when(review))];
    lines.push(("Read", read(review)));
    lines.push(("Changed", changed(review)));
    lines.push(("Still open", open(review)));
    if !review.gaps.is_empty() {
        let told = format!(
            "{} could not be read: this review is not whole",
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

/// Actors of the starts, and who stands first in the chain.
fn who(review: &Review) -> String {
    let starts = review.parties.iter().filter(|party| party.relation == Relation::Start);
    let mut actors: Vec<String> = Vec::new();
    for party in starts {
        let words = match (party.actor, party.actor_name.as_str()) {
            ("unknown", "") => continue,
            _ => party.actor_words().replace('`', "'"),
        };
        if !actors.contains(&words) {
            actors.push(words);
        }
    }
    let mut told = if actors.is_empty() {
        "not known: nothing in the logs says whether a person or a program acted".to_owned()
    } else {
        few(&actors)
    };
    let first =
        review.before.iter().rev().find(|party| party.actor == "human" || !party.actor_name.is_empty());
    if let Some(first) = first.or(review.before.last()) {
        told.push_str(&format!(
            "; the chain begins with {} ({})",
            code(first.short()),
            first.actor_words().replace('`', "'")
        ));
    } else if let Some(hop) = review
        .parties
        .iter()
        .filter(|party| party.relation == Relation::Start)
        .find_map(|party| party.chain.last())
    {
        told.push_str(&format!("; called from {}", code(hop)));
    }
    if let Some(source) =
        review.parties.iter().map(|party| &party.source_identity).find(|text| !text.is_empty())
    {
        told.push_str(&format!("; source identity {}", code(source)));
    }
    told
}

/// Principals and credentials.
fn acting(review: &Review) -> String {
    let of = |party: &Party| {
        let root =
            party.root.map(|root| format!(" (root by {})", root.replace('-', " "))).unwrap_or_default();
        format!("{} in account {}{root}", code(party.short()), party.account)
    };
    let mut starts: Vec<String> = Vec::new();
    let mut later: Vec<String> = Vec::new();
    for party in &review.parties {
        let into = if party.relation == Relation::Start { &mut starts } else { &mut later };
        let words = of(party);
        if !into.contains(&words) {
            into.push(words);
        }
    }
    later.retain(|words| !starts.contains(words));
    let keys: BTreeSet<&str> = review
        .parties
        .iter()
        .filter(|party| party.relation == Relation::Start)
        .flat_map(|party| party.keys.iter().map(String::as_str))
        .collect();
    let keys: Vec<String> = keys.into_iter().map(code).collect();
    let mut told = few(&starts);
    if !keys.is_empty() {
        let word = if keys.len() == 1 { "key" } else { "keys" };
        told.push_str(&format!(", with {word} {}", few(&keys)));
    }
    if !later.is_empty() {
        told.push_str(&format!("; from there on as {}", few(&later)));
    }
    told
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
        0 => "no address is told".to_owned(),
        _ => format!("from {}", few(&ips)),
    };
    format!(
        "{} to {} ({}), {}; {} in {}",
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
    if secrets.is_empty() {
        return "no secret, as far as these logs show".to_owned();
    }
    let unlisted = review.rotations.iter().filter(|one| one.listed.is_empty()).count() as u64;
    let list = match (review.has_inventory, unlisted) {
        (true, 0) => "; all are in the inventory".to_owned(),
        (true, count) => format!("; {count} not in the inventory"),
        (false, _) => String::new(),
    };
    format!("{}: {}{list}", number(secrets.len() as u64, "secret", "secrets"), few(&secrets))
}

fn changed(review: &Review) -> String {
    let events: u64 = review.changes.iter().map(|calls| calls.times).sum();
    if events == 0 {
        return format!("nothing that worked{}", refused(review));
    }
    let lasting: Vec<String> = review.lasting.iter().map(|one| one.what.clone()).collect();
    let stays = if lasting.is_empty() {
        let calls: Vec<String> = review.changes.iter().map(|calls| code(&calls.name)).collect();
        format!(": {}", few(&calls))
    } else {
        format!("; left behind: {}", few(&lasting))
    };
    let kinds = review.changes.len() as u64;
    format!(
        "{} of {}{stays}{}",
        number(events, "change", "changes"),
        number(kinds, "kind", "kinds"),
        refused(review)
    )
}

fn refused(review: &Review) -> String {
    let denied: u64 = review.denied.iter().map(|calls| calls.times).sum();
    if denied == 0 { String::new() } else { format!("; AWS refused {}", number(denied, "call", "calls")) }
}

fn open(review: &Review) -> String {
    let about = |group: Group| {
        let mut all: Vec<String> = Vec::new();
        for action in review.actions.iter().filter(|action| action.group == group) {
            if !all.contains(&action.about) {
                all.push(action.about.clone());
            }
        }
        all
    };
    let (stop, undo) = (about(Group::Stop), about(Group::Undo));
    if stop.is_empty() && undo.is_empty() {
        return "nothing that these logs show; see what they do not show".to_owned();
    }
    let rotate = review.rotations.len() as u64;
    let rotate = if rotate == 0 {
        String::new()
    } else {
        format!("; {} to rotate", number(rotate, "secret", "secrets"))
    };
    few(&[stop, undo].concat()) + &rotate
}
