//! `secretrail trail verify`: a folder of digests and logs, offline.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::print;
use crate::cli::TrailVerifyArguments;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::trail::time;
use crate::trail::verify::{Files, Keys, Verdict, verify};

/// A key file larger than this is a mistake.
const MOST_BYTES: u64 = 16 << 20;
/// More lines of one kind help nobody; the rest is counted.
const MOST_LINES: usize = 1000;

pub(super) fn run(arguments: &TrailVerifyArguments) -> Result<ExitCode, Error> {
    let folder = Folder::open(&arguments.folder)?;
    let keys = keys(&arguments.keys)?;
    let verdict = verify(&folder, keys.as_ref());
    if verdict.digests == 0 && verdict.faults.is_empty() {
        return Err(Error::new(ErrorKind::Input, format!("{} holds no digest", arguments.folder.display()))
            .hint(
                "digests lie under `CloudTrail-Digest/` in the trail's bucket; file validation must be on",
            ));
    }
    print(told(&verdict).as_bytes())?;
    Ok(match (verdict.faults.is_empty(), verdict.unproven.is_empty()) {
        (false, _) => ExitCode::Findings,
        (true, false) => ExitCode::Partial,
        (true, true) => ExitCode::Clean,
    })
}

fn told(verdict: &Verdict) -> String {
    let mut lines = Vec::new();
    let faults = verdict
        .faults
        .iter()
        .map(|fault| format!("{}: {} ({})", fault.kind.word(), fault.name, fault.detail));
    limited(&mut lines, faults);
    limited(&mut lines, verdict.unproven.iter().map(|(name, why)| format!("not proven: {name} ({why})")));
    for chain in &verdict.chains {
        let (first, last) = (time::written(chain.first), time::written(chain.last));
        lines.push(format!("{}: {} from {first} to {last}", chain.name, count(chain.digests, "digest")));
    }
    let all = format!("{} and {}", count(verdict.digests, "digest"), count(verdict.logs, "log"));
    let times = verdict
        .chains
        .iter()
        .map(|chain| chain.first)
        .min()
        .zip(verdict.chains.iter().map(|chain| chain.last).max());
    let times = times.map_or(String::new(), |(first, last)| {
        format!(" from {} to {}", time::written(first), time::written(last))
    });
    lines.push(match (verdict.faults.len(), verdict.unproven.len()) {
        (0, 0) => format!("whole: {all}{times} are as CloudTrail delivered them"),
        (0, unproven) => format!("in part: {all}{times} agree, {} not proven", count(unproven, "thing")),
        (faults, _) => format!("not whole: {} among {all}{times}", count(faults, "fault")),
    });
    // Names come from whoever wrote the files.
    let plain =
        |line: String| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>() + "\n";
    lines.into_iter().map(plain).collect()
}

fn limited(lines: &mut Vec<String>, all: impl ExactSizeIterator<Item = String>) {
    let more = all.len().saturating_sub(MOST_LINES);
    lines.extend(all.take(MOST_LINES));
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
}

fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn keys(paths: &[PathBuf]) -> Result<Option<Keys>, Error> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut keys = Keys::default();
    for path in paths {
        let wrong =
            |why: &str| Error::new(ErrorKind::Input, format!("{} can't be used: {why}", path.display()));
        let mut text = String::new();
        let file = File::open(path).map_err(|error| wrong(&error.kind().to_string()))?;
        file.take(MOST_BYTES).read_to_string(&mut text).map_err(|error| wrong(&error.kind().to_string()))?;
        keys.add(&text).map_err(wrong)?;
    }
    Ok(Some(keys))
}

/// The files of a folder.
struct Folder {
    root: PathBuf,
    names: Vec<String>,
}

impl Folder {
    fn open(root: &Path) -> Result<Self, Error> {
        if !root.is_dir() {
            return Err(Error::new(ErrorKind::Input, format!("{} is no folder", root.display()))
                .hint("name the folder into which the trail's bucket was copied"));
        }
        let mut names = Vec::new();
        for entry in ignore::WalkBuilder::new(root).standard_filters(false).follow_links(false).build() {
            let entry = entry.map_err(|_| {
                let message = format!("{} can't be read whole", root.display());
                Error::new(ErrorKind::Input, message).hint("a folder or file in it is closed to you")
            })?;
            if entry.file_type().is_some_and(|kind| kind.is_file())
                && let Ok(name) = entry.path().strip_prefix(root)
            {
                names.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
        names.sort();
        Ok(Self { root: root.to_path_buf(), names })
    }
}

impl Files for Folder {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn open(&self, name: &str) -> Result<Box<dyn Read + '_>, String> {
        let file = File::open(self.root.join(name)).map_err(|error| error.kind().to_string())?;
        Ok(Box::new(BufReader::new(file)))
    }
}
