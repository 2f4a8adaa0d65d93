//! From credentials to sessions: which belong together, who issued them, and what they inherit.
//!
//! Runs after all events were seen, so no order of files can change it.

use std::collections::{BTreeMap, BTreeSet};

use super::class::Issue;
use super::conventions::Conventions;
use super::gather::{Credential, FAILED, Gathered, Issued, Tags, Tally, is_attempt};
use super::session::{Session, id};
use super::{actor, fallback, fetched, root, time};

/// Longer chains are cut.
const MOST_HOPS: usize = 16;
/// A sign-in that failed belongs to one that worked within this many seconds.
const SOON: i64 = 3_600;
/// A session of the console ends after twelve hours.
const CONSOLE_LASTS: i64 = 12 * 3_600;

/// How many events of roles' sessions are linked to the call that issued them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Links {
    /// Events of roles' sessions.
    pub of_roles: u64,
    /// Linked by the key that was issued.
    pub by_key: u64,
    /// Linked by principal and creation date.
    pub by_creation: u64,
}

/// What a session is known by: credentials with the same one belong together.
pub(super) type Group = (String, String, String, String, String, String);

/// Finds the sessions. They take what was tallied, so that nothing is held twice.
pub fn link(gathered: &mut Gathered, conventions: &Conventions) -> (Vec<Session>, Links) {
    let mut tallies = std::mem::take(&mut gathered.tallies);
    let issues = Issues::of(&gathered.issued);
    let mut links = Links::default();
    let mut sessions = Vec::new();
    for (id, members) in planned(&tallies, &issues) {
        let mut session = Session { id, ..Session::default() };
        for (credential, joined) in members {
            let Some(tally) = tallies.remove(&credential) else { continue };
            let (issued, by_key) = issues.of_credential(&credential);
            count_link(&mut links, &credential, &tally, issued, by_key);
            if session.issued.is_none() {
                session.issued = issued.cloned();
            }
            add(&mut session, credential, if joined { fetched::counts(tally) } else { tally });
        }
        sessions.push(session);
    }
    let callers = callers(&sessions);
    attach_failures(&mut sessions);
    sessions.iter_mut().for_each(finish);
    inherit(&mut sessions, &callers);
    new_networks(&mut sessions);
    made_keys(&mut sessions);
    fallback::find(&mut sessions, &gathered.retired);
    let terminals = actor::terminals(&sessions);
    for session in &mut sessions {
        session.actor = actor::judge(session, gathered, conventions, &terminals);
        if session.actor.kind == super::session::Kind::Agent {
            let (services, regions) = (session.tally.services.iter(), session.tally.regions.iter());
            session.outside_allowed = conventions.outside(&session.actor.name, services, regions);
        }
    }
    // Copies of events that counted elsewhere make no session.
    sessions.retain(|session| session.tally.events > 0);
    sessions.sort_by(|left, right| (left.first(), &left.id).cmp(&(right.first(), &right.id)));
    (sessions, links)
}

/// Ids of the sessions to be, with their credentials, and which of these a service used for another one.
fn planned(
    tallies: &BTreeMap<Credential, Tally>,
    issues: &Issues<'_>,
) -> Vec<(String, Vec<(Credential, bool)>)> {
    let mut groups = groups(tallies, issues);
    let joined = fetched::join(tallies, &mut groups);
    let owned = |one: &Credential| (one.clone(), joined.contains(one));
    let session = |((account, kind, principal, created, key, via), members): (Group, Vec<&Credential>)| {
        let id = id(&[&account, &kind, &principal, &created, &key, &via]);
        (id, members.into_iter().map(owned).collect())
    };
    groups.into_iter().map(session).collect()
}

/// The numbers of the sessions that issued these.
fn callers(sessions: &[Session]) -> Vec<Option<usize>> {
    let numbered = sessions.iter().enumerate();
    let all: BTreeMap<&Credential, usize> =
        numbered.flat_map(|(number, one)| one.credentials.iter().map(move |one| (one, number))).collect();
    sessions.iter().map(|session| all.get(&*session.terms()?.caller).copied()).collect()
}

