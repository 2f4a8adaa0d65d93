//! Logs for another command: found, hashed, and read as often as it needs.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::read::{FileTrouble, Log, Reader, Taker};
use super::{evidence, files, input};
use crate::error::{Error, ErrorKind, refused};
use crate::hex::hex;
use crate::rule::RuleSet;
use crate::source::open::normalise;
use crate::trail::slots::Event;
use crate::trail::split::Unit;
use crate::trail::{EVENT, Gathered, Limits, Worker, feed};

/// Standard input is held, for it can be read once only; more is refused.
const MOST_HELD: u64 = 512 * 1024 * 1024;

/// Logs that lie on the disk or in evidence.
#[derive(Default)]
pub(in crate::command) struct Archive {
    logs: Vec<Log>,
    /// The logs' names as reports tell them, each with its SHA-256, where it can be read.
    pub named: Vec<(String, Option<String>)>,
    /// What the logs were in: the files of evidence, with their SHA-256.
    pub around: Vec<(String, String)>,
    /// What could not be had: its name, and why.
    pub missing: Vec<(String, String)>,
    /// What was asked when evidence was collected, in sentences.
    pub asked: Vec<String>,
    /// Digests and Insights, which are passed over.
    pub passed: usize,
    /// Files as they were when they were hashed.
    hashed: Vec<(PathBuf, Stamp)>,
    /// What the readings after the first one could not read.
    again: Mutex<Vec<Unread>>,
}

/// By what a file that was changed is known, without reading it once more.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Device, number of the file, and when anything of it was changed.
    inner: [i64; 4],
}

impl Stamp {
    fn of(data: &Metadata) -> Self {
        #[cfg(unix)]
        let inner = {
            use std::os::unix::fs::MetadataExt;
            [data.dev().cast_signed(), data.ino().cast_signed(), data.ctime(), data.ctime_nsec()]
        };
        #[cfg(not(unix))]
        let inner = [0; 4];
        Self { bytes: data.len(), modified: data.modified().ok(), inner }
    }
}

/// A place that could not be read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::command) struct Unread {
    pub file: usize,
    pub offset: u64,
    pub reason: String,
}

impl Archive {
    /// Finds logs and opens evidence. `base` is the folder that names are relative to.
    pub fn open(base: &Path, paths: &[PathBuf], bundles: &[PathBuf]) -> Result<Self, Error> {
        if let Some(path) = paths.iter().find(|path| input::is_remote(path)) {
            let message = format!("{} is a bucket: a review reads local files only", path.display());
            return Err(Error::new(ErrorKind::Usage, message).hint(
                "copy it with `aws s3 sync`, or collect with `secretrail collect --surface trail --out PATH`",
            ));
        }
        let mut all = Self::default();
        let local: Vec<PathBuf> = paths.iter().map(|path| at(base, path)).collect();
        let found = files::find(&local);
        all.passed = found.passed;
        let name = |path: &Path| reported(base, path);
        all.missing = found.refused.iter().map(|(path, reason)| (name(path), reason.clone())).collect();
        for path in found.files {
            all.file(base, path)?;
        }
        let mut bundles: Vec<PathBuf> = bundles.iter().map(|bundle| at(base, bundle)).collect();
        bundles.sort();
        bundles.dedup();
        for bundle in bundles {
            all.bundle(base, &bundle)?;
        }
        all.missing.sort();
        Ok(all)
    }

    fn file(&mut self, base: &Path, path: PathBuf) -> Result<(), Error> {
        let is_standard = path.as_os_str() == "-";
        // A pipe can be read once, too.
        if is_standard || path.metadata().is_ok_and(|kind| !kind.is_file() && !kind.is_dir()) {
            let name = if is_standard { "(standard input)".to_owned() } else { reported(base, &path) };
            self.held(name, held(&path)?);
            return Ok(());
        }
        // A file without a hash can't be read: that is told when its events are asked for.
        let hash = stamped(&path).ok();
        self.named.push((reported(base, &path), hash.as_ref().map(|(hash, _)| hash.clone())));
        self.hashed.extend(hash.map(|(_, stamp)| (path.clone(), stamp)));
        self.logs.push(Log::File(path));
        Ok(())
    }

    fn held(&mut self, name: String, bytes: Vec<u8>) {
        self.named.push((name.clone(), Some(hex(&Sha256::digest(&bytes)))));
        self.logs.push(Log::Held { name, bytes });
    }

    fn bundle(&mut self, base: &Path, path: &Path) -> Result<(), Error> {
        let found = evidence::find(path)?;
        let name = reported(base, path);
        let own = if path.is_dir() { path.join("manifest.json") } else { path.to_owned() };
        let hash = hash(&own).map_err(|error| {
            let message = format!("{} cannot be read: {}", own.display(), refused(error.kind()));
            Error::new(ErrorKind::Input, message)
        })?;
        self.around.push((reported(base, &own), hash));
        self.asked.extend(found.asked);
        self.missing.extend(found.missing);
        for log in found.logs {
            let Log::Held { name: inner, bytes } = log else { continue };
            self.held(format!("{name}/{inner}"), bytes);
        }
        Ok(())
    }

