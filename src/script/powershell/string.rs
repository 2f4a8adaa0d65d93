//! Strings, here-strings, variables and bare words.

use super::cursor::Reader;
use super::tree::{Expression, Extent, Node, Part};
use crate::value::HOLE;

/// What ends a string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Quote(Quote),
    Here(Quote),
}

/// `'` or `"`, straight or curly as PowerShell takes them alike.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    Single,
    Double,
}

pub fn quote(character: char) -> Option<Quote> {
    match character {
        '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => Some(Quote::Single),
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' => Some(Quote::Double),
        _ => None,
    }
}

const SCOPES: [&str; 9] =
    ["env", "script", "global", "local", "private", "using", "function", "variable", "workflow"];

impl Reader<'_> {
    pub fn quote_here(&self) -> Option<Quote> {
        self.next_char().and_then(quote)
    }

    /// Whether a here-string begins: `@"` with nothing after it on its line.
    pub fn here_string_here(&self) -> Option<Quote> {
        let mut characters = self.rest().chars();
        if characters.next() != Some('@') {
            return None;
        }
        let kind = characters.next().and_then(quote)?;
        let blank = characters.find(|c| !matches!(c, ' ' | '\t' | '\r'));
        (blank == Some('\n')).then_some(kind)
    }

    /// A string from its quote on.
    pub fn string(&mut self, kind: Quote) -> Node {
        let start = self.at;
        self.step();
        let parts = self.string_parts(End::Quote(kind), start);
        self.node(start, Expression::Text(parts))
    }

    pub fn here_string(&mut self, kind: Quote) -> Node {
        let start = self.at;
        self.at += self.rest().find('\n').map_or(2, |end| end + 1);
        let parts = self.string_parts(End::Here(kind), start);
        self.node(start, Expression::Text(parts))
    }

    fn string_parts(&mut self, end: End, start: usize) -> Vec<Part> {
        let expands = matches!(end, End::Quote(Quote::Double) | End::Here(Quote::Double));
        let mut parts = Vec::new();
        let mut from = self.at;
        if let End::Here(kind) = end
            && let Some(after) = self.here_end(kind)
        {
            self.at = after;
            return parts;
        }
        loop {
            let Some(character) = self.next_char() else {
                return vec![Part::Text(self.without_end(start))];
            };
            match (character, end) {
                ('\n', End::Here(kind)) => {
                    let line_end = self.at;
                    self.at += 1;
                    if let Some(after) = self.here_end(kind) {
                        let text = self.text.get(from..line_end).unwrap_or_default();
                        push(&mut parts, from, from + text.trim_end_matches('\r').len());
                        self.at = after;
                        return parts;
                    }
                }
                (character, End::Quote(kind)) if quote(character) == Some(kind) => {
                    push(&mut parts, from, self.at);
                    self.step();
                    // A doubled quote is a quote.
                    if self.quote_here() != Some(kind) {
                        return parts;
                    }
                    from = self.at;
                    self.step();
                    self.count();
                }
                ('`', _) if expands => {
                    push(&mut parts, from, self.at);
                    self.escaped(&mut parts);
                    from = self.at;
                }
                ('$', _) if expands && self.begins_variable() => {
                    push(&mut parts, from, self.at);
                    let value = self.dollar();
                    parts.push(Part::Value(value));
                    from = self.at;
                }
                _ => self.step(),
            }
        }
    }

    /// After the `"@` that ends a here-string, where this line begins with it.
    fn here_end(&self, kind: Quote) -> Option<usize> {
        let rest = self.rest();
        let line = rest.trim_start_matches([' ', '\t']);
        let mut characters = line.chars();
        let first = characters.next().filter(|c| quote(*c) == Some(kind))?;
        (characters.next() == Some('@')).then(|| self.at + rest.len() - line.len() + first.len_utf8() + 1)
    }

    /// A backtick and what follows it.
    fn escaped(&mut self, parts: &mut Vec<Part>) {
        let start = self.at;
        self.at += 1;
        let Some(character) = self.next_char() else { return };
        if character == HOLE {
            return;
        }
        self.step();
        self.count();
        let made = match character {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            'a' | 'b' | 'f' | 'v' | 'e' => ' ',
            '\n' => return,
            other => other,
        };
        parts.push(Part::Made(made, self.extent(start)));
    }

    /// Whether the `$` here is more than a dollar sign.
    pub fn begins_variable(&self) -> bool {
        let next = self.peek_at(1);
        next.is_ascii_alphanumeric() || matches!(next, b'_' | b'{' | b'(' | b'?' | b'$' | b'^')
    }

    /// `$name`, `${name}`, `$( … )`
    pub fn dollar(&mut self) -> Node {
        let start = self.at;
        self.count();
        self.at += 1;
        match self.peek() {
            b'(' => {
                self.at += 1;
                let block = self.deeper(|reader| reader.block(b')')).unwrap_or_default();
                self.take(")");
                self.node(start, Expression::Group(block))
            }
            b'{' => {
                self.at += 1;
                // The name of a variable is short, so that a lost `{` costs little.
                let name: String =
                    self.rest().chars().take(128).take_while(|c| *c != '}' && *c != '\n').collect();
                self.at += name.len();
                self.take("}");
                let name = super::value::tellable(&name).to_owned();
                self.node(start, Expression::Variable(name))
            }
            _ => {
                let name = self.variable_name();
                self.node(start, Expression::Variable(name))
            }
        }
    }

    /// The name after `$` or `@`, with its scope.
    pub fn variable_name(&mut self) -> String {
        if matches!(self.peek(), b'?' | b'$' | b'^') {
            self.at += 1;
            return self.text.get(self.at - 1..self.at).unwrap_or_default().to_owned();
        }
        let start = self.at;
        self.name_letters();
        let scope = self.text.get(start..self.at).unwrap_or_default().to_ascii_lowercase();
        let follows = self.peek_at(1).is_ascii_alphanumeric() || self.peek_at(1) == b'_';
        if self.peek() == b':' && follows && SCOPES.contains(&scope.as_str()) {
            self.at += 1;
            self.name_letters();
        }
        self.text.get(start..self.at).unwrap_or_default().to_owned()
    }

    fn name_letters(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += length;
    }

    /// A word of a command that is not quoted as a whole: `C:\x\$name.txt`, `-Name:$x`, `--key="v"`.
    pub fn bare_word(&mut self, mut parts: Vec<Part>, start: usize) -> Node {
        let mut from = self.at;
        while let Some(character) = self.next_char() {
            if ends_word(character) || character == '&' && self.peek_at(1) == b'&' {
                break;
            }
            if let Some(kind) = quote(character) {
                push(&mut parts, from, self.at);
                let string = self.string(kind);
                match string.kind {
                    Expression::Text(inner) => parts.extend(inner),
                    kind => parts.push(Part::Value(Node { kind, at: string.at })),
                }
                from = self.at;
            } else if character == '`' {
                if matches!(self.peek_at(1), b'\n' | b'\r' | 0) {
                    break;
                }
                push(&mut parts, from, self.at);
                self.escaped(&mut parts);
                from = self.at;
            } else if character == '$' && self.begins_variable() {
                push(&mut parts, from, self.at);
                let value = self.dollar();
                parts.push(Part::Value(value));
                from = self.at;
            } else {
                self.step();
            }
        }
        push(&mut parts, from, self.at);
        self.node(start, Expression::Text(parts))
    }
}

/// Whether a word that is not quoted ends before this.
pub fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, '|' | ';' | ')' | '}' | '{' | '(' | ',' | '>')
}

fn push(parts: &mut Vec<Part>, start: usize, end: usize) {
    if end > start {
        parts.push(Part::Text(Extent::new(start, end)));
    }
}
