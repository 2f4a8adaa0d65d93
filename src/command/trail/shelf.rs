//! Ids of events in a temporary file, which has no name and is gone with the process.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use crate::trail::ids::{Run, Shelf};

/// Bytes of an id.
const ID: usize = 16;
/// Ids that are read at once.
const PAGE: u64 = 256;
/// Bytes that are written at once.
const BLOCK: usize = 64 * 1024;

/// The file; made when it is needed.
#[derive(Default)]
pub(super) struct Disk {
    file: Option<File>,
    ids: u64,
    page: Vec<u8>,
    written: Vec<u8>,
}

impl Shelf for Disk {
    fn put(&mut self, ids: &mut dyn Iterator<Item = u128>) -> Option<Run> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile().ok()?,
        };
        let count = write(&mut file, self.ids, ids, &mut self.written);
        // What was put down before stays readable.
        self.file = Some(file);
        let run = Run { start: self.ids, count: count.ok()? };
        self.ids += run.count;
        Some(run)
    }

    fn find(&mut self, run: Run, upper: u64) -> Option<Option<u128>> {
        let (mut from, mut to) = (0, run.count.div_ceil(PAGE));
        // Halves of ids are random numbers, so the first guess is nearly right.
        let mut page = ((u128::from(upper) * u128::from(to)) >> 64) as u64;
        let half = |bytes: &[u8; ID]| (u128::from_be_bytes(*bytes) >> 64) as u64;
        while from < to {
            let count = self.read(run, page)?;
            let (ids, _) = self.page.as_chunks::<ID>();
            let (first, last) = (ids.first()?, ids.get(count.checked_sub(1)?)?);
            if upper < half(first) {
                to = page;
            } else if upper > half(last) {
                from = page + 1;
            } else {
                let found = ids.binary_search_by_key(&upper, half).ok().and_then(|at| ids.get(at));
                return Some(found.map(|bytes| u128::from_be_bytes(*bytes)));
            }
            page = from + (to.saturating_sub(from)) / 2;
        }
        Some(None)
    }
}

impl Disk {
    /// Reads a page of a run; how many ids it has.
    fn read(&mut self, run: Run, page: u64) -> Option<usize> {
        let first = page.checked_mul(PAGE)?;
        let count = PAGE.min(run.count.checked_sub(first)?) as usize;
        let file = self.file.as_mut()?;
        file.seek(SeekFrom::Start((run.start + first) * ID as u64)).ok()?;
        self.page.resize(count * ID, 0);
        file.read_exact(&mut self.page).ok()?;
        Some(count)
    }
}

/// Writes ids behind others; how many there were.
fn write(
    file: &mut File,
    start: u64,
    ids: &mut dyn Iterator<Item = u128>,
    bytes: &mut Vec<u8>,
) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(start * ID as u64))?;
    bytes.clear();
    let mut count = 0;
    for id in ids {
        bytes.extend_from_slice(&id.to_be_bytes());
        count += 1;
        if bytes.len() >= BLOCK {
            file.write_all(bytes)?;
            bytes.clear();
        }
    }
    file.write_all(bytes)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_down_is_found() {
        let mut disk = Disk::default();
        let ids = |seed: u128, count: u128| {
            let mut all: Vec<u128> = (1..=count)
                .map(|one| one.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C834) ^ seed)
                .collect();
            all.sort_unstable();
            all
        };
        let runs = [ids(0, 1), ids(5, 3_000), ids(9, 256), (0..700).map(|id: u128| id << 64 | 5).collect()];
        let put: Vec<Run> = runs.iter().map(|ids| disk.put(&mut ids.iter().copied()).unwrap()).collect();
        for (ids, run) in runs.iter().zip(put) {
            for id in ids {
                let upper = (id >> 64) as u64;
                assert_eq!(disk.find(run, upper), Some(Some(*id)));
                assert_eq!(disk.find(run, upper ^ (1 << 40)), Some(None));
            }
            assert_eq!((disk.find(run, u64::MAX), disk.find(run, 1 << 26)), (Some(None), Some(None)));
        }
    }
}
