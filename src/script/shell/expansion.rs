//! `$`: variables, substitutions, arithmetic, `$'…'`.

use super::cursor::{Parser, is_name};
use super::tree::{Expansion, Extent, Operator, Part, Word};
use super::word::Parts;

impl Parser<'_> {
    /// What a `$` begins; false where it stands for itself.
    pub fn dollar(&mut self, parts: &mut Parts, in_quotes: bool) -> bool {
        // `$${x}` is how a Terraform template writes `${x}`: here it has not been rendered.
        if self.starts_with("$${") {
            parts.flush(self.pos);
            self.pos += 1;
            parts.resume(self.pos);
        }
        let start = self.pos;
        let part = match self.peek(1) {
            b'(' => {
                parts.flush(start);
                self.dollar_parenthesis(in_quotes)
            }
            b'{' => {
                parts.flush(start);
                self.braced(in_quotes)
            }
            b'\'' if !in_quotes => {
                parts.flush(start);
                self.ansi_quoted(parts);
                return true;
            }
            b'"' if !in_quotes => {
                parts.flush(start);
                self.pos += 1;
                parts.resume(self.pos);
                self.double_quoted(parts);
                return true;
            }
            byte if is_name(byte) || matches!(byte, b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-') => {
                parts.flush(start);
                self.plain_variable(in_quotes)
            }
            _ => return false,
        };
        parts.push(part, self.pos);
        true
    }

    fn plain_variable(&mut self, quoted: bool) -> Part {
        let start = self.pos;
        self.pos += 1;
        let from = self.pos;
        let first = self.peek(0);
        self.pos += 1;
        if is_name(first) && !first.is_ascii_digit() {
            while is_name(self.peek(0)) {
                self.pos += 1;
            }
        }
        let name = self.slice(from, self.pos).to_owned();
        Part::Variable(Expansion {
            extent: Extent::new(start, self.pos),
            name,
            indirect: false,
            all: false,
            operator: Operator::None,
            argument: None,
            quoted,
        })
    }

    fn dollar_parenthesis(&mut self, quoted: bool) -> Part {
        let start = self.pos;
        if self.peek(2) == b'('
            && let Some(inner) = self.closing_parenthesis(self.pos + 3)
            && inner < self.end
            && self.bytes.get(inner) == Some(&b')')
        {
            self.pos = inner + 1;
            return Part::Number(Extent::new(start, self.pos));
        }
        self.pos += 2;
        let list = self.parenthesised(start);
        Part::Substitution { extent: Extent::new(start, self.pos), list, quoted }
    }

    /// `${…}`; stands on the `$`.
    fn braced(&mut self, quoted: bool) -> Part {
        let start = self.pos;
        self.pos += 2;
        let length = self.peek(0) == b'#' && self.peek(1) != b'}';
        self.pos += usize::from(length);
        let indirect = !length && self.peek(0) == b'!' && is_name(self.peek(1));
        self.pos += usize::from(indirect);
        let name = self.parameter();
        let mut all = false;
        if !name.is_empty() && self.peek(0) == b'[' {
            let from = self.pos + 1;
            while !self.at_end() && !matches!(self.peek(0), b']' | b'}' | b'\n') {
                self.pos += 1;
            }
            all = matches!(self.slice(from, self.pos), "@" | "*");
            self.eat("]");
        }
        let mut operator = self.operator();
        if length || indirect && matches!(self.peek(0), b'*' | b'@') {
            operator = Operator::Length;
        }
        let argument = (!self.eat("}")).then(|| Box::new(self.until_brace(start, quoted)));
        let extent = Extent::new(start, self.pos);
        Part::Variable(Expansion { extent, name, indirect, all, operator, argument, quoted })
    }

    fn parameter(&mut self) -> String {
        let from = self.pos;
        while is_name(self.peek(0)) {
            self.pos += 1;
        }
        if self.pos == from && matches!(self.peek(0), b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-') {
            self.pos += 1;
        }
        self.slice(from, self.pos).to_owned()
    }

    fn operator(&mut self) -> Operator {
        let colon = self.peek(0) == b':';
        let operator = match self.peek(usize::from(colon)) {
            b'-' => Operator::Default,
            b'=' => Operator::Assign,
            b'+' => Operator::Alternative,
            b'?' => Operator::Demand,
            _ if colon => return Operator::Change,
            b'}' | 0 => return Operator::None,
            _ => return Operator::Change,
        };
        self.pos += 1 + usize::from(colon);
        operator
    }

    /// The word up to the closing brace.
    fn until_brace(&mut self, start: usize, quoted: bool) -> Word {
        let from = self.pos;
        let mut parts = Parts::new(from);
        if !self.enter() {
            return Word { extent: Extent::new(from, from), parts: Vec::new() };
        }
        while self.damage.is_none() {
            match self.peek(0) {
                0 if self.at_end() => self.break_at(start, "a parameter expansion is not closed", false),
                b'}' => break,
                // Inside double quotes a single quote is a plain character.
                _ if self.quoted_part(&mut parts, quoted) => {}
                _ => self.pos += 1,
            }
        }
        parts.flush(self.pos);
        let extent = Extent::new(from, self.pos);
        self.eat("}");
        self.leave();
        Word { extent, parts: parts.parts }
    }

    /// `$'…'`; stands on the `$`.
    fn ansi_quoted(&mut self, parts: &mut Parts) {
        let start = self.pos;
        self.pos += 2;
        parts.push(Part::Text(Extent::new(self.pos, self.pos)), self.pos);
        while !self.at_end() && self.peek(0) != b'\'' {
            if self.peek(0) != b'\\' {
                self.pos += 1;
                continue;
            }
            parts.flush(self.pos);
            let at = self.pos;
            self.pos += 1;
            let made = match self.peek(0) {
                b'n' => "\n",
                b't' => "\t",
                b'r' => "\r",
                b'0' | b'x' | b'u' | b'U' | b'c' => "?",
                _ => "",
            };
            if made.is_empty() {
                parts.resume(self.pos);
            } else {
                parts.push(Part::Made(made.to_owned(), Extent::new(at, self.pos + 1)), self.pos + 1);
            }
            self.step();
        }
        if self.at_end() {
            self.pos = self.end;
            self.break_at(start, "a quote is not closed", false);
            return;
        }
        parts.flush(self.pos);
        self.pos += 1;
        parts.resume(self.pos);
    }
}
