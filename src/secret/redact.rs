//! Takes secret text out of everything that is shown.

mod forms;
mod names;
mod places;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use zeroize::Zeroize;

use super::Secret;
use super::tokens::TokenTable;
use crate::source::{Sources, Span};

/// A value of fewer characters is hidden in the places where it is known to stand, not everywhere: it would take
/// harmless words out of names.
const SHORTEST_VALUE: usize = 6;
/// A word of fewer characters is not hidden in excerpts either: `dev` stands everywhere.
const SHORTEST_WORD: usize = 4;
/// A run of characters that nobody named is hidden from this length on, if it looks drawn by lot.
const SHORTEST_DRAWN: usize = 12;
/// Characters of a tool use's id after its prefix.
const TOOL_USE: usize = 24;
/// A value of so many characters is in a path only by intention.
const LONG_VALUE: usize = 16;
/// Characters of an access key's id, and how many of them are told.
const KEY_ID: usize = 20;
const KEY_ID_END: usize = 4;
/// What stands for a secret in a text.
const MASK: &str = "********";
/// Around an excerpt, so much of the document is looked at: a token that starts before it is known by its start.
const CONTEXT: usize = 8 * 1024;

/// How the ids of access keys are told. They are no secrets, but scanners of other texts take them for a sign of one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyIds {
    /// Not at all.
    #[default]
    Hidden,
    /// By their last four characters.
    End,
    /// Whole.
    Whole,
}

/// What must not be shown: values and places. Every excerpt, message, name and path that leaves
/// the process passes here. Built once; then it only reads, from any thread.
pub struct Redactor {
    /// All values in all forms in which they could be written. Lives as long as the redactor, and is not wiped.
    values: Values,
    /// Values that are short, or plain lower-case words: hidden in excerpts where they stand alone. Hiding `cassandra`
    /// everywhere would take it out of names and paths, where it is no secret.
    words: Values,
    /// Sorted, none touching another.
    places: Vec<Span>,
    tokens: Arc<TokenTable>,
    key_ids: KeyIds,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = match &self.values {
            Values::Known(values) => values.patterns_len(),
            Values::Nothing | Values::All => 0,
        };
        write!(out, "Redactor({values} forms of values, {} places)", self.places.len())
    }
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl Redactor {
    /// A redactor that knows these values and places, and our own token table.
    pub fn new(values: Vec<Secret>, places: Vec<Span>) -> Self {
        let (words, values): (Vec<Secret>, Vec<Secret>) = values.into_iter().partition(|value| {
            is_plain_word(value.expose()) || value.expose().chars().count() < SHORTEST_VALUE
        });
        Self {
            values: finder(&values, SHORTEST_VALUE),
            words: finder(&words, SHORTEST_WORD),
            places: merged(places),
            tokens: TokenTable::embedded(),
            key_ids: KeyIds::default(),
        }
    }

    /// The same with another way to tell the ids of access keys in messages and names.
    #[must_use]
    pub fn with_key_ids(mut self, key_ids: KeyIds) -> Self {
        self.key_ids = key_ids;
        self
    }

    /// The same with another token table: the user's.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<TokenTable>) -> Self {
        self.tokens = tokens;
        self
    }

    /// The text without secrets: each is eight stars, whatever its length.
    ///
    /// A name or a path in a message can hold what somebody typed there and nothing says is a secret: words that look
    /// drawn by lot are hidden too.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden = self.secrets(text);
        let drawn = drawn(text, |byte| byte.is_ascii_alphanumeric());
        hidden.extend(drawn.filter(|run| !is_tool_use(text, run) && !is_resource(text, run)));
        // These are promised by their ends.
        if self.key_ids == KeyIds::End {
            hidden.extend(key_ids(text));
        }
        masked(text, joined(hidden), self.key_ids)
    }

    /// What a person wrote: also what stands in a secret's place is hidden, `password=x`, `the password was hunter2`.
    pub fn words(&self, text: &str) -> String {
        let mut hidden = self.secrets(text);
        hidden.extend(drawn(text, |byte| byte.is_ascii_alphanumeric()));
        hidden.extend(places::in_secret_places(text));
        hidden.extend(places::in_sentences(text));
        masked(text, joined(hidden), self.key_ids).into_owned()
    }

    /// A path without secrets. A short value is left in it: a path that is changed leads nowhere.
    pub fn path<'t>(&self, path: &'t str) -> Cow<'t, str> {
        let mut found = self.values.find(path);
        found.retain(|range| range.len() >= LONG_VALUE);
        found.extend(self.tokens.find(path, "").into_iter().map(|token| token.range));
        masked(path, joined(found), KeyIds::Hidden)
    }

    /// A piece of a document without secrets; same number of characters and lines, so that carets fit. Empty where
    /// the span does not lie in the document.
    pub fn excerpt(&self, sources: &Sources, span: Span) -> String {
        let text = sources.text(span.source);
        let Some(piece) = text.get(span.range()) else { return String::new() };
        let from = super::tokens::floor(&text, span.range().start.saturating_sub(CONTEXT));
        let to = super::tokens::ceiling(&text, span.range().end.saturating_add(CONTEXT));
        let context = text.get(from..to).unwrap_or_default();
        let mut hidden = self.secrets(context);
        let words = self.words.find(context).into_iter();
        hidden.extend(words.filter(|word| stands_alone(context, word) && !names::is_a_name(context, word)));
        hidden.iter_mut().for_each(|range| *range = range.start + from..range.end + from);
        hidden.extend(self.places_in(span).map(Span::range));
        // A finding can quote a line that holds another secret, which nothing says is one.
        hidden.extend(
            drawn(piece, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
                .map(|range| range.start + span.range().start..range.end + span.range().start),
        );
        // So can it hold one whose name, or whose option, says so.
        let named = places::in_secret_places(piece).into_iter();
        hidden.extend(named.map(|range| range.start + span.range().start..range.end + span.range().start));
        starred(piece, span.range().start, &joined(hidden))
    }

    /// Whether any secret stands in the text.
    pub fn covers(&self, text: &str) -> bool {
        !self.secrets(text).is_empty()
    }

    /// Values and tokens in the text: sorted, joined where they touch.
    fn secrets(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = self.values.find(text);
        found.extend(self.tokens.find(text, "").into_iter().map(|token| token.range));
        joined(found)
    }

    fn places_in(&self, span: Span) -> impl Iterator<Item = Span> + '_ {
        let first =
            self.places.partition_point(|place| (place.source, place.end) <= (span.source, span.start));
        let rest = self.places.iter().skip(first).copied();
        rest.take_while(move |place| place.source == span.source && place.start < span.end)
    }
}

