//! Shell variables, with a journal so that branches can be compared and subshells undone.

use std::collections::BTreeMap;

use crate::source::Span;
use crate::value::{Hole, Hop, Piece, Text, Traces};

/// Values of more pieces are kept as their secrets only.
const MOST_PIECES: usize = 256;
/// So are values of more bytes.
const MOST_BYTES: usize = 65_536;

/// A shell variable.
#[derive(Clone)]
pub struct Variable {
    /// Its value; the elements of an array joined by spaces.
    pub value: Text,
    /// The elements of an array.
    pub elements: Option<Vec<Text>>,
    /// Whether commands get it in their environment.
    pub exported: bool,
}

/// All of them.
#[derive(Default)]
pub struct Variables {
    map: BTreeMap<String, Variable>,
    journal: Vec<(String, Option<Variable>)>,
    recording: usize,
    /// `set -a`
    pub exports_all: bool,
    /// `declare -n name=other`: other names of variables.
    aliases: BTreeMap<String, String>,
}

/// Names of names of names: as far as anybody goes.
const MOST_ALIASES: usize = 4;

/// What branches made of variables.
pub type Changes = BTreeMap<String, Option<Variable>>;

impl Variables {
    pub fn count(&self) -> usize {
        self.map.len()
    }

    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.map.get(self.meant(name))
    }

    /// `declare -n name=other`
    pub fn alias(&mut self, name: &str, other: &str) {
        if name != other && self.aliases.len() < MOST_PIECES {
            self.aliases.insert(name.to_owned(), other.to_owned());
        }
    }

    /// The name means itself again.
    pub fn unalias(&mut self, name: &str) {
        self.aliases.remove(name);
    }

    /// The variable that a name means.
    fn meant<'n>(&'n self, name: &'n str) -> &'n str {
        let mut meant = name;
        for _ in 0..MOST_ALIASES {
            match self.aliases.get(meant) {
                Some(other) => meant = other,
                None => break,
            }
        }
        meant
    }

    pub fn set(&mut self, name: &str, value: Text, exported: bool) {
        let exported = exported || self.exports_all || self.get(name).is_some_and(|known| known.exported);
        let value = bounded(value, name);
        let name = self.meant(name).to_owned();
        self.put(&name, Some(Variable { value, elements: None, exported }));
    }

    pub fn set_array(&mut self, name: &str, elements: Vec<Text>, exported: bool) {
        let mut value = Text::default();
        for element in &elements {
            if !value.is_empty() {
                value.append(Text::made(" ", first_place(element)));
            }
            value.append(element.clone());
        }
        let value = bounded(value, name);
        self.put(name, Some(Variable { value, elements: Some(elements), exported }));
    }

    pub fn export(&mut self, name: &str) {
        if let Some(mut variable) = self.map.get(name).cloned() {
            variable.exported = true;
            self.put(name, Some(variable));
        }
    }

    pub fn unset(&mut self, name: &str) {
        self.put(name, None);
    }

    /// Variables that hold secrets.
    pub fn secrets(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.map.iter().filter(|(_, variable)| !variable.value.traces().is_empty())
    }

    /// Exported variables that hold secrets.
    pub fn exported_secrets(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.map.iter().filter(|(_, variable)| variable.exported && !variable.value.traces().is_empty())
    }

    pub fn put(&mut self, name: &str, variable: Option<Variable>) {
        let old = match variable {
            Some(variable) => self.map.insert(name.to_owned(), variable),
            None => self.map.remove(name),
        };
        if self.recording > 0 {
            self.journal.push((name.to_owned(), old));
        }
    }

    /// Begins to record changes; give the mark to [`Variables::undo`].
    pub fn mark(&mut self) -> usize {
        self.recording += 1;
        self.journal.len()
    }

    /// Undoes the changes since the mark, and says what they were.
    pub fn undo(&mut self, mark: usize) -> Changes {
        let mut changes = Changes::new();
        for (name, old) in self.journal.split_off(mark.min(self.journal.len())).into_iter().rev() {
            let new = match old {
                Some(old) => self.map.insert(name.clone(), old),
                None => self.map.remove(&name),
            };
            changes.entry(name).or_insert(new);
        }
        self.recording = self.recording.saturating_sub(1);
        changes
    }

    /// After branches: each changed variable has what any of them made of it.
    pub fn join(&mut self, branches: Vec<Changes>, complete: bool) {
        let mut counts = BTreeMap::<String, (usize, Option<Variable>)>::new();
        let total = branches.len();
        for (name, variable) in branches.into_iter().flatten() {
            let entry = counts.entry(name).or_insert((0, None));
            entry.0 += 1;
            entry.1 = either(entry.1.take(), variable);
        }
        for (name, (count, variable)) in counts {
            let kept = if complete && count == total {
                variable
            } else {
                either(self.map.get(&name).cloned(), variable)
            };
            self.put(&name, kept);
        }
    }
}

/// One of two values, it is not known which: secrets of both, text of the one that has a secret,
/// or of the later one.
fn either(first: Option<Variable>, second: Option<Variable>) -> Option<Variable> {
    match (first, second) {
        (Some(first), Some(mut second)) => {
            let (mine, theirs) = (first.value.traces(), second.value.traces());
            if theirs.is_empty() && !mine.is_empty() || second.value.is_empty() {
                return Some(first);
            }
            if !mine.is_empty() {
                add_traces(&mut second.value, &mine);
            }
            second.exported |= first.exported;
            Some(second)
        }
        (first, second) => second.or(first),
    }
}

/// The secrets can be in the first hole that has some.
fn add_traces(text: &mut Text, traces: &Traces) {
    for piece in &mut text.pieces {
        if let Piece::Hole(hole) = piece
            && !hole.traces.is_empty()
        {
            hole.traces.absorb(traces);
            return;
        }
    }
}

/// The value; where it is too large, its secrets only.
pub fn bounded(value: Text, name: &str) -> Text {
    if value.pieces.len() <= MOST_PIECES && known_bytes(&value) <= MOST_BYTES {
        return value;
    }
    let at = first_place(&value);
    Text::hole(name, at, value.traces())
}

/// Bytes of known text.
pub fn known_bytes(text: &Text) -> usize {
    text.pieces.iter().map(|piece| if let Piece::Known { text, .. } = piece { text.len() } else { 0 }).sum()
}

/// What it costs to keep a text, in steps.
pub fn weight(text: &Text) -> usize {
    text.pieces.len() / 4 + known_bytes(text) / 1024
}

/// Where a text begins.
pub fn first_place(text: &Text) -> Span {
    match text.pieces.first() {
        Some(Piece::Known { at, .. } | Piece::Hole(Hole { at, .. })) => *at,
        None => Span::start_of(crate::source::SourceId(0)),
    }
}

/// The text after a hop: its secrets have passed one place more.
pub fn passed(text: &Text, hop: &Hop) -> Text {
    map_secrets(text, |hole| Hole { traces: hole.traces.then(hop), ..hole.clone() })
}

/// The text as it is used at `at`.
pub fn used_at(text: &Text, at: Span) -> Text {
    map_secrets(text, |hole| Hole { at, ..hole.clone() })
}

fn map_secrets(text: &Text, change: impl Fn(&Hole) -> Hole) -> Text {
    let pieces = text
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Hole(hole) if !hole.traces.is_empty() => Piece::Hole(change(hole)),
            other => other.clone(),
        })
        .collect();
    Text::of(pieces)
}
