//! From what someone has in hand to the sessions that it means.

use std::collections::BTreeSet;

use super::deed::Deed;
use super::names::of_iam;
use super::party::{role_name, user};
use super::renames::Renames;
use super::{Question, Start};
use crate::nearest::did_you_mean;
use crate::trail::{Session, secret_name};

/// Names that are told where nothing was found.
const MOST_NEAR: usize = 5;

/// Where it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begun {
    /// Numbers of sessions, in order.
    pub sessions: Vec<usize>,
    /// Sessions that meet the start, and lie outside of the time that is asked for.
    pub outside: usize,
    /// Their numbers, where none lies inside: what came of them may.
    pub away: Vec<usize>,
}

impl Question {
    /// Whether an event is what a review starts from.
    pub fn is_start(&self, deed: &Deed) -> bool {
        match &self.start {
            Start::Event(id) => deed.at.id == *id,
            Start::Secret(name) => {
                let name = secret_name(name);
                self.holds(deed.at.time)
                    && deed.read.iter().chain(&deed.written).any(|touched| reaches(touched, &name))
            }
            Start::Key(_) | Start::Principal(_) => false,
        }
    }
}

/// Whether reading one name gives the other: `/app/*` has `/app/key` in it.
pub(super) fn reaches(touched: &str, name: &str) -> bool {
    let below = |path: &str, name: &str| path.strip_suffix('*').is_some_and(|start| name.starts_with(start));
    touched == name || below(touched, name) || below(name, touched)
}

/// The sessions that a start means. `found` are the events that [`Question::is_start`] holds for.
/// `joints` are events of everybody, in the order of time.
pub fn begin(question: &Question, sessions: &[Session], found: &[Deed], joints: &[Deed]) -> Begun {
    let mut begun = Begun::default();
    let renames = Renames::of(joints);
    let renamed = renamed(question, sessions, &renames);
    let found: BTreeSet<usize> = found.iter().filter_map(|deed| deed.session).collect();
    for (number, session) in sessions.iter().enumerate() {
        let by_event = found.contains(&number);
        let is_meant = match &question.start {
            Start::Key(key) => session.keys.iter().any(|known| known.eq_ignore_ascii_case(key)),
            Start::Principal(name) => {
                is_principal(session, name)
                    || (!renamed.is_empty()
                        && renamed.contains(&(session.account.as_str(), of_iam(&renames.user(session)))))
            }
            Start::Event(_) | Start::Secret(_) => by_event,
        };
        let overlaps = question.since.is_none_or(|since| session.tally.last >= since)
            && question.until.is_none_or(|until| session.first().time < until);
        match (is_meant, overlaps || matches!(question.start, Start::Event(_))) {
            (true, true) => begun.sessions.push(number),
            (true, false) => {
                begun.outside += 1;
                begun.away.push(number);
            }
            _ => {}
        }
    }
    if !begun.sessions.is_empty() {
        begun.away.clear();
    }
    begun
}

/// Users that are asked for by a name of theirs, where they had another one too.
fn renamed<'s>(
    question: &Question,
    sessions: &'s [Session],
    renames: &Renames<'_>,
) -> BTreeSet<(&'s str, String)> {
    let Start::Principal(name) = &question.start else { return BTreeSet::new() };
    if renames.is_empty() {
        return BTreeSet::new();
    }
    let meant = sessions.iter().filter(|session| is_principal(session, name));
    let users = meant.map(|session| (session.account.as_str(), of_iam(&renames.user(session))));
    users.filter(|(_, user)| !user.is_empty()).collect()
}

impl Begun {
    /// Where the chain is followed from: the sessions within the time that is asked for, or else those outside of it.
    pub fn starts(&self) -> &[usize] {
        if self.sessions.is_empty() { &self.away } else { &self.sessions }
    }
}

/// Whether a session is one of a principal: by ARN, id, user, role, or the session's name.
fn is_principal(session: &Session, name: &str) -> bool {
    let is = |known: &str| !known.is_empty() && known.eq_ignore_ascii_case(name);
    let issuers = || session.tally.issuers.iter();
    // AWS's own services act in everybody's name.
    if session.kind == "AWSService" {
        return is(&session.principal_id);
    }
    is(&session.principal)
        || is(&session.principal_id)
        || session.tally.arns.iter().any(is)
        || is(&user(session))
        || (session.kind == "Root" && is_root(name))
        || issuers().any(|arn| is(arn) || is(role_name(arn)))
        || (session.kind == "AssumedRole" && is(role_name(&session.principal)))
        || (session.kind == "FederatedUser" && is(role_name(&session.principal)))
        || is(&session.source_identity)
}

