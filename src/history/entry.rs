//! One finding over time.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Seen;
use crate::day::Day;
use crate::finding::Hours;

/// Somebody's decision to live with a finding for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The last day on which it holds.
    pub until: Day,
    /// Why, in the words of who decided.
    pub reason: String,
}

/// A finding over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was audited.
    pub scope: String,
    /// Its identity.
    pub fingerprint: String,
    /// The rule's name.
    pub rule: String,
    /// The surface.
    pub surface: String,
    /// How bad, as the last run said.
    pub severity: String,
    /// Where, as the last run said.
    pub place: String,
    /// What, as the last run said.
    pub message: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// When it was gone.
    pub fixed_at: Option<Timestamp>,
    /// When it left the time that its job reads.
    pub past_at: Option<Timestamp>,
    /// Whether something silences it: it is still there.
    pub silenced: bool,
    /// Whether somebody accepted it.
    pub acceptance: Option<Acceptance>,
    /// The folders that it was followed through, as the last run said; empty where that is not known.
    pub reach: Vec<String>,
}

/// How a finding stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Still there.
    Open,
    /// Still there, and accepted.
    Accepted,
    /// Still there, and silenced.
    Silenced,
    /// It happened before the time that its job reads now.
    Past,
    /// Gone.
    Fixed,
}

impl Status {
    /// The word that users see.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Silenced => "silenced",
            Self::Past => "past",
            Self::Fixed => "fixed",
        }
    }
}

impl Entry {
    /// How it stands on this day.
    pub fn status(&self, day: Day) -> Status {
        let accepted = self.acceptance.as_ref().is_some_and(|acceptance| acceptance.until >= day);
        match (self.fixed_at, accepted, self.past_at) {
            (Some(_), ..) => Status::Fixed,
            (None, true, _) => Status::Accepted,
            (None, false, Some(_)) => Status::Past,
            (None, false, None) if self.silenced => Status::Silenced,
            (None, false, None) => Status::Open,
        }
    }
}

/// What is known of a finding that is seen again.
pub(super) struct Known {
    /// Whether the last run told it, and did not silence it.
    pub told: bool,
    is_fixed: bool,
    is_past: bool,
    last_event: Option<String>,
    /// Which of its events were told; `None` in what an older version wrote, and where no single events met the rule.
    pub hours: Option<Hours>,
}

impl Known {
    /// Whether it was gone, or before the time that its job read.
    pub fn is_over(&self) -> bool {
        self.is_fixed || self.is_past
    }

    /// Whether all of what is seen was told.
    pub fn knows(&self, seen: &Seen) -> bool {
        if !self.told || self.is_fixed {
            return false;
        }
        match (&seen.hours, &self.hours) {
            (None, _) => !self.is_past,
            // Past or not: what was told once is no news when a job reads further back.
            (Some(seen), Some(told)) => !seen.go_beyond(told),
            (Some(_), None) => !self.is_past && self.last_event >= seen.last_event,
        }
    }
}

/// What is known of a finding.
pub(super) fn known(
    connection: &Connection,
    scope: &str,
    fingerprint: &str,
) -> Result<Option<Known>, rusqlite::Error> {
    connection
        .prepare_cached(
            "SELECT told, fixed_at IS NOT NULL, past_at IS NOT NULL, last_event, hours, events FROM finding
             WHERE scope = ?1 AND fingerprint = ?2",
        )?
        .query_row(params![scope, fingerprint], |row| {
            Ok(Known {
                told: row.get(0)?,
                is_fixed: row.get(1)?,
                is_past: row.get(2)?,
                last_event: row.get(3)?,
                hours: match row.get::<_, Option<Vec<u8>>>(5)? {
                    Some(events) => Some(Hours::read(&events)),
                    None => row.get::<_, Option<Vec<u8>>>(4)?.map(|bytes| Hours::read_older(&bytes)),
                },
            })
        })
        .optional()
}

const COLUMNS: &str =
    "f.scope, f.fingerprint, f.rule, f.surface, f.severity, f.place, f.message, f.first_seen,
  f.last_seen, f.fixed_at, a.until, a.reason, f.past_at, f.told, f.reach
  FROM finding f LEFT JOIN acceptance a ON a.fingerprint = f.fingerprint";

/// All, those that are open first, the newest first.
pub(super) fn all(connection: &Connection) -> Result<Vec<Entry>, rusqlite::Error> {
    let order =
        "ORDER BY f.fixed_at IS NOT NULL, f.past_at IS NOT NULL, f.first_seen DESC, f.scope, f.fingerprint";
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} {order}"))?;
    statement.query_map([], entry)?.collect()
}

/// What a run of the scope did not see any more.
pub(super) fn unseen(
    connection: &Connection,
    (scope, run): (&str, i64),
) -> Result<Vec<Entry>, rusqlite::Error> {
    let which = "WHERE f.scope = ?1 AND f.last_run <> ?2 AND f.fixed_at IS NULL AND f.past_at IS NULL
                 ORDER BY f.fingerprint";
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} {which}"))?;
    statement.query_map(params![scope, run], entry)?.collect()
}

/// All acceptances.
pub(super) fn acceptances(connection: &Connection) -> Result<Vec<(String, Acceptance)>, rusqlite::Error> {
    let mut statement =
        connection.prepare("SELECT fingerprint, until, reason FROM acceptance ORDER BY fingerprint")?;
    let rows = statement.query_map([], |row| {
        let (until, reason): (String, String) = (row.get(1)?, row.get(2)?);
        Ok((row.get(0)?, Day::parse(&until).map(|until| Acceptance { until, reason })))
    })?;
    let rows: Result<Vec<(String, Option<Acceptance>)>, _> = rows.collect();
    // A day that is none accepts nothing.
    Ok(rows?.into_iter().filter_map(|(print, acceptance)| Some((print, acceptance?))).collect())
}

fn entry(row: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    let moment = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let (until, reason): (Option<String>, Option<String>) = (row.get(10)?, row.get(11)?);
    let until = until.as_deref().and_then(Day::parse);
    Ok(Entry {
        scope: row.get(0)?,
        fingerprint: row.get(1)?,
        rule: row.get(2)?,
        surface: row.get(3)?,
        severity: row.get(4)?,
        place: row.get(5)?,
        message: row.get(6)?,
        first_seen: moment(row.get(7)?),
        last_seen: moment(row.get(8)?),
        fixed_at: row.get::<_, Option<i64>>(9)?.map(moment),
        past_at: row.get::<_, Option<i64>>(12)?.map(moment),
        silenced: !row.get::<_, bool>(13)?,
        reach: row
            .get::<_, Option<String>>(14)?
            .and_then(|folders| serde_json::from_str(&folders).ok())
            .unwrap_or_default(),
        acceptance: until.zip(reason).map(|(until, reason)| Acceptance { until, reason }),
    })
}
