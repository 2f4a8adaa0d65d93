//! Whether a record meets a detection.

use std::borrow::Cow;

use crate::record::{Field, Record};

use super::condition::Condition;
use super::detection::{Detection, Item};
use super::modifier::Comparison;
use super::pattern::Subject;
use super::value::{Number, Test};

/// Lists inside lists deeper than this are not looked into.
const MOST_LEVELS: usize = 16;

impl Detection {
    /// Whether a record meets the condition.
    pub fn is_met(&self, record: &dyn Record) -> bool {
        self.condition_met(&self.condition, record)
    }

    // The depth of conditions is bounded where they are read.
    fn condition_met(&self, condition: &Condition, record: &dyn Record) -> bool {
        match condition {
            Condition::Search(index) => self.search_met(*index, record),
            Condition::Not(inner) => !self.condition_met(inner, record),
            Condition::All(parts) => parts.iter().all(|part| self.condition_met(part, record)),
            Condition::Any(parts) => parts.iter().any(|part| self.condition_met(part, record)),
            Condition::AtLeast(least, indexes) => {
                let mut met = indexes.iter().filter(|index| self.search_met(**index, record));
                least.checked_sub(1).is_some_and(|before| met.nth(before).is_some())
            }
        }
    }

    fn search_met(&self, index: usize, record: &dyn Record) -> bool {
        let Some(search) = self.searches.get(index) else { return false };
        search.alternatives.iter().any(|items| items.iter().all(|item| item.is_met(record)))
    }
}

impl Item {
    pub(super) fn is_met(&self, record: &dyn Record) -> bool {
        let met = match &self.field {
            Some(name) => self.field_met(name, record),
            None => self.joined(|tests| {
                record.any_text(&mut |text| {
                    let subject = Subject::new(Cow::Borrowed(text));
                    tests.iter().any(|test| keyword_met(test, &subject))
                })
            }),
        };
        met != self.negated
    }

    /// `any` or `all` of the values as they were written.
    fn joined(&self, met: impl Fn(&[Test]) -> bool) -> bool {
        if self.all {
            self.values.iter().all(|tests| met(tests))
        } else {
            self.values.iter().any(|tests| met(tests))
        }
    }

    fn field_met(&self, name: &str, record: &dyn Record) -> bool {
        let field = record.field(name);
        let elements = field.as_ref().map(elements);
        self.joined(|tests| {
            tests.iter().any(|test| match (test, &elements) {
                (Test::Exists(exists), elements) => elements.is_some() == *exists,
                (Test::Null, None) => true,
                (_, None) => false,
                (test, Some(elements)) => elements.iter().any(|element| element_met(test, element, record)),
            })
        })
    }
}

fn keyword_met(test: &Test, subject: &Subject<'_>) -> bool {
    match test {
        Test::Text(test) => test.is_met(subject),
        Test::Regex(regex) => regex.is_match(subject.text()),
        _ => false,
    }
}

/// One value of a record.
pub(super) struct Element<'f> {
    value: Value,
    /// The value as text; `None` for null.
    pub(super) subject: Option<Subject<'f>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Value {
    Text,
    Number(f64),
    Bool(bool),
    Null,
}

/// The values of a field: a list has several. One alone, as nearly all are, needs no memory of its own.
pub(super) enum Elements<'f> {
    One([Element<'f>; 1]),
    Many(Vec<Element<'f>>),
}

impl<'f> std::ops::Deref for Elements<'f> {
    type Target = [Element<'f>];

    fn deref(&self) -> &Self::Target {
        match self {
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

/// The values of a field.
pub(super) fn elements<'f>(field: &'f Field<'_>) -> Elements<'f> {
    if let Some(one) = element(field) {
        return Elements::One([one]);
    }
    let mut all = Vec::new();
    gather(field, 0, &mut all);
    Elements::Many(all)
}

fn gather<'f>(field: &'f Field<'_>, level: usize, all: &mut Vec<Element<'f>>) {
    match field {
        Field::List(items) if level < MOST_LEVELS => {
            items.iter().for_each(|item| gather(item, level + 1, all))
        }
        _ => all.extend(element(field)),
    }
}

/// A value that is no list.
fn element<'f>(field: &'f Field<'_>) -> Option<Element<'f>> {
    let (value, text) = match field {
        Field::Text(text) => (Value::Text, Some(Cow::Borrowed(&**text))),
        Field::Number(number) => (Value::Number(*number), Some(Cow::Owned(number.to_string()))),
        Field::Bool(flag) => (Value::Bool(*flag), Some(Cow::Borrowed(if *flag { "true" } else { "false" }))),
        Field::Null => (Value::Null, None),
        Field::List(_) => return None,
    };
    Some(Element { value, subject: text.map(Subject::new) })
}

fn element_met(test: &Test, element: &Element<'_>, record: &dyn Record) -> bool {
    let Some(subject) = &element.subject else { return matches!(test, Test::Null) };
    match test {
        Test::Null | Test::Exists(_) => false,
        Test::Text(test) => test.is_met(subject),
        Test::Regex(regex) => regex.is_match(subject.text()),
        Test::Network(network) => network.holds(subject.text()),
        Test::Number(number) => number_met(*number, element.value, subject.text()),
        Test::Bool(flag) => match element.value {
            Value::Bool(other) => other == *flag,
            Value::Text => subject.text().eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
            _ => false,
        },
        Test::Order(order, value) => {
            numeric(element.value, subject.text()).is_some_and(|field| order.is_met(field, *value))
        }
        Test::Time(part, order, value) => {
            part.of(subject.text()).map(f64::from).is_some_and(|part| match order {
                Some(order) => order.is_met(part, *value),
                None => part == *value,
            })
        }
        Test::FieldRef { name, comparison, cased } => {
            let Some(other) = record.field(name) else { return false };
            let others = elements(&other);
            let others = others.iter().filter_map(|element| element.subject.as_ref());
            others.into_iter().any(|other| texts_meet(subject, other, *comparison, *cased))
        }
    }
}

/// The number that a value is, also where it is written as text.
fn numeric(value: Value, text: &str) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number),
        // Rust reads `inf` and `nan` as numbers; to a rule they are words.
        Value::Text => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Value::Bool(_) | Value::Null => None,
    }
}

fn number_met(number: Number, value: Value, text: &str) -> bool {
    if let (Value::Text, Some(whole), Ok(other)) = (value, number.whole, text.parse::<i64>()) {
        return whole == other;
    }
    numeric(value, text) == Some(number.float)
}

fn texts_meet(left: &Subject<'_>, right: &Subject<'_>, comparison: Comparison, cased: bool) -> bool {
    let (left, right) = if cased { (left.text(), right.text()) } else { (left.folded(), right.folded()) };
    match comparison {
        Comparison::Contains => left.contains(right),
        Comparison::StartsWith => left.starts_with(right),
        Comparison::EndsWith => left.ends_with(right),
        _ => left == right,
    }
}