fn is_root(name: &str) -> bool {
    name.eq_ignore_ascii_case("root") || name == "<root_account>"
}

/// What was looked through, and what of it is near, where a start was not found.
pub fn nearest(question: &Question, sessions: &[Session], secrets: &[String]) -> String {
    let text = question.start.text();
    let (what, mut known): (&str, Vec<String>) = match &question.start {
        Start::Key(_) => return nearest_key(text, sessions),
        Start::Principal(_) => {
            ("names of users, roles and role sessions", sessions.iter().flat_map(names).collect())
        }
        Start::Secret(_) => ("secrets that were read or changed", secrets.to_vec()),
        Start::Event(_) => return "no event in these logs has this ID".to_owned(),
    };
    known.sort();
    known.dedup();
    known.retain(|name| !name.is_empty());
    let hint = did_you_mean(text, known.iter().map(String::as_str));
    if !hint.is_empty() {
        return format!("{}{hint}", looked(known.len(), what));
    }
    // A part of a path is what people remember.
    let is_near = |name: &&String| {
        let (name, text) = (name.to_lowercase(), text.to_lowercase());
        let parts = text.split(['/', ':']).filter(|part| part.len() > 3);
        parts.into_iter().any(|part| name.contains(part))
    };
    let near: Vec<&str> = known.iter().filter(is_near).map(String::as_str).take(MOST_NEAR).collect();
    let some = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (known.len(), near.is_empty()) {
        (0, _) => format!("these logs have no {what}"),
        (count, false) => format!("{}; similar: {}", looked(count, what), some(near)),
        (count, true) => {
            let first: Vec<&str> = known.iter().map(String::as_str).take(MOST_NEAR).collect();
            let more = if count > first.len() { " ..." } else { "" };
            format!("{}: {}{more}", looked(count, what), some(first))
        }
    }
}

/// `3 access keys were looked through`.
fn looked(count: usize, what: &str) -> String {
    if count != 1 {
        return format!("{count} {what} were searched");
    }
    let one = match what {
        "access keys" => "access key",
        "secrets that were read or changed" => "secret that was read or changed",
        _ => "name of a user, a role or a role session",
    };
    format!("1 {one} was searched")
}

/// Keys are told by their ends: an error goes to logs that others read.
fn nearest_key(text: &str, sessions: &[Session]) -> String {
    let keys = || sessions.iter().flat_map(|session| session.keys.iter().map(move |key| (key, session)));
    let all: std::collections::BTreeSet<&str> = keys().map(|(key, _)| key.as_str()).collect();
    if all.is_empty() {
        return "these logs have no access keys".to_owned();
    }
    let end = |key: &str| key.get(key.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let hint = did_you_mean(text, all.iter().copied());
    let is_near = |key: &str| hint.contains(&format!("`{key}`")) || (text.len() >= 4 && key.ends_with(text));
    let near = keys().find(|(key, _)| is_near(key));
    let near = near.map(|(key, session)| {
        format!("; did you mean the key of `{}` that ends in `{}`?", session.principal, end(key))
    });
    format!("{}{}", looked(all.len(), "access keys"), near.unwrap_or_default())
}

/// All by which a principal may be named shortly.
fn names(session: &Session) -> Vec<String> {
    if session.kind == "AWSService" {
        return Vec::new();
    }
    let mut all = vec![user(session)];
    if session.kind == "Root" {
        all.push("root".to_owned());
    }
    if session.kind == "AssumedRole" {
        all.push(role_name(&session.principal).to_owned());
        all.extend(session.tally.issuers.iter().map(|arn| role_name(arn).to_owned()));
    }
    all
}

#[cfg(test)]
mod own_tests {
    use super::*;

    #[test]
    fn a_path_reaches_what_is_below_it() {
        assert!(reaches("app/*", "app/key") && reaches("app/key", "app/*") && reaches("a", "a"));
        assert!(!reaches("app/key", "app/key2") && !reaches("apps/*", "app/key"));
    }
}
