//! The list of keys in JSON: rows first, then parameters that no row lists.

use serde::Serialize;

use crate::report::inventory::{InventorySection, ListedKey, UnlistedParameter};
use crate::report::told::Teller;

#[derive(Serialize)]
pub(super) struct Key {
    key: Option<String>,
    location: String,
    status: String,
    age_days: Option<i64>,
    title: Option<String>,
    home: String,
    owner: Option<String>,
    why: Option<String>,
    rotated: Option<String>,
    written: Option<String>,
    migrating: bool,
    answers: Option<usize>,
}

/// All rows.
pub(super) fn keys(section: &InventorySection, teller: &Teller<'_>) -> Vec<Key> {
    let rows = section.keys.iter().map(|key| row(key, teller));
    rows.chain(section.unlisted.iter().map(|one| unlisted(one, teller))).collect()
}

fn row(key: &ListedKey, teller: &Teller<'_>) -> Key {
    Key {
        key: Some(teller.name(&key.key)),
        location: teller.name(&key.location),
        status: key.status.clone(),
        age_days: key.age_days,
        title: Some(teller.name(&key.title)),
        home: key.home.clone(),
        owner: key.owner.as_deref().map(|owner| teller.name(owner)),
        why: key.why.as_deref().map(|why| teller.message(why)),
        rotated: key.claimed.clone(),
        written: key.written.clone(),
        migrating: key.migrating,
        answers: Some(key.answers),
    }
}

fn unlisted(one: &UnlistedParameter, teller: &Teller<'_>) -> Key {
    Key {
        key: None,
        location: teller.name(&one.name),
        status: "unlisted".to_owned(),
        age_days: one.age_days,
        title: None,
        home: "parameter".to_owned(),
        owner: None,
        why: None,
        rotated: None,
        written: None,
        migrating: false,
        answers: None,
    }
}
