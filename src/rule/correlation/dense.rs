//! At least so many different values in a window.
//!
//! Inside a stretch that meets the condition nothing can change any more: it only grows at its two ends. What the
//! ends need are the nearest values, as many as the condition asks for; all other records of the stretch are
//! counted and forgotten. So a burst of a million records costs as much memory as a small one, in whatever order
//! they come.

use std::collections::{HashMap, HashSet};

use super::group::{Entry, Group, Run, merge};

/// Finds the windows, and counts what is in them.
pub(super) fn settle<E: Copy + Ord>(group: &mut Group<E>, least: usize, span: i64) {
    let Group { entries, runs, .. } = group;
    entries.sort_unstable_by_key(Entry::order);
    runs.extend(dense(entries, least, span));
    merge(runs);
    count(entries, runs);
}

/// The windows that hold enough values, those that overlap as one.
fn dense<E: Copy + Ord>(entries: &[Entry<E>], least: usize, span: i64) -> Vec<Run<E>> {
    let mut runs: Vec<Run<E>> = Vec::new();
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut ahead = entries.iter().peekable();
    let mut last = i64::MIN;
    for entry in entries {
        while let Some(next) = ahead.next_if(|next| next.time.saturating_sub(entry.time) <= span) {
            *seen.entry(next.value).or_default() += 1;
            last = next.time;
        }
        if seen.len() >= least {
            match runs.last_mut() {
                Some(run) if entry.time <= run.last => run.last = last,
                _ => runs.push(Run::new(entry.time, last)),
            }
        }
        if let Some(times) = seen.get_mut(&entry.value) {
            *times -= 1;
            if *times == 0 {
                seen.remove(&entry.value);
            }
        }
    }
    runs
}

fn count<E: Copy + Ord>(entries: &mut [Entry<E>], runs: &mut [Run<E>]) {
    let mut runs = runs.iter_mut().peekable();
    for entry in entries {
        while runs.next_if(|run| run.last < entry.time).is_some() {}
        let Some(run) = runs.peek_mut().filter(|run| run.first <= entry.time) else { continue };
        if entry.records > 0 {
            run.count += std::mem::take(&mut entry.records);
            run.name(entry.time, entry.event);
        }
    }
}

/// Keeps of each run the nearest different values at both ends.
pub(super) fn forget<E: Copy + Ord>(group: &mut Group<E>, least: usize) {
    let Group { entries, runs, .. } = group;
    let mut keep = vec![true; entries.len()];
    let mut at = 0;
    for run in runs.iter() {
        let outside =
            |entries: &[Entry<E>], at: usize| entries.get(at).is_some_and(|entry| entry.time < run.first);
        while outside(entries, at) {
            at += 1;
        }
        let inside = entries.get(at..).unwrap_or_default();
        let inside = inside.iter().take_while(|entry| entry.time <= run.last).map(|entry| entry.value);
        let values: Vec<u64> = inside.collect();
        let (from_start, from_end) = (nearest(values.iter(), least), nearest(values.iter().rev(), least));
        for (place, keep) in keep.iter_mut().skip(at).take(values.len()).enumerate() {
            let from_behind = values.len() - 1 - place;
            *keep = from_start.contains(&place) || from_end.contains(&from_behind);
        }
        at += values.len();
    }
    let mut keep = keep.into_iter();
    entries.retain(|_| keep.next().unwrap_or(true));
}

/// The places of the first different values.
fn nearest<'v>(values: impl Iterator<Item = &'v u64>, least: usize) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let mut places = HashSet::new();
    for (place, value) in values.enumerate() {
        if seen.len() >= least {
            break;
        }
        if seen.insert(*value) {
            places.insert(place);
        }
    }
    places
}
