//! Trails in a comment: the verdict, what the logs cover, the sessions.

use super::escape::prose;
use super::{CELL, add_until};
use crate::report::shown::clipped;
use crate::report::told::Teller;
use crate::report::trail::{COLUMNS, TrailSection, cells, coverage};
use crate::report::verdict::number;

/// Bytes after which no more sessions are added.
const MOST: usize = 12_000;

/// Adds the section to the page.
pub(super) fn add(section: &TrailSection, teller: &Teller<'_>, page: &mut String) {
    page.push('\n');
    for sentence in &section.verdict {
        page.push_str(&format!("- {}\n", prose(&teller.message(sentence))));
    }
    page.push_str("\nCovered: ");
    let covered: Vec<String> =
        coverage(&section.coverage).iter().map(|text| prose(&teller.message(text))).collect();
    page.push_str(&format!("{}.\n", covered.join("; ")));
    let told: Vec<_> = section.sessions.iter().filter(|session| !session.is_service).collect();
    if told.is_empty() {
        return;
    }
    page.push_str(&format!("\n| {} |\n|{}\n", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len())));
    let rows = told.iter().map(|session| {
        let cells: Vec<String> =
            cells(session, teller).iter().map(|cell| prose(&clipped(cell, CELL))).collect();
        format!("| {} |\n", cells.join(" | "))
    });
    let left_out = add_until(page, MOST, rows);
    if left_out > 0 {
        let left_out = number(left_out, "session is", "sessions are");
        page.push_str(&format!("\n{left_out} left out here; the JSON report has everything.\n"));
    }
}
