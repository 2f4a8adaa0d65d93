//! `secretrail audit`.

use std::path::PathBuf;

use clap::Args;

use super::{AwsArguments, ReportArguments, SetupArguments};

pub(super) const AUDIT_EXAMPLES: &str = "\
Examples:
  secretrail audit
      what [audit] in secretrail.toml names
  secretrail audit infra/ --aws
      Terraform, the account, the list of keys
  secretrail audit infra/ --evidence evidence.tar.zst --trail logs/
  secretrail audit --history audit.db --only-new --also html=audit.html
      every night; --jitter 600 where there are many such jobs

Settings:
  [audit]
  terraform = [\"infra\"]      # trees
  trail = [\"logs\"]           # CloudTrail's logs
  evidence = [\"evidence\"]    # what `secretrail collect` wrote; or
  aws = true                 # ask AWS for the account and the parameters
  # ask CloudTrail's event history, where there are no logs
  live = true
  # with --history, what each run reads again: sessions and late logs
  overlap-hours = 13
  first-days = 30            # with --history: how far back the first run reads
  [inventory]
  files = [\"SECRETS.md\"]     # the lists of keys

Each surface is audited as its own command does it; there is one report, one
exit code. A surface that could not be looked at is a gap, and the exit code is
3 at best.";

/// `secretrail audit`.
#[derive(Debug, Args)]
pub struct AuditArguments {
    /// Trees of Terraform.
    #[arg(value_name = "PATH")]
    pub trees: Vec<PathBuf>,

    /// Folders and files with CloudTrail's logs; may stand several times.
    #[arg(long = "trail", value_name = "PATH")]
    pub trails: Vec<PathBuf>,

    /// Lists of keys; may stand several times.
    #[arg(long = "inventory", visible_alias = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Audit what `secretrail collect` wrote; may stand several times.
    #[arg(long, value_name = "PATH", conflicts_with = "ask_aws")]
    pub evidence: Vec<PathBuf>,

    /// Ask AWS for the account and for the parameters that the lists name.
    #[arg(long = "aws", id = "ask_aws")]
    pub ask_aws: bool,

    /// Ask CloudTrail's event history, which has the management events of the last 90 days.
    #[arg(long, conflicts_with = "trails")]
    pub live: bool,

    /// Of trails: only events from this time on [default: with --history what the last run has not read, else all].
    #[arg(long, value_name = "TIME", value_parser = super::trail::moment)]
    pub since: Option<i64>,

    /// Begin within so many seconds, drawn by lot: jobs that start at one time do not ask AWS all at once.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub jitter: u64,

    /// With --history: wait so many seconds for the same audit, where it is under way already.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub wait: u64,

    /// How AWS is asked.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// Your own token patterns beside the built-in ones: a gitleaks configuration file.
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,

    /// Leave out files; a glob as .gitignore has it. May stand several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Rules and settings.
    #[command(flatten)]
    pub setup: SetupArguments,
}
