//! Compound commands: `if`, loops, `case`, groups, functions, tests.

use std::rc::Rc;

use super::cursor::{Parser, is_meta};
use super::tree::{Branch, Command, Extent, Kind, List, Word};

impl Parser<'_> {
    /// A command of any kind with its redirections.
    pub fn command(&mut self) -> Command {
        let start = self.pos;
        if !self.enter() {
            return Command::nothing(start);
        }
        let command = match self.compound() {
            Some(kind) => {
                let end = self.pos;
                let redirects = self.redirects();
                let end = redirects.last().map_or(end, |redirect| redirect.extent.end);
                Command { extent: Extent::new(start, end), kind, redirects }
            }
            None => self.simple(),
        };
        self.leave();
        command
    }

    fn compound(&mut self) -> Option<Kind> {
        match self.peek(0) {
            b'(' if self.peek(1) == b'(' => self.arithmetic_command().or_else(|| self.subshell()),
            b'(' => self.subshell(),
            b'{' if self.eat_word("{") => {
                let list = self.list(&["}"]);
                self.close("}");
                Some(Kind::Group(list))
            }
            b'[' if self.eat_word("[[") => Some(self.test()),
            b'i' if self.eat_word("if") => Some(self.conditional()),
            b'w' if self.eat_word("while") => Some(self.repetition()),
            b'u' if self.eat_word("until") => Some(self.repetition()),
            b'f' if self.eat_word("for") => Some(self.for_loop()),
            b's' if self.eat_word("select") => Some(self.for_loop()),
            b'c' if self.eat_word("case") => Some(self.case()),
            b'f' if self.eat_word("function") => Some(self.named_function()),
            _ => None,
        }
    }

    /// Steps over a closing word; its absence costs nothing but a problem.
    fn close(&mut self, word: &'static str) {
        self.skip_blanks();
        if word == ")" && self.eat(")") || word != ")" && self.eat_word(word) {
            return;
        }
        if self.damage.is_none() {
            self.problem(self.pos.min(self.end.saturating_sub(1)), "a compound command is not closed", false);
        }
    }

    fn subshell(&mut self) -> Option<Kind> {
        self.pos += 1;
        let list = self.list(&[")"]);
        self.close(")");
        Some(Kind::Subshell(list))
    }

    fn arithmetic_command(&mut self) -> Option<Kind> {
        let inner_end = self.closing_parenthesis(self.pos + 2)?;
        if self.bytes.get(inner_end) != Some(&b')') {
            return None;
        }
        self.pos = inner_end + 1;
        Some(Kind::Test(Vec::new()))
    }

    fn conditional(&mut self) -> Kind {
        let mut branches = Vec::new();
        let mut complete = false;
        loop {
            let condition = self.list(&["then", "elif", "else", "fi"]);
            self.eat_word("then");
            let body = self.list(&["elif", "else", "fi"]);
            branches.push(Branch { condition, body });
            if self.eat_word("elif") {
                continue;
            }
            if self.eat_word("else") {
                let body = self.list(&["fi"]);
                branches.push(Branch { condition: List::new(), body });
                complete = true;
            }
            break;
        }
        self.close("fi");
        Kind::Branches { subject: None, branches, complete }
    }

    fn repetition(&mut self) -> Kind {
        let condition = self.list(&["do", "done"]);
        let body = self.body();
        Kind::Loop { condition, body }
    }

    /// `do … done` or `{ … }`.
    fn body(&mut self) -> List {
        while self.skip_to_body() {}
        if self.eat_word("{") {
            let list = self.list(&["}"]);
            self.close("}");
            return list;
        }
        if !self.eat_word("do") {
            self.problem(self.pos.min(self.end.saturating_sub(1)), "a loop has no body", false);
            return List::new();
        }
        let list = self.list(&["done"]);
        self.close("done");
        list
    }

    fn skip_to_body(&mut self) -> bool {
        self.skip_lines();
        self.peek(0) == b';' && self.eat(";")
    }

    fn for_loop(&mut self) -> Kind {
        self.skip_blanks();
        if self.starts_with("((")
            && let Some(end) = self.closing_parenthesis(self.pos + 2)
        {
            self.pos = end;
            self.eat(")");
            let body = self.body();
            return Kind::For { variable: None, words: Some(Vec::new()), body };
        }
        let start = self.pos;
        while !self.at_end() && !is_meta(self.peek(0)) {
            self.pos += 1;
        }
        let extent = Extent::new(start, self.pos);
        let variable = Some((self.slice(start, self.pos).trim_end().to_owned(), extent));
        self.skip_lines();
        let words = self.eat_word("in").then(|| self.words_of_line());
        let body = self.body();
        Kind::For { variable, words, body }
    }

    fn words_of_line(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            let before = self.pos;
            let process = matches!(self.peek(0), b'<' | b'>') && self.peek(1) == b'(';
            if self.damage.is_some() || self.at_end() || is_meta(self.peek(0)) && !process {
                return words;
            }
            words.push(self.word());
            if self.pos == before {
                return words;
            }
        }
    }

    fn case(&mut self) -> Kind {
        self.skip_blanks();
        let subject = Some(self.word());
        self.skip_lines();
        self.eat_word("in");
        let mut branches = Vec::new();
        let mut complete = false;
        loop {
            self.skip_lines();
            if self.at_end() || self.damage.is_some() || self.eat_word("esac") {
                break;
            }
            let before = self.pos;
            complete |= self.pattern();
            let body = self.list(&[";;", "esac"]);
            branches.push(Branch { condition: List::new(), body });
            let ended = self.eat(";;&") || self.eat(";;") || self.eat(";&");
            if !ended && self.eat_word("esac") {
                break;
            }
            if self.pos == before {
                self.problem(before, "a case is not closed", false);
                break;
            }
        }
        Kind::Branches { subject, branches, complete }
    }

    /// `(a | b)` before a branch. Says whether it takes everything.
    fn pattern(&mut self) -> bool {
        self.eat("(");
        let start = self.pos;
        loop {
            self.skip_blanks();
            let before = self.pos;
            match self.peek(0) {
                b')' => break,
                b'|' => self.pos += 1,
                0 | b'\n' | b';' | b'&' => {
                    self.problem(
                        self.pos.min(self.end.saturating_sub(1)),
                        "a case pattern is not closed",
                        false,
                    );
                    return false;
                }
                _ => drop(self.word()),
            }
            if self.pos == before {
                self.pos += 1;
            }
        }
        let takes_all = self.slice(start, self.pos).trim() == "*";
        self.pos += 1;
        takes_all
    }

    fn named_function(&mut self) -> Kind {
        self.skip_blanks();
        let start = self.pos;
        while !self.at_end() && !is_meta(self.peek(0)) {
            self.pos += 1;
        }
        let name = self.slice(start, self.pos).trim_end().to_owned();
        self.skip_blanks();
        if self.eat("(") {
            self.skip_blanks();
            self.eat(")");
        }
        self.function_body(name)
    }

    /// What follows `f()`.
    pub fn function_body(&mut self, name: String) -> Kind {
        self.skip_lines();
        let body = Rc::new(self.command());
        Kind::Function { name, body }
    }

    /// `[[ … ]]`: only its words matter.
    fn test(&mut self) -> Kind {
        let start = self.pos;
        let mut words = Vec::new();
        loop {
            self.skip_lines();
            if self.eat_word("]]") || self.damage.is_some() {
                return Kind::Test(words);
            }
            match self.peek(0) {
                0 | b';' => {
                    self.break_at(start, "a test is not closed", false);
                    return Kind::Test(words);
                }
                byte if is_meta(byte) => self.pos += 1,
                _ => {
                    let before = self.pos;
                    words.push(self.word());
                    self.pos += usize::from(self.pos == before);
                }
            }
        }
    }
}
