//! What an expression can be worth, as far as it is known before `terraform apply`.

use std::collections::HashMap;
use std::rc::Rc;

use crate::finding::Confidence;
use crate::source::Span;
use crate::value::{Hole, Hop, Piece, Text, Traces};

/// Alternatives of one value that are kept one by one.
const MOST_ARMS: usize = 32;
/// What is nested deeper is one hole with all its secrets, once it is changed.
const MOST_DEPTH: usize = 24;
/// What stands for alternatives beyond the bound.
pub const MORE: &str = "… and more";

/// A value.
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`.
    Null,
    /// A string, number or boolean.
    Text(Text),
    /// A list, tuple or set.
    List(Rc<Vec<Value>>),
    /// A map or object, in the order written.
    Map(Rc<Vec<(Rc<str>, Value)>>),
    /// Unknown before apply; may hold secrets anywhere in it.
    Hole(Hole),
    /// One of these: both arms of a conditional, each element of a `for_each`.
    Either(Rc<Vec<Value>>),
}

impl Value {
    /// Something unknown and harmless.
    pub fn unknown(label: impl Into<std::sync::Arc<str>>, at: Span) -> Self {
        Self::Hole(Hole::new(label, at, Traces::none()))
    }

    /// Something unknown that may hold these secrets.
    pub fn tainted(label: impl Into<std::sync::Arc<str>>, at: Span, traces: Traces) -> Self {
        Self::Hole(Hole::new(label, at, traces))
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(items))
    }

    /// A map; of two members of one name the later stays.
    pub fn map(members: Vec<(Rc<str>, Value)>) -> Self {
        let mut unique: Vec<(Rc<str>, Value)> = Vec::with_capacity(members.len());
        let mut places: HashMap<Rc<str>, usize> = HashMap::with_capacity(members.len());
        for (name, value) in members {
            match places.get(&name).and_then(|place| unique.get_mut(*place)) {
                Some(slot) => slot.1 = value,
                None => {
                    places.insert(Rc::clone(&name), unique.len());
                    unique.push((name, value));
                }
            }
        }
        Self::Map(Rc::new(unique))
    }

    /// One of several; `null` arms say nothing.
    pub fn either(arms: impl IntoIterator<Item = Value>) -> Self {
        let mut flat: Vec<Value> = Vec::new();
        for arm in arms {
            match arm {
                Self::Null => {}
                Self::Either(inner) => flat.extend(inner.iter().cloned()),
                other => flat.push(other),
            }
        }
        if flat.len() > MOST_ARMS {
            let rest = flat.split_off(MOST_ARMS - 1);
            let beyond = rest_of(rest, &flat);
            flat.extend(beyond);
        }
        match flat.len() {
            0 => Self::Null,
            1 => flat.swap_remove(0),
            _ => Self::Either(Rc::new(flat)),
        }
    }

    /// Calls `visit` for every hole inside, in order, however deep.
    fn holes(&self, visit: &mut dyn FnMut(&Hole)) {
        let mut open = vec![self];
        while let Some(value) = open.pop() {
            match value {
                Self::Null => {}
                Self::Hole(hole) => visit(hole),
                Self::Text(text) => text.pieces.iter().for_each(|piece| {
                    if let Piece::Hole(hole) = piece {
                        visit(hole);
                    }
                }),
                Self::List(items) | Self::Either(items) => open.extend(items.iter().rev()),
                Self::Map(members) => open.extend(members.iter().rev().map(|(_, value)| value)),
            }
        }
    }

    /// How large it is, in members, pieces and units of 64 bytes of text; counting stops past `most`.
    pub fn weight(&self, most: usize) -> usize {
        let mut open = vec![self];
        let mut weight = 0;
        while let Some(value) = open.pop() {
            weight += match value {
                Self::Null | Self::Hole(_) => 1,
                Self::Text(text) => text.pieces.iter().map(piece_weight).sum::<usize>() + 1,
                Self::List(items) | Self::Either(items) => {
                    open.extend(items.iter().take(most));
                    1
                }
                Self::Map(members) => {
                    open.extend(members.iter().take(most).map(|(_, value)| value));
                    1
                }
            };
            if weight > most {
                break;
            }
        }
        weight
    }

    /// All secrets anywhere in it.
    pub fn traces(&self) -> Traces {
        let mut all = Traces::none();
        self.holes(&mut |hole| all.absorb(&hole.traces));
        all
    }

    /// Whether a secret can be anywhere in it.
    pub fn is_tainted(&self) -> bool {
        let mut found = false;
        self.holes(&mut |hole| found |= !hole.traces.is_empty());
        found
    }

    /// Whether it is unknown in every respect.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Hole(_) => true,
            Self::Either(arms) => arms.iter().all(Value::is_unknown),
            Self::Text(text) => {
                !text.pieces.is_empty() && text.pieces.iter().all(|piece| matches!(piece, Piece::Hole(_)))
            }
            _ => false,
        }
    }

    /// The whole text, where it is known.
    pub fn known(&self) -> Option<String> {
        match self {
            Self::Text(text) => text.known(),
            _ => None,
        }
    }

    /// A place inside.
    pub fn place(&self) -> Option<Span> {
        match self {
            Self::Null => None,
            Self::Hole(hole) => Some(hole.at),
            Self::Text(text) => text.pieces.first().map(Piece::place),
            Self::List(items) | Self::Either(items) => items.first().and_then(Value::place),
            Self::Map(members) => members.first().and_then(|(_, value)| value.place()),
        }
    }

    /// The same, all its secrets one place further.
    #[must_use]
    pub fn then(self, hop: impl FnOnce() -> Hop) -> Self {
        if !self.is_tainted() {
            return self;
        }
        let hop = hop();
        self.each_hole(0, &|hole| Hole { traces: hole.traces.then(&hop), ..hole })
    }

    /// The same, no surer than this.
    pub fn at_most(self, confidence: Confidence) -> Self {
        self.each_hole(0, &|hole| Hole { traces: hole.traces.at_most(confidence), ..hole })
    }

    /// The same with every hole changed.
    pub fn each_hole(self, depth: usize, change: &dyn Fn(Hole) -> Hole) -> Self {
        if depth > MOST_DEPTH {
            let traces = self.traces();
            return match self.place().filter(|_| !traces.is_empty()) {
                Some(at) => Self::Hole(change(Hole::new("…", at, traces))),
                None => self,
            };
        }
        let all = |items: &Rc<Vec<Value>>| {
            Rc::new(items.iter().map(|item| item.clone().each_hole(depth + 1, change)).collect::<Vec<_>>())
        };
        match self {
            Self::Null => Self::Null,
            Self::Hole(hole) => Self::Hole(change(hole)),
            Self::Text(text) => Self::Text(Text {
                pieces: text
                    .pieces
                    .into_iter()
                    .map(|piece| match piece {
                        Piece::Hole(hole) => Piece::Hole(change(hole)),
                        known => known,
                    })
                    .collect(),
                ..text
            }),
            Self::List(items) => Self::List(all(&items)),
            Self::Either(items) => Self::Either(all(&items)),
            Self::Map(members) => Self::Map(Rc::new(
                members
                    .iter()
                    .map(|(name, value)| (Rc::clone(name), value.clone().each_hole(depth + 1, change)))
                    .collect(),
            )),
        }
    }

    /// As part of a string. Of several arms, one-line ones become a hole, scripts stand one after
    /// the other: both may run.
    pub fn into_text(self, label: &str, at: Span) -> Text {
        match self {
            Self::Null => Text::default(),
            Self::Text(text) => text,
            Self::Hole(hole) => Text::of(vec![Piece::Hole(hole)]),
            Self::Either(arms) => either_text(&arms, label, at),
            other => Text::hole(label, at, other.traces()),
        }
    }

    /// What it is where it is base64: of several arms those that are, where the others are empty.
    pub fn encoded(&self) -> Option<Text> {
        match self {
            Self::Text(text) => text.encoded.then(|| text.clone()),
            Self::Either(arms) => {
                let mut all = Text::default();
                for arm in arms.iter() {
                    let Self::Text(text) = arm else { return None };
                    if !text.encoded && !text.is_empty() {
                        return None;
                    }
                    let at = arm.place().filter(|_| !all.is_empty());
                    at.into_iter().for_each(|at| all.append(Text::made("\n", at)));
                    all.append(text.clone());
                }
                all.encoded = true;
                (!all.is_empty()).then_some(all)
            }
            _ => None,
        }
    }

    /// All texts it can be: one for each arm, elements of lists one by one.
    pub fn texts(&self, label: &str, at: Span) -> Vec<Text> {
        match self {
            Self::Either(arms) => arms.iter().flat_map(|arm| arm.texts(label, at)).collect(),
            Self::List(items) => items.iter().flat_map(|item| item.texts(label, at)).collect(),
            Self::Null => Vec::new(),
            other => vec![other.clone().into_text(label, at)],
        }
    }
}

/// What stands for arms beyond the bound: scripts one after the other, and of all else its secrets.
fn rest_of(rest: Vec<Value>, kept: &[Value]) -> Vec<Value> {
    let known: Vec<String> = kept.iter().filter_map(Value::known).collect();
    let mut traces = Traces::none();
    // Plain and in base64.
    let mut scripts = [Text::default(), Text { encoded: true, ..Text::default() }];
    let mut other = None;
    for arm in rest {
        match arm {
            Value::Text(text) if is_long(&text) => {
                let [plain, encoded] = &mut scripts;
                let script = if text.encoded { encoded } else { plain };
                if let Some(at) = text.pieces.first().map(Piece::place) {
                    script.append(Text::made("\n", at));
                }
                script.append(text);
            }
            // Said before.
            Value::Text(text) if text.known().is_some_and(|text| known.contains(&text)) => {}
            arm => {
                traces.absorb(&arm.traces());
                other = other.or_else(|| arm.place());
            }
        }
    }
    let mut all: Vec<Value> =
        scripts.into_iter().filter(|text| !text.pieces.is_empty()).map(Value::Text).collect();
    all.extend(other.map(|at| Value::tainted(MORE, at, traces)));
    all
}

/// Whether a text has lines of its own, written out or in base64.
fn is_long(text: &Text) -> bool {
    text.encoded
        || text.pieces.iter().any(|piece| matches!(piece, Piece::Known { text, .. } if text.contains('\n')))
}

fn piece_weight(piece: &Piece) -> usize {
    match piece {
        Piece::Known { text, .. } => 1 + text.len() / 64,
        Piece::Hole(_) => 1,
    }
}

fn has_lines(text: &Text) -> bool {
    let breaks = |piece: &Piece| matches!(piece, Piece::Known { text, .. } if text.contains('\n'));
    !text.encoded && text.pieces.iter().any(breaks)
}

fn either_text(arms: &[Value], label: &str, at: Span) -> Text {
    let texts: Vec<Text> = arms.iter().map(|arm| arm.clone().into_text(label, at)).collect();
    if texts.iter().any(has_lines) {
        let mut all = Text::default();
        for text in texts {
            all.append(text);
            all.append(Text::made("\n", at));
        }
        return all;
    }
    let known: Vec<Option<String>> = texts.iter().map(Text::known).collect();
    if let Some(Some(first)) = known.first()
        && known.iter().all(|other| other.as_ref() == Some(first))
    {
        return texts.into_iter().next().unwrap_or_default();
    }
    let mut traces = Traces::none();
    texts.iter().for_each(|text| traces.absorb(&text.traces()));
    Text::hole(label, at, traces)
}
