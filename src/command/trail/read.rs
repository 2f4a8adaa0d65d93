//! Logs into events: found, read and inflated on all cores, each event once, with bounded memory.
//!
//! Small ones are taken in batches: read side by side, asked in their order which events are new, then judged side
//! by side. A long one is taken alone, block by block. Objects of a bucket are fetched one batch ahead.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;
use rayon::prelude::*;

use crate::trail::feed::Ids;
use crate::trail::inflate::{self, Slow};
use crate::trail::split::{MOST_EVENT, Splitter, Trouble, Unit};

/// What holds events.
pub(super) enum Log {
    /// A file; `-` is standard input.
    File(PathBuf),
    /// What was fetched before, packed or not, under the name that is reported.
    Held { name: String, bytes: Vec<u8> },
    /// An object of a bucket.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "this build asks no bucket"))]
    Object(Object),
}

/// An object of a bucket.
pub(super) struct Object {
    pub bucket: String,
    pub key: String,
    pub size: u64,
}

/// What a bucket gave, or why it gave nothing.
pub(super) type Fetched = Result<Vec<u8>, String>;

/// Fetches objects.
pub(super) trait Fetch: Sync {
    /// An answer for each, in their order.
    fn fetch(&self, objects: &[&Object], stop: &AtomicBool) -> Vec<Fetched>;
}

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

/// How logs are read.
pub(super) struct Reader<'r> {
    pub logs: &'r [Log],
    /// Where objects come from.
    pub bucket: Option<&'r dyn Fetch>,
    pub stop: &'r AtomicBool,
    pub bar: &'r ProgressBar,
}

/// A file of a batch, read.
enum Loaded {
    Whole {
        text: Vec<u8>,
        unit: Unit,
        again: Vec<bool>,
    },
    /// To be read block by block, from these bytes where it is no file.
    Long(Option<Vec<u8>>),
    Refused(String),
}

