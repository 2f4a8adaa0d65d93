//! Finds known values without keeping them: by keyed fingerprints of their forms.
//!
//! What is kept of a value while files are read, and why:
//!
//! * a *filter*: one bit for each window of eight bytes, at a place that depends on a key drawn for this run. Most
//!   of a file is passed over by one look at it. It is lossy: thousands of windows share it, and many texts fall on
//!   each bit.
//! * for each window its SipHash under another key, for where the filter says "perhaps".
//! * for each form its length and SHA-256 under a third key, which decides.
//!
//! So no copy of a value lies in memory, in a core file or on a swap disk, where a search for its text (ours, too)
//! or a careless upload would find it, and two runs have nothing in common that could be compared. It does **not**
//! defend against somebody who has the whole memory: with the keys, which are in it, guesses can be tried, and
//! eight bytes are few. The file that is being read may hold the value as well; those buffers are wiped.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::encode::{Encoding, Form, forms};
use crate::secret::placeholder::{Placeholder, judge};

/// Bytes of a window.
pub(super) const WINDOW: usize = 8;
/// A shorter value stands in files by chance.
pub const FEWEST_CHARACTERS: usize = 8;
/// A line end in a form that is broken into lines, with the blanks after it, is no longer than this.
const MOST_BREAK: usize = 128;
/// Parts of a form that is broken into lines that are looked for, so that one of them is whole.
const MOST_PARTS: usize = 4;

/// Why a value is not looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing, or fewer than [`FEWEST_CHARACTERS`].
    Short,
    /// A word, a mask, a placeholder: it stands in many files and says nothing.
    Common,
}

impl Unfit {
    /// Why, in a few words; they tell nothing of the value but this.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Short => "its value is shorter than 8 characters and would be found by chance",
            Self::Common => "its value is a word, a placeholder or a repetition and would be found by chance",
        }
    }
}

struct Known {
    value: usize,
    encoding: Encoding,
    wraps: bool,
    length: usize,
    code: [u8; 16],
}

/// A window: in which form, and where in it.
#[derive(Clone, Copy)]
struct At {
    form: u32,
    offset: u32,
}

/// A form of a value in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub start: usize,
    pub end: usize,
    pub value: usize,
    pub encoding: Encoding,
}

/// Fingerprints of all forms of some values.
pub struct Fingerprints {
    forms: Vec<Known>,
    windows: HashMap<u64, Vec<At>>,
    filter: Vec<u64>,
    shift: u32,
    factor: u64,
    mask: u64,
    sip: RandomState,
    key: Zeroizing<[u8; 32]>,
    /// Every so many bytes one window is looked at: the windows of a form follow each other, so one is met.
    stride: usize,
    reach: usize,
    values: usize,
}

impl std::fmt::Debug for Fingerprints {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Fingerprints({} values, {} forms)", self.values, self.forms.len())
    }
}

impl Default for Fingerprints {
    fn default() -> Self {
        // Each is keyed by the operating system's random numbers, and a PRF of what it is asked.
        let random = |number: u64| RandomState::new().hash_one(number);
        let mut key = Zeroizing::new([0; 32]);
        for (number, part) in key.chunks_exact_mut(8).enumerate() {
            part.copy_from_slice(&random(number as u64).to_le_bytes());
        }
        Self {
            forms: Vec::new(),
            windows: HashMap::new(),
            filter: Vec::new(),
            shift: 63,
            factor: random(4) | 1,
            mask: random(5),
            sip: RandomState::new(),
            key,
            stride: WINDOW,
            reach: WINDOW,
            values: 0,
        }
    }
}

