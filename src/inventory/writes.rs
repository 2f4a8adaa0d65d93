//! Writes of parameters as CloudTrail tells of them: who rotated a key, beside what list and store say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::day::Day;

/// Writes of one parameter that are kept; the earliest ones go first.
const MOST: usize = 1_000;
/// CloudTrail's time of a write and the store's own are seconds apart.
const SLACK: SignedDuration = SignedDuration::from_mins(2);
/// A longer name of somebody is cut.
const MOST_NAME: usize = 300;

/// Who wrote a parameter last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Writer {
    /// No trail is at hand, or it does not reach that day.
    #[default]
    Unknown,
    /// Somebody, by the ARN.
    Known(String),
    /// The trail reaches that day, and does not tell of the write.
    Unseen,
}

/// What a trail tells of the parameters of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writes {
    names: BTreeSet<String>,
    /// When, and who; by name.
    known: BTreeMap<String, BTreeSet<(Timestamp, String)>>,
    /// The first and the last moment that the trail tells of.
    reach: Option<(Timestamp, Timestamp)>,
}

impl Writes {
    /// Nothing yet, of these parameters.
    pub fn of(names: BTreeSet<String>) -> Self {
        Self { names, ..Self::default() }
    }

    /// An event of any kind: the trail reaches so far.
    pub fn reaches(&mut self, at: Timestamp) {
        let (first, last) = self.reach.unwrap_or((at, at));
        self.reach = Some((first.min(at), last.max(at)));
    }

    /// A write that worked.
    pub fn add(&mut self, name: &str, at: Timestamp, by: &str) {
        if !self.names.contains(name) {
            return;
        }
        let known = self.known.entry(name.to_owned()).or_default();
        known.insert((at, by.chars().take(MOST_NAME).collect()));
        if known.len() > MOST {
            known.pop_first();
        }
    }

    /// What another part of the same trail tells, too.
    pub fn merge(&mut self, other: Self) {
        if let Some((first, last)) = other.reach {
            self.reaches(first);
            self.reaches(last);
        }
        for (name, writes) in other.known {
            writes.iter().for_each(|(at, by)| self.add(&name, *at, by));
        }
    }

    /// Who wrote a parameter when the store says that it was written last.
    pub(super) fn writer(&self, name: &str, written: Timestamp) -> Writer {
        let near = |at: &Timestamp| at.duration_since(written).abs() <= SLACK;
        let of_name = || self.known.get(name).into_iter().flatten();
        if let Some((_, by)) = of_name().rev().find(|(at, _)| near(at)) {
            return Writer::Known(by.clone());
        }
        match self.reach {
            Some((first, last)) if first <= written && written <= last => Writer::Unseen,
            _ => Writer::Unknown,
        }
    }

    /// How many writes of a parameter the trail tells of since a day, where it tells of that day.
    pub(super) fn since(&self, name: &str, day: Day) -> Option<usize> {
        let (first, _) = self.reach?;
        if Day::of(first) > day {
            return None;
        }
        Some(self.known.get(name).into_iter().flatten().filter(|(at, _)| Day::of(*at) > day).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "/paperclip-app/anthropic/api-key";
    const JARED: &str = "arn:aws:iam::123456789012:user/jared";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn writes() -> Writes {
        let mut all = Writes::of([NAME.to_owned()].into());
        all.reaches(at("2026-03-20T00:00:00Z"));
        all.reaches(at("2026-05-10T00:00:00Z"));
        all.add(NAME, at("2026-03-28T10:00:00Z"), JARED);
        all.add(NAME, at("2026-05-02T11:00:01Z"), "arn:aws:sts::123456789012:assumed-role/agent/claude");
        all.add("/other", at("2026-05-02T11:00:01Z"), JARED);
        all
    }

    #[test]
    fn the_writer_is_who_wrote_at_that_moment() {
        let all = writes();
        let agent = Writer::Known("arn:aws:sts::123456789012:assumed-role/agent/claude".into());
        assert_eq!(all.writer(NAME, at("2026-05-02T11:00:00Z")), agent);
        assert_eq!(all.writer(NAME, at("2026-03-28T10:00:30Z")), Writer::Known(JARED.into()));
        // Within its reach, and nobody; before and after it, nobody knows.
        assert_eq!(all.writer(NAME, at("2026-04-02T11:00:00Z")), Writer::Unseen);
        assert_eq!(all.writer(NAME, at("2026-01-02T11:00:00Z")), Writer::Unknown);
        assert_eq!(all.writer("/other", at("2026-06-02T11:00:01Z")), Writer::Unknown);
    }

    #[test]
    fn writes_since_the_listed_day_are_counted_where_the_trail_reaches_it() {
        let day = |text: &str| Day::of(at(text));
        let mut all = Writes::of([NAME.to_owned()].into());
        all.merge(writes());
        assert_eq!(all.since(NAME, day("2026-03-28T00:00:00Z")), Some(1));
        assert_eq!(all.since(NAME, day("2026-03-20T00:00:00Z")), Some(2));
        assert_eq!(all.since(NAME, day("2026-03-01T00:00:00Z")), None);
        assert_eq!(all.since("/other", day("2026-03-28T00:00:00Z")), Some(0));
    }
}
