//! Sends what waits in the outbox, the oldest first.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::pack::packer;
use crate::counted::counted;
use crate::courier::{self, Limits, Parcel};
use crate::error::Error;
use crate::history::{History, Letter};
use crate::notify::{self, Notify, Target};

/// All that a run tells takes no longer.
pub(super) const ALL: Duration = Duration::from_secs(60);
/// How long a run waits for another one to be done with telling.
const PATIENCE: Duration = Duration::from_secs(70);
/// What could not be told for so long is not news any more.
const OLDEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Tells all of a job that waits. What can't be told stays, and is warned of.
pub(super) fn all(history: &History, job: &str, notify: &Notify) -> Result<(), Error> {
    if !history.awaits(job)? {
        return Ok(());
    }
    let Some(telling) = history.telling(PATIENCE) else {
        tracing::warn!(
            "another run has been sending notifications for too long: the next run will send what changed"
        );
        return Ok(());
    };
    let now = Timestamp::now();
    let given_up = history.give_up(now.saturating_sub(OLDEST).unwrap_or(now), now)?;
    if given_up > 0 {
        let messages = counted(given_up, "message", "messages");
        tracing::warn!("given up after seven days without delivery: {messages}");
    }
    let letters = history.letters(job, &telling)?;
    let mut round = Round::new(history);
    let mut lists = Vec::new();
    for target in &notify.targets {
        let mine: Vec<&Letter> = letters.iter().filter(|letter| letter.target == target.name).collect();
        if !mine.is_empty() {
            lists.push(round.list(target, &mine));
        }
    }
    if lists.iter().any(|list| !list.is_empty()) {
        let limits = Limits { attempt: notify.timeout, all: ALL };
        courier::carry(lists, limits, &mut |id, result| round.heard(id, result))?;
    }
    for (name, reason) in &round.troubles {
        tracing::warn!("{name} was not notified: {reason}; the next run will retry");
    }
    round.kept
}

/// What is on its way, and how it went.
struct Round<'h> {
    history: &'h History,
    /// Of each letter: whom, and how many parcels are not taken yet.
    open: BTreeMap<i64, (String, usize)>,
    /// Why somebody was not told: the first reason.
    troubles: BTreeMap<String, String>,
    /// Whether the history could be written.
    kept: Result<(), Error>,
}

impl<'h> Round<'h> {
    fn new(history: &'h History) -> Self {
        Self { history, open: BTreeMap::new(), troubles: BTreeMap::new(), kept: Ok(()) }
    }

    /// The parcels of a target's letters, in order. After one that can't be made none is: the order is kept.
    fn list(&mut self, target: &Target, letters: &[&Letter]) -> Vec<Parcel> {
        let mut list = Vec::new();
        let mut made = packer(&target.kind);
        for letter in letters {
            self.open.insert(letter.id, (target.name.clone(), 0));
            let parcels = match &made {
                Err(reason) => Err(reason.clone()),
                Ok(pack) => match notify::read(&letter.body) {
                    Some(change) => pack(letter.id, &letter.delivery, &change),
                    None => Err("it was put down by another version".to_owned()),
                },
            };
            match parcels {
                // There is nothing in it for this target.
                Ok(parcels) if parcels.is_empty() => self.heard(letter.id, Ok(())),
                Ok(parcels) => {
                    self.open.insert(letter.id, (target.name.clone(), parcels.len()));
                    list.extend(parcels);
                }
                Err(reason) => {
                    self.heard(letter.id, Err(reason.clone()));
                    made = Err(reason);
                }
            }
        }
        list
    }

    /// How a parcel went. A letter is delivered with its last parcel, and undelivered with the first that is not taken.
    fn heard(&mut self, id: i64, result: Result<(), String>) {
        let Some((name, left)) = self.open.get_mut(&id) else { return };
        *left = left.saturating_sub(1);
        let (name, left) = (name.clone(), *left);
        let kept = match result {
            Ok(()) if left > 0 => return,
            Ok(()) => self.history.delivered(id, Timestamp::now()),
            Err(reason) => {
                let kept = self.history.undelivered(id, &reason);
                self.troubles.entry(name).or_insert(reason);
                kept
            }
        };
        self.open.remove(&id);
        if self.kept.is_ok() {
            self.kept = kept;
        }
    }
}
