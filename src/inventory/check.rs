//! The list held against the stores: the state of each row, and what no row lists.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::asked::{LengthClass, Looks, Outcome, ReadLevel, is_below_any, is_parameter_name};
use super::drill::Drill;
use super::naming::is_well_named;
use super::stores::{Parameter, StoredSecret, Stores, Why};
use super::writes::Writer;
use super::{Entry, Home, Inventory, Rotated, Thresholds};
use crate::day::Day;
use crate::reading::Gap;
use crate::source::Span;

/// Why a row was not checked, where the evidence is another list's.
const NOT_ASKED: &str = "it was not requested";
/// Keys with the same value that are named.
const MOST_SAME: usize = 10;

/// How a row stands. The first that applies, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Its store has no such name.
    Missing,
    /// AWS refused to tell.
    Unreadable,
    /// It is there, and not encrypted.
    WrongType,
    /// It is there, and holds nothing.
    Empty,
    /// It is there, and holds a place only.
    Placeholder,
    /// It is older than the limit.
    Stale,
    /// As it should be.
    Ok,
    /// It lives where we can't look, or was not asked for.
    NotChecked,
}

impl State {
    /// The word that rules and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::WrongType => "wrong-type",
            Self::Empty => "empty",
            Self::Placeholder => "placeholder",
            Self::Stale => "stale",
            Self::Ok => "ok",
            Self::NotChecked => "not-checked",
        }
    }

    /// The word on the screen.
    pub fn shouted(self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Unreadable => "UNREADABLE",
            Self::WrongType => "WRONG TYPE",
            Self::Empty => "EMPTY",
            Self::Placeholder => "PLACEHOLDER",
            Self::Stale => "STALE",
            Self::Ok => "OK",
            Self::NotChecked => "NOT CHECKED",
        }
    }
}

/// What the store says of the rotation that the list claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Both say the same, to the day before or after.
    Agrees,
    /// The list claims a day after the last write: it was not put there.
    NotSeen,
    /// It was written after the day that the list claims.
    Outdated,
    /// The list claims nothing.
    Unsaid,
    /// The store did not tell.
    Unknown,
}

impl Claim {
    /// The word that rules use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::NotSeen => "not-seen",
            Self::Outdated => "outdated",
            Self::Unsaid => "unsaid",
            Self::Unknown => "unknown",
        }
    }
}

/// What encrypts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// A key of the customer's own.
    Customer,
    /// The key that AWS manages for the whole account.
    Aws,
    /// Nothing.
    None,
    /// Nobody told.
    Unknown,
}

impl Encryption {
    /// The word that rules use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Aws => "aws",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

/// A row and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its number in [`Inventory::entries`].
    pub row: usize,
    /// How it stands.
    pub state: State,
    /// Why, in words, where the state does not say all.
    pub why: Option<String>,
    /// What would have to be allowed, where AWS refused.
    pub permission: Option<String>,
    /// The store's type of it: `String`.
    pub kind: String,
    /// When it was written last.
    pub modified: Option<Day>,
    /// Days since its rotation, as far as list and store tell.
    pub age_days: Option<i64>,
    /// What the store says of the claim.
    pub claim: Claim,
    /// Who wrote it last, where a trail is at hand.
    pub writer: Writer,
    /// Writes since the listed day that a trail tells of.
    pub writes_since: Option<usize>,
    /// What encrypts it.
    pub encryption: Encryption,
    /// How its value looks, where that was asked for.
    pub looks: Option<Looks>,
    /// Rows with the same value, by key.
    pub same_as: Vec<String>,
    /// Other rows with the same key or home, by key.
    pub twins: Vec<String>,
}

/// A parameter that no row lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Days since it was written.
    pub age_days: Option<i64>,
    /// Its place in the evidence.
    pub at: Span,
}

/// The list, held against the stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Each row, in the list's order.
    pub rows: Vec<Status>,
    /// Parameters of the projects that no row lists, by name.
    pub unlisted: Vec<Unlisted>,
    /// The last practised rotation of each key that has one, in the list's order.
    pub practised: Vec<Practised>,
}

