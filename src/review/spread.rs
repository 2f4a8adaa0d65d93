//! From the sessions where it starts to all that came of them, and to those that stand before.

use std::collections::VecDeque;
use std::collections::btree_map::{BTreeMap, Entry};

use super::deed::Deed;
use super::party::{Party, Relation, role_name, user};
use crate::trail::gather::FAILED;
use crate::trail::{Mark, Session};

/// A service goes on within these seconds.
const SOON: i64 = 300;
/// Steps back that are followed.
const MOST_BEFORE: usize = 16;

/// Which sessions are the incident, with how they came into it; and which stand before it, the nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// Numbers of sessions.
    pub inside: BTreeMap<usize, Relation>,
    /// Numbers of sessions.
    pub before: Vec<(usize, Relation)>,
}

/// Follows what sessions issued and made. `joints` are events of everybody, in the order of time.
pub fn spread(starts: &[usize], sessions: &[Session], joints: &[Deed]) -> Spread {
    let index = Index::of(sessions);
    let mut spread = Spread::default();
    let mut open: VecDeque<usize> = starts.iter().copied().collect();
    spread.inside.extend(starts.iter().map(|number| (*number, Relation::Start)));
    while let Some(number) = open.pop_front() {
        let Some(session) = sessions.get(number) else { continue };
        let own = joints.iter().filter(|deed| deed.session == Some(number) && deed.worked());
        let mut next = index.issued(session);
        let (sure, maybe): (Vec<_>, Vec<_>) = own
            .flat_map(|deed| index.made(session, deed))
            .partition(|(_, relation)| matches!(relation, Relation::KeyMade { .. }));
        // A key says more than a user's name.
        next.extend(sure.into_iter().chain(maybe));
        next.extend(index.fell(session));
        next.extend(index.through(session));
        for (other, relation) in next {
            if let Entry::Vacant(place) = spread.inside.entry(other) {
                place.insert(relation);
                open.push_back(other);
            }
        }
    }
    spread.before = before(starts, sessions, joints, &spread);
    spread
}

/// Sessions by what joins them.
struct Index<'s> {
    sessions: &'s [Session],
    by_caller: BTreeMap<&'s str, Vec<usize>>,
    by_key: BTreeMap<&'s str, Vec<usize>>,
}

impl<'s> Index<'s> {
    fn of(sessions: &'s [Session]) -> Self {
        let (mut by_caller, mut by_key): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for (number, session) in sessions.iter().enumerate() {
            if let (Some(caller), true) = (session.chain_ids.first(), session.issued.is_some()) {
                by_caller.entry(caller.as_str()).or_default().push(number);
            }
            for key in &session.keys {
                by_key.entry(key.as_str()).or_default().push(number);
            }
        }
        Self { sessions, by_caller, by_key }
    }

    /// Sessions that a session issued.
    fn issued(&self, session: &Session) -> Vec<(usize, Relation)> {
        let numbers = self.by_caller.get(session.id.as_str()).into_iter().flatten();
        let relation = |number: &usize| {
            let issued = self.sessions.get(*number)?.issued.as_ref()?;
            let (by, at) = (issued.terms.by.name(), issued.at());
            Some((*number, Relation::Issued { by, from: session.id.clone(), at }))
        };
        numbers.filter_map(relation).collect()
    }

    /// Sessions that used what a deed of a session made.
    fn made(&self, session: &Session, deed: &Deed) -> Vec<(usize, Relation)> {
        let (from, at) = (|| session.id.clone(), || deed.at.clone());
        if deed.name == "CreateAccessKey" {
            let key = deed.field("accessKeyId").unwrap_or_default();
            let users = self.by_key.get(key).into_iter().flatten();
            return users.map(|number| (*number, Relation::KeyMade { from: from(), at: at() })).collect();
        }
        let fits: Box<dyn Fn(&Session) -> bool> =
            match (deed.name.as_str(), deed.field("userName"), deed.field("roleName")) {
                ("CreateLoginProfile" | "UpdateLoginProfile", Some(name), _) => {
                    Box::new(move |other| other.signed_in && user(other) == name)
                }
                ("CreateUser", Some(name), _) => Box::new(move |other| user(other) == name),
                ("CreateRole" | "UpdateAssumeRolePolicy", _, Some(name)) => Box::new(move |other| {
                    other.kind == "AssumedRole"
                        && other.tally.issuers.iter().any(|arn| role_name(arn) == name)
                }),
                _ => return Vec::new(),
            };
        let what = match deed.name.as_str() {
            "CreateUser" => "the user",
            "CreateRole" => "the role",
            "UpdateAssumeRolePolicy" => "the role, which others may take since",
            _ => "the password",
        };
        let later = self.sessions.iter().enumerate().filter(|(_, other)| {
            other.account == deed.account
                && other.first().time >= deed.at.time
                && other.via.is_empty()
                && fits(other)
        });
        later
            .map(|(number, _)| (number, Relation::MayUse { what: what.to_owned(), from: from(), at: at() }))
            .collect()
    }

