//! A team's list of keys: where each one lives, since when, who owns it; and whether that is true.
//!
//! ```text
//!  Markdown, TOML, YAML, CSV ─► read ─► Inventory ─┐
//!  evidence: DescribeParameters ... ─► stores ─────┴─► check ─► Status of each row ─► records ─► judge
//! ```
//!
//! A list names keys and never contains their values: a cell that looks like one is hidden everywhere, and reported.
//! Nothing here connects or reads a clock.

pub mod asked;
mod check;
pub mod draft;
pub mod drill;
mod judge;
mod naming;
pub mod read;
mod records;
pub mod stores;
mod thresholds;
pub mod write;
pub mod writes;

use std::fmt;

pub use self::check::{
    Checked, Claim, Encryption, Practised, State, Status, Unlisted, check, level_told, unasked, unchecked,
};
pub use self::judge::judge;
pub use self::read::read;
pub use self::records::{CATEGORIES, PRODUCT, SERVICE};
pub use self::thresholds::Thresholds;
use crate::day::Day;
use crate::source::{Location, Span};

/// What a team's lists of keys say, in the order in which they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The rows.
    pub entries: Vec<Entry>,
    /// Cells that look like a value: where, and in which row and column. Their text is kept nowhere.
    pub values: Vec<PastedValue>,
    /// Rotations that were practised.
    pub drills: Vec<drill::Drill>,
}

/// One key: a row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name that programs know: `ANTHROPIC_API_KEY`.
    pub key: String,
    /// What people call it, where the list has a column for that: `Paperclip Anthropic key`.
    pub title: Option<String>,
    /// Its one place.
    pub home: Home,
    /// When it was made anew last, as the list claims.
    pub rotated: Rotated,
    /// Whose it is. A dash is nobody.
    pub owner: Option<String>,
    /// Whether a cell says that it is on its way to its place: "needs migration".
    pub migrating: bool,
    /// How it is rotated.
    pub answers: Answers,
    /// What else stands in the row: column and cell, kept as written.
    pub extra: Vec<(String, String)>,
    /// The row, named by its key.
    pub at: Location,
}

impl Entry {
    /// What people call it, or else its key.
    pub fn told(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.key)
    }
}

/// Where a key lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// A parameter of Parameter Store: `/paperclip-app/anthropic/api-key`.
    Parameter(String),
    /// A secret of Secrets Manager: its name or its ARN.
    SecretsManager(String),
    /// A secret of GitHub Actions: what is needed to reach the others.
    GithubSecret(String),
    /// A place that we can't look at.
    Other(String),
    /// None is listed: `—`.
    None,
}

impl Home {
    /// The word that rules and files use.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Parameter(_) => "parameter",
            Self::SecretsManager(_) => "secrets-manager",
            Self::GithubSecret(_) => "github-secret",
            Self::Other(_) => "other",
            Self::None => "none",
        }
    }

    /// The name in its store; empty where there is none.
    pub fn name(&self) -> &str {
        match self {
            Self::Parameter(name)
            | Self::SecretsManager(name)
            | Self::GithubSecret(name)
            | Self::Other(name) => name,
            Self::None => "",
        }
    }
}

impl fmt::Display for Home {
    /// As the Markdown table has it: `SSM /paperclip-app/anthropic/api-key`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(name) => write!(out, "SSM {name}"),
            Self::SecretsManager(name) => write!(out, "Secrets Manager {name}"),
            Self::GithubSecret(name) => write!(out, "GitHub Actions secret {name}"),
            Self::Other(place) => out.write_str(place),
            Self::None => out.write_str("—"),
        }
    }
}

/// What a list says of the last rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// On this day.
    On(Day),
    /// Nothing: `—`, an empty cell, no such column.
    Unsaid,
    /// Something that is no day.
    Unclear,
}

impl Rotated {
    /// The day, where one is claimed.
    pub fn day(self) -> Option<Day> {
        match self {
            Self::On(day) => Some(day),
            Self::Unsaid | Self::Unclear => None,
        }
    }
}

/// The five answers that make a rotation quick.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Where the old one is revoked.
    pub revoke: Option<String>,
    /// What breaks at once.
    pub breaks: Option<String>,
    /// How the new one is made.
    pub generate: Option<String>,
    /// How it is put into its home.
    pub push: Option<String>,
    /// How one sees that it works.
    pub verify: Option<String>,
}

/// The questions, in the order in which they are asked: word and question.
pub const QUESTIONS: [(&str, &str); 5] = [
    ("revoke", "Where is the old one revoked?"),
    ("breaks", "What breaks at once?"),
    ("generate", "How is the new one created?"),
    ("push", "How is it stored in its home?"),
    ("verify", "How do you check that it works?"),
];

impl Answers {
    /// The answers in the order of [`QUESTIONS`].
    pub fn all(&self) -> [Option<&str>; 5] {
        [&self.revoke, &self.breaks, &self.generate, &self.push, &self.verify].map(|one| one.as_deref())
    }

    /// The answer to a question, to be set.
    pub fn slot(&mut self, word: &str) -> Option<&mut Option<String>> {
        match word {
            "revoke" => Some(&mut self.revoke),
            "breaks" => Some(&mut self.breaks),
            "generate" => Some(&mut self.generate),
            "push" => Some(&mut self.push),
            "verify" => Some(&mut self.verify),
            _ => None,
        }
    }

    /// The words of questions without an answer.
    pub fn missing(&self) -> Vec<&'static str> {
        let unanswered = self.all().into_iter().zip(QUESTIONS).filter(|(answer, _)| answer.is_none());
        unanswered.map(|(_, (word, _))| word).collect()
    }
}

/// A cell that looks like a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastedValue {
    /// The cell, named by the key of its row.
    pub at: Location,
    /// Its column: `Owner`.
    pub column: String,
    /// What it looks like, in a few words: `Anthropic API key`.
    pub kind: String,
    /// The bytes of the value itself.
    pub value: Span,
}
