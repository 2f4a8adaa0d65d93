//! `secretrail history`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::day::Day;

pub(super) const HISTORY_EXAMPLES: &str = "\
Examples:
  secretrail scan --history audit.db --only-new infra
      every night: report what is new, and exit 1 only for that
  secretrail history list audit.db
      what is open, and since when
  secretrail history show audit.db 34d6691d
  secretrail history accept audit.db 34d6691d --until 2027-01-31 --reason \"rebuilt in January\"
  secretrail history prune audit.db --fixed-before 2026-06-01

The history is one SQLite file with rules, places, messages and dates, but no
secrets. Any number of jobs can share it: a finding that a run no longer sees
counts as fixed only if that run audited the same things and nothing could hide
it.";

/// `secretrail history`.
#[derive(Debug, Args)]
pub struct HistoryArguments {
    /// What to do with it.
    #[command(subcommand)]
    pub command: HistoryCommand,
}

/// What to do with a history.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// List open findings, the most severe first.
    List {
        /// The history file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Include findings that are fixed or past.
        #[arg(long)]
        all: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one finding.
    Show {
        /// The history file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Its fingerprint, or the start of it.
        #[arg(value_name = "FINGERPRINT")]
        fingerprint: String,
    },
    /// Accept a finding until a date: reports with `--history` count it as silenced until then.
    Accept {
        /// The history file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Its fingerprint, or the start of it.
        #[arg(value_name = "FINGERPRINT")]
        fingerprint: String,
        /// The last day, in UTC.
        #[arg(long, value_name = "DAY", value_parser = day)]
        until: Day,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Forget findings that were fixed before a date.
    Prune {
        /// The history file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The day, in UTC.
        #[arg(long, value_name = "DAY", value_parser = day)]
        fixed_before: Day,
    },
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write the day as 2027-01-31".to_owned())
}
