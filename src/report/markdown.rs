//! For a pull-request comment or a job summary.
//!
//! A comment on GitHub holds 65,536 characters. What does not fit is left out, the least severe first,
//! and counted.

mod account;
pub(super) mod escape;
mod inventory;
mod trail;

use std::io::{self, Write};

use self::escape::{code, html_code, prose};
use super::Report;
use super::in_short::in_short;
use super::shown::clipped;
use super::told::{Group, Told, ToldFinding, ToldGap, grouped};
use super::verdict::{number, untold, verdict};
use crate::finding::Surface;

/// Bytes after which no more rows, details and gaps are added: each part leaves room for the next, and
/// the whole page stays under 60,000.
const MOST_WITH_ROWS: usize = 24_000;
const MOST_WITH_DETAILS: usize = 48_000;
const MOST_WITH_GAPS: usize = 58_000;
/// Characters of a cell, and of a line in the details.
const CELL: usize = 160;
const LINE: usize = 300;
const LONGEST_FIX: usize = 3_000;

/// Writes the comment.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let mut page = format!("## secretrail\n\n**{}**\n", prose(&verdict(report, &told)));
    for (name, line) in in_short(report, &told) {
        page.push_str(&format!("\n* **{name}**: {}", prose(&clipped(&line, LINE))));
    }
    if !report.gate.surfaces.is_empty() {
        page.push('\n');
    }
    if let Some(section) = &report.account {
        account::add(section, &told.teller, &mut page);
    }
    if let Some(section) = &report.trail {
        trail::add(section, &told.teller, &mut page);
    }
    if let Some(section) = &report.inventory {
        inventory::add(section, &told.teller, &mut page);
    }
    rows(&told, &mut page);
    details(&told, &mut page);
    gaps(&told, &mut page);
    for sentence in untold(report, &told) {
        page.push_str(&format!("\n{}.\n", prose(&sentence)));
    }
    out.write_all(page.as_bytes())
}

/// Adds texts until the page has `most` bytes; returns how many were left out.
fn add_until(page: &mut String, most: usize, texts: impl ExactSizeIterator<Item = String>) -> usize {
    let all = texts.len();
    let mut added = 0;
    for text in texts {
        if page.len() + text.len() > most {
            break;
        }
        page.push_str(&text);
        added += 1;
    }
    all - added
}

fn rows(told: &Told<'_>, page: &mut String) {
    if told.findings.is_empty() {
        return;
    }
    page.push_str("\n| Severity | Rule | Place | Secret | Destination |\n|---|---|---|---|---|\n");
    let left_out = add_until(page, MOST_WITH_ROWS, grouped(&told.findings).iter().map(row));
    if left_out > 0 {
        let left_out = number(left_out, "finding is", "findings are");
        page.push_str(&format!("\n{left_out} left out here; the JSON and SARIF reports have everything.\n"));
    }
}

fn row((finding, also): &Group<'_>) -> String {
    let cell = |text: &str| code(&clipped(text, CELL));
    let secret = finding.secret.as_ref().map_or_else(String::new, |secret| cell(&secret.name));
    let sink = finding.sink.as_ref().map_or_else(String::new, |sink| cell(sink.words()));
    // A line of AWS's answer says less than whose it is.
    let place = match finding.surface {
        Surface::Account | Surface::Trail => &finding.place.name,
        Surface::Inventory if finding.place.is_sealed => &finding.place.name,
        _ => &finding.place.short(),
    };
    let place = cell(place);
    let mut rule = cell(&finding.rule);
    for other in also {
        rule.push_str(&format!(", {} ({})", cell(&other.rule), other.severity));
    }
    format!("| {} | {rule} | {place} | {secret} | {sink} |\n", finding.severity)
}

fn details(told: &Told<'_>, page: &mut String) {
    let groups = grouped(&told.findings);
    let texts = groups.iter().map(|group| detail(told, group));
    let left_out = add_until(page, MOST_WITH_DETAILS, texts);
    if left_out > 0 {
        let left_out = number(left_out, "finding", "findings");
        page.push_str(&format!("\nThe details of {left_out} are left out.\n"));
    }
}

/// One finding, closed until somebody opens it.
fn detail(told: &Told<'_>, (finding, also): &Group<'_>) -> String {
    let also = also.iter().map(|other| {
        let (rule, print) = (code(&other.rule), code(&other.fingerprint));
        format!("\nAlso: {rule} ({}) at the same line, fingerprint {print}\n", other.severity)
    });
    let also: String = also.collect();
    format!(
        "\n<details><summary>{}: {} at {}</summary>\n\n{}{also}\n</details>\n",
        finding.severity,
        html_code(&clipped(&finding.rule, CELL)),
        html_code(&clipped(&finding.place.short(), CELL)),
        finding_body(told, finding),
    )
}

/// What happened, the way of the secret, and what to do.
pub(super) fn finding_body(told: &Told<'_>, finding: &ToldFinding) -> String {
    let mut text = format!("{}\n\n", prose(&finding.message));
    let own = finding.own_step(&told.teller);
    for (index, (step, _)) in finding.way(&own).iter().enumerate() {
        let place = code(&clipped(&step.place.short(), LINE));
        text.push_str(&format!("{}. {place} {}\n", index + 1, prose(&clipped(step.label(), LINE))));
    }
    let fix = finding.remediation.trim();
    if !fix.is_empty() {
        // The rule author's own Markdown; cut somewhere it could leave a fence open, so then as text.
        let short = clipped(fix, LONGEST_FIX);
        let fix = if short == fix { short } else { prose(&short) };
        text.push_str(&format!("\n**Fix:** {fix}\n"));
    }
    let (confidence, rule) =
        (finding.confidence, code(&format!("secretrail rules explain {}", finding.rule)));
    text.push_str(&format!("\nConfidence: {confidence}. More: {rule}\n"));
    text
}

fn gaps(told: &Told<'_>, page: &mut String) {
    if told.gaps.is_empty() && told.accepted.is_empty() {
        return;
    }
    page.push_str("\n### Not read\n\n");
    let all: Vec<String> = told.gaps.iter().chain(&told.accepted).map(gap).collect();
    let left_out = add_until(page, MOST_WITH_GAPS, all.into_iter());
    if left_out > 0 {
        page.push_str(&format!("- and {} more\n", number(left_out, "gap", "gaps")));
    }
}

fn gap(gap: &ToldGap) -> String {
    let place = code(&clipped(&gap.place.short(), LINE));
    let name = clipped(&gap.place.name, LINE);
    let name = if name.is_empty() { name } else { format!(" {}", code(&name)) };
    let hides = match gap.acceptance() {
        Some(acceptance) => format!(" ({})", prose(&clipped(&acceptance, LINE))),
        None if gap.hides_findings => " (could hide a finding)".to_owned(),
        None => String::new(),
    };
    format!("- {place}{name}: {}{hides}\n", prose(&clipped(&gap.reason, LINE)))
}
