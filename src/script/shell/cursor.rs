//! The place in the text, recovery from damage, and the budget that keeps reading linear.

use super::{HereDocument, Problem};

/// Constructs inside constructs; deeper ones are given up with a problem.
pub const DEEPEST: usize = 64;
/// Problems in one script worth telling.
const MOST_PROBLEMS: usize = 64;

/// A here-document whose body has not come yet.
pub struct Pending {
    pub index: usize,
    pub delimiter: String,
    pub quoted: bool,
    pub strips_tabs: bool,
    pub at: usize,
}

/// Why a statement can't be read to its end.
pub struct Damage {
    pub at: usize,
    pub reason: &'static str,
    pub hides_findings: bool,
}

/// Reads `text[pos..end]`.
pub struct Parser<'t> {
    pub text: &'t str,
    pub bytes: &'t [u8],
    pub pos: usize,
    pub end: usize,
    pub depth: usize,
    pub pending: Vec<Pending>,
    pub documents: Vec<HereDocument>,
    pub problems: Vec<Problem>,
    pub damage: Option<Damage>,
    /// Words that an enclosing construct waits for: `fi`, `done`, `)`.
    pub awaited: Vec<&'static [&'static str]>,
    /// Bytes that may be read a second time.
    budget: usize,
}

impl<'t> Parser<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            pos: 0,
            end: text.len(),
            depth: 0,
            pending: Vec::new(),
            documents: Vec::new(),
            problems: Vec::new(),
            damage: None,
            awaited: Vec::new(),
            budget: text.len().saturating_mul(8).saturating_add(65_536),
        }
    }

    /// The byte at `pos + ahead`; 0 at the end.
    pub fn peek(&self, ahead: usize) -> u8 {
        let at = self.pos + ahead;
        if at < self.end { self.bytes.get(at).copied().unwrap_or(0) } else { 0 }
    }

    pub fn at_end(&self) -> bool {
        self.pos >= self.end
    }

    pub fn starts_with(&self, token: &str) -> bool {
        self.bytes.get(self.pos..self.end).is_some_and(|rest| rest.starts_with(token.as_bytes()))
    }

    /// Steps over `token` where it stands here.
    pub fn eat(&mut self, token: &str) -> bool {
        let found = self.starts_with(token);
        if found {
            self.pos += token.len();
        }
        found
    }

    pub fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    /// The first byte after the line that holds `from`.
    pub fn next_line(&self, from: usize) -> usize {
        let rest = self.bytes.get(from.min(self.end)..self.end).unwrap_or_default();
        rest.iter().position(|byte| *byte == b'\n').map_or(self.end, |at| from + at + 1)
    }

    /// Spaces, tabs, continued lines, the `\r` of `\r\n`, and comments.
    pub fn skip_blanks(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' => self.pos += 1,
                b'\\' if self.peek(1) == b'\n' => self.pos += 2,
                b'\\' if self.peek(1) == b'\r' && self.peek(2) == b'\n' => self.pos += 3,
                b'\r' if matches!(self.peek(1), b'\n' | 0) => self.pos += 1,
                b'#' => self.skip_comment(),
                _ => return,
            }
        }
    }

    fn skip_comment(&mut self) {
        while !self.at_end() && self.peek(0) != b'\n' {
            self.pos += 1;
        }
    }

    /// Steps over a newline and the here-documents that begin after it.
    pub fn newline(&mut self) {
        self.pos += 1;
        if !self.pending.is_empty() {
            self.read_documents();
        }
    }

    /// Blanks, newlines and comments.
    pub fn skip_lines(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek(0) != b'\n' {
                return;
            }
            self.newline();
        }
    }

    /// Goes one level down; false where that is too deep.
    pub fn enter(&mut self) -> bool {
        if self.depth >= DEEPEST {
            self.break_at(self.pos, "nested too deeply", true);
            return false;
        }
        self.depth += 1;
        true
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Marks the statement being read as damaged; the innermost list recovers.
    pub fn break_at(&mut self, at: usize, reason: &'static str, hides_findings: bool) {
        if self.damage.is_none() {
            self.damage = Some(Damage { at, reason, hides_findings });
        }
    }

    pub fn problem(&mut self, at: usize, reason: &'static str, hides_findings: bool) {
        match self.problems.len() {
            count if count + 1 < MOST_PROBLEMS => self.problems.push(Problem { at, reason, hides_findings }),
            count if count < MOST_PROBLEMS => {
                let reason = "more places that cannot be read";
                self.problems.push(Problem { at, reason, hides_findings });
            }
            // One that could hide a finding is enough.
            _ => self
                .problems
                .iter_mut()
                .skip(MOST_PROBLEMS - 1)
                .for_each(|last| last.hides_findings |= hides_findings),
        }
    }

    /// Pays for reading `bytes` again.
    pub fn afford(&mut self, bytes: usize) -> bool {
        let affordable = self.budget >= bytes;
        if affordable {
            self.budget -= bytes;
        }
        affordable
    }

    /// After damage: goes on at the line after it. Says whether there was any.
    pub fn recover(&mut self, least: usize) -> bool {
        let Some(damage) = self.damage.take() else { return false };
        let next = self.next_line(damage.at.max(least)).min(self.end);
        let again = self.pos.saturating_sub(next);
        let affordable = self.afford(again);
        self.problem(damage.at, damage.reason, damage.hides_findings || !affordable);
        if affordable {
            self.pos = next;
        }
        true
    }

    /// Past the `)` that closes the parenthesis opened before `from`, where it is near.
    pub fn closing_parenthesis(&mut self, from: usize) -> Option<usize> {
        const NEAR: usize = 2048;
        let limit = self.end.min(from + NEAR);
        let mut open = 1usize;
        let mut found = None;
        for (at, byte) in self.bytes.get(from..limit)?.iter().enumerate() {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                found = Some(from + at + 1);
                break;
            }
        }
        let cost = found.unwrap_or(limit) - from;
        self.afford(cost).then_some(found).flatten()
    }
}

/// Bytes that end an unquoted word.
pub fn is_meta(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// Bytes of a variable's name.
pub fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
