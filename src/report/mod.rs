//! One report, rendered for people and for programs.
//!
//! Renderers see the report only through [`told::Told`], the one place where every string passes the redactor and is
//! made harmless to a terminal.

mod account;
mod baseline;
mod brief;
mod csv;
mod excerpt;
mod github;
mod gitlab;
mod grid;
mod history;
mod html;
mod in_short;
mod inventory;
mod json;
mod junit;
mod markdown;
mod ocsf;
mod oneline;
pub mod review;
#[cfg(feature = "serve")]
mod run_task;
mod sarif;
pub mod session;
mod shown;
mod table;
mod told;
mod trail;
mod verdict;
mod wrap;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

pub use self::account::{AccountSection, KeyRow, Last, MemberRow, RootRow, UserRow};
pub use self::baseline::write_baseline;
pub use self::brief::{Brief, briefs, in_short};
pub use self::history::{HistoryRow, write_history, write_history_json, write_history_row};
pub use self::in_short::NOTHING_THERE;
pub use self::inventory::{InventorySection, KeyState, ListedKey, UnlistedParameter};
pub use self::trail::{CoverageRow, EventRow, IssuerRow, PlaceRow, SessionRow, TrailSection};
use crate::error::ExitCode;
use crate::finding::{Finding, Severity, Surface};
use crate::reading::Gap;
use crate::secret::redact::Redactor;
use crate::source::{Location, Sources};

#[cfg(feature = "serve")]
pub use self::run_task::{TaskOutcome, TaskResult, task_result};

/// How a report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For a person at a terminal.
    #[default]
    Table,
    /// Our own JSON, version 1: fields are only added.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// For a pull-request comment or a job summary.
    Markdown,
    /// Workflow commands that GitHub shows beside the changed lines.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit's XML, for test pages.
    Junit,
    /// One line a finding, for editors and `grep`.
    Oneline,
    /// Comma-separated values, for spreadsheets: findings; of `trail` sessions.
    Csv,
    /// Lines of the Open Cybersecurity Schema Framework, for data lakes.
    Ocsf,
    /// One page for a browser, that loads nothing.
    Html,
}

impl Format {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[
        Self::Table,
        Self::Json,
        Self::Sarif,
        Self::Markdown,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Oneline,
        Self::Csv,
        Self::Ocsf,
        Self::Html,
    ];

    /// The word that users see and type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Oneline => "oneline",
            Self::Csv => "csv",
            Self::Ocsf => "ocsf",
            Self::Html => "html",
        }
    }

    /// The format that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.word() == word)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.word())
    }
}

/// What a rule says of itself: its file, as far as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleHelp {
    /// The name that users see: the rule's file name, `secret-written-to-disk`.
    pub name: String,
    /// A short title.
    pub title: String,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it finds and why that is bad; may have several lines.
    pub description: String,
    /// What to do about it; may have several lines.
    pub remediation: String,
    /// Tags: `cis.aws.7.0.2.4`.
    pub tags: Vec<String>,
    /// Addresses to read on at.
    pub references: Vec<String>,
    /// The whole help page.
    pub help_markdown: String,
}

/// A finding that somebody decided not to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silenced {
    /// The rule.
    pub rule: String,
    /// The finding.
    pub fingerprint: String,
    /// Its place.
    pub at: Location,
    /// By what: `inline`, `settings`, `tokens`, `baseline`.
    pub by: String,
    /// Why, in the words of who decided. Empty where nothing was said.
    pub reason: String,
    /// The last day on which it holds: `2027-01-31`.
    pub until: Option<String>,
}

/// A gap that somebody accepted: it is told, and does not make the audit partial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedGap {
    /// The gap.
    pub gap: Gap,
    /// Why, in the words of who decided.
    pub reason: String,
    /// The last day on which it holds: `2027-01-31`.
    pub until: Option<String>,
}

/// How the table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStyle {
    /// With colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// With line-drawing characters; else ASCII.
    pub unicode: bool,
    /// Everything, however long.
    pub full: bool,
    /// Findings and gaps only, and nothing where all is well.
    pub quiet: bool,
    /// With each finding's fingerprint.
    pub ids: bool,
    /// With sentences broken at `width`, as people read them.
    pub wrap: bool,
}

