//! YAML as rules need it: a small tree with positions, bounded in size, depth and expansion.
//!
//! Built from the parser's events and not with the parser's own tree: that one recurses for every
//! level of nesting, so a hostile file of one megabyte would overflow the stack.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use saphyr::Scalar as Resolved;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::problem::{Place, shown};

/// Largest rule file in bytes.
const MOST_BYTES: usize = 2 << 20;
/// Deepest nesting of lists and maps.
const MOST_LEVELS: usize = 64;
/// Most weight of a file after its aliases are expanded; a node weighs its bytes and 32.
const MOST_WEIGHT: usize = 16 << 20;

/// A node with its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) at: Place,
    pub(super) data: Data,
    weight: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Data {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A scalar: its text as written (unquoted) and what YAML's core schema makes of it.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    pub(super) text: Arc<str>,
    pub(super) kind: Kind,
    /// Column of the text's first character, where it stands on one line as it is.
    pub(super) text_at: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text,
}

/// One key of a map with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Arc<str>,
    pub(super) key_at: Place,
    pub(super) value: Node,
}

impl Node {
    /// The text of a scalar, whatever its kind; `None` for null, lists and maps.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar(scalar) if scalar.kind != Kind::Null => Some(&scalar.text),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar(Scalar { kind: Kind::Null, .. }))
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Scalar(Scalar { kind: Kind::Bool(value), .. }) => Some(*value),
            _ => None,
        }
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> Option<&[Entry]> {
        match &self.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a map's key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }

    /// What it is, for messages: "a list".
    pub(super) fn what(&self) -> &'static str {
        match &self.data {
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
            Data::Scalar(scalar) => match scalar.kind {
                Kind::Null => "nothing",
                Kind::Bool(_) => "true or false",
                Kind::Integer(_) | Kind::Float(_) => "a number",
                Kind::Text => "a text",
            },
        }
    }
}

/// What makes a file unreadable.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) at: Place,
    pub(super) message: String,
}

/// Reads all documents of a text; empty ones are left out. An unreadable file still yields the
/// documents before the mistake.
pub(super) fn read(text: &str) -> (Vec<Node>, Option<Unreadable>) {
    if text.len() > MOST_BYTES {
        let message = format!("the file is larger than {} MiB; split it", MOST_BYTES >> 20);
        return (Vec::new(), Some(Unreadable { at: Place::START, message }));
    }
    let mut builder = Builder::default();
    // A byte order mark is the sign of an editor, not of a mistake.
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(event) = parser.next_event() {
        let done = match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => Err(Unreadable {
                at: place(*error.marker()),
                message: format!("this is not YAML: {}", error.info()),
            }),
        };
        if let Err(unreadable) = done {
            return (builder.documents, Some(unreadable));
        }
    }
    (builder.documents, None)
}

fn place(marker: Marker) -> Place {
    Place { line: marker.line().max(1), column: marker.col() + 1 }
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    weight: usize,
}

struct Frame {
    at: Place,
    anchor: usize,
    weight: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, keys: HashSet<Arc<str>>, pending: Option<(Arc<str>, Place)> },
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Unreadable> {
        let at = place(span.start);
        match event {
            Event::SequenceStart(anchor, _) => self.open(at, anchor, Content::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let content = Content::Map { entries: Vec::new(), keys: HashSet::new(), pending: None };
                self.open(at, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Scalar(text, style, anchor, tag) => {
                let node = scalar(&text, style, tag.as_deref(), span)?;
                self.place(node, anchor)
            }
            Event::Alias(id) => self.alias(id, at),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => Ok(()),
        }
    }

    fn open(&mut self, at: Place, anchor: usize, content: Content) -> Result<(), Unreadable> {
        if self.open.len() >= MOST_LEVELS {
            let message = format!("more than {MOST_LEVELS} levels of lists and maps");
            return Err(Unreadable { at, message });
        }
        self.open.push(Frame { at, anchor, weight: 32, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let data = match frame.content {
            Content::List(items) => Data::List(items),
            Content::Map { entries, .. } => Data::Map(entries),
        };
        self.place(Node { at: frame.at, data, weight: frame.weight }, frame.anchor)
    }

    fn alias(&mut self, id: usize, at: Place) -> Result<(), Unreadable> {
        let Some(weight) = self.anchors.get(&id).map(|node| node.weight) else {
            let message = "this alias is inside the text that it names".to_owned();
            return Err(Unreadable { at, message });
        };
        // Charged before copying: a bomb of aliases must not be built first and weighed later.
        self.charge(weight, at)?;
        let Some(mut node) = self.anchors.get(&id).cloned() else { return Ok(()) };
        node.at = at;
        self.place(node, 0)
    }

    fn charge(&mut self, weight: usize, at: Place) -> Result<(), Unreadable> {
        self.weight = self.weight.saturating_add(weight);
        if self.weight > MOST_WEIGHT {
            let message = "the aliases of this file expand to more than a rule can need".to_owned();
            return Err(Unreadable { at, message });
        }
        Ok(())
    }

    /// Puts a finished node where it belongs: as key, value, item or document.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Unreadable> {
        self.charge(node.weight, node.at)?;
        if anchor > 0 {
            self.charge(node.weight, node.at)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            if !node.is_null() {
                self.documents.push(node);
            }
            return Ok(());
        };
        frame.weight = frame.weight.saturating_add(node.weight);
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, keys, pending } => match pending.take() {
                Some((key, key_at)) => entries.push(Entry { key, key_at, value: node }),
                None => *pending = Some(new_key(node, keys)?),
            },
        }
        Ok(())
    }
}

fn new_key(node: Node, keys: &mut HashSet<Arc<str>>) -> Result<(Arc<str>, Place), Unreadable> {
    let at = node.at;
    let Data::Scalar(scalar) = node.data else {
        let message = "a list or a map cannot be a key: write a name".to_owned();
        return Err(Unreadable { at, message });
    };
    if &*scalar.text == "<<" {
        let message = "merge keys (`<<`) are not part of YAML 1.2: write the entries out".to_owned();
        return Err(Unreadable { at, message });
    }
    if !keys.insert(Arc::clone(&scalar.text)) {
        let message = format!("the key `{}` is twice in this map: keep one", shown(&scalar.text));
        return Err(Unreadable { at, message });
    }
    Ok((scalar.text, at))
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Node, Unreadable> {
    let at = place(span.start);
    let tag = tag.map(std::borrow::Cow::Borrowed);
    let resolved = Resolved::parse_from_cow_and_metadata(text.into(), style, tag.as_ref());
    let kind = match resolved {
        Some(Resolved::Null) => Kind::Null,
        Some(Resolved::Boolean(value)) => Kind::Bool(value),
        Some(Resolved::Integer(value)) => Kind::Integer(value),
        // `.inf` and `.nan` are no numbers that a record could have.
        Some(Resolved::FloatingPoint(value)) if value.0.is_finite() => Kind::Float(value.0),
        Some(Resolved::FloatingPoint(_) | Resolved::String(_)) => Kind::Text,
        None => {
            let message = format!("`{}` does not fit its YAML tag", shown(text));
            return Err(Unreadable { at, message });
        }
    };
    let quotes = match style {
        ScalarStyle::Plain => Some(0),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Some(1),
        ScalarStyle::Literal | ScalarStyle::Folded => None,
    };
    let one_line = span.start.line() == span.end.line();
    let text_at = quotes.filter(|_| one_line).map(|quotes| at.right(quotes));
    let scalar = Scalar { text: Arc::from(text), kind, text_at };
    Ok(Node { at, data: Data::Scalar(scalar), weight: text.len() + 32 })
}
