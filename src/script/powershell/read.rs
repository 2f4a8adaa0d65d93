//! Statements.

use std::rc::Rc;

use super::cursor::{Problem, Reader};
use super::tree::{Block, Element, Expression, Extent, Kind, Node, Parameter, Statement};

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
                    self.problem(self.text.len(), "a block is not closed", false);
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
                _ => self.one_more(&mut block),
            }
        }
    }

    fn one_more(&mut self, block: &mut Block) {
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
}