impl Default for TableStyle {
    /// What suits a log file: no colours, 100 columns, ASCII, long lists folded.
    fn default() -> Self {
        Self { color: false, width: 100, unicode: false, full: false, quiet: false, ids: false, wrap: false }
    }
}

/// What the gate was asked, and what it did not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// When the run was.
    pub at: Option<jiff::Timestamp>,
    /// The day of the run: until then ignores had to hold.
    pub day: Option<String>,
    /// The least severity that fails.
    pub fail_on: Option<Severity>,
    /// Findings that are less sure than was asked, left out.
    pub left_out: usize,
    /// Entries of the baseline that no finding met.
    pub gone: usize,
    /// What an audit of several surfaces looked at; else empty.
    pub surfaces: Vec<Surface>,
    /// Only what was added since this revision is told.
    pub since: Option<String>,
    /// Rules that are switched off.
    pub off: Vec<String>,
    /// The only rules that are asked for; empty: all.
    pub only: Vec<String>,
    /// What the others found.
    pub not_asked: usize,
    /// What those rules found.
    pub off_findings: usize,
    /// Whether the team's token table switched the built-in one off.
    pub tokens_off: bool,
    /// Files that the settings exclude.
    pub excluded: usize,
    /// Whether files that git ignores were left out.
    pub respects_gitignore: bool,
    /// Gaps that the settings accept; not in the report's gaps.
    pub accepted_gaps: Vec<AcceptedGap>,
    /// What changed since the last run, where a history is kept.
    pub history: Option<Changes>,
}

/// What changed since the last run of the same job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether the history had no earlier run to compare with.
    pub first: bool,
    /// Fingerprints that are new.
    pub new: Vec<String>,
    /// How many of them are back: they had been fixed, or silenced.
    pub returned: usize,
    /// Findings that were there before.
    pub known: usize,
    /// Whether those are left out of the report.
    pub known_left_out: bool,
    /// How bad those are that are left out, in no order.
    pub left_out: Vec<Severity>,
    /// Rule and place of findings that are gone.
    pub fixed: Vec<(String, String)>,
    /// Findings that were not seen and are still open.
    pub unseen: usize,
    /// Whether all was looked at and told: else what a gap could hide is not taken for fixed.
    pub whole: bool,
}

/// Everything that is said of one run.
#[derive(Debug)]
pub struct Report<'a> {
    /// The documents that were read.
    pub sources: &'a Sources,
    /// Stands before every path: from where the reader is to the scanned folder (`infra/`). Annotations and
    /// code scanning want paths of the repository. The JSON report leaves it empty.
    pub path_prefix: String,
    /// Takes secrets out of all that is shown.
    pub redactor: &'a Redactor,
    /// The rules that were asked, with or without findings.
    pub rules: Vec<RuleHelp>,
    /// Settled findings, in any order: each format orders them as its readers need.
    pub findings: Vec<Finding>,
    /// Findings that were silenced; not in `findings`.
    pub silenced: Vec<Silenced>,
    /// What was asked, and what is not told.
    pub gate: Gate,
    /// What could not be read or decided.
    pub gaps: Vec<Gap>,
    /// Files that were read.
    pub files: usize,
    /// The version of this tool.
    pub tool_version: String,
    /// What is told of an AWS account, where one was audited.
    pub account: Option<AccountSection>,
    /// What is told of CloudTrail, where it was read.
    pub trail: Option<TrailSection>,
    /// What is told of a list of keys, where one was checked.
    pub inventory: Option<InventorySection>,
    /// What the process will tell its caller.
    pub exit_code: ExitCode,
    /// How long it took. Shown in the table only: other formats are the same bytes for the same input.
    pub elapsed: Option<Duration>,
    /// How the table is drawn.
    pub style: TableStyle,
}

/// Writes the report in a format. The only errors are those of `out`.
pub fn write(format: Format, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => table::render(report, out),
        Format::Json => json::render(report, out),
        Format::Sarif => sarif::render(report, out),
        Format::Markdown => markdown::render(report, out),
        Format::Github => github::render(report, out),
        Format::Gitlab => gitlab::render(report, out),
        Format::Junit => junit::render(report, out),
        Format::Oneline => oneline::render(report, out),
        Format::Csv => csv::render(report, out),
        Format::Ocsf => ocsf::render(report, out),
        Format::Html => html::render(report, out),
    }
}
