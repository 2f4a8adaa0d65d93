//! Windows that follow one another: for conditions that one record more can end.

use std::collections::HashSet;

use super::Operator;
use super::group::{Entry, Group, Run};

/// Decides all windows.
pub(super) fn settle<E: Copy + Ord>(group: &mut Group<E>, condition: &[(Operator, u64)], span: i64) {
    let Group { entries, runs, .. } = group;
    entries.sort_unstable_by_key(Entry::order);
    let mut rest: &[Entry<E>] = entries;
    while let Some(start) = rest.first().map(|entry| entry.time) {
        let inside = rest.iter().take_while(|entry| entry.time.saturating_sub(start) <= span).count();
        let (window, after) = rest.split_at(inside);
        let values: HashSet<u64> = window.iter().map(|entry| entry.value).collect();
        let values = values.len() as u64;
        if condition.iter().all(|(operator, value)| operator.is_met(values, *value)) {
            let mut run = Run::new(start, window.last().map_or(start, |entry| entry.time));
            run.count = window.len() as u64;
            window.iter().for_each(|entry| run.name(entry.time, entry.event));
            runs.push(run);
        }
        rest = after;
    }
    entries.clear();
}
