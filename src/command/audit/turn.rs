//! One turn of a job that comes back: not all jobs of a fleet in one second, never two turns at once, and no event between
//! two of them.

use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::cli::AuditArguments;
use crate::command::scan::Setup;
use crate::error::{Error, ErrorKind};
use crate::finding::Surface;
use crate::history::History;
use crate::settings::Audit;
use crate::settle::hashed;

/// How often a job that waits looks whether it may begin, and whether somebody stopped it.
const LOOK: Duration = Duration::from_millis(100);

/// A turn that has begun. It ends when this is dropped, or the process ends, however that happens.
pub(super) struct Turn {
    _held: Option<File>,
    /// When it began.
    pub begun: Timestamp,
    /// From when on events of trails are read, in seconds.
    pub since: Option<i64>,
    /// Whether that is because of an earlier turn, or will be for a later one.
    pub comes_back: bool,
    /// Days that the first turn reads, where this is it and nobody named a time.
    pub first_days: Option<i64>,
    /// Whether something that no turn has read lies before that.
    pub leaves_a_hole: bool,
}

impl Turn {
    /// Waits as the user asked for, and begins the job's turn.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnderWay`] where another turn is, [`ErrorKind::Interrupted`] where somebody stopped the wait.
    pub(super) fn begin(
        arguments: &AuditArguments,
        job: &Audit,
        scope: &str,
        setup: &Setup,
    ) -> Result<Self, Error> {
        wait(Duration::from_secs(drawn_below(arguments.jitter)), setup)?;
        let Some(history) = &arguments.report.history else {
            let begun = arguments.aws.clock.unwrap_or_else(Timestamp::now);
            let since = arguments.since;
            let (comes_back, first_days, leaves_a_hole) = (false, None, false);
            return Ok(Self { _held: None, begun, since, comes_back, first_days, leaves_a_hole });
        };
        let held = hold(history, scope, Duration::from_secs(arguments.wait), setup)?;
        let begun = arguments.aws.clock.unwrap_or_else(Timestamp::now);
        let before = History::open(history)?.read_to(scope, Surface::Trail.word())?;
        // A clock that was wrong once must not hide what happens until it is right again.
        let (from, hours) = match before {
            Some(before) => (before.min(begun), job.overlap_hours),
            None => (begun, job.first_days.saturating_mul(24)),
        };
        let since = from.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::UNIX_EPOCH);
        // By whole hours: a history knows by these which events were told.
        let since = since - SignedDuration::from_secs(since.as_second().rem_euclid(3_600));
        // Who asks for less leaves a hole: the next run must not begin behind it.
        let leaves_a_hole = arguments.since.is_some_and(|asked| asked > since.as_second());
        let first_days = (before.is_none() && arguments.since.is_none()).then_some(job.first_days);
        let since = Some(arguments.since.unwrap_or(since.as_second()));
        Ok(Self { _held: Some(held), begun, since, comes_back: true, first_days, leaves_a_hole })
    }
}

/// A number of seconds below this, drawn by lot: it spreads jobs, and needs no more than that.
fn drawn_below(most: u64) -> u64 {
    RandomState::new().hash_one(std::process::id()).checked_rem(most).unwrap_or(0)
}

fn wait(time: Duration, setup: &Setup) -> Result<(), Error> {
    let begun = Instant::now();
    while begun.elapsed() < time {
        stopped(setup)?;
        thread::sleep(LOOK.min(time.saturating_sub(begun.elapsed())));
    }
    Ok(())
}

fn stopped(setup: &Setup) -> Result<(), Error> {
    if setup.was_stopped() {
        return Err(Error::new(ErrorKind::Interrupted, "stopped before it began; no report was written"));
    }
    Ok(())
}

/// Holds the job's lock. The system lets go of it when the process ends, so none is left behind by one that was killed.
fn hold(history: &Path, scope: &str, patience: Duration, setup: &Setup) -> Result<File, Error> {
    let path = beside(history, scope);
    let unusable = |error: std::io::Error| {
        let reason = crate::error::refused(error.kind());
        Error::new(ErrorKind::Input, format!("the lock {} cannot be used: {reason}", path.display()))
            .hint("check the permissions of the history's folder")
    };
    // Anything else could make this wait for ever, or lie elsewhere.
    if path.symlink_metadata().is_ok_and(|there| !there.is_file()) {
        return Err(Error::new(
            ErrorKind::Input,
            format!("the lock {} is not a regular file", path.display()),
        )
        .hint("take it away"));
    }
    let mut options = File::options();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(unusable)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => {
                stopped(setup)?;
                thread::sleep(LOOK);
            }
            Err(TryLockError::WouldBlock) => {
                let message = "the same audit is under way already, so this one was not begun";
                let hint = "--wait SECONDS waits for it to end";
                return Err(Error::new(ErrorKind::UnderWay, message).hint(hint));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
    }
}

/// Any number of jobs may share a history, and one does not wait for another.
fn beside(history: &Path, scope: &str) -> PathBuf {
    let mut name = history.as_os_str().to_owned();
    name.push(format!(".{}.lock", hashed(&[scope]).get(..8).unwrap_or_default()));
    name.into()
}
