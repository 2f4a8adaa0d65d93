//! Simple commands, their assignments and redirections.

use super::cursor::{Parser, is_name};
use super::tree::{Assignment, Command, Extent, Kind, Part, Redirect, RedirectKind, Target, Word};

/// Commands whose words can be assignments, arrays too.
const DECLARING: &[&str] = &["export", "local", "declare", "typeset", "readonly"];

impl Parser<'_> {
    /// `A=b command word … > file`, or a function definition.
    pub fn simple(&mut self) -> Command {
        let start = self.pos;
        let (mut assignments, mut declared) = (Vec::new(), Vec::new());
        let (mut words, mut redirects) = (Vec::<Word>::new(), Vec::new());
        let mut end = start;
        let mut declaring = false;
        loop {
            self.skip_blanks();
            if self.damage.is_some() || self.at_end() {
                break;
            }
            if let Some(redirect) = self.redirect() {
                end = redirect.extent.end;
                redirects.push(redirect);
                continue;
            }
            if self.ends_command() {
                break;
            }
            if (words.is_empty() || declaring)
                && let Some(assignment) = self.assignment()
            {
                end = assignment.extent.end;
                if words.is_empty() { &mut assignments } else { &mut declared }.push(assignment);
                continue;
            }
            let word = self.word();
            if word.extent.end == word.extent.start {
                break;
            }
            end = word.extent.end;
            if words.is_empty() {
                let name = self.slice(word.extent.start, word.extent.end);
                declaring = DECLARING.contains(&name);
                if assignments.is_empty() && self.function_ahead() {
                    let kind = self.function_body(name.to_owned());
                    let extent = Extent::new(start, self.pos);
                    return Command { extent, kind, redirects };
                }
            }
            words.push(word);
        }
        let kind = Kind::Simple { assignments, words, declared };
        Command { extent: Extent::new(start, end), kind, redirects }
    }

    fn ends_command(&self) -> bool {
        let process = matches!(self.peek(0), b'<' | b'>') && self.peek(1) == b'(';
        matches!(self.peek(0), b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') && !process
    }

    /// Steps over `()` after a name.
    fn function_ahead(&mut self) -> bool {
        let before = self.pos;
        while matches!(self.peek(0), b' ' | b'\t') {
            self.pos += 1;
        }
        if self.eat("(") {
            while matches!(self.peek(0), b' ' | b'\t') {
                self.pos += 1;
            }
            if self.eat(")") {
                return true;
            }
        }
        self.pos = before;
        false
    }

    fn assignment(&mut self) -> Option<Assignment> {
        let start = self.pos;
        let mut at = 0;
        while is_name(self.peek(at)) {
            at += 1;
        }
        if at == 0 || self.peek(0).is_ascii_digit() {
            return None;
        }
        let name = self.slice(start, start + at).to_owned();
        let mut element = false;
        if self.peek(at) == b'[' {
            let inside = (at + 1..at + 256).take_while(|ahead| {
                let byte = self.peek(*ahead);
                byte != b']' && byte != b'\n' && byte != 0
            });
            at += 1 + inside.count();
            if self.peek(at) != b']' {
                return None;
            }
            at += 1;
            element = true;
        }
        let append = self.peek(at) == b'+';
        at += usize::from(append);
        if self.peek(at) != b'=' {
            return None;
        }
        self.pos += at + 1;
        let array = self.peek(0) == b'(';
        let values = if array { self.array() } else { vec![self.word()] };
        let extent = Extent::new(start, self.pos);
        Some(Assignment { extent, name, append, element, values, array })
    }

    /// `(a b [k]=v)`; stands on the parenthesis.
    fn array(&mut self) -> Vec<Word> {
        let start = self.pos;
        self.pos += 1;
        let mut words = Vec::new();
        loop {
            self.skip_lines();
            if self.eat(")") || self.damage.is_some() {
                return words;
            }
            if self.at_end() {
                self.break_at(start, "an array is not closed", false);
                return words;
            }
            let before = self.pos;
            words.push(self.word());
            self.pos += usize::from(self.pos == before);
        }
    }

    /// All redirections that stand here.
    pub fn redirects(&mut self) -> Vec<Redirect> {
        let mut all = Vec::new();
        while self.damage.is_none() {
            self.skip_blanks();
            match self.redirect() {
                Some(redirect) => all.push(redirect),
                None => break,
            }
        }
        all
    }

    fn redirect(&mut self) -> Option<Redirect> {
        let start = self.pos;
        let mut ahead = 0;
        while self.peek(ahead).is_ascii_digit() && ahead < 4 {
            ahead += 1;
        }
        let descriptor = self.slice(start, start + ahead).parse().ok();
        // `{fd}>file` opens a descriptor of the shell's choice.
        if ahead == 0 && self.peek(0) == b'{' {
            let mut inside = 1;
            while is_name(self.peek(inside)) && inside < 64 {
                inside += 1;
            }
            if inside > 1 && self.peek(inside) == b'}' && matches!(self.peek(inside + 1), b'<' | b'>') {
                ahead = inside + 1;
            }
        }
        self.pos += ahead;
        let Some(kind) = self.redirect_operator() else {
            self.pos = start;
            return None;
        };
        if kind == RedirectKind::HereDocument {
            let index = self.here_document();
            let extent = Extent::new(start, self.pos);
            return Some(Redirect { extent, descriptor, kind, target: Target::Document(index) });
        }
        while matches!(self.peek(0), b' ' | b'\t') {
            self.pos += 1;
        }
        let word = self.word();
        let kind = match kind {
            RedirectKind::Duplicate if !self.names_descriptor(&word) => RedirectKind::WriteBoth,
            kind => kind,
        };
        let extent = Extent::new(start, self.pos);
        Some(Redirect { extent, descriptor, kind, target: Target::Word(word) })
    }

    fn redirect_operator(&mut self) -> Option<RedirectKind> {
        const OPERATORS: [(&str, RedirectKind); 11] = [
            ("&>>", RedirectKind::AppendBoth),
            ("&>", RedirectKind::WriteBoth),
            ("<<<", RedirectKind::HereString),
            ("<<", RedirectKind::HereDocument),
            ("<&", RedirectKind::Duplicate),
            ("<>", RedirectKind::ReadWrite),
            (">>", RedirectKind::Append),
            (">&", RedirectKind::Duplicate),
            (">|", RedirectKind::Write),
            ("<", RedirectKind::Read),
            (">", RedirectKind::Write),
        ];
        let (token, kind) = OPERATORS.iter().find(|(token, _)| self.starts_with(token))?;
        // `<(…)` and `>(…)` are words.
        if token.len() == 1 && self.peek(1) == b'(' {
            return None;
        }
        self.pos += token.len();
        Some(*kind)
    }

    /// `2`, `-`, `3-` or `$fd` after `>&`.
    fn names_descriptor(&self, word: &Word) -> bool {
        let text = self.slice(word.extent.start, word.extent.end);
        let digits = text.trim_end_matches('-');
        digits.bytes().all(|byte| byte.is_ascii_digit())
            || matches!(word.parts.as_slice(), [Part::Variable(_)])
    }
}
