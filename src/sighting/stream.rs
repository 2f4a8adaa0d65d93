//! Looks for values in a text of any size, piece by piece.

use std::collections::BTreeSet;
use std::io::{self, Read};

use zeroize::Zeroizing;

use super::encode::Encoding;
use super::fingerprint::{Fingerprints, Hit, WINDOW};

/// More in one file are counted, and not told one by one.
pub const MOST_MATCHES: usize = 10_000;
/// Bytes that are read at once.
const PIECE: usize = 1024 * 1024;

/// A form of a value in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Its first byte.
    pub start: u64,
    /// One past its last byte.
    pub end: u64,
    /// The value's place in the list.
    pub value: usize,
    /// How it is written.
    pub encoding: Encoding,
}

/// What a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Matches in order, none inside of another of the same value.
    pub matches: Vec<Match>,
    /// Whether there are more than [`MOST_MATCHES`].
    pub more: bool,
}

/// Where pieces of files are read to; wiped in the end. One for each thread.
pub struct Buffer(Zeroizing<Vec<u8>>);

impl Buffer {
    /// A buffer that fits.
    pub fn new(fingerprints: &Fingerprints) -> Self {
        Self::of(fingerprints, PIECE)
    }

    /// The same for pieces of another size.
    fn of(fingerprints: &Fingerprints, piece: usize) -> Self {
        let reach = fingerprints.reach().next_multiple_of(WINDOW);
        Self(Zeroizing::new(vec![0; 2 * reach + 2 * WINDOW + piece.next_multiple_of(WINDOW)]))
    }
}

/// The part of a file that one thread looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Windows are looked at from this byte on, a multiple of [`WINDOW`].
    pub from: u64,
    /// Up to this one, if the file goes on so far.
    pub to: u64,
}

impl Part {
    /// All of a file.
    pub const WHOLE: Self = Self { from: 0, to: u64::MAX };

    /// Parts of about `size` bytes.
    pub fn split(length: u64, size: u64) -> Vec<Self> {
        let size = size.next_multiple_of(WINDOW as u64);
        let mut parts: Vec<Self> =
            (0..length.div_ceil(size)).map(|n| Self { from: n * size, to: (n + 1) * size }).collect();
        // A file that grows is read to its end.
        if let Some(last) = parts.last_mut() {
            last.to = u64::MAX;
        }
        parts
    }

    /// The byte at which reading must start: a match may begin before the window by which it is found.
    pub fn start(self, fingerprints: &Fingerprints) -> u64 {
        let reach = fingerprints.reach().next_multiple_of(WINDOW) as u64;
        self.from.saturating_sub(reach)
    }
}

/// Reads a part of a file and tells what is there. `input` stands at [`Part::start`].
///
/// # Errors
///
/// Those of `input`.
pub fn search(
    fingerprints: &Fingerprints,
    part: Part,
    input: &mut dyn Read,
    buffer: &mut Buffer,
) -> io::Result<Found> {
    let reach = fingerprints.reach();
    let text = buffer.0.as_mut_slice();
    // The file's offset of the first byte in the buffer, where to look on, and how much there is.
    let mut base = part.start(fingerprints);
    let mut next = usize::try_from(part.from - base).unwrap_or(usize::MAX);
    let mut filled = 0;
    let mut hits = Hits::default();
    loop {
        let ended = fill(input, text, &mut filled)?;
        let all = text.get(..filled).unwrap_or_default();
        let end = usize::try_from(part.to - base).unwrap_or(usize::MAX);
        let to = if ended { (filled + 1).saturating_sub(WINDOW) } else { filled.saturating_sub(reach) };
        next = fingerprints.look(all, next, to.min(end), &mut |hit| hits.add(hit, base));
        if ended || next >= end {
            return Ok(hits.found());
        }
        let gone = next.saturating_sub(reach) / WINDOW * WINDOW;
        text.copy_within(gone..filled, 0);
        (filled, next, base) = (filled - gone, next - gone, base + gone as u64);
    }
}

/// The same for a text that is there as a whole.
pub fn search_text(fingerprints: &Fingerprints, text: &[u8]) -> Found {
    let mut hits = Hits::default();
    fingerprints.look(text, 0, (text.len() + 1).saturating_sub(WINDOW), &mut |hit| hits.add(hit, 0));
    hits.found()
}

/// What parts of one file hold, as one.
pub fn joined(parts: impl IntoIterator<Item = Found>) -> Found {
    let mut hits = Hits::default();
    for part in parts {
        hits.more |= part.more;
        hits.all.extend(part.matches);
    }
    hits.found()
}

#[derive(Default)]
struct Hits {
    all: BTreeSet<Match>,
    more: bool,
}

impl Hits {
    fn add(&mut self, hit: Hit, base: u64) {
        if self.all.len() < MOST_MATCHES {
            self.all.insert(absolute(hit, base));
        } else {
            self.more = true;
        }
    }

    fn found(self) -> Found {
        Found { matches: outer(self.all), more: self.more }
    }
}

/// Reads until the buffer is full; whether the file ended.
fn fill(input: &mut dyn Read, text: &mut [u8], filled: &mut usize) -> io::Result<bool> {
    while let Some(room) = text.get_mut(*filled..).filter(|room| !room.is_empty()) {
        match input.read(room) {
            Ok(0) => return Ok(true),
            Ok(count) => *filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn absolute(hit: Hit, base: u64) -> Match {
    let at = |place: usize| base + place as u64;
    Match { start: at(hit.start), end: at(hit.end), value: hit.value, encoding: hit.encoding }
}

/// Without those that lie in, or overlap, an earlier or longer one of the same value.
fn outer(hits: BTreeSet<Match>) -> Vec<Match> {
    let mut all: Vec<Match> = hits.into_iter().collect();
    all.sort_by_key(|hit| (hit.value, hit.start, std::cmp::Reverse(hit.end), hit.encoding));
    let mut kept: Vec<Match> = Vec::with_capacity(all.len());
    for hit in all {
        let inside = kept.last().is_some_and(|last| last.value == hit.value && hit.start < last.end);
        if !inside {
            kept.push(hit);
        }
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
#[path = "tests/stream.rs"]
mod tests;
