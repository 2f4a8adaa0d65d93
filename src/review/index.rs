//! What joins sessions, found by what they share: each is looked at once, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::deed::Deed;
use super::endings::Endings;
use super::names::of_iam;
use super::party::{Relation, role_name};
use super::renames::Renames;
use crate::trail::agent::marks;
use crate::trail::gather::is_attempt;
use crate::trail::{Session, time};

/// A service goes on within these seconds.
const SOON: i64 = 300;
/// So soon after the last call of the old identity the same host continues with a new one.
const WINDOW: i64 = 3_600;

/// Numbers of sessions, in the order of time, as the sessions themselves are.
type Numbers = Vec<usize>;
type OfName<'s> = BTreeMap<(&'s str, String), Numbers>;

/// Sessions and joints by what they share.
pub(super) struct Index<'s> {
    sessions: &'s [Session],
    endings: &'s Endings<'s>,
    renames: &'s Renames<'s>,
    by_caller: BTreeMap<&'s str, Numbers>,
    by_key: BTreeMap<&'s str, Numbers>,
    by_user: OfName<'s>,
    by_role: OfName<'s>,
    /// Sessions of services, by whose rights they have.
    by_rights: BTreeMap<(&'s str, &'s str, &'s str), Numbers>,
    by_fallback: BTreeMap<&'s str, Numbers>,
    by_id: BTreeMap<&'s str, usize>,
    own: BTreeMap<usize, Vec<&'s Deed>>,
    made: BTreeMap<&'s str, &'s Deed>,
    /// Up to which session the users of a name were followed already.
    followed: BTreeMap<(&'static str, String, String), usize>,
}

impl<'s> Index<'s> {
    pub fn of(
        sessions: &'s [Session],
        joints: &'s [Deed],
        endings: &'s Endings<'s>,
        renames: &'s Renames<'s>,
    ) -> Self {
        let mut index = Self {
            sessions,
            endings,
            renames,
            by_caller: BTreeMap::new(),
            by_key: BTreeMap::new(),
            by_user: BTreeMap::new(),
            by_role: BTreeMap::new(),
            by_rights: BTreeMap::new(),
            by_fallback: BTreeMap::new(),
            by_id: BTreeMap::new(),
            own: BTreeMap::new(),
            made: BTreeMap::new(),
            followed: BTreeMap::new(),
        };
        for (number, session) in sessions.iter().enumerate() {
            index.add(number, session);
        }
        for deed in joints.iter().filter(|deed| deed.worked()) {
            if let Some(session) = deed.session {
                index.own.entry(session).or_default().push(deed);
            }
            if let (true, Some(key)) = (deed.is_of("iam", "CreateAccessKey"), deed.field("accessKeyId")) {
                index.made.entry(key).or_insert(deed);
            }
        }
        index
    }

    fn add(&mut self, number: usize, session: &'s Session) {
        self.by_id.insert(&session.id, number);
        if let (Some(caller), true) = (session.chain_ids.first(), session.issued.is_some()) {
            self.by_caller.entry(caller).or_default().push(number);
        }
        for key in &session.keys {
            self.by_key.entry(key).or_default().push(number);
        }
        if let Some(fallback) = &session.fallback {
            self.by_fallback.entry(&fallback.from).or_default().push(number);
        }
        if !session.via.is_empty() {
            let rights = (session.account.as_str(), session.kind.as_str(), session.principal_id.as_str());
            self.by_rights.entry(rights).or_default().push(number);
            return;
        }
        let name = of_iam(&self.renames.user(session));
        if !name.is_empty() {
            self.by_user.entry((&session.account, name)).or_default().push(number);
        }
        if session.kind == "AssumedRole" {
            let roles: BTreeSet<String> =
                session.tally.issuers.iter().map(|arn| of_iam(role_name(arn))).collect();
            for role in roles {
                self.by_role.entry((&session.account, role)).or_default().push(number);
            }
        }
    }

    fn session(&self, number: usize) -> Option<&'s Session> {
        self.sessions.get(number)
    }

    fn time(&self, number: usize) -> i64 {
        self.session(number).map_or(i64::MAX, |session| session.first().time)
    }

    /// Those that start within a time.
    fn between(&self, numbers: &Numbers, from: i64, to: i64) -> Numbers {
        let start = numbers.partition_point(|number| self.time(*number) < from);
        let end = numbers.partition_point(|number| self.time(*number) <= to);
        numbers.get(start..end).map(<[usize]>::to_vec).unwrap_or_default()
    }

    /// All that a session leads to, those that say most first.
    pub fn next(&mut self, number: usize) -> Vec<(usize, Relation)> {
        let Some(session) = self.session(number) else { return Vec::new() };
        let mut next = self.issued(session);
        let own = self.own.get(&number).cloned().unwrap_or_default();
        // A key says more than a user's name.
        for deed in own.iter().filter(|deed| deed.is_of("iam", "CreateAccessKey")) {
            let users = self.by_key.get(deed.field("accessKeyId").unwrap_or_default()).into_iter().flatten();
            let relation = || Relation::KeyMade { from: session.id.clone(), at: deed.at.clone() };
            next.extend(users.map(|number| (*number, relation())));
        }
        for deed in own.iter().filter(|deed| deed.service == "iam") {
            next.extend(self.may_use(session, deed));
        }
        next.extend(self.fell(session));
        next.extend(self.through(session));
        next
    }

    /// Sessions that a session issued.
    fn issued(&self, session: &Session) -> Vec<(usize, Relation)> {
        let numbers = self.by_caller.get(session.id.as_str()).into_iter().flatten();
        let relation = |number: &usize| {
            let issued = self.session(*number)?.issued.as_ref()?;
            let (by, at) = (issued.terms.by.name(), issued.at());
            Some((*number, Relation::Issued { by, from: session.id.clone(), at }))
        };
        numbers.filter_map(relation).collect()
    }

    /// Sessions that may have used what a deed of a session made or changed.
    fn may_use(&mut self, session: &Session, deed: &Deed) -> Vec<(usize, Relation)> {
        let what = match deed.name.as_str() {
            "CreateUser" => "the user",
            "ChangePassword" | "CreateLoginProfile" | "UpdateLoginProfile" => "the password",
            "CreateRole" => "the role",
            "UpdateAssumeRolePolicy" => TRUST,
            _ => return Vec::new(),
        };
        let is_role = matches!(what, "the role" | TRUST);
        let name = of_iam(deed.field(if is_role { "roleName" } else { "userName" }).unwrap_or_default());
        let of_name = if is_role { &self.by_role } else { &self.by_user };
        let Some(numbers) = of_name.get(&(deed.account.as_str(), name.clone())) else { return Vec::new() };
        // Whoever made it earlier was followed up to here already.
        let start = numbers.partition_point(|number| self.time(*number) < deed.at.time);
        let known = self.followed.entry((what, deed.account.clone(), name)).or_insert(numbers.len());
        let range = numbers.get(start..*known).unwrap_or_default();
        let is_meant = |number: &&usize| {
            what != "the password" || self.sessions.get(**number).is_some_and(|one| one.signed_in)
        };
        let relation =
            || Relation::MayUse { what: what.to_owned(), from: session.id.clone(), at: deed.at.clone() };
        let found = range.iter().filter(is_meant).map(|number| (*number, relation())).collect();
        *known = start.min(*known);
        found
    }

    /// Calls of services in the name of a session's principal, while it was used.
    fn through(&self, session: &Session) -> Vec<(usize, Relation)> {
        if !session.via.is_empty() || session.principal_id.is_empty() || session.kind == "AWSService" {
            return Vec::new();
        }
        let rights = (session.account.as_str(), session.kind.as_str(), session.principal_id.as_str());
        let Some(numbers) = self.by_rights.get(&rights) else { return Vec::new() };
        let all = self.between(numbers, session.first().time - SOON, session.tally.last + SOON);
        let relation = |number| {
            let service =
                self.session(number).map(|other| other.via.clone()).filter(|via| !is_attempt(via))?;
            Some((number, Relation::Through { from: session.id.clone(), service }))
        };
        all.into_iter().filter_map(relation).collect()
    }

    /// Sessions that the same host or address went on with, within the hour.
    fn fell(&self, session: &Session) -> Vec<(usize, Relation)> {
        let Some(numbers) = self.by_fallback.get(session.principal.as_str()) else { return Vec::new() };
        let all = self.between(numbers, session.first().time, session.tally.last + WINDOW);
        all.into_iter()
            .filter_map(|number| Some((number, self.how_it_fell(session, self.session(number)?)?)))
            .collect()
    }

    /// The evidence for a silent fallback: sure is the same host whose key was ended; all else may be someone else.
    fn how_it_fell(&self, old: &Session, new: &Session) -> Option<Relation> {
        let by_host = gap(&hosts(old), &hosts(new));
        let by_address = gap(&addresses(old), &addresses(new));
        let (after, place, shared) = match (by_host, by_address) {
            (Some((after, host)), _) => {
                (after, format!("the same host, by the AWS CLI's `sid/{host}`"), true)
            }
            (None, Some((after, ip))) => (after, format!("the same address, `{ip}`"), false),
            (None, None) => return None,
        };
        let times = (old.first().time, new.first().time + 60);
        let name = self.renames.user(old);
        let ended = self.endings.within(&old.account, &name, &old.keys, times);
        let mut told = vec![format!("{place}, {} after the last call before it", time::span(after))];
        told.push(match ended {
            Some(deed) => format!(
                "{} had revoked the old credentials at {} (event `{}`)",
                deed.name,
                time::written(deed.at.time),
                deed.at.id
            ),
            None => {
                "nothing in these logs revoked the old credentials, and one host can have several identities"
                    .to_owned()
            }
        });
        if !shared {
            told.push("others may share it: a company network, a CI runner".to_owned());
        }
        let is_sure = shared && ended.is_some();
        Some(Relation::FellBack { from: old.id.clone(), told: told.join("; "), is_sure })
    }

    /// Who issued or made what a session used: number, how, and the event.
    pub fn before(&self, session: &Session) -> Vec<(usize, Relation)> {
        let mut found = Vec::new();
        if let (Some(issued), Some(id)) = (&session.issued, session.chain_ids.first()) {
            let how = format!("it called {} for {}", issued.terms.by.name(), session.id);
            found.extend(
                self.by_id
                    .get(id.as_str())
                    .map(|number| (*number, Relation::Before { how, at: issued.at() })),
            );
        }
        for key in session.keys.iter().filter(|key| key.starts_with("AKIA")) {
            let made = self.made.get(key.as_str()).and_then(|deed| Some((deed.session?, deed.at.clone())));
            let how = format!("it created the access key {key}");
            found.extend(made.map(|(number, at)| (number, Relation::Before { how, at })));
        }
        found
    }
}

/// A role that was opened to others may be used by those who always did.
pub(super) const TRUST: &str = "the role, which others can assume since";

type Spans = BTreeMap<String, (i64, i64)>;

/// Hosts as the AWS CLI numbers them.
fn hosts(session: &Session) -> Spans {
    let mut all = Spans::new();
    for (text, (first, last)) in session.tally.agents.iter() {
        if let Some(sid) = marks(text).sid {
            let known = all.entry(sid).or_insert((first, last));
            *known = (known.0.min(first), known.1.max(last));
        }
    }
    all
}

fn addresses(session: &Session) -> Spans {
    let all = session.tally.ips.iter().filter(|(ip, _)| ip.parse::<std::net::IpAddr>().is_ok());
    all.map(|(ip, (first, last))| (ip.to_owned(), (first, last))).collect()
}

/// How soon the new one starts where the old one stopped, and where that is.
fn gap(old: &Spans, new: &Spans) -> Option<(i64, String)> {
    let after = |(place, (first, _)): (&String, &(i64, i64))| {
        let (_, last) = old.get(place)?;
        (0..=WINDOW).contains(&(first - last)).then(|| (first - last, place.clone()))
    };
    new.iter().filter_map(after).min()
}