/// The last practised rotation of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practised {
    /// The row.
    pub row: usize,
    /// The drill.
    pub drill: Drill,
    /// Days since then.
    pub days: i64,
}

/// Holds a list against the stores.
pub fn check(inventory: &Inventory, stores: &Stores, thresholds: &Thresholds) -> Checked {
    let groups = groups(inventory, stores);
    let mut rows: Vec<Status> = inventory
        .entries
        .iter()
        .enumerate()
        .map(|(row, entry)| status(row, entry, stores, thresholds))
        .collect();
    for status in &mut rows {
        let Some(group) = status.looks.and_then(|looks| looks.group) else { continue };
        let own = inventory.entries.get(status.row).map(|entry| entry.key.as_str());
        let others = groups.get(&group).into_iter().flatten().filter(|(row, _)| *row != status.row);
        let others = others.map(|(_, key)| key).filter(|key| Some(key.as_str()) != own);
        status.same_as = others.take(MOST_SAME).cloned().collect();
    }
    twins(inventory, &mut rows);
    Checked { rows, unlisted: unlisted(inventory, stores), practised: practised(inventory, stores.now) }
}

fn practised(inventory: &Inventory, now: Timestamp) -> Vec<Practised> {
    let mut last: BTreeMap<&str, &Drill> = BTreeMap::new();
    for drill in &inventory.drills {
        let slot = last.entry(&drill.key).or_insert(drill);
        if drill.at >= slot.at {
            *slot = drill;
        }
    }
    let of = |(row, entry): (usize, &Entry)| {
        let drill: Drill = (*last.get(entry.key.as_str())?).clone();
        let days = Day::of(drill.at).days_until(Day::of(now)).max(0);
        Some(Practised { row, drill, days })
    };
    inventory.entries.iter().enumerate().filter_map(of).collect()
}

/// Rows that the evidence says nothing of: somebody collected it for another list.
pub fn unasked(inventory: &Inventory, checked: &Checked) -> Vec<Gap> {
    let rows = checked.rows.iter().filter(|status| status.why.as_deref() == Some(NOT_ASKED));
    let gap = |status: &Status| {
        let entry = inventory.entries.get(status.row)?;
        let reason =
            "it was not requested when this evidence was collected, so it was not checked".to_owned();
        Some(Gap { at: entry.at.span, name: entry.key.clone(), reason, hides_findings: true })
    };
    rows.filter_map(gap).collect()
}

/// A list of which no row could be checked: nobody looked at anything.
pub fn unchecked(inventory: &Inventory, checked: &Checked) -> Option<Gap> {
    let is_unchecked = |status: &Status| status.state == State::NotChecked;
    let first = checked.rows.first().filter(|_| checked.rows.iter().all(is_unchecked))?;
    let at = inventory.entries.get(first.row)?.at.span;
    let reason = "no key of the list could be checked: none has a location that AWS shows".to_owned();
    Some(Gap { at, name: String::new(), reason, hides_findings: true })
}

/// Rows by the number that equal values share.
fn groups(inventory: &Inventory, stores: &Stores) -> BTreeMap<u32, Vec<(usize, String)>> {
    let mut groups: BTreeMap<u32, Vec<(usize, String)>> = BTreeMap::new();
    for (row, entry) in inventory.entries.iter().enumerate() {
        let Home::Parameter(name) = &entry.home else { continue };
        if let Some(Outcome::Looked(Looks { group: Some(group), .. })) = stores.values.get(name) {
            groups.entry(*group).or_default().push((row, entry.key.clone()));
        }
    }
    groups
}

