//! Texts with wildcards: how they are written in a rule and how they are met.
//!
//! Escapes and wildcards follow the Sigma rules specification 2.0, section "Escaping".

use std::borrow::Cow;
use std::cell::OnceCell;

use regex::{Regex, RegexBuilder};

/// Most memory of one compiled expression in bytes, and the deepest nesting of its groups.
const MOST_REGEX_BYTES: usize = 4 << 20;
const MOST_REGEX_LEVELS: u32 = 100;
/// The five characters that `windash` takes for one another.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(String),
    /// `*`
    Any,
    /// `?`
    One,
    /// Any of the dashes.
    Dash,
}

/// A text with wildcards, before it is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Token>);

impl Pattern {
    /// Reads `*`, `?` and backslash escapes.
    pub(super) fn parse(text: &str) -> Self {
        let mut pattern = Self(Vec::new());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '*' => pattern.0.push(Token::Any),
                '?' => pattern.0.push(Token::One),
                '\\' => pattern.literal(chars.next_if(|next| matches!(next, '\\' | '*' | '?')).unwrap_or(c)),
                _ => pattern.literal(c),
            }
        }
        pattern
    }

    /// A text in which nothing is a wildcard.
    pub(super) fn plain(text: &str) -> Self {
        Self(if text.is_empty() { Vec::new() } else { vec![Token::Literal(text.to_owned())] })
    }

    fn literal(&mut self, c: char) {
        match self.0.last_mut() {
            Some(Token::Literal(text)) => text.push(c),
            _ => self.0.push(Token::Literal(c.to_string())),
        }
    }

    /// The text, where it has no wildcards.
    pub(super) fn without_wildcards(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Token::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// With `*` before it, after it, or both.
    #[must_use]
    pub(super) fn open(mut self, before: bool, after: bool) -> Self {
        if before && self.0.first() != Some(&Token::Any) {
            self.0.insert(0, Token::Any);
        }
        if after && self.0.last() != Some(&Token::Any) {
            self.0.push(Token::Any);
        }
        self
    }

    /// With every dash standing for all dashes.
    #[must_use]
    pub(super) fn windash(self) -> Self {
        let mut pattern = Self(Vec::new());
        for token in self.0 {
            let Token::Literal(text) = token else {
                pattern.0.push(token);
                continue;
            };
            for c in text.chars() {
                if DASHES.contains(&c) { pattern.0.push(Token::Dash) } else { pattern.literal(c) }
            }
        }
        pattern
    }
}

#[derive(Debug, Clone)]
enum Shape {
    Exact(String),
    Start(String),
    End(String),
    Inner(String),
    Anything,
    Glob(Regex),
}

/// A compiled text with wildcards.
#[derive(Debug, Clone)]
pub(super) struct TextTest {
    shape: Shape,
    cased: bool,
}

impl TextTest {
    /// Compiles a pattern. The error says why it is too much.
    pub(super) fn compile(mut pattern: Pattern, cased: bool) -> Result<Self, String> {
        pattern.0.dedup_by(|next, last| *next == Token::Any && *last == Token::Any);
        let text = |text: &str| if cased { text.to_owned() } else { folded(text).into_owned() };
        let shape = match pattern.0.as_slice() {
            [] => Shape::Exact(String::new()),
            [Token::Any] => Shape::Anything,
            [Token::Literal(all)] => Shape::Exact(text(all)),
            [Token::Literal(start), Token::Any] => Shape::Start(text(start)),
            [Token::Any, Token::Literal(end)] => Shape::End(text(end)),
            [Token::Any, Token::Literal(inner), Token::Any] => Shape::Inner(text(inner)),
            tokens => Shape::Glob(glob(tokens, text)?),
        };
        Ok(Self { shape, cased })
    }

    /// Whether a text meets it.
    pub(super) fn is_met(&self, subject: &Subject<'_>) -> bool {
        if let (false, Some(met)) = (self.cased, self.is_met_in_place(subject.text())) {
            return met;
        }
        let text = if self.cased { subject.text() } else { subject.folded() };
        match &self.shape {
            Shape::Exact(all) => text == all,
            Shape::Start(start) => text.starts_with(start.as_str()),
            Shape::End(end) => text.ends_with(end.as_str()),
            Shape::Inner(inner) => text.contains(inner.as_str()),
            Shape::Anything => true,
            Shape::Glob(regex) => regex.is_match(text),
        }
    }

