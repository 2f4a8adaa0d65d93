//! Events that meet rules. One finding stands for all events of a session that meet a rule, so what is kept of them
//! is how many there are, the first few and the last one: no more for a million events than for ten.

use super::at::At;
use super::few::Few;
use super::tally::Mark;
use crate::finding::Hours;

/// Events that are named: the earliest.
pub const MOST_NAMED: usize = 5;

/// An event that meets a rule. Ordered by time, then by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The event.
    pub at: Mark,
    /// The rule's message, filled from the event; `None` where the rule has none.
    pub message: Option<String>,
}

/// All events of one credential that meet one rule, in whatever order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// How many, each counted once.
    pub events: u64,
    /// The earliest, in order.
    pub first: Vec<Hit>,
    /// The last one.
    pub last: Option<At>,
    /// Their calls: `CreateAccessKey`.
    pub calls: Few,
    /// All of them, by the hour: a number of each one's own.
    pub hours: Hours,
}

impl Hits {
    /// Adds an event that has a number of its own. `hit` is asked only where it is among the first.
    pub(super) fn add(&mut self, at: At, number: u64, hit: impl FnOnce() -> Hit) {
        self.events += 1;
        self.last = self.last.max(Some(at));
        self.hours.add(at.time, number);
        let is_late = |last: &Hit| last.at.time < at.time;
        if self.first.len() < MOST_NAMED || !self.first.last().is_some_and(is_late) {
            self.name(hit());
        }
    }

    /// Adds what another worker saw, or what another credential of the session did.
    pub fn merge(&mut self, other: Self) {
        self.events += other.events;
        self.last = self.last.max(other.last);
        other.first.into_iter().for_each(|hit| self.name(hit));
        self.calls.merge(other.calls);
        self.hours.merge(other.hours);
    }

    fn name(&mut self, hit: Hit) {
        let (Ok(place) | Err(place)) = self.first.binary_search(&hit);
        if self.first.is_empty() {
            self.first.reserve_exact(1);
        }
        self.first.insert(place, hit);
        self.first.truncate(MOST_NAMED);
    }
}

#[cfg(test)]
mod tests {
    use super::super::at::uuid;
    use super::*;

    fn hits(times: impl Iterator<Item = i64>) -> Hits {
        let mut hits = Hits::default();
        for time in times {
            let id = format!("event-{:03}", time % 37);
            let at = At { time, id: uuid(id.as_bytes()), file: 0, offset: 0 };
            let mark = Mark { time, id, file: 0, offset: 0 };
            hits.add(at, time.cast_unsigned(), || Hit { at: mark, message: Some(format!("at {time}")) });
        }
        hits
    }

    #[test]
    fn any_order_and_any_split_keep_the_same() {
        let up = hits(0..500);
        assert_eq!((up.events, up.first.len()), (500, MOST_NAMED));
        assert_eq!(up.last.map(|at| at.time), Some(499));
        assert_eq!(up, hits((0..500).rev()));
        let mut both = hits((0..500).filter(|time| time % 3 == 0));
        both.merge(hits((0..500).rev().filter(|time| time % 3 != 0)));
        assert_eq!(up, both);
    }
}
