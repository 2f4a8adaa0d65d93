//! The sum at the bottom: findings by rule and severity, files, gaps, time.

use std::collections::BTreeMap;
use std::io::{self, Write};

use tabled::builder::Builder;
use tabled::settings::object::{Columns, Rows};
use tabled::settings::{Alignment, Style};

use super::HANG;
use crate::finding::Severity;
use crate::report::Report;
use crate::report::shown::clipped;
use crate::report::told::Told;
use crate::report::verdict::{files, number, untold};
use crate::report::wrap::wrapped;

/// Longer rule names are cut: the table must fit in a terminal.
const LONGEST_RULE: usize = 48;

/// Writes the table of counts, and one line about what was read.
pub(super) fn write(report: &Report<'_>, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    if !told.findings.is_empty() {
        writeln!(out, "{}", counts(told, report.style.unicode))?;
    }
    let mut parts = vec![format!("Read {}", files(report))];
    if let Some(elapsed) = report.elapsed {
        parts.push(format!("in {:.1} s", elapsed.as_secs_f64()));
    }
    let read = parts.join(" ");
    let hiding = told.gaps.iter().filter(|gap| gap.hides_findings).count();
    let mut parts = vec![read];
    if !told.gaps.is_empty() {
        let gaps = number(told.gaps.len(), "gap", "gaps");
        parts.push(format!("{gaps} ({hiding} could hide a finding)"));
    }
    writeln!(out, "{}", parts.join(", "))?;
    write_untold(report, told, out)
}

/// What was silenced, left out or gone since the last run.
pub(super) fn write_untold(report: &Report<'_>, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    untold(report, told)
        .iter()
        .try_for_each(|sentence| writeln!(out, "{}", wrapped(sentence, report.style, (0, HANG))))
}

/// One row a rule, the rule with the worst findings first; one column a severity that occurs.
fn counts(told: &Told<'_>, unicode: bool) -> String {
    let mut rules: BTreeMap<&str, BTreeMap<Severity, usize>> = BTreeMap::new();
    let mut sums: BTreeMap<Severity, usize> = BTreeMap::new();
    // Findings are sorted, so a rule's first one is its worst: the order in which rules are met.
    let mut order: Vec<&str> = Vec::new();
    for finding in &told.findings {
        let row = rules.entry(&finding.rule).or_insert_with(|| {
            order.push(&finding.rule);
            BTreeMap::new()
        });
        *row.entry(finding.severity).or_insert(0) += 1;
        *sums.entry(finding.severity).or_insert(0) += 1;
    }
    let severities: Vec<Severity> = sums.keys().rev().copied().collect();
    let cells = |counts: &BTreeMap<Severity, usize>| -> Vec<String> {
        let count = |severity| counts.get(severity).map_or_else(String::new, usize::to_string);
        severities.iter().map(count).collect()
    };
    let row = |name: String, cells: Vec<String>| std::iter::once(name).chain(cells);
    let mut table = Builder::default();
    let words = severities.iter().map(|severity| severity.word().to_owned()).collect();
    table.push_record(row("rule".to_owned(), words));
    for rule in &order {
        let counts = rules.get(rule).map(&cells).unwrap_or_default();
        table.push_record(row(clipped(rule, LONGEST_RULE), counts));
    }
    if order.len() > 1 {
        table.push_record(row("all".to_owned(), cells(&sums)));
    }
    let mut table = table.build();
    if unicode {
        table.with(Style::rounded());
    } else {
        table.with(Style::psql());
    }
    table.modify(Columns::new(1..), Alignment::right()).modify(Rows::first(), Alignment::left());
    table.to_string()
}
