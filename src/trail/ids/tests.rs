//! Ids are told apart, in any order, wherever they lie.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

/// A shelf in memory, with room for some ids.
struct Board {
    all: Vec<u128>,
    room: usize,
}

impl Shelf for Board {
    fn put(&mut self, ids: &mut dyn Iterator<Item = u128>) -> Option<Run> {
        let start = self.all.len();
        self.all.extend(ids);
        if self.all.len() > self.room {
            self.all.truncate(start);
            return None;
        }
        Some(Run { start: start as u64, count: (self.all.len() - start) as u64 })
    }

    fn find(&mut self, run: Run, upper: u64) -> Option<Option<u128>> {
        let (start, end) = (run.start as usize, (run.start + run.count) as usize);
        let run = self.all.get(start..end)?;
        let at = run.binary_search_by_key(&upper, |id| (*id >> 64) as u64);
        Some(at.ok().and_then(|at| run.get(at)).copied())
    }
}

proptest! {
    #[test]
    fn each_event_is_new_once(events in prop::collection::vec((0..40_i64, 0..150_u128, 0..3_u128), 0..900), room in 0..1_000_usize) {
        let mut ids = Ids::new(Box::new(Board { all: Vec::new(), room }));
        ids.most_held = 20;
        let (mut seen, mut of_id, mut unlike) = (HashSet::new(), HashSet::new(), 0);
        for (hour, id, content) in events {
            // The copies of an event have one time, and few others have an event's id.
            let (upper, time) = ((id << 8 | hour as u128) << 64, hour * 3_600 + 7);
            let id = upper | (content / 2);
            ids.unlike = None;
            let is_new = ids.is_new(3, Key { time: Some(time), id });
            unlike += usize::from(ids.unlike == Some((3, 1)));
            prop_assert_eq!(is_new, seen.insert(id));
            of_id.insert(upper);
        }
        prop_assert_eq!((ids.unsure(), unlike), (0, seen.len() - of_id.len()));
    }
}

#[test]
fn ten_times_the_events_take_no_more_memory() {
    /// Takes all, and knows nothing.
    struct Hole;
    impl Shelf for Hole {
        fn put(&mut self, ids: &mut dyn Iterator<Item = u128>) -> Option<Run> {
            Some(Run { start: 0, count: ids.count() as u64 })
        }
        fn find(&mut self, _: Run, _: u64) -> Option<Option<u128>> {
            Some(None)
        }
    }
    let mut ids = Ids::new(Box::new(Hole));
    let mut room = |events: u128| {
        for id in 0..events {
            let key = Key { time: Some((id / 500) as i64), id: id.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C) };
            ids.is_new(0, key);
        }
        (ids.held.capacity(), ids.going.capacity())
    };
    assert_eq!(room(70_000), room(700_000));
}

#[test]
fn a_shelf_that_fails_is_told() {
    struct Broken;
    impl Shelf for Broken {
        fn put(&mut self, ids: &mut dyn Iterator<Item = u128>) -> Option<Run> {
            Some(Run { start: 0, count: ids.count() as u64 })
        }
        fn find(&mut self, _: Run, _: u64) -> Option<Option<u128>> {
            None
        }
    }
    let mut ids = Ids { most_held: 1, ..Ids::new(Box::new(Broken)) };
    let key = Key { time: None, id: 1 };
    assert!(ids.is_new(0, key));
    assert!(ids.is_new(0, key), "it cannot be known");
    assert_eq!(ids.unsure(), 1);
}

#[test]
fn uuids_are_numbers() {
    let id = "63d86d13-4ce4-4fa7-aef9-00b64cd67d3f";
    let digits = id.replace('-', "");
    assert_eq!(uuid(id.as_bytes()), u128::from_str_radix(&digits, 16).ok());
    for at in 0..id.len() {
        for wrong in [b'g', b'/', b':', b'@', b'`', b'A', b'-', 0xE1, 0x10] {
            let mut other = id.as_bytes().to_vec();
            if other[at] != wrong {
                other[at] = wrong;
                assert_eq!(uuid(&other), None, "{}", String::from_utf8_lossy(&other));
            }
        }
    }
    for other in ["63D86D13-4ce4-4fa7-aef9-00b64cd67d3f", "x", ""] {
        assert_eq!(uuid(other.as_bytes()), None);
    }
}
