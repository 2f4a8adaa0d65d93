//! Arguments as the user types them.

mod account;
mod audit;
mod history;
mod inventory;
mod inventory_where;
#[cfg(feature = "notify")]
mod notify;
mod report;
mod review;
#[cfg(feature = "run")]
mod run;
mod session;
mod settings;
mod setup;
mod trail;
#[cfg(feature = "aws")]
mod trail_aws;
#[cfg(feature = "verify")]
mod trail_verify;

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::day::Day;
use crate::finding::{Confidence, Severity};
use crate::report::Format;

const SCAN_EXAMPLES: &str = "\
Examples:
  secretrail scan                          scan the current folder
  secretrail scan infra/ modules/          scan two trees
  secretrail scan --format sarif -o out.sarif .
  secretrail scan --also junit=out.xml --also sarif=out.sarif .
  secretrail scan --fail-on critical .     a gate: exit 1 for critical only
  secretrail scan --min-confidence high .  proven flows only
  secretrail scan --since origin/main .    only what this branch adds
  secretrail scan --baseline known.json .  only what is not in the baseline
  secretrail scan --rule literal-token .   one rule only
  cat main.tf | secretrail scan -          scan standard input
  terraform show -json plan.out | secretrail scan -
                                           what a plan will write
  terraform show -json plan.out | secretrail scan --plan - .
                                           the same, with its sources

To silence one finding, put a comment on its line, or alone on the line above;
all three parts are required:
  # secretrail:ignore RULE until=2027-01-31 reason=\"why\"

