//! Trails: the verdict, sessions as a picture and as a table, what the notable ones did, what the logs cover.

use std::io;

use maud::{Markup, html};

use super::Page;
use super::anchors::Anchors;
use super::prose::inline;
use super::{graph, timeline};
use crate::report::told::Teller;
use crate::report::trail::{COLUMNS, EventRow, SessionRow, TrailSection, cells, coverage, times};
use crate::report::verdict::number;

/// Sessions in the table; the JSON report has all.
const MOST_ROWS: usize = 2_000;
/// Sessions that are told one by one.
const MOST_TOLD: usize = 200;
/// With so many or fewer they are open.
const FEW: usize = 3;
/// Texts of one list.
const MOST_TEXTS: usize = 50;

/// Writes the part.
pub(super) fn write(section: &TrailSection, teller: &Teller<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.tag("<section id=\"sessions\" aria-labelledby=\"h-sessions\">\n")?;
    let (services, people): (Vec<&SessionRow>, Vec<&SessionRow>) =
        section.sessions.iter().partition(|session| session.is_service);
    let notable: Vec<&SessionRow> = section.sessions.iter().filter(|session| is_notable(session)).collect();
    let rows = people.iter().take(MOST_ROWS).chain(services.iter().take(MOST_ROWS));
    let anchors = Anchors::of(notable.iter().take(MOST_TOLD).copied(), rows.copied());
    page.put(&html! {
        h2 id="h-sessions" { "Sessions " span.count { (section.sessions.len()) } }
        ul.plain { @for sentence in &section.verdict { li { (inline(&teller.message(sentence))) } } }
        (graph::picture(section, teller, &anchors))
        (timeline::picture(section, teller, &anchors))
    })?;
    table("People, agents and programs", "t-people", &people, (teller, &anchors), page)?;
    table("AWS services and failed sign-ins", "t-services", &services, (teller, &anchors), page)?;
    told_one_by_one(&notable, (teller, &anchors), page)?;
    if !section.events.is_empty() {
        events(section, teller, page)?;
    }
    page.put(&html! {
        h3 { "What the logs cover" }
        ul.plain { @for words in coverage(&section.coverage) { li { (inline(&teller.message(&words))) } } }
    })?;
    page.tag("</section>\n")
}

/// Whether a session is told in the picture and one by one.
pub(super) fn is_notable(session: &SessionRow) -> bool {
    !session.is_service
        && (session.root.is_some() || session.actor_kind == "agent" || session.fallback.is_some())
}

fn table(
    title: &str,
    id: &str,
    sessions: &[&SessionRow],
    (teller, anchors): (&Teller<'_>, &Anchors<'_>),
    page: &mut Page<'_>,
) -> io::Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    page.put(&html! { h3 id=(id) { (title) " " span.count { (sessions.len()) } } })?;
    page.out.write_all(
        format!(
            "<div class=\"scroll cards\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\">\n<table>\n"
        )
        .as_bytes(),
    )?;
    page.put(&html! { thead { tr { @for title in COLUMNS { th scope="col" { (title) } } } } })?;
    page.tag("<tbody>\n")?;
    for session in sessions.iter().take(MOST_ROWS) {
        let [id, who, actor, rest @ ..] = cells(session, teller);
        page.put(&html! {
            tr id=[anchors.row(&session.id)] {
                th scope="row" {
                    @match anchors.told(&session.id) {
                        Some(told) => a href=(format!("#{told}")) { code { (id) } },
                        None => code { (id) },
                    }
                }
                td.who data-label="who" { (who) }
                td data-label="actor" { (actor) }
                @for (cell, label) in rest.iter().zip(COLUMNS.iter().skip(3)) { td.short data-label=(label) { (cell) } }
            }
        })?;
    }
    page.tag("</tbody>\n</table>\n</div>\n")?;
    more(sessions.len(), MOST_ROWS, page)
}

fn more(all: usize, most: usize, page: &mut Page<'_>) -> io::Result<()> {
    if all <= most {
        return Ok(());
    }
    let more = number(all - most, "more is", "more are");
    page.put(&html! { p.quiet { (more) " left out here; the JSON report has everything." } })
}

fn told_one_by_one(
    notable: &[&SessionRow],
    (teller, anchors): (&Teller<'_>, &Anchors<'_>),
    page: &mut Page<'_>,
) -> io::Result<()> {
    if notable.is_empty() {
        return Ok(());
    }
    page.put(&html! { h3 { "Activity of root and agents" } })?;
    let open = notable.len() <= FEW;
    for session in notable.iter().take(MOST_TOLD) {
        page.put(&one(session, (teller, anchors), open))?;
    }
    more(notable.len(), MOST_TOLD, page)
}