impl Fingerprints {
    /// Takes the fingerprints of values; each is known by its place in the list.
    ///
    /// Those that stand in files by chance are not looked for, and told with the reason.
    pub fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> (Self, Vec<(usize, Unfit)>) {
        let mut all = Self::default();
        let (mut found, mut unfit) = (Vec::new(), Vec::new());
        for value in values {
            let number = all.values;
            all.values += 1;
            match fit(value) {
                Err(reason) => unfit.push((number, reason)),
                Ok(value) => found.extend(forms(value).into_iter().map(|form| (number, form))),
            }
        }
        all.stride = found.iter().map(|(_, form)| longest_stride(form)).min().unwrap_or(WINDOW);
        let mut places: Vec<u64> = Vec::new();
        for (value, form) in &found {
            all.add(*value, form, &mut places);
        }
        all.set_filter(&places);
        (all, unfit)
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// How far around a window a match may reach.
    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    fn add(&mut self, value: usize, form: &Form, places: &mut Vec<u64>) {
        let number = u32::try_from(self.forms.len()).unwrap_or(u32::MAX);
        let length = form.bytes.len();
        self.forms.push(Known {
            value,
            encoding: form.encoding,
            wraps: form.wraps,
            length,
            code: self.code(std::iter::once(&**form.bytes)),
        });
        let reach = if form.wraps { span_of_broken(length) } else { length };
        self.reach = self.reach.max(reach + WINDOW);
        let run = WINDOW + self.stride - 1;
        for start in parts(form, run) {
            for offset in start..start + self.stride {
                let window = form.bytes.get(offset..).and_then(|rest| rest.first_chunk::<WINDOW>());
                let Some(window) = window.map(|window| u64::from_le_bytes(*window)) else { continue };
                places.push(self.mixed(window));
                let at = At { form: number, offset: u32::try_from(offset).unwrap_or(u32::MAX) };
                self.windows.entry(self.sip.hash_one(window)).or_default().push(at);
            }
        }
    }

    fn set_filter(&mut self, places: &[u64]) {
        // One bit in 32 is set: then a look at it nearly always ends the matter. At most 2 MiB.
        let bits = (places.len() * 32).next_power_of_two().clamp(1 << 12, 1 << 24);
        self.shift = 64 - bits.trailing_zeros();
        self.filter = vec![0; bits / 64];
        for place in places {
            let bit = place >> self.shift;
            if let Some(word) = self.filter.get_mut((bit / 64) as usize) {
                *word |= 1 << (bit % 64);
            }
        }
    }

    fn mixed(&self, window: u64) -> u64 {
        (window ^ self.mask).wrapping_mul(self.factor)
    }

    fn code<'b>(&self, pieces: impl Iterator<Item = &'b [u8]>) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(*self.key);
        pieces.for_each(|piece| hash.update(piece));
        let mut code = [0; 16];
        code.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        code
    }

    /// Tells the hits whose window starts in `from..to`, a multiple of the stride; returns where to go on.
    pub(super) fn look(&self, text: &[u8], from: usize, to: usize, tell: &mut dyn FnMut(Hit)) -> usize {
        if !self.is_empty() {
            match self.stride {
                8 => self.look_at::<8>(text, from, to, tell),
                4 => self.look_at::<4>(text, from, to, tell),
                2 => self.look_at::<2>(text, from, to, tell),
                _ => self.look_at::<1>(text, from, to, tell),
            }
        }
        from + to.saturating_sub(from).next_multiple_of(self.stride)
    }

    /// The loop that all of every file goes through.
    fn look_at<const STRIDE: usize>(&self, text: &[u8], from: usize, to: usize, tell: &mut dyn FnMut(Hit)) {
        let mut at = from;
        // All windows of sixteen bytes that begin in the first eight, out of two words.
        while at + WINDOW <= to {
            let Some(both) = text.get(at..).and_then(|rest| rest.first_chunk::<16>()) else { break };
            let both = u128::from_le_bytes(*both);
            for step in (0..WINDOW).step_by(STRIDE) {
                let window = (both >> (8 * step)) as u64;
                if self.is_set(window) {
                    self.look_closer(text, at + step, window, tell);
                }
            }
            at += WINDOW;
        }
        while at < to {
            let Some(window) = text.get(at..).and_then(|rest| rest.first_chunk::<WINDOW>()) else { return };
            let window = u64::from_le_bytes(*window);
            if self.is_set(window) {
                self.look_closer(text, at, window, tell);
            }
            at += STRIDE;
        }
    }

    /// Whether a window may be one of ours.
    #[inline]
    fn is_set(&self, window: u64) -> bool {
        let bit = self.mixed(window) >> self.shift;
        self.filter.get((bit / 64) as usize).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    #[cold]
    fn look_closer(&self, text: &[u8], at: usize, window: u64, tell: &mut dyn FnMut(Hit)) {
        let Some(known) = self.windows.get(&self.sip.hash_one(window)) else { return };
        for place in known {
            let Some(form) = self.forms.get(place.form as usize) else { continue };
            let offset = place.offset as usize;
            let found = if form.wraps {
                broken(text, at, offset, form.length)
            } else {
                whole(at, offset, form.length)
            };
            let Some(lines) = found else { continue };
            let Some(pieces) = lines.iter().map(|line| text.get(line.clone())).collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            if self.code(pieces.into_iter()) == form.code {
                let ends = lines.first().map(|line| line.start).zip(lines.last().map(|line| line.end));
                let (start, end) = ends.unwrap_or((at, at));
                tell(Hit { start, end, value: form.value, encoding: form.encoding });
            }
        }
    }
}