/// Calls that issued credentials, in the orders of what later events tell of them; of equals the earlier one first.
struct Issues<'g> {
    by_key: Vec<&'g Issued>,
    by_principal: Vec<&'g Issued>,
}

/// Those of an ordered list that have a key.
fn equal<'a, 'g, K: Ord>(all: &'a [&'g Issued], key: K, of: impl Fn(&'g Issued) -> K) -> &'a [&'g Issued] {
    let start = all.partition_point(|one| of(one) < key);
    let end = all.partition_point(|one| of(one) <= key);
    all.get(start..end).unwrap_or_default()
}

impl<'g> Issues<'g> {
    fn of(all: &'g [Issued]) -> Self {
        let mut by_key: Vec<&Issued> = all.iter().filter(|one| !one.key.is_empty()).collect();
        by_key.sort_by_key(|one| &one.key);
        let mut by_principal: Vec<&Issued> = all.iter().filter(|one| !one.principal.is_empty()).collect();
        by_principal.sort_by_key(|one| (&one.principal, one.time));
        Self { by_key, by_principal }
    }

    /// The call that issued a credential, and whether its key says so.
    fn of_credential(&self, credential: &Credential) -> (Option<&'g Issued>, bool) {
        let created = time::seconds(credential.created.as_bytes());
        // AWS gives keys out again: the one of the right second, else the only one.
        let mut candidates = equal(&self.by_key, credential.key.as_str(), |one| &*one.key).to_vec();
        if candidates.len() > 1 {
            candidates.retain(|issued| created == Some(issued.time));
        }
        if let Some(issued) = candidates.first() {
            return (Some(issued), true);
        }
        let Some(created) = created else { return (None, false) };
        let of = |one: &'g Issued| (&*one.principal, one.time);
        let same = equal(&self.by_principal, (credential.principal.as_str(), created), of);
        let callers: BTreeSet<&Credential> = same.iter().map(|issued| &*issued.terms.caller).collect();
        // Two callers in one second: nobody can tell.
        let only = same.first().filter(|_| callers.len() == 1);
        (only.copied(), false)
    }
}

fn count_link(
    links: &mut Links,
    credential: &Credential,
    tally: &Tally,
    issued: Option<&Issued>,
    by_key: bool,
) {
    if credential.kind != "AssumedRole" || is_attempt(&credential.via) {
        return;
    }
    links.of_roles += tally.events;
    match (issued, by_key) {
        (Some(_), true) => links.by_key += tally.events,
        (Some(_), false) => links.by_creation += tally.events,
        (None, _) => {}
    }
}

/// Which credentials are one session.
fn groups<'g>(
    tallies: &'g BTreeMap<Credential, Tally>,
    issues: &Issues<'_>,
) -> BTreeMap<Group, Vec<&'g Credential>> {
    let together = |one: &Credential| {
        (
            one.account.clone(),
            one.kind.clone(),
            one.principal.clone(),
            one.created.clone(),
            String::new(),
            one.via.clone(),
        )
    };
    let by_console: BTreeSet<Group> = tallies
        .iter()
        .filter(|(one, tally)| !one.created.is_empty() && (tally.console || one.key.is_empty()))
        .map(|(one, _)| together(one))
        .collect();
    let mut groups: BTreeMap<Group, Vec<&Credential>> = BTreeMap::new();
    for one in tallies.keys() {
        let issued = issues.of_credential(one).0.map(|issued| issued.terms.by);
        let of_user = matches!(one.kind.as_str(), "IAMUser" | "Root");
        // GetSessionToken and AssumeRoot make one key; the console makes one for each page.
        let is_own = matches!(issued, Some(Issue::SessionToken | Issue::AssumeRoot | Issue::Federation));
        let mut group = together(one);
        let is_console = by_console.contains(&group) || of_user;
        if one.created.is_empty() || is_own || !is_console {
            group.4.clone_from(&one.key);
        }
        groups.entry(group).or_default().push(one);
    }
    keyless_pages(tallies, &mut groups);
    groups
}

