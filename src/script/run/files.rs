//! Files that the script touches, and the landings in them.

use std::collections::{BTreeMap, BTreeSet};

use super::streams::Chunk;
use crate::source::Span;
use crate::value::{Landing, Lifetime, Sink, SinkKind, Traces};

/// Pieces of output kept per file, so that it can be read again.
const MOST_CHUNKS: usize = 20_000;

/// Pieces of output kept of all files.
pub const MOST_KEPT: usize = 500_000;
/// Links that a script makes.
const MOST_LINKS: usize = 1_000;
/// Landings in one script that are told.
pub const MOST_LANDINGS: usize = 5_000;

/// A file that was written.
#[derive(Clone, Default)]
pub struct Written {
    /// Its text.
    pub chunks: Vec<Chunk>,
    /// Its text was carried out as a script, or read by `source`.
    pub carried_out: bool,
}

/// A place where a landing's secret stands now or stood once.
struct Copy {
    path: String,
    removed: bool,
}

struct Entry {
    landing: Landing,
    copies: Vec<Copy>,
    branches: Vec<u32>,
    fixed: bool,
}

/// All files and landings.
#[derive(Default)]
pub struct Files {
    pub written: BTreeMap<String, Written>,
    entries: Vec<Entry>,
    index: BTreeMap<(SinkKind, Span, Option<String>), usize>,
    by_path: BTreeMap<String, BTreeSet<usize>>,
    /// The last written path of each file name: how a script calls another one.
    by_name: BTreeMap<String, String>,
    /// Directories that a tmpfs was mounted on.
    pub memory: Vec<String>,
    /// Pieces of all files that are kept.
    pub kept: usize,
    /// More is written than is kept.
    pub forgetful: bool,
    /// More secrets land than are told.
    pub full: bool,
    /// `ln -s target link`: where a path leads.
    links: BTreeMap<String, String>,
}

impl Files {
    /// `ln -s target link`
    pub fn link(&mut self, target: &str, link: &str) {
        if self.links.len() >= MOST_LINKS {
            self.forgetful = true;
        } else if target != link {
            self.links.insert(link.to_owned(), target.to_owned());
        }
    }

    /// The file that a path leads to.
    pub fn led(&self, path: &str) -> Option<String> {
        let mut led = None;
        for _ in 0..4 {
            let here: &str = led.as_deref().unwrap_or(path);
            let folders = here.match_indices('/').map(|(at, _)| at).chain([here.len()]).take(64);
            let next = folders.filter(|at| *at > 0).find_map(|at| {
                let target = self.links.get(here.get(..at)?)?;
                Some(format!("{target}{}", here.get(at..)?))
            });
            match next {
                Some(next) => led = Some(next),
                None => break,
            }
        }
        led
    }

    /// Remembers what was written, for later readers of the file.
    pub fn write(&mut self, path: &str, chunk: Chunk) {
        if !self.written.contains_key(path) {
            let name = path.rsplit('/').next().unwrap_or(path);
            self.by_name.insert(name.to_owned(), path.to_owned());
        }
        let file = self.written.entry(path.to_owned()).or_default();
        if file.chunks.len() < MOST_CHUNKS && self.kept < MOST_KEPT {
            self.kept += 1 + chunk.text.pieces.len();
            file.chunks.push(chunk);
        } else {
            self.forgetful = true;
        }
    }

    /// Empties the file: `>`.
    pub fn truncate(&mut self, path: &str) {
        if let Some(file) = self.written.get_mut(path) {
            file.chunks.clear();
        }
    }

    /// A secret lands. The same landing twice is one.
    pub fn land(&mut self, sink: Sink, traces: Traces, branches: &[u32], fixed: bool) {
        if traces.is_empty() {
            return;
        }
        let logged = sink.kind == SinkKind::Log;
        let key = (sink.kind, sink.at, if logged { None } else { sink.path.clone() });
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
        let copies = match &sink.path {
            Some(path) if sink.kind == SinkKind::File => {
                self.by_path.entry(path.clone()).or_default().insert(number);
                vec![Copy { path: path.clone(), removed: false }]
            }
            _ => Vec::new(),
        };
        self.entries.push(Entry {
            landing: Landing { sink, traces },
            copies,
            branches: branches.to_vec(),
            fixed,
        });
    }

    /// How many landings there are.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// The path of a written file with this name.
    pub fn named(&self, name: &str) -> Option<&String> {
        self.by_name.get(name)
    }

