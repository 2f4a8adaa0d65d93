//! Values made of pieces with origins: what `terraform` evaluates to and `script` reads.
//!
//! A [`Text`] is literal text, each piece with the place it was copied from, and *holes*: places
//! where something unknown or secret will be. A hole carries [`Traces`]: which secrets can be
//! in it, and the way they came. [`Flat`] is the same as one string, for a parser, with a map from
//! every byte back to its outer place.

mod flat;
mod landing;

use std::sync::Arc;

pub use flat::{Flat, HOLE};
pub use landing::{Landing, Lifetime, Sink, SinkKind};

use crate::finding::Confidence;
use crate::source::Span;

/// Where a secret comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginKind {
    /// Its text stands in the source.
    Literal,
    /// A Terraform variable.
    Variable,
    /// A Terraform data source.
    Data,
    /// An attribute of a Terraform resource.
    Resource,
    /// An ephemeral resource.
    Ephemeral,
    /// The output of a module whose source we do not have.
    Module,
    /// A command that fetches: `aws ssm get-parameter --with-decryption`.
    Command,
    /// An environment variable that the script did not set.
    Environment,
    /// A file of the machine that is known to hold credentials: `/etc/kubernetes/admin.conf`.
    File,
}

impl OriginKind {
    /// The word used in records and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Variable => "variable",
            Self::Data => "data",
            Self::Resource => "resource",
            Self::Ephemeral => "ephemeral",
            Self::Module => "module",
            Self::Command => "command",
            Self::Environment => "environment",
            Self::File => "file",
        }
    }
}

/// One secret's beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Where from.
    pub kind: OriginKind,
    /// Its address in the words of its language: `var.db_password`, `aws ssm get-parameter /x`.
    pub name: String,
    /// What users call the secret: `db_password`.
    pub key: String,
    /// The place to point at.
    pub at: Span,
    /// Proven, named, or guessed.
    pub confidence: Confidence,
    /// Characters and last four, for literals.
    pub literal: Option<(usize, Option<String>)>,
}

/// A place that a secret passed on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Where.
    pub at: Span,
    /// What it is called there: `module.app.anthropic_api_key`, `$TOKEN`.
    pub name: String,
    /// One line: "passed to template variable `token`".
    pub message: String,
}

/// What a hop says where a literal is put together.
const PIECE: &str = "a part of the value is written here";

impl Hop {
    /// The place of a part of a literal secret that is put together from parts.
    pub fn piece(at: Span) -> Self {
        Self { at, name: String::new(), message: PIECE.to_owned() }
    }

    /// Whether the text at its place is a part of the secret itself.
    pub fn is_piece(&self) -> bool {
        self.message == PIECE
    }
}

#[derive(Debug)]
struct Link {
    hop: Hop,
    before: Option<Arc<Link>>,
}

/// One secret and the way it came. Cheap to copy: tails are shared.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Its beginning.
    pub origin: Arc<Origin>,
    last: Option<Arc<Link>>,
    length: u16,
}

/// A way longer than this is no way that a person follows; later hops are left out.
const MOST_HOPS: u16 = 32;
/// More secrets than this in one place are reported by the first of the surest ones.
const MOST_TRACES: usize = 8;

impl Trace {
    /// A secret at its beginning.
    pub fn new(origin: Origin) -> Self {
        Self { origin: Arc::new(origin), last: None, length: 0 }
    }

    /// The same secret one place further.
    #[must_use]
    pub fn then(&self, hop: Hop) -> Self {
        let same_place = self.last.as_ref().is_some_and(|link| link.hop.at == hop.at);
        if same_place {
            // The later one says more: a member of a map becomes a template's variable.
            let before = self.last.as_ref().and_then(|link| link.before.clone());
            return Self { last: Some(Arc::new(Link { hop, before })), ..self.clone() };
        }
        if self.length >= MOST_HOPS {
            return self.clone();
        }
        let link = Link { hop, before: self.last.clone() };
        Self { origin: Arc::clone(&self.origin), last: Some(Arc::new(link)), length: self.length + 1 }
    }

