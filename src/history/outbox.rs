//! What is to be told of a run, kept with the run itself until it is told.
//!
//! A change and whom to tell it stand in the run's own transaction: a job that is killed has either done both or none.
//! It is marked once the other side took it. A job that is killed in between tells it again, under the same number.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::{Entry, History, Pending, Trouble, entry, wrong};
use crate::error::Error;

/// Ends the name of the file that shows who is telling.
const TELLING: &str = "-telling";
/// How often it is looked whether another run is done.
const LOOK: Duration = Duration::from_millis(50);

/// Something that is to be told to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number in this history.
    pub id: i64,
    /// Whom, by the name in the settings.
    pub target: String,
    /// The same at every try.
    pub delivery: String,
    /// What, as it was put down.
    pub body: String,
}

/// What waits, for people to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Whom.
    pub target: String,
    /// Which job's it is; none where an older version put it down.
    pub job: Option<String>,
    /// The same at every try.
    pub delivery: String,
    /// Since when.
    pub queued_at: Timestamp,
    /// How often it was tried.
    pub tries: i64,
    /// Why the last try failed.
    pub trouble: Option<String>,
    /// What, as it was put down.
    pub body: String,
}

/// Held while one run tells: others wait, and nothing is told twice. The system takes it away from who is killed.
#[derive(Debug)]
pub struct Telling(#[expect(dead_code, reason = "held until it is dropped")] File);

/// How the last run of a job stood.
pub(super) fn standing(connection: &Connection, job: &str) -> Result<Option<String>, Trouble> {
    // Earlier versions called an audit by its arguments only: it is known by its scope.
    let last = "SELECT standing FROM run WHERE (job = ?1 OR scope = ?1) AND standing IS NOT NULL
                ORDER BY id DESC LIMIT 1";
    Ok(connection.query_row(last, params![job], |row| row.get(0)).optional()?)
}

impl Pending<'_> {
    /// Puts down how the run stands.
    ///
    /// # Errors
    ///
    /// [`crate::error::ErrorKind::Input`] where the file can't be written.
    pub fn stands(&self, standing: &str) -> Result<(), Error> {
        let update = "UPDATE run SET standing = ?1 WHERE id = ?2";
        let done = self.transaction.execute(update, params![standing, self.run]);
        done.map(drop).map_err(|error| wrong(self.name, &error.into()))
    }

    /// What is known of a scope, with what this run saw.
    ///
    /// # Errors
    ///
    /// As [`stands`](Self::stands).
    pub fn entries(&self, scope: &str) -> Result<Vec<Entry>, Error> {
        let all = entry::all(&self.transaction).map_err(|error| wrong(self.name, &error.into()))?;
        Ok(all.into_iter().filter(|entry| entry.scope == scope).collect())
    }

    /// When a run of this scope audited all of it for the last time.
    ///
    /// # Errors
    ///
    /// As [`stands`](Self::stands).
    pub fn last_success(&self) -> Result<Option<Timestamp>, Error> {
        let last = "SELECT max(at) FROM run WHERE standing IN ('clean', 'fails')
                    AND scope = (SELECT scope FROM run WHERE id = ?1)";
        let at = self.transaction.query_row(last, params![self.run], |row| row.get::<_, Option<i64>>(0));
        let at = at.map_err(|error| wrong(self.name, &error.into()))?;
        Ok(at.and_then(|at| Timestamp::from_second(at).ok()))
    }

    /// Puts down what is to be told, and whom: names and the numbers of deliveries. Kept with the run.
    ///
    /// # Errors
    ///
    /// As [`stands`](Self::stands).
    pub fn tell(&self, body: &str, whom: &[(String, String)], now: Timestamp) -> Result<(), Error> {
        put_down(&self.transaction, self.run, body, whom, now).map_err(|error| wrong(self.name, &error))
    }
}

fn put_down(
    connection: &Connection,
    run: i64,
    body: &str,
    whom: &[(String, String)],
    now: Timestamp,
) -> Result<(), Trouble> {
    if whom.is_empty() {
        return Ok(());
    }
    connection.execute("INSERT INTO change (run, body) VALUES (?1, ?2)", params![run, body])?;
    let change = connection.last_insert_rowid();
    for (target, delivery) in whom {
        connection.execute(
            "INSERT INTO outbox (change, target, delivery, queued_at, job)
             VALUES (?1, ?2, ?3, ?4, (SELECT job FROM run WHERE id = ?5))
             ON CONFLICT (target, delivery) DO NOTHING",
            params![change, target, delivery, now.as_second(), run],
        )?;
    }
    Ok(())
}

/// What is to be told of a run that audited nothing.
pub type Told = (String, Vec<(String, String)>);

impl History {
    /// Puts down that a job audited nothing, and what is to be told of that: `tell` gets the run's number and how the
    /// job stood before.
    ///
    /// # Errors
    ///
    /// [`crate::error::ErrorKind::Input`] where the file can't be written.
    pub fn not_audited(
        &self,
        job: &str,
        at: Timestamp,
        standing: &str,
        tell: impl FnOnce(i64, Option<&str>) -> Option<Told>,
    ) -> Result<(), Error> {
        let put = || -> Result<(), Trouble> {
            let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            let before = self::standing(&transaction, job)?;
            transaction.execute(
                "INSERT INTO run (scope, job, at, tool, whole, seen, new, fixed, standing)
                 VALUES (?1, ?1, ?2, ?3, 0, 0, 0, 0, ?4)",
                params![job, at.as_second(), env!("CARGO_PKG_VERSION"), standing],
            )?;
            let run = transaction.last_insert_rowid();
            if let Some((body, whom)) = tell(run, before.as_deref()) {
                put_down(&transaction, run, &body, &whom, Timestamp::now())?;
            }
            Ok(transaction.commit()?)
        };
        put().map_err(|trouble| wrong(&self.name, &trouble))
    }

