//! Texts that occur again and again, as numbers; and a hash that is fast on long keys.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Bytes of all texts that are kept. Only forged logs have more; those then share one name.
const MOST_BYTES: usize = if cfg!(test) { 1024 * 1024 } else { 64 * 1024 * 1024 };

/// Thirty-two bytes at a time, folded; with a seed that nobody knows, so that forged keys can't be made to collide.
#[derive(Debug, Clone)]
pub(in crate::trail) struct Fast {
    seed: u64,
}

impl Default for Fast {
    fn default() -> Self {
        Self { seed: RandomState::new().hash_one(0) | 1 }
    }
}

impl BuildHasher for Fast {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded(self.seed)
    }
}

pub(in crate::trail) struct Folded(u64);

impl Folded {
    fn add(&mut self, left: u64, right: u64) {
        let product = u128::from(self.0 ^ left).wrapping_mul(u128::from(right ^ 0x9E37_79B9_7F4A_7C15));
        self.0 = ((product as u64) ^ ((product >> 64) as u64)).wrapping_add(self.0.rotate_left(23) ^ left);
    }
}

/// All of fewer than sixteen bytes, in two numbers: their start and their end, which may overlap. Their length tells texts
/// apart that have both in common.
fn ends(bytes: &[u8]) -> (u64, u64) {
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u64::from_le_bytes(*start), u64::from_le_bytes(*end));
    }
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u32::from_le_bytes(*start).into(), u32::from_le_bytes(*end).into());
    }
    match bytes {
        [] => (0, 0),
        [first, .., last] => {
            let middle = bytes.get(bytes.len() / 2).copied().unwrap_or_default();
            (u64::from(*first) << 8 | u64::from(middle), u64::from(*last))
        }
        [one] => (u64::from(*one), 0),
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        // Two at a time: neither has to wait for the other.
        let (fours, rest) = bytes.as_chunks::<32>();
        let mut other = Self(self.0.rotate_left(32));
        for four in fours {
            let (left, right) = four.split_at(16);
            for (half, into) in [(left, &mut *self), (right, &mut other)] {
                let both = half.first_chunk().map_or(0, |half| u128::from_le_bytes(*half));
                into.add(both as u64, (both >> 64) as u64);
            }
        }
        if !fours.is_empty() {
            self.add(other.0, 0);
        }
        let (pairs, rest) = rest.as_chunks::<16>();
        for pair in pairs {
            let both = u128::from_le_bytes(*pair);
            self.add(both as u64, (both >> 64) as u64);
        }
        let (left, right) = ends(rest);
        self.add(left ^ bytes.len() as u64, right);
    }

    fn write_u16(&mut self, number: u16) {
        self.add(u64::from(number), 0);
    }

    fn write_u32(&mut self, number: u32) {
        self.add(u64::from(number), 0);
    }

    fn write_u64(&mut self, number: u64) {
        self.add(number, 0);
    }

    fn write_u128(&mut self, number: u128) {
        self.add(number as u64, (number >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A map whose keys are looked up by their bytes.
pub(super) type ByBytes<V> = HashMap<Box<[u8]>, V, Fast>;

/// Numbers of texts.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: ByBytes<u32>,
    texts: Vec<Box<str>>,
    /// Whether a text stands in JSON as it is.
    plain: Vec<bool>,
    bytes: usize,
    /// The number of all texts beyond those that are kept.
    shared: Option<u32>,
}

impl Names {
    /// The number of a text as it stands in JSON, with its escapes.
    pub(super) fn number(&mut self, escaped: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(escaped) {
            return *number;
        }
        let text = super::super::json::unescaped(escaped);
        self.bytes += escaped.len() + text.len();
        if self.bytes > MOST_BYTES {
            return self.shared();
        }
        let number = self.texts.len() as u32;
        self.plain.push(text.as_bytes() == escaped);
        self.texts.push(text.into());
        self.numbers.insert(escaped.into(), number);
        number
    }

    /// The same, where it is most likely the text of a number that is known.
    pub(super) fn number_again(&mut self, escaped: &[u8], likely: Option<u32>) -> u32 {
        let is = |number: &u32| {
            let at = *number as usize;
            self.plain.get(at) == Some(&true)
                && self.texts.get(at).is_some_and(|text| text.as_bytes() == escaped)
        };
        match likely.filter(is) {
            Some(number) => number,
            None => self.number(escaped),
        }
    }

    fn shared(&mut self) -> u32 {
        *self.shared.get_or_insert_with(|| {
            self.plain.push(false);
            self.texts.push("(more values than are kept)".into());
            self.texts.len() as u32 - 1
        })
    }

    /// Whether a number is that of all texts beyond those that are kept: it says nothing of the text.
    pub(super) fn is_shared(&self, number: u32) -> bool {
        self.shared == Some(number)
    }

    /// The text of a number.
    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }
}
