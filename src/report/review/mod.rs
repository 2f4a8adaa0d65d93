//! The review after an incident, for a ticket, a browser, a program, and for those who share indicators.
//!
//! Every string passes [`Say`]: redacted, and harmless to a terminal. Markdown and HTML escape it on top.

mod html;
mod json;
mod markdown;
mod rows;
mod stix;

use std::io::{self, Write};

use super::shown::{clipped, shown};
use crate::review::{Review, Word, quoted, written};
use crate::secret::redact::Redactor;

/// Longer names say nothing more to a reader.
const LONGEST_NAME: usize = 500;
/// Longer sentences say nothing more to a reader.
const LONGEST_MESSAGE: usize = 2_000;

/// How a review is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For a ticket.
    #[default]
    Markdown,
    /// One page for a browser, that loads nothing.
    Html,
    /// Our own JSON, version 1: fields are only added.
    Json,
    /// Indicators: a bundle of STIX 2.1.
    Stix,
}

impl Format {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[Self::Markdown, Self::Html, Self::Json, Self::Stix];

    /// The word that users see and type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Json => "json",
            Self::Stix => "stix",
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its name.
    pub name: String,
    /// Its SHA-256, of the bytes as they lie on the disk.
    pub sha256: Option<String>,
}

/// A review and what it was made of.
pub struct ReviewReport<'r> {
    /// What it says.
    pub review: &'r Review,
    /// The logs, in the order of their numbers.
    pub logs: Vec<Evidence>,
    /// What else was read: bundles, lists, runbooks.
    pub others: Vec<Evidence>,
    /// What the logs cover, in sentences.
    pub coverage: Vec<String>,
    /// What must not be shown.
    pub redactor: &'r Redactor,
    /// Whether the ids of keys are shown by their ends only.
    pub hides_key_ids: bool,
    /// The version of this tool.
    pub tool_version: String,
}

/// Writes it.
pub fn write(format: Format, report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Markdown => markdown::render(report, out),
        Format::Html => html::render(report, out),
        Format::Json => json::render(report, out),
        Format::Stix => stix::render(report, out),
    }
}

/// Turns what is known into what may be told.
struct Say<'r> {
    redactor: &'r Redactor,
    hides_key_ids: bool,
}

impl Say<'_> {
    /// The one way of a text into a review.
    fn text(&self, text: &str) -> String {
        let told = self.redactor.text(text);
        // The redactor knows ids that can be in use; here every one that looks like one is meant.
        shown(&if self.hides_key_ids { without_key_ids(&told) } else { told.into_owned() })
    }

    /// A name.
    fn name(&self, text: &str) -> String {
        clipped(&self.text(text), LONGEST_NAME)
    }

    /// The path of a file, which somebody must be able to open.
    fn path(&self, text: &str) -> String {
        clipped(&shown(&self.redactor.path(text)), LONGEST_NAME)
    }

    /// A sentence.
    fn message(&self, text: &str) -> String {
        clipped(&self.text(text), LONGEST_MESSAGE)
    }

    /// A command as a POSIX shell reads it, and whether a name in it is hidden.
    fn command(&self, words: &[Word]) -> (String, bool) {
        let (mut line, mut is_hidden) = (String::new(), false);
        for word in words {
            let (text, joint) = match word {
                Word::Own(text) => (text.clone(), ' '),
                Word::Name(name) => {
                    let told = self.text(name);
                    is_hidden |= told != *name;
                    // A name that starts as an option does would be taken for one.
                    (quoted(&told), if name.starts_with('-') { '=' } else { ' ' })
                }
            };
            if !line.is_empty() {
                line.push(joint);
            }
            line.push_str(&text);
        }
        (line, is_hidden)
    }
}

/// The text with the ends of access keys' ids only.
fn without_key_ids(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let end = rest
            .get(start..)
            .and_then(|word| word.find(|letter| !is_part(letter)))
            .map_or(rest.len(), |end| start + end);
        let word = rest.get(start..end).unwrap_or_default();
        out.push_str(rest.get(..start).unwrap_or_default());
        match word.get(word.len().saturating_sub(4)..) {
            Some(last) if word.len() >= 16 && (word.starts_with("AKIA") || word.starts_with("ASIA")) => {
                out.push('…');
                out.push_str(last);
            }
            _ => out.push_str(word),
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

impl ReviewReport<'_> {
    fn say(&self) -> Say<'_> {
        Say { redactor: self.redactor, hides_key_ids: self.hides_key_ids }
    }

    /// The hash of all hashes: one line for each file, as `sha256sum` writes it.
    fn digest(&self) -> String {
        let mut lines: Vec<String> = self
            .logs
            .iter()
            .chain(&self.others)
            .filter_map(|file| Some(format!("{}  {}\n", file.sha256.as_ref()?, file.name)))
            .collect();
        lines.sort();
        crate::review::sha256(lines.concat().as_bytes())
    }

    /// The one *now*, written.
    fn made_at(&self) -> String {
        written(self.review.question.now)
    }
}

/// A number for a reader: `1 file`.
fn number(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
