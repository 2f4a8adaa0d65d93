//! Who issued credentials to whom, who made whose access key, what fell back to what, and which secrets were read: as a picture, and the same in
//! words.
//!
//! Drawn from the left to the right by the steps of a chain. Sessions that differ in time only are one box, so that a
//! job that runs every hour is seen once.

mod draw;
mod layout;
mod model;
mod names;
mod words;

use maud::{Markup, html};

use self::layout::Layout;
use self::model::Graph;
use super::anchors::Anchors;
use crate::report::told::Teller;
use crate::report::trail::TrailSection;
use crate::report::verdict::number;

/// The picture, the legend, and the same in words.
pub(super) fn picture(section: &TrailSection, teller: &Teller<'_>, anchors: &Anchors<'_>) -> Markup {
    let graph = Graph::of(&section.sessions, teller, anchors);
    if graph.edges.is_empty() {
        return html! {
            @if !section.sessions.is_empty() {
                p.quiet { "No session in these logs issued credentials to another, fell back to others, created a key that was used, or read a secret." }
            }
        };
    }
    let layout = Layout::of(&graph);
    html! {
        figure.graph aria-labelledby="h-graph" {
            figcaption {
                h3 id="h-graph" { "Who issued credentials to whom" }
                p.quiet id="graph-told" {
                    "From left to right: a person, the sessions that follow from one another, and the secrets that they read. "
                    "Each box links to its session."
                }
                (draw::legend(&graph))
            }
            div.scroll.picture role="region" aria-label="Picture of sessions" tabindex="0" { (draw::svg(&graph, &layout)) }
            (left_out(&graph))
            details.same {
                summary { "The same as text" }
                (words::list(&graph))
            }
        }
    }
}

fn left_out(graph: &Graph) -> Markup {
    let left_out = number(graph.sessions_left_out, "more session", "more sessions");
    let alone =
        number(graph.alone, "more session of root or an agent has", "more sessions of root and agents have");
    html! {
        @if graph.alone > 0 { p.quiet { (alone) " no part in this, as far as these logs show, and are listed below." } }
        @if graph.sessions_left_out > 0 { p.quiet { "And " (left_out) ", in the tables and in the JSON report only." } }
    }
}
