//! What is wrong with an ignore, as a record that rules judge: `rules/gate/*.yml`.

use super::By;
use crate::day::Day;
use crate::finding::{Confidence, Finding, Surface};
use crate::record::FieldMap;
use crate::rule::RuleSet;
use crate::source::{Location, Span};

/// Sigma's `logsource` of these records: product, service and category.
pub const LOGSOURCE: [&str; 3] = ["secretrail", "gate", "ignore"];

/// The fields that rules see, with what they mean: `rules/README.md` lists them.
pub const FIELDS: &[(&str, &str)] = &[
    ("ignore.state", "`invalid`, `expired` or `unused`"),
    ("ignore.by", "`inline`, for a comment in the source, or `settings`"),
    (
        "ignore.rule",
        "the rules that it names, empty where it cannot be read, `a gap` for an `[[accept-gap]]`",
    ),
    ("ignore.until", "its last day, where it is over"),
    ("ignore.problem", "what is wrong with one that is not valid"),
];

/// Something about an ignore that its author should know.
pub(super) struct Notice {
    pub at: Span,
    pub by: By,
    /// The rules that it names; empty where it can't be read. They exist, so they are no secret.
    pub rule: String,
    pub state: State,
}

pub(super) enum State {
    Invalid(&'static str),
    Expired(Day),
    Unused,
}

impl Notice {
    fn record(&self) -> FieldMap {
        let mut record = FieldMap::default();
        record.text("ignore.by", self.by.word());
        record.text("ignore.rule", self.rule.clone());
        match self.state {
            State::Invalid(problem) => {
                record.text("ignore.state", "invalid");
                record.text("ignore.problem", problem);
            }
            State::Expired(day) => {
                record.text("ignore.state", "expired");
                record.text("ignore.until", day.to_string());
            }
            State::Unused => record.text("ignore.state", "unused"),
        }
        record
    }
}

/// The findings about ignores.
pub(super) fn judge(notices: &[Notice], rules: &RuleSet) -> Vec<Finding> {
    let [product, service, category] = LOGSOURCE;
    let judge = rules.judge(product, service, category);
    let mut findings = Vec::new();
    for notice in notices {
        let record = notice.record();
        for rule in judge.met_by(&record) {
            findings.push(Finding {
                rule: rule.name().into(),
                surface: Surface::Gate,
                severity: rule.severity(),
                confidence: rule.confidence().unwrap_or(Confidence::High),
                message: rule.message(&record),
                at: Location { span: notice.at, name: notice.rule.clone() },
                related: Vec::new(),
                secret: None,
                sink: None,
                remediation: None,
                events: None,
                fingerprint: String::new(),
            });
        }
    }
    findings
}