/// Pages of the console whose calls have no creation date (billing): they belong to the session of the same principal
/// that came from the same address at that time.
fn keyless_pages<'g>(
    tallies: &'g BTreeMap<Credential, Tally>,
    groups: &mut BTreeMap<Group, Vec<&'g Credential>>,
) {
    let lone: Vec<(Group, &Credential)> = groups
        .iter()
        .filter(|((_, _, _, created, key, via), _)| {
            created.is_empty() && key.starts_with("ASIA") && via.is_empty()
        })
        .filter_map(|(group, members)| Some((group.clone(), *members.first()?)))
        .collect();
    for (group, one) in lone {
        let Some(tally) = tallies.get(one) else { continue };
        let shares = |members: &Vec<&Credential>| {
            let theirs = members.iter().filter_map(|member| tallies.get(*member));
            theirs.flat_map(|theirs| theirs.ips.texts()).any(|ip| tally.ips.contains(ip))
        };
        let fits = groups.iter().filter(|((account, kind, principal, created, _, via), members)| {
            let made = time::seconds(created.as_bytes());
            (account, kind, principal, via) == (&group.0, &group.1, &group.2, &group.5)
                && made.is_some_and(|made| (0..CONSOLE_LASTS).contains(&(tally.first.time - made)))
                && shares(members)
        });
        let latest = fits.max_by(|left, right| left.0.3.cmp(&right.0.3)).map(|(group, _)| group.clone());
        if let Some(target) = latest
            && let Some(moved) = groups.remove(&group)
        {
            groups.entry(target).or_default().extend(moved);
        }
    }
}

fn add(session: &mut Session, credential: Credential, tally: Tally) {
    if session.kind.is_empty() {
        session.account.clone_from(&credential.account);
        session.kind.clone_from(&credential.kind);
        session.principal_id.clone_from(&credential.principal);
        session.via.clone_from(&credential.via);
        session.created.clone_from(&credential.created);
    }
    if session.created.is_empty() {
        session.created.clone_from(&credential.created);
    }
    session.signed_in |=
        credential.key.is_empty() && credential.via.is_empty() && !credential.created.is_empty();
    // A service that fetched a secret had a key of its own, for this one call.
    let own = Some(&credential.key).filter(|key| !key.is_empty() && credential.fetched.is_empty());
    session.keys.extend(own.cloned());
    session.credentials.push(credential);
    session.tally.merge(tally);
}

/// Sign-ins that failed go to the one that worked soon after, from the same address. What is left empty is dropped
/// later: numbers of sessions must stay.
fn attach_failures(sessions: &mut [Session]) {
    let failed: Vec<usize> = (0..sessions.len())
        .filter(|number| sessions.get(*number).is_some_and(|session| is_attempt(&session.via)))
        .collect();
    for number in failed {
        let Some(one) = sessions.get_mut(number).map(|session| (session.clone(), &mut session.tally)) else {
            continue;
        };
        let (one, tally) = one;
        *tally = Tally::default();
        let span = one.tally.first.time - 60..=one.tally.last + SOON;
        let target = sessions
            .iter_mut()
            .filter(|session| session.signed_in && session.account == one.account)
            .filter(|session| is_same_user(session, &one))
            .filter(|session| {
                time::seconds(session.created.as_bytes()).is_some_and(|made| span.contains(&made))
            })
            .filter(|session| session.tally.ips.texts().any(|ip| one.tally.ips.contains(ip)))
            .min_by(|left, right| left.created.cmp(&right.created));
        if let Some(session) = target {
            session.failed_sign_ins += if one.via == FAILED { one.tally.events } else { 0 };
            session.tally.merge(one.tally);
            session.credentials.extend(one.credentials);
        } else if let Some(own) = sessions.get_mut(number) {
            *own = one;
        }
    }
}

/// Before a sign-in worked AWS may know a name only.
fn is_same_user(session: &Session, tried: &Session) -> bool {
    let name = || session.tally.arns.first().rsplit_once('/').map(|(_, name)| name);
    session.principal_id == tried.principal_id
        || (session.kind == tried.kind && name().is_some_and(|name| name == tried.principal_id))
}

