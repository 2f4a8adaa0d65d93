//! Which events were delivered before: exact, whatever the order of files, in memory that does not grow with events.
//!
//! The copies of an event have the same id and the same time. Ids are held by the hour; logs come about in the order
//! of time, so copies meet in an hour that is held. Of too many ids the hours that were not asked for lately go to a
//! [`Shelf`], a file. A filter of fixed size says of nearly every new event that it is not there; all others are
//! looked up. Only where there is no shelf, or no room on it, all ids stay in memory.

mod filter;

use std::collections::{HashMap, HashSet};

use self::filter::Filter;
use super::gather::names::Fast;
use super::slots::{Event, Slot};
use super::split::Unit;
use super::time;

/// Ids that are held in memory.
const MOST_HELD: usize = 64 * 1024;
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
    fn put(&mut self, ids: &[u128]) -> Option<Run>;
    /// Whether an id is among those of a run. `None`: they can't be read any more.
    fn holds(&mut self, run: Run, id: u128) -> Option<bool>;
}

/// The ids of one hour.
#[derive(Debug, Default)]
struct Hour {
    held: HashSet<u128, Fast>,
    runs: Vec<Run>,
    /// When it was asked for: of all questions the how manieth.
    asked: u64,
}

/// The ids of all events so far.
#[derive(Default)]
pub struct Ids {
    hours: HashMap<i64, Hour, Fast>,
    held: usize,
    most_held: usize,
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
        let again = unit.keys.iter().map(|key| !self.is_new(*key)).collect();
        if self.held > self.most_held && self.shelf.is_some() {
            self.clear();
        }
        again
    }

    /// Events that may have been counted twice, because the shelf could not be read.
    pub fn unsure(&self) -> u64 {
        self.unsure
    }

    fn is_new(&mut self, Key { time, id }: Key) -> bool {
        self.questions += 1;
        let hour = time.unwrap_or_default().div_euclid(3_600).rem_euclid(HOURS);
        let hour = self.hours.entry(hour).or_default();
        hour.asked = self.questions;
        if !hour.held.insert(id) {
            return false;
        }
        self.held += 1;
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
        let mut order: Vec<(u64, i64)> = self.hours.iter().map(|(hour, one)| (one.asked, *hour)).collect();
        order.sort_unstable();
        for (_, number) in order {
            if self.held <= self.most_held / 2 {
                return;
            }
            let (Some(hour), Some(shelf)) = (self.hours.get_mut(&number), &mut self.shelf) else { return };
            if hour.held.is_empty() {
                continue;
            }
            let mut ids: Vec<u128> = std::mem::take(&mut hour.held).into_iter().collect();
            ids.sort_unstable();
            let Some(run) = shelf.put(&ids) else {
                // All stay in memory from here on; what lies on the shelf is still read.
                hour.held = ids.into_iter().collect();
                self.most_held = usize::MAX;
                return;
            };
            hour.runs.push(run);
            self.held -= ids.len();
            ids.iter().for_each(|id| self.filter.add(*id));
        }
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
