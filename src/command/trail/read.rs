//! Logs into events: found, read and inflated on all cores, each event once, with bounded memory.
//!
//! Each core takes the next few logs, reads them, asks in its turn which of their events are new, and has them judged.
//! A long one is taken alone, block by block. Objects of a bucket are fetched some hundreds at a time, and the next ones
//! while those are judged.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;

use super::shelf::Disk;
use super::spare::Spare;
use super::turns::{Line, Turn};
use crate::trail::ids::Ids;
use crate::trail::inflate::{self, Slow};
use crate::trail::split::{MOST_EVENT, Splitter, Trouble, Unit};

/// Inflated bytes of one part: so few that they are still in the processor's cache when they are judged.
const BATCH: usize = 1024 * 1024;
/// Files of one part.
pub(super) const BATCH_FILES: usize = 64;
/// How many times longer logs are inflated, as long as none was seen.
const RATIO: usize = 10;
/// Inflated bytes of the objects that are fetched together.
const FETCHED: usize = 20 * 1024 * 1024;
/// Objects that are fetched together.
const FETCHED_OBJECTS: usize = 512;
/// Bytes that are read of a long file at once.
const BLOCK: usize = 4 * 1024 * 1024;

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

/// What workers share. Ids and troubles are touched by who has its turn, so they come in the order of files.
struct Shared<'s> {
    /// The next part: its number, and its first file.
    next: Mutex<(usize, usize)>,
    line: Line,
    told: Mutex<(&'s mut Ids, &'s mut Vec<FileTrouble>)>,
    /// How many times longer the latest logs were inflated: logs of a loop are packed four times as well as others.
    ratio: AtomicUsize,
    /// What a bucket gave, by the log's number.
    fetched: Mutex<BTreeMap<usize, Fetched>>,
}

