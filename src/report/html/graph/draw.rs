//! The picture. Colours and lines are the style sheet's; each box is a link with a name of its own.

use maud::{Markup, html};

use super::layout::{Layout, Place};
use super::model::{Graph, Kind, Link, Node};
use super::names::{fitted, mono, plain};

/// Room for words in a box, in tenths of their size.
const TITLE: u32 = 130;
const LINE: u32 = 152;
const SECRET: u32 = 192;

/// What lines and boxes mean; only those that are there.
pub(super) fn legend(graph: &Graph) -> Markup {
    let drawn = |link: Link| graph.edges.iter().any(|edge| edge.link == link);
    html! {
        ul.legend {
            @for (link, words) in [(Link::Issued, "issued credentials"), (Link::Fell, "fell back silently"), (Link::Made, "created an access key for"), (Link::Read, "read a secret")] {
                @if drawn(link) {
                    li {
                        svg.edge.(class(link)) width="34" height="14" aria-hidden="true" focusable="false" { path d="M2 7H30" {} path.head d="M25 3L30 7L25 11" {} }
                        " " (words)
                    }
                }
            }
        }
    }
}

fn class(link: Link) -> &'static str {
    match link {
        Link::Issued => "issued",
        Link::Fell => "fell",
        Link::Made => "made",
        Link::Read => "read",
    }
}

/// The picture: a group, as links inside of an image are not reached.
pub(super) fn svg(graph: &Graph, layout: &Layout) -> Markup {
    let (width, height) = (layout.width, layout.height);
    html! {
        svg width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) role="group"
            aria-labelledby="h-graph" aria-describedby="graph-told" {
            g aria-hidden="true" {
                @for edge in &graph.edges {
                    @if let (Some(way), Some(to)) = (layout.way(edge), layout.places.get(edge.to)) {
                        @let is_back = layout.places.get(edge.from).is_some_and(|from| to.column <= from.column);
                        g class=(format!("edge {}", class(edge.link))) {
                            path d=(way) {}
                            path.head d=(head(to, is_back)) {}
                        }
                    }
                }
            }
            @for (at, (node, place)) in graph.nodes.iter().zip(&layout.places).enumerate() {
                @let fell = graph.edges.iter().any(|edge| edge.link == Link::Fell && edge.to == at);
                @match &node.target {
                    Some(target) => a href=(format!("#{target}")) class=(classes(node)) { (inner(node, place, fell)) },
                    None => g class=(classes(node)) { (inner(node, place, fell)) },
                }
            }
        }
    }
}

fn head(to: &Place, is_back: bool) -> String {
    let (x, y, step) = if is_back { (to.x + to.width + 2, to.y, 6) } else { (to.x - 2, to.y, -6) };
    format!("M{0} {1}L{x} {y}L{0} {2}", x + step, y - 4, y + 4)
}

fn classes(node: &Node) -> String {
    let kind = match node.kind {
        Kind::Outside => "outside",
        Kind::Session => "own",
        Kind::Secret => "secret",
    };
    let root = if node.is_root { " root" } else { "" };
    let agent = if node.is_agent { " agent" } else { "" };
    format!("node {kind}{root}{agent}")
}

fn inner(node: &Node, place: &Place, fell: bool) -> Markup {
    let (x, top) = (place.x + 12, place.y - place.height / 2);
    let radius = if node.kind == Kind::Outside { place.height / 2 } else { 6 };
    let x = if node.kind == Kind::Outside { x + 10 } else { x };
    let by = if node.by.is_empty() { String::new() } else { format!("{}: ", node.by) };
    html! {
        title {
            @if node.kind == Kind::Secret { "secret " }
            (by) (node.whole)
            @if node.is_root { ", " (node.about) }
            @if !node.note.is_empty() { ", " (node.note) }
            @if fell { ", fell back silently" }
        }
        rect x=(place.x) y=(top) width=(place.width) height=(place.height) rx=(radius) {}
        @if node.kind == Kind::Secret {
            text x=(x) y=(place.y + 4) { (fitted(&node.title, SECRET, mono)) }
        } @else {
            text.name x=(x) y=(top + 20) { (fitted(&node.title, TITLE, plain)) }
            @for (line, y) in [&node.about, &node.note].into_iter().filter(|line| !line.is_empty()).zip([36, 52]) {
                text x=(x) y=(top + y) { (fitted(line, LINE, plain)) }
            }
        }
    }
}
