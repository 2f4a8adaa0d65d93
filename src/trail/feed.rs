//! From blocks of files to workers: each event once.

use super::gather::Worker;
use super::split::Unit;

/// Gives all events of a unit to a worker. `before` are the bytes of the file before the block.
pub fn take(worker: &mut Worker<'_, '_>, text: &[u8], unit: &Unit, again: &[bool], file: u32, before: u64) {
    for ((slots, key), again) in unit.events.iter().zip(&unit.keys).zip(again) {
        let event = unit.event(text, slots);
        let offset = if slots.unpacked { before } else { before + event.start() as u64 };
        worker.take(&event, key.time, file, offset, *again);
    }
    worker.skip(unit.digests, unit.insights);
}
