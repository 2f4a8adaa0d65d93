//! YAML line by line, for what templates leave behind that no YAML parser takes: text that was put into a block
//! without its indentation, tabs, lists that a loop broke.

use std::ops::Range;
use std::rc::Rc;

use super::{Data, Entry, MOST_LEVELS, Node, strict};
use crate::source::Span;
use crate::value::{Flat, Text};

/// A line without its indentation.
struct Line {
    indent: usize,
    content: Range<usize>,
    /// With the line break.
    end: usize,
}

/// Reads what indentation, `-` and `key:` tell; the second says whether a line found no place.
pub fn read(flat: &Flat, mask: &str, fallback: Span) -> (Node, bool) {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in mask.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let length = line.trim_end().len();
        if length > 0 {
            lines.push(Line { indent, content: start + indent..start + length, end: start + line.len() });
        } else {
            let at = start + line.trim_end_matches(['\r', '\n']).len();
            lines.push(Line { indent: usize::MAX, content: at..at, end: start + line.len() });
        }
        start += line.len();
    }
    let mut reader =
        Reader { flat, mask, fallback, lines, at: 0, dashes: Vec::new(), keys: Vec::new(), lost: false };
    let mut entries = Vec::new();
    let mut items = Vec::new();
    while let Some(indent) = reader.next_indent() {
        let before = reader.at;
        match reader.node(indent, 0).data {
            Data::Map(more) => entries.extend(more),
            Data::List(more) => items.extend(more),
            Data::Scalar(_) => reader.lost = true,
        }
        if reader.at == before {
            reader.at += 1;
        }
    }
    let data = if entries.is_empty() { Data::List(items) } else { Data::Map(entries) };
    (Node { at: 0..mask.len(), binary: false, data }, reader.lost)
}

struct Reader<'a> {
    flat: &'a Flat,
    mask: &'a str,
    fallback: Span,
    lines: Vec<Line>,
    at: usize,
    /// Columns of the open lists and maps.
    dashes: Vec<usize>,
    keys: Vec<usize>,
    lost: bool,
}

