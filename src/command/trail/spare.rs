//! Memory for inflated logs that is used again and again: to give it back and ask for it anew would cost both time and
//! memory.

use super::read::BATCH_FILES;
use crate::trail::split::Unit;

/// A longer text's memory is given back, and so is that of many.
const MOST_SPARE: usize = 8 * 1024 * 1024;
const MOST_SPARES: usize = 4 * 1024 * 1024;

/// Memory that one file leaves for the next one.
#[derive(Default)]
pub(super) struct Spare {
    pub packed: Vec<u8>,
    used: Vec<(Vec<u8>, Unit)>,
}

impl Spare {
    /// The smallest that is long enough, so that short logs don't take the place of long ones; else the longest.
    pub(super) fn take(&mut self, size: usize) -> (Vec<u8>, Unit) {
        let waste = |text: &Vec<u8>| text.capacity().checked_sub(size).ok_or(usize::MAX - text.capacity());
        let order = |text: &Vec<u8>| waste(text).map_or_else(|short| (1, short), |waste| (0, waste));
        let best = self.used.iter().enumerate().min_by_key(|(_, (text, _))| order(text));
        best.map(|(at, _)| at).map(|at| self.used.swap_remove(at)).unwrap_or_default()
    }

    /// Keeps what is not far larger than others.
    pub(super) fn back(&mut self, text: Vec<u8>, mut unit: Unit) {
        let held: usize = self.used.iter().map(|(text, _)| text.capacity()).sum();
        // A file far larger than others must not be paid for all the time.
        let most = if held == 0 { MOST_SPARE } else { MOST_SPARES };
        if held + text.capacity() <= most && self.used.len() < BATCH_FILES {
            unit.clear();
            self.used.push((text, unit));
        }
    }
}
