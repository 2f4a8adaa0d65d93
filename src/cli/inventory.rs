//! Arguments of the commands about lists of keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::inventory_where::{InventoryWhereArguments, WHERE_EXAMPLES};
use super::{AwsArguments, ReportArguments, SetupArguments};

pub(super) const INVENTORY_EXAMPLES: &str = "\
Examples:
  secretrail inventory check
      the lists named in secretrail.toml, or SECRETS.md here
  secretrail inventory check --screen
      only the health check, before you start work
  secretrail inventory convert SECRETS.md --to toml

A list names keys and never holds their values. As a Markdown table:
  | Key | Location | Last Rotated | Owner |
  |---|---|---|---|
  | ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | 2026-03-28 | Paperclip |
  | GH_PAT | GitHub Actions secret | 2026-03-24 | jcalone-abt |
  | LINEAR_API_KEY | SSM /abt/linear/api-key | — | needs migration |
If there is a column `Name`, the screen shows it. `Revoke`, `Breaks`,
`Generate`, `Push` and `Verify` are the five answers that make a rotation quick.
Other columns are kept as they are. TOML, YAML, JSON and CSV work the same way.";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  secretrail inventory check
      query AWS with the credentials that the AWS CLI would use
  secretrail inventory check SECRETS.md --profile audit --region us-east-1
  secretrail inventory check --screen              only the health check
  secretrail inventory check --evidence evidence/
      check collected evidence; needs no credentials
  secretrail inventory check --save evidence/
      keep what AWS returned, for next time
  secretrail inventory check --trail logs/
      who has written a key since its listed rotation
  secretrail inventory check --read-level 2
      decrypt in memory: empty, placeholder, same value twice
  secretrail inventory check --format json --also sarif=out.sarif

No value is read unless --read-level says so, and none is ever shown. Level 1
requests each parameter without decryption and drops the answer, which proves
that you may read it. Level 2 decrypts, inspects and wipes. Names, types and
ages take ceil(n/50) calls; `secretrail policy --surface inventory` prints the
permissions.

Settings, in secretrail.toml; these are the defaults:
  [inventory]
  # [\"SECRETS.md\"]: lists, relative to the settings file
  files = []
  # [\"SECRETS-RUNBOOK.md\"]: a heading per key, with the five answers
  runbooks = []
  drills = \"secrets-drills.csv\"  # written by `inventory drill`
  # [\"/paperclip-app\"]: every parameter below must be listed [default: from rows]
  projects = []
  max-age-days = 90              # an older key is STALE
  # do not accept the key that AWS manages
  require-customer-key = false
  # exist only in GitHub Actions
  bootstrap = [\"AWS_ACCESS_KEY_ID\", \"AWS_SECRET_ACCESS_KEY\", \"GH_PAT\"]

Exit codes:
  0  checked, nothing at or above --fail-on
  1  findings: MISSING, WRONG TYPE, EMPTY ...
  2  not checked: no list, no credentials, usage, settings
  3  checked in part: a refused call could hide a finding";

pub(super) const CONVERT_EXAMPLES: &str = "\
Examples:
  secretrail inventory convert SECRETS.md --to toml -o secrets.toml
  secretrail inventory convert secrets.csv --to markdown

All columns are kept. A cell that looks like a value is written as (hidden), and
the exit code is 1.";

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  secretrail inventory init . -o SECRETS.md
      from Terraform, scripts and GitHub workflows in this repository
  secretrail inventory init . --from-aws
      and from the parameters and secrets of the account, one call per 50
  secretrail inventory init --evidence evidence/ --to toml";

pub(super) const RUNBOOK_EXAMPLES: &str = "\
Examples:
  secretrail inventory runbook ANTHROPIC_API_KEY
  secretrail inventory runbook ANTHROPIC_API_KEY --tree infra/
      and show the code that names or writes it

Exit codes:
  0  all five questions are answered
  1  some are not
  2  usage, settings or input error";

pub(super) const DRILL_EXAMPLES: &str = "\
Examples:
  secretrail inventory drill ANTHROPIC_API_KEY
  secretrail inventory drill ANTHROPIC_API_KEY --by jared --record drills.csv

Each step is shown and timed; nothing you type is kept. `inventory check` reads
the record: a drill that took over five minutes, failed, or is older than a
quarter is a finding.

Exit codes:
  0  done within five minutes
  1  slower, failed or aborted
  2  usage, settings or input error";

/// `secretrail inventory`.
#[derive(Debug, Args)]
pub struct InventoryArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: InventoryCommand,
}

