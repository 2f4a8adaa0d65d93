//! The picture in words, as a list in a list: for who does not see it, and for narrow screens.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::model::{Edge, Graph, Kind, Link, Node};

/// All boxes; those that nobody issued come first.
pub(super) fn list(graph: &Graph) -> Markup {
    let starts = (0..graph.nodes.len()).filter(|at| {
        graph.nodes.get(*at).is_some_and(|node| node.issuer.is_none() && node.kind != Kind::Secret)
    });
    let mut met = BTreeSet::new();
    html! { ul.tree { @for at in starts { (item(graph, at, &mut met)) } } }
}

/// As deep as chains are, which are cut before.
fn item(graph: &Graph, at: usize, met: &mut BTreeSet<usize>) -> Markup {
    let Some(node) = graph.nodes.get(at).filter(|_| met.insert(at)) else { return html! {} };
    let of = |link: Link, end: fn(&Edge) -> usize| {
        graph.edges.iter().filter(move |edge| edge.link == link && end(edge) == at)
    };
    let from = |edge: &Edge| edge.from;
    let secrets: Vec<&Node> = of(Link::Read, from).filter_map(|edge| graph.nodes.get(edge.to)).collect();
    let issued: Vec<usize> = of(Link::Issued, from).map(|edge| edge.to).collect();
    html! {
        li {
            @if !node.by.is_empty() { span.quiet { (node.by) " " } }
            (name(node))
            @if !node.note.is_empty() { ": " (node.note) }
            @for edge in of(Link::Fell, |edge| edge.to) {
                @if let Some(before) = graph.nodes.get(edge.from) { ", " strong.fell { "fell back silently" } " from " (name(before)) }
            }
            @for edge in of(Link::Made, |edge| edge.to) {
                @if let Some(maker) = graph.nodes.get(edge.from) { ", with an access key that " (name(maker)) " created" }
            }
            @if !secrets.is_empty() || !issued.is_empty() {
                ul {
                    @if !secrets.is_empty() {
                        li { "read " @for (at, secret) in secrets.iter().enumerate() { @if at > 0 { ", " } code { (secret.whole) } } }
                    }
                    @for next in issued { (item(graph, next, met)) }
                }
            }
        }
    }
}

fn name(node: &Node) -> Markup {
    let words = html! { (node.title) @if !node.about.is_empty() { " " (node.about) } };
    html! {
        @match &node.target {
            Some(target) => a href=(format!("#{target}")) { (words) },
            None => (words),
        }
    }
}
