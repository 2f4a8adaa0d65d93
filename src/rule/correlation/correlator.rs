//! Takes records that met a rule, in any order, and tells at the end which correlations are met.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::record::{Field, Record};

use super::super::Rule;
use super::group::{Entry, Group, Look};
use super::{Correlation, CorrelationHit, Kind};

/// Most entries that are held, over all groups; a group counts as some of them.
const MOST_WEIGHT: usize = 100_000;
/// What a group weighs beside its entries.
const GROUP_WEIGHT: usize = 6;
/// Most values of one list that are counted.
const MOST_VALUES: usize = 64;
/// Characters of a value that tell groups apart.
const MOST_CHARACTERS: usize = 256;

/// All hits, and what could not be looked at.
#[derive(Debug)]
pub struct Correlated<'s, E> {
    /// Ordered by rule, group and time.
    pub hits: Vec<CorrelationHit<'s, E>>,
    /// Records that no place was left for: hits may be missing.
    pub lost: u64,
    /// Records older than [`Correlator::advance`] had promised: hits may be missing.
    pub late: u64,
}

/// Looks at the correlations of one kind of record. `E` is the caller's handle of a record.
#[derive(Debug)]
pub struct Correlator<'s, E> {
    watches: Vec<Watch<'s, E>>,
    /// For a rule's name: which correlations refer to it, and as which of their rules.
    slots: HashMap<&'s str, Vec<(usize, usize)>>,
    weight: usize,
    most_weight: usize,
    full: bool,
    now: i64,
    lost: u64,
    late: u64,
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
        let mut watches = Vec::new();
        let mut slots: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        for (rule, bases) in correlations {
            let Some(correlation) = &rule.file().correlation else { continue };
            for (slot, base) in bases.iter().enumerate() {
                slots.entry(base.name()).or_default().push((watches.len(), slot));
            }
            let look = Look::of(correlation);
            watches.push(Watch { rule, correlation, look, groups: BTreeMap::new() });
        }
        Self {
            watches,
            slots,
            weight: 0,
            most_weight: MOST_WEIGHT,
            full: false,
            now: i64::MIN,
            lost: 0,
            late: 0,
        }
    }

    /// Whether a correlation refers to a rule.
    pub fn counts(&self, rule: &Rule) -> bool {
        self.slots.contains_key(rule.name())
    }

    /// Whether there is nothing to correlate.
    pub fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// Holds fewer entries, for tests.
    #[cfg(test)]
    pub(in super::super) fn with_most_weight(mut self, most: usize) -> Self {
        self.most_weight = most;
        self
    }

    /// A record met a rule. Each record is given once for each rule that it met, and those one after another.
    pub fn feed(&mut self, rule: &Rule, time: i64, event: E, record: &dyn Record) {
        let Some(places) = self.slots.get(rule.name()) else { return };
        self.late += u64::from(time < self.now);
        for (watch, slot) in places.clone() {
            if self.has_room() {
                self.note(watch, slot, time, event, record);
            } else {
                self.lost += 1;
            }
        }
    }

    /// Promises that no record before `time` comes any more: what is over is decided and forgotten.
    pub fn advance(&mut self, time: i64) {
        if time <= self.now {
            return;
        }
        self.now = time;
        for Watch { correlation, look, groups, .. } in &mut self.watches {
            groups.values_mut().for_each(|group| group.advance(time, look, correlation.timespan));
            groups.retain(|_, group| !group.entries.is_empty() || !group.runs.is_empty());
        }
        self.weigh();
        self.full = false;
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
        Correlated { hits, lost: self.lost, late: self.late }
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

    fn note(&mut self, watch: usize, slot: usize, time: i64, event: E, record: &dyn Record) {
        let Some(Watch { correlation, look, groups, .. }) = self.watches.get_mut(watch) else { return };
        let Some(key) = key(correlation, slot, record) else { return };
        let values = told_apart(correlation, slot, event, record);
        if values.is_empty() {
            return;
        }
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

/// The values of the group fields; `None` where one is missing.
fn key(correlation: &Correlation, slot: usize, record: &dyn Record) -> Option<Vec<String>> {
    let rule = correlation.rules.get(slot).map_or("", |(name, _)| name);
    let value = |name: &String| texts(record.field(correlation.group_field(name, rule))).into_iter().next();
    correlation.group_by.iter().map(value).collect()
}

/// What makes a record another one, to this correlation.
fn told_apart<E: Hash>(correlation: &Correlation, slot: usize, event: E, record: &dyn Record) -> Vec<u64> {
    match (correlation.kind, &correlation.differ_by) {
        (Kind::EventCount, _) | (Kind::TemporalOrdered, None) => vec![hash(&event)],
        (Kind::Temporal, _) => vec![slot as u64],
        (Kind::TemporalOrdered, Some(field)) => texts(record.field(field)).iter().take(1).map(hash).collect(),
        (Kind::ValueCount, _) => match correlation.fields.as_slice() {
            [field] => texts(record.field(field)).iter().map(hash).collect(),
            fields => {
                let each = fields.iter().map(|field| texts(record.field(field)).into_iter().next());
                each.collect::<Option<Vec<String>>>().iter().map(hash).collect()
            }
        },
    }
}

fn hash(value: &impl Hash) -> u64 {
    // Its keys are fixed: the same in every run.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The values of a field as texts; empty ones are none.
fn texts(field: Option<Field<'_>>) -> Vec<String> {
    let one = |field: &Field<'_>| match field {
        Field::Text(text) if text.len() <= MOST_CHARACTERS => Some(text.clone().into_owned()),
        Field::Text(text) => Some(text.chars().take(MOST_CHARACTERS).collect::<String>()),
        Field::Number(number) => Some(number.to_string()),
        Field::Bool(flag) => Some(flag.to_string()),
        Field::Null | Field::List(_) => None,
    };
    let all: Vec<String> = match &field {
        None => Vec::new(),
        Some(Field::List(items)) => items.iter().take(MOST_VALUES).filter_map(one).collect(),
        Some(field) => one(field).into_iter().collect(),
    };
    all.into_iter().filter(|text| !text.is_empty()).collect()
}