impl Reader<'_> {
    /// Gives all events to takers; returns these, and what could not be read.
    pub(super) fn read<T: Taker>(&self, make: &(dyn Fn() -> T + Sync)) -> (Vec<T>, Vec<FileTrouble>) {
        let takers: Mutex<Vec<T>> = Mutex::default();
        let (mut ids, mut troubles) = (Ids::new(Box::<Disk>::default()), Vec::new());
        let (mut here, mut fetched) = self.fetched_from(0);
        while !here.is_empty() && !self.stop.load(Ordering::Relaxed) {
            let ahead = std::thread::scope(|scope| {
                let end = here.end;
                let ahead = (end < self.logs.len()).then(|| scope.spawn(move || self.fetched_from(end)));
                self.judge(
                    here.clone(),
                    (&mut ids, &mut troubles),
                    std::mem::take(&mut fetched),
                    &takers,
                    make,
                );
                // A thread that failed fetched nothing: its objects are told as missing.
                ahead.map(|one| one.join().unwrap_or_else(|_| (end..self.logs.len(), BTreeMap::new())))
            });
            (here, fetched) = ahead.unwrap_or_default();
        }
        troubles.extend(unsure(&ids));
        // A panic is told later than other troubles of its file.
        troubles.sort_by_key(|one| one.file);
        (takers.into_inner().unwrap_or_else(PoisonError::into_inner), troubles)
    }

    /// The logs from one on that are judged together: all of them, or as many objects as are fetched together.
    fn fetched_from(&self, from: usize) -> (Range<usize>, BTreeMap<usize, Fetched>) {
        let Some(bucket) = self.bucket else { return (from..self.logs.len(), BTreeMap::new()) };
        let to = self.batch(from, (FETCHED, FETCHED_OBJECTS), RATIO).min(self.logs.len());
        let objects: Vec<(usize, &Object)> = (from..to)
            .zip(self.logs.get(from..to).unwrap_or_default())
            .filter_map(|(at, log)| match log {
                Log::Object(object) => Some((at, object)),
                _ => None,
            })
            .collect();
        let only: Vec<&Object> = objects.iter().map(|(_, object)| *object).collect();
        let fetched = objects.iter().map(|(at, _)| *at).zip(bucket.fetch(&only, self.stop));
        (from..to, fetched.collect())
    }

    /// Reads some logs on all cores, and gives their events to takers.
    fn judge<T: Taker>(
        &self,
        files: Range<usize>,
        told: (&mut Ids, &mut Vec<FileTrouble>),
        fetched: BTreeMap<usize, Fetched>,
        takers: &Mutex<Vec<T>>,
        make: &(dyn Fn() -> T + Sync),
    ) {
        let (next, line) = (Mutex::new((0, files.start)), Line::default());
        let (told, ratio, fetched) = (Mutex::new(told), AtomicUsize::new(RATIO), Mutex::new(fetched));
        let shared = Shared { next, line, told, ratio, fetched };
        rayon::broadcast(|_| {
            let (mut taker, mut spare) = (pop(takers).unwrap_or_else(make), Spare::default());
            while let Some((turn, part)) = self.part(&shared, files.end) {
                self.work(&shared, turn, part.clone(), &mut taker, &mut spare);
                self.bar.inc(part.len() as u64);
            }
            push(takers, taker);
        });
    }

    /// The next files to work on, and their place in the line.
    fn part<'l>(&self, shared: &'l Shared<'_>, end: usize) -> Option<(Turn<'l>, Range<usize>)> {
        let mut next = shared.next.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, from) = *next;
        if from >= end || self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let ratio = shared.ratio.load(Ordering::Relaxed);
        let to = self.batch(from, (BATCH, BATCH_FILES), ratio).min(end);
        *next = (number + 1, to);
        Some((shared.line.place(number), from..to))
    }

    /// Reads a part side by side with others, asks in its turn which events are new, and has them judged. A part that
    /// is longer than it was thought to be is read piece by piece.
    fn work<T: Taker>(
        &self,
        shared: &Shared<'_>,
        turn: Turn<'_>,
        part: Range<usize>,
        taker: &mut T,
        spare: &mut Spare,
    ) {
        let (mut rest, mut turn) = (part, Some(turn));
        while !rest.is_empty() {
            let loaded = self.some(shared, rest.clone(), spare);
            let here = rest.start..rest.start + loaded.len();
            rest.start = here.end;
            if let Some(turn) = &turn {
                turn.wait();
            }
            let loaded = self.ask(shared, here.clone(), loaded, taker);
            if rest.is_empty() {
                turn = None;
            }
            for (file, one) in here.zip(loaded) {
                let Loaded::Whole { text, unit, again } = one else { continue };
                if let Some(trouble) = guarded(taker, &text, &unit, &again, file as u32, 0) {
                    let mut held = shared.told.lock().unwrap_or_else(PoisonError::into_inner);
                    held.1.push(FileTrouble { file, trouble });
                }
                spare.back(text, unit);
            }
        }
    }

    /// Reads the next logs, one at least, until they are long enough.
    fn some(&self, shared: &Shared<'_>, files: Range<usize>, spare: &mut Spare) -> Vec<Loaded> {
        let (mut loaded, mut packed, mut bytes) = (Vec::new(), 0, 0);
        for (file, log) in files.clone().zip(self.logs.get(files).unwrap_or_default()) {
            let fetched = shared.fetched.lock().unwrap_or_else(PoisonError::into_inner).remove(&file);
            let one = load(log, fetched, spare);
            if let Loaded::Whole { text, .. } = &one {
                bytes += text.len();
                packed += spare.packed.len();
            }
            loaded.push(one);
            if bytes >= BATCH {
                break;
            }
        }
        if let Some(ratio) = bytes.checked_div(packed) {
            let before = shared.ratio.load(Ordering::Relaxed);
            shared.ratio.store(usize::midpoint(before, ratio).max(1), Ordering::Relaxed);
        }
        loaded
    }

    /// Asks which events are new. Long logs are judged here and now.
    fn ask<T: Taker>(
        &self,
        shared: &Shared<'_>,
        files: Range<usize>,
        mut loaded: Vec<Loaded>,
        taker: &mut T,
    ) -> Vec<Loaded> {
        let mut held = shared.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (ids, troubles) = &mut *held;
        let logs = self.logs.get(files.clone()).unwrap_or_default();
        for ((file, log), one) in files.zip(logs).zip(&mut loaded) {
            let mut add = |trouble| troubles.push(FileTrouble { file, trouble });
            match one {
                Loaded::Whole { unit, again, .. } => {
                    *again = ids.again(unit);
                    unlike(ids, unit, 0).into_iter().chain(told(unit)).for_each(add);
                }
                Loaded::Refused(reason) => add(Trouble { offset: 0, reason: std::mem::take(reason) }),
                Loaded::Long(bytes) => {
                    let opened = opened(log, bytes.take());
                    self.long(opened, file as u32, ids, taker, &mut add);
                }
            }
        }
        loaded
    }

    /// The end of the batch that starts at a log.
    fn batch(&self, from: usize, (most, most_files): (usize, usize), ratio: usize) -> usize {
        let mut bytes = 0;
        let rest = self.logs.get(from..).unwrap_or_default().iter().take(most_files);
        let fits = rest.take_while(|log| {
            let before = bytes;
            bytes = usize::saturating_add(bytes, size(log, ratio));
            before == 0 || bytes <= most
        });
        from + fits.count().max(1)
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
            let again = ids.again(&unit);
            unlike(ids, &unit, before).into_iter().for_each(&mut *add);
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
    let reason = "an internal error stopped the work on it; please report it".to_owned();
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .err()
        .map(|_| Trouble { offset: before, reason })
}

/// Events that have another one's id, and are no copies of it. `before` are the bytes of the file before the block.
fn unlike(ids: &Ids, unit: &Unit, before: u64) -> Option<Trouble> {
    let (first, count) = ids.unlike()?;
    let start = unit.events.get(first).filter(|slots| !slots.unpacked).map_or(0, |slots| slots.whole.0);
    let has = if count == 1 { "1 event has".to_owned() } else { format!("{count} events have") };
    let reason = format!(
        "{has} the ID of another event, but a different time, caller or call: each counts; the logs were altered, or exported incorrectly"
    );
    Some(Trouble { offset: before + u64::from(start), reason })
}

