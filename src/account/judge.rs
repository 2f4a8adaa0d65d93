//! From records to findings: which rules they meet.

use super::records::{PRODUCT, SERVICE, records};
use super::{Account, CATEGORIES};
use crate::finding::{Finding, Surface};
use crate::rule::RuleSet;

/// The findings of an account, not settled yet.
pub fn judge(account: &Account, rules: &RuleSet) -> Vec<Finding> {
    let records = records(account);
    let mut findings = Vec::new();
    for category in CATEGORIES {
        let judge = rules.judge(PRODUCT, SERVICE, category.name);
        for judged in records.iter().filter(|judged| judged.category == category.name) {
            for rule in judge.met_by(&judged.record) {
                findings.push(Finding {
                    rule: rule.name().into(),
                    surface: Surface::Account,
                    severity: rule.severity(),
                    confidence: rule.confidence().unwrap_or(judged.confidence),
                    message: rule.message(&judged.record),
                    remediation: rule.remediation_for(&judged.record).map(str::to_owned),
                    at: judged.at.clone(),
                    related: Vec::new(),
                    secret: judged.key.clone(),
                    sink: None,
                    events: None,
                    fingerprint: String::new(),
                });
            }
        }
    }
    findings
}