Settings (secretrail.toml in the scanned folder, or above it in the repository;
flags take precedence):
  fail-on = \"high\"             min-confidence = \"low\"
  off = [\"rule-name\"]          exclude = [\"examples/**\"]
  respect-gitignore = false    rules = [\"my-rules\"]
  tokens = \".gitleaks.toml\"    baseline = \"known.json\"
  [[ignore]]                   # rule and reason are required; path, name,
                               # secret, fingerprint and until narrow it
  rule = \"secret-in-user-data\"
  path = \"legacy/**\"
  reason = \"rebuilt in January\"
  until = 2027-01-31
  [[accept-gap]]               # reason, and path or name, are required
  name = \"module.vpc\"
  reason = \"reviewed by hand\"

Exit codes:
  0  audited, nothing at or above --fail-on
  1  findings
  2  not audited: usage, settings or input error
  3  audited in part: a gap could hide a finding";

const BASELINE_EXAMPLES: &str = "\
Examples:
  secretrail baseline -o known.json .
  secretrail scan --baseline known.json .
  secretrail baseline --evidence evidence.tar.zst -o account.json
  secretrail account --baseline account.json

Give both commands the same paths: a finding is identified by the path that is
reported. The file holds rules, paths, names and fingerprints, but no secrets;
commit it. A finding whose rule, file, block, name or sink changes is no longer
covered. Findings silenced by comments or settings are not written.";

/// Follows a secret from the line of Terraform that writes it, to where it lands, to the session that read it.
#[derive(Debug, Parser)]
#[command(name = "secretrail", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// When to use colours; NO_COLOR is honoured.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    pub color: Color,

    /// Log progress to standard error; repeat for more detail.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,

    /// Print only findings, gaps and errors: no progress, no warnings, and nothing if all is well.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a first, commented secretrail.toml from what is in a repository.
    #[command(after_help = settings::INIT_EXAMPLES)]
    Init(InitArguments),
    /// Audit everything at once: Terraform, the AWS account, CloudTrail and the list of keys.
    #[command(after_help = audit::AUDIT_EXAMPLES)]
    Audit(Box<AuditArguments>),
    /// Find secrets that Terraform and its scripts write to a disk or into user data.
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(ScanArguments),
    /// Save the current findings to a file, so that a gate reports only new ones.
    #[command(after_help = BASELINE_EXAMPLES)]
    Baseline(BaselineArguments),
    /// List, explain and check rules.
    Rules(RulesArguments),
    /// Audit an AWS account, live or from collected evidence: root, users, keys, administrators.
    #[command(after_help = account::ACCOUNT_EXAMPLES)]
    Account(Box<AccountArguments>),
    /// Keep one list of all keys, and check that each is in place, encrypted, fresh and owned.
    #[command(after_help = inventory::INVENTORY_EXAMPLES)]
    Inventory(InventoryArguments),
    /// Read CloudTrail logs: who was root, what agents did, and who is behind each session.
    #[command(after_help = trail::TRAIL_EXAMPLES)]
    Trail(Box<TrailArguments>),
    /// After an incident: start from a key, principal, event or secret; see what happened and what to do.
    #[command(after_help = review::REVIEW_EXAMPLES)]
    Review(Box<ReviewArguments>),
    /// Collect evidence from an AWS account into a bundle that can be audited without credentials.
    #[cfg(feature = "aws")]
    #[command(after_help = account::COLLECT_EXAMPLES)]
    Collect(CollectArguments),
    /// Show findings over time, and accept some of them until a date.
    #[command(after_help = history::HISTORY_EXAMPLES)]
    History(HistoryArguments),
    /// Check secretrail.toml, or print its schema for editors.
    #[command(after_help = settings::SETTINGS_EXAMPLES)]
    Settings(SettingsArguments),
    /// Test that notifications get through, and list those still waiting.
    #[cfg(feature = "notify")]
    #[command(after_help = notify::NOTIFY_EXAMPLES)]
    Notify(NotifyArguments),
    /// Verify collected evidence.
    Evidence(EvidenceArguments),
    /// Print the least-privilege IAM policy for an audit.
    #[command(after_help = account::POLICY_EXAMPLES)]
    Policy(PolicyArguments),
    /// Run a program without the keys it must not have, and mask secrets in its output.
    #[cfg(feature = "run")]
    #[command(after_help = run::RUN_EXAMPLES)]
    Run(RunArguments),
    /// Issue role sessions that record who is behind them, for the AWS CLI and SDKs to call.
    #[cfg(all(feature = "aws", feature = "run"))]
    #[command(after_help = run::PROCESS_EXAMPLES, mut_arg("role_arn", |argument| argument.required(true)))]
    CredentialProcess(ProcessArguments),
    /// Check before you start work: who you are in AWS, who you would become, repository, secrets.
    #[command(after_help = session::SESSION_EXAMPLES)]
    Session(SessionArguments),
    /// Serve other systems, such as run tasks of HCP Terraform.
    #[cfg(feature = "serve")]
    Serve(ServeArguments),
    /// Print shell completions.
    #[command(
        after_help = "Examples:\n  secretrail completions bash \\\n    > ~/.local/share/bash-completion/completions/secretrail"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(after_help = "Examples:\n  secretrail man | man -l -\n  secretrail man rules check | man -l -")]
    Man {
        /// The page of one command: `scan`, `rules check`.
        #[arg(value_name = "COMMAND")]
        of: Vec<String>,
    },
}

/// `secretrail scan`.
#[derive(Debug, Args)]
pub struct ScanArguments {
    /// What to scan, and how.
    #[command(flatten)]
    pub what: What,

    /// How the report is written, and what makes the command fail.
    #[command(flatten)]
    pub report: ReportArguments,

    /// Report only findings added since the last commit that HEAD and REV have in common.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
}

/// `secretrail baseline`.
#[derive(Debug, Args)]
pub struct BaselineArguments {
    /// What to scan, and how.
    #[command(flatten)]
    pub what: What,

    /// Write the baseline of an account instead, from what `secretrail collect` wrote.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["paths", "plans"])]
    pub evidence: Option<PathBuf>,

    /// Write the baseline to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What to scan, and how.
#[derive(Debug, Args)]
pub struct What {
    /// Folders and files to scan; `-` is standard input [default: the current folder; nothing with --plan].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// A plan or state, as printed by `terraform show -json`; `-` is standard input; repeatable.
    #[arg(long = "plan", value_name = "FILE")]
    pub plans: Vec<PathBuf>,

    /// A folder of your own rules; repeatable.
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,

    /// A gitleaks configuration file with your own token patterns, in addition to the built-in ones.
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,

    /// The settings file [default: secretrail.toml in the scanned folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// Skip files that git ignores. They can leak too, so they are read by default.
    #[arg(long)]
    pub respect_gitignore: bool,

    /// Skip files whose path matches a glob, in .gitignore syntax; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Hide the progress bar.
    #[arg(long)]
    pub no_progress: bool,

