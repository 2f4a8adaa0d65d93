//! Secrets whose text stands in the script.

use super::Machine;
use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::secret::placeholder::{self, Placeholder};
use crate::source::Span;
use crate::value::{Lifetime, Origin, OriginKind, Sink, SinkKind, Text, Traces};

impl Machine<'_> {
    /// Where a name says secret and the text is a literal: a hole in its place. The text itself
    /// goes no further.
    pub fn literal_secret(&mut self, name: &str, text: &Text, at: Span) -> Option<Text> {
        let verdict = says_secret(name)?;
        let known = text.known()?;
        if !can_be_secret(&known) {
            return None;
        }
        let printed = placeholder::judge(&known) == Placeholder::Documentation;
        let confidence = if printed { Confidence::Low } else { verdict.confidence };
        Some(self.literal(name, text, at, confidence))
    }

    /// A literal that is a secret because of where it stands.
    pub fn literal(&mut self, name: &str, text: &Text, at: Span, confidence: Confidence) -> Text {
        let secret = Secret::new(text.known().unwrap_or_default());
        let place = match text.pieces.as_slice() {
            [crate::value::Piece::Known { at, .. }] => *at,
            _ => at,
        };
        let origin = Origin {
            kind: OriginKind::Literal,
            name: name.to_owned(),
            key: name.to_owned(),
            at: place,
            confidence,
            literal: Some((secret.length(), secret.last4())),
        };
        let traces = Traces::from_origin(origin);
        let sink = Sink {
            kind: SinkKind::SourceCode,
            path: None,
            lifetime: Lifetime::Durable,
            at,
            by: "written in the script".to_owned(),
        };
        self.files.land(sink, traces.clone(), &self.branches, true);
        Text::hole(name, place, traces)
    }
}

/// Whether a literal in a secret's place can be one: not empty, no path, mask or reference, no
/// sentence.
pub fn can_be_secret(text: &str) -> bool {
    const SWITCHES: [&str; 4] = ["true", "false", "stdin", "prompt"];
    let text = text.trim();
    text.chars().count() >= 4
        && !text.contains(char::is_whitespace)
        && !SWITCHES.contains(&text.to_ascii_lowercase().as_str())
        && placeholder::judge(text) != Placeholder::Yes
}
