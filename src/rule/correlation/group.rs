//! The records of one group of one correlation, as small as they can be kept.

use super::dense;
use super::ordered;
use super::successive;
use super::thin::thin;
use super::{Correlation, Kind, Operator};

/// How many records of a hit are named: its earliest.
pub(super) const MOST_NAMED: usize = 10;
/// A group is made small when it has this many entries, and again when it has twice as many as were left.
const FIRST_LIMIT: usize = 64;

/// One record that met one of the rules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<E> {
    pub(super) time: i64,
    /// Which rule of the correlation it met.
    pub(super) slot: usize,
    pub(super) event: E,
    /// What is told apart: the record, the value, the rule, or what must differ.
    pub(super) value: u64,
    /// Records for which it stands, and that no run has in its count.
    pub(super) records: u64,
}

impl<E: Copy + Ord> Entry<E> {
    /// Where it stands among others.
    pub(super) fn order(&self) -> (i64, E, u64) {
        (self.time, self.event, self.value)
    }
}

/// A stretch of time that meets the condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run<E> {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) count: u64,
    /// The earliest records in it, in order.
    pub(super) earliest: Vec<(i64, E)>,
}

impl<E: Copy + Ord> Run<E> {
    pub(super) fn new(first: i64, last: i64) -> Self {
        Self { first, last, count: 0, earliest: Vec::new() }
    }

    pub(super) fn name(&mut self, time: i64, event: E) {
        let Err(at) = self.earliest.binary_search(&(time, event)) else { return };
        if at < MOST_NAMED {
            self.earliest.insert(at, (time, event));
            self.earliest.truncate(MOST_NAMED);
        }
    }

    fn absorb(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.count += other.count;
        other.earliest.into_iter().for_each(|(time, event)| self.name(time, event));
    }
}

/// Runs in order, those that touch made one.
pub(super) fn merge<E: Copy + Ord>(runs: &mut Vec<Run<E>>) {
    runs.sort_by_key(|run| (run.first, run.last));
    let mut merged: Vec<Run<E>> = Vec::with_capacity(runs.len());
    for run in runs.drain(..) {
        match merged.last_mut() {
            Some(before) if run.first <= before.last => before.absorb(run),
            _ => merged.push(run),
        }
    }
    *runs = merged;
}

/// How a correlation looks at its groups.
#[derive(Debug, Clone)]
pub(super) enum Look {
    /// At least so many records in a window.
    Count { least: usize },
    /// At least so many different values in a window.
    Values { least: usize },
    /// All slots one after another.
    Ordered { slots: usize, differ: bool },
    /// Windows that follow one another, each with its count of values.
    Successive { condition: Vec<(Operator, u64)> },
}

impl Look {
    pub(super) fn of(correlation: &Correlation) -> Self {
        if correlation.kind == Kind::TemporalOrdered {
            let differ = correlation.differ_by.is_some();
            return Self::Ordered { slots: correlation.rules.len(), differ };
        }
        match correlation.least() {
            Some(least) => {
                let least = usize::try_from(least).unwrap_or(usize::MAX);
                match correlation.kind {
                    Kind::EventCount => Self::Count { least },
                    _ => Self::Values { least },
                }
            }
            None => Self::Successive { condition: correlation.condition.clone() },
        }
    }
}

#[derive(Debug)]
pub(super) struct Group<E> {
    pub(super) entries: Vec<Entry<E>>,
    pub(super) runs: Vec<Run<E>>,
    /// A record that met two of the rules is one record.
    latest: Option<(E, u64)>,
    limit: usize,
}

impl<E> Default for Group<E> {
    fn default() -> Self {
        Self { entries: Vec::new(), runs: Vec::new(), latest: None, limit: FIRST_LIMIT }
    }
}

impl<E: Copy + Ord> Group<E> {
    /// Adds a record; `true` where the group should be made small.
    pub(super) fn add(&mut self, entry: Entry<E>, look: &Look) -> bool {
        let again = self.latest == Some((entry.event, entry.value));
        if again && !matches!(look, Look::Ordered { .. }) {
            return false;
        }
        self.latest = Some((entry.event, entry.value));
        self.entries.push(entry);
        self.entries.len() >= self.limit
    }

    /// Leaves out what can't change any hit, whatever comes later.
    pub(super) fn shrink(&mut self, look: &Look, span: i64) {
        match look {
            Look::Count { least } => {
                dense::settle(self, *least, span);
                dense::forget(self, *least);
            }
            _ => self.thin(look, span),
        }
        self.limit = self.entries.len().saturating_mul(2).max(FIRST_LIMIT);
    }

    fn thin(&mut self, look: &Look, span: i64) {
        match look {
            Look::Values { .. } => thin(&mut self.entries, span, |entry| entry.value),
            Look::Ordered { slots: ..=2, differ: true } => thin(&mut self.entries, span, |entry| entry.value),
            // Each record is a value of its own there, so that none is two steps.
            Look::Ordered { slots: ..=2, differ: false } => thin(&mut self.entries, span, |_| 0),
            Look::Count { .. } | Look::Ordered { .. } | Look::Successive { .. } => {}
        }
    }

    /// All stretches that meet the condition, in order.
    pub(super) fn finish(mut self, look: &Look, span: i64) -> Vec<Run<E>> {
        self.thin(look, span);
        match look {
            Look::Count { least } | Look::Values { least } => dense::settle(&mut self, *least, span),
            Look::Ordered { slots, .. } => ordered::settle(&mut self, *slots, span),
            Look::Successive { condition } => successive::settle(&mut self, condition, span),
        }
        self.runs
    }
}