    /// The day that ignores are compared with, for tests [default: today, in UTC].
    #[arg(long, value_name = "DAY", hide = true, value_parser = day)]
    pub now: Option<Day>,
}

fn day(text: &str) -> Result<Day, &'static str> {
    Day::parse(text).ok_or("a day is written as 2027-01-31")
}

/// A time. What is wrong with it is not told in the words of a parser, which repeats it.
fn clock(text: &str) -> Result<jiff::Timestamp, &'static str> {
    text.parse().map_err(|_| "a time is written as 2027-01-31T14:00:00Z")
}

impl Command {
    /// Whether it is asked to look at something: then it is told when it could not.
    pub fn audits(&self) -> bool {
        match self {
            Self::Audit(_) | Self::Scan(_) | Self::Baseline(_) | Self::Account(_) | Self::Trail(_) => true,
            Self::Inventory(arguments) => matches!(arguments.command, InventoryCommand::Check(_)),
            _ => false,
        }
    }

    /// Whether it runs until it is stopped: then its log tells what it does without being asked.
    pub fn serves(&self) -> bool {
        #[cfg(feature = "serve")]
        return matches!(self, Self::Serve(_));
        #[cfg(not(feature = "serve"))]
        return false;
    }
}

/// `secretrail rules`.
#[derive(Debug, Args)]
pub struct RulesArguments {
    /// What to do with rules.
    #[command(subcommand)]
    pub command: RulesCommand,

    /// A folder of your own rules; repeatable.
    #[arg(long, value_name = "DIR", global = true)]
    pub rules: Vec<PathBuf>,
}

