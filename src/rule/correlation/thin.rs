//! Fewer entries that say the same.
//!
//! Of one value in one eighth of the timespan only the first and the last record matter. Whatever window another one
//! could complete, one of these two completes as well: if both lie outside of it, the window lies between them, and all
//! of that is shorter than the timespan. So one key that is used a million times from one place costs little, in
//! whatever order its records come, and no hit is lost; its beginning and end are told to an eighth of the timespan.
//!
//! This holds for different values in a window and for two steps one after another. Three steps within one eighth could
//! lose their order, and counted records are each their own value: those are not thinned.

use std::collections::BTreeMap;

use super::group::Entry;

/// The length of a part of the timespan.
fn part(span: i64) -> i64 {
    (span / 8).max(1)
}

/// Part of the timespan, rule and value.
type Key = (i64, usize, u64);

/// Keeps the first and the last of each value in each part. `told_apart` says what is one value.
pub(super) fn thin<E: Copy + Ord>(
    entries: &mut Vec<Entry<E>>,
    span: i64,
    told_apart: impl Fn(&Entry<E>) -> u64,
) {
    let mut ends: BTreeMap<Key, (Entry<E>, Entry<E>)> = BTreeMap::new();
    for entry in entries.drain(..) {
        let key = (entry.time.div_euclid(part(span)), entry.slot, told_apart(&entry));
        match ends.get_mut(&key) {
            None => drop(ends.insert(key, (entry, entry))),
            Some((first, last)) => join(first, last, entry),
        }
    }
    for (first, last) in ends.into_values() {
        entries.push(first);
        if !is_one(&first, &last) {
            entries.push(last);
        }
    }
}

fn join<E: Copy + Ord>(first: &mut Entry<E>, last: &mut Entry<E>, entry: Entry<E>) {
    let were_one = is_one(first, last);
    let records = if were_one { first.records } else { first.records + last.records } + entry.records;
    if entry.order() < first.order() {
        *first = entry;
    } else if entry.order() > last.order() {
        *last = entry;
    }
    // Of three or more the first one stands for itself and the last one for all others. Two are left as they are: no
    // count of theirs may move from one to the other.
    if !were_one || is_one(first, last) {
        first.records = records.min(1);
        last.records = records - first.records;
    }
}

fn is_one<E: Copy + Ord>(first: &Entry<E>, last: &Entry<E>) -> bool {
    first.order() == last.order()
}
