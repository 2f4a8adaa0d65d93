//! Looks into files: each is read once, by all cores, with one buffer for each.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::files::File;
use super::keys::Wanted;
use super::place::{in_binary, positions};
use crate::sighting::{
    Buffer, Encoding, Found, Match, Mention, Part, Place, What, around, joined, logins, search, search_text,
};
use crate::source::Position;
use crate::source::open::decode;

/// A smaller file is read as a whole.
const WHOLE: usize = 1024 * 1024;
/// A larger one is looked into in parts of this size, side by side.
const PART: u64 = 32 * 1024 * 1024;
/// Names are looked for in so much of a file at once.
const TEXT: usize = 16 * 1024 * 1024;
/// No name that is looked for is longer.
const LONGEST_NAME: usize = 4 * 1024;
/// A file that has a NUL in so many bytes is no text.
const HEAD: usize = 8 * 1024;

/// What could not be read.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    pub name: String,
    pub reason: String,
    pub hides_findings: bool,
}

/// Something in a file.
#[derive(Debug)]
pub(super) struct Seen {
    /// As it is told.
    pub file: String,
    pub place: Place,
    pub at: Position,
    /// The byte, in a file without lines.
    pub byte: Option<u64>,
    pub what: Sight,
    /// More words about the place.
    pub around: Option<String>,
}

#[derive(Debug)]
pub(super) enum Sight {
    /// A value, by its number.
    Value(usize, Encoding),
    /// The name of a key.
    Name(usize, What),
    /// A login of a key's service.
    Login(usize, String),
    /// The file's own name holds a value.
    FileName(usize, Encoding),
}

pub(super) struct Looker<'l> {
    pub wanted: &'l Wanted,
    pub stop: &'l AtomicBool,
    pub bar: &'l ProgressBar,
}

/// A thread's buffers, wiped in the end.
struct Scratch {
    buffer: Buffer,
    whole: Zeroizing<Vec<u8>>,
}

/// What one file gives.
#[derive(Default)]
struct Of {
    seen: Vec<Seen>,
    gaps: Vec<Gap>,
}

