//! Takes values out of a stream, whatever the pieces in which it comes.
//!
//! One automaton knows all values in all the forms in which they could be written. After each byte its state says how
//! much of what came last could be the start of a value: so much is held back, and no more. What is masked is the
//! union of all places where a form stands, so it does not depend on where one piece ends and the next begins.

mod forms;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};
use zeroize::{Zeroize, Zeroizing};

/// A value of fewer bytes is not masked: it would take harmless words out of every line.
pub const SHORTEST: usize = 6;
/// So many bytes of a value, when nothing more comes, are told to nobody.
const TELLING: usize = 8;
/// More bytes of values in all forms than this don't fit beside other programs.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A value that must not be seen, and the name that stands for it.
pub struct Hidden {
    /// What is shown instead: the name of a variable or of a parameter.
    pub name: String,
    /// Its bytes.
    pub value: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Hidden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Hidden({}, {} bytes)", self.name, self.value.len())
    }
}

/// What the start of a value is worth.
#[derive(Clone, Copy)]
struct Prefix {
    length: usize,
    /// Whether it tells so much of the value that it may not be seen alone.
    telling: bool,
    /// Whose it is.
    name: usize,
}

/// Finds values. Built once; then it only reads, from any thread. The automaton holds the values in its own tables,
/// which are not wiped: they live as long as the process.
pub struct Mask {
    automaton: Option<NFA>,
    start: StateID,
    /// By number of the form: its name.
    name_of: Vec<usize>,
    names: Vec<String>,
    prefixes: HashMap<StateID, Prefix>,
}

impl fmt::Debug for Mask {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Mask({} forms of {} values)", self.name_of.len(), self.names.len())
    }
}

impl Mask {
    /// Knows these values. `None` where there are more of them than can be searched for.
    pub fn new(values: &[Hidden]) -> Option<Self> {
        let mut all: Vec<(Zeroizing<Vec<u8>>, usize)> = Vec::new();
        for (at, hidden) in values.iter().enumerate().filter(|(_, one)| one.value.len() >= SHORTEST) {
            all.extend(forms::of(&hidden.value).into_iter().map(|form| (form, at)));
        }
        if all.iter().map(|(form, _)| form.len()).sum::<usize>() > MOST_BYTES {
            return None;
        }
        all.sort_unstable_by(|(left, l), (right, r)| left.as_slice().cmp(right.as_slice()).then(l.cmp(r)));
        // The same value under two names goes by the first one.
        all.dedup_by(|later, first| later.0 == first.0);
        let names = values.iter().map(|one| one.name.clone()).collect();
        let name_of = all.iter().map(|(_, at)| *at).collect();
        if all.is_empty() {
            let (start, prefixes) = (StateID::default(), HashMap::new());
            return Some(Self { automaton: None, start, name_of, names, prefixes });
        }
        let mut builder = NFA::builder();
        let automaton = builder.match_kind(MatchKind::Standard).build(all.iter().map(|(form, _)| &**form));
        let automaton = automaton.ok()?;
        let start = automaton.start_state(Anchored::No).ok()?;
        let prefixes = prefixes(&automaton, start, &all);
        Some(Self { automaton: Some(automaton), start, name_of, names, prefixes })
    }

    /// The whole text without values.
    pub fn text(&self, text: &[u8]) -> Vec<u8> {
        let (mut stream, mut out) = (Stream::new(self), Vec::new());
        stream.push(text, &mut out);
        stream.end(&mut out);
        out
    }
}

/// The state that each start of a form leads to: a node of the tree of all forms, so no other text leads deeper.
fn prefixes(
    automaton: &NFA,
    start: StateID,
    forms: &[(Zeroizing<Vec<u8>>, usize)],
) -> HashMap<StateID, Prefix> {
    let mut all: HashMap<StateID, Prefix> = HashMap::new();
    for (form, name) in forms {
        let (mut state, enough) = (start, TELLING.min(form.len().div_ceil(2)));
        for (at, byte) in form.iter().enumerate() {
            state = automaton.next_state(Anchored::No, state, *byte);
            let (length, telling) = (at + 1, at + 1 >= enough);
            let known = all.entry(state).or_insert(Prefix { length, telling, name: *name });
            known.telling |= telling;
        }
    }
    all
}

/// Where a value stands in the stream.
struct Found {
    start: u64,
    end: u64,
    name: usize,
}

