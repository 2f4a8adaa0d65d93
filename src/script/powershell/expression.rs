//! Values, and operators between them.

use std::rc::Rc;

use super::cursor::Reader;
use super::string::{Quote, ends_word};
use super::tree::{Expression, Node, Operator, Part};
use crate::value::HOLE;

/// Members, indexes and calls after one value; more are no script that a person wrote.
const MOST_MEMBERS: usize = 64;

/// Operators by rank, the loosest first.
const JUDGES: [&str; 22] = [
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "like",
    "notlike",
    "match",
    "notmatch",
    "contains",
    "notcontains",
    "in",
    "notin",
    "is",
    "isnot",
    "and",
    "or",
    "xor",
    "band",
    "bor",
    "bxor",
];

impl Reader<'_> {
    /// An expression with all its operators.
    pub fn expression(&mut self) -> Node {
        let start = self.at;
        self.deeper(|reader| reader.ranked(0)).unwrap_or_else(|| self.node(start, Expression::Nothing))
    }

    /// Operators of this rank and those that bind more tightly.
    fn ranked(&mut self, rank: usize) -> Node {
        if rank > 4 {
            return self.unary();
        }
        let start = self.at;
        let first = self.ranked(rank + 1);
        let mut rest = Vec::new();
        let mut items = Vec::new();
        loop {
            let before = self.at;
            self.blanks();
            let Some((operator, length, is_list)) = self.operator(rank) else {
                self.at = before;
                break;
            };
            self.at += length;
            self.count();
            self.lines();
            let next = self.ranked(rank + 1);
            if is_list { items.push(next) } else { rest.push((operator, next)) }
        }
        if !items.is_empty() {
            items.insert(0, first);
            return self.node(start, Expression::List(items));
        }
        if rest.is_empty() { first } else { self.node(start, Expression::Chain(Box::new(first), rest)) }
    }

    /// The operator of this rank that stands here, and its length.
    fn operator(&self, rank: usize) -> Option<(Operator, usize, bool)> {
        let (next, after) = (self.peek(), self.peek_at(1));
        let word =
            if next == b'-' && after.is_ascii_alphabetic() { self.operator_word() } else { String::new() };
        let plain = |word: &str| word.strip_prefix(['c', 'i']).unwrap_or(word).to_owned();
        let is = |list: &[&str]| list.contains(&word.as_str()) || list.contains(&plain(&word).as_str());
        let length = word.len() + 1;
        match rank {
            0 if !word.is_empty() && is(&JUDGES) => Some((Operator::Judge, length, false)),
            0 if !word.is_empty() && is(&["replace", "split", "join", "as"]) => {
                Some((Operator::Mix, length, false))
            }
            0 if next == b'?' && after == b'?' => Some((Operator::Mix, 2, false)),
            1 if next == b'+' && !matches!(after, b'+' | b'=') => Some((Operator::Add, 1, false)),
            1 if next == b'-' && !matches!(after, b'-' | b'=') && word.is_empty() => {
                Some((Operator::Judge, 1, false))
            }
            2 if matches!(next, b'*' | b'/' | b'%') && after != b'=' => Some((Operator::Mix, 1, false)),
            3 if word == "f" => Some((Operator::Format, length, false)),
            3 if next == b'.' && after == b'.' => Some((Operator::Judge, 2, false)),
            4 if next == b',' => Some((Operator::Mix, 1, true)),
            _ => None,
        }
    }

    fn operator_word(&self) -> String {
        let bytes = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        let length = bytes.iter().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count();
        String::from_utf8_lossy(bytes.get(..length).unwrap_or_default()).to_ascii_lowercase()
    }

    /// Signs and casts before a value.
    fn unary(&mut self) -> Node {
        let start = self.at;
        self.blanks();
        let (next, after) = (self.peek(), self.peek_at(1));
        let word =
            if next == b'-' && after.is_ascii_alphabetic() { self.operator_word() } else { String::new() };
        let step = match (next, word.as_str()) {
            (b'!', _) => Some((1, false)),
            (b'-', "not" | "bnot") => Some((word.len() + 1, false)),
            (b'-', "join" | "split" | "csplit" | "isplit") => Some((word.len() + 1, true)),
            (b',', _) => Some((1, true)),
            (b'+' | b'-', "") => Some((if after == next { 2 } else { 1 }, true)),
            _ => None,
        };
        if let Some((length, same)) = step {
            self.at += length;
            let value = self.deeper(Self::unary).unwrap_or_else(|| self.node(start, Expression::Nothing));
            let value = Box::new(value);
            return self.node(start, if same { Expression::Same(value) } else { Expression::Not(value) });
        }
        self.value()
    }

    /// A value with its members, indexes and calls.
    pub fn value(&mut self) -> Node {
        let start = self.at;
        self.count();
        let first = self.primary();
        self.members(first, start)
    }

    fn members(&mut self, first: Node, start: usize) -> Node {
        let mut node = first;
        for _ in 0..MOST_MEMBERS {
            let next = self.peek();
            let after = self.peek_at(1);
            let named = after.is_ascii_alphabetic() || matches!(after, b'_' | b'$' | b'\'' | b'"' | b'(');
            if next == b'.' && named && after != b'.' || self.starts("::") || self.starts("?.") {
                self.at += if next == b'.' { 1 } else { 2 };
                let name = self.member_name();
                let arguments = self.call_arguments();
                node = self.node(start, Expression::Member(Box::new(node), Box::new(name), arguments));
            } else if next == b'[' && !matches!(node.kind, Expression::Nothing) {
                self.at += 1;
                self.lines();
                let index = self.expression();
                self.lines();
                if !self.take("]") {
                    return node;
                }
                node = self.node(start, Expression::Index(Box::new(node), Box::new(index)));
            } else if self.starts("++") || self.starts("--") {
                self.at += 2;
            } else {
                return node;
            }
        }
        self.problem(self.at, "a member chain is too long to follow", true);
        node
    }

    fn member_name(&mut self) -> Node {
        let start = self.at;
        match self.peek() {
            b'$' => self.dollar(),
            b'(' => self.primary(),
            b'\'' => self.string(Quote::Single),
            b'"' => self.string(Quote::Double),
            _ => {
                let _ = self.variable_name();
                let at = self.extent(start);
                self.node(start, Expression::Text(vec![Part::Text(at)]))
            }
        }
    }

    /// `( … )` right after a member's name.
    fn call_arguments(&mut self) -> Option<Vec<Node>> {
        if self.peek() == b'{' {
            // `.ForEach{ … }`
            return Some(vec![self.primary()]);
        }
        if !self.take("(") {
            return None;
        }
        let arguments = self.deeper(|reader| {
            let mut arguments = Vec::new();
            loop {
                reader.lines();
                if reader.ended() || matches!(reader.peek(), b')' | b'}' | b']') {
                    break;
                }
                let before = reader.at;
                arguments.push(reader.ranked(0));
                reader.lines();
                if !reader.take(",") && reader.at == before {
                    reader.step();
                }
            }
            arguments
        });
        self.take(")");
        // The comma binds tightly: all arguments are one list.
        let flat = arguments.unwrap_or_default().into_iter().flat_map(|node| match node.kind {
            Expression::List(items) => items,
            kind => vec![Node { kind, at: node.at }],
        });
        Some(flat.collect())
    }

    /// A value by itself.
    pub fn primary(&mut self) -> Node {
        let start = self.at;
        if let Some(kind) = self.here_string_here() {
            return self.here_string(kind);
        }
        if let Some(kind) = self.quote_here() {
            return self.string(kind);
        }
        match self.peek() {
            b'$' if self.begins_variable() => self.dollar(),
            b'(' => self.group(1),
            b'@' if self.peek_at(1) == b'(' => self.group(2),
            b'@' if self.peek_at(1) == b'{' => self.table(),
            b'@' if self.peek_at(1).is_ascii_alphabetic() || self.peek_at(1) == b'_' => {
                self.at += 1;
                let name = self.variable_name();
                self.node(start, Expression::Splat(name))
            }
            b'{' => {
                self.at += 1;
                let block = self.deeper(|reader| reader.block(b'}')).unwrap_or_default();
                self.take("}");
                self.node(start, Expression::Script(Rc::new(block)))
            }
            b'[' => match self.type_name() {
                Some(name) => self.typed(start, name),
                None => {
                    self.at += 1;
                    self.node(start, Expression::Nothing)
                }
            },
            _ => self.number_or_hole(),
        }
    }

    /// A number, or Terraform's text; anything else is stepped over by one character.
    fn number_or_hole(&mut self) -> Node {
        let start = self.at;
        while let Some(character) = self.next_char() {
            let range = character == '.' && self.peek_at(1) == b'.';
            let plain =
                character.is_alphanumeric() || matches!(character, HOLE | '_') || character == '.' && !range;
            if !plain {
                break;
            }
            self.step();
        }
        let at = self.extent(start);
        if at.start == at.end {
            if !self.ended() && !self.next_char().is_some_and(ends_word) {
                self.step();
            }
            return self.node(start, Expression::Nothing);
        }
        self.node(start, Expression::Text(vec![Part::Text(at)]))
    }

    fn group(&mut self, opening: usize) -> Node {
        let start = self.at;
        self.at += opening;
        let block = self.deeper(|reader| reader.block(b')')).unwrap_or_default();
        self.take(")");
        self.node(start, Expression::Group(block))
    }

    fn table(&mut self) -> Node {
        let start = self.at;
        self.at += 2;
        let rows = self.deeper(Self::table_rows).unwrap_or_default();
        self.take("}");
        self.node(start, Expression::Table(rows))
    }

    fn table_rows(&mut self) -> Vec<(Node, super::tree::Statement)> {
        let mut rows = Vec::new();
        loop {
            self.lines();
            if self.ended() || matches!(self.peek(), b'}' | b')') {
                return rows;
            }
            let before = self.at;
            self.count();
            let key = if self.begins_bare_key() { self.bare_key() } else { self.value() };
            self.lines();
            if self.take("=") {
                self.lines();
                rows.push((key, self.statement()));
            }
            self.blanks();
            if !self.take(";") && self.at == before {
                self.step();
            }
        }
    }

    fn begins_bare_key(&self) -> bool {
        self.next_char().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == HOLE)
    }

    fn bare_key(&mut self) -> Node {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || "=};,)".contains(c)).unwrap_or(rest.len());
        self.at += length;
        let at = self.extent(start);
        self.node(start, Expression::Text(vec![Part::Text(at)]))
    }

    /// `[IO.File]`; attributes with arguments, too.
    pub fn type_name(&mut self) -> Option<String> {
        if self.at < self.no_type_before {
            return None;
        }
        let mut open = 0usize;
        for (distance, byte) in self.rest().bytes().enumerate() {
            match byte {
                b'[' | b'(' => open += 1,
                b']' | b')' => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        let name = self.text.get(self.at + 1..self.at + distance).unwrap_or_default();
                        self.at += distance + 1;
                        return Some(name.chars().filter(|c| !c.is_whitespace()).take(200).collect());
                    }
                }
                b';' | b'}' => {
                    self.no_type_before = self.at + distance;
                    return None;
                }
                _ => {}
            }
        }
        self.no_type_before = self.text.len();
        None
    }

    /// After a type: a static member, a cast, or the type itself.
    fn typed(&mut self, start: usize, name: String) -> Node {
        let before = self.at;
        self.blanks();
        let casts = self.here_string_here().is_some()
            || self.quote_here().is_some()
            || matches!(self.peek(), b'$' | b'(' | b'@' | b'[' | b'{')
            || self.peek().is_ascii_digit()
            || self.next_char() == Some(HOLE);
        if !casts || self.starts("::") {
            self.at = before;
            return self.node(start, Expression::Type(name));
        }
        let value = self.deeper(Self::value);
        let value = value.unwrap_or_else(|| self.node(start, Expression::Nothing));
        self.node(start, Expression::Cast(name, Box::new(value)))
    }
}