/// A key, or a home, that two rows have.
fn twins(inventory: &Inventory, rows: &mut [Status]) {
    let mut by_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_home: BTreeMap<&Home, Vec<usize>> = BTreeMap::new();
    for (row, entry) in inventory.entries.iter().enumerate() {
        by_key.entry(&entry.key).or_default().push(row);
        if matches!(entry.home, Home::Parameter(_) | Home::SecretsManager(_)) {
            by_home.entry(&entry.home).or_default().push(row);
        }
    }
    for group in by_key.values().chain(by_home.values()).filter(|group| group.len() > 1) {
        // The first one is the one that the others repeat.
        let first = group.first().and_then(|row| inventory.entries.get(*row)).map(|entry| entry.key.clone());
        for row in group.iter().skip(1) {
            if let (Some(status), Some(first)) = (rows.get_mut(*row), &first)
                && !status.twins.contains(first)
            {
                status.twins.push(first.clone());
            }
        }
    }
}

fn unlisted(inventory: &Inventory, stores: &Stores) -> Vec<Unlisted> {
    let homes = inventory.entries.iter().filter_map(|entry| match &entry.home {
        Home::Parameter(name) => Some(name.as_str()),
        _ => None,
    });
    let listed: BTreeSet<&str> = homes.collect();
    let own = |parameter: &&Parameter| {
        stores.asked.everything || is_below_any(&parameter.name, &stores.asked.paths)
    };
    let unlisted = stores.parameters.values().filter(own).filter(|one| !listed.contains(one.name.as_str()));
    let one = |parameter: &Parameter| Unlisted {
        name: parameter.name.clone(),
        kind: parameter.kind.clone(),
        age_days: parameter.modified.map(|at| Day::of(at).days_until(Day::of(stores.now))),
        at: parameter.at,
    };
    unlisted.map(one).collect()
}

fn status(row: usize, entry: &Entry, stores: &Stores, thresholds: &Thresholds) -> Status {
    let mut status = Status {
        row,
        state: State::NotChecked,
        why: None,
        permission: None,
        kind: String::new(),
        modified: None,
        age_days: entry.rotated.day().map(|day| day.days_until(Day::of(stores.now)).max(0)),
        claim: if entry.rotated.day().is_some() { Claim::Unknown } else { Claim::Unsaid },
        writer: Writer::Unknown,
        writes_since: None,
        encryption: Encryption::Unknown,
        looks: None,
        same_as: Vec::new(),
        twins: Vec::new(),
    };
    match &entry.home {
        Home::Parameter(name) => of_parameter(&mut status, name, entry, stores),
        Home::SecretsManager(name) => of_secret(&mut status, name, entry, stores),
        Home::GithubSecret(_) => status.why = Some("a GitHub Actions secret cannot be seen from AWS".into()),
        Home::Other(_) => status.why = Some("its location cannot be checked".into()),
        Home::None if entry.migrating => status.why = Some("it needs migration".into()),
        Home::None => status.why = Some("no location is listed".into()),
    }
    if status.state == State::Ok && status.age_days.is_some_and(|days| days > thresholds.max_age_days) {
        status.state = State::Stale;
    }
    status
}

fn of_parameter(status: &mut Status, name: &str, entry: &Entry, stores: &Stores) {
    if !is_parameter_name(name) {
        status.state = State::Missing;
        status.why = Some("no parameter can have this name".into());
        return;
    }
    let value = stores.values.get(name);
    if let Some(Outcome::Looked(looks)) = value {
        status.looks = Some(*looks);
    }
    let Some(parameter) = stores.parameters.get(name) else {
        return match (value, &stores.unlisted) {
            (Some(Outcome::Missing), _) => status.state = State::Missing,
            // Its metadata can't be listed, but it can be read: it is there.
            (Some(Outcome::Readable | Outcome::Looked(_)), _) => status.state = by_looks(status.looks),
            (Some(Outcome::Refused { code, permission }), _) => refused(status, code, permission),
            (None, Some(Why { permission, told })) => {
                status.state = State::Unreadable;
                status.permission = Some(permission.clone());
                status.why = Some(told.clone());
            }
            (None, None) if stores.asked.covers(name) => status.state = State::Missing,
            (None, None) => status.why = Some(NOT_ASKED.into()),
        };
    };
    status.kind.clone_from(&parameter.kind);
    status.encryption = match (&parameter.key_id, parameter.is_secure()) {
        (_, false) => Encryption::None,
        (None, true) => Encryption::Unknown,
        (Some(key), true) if key.ends_with("alias/aws/ssm") => Encryption::Aws,
        (Some(_), true) => Encryption::Customer,
    };
    dates(status, entry.rotated, parameter.modified, stores.now);
    status.writer = parameter.modified.map(|at| stores.writes.writer(name, at)).unwrap_or_default();
    status.writes_since = entry.rotated.day().and_then(|day| stores.writes.since(name, day));
    status.state = match value {
        _ if !parameter.is_secure() => State::WrongType,
        Some(Outcome::Refused { code, permission }) => return refused(status, code, permission),
        Some(Outcome::Missing) => {
            status.why = Some("AWS lists it, but it no longer existed when it was read".into());
            State::Missing
        }
        _ => by_looks(status.looks),
    };
}

