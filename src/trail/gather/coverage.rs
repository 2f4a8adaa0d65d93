//! What the logs cover: which accounts, Regions and days, and which they do not.

use std::collections::{BTreeMap, BTreeSet};

use super::few::Few;

/// One day of one Region of one account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Days since 1970.
    pub day: i64,
}

/// What was seen at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Events as they were delivered.
    pub delivered: u64,
    /// Events, each counted once.
    pub events: u64,
    /// Events that were not asked for: another time, account or Region.
    pub left_out: u64,
    /// Events without a time that can be read; they are judged by rules, and in no order.
    pub timeless: u64,
    /// Events of roles' sessions.
    pub of_roles: u64,
    /// Events of data: objects, functions, secrets. None: most likely they are not logged.
    pub data_events: u64,
    /// Events by day.
    pub days: BTreeMap<Day, u64>,
    /// Files of digests, which are no events.
    pub digests: u64,
    /// Insights, which are no events.
    pub insights: u64,
    /// The time of the first event.
    pub first: Option<i64>,
    /// The time of the last one.
    pub last: Option<i64>,
}

impl Coverage {
    /// Adds what another worker saw.
    pub fn merge(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.events += other.events;
        self.left_out += other.left_out;
        self.timeless += other.timeless;
        self.of_roles += other.of_roles;
        self.data_events += other.data_events;
        for (day, events) in other.days {
            *self.days.entry(day).or_default() += events;
        }
        self.digests += other.digests;
        self.insights += other.insights;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }

    /// Accounts, in order.
    pub fn accounts(&self) -> Few {
        let mut all = Few::default();
        self.days.keys().for_each(|day| all.add(day.account.clone()));
        all
    }

    /// Regions, in order.
    pub fn regions(&self) -> Few {
        let mut all = Few::default();
        self.days.keys().for_each(|day| all.add(day.region.clone()));
        all
    }

    /// Days with events of any account and Region.
    pub fn seen_days(&self) -> BTreeSet<i64> {
        self.days.keys().map(|day| day.day).collect()
    }

    /// Runs of days between the first and the last one without any event: `(first, last)`.
    pub fn unseen_days(&self) -> Vec<(i64, i64)> {
        let seen: Vec<i64> = self.seen_days().into_iter().collect();
        let gaps = seen.windows(2).filter_map(|pair| match pair {
            [before, after] if after - before > 1 => Some((before + 1, after - 1)),
            _ => None,
        });
        gaps.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_nobody_saw_are_told() {
        let mut coverage = Coverage::default();
        for day in [3, 4, 8, 10] {
            let at = Day { account: "123456789012".into(), region: "us-east-1".into(), day };
            coverage.days.insert(at, 1);
        }
        assert_eq!(coverage.unseen_days(), [(5, 7), (9, 9)]);
    }
}