/// The text with stars for the secrets in it.
fn masked(text: &str, mut secrets: Vec<Range<usize>>, key_ids: KeyIds) -> Cow<'_, str> {
    let piece = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    if key_ids == KeyIds::Whole {
        secrets.retain(|secret| !is_key_id(piece(secret)));
    }
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for secret in secrets {
        out.push_str(text.get(at..secret.start).unwrap_or_default());
        match key_ids {
            KeyIds::End if is_key_id(piece(&secret)) => {
                out.push('…');
                out.push_str(text.get(secret.end - KEY_ID_END..secret.end).unwrap_or_default());
            }
            _ => out.push_str(MASK),
        }
        at = secret.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// An access key's id, alone: `AKIA` and sixteen more.
fn is_key_id(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    text.len() == KEY_ID
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text.bytes().all(is_part)
}

/// Ids of access keys, also those with digits that AWS does not use: examples, and logs that were made anonymous.
fn key_ids(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let starts = ["AKIA", "ASIA"].into_iter().flat_map(|start| text.match_indices(start));
    starts.map(|(at, _)| at..at + KEY_ID).filter(move |range| {
        let bytes = text.as_bytes();
        let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
        text.get(range.clone()).is_some_and(is_key_id) && !is_part(before) && !is_part(bytes.get(range.end))
    })
}

/// Texts that look drawn by lot: long, of both cases, with digits strewn among the letters.
fn drawn(text: &str, part: fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.as_bytes().get(at..)?;
        let start = at + rest.iter().position(|byte| part(*byte))?;
        let run = text.as_bytes().get(start..)?.iter().take_while(|byte| part(**byte)).count();
        at = start + run;
        Some(start..at)
    })
    .filter(|run| text.get(run.clone()).is_some_and(looks_drawn))
}

