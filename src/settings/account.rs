//! `[account]`: what counts as old.

use serde::Deserialize;
use toml::Spanned;

use crate::account::Thresholds;

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    key_rotation_days: Option<Spanned<i64>>,
    unused_days: Option<Spanned<i64>>,
    root_used_days: Option<Spanned<i64>>,
    report_age_hours: Option<Spanned<i64>>,
    agent_roles: Option<Vec<Spanned<String>>>,
}

/// More days or hours than this are a mistake: a hundred years.
const MOST_UNITS: i64 = 876_000;

/// `[account]`; the error says where and what is wrong, and quotes nothing.
pub(super) fn thresholds(written: Written) -> Result<Thresholds, (usize, &'static str)> {
    let mut all = Thresholds::default();
    let numbers = [
        (written.key_rotation_days, &mut all.key_rotation_days),
        (written.unused_days, &mut all.unused_days),
        (written.root_used_days, &mut all.root_used_days),
        (written.report_age_hours, &mut all.report_age_hours),
    ];
    for (written, number) in numbers {
        let Some(written) = written else { continue };
        let at = written.span().start;
        *number = written.into_inner();
        if !(1..=MOST_UNITS).contains(number) {
            return Err((at, "this must be a whole number from 1 on"));
        }
    }
    if let Some(patterns) = written.agent_roles {
        if let Some(empty) = patterns.iter().find(|pattern| pattern.get_ref().trim().is_empty()) {
            return Err((
                empty.span().start,
                "this pattern is empty: write a role's name, with * for any letters",
            ));
        }
        all.agent_roles = patterns.into_iter().map(Spanned::into_inner).collect();
        all.agent_roles_named = true;
    }
    Ok(all)
}
