//! From blocks of files to workers: each event once.

use std::collections::HashSet;

use super::gather::Worker;
use super::gather::names::Fast;
use super::slots::{Event, Slot};
use super::split::Unit;

/// The ids of all events so far.
#[derive(Debug, Default)]
pub struct Ids {
    seen: HashSet<u128, Fast>,
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
    match uuid(id) {
        Some(number) => number,
        None if id.is_empty() => hashed(event.raw()),
        None => hashed(id),
    }
}

/// The number that a UUID of 36 characters is.
fn uuid(id: &[u8]) -> Option<u128> {
    if id.len() != 36 {
        return None;
    }
    let mut half = 0_u64;
    let mut number = 0_u128;
    for (at, byte) in id.iter().enumerate() {
        let digit = match (byte, at) {
            (b'-', 18) => {
                number = u128::from(half) << 64;
                0
            }
            (b'-', 8 | 13 | 23) => continue,
            (b'0'..=b'9', _) => byte - b'0',
            (b'a'..=b'f', _) => byte - b'a' + 10,
            _ => return None,
        };
        // Sixteen digits on either side of the third dash: those of the left half are shifted out by then.
        half = (half << 4) | u64::from(digit);
    }
    Some(number | u128::from(half))
}

/// FNV-1a of 128 bits.
fn hashed(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
    })
}

/// Gives all events of a unit to a worker. `before` are the bytes of the file before the block.
pub fn take(worker: &mut Worker<'_, '_>, text: &[u8], unit: &Unit, again: &[bool], file: u32, before: u64) {
    for (slots, again) in unit.events.iter().zip(again) {
        let event = unit.event(text, slots);
        let offset = if slots.unpacked { before } else { before + event.start() as u64 };
        worker.take(&event, file, offset, *again);
    }
    worker.skip(unit.digests, unit.insights);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers() {
        let id = "63d86d13-4ce4-4fa7-aef9-00b64cd67d3f";
        let digits = id.replace('-', "");
        assert_eq!(uuid(id.as_bytes()), u128::from_str_radix(&digits, 16).ok());
        for other in ["63d86d13-4ce4-4fa7-aef9-00b64cd67d3g", "63D86D13-4ce4-4fa7-aef9-00b64cd67d3f", "x", ""]
        {
            assert_eq!(uuid(other.as_bytes()), None);
        }
    }
}