/// The commands about lists of keys.
#[derive(Debug, Subcommand)]
pub enum InventoryCommand {
    /// Check the list against Parameter Store and Secrets Manager: is each key there, encrypted, fresh and listed?
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<InventoryCheckArguments>),
    /// Find every other place that names a listed key or holds its value.
    #[command(after_help = WHERE_EXAMPLES)]
    Where(Box<InventoryWhereArguments>),
    /// Convert a list to another format.
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(InventoryConvertArguments),
    /// Draft a list from names found in Terraform, scripts, GitHub workflows and the stores; never from values.
    #[command(after_help = INIT_EXAMPLES)]
    Init(Box<InventoryInitArguments>),
    /// Print the five answers that make rotating a key quick.
    #[command(after_help = RUNBOOK_EXAMPLES)]
    Runbook(InventoryRunbookArguments),
    /// Practise rotating a key, against the clock.
    #[command(after_help = DRILL_EXAMPLES)]
    Drill(InventoryDrillArguments),
}

/// `secretrail inventory check`.
#[derive(Debug, Args)]
#[command(mut_arg("no_progress", |arg| arg.help("Hide the progress line")))]
pub struct InventoryCheckArguments {
    /// Lists of keys: .md, .toml, .yml, .json, .csv [default: from the settings, or SECRETS.md here].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The same as FILE, for symmetry with `inventory where`; repeatable.
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Check against collected evidence (a folder or a .tar.zst file) instead of querying AWS.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["profile", "region", "role_arn", "read_level", "save"])]
    pub evidence: Option<PathBuf>,

    /// How closely to look at values: 0 not at all, 1 whether they can be read, 2 decrypted and wiped.
    #[arg(long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub read_level: u8,

    /// Save what AWS returned as evidence, without values: a folder, or a file ending in .tar.zst.
    #[arg(long, value_name = "PATH")]
    pub save: Option<PathBuf>,

    /// CloudTrail logs that show who wrote a parameter: folders, files, s3://BUCKET/PREFIX; repeatable. Events in
    /// --evidence are used too.
    #[arg(long = "trail", value_name = "PATH")]
    pub trails: Vec<PathBuf>,

    /// Show only the health check: each key, and one line on what to do.
    #[arg(long, conflicts_with = "format")]
    pub screen: bool,

    /// How to query AWS.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// Rules and settings.
    #[command(flatten)]
    pub setup: SetupArguments,
}

/// `secretrail inventory convert`.
#[derive(Debug, Args)]
pub struct InventoryConvertArguments {
    /// The list; `-` is standard input, read as Markdown.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The format to write.
    #[arg(long, value_enum, value_name = "FORM")]
    pub to: crate::inventory::read::Form,

    /// Write to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `secretrail inventory init`.
#[derive(Debug, Args)]
pub struct InventoryInitArguments {
    /// Repositories, folders or files to look for names in.
    #[arg(value_name = "PATH", required_unless_present_any = ["evidence", "from_aws"])]
    pub paths: Vec<PathBuf>,

    /// Also query AWS for the names of all parameters and secrets in the Region.
    #[arg(long)]
    pub from_aws: bool,

    /// Take those names from collected evidence instead.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["from_aws", "profile", "region", "role_arn"])]
    pub evidence: Option<PathBuf>,

    /// The format to write.
    #[arg(long, value_enum, value_name = "FORM", default_value_t = crate::inventory::read::Form::Markdown)]
    pub to: crate::inventory::read::Form,

    /// Write to a new file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// How to query AWS.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Hide the progress line.
    #[arg(long)]
    pub no_progress: bool,
}

/// `secretrail inventory runbook`.
#[derive(Debug, Args)]
pub struct InventoryRunbookArguments {
    /// The key, as named in the list.
    #[arg(value_name = "KEY")]
    pub key: String,

    /// Lists of keys [default: from the settings, or SECRETS.md here].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The same as FILE, for symmetry with `inventory where`; repeatable.
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Search this tree for code that names the key or writes it; repeatable.
    #[arg(long, value_name = "PATH")]
    pub tree: Vec<PathBuf>,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

/// `secretrail inventory drill`.
#[derive(Debug, Args)]
pub struct InventoryDrillArguments {
    /// The key, as named in the list.
    #[arg(value_name = "KEY")]
    pub key: String,

    /// Lists of keys [default: from the settings, or SECRETS.md here].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The same as FILE, for symmetry with `inventory where`; repeatable.
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Who is practising [default: the current user].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,

    /// Where to record the drill [default: secrets-drills.csv here].
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}