    /// `mv a b` and `cp a b`: the secrets of `a` are in `b` then.
    pub fn copy(&mut self, from: &str, to: &str, moved: bool) {
        if from == to {
            return;
        }
        if let Some(file) = self.written.get(from).cloned() {
            let name = to.rsplit('/').next().unwrap_or(to);
            self.by_name.insert(name.to_owned(), to.to_owned());
            self.written.insert(to.to_owned(), file);
        }
        let numbers: Vec<usize> = self.by_path.get(from).into_iter().flatten().copied().collect();
        for number in numbers {
            let Some(entry) = self.entries.get_mut(number) else { continue };
            if moved {
                entry.copies.iter_mut().filter(|copy| copy.path == from).for_each(|copy| copy.removed = true);
            }
            if !entry.copies.iter().any(|copy| copy.path == to) && entry.copies.len() < 8 {
                entry.copies.push(Copy { path: to.to_owned(), removed: false });
                if let Some(path) = &mut entry.landing.sink.path {
                    path.push_str(if moved { ", then moved to " } else { ", then copied to " });
                    path.push_str(to);
                }
            }
            self.by_path.entry(to.to_owned()).or_default().insert(number);
        }
        if moved {
            self.by_path.remove(from);
            self.written.remove(from);
        }
    }

    /// `rm path`: also what stands under it, also with `*`.
    ///
    /// Only the first so many landings. Gives the number of files that were looked at, which is the cost.
    pub fn remove(&mut self, path: &str, branches: &[u32], landings: usize) -> usize {
        let matches = |candidate: &str| {
            candidate == path
                || candidate
                    .strip_prefix(path.trim_end_matches('/'))
                    .is_some_and(|rest| rest.starts_with('/'))
                || path.contains('*') && glob(path.as_bytes(), candidate.as_bytes())
        };
        let prefix = path.split('*').next().unwrap_or(path).trim_end_matches('/').to_owned();
        let mut looked_at = 1;
        let mut numbers = BTreeSet::new();
        for (candidate, at) in self.by_path.range(prefix.clone()..) {
            if !candidate.starts_with(&prefix) {
                break;
            }
            looked_at += 1;
            if matches(candidate) {
                numbers.extend(at.iter().copied().filter(|number| *number < landings));
            }
        }
        for number in numbers {
            // Removed in a branch that may not be taken: it may stay.
            if let Some(entry) =
                self.entries.get_mut(number).filter(|entry| entry.branches.starts_with(branches))
            {
                entry
                    .copies
                    .iter_mut()
                    .filter(|copy| matches(&copy.path))
                    .for_each(|copy| copy.removed = true);
            }
        }
        looked_at
    }

    /// Secrets that stand in the file.
    pub fn secrets(&self, path: &str) -> Traces {
        let mut all = Traces::none();
        for number in self.by_path.get(path).into_iter().flatten() {
            if let Some(entry) = self.entries.get(*number) {
                all.absorb(&entry.landing.traces);
            }
        }
        all
    }

    /// Adds what an inner script found.
    pub fn adopt(&mut self, landings: Vec<Landing>) {
        for landing in landings {
            self.land(landing.sink, landing.traces, &[], true);
        }
    }

    /// All landings, each with its lifetime.
    pub fn landings(self) -> Vec<Landing> {
        let memory = self.memory;
        self.entries
            .into_iter()
            .map(|entry| {
                let mut landing = entry.landing;
                if !entry.fixed && !entry.copies.is_empty() {
                    landing.sink.lifetime = lifetime(&entry.copies, &memory);
                }
                landing
            })
            .collect()
    }
}

fn lifetime(copies: &[Copy], memory: &[String]) -> Lifetime {
    let mut left = copies.iter().filter(|copy| !copy.removed).peekable();
    if left.peek().is_none() {
        return Lifetime::Removed;
    }
    if left.all(|copy| in_memory(&copy.path, memory)) { Lifetime::Memory } else { Lifetime::Durable }
}

/// Directories that a reboot empties because they are memory.
pub fn in_memory(path: &str, mounts: &[String]) -> bool {
    let built_in = ["/dev/shm", "/run", "/var/run", "/proc", "/sys", "${XDG_RUNTIME_DIR}"];
    built_in.iter().copied().chain(mounts.iter().map(String::as_str)).any(|directory| {
        path.strip_prefix(directory.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
    })
}

/// `*` only, never over `/`.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p).is_some() && pattern.get(p) == text.get(t) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((at, from)) = star {
            if text.get(from) == Some(&b'/') {
                return false;
            }
            star = Some((at, from + 1));
            (p, t) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}
