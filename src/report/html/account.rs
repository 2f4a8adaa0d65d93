//! The account: the verdict, root, and the users with the ages of what they have.

use std::io;

use maud::{Markup, html};

use super::Page;
use super::prose::inline;
use crate::report::account::{
    AccountSection, COLUMNS, MEMBER_COLUMNS, RootRow, cells, flag, headline, member_cells,
};
use crate::report::told::Teller;

/// Writes the part.
pub(super) fn write(section: &AccountSection, teller: &Teller<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.tag("<section id=\"account\" aria-labelledby=\"h-account\">\n")?;
    page.put(&html! {
        h2 id="h-account" { @if section.members.is_empty() { "Account" } @else { "Accounts" } }
        p.quiet { (teller.message(&headline(section))) }
        ul.plain { @for sentence in &section.verdict { li { (inline(&teller.message(sentence))) } } }
        @if section.members.is_empty() {
            h3 { "Root" }
            (root(&section.root, teller))
        }
    })?;
    if !section.members.is_empty() {
        members(section, teller, page)?;
    }
    if !section.users.is_empty() {
        users(section, teller, page)?;
    }
    page.tag("</section>\n")
}

fn root(row: &RootRow, teller: &Teller<'_>) -> Markup {
    let used = match (row.last_used.at(), row.last_used.days()) {
        (Some(at), Some(0)) => format!("{at}, on the day of the collection"),
        (Some(at), Some(days)) => format!("{at}, {days} days before the collection"),
        _ => row.last_used.word().to_owned(),
    };
    html! {
        dl.facts {
            @if !row.arn.is_empty() { dt { "ARN" } dd { code { (teller.name(&row.arn)) } } }
            dt { "Access keys" } dd { (known(row.access_keys)) }
            dt { "Password" } dd { (known(row.password)) }
            dt { "MFA" } dd { (teller.name(&row.mfa)) }
            dt { "MFA device" } dd { (teller.name(&row.mfa_device)) }
            dt { "Signing certificates" } dd { (known(row.signing_certificates)) }
            dt { "Last used" }
            dd { (teller.name(&used)) @if let Some(by) = &row.last_used_by { ", by " (teller.name(by)) } }
        }
    }
}

fn known(fact: Option<bool>) -> &'static str {
    if fact.is_none() { "unknown" } else { flag(fact) }
}

fn members(section: &AccountSection, teller: &Teller<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.put(&html! { h3 id="h-members" { "Each account " span.count { (section.members.len()) } } })?;
    page.tag(
        "<div class=\"scroll cards\" role=\"region\" aria-labelledby=\"h-members\" tabindex=\"0\">\n<table>\n",
    )?;
    page.put(&html! { thead { tr { @for title in MEMBER_COLUMNS { th scope="col" { (title) } } } } })?;
    page.tag("<tbody>\n")?;
    for member in &section.members {
        let [name, rest @ ..] = member_cells(member, teller);
        page.put(&html! { tr { th scope="row" { (name) } @for (cell, label) in rest.iter().zip(MEMBER_COLUMNS.iter().skip(1)) { td data-label=(label) { (cell) } } } })?;
    }
    page.tag("</tbody>\n</table>\n</div>\n")
}

fn users(section: &AccountSection, teller: &Teller<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.put(&html! { h3 id="h-users" { "Users " span.count { (section.users.len()) } } })?;
    page.tag(
        "<div class=\"scroll cards\" role=\"region\" aria-labelledby=\"h-users\" tabindex=\"0\">\n<table>\n",
    )?;
    page.put(&html! { thead { tr { @for title in COLUMNS { th scope="col" { (title) } } } } })?;
    page.tag("<tbody>\n")?;
    for user in &section.users {
        let [name, rest @ ..] = cells(user, section, teller);
        page.put(&html! { tr { th scope="row" { (name) } @for (cell, label) in rest.iter().zip(COLUMNS.iter().skip(1)) { td data-label=(label) { (cell) } } } })?;
    }
    page.tag("</tbody>\n</table>\n</div>\n")
}
