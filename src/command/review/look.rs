//! Passes over the logs: what joins sessions, and what those of the incident did.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use crate::command::trail::archive::{Archive, Watcher};
use crate::review::{AllData, Call, Count, Deed, Question, Spread, Within, is_joint, merge, renews, take};
use crate::trail::class::{Class, class};
use crate::trail::gather::{Credential, is_success};
use crate::trail::json::get;
use crate::trail::slots::{Event, Slot};
use crate::trail::{Mark, Session, time};

/// Joints, and names of secrets, that are held.
const MOST_JOINTS: usize = 200_000;

/// What joins sessions.
#[derive(Default)]
pub(super) struct Joints {
    /// Events of anybody that make, end or change what lasts, in the order of time.
    pub all: Vec<Deed>,
    /// Events that the review starts from.
    pub found: Vec<Deed>,
    /// Calls of anybody that put a new value into a secret, in the order of time.
    pub renewals: Vec<Deed>,
    /// Plain names of all secrets that were touched.
    pub secrets: Vec<String>,
    /// What there was no room for.
    pub left_out: u64,
}

/// What the sessions of the incident did.
#[derive(Default)]
pub(super) struct Doing {
    /// What a timeline tells, in the order of time.
    pub deeds: Vec<Deed>,
    /// Every call, counted.
    pub calls: BTreeMap<Call, Count>,
    /// What each session did within the time that is asked for, where one is.
    pub within: BTreeMap<usize, Within>,
    /// Data that was read.
    pub data: AllData,
    /// Deeds that there was no room for.
    pub left_out: u64,
}

type OfCredential<'s> = BTreeMap<&'s Credential, usize>;

fn of_credential(sessions: &[Session]) -> OfCredential<'_> {
    let numbered = sessions.iter().enumerate();
    numbered.flat_map(|(number, session)| session.credentials.iter().map(move |one| (one, number))).collect()
}

/// The session of an event.
fn session_of(event: &Event<'_>, known: &OfCredential<'_>) -> Option<usize> {
    let class = class(&event.text(Slot::EventSource), &event.text(Slot::EventName));
    let credential = if class == Class::SignIn {
        Credential::of_sign_in(event, is_success(event))
    } else {
        Credential::of(event)
    };
    known.get(&credential).copied()
}

fn mark(event: &Event<'_>, file: u32, offset: u64) -> Mark {
    let time = time::seconds(event.bytes(Slot::EventTime)).unwrap_or_default();
    Mark { time, id: event.text(Slot::EventId).into_owned(), file, offset }
}

struct Joining<'j> {
    known: &'j OfCredential<'j>,
    question: &'j Question,
    joints: Joints,
}

impl Watcher for Joining<'_> {
    fn see(&mut self, event: &Event<'_>, file: u32, offset: u64) {
        let name = event.text(Slot::EventName);
        let class = class(&event.text(Slot::EventSource), &name);
        let source = event.text(Slot::EventSource);
        let is_joint = is_joint(source.strip_suffix(".amazonaws.com").unwrap_or(&source), &name);
        let of_secrets = class == Class::Secret
            || [b"ssm.amazonaws.com".as_slice(), b"secretsmanager.amazonaws.com"]
                .contains(&event.bytes(Slot::EventSource));
        let is_asked = event.bytes(Slot::EventId) == self.question.start.text().as_bytes();
        if !is_joint && !of_secrets && !is_asked {
            return;
        }
        let deed = Deed::of(event, mark(event, file, offset), session_of(event, self.known));
        let room = self.joints.secrets.len() < MOST_JOINTS;
        if room {
            self.joints.secrets.extend(deed.read.iter().chain(&deed.written).cloned());
        }
        if self.question.is_start(&deed) {
            self.joints.found.push(deed.clone());
        }
        if renews(&deed) && self.joints.renewals.len() < MOST_JOINTS {
            self.joints.renewals.push(deed.clone());
        }
        if is_joint && self.joints.all.len() < MOST_JOINTS {
            self.joints.all.push(deed);
        } else {
            self.joints.left_out += u64::from(is_joint);
        }
    }
}

