//! Reading never fails: it returns what was understood, and the gaps.

use crate::source::Span;

/// What could not be read or decided, with its place and the reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where; a whole file is a span of length 0 at its start.
    pub at: Span,
    /// Block address, function, file: what was lost. Never secret material.
    pub name: String,
    /// Why, in one line. Never secret material.
    pub reason: String,
    /// Whether a finding could hide behind it: such a gap makes the audit partial (exit code 3).
    pub hides_findings: bool,
}

/// Facts that were understood and gaps that were not.
#[derive(Debug, Clone, Default)]
pub struct Reading<T> {
    /// What was understood.
    pub facts: T,
    /// What was not.
    pub gaps: Vec<Gap>,
}
