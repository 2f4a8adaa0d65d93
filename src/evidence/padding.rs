//! What fills up the blocks of a tar: zeroes, and where it is not, something that no document holds.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::Range;

/// A tar is made of blocks.
const BLOCK: u64 = 512;

/// Where zeroes are expected, and whether others were met there.
#[derive(Debug, Default)]
pub(super) struct Padding {
    expected: Cell<(u64, u64)>,
    met: Cell<bool>,
}

impl Padding {
    /// Expects zeroes from the end of a file to the end of its last block.
    pub(super) fn expect(&self, start: u64, size: u64) {
        let end = start.saturating_add(size);
        self.expected.set((end, end.next_multiple_of(BLOCK)));
    }

    /// Whether anything but zeroes was met; it is told once.
    pub(super) fn take(&self) -> bool {
        self.met.take()
    }

    /// Looks at what was read at a place.
    fn look(&self, at: u64, bytes: &[u8]) {
        let (from, until) = self.expected.get();
        let place = |byte: u64| {
            usize::try_from(byte.saturating_sub(at)).map_or(bytes.len(), |at| at.min(bytes.len()))
        };
        let padding: Range<usize> = place(from)..place(until);
        if bytes.get(padding).is_some_and(|padding| padding.iter().any(|byte| *byte != 0)) {
            self.met.set(true);
        }
    }
}

/// Reads on, and looks at all that passes.
pub(super) struct Watched<'p, R> {
    inner: R,
    at: u64,
    padding: &'p Padding,
}

impl<'p, R> Watched<'p, R> {
    pub(super) fn new(inner: R, padding: &'p Padding) -> Self {
        Self { inner, at: 0, padding }
    }

    pub(super) fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.padding.look(self.at, out.get(..read).unwrap_or_default());
        self.at += read as u64;
        Ok(read)
    }
}
