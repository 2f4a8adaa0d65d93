//! YAML, and JSON, which is YAML too. Built from the parser's events: bounded in depth and size.

use std::ops::Range;

use saphyr_parser::{Event, Parser, Span as Marks};

use super::Raw;
use super::tree::{Data, MOST_LEVELS, Node, rows};

/// More brackets that are not closed are no list of keys, nor text in one.
const MOST_BRACKETS: usize = 200;
/// More nodes are no list of keys.
const MOST_NODES: usize = 400_000;

pub(super) fn read(text: &str) -> Raw {
    let mut raw = Raw::default();
    if let Some(at) = too_deep(text) {
        raw.gaps.push((at..at, "it is nested too deeply".to_owned()));
        return raw;
    }
    let mut builder = Builder::new(text);
    let mut failed = None;
    for event in Parser::new_from_str(text) {
        let done = match event {
            Ok((event, marks)) => builder.event(event, marks),
            Err(error) => Err((builder.byte(error.marker().index()), "this is not YAML")),
        };
        if let Err(wrong) = done {
            failed = Some(wrong);
            break;
        }
    }
    for document in &builder.documents {
        rows(document, &mut raw.rows);
    }
    if let Some((at, reason)) = failed {
        raw.gaps.push((at..at, reason.to_owned()));
    }
    raw
}

/// Where more brackets are open than a list needs. The parser looks back at each of them for every further one.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST_BRACKETS
    })
}

struct Builder {
    /// The byte of each character: the parser counts characters.
    bytes: Vec<u32>,
    length: usize,
    documents: Vec<Node>,
    open: Vec<Open>,
    nodes: usize,
}

struct Open {
    start: usize,
    is_map: bool,
    items: Vec<Node>,
}

type Wrong = (usize, &'static str);

impl Builder {
    fn new(text: &str) -> Self {
        let bytes = text.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        Self { bytes, length: text.len(), documents: Vec::new(), open: Vec::new(), nodes: 0 }
    }

    fn byte(&self, character: usize) -> usize {
        self.bytes.get(character).map_or(self.length, |at| *at as usize)
    }

    fn event(&mut self, event: Event<'_>, marks: Marks) -> Result<(), Wrong> {
        let at = self.byte(marks.start.index())..self.byte(marks.end.index());
        match event {
            Event::Scalar(text, ..) => {
                self.add(Node { at: at.clone(), data: Data::Scalar(text.into_owned()) })
            }
            // A value that stands elsewhere: people don't write lists of keys so.
            Event::Alias(_) => self.add(Node { at: at.clone(), data: Data::Scalar(String::new()) }),
            Event::SequenceStart(..) => self.start(at.start, false)?,
            Event::MappingStart(..) => self.start(at.start, true)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(&at),
            _ => {}
        }
        if self.nodes > MOST_NODES { Err((at.start, "there is too much of it")) } else { Ok(()) }
    }

    fn start(&mut self, start: usize, is_map: bool) -> Result<(), Wrong> {
        if self.open.len() >= MOST_LEVELS {
            return Err((start, "it is nested too deeply"));
        }
        self.open.push(Open { start, is_map, items: Vec::new() });
        Ok(())
    }

    fn end(&mut self, at: &Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        // The end of a block is the start of the next thing: its last item ends earlier.
        let end = open.items.last().map_or(at.end, |item| item.at.end);
        let data = if open.is_map { map(open.items) } else { Data::List(open.items) };
        self.add(Node { at: open.start..end.max(open.start), data });
    }

    fn add(&mut self, node: Node) {
        self.nodes += 1;
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.documents.push(node),
        }
    }
}

/// Names and values in turn.
fn map(items: Vec<Node>) -> Data {
    let mut entries = Vec::new();
    let mut items = items.into_iter();
    while let (Some(name), Some(value)) = (items.next(), items.next()) {
        let text = match name.data {
            Data::Scalar(text) => text,
            _ => String::new(),
        };
        entries.push((text, name.at, value));
    }
    Data::Map(entries)
}
