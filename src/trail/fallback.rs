//! The silent fallback: a program's credentials stop working, and without a word it continues with others that it
//! finds: another profile, a sign-in of the person's, root.
//!
//! Seen from CloudTrail, the same host (`sid` of the AWS CLI) or address has one identity, and shortly after it
//! stopped another one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::agent::{Marks, marks};
use super::gather::{Retired, is_attempt};
use super::session::{Fallback, Root, Session};
use super::time;

/// So soon after the last call of the old identity the new one starts.
const WINDOW: i64 = 3_600;
/// The latest ones at a place that may have been fallen back from: many share an address, and time must not grow with
/// their square.
const MOST_BEFORE: usize = 1_024;

/// What ended, by key and by user.
#[derive(Default)]
struct Ended<'r> {
    keys: BTreeMap<&'r str, Vec<&'r Retired>>,
    users: BTreeMap<&'r str, Vec<&'r Retired>>,
}

impl<'r> Ended<'r> {
    fn of(retired: &'r [Retired]) -> Self {
        let mut all = Self::default();
        for one in retired {
            let known = if one.key.is_empty() { &mut all.users } else { &mut all.keys };
            let name = if one.key.is_empty() { &one.user } else { &one.key };
            known.entry(name.as_str()).or_default().push(one);
        }
        all
    }

    /// The first call that ended what a session used, within a time.
    fn first(&self, session: &Session, (from, to): (i64, i64)) -> Option<&'r Retired> {
        let keys = session.keys.iter().filter_map(|key| self.keys.get(key.as_str()));
        let users = session.tally.users.iter().filter_map(|user| self.users.get(user));
        let all = keys.chain(users).flatten().copied();
        let own = all.filter(|one| ends(one, session) && (from..=to).contains(&one.at.time));
        own.min_by_key(|one| (one.at.time, &one.call, &one.user))
    }
}

/// One identity at one host or address.
struct Stay {
    session: usize,
    first: i64,
    last: i64,
    sources: Vec<&'static str>,
    /// `AWS CLI`, `Terraform` ...
    tools: Vec<&'static str>,
    /// Not a browser and not the console.
    by_program: bool,
}

/// Finds fallbacks, and writes them into the sessions that they fell back to.
pub(super) fn find(sessions: &mut [Session], retired: &[Retired]) {
    let (mut hosts, mut addresses): (BTreeMap<String, Vec<Stay>>, BTreeMap<String, Vec<Stay>>) =
        Default::default();
    let is_used = |session: &Session| !session.is_service() && !is_attempt(&session.via);
    for (number, session) in sessions.iter().enumerate().filter(|(_, session)| is_used(session)) {
        let all: Vec<(Marks, i64, i64)> =
            session.tally.agents.iter().map(|(text, (first, last))| (marks(text), first, last)).collect();
        let sources = each_once(all.iter().flat_map(|(marks, ..)| marks.sources.iter().copied()));
        let tools = each_once(all.iter().filter_map(|(marks, ..)| marks.tool).filter(|tool| *tool != "AWS"));
        for (marks, first, last) in &all {
            if let Some(sid) = &marks.sid {
                let stay = Stay {
                    session: number,
                    first: *first,
                    last: *last,
                    sources: sources.clone(),
                    tools: tools.clone(),
                    by_program: true,
                };
                stays(&mut hosts, sid, stay);
            }
        }
        let by_program =
            all.iter().any(|(marks, ..)| marks.tool.is_some_and(|tool| tool != "AWS") && !marks.console);
        let ips = session.tally.ips.iter().filter(|(ip, _)| ip.parse::<std::net::IpAddr>().is_ok());
        for (ip, (first, last)) in ips {
            let (sources, tools) = (sources.clone(), tools.clone());
            stays(&mut addresses, ip, Stay { session: number, first, last, sources, tools, by_program });
        }
    }
    let ended = Ended::of(retired);
    let by_host = hosts.values().flat_map(|stays| falls(sessions, stays, &ended, "sid"));
    let by_address = addresses.values().flat_map(|stays| falls(sessions, stays, &ended, "source-ip"));
    let found: Vec<(usize, Fallback)> = by_host.chain(by_address).collect();
    for (number, fallback) in found {
        if let Some(session) = sessions.get_mut(number).filter(|session| session.fallback.is_none()) {
            session.fallback = Some(fallback);
        }
    }
}

fn each_once(all: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let all: BTreeSet<&str> = all.collect();
    all.into_iter().collect()
}

/// Adds a stay; two of one session are one. Sessions come one after the other.
fn stays(all: &mut BTreeMap<String, Vec<Stay>>, place: &str, stay: Stay) {
    let known = all.entry(place.to_owned()).or_default();
    match known.last_mut().filter(|known| known.session == stay.session) {
        Some(known) => (known.first, known.last) = (known.first.min(stay.first), known.last.max(stay.last)),
        None => known.push(stay),
    }
}

