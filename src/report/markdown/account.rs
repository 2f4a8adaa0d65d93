//! The account in a comment: the verdict, then the users.

use super::escape::prose;
use super::{CELL, add_until};
use crate::report::account::{AccountSection, COLUMNS, MEMBER_COLUMNS, cells, headline, member_cells};
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
    if !section.members.is_empty() {
        let rows = section.members.iter().map(|member| member_cells(member, teller).to_vec());
        return rows_of(&MEMBER_COLUMNS, rows, ("account is", "accounts are"), page);
    }
    if section.users.is_empty() {
        return;
    }
    let rows = section.users.iter().map(|user| cells(user, section, teller).to_vec());
    rows_of(&COLUMNS, rows, ("user is", "users are"), page);
}

fn rows_of(
    columns: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
    (one, many): (&str, &str),
    page: &mut String,
) {
    page.push_str(&format!("\n| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len())));
    let row = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| prose(&clipped(cell, CELL))).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let left_out = add_until(page, MOST, rows.map(row));
    if left_out > 0 {
        let left_out = number(left_out, one, many);
        page.push_str(&format!("\n{left_out} left out here; the JSON report has everything.\n"));
    }
}