    /// Calls of services in the name of a session's principal, while it was used.
    fn through(&self, session: &Session) -> Vec<(usize, Relation)> {
        if !session.via.is_empty() || session.principal_id.is_empty() || session.kind == "AWSService" {
            return Vec::new();
        }
        let span = session.first().time - SOON..=session.tally.last + SOON;
        let same = |other: &Session| {
            (&other.account, &other.kind, &other.principal_id)
                == (&session.account, &session.kind, &session.principal_id)
        };
        let all = self.sessions.iter().enumerate().filter(|(_, other)| {
            !other.via.is_empty() && other.via != FAILED && same(other) && span.contains(&other.first().time)
        });
        let through =
            |service: &String| Relation::Through { from: session.id.clone(), service: service.clone() };
        all.map(|(number, other)| (number, through(&other.via))).collect()
    }

    /// Sessions that the same host or address went on with.
    fn fell(&self, session: &Session) -> Vec<(usize, Relation)> {
        let after = self.sessions.iter().enumerate().filter_map(|(number, other)| {
            let fallback = other.fallback.as_ref()?;
            let is_this = fallback.from == session.principal && other.first().time >= session.first().time;
            is_this.then(|| {
                (number, Relation::FellBack { from: session.id.clone(), told: fallback.told.clone() })
            })
        });
        after.collect()
    }
}

/// Those that issued or made what the starts used, the nearest first.
fn before(
    starts: &[usize],
    sessions: &[Session],
    joints: &[Deed],
    spread: &Spread,
) -> Vec<(usize, Relation)> {
    let by_id: BTreeMap<&str, usize> =
        sessions.iter().enumerate().map(|(number, session)| (session.id.as_str(), number)).collect();
    let mut all: Vec<(usize, Relation)> = Vec::new();
    let mut open: Vec<usize> = starts.to_vec();
    for _ in 0..MOST_BEFORE {
        let mut found = Vec::new();
        for session in open.iter().filter_map(|number| sessions.get(*number)) {
            if let (Some(issued), Some(id)) = (&session.issued, session.chain_ids.first()) {
                let how = format!("it called {} for {}", issued.terms.by.name(), session.id);
                found.extend(by_id.get(id.as_str()).map(|number| (*number, how, issued.at())));
            }
            for key in session.keys.iter().filter(|key| key.starts_with("AKIA")) {
                let maker = joints.iter().find(|deed| {
                    deed.name == "CreateAccessKey" && deed.worked() && deed.field("accessKeyId") == Some(key)
                });
                let made = maker.and_then(|deed| Some((deed.session?, deed.at.clone())));
                found.extend(made.map(|(number, at)| (number, format!("it made the access key {key}"), at)));
            }
        }
        open.clear();
        for (number, how, at) in found {
            let is_known =
                spread.inside.contains_key(&number) || all.iter().any(|(other, _)| *other == number);
            if !is_known {
                all.push((number, Relation::Before { how, at }));
                open.push(number);
            }
        }
        if open.is_empty() {
            break;
        }
    }
    all
}

impl Spread {
    /// The sessions of the incident, in the order of time.
    pub fn parties(&self, sessions: &[Session]) -> Vec<Party> {
        let all =
            self.inside.iter().filter_map(|(number, relation)| Some((sessions.get(*number)?, relation)));
        let mut parties: Vec<Party> =
            all.map(|(session, relation)| Party::of(session, relation.clone())).collect();
        let key = |party: &Party| -> (Mark, String) { (party.first.clone(), party.id.clone()) };
        parties.sort_by_key(key);
        parties
    }

    /// Those that stand before it, the nearest first.
    pub fn parties_before(&self, sessions: &[Session]) -> Vec<Party> {
        let all =
            self.before.iter().filter_map(|(number, relation)| Some((sessions.get(*number)?, relation)));
        all.map(|(session, relation)| Party::of(session, relation.clone())).collect()
    }
}
