//! Findings over time, in one SQLite file: first and last seen, fixed, accepted.
//!
//! A run is one transaction: it is held open while the report is written and committed after, so that a job that is
//! killed in between leaves the history as it was, and the next run tells the same findings as new again. Two runs at
//! once wait for one another. What is stored was told in a report before: it passed the redactor, no value is in it.

mod entry;
mod folders;
mod outbox;
mod schema;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};

pub use self::entry::{Acceptance, Entry, Status};
pub use self::outbox::{Letter, Telling, Told, Waiting};
use crate::day::Day;
use crate::error::{Error, ErrorKind};
use crate::finding::Hours;

/// How long one run waits for another.
const PATIENCE: Duration = Duration::from_secs(30);

/// A history that is open.
pub struct History {
    connection: Connection,
    /// For errors.
    name: String,
}

/// What one run saw. All strings were told in its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its identity over time.
    pub fingerprint: String,
    /// The rule's name.
    pub rule: String,
    /// `terraform`, `account`, `trail` ...
    pub surface: String,
    /// `critical` ...
    pub severity: String,
    /// `user_data.sh:235`, an ARN.
    pub place: String,
    /// One or two sentences.
    pub message: String,
    /// When its last event was, RFC 3339 in UTC: of a trail.
    pub last_event: Option<String>,
    /// Where single events met the rule, which: one more of them is news, however late it comes.
    pub hours: Option<Hours>,
    /// The folders that it is followed through: a gap elsewhere can't hide it. Empty where that is not known.
    pub reach: Vec<String>,
}

/// Whether something that was not read could hide a finding that is not seen any more.
pub type CouldHide<'r> = &'r dyn Fn(&Entry) -> bool;

/// One run of a job.
#[derive(Clone, Copy)]
pub struct Run<'r> {
    /// What was audited. Findings of other scopes are left alone.
    pub scope: &'r str,
    /// Which command on what: known also where it ends before it looked at anything.
    pub job: &'r str,
    /// When.
    pub at: Timestamp,
    /// Whether nothing could hide any finding.
    pub whole: bool,
    /// Where something could: whether it could hide this one. Only what nothing hides is *fixed*.
    pub could_hide: CouldHide<'r>,
    /// What of it reads a stretch of time only.
    pub window: Option<Window<'r>>,
}

/// A surface of which each run reads a stretch of time. What lies before it is *past*, not fixed.
#[derive(Debug, Clone, Copy)]
pub struct Window<'r> {
    /// Its word.
    pub surface: &'r str,
    /// From when on it was read.
    pub since: Timestamp,
    /// Up to when all was read; none where something could not be read, so that the next run reads it again.
    pub read_to: Option<Timestamp>,
}

/// What a run changes, not committed yet. Dropped, it changes nothing.
pub struct Pending<'h> {
    transaction: Transaction<'h>,
    name: &'h str,
    /// Fingerprints that were not there at the run before.
    pub new: BTreeSet<String>,
    /// Those of the new ones that are back: they had been fixed, or silenced.
    pub returned: BTreeSet<String>,
    /// The run's number in this history.
    pub run: i64,
    /// How the job's run before this one stood, where it is known.
    pub before: Option<String>,
    /// Findings that are gone.
    pub fixed: Vec<Entry>,
    /// Findings that were not seen and stay open.
    pub unseen: Vec<Entry>,
    /// How many findings left the time that the job reads.
    pub past: usize,
    /// Whether the history had no run of this scope before.
    pub first: bool,
}

