//! What the incident reached: secrets, changes, what was refused.

use std::collections::{BTreeMap, BTreeSet};

use super::deed::Deed;
use super::{Call, Count};
use crate::trail::Mark;

/// Events that are named of one secret.
const MOST_EVENTS: usize = 5;
/// Names that are told of one call.
const MOST_OBJECTS: usize = 12;

/// One secret that was read or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    /// Its name, as calls have it.
    pub name: String,
    /// Its plain name.
    pub plain: String,
    /// How often it was read.
    pub reads: u64,
    /// How often it was changed.
    pub writes: u64,
    /// Whether only the decryption by KMS is seen.
    pub only_decrypted: bool,
    /// When it was first and last read, and first and last changed.
    pub read_at: Option<(i64, i64)>,
    /// When it was first and last changed.
    pub written_at: Option<(i64, i64)>,
    /// Whether the incident deleted it.
    pub deleted: bool,
    /// When the incident first and last created it.
    pub created_at: Option<(i64, i64)>,
    /// When the incident first and last deleted it.
    pub deleted_at: Option<(i64, i64)>,
    /// Where it lies: service, account, Region. Secrets of one name may be several.
    places: BTreeSet<(String, String, String)>,
    /// The first events.
    pub events: Vec<Mark>,
    /// The first time.
    pub first: i64,
    /// The last time.
    pub last: i64,
    /// Ids of the sessions.
    pub sessions: BTreeSet<String>,
}

impl SecretUse {
    /// Whether all that was read had been written by the incident itself. In one second nobody knows the order: then what
    /// stood there before was read.
    pub fn is_own(&self) -> bool {
        match (self.read_at, self.written_at) {
            (Some((read, _)), Some((written, _))) => written < read,
            _ => false,
        }
    }

    /// Whether the incident created it itself, before all else that it did to it: nothing stood there before.
    pub fn is_created(&self) -> bool {
        let Some((created, _)) = self.created_at else { return false };
        let is_first = self.deleted_at.is_none_or(|(deleted, _)| created < deleted);
        is_first && created <= self.first && self.places.len() == 1
    }

    /// Whether the incident created it and deleted it again.
    pub fn is_gone_again(&self) -> bool {
        let (Some((_, created)), Some((_, deleted))) = (self.created_at, self.deleted_at) else {
            return false;
        };
        self.is_created() && created < deleted && deleted == self.last
    }

    /// Whether it was read and changed in one second.
    pub fn is_tied(&self) -> bool {
        matches!((self.read_at, self.written_at), (Some((read, _)), Some((written, _))) if read == written)
    }
}

/// Secrets that were read or changed, by name. `ids` are those of sessions.
pub(super) fn secrets(deeds: &[Deed], ids: &dyn Fn(Option<usize>) -> String) -> Vec<SecretUse> {
    let mut all: BTreeMap<&str, SecretUse> = BTreeMap::new();
    let read = read(deeds);
    for deed in deeds.iter().filter(|deed| deed.worked()) {
        let is_decryption = deed.name == "Decrypt";
        let touched =
            deed.read.iter().map(|name| (name, true)).chain(deed.written.iter().map(|name| (name, false)));
        for (plain, is_read) in touched {
            if is_decryption && covers(&read, plain) {
                continue;
            }
            let one = all.entry(plain).or_insert_with(|| SecretUse {
                name: as_asked(deed, plain),
                plain: plain.clone(),
                reads: 0,
                writes: 0,
                only_decrypted: true,
                read_at: None,
                written_at: None,
                deleted: false,
                created_at: None,
                deleted_at: None,
                places: BTreeSet::new(),
                events: Vec::new(),
                first: deed.at.time,
                last: deed.at.time,
                sessions: BTreeSet::new(),
            });
            one.reads += u64::from(is_read);
            one.writes += u64::from(!is_read);
            spans(if is_read { &mut one.read_at } else { &mut one.written_at }, deed);
            if deed.creates_secret() {
                spans(&mut one.created_at, deed);
            }
            if deed.name.starts_with("Delete") {
                spans(&mut one.deleted_at, deed);
            }
            one.places.insert((deed.service.clone(), deed.account.clone(), deed.region.clone()));
            one.only_decrypted &= is_decryption;
            one.deleted |= deed.name.starts_with("Delete");
            one.first = one.first.min(deed.at.time);
            one.last = one.last.max(deed.at.time);
            one.sessions.insert(ids(deed.session));
            if one.events.len() < MOST_EVENTS {
                one.events.push(deed.at.clone());
            }
        }
    }
    all.into_values().collect()
}

