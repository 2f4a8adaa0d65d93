//! One line a finding, as compilers write it: editors jump to the place, and `grep` finds it.

use std::io::{self, Write};

use super::Report;
use super::told::{Place, Told};

/// Writes findings, the worst first, and then the gaps that could hide one.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    for finding in &told.findings {
        let place = place(&finding.place);
        writeln!(out, "{place}: {}[{}]: {}", finding.severity, finding.rule, finding.message)?;
    }
    for gap in told.gaps.iter().filter(|gap| gap.hides_findings) {
        let separator = if gap.place.name.is_empty() { "" } else { ": " };
        let (place, name) = (place(&gap.place), &gap.place.name);
        writeln!(out, "{place}: gap[not-audited]: {name}{separator}{}", gap.reason)?;
    }
    Ok(())
}

/// Always with line and column: programs read them.
fn place(place: &Place) -> String {
    format!("{}:{}:{}", place.path, place.position.line, place.position.column)
}
