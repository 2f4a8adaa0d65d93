//! Which events a finding stands for, by the hour: enough to know whether one of them was never told, in whatever order
//! they are delivered and whatever stretch of time was read, and in a size that does not grow with them.

/// Hours that are told apart, the latest; earlier ones are one.
const MOST: usize = 400;
/// Events of an hour that are known one by one. Of an hour with more there are a number and a sum: then an event is no
/// news in a night that reads less of the hour than was told.
const MOST_OF_HOUR: usize = 256;
/// Events that are known one by one, the latest hours' (those of a full hour count as [`MOST_OF_HOUR`]).
const MOST_KNOWN: usize = 2_048;
/// Stands for all earlier hours.
const EARLIER: i32 = i32::MIN;
/// Bytes of an hour that an older version wrote down: the hour, a number and a sum.
const OLDER: usize = 16;
/// Stands for a number of events that are not known one by one.
const COUNTED: u16 = u16::MAX;

/// Events of one hour.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Events {
    /// Their numbers, in order. Two events of one number stand there twice.
    Known(Vec<u64>),
    /// How many, and a sum that tells them from others; none in what an older version wrote.
    Counted(u32, Option<u64>),
}

impl Default for Events {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl Events {
    fn count(&self) -> u32 {
        match self {
            Self::Known(all) => u32::try_from(all.len()).unwrap_or(u32::MAX),
            Self::Counted(count, _) => *count,
        }
    }

    fn sum(&self) -> Option<u64> {
        match self {
            Self::Known(all) => Some(all.iter().fold(0, |sum: u64, one| sum.wrapping_add(*one))),
            Self::Counted(_, sum) => *sum,
        }
    }

    fn counted(&self) -> Self {
        Self::Counted(self.count(), self.sum())
    }

    /// What it takes of [`MOST_KNOWN`]. It only grows, so that the order of events changes nothing.
    fn weight(&self) -> usize {
        usize::try_from(self.count()).map_or(MOST_OF_HOUR, |count| count.min(MOST_OF_HOUR))
    }

    fn join(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Known(own), Self::Known(other)) if own.len() + other.len() <= MOST_OF_HOUR => {
                if own.is_empty() {
                    *own = other;
                    return;
                }
                for number in other {
                    let at = own.partition_point(|known| *known < number);
                    own.insert(at, number);
                }
            }
            (_, other) => {
                let sum = self.sum().zip(other.sum()).map(|(own, other)| own.wrapping_add(other));
                *self = Self::Counted(self.count().saturating_add(other.count()), sum);
            }
        }
    }

    /// Whether one of these is not among those.
    fn goes_beyond(&self, told: &Self) -> bool {
        if let (Self::Known(own), Self::Known(told)) = (self, told) {
            return both(own, told).len() > told.len();
        }
        // What is missing here hides nothing: as many would have to be there instead.
        let differ = || self.sum().zip(told.sum()).is_some_and(|(own, told)| own != told);
        self.count() > told.count() || (self.count() == told.count() && differ())
    }

    /// What is told after those were told, too.
    fn told_with(self, told: Self) -> Self {
        match (&self, &told) {
            (Self::Known(own), Self::Known(known)) => {
                let both = both(own, known);
                let is_small = both.len() <= MOST_OF_HOUR;
                let both = Self::Known(both);
                if is_small { both } else { both.counted() }
            }
            (Self::Counted(..), Self::Known(_)) if self.counted() == told.counted() => told,
            _ if self.count() >= told.count() => self,
            _ => told,
        }
    }
}

/// What is in one of two ordered lists; what stands twice in one of them stands twice in it.
fn both(left: &[u64], right: &[u64]) -> Vec<u64> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let mut all = Vec::with_capacity(left.len().max(right.len()));
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(one), Some(other)) if one == other => {
                right.next();
                left.next()
            }
            (Some(one), Some(other)) if one > other => right.next(),
            (Some(_), _) => left.next(),
            (None, _) => right.next(),
        };
        match next {
            Some(number) => all.push(*number),
            None => return all,
        }
    }
}

