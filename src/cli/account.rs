//! Arguments of the commands about AWS accounts.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::ReportArguments;
use crate::day::Day;
use crate::policy::{Surface, is_region};

pub(super) const ACCOUNT_EXAMPLES: &str = "\
Examples:
  secretrail account
      ask AWS with the credentials that the AWS CLI would take
  secretrail account --profile audit --fail-on critical
  secretrail account --role-arn arn:aws:iam::123456789012:role/audit
  secretrail account --accounts
      all accounts that [accounts] in secretrail.toml names
  secretrail account --evidence evidence.tar.zst
      what `secretrail collect` wrote, without credentials
  secretrail account --evidence evidence/ --digest 5f2b...
      the digest that `secretrail collect` printed
  secretrail account --evidence evidence/ --format json
  secretrail account --also sarif=out.sarif --also markdown=out.md

One finding is silenced in secretrail.toml by its rule and the ARN:
  [[ignore]]
  rule = \"access-key-unrotated\"
  name = \"arn:aws:iam::123456789012:user/legacy-ci\"
  secret = \"access key 1\"        # one of its keys
  reason = \"the vendor's appliance can't do roles\"
  until = 2027-01-31

What counts as old, in secretrail.toml; these are the defaults:
  [account]
  key-rotation-days = 90
  unused-days = 45
  root-used-days = 90
  report-age-hours = 4
  # roles that agents assume; without it, names are guessed
  agent-roles = [\"*agent*\", \"*claude*\"]

Many accounts, in secretrail.toml:
  [accounts]
  # all that Organizations lists, or:
  # list = [\"123456789012\", \"arn:aws:iam::...\"]
  organization = true
  # assumed in each of them; `secretrail policy` has its permissions
  role = \"secretrail-audit\"
  exclude = [\"sandbox-*\"]             # by name or number

Exit codes:
  0  audited, nothing at or above --fail-on
  1  findings
  2  not audited: no credentials, usage, settings or input error
  3  audited in part: a call was refused, a finding could hide";

#[cfg(feature = "aws")]
pub(super) const COLLECT_EXAMPLES: &str = "\
Examples:
  secretrail collect --out evidence/                     a folder
  secretrail collect --out evidence.tar.zst              one file
  secretrail collect --profile audit --out evidence/
  secretrail collect --accounts --out evidence.tar.zst
      all accounts of [accounts] in secretrail.toml
  secretrail collect --surface account --surface trail --since 2026-03-28 --out evidence/
  secretrail collect --role-arn arn:aws:iam::123456789012:role/audit --external-id 42 --out evidence/

Credentials come from where the AWS CLI has them: environment, profiles, SSO,
programs, instance roles. `secretrail policy` prints the permissions that are
needed. What is denied is noted in the bundle, and the rest is collected. The
digest that is printed proves, kept elsewhere, that nobody changed the bundle.

Exit codes:
  0  all was collected                          2  nothing was collected
  3  collected in part: a call was refused";

const VERIFY_EXAMPLES: &str = "\
Examples:
  secretrail evidence verify evidence/
  secretrail evidence verify evidence.tar.zst --digest 5f2b...
      the digest that `secretrail collect` printed

Exit codes:
  0  intact
  1  altered: the files are named
  2  it can't be read, or is no evidence";

pub(super) const POLICY_EXAMPLES: &str = "\
Examples:
  secretrail policy > policy.json
  secretrail policy --account 123456789012 --region us-east-1
  secretrail policy --surface trail --bucket trail-bucket
      to read a trail's logs from S3
  secretrail policy --surface account --role secretrail-audit
      for the account from which many are audited
  secretrail policy --terraform > secretrail-policy.tf

Two statements deny what reads values, so that the policy itself proves that
none are read.";

/// How AWS is asked.
#[derive(Debug, Clone, Args)]
pub struct AwsArguments {
    /// A profile of ~/.aws/config; it wins over credentials in the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The Region to ask [default: that of the environment or the profile, else us-east-1].
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// A role to assume first.
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,

    /// The external id that the role's trust policy asks for.
    #[arg(long, value_name = "ID", requires = "role_arn")]
    pub external_id: Option<String>,

    /// The session's name, as CloudTrail shows it.
    #[arg(long, value_name = "NAME", requires = "role_arn", default_value = "secretrail")]
    pub role_session_name: String,

    /// Ask for the ids of access keys too: one more call for each user.
    #[arg(long)]
    pub key_ids: bool,

    /// How long one call may take, retries included.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub timeout: u16,

    /// The time of the collection, for tests [default: now].
    #[arg(long, value_name = "TIME", hide = true)]
    pub clock: Option<Timestamp>,
}

/// `secretrail account`.
#[derive(Debug, Args)]
pub struct AccountArguments {
    /// Audit what `secretrail collect` wrote, a folder or a .tar.zst file, instead of asking AWS.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["profile", "region", "role_arn", "key_ids"])]
    pub evidence: Option<PathBuf>,

    /// The digest that the evidence must have: what `secretrail collect` printed.
    #[arg(long, value_name = "SHA256", requires = "evidence")]
    pub digest: Option<String>,

    /// Audit all accounts of [accounts] in the settings file, in one report.
    #[arg(long, conflicts_with = "evidence")]
    pub accounts: bool,

    /// How AWS is asked.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Show the ids of access keys whole instead of their last four characters, in the formats table, json and markdown;
    /// asks for them as --key-ids does.
    #[arg(long)]
    pub show_key_ids: bool,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// A folder with your own rules; may stand several times.
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,

    /// The settings file [default: secretrail.toml in the current folder].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// No progress bar.
    #[arg(long)]
    pub no_progress: bool,

    /// The day that ignores are compared with, for tests [default: today, in UTC].
    #[arg(long, value_name = "DAY", hide = true, value_parser = super::day)]
    pub now: Option<Day>,
}

/// `secretrail collect`.
#[cfg(feature = "aws")]
#[derive(Debug, Args)]
pub struct CollectArguments {
    /// What to collect; may stand several times [default: account].
    #[arg(long, value_enum, value_name = "SURFACE")]
    pub surface: Vec<Surface>,

    /// Of the trail: only events from this time on, at most 90 days back [default: 90 days].
    #[arg(long, value_name = "TIME", value_parser = super::trail::moment)]
    pub since: Option<i64>,

    /// Of the trail: only events before this time.
    #[arg(long, value_name = "TIME", value_parser = super::trail::moment)]
    pub until: Option<i64>,

    /// Of the trail: a Region to ask; may stand several times [default: that of --region, and us-east-1].
    #[arg(long, value_name = "REGION")]
    pub trail_region: Vec<String>,

    /// Of the trail: only events with an attribute, as Username=root; may stand several times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::trail_aws::lookup)]
    pub lookup: Vec<(String, String)>,

    /// Collect from all accounts of [accounts] in the settings file, into one bundle.
    #[arg(long, conflicts_with_all = ["surface", "inventory"])]
    pub accounts: bool,

    /// The settings file, for --accounts [default: secretrail.toml in the current folder].
    #[arg(long, value_name = "FILE", requires = "accounts")]
    pub settings: Option<PathBuf>,

    /// How AWS is asked.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Where to write it: a folder, or a file that ends in .tar.zst.
    #[arg(short, long, value_name = "PATH")]
    pub out: PathBuf,

    /// Collect what `inventory check` needs, too: names and ages of all parameters and secrets of the Region.
    #[arg(long)]
    pub inventory: bool,

    /// No progress bar.
    #[arg(long)]
    pub no_progress: bool,
}

/// `secretrail evidence`.
#[derive(Debug, Args)]
pub struct EvidenceArguments {
    /// What to do with it.
    #[command(subcommand)]
    pub command: EvidenceCommand,
}

/// The commands about evidence.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Recompute all hashes, and name what was altered.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify {
        /// The folder or file.
        path: PathBuf,

        /// The digest that it must have: what `secretrail collect` printed.
        #[arg(long, value_name = "SHA256")]
        digest: Option<String>,
    },
}

