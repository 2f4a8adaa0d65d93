//! What is wrong with a rule, and where.

use std::fmt;

use crate::shown::shown_name;

/// A place in a rule file: line and column from 1, columns in Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The beginning of a file, for what is wrong with all of it.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The same line, `columns` further.
    pub(super) fn right(self, columns: usize) -> Self {
        Self { line: self.line, column: self.column + columns }
    }
}

/// One thing that is wrong with a rule, or could be better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether the rule can't be used; else it is advice.
    pub is_error: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_error { "error" } else { "warning" };
        write!(out, "{}:{}: {kind}: {}", self.line, self.column, self.message)
    }
}

/// Why a rule can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The rule file, as it was named when loading.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
    /// True where the rule is sound Sigma that this version can't run (correlations, filters,
    /// placeholders without values); false where the rule has to be mended.
    pub unsupported: bool,
}

impl fmt::Display for RuleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for RuleError {}

/// More problems than this in one document help nobody.
const MOST_PROBLEMS: usize = 100;

/// A longer text of a rule is cut in a message.
const MOST_SHOWN: usize = 60;

/// Collects problems while a document is read, so that an author sees all of them at once.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    unsupported: Vec<bool>,
}

impl Problems {
    /// The rule has to be mended.
    pub(super) fn error(&mut self, at: Place, message: impl Into<String>) {
        self.push(at, message.into(), true, false);
    }

    /// The rule is sound, but this version can't run it.
    pub(super) fn unsupported(&mut self, at: Place, message: impl Into<String>) {
        self.push(at, message.into(), true, true);
    }

    /// One of the two above.
    pub(super) fn add(&mut self, at: Place, message: String, unsupported: bool) {
        self.push(at, message, true, unsupported);
    }

    /// The rule can be used; its author may want to know.
    pub(super) fn advice(&mut self, at: Place, message: impl Into<String>) {
        self.push(at, message.into(), false, false);
    }

    fn push(&mut self, at: Place, message: String, is_error: bool, unsupported: bool) {
        // An error always counts, also when the list is full of advice.
        if self.list.len() < MOST_PROBLEMS || (is_error && !self.failed()) {
            self.list.push(Problem { line: at.line, column: at.column, message, is_error });
            self.unsupported.push(unsupported);
        }
    }

    /// Whether the rule can't be used.
    pub(super) fn failed(&self) -> bool {
        self.list.iter().any(|problem| problem.is_error)
    }

    /// The errors as they are told for a file, in its order.
    pub(super) fn errors(&self, file: &str) -> Vec<RuleError> {
        let errors = self.list.iter().zip(&self.unsupported).filter(|(problem, _)| problem.is_error);
        let errors = errors.map(|(problem, unsupported)| RuleError {
            file: file.to_owned(),
            line: problem.line,
            column: problem.column,
            message: problem.message.clone(),
            unsupported: *unsupported,
        });
        let mut errors: Vec<RuleError> = errors.collect();
        errors.sort_by_key(|error| (error.line, error.column));
        errors
    }

    /// All of them, in the order of the file.
    pub(super) fn into_sorted(self) -> Vec<Problem> {
        let mut list = self.list;
        list.sort();
        list
    }
}

/// A text from a rule as it may stand in a message: one line, shortened.
pub(super) fn shown(text: &str) -> String {
    shown_name(text, MOST_SHOWN)
}
