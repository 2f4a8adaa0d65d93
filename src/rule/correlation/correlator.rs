//! Takes records that met a rule, in any order, and tells at the end which correlations are met.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::record::Record;

use super::super::Rule;
use super::group::{Entry, Group, Look};
use super::note::{Note, Watched};
use super::{Correlation, CorrelationHit};

/// Most entries that are held, over all groups; a group counts as some of them.
const MOST_WEIGHT: usize = 100_000;
/// What a group weighs beside its entries.
const GROUP_WEIGHT: usize = 6;

/// All hits, and what could not be looked at.
#[derive(Debug)]
pub struct Correlated<'s, E> {
    /// Ordered by rule, group and time.
    pub hits: Vec<CorrelationHit<'s, E>>,
    /// Records that no place was left for: hits may be missing.
    pub lost: u64,
}

/// Looks at the correlations of one kind of record. `E` is the caller's handle of a record.
#[derive(Debug)]
pub struct Correlator<'s, E> {
    watches: Vec<Watch<'s, E>>,
    watched: Arc<Watched<'s>>,
    weight: usize,
    most_weight: usize,
    full: bool,
    lost: u64,
}

#[derive(Debug)]
struct Watch<'s, E> {
    rule: &'s Rule,
    correlation: &'s Correlation,
    look: Look,
    groups: BTreeMap<Vec<String>, Group<E>>,
}

impl<'s, E: Copy + Ord + Hash> Correlator<'s, E> {
    /// Each correlation with the rules that it refers to, in its order.
    pub(in super::super) fn new(correlations: impl Iterator<Item = (&'s Rule, Vec<&'s Rule>)>) -> Self {
        let (mut watches, mut watched) = (Vec::new(), Watched::default());
        for (rule, bases) in correlations {
            let Some(correlation) = &rule.file().correlation else { continue };
            watched.add(correlation, &bases);
            let look = Look::of(correlation);
            watches.push(Watch { rule, correlation, look, groups: BTreeMap::new() });
        }
        Self {
            watches,
            watched: Arc::new(watched),
            weight: 0,
            most_weight: MOST_WEIGHT,
            full: false,
            lost: 0,
        }
    }

    /// What is counted: for threads that take notes of records, and give them here some hundreds at once.
    pub fn watched(&self) -> Arc<Watched<'s>> {
        Arc::clone(&self.watched)
    }

    /// Holds fewer entries, for tests.
    #[cfg(test)]
    pub(in super::super) fn with_most_weight(mut self, most: usize) -> Self {
        self.most_weight = most;
        self
    }

    /// A record met a rule. Each record is given once for each rule that it met, and those one after another.
    pub fn feed(&mut self, rule: &Rule, time: i64, event: E, record: &dyn Record) {
        let mut notes = Vec::new();
        self.watched.note((rule, time, event), record, &mut notes);
        notes.into_iter().for_each(|note| self.take(note));
    }

    /// A note of a record. Those of one record are given one after another.
    pub fn take(&mut self, note: Note<E>) {
        if self.has_room() {
            self.enter(note);
        } else {
            self.lost += 1;
        }
    }

    /// All hits.
    pub fn finish(self) -> Correlated<'s, E> {
        let mut hits = Vec::new();
        for Watch { rule, correlation, look, groups } in self.watches {
            for (values, group) in groups {
                let names = correlation.group_by.iter().cloned();
                let group_by: Vec<(String, String)> = names.zip(values).collect();
                for run in group.finish(&look, correlation.timespan) {
                    let events = run.earliest.into_iter().map(|(_, event)| event).collect();
                    let (first, last, count, group) = (run.first, run.last, run.count, group_by.clone());
                    hits.push(CorrelationHit { rule, group, first, last, count, events });
                }
            }
        }
        Correlated { hits, lost: self.lost }
    }

    fn has_room(&mut self) -> bool {
        if self.weight >= self.most_weight && !self.full {
            for Watch { correlation, look, groups, .. } in &mut self.watches {
                groups.values_mut().for_each(|group| group.shrink(look, correlation.timespan));
            }
            self.weigh();
            // Else every record would try it again.
            self.full = self.weight > self.most_weight - self.most_weight / 8;
        }
        !self.full
    }

    fn weigh(&mut self) {
        let groups = self.watches.iter().flat_map(|watch| watch.groups.values());
        self.weight = groups.map(|group| GROUP_WEIGHT + group.entries.len() + group.runs.len() * 4).sum();
    }

    fn enter(&mut self, Note { watch, slot, time, event, key, values }: Note<E>) {
        let Some(Watch { correlation, look, groups, .. }) = self.watches.get_mut(watch) else { return };
        let group = groups.entry(key).or_insert_with(|| {
            self.weight += GROUP_WEIGHT;
            Group::default()
        });
        for (place, value) in values.into_iter().enumerate() {
            // A record with several values is one record.
            let records = u64::from(place == 0);
            let before = group.entries.len();
            if group.add(Entry { time, slot, event, value, records }, look) {
                group.shrink(look, correlation.timespan);
            }
            self.weight = (self.weight + group.entries.len()).saturating_sub(before);
        }
    }
}
