//! For a person at a terminal: each finding as a small story, then the gaps, then the sum.
//!
//! The most severe finding comes last. A terminal shows the end of what was printed, so the summary
//! stands there, and right above it, without scrolling, what to mend first.

mod account;
mod inventory;
mod snippet;
mod summary;
mod trail;

use std::collections::BTreeMap;
use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Effects, Style};

use super::in_short::in_short;
use super::shown::clipped;
use super::told::{Group, Told, ToldGap, grouped};
use super::verdict::{number, verdict};
use super::wrap::wrapped;
use super::{Report, TableStyle};
use crate::error::ExitCode;
use crate::finding::Severity;

/// With more findings of one rule than this, only the first few are shown in full.
const MANY_OF_ONE_RULE: usize = 50;
/// How many those few are. They are the worst ones of the rule.
const SHOWN_OF_MANY: usize = 10;
/// A longer line of the few that tell an audit in short is cut.
const LONGEST_SHORT: usize = 200;
/// Before what goes on from the line above.
const HANG: usize = 2;
/// Where the text of these few lines begins.
const AFTER_NAME: usize = 11;
/// Places shown of gaps with one reason.
const PLACES_OF_ONE_REASON: usize = 5;

/// Writes the table.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let style = report.style;
    let is_well = told.findings.is_empty() && report.exit_code == ExitCode::Clean;
    if style.quiet && is_well {
        return Ok(());
    }
    if let Some(section) = &report.account {
        account::write(section, &told.teller, style, out)?;
    }
    if let Some(section) = &report.trail {
        trail::write(section, &told.teller, style, out)?;
    }
    let grouped = grouped(&told.findings);
    if let Some(section) = &report.inventory {
        inventory::write(section, &told.teller, style, out)?;
        if section.only_screen {
            return Ok(());
        }
        if !style.full && !style.quiet {
            inventory::write_findings(section, &grouped, style, out)?;
            write_gaps(&told.gaps, style, out)?;
            summary::write_untold(report, &told, out)?;
            write_in_short(report, &told, out)?;
            let paint = AnsiColor::White.on_default().effects(Effects::BOLD);
            return writeln!(out, "{}", painted(&last_line(report, &told), paint, style));
        }
    }
    let (full, rows) = folded(&grouped, style.full);
    write_rows(&rows, style, out)?;
    for (finding, also) in full.iter().rev() {
        let drawn = snippet::draw(&told, (finding, also), style);
        writeln!(out, "{}\n", drawn.trim_end())?;
    }
    if !(style.quiet && report.exit_code == ExitCode::Clean) {
        write_gaps(&told.gaps, style, out)?;
    }
    if !style.quiet {
        write_accepted(&told.accepted, style, out)?;
        summary::write(report, &told, out)?;
        write_in_short(report, &told, out)?;
    }
    let paint = match (told.findings.first(), report.exit_code as u8) {
        (Some(worst), _) => severity_style(worst.severity),
        (None, 0) => AnsiColor::Green.on_default().effects(Effects::BOLD),
        (None, _) => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
    };
    writeln!(out, "{}", painted(&last_line(report, &told), paint, style))
}

fn last_line(report: &Report<'_>, told: &Told<'_>) -> String {
    wrapped(&verdict(report, told), report.style, (0, HANG))
}