/// A form that is broken into lines spans no more than this.
fn span_of_broken(length: usize) -> usize {
    2 * length + 4 * MOST_BREAK
}

type Lines = Vec<std::ops::Range<usize>>;

fn whole(at: usize, offset: usize, length: usize) -> Option<Lines> {
    let start = at.checked_sub(offset)?;
    Some(std::iter::once(start..start + length).collect())
}

/// Where a form of `length` bytes stands whose byte `offset` is at `at`, line ends in it passed over.
fn broken(text: &[u8], at: usize, offset: usize, length: usize) -> Option<Lines> {
    // The same limit wherever a piece of the file ends.
    let most = span_of_broken(length);
    let mut start = at;
    for _ in 0..offset {
        start = start.checked_sub(1 + break_before(text, start)?)?;
        if at - start > most {
            return None;
        }
    }
    let mut lines: Lines = Vec::new();
    let (mut from, mut to) = (start, start);
    for left in (0..length).rev() {
        to += 1;
        let broken = if left == 0 { 0 } else { break_after(text, to)? };
        if broken > 0 {
            lines.push(from..to);
            from = to + broken;
            to = from;
            if to - start > most {
                return None;
            }
        }
    }
    lines.push(from..to);
    (to <= text.len() && to - start <= most).then_some(lines)
}

/// Bytes of a line end and the blanks of the next line.
fn break_after(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if !rest.first().is_some_and(|byte| b"\r\n\\".contains(byte)) {
        return Some(0);
    }
    let (mut end, mut fresh) = (0, false);
    while end < MOST_BREAK {
        match rest.get(end..)? {
            // Also as strings write it.
            [b'\\', b'n' | b'r', ..] => end += 2,
            [b'\n' | b'\r', ..] => end += 1,
            [b' ' | b'\t', ..] if fresh => end += 1,
            _ => break,
        }
        fresh = true;
    }
    Some(end)
}

/// The same before a place.
fn break_before(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let mut begin = at;
    loop {
        let rest = before.get(..begin)?;
        match rest {
            [.., b'\\', b'n' | b'r'] => begin -= 2,
            [.., b'\n' | b'\r'] => begin -= 1,
            [.., b' ' | b'\t'] => {
                let last = rest.iter().rev().take(MOST_BREAK);
                let blanks = last.take_while(|byte| b" \t".contains(byte)).count();
                let line = rest.get(..begin - blanks)?;
                if ![&b"\n"[..], b"\r", b"\\n", b"\\r"].iter().any(|end| line.ends_with(end)) {
                    break;
                }
                begin -= blanks;
            }
            _ => break,
        }
        if at - begin > MOST_BREAK {
            return None;
        }
    }
    Some(at - begin)
}

/// A value without the blanks around it, if it can be told from chance.
fn fit(value: &str) -> Result<&str, Unfit> {
    let value = value.trim();
    if value.chars().count() < FEWEST_CHARACTERS {
        return Err(Unfit::Short);
    }
    let mut seen = [false; 256];
    value.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    let few = seen.iter().filter(|seen| **seen).count() < 4;
    // `password123`
    let word = value.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let plain = value.len() - word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let common = few || (plain && value.len() < 16) || judge(value) == Placeholder::Yes;
    if common { Err(Unfit::Common) } else { Ok(value) }
}

/// How far apart looked-at windows may be so that this form is met: 8, 4, 2 or 1.
fn longest_stride(form: &Form) -> usize {
    // What is broken once must be whole on one side of the break.
    let halves = if form.wraps && form.bytes.len() >= 2 * WINDOW { 2 } else { 1 };
    let room = form.bytes.len() / halves;
    [8, 4, 2].into_iter().find(|stride| room >= WINDOW + stride - 1).unwrap_or(1)
}

/// Where the parts of a form start that are looked for: `run` bytes each, as unlike other texts as may be.
fn parts(form: &Form, run: usize) -> Vec<usize> {
    let length = form.bytes.len();
    let count = if form.wraps { (length / run).clamp(1, MOST_PARTS) } else { 1 };
    let size = length / count;
    let starts = (0..count).map(|part| {
        let from = part * size;
        (from..=(from + size).saturating_sub(run).max(from)).max_by_key(|start| variety(form, *start, run))
    });
    starts.flatten().collect()
}

/// How many different bytes a part has. Later ones win: the beginning of a key is that of all keys of its kind.
fn variety(form: &Form, start: usize, run: usize) -> usize {
    let mut seen = [false; 256];
    let part = form.bytes.get(start..start + run).unwrap_or_default();
    part.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|seen| **seen).count()
}
