//! Whether a rule can be met at all: what records it judges, and which values their fields can have.

use crate::record::FieldMap;

use super::Rule;
use super::condition::Condition;
use super::detection::{Item, Search};

/// What a field of a record can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Possible {
    /// No record has it.
    Missing,
    /// One of these words.
    Words(Vec<String>),
    /// Anything.
    Anything,
}

impl Rule {
    /// Whether some record could meet it.
    pub fn can_be_met(&self, possible: &dyn Fn(&str) -> Possible) -> bool {
        let detection = &self.file().detection;
        let can =
            |index: usize| detection.searches.get(index).is_some_and(|search| search.can_be_met(possible));
        condition_can(&detection.condition, &can)
    }

    /// Fields with a text that they can't have, in the order of the file.
    pub fn impossible_values(&self, possible: &dyn Fn(&str) -> Possible) -> Vec<(String, String)> {
        let remedies = self.file().remedies.iter().flat_map(|remedy| &remedy.when.searches);
        let searches = self.file().detection.searches.iter().chain(remedies);
        let items = searches.flat_map(|search| search.alternatives.iter().flatten());
        let mut all = Vec::new();
        for item in items {
            let Some(field) = &item.field else { continue };
            let Possible::Words(words) = possible(field) else { continue };
            let texts = item.values.iter().flatten().filter_map(super::value::Test::only_text);
            let wrong = texts.filter(|text| !words.contains(text)).map(|text| (field.clone(), text));
            all.extend(wrong);
        }
        all
    }
}

/// What is denied could be met: only what is asked for is looked at.
fn condition_can(condition: &Condition, can: &dyn Fn(usize) -> bool) -> bool {
    match condition {
        Condition::Search(index) => can(*index),
        Condition::Not(_) => true,
        Condition::All(parts) => parts.iter().all(|part| condition_can(part, can)),
        Condition::Any(parts) => parts.iter().any(|part| condition_can(part, can)),
        Condition::AtLeast(least, indexes) => indexes.iter().filter(|index| can(**index)).count() >= *least,
    }
}

impl Search {
    fn can_be_met(&self, possible: &dyn Fn(&str) -> Possible) -> bool {
        self.alternatives.iter().any(|items| items.iter().all(|item| item.can_be_met(possible)))
    }
}

impl Item {
    fn can_be_met(&self, possible: &dyn Fn(&str) -> Possible) -> bool {
        let Some(field) = &self.field else { return true };
        match possible(field) {
            Possible::Anything => true,
            Possible::Missing => self.is_met(&FieldMap::default()),
            // Some fields may be null, too.
            Possible::Words(_) if self.is_met(&FieldMap::default()) => true,
            Possible::Words(words) => words.into_iter().any(|word| {
                let mut record = FieldMap::default();
                record.set(field.clone(), crate::record::Field::Text(word.into()));
                self.is_met(&record)
            }),
        }
    }
}
