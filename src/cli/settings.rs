//! `secretrail init` and `secretrail settings`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  secretrail init                  writes secretrail.toml here
  secretrail init --stdout infra   only shows what it would write for a folder

It looks for Terraform, CloudTrail's logs, collected evidence, lists of keys and
runbooks, connects to nothing, and never takes the place of a file that is
there. What has a default stands in the file as a comment.";

pub(super) const SETTINGS_EXAMPLES: &str = "\
Examples:
  secretrail settings check
      the file that a command here would take
  secretrail settings check --settings ci/secretrail.toml
      the same as `settings check ci/secretrail.toml`
  secretrail settings schema > .secretrail.schema.json
      for editors: write `#:schema ./.secretrail.schema.json` on the first line

It reads what they name before anything is audited (rules, tokens, baseline,
lists of keys), and looks whether the rest of it is there. It connects to
nothing.

Exit codes:
  0  the settings can be used
  1  they can be used, but something that they name is not there, can't be read
     in full, or is of no use any more
  2  they can't: line, column and reason are told";

/// `secretrail init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,

    /// Print the settings, and write no file.
    #[arg(long)]
    pub stdout: bool,
}

/// `secretrail settings`.
#[derive(Debug, Args)]
pub struct SettingsArguments {
    /// What to do with them.
    #[command(subcommand)]
    pub command: SettingsCommand,
}

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Say which file is used, and whether it can be.
    Check {
        /// The settings file [default: secretrail.toml here, or above in the repository].
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// The same, as other commands name it.
        #[arg(long, value_name = "FILE", conflicts_with = "file")]
        settings: Option<PathBuf>,
    },
    /// Print the JSON schema of secretrail.toml.
    Schema,
}