/// Told of the first file: of which one it would have to be, nobody knows.
fn unsure(ids: &Ids) -> Option<FileTrouble> {
    let events = if ids.unsure() == 1 { "1 event".to_owned() } else { format!("{} events", ids.unsure()) };
    let reason = format!("{events} may be counted twice: a temporary file could not be read");
    (ids.unsure() > 0).then_some(FileTrouble { file: 0, trouble: Trouble { offset: 0, reason } })
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

/// About how many bytes a log has when it is inflated.
fn size(log: &Log, ratio: usize) -> usize {
    let packed = |is_packed: bool, size: usize| if is_packed { size.saturating_mul(ratio) } else { size };
    match log {
        Log::File(path) => {
            let size = std::fs::metadata(path).map_or(0, |kind| kind.len() as usize);
            packed(path.extension().is_some_and(|end| end == "gz"), size)
        }
        Log::Held { bytes, .. } => packed(inflate::is_gzip(bytes), bytes.len()),
        Log::Object(object) => {
            packed(object.key.ends_with(".gz"), usize::try_from(object.size).unwrap_or(usize::MAX))
        }
    }
}

/// A log as a stream of bytes.
fn opened(log: &Log, bytes: Option<Vec<u8>>) -> io::Result<Box<dyn Read + '_>> {
    match (bytes, log) {
        (Some(bytes), _) => Ok(Box::new(io::Cursor::new(bytes))),
        (None, Log::File(path)) if path.as_os_str() == "-" => Ok(Box::new(io::stdin())),
        (None, Log::File(path)) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        (None, Log::Held { bytes, .. }) => Ok(Box::new(bytes.as_slice())),
        (None, Log::Object(_)) => Err(io::ErrorKind::NotFound.into()),
    }
}

/// Reads and splits a log, if it is short.
fn load(log: &Log, fetched: Option<Fetched>, spare: &mut Spare) -> Loaded {
    match (log, fetched) {
        (_, Some(Ok(bytes))) => spare.packed = bytes,
        (_, Some(Err(reason))) => return Loaded::Refused(reason),
        (Log::Object(_), None) => return Loaded::Refused("it could not be downloaded".to_owned()),
        (Log::Held { bytes, .. }, None) if bytes.len() <= inflate::MOST_AT_ONCE => {
            spare.packed.clear();
            spare.packed.extend_from_slice(bytes);
        }
        (Log::Held { .. }, None) => return Loaded::Long(None),
        (Log::File(path), None) if path.as_os_str() == "-" => return Loaded::Long(None),
        (Log::File(path), None) => match short(path, &mut spare.packed) {
            Ok(true) => {}
            Ok(false) => return Loaded::Long(None),
            Err(error) => return Loaded::Refused(unread(&error)),
        },
    }
    // Only a file can be read a second time.
    let rest = |spare: &mut Spare| match log {
        Log::Object(_) => Some(std::mem::take(&mut spare.packed)),
        _ => None,
    };
    if spare.packed.len() > inflate::MOST_AT_ONCE {
        return Loaded::Long(rest(spare));
    }
    let is_gzip = inflate::is_gzip(&spare.packed);
    let (mut text, mut unit) =
        spare.take(if is_gzip { inflate::told_size(&spare.packed) } else { spare.packed.len() });
    if !is_gzip {
        std::mem::swap(&mut text, &mut spare.packed);
    } else if !inflate::at_once(&spare.packed, &mut text) {
        spare.back(text, unit);
        return Loaded::Long(rest(spare));
    }
    Splitter::default().split(&text, true, &mut unit);
    Loaded::Whole { text, unit, again: Vec::new() }
}

/// Reads the bytes of a file that is short; `false` for all others.
fn short(path: &Path, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let file = File::open(path)?;
    let kind = file.metadata()?;
    if !kind.is_file() || kind.len() > inflate::MOST_AT_ONCE as u64 {
        return Ok(false);
    }
    bytes.clear();
    bytes.reserve(kind.len() as usize + 1);
    // It may have grown since.
    file.take(inflate::MOST_AT_ONCE as u64 + 1).read_to_end(bytes)?;
    Ok(bytes.len() <= inflate::MOST_AT_ONCE)
}

/// The troubles of a unit; of many the last one counts the rest.
fn told(unit: &mut Unit) -> Vec<Trouble> {
    let mut all = std::mem::take(&mut unit.troubles);
    if unit.more_troubles > 0 {
        let offset = all.last().map_or(0, |last| last.offset);
        all.push(Trouble { offset, reason: format!("{} more places cannot be read", unit.more_troubles) });
    }
    all
}

fn unread(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            "it decompresses to more than 200 times its size (a gzip bomb): reading stopped".to_owned()
        }
        io::ErrorKind::UnexpectedEof => "the compressed data is truncated".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            "the compressed data is corrupt".to_owned()
        }
        kind => format!("it cannot be read: {kind}"),
    }
}

fn pop<T>(all: &Mutex<Vec<T>>) -> Option<T> {
    all.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn push<T>(all: &Mutex<Vec<T>>, one: T) {
    all.lock().unwrap_or_else(PoisonError::into_inner).push(one);
}