/// How root it was, who stands behind it, and when.
pub(super) fn title(session: &SessionRow, teller: &Teller<'_>) -> Markup {
    let root = session.root.as_deref().map(|how| teller.name(&how.replace('-', " ")));
    html! {
        @if let Some(root) = root { strong.root { "root" } " by " (root) ", " }
        @if session.actor_kind == "agent" { strong.agent { (teller.name(&session.actor_words)) } }
        @else { "actor " (teller.name(&session.actor_words)) }
        @if session.fallback.is_some() { ", " strong.fell { "fell back silently" } }
    }
}

fn one(session: &SessionRow, (teller, anchors): (&Teller<'_>, &Anchors<'_>), open: bool) -> Markup {
    let all = |texts: &[String]| texts.iter().map(|text| teller.name(text)).collect::<Vec<String>>();
    let tags: Vec<String> = session
        .tags
        .iter()
        .map(|(key, value)| format!("{} = {}", teller.name(key), teller.name(value)))
        .collect();
    let fell = session.fallback.as_ref().map(|(_, from, told)| (teller.name(from), teller.message(told)));
    html! {
        details.session id=[anchors.told(&session.id)] open[open] {
            summary {
                h4 { code { (session.id) } " " (title(session, teller)) } " "
                span.where { (session.first) ", " (session.span) }
            }
                dl.facts.body {
                    (fact("Principal", &all(std::slice::from_ref(&session.principal)), true))
                    (fact("Account", &all(std::slice::from_ref(&session.account)), true))
                    (fact("Called from", &all(&session.chain), true))
                    @if let Some((from, told)) = fell { dt { "Fell back from" } dd { code { (from) } ": " (inline(&told)) } }
                    (fact("Access key created by", &all(session.key_made_by.as_slice()), true))
                    (fact("Evidence for the actor", &all(&session.reasons), false))
                    (fact("Contradictions", &all(&session.contradictions), false))
                    (fact("Source identity", &all(std::slice::from_ref(&session.source_identity)), true))
                    (fact("Session tags", &tags, true))
                    dt { "Events" }
                    dd { (session.events) ": " (times(session.reads, "read", "reads")) ", " (times(session.writes, "write", "writes")) ", " (session.denied) " denied" }
                    (fact("Secrets read", &all(&session.secrets_read), true))
                    (fact("Credentials created", &all(&session.created_credentials), true))
                    (fact("Persistence", &all(&session.persistence), true))
                    (fact("Made", &all(&session.created), true))
                    (fact("Outside the allowed scope", &all(&session.outside_allowed), true))
                    (fact("From", &all(&session.ips), true))
                    (fact("With", &all(&session.user_agents), true))
                    (fact("Regions", &all(&session.regions), true))
                    (fact("Services", &all(&session.services), true))
            }
        }
    }
}

fn fact(title: &str, texts: &[String], code: bool) -> Markup {
    let texts: Vec<&String> = texts.iter().filter(|text| !text.is_empty()).collect();
    if texts.is_empty() {
        return html! {};
    }
    let left_out = texts.len().saturating_sub(MOST_TEXTS);
    html! {
        dt { (title) }
        dd {
            @for (index, text) in texts.iter().take(MOST_TEXTS).enumerate() {
                @if index > 0 { br; }
                @if code { code { (text) } } @else { (inline(text)) }
            }
            @if left_out > 0 { br; "and " (left_out) " more" }
        }
    }
}

/// The columns of single events.
const EVENT_COLUMNS: [&str; 6] = ["time (UTC)", "call", "who", "actor", "from", "more"];

fn events(section: &TrailSection, teller: &Teller<'_>, page: &mut Page<'_>) -> io::Result<()> {
    page.put(&html! { h3 id="h-events" { (teller.name(&section.events_title)) " " span.count { (section.events.len()) } } })?;
    page.tag(
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"h-events\" tabindex=\"0\">\n<table>\n",
    )?;
    page.put(&html! { thead { tr { @for title in EVENT_COLUMNS { th scope="col" { (title) } } } } })?;
    page.tag("<tbody>\n")?;
    for event in &section.events {
        page.put(&event_row(event, teller))?;
    }
    page.tag("</tbody>\n</table>\n</div>\n")
}

fn event_row(event: &EventRow, teller: &Teller<'_>) -> Markup {
    let service = event.source.strip_suffix(".amazonaws.com").unwrap_or(&event.source);
    html! {
        tr {
            th scope="row" { (event.time.replace('T', " ").replace('Z', "")) }
            td { code { (teller.name(service)) ":" (teller.name(&event.name)) }
                @if !event.error.is_empty() { " " strong { (teller.name(&event.error)) } } }
            td { (teller.name(&event.principal)) @if !event.session.is_empty() { " " code { (teller.name(&event.session)) } } }
            td { (teller.name(&event.actor)) }
            td { (teller.name(&event.ip)) @if !event.region.is_empty() { ", " (teller.name(&event.region)) } }
            td { (inline(&teller.message(&event.told))) }
        }
    }
}
