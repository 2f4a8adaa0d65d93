//! Correlations (Sigma correlations 2.0): what single records do not say, but several together do.
//!
//! The rules that a correlation refers to are judged as all others; the [`Correlator`] is fed with what they
//! met, in any order, and tells at the end where enough of it came together. Where the specification leaves a
//! choice:
//!
//! * A window is the timespan after any record, both ends included: 10 minutes from 10:00 end with 10:10.
//! * Windows that overlap are one hit, so a burst is told once, with its beginning and its end.
//! * Conditions that can end with one record more (`lt`, `lte`, `eq`, `neq`) look at windows that follow one
//!   another: each begins at the first record after the one before has ended.
//! * A record without one of the `group-by` fields, or with an empty one, has nothing in common with others: it is
//!   not counted. So is a record without the `field` whose values are counted.
//! * Logs know the second, not more: two records of one second are in order both ways. One record alone is never
//!   two steps of a `temporal_ordered`.
//! * Rules in the correlation's own file make no findings of their own, unless it says `generate: true`. Rules of
//!   other files always do: adding a correlation must not silence a gate.
//! * Of values that come again and again only some records are kept (see `thin`): no hit is lost, but where a count of
//!   values or a `temporal` begins and ends is told to an eighth of the timespan.
//! * `differ-by` is our own: a field whose value must change from one step of a `temporal_ordered` to the next.

mod correlator;
mod dense;
mod group;
mod hit;
mod join;
mod note;
mod ordered;
mod read;
mod successive;
mod thin;

pub use correlator::{Correlated, Correlator};
pub use hit::CorrelationHit;
pub(super) use join::join;
pub use note::{Note, Watched};
pub(super) use read::read;

use super::problem::Place;

/// What a correlation document says.
#[derive(Debug, Clone)]
pub struct Correlation {
    pub(super) kind: Kind,
    /// Names or ids of rules, in the order written.
    pub(super) rules: Vec<(String, Place)>,
    pub(super) group_by: Vec<String>,
    /// Seconds.
    pub(super) timespan: i64,
    /// As it is written, for people.
    pub(super) timespan_text: String,
    pub(super) condition: Vec<(Operator, u64)>,
    /// The fields whose values are counted.
    pub(super) fields: Vec<String>,
    /// The field that must differ from step to step.
    pub(super) differ_by: Option<String>,
    pub(super) aliases: Vec<Alias>,
    /// Whether its rules make findings of their own.
    pub(super) generate: bool,
}

/// A name in `group-by` that stands for another field in each rule.
#[derive(Debug, Clone)]
pub(super) struct Alias {
    pub(super) name: String,
    /// Rule (as referred to) and its field.
    pub(super) fields: Vec<(String, String)>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// How many records.
    EventCount,
    /// How many different values.
    ValueCount,
    /// All rules, in any order.
    Temporal,
    /// All rules, one after another.
    TemporalOrdered,
}

impl Kind {
    pub(super) const ALL: &'static [(&'static str, Self)] = &[
        ("event_count", Self::EventCount),
        ("value_count", Self::ValueCount),
        ("temporal", Self::Temporal),
        ("temporal_ordered", Self::TemporalOrdered),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// How a count is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    More,
    AtLeast,
    Less,
    AtMost,
    Equal,
    Other,
}

impl Operator {
    /// Each with the word in a rule and the words for people.
    pub(super) const ALL: &'static [(&'static str, Self, &'static str)] = &[
        ("gt", Self::More, "more than"),
        ("gte", Self::AtLeast, "at least"),
        ("lt", Self::Less, "fewer than"),
        ("lte", Self::AtMost, "at most"),
        ("eq", Self::Equal, "exactly"),
        ("neq", Self::Other, "other than"),
    ];

    pub(super) fn is_met(self, count: u64, value: u64) -> bool {
        match self {
            Self::More => count > value,
            Self::AtLeast => count >= value,
            Self::Less => count < value,
            Self::AtMost => count <= value,
            Self::Equal => count == value,
            Self::Other => count != value,
        }
    }
}

impl Correlation {
    /// The least count that meets the condition, where one record more never ends it.
    pub(super) fn least(&self) -> Option<u64> {
        let least = self.condition.iter().map(|(operator, value)| match operator {
            Operator::AtLeast => Some(*value),
            Operator::More => Some(value.saturating_add(1)),
            _ => None,
        });
        let least: Option<Vec<u64>> = least.collect();
        least.map(|all| all.into_iter().max().unwrap_or(self.rules.len() as u64).max(1))
    }

    /// The field that a `group-by` name stands for in one of the rules.
    pub(super) fn group_field<'c>(&'c self, name: &'c str, rule: &str) -> &'c str {
        let alias = self.aliases.iter().find(|alias| alias.name == name);
        let field = alias.and_then(|alias| alias.fields.iter().find(|(other, _)| other == rule));
        field.map_or(name, |(_, field)| field)
    }

    /// The fields that it names.
    pub(super) fn named_fields(&self) -> impl Iterator<Item = &str> {
        let grouped = self.group_by.iter().flat_map(|name| {
            let own = self.aliases.iter().find(|alias| alias.name == *name);
            let aliased = own.iter().flat_map(|alias| alias.fields.iter().map(|(_, field)| field.as_str()));
            let aliased: Vec<&str> = aliased.collect();
            if aliased.is_empty() { vec![name.as_str()] } else { aliased }
        });
        grouped.chain(self.fields.iter().map(String::as_str)).chain(self.differ_by.as_deref())
    }

    /// What it looks for, in words.
    pub fn told(&self) -> String {
        let rules: Vec<&str> = self.rules.iter().map(|(name, _)| name.as_str()).collect();
        let mut text = match self.kind {
            Kind::EventCount => format!("records of {}", rules.join(" or ")),
            Kind::ValueCount => {
                format!("different {} in records of {}", self.fields.join(" and "), rules.join(" or "))
            }
            Kind::Temporal => format!("records of {}, in any order", rules.join(" and ")),
            Kind::TemporalOrdered => format!("records of {}", rules.join(", then ")),
        };
        let counts: Vec<String> = self
            .condition
            .iter()
            .map(|(operator, value)| {
                let words = Operator::ALL
                    .iter()
                    .find(|(_, other, _)| other == operator)
                    .map_or("", |(_, _, words)| words);
                format!("{words} {value}")
            })
            .collect();
        if !counts.is_empty() {
            text = format!("{} {text}", counts.join(" and "));
        }
        text.push_str(&format!(" within {}", self.timespan_text));
        if !self.group_by.is_empty() {
            text.push_str(&format!(", with the same {}", self.group_by.join(" and ")));
        }
        if let Some(field) = &self.differ_by {
            text.push_str(&format!(", each with another {field} than the one before"));
        }
        format!("{} ({})", text, self.kind.word())
    }
}
