//! `secretrail audit`.

use std::path::PathBuf;

use clap::Args;

use super::{AwsArguments, ReportArguments, SetupArguments};

pub(super) const AUDIT_EXAMPLES: &str = "\
Examples:
  secretrail audit
      what [audit] in secretrail.toml lists
  secretrail audit infra/ --aws
      Terraform, the account and the list of keys
  secretrail audit infra/ --evidence evidence.tar.zst --trail logs/
  secretrail audit --history audit.db --only-new --also html=audit.html
      every night; add --jitter 600 if there are many such jobs

Settings:
  [audit]
  terraform = [\"infra\"]      # trees
  trail = [\"logs\"]           # CloudTrail logs
  evidence = [\"evidence\"]    # what `secretrail collect` wrote; or
  aws = true                 # query AWS for the account and the parameters
  live = true                # query CloudTrail's event history if there are no logs
  overlap-hours = 13         # with --history: what each run reads again
  first-days = 30            # with --history: how far back the first run reads
  [inventory]
  files = [\"SECRETS.md\"]     # the lists of keys

Each surface is audited as by its own command, with one report and one exit
code. A surface that could not be audited is a gap, and the exit code is 3 at
best.";

/// `secretrail audit`.
#[derive(Debug, Args)]
pub struct AuditArguments {
    /// Terraform trees.
    #[arg(value_name = "PATH")]
    pub trees: Vec<PathBuf>,

    /// Folders and files with CloudTrail logs; repeatable.
    #[arg(long = "trail", value_name = "PATH")]
    pub trails: Vec<PathBuf>,

    /// Lists of keys; repeatable.
    #[arg(long = "inventory", visible_alias = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Audit what `secretrail collect` wrote; repeatable.
    #[arg(long, value_name = "PATH", conflicts_with = "ask_aws")]
    pub evidence: Vec<PathBuf>,

    /// Query AWS for the account and for the parameters that the lists name.
    #[arg(long = "aws", id = "ask_aws")]
    pub ask_aws: bool,

    /// Query CloudTrail's event history: the management events of the last 90 days.
    #[arg(long, conflicts_with = "trails")]
    pub live: bool,

    /// Trails: only events from this time on [default: with --history, what the last run has not read, and in its first run the last 30 days (first-days); else all].
    #[arg(long, value_name = "TIME", value_parser = super::trail::moment)]
    pub since: Option<i64>,

    /// Wait a random time up to this long before starting, so that parallel jobs do not query AWS at once.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub jitter: u64,

    /// With --history: if the same audit is already running, wait up to this long for it to end.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub wait: u64,

    /// How to query AWS.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// A gitleaks configuration file with your own token patterns, in addition to the built-in ones.
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,

    /// Skip files whose path matches a glob, in .gitignore syntax; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Rules and settings.
    #[command(flatten)]
    pub setup: SetupArguments,
}