impl Looker<'_> {
    /// What is in all files, in their order.
    pub fn all(&self, files: &[File]) -> (Vec<Seen>, Vec<Gap>) {
        let idle: Mutex<Vec<Scratch>> = Mutex::default();
        let (large, small): (Vec<_>, Vec<_>) =
            files.iter().enumerate().partition(|(_, file)| file.length > PART);
        let one = |(number, file): (usize, &File)| (number, self.guarded(file, &|| self.small(file, &idle)));
        let mut all: Vec<(usize, Of)> = small.into_par_iter().map(one).collect();
        // One after the other, each by all cores.
        all.extend(
            large.into_iter().map(|(number, file)| (number, self.guarded(file, &|| self.large(file, &idle)))),
        );
        all.sort_by_key(|(number, _)| *number);
        let (mut seen, mut gaps) = (Vec::new(), Vec::new());
        for (_, of) in all {
            seen.extend(of.seen);
            gaps.extend(of.gaps);
        }
        (seen, gaps)
    }

    /// What can't be read, and an error of ours, cost that file and are told.
    fn guarded(&self, file: &File, work: &dyn Fn() -> io::Result<Of>) -> Of {
        if self.stop.load(Ordering::Relaxed) {
            return Of::default();
        }
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        self.bar.inc(file.length);
        let gap = |reason: String| Gap { name: file.name.clone(), reason, hides_findings: true };
        let mut of = match result {
            Ok(Ok(of)) => of,
            Ok(Err(error)) => {
                Of { seen: Vec::new(), gaps: vec![gap(format!("it cannot be read: {}", error.kind()))] }
            }
            Err(_) => {
                let reason = "an internal error stopped the work on it; please report it";
                Of { seen: Vec::new(), gaps: vec![gap(reason.into())] }
            }
        };
        let name = search_text(&self.wanted.fingerprints, file.name.as_bytes());
        of.seen.extend(name.matches.into_iter().map(|hit| {
            let what = Sight::FileName(hit.value, hit.encoding);
            let at = Position { line: 1, column: 1, end_line: 1, end_column: 1 };
            Seen { file: file.name.clone(), place: file.place(), at, byte: None, what, around: None }
        }));
        of
    }

    fn small(&self, file: &File, idle: &Mutex<Vec<Scratch>>) -> io::Result<Of> {
        let mut opened = open(&file.path)?;
        let mut scratch = self.scratch(idle);
        let mut of = Of::default();
        scratch.whole.clear();
        let read = (&mut opened).take(WHOLE as u64 + 1).read_to_end(&mut scratch.whole)?;
        if read <= WHOLE {
            self.whole(file, &scratch.whole, &mut of)?;
        } else {
            opened.seek(SeekFrom::Start(0))?;
            let found = search(&self.wanted.fingerprints, Part::WHOLE, &mut opened, &mut scratch.buffer)?;
            self.rest(file, &mut opened, found, true, &mut of)?;
        }
        give(idle, scratch);
        Ok(of)
    }

    fn large(&self, file: &File, idle: &Mutex<Vec<Scratch>>) -> io::Result<Of> {
        let fingerprints = &self.wanted.fingerprints;
        let is_text = is_text(&mut open(&file.path)?)?;
        let part = |part: Part| -> io::Result<(Found, bool)> {
            if self.stop.load(Ordering::Relaxed) {
                return Ok((Found::default(), false));
            }
            let mut opened = open(&file.path)?;
            let mut scratch = self.scratch(idle);
            let named = is_text && self.names_in(&mut opened, part, &mut scratch.whole)?;
            opened.seek(SeekFrom::Start(part.start(fingerprints)))?;
            let found = search(fingerprints, part, &mut opened, &mut scratch.buffer)?;
            give(idle, scratch);
            Ok((found, named))
        };
        let parts: Vec<(Found, bool)> =
            Part::split(file.length, PART).into_par_iter().map(part).collect::<io::Result<_>>()?;
        let named = parts.iter().any(|(_, named)| *named);
        let mut of = Of::default();
        let found = joined(parts.into_iter().map(|(found, _)| found));
        self.rest(file, &mut open(&file.path)?, found, named, &mut of)?;
        Ok(of)
    }

    /// Whether a part of a file has a name in it, or could have one at its ends.
    fn names_in(&self, opened: &mut fs::File, part: Part, piece: &mut Vec<u8>) -> io::Result<bool> {
        let mut from = part.from;
        while from < part.to {
            opened.seek(SeekFrom::Start(from))?;
            piece.clear();
            let read = (&mut *opened).take(WHOLE as u64).read_to_end(piece)?;
            if self.wanted.names.any(piece) {
                return Ok(true);
            }
            if read < WHOLE {
                break;
            }
            from += (WHOLE - LONGEST_NAME) as u64;
        }
        Ok(false)
    }

    /// A file that is in memory.
    fn whole(&self, file: &File, bytes: &[u8], of: &mut Of) -> io::Result<()> {
        let is_wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let wide =
            if is_wide { decode(bytes.to_vec()).ok().map(|(text, _)| Zeroizing::new(text)) } else { None };
        let text = wide.as_ref().map_or(bytes, |text| text.as_bytes());
        let is_text = memchr::memchr(0, text).is_none();
        let mut found = search_text(&self.wanted.fingerprints, text);
        if is_wide {
            let plain = found.matches.iter_mut().filter(|hit| hit.encoding == Encoding::Plain);
            plain.for_each(|hit| hit.encoding = Encoding::Utf16);
        }
        values(file, &found, is_text, &mut &*text, of)?;
        if is_text && self.has_names(file, text) {
            self.names(file, text, (1, 1), of)?;
        }
        Ok(())
    }

    /// Whether a text is worth being read for names. A list of keys names them because that is what it is for.
    fn has_names(&self, file: &File, text: &[u8]) -> bool {
        let is_own = self.wanted.lists.contains(&file.path) || file.name.ends_with("secretrail.toml");
        // Logins name a service and no key.
        let has_logins = || matches!(file.place().word, "netrc" | "git-credentials" | "package-manager");
        !file.values_only && !is_own && (self.wanted.names.any(text) || has_logins())
    }

    /// A file that was looked into for values, piece by piece.
    fn rest(
        &self,
        file: &File,
        opened: &mut fs::File,
        found: Found,
        named: bool,
        of: &mut Of,
    ) -> io::Result<()> {
        let is_text = is_text(opened)?;
        opened.seek(SeekFrom::Start(0))?;
        values(file, &found, is_text, opened, of)?;
        if !is_text || !named || file.values_only {
            return Ok(());
        }
        opened.seek(SeekFrom::Start(0))?;
        let mut text = Zeroizing::new(Vec::with_capacity(TEXT));
        let mut lines = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let room = (TEXT - text.len()) as u64;
            let read = opened.take(room).read_to_end(&mut text)?;
            let whole = if read < room as usize {
                text.len()
            } else {
                memchr::memrchr(b'\n', &text).map_or(text.len(), |at| at + 1)
            };
            let piece = text.get(..whole).unwrap_or_default();
            if self.has_names(file, piece) {
                self.names(file, piece, (lines + 1, 1), of)?;
            }
            lines += memchr::memchr_iter(b'\n', piece).count();
            if read < room as usize {
                break;
            }
            text.drain(..whole);
        }
        Ok(())
    }

    /// The names in a text whose first byte stands at a line and column.
    fn names(&self, file: &File, text: &[u8], first: (usize, usize), of: &mut Of) -> io::Result<()> {
        let text = String::from_utf8_lossy(text);
        let place = file.place();
        let (mentions, more) = self.wanted.names.find(&text, &file.name, place);
        if more {
            of.gaps.push(many(file, "names of keys with values"));
        }
        let logins = logins(&text, place, &self.wanted.keys);
        let named = |one: Mention| (one.at, Sight::Name(one.key, one.what));
        let all = mentions.into_iter().map(named);
        let all: Vec<(Range<usize>, Sight)> =
            all.chain(logins.into_iter().map(|one| (one.at, Sight::Login(one.key, one.host)))).collect();
        let ranges: Vec<(u64, u64)> = all.iter().map(|(at, _)| (at.start as u64, at.end as u64)).collect();
        let places = positions(&mut text.as_bytes(), &ranges)?;
        of.seen.extend(all.into_iter().zip(places).map(|((at, what), position)| {
            let moved = Position {
                line: position.line + first.0 - 1,
                end_line: position.end_line + first.0 - 1,
                ..position
            };
            let around = around(&text, &at, place);
            Seen { file: file.name.clone(), place, at: moved, byte: None, what, around }
        }));
        Ok(())
    }

    fn scratch(&self, idle: &Mutex<Vec<Scratch>>) -> Scratch {
        let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| Scratch {
            buffer: Buffer::new(&self.wanted.fingerprints),
            whole: Zeroizing::new(Vec::with_capacity(WHOLE + 64)),
        })
    }
}

