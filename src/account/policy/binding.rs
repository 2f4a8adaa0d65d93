//! Conditions that look like a limit and are none.

use super::document::{Condition, Statement};

const MFA: &str = "aws:MultiFactorAuthPresent";
const REGION: &str = "aws:RequestedRegion";

/// Whether the conditions of an Allow limit it. `BoolIfExists` on MFA does not: calls that are signed with an access key
/// have no such value, so it holds for them.
pub fn limits_allow(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| !is(condition, MFA, "boolifexists"))
}

/// Whether a Deny under conditions limits an administrator. Not so where it leaves IAM alone, where it is about Regions,
/// which IAM has none of, and where it is `Bool` on MFA: a call signed with an access key has no such value, so it is
/// not denied.
pub fn limits_by_deny(deny: &Statement) -> bool {
    let leaves_iam =
        deny.actions.all_but && deny.actions.iter().any(|pattern| super::glob::covers(pattern, "iam:*"));
    let is_none =
        |condition: &Condition| is(condition, MFA, "bool") || condition.key.eq_ignore_ascii_case(REGION);
    // All conditions of a Deny must hold for it to work: one that does not is enough.
    !leaves_iam && !deny.conditions.iter().any(is_none)
}

fn is(condition: &Condition, key: &str, operator: &str) -> bool {
    condition.key.eq_ignore_ascii_case(key) && condition.operator.eq_ignore_ascii_case(operator)
}
