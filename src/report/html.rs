//! One page for a browser: it loads nothing, sends nothing, and is read without its script.
//!
//! Every text passes [`Told`] first, which redacts it, and then the template, which escapes it. The page goes out
//! piece by piece: a report of many findings is never held whole.

mod account;
mod anchors;
pub(super) mod assets;
mod findings;
mod graph;
mod inventory;
pub(super) mod prose;
mod summary;
mod timeline;
mod trail;
mod unread;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use super::told::Told;
use super::verdict::sentence;

/// A part that the list of contents names: its anchor, what it is called, and how many are in it.
struct Part {
    anchor: &'static str,
    title: &'static str,
    count: Option<usize>,
}

/// Where the pieces go.
struct Page<'w> {
    out: &'w mut dyn Write,
}

impl Page<'_> {
    fn put(&mut self, piece: &Markup) -> io::Result<()> {
        self.out.write_all(piece.0.as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Tags around pieces.
    fn tag(&mut self, tag: &'static str) -> io::Result<()> {
        self.out.write_all(tag.as_bytes())
    }
}

/// Writes the page.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let mut page = Page { out };
    let parts = parts(report, &told);
    page.put(&html! { (DOCTYPE) })?;
    page.tag("<html lang=\"en\">\n")?;
    page.put(&head(report, &told))?;
    page.tag("<body>\n")?;
    page.put(&html! { a.skip href="#main" { "Skip to the report" } })?;
    page.put(&summary::top(report, &told))?;
    page.tag("<main id=\"main\" tabindex=\"-1\">\n")?;
    page.put(&summary::verdict_part(report, &told))?;
    page.put(&contents(&parts))?;
    findings::write(report, &told, &mut page)?;
    unread::write_gaps(report, &told, &mut page)?;
    if let Some(section) = &report.trail {
        trail::write(section, &told.teller, &mut page)?;
    }
    if let Some(section) = &report.account {
        account::write(section, &told.teller, &mut page)?;
    }
    if let Some(section) = &report.inventory {
        inventory::write(section, &told.teller, &mut page)?;
    }
    unread::write_silenced(&told, &mut page)?;
    page.put(&summary::about(report, &told))?;
    page.tag("</main>\n")?;
    page.put(&summary::foot(report, &told))?;
    page.put(&html! { script { (PreEscaped(assets::script())) } })?;
    page.tag("</body>\n</html>\n")
}

fn head(report: &Report<'_>, told: &Told<'_>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(assets::policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="robots" content="noindex, nofollow";
            meta name="generator" content=(format!("secretrail {}", told.version));
            title { "secretrail: " (sentence(report, told)) }
            style { (PreEscaped(assets::style())) }
        }
    }
}

fn parts(report: &Report<'_>, told: &Told<'_>) -> Vec<Part> {
    let part = |anchor, title, count| Part { anchor, title, count };
    let mut parts = vec![
        part("findings", "Findings", Some(told.findings.len())),
        part("not-read", "Not read", Some(told.gaps.len() + told.accepted.len())),
    ];
    if let Some(section) = &report.trail {
        parts.push(part("sessions", "Sessions", Some(section.sessions.len())));
    }
    if report.account.is_some() {
        parts.push(part("account", "Account", None));
    }
    if let Some(section) = &report.inventory {
        parts.push(part("keys", "Keys", Some(section.keys.len())));
    }
    if !told.silenced.is_empty() {
        parts.push(part("silenced", "Silenced", Some(told.silenced.len())));
    }
    parts.push(part("about", "About this report", None));
    parts
}

fn contents(parts: &[Part]) -> Markup {
    html! {
        nav.contents aria-label="Parts of this report" {
            ul {
                @for part in parts {
                    li {
                        a href=(format!("#{}", part.anchor)) {
                            (part.title)
                            @if let Some(count) = part.count { " " span.count { (count) } }
                        }
                    }
                }
            }
        }
    }
}
