//! What correlations need to know of a record: worked out without the correlator, so that threads rarely wait for it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::record::{Field, Record};

use super::super::Rule;
use super::{Correlation, Kind};

/// Most values of one list that are counted.
const MOST_VALUES: usize = 64;
/// Characters of a value that tell groups apart.
const MOST_CHARACTERS: usize = 256;

/// The correlations of one kind of record.
#[derive(Debug, Default)]
pub struct Watched<'s> {
    correlations: Vec<&'s Correlation>,
    /// For a rule's name: which correlations refer to it, and as which of their rules.
    slots: HashMap<&'s str, Vec<(usize, usize)>>,
}

/// A record that met a rule, as one correlation sees it.
#[derive(Debug)]
pub struct Note<E> {
    /// Which correlation.
    pub(super) watch: usize,
    /// As which of its rules.
    pub(super) slot: usize,
    pub(super) time: i64,
    pub(super) event: E,
    /// The values of the group fields.
    pub(super) key: Vec<String>,
    /// What makes it another record.
    pub(super) values: Vec<u64>,
}

impl<'s> Watched<'s> {
    /// One correlation more, with the rules that it refers to, in its order.
    pub(super) fn add(&mut self, correlation: &'s Correlation, bases: &[&'s Rule]) {
        for (slot, base) in bases.iter().enumerate() {
            self.slots.entry(base.name()).or_default().push((self.correlations.len(), slot));
        }
        self.correlations.push(correlation);
    }

    /// Whether a correlation refers to a rule.
    pub fn counts(&self, rule: &Rule) -> bool {
        self.slots.contains_key(rule.name())
    }

    /// Notes a record of a time that met a rule, for each correlation that counts it.
    pub fn note<E: Copy + Hash>(
        &self,
        (rule, time, event): (&Rule, i64, E),
        record: &dyn Record,
        into: &mut Vec<Note<E>>,
    ) {
        let places = self.slots.get(rule.name()).map(Vec::as_slice).unwrap_or_default();
        into.extend(places.iter().filter_map(|(watch, slot)| {
            let correlation = self.correlations.get(*watch)?;
            let key = key(correlation, *slot, record)?;
            let values = told_apart(correlation, *slot, event, record);
            let note = Note { watch: *watch, slot: *slot, time, event, key, values };
            (!note.values.is_empty()).then_some(note)
        }));
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