/// Whether this is the end of an id of EC2's and its kin: `ami-0abcdef1234567890`, 8 or 17 hex digits after a short word. It
/// names a thing, opens nothing, and a command without it can't be run.
fn is_resource(text: &str, run: &Range<usize>) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let own = text.get(run.clone()).unwrap_or_default();
    let before = text.get(..run.start).unwrap_or_default().as_bytes();
    let Some((b'-', before)) = before.split_last() else { return false };
    let word = before.iter().rev().take_while(|byte| byte.is_ascii_lowercase()).count();
    matches!(own.len(), 8 | 17) && own.bytes().all(is_hex) && (1..=8).contains(&word)
}

/// Whether this is the id of an agent's tool use: `toolu_01AjU2TvSydb1THCnRCcYCLQ`. It names an approval, opens nothing,
/// and is what a reader looks for in the agent's transcript.
fn is_tool_use(text: &str, run: &Range<usize>) -> bool {
    run.len() == TOOL_USE
        && text.get(run.clone()).is_some_and(|own| own.starts_with("01"))
        && text.get(..run.start).is_some_and(|before| before.ends_with("toolu_"))
}

/// The forms of a value that have `shortest` characters or more: as it is, line by line, escaped, encoded. Each once.
pub(crate) fn written_forms(value: &str, shortest: usize) -> Vec<String> {
    let mut all = Vec::new();
    forms::add(value, shortest, &mut all);
    all.sort_unstable();
    all.dedup();
    all
}

/// Letters and digits in turn: no word that a person chose as a name.
pub fn is_strewn(word: &str) -> bool {
    word.len() >= SHORTEST_DRAWN && turns(word.as_bytes()) >= 4
}

fn turns(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count()
}

fn looks_drawn(run: &str) -> bool {
    let bytes = run.as_bytes();
    let has = |test: fn(&u8) -> bool| bytes.iter().any(test);
    run.len() >= SHORTEST_DRAWN
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && turns(bytes) >= 4
}

/// A word as names and paths are made of; `JWT_SECRET`, as variables are called.
fn is_plain_word(value: &str) -> bool {
    let plain = value.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_.".contains(&byte));
    let variable = value.contains('_') && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    value.len() < LONG_VALUE && (plain || variable)
}

/// No letter, digit or `_` beside it.
fn stands_alone(text: &str, word: &Range<usize>) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let before = text.get(..word.start).and_then(|text| text.chars().next_back());
    let after = text.get(word.end..).and_then(|text| text.chars().next());
    !before.is_some_and(part) && !after.is_some_and(part)
}

/// What is searched for.
enum Values {
    Nothing,
    Known(AhoCorasick),
    /// The values can't be searched for: then all text is hidden.
    All,
}

impl Values {
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Known(values) => values.find_overlapping_iter(text).map(|hit| hit.range()).collect(),
            Self::All => std::iter::once(0..text.len()).filter(|all| !all.is_empty()).collect(),
        }
    }
}

/// One automaton for all values in all their forms.
fn finder(values: &[Secret], shortest: usize) -> Values {
    let mut all: Vec<String> = Vec::new();
    for value in values {
        forms::add(value.expose(), shortest, &mut all);
    }
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        return Values::Nothing;
    }
    // This kind grows with the bytes of its patterns only; it fails past two thousand million of them.
    let built = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&all);
    all.iter_mut().for_each(Zeroize::zeroize);
    built.map_or(Values::All, Values::Known)
}

/// Places sorted, those that touch or overlap as one.
fn merged(mut places: Vec<Span>) -> Vec<Span> {
    places.sort_unstable();
    let mut all: Vec<Span> = Vec::with_capacity(places.len());
    for place in places.into_iter().filter(|place| place.start < place.end) {
        match all.last_mut() {
            Some(last) if last.source == place.source && place.start <= last.end => {
                last.end = last.end.max(place.end);
            }
            _ => all.push(place),
        }
    }
    all
}

/// Ranges sorted, those that overlap as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut all: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// The piece, which starts at byte `start` of its document, with a star for each character in a hidden range.
/// Line ends stay.
fn starred(piece: &str, start: usize, hidden: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(piece.len());
    let mut ranges = hidden.iter().peekable();
    for (at, letter) in piece.char_indices() {
        let (from, to) = (start + at, start + at + letter.len_utf8());
        while ranges.next_if(|range| range.end <= from).is_some() {}
        let is_hidden = ranges.peek().is_some_and(|range| range.start < to);
        out.push(if is_hidden && !matches!(letter, '\n' | '\r') { '*' } else { letter });
    }
    out
}
