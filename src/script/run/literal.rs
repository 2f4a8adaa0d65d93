//! Secrets whose text stands in the script.

use super::Machine;
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::secret::Secret;
use crate::source::Span;
use crate::value::{Lifetime, Origin, OriginKind, Sink, SinkKind, Text, Traces};

/// Values that stand where a secret could stand, and are none.
const HARMLESS: &[&str] = &[
    "true", "false", "none", "null", "yes", "no", "prompt", "stdin", "file", "env", "auto", "default",
    "disabled",
];

impl Machine<'_> {
    /// Where a name says secret and the text is a literal: a hole in its place. The text itself
    /// goes no further.
    pub fn literal_secret(&mut self, name: &str, text: &Text, at: Span) -> Option<Text> {
        if says(name) != Says::Secret || !can_be_secret(&text.known()?) {
            return None;
        }
        Some(self.literal(name, text, at))
    }

    /// A literal that is a secret because of where it stands.
    pub fn literal(&mut self, name: &str, text: &Text, at: Span) -> Text {
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
            confidence: Confidence::Medium,
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

/// Whether a literal in a secret's place can be one.
pub fn can_be_secret(text: &str) -> bool {
    let text = text.trim();
    let place =
        ["/", "./", "~/", "arn:", "http://", "https://", "file:", "ssm:", "vault:", "{{", "<", "$", "%"];
    text.chars().count() >= 4
        && !text.contains(char::is_whitespace)
        && !place.iter().any(|start| text.starts_with(start))
        && !HARMLESS.contains(&text.to_ascii_lowercase().as_str())
        && !text.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-'))
}
