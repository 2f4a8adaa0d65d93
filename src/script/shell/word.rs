//! Words: quotes, escapes and the parts between them.

use std::rc::Rc;

use super::cursor::{Parser, is_meta};
use super::tree::{Extent, Part, Word};

/// Collects the parts of a word; plain bytes are gathered into runs.
pub struct Parts {
    pub parts: Vec<Part>,
    run: usize,
}

impl Parts {
    pub fn new(at: usize) -> Self {
        Self { parts: Vec::new(), run: at }
    }

    /// Ends the run of plain bytes before `at`.
    pub fn flush(&mut self, at: usize) {
        if at > self.run {
            self.parts.push(Part::Text(Extent::new(self.run, at)));
        }
    }

    /// Plain bytes begin again at `at`.
    pub fn resume(&mut self, at: usize) {
        self.run = at;
    }

    pub fn push(&mut self, part: Part, at: usize) {
        self.parts.push(part);
        self.run = at;
    }
}

impl Parser<'_> {
    /// An unquoted word, up to a blank or an operator. May be empty.
    pub fn word(&mut self) -> Word {
        let start = self.pos;
        let mut parts = Parts::new(start);
        while !self.at_end() && self.damage.is_none() {
            let byte = self.peek(0);
            match byte {
                b'<' | b'>' if self.peek(1) == b'(' => {
                    parts.flush(self.pos);
                    let part = self.process(byte == b'>');
                    parts.push(part, self.pos);
                }
                b'(' if self.pos > start && self.after_glob() => {
                    match self.closing_parenthesis(self.pos + 1) {
                        Some(end) => self.pos = end,
                        None => break,
                    }
                }
                b'\r' if matches!(self.peek(1), b'\n' | 0) => break,
                _ if is_meta(byte) => break,
                _ if self.quoted_part(&mut parts, false) => {}
                _ => self.pos += 1,
            }
        }
        parts.flush(self.pos);
        Word { extent: Extent::new(start, self.pos), parts: parts.parts }
    }

    /// `@(a|b)`: an extended pattern is plain text.
    fn after_glob(&self) -> bool {
        self.pos
            .checked_sub(1)
            .and_then(|at| self.bytes.get(at))
            .is_some_and(|byte| matches!(byte, b'@' | b'?' | b'*' | b'+' | b'!'))
    }

    /// Reads a quote, an escape or an expansion that stands here; false where there is none.
    pub fn quoted_part(&mut self, parts: &mut Parts, in_quotes: bool) -> bool {
        match self.peek(0) {
            b'\\' => self.escape(parts, in_quotes),
            b'\'' if !in_quotes => self.single_quoted(parts),
            b'"' => self.double_quoted(parts),
            b'`' => {
                parts.flush(self.pos);
                let part = self.backticks(in_quotes);
                parts.push(part, self.pos);
            }
            b'$' => return self.dollar(parts, in_quotes),
            _ => return false,
        }
        true
    }

    fn escape(&mut self, parts: &mut Parts, in_quotes: bool) {
        let next = self.peek(1);
        if in_quotes && !matches!(next, b'$' | b'`' | b'"' | b'\\' | b'\n') {
            self.pos += 1;
            return;
        }
        parts.flush(self.pos);
        self.pos += 1;
        match next {
            0 => parts.resume(self.pos),
            b'\n' => {
                self.pos += 1;
                parts.resume(self.pos);
            }
            b'\r' if self.peek(1) == b'\n' => {
                self.pos += 2;
                parts.resume(self.pos);
            }
            b'$' if self.starts_with("$${") => {
                parts.resume(self.pos + 1);
                self.pos += 2;
            }
            _ => {
                parts.resume(self.pos);
                self.step();
            }
        }
    }

    /// One character further.
    pub fn step(&mut self) {
        self.pos += 1;
        while self.pos < self.end && !self.text.is_char_boundary(self.pos) {
            self.pos += 1;
        }
    }

    fn single_quoted(&mut self, parts: &mut Parts) {
        parts.flush(self.pos);
        let start = self.pos;
        self.pos += 1;
        let from = self.pos;
        while !self.at_end() && self.peek(0) != b'\'' {
            self.pos += 1;
        }
        if self.at_end() {
            self.break_at(start, "a single quote is not closed", false);
        }
        parts.push(Part::Text(Extent::new(from, self.pos)), self.pos);
        if !self.at_end() {
            self.pos += 1;
        }
        parts.resume(self.pos);
    }

    /// `"…"`; stands on the quote.
    pub fn double_quoted(&mut self, parts: &mut Parts) {
        parts.flush(self.pos);
        let start = self.pos;
        self.pos += 1;
        // An empty pair of quotes is a word, too.
        parts.push(Part::Text(Extent::new(self.pos, self.pos)), self.pos);
        while self.damage.is_none() {
            if self.at_end() {
                self.break_at(start, "a double quote is not closed", false);
                return;
            }
            if self.peek(0) == b'"' {
                break;
            }
            if !self.quoted_part(parts, true) {
                self.pos += 1;
            }
        }
        parts.flush(self.pos);
        self.pos += usize::from(self.damage.is_none());
        parts.resume(self.pos);
    }

    /// `<(…)` and `>(…)`; stands on the bracket.
    fn process(&mut self, reads: bool) -> Part {
        let start = self.pos;
        self.pos += 2;
        let list = Rc::new(self.parenthesised(start));
        Part::Process { extent: Extent::new(start, self.pos), list, reads }
    }

    /// Commands up to a `)`, which is stepped over.
    pub fn parenthesised(&mut self, start: usize) -> super::List {
        if !self.enter() {
            return super::List::new();
        }
        let list = self.list(&[")"]);
        self.leave();
        if !self.eat(")") {
            self.break_at(start, "a command substitution is not closed", false);
        }
        list
    }

    /// `` `…` ``; stands on the backtick.
    pub fn backticks(&mut self, quoted: bool) -> Part {
        let start = self.pos;
        self.pos += 1;
        let from = self.pos;
        let mut pieces = Vec::new();
        let mut run = from;
        while !self.at_end() && self.peek(0) != b'`' {
            if self.peek(0) == b'\\' && matches!(self.peek(1), b'\\' | b'`' | b'$' | b'"') {
                pieces.push(Extent::new(run, self.pos));
                run = self.pos + 1;
                self.pos += 1;
            }
            self.pos += 1;
        }
        let close = self.pos.min(self.end);
        if self.at_end() {
            self.break_at(start, "a backtick is not closed", false);
            return Part::Number(Extent::new(start, close));
        }
        let extent = Extent::new(start, close + 1);
        if !pieces.is_empty() {
            pieces.push(Extent::new(run, close));
            self.pos = close + 1;
            return Part::Escaped { extent, pieces, quoted };
        }
        let list = self.within(from, close);
        self.pos = close + 1;
        Part::Substitution { extent, list, quoted }
    }

    /// Reads `from..to` as commands.
    fn within(&mut self, from: usize, to: usize) -> super::List {
        if !self.afford(to - from) || !self.enter() {
            return super::List::new();
        }
        let (end, pending, awaited) =
            (self.end, std::mem::take(&mut self.pending), std::mem::take(&mut self.awaited));
        self.pos = from;
        self.end = to;
        let list = self.script();
        self.end = end;
        self.pending = pending;
        self.awaited = awaited;
        self.leave();
        list
    }
}
