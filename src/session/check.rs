//! What is said of one check: steps, lines and how bad each is.

use std::time::Duration;

use super::caller::Answer;
use super::chain::Chain;
use crate::error::ExitCode;
use crate::source::state::{NoState, State};

/// How bad a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Fine,
    /// Worth knowing.
    Note,
    /// One may go on, but sees it.
    Warning,
    /// It could not be looked at: nobody knows.
    Unknown,
    /// Work should not begin.
    Problem,
}

impl Level {
    /// The word that users see.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Problem => "problem",
        }
    }
}

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How bad it is.
    pub level: Level,
    /// The word that stands for the level, where another one than the level's own is known: `MISSING`.
    pub word: Option<String>,
    /// In one sentence. Never secret material.
    pub text: String,
    /// What to do, or what is known besides.
    pub more: Vec<String>,
}

impl Line {
    /// A line of its own.
    pub fn new(level: Level, text: impl Into<String>) -> Self {
        Self { level, word: None, text: text.into(), more: Vec::new() }
    }

    /// Adds a sentence.
    #[must_use]
    pub fn with(mut self, more: impl Into<String>) -> Self {
        self.more.push(more.into());
        self
    }
}

/// One of the steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its heading.
    pub title: &'static str,
    /// What it found.
    pub lines: Vec<Line>,
    /// How long it took; steps run side by side.
    pub took: Option<Duration>,
}

/// A key of the team's list, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// `ANTHROPIC_API_KEY`.
    pub key: String,
    /// Its name in its store.
    pub location: String,
    /// `ok`, `missing` ...
    pub status: String,
    /// Days since it was rotated.
    pub age_days: Option<i64>,
}

/// The whole check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// In the order in which they are told.
    pub steps: Vec<Step>,
    /// What AWS said of who asks.
    pub answer: Option<Answer>,
    /// Whose credential is taken, and whose would be.
    pub chain: Option<Chain>,
    /// The repository's state.
    pub repository: Option<Result<State, NoState>>,
    /// The keys of the team's list, where there is one.
    pub keys: Option<Vec<Listed>>,
}

impl Check {
    /// How many lines are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.steps.iter().flat_map(|step| &step.lines).filter(|line| line.level == level).count()
    }

    /// A problem is a finding; what nobody could look at makes the check partial.
    pub fn exit_code(&self) -> ExitCode {
        if self.count(Level::Problem) > 0 {
            ExitCode::Findings
        } else if self.count(Level::Unknown) > 0 {
            ExitCode::Partial
        } else {
            ExitCode::Clean
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(levels: &[Level]) -> Check {
        let lines = levels.iter().map(|level| Line::new(*level, "x")).collect();
        Check { steps: vec![Step { title: "t", lines, took: None }], ..Check::default() }
    }

    #[test]
    fn what_could_not_be_looked_at_never_exits_0() {
        assert_eq!(check(&[Level::Fine, Level::Note, Level::Warning]).exit_code(), ExitCode::Clean);
        assert_eq!(check(&[Level::Fine, Level::Unknown]).exit_code(), ExitCode::Partial);
        assert_eq!(check(&[Level::Unknown, Level::Problem]).exit_code(), ExitCode::Findings);
    }
}
