//! Lines and columns of bytes in a file that is read piece by piece.

use std::io::{self, Read};

use crate::source::Position;

/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// Lines and columns, both from 1, of bytes in order; bytes past the end get its place.
struct Counter {
    at: u64,
    line: usize,
    column: usize,
}

impl Counter {
    fn pass(&mut self, bytes: &[u8]) {
        // Continuation bytes do not start a character.
        let characters = |bytes: &[u8]| bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        self.at += bytes.len() as u64;
        match memchr::memrchr(b'\n', bytes) {
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', bytes).count();
                self.column = 1 + characters(bytes.get(last + 1..).unwrap_or_default());
            }
            None => self.column += characters(bytes),
        }
    }
}

/// The places of `first..end` ranges, in any order.
///
/// # Errors
///
/// Those of `input`.
pub(super) fn positions(input: &mut dyn Read, ranges: &[(u64, u64)]) -> io::Result<Vec<Position>> {
    let mut offsets: Vec<u64> = ranges.iter().flat_map(|(start, end)| [*start, *end]).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut places: Vec<(usize, usize)> = Vec::with_capacity(offsets.len());
    let mut counter = Counter { at: 0, line: 1, column: 1 };
    let mut piece = zeroize::Zeroizing::new(vec![0; PIECE]);
    while places.len() < offsets.len() {
        let read = match input.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let mut rest = piece.get(..read).unwrap_or_default();
        while let Some(offset) = offsets.get(places.len()) {
            let ahead = usize::try_from(offset - counter.at).unwrap_or(usize::MAX);
            if ahead > rest.len() && read > 0 {
                break;
            }
            let (before, after) = rest.split_at(ahead.min(rest.len()));
            counter.pass(before);
            rest = after;
            places.push((counter.line, counter.column));
        }
        counter.pass(rest);
    }
    let place = |offset: &u64| {
        let at = offsets.binary_search(offset).unwrap_or_default();
        places.get(at).copied().unwrap_or((1, 1))
    };
    let position = |(start, end): &(u64, u64)| {
        let ((line, column), (end_line, end_column)) = (place(start), place(end));
        Position { line, column, end_line, end_column }
    };
    Ok(ranges.iter().map(position).collect())
}

/// The place of a byte in a file that has no lines.
pub(super) fn in_binary((start, end): (u64, u64)) -> Position {
    let column = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).saturating_add(1);
    Position { line: 1, column: column(start), end_line: 1, end_column: column(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_over_pieces() {
        let text = format!("é\nab\n{}x", "y\n".repeat(PIECE));
        let at = text.len() as u64 - 1;
        let found = positions(&mut text.as_bytes(), &[(at, at + 1), (0, 2), (4, 5), (at, at + 99)]).unwrap();
        let place = |one: &Position| (one.line, one.column, one.end_line, one.end_column);
        assert_eq!(
            found.iter().map(place).collect::<Vec<_>>(),
            [(PIECE + 3, 1, PIECE + 3, 2), (1, 1, 1, 2), (2, 2, 2, 3), (PIECE + 3, 1, PIECE + 3, 2)]
        );
    }
}
