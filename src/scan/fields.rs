//! What records there are, which fields they have, and what a rule says of them that can't be.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{CATEGORY, PRODUCT, SERVICE, STATE};
use crate::account;
use crate::flow::Flow;
use crate::flow::state::StateExposure;
use crate::inventory;
use crate::nearest::did_you_mean;
use crate::rule::{Possible, Problem, Rule};
use crate::sighting;
use crate::silence;
use crate::trail;

/// Product, service and category of records, and their fields with what they mean.
type Kind = ([&'static str; 3], &'static [(&'static str, &'static str)]);

/// All records of ours.
pub static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let mut kinds: Vec<Kind> = vec![
        ([PRODUCT, SERVICE, CATEGORY], Flow::FIELDS),
        ([PRODUCT, SERVICE, STATE], StateExposure::FIELDS),
        (silence::LOGSOURCE, silence::FIELDS),
    ];
    let of_account = account::CATEGORIES.iter();
    kinds.extend(of_account.map(|kind| ([account::PRODUCT, account::SERVICE, kind.name], kind.fields)));
    let of_inventory = inventory::CATEGORIES.iter();
    kinds.extend(of_inventory.map(|kind| ([inventory::PRODUCT, inventory::SERVICE, kind.name], kind.fields)));
    kinds.push((trail::SESSION, trail::FIELDS));
    kinds.push((sighting::LOGSOURCE, sighting::FIELDS));
    kinds
});

/// Fields that have only the words that stand in quotes in their description.
const CLOSED: &[&str] = &[
    "origin.kind",
    "sink.kind",
    "sink.lifetime",
    "sink.host",
    "confidence",
    "cloud",
    "file.kind",
    "sighting.kind",
    "place.kind",
    "ignore.state",
    "ignore.by",
];

/// The records that a rule judges, and what their fields can be.
struct Judged(Vec<(&'static str, &'static str)>);

impl Judged {
    fn by(rule: &Rule) -> Self {
        let logsource = &rule.file().logsource;
        let kinds = KINDS
            .iter()
            .filter(|([product, service, category], _)| logsource.covers(product, service, category));
        Self(kinds.flat_map(|(_, fields)| fields.iter().copied()).collect())
    }

    fn possible(&self, field: &str) -> Possible {
        let Some((_, meaning)) = self.0.iter().find(|(name, _)| *name == field) else {
            return Possible::Missing;
        };
        if !CLOSED.contains(&field) {
            return Possible::Anything;
        }
        Possible::Words(meaning.split('`').skip(1).step_by(2).map(str::to_owned).collect())
    }
}

/// Whether it judges records of ours, and says so.
fn is_ours(rule: &Rule) -> bool {
    rule.file().logsource.product.as_deref().is_some_and(|product| product.eq_ignore_ascii_case(PRODUCT))
}

/// Why no record can ever meet a rule; `None` where one could, and for rules that judge other records than ours.
pub fn never_met(rule: &Rule) -> Option<String> {
    if !is_ours(rule) {
        return None;
    }
    let judged = Judged::by(rule);
    if judged.0.is_empty() {
        return Some(unknown_logsource(rule));
    }
    if rule.can_be_met(&|field| judged.possible(field)) {
        return None;
    }
    let unknown = rule.fields().find(|field| judged.possible(field) == Possible::Missing);
    let wrong = rule.impossible_values(&|field| judged.possible(field)).into_iter().next();
    Some(match (unknown, wrong) {
        (Some(field), _) => format!("no record has the field `{field}`{}", judged.near(field)),
        (None, Some((field, value))) => {
            format!("`{field}` is never `{value}`{}", judged.near_value(&field, &value))
        }
        (None, None) => "no record can match its condition".to_owned(),
    })
}

/// What a rule says that can't be.
pub(super) fn mistakes(rule: &Rule, text: &str) -> Vec<Problem> {
    let judged = Judged::by(rule);
    let line = |word: &str| text.lines().position(|line| line.contains(word)).map_or(1, |line| line + 1);
    if judged.0.is_empty() {
        let told = is_ours(rule).then(|| Problem {
            line: line("logsource"),
            column: 1,
            message: unknown_logsource(rule),
            is_error: true,
        });
        return told.into_iter().collect();
    }
    let unknown: BTreeSet<&str> =
        rule.fields().filter(|field| judged.possible(field) == Possible::Missing).collect();
    let unknown = unknown.into_iter().map(|field| {
        let near = judged.near(field);
        let message = format!("no record has the field `{field}`{near}: rules/README.md lists them");
        Problem { line: line(field), column: 1, message, is_error: is_ours(rule) }
    });
    let wrong = rule.impossible_values(&|field| judged.possible(field)).into_iter();
    let wrong = wrong.map(|(field, value)| {
        let near = judged.near_value(&field, &value);
        let message = format!("`{field}` is never `{value}`{near}: rules/README.md lists its values");
        Problem { line: line(&field), column: 1, message, is_error: false }
    });
    unknown.chain(wrong).collect()
}

impl Judged {
    fn near(&self, field: &str) -> String {
        did_you_mean(field, self.0.iter().map(|(name, _)| *name))
    }

    fn near_value(&self, field: &str, value: &str) -> String {
        match self.possible(field) {
            Possible::Words(words) => did_you_mean(value, words.iter().map(String::as_str)),
            _ => String::new(),
        }
    }
}

/// Which part of the logsource names no records.
fn unknown_logsource(rule: &Rule) -> String {
    let logsource = &rule.file().logsource;
    let known = |at: usize, text: &str| {
        KINDS.iter().any(|(source, _)| source.get(at).is_some_and(|word| word.eq_ignore_ascii_case(text)))
    };
    for (at, what, word) in [(1, "service", &logsource.service), (2, "category", &logsource.category)] {
        if let Some(word) = word.as_deref().filter(|word| !known(at, word)) {
            let near = did_you_mean(word, KINDS.iter().filter_map(|(source, _)| source.get(at).copied()));
            return format!("`{PRODUCT}` has no records of the {what} `{word}`{near}");
        }
    }
    format!("`{PRODUCT}` has no records of this service and category")
}
