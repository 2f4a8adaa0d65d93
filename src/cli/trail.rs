//! Arguments of the commands about CloudTrail.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{ReportArguments, TrailCommand};
use crate::day::Day;

pub(super) const TRAIL_EXAMPLES: &str = "\
Examples:
  secretrail trail logs/
      a folder of log files, as a trail writes them to S3
  secretrail trail logs/ --account 123456789012 --region us-east-1 \\
      --since 2026-03-28 --until 2026-03-30
  secretrail trail logs/ --timeline
      what matters, in order, in UTC and local time
  secretrail trail logs/ --session s-0123456789abcdef
      all events of one session
  secretrail trail logs/ --event 63d86d13-4ce4-4fa7-aef9-00b64cd67d3f
  aws cloudtrail lookup-events --output json | secretrail trail -
  secretrail trail s3://BUCKET/PREFIX --since 2026-03-28
      a trail's bucket; fetches only what is needed
  secretrail trail --live
      query CloudTrail: all management events of the last 90 days
  secretrail trail --live --region us-east-1 --region eu-west-1 \\
      --since 2026-03-28 --keep pages/
  secretrail trail --live --lookup Username=root \\
      --lookup EventName=CreateAccessKey --lookup EventName=AssumeRoot
  secretrail trail --evidence evidence.tar.zst
      what `secretrail collect --surface trail` wrote
  secretrail trail logs/ --format json --also sarif=out.sarif \\
      --also csv=sessions.csv

Input can be .json and .json.gz files, JSON lines, LookupEvents responses, and
standard input. Digests and Insights are skipped. An event that was delivered
twice counts once.

How agents are recognised, in secretrail.toml; these are the defaults:
  [trail]
  # names of role sessions
  agent-sessions = [\"agent-*\", \"claude-code-*\", \"codex-*\", \"cursor-agent-*\"]
  # keys of session tags
  agent-tags = [\"agent\", \"agent-name\", \"agent-id\", \"*:agent\"]
  agent-apps = [\"*toolu_*\"]      # AWS_SDK_UA_APP_ID
  [[trail.agent]]                # what an agent may do; anything else is a finding
  name = \"Claude*\"
  services = [\"ssm\", \"s3\", \"sts\"]
  regions = [\"us-east-1\"]

Exit codes:
  0  audited, nothing at or above --fail-on
  1  findings
  2  not audited: no events, usage, settings or input error
  3  audited in part: a log was truncated or corrupt";

/// `secretrail trail`.
#[derive(Debug, Default, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct TrailArguments {
    /// Something other than reading logs.
    #[command(subcommand)]
    pub command: Option<TrailCommand>,

    /// Folders and files with CloudTrail logs; `-` is standard input, s3://BUCKET/PREFIX a bucket.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Read what `secretrail collect --surface trail` wrote: a folder or a .tar.zst file.
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    pub evidence: Option<PathBuf>,

    /// Asking CloudTrail itself.
    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub live: super::LiveArguments,

    /// Only events from this time on: 2026-03-28, 2026-03-28T14:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<i64>,

    /// Only events before this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<i64>,

    /// Only events of this account; repeatable.
    #[arg(long, value_name = "NUMBER")]
    pub account: Vec<String>,

    /// Only events of this Region; repeatable.
    #[arg(long, value_name = "REGION")]
    pub region: Vec<String>,

    /// Prove with CloudTrail's digests that the logs are complete, as `trail verify` does; the report says so.
    #[cfg(feature = "verify")]
    #[arg(long, requires = "paths")]
    pub verify: bool,

    /// Public keys for --verify, as printed by `aws cloudtrail list-public-keys`; repeatable.
    #[cfg(feature = "verify")]
    #[arg(long, value_name = "FILE", requires = "verify")]
    pub keys: Vec<PathBuf>,

    /// Show all events of one session.
    #[arg(long, value_name = "ID", conflicts_with_all = ["event", "timeline"])]
    pub session: Option<String>,

    /// Show one event, its session, and who is behind it.
    #[arg(long, value_name = "ID", conflicts_with = "timeline")]
    pub event: Option<String>,

    /// Show sign-ins, issued credentials, secrets read and lasting changes, in chronological order.
    #[arg(long)]
    pub timeline: bool,

    /// Credentials for AWS.
    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub sign_in: super::SignInArguments,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// A folder of your own rules, or of SigmaHQ's; repeatable.
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,

    /// The settings file [default: secretrail.toml in the folder, or in the current one].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// Show full access key IDs instead of their last four characters.
    #[arg(long)]
    pub show_key_ids: bool,

    /// Hide the progress bar.
    #[arg(long)]
    pub no_progress: bool,

    /// The day that ignores are compared with, for tests [default: today, in UTC].
    #[arg(long, value_name = "DAY", hide = true, value_parser = super::day)]
    pub now: Option<Day>,
}

/// A time, or the beginning of a day in UTC, in seconds.
pub(super) fn moment(text: &str) -> Result<i64, &'static str> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_second());
    }
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let at = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    at.map(|at| at.timestamp().as_second())
        .ok_or("write a day as 2026-03-28, or a time as 2026-03-28T14:00:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_in_utc() {
        assert_eq!(moment("2026-03-28"), moment("2026-03-28T00:00:00Z"));
        assert_eq!(moment("2026-03-28T02:00:00+02:00"), moment("2026-03-28"));
        assert!(moment("yesterday").is_err() && moment("20260328").is_err());
    }
}
