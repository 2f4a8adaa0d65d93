//! Which events were delivered before: exact, whatever the order of files, in memory that does not grow with events.
//!
//! The copies of an event have the same id and the same time. Ids are held by the hour; logs come about in the order
//! of time, so copies meet in an hour that is held. Of too many ids the hours that were not asked for lately go to a
//! [`Shelf`], a file. A filter of fixed size says of nearly every new event that it is not there; all others are
//! looked up. Only where there is no shelf, or no room on it, all ids stay in memory.

mod filter;

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use self::filter::Filter;
use super::gather::names::Fast;
use super::slots::{Event, Slot};
use super::split::Unit;
use super::time;

/// Ids that are held in memory: as many as fill a table of 64 Ki places, so that it never grows further.
const MOST_HELD: usize = 56 * 1024;
/// Hours that are told apart, 7½ years of them. Later ones join earlier ones, so that forged times cost nothing.
const HOURS: i64 = 64 * 1024;

/// What an event is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Seconds since 1970; `None` where it has no time that can be read.
    pub time: Option<i64>,
    id: u128,
}

impl Key {
    /// The key of an event.
    pub fn of(event: &Event<'_>) -> Self {
        Self { time: time::seconds(event.bytes(Slot::EventTime)), id: number(event) }
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
    /// Whether an id is among those of a run. `None`: they can't be read any more.
    fn holds(&mut self, run: Run, id: u128) -> Option<bool>;
}

/// An id that is held, and its hour. It has no alignment of 16 bytes: that would cost as much as half of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    hour: u16,
    id: [u8; 16],
}

impl Hash for Held {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The copies of an event have one hour.
        state.write_u128(u128::from_be_bytes(self.id));
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
}

impl Ids {
    /// Ids that go to a shelf when there are too many.
    pub fn new(shelf: Box<dyn Shelf>) -> Self {
        Self { shelf: Some(shelf), most_held: MOST_HELD, ..Self::default() }
    }

    /// Which events of a unit were delivered before. To be asked in the order of files, so that the first copy counts.
    pub fn again(&mut self, unit: &Unit) -> Vec<bool> {
        unit.keys.iter().map(|key| !self.is_new(*key)).collect()
    }

    /// Events that may have been counted twice, because the shelf could not be read.
    pub fn unsure(&self) -> u64 {
        self.unsure
    }

    fn is_new(&mut self, Key { time, id }: Key) -> bool {
        if self.held.len() >= self.most_held && self.shelf.is_some() {
            self.clear();
        }
        self.questions += 1;
        let number = time.unwrap_or_default().div_euclid(3_600).rem_euclid(HOURS) as u16;
        let hour = self.hours.entry(number).or_default();
        hour.asked = self.questions;
        if !self.held.insert(Held { hour: number, id: id.to_be_bytes() }) {
            return false;
        }
        hour.held += 1;
        if hour.runs.is_empty() || !self.filter.may_hold(id) {
            return true;
        }
        let Some(shelf) = &mut self.shelf else { return true };
        for run in &hour.runs {
            match shelf.holds(*run, id) {
                Some(true) => return false,
                Some(false) => {}
                None => self.unsure += 1,
            }
        }
        true
    }

    /// Puts the hours down that were not asked for lately, until half of the room is free.
    fn clear(&mut self) {
        let goes = self.late_hours();
        self.going.extend(self.held.drain());
        self.going.retain(|one| goes.contains(&one.hour) || !self.held.insert(*one));
        self.going.sort_unstable();
        for ids in self.going.chunk_by(|left, right| left.hour == right.hour) {
            let numbers = ids.iter().map(|one| u128::from_be_bytes(one.id));
            let put = self.shelf.as_mut().and_then(|shelf| shelf.put(&mut numbers.clone()));
            match (put, ids.first().and_then(|one| self.hours.get_mut(&one.hour))) {
                (Some(run), Some(hour)) => {
                    hour.runs.push(run);
                    hour.held = 0;
                    numbers.for_each(|id| self.filter.add(id));
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
            let is_needed = left > self.most_held / 2;
            left -= self.hours.get(number).map_or(0, |one| one.held);
            is_needed
        });
        goes.collect()
    }
}

/// An event's id as a number. Ids are UUIDs; all else is hashed, and an event without an id is its own.
fn number(event: &Event<'_>) -> u128 {
    let id = event.bytes(Slot::EventId);
    match uuid(id) {
        Some(number) => number,
        None if id.is_empty() => hashed(event.raw()),
        None => hashed(id),
    }
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

/// FNV-1a of 128 bits.
fn hashed(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
    })
}

#[cfg(test)]
mod tests;
