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
      query AWS with the credentials that the AWS CLI would use
  secretrail account --profile audit --fail-on critical
  secretrail account --role-arn arn:aws:iam::123456789012:role/audit
  secretrail account --accounts
      all accounts listed under [accounts] in secretrail.toml
  secretrail account --evidence evidence.tar.zst
      audit what `secretrail collect` wrote; needs no credentials
  secretrail account --evidence evidence/ --digest 5f2b...
      and insist on the digest that `secretrail collect` printed
  secretrail account --evidence evidence/ --format json
  secretrail account --also sarif=out.sarif --also markdown=out.md

To silence one finding, name its rule and ARN in secretrail.toml:
  [[ignore]]
  rule = \"access-key-unrotated\"
  name = \"arn:aws:iam::123456789012:user/legacy-ci\"
  secret = \"access key 1\"        # one of its keys
  reason = \"the vendor's appliance cannot use roles\"
  until = 2027-01-31

Thresholds, in secretrail.toml; these are the defaults:
  [account]
  key-rotation-days = 90
  unused-days = 45
  root-used-days = 90
  report-age-hours = 4
  # roles that agents assume; if absent, guessed from names
  agent-roles = [\"*agent*\", \"*claude*\"]

Many accounts, in secretrail.toml:
  [accounts]
  # all accounts in Organizations, or:
  # list = [\"123456789012\", \"arn:aws:iam::...\"]
  organization = true
  # assumed in each of them; `secretrail policy` prints its permissions
  role = \"secretrail-audit\"
  exclude = [\"sandbox-*\"]             # by name or number

Exit codes:
  0  audited, nothing at or above --fail-on
  1  findings
  2  not audited: no credentials, usage, settings or input error
  3  audited in part: a refused call could hide a finding";

#[cfg(feature = "aws")]
pub(super) const COLLECT_EXAMPLES: &str = "\
Examples:
  secretrail collect --out evidence/                     a folder
  secretrail collect --out evidence.tar.zst              one file
  secretrail collect --profile audit --out evidence/
  secretrail collect --accounts --out evidence.tar.zst
      all accounts listed under [accounts] in secretrail.toml
  secretrail collect --surface account --surface trail --since 2026-03-28 --out evidence/
  secretrail collect --role-arn arn:aws:iam::123456789012:role/audit --external-id 42 --out evidence/

Credentials come from the same places as for the AWS CLI: environment, profiles,
SSO, credential processes, instance roles. `secretrail policy` prints the
permissions needed. Denied calls are noted in the bundle, and the rest is
collected. Keep the printed digest elsewhere: it proves that the bundle was not
changed.

Exit codes:
  0  everything was collected
  2  nothing was collected
  3  collected in part: a call was refused";

const VERIFY_EXAMPLES: &str = "\
Examples:
  secretrail evidence verify evidence/
  secretrail evidence verify evidence.tar.zst --digest 5f2b...
      and insist on the digest that `secretrail collect` printed

Exit codes:
  0  intact
  1  altered; the affected files are listed
  2  unreadable, or not an evidence bundle";

pub(super) const POLICY_EXAMPLES: &str = "\
Examples:
  secretrail policy > policy.json
  secretrail policy --account 123456789012 --region us-east-1
  secretrail policy --surface trail --bucket trail-bucket
      to read CloudTrail logs from S3
  secretrail policy --surface account --role secretrail-audit
      for the account from which others are audited
  secretrail policy --terraform > secretrail-policy.tf

Two statements deny every call that reads values: the policy itself proves that
none are read.";

/// How to query AWS.
#[derive(Debug, Clone, Args)]
pub struct AwsArguments {
    /// A profile in ~/.aws/config; takes precedence over credentials in the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The Region to query [default: from the environment or the profile, else us-east-1].
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Assume this role first.
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,

    /// The external ID that the role's trust policy requires.
    #[arg(long, value_name = "ID", requires = "role_arn")]
    pub external_id: Option<String>,

    /// The session name that CloudTrail will show.
    #[arg(long, value_name = "NAME", requires = "role_arn", default_value = "secretrail")]
    pub role_session_name: String,

    /// Also fetch the IDs of access keys: one extra call per user.
    #[arg(long)]
    pub key_ids: bool,

    /// Time limit for one call, including retries.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub timeout: u16,

    /// The time of the collection, for tests [default: now].
    #[arg(long, value_name = "TIME", hide = true, value_parser = super::clock)]
    pub clock: Option<Timestamp>,
}

/// `secretrail account`.
#[derive(Debug, Args)]
pub struct AccountArguments {
    /// Audit what `secretrail collect` wrote (a folder or a .tar.zst file) instead of querying AWS.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["profile", "region", "role_arn", "key_ids"])]
    pub evidence: Option<PathBuf>,

    /// The digest that the evidence must have, as printed by `secretrail collect`.
    #[arg(long, value_name = "SHA256", requires = "evidence")]
    pub digest: Option<String>,

    /// Audit all accounts under [accounts] in the settings file, in one report.
    #[arg(long, conflicts_with = "evidence")]
    pub accounts: bool,

    /// How to query AWS.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Show full access key IDs instead of their last four characters in the formats table, json and markdown; implies
    /// --key-ids.
    #[arg(long)]
    pub show_key_ids: bool,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// A folder of your own rules; repeatable.
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,

    /// The settings file [default: secretrail.toml in the current folder].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// Hide the progress bar.
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
    /// What to collect; repeatable [default: account].
    #[arg(long, value_enum, value_name = "SURFACE")]
    pub surface: Vec<Surface>,

    /// Trail: only events from this time on, at most 90 days back [default: 90 days].
    #[arg(long, value_name = "TIME", value_parser = super::trail::moment)]
    pub since: Option<i64>,

    /// Trail: only events before this time.
    #[arg(long, value_name = "TIME", value_parser = super::trail::moment)]
    pub until: Option<i64>,

    /// Trail: a Region to query; repeatable [default: the one of --region, and us-east-1].
    #[arg(long, value_name = "REGION")]
    pub trail_region: Vec<String>,

    /// Trail: only events with this attribute, e.g. Username=root; repeatable.
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::trail_aws::lookup)]
    pub lookup: Vec<(String, String)>,

    /// Collect from all accounts under [accounts] in the settings file, into one bundle.
    #[arg(long, conflicts_with_all = ["surface", "inventory"])]
    pub accounts: bool,

    /// The settings file, for --accounts [default: secretrail.toml in the current folder].
    #[arg(long, value_name = "FILE", requires = "accounts")]
    pub settings: Option<PathBuf>,

    /// How to query AWS.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Where to write the bundle: a folder, or a file ending in .tar.zst.
    #[arg(short, long, value_name = "PATH")]
    pub out: PathBuf,

    /// Also collect what `inventory check` needs: names and ages of all parameters and secrets in the Region.
    #[arg(long)]
    pub inventory: bool,

    /// Hide the progress bar.
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
    /// Recompute all hashes, and list what was altered.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify {
        /// The evidence: a folder or a .tar.zst file.
        path: PathBuf,

        /// The digest that it must have, as printed by `secretrail collect`.
        #[arg(long, value_name = "SHA256")]
        digest: Option<String>,
    },
}

