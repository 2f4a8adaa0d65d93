//! What a founder reads: the verdict, four lines, the counts; and at the end what the report itself is.

use maud::{Markup, html};

use super::findings::anchor;
use super::prose::inline;
use crate::error::ExitCode;
use crate::finding::{Severity, Surface};
use crate::report::Report;
use crate::report::account::headline;
use crate::report::in_short::in_short;
use crate::report::told::{Told, ToldFinding, grouped};
use crate::report::verdict::{by_severity, files, known_left_out, number, sentence, still_open};

/// What was looked at, in a few words.
fn surface(report: &Report<'_>) -> String {
    let terraform = report.gate.surfaces.contains(&Surface::Terraform);
    let all = [
        (terraform, "Terraform and scripts"),
        (report.account.is_some(), "AWS account"),
        (report.trail.is_some(), "CloudTrail"),
        (report.inventory.is_some(), "list of keys"),
    ];
    let all: Vec<&str> = all.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect();
    if all.is_empty() { "Terraform and scripts".to_owned() } else { all.join(", ") }
}

/// The page's header.
pub(super) fn top(report: &Report<'_>, told: &Told<'_>) -> Markup {
    html! {
        header.top {
            p.brand { "secretrail" }
            p.made {
                (surface(report))
                @if let Some(day) = &report.gate.day { " · " time datetime=(day) { (day) } }
                " · version " (told.version)
            }
        }
    }
}

/// The verdict, four lines, and the counts.
pub(super) fn verdict_part(report: &Report<'_>, told: &Told<'_>) -> Markup {
    html! {
        section.verdict aria-labelledby="verdict" {
            h1 id="verdict" { (sentence(report, told)) "." }
            dl.lines {
                @for (title, line) in lines(report, told) {
                    div { dt { (title) } dd { (line) } }
                }
            }
            (counts(told))
        }
    }
}

fn lines(report: &Report<'_>, told: &Told<'_>) -> Vec<(&'static str, Markup)> {
    let first = |verdict: &[String]| verdict.first().map(|words| inline(&told.teller.message(words)));
    let mut lines: Vec<(&str, Markup)> = in_short(report, told)
        .into_iter()
        .map(|(title, line)| (title, html! { (inline(&line)) "." }))
        .collect();
    if lines.is_empty() {
        if let Some(words) = report.account.as_ref().and_then(|section| first(&section.verdict)) {
            lines.push(("Account", words));
        }
        if let Some(words) = report.trail.as_ref().and_then(|section| first(&section.verdict)) {
            lines.push(("Sessions", words));
        }
        if let Some(section) = &report.inventory {
            lines.push(("Keys", inline(&told.teller.message(&section.advice()))));
        }
    }
    lines.push(("Fix first", worst(report, told)));
    if lines.len() == 1 {
        lines.push(("Read", read(report)));
    }
    lines.push(("Not read", not_read(told)));
    lines.push(("Gate", html! { (gate(report, told)) }));
    lines
}

fn worst(report: &Report<'_>, told: &Told<'_>) -> Markup {
    match told.findings.first() {
        Some(finding) => html! {
            a href=(format!("#{}", anchor(&finding.fingerprint))) { (inline(&finding.message)) }
            @if finding.surface != Surface::Trail { " " (place(finding)) }
        },
        None if known_left_out(report) > 0 => html! { "No new finding; " (still_open(report)) "." },
        None => html! { "No finding." },
    }
}

/// Where a finding is, in the words that say most: a line of AWS's answer says less than whose it is.
pub(super) fn place(finding: &ToldFinding) -> Markup {
    let named = matches!(finding.surface, Surface::Account | Surface::Trail);
    if named && !finding.place.name.is_empty() {
        return html! { code.where { (finding.place.name) } };
    }
    html! { code.where { (finding.place.short()) } }
}

fn read(report: &Report<'_>) -> Markup {
    let rules = number(report.rules.len(), "rule", "rules");
    html! { (files(report)) ", asked " (rules) "." }
}