    /// What a job audited when it last did.
    ///
    /// # Errors
    ///
    /// As [`not_audited`](Self::not_audited).
    pub fn scope_of(&self, job: &str) -> Result<Option<String>, Error> {
        let last = "SELECT scope FROM run WHERE job = ?1 AND scope <> job ORDER BY id DESC LIMIT 1";
        let scope = self.connection.query_row(last, params![job], |row| row.get(0)).optional();
        scope.map_err(|error| wrong(&self.name, &error.into()))
    }

    /// Waits until no other run tells; `None` where that takes too long.
    pub fn telling(&self, patience: Duration) -> Option<Telling> {
        let path = PathBuf::from(format!("{}{TELLING}", self.name));
        // Anything but a file of our own could hold this up for ever.
        if path.symlink_metadata().is_ok_and(|there| !there.is_file()) {
            return None;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).ok()?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Telling(file)),
                Err(TryLockError::WouldBlock) if begun.elapsed() < patience => std::thread::sleep(LOOK),
                Err(_) => return None,
            }
        }
    }

    /// Whether something of a job waits.
    ///
    /// # Errors
    ///
    /// As [`not_audited`](Self::not_audited).
    pub fn awaits(&self, job: &str) -> Result<bool, Error> {
        Ok(self.waiting()?.iter().any(|one| one.job.as_deref().is_none_or(|of| of == job)))
    }

    /// All of a job that waits, the oldest first. Only who holds `telling` may send it.
    ///
    /// # Errors
    ///
    /// As [`not_audited`](Self::not_audited).
    pub fn letters(&self, job: &str, _telling: &Telling) -> Result<Vec<Letter>, Error> {
        let letter = |row: &Row<'_>| {
            Ok(Letter { id: row.get(0)?, target: row.get(1)?, delivery: row.get(2)?, body: row.get(3)? })
        };
        self.rows("o.id, o.target, o.delivery, c.body", Some(job), letter)
    }

    /// All that waits, for people.
    ///
    /// # Errors
    ///
    /// As [`not_audited`](Self::not_audited).
    pub fn waiting(&self) -> Result<Vec<Waiting>, Error> {
        let waiting = |row: &Row<'_>| {
            Ok(Waiting {
                target: row.get(0)?,
                delivery: row.get(1)?,
                queued_at: Timestamp::from_second(row.get(2)?).unwrap_or(Timestamp::UNIX_EPOCH),
                tries: row.get(3)?,
                trouble: row.get(4)?,
                body: row.get(5)?,
                job: row.get(6)?,
            })
        };
        self.rows("o.target, o.delivery, o.queued_at, o.tries, o.trouble, c.body, o.job", None, waiting)
    }

    /// What waits, of all jobs or of one.
    fn rows<T>(
        &self,
        columns: &str,
        job: Option<&str>,
        row: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<Vec<T>, Error> {
        let which = "FROM outbox o JOIN change c ON c.id = o.change
                     WHERE o.ended_at IS NULL AND (?1 IS NULL OR o.job IS NULL OR o.job = ?1) ORDER BY o.id";
        let rows = || -> Result<Vec<T>, rusqlite::Error> {
            self.connection.prepare(&format!("SELECT {columns} {which}"))?.query_map([job], row)?.collect()
        };
        rows().map_err(|error| wrong(&self.name, &error.into()))
    }

    /// The other side took it.
    ///
    /// # Errors
    ///
    /// As [`not_audited`](Self::not_audited).
    pub fn delivered(&self, id: i64, now: Timestamp) -> Result<(), Error> {
        let update =
            "UPDATE outbox SET tries = tries + 1, trouble = NULL, ended_at = ?2, delivered = 1 WHERE id = ?1";
        self.update(update, params![id, now.as_second()]).map(drop)
    }

    /// It did not; it stays.
    ///
    /// # Errors
    ///
    /// As [`not_audited`](Self::not_audited).
    pub fn undelivered(&self, id: i64, reason: &str) -> Result<(), Error> {
        let update = "UPDATE outbox SET tries = tries + 1, trouble = ?2 WHERE id = ?1 AND ended_at IS NULL";
        self.update(update, params![id, reason]).map(drop)
    }

    /// Gives up what waits since before this moment, and forgets what ended before it. Returns how much was given up.
    ///
    /// # Errors
    ///
    /// As [`not_audited`](Self::not_audited).
    pub fn give_up(&self, before: Timestamp, now: Timestamp) -> Result<usize, Error> {
        let expire = "UPDATE outbox SET ended_at = ?2 WHERE ended_at IS NULL AND queued_at < ?1";
        let given_up = self.update(expire, params![before.as_second(), now.as_second()])?;
        self.update("DELETE FROM outbox WHERE ended_at < ?1", params![before.as_second()])?;
        self.update("DELETE FROM change WHERE id NOT IN (SELECT change FROM outbox)", [])?;
        Ok(given_up)
    }

    fn update(&self, statement: &str, with: impl rusqlite::Params) -> Result<usize, Error> {
        self.connection.execute(statement, with).map_err(|error| wrong(&self.name, &error.into()))
    }
}