/// Why a history can't be used.
enum Trouble {
    /// A SQLite file of another program.
    NotOurs,
    /// Of a secretrail that knows more.
    Later,
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl History {
    /// Opens a history, or makes one where there is no file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] for what is no history, one of a later version, one that is locked for half a minute, and
    /// where there is no room or no right to write.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let open = || {
            owner_only(path);
            let mut connection = Connection::open(path)?;
            connection.busy_timeout(PATIENCE)?;
            schema::check(&connection)?;
            // Readers do not wait for a run, and a run that is killed leaves a whole file.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            schema::migrate(&mut connection)?;
            Ok(connection)
        };
        let connection = open().map_err(|trouble| wrong(&name, &trouble))?;
        Ok(Self { connection, name })
    }

    /// Opens a history that must be there, for reading and for accepting.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and where there is no file.
    pub fn open_existing(path: &Path) -> Result<Self, Error> {
        let there = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).is_ok();
        if !there {
            let message = format!("there is no history at {}", path.display());
            return Err(
                Error::new(ErrorKind::Input, message).hint("`secretrail scan --history FILE` creates one")
            );
        }
        Self::open(path)
    }

    /// Puts down what a run saw: findings, and fingerprints of those that are silenced. These are not fixed, and new
    /// again once nothing silences them. Nothing is kept before [`Pending::commit`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] where the file can't be written.
    pub fn record(&mut self, run: Run<'_>, seen: &[Seen], silenced: &[&str]) -> Result<Pending<'_>, Error> {
        let name = self.name.as_str();
        let none = BTreeSet::new;
        let begin = || -> Result<Pending<'_>, Trouble> {
            let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            let mut pending = Pending {
                transaction,
                name,
                new: none(),
                returned: none(),
                run: 0,
                before: None,
                past: 0,
                first: false,
                fixed: Vec::new(),
                unseen: Vec::new(),
            };
            pending.note(run, seen, silenced)?;
            Ok(pending)
        };
        begin().map_err(|trouble| unwritten(name, &trouble))
    }

    /// Up to when a job has read a surface.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] where the file can't be read.
    pub fn read_to(&self, scope: &str, surface: &str) -> Result<Option<Timestamp>, Error> {
        let at: Result<Option<i64>, _> = self
            .connection
            .query_row(
                "SELECT at FROM read_to WHERE scope = ?1 AND surface = ?2",
                params![scope, surface],
                |row| row.get(0),
            )
            .optional();
        let at = at.map_err(|error| wrong(&self.name, &error.into()))?;
        Ok(at.and_then(|at| Timestamp::from_second(at).ok()))
    }

    /// All findings that were ever seen, those that are open first, the newest first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] where the file can't be read.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        entry::all(&self.connection).map_err(|error| wrong(&self.name, &error.into()))
    }

    /// Accepts a finding until a day, with a reason. `fingerprint` may be its beginning, of eight characters or more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] where none or several begin so, [`ErrorKind::Output`] where the file can't be written.
    pub fn accept(
        &self,
        fingerprint: &str,
        until: Day,
        reason: &str,
        at: Timestamp,
    ) -> Result<String, Error> {
        let one = self.find(fingerprint)?.fingerprint;
        self.connection
            .execute(
                "INSERT INTO acceptance (fingerprint, until, reason, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (fingerprint) DO UPDATE SET until = ?2, reason = ?3, at = ?4",
                params![one, until.to_string(), reason, at.as_second()],
            )
            .map_err(|error| unwritten(&self.name, &error.into()))?;
        Ok(one)
    }

    /// The finding whose fingerprint begins so.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] where none or several do.
    pub fn find(&self, fingerprint: &str) -> Result<Entry, Error> {
        let usage = |message: String| {
            Error::new(ErrorKind::Usage, message).hint("`secretrail history list` shows the fingerprints")
        };
        if fingerprint.len() < 8 {
            return Err(usage("give at least eight characters of the fingerprint".into()));
        }
        let mut found: Vec<Entry> =
            self.entries()?.into_iter().filter(|entry| entry.fingerprint.starts_with(fingerprint)).collect();
        found.dedup_by(|a, b| a.fingerprint == b.fingerprint);
        match (found.pop(), found.is_empty()) {
            (Some(entry), true) => Ok(entry),
            (Some(_), false) => Err(usage("several fingerprints begin with this".into())),
            (None, _) => Err(usage("no fingerprint in the history begins with this".into())),
        }
    }

    /// Forgets findings that were fixed before this moment, and runs that no finding needs. Returns how many findings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] where the file can't be written.
    pub fn prune(&self, before: Timestamp) -> Result<usize, Error> {
        let prune = || -> Result<usize, rusqlite::Error> {
            let gone = self
                .connection
                .execute("DELETE FROM finding WHERE fixed_at < ?1", params![before.as_second()])?;
            self.connection.execute(
                "DELETE FROM run WHERE at < ?1 AND id NOT IN (SELECT last_run FROM finding)
                   AND id NOT IN (SELECT max(id) FROM run WHERE job IS NOT NULL GROUP BY job)",
                params![before.as_second()],
            )?;
            Ok(gone)
        };
        prune().map_err(|error| unwritten(&self.name, &error.into()))
    }

    /// Fingerprints that are accepted on a day, each with the reason and the last day.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] where the file can't be read.
    pub fn accepted_on(&self, day: Day) -> Result<Vec<(String, Acceptance)>, Error> {
        let all = entry::acceptances(&self.connection).map_err(|error| wrong(&self.name, &error.into()))?;
        Ok(all.into_iter().filter(|(_, acceptance)| acceptance.until >= day).collect())
    }
}