fn by_looks(looks: Option<Looks>) -> State {
    match looks {
        Some(Looks { length: LengthClass::Empty, .. }) => State::Empty,
        Some(Looks { placeholder: true, .. }) => State::Placeholder,
        _ => State::Ok,
    }
}

fn refused(status: &mut Status, code: &str, permission: &str) {
    status.state = State::Unreadable;
    status.permission = Some(permission.to_owned());
    status.why = Some(match super::stores::is_denied(code) {
        true => format!("{permission} is denied"),
        false => format!("{permission} failed: {code}"),
    });
}

fn of_secret(status: &mut Status, name: &str, entry: &Entry, stores: &Stores) {
    let Some(secret) = stores.secrets.iter().find(|secret: &&StoredSecret| secret.is(name)) else {
        match &stores.no_secrets {
            Some(Why { permission, told }) => {
                status.state = State::Unreadable;
                status.permission = Some(permission.clone());
                status.why = Some(told.clone());
            }
            None if stores.asked.secrets => status.state = State::Missing,
            None => status.why = Some(NOT_ASKED.into()),
        }
        return;
    };
    status.kind = "secret".into();
    status.encryption = match &secret.key_id {
        None => Encryption::Aws,
        Some(key) if key.ends_with("alias/aws/secretsmanager") => Encryption::Aws,
        Some(_) => Encryption::Customer,
    };
    dates(status, entry.rotated, secret.rotated.or(secret.modified), stores.now);
    status.state = if secret.deleted { State::Missing } else { State::Ok };
    if secret.deleted {
        status.why = Some("it is scheduled for deletion".into());
    }
}

/// What the store says of the last rotation. A write is no proof of a rotation, but without one there was none.
fn dates(status: &mut Status, rotated: Rotated, modified: Option<Timestamp>, now: Timestamp) {
    let Some(written) = modified.map(Day::of) else { return };
    status.modified = Some(written);
    let today = Day::of(now);
    let (since, claim) = match rotated.day() {
        None => (written, Claim::Unsaid),
        // The day is somebody's own, the store's is UTC.
        Some(claimed) if claimed.days_until(written).abs() <= 1 => (claimed, Claim::Agrees),
        Some(claimed) if claimed > written => (written, Claim::NotSeen),
        // It may have been written without being made anew: the claim stands until somebody knows better.
        Some(claimed) => (claimed, Claim::Outdated),
    };
    status.claim = claim;
    status.age_days = Some(since.days_until(today).max(0));
}

/// The level at which values were looked at, in a few words for people.
pub fn level_told(level: ReadLevel) -> &'static str {
    match level {
        ReadLevel::Metadata => "metadata only: no value was read",
        ReadLevel::Readable => "each value was requested without decryption, and discarded",
        ReadLevel::Decrypted => "each value was decrypted in memory, looked at and wiped",
    }
}

/// Whether the home of a row keeps to the convention; homes elsewhere have none.
pub fn keeps_to_naming(entry: &Entry, thresholds: &Thresholds) -> bool {
    match &entry.home {
        Home::Parameter(name) => is_well_named(name, &thresholds.projects),
        _ => true,
    }
}
