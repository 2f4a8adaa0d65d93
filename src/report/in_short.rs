//! An audit of several surfaces in a line each: what a founder reads.

use super::Report;
use super::inventory::KeyState;
use super::told::{Told, ToldFinding};
use super::verdict::{known_left_out, number};
use crate::finding::Surface;
use crate::reading::Gap;

/// More names are counted.
const FEW: usize = 3;

/// Why a surface has no finding.
pub const NOTHING_THERE: &str = "nothing to audit was found on this surface";

/// The surfaces that were looked at, with a sentence each, without its full stop. Empty where one was asked alone: its
/// own verdict says it.
pub(super) fn in_short(report: &Report<'_>, told: &Told<'_>) -> Vec<(&'static str, String)> {
    report
        .gate
        .surfaces
        .iter()
        .filter_map(|surface| {
            let (name, line) = match surface {
                Surface::Terraform => ("Terraform", terraform(report, told)),
                Surface::Account => ("Account", first(told, &report.account.as_ref()?.verdict, 1)),
                Surface::Trail => ("Sessions", first(told, &report.trail.as_ref()?.verdict, 2)),
                Surface::Inventory => ("Keys", inventory(report, told)?),
                Surface::Gate => return None,
            };
            Some((name, line))
        })
        .collect()
}

/// The worst one by name and place, and how many more.
fn terraform(report: &Report<'_>, told: &Told<'_>) -> String {
    let of_it: Vec<&ToldFinding> =
        told.findings.iter().filter(|finding| finding.surface == Surface::Terraform).collect();
    let is_empty = |gap: &Gap| gap.name == Surface::Terraform.word() && gap.reason == NOTHING_THERE;
    match of_it.as_slice() {
        [] if report.gaps.iter().any(is_empty) => "nothing was read, so nothing can be said".to_owned(),
        [] if known_left_out(report) > 0 => "no new finding; known findings are left out".to_owned(),
        [] if report.gate.left_out > 0 => "no finding with enough confidence".to_owned(),
        [] => "no secret is written to a disk".to_owned(),
        [only] => format!("{} ({})", only.message, only.place.short()),
        [worst, more @ ..] => {
            let more = number(more.len(), "more finding", "more findings");
            format!("{} ({}); {more}", worst.message, worst.place.short())
        }
    }
}

/// The verdict's first sentences.
fn first(told: &Told<'_>, verdict: &[String], most: usize) -> String {
    let sentences: Vec<String> = verdict.iter().take(most).map(|line| told.teller.message(line)).collect();
    sentences.join("; ")
}

/// The keys that are not in order, by name.
fn inventory(report: &Report<'_>, told: &Told<'_>) -> Option<String> {
    let section = report.inventory.as_ref()?;
    let bad: Vec<_> = section.keys.iter().filter(|key| key.state == KeyState::Bad).collect();
    let Some(worst) = bad.first() else {
        return Some(told.teller.message(section.advice().trim_end_matches('.')));
    };
    let all_alike = bad.iter().all(|key| key.status == worst.status);
    let what = if all_alike { worst.status.replace('-', " ") } else { "not in order".to_owned() };
    let mut names: Vec<String> = bad.iter().take(FEW).map(|key| told.teller.name(&key.title)).collect();
    if bad.len() > FEW {
        names.push(format!("{} more", bad.len() - FEW));
    }
    let verb = if bad.len() == 1 { "is" } else { "are" };
    Some(format!("{} of {} {verb} {what}: {}", bad.len(), section.keys.len(), names.join(", ")))
}