/// Lengthens a time by an event.
fn spans(times: &mut Option<(i64, i64)>, deed: &Deed) {
    let (first, last) = times.unwrap_or((deed.at.time, deed.at.time));
    *times = Some((first.min(deed.at.time), last.max(deed.at.time)));
}

/// Secrets that were read by calls that fetch them. Each such call makes a second event, KMS's Decrypt.
fn read(deeds: &[Deed]) -> BTreeSet<&str> {
    let fetches = deeds.iter().filter(|deed| deed.worked() && deed.name != "Decrypt");
    fetches.flat_map(|deed| deed.read.iter().map(String::as_str)).collect()
}

fn covers(read: &BTreeSet<&str>, plain: &str) -> bool {
    read.contains(plain) || read.iter().any(|one| one.ends_with('*') && super::begin::reaches(one, plain))
}

/// Deeds without the second events of reads that are told anyway.
pub(super) fn without_shadows(deeds: &[Deed]) -> impl Iterator<Item = &Deed> {
    let read = read(deeds);
    let is_shadow = move |deed: &&Deed| {
        deed.name == "Decrypt"
            && deed.worked()
            && !deed.read.is_empty()
            && deed.read.iter().all(|name| covers(&read, name))
    };
    deeds.iter().filter(move |deed| !is_shadow(deed))
}

/// The name as the call has it: `/app/key` where its plain name is `app/key`.
fn as_asked(deed: &Deed, plain: &str) -> String {
    let is = |name: &&str| crate::trail::secret_name(name) == plain;
    let asked = ["name", "names", "secretId"].into_iter().find_map(|field| deed.all(field).find(is));
    match asked {
        _ if plain == "*" => format!("any secret that matched the filter of {}", deed.name),
        // The plain name is what people know; an ARN is long.
        Some(name) if name.starts_with("arn:") && name.contains(":secret:") => plain.to_owned(),
        Some(name) if name.starts_with("arn:") => format!("/{plain}"),
        Some(name) => name.to_owned(),
        None if deed.service == "ssm" || deed.name == "Decrypt" => format!("/{plain}"),
        None => plain.to_owned(),
    }
}

/// A call, over all sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// `iam`.
    pub service: String,
    /// `CreateUser`.
    pub name: String,
    /// The error; empty where it worked.
    pub error: String,
    /// How often.
    pub times: u64,
    /// The first event.
    pub first: Mark,
    /// The time of the last one.
    pub last: i64,
    /// What it named, the first ones.
    pub objects: Vec<String>,
    /// How many names there are.
    pub all_objects: usize,
    /// Ids of the sessions.
    pub sessions: BTreeSet<String>,
}

/// Calls that `wanted` holds for, in the order of their first events.
pub(super) fn calls(
    counted: &BTreeMap<Call, Count>,
    deeds: &[Deed],
    ids: &dyn Fn(Option<usize>) -> String,
    wanted: &dyn Fn(&Call) -> bool,
) -> Vec<Calls> {
    let mut all: BTreeMap<(&str, &str, &str), Calls> = BTreeMap::new();
    for (call, count) in counted.iter().filter(|(call, _)| wanted(call)) {
        let Call { session, service, name, error, .. } = call;
        let one = all.entry((service, name, error)).or_insert_with(|| Calls {
            service: service.clone(),
            name: name.clone(),
            error: error.clone(),
            times: 0,
            first: count.first.clone(),
            last: count.last,
            objects: Vec::new(),
            all_objects: 0,
            sessions: BTreeSet::new(),
        });
        one.times += count.times;
        one.first = one.first.clone().min(count.first.clone());
        one.last = one.last.max(count.last);
        one.sessions.insert(ids(Some(*session)));
    }
    let mut objects: BTreeMap<(&str, &str, &str), BTreeSet<&str>> = BTreeMap::new();
    for deed in deeds {
        let known = objects.entry((&deed.service, &deed.name, &deed.error)).or_default();
        known.extend(deed.objects());
    }
    let mut calls: Vec<Calls> = all
        .into_iter()
        .map(|(key, mut calls)| {
            let named = objects.remove(&key).unwrap_or_default();
            calls.all_objects = named.len();
            calls.objects = named.into_iter().take(MOST_OBJECTS).map(str::to_owned).collect();
            calls
        })
        .collect();
    calls.sort_by(|left, right| (&left.first, &left.name).cmp(&(&right.first, &right.name)));
    calls
}