/// Of an audit of several surfaces a line each.
fn write_in_short(report: &Report<'_>, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let lines = in_short(report, told);
    let bold = Style::new().effects(Effects::BOLD);
    for (name, line) in &lines {
        let name = painted(&format!("{name:<9}"), bold, report.style);
        let line = wrapped(&clipped(line, LONGEST_SHORT), report.style, (AFTER_NAME, AFTER_NAME));
        writeln!(out, "{name}  {line}")?;
    }
    if lines.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The findings to draw and those that get one line each, both the worst first.
fn folded<'g, 'f>(findings: &'g [Group<'f>], full: bool) -> (Vec<&'g Group<'f>>, Vec<&'g Group<'f>>) {
    let mut of_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for (finding, _) in findings {
        *of_rule.entry(&finding.rule).or_insert(0) += 1;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    findings.iter().partition(|(finding, _)| {
        let many = of_rule.get(finding.rule.as_str()).is_some_and(|count| *count > MANY_OF_ONE_RULE);
        let seen = seen.entry(&finding.rule).or_insert(0);
        *seen += 1;
        full || !many || *seen <= SHOWN_OF_MANY
    })
}

/// One line each. They stand above the findings drawn in full, which are worse ones of their rules.
fn write_rows(rows: &[&Group<'_>], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let room = style.width.clamp(40, 160);
    for (finding, also) in rows.iter().rev() {
        let word = painted(finding.severity.word(), severity_style(finding.severity), style);
        let secret = finding.secret.as_ref().map_or("", |secret| secret.name.as_str());
        let sink = finding.sink.as_ref().map_or("", |sink| sink.words());
        let arrow = if secret.is_empty() || sink.is_empty() { "" } else { " -> " };
        let also: String = also.iter().map(|other| format!(", also {}", other.rule)).collect();
        let place = format!("[{}] {} {secret}{arrow}{sink}{also}", finding.rule, finding.place.long());
        let left = room.saturating_sub(finding.severity.word().len());
        writeln!(out, "{word}{}", clipped(place.trim_end(), left))?;
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows = number(rows.len(), "finding", "findings");
    writeln!(out, "{rows} above in one line each; --all shows them in full\n")
}

/// Gaps by reason: those that may hide a finding first, then the most frequent.
fn write_gaps(gaps: &[ToldGap], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    for (hides, title) in [
        (true, "Could not be read, and could hide a finding:"),
        (false, "Could not be read, and cannot hide a finding:"),
    ] {
        let mut reasons: BTreeMap<&str, Vec<&ToldGap>> = BTreeMap::new();
        for gap in gaps.iter().filter(|gap| gap.hides_findings == hides) {
            reasons.entry(&gap.reason).or_default().push(gap);
        }
        if reasons.is_empty() {
            continue;
        }
        let paint = if hides { AnsiColor::Yellow.on_default().effects(Effects::BOLD) } else { Style::new() };
        writeln!(out, "{}", painted(title, paint, style))?;
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(reason, gaps)| (std::cmp::Reverse(gaps.len()), *reason));
        for (reason, gaps) in reasons {
            writeln!(out, "  {}", wrapped(reason, style, (HANG, 2 * HANG)))?;
            let most = if style.full { gaps.len() } else { PLACES_OF_ONE_REASON };
            for gap in gaps.iter().take(most) {
                writeln!(out, "    {}", gap.place.with_name())?;
            }
            if gaps.len() > most {
                writeln!(out, "    and {} more; --all shows them", gaps.len() - most)?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Gaps that somebody accepted, with the reason.
fn write_accepted(gaps: &[ToldGap], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "Could not be read, accepted by the settings:")?;
    let most = if style.full { gaps.len() } else { PLACES_OF_ONE_REASON };
    for gap in gaps.iter().take(most) {
        writeln!(out, "  {}: {}", gap.place.with_name(), gap.reason)?;
        writeln!(out, "    {}", gap.acceptance().unwrap_or_default())?;
    }
    if gaps.len() > most {
        writeln!(out, "  and {} more; --all shows them", gaps.len() - most)?;
    }
    writeln!(out)
}

/// The colour of a severity.
fn severity_style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Critical => return AnsiColor::BrightRed.on_default().effects(Effects::BOLD),
        Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Blue,
        Severity::Informational => AnsiColor::Cyan,
    };
    color.on_default().effects(Effects::BOLD)
}

fn painted(text: &str, paint: Style, style: TableStyle) -> String {
    if style.color { format!("{paint}{text}{paint:#}") } else { text.to_owned() }
}
