//! What an expression can be, as far as secrets go.

use std::rc::Rc;

use super::Program;
use super::tree::Block;
use crate::source::Span;
use crate::value::{Hole, Hop, Piece, Text, Traces};

/// Values of more pieces, bytes or members are kept as their secrets only.
const MOST_PIECES: usize = 256;
const MOST_BYTES: usize = 65_536;
const MOST_MEMBERS: usize = 512;
const DEEPEST: u8 = 8;

/// A value.
#[derive(Clone)]
pub enum Value {
    /// Text, a number, or an object of which only its secrets are known.
    Text(Text),
    /// Several values.
    List(Rc<Members>),
    /// Names and values.
    Table(Rc<Members>),
    /// `{ … }`
    Script(Rc<Program>, Rc<Block>),
    /// A SecureString or credential: encrypted in memory and wherever it is printed.
    Secure(Text),
    /// A StreamWriter on this file.
    Writer(String),
    /// `[IO.File]`
    Type(String),
}

/// The members of a list or table.
pub struct Members {
    /// Names (empty in lists) and values.
    pub items: Vec<(String, Value)>,
    traces: Traces,
    size: usize,
    depth: u8,
}

impl Default for Value {
    fn default() -> Self {
        Self::Text(Text::default())
    }
}

impl Value {
    /// Several values; what is too large is its secrets only.
    pub fn list(items: Vec<Value>, at: Span) -> Self {
        match members(items.into_iter().map(|item| (String::new(), item)).collect()) {
            Ok(members) => Self::List(Rc::new(members)),
            Err(traces) => Self::Text(Text::hole("list", at, traces)),
        }
    }

    /// Names and values.
    pub fn table(items: Vec<(String, Value)>, at: Span) -> Self {
        match members(items) {
            Ok(members) => Self::Table(Rc::new(members)),
            Err(traces) => Self::Text(Text::hole("table", at, traces)),
        }
    }

    /// Something unknown that can hold these secrets.
    pub fn hole(label: &str, at: Span, traces: Traces) -> Self {
        Self::Text(Text::hole(tellable(label), at, traces))
    }

    /// All secrets in it, as far as they can be read.
    pub fn traces(&self) -> Traces {
        match self {
            Self::Text(text) => text.traces(),
            Self::List(members) | Self::Table(members) => members.traces.clone(),
            _ => Traces::none(),
        }
    }

    /// Its text: what is printed, written, or put into a string.
    pub fn text(&self) -> Text {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(members) | Self::Table(members) => {
                let mut all = Text::default();
                for (name, value) in &members.items {
                    let text = value.text();
                    let Some(at) = place(&text) else { continue };
                    if !name.is_empty() {
                        all.append(Text::made(format!("{name}: "), at));
                    }
                    if all.pieces.len() > MOST_PIECES {
                        break;
                    }
                    all.append(text);
                    all.append(Text::made(" ", at));
                }
                // The blank is between members, not after the last one.
                if matches!(all.pieces.last(), Some(Piece::Known { text, .. }) if &**text == " ") {
                    all.pieces.pop();
                }
                self.with_all_traces(all)
            }
            Self::Secure(text) => {
                let at = place(text);
                at.map(|at| Text::hole("SecureString", at, Traces::none())).unwrap_or_default()
            }
            Self::Script(..) | Self::Writer(_) | Self::Type(_) => Text::default(),
        }
    }

    fn with_all_traces(&self, text: Text) -> Text {
        match self {
            Self::List(members) | Self::Table(members) if text.pieces.len() > MOST_PIECES => {
                match place(&text) {
                    Some(at) => Text::hole("list", at, members.traces.clone()),
                    None => text,
                }
            }
            _ => text,
        }
    }

    /// The text, where it is known.
    pub fn known(&self) -> Option<String> {
        match self {
            Self::Text(text) => text.known(),
            _ => None,
        }
    }

    /// The same one place further.
    pub fn passed(&self, hop: &Hop) -> Self {
        match self {
            Self::Text(text) => Self::Text(passed(text, hop)),
            Self::Secure(text) => Self::Secure(passed(text, hop)),
            other => other.clone(),
        }
    }

    /// A value that was not too large to begin with.
    pub fn bounded(self, label: &str) -> Self {
        match self {
            Self::Text(text) if text.pieces.len() > MOST_PIECES || bytes(&text) > MOST_BYTES => {
                match place(&text) {
                    Some(at) => Self::hole(label, at, text.traces()),
                    None => Self::default(),
                }
            }
            other => other,
        }
    }

    /// The same, in which these secrets can be, too.
    pub fn with(&self, traces: &Traces, label: &str, at: Span) -> Self {
        if traces.is_empty() {
            return self.clone();
        }
        let mut all = self.traces();
        all.absorb(traces);
        match self {
            Self::Writer(_) | Self::Script(..) | Self::Type(_) => self.clone(),
            _ => Self::hole(label, at, all),
        }
    }

    /// Nothing at all.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// The member of this name, in any case.
    pub fn member(&self, name: &str) -> Option<&Value> {
        let Self::Table(members) = self else { return None };
        members.items.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Its parts: those of a list, or itself.
    pub fn items(&self) -> Vec<Value> {
        match self {
            Self::List(members) => members.items.iter().map(|(_, value)| value.clone()).collect(),
            other => vec![other.clone()],
        }
    }
}

fn members(items: Vec<(String, Value)>) -> Result<Members, Traces> {
    let (mut traces, mut size, mut depth) = (Traces::none(), 0usize, 0u8);
    for (_, value) in &items {
        traces.absorb(&value.traces());
        size += 1;
        if let Value::List(inner) | Value::Table(inner) = value {
            size += inner.size;
            depth = depth.max(inner.depth + 1);
        }
    }
    if size > MOST_MEMBERS || depth > DEEPEST {
        return Err(traces);
    }
    Ok(Members { items, traces, size, depth })
}

/// A name as it may be told: what is not made as names are could be a secret that somebody typed there.
pub fn tellable(name: &str) -> &str {
    let plain = |c: char| c.is_alphanumeric() || "_:.- ".contains(c);
    if name.chars().count() <= 64 && name.chars().all(plain) { name } else { "value" }
}

/// The first place in a text.
pub fn place(text: &Text) -> Option<Span> {
    match text.pieces.first()? {
        Piece::Known { at, .. } | Piece::Hole(Hole { at, .. }) => Some(*at),
    }
}

fn bytes(text: &Text) -> usize {
    text.pieces.iter().map(|piece| if let Piece::Known { text, .. } = piece { text.len() } else { 0 }).sum()
}

fn passed(text: &Text, hop: &Hop) -> Text {
    let pieces = text.pieces.iter().map(|piece| match piece {
        Piece::Hole(hole) if !hole.traces.is_empty() => {
            Piece::Hole(Hole { traces: hole.traces.then(hop), ..hole.clone() })
        }
        other => other.clone(),
    });
    Text::of(pieces.collect())
}
