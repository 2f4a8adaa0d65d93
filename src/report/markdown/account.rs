//! The account in a comment: the verdict, then the users.

use super::escape::prose;
use super::{CELL, add_until};
use crate::report::account::{AccountSection, COLUMNS, cells, headline};
use crate::report::shown::clipped;
use crate::report::told::Teller;
use crate::report::verdict::number;

/// Bytes after which no more users are added.
const MOST: usize = 12_000;

/// Adds the account to the page.
pub(super) fn add(section: &AccountSection, teller: &Teller<'_>, page: &mut String) {
    page.push('\n');
    for sentence in &section.verdict {
        page.push_str(&format!("- {}\n", prose(&teller.message(sentence))));
    }
    page.push_str(&format!("\n{}\n", prose(&teller.message(&headline(section)))));
    if section.users.is_empty() {
        return;
    }
    page.push_str(&format!("\n| {} |\n|{}\n", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len())));
    let row = |cells: [String; 6]| {
        let cells: Vec<String> = cells.iter().map(|cell| prose(&clipped(cell, CELL))).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rows = section.users.iter().map(|user| row(cells(user, section, teller)));
    let left_out = add_until(page, MOST, rows);
    if left_out > 0 {
        let left_out = number(left_out, "user is", "users are");
        page.push_str(&format!("\n{left_out} left out here; the JSON report has all.\n"));
    }
}
