//! The tables of the history, and how older files become of today's form.

use rusqlite::{Connection, TransactionBehavior};

use super::Trouble;

/// Marks a SQLite file as a history of secretrail (`PRAGMA application_id`): "strl".
pub(super) const APPLICATION: i32 = 0x7374_726c;

/// Each step makes one version of the next; only ever add to the end.
const STEPS: &[&str] = &[
    "
CREATE TABLE run (
  id        INTEGER PRIMARY KEY,
  scope     TEXT NOT NULL,     -- what was audited: findings of other scopes are left alone
  at        INTEGER NOT NULL,  -- Unix seconds
  tool      TEXT NOT NULL,     -- secretrail's version
  whole     INTEGER NOT NULL,  -- 0: a gap could hide findings, so nothing was taken for fixed
  seen      INTEGER NOT NULL,
  new       INTEGER NOT NULL,
  fixed     INTEGER NOT NULL
) STRICT;
CREATE TABLE finding (
  scope       TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  rule        TEXT NOT NULL,
  surface     TEXT NOT NULL,
  severity    TEXT NOT NULL,
  place       TEXT NOT NULL,
  message     TEXT NOT NULL,
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  last_run    INTEGER NOT NULL REFERENCES run (id),
  told        INTEGER NOT NULL, -- 0: there at the last run, and silenced
  fixed_at    INTEGER,          -- NULL: still there
  PRIMARY KEY (scope, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE TABLE acceptance (
  fingerprint TEXT PRIMARY KEY,
  until       TEXT NOT NULL,    -- the last day on which it holds, 2027-01-31
  reason      TEXT NOT NULL,
  at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
",
    "
-- When a finding of a trail left the time that its job reads: what happened is not mended by being over.
ALTER TABLE finding ADD COLUMN past_at INTEGER;
-- The last event that met a trail's rule, RFC 3339 in UTC: a later one is news, though the finding is known.
ALTER TABLE finding ADD COLUMN last_event TEXT;
-- Up to when a job has read a trail; the next run begins there, and a little before.
CREATE TABLE read_to (
  scope   TEXT NOT NULL,
  surface TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (scope, surface)
) STRICT, WITHOUT ROWID;
",
    "
ALTER TABLE run ADD COLUMN job TEXT;      -- which command, on what; NULL: of an older version
ALTER TABLE run ADD COLUMN standing TEXT; -- clean, fails, partial, fails-in-part, not-audited
CREATE INDEX run_of_job ON run (job, id);
CREATE TABLE change (
  id        INTEGER PRIMARY KEY,
  run       INTEGER NOT NULL,
  body      TEXT NOT NULL      -- what is to be told, as JSON: redacted as reports are
) STRICT;
CREATE TABLE outbox (
  id        INTEGER PRIMARY KEY,
  change    INTEGER NOT NULL REFERENCES change (id),
  target    TEXT NOT NULL,     -- whom, by the name in the settings
  delivery  TEXT NOT NULL,     -- the same at every try: who gets it twice can drop one
  queued_at INTEGER NOT NULL,  -- by the machine's clock, whatever day the run took for today
  tries     INTEGER NOT NULL DEFAULT 0,
  trouble   TEXT,              -- why the last try failed
  ended_at  INTEGER,           -- NULL: still to be told
  delivered INTEGER NOT NULL DEFAULT 0,
  UNIQUE (target, delivery)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (id) WHERE ended_at IS NULL;
",
    "
-- Which events of a trail's finding were told, by the hour: numbers and sums of ids, 16 bytes an hour.
ALTER TABLE finding ADD COLUMN hours BLOB;
",
    "
-- Whose it is: jobs that share a file may call different people by one name. NULL: of an older version, anybody's.
ALTER TABLE outbox ADD COLUMN job TEXT;
",
    "
-- Which events of a trail's finding were seen, by the hour: a number for each; `hours` is what an older version wrote.
ALTER TABLE finding ADD COLUMN events BLOB;
",
    "
-- The folders that a finding is followed through, a line each: what is not read elsewhere can't hide it.
ALTER TABLE finding ADD COLUMN reach TEXT;
",
    "
-- A folder's name may hold a line's end: from here on `reach` is a JSON list, and what is none is not known.
-- The folders that the last run met, a JSON object: each with the second in which a run met it first.
CREATE TABLE folders (
  scope TEXT PRIMARY KEY,
  met   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
",
];

/// Whether the file is a history that this version knows, or an empty one; returns its version. Nothing is written.
pub(super) fn check(connection: &Connection) -> Result<usize, Trouble> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    // Tables first: another run may make them just now, and marks the file in the same moment.
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let (version, application) = (number("user_version")?, number("application_id")?);
    if application != APPLICATION && (application != 0 || tables > 0) {
        return Err(Trouble::NotOurs);
    }
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > STEPS.len() { Err(Trouble::Later) } else { Ok(done) }
}

/// Makes a file of an older version, or a new one, one of today's.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = check(&transaction)?;
    for step in STEPS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", i32::try_from(STEPS.len()).unwrap_or(i32::MAX))?;
    Ok(transaction.commit()?)
}
