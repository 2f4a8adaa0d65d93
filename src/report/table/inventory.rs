//! The health check: each key and how it stands, and one line on what to do.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Effects, Style};

use super::{HANG, painted, severity_style};
use crate::counted::counted;
use crate::finding::Severity;
use crate::report::TableStyle;
use crate::report::inventory::{InventorySection, KeyState};
use crate::report::shown::clipped;
use crate::report::told::{Group, Teller, ToldFinding};
use crate::report::verdict::number;
use crate::report::wrap::wrapped;

/// A longer name is cut.
const NAME: usize = 60;
/// More findings of one rule have one line together.
const FEW: usize = 10;
/// Blanks between a name and its state.
const GAP: usize = 3;

/// Writes the screen.
pub(super) fn write(
    section: &InventorySection,
    teller: &Teller<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bold = Style::new().effects(Effects::BOLD);
    writeln!(out, "{}", painted("[ Secrets Health Check ]", bold, style))?;
    let names: Vec<String> = section.keys.iter().map(|key| clipped(&teller.name(&key.title), NAME)).collect();
    let width = names.iter().map(|name| columns(name)).max().unwrap_or(0) + GAP;
    let word = section.keys.iter().map(|key| key.shouted.len()).max().unwrap_or(0);
    for (key, name) in section.keys.iter().zip(&names) {
        let paint = match key.state {
            KeyState::Good => AnsiColor::Green.on_default(),
            KeyState::Elsewhere => Style::new().effects(Effects::DIMMED),
            KeyState::Doubtful => AnsiColor::Yellow.on_default(),
            KeyState::Bad => AnsiColor::Red.on_default().effects(Effects::BOLD),
        };
        let blanks = " ".repeat(width.saturating_sub(columns(name)));
        let why = match (key.state, &key.why, key.age_days) {
            (KeyState::Good, ..) => String::new(),
            (_, Some(why), _) => teller.message(why),
            (_, None, Some(days)) if key.status == "stale" => format!("{} old", counted(days, "day", "days")),
            (_, None, _) if key.status == "missing" => teller.name(&key.location),
            _ => String::new(),
        };
        let room = style.width.saturating_sub(width + word + GAP + 2).max(20);
        let dim = Style::new().effects(Effects::DIMMED);
        let why = match why.as_str() {
            "" => String::new(),
            why => {
                let blanks = " ".repeat(word - key.shouted.len() + GAP);
                format!("{blanks}{}", painted(&clipped(why, room), dim, style))
            }
        };
        writeln!(out, "  {name}{blanks}{}{why}", painted(&key.shouted, paint, style))?;
    }
    let advice = teller.message(&section.advice());
    let worst = section.keys.iter().any(|key| matches!(key.state, KeyState::Doubtful | KeyState::Bad));
    let paint = if worst { AnsiColor::Yellow } else { AnsiColor::Green };
    writeln!(out, "{}", painted(&advice, paint.on_default().effects(Effects::BOLD), style))
}

/// Columns on the terminal, as far as letters of one column go.
fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Below the screen: a line for each finding, the worst last.
pub(super) fn write_findings(
    section: &InventorySection,
    findings: &[Group<'_>],
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    let mut by_rule: Vec<(&ToldFinding, Vec<&ToldFinding>)> = Vec::new();
    for (finding, _) in findings {
        match by_rule.iter_mut().find(|(first, _)| first.rule == finding.rule) {
            Some((_, all)) => all.push(finding),
            None => by_rule.push((finding, vec![finding])),
        }
    }
    for (first, all) in by_rule.iter().rev() {
        // What is to be mended first has a line for each; of the rest it is enough to know that it is there.
        let few = first.severity >= Severity::Medium && all.len() <= FEW;
        let word = painted(first.severity.word(), severity_style(first.severity), style);
        let left = style.width.clamp(60, 200).saturating_sub(first.severity.word().len());
        if few || all.len() == 1 {
            for finding in all {
                writeln!(out, "{word}{}", clipped(&format!("[{}] {}", finding.rule, finding.message), left))?;
            }
            continue;
        }
        let names: Vec<&str> = all.iter().map(|finding| finding.place.name.as_str()).collect();
        let text =
            format!("[{}] {}: {}", first.rule, number(all.len(), "finding", "findings"), names.join(", "));
        writeln!(out, "{word}{}", clipped(&text, left))?;
    }
    if !findings.is_empty() {
        writeln!(out, "--all shows each finding in full, and how to fix it\n")?;
    }
    let line = format!("{}; {}", headline(section), section.level_told);
    writeln!(out, "{}", wrapped(&line, style, (0, HANG)))
}

/// `2 keys, account 123456789012 at 2026-11-26T00:00:00Z`.
pub(in crate::report) fn headline(section: &InventorySection) -> String {
    let account = if section.account.is_empty() { "of unknown number" } else { &section.account };
    let keys = number(section.keys.len(), "key", "keys");
    format!("{keys} checked against account {account} at {}", section.collected_at)
}
