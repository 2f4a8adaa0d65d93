//! Which rules are worth trying on a record: those whose required values it has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::record::Record;

use super::condition::Condition;
use super::detection::{Detection, Item};
use super::matching::elements;

/// For a field, the texts (folded) of which the record must have one.
type Required = BTreeMap<String, BTreeSet<String>>;

/// What a record must have to meet a detection, as far as that can be told without trying. Every
/// field alone is necessary.
fn required(detection: &Detection, condition: &Condition) -> Required {
    let search = |index: &usize| match detection.searches.get(*index) {
        Some(search) => any_of(search.alternatives.iter().map(|items| all_of(items.iter().map(of_item)))),
        None => Required::new(),
    };
    match condition {
        Condition::Search(index) => search(index),
        Condition::Not(_) => Required::new(),
        Condition::All(parts) => all_of(parts.iter().map(|part| required(detection, part))),
        Condition::Any(parts) => any_of(parts.iter().map(|part| required(detection, part))),
        Condition::AtLeast(least, indexes) if *least == indexes.len() => all_of(indexes.iter().map(search)),
        Condition::AtLeast(_, indexes) => any_of(indexes.iter().map(search)),
    }
}

fn of_item(item: &Item) -> Required {
    let Some(field) = item.field.as_ref().filter(|_| !item.negated) else { return Required::new() };
    let texts =
        |tests: &Vec<_>| tests.iter().map(super::value::Test::only_text).collect::<Option<BTreeSet<_>>>();
    let values = if item.all {
        item.values.iter().find_map(texts)
    } else {
        let all: Option<Vec<BTreeSet<String>>> = item.values.iter().map(texts).collect();
        all.map(|all| all.into_iter().flatten().collect())
    };
    values.map(|values| (field.clone(), values)).into_iter().collect()
}

/// All must be met: each requirement of each stands. Of two for one field the smaller one serves.
fn all_of(parts: impl Iterator<Item = Required>) -> Required {
    let mut all = Required::new();
    for (field, values) in parts.flatten() {
        match all.get(&field) {
            Some(known) if known.len() <= values.len() => {}
            _ => drop(all.insert(field, values)),
        }
    }
    all
}

/// Any may be met: a field is required if all ask for it, with the values of all.
fn any_of(mut parts: impl Iterator<Item = Required>) -> Required {
    let Some(mut all) = parts.next() else { return Required::new() };
    for mut part in parts {
        all.retain(|field, values| match part.remove(field) {
            Some(others) => {
                values.extend(others);
                true
            }
            None => false,
        });
    }
    all
}

/// Finds the rules (by number) that a record could meet.
#[derive(Debug, Default)]
pub(super) struct Index {
    required: Vec<Required>,
    fields: Vec<(String, HashMap<String, Vec<usize>>)>,
    always: Vec<usize>,
}

impl Index {
    /// An index of detections; their numbers are their positions.
    pub(super) fn new<'d>(detections: impl Iterator<Item = &'d Detection>) -> Self {
        let all: Vec<Required> =
            detections.map(|detection| required(detection, &detection.condition)).collect();
        // A field with many different values over all rules tells more rules apart: `eventName`
        // rather than `eventSource`.
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (field, texts) in all.iter().flatten() {
            values.entry(field).or_default().extend(texts.iter().map(String::as_str));
        }
        let mut fields: BTreeMap<&str, HashMap<String, Vec<usize>>> = BTreeMap::new();
        let mut always = Vec::new();
        for (number, required) in all.iter().enumerate() {
            let told_apart = |field: &str| values.get(field).map_or(0, BTreeSet::len);
            let Some((field, texts)) = required.iter().max_by_key(|(field, _)| told_apart(field)) else {
                always.push(number);
                continue;
            };
            let slots = fields.entry(field).or_default();
            for text in texts {
                slots.entry(text.clone()).or_default().push(number);
            }
        }
        let fields = fields.into_iter().map(|(field, slots)| (field.to_owned(), slots)).collect();
        Self { required: all, fields, always }
    }

    /// The numbers of the detections that a record could meet as far as a few of its fields tell, in order.
    pub(super) fn possible(&self, record: &dyn Record, fields: &[&str]) -> Vec<usize> {
        let has = |field: &str, texts: &BTreeSet<String>| {
            record.field(field).is_some_and(|value| {
                let all = elements(&value);
                let mut subjects = all.iter().filter_map(|element| element.subject.as_ref());
                subjects.any(|subject| texts.contains(subject.folded()))
            })
        };
        let could = |required: &Required| {
            fields.iter().all(|field| required.get(*field).is_none_or(|texts| has(field, texts)))
        };
        let all = self.required.iter().enumerate();
        all.filter(|(_, required)| could(required)).map(|(number, _)| number).collect()
    }

    /// The numbers of the detections that a record could meet, in order.
    pub(super) fn candidates(&self, record: &dyn Record) -> Vec<usize> {
        let mut found = self.always.clone();
        for (name, slots) in &self.fields {
            let Some(field) = record.field(name) else { continue };
            for element in elements(&field).iter() {
                let slot = element.subject.as_ref().and_then(|subject| slots.get(subject.folded()));
                found.extend(slot.into_iter().flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
