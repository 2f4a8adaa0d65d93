//! `[[accept-gap]]` in `secretrail.toml`: what may stay unread. It is told all the same, with the reason.

use std::collections::BTreeSet;
use std::ops::Range;

use super::notice::{Notice, State};
use super::{By, Glob, is_over};
use crate::day::Day;
use crate::finding::Finding;
use crate::reading::Gap;
use crate::source::open::joined;
use crate::source::{SourceId, Sources, Span};

/// What a notice calls such an entry, where an ignore names its rule.
const CALLED: &str = "a gap";

/// A gap that the team accepts: all that it names must be as it says.
#[derive(Debug, Clone)]
pub struct GapEntry {
    /// Where: a glob of paths.
    pub path: Option<Glob>,
    /// What could not be read: `module.vpc`.
    pub name: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Day>,
    /// Where it stands in the settings file.
    pub range: Range<usize>,
}

impl GapEntry {
    fn covers(&self, gap: &Gap, path: &str) -> bool {
        self.path.as_ref().is_none_or(|glob| glob.matches(path))
            && self.name.as_ref().is_none_or(|name| *name == gap.name)
    }
}

/// A gap that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedGap {
    /// The gap.
    pub gap: Gap,
    /// Why, in the words of who decided.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Day>,
}

/// Gaps after the settings were asked.
#[derive(Debug, Default)]
pub struct AskedGaps {
    /// Those that count.
    pub open: Vec<Gap>,
    /// Those that are accepted.
    pub accepted: Vec<AcceptedGap>,
    /// What is wrong with entries.
    pub notices: Vec<Finding>,
}

/// Parts gaps into those that count and those that are accepted, and says what is wrong with the entries.
pub(super) fn part(
    gaps: Vec<Gap>,
    entries: &[GapEntry],
    sources: &Sources,
    (settings, prefix): (Option<SourceId>, &str),
    today: Day,
) -> (Vec<Gap>, Vec<AcceptedGap>, Vec<Notice>) {
    let (mut open, mut accepted) = (Vec::new(), Vec::new());
    let mut used = BTreeSet::new();
    for gap in gaps {
        let path = joined(prefix, &sources.name(gap.at.source));
        let mut by = None;
        for (number, entry) in entries.iter().enumerate() {
            if !is_over(entry.until, today) && entry.covers(&gap, &path) {
                used.insert(number);
                by = by.or(Some(entry));
            }
        }
        match by {
            Some(entry) => {
                let (reason, until) = (entry.reason.clone(), entry.until);
                accepted.push(AcceptedGap { gap, reason, until });
            }
            None => open.push(gap),
        }
    }
    let mut notices = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let state = match entry.until {
            Some(day) if is_over(entry.until, today) => State::Expired(day),
            _ if used.contains(&number) => continue,
            _ => State::Unused,
        };
        let at = settings.map(|source| Span::new(source, entry.range.start, entry.range.end));
        let notice = |at| Notice { at, by: By::Settings, rule: CALLED.to_owned(), state };
        notices.extend(at.map(notice));
    }
    (open, accepted, notices)
}