fn finish(session: &mut Session) {
    // KMS names by its ARN what the call that caused it named in short.
    session.tally.secrets.keep_once(fetched::plain);
    session.keys.sort();
    session.keys.dedup();
    session.root = root::shape(session);
    session.mfa = root::mfa(session);
    let arn = session.tally.arns.first();
    session.principal = if arn.is_empty() { session.principal_id.clone() } else { arn.to_owned() };
}

/// Chains, tags and source identities, from the first caller on.
fn inherit(sessions: &mut [Session], callers: &[Option<usize>]) {
    let mut inherited = Vec::with_capacity(sessions.len());
    for number in 0..sessions.len() {
        let mut hops = vec![number];
        while let Some(next) = hops.last().and_then(|last| callers.get(*last).copied().flatten()) {
            if hops.contains(&next) || hops.len() > MOST_HOPS {
                break;
            }
            hops.push(next);
        }
        inherited.push(from_chain(sessions, &hops));
    }
    for (session, (chain, ids, tags, source_identity)) in sessions.iter_mut().zip(inherited) {
        session.chain = chain;
        session.chain_ids = ids;
        session.tags = tags;
        session.source_identity = source_identity;
    }
}

type Inherited = (Vec<String>, Vec<String>, Tags, String);

/// `hops` are sessions from this one back to the first.
fn from_chain(sessions: &[Session], hops: &[usize]) -> Inherited {
    let (mut chain, mut ids) = (Vec::new(), Vec::new());
    for (step, hop) in hops.iter().enumerate() {
        let Some(issued) = sessions.get(*hop).and_then(Session::terms) else { break };
        match hops.get(step + 1).and_then(|caller| sessions.get(*caller)) {
            Some(caller) => {
                chain.push(format!("{} ({}, by {})", caller.principal, caller.id, issued.by.name()));
                ids.push(caller.id.clone());
            }
            None => chain.push(format!("{} (by {})", issued.caller_name, issued.by.name())),
        }
    }
    let (mut tags, mut passed, mut source_identity) = (Tags::new(), Tags::new(), String::new());
    for session in hops.iter().rev().filter_map(|hop| sessions.get(*hop)) {
        let own = session.tally.source_identities.first();
        tags = passed.clone();
        if let Some(issued) = session.terms() {
            tags.extend(issued.incoming.clone());
            tags.extend(issued.tags.clone());
            // What came in is passed on, and so is what is named.
            passed.extend(issued.incoming.clone());
            passed.retain(|key, _| tags.contains_key(key));
            let named = issued.tags.iter().filter(|(key, _)| issued.transitive.contains(key));
            passed.extend(named.map(|(key, value)| (key.clone(), value.clone())));
            if !issued.source_identity.is_empty() {
                source_identity.clone_from(&issued.source_identity);
            }
        }
        if !own.is_empty() {
            own.clone_into(&mut source_identity);
        }
    }
    (chain, ids, tags, source_identity)
}

/// Who made the long-lived keys that were used.
fn made_keys(sessions: &mut [Session]) {
    let made = sessions.iter().flat_map(|one| one.tally.made_keys.iter().map(move |key| (key, &one.id)));
    let made: BTreeMap<String, String> = made.map(|(key, id)| (key.to_owned(), id.clone())).collect();
    if made.is_empty() {
        return;
    }
    for session in sessions {
        let maker = session.keys.iter().find_map(|key| made.get(key)).filter(|maker| **maker != session.id);
        session.key_made_by = maker.cloned();
    }
}

/// Sessions from networks that no earlier session of the same principal came from.
fn new_networks(sessions: &mut [Session]) {
    let mut order: Vec<usize> = (0..sessions.len()).collect();
    order.sort_by_key(|number| sessions.get(*number).map(|one| (one.first().clone(), one.id.clone())));
    let mut known: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for number in order {
        let Some(session) = sessions.get_mut(number) else { continue };
        let networks = session.networks();
        // Who did not get in makes no network known.
        if networks.is_empty() || is_attempt(&session.via) {
            continue;
        }
        // Of a role it is the session's name that comes back, of all others the principal.
        let known = known.entry((session.account.clone(), session.principal_id.clone())).or_default();
        session.new_network = !known.is_empty() && networks.iter().any(|network| !known.contains(network));
        known.extend(networks);
    }
}
