//! Arguments of the commands about lists of keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::inventory_where::{InventoryWhereArguments, WHERE_EXAMPLES};
use super::{AwsArguments, ReportArguments, SetupArguments};

pub(super) const INVENTORY_EXAMPLES: &str = "\
Examples:
  secretrail inventory check
      the lists that secretrail.toml names, or SECRETS.md here
  secretrail inventory check --screen
      the health check alone, before work begins
  secretrail inventory convert SECRETS.md --to toml

A list names keys and never holds one. As a Markdown table:
  | Key | Location | Last Rotated | Owner |
  |---|---|---|---|
  | ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | 2026-03-28 | Paperclip |
  | GH_PAT | GitHub Actions secret | 2026-03-24 | jcalone-abt |
  | LINEAR_API_KEY | SSM /abt/linear/api-key | — | needs migration |
A column `Name` is what the screen shows. Other columns stay as they are;
`Revoke`, `Breaks`, `Generate`, `Push` and `Verify` are the five answers that
make a rotation quick. TOML, YAML, JSON and CSV say the same.";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  secretrail inventory check
      ask AWS with the credentials that the AWS CLI would take
  secretrail inventory check SECRETS.md --profile audit --region us-east-1
  secretrail inventory check --screen              the health check alone
  secretrail inventory check --evidence evidence/
      what was collected, without credentials
  secretrail inventory check --save evidence/
      keep what AWS told, for the next time
  secretrail inventory check --trail logs/
      who wrote what was written since its listed rotation
  secretrail inventory check --read-level 2
      decrypt in memory: empty, placeholder, the same twice
  secretrail inventory check --format json --also sarif=out.sarif

No value is read unless --read-level says so, and none is ever shown. Level 1
asks for each parameter without decryption and drops the answer: it proves that
one may read it. Level 2 decrypts, looks and wipes. Names, types and ages come
in ceil(n/50) calls; `secretrail policy --surface inventory` prints what must be
allowed.

Settings, in secretrail.toml; these are the defaults:
  [inventory]
  # [\"SECRETS.md\"]: lists, beside the settings file
  files = []
  # [\"SECRETS-RUNBOOK.md\"]: a heading for each key, with the five answers
  runbooks = []
  drills = \"secrets-drills.csv\"  # what `inventory drill` notes
  # [\"/paperclip-app\"]: below them, each parameter must be listed [of the rows]
  projects = []
  max-age-days = 90              # an older key is STALE
  # the key that AWS manages for the account is not enough
  require-customer-key = false
  # live in GitHub Actions only
  bootstrap = [\"AWS_ACCESS_KEY_ID\", \"AWS_SECRET_ACCESS_KEY\", \"GH_PAT\"]

Exit codes:
  0  checked, nothing at or above --fail-on
  1  findings: MISSING, WRONG TYPE, EMPTY ...
  2  not checked: no list, no credentials, usage, settings
  3  checked in part: a call was refused, a finding could hide";

pub(super) const CONVERT_EXAMPLES: &str = "\
Examples:
  secretrail inventory convert SECRETS.md --to toml -o secrets.toml
  secretrail inventory convert secrets.csv --to markdown

All columns stay. A cell that looks like a value is written as (hidden), and the
command exits with 1.";

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  secretrail inventory init . -o SECRETS.md
      Terraform, scripts and GitHub workflows of this repository
  secretrail inventory init . --from-aws
      and the parameters and secrets of the account, one call for 50 of them
  secretrail inventory init --evidence evidence/ --to toml";

pub(super) const RUNBOOK_EXAMPLES: &str = "\
Examples:
  secretrail inventory runbook ANTHROPIC_API_KEY
  secretrail inventory runbook ANTHROPIC_API_KEY --tree infra/
      with the code that names it or writes it somewhere

Exit codes:
  0  all five are answered
  1  some are not
  2  usage, settings or input error";

pub(super) const DRILL_EXAMPLES: &str = "\
Examples:
  secretrail inventory drill ANTHROPIC_API_KEY
  secretrail inventory drill ANTHROPIC_API_KEY --by jared --record drills.csv

Each step is shown and timed; nothing that is typed is kept. `inventory check`
reads the file: a drill that took over five minutes, failed, or is older than a
quarter is a finding.

Exit codes:
  0  done within five minutes
  1  slower, failed or stopped
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
    /// Hold the list against Parameter Store and Secrets Manager: is each key there, encrypted, fresh and listed?
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<InventoryCheckArguments>),
    /// Find every other place where a key of the list is named, or its value stands.
    #[command(after_help = WHERE_EXAMPLES)]
    Where(Box<InventoryWhereArguments>),
    /// Write a list in another form.
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(InventoryConvertArguments),
    /// Draft a list from names that stand elsewhere: the stores, GitHub workflows, Terraform. Never from values.
    #[command(after_help = INIT_EXAMPLES)]
    Init(Box<InventoryInitArguments>),
    /// Print the five answers that make the rotation of a key quick.
    #[command(after_help = RUNBOOK_EXAMPLES)]
    Runbook(InventoryRunbookArguments),
    /// Practise the rotation of a key, with a stopwatch.
    #[command(after_help = DRILL_EXAMPLES)]
    Drill(InventoryDrillArguments),
}

