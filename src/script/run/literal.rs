//! Secrets whose text stands in the script.

use super::Machine;
use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::secret::placeholder::{self, Placeholder};
use crate::source::Span;
use crate::value::{Hop, Lifetime, Origin, OriginKind, Sink, SinkKind, Text, Traces};

impl Machine<'_> {
    /// Where a name says secret and the text is a literal: a hole in its place. The text itself
    /// goes no further.
    pub fn literal_secret(&mut self, name: &str, text: &Text, at: Span) -> Option<Text> {
        self.literal_at_most(name, text, at, Confidence::High)
    }

    /// The same, no surer than this.
    pub fn literal_at_most(&mut self, name: &str, text: &Text, at: Span, most: Confidence) -> Option<Text> {
        let verdict = says_secret(name)?;
        let known = text.known()?;
        if !can_be_secret(&known) {
            return None;
        }
        let printed = placeholder::judge(&known) == Placeholder::Documentation;
        let low = printed || is_local_token(name, &known);
        let confidence = if low { Confidence::Low } else { verdict.confidence.min(most) };
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
        let traces = with_pieces(Traces::from_origin(origin), text);
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

/// Shorter pieces of a secret tell nothing of it.
const SHORTEST_PIECE: usize = 6;
/// Pieces of one literal that are told.
const MOST_PIECES: usize = 12;

/// The way of a literal that is put together from pieces begins at them: `A=…; TOKEN="x$A"`.
pub fn with_pieces(traces: Traces, text: &Text) -> Traces {
    if text.pieces.len() < 2 {
        return traces;
    }
    let pieces = text.written_pieces(SHORTEST_PIECE).into_iter().take(MOST_PIECES);
    pieces.fold(traces, |traces, at| traces.then(&Hop::piece(at)))
}

/// Whether a literal in a secret's place can be one: not empty, no path, mask or reference, no
/// sentence.
pub fn can_be_secret(text: &str) -> bool {
    const SWITCHES: [&str; 4] = ["true", "false", "stdin", "prompt"];
    let text = text.trim();
    text.chars().count() >= 4
        && !is_sentence(text)
        && !SWITCHES.contains(&text.to_ascii_lowercase().as_str())
        && placeholder::judge(text) != Placeholder::Yes
}

/// `VAULT_TOKEN=root`, `some-root-token`: of a server that somebody starts on their own machine.
fn is_local_token(name: &str, text: &str) -> bool {
    let words = || text.split(['-', '_', '.']);
    let plain = words().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
    let last = words().next_back().unwrap_or_default();
    name.to_ascii_lowercase().ends_with("token") && plain && matches!(last, "root" | "token" | "myroot")
}

/// Words with blanks between them; a passphrase has few, and marks or digits in them.
fn is_sentence(text: &str) -> bool {
    let words = text.split_whitespace().count();
    let marked = text.bytes().any(|byte| byte.is_ascii_digit()) && text.len() <= 64 && !text.contains(": ");
    words > 4 || words > 1 && !marked || text.contains('\n')
}
