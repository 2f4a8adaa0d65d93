//! After an incident: from one key, principal, event or secret to what happened, who is behind it, what it reached,
//! and what is still open.
//!
//! ```text
//!  sessions (trail) ─┬─► begin ─► spread        which sessions are the incident: down what they issued and made
//!  joints of all ────┘               │
//!                                    ▼
//!  deeds of those sessions ──► blast, lasting, contain, rotate, unseen ──► Review
//! ```
//!
//! Pure: nothing here reads a file or a clock. What was found is told with the event that says so; what could not be
//! known is told too.

mod begin;
mod blast;
mod contain;
mod deed;
mod document;
mod endings;
mod index;
mod kinds;
mod lasting;
mod names;
mod party;
mod renames;
mod rotate;
mod shell;
mod spread;
mod state;
mod stranger;
mod taken;
mod undone;
mod unseen;
mod verdict;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use self::begin::{Begun, begin, nearest};
pub use self::blast::{Calls, SecretUse};
pub use self::contain::{Action, Done, Group, Word};
pub use self::deed::Deed;
use self::endings::Endings;
pub use self::kinds::{How, Kind, Leaves, is_joint};
pub use self::lasting::{Ended, Lasting, Seen, Who};
pub use self::party::{Confidence, Party, Relation, Within};
use self::renames::Renames;
pub use self::rotate::{Listed, Renewed, Rotation, renews};
pub use self::shell::quoted;
pub use self::spread::{Link, Spread, spread};
pub use self::state::Identity;
use self::state::States;
pub use self::stranger::Stranger;
pub use self::taken::{AllData, Data, Taken, merge, size, take};
use crate::account::Account;
use crate::inventory::Inventory;
use crate::trail::{Coverage, Mark, Session};

/// Where an event is.
pub use crate::trail::Mark as At;
pub use crate::trail::time::{span, written};

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    crate::hex::hex(&sha2::Sha256::digest(bytes))
}

/// Where a review starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The id of an access key.
    Key(String),
    /// An ARN, or the name of a user, a role or a role's session.
    Principal(String),
    /// The id of an event.
    Event(String),
    /// The name of a secret.
    Secret(String),
}

impl Start {
    /// What was given.
    pub fn text(&self) -> &str {
        match self {
            Self::Key(text) | Self::Principal(text) | Self::Event(text) | Self::Secret(text) => text,
        }
    }

    /// What it is.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Principal(_) => "principal",
            Self::Event(_) => "event",
            Self::Secret(_) => "secret",
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Where it starts.
    pub start: Start,
    /// From this second on.
    pub since: Option<i64>,
    /// Before this second.
    pub until: Option<i64>,
    /// The one *now*, in seconds.
    pub now: i64,
}

impl Question {
    /// Whether a second is within the time that is asked for.
    pub fn holds(&self, time: i64) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

/// All that is known when a review is made.
pub struct Known<'k> {
    /// What is asked.
    pub question: Question,
    /// All sessions of the logs.
    pub sessions: &'k [Session],
    /// Events of anyone that make, end or change what lasts.
    pub joints: &'k [Deed],
    /// What the sessions did that belong to the incident.
    pub deeds: Vec<Deed>,
    /// Every call of those sessions, counted.
    pub calls: BTreeMap<Call, Count>,
    /// What each session did within the time that is asked for; empty where no time is.
    pub within: BTreeMap<usize, Within>,
    /// Calls of anyone that put a new value into a secret, in the order of time.
    pub renewals: &'k [Deed],
    /// Data that those sessions read.
    pub data: AllData,
    /// What evidence says of accounts.
    pub accounts: &'k [Account],
    /// Deeds that there was no room for.
    pub left_out: u64,
    /// What the logs cover.
    pub coverage: &'k Coverage,
    /// The team's list of keys, where it is given.
    pub inventory: Option<&'k Inventory>,
    /// What the logs can't tell, as their reader knows.
    pub gaps: Vec<Gap>,
}

/// A call of a session with its outcome. What is equal here is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The number of the session.
    pub session: usize,
    /// `iam`.
    pub service: String,
    /// `CreateUser`.
    pub name: String,
    /// The error; empty where it worked.
    pub error: String,
    /// Whether it only reads.
    pub read_only: bool,
    /// Whether it signs in, or issues credentials.
    pub opens: bool,
}