    /// The places passed, first to last.
    pub fn hops(&self) -> Vec<&Hop> {
        let mut hops = Vec::with_capacity(self.length as usize);
        let mut link = self.last.as_deref();
        while let Some(this) = link {
            hops.push(&this.hop);
            link = this.before.as_deref();
        }
        hops.reverse();
        hops
    }
}

/// The secrets that can be in one place: none, mostly one, never two of the same origin.
#[derive(Debug, Clone, Default)]
pub struct Traces(Vec<Trace>);

impl Traces {
    /// No secret.
    pub fn none() -> Self {
        Self::default()
    }

    /// One secret, at its beginning.
    pub fn from_origin(origin: Origin) -> Self {
        Self(vec![Trace::new(origin)])
    }

    /// Whether no secret can be here.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secrets.
    pub fn iter(&self) -> impl Iterator<Item = &Trace> {
        self.0.iter()
    }

    /// Adds those of `other`; of two with the same origin the one that is here stays.
    pub fn absorb(&mut self, other: &Traces) {
        for trace in &other.0 {
            let known = self
                .0
                .iter()
                .any(|mine| Arc::ptr_eq(&mine.origin, &trace.origin) || mine.origin == trace.origin);
            if known {
                continue;
            }
            if self.0.len() < MOST_TRACES {
                self.0.push(trace.clone());
            } else if let Some(weakest) = self.0.iter_mut().rev().min_by_key(|mine| mine.origin.confidence)
                && weakest.origin.confidence < trace.origin.confidence
            {
                // A guess must not stand in the way of what is sure.
                *weakest = trace.clone();
            }
        }
    }

    /// All of them one place further.
    #[must_use]
    pub fn then(&self, hop: &Hop) -> Self {
        Self(self.0.iter().map(|trace| trace.then(hop.clone())).collect())
    }

    /// The same, no surer than this.
    #[must_use]
    pub fn at_most(&self, confidence: Confidence) -> Self {
        let lowered = |trace: &Trace| match trace.origin.confidence > confidence {
            true => {
                Trace { origin: Arc::new(Origin { confidence, ..(*trace.origin).clone() }), ..trace.clone() }
            }
            false => trace.clone(),
        };
        Self(self.0.iter().map(lowered).collect())
    }

    /// Those that `keep` accepts.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Trace) -> bool) -> Self {
        Self(self.0.iter().filter(|trace| keep(trace)).cloned().collect())
    }
}

impl FromIterator<Trace> for Traces {
    fn from_iter<I: IntoIterator<Item = Trace>>(traces: I) -> Self {
        let mut all = Self::default();
        all.absorb(&Traces(traces.into_iter().collect()));
        all
    }
}

/// A place in a text where something unknown or secret stands.
#[derive(Debug, Clone)]
pub struct Hole {
    /// The expression, shortened: `var.region`, `$TOKEN`. A name, never a value.
    pub label: Arc<str>,
    /// The expression's place.
    pub at: Span,
    /// The secrets that can be here; none for a harmless unknown.
    pub traces: Traces,
    /// What stands there in base64, where that is known: who undoes the encoding reads it.
    pub inner: Option<Arc<Text>>,
}

impl Hole {
    /// A hole of which nothing else is known.
    pub fn new(label: impl Into<Arc<str>>, at: Span, traces: Traces) -> Self {
        Self { label: label.into(), at, traces, inner: None }
    }
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Text whose content is known and not secret.
    Known {
        /// The text.
        text: Arc<str>,
        /// Where it was copied from.
        at: Span,
        /// Whether byte *i* of the text is byte *i* of the span (false after unescaping).
        exact: bool,
    },
    /// Something unknown or secret.
    Hole(Hole),
}

