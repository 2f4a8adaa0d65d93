//! Users and their keys: from the rows of the credential report, with key ids where they were asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::answers::NamedKey;
use super::credentials::{KeyRow, Row};
use super::known::Known;
use super::time::{days_since, timestamp};
use crate::source::Span;

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its row in the report.
    pub at: Span,
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// When it was made.
    pub created: Known<Timestamp>,
    /// Whether it has a password.
    pub password: Known<bool>,
    /// When the password was last used; `None`: never.
    pub password_used: Known<Option<Timestamp>>,
    /// When it was last changed.
    pub password_changed: Known<Option<Timestamp>>,
    /// Whether an MFA device is assigned.
    pub mfa: Known<bool>,
    /// The keys that there are, active or not, and those of which it is not known.
    pub keys: Vec<Key>,
    /// Whether a signing certificate is active.
    pub certificates: Known<bool>,
}

/// An access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// 1 or 2, as the report counts them.
    pub number: u8,
    /// Whether it is active.
    pub active: Known<bool>,
    /// When it was made or last changed.
    pub created: Known<Timestamp>,
    /// When it was last used; `None`: never.
    pub used: Known<Option<Timestamp>>,
    /// What for: `s3`.
    pub service: Option<String>,
    /// Its id, where that was asked for.
    pub id: Option<String>,
}

/// Keys by the names of their users.
pub(super) fn by_user(named: &[NamedKey]) -> BTreeMap<&str, Vec<&NamedKey>> {
    let mut all: BTreeMap<&str, Vec<&NamedKey>> = BTreeMap::new();
    for key in named {
        all.entry(key.user.as_str()).or_default().push(key);
    }
    all
}

impl User {
    /// `named` are the keys of this user.
    pub(super) fn of(row: &Row, named: &[&NamedKey]) -> Self {
        let keys = row.keys.iter().filter(|key| !key.exists().is_false());
        Self {
            at: row.at,
            name: row.user.clone(),
            arn: row.arn.clone(),
            created: row.created.clone(),
            password: row.password.clone(),
            password_used: row.password_used.clone(),
            password_changed: row.password_changed.clone(),
            mfa: row.mfa.clone(),
            keys: keys.map(|key| Key::of(key, named)).collect(),
            certificates: row.certificates.clone(),
        }
    }

    /// How many keys are active; at least.
    pub fn active_keys(&self) -> usize {
        self.keys.iter().filter(|key| key.active.is_true()).count()
    }

    /// For how many days the password was not used: since its last use, or since it was set.
    pub fn password_unused_days(&self, now: Timestamp) -> Known<i64> {
        let since = match (&self.password_used, &self.password_changed) {
            (Known::Is(Some(at)), _) => *at,
            (Known::Unknown(why), _) => return Known::unknown(why.clone()),
            (Known::Is(None), Known::Is(Some(at))) => *at,
            (Known::Is(None), _) => match &self.created {
                Known::Is(at) => *at,
                Known::Unknown(why) => return Known::unknown(why.clone()),
            },
        };
        Known::Is(days_since(since, now))
    }
}

impl Key {
    fn of(row: &KeyRow, named: &[&NamedKey]) -> Self {
        let created = match &row.created {
            Known::Is(Some(at)) => Known::Is(*at),
            Known::Is(None) => Known::unknown("the credential report does not say when the key was created"),
            Known::Unknown(why) => Known::unknown(why.clone()),
        };
        Self {
            number: row.number,
            active: row.active.clone(),
            id: id_of(&created, &row.active, named),
            created,
            used: row.used.clone(),
            service: row.service.clone(),
        }
    }

    /// Days since it was made or last changed.
    pub fn age_days(&self, now: Timestamp) -> Known<i64> {
        self.created.clone().map(|at| days_since(at, now))
    }

    /// For how many days it was not used: since its last use, or since it was made.
    pub fn unused_days(&self, now: Timestamp) -> Known<i64> {
        match &self.used {
            Known::Is(Some(at)) => Known::Is(days_since(*at, now)),
            Known::Is(None) => self.age_days(now),
            Known::Unknown(why) => Known::unknown(why.clone()),
        }
    }

    /// The last four characters of its id.
    pub fn last4(&self) -> Option<String> {
        let id = self.id.as_deref()?;
        let skipped = id.chars().count().checked_sub(4).filter(|rest| *rest >= 12)?;
        Some(id.chars().skip(skipped).collect())
    }
}

/// The id of the key of the report that was made at the same second. The report knows no ids; two keys that could
/// both be meant stay without.
fn id_of(created: &Known<Timestamp>, active: &Known<bool>, named: &[&NamedKey]) -> Option<String> {
    let same_time = |key: &&&NamedKey| {
        timestamp(&key.created)
            .zip(created.get().copied())
            .is_some_and(|(a, b)| a.as_second() == b.as_second())
    };
    let same_state = |key: &&&NamedKey| active.get().is_none_or(|active| *active == key.active);
    let mut by_time = named.iter().filter(same_time);
    if let (Some(key), None) = (by_time.next(), by_time.next()) {
        return Some(key.id.clone());
    }
    // A key that was deactivated carries the time of that in the report.
    let mut by_state = named.iter().filter(same_state);
    match (by_state.next(), by_state.next()) {
        (Some(key), None) => Some(key.id.clone()),
        _ => None,
    }
}
