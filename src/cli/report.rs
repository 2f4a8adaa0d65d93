//! Arguments about reports, which several commands have.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

use crate::finding::{Confidence, Severity};
use crate::report::Format;
use crate::rule::embedded;

/// How a report is written, and what makes the command fail.
#[derive(Debug, Default, Args)]
pub struct ReportArguments {
    /// The format of the report.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub format: Format,

    /// Write the report to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Also write the report in another format; repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = also)]
    pub also: Vec<Also>,

    /// Exit 1 if any finding is at least this severe [default: high].
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,

    /// Hide findings below this confidence [default: low].
    #[arg(long, value_enum, value_name = "CONFIDENCE")]
    pub min_confidence: Option<Confidence>,

    /// Report only what this rule finds; repeatable.
    #[arg(long = "rule", value_name = "NAME", value_parser = RuleName, hide_possible_values = true)]
    pub only: Vec<String>,

    /// Exit 0 whatever is found, for jobs that only report.
    #[arg(long)]
    pub exit_zero: bool,

    /// Hide findings that are in a baseline (see `secretrail baseline`).
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Record the findings in a history, creating it if needed, and report what changed since the last run.
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,

    /// Report only findings that are new since the last run; the exit code counts only these.
    #[arg(long, requires = "history")]
    pub only_new: bool,

    /// Show every finding in full, however many there are.
    #[arg(long)]
    pub all: bool,
}

/// One more format of a report, and its file.
#[derive(Debug, Clone)]
pub struct Also {
    /// How it is written.
    pub format: Format,
    /// Where to.
    pub file: PathBuf,
}

fn also(text: &str) -> Result<Also, String> {
    let (word, file) =
        text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("write it as sarif=out.sarif")?;
    let words = || Format::ALL.iter().map(|format| format.word()).collect::<Vec<_>>().join(", ");
    let format = Format::from_word(word).ok_or_else(|| format!("the formats are {}", words()))?;
    Ok(Also { format, file: file.into() })
}

/// A rule's name. Shells complete those of this build; a team's own are taken too.
#[derive(Debug, Clone, Copy)]
pub(super) struct RuleName;

impl TypedValueParser for RuleName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let name = |(file, _): &(&'static str, &'static str)| {
            let name = file.rsplit('/').next().unwrap_or(file);
            PossibleValue::new(name.strip_suffix(".yml").unwrap_or(name))
        };
        Some(Box::new(embedded().iter().map(name)))
    }
}
