//! Gzip: one file at once where it is small and has one member, else piece by piece.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use memchr::memmem;

/// What one file may have when it is inflated at once.
pub const MOST_AT_ONCE: usize = 24 * 1024 * 1024;
/// Deflate makes at most 1,032 bytes of one; logs have 10. What is above this is a bomb.
const MOST_RATIO: u64 = 200;
/// So much may always come out.
const FREE: u64 = 64 * 1024 * 1024;
/// Header and trailer.
const LEAST: usize = 18;

/// Whether it is gzip.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

/// The size that the trailer of a gzip file tells, of its last member.
pub fn told_size(bytes: &[u8]) -> usize {
    let end = bytes.len().checked_sub(4).and_then(|at| bytes.get(at..)).and_then(|end| end.try_into().ok());
    end.map_or(0, |end| u32::from_le_bytes(end) as usize)
}

/// Inflates a whole file into `out`; `false` where that needs the slow way: several members, a bomb, damage.
pub fn at_once(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let size = told_size(bytes);
    let is_small = size <= MOST_AT_ONCE && size as u64 <= FREE.max(bytes.len() as u64 * MOST_RATIO);
    if bytes.len() < LEAST || !is_small || has_more_members(bytes) {
        return false;
    }
    if out.capacity() < size {
        // What was there goes first. The next log may be longer, and what is not touched takes no memory: few sizes, so that
        // what comes and goes leaves no holes.
        *out = Vec::new();
        *out = Vec::with_capacity(size.next_power_of_two());
    }
    // What an earlier file left is written over: only what is longer has to be wiped.
    out.resize(size, 0);
    inflate(bytes, out)
}

/// Whether another member may start somewhere. The marks can stand in any data: then the slow way is taken in vain.
fn has_more_members(bytes: &[u8]) -> bool {
    let rest = bytes.get(LEAST..).unwrap_or_default();
    memmem::find_iter(rest, &[0x1F, 0x8B, 0x08])
        .any(|at| rest.get(at + 3).is_none_or(|flags| flags & 0xE0 == 0))
}

#[cfg(feature = "libdeflate")]
fn inflate(bytes: &[u8], out: &mut [u8]) -> bool {
    let written = libdeflater::Decompressor::new().gzip_decompress(bytes, out);
    written.is_ok_and(|written| written == out.len())
}

#[cfg(not(feature = "libdeflate"))]
fn inflate(bytes: &[u8], out: &mut [u8]) -> bool {
    let mut decoder = flate2::bufread::GzDecoder::new(bytes);
    decoder.read_exact(out).is_ok() && decoder.read(&mut [0]).is_ok_and(|more| more == 0)
}

/// Reads gzip of any number of members, and ends a bomb with an error.
pub struct Slow<R: Read> {
    decoder: MultiGzDecoder<io::BufReader<Counted<R>>>,
    out: u64,
}

struct Counted<R> {
    inner: R,
    taken: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.taken += count as u64;
        Ok(count)
    }
}

impl<R: Read> Slow<R> {
    /// A reader of what `inner` holds.
    pub fn new(inner: R) -> Self {
        let counted = Counted { inner, taken: 0 };
        Self { decoder: MultiGzDecoder::new(io::BufReader::new(counted)), out: 0 }
    }
}

impl<R: Read> Read for Slow<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(into)?;
        self.out += count as u64;
        let taken = self.decoder.get_ref().get_ref().taken;
        if self.out > FREE && self.out > taken.saturating_mul(MOST_RATIO) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a gzip bomb"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn slow(bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let ok = Slow::new(bytes).read_to_end(&mut out).is_ok();
        (out, ok)
    }

    #[test]
    fn both_ways_give_the_same() {
        let text = b"CloudTrail ".repeat(1_000);
        let (one, mut out) = (gzip(&text), Vec::new());
        assert!(is_gzip(&one) && at_once(&one, &mut out));
        assert_eq!((out.as_slice(), slow(&one)), (text.as_slice(), (text.clone(), true)));
    }

    #[test]
    fn no_member_is_lost() {
        let two = [gzip(b"same size"), gzip(b"size same")].concat();
        assert!(!at_once(&two, &mut Vec::new()));
        assert_eq!(slow(&two), (b"same sizesize same".to_vec(), true));
    }

    #[test]
    fn damage_and_bombs_end() {
        let mut broken = gzip(&b"CloudTrail ".repeat(10_000));
        broken.truncate(broken.len() - 12);
        assert!(!at_once(&broken, &mut Vec::new()));
        assert!(!slow(&broken).1);
        let bomb = gzip(&vec![b' '; FREE as usize + (1 << 20)]);
        let mut reader = Slow::new(bomb.as_slice());
        assert!(io::copy(&mut reader, &mut io::sink()).is_err());
    }
}
