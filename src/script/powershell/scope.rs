//! Variables, with a journal so that branches can be compared and functions undone.

use std::collections::BTreeMap;

use super::value::Value;
use crate::source::Span;

/// All variables, by their names in lower case.
#[derive(Default)]
pub struct Variables {
    map: BTreeMap<String, Value>,
    journal: Vec<(String, Option<Value>)>,
    recording: usize,
}

/// What a branch made of variables.
pub type Changes = BTreeMap<String, Option<Value>>;

/// The name as it is kept: in lower case, without a scope that says nothing.
pub fn kept_name(name: &str) -> String {
    let lower = name.to_lowercase();
    for scope in ["script:", "global:", "local:", "private:", "using:", "variable:", "workflow:"] {
        if let Some(bare) = lower.strip_prefix(scope) {
            return bare.to_owned();
        }
    }
    lower
}

impl Variables {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(&kept_name(name))
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.put(kept_name(name), Some(value.bounded(name)));
    }

    pub fn put(&mut self, name: String, value: Option<Value>) {
        let old = match value {
            Some(value) => self.map.insert(name.clone(), value),
            None => self.map.remove(&name),
        };
        if self.recording > 0 {
            self.journal.push((name, old));
        }
    }

    /// The environment of the process that starts this one.
    pub fn inherit(&mut self, outer: &Self) {
        for (name, value) in
            outer.map.range("env:".to_owned()..).take_while(|(name, _)| name.starts_with("env:"))
        {
            self.map.insert(name.clone(), value.clone());
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
    pub fn join(&mut self, branches: Vec<Changes>, complete: bool, at: Span) {
        let total = branches.len();
        let mut counts = BTreeMap::<String, (usize, Option<Value>)>::new();
        for (name, value) in branches.into_iter().flatten() {
            let entry = counts.entry(name).or_default();
            entry.0 += 1;
            entry.1 = either(entry.1.take(), value, at);
        }
        for (name, (count, value)) in counts {
            let kept = if complete && count == total {
                value
            } else {
                either(self.map.get(&name).cloned(), value, at)
            };
            self.put(name, kept);
        }
    }
}

/// One of two values, it is not known which: the later one, with the secrets of both.
fn either(first: Option<Value>, second: Option<Value>, at: Span) -> Option<Value> {
    match (first, second) {
        (Some(first), Some(second)) => {
            let (mine, theirs) = (first.traces(), second.traces());
            if second.is_empty()
                || theirs.is_empty() && (!mine.is_empty() || matches!(first, Value::Secure(_)))
            {
                return Some(first);
            }
            let new = mine.filtered(|trace| !theirs.iter().any(|other| other.origin == trace.origin));
            Some(second.with(&new, "value", at))
        }
        (first, second) => second.or(first),
    }
}