/// `secretrail policy`.
#[derive(Debug, Args)]
pub struct PolicyArguments {
    /// The surface to audit; repeatable [default: all].
    #[arg(long, value_enum, value_name = "SURFACE")]
    pub surface: Vec<Surface>,

    /// The account number [default: any].
    #[arg(long, value_name = "NUMBER", value_parser = account)]
    pub account: Option<String>,

    /// A Region, which determines the partition: aws, aws-cn, aws-us-gov, aws-eusc or an intelligence one.
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,

    /// Include what --key-ids needs.
    #[arg(long)]
    pub key_ids: bool,

    /// The bucket to read CloudTrail logs from.
    #[arg(long, value_name = "NAME", value_parser = bucket)]
    pub bucket: Option<String>,
    /// Include what `inventory check --read-level` needs; level 2 allows decryption instead of denying it.
    #[arg(long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub read_level: u8,

    /// For the account from which others are audited: list the organisation's accounts and assume this role in each.
    #[arg(long, value_name = "NAME", value_parser = role)]
    pub role: Option<String>,

    /// Print a Terraform data source instead of JSON.
    #[arg(long)]
    pub terraform: bool,
}

fn bucket(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_name = (3..=63).contains(&text.len()) && text.bytes().all(plain);
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("a bucket name has 3 to 63 letters, digits, dots and dashes")
    }
}

fn role(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&byte);
    let is_name = (1..=576).contains(&text.len()) && text.bytes().all(plain) && !text.ends_with('/');
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("a role name has letters, digits and +=,.@_-, optionally after a path")
    }
}

fn account(text: &str) -> Result<String, &'static str> {
    let is_number = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Ok(text.to_owned()) } else { Err("an account number has twelve digits") }
}

fn region(text: &str) -> Result<String, &'static str> {
    if is_region(text) { Ok(text.to_owned()) } else { Err("write a Region as us-east-1") }
}
