//! From records to findings: which rules they meet.

use super::records::{PRODUCT, SERVICE, records};
use super::{Account, CATEGORIES};
use crate::finding::{Finding, Surface};
use crate::rule::{RuleSet, judged};

/// The findings of an account, not settled yet.
pub fn judge(account: &Account, rules: &RuleSet) -> Vec<Finding> {
    judged::judge(&records(account), (Surface::Account, [PRODUCT, SERVICE], CATEGORIES), rules)
}
