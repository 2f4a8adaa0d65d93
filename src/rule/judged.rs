//! Records of a surface on their way through the rules: each with what a finding about it needs.

use super::RuleSet;
use crate::finding::{Confidence, Finding, SecretFacts, Surface};
use crate::record::{Field, FieldMap};
use crate::source::{Location, Span};

/// One kind of record.
#[derive(Debug, Clone, Copy)]
pub struct Category {
    /// The category of Sigma's `logsource`.
    pub name: &'static str,
    /// What one record is.
    pub what: &'static str,
    /// Its fields and what they mean.
    pub fields: &'static [(&'static str, &'static str)],
}

/// A record, and what a finding about it needs.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Its kind.
    pub category: &'static str,
    /// Its fields.
    pub record: FieldMap,
    /// Where it is told.
    pub at: Location,
    /// The key that it is about, so that findings about two keys of one name stay apart.
    pub secret: Option<SecretFacts>,
    /// How sure a finding is, where its rule does not say.
    pub confidence: Confidence,
}

impl Judged {
    /// A record without fields.
    pub fn new(category: &'static str, at: Span, name: &str) -> Self {
        Self {
            category,
            record: FieldMap::default(),
            at: Location { span: at, name: name.to_owned() },
            secret: None,
            confidence: Confidence::High,
        }
    }

    /// Sets a field to a number.
    pub fn number(&mut self, name: &'static str, number: i64) {
        self.record.set(name, Field::Number(number as f64));
    }

    /// Sets a field to a list of texts.
    pub fn list(&mut self, name: &'static str, items: impl IntoIterator<Item = impl Into<String>>) {
        let items = items.into_iter().map(|item| Field::Text(item.into().into())).collect();
        self.record.set(name, Field::List(items));
    }
}

/// What the rules say of records, not settled yet: kind by kind, in the order of the kinds.
pub fn judge(
    records: &[Judged],
    (surface, [product, service], kinds): (Surface, [&str; 2], &[Category]),
    rules: &RuleSet,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for kind in kinds {
        let judge = rules.judge(product, service, kind.name);
        for judged in records.iter().filter(|judged| judged.category == kind.name) {
            for rule in judge.met_by(&judged.record) {
                findings.push(Finding {
                    rule: rule.name().into(),
                    surface,
                    severity: rule.severity(),
                    confidence: rule.confidence().unwrap_or(judged.confidence),
                    message: rule.message(&judged.record),
                    remediation: rule.remediation_for(&judged.record).map(str::to_owned),
                    at: judged.at.clone(),
                    related: Vec::new(),
                    events: None,
                    secret: judged.secret.clone(),
                    sink: None,
                    fingerprint: String::new(),
                });
            }
        }
    }
    findings
}