impl Piece {
    /// Where it stands.
    pub fn place(&self) -> Span {
        match self {
            Self::Known { at, .. } => *at,
            Self::Hole(hole) => hole.at,
        }
    }
}

/// A text made of pieces.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
    /// Whether it is base64 of these pieces: inside of another text it is one word without lines.
    pub encoded: bool,
}

impl Text {
    /// A text of these pieces, as they stand.
    pub fn of(pieces: Vec<Piece>) -> Self {
        Self { pieces, encoded: false }
    }

    /// What stands in it where it is one word in base64: that word's text, its secrets with the whole way here.
    pub fn opened(&self) -> Option<Text> {
        let mut words = self.pieces.iter().filter(|piece| match piece {
            Piece::Known { text, .. } => !text.trim().is_empty(),
            Piece::Hole(_) => true,
        });
        let (Some(Piece::Hole(word)), None) = (words.next(), words.next()) else { return None };
        let longer = |trace: &Trace| word.traces.iter().find(|outer| outer.origin == trace.origin).cloned();
        let pieces = word.inner.as_ref()?.pieces.iter().map(|piece| match piece {
            Piece::Hole(hole) => {
                let traces = hole.traces.iter().map(|trace| longer(trace).unwrap_or_else(|| trace.clone()));
                Piece::Hole(Hole { traces: traces.collect(), ..hole.clone() })
            }
            known => known.clone(),
        });
        Some(Text::of(pieces.collect()))
    }

    /// A known text copied byte by byte from `at`.
    pub fn exact(text: impl Into<Arc<str>>, at: Span) -> Self {
        Self::of(vec![Piece::Known { text: text.into(), at, exact: true }])
    }

    /// A known text made at `at`, not copied byte by byte.
    pub fn made(text: impl Into<Arc<str>>, at: Span) -> Self {
        Self::of(vec![Piece::Known { text: text.into(), at, exact: false }])
    }

    /// One hole.
    pub fn hole(label: impl Into<Arc<str>>, at: Span, traces: Traces) -> Self {
        Self::of(vec![Piece::Hole(Hole::new(label, at, traces))])
    }

    /// Appends another text.
    pub fn append(&mut self, other: Text) {
        self.pieces.extend(other.pieces);
    }

    /// The places of its pieces of so many characters or more that stand in a document as they are.
    pub fn written_pieces(&self, shortest: usize) -> Vec<Span> {
        let written = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Known { text, at, exact: true } if text.chars().count() >= shortest => Some(*at),
            _ => None,
        });
        written.collect()
    }

    /// The whole text, where every piece is known.
    pub fn known(&self) -> Option<String> {
        let mut all = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Known { text, .. } => all.push_str(text),
                Piece::Hole(_) => return None,
            }
        }
        Some(all)
    }

    /// The text for people, holes as `${label}`.
    pub fn shown(&self) -> String {
        let mut all = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Known { text, .. } => all.push_str(text),
                Piece::Hole(hole) => {
                    all.push_str("${");
                    all.push_str(&hole.label);
                    all.push('}');
                }
            }
        }
        all
    }

    /// All secrets that can be in it.
    pub fn traces(&self) -> Traces {
        let mut all = Traces::none();
        for piece in &self.pieces {
            if let Piece::Hole(hole) = piece {
                all.absorb(&hole.traces);
            }
        }
        all
    }

    /// Whether its first known text, after white space, starts with this.
    pub fn starts_with(&self, beginning: &str) -> bool {
        let first = self.pieces.iter().find(|piece| match piece {
            Piece::Known { text, .. } => !text.trim().is_empty(),
            Piece::Hole(_) => true,
        });
        matches!(first, Some(Piece::Known { text, .. }) if text.trim_start().starts_with(beginning))
    }

    /// Whether it has no pieces, or only empty ones.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| matches!(piece, Piece::Known { text, .. } if text.is_empty()))
    }
}
