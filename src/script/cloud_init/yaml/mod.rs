//! YAML that a template renders: a small tree with the outer place of every text, bounded.
//!
//! Read from a parser's events over a mask of the text ([`mask`]); the texts themselves are cut out of the text again
//! ([`align`]), so that holes and places stay. What the parser gives up on is read line by line ([`tolerant`]).

mod align;
mod mask;
mod tolerant;

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks, Tag};

use crate::source::Span;
use crate::value::{Flat, Text};
use align::{Aligner, Scalar};

/// Deepest nesting of lists and maps.
const MOST_LEVELS: usize = 64;
/// Longest text that is read: clouds take 16 to 256 KiB.
const MOST_BYTES: usize = 4 << 20;
/// Most nodes.
const MOST_NODES: usize = 400_000;

/// A node with its place in the text.
#[derive(Debug)]
pub struct Node {
    /// Where it stands.
    pub at: Range<usize>,
    /// `!!binary`: base64.
    pub binary: bool,
    pub data: Data,
}

#[derive(Debug)]
pub enum Data {
    Scalar(Text),
    List(Vec<Rc<Node>>),
    Map(Vec<Entry>),
}

/// One key of a map with its value.
#[derive(Debug)]
pub struct Entry {
    /// Empty where it is no plain text.
    pub key: String,
    pub value: Rc<Node>,
}

/// Maps that a map takes in with `<<` are followed this deep, and this many of one map.
const MOST_MERGES: usize = 2;
const MOST_MERGED: usize = 4;

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&Text> {
        match &self.data {
            Data::Scalar(text) => Some(text),
            Data::List(_) | Data::Map(_) => None,
        }
    }

    /// A scalar whose text is known, trimmed.
    pub fn word(&self) -> Option<String> {
        self.text().and_then(Text::known).map(|text| text.trim().to_owned())
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Rc<Node>] {
        match &self.data {
            Data::List(items) => items,
            Data::Scalar(_) | Data::Map(_) => &[],
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            Data::Scalar(_) | Data::List(_) => &[],
        }
    }

    /// What it costs to look into a list or map.
    pub fn width(&self) -> usize {
        1 + self.items().len() + self.entries().len()
    }

    /// The value of a key: the last one, as cloud-init reads it, else that of a merged map.
    pub fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.get_within(key, MOST_MERGES)
    }

    fn get_within(&self, key: &str, merges: usize) -> Option<&Rc<Node>> {
        let own = self.entries().iter().rev().find(|entry| entry.key == key).map(|entry| &entry.value);
        if own.is_some() || merges == 0 {
            return own;
        }
        self.entries().iter().filter(|entry| entry.key == "<<").take(MOST_MERGED).find_map(|entry| {
            match &entry.value.data {
                Data::Map(_) => entry.value.get_within(key, merges - 1),
                Data::List(items) => {
                    items.iter().take(MOST_MERGED).find_map(|item| item.get_within(key, merges - 1))
                }
                Data::Scalar(_) => None,
            }
        })
    }

    /// All values of a key: where a template has one in each branch, any may be the one.
    pub fn all<'n>(&'n self, key: &'n str) -> impl Iterator<Item = &'n Rc<Node>> {
        let merged = if self.entries().iter().any(|entry| entry.key == key) { None } else { self.get(key) };
        self.entries().iter().filter(move |entry| entry.key == key).map(|entry| &entry.value).chain(merged)
    }
}

/// What was read.
pub struct Document {
    /// The documents, one after the other.
    pub roots: Vec<Rc<Node>>,
    /// Lines of holes only that stand in no text: nobody knows what they are.
    pub unknown: Vec<usize>,
    /// Where the strict reading ended, and what could not be placed even line by line.
    pub broken: Option<Broken>,
}

/// A text that is no whole YAML.
pub struct Broken {
    /// The byte where a strict reader gives up.
    pub at: usize,
    /// Whether something was left out of the reading line by line.
    pub lost: bool,
}