impl Reader<'_> {
    /// Gives all events to takers; returns these, and what could not be read.
    pub(super) fn read<T: Taker>(&self, make: &(dyn Fn() -> T + Sync)) -> (Vec<T>, Vec<FileTrouble>) {
        let takers: Mutex<Vec<T>> = Mutex::default();
        let buffers: Mutex<Vec<Vec<u8>>> = Mutex::default();
        let (mut ids, mut troubles) = (Ids::default(), Vec::new());
        let (mut from, mut to) = (0, self.batch(0));
        let mut fetched = self.fetch(from..to);
        while from < self.logs.len() && !self.stop.load(Ordering::Relaxed) {
            let end = self.batch(to);
            let ahead = std::thread::scope(|scope| {
                let ahead = self.is_remote(to..end).then(|| scope.spawn(|| self.fetch(to..end)));
                let here = std::mem::take(&mut fetched);
                self.judge(from..to, here, &mut ids, &mut troubles, (&takers, &buffers), make);
                // A thread that failed fetched nothing: its objects are told as missing.
                ahead.map(|one| one.join().unwrap_or_default())
            });
            fetched = ahead.unwrap_or_default();
            self.bar.inc((to - from) as u64);
            (from, to) = (to, end);
        }
        (takers.into_inner().unwrap_or_else(PoisonError::into_inner), troubles)
    }

    /// Whether some of them have to be fetched.
    fn is_remote(&self, range: Range<usize>) -> bool {
        self.logs.get(range).unwrap_or_default().iter().any(|log| matches!(log, Log::Object(_)))
    }

    /// What a bucket gives for these logs, by the log's number.
    fn fetch(&self, range: Range<usize>) -> BTreeMap<usize, Fetched> {
        let logs = self.logs.get(range.clone()).unwrap_or_default();
        let objects: Vec<(usize, &Object)> = range
            .zip(logs)
            .filter_map(|(at, log)| match log {
                Log::Object(object) => Some((at, object)),
                _ => None,
            })
            .collect();
        let Some(bucket) = self.bucket.filter(|_| !objects.is_empty()) else { return BTreeMap::new() };
        let only: Vec<&Object> = objects.iter().map(|(_, object)| *object).collect();
        objects.iter().map(|(at, _)| *at).zip(bucket.fetch(&only, self.stop)).collect()
    }

    /// Reads a batch, and gives its events to takers.
    fn judge<T: Taker>(
        &self,
        range: Range<usize>,
        mut fetched: BTreeMap<usize, Fetched>,
        ids: &mut Ids,
        troubles: &mut Vec<FileTrouble>,
        (takers, buffers): (&Mutex<Vec<T>>, &Mutex<Vec<Vec<u8>>>),
        make: &(dyn Fn() -> T + Sync),
    ) {
        let from = range.start;
        let logs: Vec<(&Log, Option<Fetched>)> = self
            .logs
            .get(range)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(|(offset, log)| (log, fetched.remove(&(from + offset))))
            .collect();
        let mut loaded: Vec<Loaded> =
            logs.into_par_iter().map(|(log, fetched)| load(log, fetched, buffers)).collect();
        for (offset, one) in loaded.iter_mut().enumerate() {
            let file = from + offset;
            let mut add = |trouble| troubles.push(FileTrouble { file, trouble });
            match one {
                Loaded::Whole { text, unit, again } => {
                    *again = ids.again(text, unit);
                    told(unit).into_iter().for_each(add);
                }
                Loaded::Refused(reason) => add(Trouble { offset: 0, reason: std::mem::take(reason) }),
                Loaded::Long(bytes) => {
                    let opened = self.opened(file, bytes.take());
                    let mut taker = pop(takers).unwrap_or_else(make);
                    self.long(opened, file as u32, ids, &mut taker, &mut add);
                    push(takers, taker);
                }
            }
        }
        let failed: Vec<FileTrouble> = loaded
            .into_par_iter()
            .enumerate()
            .filter_map(|(offset, one)| {
                let Loaded::Whole { text, unit, again } = one else { return None };
                let file = from + offset;
                let mut taker = pop(takers).unwrap_or_else(make);
                let failed = guarded(&mut taker, &text, &unit, &again, file as u32, 0);
                push(takers, taker);
                push(buffers, text);
                failed.map(|trouble| FileTrouble { file, trouble })
            })
            .collect();
        troubles.extend(failed);
    }

    /// The end of the batch that starts at a log.
    fn batch(&self, from: usize) -> usize {
        let mut bytes = 0;
        let rest = self.logs.get(from..).unwrap_or_default().iter().take(BATCH_FILES);
        let fits = rest.take_while(|log| {
            let before = bytes;
            bytes += size(log);
            before == 0 || bytes <= BATCH
        });
        (from + fits.count().max(1)).min(self.logs.len())
    }

    /// A log as a stream of bytes.
    fn opened(&self, at: usize, bytes: Option<Vec<u8>>) -> io::Result<Box<dyn Read + '_>> {
        match (bytes, self.logs.get(at)) {
            (Some(bytes), _) => Ok(Box::new(io::Cursor::new(bytes))),
            (None, Some(Log::File(path))) if path.as_os_str() == "-" => Ok(Box::new(io::stdin())),
            (None, Some(Log::File(path))) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
            (None, Some(Log::Held { bytes, .. })) => Ok(Box::new(bytes.as_slice())),
            (None, Some(Log::Object(_)) | None) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// A log block by block.
    fn long<T: Taker>(
        &self,
        opened: io::Result<Box<dyn Read + '_>>,
        file: u32,
        ids: &mut Ids,
        taker: &mut T,
        add: &mut dyn FnMut(Trouble),
    ) {
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

/// The bytes of a file, inflated where it is gzip.
fn plain<'l>(mut reader: Box<dyn Read + 'l>) -> io::Result<Box<dyn Read + 'l>> {
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

/// About how many bytes a log has when it is inflated: ten times as many.
fn size(log: &Log) -> usize {
    let packed = |name: &str, size: usize| if name.ends_with(".gz") { size * 10 } else { size };
    match log {
        Log::File(path) => {
            let size = std::fs::metadata(path).map_or(0, |kind| kind.len() as usize);
            packed(&path.to_string_lossy(), size)
        }
        Log::Held { bytes, .. } if inflate::is_gzip(bytes) => inflate::told_size(bytes),
        Log::Held { bytes, .. } => bytes.len(),
        Log::Object(object) => packed(&object.key, usize::try_from(object.size).unwrap_or(usize::MAX / 16)),
    }
}

/// Reads and splits a log, if it is short.
fn load(log: &Log, fetched: Option<Fetched>, buffers: &Mutex<Vec<Vec<u8>>>) -> Loaded {
    let path = match (log, fetched) {
        (_, Some(Ok(bytes))) => return whole(bytes, buffers),
        (_, Some(Err(reason))) => return Loaded::Refused(reason),
        (Log::Object(_), None) => return Loaded::Refused("it could not be fetched".to_owned()),
        (Log::Held { bytes, .. }, None) if bytes.len() <= inflate::MOST_AT_ONCE => {
            return whole(bytes.clone(), buffers);
        }
        (Log::Held { .. }, None) => return Loaded::Long(None),
        (Log::File(path), None) if path.as_os_str() == "-" => return Loaded::Long(None),
        (Log::File(path), None) => path,
    };
    match short(path) {
        Ok(Some(bytes)) => whole(bytes, buffers),
        Ok(None) => Loaded::Long(None),
        Err(error) => Loaded::Refused(unread(&error)),
    }
}

/// Inflates and splits bytes that fit into memory.
fn whole(short: Vec<u8>, buffers: &Mutex<Vec<Vec<u8>>>) -> Loaded {
    if short.len() > inflate::MOST_AT_ONCE {
        return Loaded::Long(Some(short));
    }
    let text = if inflate::is_gzip(&short) {
        let mut text = pop(buffers).unwrap_or_default();
        if !inflate::at_once(&short, &mut text) {
            push(buffers, text);
            return Loaded::Long(Some(short));
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
