//! Arguments of the check before work begins.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

pub(super) const SESSION_EXAMPLES: &str = "\
Examples:
  secretrail session
      who am I, and what would I become without this credential
  secretrail session --root-is-fatal       root ends it with exit code 1
  secretrail session --profile dev
  secretrail session --json
  secretrail session --stay                keep the port forwards until Ctrl-C
  secretrail session --stop-forwards       end those in the background

Settings (secretrail.toml; forwards are started only where --settings names it):
  [session]
  root-is-fatal = true
  # through Session Manager; host, region and profile may be left out
  [[session.forward]]
  name = \"db\"                            local-port = 15432
  target = \"i-0123456789abcdef0\"         remote-port = 5432
  host = \"db.internal\"

No value is printed. AWS is asked one question, who you are, which needs no
permission.

Exit codes:
  0  looked at, nothing in the way (warnings are told)
  1  work should not begin
  2  not looked at: usage or settings error
  3  looked at in part: somebody did not answer";

/// `secretrail session`.
#[derive(Debug, Args)]
pub struct SessionArguments {
    /// The repository [default: the one that holds the current folder].
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,

    /// A profile of ~/.aws/config; it wins over credentials in the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The Region to ask [default: that of the environment or the profile, else us-east-1].
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Root is a problem, not only a warning.
    #[arg(long)]
    pub root_is_fatal: bool,

    /// Ask AWS also whom the next credential in line makes; uses it for that one question.
    #[cfg(feature = "aws")]
    #[arg(long)]
    pub ask_next: bool,

    /// Keep the forwards of the settings in the foreground, until Ctrl-C.
    #[cfg(feature = "aws")]
    #[arg(long, conflicts_with_all = ["json", "no_forwards"])]
    pub stay: bool,

    /// Start no forward, only look whether their ports answer.
    #[arg(long)]
    pub no_forwards: bool,

    /// End the forwards that run in the background, and do nothing else.
    #[cfg(feature = "aws")]
    #[arg(long, conflicts_with = "stay")]
    pub stop_forwards: bool,

    /// How long forwards may take to come up.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub forward_timeout: u16,

    /// Keep this forward: what the process in the background is started with.
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "NAME", hide = true)]
    pub keep: Vec<String>,

    /// How long each other step may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub timeout: u16,

    /// Tell it as JSON.
    #[arg(long)]
    pub json: bool,

    /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The time, for tests [default: now].
    #[arg(long, value_name = "TIME", hide = true)]
    pub clock: Option<Timestamp>,
}