fn give(idle: &Mutex<Vec<Scratch>>, scratch: Scratch) {
    idle.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
}

/// A device or a pipe would block for ever or never end.
fn open(path: &Path) -> io::Result<fs::File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::from(io::ErrorKind::Unsupported));
    }
    fs::File::open(path)
}

/// Whether a file begins as a text does.
fn is_text(opened: &mut fs::File) -> io::Result<bool> {
    opened.seek(SeekFrom::Start(0))?;
    let mut head = [0; HEAD];
    let read = opened.read(&mut head)?;
    Ok(!head.get(..read).unwrap_or_default().contains(&0))
}

/// Adds the values that were found.
fn values(file: &File, found: &Found, is_text: bool, input: &mut dyn Read, of: &mut Of) -> io::Result<()> {
    if found.more {
        of.gaps.push(many(file, "copies of values"));
    }
    let range = |hit: &Match| (hit.start, hit.end);
    let places = match (is_text, found.matches.is_empty()) {
        (_, true) => return Ok(()),
        (true, _) => positions(input, &found.matches.iter().map(range).collect::<Vec<_>>())?,
        (false, _) => found.matches.iter().map(|hit| in_binary(range(hit))).collect(),
    };
    of.seen.extend(found.matches.iter().zip(places).map(|(hit, at)| Seen {
        file: file.name.clone(),
        place: file.place(),
        at,
        byte: (!is_text).then_some(hit.start),
        what: Sight::Value(hit.value, hit.encoding),
        around: None,
    }));
    Ok(())
}

fn many(file: &File, what: &str) -> Gap {
    let reason = format!("it has more {what} than are reported one by one");
    Gap { name: file.name.clone(), reason, hides_findings: false }
}