/// `secretrail inventory check`.
#[derive(Debug, Args)]
#[command(mut_arg("no_progress", |arg| arg.help("No progress line")))]
pub struct InventoryCheckArguments {
    /// Lists of keys: .md, .toml, .yml, .json, .csv [default: those of the settings, or SECRETS.md here].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The same, as `inventory where` names it; may stand several times.
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Check against what was collected, a folder or a .tar.zst file, instead of asking AWS.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["profile", "region", "role_arn", "read_level", "save"])]
    pub evidence: Option<PathBuf>,

    /// How closely values are looked at: 0 not at all, 1 whether they can be read, 2 decrypted and wiped.
    #[arg(long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub read_level: u8,

    /// Keep what AWS told as evidence: a folder, or a file that ends in .tar.zst. No value is in it.
    #[arg(long, value_name = "PATH")]
    pub save: Option<PathBuf>,

    /// CloudTrail's logs, to tell who wrote a parameter: folders, files, s3://BUCKET/PREFIX; may stand several times.
    /// Evidence that holds events tells it, too.
    #[arg(long = "trail", value_name = "PATH")]
    pub trails: Vec<PathBuf>,

    /// Show the health check alone: each key, and one line on what to do.
    #[arg(long, conflicts_with = "format")]
    pub screen: bool,

    /// How AWS is asked.
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

    /// The form to write.
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

    /// Ask AWS for the names of all parameters and secrets of the Region, too.
    #[arg(long)]
    pub from_aws: bool,

    /// Take their names from what was collected instead.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["from_aws", "profile", "region", "role_arn"])]
    pub evidence: Option<PathBuf>,

    /// The form to write.
    #[arg(long, value_enum, value_name = "FORM", default_value_t = crate::inventory::read::Form::Markdown)]
    pub to: crate::inventory::read::Form,

    /// Write to a new file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// How AWS is asked.
    #[command(flatten)]
    pub aws: AwsArguments,

    /// No progress line.
    #[arg(long)]
    pub no_progress: bool,
}

/// `secretrail inventory runbook`.
#[derive(Debug, Args)]
pub struct InventoryRunbookArguments {
    /// The key, as the list names it.
    #[arg(value_name = "KEY")]
    pub key: String,

    /// Lists of keys [default: those of the settings, or SECRETS.md here].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The same, as `inventory where` names it; may stand several times.
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Look in this tree for the code that names the key or writes it somewhere; may stand several times.
    #[arg(long, value_name = "PATH")]
    pub tree: Vec<PathBuf>,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

/// `secretrail inventory drill`.
#[derive(Debug, Args)]
pub struct InventoryDrillArguments {
    /// The key, as the list names it.
    #[arg(value_name = "KEY")]
    pub key: String,

    /// Lists of keys [default: those of the settings, or SECRETS.md here].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The same, as `inventory where` names it; may stand several times.
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,

    /// Who practises [default: the user of this machine].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,

    /// Where it is noted [default: secrets-drills.csv here].
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}
