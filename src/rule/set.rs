//! All rules of a run, and those for one kind of record.

use std::collections::BTreeMap;
use std::hash::Hash;

use rayon::prelude::*;

use crate::record::{FieldMap, Record};

use super::correlation::{self, Correlator};
use super::index::Index;
use super::problem::RuleError;
use super::value::Placeholders;
use super::{Rule, read_file};

/// The rules of a run, ordered by name.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    unusable: Vec<RuleError>,
    /// Correlations and the rules that they refer to, in their order.
    correlations: Vec<(usize, Vec<usize>)>,
}

impl RuleSet {
    /// Reads the embedded rules and those of the user; each is a file's name and its text.
    ///
    /// # Errors
    /// All rules that have to be mended, and names that stand twice. Sound rules that this version
    /// can't run are no error: see [`RuleSet::unusable`].
    pub fn load(embedded: &[(&str, &str)], extra: Vec<(String, String)>) -> Result<Self, Vec<RuleError>> {
        let set = Self::load_usable(embedded, extra, &Placeholders::new());
        let wrong: Vec<RuleError> = set.unusable.iter().filter(|error| !error.unsupported).cloned().collect();
        if wrong.is_empty() { Ok(set) } else { Err(wrong) }
    }

    /// Reads what can be used; all others are told by [`RuleSet::unusable`].
    pub fn load_usable(
        embedded: &[(&str, &str)],
        extra: Vec<(String, String)>,
        placeholders: &Placeholders,
    ) -> Self {
        let mut by_name: BTreeMap<String, Rule> = BTreeMap::new();
        let mut unusable = Vec::new();
        let ours = embedded.iter().map(|(file, text)| (*file, *text));
        let theirs = extra.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        let files: Vec<(&str, &str)> = ours.chain(theirs).collect();
        // Most of a short run's time before the first event.
        let read: Vec<_> = files.par_iter().map(|(file, text)| read_file(file, text, placeholders)).collect();
        for ((file, _), rules) in files.into_iter().zip(read) {
            for rule in rules {
                match rule {
                    Err(errors) => unusable.extend(errors),
                    Ok(rule) if by_name.contains_key(rule.name()) => {
                        let message = format!("a rule is already named `{}`: rename this file", rule.name());
                        let file = file.to_owned();
                        unusable.push(RuleError { file, line: 1, column: 1, message, unsupported: false });
                    }
                    Ok(rule) => drop(by_name.insert(rule.name().to_owned(), rule)),
                }
            }
        }
        let rules = by_name.into_values().collect();
        let mut set = Self { rules, unusable, correlations: Vec::new() };
        correlation::join(&mut set.rules, &mut set.correlations, &mut set.unusable);
        set
    }

    /// Why files given to this set are not among its rules.
    pub fn unusable(&self) -> &[RuleError] {
        &self.unusable
    }

    /// All rules, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule of a name.
    pub fn get(&self, name: &str) -> Option<&Rule> {
        let at = self.rules.binary_search_by(|rule| rule.name().cmp(name)).ok()?;
        self.rules.get(at)
    }

    /// The rules for records of this product, service and category.
    #[cfg(test)]
    pub fn rules_for<'s>(
        &'s self,
        product: &'s str,
        service: &'s str,
        category: &'s str,
    ) -> impl Iterator<Item = &'s Rule> {
        self.rules.iter().filter(move |rule| rule.file().logsource.covers(product, service, category))
    }

    /// The same rules, ready to judge many records fast.
    pub fn judge(&self, product: &str, service: &str, category: &str) -> Judge<'_> {
        // No record meets a correlation.
        let is_asked = |rule: &&Rule| {
            let file = rule.file();
            file.correlation.is_none() && file.logsource.covers(product, service, category)
        };
        let rules: Vec<&Rule> = self.rules.iter().filter(is_asked).collect();
        let index = Index::new(rules.iter().map(|rule| &rule.file().detection));
        Judge { rules, index }
    }

    /// The correlations of rules for records of this product, service and category.
    pub fn correlator<E: Copy + Ord + Hash>(
        &self,
        product: &str,
        service: &str,
        category: &str,
    ) -> Correlator<'_, E> {
        let covered = |rule: &&Rule| rule.file().logsource.covers(product, service, category);
        let all = self.correlations.iter().filter_map(|(correlation, bases)| {
            let bases: Option<Vec<&Rule>> = bases.iter().map(|base| self.rules.get(*base)).collect();
            Some((self.rules.get(*correlation)?, bases?))
        });
        Correlator::new(all.filter(|(_, bases)| bases.iter().all(covered)))
    }

    /// Whether records, with their times, meet a correlation of this set.
    pub fn correlates(&self, name: &str, records: &[(i64, FieldMap)]) -> bool {
        let of_rule = self
            .correlations
            .iter()
            .find(|(at, _)| self.rules.get(*at).is_some_and(|rule| rule.name() == name));
        let Some((at, bases)) = of_rule else { return false };
        let bases: Vec<&Rule> = bases.iter().filter_map(|base| self.rules.get(*base)).collect();
        let Some(rule) = self.rules.get(*at) else { return false };
        let mut correlator = Correlator::new(std::iter::once((rule, bases.clone())));
        for (number, (time, record)) in records.iter().enumerate() {
            for base in bases.iter().filter(|base| base.matches(record)) {
                correlator.feed(base, *time, number, record);
            }
        }
        !correlator.finish().hits.is_empty()
    }
}

/// Judges records of one kind: tries only the rules whose required values a record has.
#[derive(Debug)]
pub struct Judge<'s> {
    rules: Vec<&'s Rule>,
    index: Index,
}

impl<'s> Judge<'s> {
    /// The rules that a record meets, ordered by name.
    pub fn met_by(&self, record: &dyn Record) -> Vec<&'s Rule> {
        let candidates = self.index.candidates(record);
        let rules = candidates.into_iter().filter_map(|number| self.rules.get(number).copied());
        rules.filter(|rule| rule.matches(record)).collect()
    }

    /// The rules that a record could meet as far as a few of its fields tell: the same for all records that have
    /// these fields in common.
    pub fn possible(&self, record: &dyn Record, fields: &[&str]) -> Vec<&'s Rule> {
        let numbers = self.index.possible(record, fields).into_iter();
        numbers.filter_map(|number| self.rules.get(number).copied()).collect()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
