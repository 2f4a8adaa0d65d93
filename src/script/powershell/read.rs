//! Statements, pipelines and commands.

use std::rc::Rc;

use super::cursor::{Problem, Reader};
use super::string::ends_word;
use super::tree::{
    Argument, Block, Element, Expression, Extent, Kind, Node, Parameter, Part, Redirect, Statement,
};
use crate::value::HOLE;

/// Reads a script. What can't be read costs its place only.
pub fn read(text: &str) -> (Block, Vec<Problem>) {
    let mut reader = Reader::new(text);
    let block = reader.block(0);
    (block, reader.problems)
}

impl Reader<'_> {
    /// Statements up to this closing bracket, or to the end.
    pub fn block(&mut self, end: u8) -> Block {
        let mut block = Block::default();
        loop {
            self.lines();
            let next = self.peek();
            if self.ended() {
                if end != 0 {
                    self.problem(self.text.len(), "a block that does not end", false);
                }
                return block;
            }
            if end != 0 && next == end {
                return block;
            }
            match next {
                b';' | b'&' if next == b';' || self.peek_at(1) == b'&' => {
                    self.at += 1 + usize::from(next == b'&')
                }
                b')' | b'}' if end == 0 => self.at += 1,
                // The bracket of something further out: this block has none of its own.
                b')' | b'}' => return block,
                b'|' => self.at += 1,
                _ => self.into_block(&mut block),
            }
        }
    }

    fn into_block(&mut self, block: &mut Block) {
        let before = self.at;
        self.count();
        if self.keyword() == "param" && self.param_follows() {
            self.at += 5;
            self.lines();
            self.at += 1;
            block.parameters.extend(self.parameters());
            return;
        }
        let statement = self.statement();
        if self.at == before {
            self.step();
            return;
        }
        block.statements.push(statement);
    }

    fn param_follows(&self) -> bool {
        self.rest().get(5..).is_some_and(|rest| rest.trim_start().starts_with('('))
    }

    /// After the `(` of a list of parameters.
    fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        loop {
            self.lines();
            match self.peek() {
                0 => return parameters,
                b')' => {
                    self.at += 1;
                    return parameters;
                }
                b'[' if self.type_name().is_some() => {}
                b'$' if self.begins_variable() => {
                    let start = self.at;
                    let node = self.dollar();
                    self.lines();
                    let default = self.take("=").then(|| {
                        self.lines();
                        self.unlisted()
                    });
                    if let Expression::Variable(name) = node.kind {
                        parameters.push(Parameter { name, default, at: Extent::new(start, node.at.end) });
                    }
                }
                _ => self.step(),
            }
        }
    }

    /// A default: the comma after it begins the next parameter.
    fn unlisted(&mut self) -> Node {
        let node = self.value();
        self.blanks();
        node
    }

    /// One statement.
    pub fn statement(&mut self) -> Statement {
        self.deeper(Self::statement_here).unwrap_or(Statement::Nothing)
    }

    fn statement_here(&mut self) -> Statement {
        let keyword = self.keyword();
        let start = self.at;
        self.at += keyword.len();
        match keyword.as_str() {
            "if" => return self.branches(),
            "switch" => return self.switch(),
            "foreach" if self.parenthesis_follows() => return self.foreach(),
            "while" | "for" if self.parenthesis_follows() => return self.head_and_body(),
            "do" => return self.do_loop(),
            "try" => return self.try_catch(),
            "function" | "filter" | "workflow" => return self.function(),
            "begin" | "process" | "end" | "trap" | "dynamicparam" | "data" | "parallel" | "sequence" => {
                if let Some(group) = self.named_group() {
                    return group;
                }
            }
            "return" | "throw" | "exit" => return self.out(),
            "break" | "continue" => {
                self.bare_rest();
                return Statement::Nothing;
            }
            "class" | "enum" => {
                if let Some(at) =
                    self.rest().find(['{', '\n']).filter(|at| self.rest()[*at..].starts_with('{'))
                {
                    self.at += at + 1;
                    self.step_over();
                    self.take("}");
                    return Statement::Nothing;
                }
            }
            "using" => {
                self.bare_rest();
                return Statement::Nothing;
            }
            _ => {}
        }
        self.at = start;
        self.pipeline()
    }

    fn bare_rest(&mut self) {
        let rest = self.rest();
        self.at += rest.find(['\n', ';', '}', ')']).unwrap_or(rest.len());
    }

    fn parenthesis_follows(&mut self) -> bool {
        self.blanks();
        self.peek() == b'('
    }

    /// `( … )` after a keyword.
    fn head(&mut self) -> Block {
        self.lines();
        if !self.take("(") {
            return Block::default();
        }
        let head = self.block(b')');
        self.take(")");
        head
    }

    /// `{ … }` after a head.
    fn body(&mut self) -> Block {
        self.lines();
        if !self.take("{") {
            return Block::default();
        }
        let body = self.block(b'}');
        self.take("}");
        body
    }

    /// Whether this keyword comes next; it is stepped over then.
    fn next_keyword(&mut self, word: &str) -> bool {
        let before = self.at;
        self.lines();
        if self.keyword() == word {
            self.at += word.len();
            return true;
        }
        self.at = before;
        false
    }

    fn condition(&mut self) -> Node {
        let start = self.at;
        let head = self.head();
        self.node(start, Expression::Group(head))
    }

    fn branches(&mut self) -> Statement {
        let condition = self.condition();
        let mut branches = vec![(Some(condition), self.body())];
        loop {
            if self.next_keyword("elseif") {
                let condition = self.condition();
                branches.push((Some(condition), self.body()));
            } else if self.next_keyword("else") {
                self.blanks();
                // `else if` is an `if` in an `else`.
                let body = if self.keyword() == "if" {
                    Block { statements: vec![self.statement()], ..Block::default() }
                } else {
                    self.body()
                };
                branches.push((None, body));
                return Statement::Branches { branches, subject: None, complete: true };
            } else {
                return Statement::Branches { branches, subject: None, complete: false };
            }
        }
    }

    fn switch(&mut self) -> Statement {
        self.blanks();
        while self.peek() == b'-' {
            self.at += 1;
            self.variable_name();
            self.blanks();
        }
        let start = self.at;
        let subject = if self.peek() == b'(' {
            let head = self.head();
            let kind = Kind::Value(self.node(start, Expression::Group(head)));
            Statement::Pipeline(vec![Element { kind, redirects: Vec::new(), at: self.extent(start) }])
        } else {
            Statement::Nothing
        };
        let mut branches = Vec::new();
        let mut complete = false;
        self.lines();
        if self.take("{") {
            loop {
                self.lines();
                if self.ended() || matches!(self.peek(), b'}' | b')') {
                    self.take("}");
                    break;
                }
                let before = self.at;
                complete |= self.keyword() == "default";
                let pattern = self.argument().node;
                branches.push((Some(pattern), self.body()));
                self.blanks();
                if !self.take(";") && self.at == before {
                    self.step();
                }
            }
        }
        Statement::Branches { branches, subject: Some(Box::new(subject)), complete }
    }

    fn foreach(&mut self) -> Statement {
        self.at += 1;
        self.lines();
        let start = self.at;
        let name = if self.peek() == b'$' && self.begins_variable() {
            match self.dollar().kind {
                Expression::Variable(name) => name,
                _ => String::new(),
            }
        } else {
            String::new()
        };
        let at = self.extent(start);
        self.next_keyword("in");
        self.lines();
        let items = self.block(b')');
        self.take(")");
        Statement::Foreach(name, at, Box::new(Statement::Group(items)), self.body())
    }

    fn head_and_body(&mut self) -> Statement {
        let head = self.head();
        Statement::Loop(head, self.body())
    }

    fn do_loop(&mut self) -> Statement {
        let body = self.body();
        let head = if self.next_keyword("while") || self.next_keyword("until") {
            self.head()
        } else {
            Block::default()
        };
        Statement::Loop(head, body)
    }

    fn try_catch(&mut self) -> Statement {
        let body = self.body();
        let mut handlers = Vec::new();
        while self.next_keyword("catch") {
            self.lines();
            while self.peek() == b'[' && self.type_name().is_some() {
                self.lines();
                self.take(",");
                self.lines();
            }
            handlers.push(self.body());
        }
        let last = self.next_keyword("finally").then(|| self.body());
        Statement::Try(body, handlers, last)
    }

    fn function(&mut self) -> Statement {
        self.blanks();
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || "({".contains(c)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default().to_owned();
        self.at += length;
        self.lines();
        let parameters = if self.take("(") { self.parameters() } else { Vec::new() };
        let mut body = self.body();
        body.parameters.splice(0..0, parameters);
        let name = name.rsplit(':').next().unwrap_or_default().chars().take(128).collect();
        Statement::Function(name, Rc::new(body))
    }

    /// `process { … }`, where a block follows.
    fn named_group(&mut self) -> Option<Statement> {
        self.lines();
        while self.peek() == b'[' && self.type_name().is_some() {
            self.lines();
        }
        (self.peek() == b'{').then(|| Statement::Group(self.body()))
    }

    fn out(&mut self) -> Statement {
        self.blanks();
        if self.ended() || matches!(self.peek(), b'\n' | b'\r' | b';' | b'}' | b')') {
            return Statement::Nothing;
        }
        Statement::Out(Box::new(self.statement()))
    }

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

    fn pipeline(&mut self) -> Statement {
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

    fn argument(&mut self) -> Argument {
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
            self.at += usize::from(numbered) + 1;
            let append = self.take(">");
            self.count();
            if self.take("&") {
                self.at += usize::from(self.peek().is_ascii_digit());
                redirects.push(Redirect { append, output: false, target: None });
                continue;
            }
            self.blanks();
            let target = self.argument().node;
            redirects.push(Redirect { append, output, target: Some(target) });
        }
    }
}