impl Call {
    /// The call of a deed of a session.
    pub fn of(deed: &Deed, session: usize) -> Self {
        let (service, name) = (deed.service.clone(), deed.name.clone());
        Self {
            session,
            service,
            name,
            error: deed.error.clone(),
            read_only: deed.read_only,
            opens: deed.opens,
        }
    }

    /// Whether it changed something.
    pub fn changes(&self) -> bool {
        self.error.is_empty() && !self.read_only && !self.opens
    }
}

/// How often, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// How often.
    pub times: u64,
    /// The first one.
    pub first: Mark,
    /// The time of the last one.
    pub last: i64,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The file, or what was not given.
    pub name: String,
    /// Where in it.
    pub offset: Option<u64>,
    /// Why.
    pub reason: String,
}

/// What a review says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What was asked.
    pub question: Question,
    /// The first screen: what a line is about, and a sentence.
    pub verdict: Vec<(&'static str, String)>,
    /// Sessions of the incident, in the order of time.
    pub parties: Vec<Party>,
    /// Sessions that stand before it, the nearest first.
    pub before: Vec<Party>,
    /// Sessions that may belong to it, and may be someone else's: what they did is not counted.
    pub perhaps: Vec<Party>,
    /// Sessions that came of it, and lie outside of the time that is asked for.
    pub later: usize,
    /// Sessions of the start that lie outside of the time that is asked for.
    pub outside: usize,
    /// Events of the incident, each counted once.
    pub events: u64,
    /// What matters of it, in the order of time.
    pub timeline: Vec<Told>,
    /// Events that are in no timeline: those that only read.
    pub only_read: Vec<Calls>,
    /// Secrets that were read or changed.
    pub secrets: Vec<SecretUse>,
    /// Data that was read, by where it lies.
    pub taken: Vec<Taken>,
    /// What evidence of the account says of those that are named.
    pub identities: Vec<Identity>,
    /// Whether there is such evidence.
    pub has_account: bool,
    /// Changes that worked, by call.
    pub changes: Vec<Calls>,
    /// What AWS refused for want of rights, by call.
    pub denied: Vec<Calls>,
    /// What else failed, by call.
    pub failed: Vec<Calls>,
    /// What stays.
    pub lasting: Vec<Lasting>,
    /// Other accounts that were given something, for however short a time.
    pub strangers: Vec<Stranger>,
    /// What to do.
    pub actions: Vec<Action>,
    /// What ended by itself or was ended, in sentences.
    pub over: Vec<String>,
    /// Containment that someone outside of the incident did already, in the order of time.
    pub done: Vec<Done>,
    /// What to rotate.
    pub rotations: Vec<Rotation>,
    /// Whether a list of keys was given.
    pub has_inventory: bool,
    /// What it does not show, in sentences.
    pub unseen: Vec<String>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// A deed with the session that did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What was done.
    pub deed: Deed,
    /// The id of the session.
    pub session: String,
    /// Whether a review starts from it.
    pub is_start: bool,
}

