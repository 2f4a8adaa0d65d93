//! `secretrail notify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const NOTIFY_EXAMPLES: &str = "\
Examples:
  secretrail notify test                       does every target get a message?
  secretrail notify test --target slack
  secretrail notify pending audit.db
      what has not been delivered yet, and why
  secretrail audit --history audit.db
      notifies of what changed since the previous run

Settings (addresses and secrets go in variables or files, never in settings):
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

Only runs with --history notify, because only they know what changed. Messages
never contain a secret's value, and a failed delivery never changes an exit
code.";

/// `secretrail notify`.
#[derive(Debug, Args)]
pub struct NotifyArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: NotifyCommand,
}

/// What to do about notifications.
#[derive(Debug, Subcommand)]
pub enum NotifyCommand {
    /// Send a message marked as a test to every target in the settings; exit 1 if any did not accept it.
    Test {
        /// Send only to the target of this name; repeatable.
        #[arg(long, value_name = "NAME")]
        target: Vec<String>,
        /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
        #[arg(long, value_name = "FILE")]
        settings: Option<PathBuf>,
    },
    /// List notifications that are still waiting, and why.
    Pending {
        /// The history file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}
