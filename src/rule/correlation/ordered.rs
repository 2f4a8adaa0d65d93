//! All rules one after another.
//!
//! Of the ways that lead to a rule, only the one that began last matters to what follows, and the last one with
//! another value beside it, as the next step may not have the same value.

use super::group::{Entry, Group, Run, merge};

/// The steps up to one rule.
#[derive(Debug, Clone)]
struct Way<E> {
    start: i64,
    value: u64,
    steps: Vec<(i64, E)>,
}

/// Finds all ways from the first rule to the last one.
pub(super) fn settle<E: Copy + Ord>(group: &mut Group<E>, slots: usize, span: i64) {
    let Group { entries, runs, .. } = group;
    // In one second the earlier rule comes first: logs can't tell.
    entries.sort_unstable_by_key(|entry| (entry.time, entry.slot, entry.event, entry.value));
    let mut best: Vec<Vec<Way<E>>> = vec![Vec::new(); slots];
    for entry in entries.iter() {
        let Some(way) = lead(&best, entry, span) else { continue };
        if entry.slot + 1 == slots {
            let mut run = Run::new(way.start, entry.time);
            run.count = 1;
            way.steps.iter().for_each(|(time, event)| run.name(*time, *event));
            runs.push(run);
        }
        if let Some(known) = best.get_mut(entry.slot) {
            offer(known, way);
        }
    }
    merge(runs);
}

/// The best way that ends with an entry.
fn lead<E: Copy + Ord>(best: &[Vec<Way<E>>], entry: &Entry<E>, span: i64) -> Option<Way<E>> {
    let Some(before) = entry.slot.checked_sub(1) else {
        return Some(Way { start: entry.time, value: entry.value, steps: vec![(entry.time, entry.event)] });
    };
    let fits = |way: &&Way<E>| way.value != entry.value && entry.time.saturating_sub(way.start) <= span;
    let way = best.get(before)?.iter().find(fits)?;
    let mut steps = way.steps.clone();
    steps.push((entry.time, entry.event));
    Some(Way { start: way.start, value: entry.value, steps })
}

/// Keeps the two that began last, with different values.
fn offer<E: Copy + Ord>(known: &mut Vec<Way<E>>, way: Way<E>) {
    if known.iter().any(|other| other.value == way.value && other.start >= way.start) {
        return;
    }
    known.retain(|other| other.value != way.value);
    let at = known.iter().position(|other| other.start <= way.start).unwrap_or(known.len());
    known.insert(at, way);
    known.truncate(2);
}