/// Events by the hour.
#[derive(Debug, Clone, Default)]
pub struct Hours {
    /// Hours since 1970, in order.
    all: Vec<(i32, Events)>,
    /// Earlier hours than this one are counted.
    known_from: i32,
    /// What those from there on take of [`MOST_KNOWN`].
    weight: usize,
}

impl PartialEq for Hours {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Hours {}

impl Hours {
    /// Adds an event, by its time in seconds and a number of its own.
    pub fn add(&mut self, time: i64, number: u64) {
        let hour = i32::try_from(time.div_euclid(3_600)).unwrap_or(if time < 0 { EARLIER } else { i32::MAX });
        let is_known = hour >= self.known_from;
        let place = self.all.binary_search_by_key(&hour, |(hour, _)| *hour);
        let known = place.ok().and_then(|at| self.all.get_mut(at)).map(|(_, events)| events);
        match known {
            Some(Events::Known(own)) if is_known && own.len() < MOST_OF_HOUR => {
                let at = own.partition_point(|known| *known < number);
                own.insert(at, number);
                self.weight += 1;
                self.count_early_ones();
            }
            None if is_known => self.join(hour, Events::Known(vec![number])),
            _ => self.join(hour, Events::Counted(1, Some(number))),
        }
        self.bound();
    }

