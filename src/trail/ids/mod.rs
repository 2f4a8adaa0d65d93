//! Which events were delivered before: exact, whatever the order of files, in memory that does not grow with events.
//!
//! The copies of an event have the same id and the same time, and tell of the same call, caller and outcome. One that has
//! another event's id and tells of another call is no copy: it counts, and that is told. Ids are held by the hour; logs come about in the order
//! of time, so copies meet in an hour that is held. Of too many ids the hours that were not asked for lately go to a
//! [`Shelf`], a file. A filter of fixed size says of nearly every new event that it is not there; all others are
//! looked up. Only where there is no shelf, or no room on it, all ids stay in memory.

mod filter;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::OnceLock;

use self::filter::Filter;
use super::gather::names::Fast;
use super::slots::{Event, Slot};
use super::split::Unit;
use super::time;

/// Ids that are held in memory: as many as fill a table of 64 Ki places, so that it never grows further.
const MOST_HELD: usize = 56 * 1024;
/// Hours that are told apart, 7½ years of them. Later ones join earlier ones, so that forged times cost nothing.
const HOURS: i64 = 64 * 1024;

/// What copies of an event have in common. Nothing in it depends on how an exporter writes JSON.
const COMMON: [Slot; 8] = [
    Slot::EventSource,
    Slot::EventName,
    Slot::Region,
    Slot::PrincipalId,
    Slot::Account,
    Slot::Key,
    Slot::SourceIp,
    Slot::ErrorCode,
];

/// What an event is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Seconds since 1970; `None` where it has no time that can be read.
    pub time: Option<i64>,
    /// Its upper half is that of the event's id, its lower half that of what its copies have in common.
    id: u128,
}

/// Whether an event was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    New,
    /// It, or a copy.
    Again,
    /// Another one with its id.
    Unlike,
}

impl Key {
    /// The key of an event.
    pub fn of(event: &Event<'_>) -> Self {
        let time = time::seconds(event.bytes(Slot::EventTime));
        Self { time, id: number(event, time, fast()) }
    }
}

/// Ids on the shelf, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Ids that lie before it.
    pub start: u64,
    /// How many there are.
    pub count: u64,
}

/// Where ids lie that are not held in memory.
pub trait Shelf: Send {
    /// Puts ids down, which are in order. `None`: there is no room.
    fn put(&mut self, ids: &mut dyn Iterator<Item = u128>) -> Option<Run>;
    /// The number of a run whose upper half this is, where there is one. `None`: they can't be read any more.
    fn find(&mut self, run: Run, upper: u64) -> Option<Option<u128>>;
}

/// An id that is held, and its hour. It has no alignment of 16 bytes: that would cost as much as half of it.
/// Looked up by the upper half of it.
#[derive(Debug, Clone, Copy)]
struct Held {
    hour: u16,
    id: [u8; 16],
}

impl Held {
    fn upper(&self) -> u64 {
        (u128::from_be_bytes(self.id) >> 64) as u64
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        (self.upper(), self.hour) == (other.upper(), other.hour)
    }
}

impl Eq for Held {}

impl Hash for Held {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The copies of an event have one hour.
        state.write_u64(self.upper());
    }
}

/// One hour.
#[derive(Debug, Default)]
struct Hour {
    /// Ids of it that are held.
    held: usize,
    runs: Vec<Run>,
    /// When it was asked for: of all questions the how manieth.
    asked: u64,
}

/// The ids of all events so far.
#[derive(Default)]
pub struct Ids {
    hours: HashMap<u16, Hour, Fast>,
    /// One table for all hours, which is filled, cleared and filled again: many that come and go leave holes in memory.
    held: HashSet<Held, Fast>,
    most_held: usize,
    /// Those that go to the shelf.
    going: Vec<Held>,
    questions: u64,
    shelf: Option<Box<dyn Shelf>>,
    filter: Filter,
    unsure: u64,
    /// Events of the latest unit that have another one's id: the place of the first among its events, and how many.
    unlike: Option<(usize, u64)>,
}

impl Ids {
    /// Ids that go to a shelf when there are too many.
    pub fn new(shelf: Box<dyn Shelf>) -> Self {
        Self { shelf: Some(shelf), most_held: MOST_HELD, ..Self::default() }
    }

    /// Which events of a unit were delivered before. To be asked in the order of files, so that the first copy counts.
    pub fn again(&mut self, unit: &Unit) -> Vec<bool> {
        self.unlike = None;
        unit.keys.iter().enumerate().map(|(at, key)| !self.is_new(at, *key)).collect()
    }

    /// Events that may have been counted twice, because the shelf could not be read.
    pub fn unsure(&self) -> u64 {
        self.unsure
    }

    /// Events of the latest unit that have another one's id and tell of another call: the place of the first among the
    /// unit's events, and how many there are.
    pub fn unlike(&self) -> Option<(usize, u64)> {
        self.unlike
    }

    /// Whether the event at a place of its unit is new.
    fn is_new(&mut self, at: usize, Key { time, id }: Key) -> bool {
        if self.held.len() >= self.most_held && self.shelf.is_some() {
            self.clear();
        }
        match self.look(time, id) {
            Look::New => true,
            Look::Again => false,
            Look::Unlike => {
                // It has copies, too: from here on it is known by both halves.
                let both = (id >> 64) as u64 ^ (id as u64).rotate_left(32);
                let own = u128::from(both.wrapping_mul(0x9E37_79B9_7F4A_7C15)) << 64 | u128::from(id as u64);
                if self.look(time, own) == Look::Again {
                    return false;
                }
                self.unlike.get_or_insert((at, 0)).1 += 1;
                true
            }
        }
    }