    /// Files that are not any more what was hashed: what was read of them may be something else.
    pub fn changed(&self, base: &Path) -> Vec<String> {
        let now = |path: &Path| std::fs::metadata(path).ok().map(|data| Stamp::of(&data));
        let changed = self.hashed.iter().filter(|(path, stamp)| now(path).as_ref() != Some(stamp));
        changed.map(|(path, _)| reported(base, path)).collect()
    }

    fn reader<'r>(&'r self, stop: &'r AtomicBool, bar: &'r ProgressBar) -> Reader<'r> {
        Reader { logs: &self.logs, bucket: None, stop, bar }
    }

    /// What all events say together, and what could not be read.
    pub fn gather(&self, stop: &AtomicBool) -> (Gathered, Vec<Unread>) {
        let (rules, limits, bar) = (RuleSet::default(), Limits::default(), ProgressBar::hidden());
        let [product, service, category] = EVENT;
        let correlator = Mutex::new(rules.correlator(product, service, category));
        let make = || Gathering(Worker::new(rules.judge(product, service, category), &limits, &correlator));
        let (takers, troubles) = self.reader(stop, &bar).read(&make);
        let mut gathered = Gathered::default();
        takers.into_iter().for_each(|taker| gathered.merge(taker.0.finish()));
        gathered.settle();
        (gathered, troubles.into_iter().map(unread).collect())
    }

    /// Adds what later readings could not read, to what the first one could not.
    pub fn add_later(&self, unread: &mut Vec<Unread>) {
        unread.append(&mut self.again.lock().unwrap_or_else(PoisonError::into_inner));
        unread.sort();
        unread.dedup();
    }

    /// Shows every event once, with its file and offset, to watchers of which each thread makes one.
    pub fn watch<W: Watcher>(&self, stop: &AtomicBool, make: &(dyn Fn() -> W + Sync)) -> Vec<W> {
        let bar = ProgressBar::hidden();
        let (takers, troubles) = self.reader(stop, &bar).read(&|| Watching(make()));
        let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        again.extend(troubles.into_iter().map(unread));
        drop(again);
        takers.into_iter().map(|taker| taker.0).collect()
    }
}

/// Sees events in no fixed order.
pub(in crate::command) trait Watcher: Send {
    fn see(&mut self, event: &Event<'_>, file: u32, offset: u64);
}

struct Watching<W>(W);

impl<W: Watcher> Taker for Watching<W> {
    fn take(&mut self, text: &[u8], unit: &Unit, again: &[bool], file: u32, before: u64) {
        for (slots, _) in unit.events.iter().zip(again).filter(|(_, again)| !**again) {
            let event = unit.event(text, slots);
            let offset = if slots.unpacked { before } else { before + event.start() as u64 };
            self.0.see(&event, file, offset);
        }
    }
}

struct Gathering<'s, 'c>(Worker<'s, 'c>);

impl Taker for Gathering<'_, '_> {
    fn take(&mut self, text: &[u8], unit: &Unit, again: &[bool], file: u32, before: u64) {
        feed::take(&mut self.0, text, unit, again, file, before);
    }
}

fn unread(one: FileTrouble) -> Unread {
    Unread { file: one.file, offset: one.trouble.offset, reason: one.trouble.reason }
}

/// What can be read once only.
fn held(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let most = MOST_HELD + 1;
    let read = if path.as_os_str() == "-" {
        io::stdin().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    if read.is_err() || bytes.len() as u64 > MOST_HELD {
        let message =
            format!("{} cannot be buffered: it is longer than 512 MiB, or was cut off", path.display());
        return Err(Error::new(ErrorKind::Input, message).hint("save it to a file, and pass that file"));
    }
    Ok(bytes)
}

fn at(base: &Path, path: &Path) -> PathBuf {
    if path.as_os_str() == "-" { path.to_owned() } else { normalise(&base.join(path)) }
}

/// The name below the folder, else the whole one.
fn reported(base: &Path, path: &Path) -> String {
    path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The SHA-256 of a file as it lies on the disk.
pub(in crate::command) fn hash(path: &Path) -> io::Result<String> {
    stamped(path).map(|(hash, _)| hash)
}

/// The same, with what the file was before it was read.
fn stamped(path: &Path) -> io::Result<(String, Stamp)> {
    let (mut file, mut hash, mut block) = (File::open(path)?, Sha256::new(), vec![0; 256 * 1024]);
    let stamp = Stamp::of(&file.metadata()?);
    loop {
        match file.read(&mut block)? {
            0 => return Ok((hex(&hash.finalize()), stamp)),
            count => hash.update(block.get(..count).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_changed_after_it_was_hashed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, "{\"Records\":[]}").unwrap();
        let archive = Archive::open(folder.path(), std::slice::from_ref(&path), &[]).unwrap();
        assert_eq!(archive.changed(folder.path()), Vec::<String>::new());
        std::fs::write(&path, "{\"Records\":{}}").unwrap();
        assert_eq!(archive.changed(folder.path()), ["a.json"]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(archive.changed(folder.path()), ["a.json"]);
    }
}