/// The fallbacks at one host or address.
fn falls(
    sessions: &[Session],
    stays: &[Stay],
    ended: &Ended<'_>,
    by: &'static str,
) -> Vec<(usize, Fallback)> {
    let mut order: Vec<&Stay> = stays.iter().collect();
    order.sort_by_key(|stay| (stay.first, stay.last, sessions.get(stay.session).map(|one| one.id.clone())));
    let mut by_end: Vec<(usize, &Stay)> = order.iter().copied().enumerate().collect();
    by_end.sort_by_key(|(at, stay)| (stay.last, Reverse(*at)));
    let mut found = Vec::new();
    for (at, new) in order.iter().enumerate() {
        // The old one stopped; a program that uses two profiles goes on with both.
        let stopped = by_end.partition_point(|(_, old)| old.last <= new.first);
        // The latest first; it may have nothing to do with it.
        let before = by_end.iter().take(stopped).rev().filter(|(number, _)| *number < at);
        let before = before.map(|(_, old)| *old).take_while(|old| new.first - old.last <= WINDOW);
        let told = before.take(MOST_BEFORE).find_map(|old| {
            let (from, to) = (sessions.get(old.session)?, sessions.get(new.session)?);
            let why = reason(from, to, (old, new), ended, by)?;
            let after = time::span(new.first - old.last);
            let told = format!("{} {after} after {} stopped: {why}", words(by), from.principal);
            Some(Fallback { by, from: from.principal.clone(), session: from.id.clone(), told })
        });
        found.extend(told.map(|fallback| (new.session, fallback)));
    }
    found
}

fn words(by: &str) -> &'static str {
    if by == "sid" { "on the same host," } else { "at the same address," }
}

/// Why this is a fallback; `None` where it may be anything.
fn reason(
    from: &Session,
    to: &Session,
    (old, new): (&Stay, &Stay),
    ended: &Ended<'_>,
    by: &str,
) -> Option<String> {
    let same_role = from.tally.issuers.first() == to.tally.issuers.first() && !from.tally.issuers.is_empty();
    if from.principal_id == to.principal_id || same_role || from.root.is_some() {
        return None;
    }
    // A role is taken and left again on purpose, and so is a task of root's.
    if to.chain_from(from) || from.chain_from(to) || takes_a_role(old, new) || takes_a_role(new, old) {
        return None;
    }
    if to.root == Some(Root::AssumeRoot) || !old.by_program {
        return None;
    }
    // Many programs and persons share an address: one that goes on is the same program.
    if by != "sid" && !(new.by_program && new.tools.iter().any(|tool| old.tools.contains(tool))) {
        return None;
    }
    if let Some(ended) = ended.first(from, (old.first, new.first + 60)) {
        let what = if ended.user.is_empty() { "its key" } else { ended.user.as_str() };
        return Some(format!("{} had revoked {what}", ended.call));
    }
    let changed = !old.sources.is_empty() && !new.sources.is_empty() && old.sources != new.sources;
    if by == "sid" && changed {
        return Some(format!(
            "credentials from {}, then from {}",
            old.sources.join(" and "),
            new.sources.join(" and ")
        ));
    }
    let became_root = matches!(to.root, Some(Root::AccessKey | Root::SessionToken));
    if became_root || (by == "sid" && to.root.is_some()) {
        return Some("it continued as root".to_owned());
    }
    None
}

/// Whether one continues with a role that the other one's credentials took, as its profile says: the call that issued it may
/// not be in these logs.
fn takes_a_role(old: &Stay, new: &Stay) -> bool {
    const ROLE: &str = "assume-role";
    let base =
        |stay: &Stay| stay.sources.iter().copied().filter(|source| *source != ROLE).collect::<Vec<_>>();
    !old.sources.is_empty()
        && new.sources.contains(&ROLE)
        && !old.sources.contains(&ROLE)
        && base(new) == base(old)
}

/// Whether a call ended what a session used.
fn ends(retired: &Retired, session: &Session) -> bool {
    let same_key = !retired.key.is_empty() && session.keys.contains(&retired.key);
    let same_user = !retired.user.is_empty() && session.tally.users.contains(&retired.user);
    let same_account = retired.account.is_empty() || retired.account == session.account;
    same_account && if retired.key.is_empty() { same_user && retired.call == "DeleteUser" } else { same_key }
}

impl Session {
    /// Whether another session's credential issued this one's.
    fn chain_from(&self, other: &Self) -> bool {
        self.chain_ids.contains(&other.id)
    }
}
