//! From records to findings: which rules they meet.

use super::check::Checked;
use super::records::{CATEGORIES, PRODUCT, SERVICE, records};
use super::{Inventory, Thresholds};
use crate::finding::{Finding, Surface};
use crate::rule::{RuleSet, judged};

/// The findings of a list that was held against the stores, not settled yet.
pub fn judge(
    inventory: &Inventory,
    checked: &Checked,
    thresholds: &Thresholds,
    rules: &RuleSet,
) -> Vec<Finding> {
    let records = records(inventory, checked, thresholds);
    judged::judge(&records, (Surface::Inventory, [PRODUCT, SERVICE], CATEGORIES), rules)
}
