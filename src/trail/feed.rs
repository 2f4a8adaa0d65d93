//! From blocks of files to workers: each event once.

use std::collections::HashSet;

use super::gather::Worker;
use super::slots::{Event, Slot};
use super::split::Unit;

/// The ids of all events so far.
#[derive(Debug, Default)]
pub struct Ids {
    seen: HashSet<u128>,
}

impl Ids {
    /// Which events of a unit were delivered before. To be asked in the order of files, so that the first copy counts.
    pub fn again(&mut self, text: &[u8], unit: &Unit) -> Vec<bool> {
        let again = |event: Event<'_>| !self.seen.insert(number(&event));
        unit.events.iter().map(|slots| unit.event(text, slots)).map(again).collect()
    }
}

/// An event's id as a number. Ids are UUIDs; all else is hashed, and an event without an id is its own.
fn number(event: &Event<'_>) -> u128 {
    let id = event.bytes(Slot::EventId);
    let mut digits = 0;
    let read = id.iter().filter(|byte| **byte != b'-').try_fold(0_u128, |sum, byte| {
        digits += 1;
        char::from(*byte).to_digit(16).map(|digit| (sum << 4) | u128::from(digit))
    });
    match read {
        Some(number) if digits == 32 => number,
        _ if id.is_empty() => hashed(event.raw()),
        _ => hashed(id),
    }
}

/// FNV-1a of 128 bits.
fn hashed(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
    })
}

/// Gives all events of a unit to a worker. `before` are the bytes of the file before the block.
pub fn take(worker: &mut Worker<'_>, text: &[u8], unit: &Unit, again: &[bool], file: u32, before: u64) {
    for (slots, again) in unit.events.iter().zip(again) {
        let event = unit.event(text, slots);
        let id = event.text(Slot::EventId);
        let offset = if slots.unpacked { before } else { before + event.start() as u64 };
        worker.take(&event, &id, file, offset, *again);
    }
    worker.skip(unit.digests, unit.insights);
}