    /// Adds others.
    pub fn merge(&mut self, other: Self) {
        if self.all.is_empty() {
            *self = other;
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
        let none = Events::default();
        own.all.iter().any(|(hour, events)| events.goes_beyond(told.at(*hour).unwrap_or(&none)))
    }

    /// What is told after these were told, too: what was seen of an hour stays, though less of it is seen now.
    #[must_use]
    pub fn told_with(&self, told: &Self) -> Self {
        let from = self.apart_from().max(told.apart_from());
        let (own, told) = (self.folded(from), told.folded(from));
        let mut both = Self::default();
        for (hour, known) in &told.all {
            let seen = own.at(*hour).cloned().unwrap_or_default();
            both.join(*hour, seen.told_with(known.clone()));
        }
        let others = own.all.into_iter().filter(|(hour, _)| told.at(*hour).is_none());
        others.for_each(|(hour, events)| both.join(hour, events));
        both.bound();
        both
    }

    /// Written down, for [`read`](Self::read): eight bytes an event that is known, 19 an hour that is counted.
    pub fn written(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (hour, events) in &self.all {
            bytes.extend(hour.to_be_bytes());
            match events {
                Events::Known(all) => {
                    bytes.extend(u16::try_from(all.len()).unwrap_or_default().to_be_bytes());
                    bytes.extend(all.iter().flat_map(|one| one.to_be_bytes()));
                }
                Events::Counted(count, sum) => {
                    bytes.extend(COUNTED.to_be_bytes());
                    bytes.extend(count.to_be_bytes());
                    bytes.push(u8::from(sum.is_some()));
                    bytes.extend(sum.unwrap_or_default().to_be_bytes());
                }
            }
        }
        bytes
    }

    /// Reads what was written down. What is cut ends it.
    pub fn read(mut bytes: &[u8]) -> Self {
        let mut hours = Self::default();
        // More are never written.
        for _ in 0..=2 * MOST {
            let Some((hour, events)) = read_one(&mut bytes) else { break };
            hours.join(hour, events);
        }
        hours.bound();
        hours
    }

    /// Reads what an older version wrote down: how many, and sums of other numbers than today's.
    pub fn read_older(bytes: &[u8]) -> Self {
        let mut hours = Self::default();
        let (all, _) = bytes.as_chunks::<OLDER>();
        for one in all {
            let number = u128::from_be_bytes(*one);
            hours.join(((number >> 96) as u32).cast_signed(), Events::Counted((number >> 64) as u32, None));
        }
        hours.bound();
        hours
    }

    fn join(&mut self, hour: i32, events: Events) {
        let is_known = hour >= self.known_from;
        let events = if is_known { events } else { events.counted() };
        let (before, after) = match self.all.binary_search_by_key(&hour, |(hour, _)| *hour) {
            Ok(at) => {
                let Some((_, known)) = self.all.get_mut(at) else { return };
                let before = known.weight();
                known.join(events);
                (before, known.weight())
            }
            Err(at) => {
                if self.all.is_empty() {
                    self.all.reserve_exact(1);
                }
                let weight = events.weight();
                self.all.insert(at, (hour, events));
                (0, weight)
            }
        };
        if is_known {
            self.weight += after - before.min(after);
            self.count_early_ones();
        }
    }

    /// Of too many known events those of the earliest hours are counted.
    fn count_early_ones(&mut self) {
        while self.weight > MOST_KNOWN {
            let first = self.all.partition_point(|(hour, _)| *hour < self.known_from);
            let Some((hour, events)) = self.all.get_mut(first) else { return };
            self.weight -= events.weight().min(self.weight);
            *events = events.counted();
            self.known_from = hour.saturating_add(1);
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
            folded.join(if *hour < from { EARLIER } else { *hour }, events.clone());
        }
        folded
    }

    fn at(&self, hour: i32) -> Option<&Events> {
        let at = self.all.binary_search_by_key(&hour, |(hour, _)| *hour).ok()?;
        self.all.get(at).map(|(_, events)| events)
    }

    fn bound(&mut self) {
        let has_earlier = self.all.first().is_some_and(|(hour, _)| *hour == EARLIER);
        let over = self.all.len().saturating_sub(MOST + usize::from(has_earlier));
        if over == 0 {
            return;
        }
        let mut earlier = Events::Counted(0, Some(0));
        for (hour, events) in self.all.drain(..over + usize::from(has_earlier)) {
            if hour >= self.known_from {
                self.weight -= events.weight().min(self.weight);
            }
            earlier.join(events);
        }
        self.all.insert(0, (EARLIER, earlier));
    }
}

/// One hour of what was written down.
fn read_one(bytes: &mut &[u8]) -> Option<(i32, Events)> {
    fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
        let (first, rest) = bytes.split_first_chunk::<N>()?;
        *bytes = rest;
        Some(*first)
    }
    let hour = i32::from_be_bytes(take(bytes)?);
    let known = u16::from_be_bytes(take(bytes)?);
    if known == COUNTED {
        let (count, has_sum) = (u32::from_be_bytes(take(bytes)?), take::<1>(bytes)? != [0]);
        let sum = u64::from_be_bytes(take(bytes)?);
        return Some((hour, Events::Counted(count, has_sum.then_some(sum))));
    }
    let mut events = Events::default();
    for _ in 0..known {
        events.join(Events::Known(vec![u64::from_be_bytes(take(bytes)?)]));
    }
    Some((hour, events))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn news_is_what_was_never_seen(nights in prop::collection::vec((prop::collection::vec((0..30_i64, 0..40_u64), 0..30), 0..5_u64, 0..9_i64), 1..9)) {
            let (mut told, mut seen, mut delivered) = (Hours::default(), BTreeSet::new(), BTreeSet::new());
            for (night, (late, gone, since)) in nights.into_iter().enumerate() {
                // Each night another stretch of time is read, and some logs are not there.
                let since = (night as i64 * 2 - since).max(0);
                delivered.extend(late.into_iter().map(|(hour, event)| (since + hour, event)));
                let is_there = |(hour, event): &(i64, u64)| *hour >= since && (gone == 0 || event % 5 != gone);
                let now: BTreeSet<(i64, u64)> = delivered.iter().copied().filter(is_there).collect();
                let hours = of(now.iter().copied());
                prop_assert_eq!(hours.go_beyond(&told), !now.is_subset(&seen));
                told = hours.told_with(&told);
                seen.extend(now);
                prop_assert!(!hours.go_beyond(&told));
                prop_assert_eq!(&told, &of(seen.iter().copied()));
                prop_assert_eq!(&Hours::read(&told.written()), &told);
            }
        }

