//! Which events a finding stands for, by the hour: enough to know whether one of them was never told, in whatever order
//! they are delivered, and in a size that does not grow with them.

/// Hours that are told apart, the latest; earlier ones are one.
const MOST: usize = 400;
/// Stands for all earlier hours.
const EARLIER: i32 = i32::MIN;
/// Bytes of an hour that is written down.
const WRITTEN: usize = 16;

/// Events of one hour: how many, and a sum that tells them from others, whatever their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Events {
    count: u32,
    sum: u64,
}

impl Events {
    fn join(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// Whether one of these is not among those. What is missing here hides nothing: as many would have to be there instead.
    fn goes_beyond(self, told: Self) -> bool {
        self.count > told.count || (self.count == told.count && self.sum != told.sum)
    }
}

/// Events by the hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// Hours since 1970, in order.
    all: Vec<(i32, Events)>,
}

impl Hours {
    /// Adds an event, by its time in seconds and a number of its own.
    pub fn add(&mut self, time: i64, number: u64) {
        let hour = i32::try_from(time.div_euclid(3_600)).unwrap_or(if time < 0 { EARLIER } else { i32::MAX });
        self.join(hour, Events { count: 1, sum: number });
        self.bound();
    }

    /// Adds others.
    pub fn merge(&mut self, other: Self) {
        if self.all.is_empty() {
            self.all = other.all;
            return;
        }
        other.all.into_iter().for_each(|(hour, events)| self.join(hour, events));
        self.bound();
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether there is an event here that was not told.
    pub fn go_beyond(&self, told: &Self) -> bool {
        let from = self.apart_from().max(told.apart_from());
        let (own, told) = (self.folded(from), told.folded(from));
        own.all.iter().any(|(hour, events)| events.goes_beyond(told.at(*hour)))
    }

    /// What is told after these were told, too: what was seen of an hour stays, though less of it is seen now.
    #[must_use]
    pub fn told_with(&self, told: &Self) -> Self {
        let from = self.apart_from().max(told.apart_from());
        let (own, mut both) = (self.folded(from), told.folded(from));
        for (hour, events) in own.all {
            match both.all.binary_search_by_key(&hour, |(hour, _)| *hour) {
                Ok(at) => {
                    if let Some((_, known)) =
                        both.all.get_mut(at).filter(|(_, known)| events.count >= known.count)
                    {
                        *known = events;
                    }
                }
                Err(at) => both.all.insert(at, (hour, events)),
            }
        }
        both.bound();
        both
    }

    /// Written down, for [`read`](Self::read).
    pub fn written(&self) -> Vec<u8> {
        let each = self.all.iter().flat_map(|(hour, events)| {
            let (hour, count, sum) =
                (hour.to_be_bytes(), events.count.to_be_bytes(), events.sum.to_be_bytes());
            hour.into_iter().chain(count).chain(sum)
        });
        each.collect()
    }

    /// Reads what was written down.
    pub fn read(bytes: &[u8]) -> Self {
        let mut hours = Self::default();
        let (all, _) = bytes.as_chunks::<WRITTEN>();
        for one in all {
            let number = u128::from_be_bytes(*one);
            let hour = ((number >> 96) as u32).cast_signed();
            hours.join(hour, Events { count: (number >> 64) as u32, sum: number as u64 });
        }
        hours.bound();
        hours
    }

    fn join(&mut self, hour: i32, events: Events) {
        match self.all.binary_search_by_key(&hour, |(hour, _)| *hour) {
            Ok(at) => {
                if let Some((_, known)) = self.all.get_mut(at) {
                    known.join(events);
                }
            }
            Err(at) => {
                if self.all.is_empty() {
                    self.all.reserve_exact(1);
                }
                self.all.insert(at, (hour, events));
            }
        }
    }

    /// The hour from which on each is told apart.
    fn apart_from(&self) -> i32 {
        match self.all.as_slice() {
            [(EARLIER, _), (hour, _), ..] => *hour,
            _ => EARLIER,
        }
    }

    /// The same, with all hours before one of them as one.
    fn folded(&self, from: i32) -> Self {
        let mut folded = Self::default();
        for (hour, events) in &self.all {
            folded.join(if *hour < from { EARLIER } else { *hour }, *events);
        }
        folded
    }

    fn at(&self, hour: i32) -> Events {
        let at = self.all.binary_search_by_key(&hour, |(hour, _)| *hour);
        at.ok().and_then(|at| self.all.get(at)).map(|(_, events)| *events).unwrap_or_default()
    }

    fn bound(&mut self) {
        let has_earlier = self.all.first().is_some_and(|(hour, _)| *hour == EARLIER);
        let over = self.all.len().saturating_sub(MOST + usize::from(has_earlier));
        if over > 0 {
            let from = self.all.get(over + usize::from(has_earlier)).map_or(EARLIER, |(hour, _)| *hour);
            *self = self.folded(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A number for an event, as if it were drawn by lot.
    fn number(event: u64) -> u64 {
        event.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17)
    }

    fn of(events: impl IntoIterator<Item = (i64, u64)>) -> Hours {
        let mut hours = Hours::default();
        events.into_iter().for_each(|(hour, event)| hours.add(hour * 3_600 + 7, number(event)));
        hours
    }

    proptest! {
        #[test]
        fn each_event_is_news_once(nights in prop::collection::vec(prop::collection::vec((0..30_i64, 0..40_u64), 0..30), 1..8)) {
            let (mut told, mut delivered) = (Hours::default(), std::collections::BTreeSet::new());
            for (night, late) in nights.into_iter().enumerate() {
                // Each night reads all from an hour on; what was before is over.
                let since = night as i64 * 2;
                let before = delivered.clone();
                delivered.extend(late.into_iter().map(|(hour, event)| (since + hour, event)));
                let seen: Vec<_> = delivered.iter().copied().filter(|(hour, _)| *hour >= since).collect();
                let now = of(seen.iter().copied());
                prop_assert_eq!(now.go_beyond(&told), seen.iter().any(|one| !before.contains(one)));
                told = now.told_with(&told);
                prop_assert!(!now.go_beyond(&told));
                prop_assert_eq!(&Hours::read(&told.written()), &told);
            }
        }

        #[test]
        fn any_order_and_any_split_are_the_same(mut events in prop::collection::vec((-5..900_i64, 0..1_000_u64), 0..1_500), at in 0..1_500_usize) {
            let all = of(events.iter().copied());
            prop_assert!(all.all.len() <= MOST + 1);
            events.reverse();
            let (left, right) = events.split_at(at.min(events.len()));
            let mut both = of(left.iter().copied());
            both.merge(of(right.iter().copied()));
            prop_assert_eq!(both, all);
        }
    }

    #[test]
    fn of_many_hours_the_early_ones_are_one_and_a_late_event_is_news_all_the_same() {
        let long = || (0..1_000_i64).map(|hour| (hour, hour as u64));
        let told = of(long());
        assert!(!of(long()).go_beyond(&told) && !of(long().skip(900)).go_beyond(&told));
        assert!(of(long().chain([(3, 5_000)])).go_beyond(&told));
        assert!(of(long().skip(900).chain([(950, 5_000)])).go_beyond(&told));
        // More hours later: the same early ones lie on the other side of the border.
        let more = || (0..1_100_i64).map(|hour| (hour, hour as u64));
        assert!(of(more()).go_beyond(&told));
        let told = of(more()).told_with(&told);
        assert!(!of(more()).go_beyond(&told) && !of(long()).go_beyond(&told));
    }

    #[test]
    fn what_was_not_delivered_for_a_night_is_no_news() {
        let told = of([(1, 1), (1, 2), (1, 3)]);
        let less = of([(1, 1)]);
        assert!(!less.go_beyond(&told));
        assert!(!of([(1, 1), (1, 2), (1, 3)]).go_beyond(&less.told_with(&told)));
    }

    #[test]
    fn times_that_are_none_cost_nothing() {
        let mut hours = Hours::default();
        [i64::MIN, -1, 0, i64::MAX].iter().for_each(|time| hours.add(*time, 1));
        assert!(hours.all.len() <= 4 && !hours.go_beyond(&hours.clone()));
        assert_eq!(Hours::read(&[1, 2, 3]), Hours::default());
    }
}