/// Finds what joins sessions, and the events that a review starts from.
pub(super) fn joints(
    archive: &Archive,
    stop: &AtomicBool,
    sessions: &[Session],
    question: &Question,
) -> Joints {
    let known = of_credential(sessions);
    let make = || Joining { known: &known, question, joints: Joints::default() };
    let mut all = Joints::default();
    for one in archive.watch(stop, &make) {
        all.all.extend(one.joints.all);
        all.found.extend(one.joints.found);
        all.renewals.extend(one.joints.renewals);
        all.secrets.extend(one.joints.secrets);
        all.left_out += one.joints.left_out;
    }
    all.all.sort();
    all.found.sort();
    all.renewals.sort();
    all.secrets.sort();
    all.secrets.dedup();
    all
}

/// What AWS sent, where it tells.
fn bytes(event: &Event<'_>) -> u64 {
    let told = get(event.value(Slot::Additional), "bytesTransferredOut").unwrap_or_default();
    std::str::from_utf8(told)
        .ok()
        .and_then(|text| text.trim_matches('"').parse::<f64>().ok())
        .unwrap_or_default() as u64
}

struct Watching<'w> {
    known: &'w OfCredential<'w>,
    spread: &'w Spread,
    question: &'w Question,
    most: usize,
    doing: Doing,
}

impl Watching<'_> {
    /// Keeps the earliest ones where there are too many.
    fn shorten(&mut self) {
        self.doing.deeds.sort();
        let left_out = self.doing.deeds.len().saturating_sub(self.most);
        self.doing.deeds.truncate(self.most);
        self.doing.left_out += left_out as u64;
    }
}

impl Watcher for Watching<'_> {
    fn see(&mut self, event: &Event<'_>, file: u32, offset: u64) {
        let Some(session) = session_of(event, self.known) else { return };
        if !self.spread.inside.contains_key(&session) {
            return;
        }
        let at = mark(event, file, offset);
        if !self.question.holds(at.time) {
            return;
        }
        let deed = Deed::of(event, at, Some(session));
        take(&mut self.doing.data, &deed, session, bytes(event));
        let fresh = Count { times: 0, first: deed.at.clone(), last: deed.at.time };
        let count = self.doing.calls.entry(Call::of(&deed, session)).or_insert(fresh);
        count.times += 1;
        count.last = count.last.max(deed.at.time);
        if deed.at < count.first {
            count.first = deed.at.clone();
        }
        if self.question.since.is_some() || self.question.until.is_some() {
            self.doing.within.entry(session).or_default().add(&deed);
        }
        if deed.is_told() || self.question.is_start(&deed) {
            self.doing.deeds.push(deed);
            if self.doing.deeds.len() > self.most * 2 {
                self.shorten();
            }
        }
    }
}

/// What the sessions of the incident did, within the time that is asked for.
pub(super) fn deeds(
    archive: &Archive,
    stop: &AtomicBool,
    (sessions, spread): (&[Session], &Spread),
    question: &Question,
    most: usize,
) -> Doing {
    let known = of_credential(sessions);
    let make = || Watching { known: &known, spread, question, most, doing: Doing::default() };
    let mut all = make();
    for one in archive.watch(stop, &make) {
        all.doing.deeds.extend(one.doing.deeds);
        all.doing.left_out += one.doing.left_out;
        for (key, data) in one.doing.data {
            merge(&mut all.doing.data, key, data);
        }
        for (number, within) in one.doing.within {
            all.doing.within.entry(number).or_default().merge(within);
        }
        for (call, count) in one.doing.calls {
            match all.doing.calls.get_mut(&call) {
                Some(known) => {
                    known.times += count.times;
                    known.last = known.last.max(count.last);
                    known.first = known.first.clone().min(count.first);
                }
                None => {
                    all.doing.calls.insert(call, count);
                }
            }
        }
    }
    all.shorten();
    all.doing
}
