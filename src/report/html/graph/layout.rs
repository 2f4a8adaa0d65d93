//! Where boxes stand: a column for each step of a chain, secrets last; under one another as they follow.

use std::collections::BTreeSet;

use super::model::{Edge, Graph, Kind, Link};

/// Pixels.
pub(super) const WIDTH: i32 = 196;
pub(super) const SECRET_WIDTH: i32 = 238;
pub(super) const HEIGHT: i32 = 62;
pub(super) const SECRET_HEIGHT: i32 = 30;
const COLUMN: i32 = WIDTH + 52;
const ROW: i32 = HEIGHT + 16;
const SECRET_ROW: i32 = SECRET_HEIGHT + 10;
/// Room around the picture.
const MARGIN: i32 = 14;

/// A box's place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub x: i32,
    /// The middle of its height.
    pub y: i32,
    pub width: i32,
    pub height: i32,
    pub column: i32,
}

/// The places of all boxes.
pub(super) struct Layout {
    pub places: Vec<Place>,
    pub width: i32,
    pub height: i32,
}

impl Layout {
    /// The same graph has the same places always.
    pub fn of(graph: &Graph) -> Self {
        let parents = parents(graph);
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
        for (node, parent) in parents.iter().enumerate() {
            if let Some(of) = parent.and_then(|parent| children.get_mut(parent)) {
                of.push(node);
            }
        }
        let mut spread =
            Spread { graph, children, places: vec![Place::default(); graph.nodes.len()], next: MARGIN };
        for node in (0..graph.nodes.len()).filter(|node| parents.get(*node).copied().flatten().is_none()) {
            spread.place(node, 0);
        }
        let Spread { mut places, next, .. } = spread;
        let of = |kind: fn(Kind) -> bool, places: &[Place]| {
            let nodes = graph.nodes.iter().zip(places);
            nodes.filter(|(node, _)| kind(node.kind)).map(|(_, place)| place.column).max()
        };
        let last = of(|kind| kind != Kind::Secret, &places).unwrap_or_default();
        for (node, place) in graph.nodes.iter().zip(&mut places) {
            let is_secret = node.kind == Kind::Secret;
            place.column = if is_secret { last + 1 } else { place.column };
            place.x = MARGIN + place.column * COLUMN;
            place.width = if is_secret { SECRET_WIDTH } else { WIDTH };
            place.height = if is_secret { SECRET_HEIGHT } else { HEIGHT };
        }
        let width = places.iter().map(|place| place.x + place.width).max().unwrap_or_default() + MARGIN;
        Self { places, width, height: next + MARGIN - (ROW - HEIGHT) }
    }

    /// The way of a line: it bends where nothing is in its way.
    pub fn way(&self, edge: &Edge) -> Option<String> {
        let (from, to) = (self.places.get(edge.from)?, self.places.get(edge.to)?);
        let (x, y) = (from.x + from.width, from.y);
        let end = to.x - 2;
        if to.column <= from.column {
            // Back, or within a column: around the right side.
            let (right, out) = (to.x + to.width + 2, x.max(to.x + to.width) + 40);
            return Some(format!("M{x} {y}C{out} {y} {out} {0} {right} {0}", to.y));
        }
        let bend = COLUMN - WIDTH - 14;
        let between = from.column + 1..to.column;
        let is_free = |at: i32| {
            self.places
                .iter()
                .all(|place| !between.contains(&place.column) || (place.y - at).abs() > place.height / 2 + 3)
        };
        let curve = |x: i32| format!("C{0} {y} {0} {2} {1} {2}", x + bend / 2, x + bend, to.y);
        Some(if is_free(y) {
            format!("M{x} {y}H{0}{1}H{end}", end - bend - 8, curve(end - bend - 8))
        } else if is_free(to.y) {
            format!("M{x} {y}{}H{end}", curve(x))
        } else {
            let middle = (x + end) / 2;
            format!("M{x} {y}C{middle} {y} {middle} {0} {end} {0}", to.y)
        })
    }
}

/// What a box stands beside: who issued it, else what it fell back from, or who made its key; of a secret, its first reader.
fn parents(graph: &Graph) -> Vec<Option<usize>> {
    let mut parents: Vec<Option<usize>> = graph.nodes.iter().map(|node| node.issuer).collect();
    for link in [Link::Read, Link::Fell, Link::Made] {
        for edge in graph.edges.iter().filter(|edge| edge.link == link) {
            if !is_above(&parents, edge.to, edge.from)
                && let Some(parent) = parents.get_mut(edge.to).filter(|parent| parent.is_none())
            {
                *parent = Some(edge.from);
            }
        }
    }
    parents
}

/// Whether a box is the other one, or stands before it.
fn is_above(parents: &[Option<usize>], one: usize, of: usize) -> bool {
    let mut met = BTreeSet::new();
    let mut at = Some(of);
    while let Some(node) = at.filter(|node| met.insert(*node)) {
        if node == one {
            return true;
        }
        at = parents.get(node).copied().flatten();
    }
    false
}

struct Spread<'g> {
    graph: &'g Graph,
    children: Vec<Vec<usize>>,
    places: Vec<Place>,
    /// Where the next row begins.
    next: i32,
}

impl Spread<'_> {
    /// Places a box and all that follow; gives its middle. As deep as there are boxes in a chain, which are few.
    fn place(&mut self, node: usize, column: i32) -> i32 {
        let is_secret = self.graph.nodes.get(node).is_some_and(|node| node.kind == Kind::Secret);
        let (height, row) = if is_secret { (SECRET_HEIGHT, SECRET_ROW) } else { (HEIGHT, ROW) };
        let children = self.children.get_mut(node).map(std::mem::take).unwrap_or_default();
        let top = self.next;
        let middles: Vec<i32> = children.into_iter().map(|child| self.place(child, column + 1)).collect();
        let own = match (middles.first(), middles.last()) {
            (Some(first), Some(last)) => (first + last) / 2,
            _ => top + height / 2,
        };
        // Few low boxes beside it are no room for a high one.
        let middle = own.max(top + height / 2);
        self.next = self.next.max(top + row);
        if let Some(place) = self.places.get_mut(node) {
            (place.column, place.y) = (column, middle);
        }
        middle
    }
}
