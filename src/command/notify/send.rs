//! Sends what waits in the outbox, the oldest first.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::courier::{self, Address, Key, Limits, Parcel};
use crate::error::{Error, refused};
use crate::history::{History, Letter};
use crate::notify::{self, Change, Kind, Notify, Origin, Target};
use crate::secret::Secret;

/// All that a run tells takes no longer.
const ALL: Duration = Duration::from_secs(60);
/// How long a run waits for another one to be done with telling.
const PATIENCE: Duration = Duration::from_secs(70);
/// What could not be told for so long is not news any more.
const OLDEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A larger file holds no address and no secret.
const MOST_BYTES: u64 = 64 * 1024;

/// Tells all that waits. What can't be told stays, and is warned of.
pub(super) fn all(history: &History, notify: &Notify) -> Result<(), Error> {
    let Some(telling) = history.telling(PATIENCE) else {
        tracing::warn!("another run is telling for too long: what changed is told by the next run");
        return Ok(());
    };
    let now = Timestamp::now();
    let given_up = history.give_up(now.saturating_sub(OLDEST).unwrap_or(now), now)?;
    if given_up > 0 {
        tracing::warn!("{given_up} messages could not be told for seven days and are given up");
    }
    let letters = history.letters(&telling)?;
    let mut troubles: BTreeMap<String, String> = BTreeMap::new();
    let mut lists = Vec::new();
    let mut names: BTreeMap<i64, String> = BTreeMap::new();
    for target in &notify.targets {
        let mine: Vec<&Letter> = letters.iter().filter(|letter| letter.target == target.name).collect();
        if mine.is_empty() {
            continue;
        }
        match list(target, &mine) {
            Ok(list) => {
                names.extend(list.iter().map(|parcel| (parcel.id, target.name.clone())));
                lists.push(list);
            }
            Err(reason) => {
                for letter in mine {
                    history.undelivered(letter.id, &reason)?;
                }
                troubles.insert(target.name.clone(), reason);
            }
        }
    }
    let mut kept: Result<(), Error> = Ok(());
    if !lists.is_empty() {
        courier::carry(lists, Limits { attempt: notify.timeout, all: ALL }, &mut |id, result| {
            let written = match &result {
                Ok(()) => history.delivered(id, Timestamp::now()),
                Err(reason) => history.undelivered(id, reason),
            };
            if let (Err(reason), Some(name)) = (result, names.get(&id)) {
                troubles.entry(name.clone()).or_insert(reason);
            }
            if kept.is_ok() {
                kept = written;
            }
        })?;
    }
    for (name, reason) in troubles {
        tracing::warn!("{name} was not told: {reason}; the next run tries again");
    }
    kept
}

/// All letters of one target, ready to be sent.
fn list(target: &Target, letters: &[&Letter]) -> Result<Vec<Parcel>, String> {
    let pack = packer(&target.kind)?;
    let parcel = |letter: &&Letter| {
        let change = notify::read(&letter.body).ok_or("it was put down by another version")?;
        pack(letter.id, &letter.delivery, &change)
    };
    letters.iter().map(parcel).collect()
}

/// What makes a parcel of a letter's number, its delivery and its change.
type Packer = Box<dyn Fn(i64, &str, &Change) -> Result<Parcel, String>>;

/// Looks up what the settings only name; once for all letters.
fn packer(kind: &Kind) -> Result<Packer, String> {
    match kind {
        Kind::Slack { url } => {
            let address = address(url)?;
            Ok(Box::new(move |id, _, change| Ok(plain(id, address.clone(), notify::slack(change)))))
        }
        Kind::Webhook { url, secret } => {
            let address = address(url)?;
            let secret = value(secret)?;
            Key::new(&secret)?;
            Ok(Box::new(move |id, delivery, change| {
                let (key, delivery) = (Key::new(&secret)?, delivery.to_owned());
                let message = notify::webhook(change);
                Ok(Parcel {
                    seal: Some(Box::new(move |at, body| Ok(key.headers(&delivery, at, body)))),
                    ..plain(id, address.clone(), message)
                })
            }))
        }
    }
}

/// A parcel without a signature.
fn plain(id: i64, address: Address, message: notify::Message) -> Parcel {
    let notify::Message { content_type, headers, body } = message;
    Parcel { id, address, content_type, headers, body, seal: None, check: None }
}

fn address(origin: &Origin) -> Result<Address, String> {
    Address::new(&value(origin)?).map_err(str::to_owned)
}

/// The text that a setting names. No reason quotes it.
fn value(origin: &Origin) -> Result<Secret, String> {
    let text = match origin {
        Origin::Variable(name) => {
            std::env::var(name).map_err(|_| format!("the variable {name} is not set"))?
        }
        Origin::File(path) => {
            let unread = |reason: String| format!("{} can't be read: {reason}", path.display());
            let file = File::open(path).map_err(|error| unread(refused(error.kind())))?;
            let mut text = String::new();
            let read = file.take(MOST_BYTES).read_to_string(&mut text);
            read.map_err(|error| unread(refused(error.kind())))?;
            text.lines().next().unwrap_or_default().to_owned()
        }
    };
    if text.trim().is_empty() {
        return Err("what the settings name is empty".to_owned());
    }
    Ok(Secret::new(text))
}
