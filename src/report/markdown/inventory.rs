//! The health check in a comment.

use super::escape::prose;
use super::{CELL, add_until};
use crate::report::inventory::InventorySection;
use crate::report::shown::clipped;
use crate::report::told::Teller;
use crate::report::verdict::number;

/// Bytes after which no more rows are added.
const MOST: usize = 12_000;

/// Adds the list to the page.
pub(super) fn add(section: &InventorySection, teller: &Teller<'_>, page: &mut String) {
    page.push_str(&format!(
        "\n{}\n\n| Secret | Status | Location | Age in days |\n|---|---|---|---|\n",
        prose(&teller.message(&section.advice()))
    ));
    let rows = section.keys.iter().map(|key| {
        let cell = |text: &str| prose(&clipped(&teller.name(text), CELL));
        let age = key.age_days.map(|days| days.to_string()).unwrap_or_default();
        format!("| {} | {} | {} | {age} |\n", cell(&key.title), cell(&key.shouted), cell(&key.location))
    });
    let left_out = add_until(page, MOST, rows);
    if left_out > 0 {
        let left_out = number(left_out, "key is", "keys are");
        page.push_str(&format!("\n{left_out} left out here; the JSON report has everything.\n"));
    }
}
