//! Pipelines: values and commands, their arguments and redirections.

use super::cursor::Reader;
use super::string::ends_word;
use super::tree::{Argument, Element, Expression, Kind, Node, Part, Redirect, Statement};
use crate::value::HOLE;

impl Reader<'_> {
    fn begins_value(&self) -> bool {
        if self.quote_here().is_some() || self.here_string_here().is_some() {
            return true;
        }
        match self.peek() {
            b'$' => self.begins_variable(),
            b'(' | b'[' | b'{' | b'!' | b',' => true,
            b'@' => matches!(self.peek_at(1), b'(' | b'{'),
            b'-' | b'+' => {
                let after = self.peek_at(1);
                after.is_ascii_digit()
                    || matches!(after, b'(' | b'$' | b'+')
                    || ["-not", "-join", "-split", "-bnot"].iter().any(|word| self.starts(word))
            }
            b'0'..=b'9' => {
                let rest = self.rest();
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                rest.get(end..)
                    .and_then(|rest| rest.chars().next())
                    .is_none_or(|c| !c.is_alphanumeric() && c != HOLE)
            }
            _ => false,
        }
    }

    pub fn pipeline(&mut self) -> Statement {
        let mut elements = Vec::new();
        let start = self.at;
        loop {
            let element = self.element();
            if elements.is_empty()
                && let Kind::Value(_) = element.kind
                && let Some(append) = self.assignment()
            {
                let Kind::Value(target) = element.kind else { return Statement::Nothing };
                self.lines();
                let value = Box::new(self.statement());
                return Statement::Assign { target, append, value, at: self.extent(start) };
            }
            elements.push(element);
            let before = self.at;
            self.blanks();
            if self.peek() == b'|' && self.peek_at(1) != b'|' {
                self.at += 1;
                self.lines();
                self.count();
                continue;
            }
            // A pipe may begin the next line.
            self.lines();
            if self.peek() == b'|' && self.peek_at(1) != b'|' && self.at > before {
                self.at += 1;
                self.lines();
                self.count();
                continue;
            }
            self.at = before;
            return Statement::Pipeline(elements);
        }
    }

    /// `=`, `+=` and their kin, after a value.
    fn assignment(&mut self) -> Option<bool> {
        let before = self.at;
        self.blanks();
        let found = [
            ("+=", true),
            ("??=", false),
            ("-=", true),
            ("*=", true),
            ("/=", true),
            ("%=", true),
            ("=", false),
        ]
        .into_iter()
        .find(|(sign, _)| self.starts(sign));
        match found {
            Some((sign, append)) => {
                self.at += sign.len();
                Some(append)
            }
            None => {
                self.at = before;
                None
            }
        }
    }

    fn element(&mut self) -> Element {
        self.blanks();
        let start = self.at;
        if self.begins_value() {
            let node = self.expression();
            let mut redirects = Vec::new();
            self.redirects(&mut redirects);
            return Element { kind: Kind::Value(node), redirects, at: self.extent(start) };
        }
        let calls = matches!(self.peek(), b'&' | b'.')
            && (matches!(self.peek_at(1), b' ' | b'\t' | b'$' | b'(' | b'{' | b'\'' | b'"'));
        if calls {
            self.at += 1;
            self.blanks();
        }
        self.command(start)
    }

    fn command(&mut self, start: usize) -> Element {
        let name = self.argument().node;
        let mut arguments = Vec::new();
        let mut redirects = Vec::new();
        loop {
            self.blanks();
            self.redirects(&mut redirects);
            let next = self.peek();
            if self.ended() || matches!(next, b'\n' | b'\r' | b'|' | b';' | b')' | b'}') {
                break;
            }
            if next == b'&' {
                // `&&`, or `&` at the end: a job.
                self.at += usize::from(self.peek_at(1) != b'&');
                break;
            }
            if self.starts("--% ") {
                self.verbatim(&mut arguments);
                break;
            }
            let before = self.at;
            self.count();
            arguments.push(self.listed());
            if self.at == before {
                self.step();
            }
        }
        Element { kind: Kind::Command(name, arguments), redirects, at: self.extent(start) }
    }

    /// After `--%` the line is no PowerShell.
    fn verbatim(&mut self, arguments: &mut Vec<Argument>) {
        self.at += 4;
        let start = self.at;
        self.at += self.rest().find(['\n', '\r', '|']).unwrap_or(self.rest().len());
        let node = self.node(start, Expression::Text(vec![Part::Text(self.extent(start))]));
        arguments.push(Argument { node, bare: false });
    }

    /// One argument, or several with commas between them.
    fn listed(&mut self) -> Argument {
        let start = self.at;
        let first = self.argument();
        let mut items = Vec::new();
        loop {
            let before = self.at;
            self.blanks();
            if !self.take(",") {
                self.at = before;
                break;
            }
            self.lines();
            let from = self.at;
            let item = self.argument().node;
            if self.at == from {
                break;
            }
            self.count();
            items.push(item);
        }
        if items.is_empty() {
            return first;
        }
        items.insert(0, first.node);
        Argument { node: self.node(start, Expression::List(items)), bare: false }
    }

    pub fn argument(&mut self) -> Argument {
        let start = self.at;
        let is_value = self.quote_here().is_some()
            || self.here_string_here().is_some()
            || match self.peek() {
                b'$' => self.begins_variable(),
                b'(' | b'{' => true,
                b'@' => {
                    matches!(self.peek_at(1), b'(' | b'{' | b'_') || self.peek_at(1).is_ascii_alphabetic()
                }
                _ => false,
            };
        if !is_value {
            return Argument { node: self.bare_word(Vec::new(), start), bare: true };
        }
        let value = self.value();
        let goes_on = self.next_char().is_some_and(|next| !ends_word(next));
        if !goes_on || matches!(value.kind, Expression::Script(_) | Expression::Table(_)) {
            return Argument { node: value, bare: false };
        }
        let parts = match value.kind {
            Expression::Text(parts) => parts,
            kind => vec![Part::Value(Node { kind, at: value.at })],
        };
        Argument { node: self.bare_word(parts, start), bare: false }
    }

    /// `> file`, `2>> file`, `*>&1`
    fn redirects(&mut self, redirects: &mut Vec<Redirect>) {
        loop {
            self.blanks();
            let numbered = matches!(self.peek(), b'0'..=b'9' | b'*') && self.peek_at(1) == b'>';
            if !numbered && self.peek() != b'>' {
                return;
            }
            let output = !numbered || matches!(self.peek(), b'1' | b'*');
            let printed = numbered && matches!(self.peek(), b'6' | b'*');
            self.at += usize::from(numbered) + 1;
            let append = self.take(">");
            self.count();
            if self.take("&") {
                self.at += usize::from(self.peek().is_ascii_digit());
                redirects.push(Redirect { append, output: false, printed: false, target: None });
                continue;
            }
            self.blanks();
            let target = self.argument().node;
            redirects.push(Redirect { append, output, printed, target: Some(target) });
        }
    }
}