/// `secretrail policy`.
#[derive(Debug, Args)]
pub struct PolicyArguments {
    /// What is audited; may stand several times [default: all].
    #[arg(long, value_enum, value_name = "SURFACE")]
    pub surface: Vec<Surface>,

    /// The account's number [default: any].
    #[arg(long, value_name = "NUMBER", value_parser = account)]
    pub account: Option<String>,

    /// A Region; it decides the partition: aws, aws-cn, aws-us-gov, aws-eusc and those of the intelligence agencies.
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,

    /// What --key-ids asks for, too.
    #[arg(long)]
    pub key_ids: bool,

    /// The bucket of a trail, where its logs are to be read.
    #[arg(long, value_name = "NAME", value_parser = bucket)]
    pub bucket: Option<String>,
    /// What `inventory check --read-level` asks for, too; at 2 decryption is allowed instead of denied.
    #[arg(long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub read_level: u8,

    /// For the account from which many are asked: lists the organisation's accounts and assumes the role of this name.
    #[arg(long, value_name = "NAME", value_parser = role)]
    pub role: Option<String>,

    /// As a Terraform data source instead of JSON.
    #[arg(long)]
    pub terraform: bool,
}

fn bucket(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_name = (3..=63).contains(&text.len()) && text.bytes().all(plain);
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("a bucket's name has 3 to 63 letters, digits, dots and dashes")
    }
}

fn role(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&byte);
    let is_name = (1..=576).contains(&text.len()) && text.bytes().all(plain) && !text.ends_with('/');
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("a role's name has letters, digits and +=,.@_-, and a path before it")
    }
}

fn account(text: &str) -> Result<String, &'static str> {
    let is_number = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Ok(text.to_owned()) } else { Err("an account's number has twelve digits") }
}

fn region(text: &str) -> Result<String, &'static str> {
    if is_region(text) { Ok(text.to_owned()) } else { Err("a Region is written as us-east-1") }
}
