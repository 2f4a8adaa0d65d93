//! What was not read, and what somebody decided not to hear of.

use std::collections::BTreeMap;
use std::io;

use maud::{Markup, html};

use super::Page;
use super::prose::inline;
use crate::report::Report;
use crate::report::told::{Told, ToldGap, ToldSilenced};
use crate::report::verdict::{number, untold};

/// With so many places or fewer of one reason they are open.
const FEW: usize = 25;

/// Writes what was not read, by reason: as prominent as findings, as findings could be there.
pub(super) fn write_gaps(report: &Report<'_>, told: &Told<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let count = told.gaps.len() + told.accepted.len();
    page.tag("<section id=\"not-read\" aria-labelledby=\"h-not-read\">\n")?;
    page.put(&html! { h2 id="h-not-read" { "Not read " span.count { (count) } } })?;
    if count == 0 {
        page.put(&html! { p { "Everything requested was read." } })?;
    }
    let (hiding, others): (Vec<&ToldGap>, Vec<&ToldGap>) =
        told.gaps.iter().partition(|gap| gap.hides_findings);
    let accepted: Vec<&ToldGap> = told.accepted.iter().collect();
    for (title, class, gaps) in [
        ("A finding could hide here", "hides", hiding),
        ("No finding can hide here", "harmless", others),
        ("Accepted by the settings", "accepted", accepted),
    ] {
        if !gaps.is_empty() {
            page.put(&html! { h3.gaps-title { (title) " " span.count { (gaps.len()) } } })?;
        }
        for (reason, gaps) in by_reason(&gaps) {
            page.put(&of_reason(reason, &gaps, class))?;
        }
    }
    let untold = untold(report, told);
    if !untold.is_empty() {
        page.put(&html! {
            h3.gaps-title { "Read or known, but not reported" }
            ul.plain { @for sentence in &untold { li { (inline(sentence)) "." } } }
        })?;
    }
    if let Some(changes) = report.gate.history.as_ref().filter(|changes| !changes.fixed.is_empty()) {
        page.put(&html! {
            h3.gaps-title { "Fixed since the last run " span.count { (changes.fixed.len()) } }
            ul.plain {
                @for (rule, place) in &changes.fixed {
                    li { code { (told.teller.name(rule)) } " " code.name { (told.teller.message(place)) } }
                }
            }
        })?;
    }
    page.tag("</section>\n")
}

/// The most frequent reason first.
fn by_reason<'g>(gaps: &[&'g ToldGap]) -> Vec<(&'g str, Vec<&'g ToldGap>)> {
    let mut reasons: BTreeMap<&str, Vec<&ToldGap>> = BTreeMap::new();
    for gap in gaps {
        reasons.entry(&gap.reason).or_default().push(gap);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, gaps)| (std::cmp::Reverse(gaps.len()), *reason));
    reasons
}

fn of_reason(reason: &str, gaps: &[&ToldGap], class: &str) -> Markup {
    html! {
        details.gap-reason.(class) open[gaps.len() <= FEW] {
            summary { h4 { (inline(reason)) } " " span.where { (number(gaps.len(), "place", "places")) } }
            ul.places {
                @for gap in gaps {
                    li {
                        code { (gap.place.short()) }
                        @if !gap.place.name.is_empty() { " " code.name { (gap.place.name) } }
                        @if let Some(acceptance) = gap.acceptance() { " " span.quiet { (inline(&acceptance)) } }
                    }
                }
            }
        }
    }
}

/// Writes what was silenced, by whom and why.
pub(super) fn write_silenced(told: &Told<'_>, page: &mut Page<'_>) -> io::Result<()> {
    if told.silenced.is_empty() {
        return Ok(());
    }
    page.tag("<section id=\"silenced\" aria-labelledby=\"h-silenced\">\n")?;
    page.put(&html! { h2 id="h-silenced" { "Silenced " span.count { (told.silenced.len()) } } })?;
    page.tag(
        "<div class=\"scroll\" role=\"region\" aria-label=\"Table of silenced findings\" tabindex=\"0\">\n<table>\n",
    )?;
    page.put(&html! {
        thead { tr { @for title in ["Rule", "Place", "Why", "By", "Until", "Fingerprint"] { th scope="col" { (title) } } } }
    })?;
    page.tag("<tbody>\n")?;
    for silenced in &told.silenced {
        page.put(&row(silenced))?;
    }
    page.tag("</tbody>\n</table>\n</div>\n</section>\n")
}

fn row(silenced: &ToldSilenced) -> Markup {
    html! {
        tr {
            th scope="row" { code { (silenced.rule) } }
            td {
                code { (silenced.place.short()) }
                @if !silenced.place.name.is_empty() { br; code.name { (silenced.place.name) } }
            }
            td { @if silenced.reason.is_empty() { "no reason given" } @else { (silenced.reason) } }
            td { (silenced.by) }
            td { (silenced.until.as_deref().unwrap_or("no end date")) }
            td.short { code { (silenced.fingerprint) } }
        }
    }
}