impl Pending<'_> {
    fn note(&mut self, run: Run<'_>, seen: &[Seen], silenced: &[&str]) -> Result<(), Trouble> {
        let at = run.at.as_second();
        self.before = outbox::standing(&self.transaction, run.job)?;
        let runs = "SELECT NOT EXISTS (SELECT 1 FROM run WHERE scope = ?1)";
        self.first = self.transaction.query_row(runs, [run.scope], |row| row.get(0))?;
        self.transaction.execute(
            "INSERT INTO run (scope, job, at, tool, whole, seen, new, fixed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)",
            params![run.scope, run.job, at, env!("CARGO_PKG_VERSION"), run.whole, seen.len() as i64],
        )?;
        let id = self.transaction.last_insert_rowid();
        self.run = id;
        for one in seen {
            self.see(run.scope, at, id, one)?;
        }
        for fingerprint in silenced {
            self.pass_over(run.scope, at, id, fingerprint)?;
        }
        if let Some(window) = run.window {
            self.past = self.pass(run.scope, at, id, window)?;
        }
        // What happened is not mended by not being told any more.
        let windowed = run.window.map_or("", |window| window.surface);
        let stays = |entry: &Entry| entry.surface == windowed || !run.whole && (run.could_hide)(entry);
        (self.unseen, self.fixed) =
            entry::unseen(&self.transaction, (run.scope, id))?.into_iter().partition(stays);
        for entry in &self.fixed {
            self.transaction
                .prepare_cached("UPDATE finding SET fixed_at = ?1 WHERE scope = ?2 AND fingerprint = ?3")?
                .execute(params![at, run.scope, entry.fingerprint])?;
        }
        self.transaction.execute(
            "UPDATE run SET new = ?1, fixed = ?2 WHERE id = ?3",
            params![self.new.len() as i64, self.fixed.len() as i64, id],
        )?;
        Ok(())
    }

    /// What of a window's surface was not seen is past where it lies before it; what lies within it stays as it is, since
    /// logs that were there are gone. Returns how many findings that are.
    fn pass(&self, scope: &str, at: i64, run: i64, window: Window<'_>) -> Result<usize, Trouble> {
        let past = self.transaction.execute(
            "UPDATE finding SET past_at = ?1 WHERE scope = ?2 AND surface = ?3 AND last_run <> ?4
               AND fixed_at IS NULL AND past_at IS NULL AND coalesce(last_event, '') < ?5",
            params![at, scope, window.surface, run, window.since.to_string()],
        )?;
        if let Some(read_to) = window.read_to {
            self.transaction.execute(
                "INSERT INTO read_to (scope, surface, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (scope, surface) DO UPDATE SET at = ?3",
                params![scope, window.surface, read_to.as_second()],
            )?;
        }
        Ok(past)
    }

    fn see(&mut self, scope: &str, at: i64, run: i64, one: &Seen) -> Result<(), Trouble> {
        let before = entry::known(&self.transaction, scope, &one.fingerprint)?;
        let known = before.as_ref().is_some_and(|before| before.knows(one));
        let was_over = before.as_ref().is_some_and(|before| !before.told || before.is_over());
        let told = before.and_then(|before| before.hours).unwrap_or_default();
        let hours = one.hours.as_ref().map(|hours| hours.told_with(&told).written());
        if !known && self.new.insert(one.fingerprint.clone()) && was_over {
            self.returned.insert(one.fingerprint.clone());
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO finding (scope, fingerprint, rule, surface, severity, place, message, first_seen,
                                      last_seen, last_run, told, last_event, events, reach)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, 1, ?10, ?11, ?12)
                 ON CONFLICT (scope, fingerprint) DO UPDATE SET severity = ?5, place = ?6, message = ?7,
                   last_seen = ?8, last_run = ?9, told = 1, fixed_at = NULL, past_at = NULL,
                   last_event = ?10, events = ?11, hours = NULL, reach = ?12",
            )?
            .execute(params![
                scope,
                one.fingerprint,
                one.rule,
                one.surface,
                one.severity,
                one.place,
                one.message,
                at,
                run,
                one.last_event,
                hours,
                (!one.reach.is_empty()).then(|| serde_json::json!(one.reach).to_string())
            ])?;
        Ok(())
    }

    /// What is silenced is still there.
    fn pass_over(&self, scope: &str, at: i64, run: i64, fingerprint: &str) -> Result<(), Trouble> {
        self.transaction
            .prepare_cached(
                "UPDATE finding SET last_seen = ?1, last_run = ?2, told = 0, fixed_at = NULL
                 WHERE scope = ?3 AND fingerprint = ?4",
            )?
            .execute(params![at, run, scope, fingerprint])?;
        Ok(())
    }

    /// Keeps it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] where the file can't be written.
    pub fn commit(self) -> Result<(), Error> {
        let name = self.name;
        self.transaction.commit().map_err(|error| unwritten(name, &error.into()))
    }
}

