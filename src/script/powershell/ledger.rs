//! Files that the script touches, and where its secrets land.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Span;
use crate::value::{Landing, Lifetime, Sink, SinkKind, Text, Traces};

/// Bytes of one written script that are kept, so that it can be read.
const MOST_PIECES: usize = 20_000;

/// Landings in one script that are told.
pub const MOST_LANDINGS: usize = 5_000;

struct Entry {
    landing: Landing,
    /// Files where it stands or stood, and whether it was removed there.
    copies: Vec<(String, bool)>,
    branches: Vec<u32>,
}

/// All landings, and the texts of written scripts.
#[derive(Default)]
pub struct Ledger {
    entries: Vec<Entry>,
    index: BTreeMap<(SinkKind, Span, Option<String>), usize>,
    by_path: BTreeMap<String, BTreeSet<usize>>,
    /// More is written to scripts than is kept.
    pub forgetful: bool,
    /// More secrets land than are told.
    pub full: bool,
    /// Scripts that were written: their paths and texts.
    pub scripts: BTreeMap<String, (String, Text)>,
}

/// A path as it is compared: Windows knows no case, and both slashes.
fn compared(path: &str) -> String {
    path.trim().to_lowercase().replace('/', "\\").trim_start_matches(".\\").to_owned()
}

impl Ledger {
    /// A secret lands. The same landing twice is one.
    pub fn land(&mut self, sink: Sink, traces: Traces, branches: &[u32]) {
        if traces.is_empty() {
            return;
        }
        let key = (sink.kind, sink.at, sink.path.clone());
        if let Some(entry) = self.index.get(&key).and_then(|at| self.entries.get_mut(*at)) {
            entry.landing.traces.absorb(&traces);
            return;
        }
        let number = self.entries.len();
        if number >= MOST_LANDINGS {
            self.full = true;
            return;
        }
        self.index.insert(key, number);
        let mut copies = Vec::new();
        if let (SinkKind::File, Some(path)) = (sink.kind, &sink.path) {
            let path = compared(path);
            self.by_path.entry(path.clone()).or_default().insert(number);
            copies.push((path, false));
        }
        self.entries.push(Entry { landing: Landing { sink, traces }, copies, branches: branches.to_vec() });
    }

    /// Remembers a script that is written, so that it is read in its turn.
    pub fn write_script(&mut self, path: &str, text: &Text, append: bool) {
        let script = self.scripts.entry(compared(path)).or_default();
        script.0 = path.to_owned();
        if !append {
            script.1 = Text::default();
        }
        if script.1.pieces.len() + text.pieces.len() < MOST_PIECES {
            script.1.append(text.clone());
            if let Some(at) = super::value::place(text) {
                script.1.append(Text::made("\n", at));
            }
        } else {
            self.forgetful = true;
        }
    }

    /// Secrets that stand in the file.
    pub fn secrets(&self, path: &str) -> Traces {
        let mut all = Traces::none();
        for number in self.by_path.get(&compared(path)).into_iter().flatten() {
            if let Some(entry) = self.entries.get(*number) {
                all.absorb(&entry.landing.traces);
            }
        }
        all
    }

    /// `Copy-Item`, `Move-Item`, `Rename-Item`.
    pub fn copy(&mut self, from: &str, to: &str, moved: bool) {
        let (source, mut target) = (compared(from), compared(to));
        let mut shown = to.to_owned();
        if to.ends_with(['\\', '/']) {
            let name = from.rsplit(['\\', '/']).next().unwrap_or_default();
            shown.push_str(name);
            target.push_str(&compared(name));
        }
        if source == target {
            return;
        }
        if let Some(script) = self.scripts.get(&source).cloned() {
            self.scripts.insert(target.clone(), (shown.clone(), script.1));
        }
        let numbers: Vec<usize> = self.by_path.get(&source).into_iter().flatten().copied().collect();
        for number in numbers {
            let Some(entry) = self.entries.get_mut(number) else { continue };
            if moved {
                entry.copies.iter_mut().filter(|copy| copy.0 == source).for_each(|copy| copy.1 = true);
            }
            if !entry.copies.iter().any(|copy| copy.0 == target) && entry.copies.len() < 8 {
                entry.copies.push((target.clone(), false));
                if let Some(path) = &mut entry.landing.sink.path {
                    path.push_str(if moved { ", then moved to " } else { ", then copied to " });
                    path.push_str(&shown);
                }
            }
            self.by_path.entry(target.clone()).or_default().insert(number);
        }
        if moved {
            self.by_path.remove(&source);
            self.scripts.remove(&source);
        }
    }

    /// `Remove-Item path`: also what stands under it, also with `*`. Gives what it cost.
    pub fn remove(&mut self, path: &str, branches: &[u32]) -> usize {
        let path = compared(path);
        let path = path.trim_end_matches('\\');
        let start = path.split('*').next().unwrap_or(path).to_owned();
        let matches = |candidate: &str| {
            candidate == path
                || candidate.strip_prefix(path).is_some_and(|rest| rest.starts_with('\\'))
                || path.split_once('*').is_some_and(|(before, after)| {
                    let rest = candidate.strip_prefix(before);
                    rest.is_some_and(|rest| rest.ends_with(after.trim_start_matches('*')))
                })
        };
        let mut cost = 1;
        let mut numbers = BTreeSet::new();
        for (candidate, at) in self.by_path.range(start.clone()..) {
            if !candidate.starts_with(&start) {
                break;
            }
            cost += 1 + at.len();
            if matches(candidate) {
                numbers.extend(at.iter().copied());
            }
        }
        for number in numbers {
            // Removed in a branch that may not be taken: it may stay.
            let entry = self.entries.get_mut(number).filter(|entry| entry.branches.starts_with(branches));
            for copy in entry.into_iter().flat_map(|entry| &mut entry.copies) {
                copy.1 |= matches(&copy.0);
            }
        }
        cost
    }

    /// Adds what an inner script found.
    pub fn adopt(&mut self, landings: Vec<Landing>) {
        for landing in landings {
            let number = self.entries.len();
            let key = (landing.sink.kind, landing.sink.at, landing.sink.path.clone());
            if let std::collections::btree_map::Entry::Vacant(entry) = self.index.entry(key) {
                entry.insert(number);
                self.entries.push(Entry { landing, copies: Vec::new(), branches: Vec::new() });
            }
        }
    }

    /// The same, and whether it told and kept all.
    pub fn adopt_all(&mut self, other: Self) {
        self.full |= other.full;
        self.forgetful |= other.forgetful;
        self.adopt(other.landings());
    }

    /// All landings, each with its lifetime.
    pub fn landings(self) -> Vec<Landing> {
        let entries = self.entries.into_iter().map(|entry| {
            let mut landing = entry.landing;
            if !entry.copies.is_empty() && entry.copies.iter().all(|copy| copy.1) {
                landing.sink.lifetime = Lifetime::Removed;
            }
            landing
        });
        entries.collect()
    }
}
