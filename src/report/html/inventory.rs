//! The list of keys: the health check as a table, and parameters that no row lists.

use std::io;

use maud::{Markup, html};

use super::Page;
use super::prose::inline;
use crate::report::inventory::{InventorySection, KeyState, ListedKey, UnlistedParameter};
use crate::report::told::Teller;

const COLUMNS: [&str; 7] = ["key", "status", "location", "why", "rotated", "age", "owner"];
const UNLISTED_COLUMNS: [&str; 3] = ["parameter", "type", "age"];

/// Writes the part.
pub(super) fn write(section: &InventorySection, teller: &Teller<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let account = match section.account.as_str() {
        "" => String::new(),
        account => format!("account {}, ", teller.name(account)),
    };
    page.tag("<section id=\"keys\" aria-labelledby=\"h-keys\">\n")?;
    page.put(&html! {
        h2 id="h-keys" { "Keys " span.count { (section.keys.len()) } }
        p { (inline(&teller.message(&section.advice()))) }
        p.quiet.under { (account) "asked " (teller.name(&section.collected_at)) "; " (inline(&teller.message(section.level_told))) "." }
    })?;
    page.tag(
        "<div class=\"scroll cards\" role=\"region\" aria-label=\"Table of keys\" tabindex=\"0\">\n<table>\n",
    )?;
    page.put(&html! { thead { tr { @for title in COLUMNS { th scope="col" { (title) } } } } })?;
    page.tag("<tbody>\n")?;
    for key in &section.keys {
        page.put(&row(key, teller))?;
    }
    page.tag("</tbody>\n</table>\n</div>\n")?;
    if !section.unlisted.is_empty() {
        unlisted(&section.unlisted, teller, page)?;
    }
    page.tag("</section>\n")
}

fn row(key: &ListedKey, teller: &Teller<'_>) -> Markup {
    let state = match key.state {
        KeyState::Good => "good",
        KeyState::Elsewhere => "elsewhere",
        KeyState::Doubtful => "doubtful",
        KeyState::Bad => "bad",
    };
    let why = key.why.as_deref().map(|why| teller.message(why)).unwrap_or_default();
    let rotated = key.claimed.as_deref().or(key.written.as_deref());
    html! {
        tr {
            th scope="row" {
                (teller.name(&key.title))
                @if key.key != key.title { br; code.name { (teller.name(&key.key)) } }
            }
            td.short data-label="status" { strong.(state) { (teller.name(&key.shouted)) } }
            td.who data-label="location" { code { (teller.name(&key.location)) } @if key.migrating { " needs migration" } }
            td data-label=[(!why.is_empty()).then_some("why")] { (inline(&why)) }
            td.short data-label="rotated" { (teller.name(rotated.unwrap_or("unknown"))) }
            td.short data-label="age" { (age(key.age_days)) }
            td data-label="owner" { (teller.name(key.owner.as_deref().unwrap_or("nobody"))) }
        }
    }
}

fn age(days: Option<i64>) -> String {
    days.map_or_else(|| "unknown".to_owned(), |days| format!("{days} d"))
}

fn unlisted(all: &[UnlistedParameter], teller: &Teller<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.put(&html! { h3 id="h-unlisted" { "Parameters that no row lists " span.count { (all.len()) } } })?;
    page.tag(
        "<div class=\"scroll cards\" role=\"region\" aria-labelledby=\"h-unlisted\" tabindex=\"0\">\n<table>\n",
    )?;
    page.put(&html! { thead { tr { @for title in UNLISTED_COLUMNS { th scope="col" { (title) } } } } })?;
    page.tag("<tbody>\n")?;
    for one in all {
        page.put(&html! {
            tr {
                th scope="row" { code { (teller.name(&one.name)) } }
                td data-label="type" { (teller.name(&one.kind)) }
                td.short data-label="age" { (age(one.age_days)) }
            }
        })?;
    }
    page.tag("</tbody>\n</table>\n</div>\n")
}
