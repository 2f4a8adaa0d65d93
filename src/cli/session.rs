//! Arguments of the check before work begins.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

pub(super) const SESSION_EXAMPLES: &str = "\
Examples:
  secretrail session
      who am I, and who would I become without this credential?
  secretrail session --root-is-fatal       exit 1 if you are root
  secretrail session --profile dev
  secretrail session --json
  secretrail session --stay                hold the port forwards until Ctrl-C
  secretrail session --stop-forwards       stop those in the background

Settings (secretrail.toml; forwards only start if --settings names the file):
  [session]
  root-is-fatal = true
  # through Session Manager; host, region and profile are optional
  [[session.forward]]
  name = \"db\"                            local-port = 15432
  target = \"i-0123456789abcdef0\"         remote-port = 5432
  host = \"db.internal\"

No values are printed. AWS gets a single call, GetCallerIdentity, which needs no
permission.

Exit codes:
  0  checked, nothing in the way (there may be warnings)
  1  do not start work
  2  not checked: usage or settings error
  3  checked in part: something did not answer";

/// `secretrail session`.
#[derive(Debug, Args)]
pub struct SessionArguments {
    /// The repository [default: the one that contains the current folder].
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,

    /// A profile in ~/.aws/config; takes precedence over credentials in the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The Region to query [default: from the environment or the profile, else us-east-1].
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Treat root as an error, not just a warning.
    #[arg(long)]
    pub root_is_fatal: bool,

    /// Also ask AWS who the next credential in line is; uses it for that one call.
    #[cfg(feature = "aws")]
    #[arg(long)]
    pub ask_next: bool,

    /// Hold the forwards from the settings in the foreground, until Ctrl-C.
    #[cfg(feature = "aws")]
    #[arg(long, conflicts_with_all = ["json", "no_forwards"])]
    pub stay: bool,

    /// Start no forwards; only check whether their ports answer.
    #[arg(long)]
    pub no_forwards: bool,

    /// Stop the forwards that run in the background, and do nothing else.
    #[cfg(feature = "aws")]
    #[arg(long, conflicts_with = "stay")]
    pub stop_forwards: bool,

    /// Time limit for forwards to come up.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub forward_timeout: u16,

    /// Keep this forward: what the process in the background is started with.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "NAME", hide = true)]
    pub keep: Vec<String>,

    /// Time limit for each other step.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub timeout: u16,

    /// Print JSON.
    #[arg(long)]
    pub json: bool,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The time, for tests [default: now].
    #[arg(long, value_name = "TIME", hide = true, value_parser = super::clock)]
    pub clock: Option<Timestamp>,
}