/// The commands about rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules, one per line.
    List,
    /// Explain one rule: why it matters, what to do, examples.
    #[command(after_help = "Examples:\n  secretrail rules explain secret-written-to-disk")]
    Explain {
        /// The rule's name.
        #[arg(value_parser = report::RuleName, hide_possible_values = true)]
        name: String,
    },
    /// Check rule files, and run their examples.
    #[command(after_help = "Examples:\n  secretrail rules check my-rules/*.yml")]
    Check {
        /// Rule files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[cfg(feature = "aws")]
pub use account::CollectArguments;
pub use account::{AccountArguments, AwsArguments, EvidenceArguments, EvidenceCommand, PolicyArguments};
pub use audit::AuditArguments;
pub use history::{HistoryArguments, HistoryCommand};
pub use inventory::{
    InventoryArguments, InventoryCheckArguments, InventoryCommand, InventoryConvertArguments,
    InventoryDrillArguments, InventoryInitArguments, InventoryRunbookArguments,
};
pub use inventory_where::{FromEnvironment, InventoryWhereArguments, NamedKey};
#[cfg(feature = "notify")]
pub use notify::{NotifyArguments, NotifyCommand};
pub use report::{Also, ReportArguments};
pub use review::{AlsoReview, ReviewArguments};
#[cfg(feature = "run")]
pub use run::RunArguments;
#[cfg(all(feature = "aws", feature = "run"))]
pub use run::{MintArguments, ProcessArguments};
#[cfg(feature = "verify")]
pub use trail_verify::TrailVerifyArguments;

/// The commands about CloudTrail logs.
#[derive(Debug, Subcommand)]
pub enum TrailCommand {
    /// Prove offline that logs are exactly what CloudTrail delivered: complete and unaltered.
    #[cfg(feature = "verify")]
    #[command(after_help = trail_verify::VERIFY_EXAMPLES)]
    Verify(TrailVerifyArguments),
}

#[cfg(feature = "serve")]
pub use serve::{RunTaskArguments, ServeArguments, ServeCommand};
pub use session::SessionArguments;
pub use settings::{InitArguments, SettingsArguments, SettingsCommand};
pub use setup::SetupArguments;
pub use trail::TrailArguments;
#[cfg(feature = "aws")]
pub use trail_aws::{LiveArguments, SignInArguments};

/// `secretrail serve`.
#[cfg(feature = "serve")]
mod serve {
    use std::net::SocketAddr;
    use std::path::PathBuf;

    use clap::{Args, Subcommand};

    use crate::finding::{Confidence, Severity};

    const RUN_TASK_EXAMPLES: &str = "\
HCP Terraform signs with a key that is read from SECRETRAIL_RUN_TASK_KEY or
--hmac-key-file. The server speaks plain HTTP: put it behind a proxy that
terminates TLS, and give HCP Terraform the https address. Set up the run task as
post-plan. `GET /healthz` answers while the server is up. On Ctrl-C or SIGTERM
it accepts no new tasks and finishes those that are running.

Examples:
  SECRETRAIL_RUN_TASK_KEY=... secretrail serve run-task
  secretrail serve run-task --hmac-key-file /run/secrets/key --listen 0.0.0.0:8080
  secretrail serve run-task --hmac-key-file key --allow-host tfe.example.com
  secretrail serve run-task --hmac-key-file key --fail-on critical

A task passes if its plan was audited in full and no finding is at or above
--fail-on. It fails otherwise, including when the plan could not be fetched,
read or fully understood.";

    fn listen(text: &str) -> Result<SocketAddr, String> {
        let port = text.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok()).unwrap_or("8080");
        text.parse().map_err(|_| {
            format!("write 127.0.0.1:{port} for this machine only, 0.0.0.0:{port} for all of its addresses")
        })
    }

    /// `secretrail serve`.
    #[derive(Debug, Args)]
    pub struct ServeArguments {
        /// The system to serve.
        #[command(subcommand)]
        pub command: ServeCommand,
    }

    /// Whom to serve.
    #[derive(Debug, Subcommand)]
    pub enum ServeCommand {
        /// Answer the run tasks of HCP Terraform and Terraform Enterprise.
        #[command(after_help = RUN_TASK_EXAMPLES)]
        RunTask(RunTaskArguments),
    }

    /// `secretrail serve run-task`.
    #[derive(Debug, Args)]
    pub struct RunTaskArguments {
        /// The address to listen on.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listen)]
        pub listen: SocketAddr,

        /// A file with the key shared with HCP Terraform [default: the variable SECRETRAIL_RUN_TASK_KEY].
        #[arg(long, value_name = "FILE")]
        pub hmac_key_file: Option<PathBuf>,

        /// A host to fetch plans from and send results to; repeatable [default: *.terraform.io].
        #[arg(long, value_name = "HOST")]
        pub allow_host: Vec<String>,

        /// Fail the task if a finding is at least this severe [default: high].
        #[arg(long, value_enum, value_name = "SEVERITY")]
        pub fail_on: Option<Severity>,

        /// Hide findings below this confidence [default: low].
        #[arg(long, value_enum, value_name = "CONFIDENCE")]
        pub min_confidence: Option<Confidence>,

        /// How many plans to audit at once; each is held in memory.
        #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
        pub jobs: u16,

        /// How many tasks may wait; others are asked to retry.
        #[arg(long, value_name = "COUNT", default_value_t = 1000)]
        pub waiting: u16,

        /// A folder of your own rules; repeatable.
        #[arg(long, value_name = "DIR")]
        pub rules: Vec<PathBuf>,

        /// A gitleaks configuration file with your own token patterns, in addition to the built-in ones.
        #[arg(long, value_name = "FILE")]
        pub tokens: Option<PathBuf>,

        /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
        #[arg(long, value_name = "FILE")]
        pub settings: Option<PathBuf>,

        /// Also allow plain HTTP to this machine, for tests.
        #[arg(long)]
        pub allow_insecure_loopback: bool,

        /// Seconds in which a request must arrive.
        #[arg(long, value_name = "SECONDS", default_value_t = 10, hide = true)]
        pub request_timeout: u16,

        /// Seconds in which HCP Terraform wants its answer.
        #[arg(long, value_name = "SECONDS", default_value_t = 600, hide = true)]
        pub deadline: u16,

        /// Seconds that running audits get after a stop.
        #[arg(long, value_name = "SECONDS", default_value_t = 20, hide = true)]
        pub grace: u16,
    }
}

/// Lets clap read an enum by the words that the reports use.
macro_rules! typed_words {
    ($($type:ty),+) => {$(
        impl ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                Self::ALL
            }
            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(self.word()))
            }
        }
    )+};
}
typed_words!(Severity, Confidence, Format, crate::policy::Surface, crate::inventory::read::Form);