fn not_read(told: &Told<'_>) -> Markup {
    let hiding = told.gaps.iter().filter(|gap| gap.hides_findings).count();
    let others = told.gaps.len() - hiding + told.accepted.len();
    let hiding_words = number(hiding, "place", "places");
    let other_words = number(others, "other place", "other places");
    match (hiding, others) {
        (0, 0) => html! { "Nothing: everything requested was read." },
        (0, _) => html! {
            a href="#not-read" { (number(others, "place", "places")) } ", where no finding can hide."
        },
        (_, 0) => html! { a href="#not-read" { (hiding_words) } ", where a finding could hide." },
        _ => html! {
            a href="#not-read" { (hiding_words) } ", where a finding could hide, and " (other_words) "."
        },
    }
}

fn gate(report: &Report<'_>, told: &Told<'_>) -> String {
    let code = report.exit_code as u8;
    let least = report.gate.fail_on.unwrap_or(Severity::High);
    let stops = told.findings.iter().any(|finding| finding.severity >= least)
        || told.gaps.iter().any(|gap| gap.hides_findings);
    match report.exit_code {
        ExitCode::Clean if stops => format!("Report only, never fails: exit code {code}."),
        ExitCode::Clean => format!("Passes: no finding of severity {least} or above, exit code {code}."),
        ExitCode::Findings => {
            format!("Fails: at least one finding of severity {least} or above, exit code {code}.")
        }
        ExitCode::NotRun | ExitCode::NotExecutable | ExitCode::NoProgram | ExitCode::NotAudited => {
            format!("Fails: nothing was audited, exit code {code}.")
        }
        ExitCode::Partial => format!("Fails: audited in part, exit code {code}."),
        ExitCode::Interrupted => format!("Interrupted, exit code {code}."),
    }
}

/// One tile for each severity, and one each for what was not read and what was silenced.
fn counts(told: &Told<'_>) -> Markup {
    html! {
        ul.counts aria-label="Findings by severity" {
            @for (severity, count) in by_severity(&told.findings) {
                li class=(format!("tile {}", if count == 0 { "none" } else { severity.word() })) {
                    strong { (count) } " " span { (severity) }
                }
            }
            li class=(if told.gaps.is_empty() { "tile none" } else { "tile gap" }) {
                strong { (told.gaps.len()) } " " span { "not read" }
            }
            li.tile.none { strong { (told.silenced.len()) } " " span { "silenced" } }
        }
    }
}

/// What the report itself is.
pub(super) fn about(report: &Report<'_>, told: &Told<'_>) -> Markup {
    let mistakes = grouped(&told.findings).len();
    html! {
        section id="about" aria-labelledby="h-about" {
            h2 id="h-about" { "About this report" }
            dl.facts {
                dt { "Tool" } dd { "secretrail " (told.version) }
                @if let Some(day) = &report.gate.day { dt { "Day" } dd { (day) " (UTC)" } }
                dt { "Scope" } dd { (surface(report)) }
                dt { "Read" } dd { (files(report)) }
                dt { "Rules applied" } dd { (report.rules.len()) }
                @if mistakes != told.findings.len() {
                    dt { "Mistakes" } dd { (mistakes) ": findings about one secret on one line are grouped" }
                }
                @if let Some(section) = &report.account {
                    dt { "Evidence" } dd { (told.teller.message(&headline(section))) }
                }
                dt { "Exit code" } dd { (report.exit_code as u8) }
            }
            p.note { "Secrets are never shown: each is replaced by eight stars, or one per character. This page loads nothing and sends nothing." }
        }
    }
}

/// The page's footer.
pub(super) fn foot(report: &Report<'_>, told: &Told<'_>) -> Markup {
    html! {
        footer.foot {
            p {
                "secretrail " (told.version)
                @if let Some(day) = &report.gate.day { " · " (day) }
                " · " a href="#main" { "Back to the top" }
            }
        }
    }
}
