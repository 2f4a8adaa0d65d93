//! Lists and pipelines.

use super::cursor::{Parser, is_meta};
use super::tree::{Command, Extent, Kind, List, Statement};

/// Words that only close or continue a compound command.
const CLOSERS: &[&str] = &["then", "else", "elif", "fi", "do", "done", "esac", "}"];

impl Parser<'_> {
    /// The whole text.
    pub fn script(&mut self) -> List {
        let mut all = List::new();
        while !self.at_end() {
            let before = self.pos;
            all.extend(self.list(&[]));
            if !self.at_end() {
                self.problem(self.pos, "unexpected closing word", false);
                self.pos += self.closer().map_or(1, str::len);
            }
            if self.pos == before {
                self.pos = self.next_line(before);
            }
        }
        all
    }

    /// Statements up to one of `until`, which is left standing. `)` and `;;` are named there too.
    pub fn list(&mut self, until: &'static [&'static str]) -> List {
        let mut statements = List::new();
        let mut optional = false;
        self.awaited.push(until);
        loop {
            self.skip_separators();
            if self.at_end() || self.must_stop() {
                break;
            }
            let (start, pending) = (self.pos, self.pending.len());
            let command = self.pipeline();
            if self.damage.is_some() {
                self.pending.truncate(pending);
                self.recover(start);
                optional = false;
                continue;
            }
            if self.pos == start {
                self.problem(start, "unexpected character", false);
                self.pos = self.next_line(start);
                continue;
            }
            statements.push(Statement { command, optional });
            optional = self.conjunction();
        }
        self.awaited.pop();
        statements
    }

    fn skip_separators(&mut self) {
        loop {
            self.skip_lines();
            match self.peek(0) {
                b';' if matches!(self.peek(1), b';' | b'&') && self.awaits(";;") => return,
                b';' | b'&' => self.pos += 1,
                _ => return,
            }
        }
    }

    /// `&&` or `||` after a command: the next one is optional.
    fn conjunction(&mut self) -> bool {
        self.skip_blanks();
        self.eat("&&") || self.eat("||")
    }

    fn awaits(&self, word: &str) -> bool {
        self.awaited.iter().any(|words| words.contains(&word))
    }

    /// The closing word that stands here.
    pub fn closer(&self) -> Option<&'static str> {
        CLOSERS.iter().copied().find(|word| self.at_word(word))
    }

    /// Whether this list, or one around it, waits for what stands here.
    fn must_stop(&mut self) -> bool {
        loop {
            let word = match self.peek(0) {
                b')' => ")",
                b';' if matches!(self.peek(1), b';' | b'&') => ";;",
                _ => match self.closer() {
                    Some(word) => word,
                    None => return false,
                },
            };
            if self.awaits(word) || self.awaited.len() <= 1 {
                return true;
            }
            // Nobody waits for it: the damage is this one word.
            self.problem(self.pos, "unexpected closing word", false);
            self.pos += word.len();
            self.skip_separators();
            if self.at_end() {
                return true;
            }
        }
    }

    /// Whether the unquoted word here is exactly `word`.
    pub fn at_word(&self, word: &str) -> bool {
        self.starts_with(word) && matches!(self.peek(word.len()), 0 | b'\r')
            || self.starts_with(word) && is_meta(self.peek(word.len()))
    }

    /// Steps over the reserved word `word` where it stands here.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.pos += word.len();
        }
        found
    }

    fn pipeline(&mut self) -> Command {
        let start = self.pos;
        while self.eat_word("!") || self.eat_word("time") || self.eat_word("coproc") {
            self.skip_blanks();
            if self.eat_word("-p") {
                self.skip_blanks();
            }
        }
        let first = self.command();
        let mut stages = vec![(first, false)];
        loop {
            self.skip_blanks();
            if self.damage.is_some() || self.peek(0) != b'|' || self.peek(1) == b'|' {
                break;
            }
            self.pos += 1;
            if let Some(last) = stages.last_mut() {
                last.1 = self.eat("&");
            }
            self.skip_lines();
            let before = self.pos;
            stages.push((self.command(), false));
            if self.pos == before {
                self.break_at(before, "nothing after a pipe", false);
            }
        }
        match stages.len() {
            1 => stages.pop().map_or_else(|| Command::nothing(start), |(command, _)| command),
            _ => {
                let end = stages.last().map_or(start, |(command, _)| command.extent.end);
                let extent = Extent::new(start, end);
                Command { extent, kind: Kind::Pipeline(stages), redirects: Vec::new() }
            }
        }
    }
}

impl Command {
    /// A command that does nothing: where one was missing.
    pub fn nothing(at: usize) -> Self {
        let kind = Kind::Simple { assignments: Vec::new(), words: Vec::new(), declared: Vec::new() };
        Self { extent: Extent::new(at, at), kind, redirects: Vec::new() }
    }
}
