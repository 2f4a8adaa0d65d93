//! The folders that a run met: what lies in one that came later may have been elsewhere before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{History, Pending, unwritten, wrong};
use crate::error::Error;

impl History {
    /// The folders that the last run of a scope met, each with the second in which a run met it first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::error::ErrorKind::Input) where the file can't be read.
    pub fn folders(&self, scope: &str) -> Result<BTreeMap<String, i64>, Error> {
        let met: Result<Option<String>, _> = self
            .connection
            .query_row("SELECT met FROM folders WHERE scope = ?1", [scope], |row| row.get(0))
            .optional();
        let met = met.map_err(|error| wrong(&self.name, &error.into()))?;
        Ok(met.and_then(|met| serde_json::from_str(&met).ok()).unwrap_or_default())
    }
}

impl Pending<'_> {
    /// Puts down which folders the run met, in place of those of the last one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`](crate::error::ErrorKind::Output) where the file can't be written.
    pub fn keep_folders(
        &self,
        scope: &str,
        at: Timestamp,
        (met, before): (&BTreeSet<String>, &BTreeMap<String, i64>),
    ) -> Result<(), Error> {
        let first = |folder: &String| before.get(folder).copied().unwrap_or(at.as_second());
        let met: BTreeMap<&String, i64> = met.iter().map(|folder| (folder, first(folder))).collect();
        self.transaction
            .execute(
                "INSERT INTO folders (scope, met) VALUES (?1, ?2) ON CONFLICT (scope) DO UPDATE SET met = ?2",
                params![scope, serde_json::json!(met).to_string()],
            )
            .map_err(|error| unwritten(self.name, &error.into()))?;
        Ok(())
    }
}
