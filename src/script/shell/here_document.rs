//! Here-documents: their delimiters now, their bodies after the line.

use super::cursor::{Parser, Pending, is_meta};
use super::tree::{Extent, HereDocument, Part, Word};
use super::word::Parts;

impl Parser<'_> {
    /// The delimiter after `<<`; the body is read at the next newline. Gives the document's index.
    pub fn here_document(&mut self) -> usize {
        let at = self.pos;
        let strips_tabs = self.eat("-");
        while matches!(self.peek(0), b' ' | b'\t') {
            self.pos += 1;
        }
        let mut delimiter = String::new();
        let mut quoted = false;
        let mut quote = 0u8;
        while !self.at_end() {
            let byte = self.peek(0);
            match byte {
                b'\n' => break,
                _ if quote != 0 && byte == quote => quote = 0,
                _ if quote != 0 => self.push_character(&mut delimiter),
                b'\'' | b'"' => (quoted, quote) = (true, byte),
                b'\\' => quoted = true,
                b'\r' => {}
                _ if is_meta(byte) => break,
                _ => self.push_character(&mut delimiter),
            }
            self.step();
        }
        let index = self.documents.len();
        self.documents.push(HereDocument { lines: Vec::new() });
        self.pending.push(Pending { index, delimiter, quoted, strips_tabs, at });
        index
    }

    fn push_character(&self, to: &mut String) {
        if let Some(character) = self.text.get(self.pos..).and_then(|rest| rest.chars().next()) {
            to.push(character);
        }
    }

    /// Reads the bodies that begin here.
    pub fn read_documents(&mut self) {
        for document in std::mem::take(&mut self.pending) {
            let start = self.pos;
            let found = self.document_end(&document, start, false).or_else(|| {
                // Not where the shell would see it: the marker is indented.
                let loose = self.afford(self.end - start);
                loose.then(|| self.document_end(&document, start, true)).flatten()
            });
            let (end, after) = found.unwrap_or_else(|| {
                self.problem(document.at, "a here-document is not closed", false);
                (self.end, self.end)
            });
            let lines = self.body_lines(&document, start, end);
            if let Some(slot) = self.documents.get_mut(document.index) {
                slot.lines = lines;
            }
            self.pos = after;
        }
    }

    /// Where the body ends and where reading goes on.
    fn document_end(&self, document: &Pending, from: usize, loose: bool) -> Option<(usize, usize)> {
        let mut start = from;
        while start < self.end {
            let next = self.next_line(start);
            let line = self.text.get(start..next)?.trim_end_matches(['\n', '\r']);
            let bare = match (loose, document.strips_tabs) {
                (true, _) => line.trim(),
                (false, true) => line.trim_start_matches('\t'),
                (false, false) => line,
            };
            if bare == document.delimiter {
                return Some((start, next));
            }
            // `EOF)` at the end of a substitution.
            if let Some(rest) = bare.strip_prefix(document.delimiter.as_str())
                && !document.delimiter.is_empty()
                && self.awaited.iter().any(|words| words.contains(&")"))
                && rest.trim_start().starts_with(')')
            {
                let indent = line.len() - bare.len();
                return Some((start, start + indent + document.delimiter.len()));
            }
            start = next;
        }
        None
    }

    fn body_lines(&mut self, document: &Pending, start: usize, end: usize) -> Vec<Word> {
        let (outer_end, depth) = (self.end, self.depth);
        self.pos = start;
        self.end = end;
        let mut lines = Vec::new();
        while !self.at_end() {
            let from = self.pos;
            if document.strips_tabs {
                while self.peek(0) == b'\t' {
                    self.pos += 1;
                }
            }
            let line = if document.quoted { self.verbatim_line() } else { self.expanded_line() };
            lines.push(line);
            if self.damage.is_some() {
                self.depth = depth;
                self.recover(from);
            }
        }
        self.end = outer_end;
        lines
    }

    fn verbatim_line(&mut self) -> Word {
        let extent = Extent::new(self.pos, self.next_line(self.pos));
        self.pos = extent.end;
        Word { extent, parts: vec![Part::Text(extent)] }
    }

    /// A line whose expansions the shell carries out; a substitution may take it further.
    fn expanded_line(&mut self) -> Word {
        let start = self.pos;
        let mut parts = Parts::new(start);
        while !self.at_end() && self.damage.is_none() {
            match self.peek(0) {
                b'\n' => {
                    self.pos += 1;
                    break;
                }
                b'"' => self.pos += 1,
                _ if self.quoted_part(&mut parts, true) => {}
                _ => self.pos += 1,
            }
        }
        parts.flush(self.pos);
        Word { extent: Extent::new(start, self.pos), parts: parts.parts }
    }
}
