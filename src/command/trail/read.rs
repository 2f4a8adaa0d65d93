//! Files into events: found, read and inflated on all cores, each event once, with bounded memory.
//!
//! Small files are taken in batches: read side by side, asked in their order which events are new, then judged side
//! by side. A long file is taken alone, block by block.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;
use rayon::prelude::*;

use super::shelf::Disk;
use crate::trail::ids::Ids;
use crate::trail::inflate::{self, Slow};
use crate::trail::split::{MOST_EVENT, Splitter, Trouble, Unit};

/// Inflated bytes of one batch.
const BATCH: usize = 20 * 1024 * 1024;
/// Files of one batch.
const BATCH_FILES: usize = 512;
/// Bytes that are read of a long file at once.
const BLOCK: usize = 4 * 1024 * 1024;

/// Takes the events of a block. One for each thread.
pub(super) trait Taker: Send {
    /// `again` says which events were delivered before; `before` are the bytes of the file before the block.
    fn take(&mut self, text: &[u8], unit: &Unit, again: &[bool], file: u32, before: u64);
}

/// What one file could not tell.
pub(super) struct FileTrouble {
    pub file: usize,
    pub trouble: Trouble,
}

/// How files are read.
pub(super) struct Reader<'r> {
    pub files: &'r [PathBuf],
    pub stop: &'r AtomicBool,
    pub bar: &'r ProgressBar,
}

/// A file of a batch, read.
enum Loaded {
    Whole { text: Vec<u8>, unit: Unit, again: Vec<bool> },
    Long,
    Refused(String),
}

