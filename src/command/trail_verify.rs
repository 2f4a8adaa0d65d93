//! `secretrail trail verify`: digests and logs, offline in a folder, or in a bucket.

#[cfg(feature = "aws")]
mod bucket;
mod folder;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

#[cfg(feature = "aws")]
use self::bucket::Remote;
use self::folder::Folder;
#[cfg(feature = "aws")]
use super::collect::options_of;
use super::print;
use super::trail::input::is_remote;
use crate::cli::TrailVerifyArguments;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::shown::shown;
use crate::trail::time;
use crate::trail::verify::{Keys, Verdict, verify};

/// A key file larger than this is a mistake.
const MOST_BYTES: u64 = 16 << 20;
/// More lines of one kind help nobody; the rest is counted.
const MOST_LINES: usize = 1000;

pub(super) fn run(arguments: &TrailVerifyArguments) -> Result<ExitCode, Error> {
    let stop = AtomicBool::new(false);
    let asks = Asks {
        keys: &arguments.keys,
        #[cfg(feature = "aws")]
        sign_in: &arguments.sign_in,
        stop: &stop,
    };
    let path = &arguments.folder;
    let verdict = checked(path, &asks)?;
    if verdict.digests == 0 && verdict.faults.is_empty() {
        return Err(Error::new(ErrorKind::Input, format!("{} holds no digest", path.display())).hint(
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

/// How a folder or a bucket is checked.
pub(super) struct Asks<'a> {
    /// Files of keys.
    pub keys: &'a [PathBuf],
    /// With which credentials.
    #[cfg(feature = "aws")]
    pub sign_in: &'a crate::cli::SignInArguments,
    /// Set by Ctrl-C.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "a folder is checked at once"))]
    pub stop: &'a AtomicBool,
}

/// Checks a folder, or a bucket; without a file of keys CloudTrail is asked for a bucket's keys.
pub(super) fn checked(path: &Path, asks: &Asks<'_>) -> Result<Verdict, Error> {
    let keys = keys(asks.keys)?;
    #[cfg(feature = "aws")]
    if is_remote(path) {
        let options = options_of(asks.sign_in)?;
        let remote = Remote::open(&options, path, asks.stop)?;
        bucket::listed(&remote, path)?;
        let (keys, refused) = match keys {
            Some(keys) => (keys, Vec::new()),
            None => remote.keys(&options)?,
        };
        let mut verdict = verify(&remote, Some(&keys).filter(|keys| !keys.is_empty()));
        verdict.unproven.extend(refused);
        verdict.unproven.extend(remote.refused.iter().cloned());
        verdict.unproven.sort();
        return Ok(verdict);
    }
    #[cfg(not(feature = "aws"))]
    if is_remote(path) {
        return Err(Error::new(ErrorKind::Usage, "this build of secretrail cannot query AWS")
            .hint("build it with `--features aws`, or pass a folder that the bucket was copied to"));
    }
    Ok(verify(&Folder::open(path)?, keys.as_ref()))
}

/// The last line of what is told: all of it in one sentence.
pub(super) fn sentence(verdict: &Verdict) -> String {
    told(verdict).lines().last().unwrap_or_default().to_owned()
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
        (0, 0) => format!("complete: {all}{times} are as CloudTrail delivered them"),
        (0, unproven) => format!("in part: {all}{times} agree, {} not proven", count(unproven, "thing")),
        (faults, _) => format!("not complete: {} among {all}{times}", count(faults, "fault")),
    });
    // Names come from whoever wrote the files.
    lines.into_iter().map(|line| shown(&line) + "\n").collect()
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
            |why: &str| Error::new(ErrorKind::Input, format!("{} cannot be used: {why}", path.display()));
        let mut text = String::new();
        let file = File::open(path).map_err(|error| wrong(&error.kind().to_string()))?;
        file.take(MOST_BYTES).read_to_string(&mut text).map_err(|error| wrong(&error.kind().to_string()))?;
        keys.add(&text).map_err(wrong)?;
    }
    Ok(Some(keys))
}