    /// Whether a text meets it, where that can be told without folding it into memory of its own.
    fn is_met_in_place(&self, text: &str) -> Option<bool> {
        let bytes = text.as_bytes();
        let met = match &self.shape {
            Shape::Exact(all) => bytes.eq_ignore_ascii_case(all.as_bytes()),
            Shape::Start(start) => {
                bytes.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start.as_bytes()))
            }
            Shape::End(end) => {
                let from = bytes.len().checked_sub(end.len());
                let part = from.and_then(|from| bytes.get(from..));
                part.is_some_and(|part| part.eq_ignore_ascii_case(end.as_bytes()))
            }
            Shape::Inner(_) | Shape::Anything | Shape::Glob(_) => return None,
        };
        // Only of letters of ASCII the folded ones are known to be as long.
        (met || text.is_ascii()).then_some(met)
    }

    /// The one text (folded) that meets it, where there is only one.
    pub(super) fn only_text(&self) -> Option<String> {
        match &self.shape {
            Shape::Exact(all) => Some(folded(all).into_owned()),
            _ => None,
        }
    }
}

fn glob(tokens: &[Token], text: impl Fn(&str) -> String) -> Result<Regex, String> {
    let mut expression = String::from("(?s)^");
    for token in tokens {
        match token {
            Token::Literal(literal) => expression.push_str(&regex::escape(&text(literal))),
            Token::Any => expression.push_str(".*"),
            Token::One => expression.push('.'),
            Token::Dash => expression.push_str(r"[-/\u{2013}\u{2014}\u{2015}]"),
        }
    }
    expression.push('$');
    limited(&expression).build().map_err(|_| "this pattern is too long: shorten it".to_owned())
}

/// A builder whose result stays small whatever a rule says.
fn limited(expression: &str) -> RegexBuilder {
    let mut builder = RegexBuilder::new(expression);
    builder.size_limit(MOST_REGEX_BYTES).dfa_size_limit(MOST_REGEX_BYTES).nest_limit(MOST_REGEX_LEVELS);
    builder
}

/// The flags of the `re` modifier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RegexFlags {
    /// `i`: upper and lower case are equal.
    pub(super) insensitive: bool,
    /// `m`: `^` and `$` are the ends of lines.
    pub(super) lines: bool,
    /// `s`: a dot is also a newline.
    pub(super) dot_all: bool,
}

/// Compiles the expression of a `re` modifier.
pub(super) fn expression(text: &str, flags: RegexFlags) -> Result<Regex, String> {
    let mut builder = limited(text);
    builder.case_insensitive(flags.insensitive).multi_line(flags.lines).dot_matches_new_line(flags.dot_all);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "this regular expression is too large: simplify it".to_owned(),
        other => {
            // The engine draws the expression over several lines; its last one names the mistake.
            let drawn = other.to_string();
            let last = drawn.lines().last().unwrap_or_default();
            format!("this regular expression cannot be read: {}", last.trim_start_matches("error: "))
        }
    })
}

/// A text of a record, folded at most once however many tests look at it.
pub(super) struct Subject<'t> {
    text: Cow<'t, str>,
    /// `None` where folding changes nothing.
    folded: OnceCell<Option<String>>,
}

impl<'t> Subject<'t> {
    pub(super) fn new(text: Cow<'t, str>) -> Self {
        Self { text, folded: OnceCell::new() }
    }

    /// The text as it is.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text as case-insensitive tests see it.
    pub(super) fn folded(&self) -> &str {
        let changed = self.folded.get_or_init(|| match folded(&self.text) {
            Cow::Owned(changed) => Some(changed),
            Cow::Borrowed(_) => None,
        });
        changed.as_deref().unwrap_or(&self.text)
    }
}

/// A text with upper case made lower case, character by character: `?` must still stand for one
/// character, and the end of a Greek word must not look different from its middle.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(lower).collect())
}

fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
