//! `secretrail notify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const NOTIFY_EXAMPLES: &str = "\
Examples:
  secretrail notify test                       does everybody get a message?
  secretrail notify test --target slack
  secretrail notify pending audit.db
      what could not be told yet, and why
  secretrail audit --history audit.db
      tells what changed since the run before

Settings; addresses and secrets stand in variables or files, never in settings:
  [notify]
  on = [\"new\", \"reopened\", \"fixed\", \"verdict\", \"gap\", \"not-audited\"]
  min-severity = \"low\"
  report-url = \"https://ci.example.com/audit.html\"
  slack = { url-env = \"SLACK_WEBHOOK_URL\" }
  webhook = { url-env = \"HOOK_URL\", secret-env = \"HOOK_SECRET\" }
  sns = { topic-arn = \"arn:aws:sns:us-east-1:123456789012:audit\" }
  event-bridge = { bus = \"default\", region = \"us-east-1\" }
  security-hub = { account = \"123456789012\", region = \"us-east-1\" }
  prometheus = { file = \"/var/lib/node_exporter/textfile/secretrail.prom\" }
  ping = { url-env = \"HEALTHCHECKS_URL\" }

Only runs with --history tell anybody: they know what changed. Nothing that is
told holds a value, and whoever can't be told changes no exit code.";

/// `secretrail notify`.
#[derive(Debug, Args)]
pub struct NotifyArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: NotifyCommand,
}

/// What to do about telling.
#[derive(Debug, Subcommand)]
pub enum NotifyCommand {
    /// Send a message that is marked as a test to all that the settings name; exit code 1 if somebody did not take it.
    Test {
        /// Only to this one, by its name; may stand several times.
        #[arg(long, value_name = "NAME")]
        target: Vec<String>,
        /// The settings file [default: secretrail.toml here, or above in the repository].
        #[arg(long, value_name = "FILE")]
        settings: Option<PathBuf>,
    },
    /// Show what waits to be told, and why.
    Pending {
        /// The history.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}