        #[test]
        fn any_order_and_any_split_are_the_same(
            mut events in prop::collection::vec((-5..900_i64, 0..1_000_u64), 0..1_500),
            full in prop::collection::vec((0..12_i64, 0..1_000_u64), 0..4_000),
            at in 0..4_000_usize,
        ) {
            events.extend(full);
            let all = of(events.iter().copied());
            prop_assert!(all.all.len() <= MOST + 1);
            let known = all.all.iter().map(|(_, events)| if let Events::Known(all) = events { all.len() } else { 0 });
            prop_assert!(known.sum::<usize>() <= MOST_KNOWN);
            events.reverse();
            let (left, right) = events.split_at(at.min(events.len()));
            let mut both = of(left.iter().copied());
            both.merge(of(right.iter().copied()));
            prop_assert_eq!(&both, &all);
            prop_assert_eq!(&Hours::read(&all.written()), &all);
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
    fn full_hours_are_counted_and_a_late_event_is_news_all_the_same() {
        // The first two hours are beyond what is known one by one, the last one is full.
        let many = || {
            (0..11_i64)
                .flat_map(|hour| (0..if hour < 10 { 200 } else { 300 }).map(move |event| (hour, event)))
        };
        let told = of(many());
        let is_known = |hour| matches!(told.at(hour), Some(Events::Known(_)));
        assert_eq!((is_known(0), is_known(5), is_known(10)), (false, true, false));
        let later = Hours::read(&told.written());
        for hour in [0, 5, 10] {
            let mut late = of(many());
            late.add(hour * 3_600, number(9_999));
            assert!(!of(many()).go_beyond(&later) && late.go_beyond(&later), "{hour}");
            let both = late.told_with(&later);
            assert!(!late.go_beyond(&both) && !of(many()).go_beyond(&both), "{hour}");
            // As many as were told, with another one among them.
            let mut other = of(many().filter(|one| *one != (hour, 7)));
            other.add(hour * 3_600, number(9_999));
            assert!(other.go_beyond(&later), "{hour}");
        }
    }

    #[test]
    fn two_events_of_one_number_are_two() {
        let (one, two) = (of([(1, 1)]), of([(1, 1), (1, 1)]));
        assert!(two.go_beyond(&one) && !one.go_beyond(&two));
        assert_eq!(one.told_with(&two), two);
        assert!(!two.go_beyond(&two.told_with(&one)));
    }

    #[test]
    fn of_what_an_older_version_wrote_the_number_counts() {
        let older = [7_u32.to_be_bytes(), 2_u32.to_be_bytes(), [9; 4], [9; 4]].concat();
        let told = Hours::read_older(&older);
        assert!(!of([(7, 1), (7, 2)]).go_beyond(&told) && of([(7, 1), (7, 2), (7, 3)]).go_beyond(&told));
        let both = of([(7, 1), (7, 2)]).told_with(&told);
        assert!(of([(7, 3)]).go_beyond(&both));
        assert_eq!(Hours::read(&told.written()), told);
    }

    #[test]
    fn times_that_are_none_cost_nothing() {
        let mut hours = Hours::default();
        [i64::MIN, -1, 0, i64::MAX].iter().for_each(|time| hours.add(*time, 1));
        assert!(hours.all.len() <= 4 && !hours.go_beyond(&hours.clone()));
        for cut in [&[1, 2, 3][..], &[0, 0, 0, 7, 0, 9, 1], &[0, 0, 0, 7, 0xff, 0xff, 1]] {
            assert_eq!(Hours::read(cut), Hours::default());
        }
        assert_eq!(Hours::read_older(&[1, 2, 3]), Hours::default());
    }
}