    fn look(&mut self, time: Option<i64>, id: u128) -> Look {
        self.questions += 1;
        let number = time.unwrap_or_default().div_euclid(3_600).rem_euclid(HOURS) as u16;
        let hour = self.hours.entry(number).or_default();
        hour.asked = self.questions;
        let (one, is) = (Held { hour: number, id: id.to_be_bytes() }, |known| {
            if known == id { Look::Again } else { Look::Unlike }
        });
        if let Some(known) = self.held.get(&one) {
            return is(u128::from_be_bytes(known.id));
        }
        let shelf = self.shelf.as_mut().filter(|_| !hour.runs.is_empty() && self.filter.may_hold(spread(id)));
        if let Some(shelf) = shelf {
            for run in &hour.runs {
                match shelf.find(*run, one.upper()) {
                    Some(Some(known)) => return is(known),
                    Some(None) => {}
                    None => self.unsure += 1,
                }
            }
        }
        self.held.insert(one);
        hour.held += 1;
        Look::New
    }

    /// Puts the hours down that were not asked for lately, until three quarters of the room are free.
    fn clear(&mut self) {
        let goes = self.late_hours();
        self.going.extend(self.held.drain());
        self.going.retain(|one| goes.contains(&one.hour) || !self.held.insert(*one));
        self.going.sort_unstable_by_key(|one| (one.hour, one.id));
        for ids in self.going.chunk_by(|left, right| left.hour == right.hour) {
            let numbers = ids.iter().map(|one| u128::from_be_bytes(one.id));
            let put = self.shelf.as_mut().and_then(|shelf| shelf.put(&mut numbers.clone()));
            match (put, ids.first().and_then(|one| self.hours.get_mut(&one.hour))) {
                (Some(run), Some(hour)) => {
                    hour.runs.push(run);
                    hour.held = 0;
                    numbers.for_each(|id| self.filter.add(spread(id)));
                }
                // All stay in memory from here on; what lies on the shelf is still read.
                _ => {
                    self.held.extend(ids);
                    self.most_held = usize::MAX;
                }
            }
        }
        self.going.clear();
    }

    /// The hours that are to go.
    fn late_hours(&self) -> HashSet<u16, Fast> {
        let held = self.hours.iter().filter(|(_, one)| one.held > 0);
        let mut order: Vec<(u64, u16)> = held.map(|(number, one)| (one.asked, *number)).collect();
        order.sort_unstable();
        let mut left = self.held.len();
        let goes = order.into_iter().map(|(_, number)| number).take_while(|number| {
            let is_needed = left > self.most_held / 4;
            left -= self.hours.get(number).map_or(0, |one| one.held);
            is_needed
        });
        goes.collect()
    }
}

/// An event as a number. One without an id is its own. The seed is the process's own, so that nobody can forge two events
/// that have one number.
fn number(event: &Event<'_>, time: Option<i64>, fast: &Fast) -> u128 {
    let id = event.bytes(Slot::EventId);
    let mut upper = fast.build_hasher();
    upper.write(if id.is_empty() { event.raw() } else { id });
    let mut lower = fast.build_hasher();
    lower.write_u64(time.unwrap_or_default().cast_unsigned());
    COMMON.iter().for_each(|slot| lower.write(event.bytes(*slot)));
    u128::from(upper.finish()) << 64 | u128::from(lower.finish())
}

fn fast() -> &'static Fast {
    static FAST: OnceLock<Fast> = OnceLock::new();
    FAST.get_or_init(Fast::default)
}

/// What the filter knows of a number: its upper half, over both.
fn spread(id: u128) -> u128 {
    let upper = id >> 64;
    upper << 64 | u128::from((upper as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The number that a UUID of 36 characters is.
pub(super) fn uuid(id: &[u8]) -> Option<u128> {
    let [
        a @ ..,
        b'-',
        b0,
        b1,
        b2,
        b3,
        b'-',
        c0,
        c1,
        c2,
        c3,
        b'-',
        d0,
        d1,
        d2,
        d3,
        b'-',
        e0,
        e1,
        e2,
        e3,
        e4,
        e5,
        e6,
        e7,
        e8,
        e9,
        e10,
        e11,
    ] = id
    else {
        return None;
    };
    let first: &[u8; 8] = a.try_into().ok()?;
    let middle = [*b0, *b1, *b2, *b3, *c0, *c1, *c2, *c3];
    let third = [*d0, *d1, *d2, *d3, *e0, *e1, *e2, *e3];
    let last = [*e4, *e5, *e6, *e7, *e8, *e9, *e10, *e11];
    let mut number = 0_u128;
    for eight in [*first, middle, third, last] {
        number = (number << 32) | u128::from(hex(eight)?);
    }
    Some(number)
}

/// Eight hexadecimal digits at once; `None` where one is none, or is written with a capital.
fn hex(digits: [u8; 8]) -> Option<u32> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_be_bytes(digits);
    // A letter has bit 6; its low bits count from 1, and digits count from 0.
    let letters = (text >> 6) & LOW;
    let values = (text & (LOW * 0x0F)) + letters * 9;
    let stand_well = text & (LOW * 0xF0) == LOW * 0x30 + letters * 0x30;
    let are_letters_from_ten = ((values + LOW * 6) >> 4) & LOW == letters;
    if !stand_well || !are_letters_from_ten || values & (LOW * 0xF0) != 0 {
        return None;
    }
    let pairs = (values | (values >> 4)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs | (pairs >> 8)) & 0x0000_FFFF_0000_FFFF;
    u32::try_from((fours | (fours >> 16)) & 0xFFFF_FFFF).ok()
}

#[cfg(test)]
mod tests;