impl Reader<'_> {
    /// The indentation of the next line with content; comments and marks are passed.
    fn next_indent(&mut self) -> Option<usize> {
        while let Some(line) = self.lines.get(self.at) {
            let content = self.content(line);
            let passed = content.is_empty()
                || content.starts_with('#')
                || line.indent == 0 && matches!(content, "---" | "...");
            if !passed {
                return Some(line.indent);
            }
            self.at += 1;
        }
        None
    }

    fn content(&self, line: &Line) -> &str {
        self.mask.get(line.content.clone()).unwrap_or_default()
    }

    fn current(&self) -> &str {
        self.lines.get(self.at).map_or("", |line| self.content(line))
    }

    fn node(&mut self, indent: usize, depth: usize) -> Node {
        let start = self.lines.get(self.at).map_or(0, |line| line.content.start);
        let data = if depth >= MOST_LEVELS {
            self.lost = true;
            self.at += 1;
            Data::List(Vec::new())
        } else if is_dash(self.current()) {
            self.list(indent, depth)
        } else if key_end(self.current()).is_some() {
            self.map(indent, depth)
        } else {
            Data::Scalar(self.plain(indent))
        };
        Node { at: start..start, binary: false, data }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Data {
        let mut items = Vec::new();
        self.dashes.push(indent);
        while self.next_indent() == Some(indent) && is_dash(self.current()) {
            // What stands behind the dash is a line of its own, further to the right.
            let rest = self.current().get(1..).unwrap_or_default();
            let skipped = 1 + rest.len() - rest.trim_start().len();
            if rest.trim().is_empty() {
                self.at += 1;
                if let Some(inner) = self.next_indent().filter(|inner| *inner > indent) {
                    items.push(Rc::new(self.node(inner, depth + 1)));
                }
                continue;
            }
            if let Some(line) = self.lines.get_mut(self.at) {
                line.indent += skipped;
                line.content.start += skipped;
            }
            let before = self.at;
            items.push(Rc::new(self.item(indent, indent + skipped, depth)));
            if self.at == before {
                self.at += 1;
            }
        }
        self.dashes.pop();
        Data::List(items)
    }

    fn item(&mut self, indent: usize, inner: usize, depth: usize) -> Node {
        if key_end(self.current()).is_some() || is_dash(self.current()) {
            return self.node(inner, depth + 1);
        }
        let Some(line) = self.lines.get(self.at) else { return self.node(inner, depth + 1) };
        let value = line.content.clone();
        self.value(value, indent)
    }

    fn map(&mut self, indent: usize, depth: usize) -> Data {
        let mut entries = Vec::new();
        self.keys.push(indent);
        while self.next_indent() == Some(indent) {
            let Some(colon) = key_end(self.current()) else { break };
            let Some(start) = self.lines.get(self.at).map(|line| line.content.clone()) else { break };
            let key = self.flat.text().get(start.start..start.start + colon).unwrap_or_default();
            let key = key.trim_matches(['"', '\'', ' ']).to_owned();
            let rest = self.mask.get(start.start + colon + 1..start.end).unwrap_or_default();
            let value = start.end - rest.trim_start().len()..start.end;
            if !value.is_empty() && !rest.trim_start().starts_with('#') {
                let value = Rc::new(self.value(value, indent));
                entries.push(Entry { key, value });
                continue;
            }
            self.at += 1;
            let inner = self.next_indent();
            let is_list = inner == Some(indent) && is_dash(self.current());
            if let Some(inner) = inner.filter(|inner| *inner > indent || is_list) {
                entries.push(Entry { key, value: Rc::new(self.node(inner, depth + 1)) });
            }
        }
        self.keys.pop();
        Data::Map(entries)
    }

    /// What stands behind `key:` or `-`: a block of text, or something in one line.
    fn value(&mut self, range: Range<usize>, indent: usize) -> Node {
        let written = self.mask.get(range.clone()).unwrap_or_default();
        let anchored =
            written.split_whitespace().find(|word| !word.starts_with(['&', '!'])).unwrap_or_default();
        let folded = anchored.starts_with('>');
        let header = (anchored.starts_with('|') || folded)
            && anchored
                .get(1..)
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "+-".contains(c)));
        if header {
            let text = self.block(indent, folded);
            return Node { at: range, binary: written.contains("!!binary"), data: Data::Scalar(text) };
        }
        self.at += 1;
        // A list or map in brackets goes on until its brackets close, which the strict reader knows.
        let mut end = range.end;
        if written.starts_with(['{', '[', '"', '\'']) {
            while let Some(line) = self.lines.get(self.at).filter(|line| line.indent > indent) {
                end = line.content.end.max(end);
                self.at += 1;
            }
        }
        let part = self.mask.get(range.start..end).unwrap_or_default();
        if let (mut nodes, None, _) = strict(self.flat, part, range.start, self.fallback)
            && let Some(node) = nodes.pop().and_then(Rc::into_inner)
        {
            return node;
        }
        Node { at: range.clone(), binary: false, data: Data::Scalar(self.flat.slice(range.start, end)) }
    }

    /// A block of text: all lines until one that goes on with an open list or map.
    fn block(&mut self, indent: usize, folded: bool) -> Text {
        self.at += 1;
        let mut inner = None;
        let mut text = Text::default();
        while let Some(line) = self.lines.get(self.at) {
            let content = self.content(line);
            let closes = line.indent <= indent
                && (is_dash(content) && self.dashes.contains(&line.indent)
                    || key_end(content).is_some() && self.keys.contains(&line.indent)
                    || line.indent == 0 && self.begins_a_module(content));
            if closes {
                break;
            }
            let inner =
                if line.indent == usize::MAX { line.indent } else { *inner.get_or_insert(line.indent) };
            let extra = if line.indent == usize::MAX { 0 } else { line.indent.saturating_sub(inner) };
            text.append(self.flat.slice(line.content.start - extra, line.end));
            self.at += 1;
        }
        if folded { unfolded(text) } else { text }
    }

    /// `runcmd:` at the beginning of a line ends whatever was open.
    fn begins_a_module(&self, content: &str) -> bool {
        matches!(content, "write_files:" | "runcmd:" | "bootcmd:" | "users:" | "packages:" | "chpasswd:")
    }

    fn plain(&mut self, indent: usize) -> Text {
        let Some(first) = self.lines.get(self.at) else { return Text::default() };
        let start = first.content.start;
        let mut end = first.content.end;
        self.at += 1;
        while let Some(line) = self.lines.get(self.at).filter(|line| line.indent >= indent) {
            let content = self.content(line);
            if line.indent == usize::MAX || is_dash(content) || key_end(content).is_some() {
                break;
            }
            end = line.content.end;
            self.at += 1;
        }
        self.flat.slice(start, end)
    }
}

/// `>`: nearly all line breaks are blanks; which ones does not matter for where secrets land.
fn unfolded(text: Text) -> Text {
    let known = |piece| match piece {
        crate::value::Piece::Known { text, at, exact } => {
            crate::value::Piece::Known { text: text.replace('\n', " ").into(), at, exact }
        }
        hole => hole,
    };
    Text::of(text.pieces.into_iter().map(known).collect())
}

fn is_dash(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// Where the colon of `key:` stands; keys of cloud-init are plain words, or quoted ones.
fn key_end(content: &str) -> Option<usize> {
    let colon = content.find(':').filter(|colon| *colon > 0 && *colon <= 256)?;
    let (key, rest) = content.split_at_checked(colon)?;
    let rest = rest.get(1..)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.<\"'".contains(c);
    (key.chars().all(plain) && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(colon)
}