/// The file is for its owner, as it names places of secrets.
fn owner_only(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Where it is there already, it stays as it is; where it can't be made, opening it tells why.
    drop(options.open(path));
}

/// It can't be read.
fn wrong(name: &str, trouble: &Trouble) -> Error {
    error(ErrorKind::Input, name, trouble)
}

/// It can't be written.
fn unwritten(name: &str, trouble: &Trouble) -> Error {
    error(ErrorKind::Output, name, trouble)
}

fn error(kind: ErrorKind, name: &str, trouble: &Trouble) -> Error {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly};
    let rights = "check the path, and the permissions of the file and its folder";
    let (reason, hint) = match trouble {
        Trouble::NotOurs => ("it is another program's database".to_owned(), "name another file"),
        Trouble::Later => ("it was written by a later version".to_owned(), "update secretrail"),
        Trouble::Database(error) => match error.sqlite_error_code() {
            Some(DatabaseBusy) => ("another run is using it".to_owned(), "wait for it, or name another file"),
            Some(NotADatabase | DatabaseCorrupt) => (
                "it is not an SQLite file, or is corrupt".to_owned(),
                "move it away; the next run creates a new one",
            ),
            Some(DiskFull) => ("the disk is full".to_owned(), "make room"),
            Some(ReadOnly) => ("it cannot be written".to_owned(), rights),
            Some(CannotOpen) => ("it cannot be opened".to_owned(), rights),
            _ => (told(error), rights),
        },
    };
    Error::new(kind, format!("the history {name} cannot be used: {reason}")).hint(hint)
}

/// The number that SQLite gives, which its documentation tells; its text could quote the file.
fn told(error: &rusqlite::Error) -> String {
    match error.sqlite_error() {
        Some(error) => format!("SQLite gave error {}", error.extended_code),
        None => "its contents are not a history's".to_owned(),
    }
}

impl fmt::Debug for History {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("History").field("name", &self.name).finish_non_exhaustive()
    }
}
