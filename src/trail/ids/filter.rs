//! Which ids are surely not on the shelf: a Bloom filter of fixed size, one line of the processor's cache for each id.

/// Lines of 512 bits: four million bytes. With three million ids one in a hundred passes in vain, with ten million a
/// third of them, with many more all do.
const LINES: usize = 64 * 1024;
const WORDS: usize = 8;

/// Takes no memory before the first id.
#[derive(Debug, Default)]
pub(super) struct Filter {
    lines: Vec<[u64; WORDS]>,
}

impl Filter {
    pub(super) fn add(&mut self, id: u128) {
        if self.lines.is_empty() {
            self.lines = vec![[0; WORDS]; LINES];
        }
        let (line, bits) = places(id);
        if let Some(line) = self.lines.get_mut(line) {
            line.iter_mut().zip(bits).for_each(|(word, bit)| *word |= bit);
        }
    }

    /// Whether an id may have been added; `false` is certain.
    pub(super) fn may_hold(&self, id: u128) -> bool {
        let (line, bits) = places(id);
        self.lines.get(line).is_some_and(|line| line.iter().zip(bits).all(|(word, bit)| word & bit == bit))
    }
}

/// The line of an id, and a bit of each of its words. Ids are random numbers, but for a few of their bits; those
/// are stirred in.
fn places(id: u128) -> (usize, [u64; WORDS]) {
    let stirred = ((id >> 64) as u64 ^ (id as u64).rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let more = (id as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ (stirred >> 29);
    let mut bits = [0; WORDS];
    for (number, bit) in bits.iter_mut().enumerate() {
        *bit = 1 << ((more >> (number * 6)) & 63);
    }
    ((stirred >> 48) as usize % LINES, bits)
}
