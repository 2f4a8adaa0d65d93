//! A rule's expression, compiled when the first text needs it.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::dialect;

/// A larger automaton than this is a mistake in the expression.
const LARGEST_REGEX: usize = 8 << 20;

/// An expression in the table's dialect. All of ours take a tenth of a second to compile, and most texts
/// need none of them.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    compiled: OnceLock<Result<Regex, String>>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// The expression, or why it can't be used.
    pub(super) fn check(&self) -> Result<&Regex, String> {
        self.compiled.get_or_init(|| compile(&self.text)).as_ref().map_err(Clone::clone)
    }

    /// The expression. One that can't be used was refused when the table was read.
    pub(super) fn get(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.text)).as_ref().ok()
    }
}

/// Compiles an expression in the table's dialect; else, says why not.
pub(super) fn compile(regex: &str) -> Result<Regex, String> {
    let told = |error: regex::Error| match error {
        regex::Error::CompiledTooBig(_) => "its expression is too large".to_owned(),
        // The last line of the message says what is wrong, those before it quote the expression.
        other => other.to_string().lines().last().unwrap_or("its expression is invalid").trim().to_owned(),
    };
    RegexBuilder::new(&dialect::from_go(regex)).size_limit(LARGEST_REGEX).build().map_err(told)
}