impl Reader<'_> {
    /// Gives all events to takers; returns these, and what could not be read.
    pub(super) fn read<T: Taker>(&self, make: &(dyn Fn() -> T + Sync)) -> (Vec<T>, Vec<FileTrouble>) {
        let takers: Mutex<Vec<T>> = Mutex::default();
        let buffers: Mutex<Vec<Vec<u8>>> = Mutex::default();
        let (mut ids, mut troubles) = (Ids::new(Box::<Disk>::default()), Vec::new());
        let mut from = 0;
        while from < self.files.len() && !self.stop.load(Ordering::Relaxed) {
            let to = self.batch(from);
            let paths = self.files.get(from..to).unwrap_or_default();
            let mut loaded: Vec<Loaded> = paths.par_iter().map(|path| load(path, &buffers)).collect();
            for (offset, one) in loaded.iter_mut().enumerate() {
                let file = from + offset;
                let mut add = |trouble| troubles.push(FileTrouble { file, trouble });
                match one {
                    Loaded::Whole { text, unit, again } => {
                        *again = ids.again(text, unit);
                        told(unit).into_iter().for_each(add);
                    }
                    Loaded::Refused(reason) => add(Trouble { offset: 0, reason: std::mem::take(reason) }),
                    Loaded::Long => {
                        let path = self.files.get(file).map(PathBuf::as_path).unwrap_or(Path::new(""));
                        let mut taker = pop(&takers).unwrap_or_else(make);
                        self.long(path, file as u32, &mut ids, &mut taker, &mut add);
                        push(&takers, taker);
                    }
                }
            }
            let failed: Vec<FileTrouble> = loaded
                .into_par_iter()
                .enumerate()
                .filter_map(|(offset, one)| {
                    let Loaded::Whole { text, unit, again } = one else { return None };
                    let file = from + offset;
                    let mut taker = pop(&takers).unwrap_or_else(make);
                    let failed = guarded(&mut taker, &text, &unit, &again, file as u32, 0);
                    push(&takers, taker);
                    push(&buffers, text);
                    failed.map(|trouble| FileTrouble { file, trouble })
                })
                .collect();
            troubles.extend(failed);
            self.bar.inc(paths.len() as u64);
            from = to;
        }
        troubles.extend(unsure(&ids));
        (takers.into_inner().unwrap_or_else(PoisonError::into_inner), troubles)
    }

    /// The end of the batch that starts at a file.
    fn batch(&self, from: usize) -> usize {
        let mut bytes = 0;
        let rest = self.files.get(from..).unwrap_or_default().iter().take(BATCH_FILES);
        let fits = rest.take_while(|path| {
            let before = bytes;
            let size = std::fs::metadata(path).map_or(0, |kind| kind.len() as usize);
            // Logs have ten times the bytes when they are inflated.
            bytes += if path.extension().is_some_and(|end| end == "gz") { size * 10 } else { size };
            before == 0 || bytes <= BATCH
        });
        from + fits.count().max(1)
    }

    /// A file block by block.
    fn long<T: Taker>(
        &self,
        path: &Path,
        file: u32,
        ids: &mut Ids,
        taker: &mut T,
        add: &mut dyn FnMut(Trouble),
    ) {
        let opened: io::Result<Box<dyn Read>> = if path.as_os_str() == "-" {
            Ok(Box::new(io::stdin()))
        } else {
            File::open(path).map(|file| Box::new(file) as Box<dyn Read>)
        };
        let mut reader = match opened.and_then(plain) {
            Ok(reader) => reader,
            Err(error) => return add(Trouble { offset: 0, reason: unread(&error) }),
        };
        let (mut splitter, mut text, mut before) = (Splitter::default(), Vec::new(), 0_u64);
        loop {
            let failed = fill(&mut *reader, &mut text);
            let last = match &failed {
                Ok(more) => !more,
                Err(_) => true,
            };
            let mut unit = Unit::default();
            let done = splitter.split(&text, last, &mut unit);
            let again = ids.again(&text, &unit);
            guarded(taker, &text, &unit, &again, file, before).into_iter().for_each(&mut *add);
            told(&mut unit).into_iter().for_each(&mut *add);
            before += done as u64;
            text.drain(..done);
            if let Err(error) = failed {
                add(Trouble { offset: before, reason: unread(&error) });
            }
            if last || self.stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// Gives a block to a taker. A panic in it costs the rest of the block, and is told.
fn guarded<T: Taker>(
    taker: &mut T,
    text: &[u8],
    unit: &Unit,
    again: &[bool],
    file: u32,
    before: u64,
) -> Option<Trouble> {
    let work = || taker.take(text, unit, again, file, before);
    let reason = "an error of secretrail's own ended the work on it; please report it".to_owned();
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .err()
        .map(|_| Trouble { offset: before, reason })
}

/// Told of the first file: of which one it would have to be, nobody knows.
fn unsure(ids: &Ids) -> Option<FileTrouble> {
    let reason = format!("{} events may be counted twice: a temporary file could not be read", ids.unsure());
    (ids.unsure() > 0).then_some(FileTrouble { file: 0, trouble: Trouble { offset: 0, reason } })
}

/// The bytes of a file, inflated where it is gzip.
fn plain(mut reader: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut start = Vec::new();
    reader.by_ref().take(2).read_to_end(&mut start)?;
    let is_gzip = inflate::is_gzip(&start);
    let whole = io::Cursor::new(start).chain(reader);
    Ok(if is_gzip { Box::new(Slow::new(whole)) } else { Box::new(whole) })
}

/// Reads one more block; whether there may be more. What was read before an error stays.
fn fill(reader: &mut dyn Read, text: &mut Vec<u8>) -> io::Result<bool> {
    // A block that holds no end of an event gets a longer one behind it.
    let most = BLOCK.max(text.len()).min(MOST_EVENT);
    let mut block = reader.take(most as u64);
    let count = block.read_to_end(text)?;
    Ok(count == most)
}

/// Reads and splits a file, if it is short.
fn load(path: &Path, buffers: &Mutex<Vec<Vec<u8>>>) -> Loaded {
    if path.as_os_str() == "-" {
        return Loaded::Long;
    }
    let short = match short(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Loaded::Long,
        Err(error) => return Loaded::Refused(unread(&error)),
    };
    let text = if inflate::is_gzip(&short) {
        let mut text = pop(buffers).unwrap_or_default();
        if !inflate::at_once(&short, &mut text) {
            push(buffers, text);
            return Loaded::Long;
        }
        text
    } else {
        short
    };
    let mut unit = Unit::default();
    Splitter::default().split(&text, true, &mut unit);
    Loaded::Whole { text, unit, again: Vec::new() }
}

/// The bytes of a file that is short; `None` for all others.
fn short(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let kind = std::fs::metadata(path)?;
    if !kind.is_file() || kind.len() > inflate::MOST_AT_ONCE as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(kind.len() as usize + 1);
    // It may have grown since.
    File::open(path)?.take(inflate::MOST_AT_ONCE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() <= inflate::MOST_AT_ONCE))
}

/// The troubles of a unit; of many the last one counts the rest.
fn told(unit: &mut Unit) -> Vec<Trouble> {
    let mut all = std::mem::take(&mut unit.troubles);
    if unit.more_troubles > 0 {
        let offset = all.last().map_or(0, |last| last.offset);
        all.push(Trouble { offset, reason: format!("{} more places can't be read", unit.more_troubles) });
    }
    all
}

fn unread(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            "it inflates to more than 200 times its size: a gzip bomb; reading stopped".to_owned()
        }
        io::ErrorKind::UnexpectedEof => "the compressed data ends too early".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            "the compressed data is damaged".to_owned()
        }
        kind => format!("it can't be read: {kind}"),
    }
}

fn pop<T>(all: &Mutex<Vec<T>>) -> Option<T> {
    all.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn push<T>(all: &Mutex<Vec<T>>, one: T) {
    all.lock().unwrap_or_else(PoisonError::into_inner).push(one);
}