/// One stream on its way through a [`Mask`].
pub struct Stream<'m> {
    mask: &'m Mask,
    state: StateID,
    /// What came and was neither let through nor hidden yet.
    held: Vec<u8>,
    /// Bytes of the stream before `held`.
    before: u64,
    /// Bytes before this one are hidden.
    hidden_to: u64,
    /// By which name.
    hidden_by: Option<usize>,
    found: Vec<Found>,
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        self.held.zeroize();
    }
}

impl<'m> Stream<'m> {
    /// A stream of which nothing came yet.
    pub fn new(mask: &'m Mask) -> Self {
        Self {
            mask,
            state: mask.start,
            held: Vec::new(),
            before: 0,
            hidden_to: 0,
            hidden_by: None,
            found: Vec::new(),
        }
    }

    /// Takes the next piece; what can be shown goes to `out`.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let Some(automaton) = &self.mask.automaton else {
            out.extend_from_slice(piece);
            return;
        };
        let first = self.before + self.held.len() as u64;
        for (end, byte) in (first + 1..).zip(piece) {
            self.state = automaton.next_state(Anchored::No, self.state, *byte);
            if automaton.is_special(self.state) && automaton.is_match(self.state) {
                self.found.extend(longest(automaton, self.state, end, &self.mask.name_of));
            }
        }
        self.held.extend_from_slice(piece);
        let open = self.mask.prefixes.get(&self.state).map_or(0, |prefix| prefix.length);
        self.release(self.before + self.held.len() as u64 - open as u64, out);
    }

    /// Whether something is held back that was not hidden already.
    pub fn is_holding(&self) -> bool {
        self.before + self.held.len() as u64 > self.hidden_to.max(self.before)
    }

    /// Nothing comes for a while, and somebody may wait for what is held back. The start of a value that tells much
    /// of it is hidden now, and so is the rest when it comes; a few bytes are let through.
    pub fn pause(&mut self, out: &mut Vec<u8>) {
        let end = self.before + self.held.len() as u64;
        if let Some(prefix) = self.mask.prefixes.get(&self.state).filter(|prefix| prefix.telling) {
            let start = end.saturating_sub(prefix.length as u64);
            self.found.push(Found { start, end, name: prefix.name });
        }
        self.release(end, out);
    }

    /// Nothing more comes.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        self.pause(out);
    }

    /// Lets through, or hides, all before `to`: no value that is yet to be found begins before it.
    fn release(&mut self, to: u64, out: &mut Vec<u8>) {
        self.found.sort_unstable_by_key(|one| (one.start, std::cmp::Reverse(one.end)));
        let ready = self.found.partition_point(|one| one.start < to);
        for one in self.found.drain(..ready).collect::<Vec<_>>() {
            let touches = one.start == self.hidden_to && self.hidden_by == Some(one.name);
            if one.start >= self.hidden_to && !touches {
                self.show(one.start, out);
                let name = self.mask.names.get(one.name).map_or("", String::as_str);
                out.extend_from_slice(format!("[secretrail: {name}]").as_bytes());
                self.hidden_by = Some(one.name);
            }
            self.hidden_to = self.hidden_to.max(one.end);
        }
        self.show(to, out);
    }

    /// Lets through what is not hidden, as far as `to`; drops what is.
    fn show(&mut self, to: u64, out: &mut Vec<u8>) {
        let within = |at: u64| usize::try_from(at.saturating_sub(self.before)).unwrap_or(usize::MAX);
        let (from, to) = (within(self.hidden_to), within(to).min(self.held.len()));
        out.extend_from_slice(self.held.get(from..to).unwrap_or_default());
        self.before += to as u64;
        if let Some(gone) = self.held.get_mut(..to) {
            gone.zeroize();
        }
        self.held.drain(..to);
    }
}

/// Of the forms that end here, the longest one: the others stand within it.
fn longest(automaton: &NFA, state: StateID, end: u64, name_of: &[usize]) -> Option<Found> {
    let all = (0..automaton.match_len(state)).map(|at| automaton.match_pattern(state, at));
    let form = all.max_by_key(|form| automaton.pattern_len(*form))?;
    let length = automaton.pattern_len(form) as u64;
    Some(Found { start: end.saturating_sub(length), end, name: *name_of.get(form.as_usize())? })
}
