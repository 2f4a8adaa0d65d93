//! From records to findings: which rules they meet.

use super::check::Checked;
use super::records::{CATEGORIES, PRODUCT, SERVICE, records};
use super::{Inventory, Thresholds};
use crate::finding::{Finding, Surface};
use crate::rule::RuleSet;

/// The findings of a list that was held against the stores, not settled yet.
pub fn judge(
    inventory: &Inventory,
    checked: &Checked,
    thresholds: &Thresholds,
    rules: &RuleSet,
) -> Vec<Finding> {
    let records = records(inventory, checked, thresholds);
    let mut findings = Vec::new();
    for category in CATEGORIES {
        let judge = rules.judge(PRODUCT, SERVICE, category.name);
        for judged in records.iter().filter(|judged| judged.category == category.name) {
            for rule in judge.met_by(&judged.record) {
                findings.push(Finding {
                    rule: rule.name().into(),
                    surface: Surface::Inventory,
                    severity: rule.severity(),
                    confidence: rule.confidence().unwrap_or(judged.confidence),
                    message: rule.message(&judged.record),
                    remediation: rule.remediation_for(&judged.record).map(str::to_owned),
                    at: judged.at.clone(),
                    related: Vec::new(),
                    secret: judged.secret.clone(),
                    sink: None,
                    events: None,
                    fingerprint: String::new(),
                });
            }
        }
    }
    findings
}