/// Reads a text.
pub fn read(flat: &Flat, jinja: bool, fallback: Span) -> Document {
    let whole = 0..flat.text().len();
    if whole.end > MOST_BYTES {
        let broken = Some(Broken { at: 0, lost: true });
        return Document { roots: Vec::new(), unknown: Vec::new(), broken };
    }
    let mut unknown = Vec::new();
    let mask = mask::masked(flat, whole.start, whole.end, jinja, &mut unknown);
    let (roots, mistake, texts) = strict(flat, &mask, 0, fallback);
    let Some(at) = mistake else {
        // The texts stand in the order of their places.
        unknown.retain(|hole| {
            let before = texts.partition_point(|text| text.start <= *hole);
            before.checked_sub(1).and_then(|last| texts.get(last)).is_none_or(|text| text.end <= *hole)
        });
        return Document { roots, unknown, broken: None };
    };
    let (root, lost) = tolerant::read(flat, &mask, fallback);
    Document { roots: vec![Rc::new(root)], unknown: Vec::new(), broken: Some(Broken { at, lost }) }
}

/// Documents, the place of the first mistake, and the places of all texts.
type Strict = (Vec<Rc<Node>>, Option<usize>, Vec<Range<usize>>);

/// Reads a part of the text as YAML wants it.
fn strict(flat: &Flat, mask: &str, base: usize, fallback: Span) -> Strict {
    let aligner = Aligner { flat, mask, base, fallback };
    let mut builder = Builder {
        aligner,
        documents: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        texts: Vec::new(),
    };
    let mut parser = Parser::new_from_str(mask);
    while let Some(event) = parser.next_event() {
        let done = match event {
            Ok((event, marks)) => builder.event(event, marks),
            Err(error) => Err(error.marker().index()),
        };
        if let Err(at) = done {
            return (builder.documents, Some(base + at), builder.texts);
        }
    }
    (builder.documents, None, builder.texts)
}

struct Builder<'a> {
    aligner: Aligner<'a>,
    documents: Vec<Rc<Node>>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Rc<Node>>,
    nodes: usize,
    texts: Vec<Range<usize>>,
}

struct Frame {
    start: usize,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Map { entries: Vec<Entry>, key: Option<String> },
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, marks: Marks) -> Result<(), usize> {
        let start = marks.start.index();
        let base = self.aligner.base;
        match event {
            Event::SequenceStart(anchor, _) => self.open(start, anchor, Content::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.open(start, anchor, Content::Map { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(marks.end.index()),
            Event::Scalar(value, style, anchor, tag) => {
                let range = start..marks.end.index();
                let at = base + range.start..base + range.end;
                self.texts.push(at.clone());
                let text = self.scalar(&value, style, range);
                let binary = tag.as_deref().is_some_and(is_binary);
                self.place(Rc::new(Node { at, binary, data: Data::Scalar(text) }), anchor, start)
            }
            Event::Alias(id) => {
                let node = self.anchors.get(&id).cloned().ok_or(start)?;
                self.place(node, 0, start)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => Ok(()),
        }
    }

    fn scalar(&self, value: &str, style: ScalarStyle, range: Range<usize>) -> Text {
        self.aligner.text(&Scalar { value, style, range })
    }

    fn open(&mut self, start: usize, anchor: usize, content: Content) -> Result<(), usize> {
        if self.open.len() >= MOST_LEVELS {
            return Err(start);
        }
        self.open.push(Frame { start, anchor, content });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), usize> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let data = match frame.content {
            Content::List(items) => Data::List(items),
            Content::Map { entries, .. } => Data::Map(entries),
        };
        let base = self.aligner.base;
        let at = base + frame.start..base + end.max(frame.start);
        self.place(Rc::new(Node { at, binary: false, data }), frame.anchor, frame.start)
    }

    /// Puts a finished node where it belongs: as key, value, item or document.
    fn place(&mut self, node: Rc<Node>, anchor: usize, start: usize) -> Result<(), usize> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(start);
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        match self.open.last_mut().map(|frame| &mut frame.content) {
            None => self.documents.push(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, key }) => match key.take() {
                Some(key) => entries.push(Entry { key, value: node }),
                None => *key = Some(key_of(&node)),
            },
        }
        Ok(())
    }
}

fn is_binary(tag: &Tag) -> bool {
    tag.suffix == "binary"
}

/// Keys are short; what is longer is none that anybody looks for.
fn key_of(node: &Node) -> String {
    node.word().filter(|word| word.len() <= 256).unwrap_or_default()
}

#[cfg(test)]
mod tests;