impl Review {
    /// Makes a review of what is known.
    pub fn of(known: &Known<'_>, begun: &Begun, spread: &Spread) -> Self {
        let sessions = known.sessions;
        let id = |number: Option<usize>| -> String {
            number
                .and_then(|number| sessions.get(number))
                .map(|session| session.id.clone())
                .unwrap_or_default()
        };
        let with_events: BTreeSet<usize> = known.calls.keys().map(|call| call.session).collect();
        let (mut parties, mut before) = (spread.parties(sessions), spread.parties_before(sessions));
        let mut perhaps = spread.parties_perhaps(sessions);
        let renames = Renames::of(known.joints);
        let (joints, deeds) = (renames.deeds(known.joints), renames.deeds(&known.deeds));
        let accounts = renames.accounts(known.accounts);
        [&mut parties, &mut before, &mut perhaps].into_iter().flatten().for_each(|one| renames.follow(one));
        let endings = Endings::of(&joints);
        let within = |number: Option<usize>| number.is_some_and(|number| spread.inside.contains_key(&number));
        let who = |number: Option<usize>| match number.and_then(|number| sessions.get(number)) {
            _ if within(number) => Who::Incident,
            Some(session) => Who::Other(session.id.clone(), session.principal.clone()),
            None => Who::Unknown,
        };
        let mut lasting: Vec<Lasting> =
            deeds.iter().filter_map(|deed| lasting::lasting(deed, &endings, &within, &who)).collect();
        lasting::uses(&mut lasting, sessions);
        let states = States::of(&accounts);
        states.see(&mut lasting, &endings, &who);
        let unused = unused(known, sessions, &id);
        let named: Vec<&Party> = parties.iter().chain(&before).collect();
        let identities = states.identities(&named, &lasting);
        // What is to be stopped does not end with the time that is told.
        let ground = contain::Ground {
            now: known.question.now,
            parties: &parties,
            before: &before,
            perhaps: &perhaps,
            lasting: &lasting,
            endings: &endings,
            states: &states,
            unused: &unused,
            within: &within,
            who: &who,
        };
        let (actions, mut over, done) = contain::actions(&ground);
        let numbers: BTreeMap<&str, usize> =
            sessions.iter().enumerate().map(|(number, session)| (session.id.as_str(), number)).collect();
        let number = |party: &Party| numbers.get(party.id.as_str()).copied();
        let all = parties.len();
        parties.retain(|party| number(party).is_some_and(|number| with_events.contains(&number)));
        let later = (all - parties.len()).saturating_sub(begun.away.len());
        for party in &mut parties {
            if let Some(within) = number(party).and_then(|number| known.within.get(&number)) {
                party.narrow(within);
            }
        }
        parties.sort_by(|left, right| (&left.first, &left.id).cmp(&(&right.first, &right.id)));
        let secrets = blast::secrets(&known.deeds, &id);
        over.extend(lasting::own_secrets(&known.deeds, &secrets, &endings, &within));
        let calls = |wanted: &dyn Fn(&Call) -> bool| blast::calls(&known.calls, &known.deeds, &id, wanted);
        let told = |deed: &Deed| Told {
            deed: deed.clone(),
            session: id(deed.session),
            is_start: known.question.is_start(deed),
        };
        let shown: Vec<&Session> = with_events.iter().filter_map(|number| sessions.get(*number)).collect();
        let mut review = Self {
            question: known.question.clone(),
            verdict: Vec::new(),
            outside: begun.outside,
            events: known.calls.values().map(|count| count.times).sum(),
            timeline: blast::without_shadows(&known.deeds).map(told).collect(),
            only_read: calls(&|call| call.read_only && !deed::is_denied(&call.error)),
            changes: calls(&Call::changes),
            denied: calls(&|call| deed::is_denied(&call.error)),
            failed: calls(&|call| !call.error.is_empty() && !call.read_only && !deed::is_denied(&call.error)),
            rotations: rotate::rotations(&secrets, known, &within),
            has_inventory: known.inventory.is_some(),
            has_account: !known.accounts.is_empty(),
            taken: taken::taken(&known.data, &id),
            identities,
            unseen: unseen::unseen(known, &parties, &before, &shown),
            gaps: known.gaps.clone(),
            secrets,
            strangers: stranger::strangers(&lasting),
            lasting,
            actions,
            over,
            done,
            parties,
            before,
            perhaps,
            later,
        };
        review.gaps.sort();
        review.gaps.dedup();
        review.verdict = verdict::verdict(&review);
        review
    }

    /// The time of the first event.
    pub fn first(&self) -> Option<i64> {
        self.parties.iter().map(|party| party.first.time).min()
    }

    /// The time of the last event.
    pub fn last(&self) -> Option<i64> {
        self.parties.iter().map(|party| party.last).max()
    }
}

/// Credentials that the incident was given, and that these logs show no use of: someone may still have them. Each with
/// the id of the session that asked.
fn unused<'k>(
    known: &'k Known<'_>,
    sessions: &[Session],
    id: &dyn Fn(Option<usize>) -> String,
) -> Vec<(&'k Deed, String)> {
    let keys: BTreeSet<&str> =
        sessions.iter().flat_map(|session| session.keys.iter().map(String::as_str)).collect();
    let is_unused = |deed: &&Deed| {
        deed.opens
            && deed.service == "sts"
            && deed.worked()
            && deed.field("accessKeyId").is_some_and(|key| !keys.contains(key))
    };
    known.deeds.iter().filter(is_unused).map(|deed| (deed, id(deed.session))).collect()
}
