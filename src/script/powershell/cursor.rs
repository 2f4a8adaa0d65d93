//! The place in the script's text, and what every part of the reader asks of it.

use super::tree::{Expression, Extent, Node};

/// Blocks, brackets and strings in one another deeper than this are stepped over, with a gap.
const DEEPEST: usize = 120;
/// Parts of a script, at most.
const MOST_PARTS: usize = 1_000_000;
/// Strings without an end after which reading begins again on the next line.
const MOST_RECOVERIES: usize = 8;
/// Gaps of one script worth telling.
const MOST_PROBLEMS: usize = 64;

/// What could not be read.
#[derive(Debug)]
pub struct Problem {
    /// Where.
    pub at: usize,
    /// Why.
    pub reason: &'static str,
    /// Whether a finding could hide there.
    pub hides_findings: bool,
}

/// Reads a script from its beginning to its end, once.
pub struct Reader<'t> {
    pub text: &'t str,
    pub at: usize,
    pub problems: Vec<Problem>,
    depth: usize,
    parts: usize,
    recoveries: usize,
    /// Up to here no `[` begins a type: the search for its end was in vain.
    pub no_type_before: usize,
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
        Self { text, at, problems: Vec::new(), depth: 0, parts: 0, recoveries: 0, no_type_before: 0 }
    }

    pub fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte; 0 at the end.
    pub fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    pub fn peek_at(&self, distance: usize) -> u8 {
        self.text.as_bytes().get(self.at + distance).copied().unwrap_or(0)
    }

    pub fn next_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn ended(&self) -> bool {
        self.at >= self.text.len()
    }

    /// One character on.
    pub fn step(&mut self) {
        self.at += self.next_char().map_or(1, char::len_utf8);
    }

    pub fn starts(&self, with: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(with.as_bytes()))
    }

    /// Steps over this, where it stands here.
    pub fn take(&mut self, word: &str) -> bool {
        let here = self.starts(word);
        if here {
            self.at += word.len();
        }
        here
    }

    /// A keyword here, in any case, as a word of its own.
    pub fn keyword(&self) -> String {
        let bytes = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = bytes.iter().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let after = bytes.get(length).copied().unwrap_or(b' ');
        if after.is_ascii_alphanumeric() || matches!(after, b'-' | b'_' | b'.' | b'\\' | b'/' | b':' | b'=') {
            return String::new();
        }
        String::from_utf8_lossy(bytes.get(..length).unwrap_or_default()).to_ascii_lowercase()
    }

    /// Spaces, comments and continued lines.
    pub fn blanks(&mut self) {
        loop {
            match self.peek() {
                b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                b'\r' if self.peek_at(1) != b'\n' => self.at += 1,
                b'`' if self.peek_at(1) == b'\n' => self.at += 2,
                b'`' if self.peek_at(1) == b'\r' && self.peek_at(2) == b'\n' => self.at += 3,
                b'#' => self.comment(),
                b'<' if self.peek_at(1) == b'#' => self.block_comment(),
                0xc2 if self.starts("\u{a0}") => self.at += 2,
                _ => return,
            }
        }
    }

    /// Blanks and line ends.
    pub fn lines(&mut self) {
        loop {
            self.blanks();
            match self.peek() {
                b'\n' | b'\r' => self.at += 1,
                _ => return,
            }
        }
    }

    fn comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.text.len() - self.at);
    }

    fn block_comment(&mut self) {
        match self.rest().find("#>") {
            Some(end) => self.at += end + 2,
            None => {
                self.problem(self.at, "a comment is not closed", true);
                self.at = self.text.len();
            }
        }
    }

    pub fn problem(&mut self, at: usize, reason: &'static str, hides_findings: bool) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem { at, reason, hides_findings });
        }
    }

    /// Counts a part; false at the end of all patience, where the rest is not read.
    pub fn count(&mut self) {
        self.parts += 1;
        if self.parts == MOST_PARTS {
            self.problem(self.at, "the script has more parts than are read", true);
            self.at = self.text.len();
        }
    }

    /// Reads what stands inside of something, unless that is too deep.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEEPEST {
            self.problem(self.at, "nested too deeply", true);
            self.step_over();
            return None;
        }
        self.depth += 1;
        let inside = read(self);
        self.depth -= 1;
        Some(inside)
    }

    /// To the bracket that closes what is open, quotes left aside.
    pub fn step_over(&mut self) {
        let mut open = 0usize;
        let start = self.at;
        for (distance, byte) in self.rest().bytes().enumerate() {
            match byte {
                b'(' | b'{' | b'[' => open += 1,
                b')' | b'}' | b']' if open == 0 => {
                    self.at = start + distance;
                    return;
                }
                b')' | b'}' | b']' => open -= 1,
                _ => {}
            }
        }
        self.at = self.text.len();
    }

    /// A string that began at `start` has no end: its first line is all of it, some times.
    pub fn without_end(&mut self, start: usize) -> Extent {
        self.problem(start, "a string is not closed", true);
        self.recoveries += 1;
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.find('\n').filter(|_| self.recoveries <= MOST_RECOVERIES);
        self.at = start + line.unwrap_or(rest.len());
        Extent::new(start, self.at)
    }

    pub fn extent(&self, start: usize) -> Extent {
        Extent::new(start, self.at.min(self.text.len()).max(start))
    }

    pub fn node(&self, start: usize, kind: Expression) -> Node {
        Node { kind, at: self.extent(start) }
    }
}
