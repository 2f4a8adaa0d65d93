//! Where a correlation is met.

use std::borrow::Cow;

use crate::record::{Field, FieldMap};

use super::super::Rule;

/// One hit: a stretch of time in which enough came together.
#[derive(Debug, Clone)]
pub struct CorrelationHit<'s, E> {
    /// The correlation.
    pub rule: &'s Rule,
    /// What the records have in common: the names of `group-by` and their values.
    pub group: Vec<(String, String)>,
    /// Seconds since 1970 of its earliest record.
    pub first: i64,
    /// Of its latest one.
    pub last: i64,
    /// How many records it has; of a `temporal_ordered`, how often its end was reached, near ones counted once.
    pub count: u64,
    /// Its earliest records, ten at most.
    pub events: Vec<E>,
}

impl<E> CorrelationHit<'_, E> {
    /// The fields that its message can name.
    pub const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("correlation.count", "How many records"),
        ("correlation.seconds", "From the first record to the last one"),
    ];

    /// The message of a finding.
    pub fn message(&self) -> String {
        let mut fields = FieldMap::default();
        for (name, value) in &self.group {
            fields.set(name.clone(), Field::Text(Cow::Owned(value.clone())));
        }
        fields.set("correlation.count", Field::Number(self.count as f64));
        fields.set("correlation.seconds", Field::Number(self.last.saturating_sub(self.first) as f64));
        self.rule.message(&fields)
    }
}
