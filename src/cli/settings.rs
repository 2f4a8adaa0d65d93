//! `secretrail init` and `secretrail settings`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  secretrail init                  write secretrail.toml here
  secretrail init --stdout infra   show what it would write for a folder

It looks for Terraform, CloudTrail logs, collected evidence, lists of keys and
runbooks. It opens no connection and never overwrites an existing file. Settings
that have a default are written as comments.";

pub(super) const SETTINGS_EXAMPLES: &str = "\
Examples:
  secretrail settings check
      the file that commands run here would use
  secretrail settings check --settings ci/secretrail.toml
      same as `settings check ci/secretrail.toml`
  secretrail settings schema > .secretrail.schema.json
      for editors: make `#:schema ./.secretrail.schema.json` the first line

It reads everything that an audit would read first (rules, tokens, baseline,
lists of keys), checks that the rest exists, and says what `secretrail audit`
would do. It opens no connection.

Exit codes:
  0  the settings are valid
  1  valid, but something they name is missing, cannot be read in full, or has
     expired
  2  invalid: line, column and reason are reported";

/// `secretrail init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder to look in.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,

    /// Print the settings instead of writing a file.
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
    /// Show which settings file is used, and whether it is valid.
    Check {
        /// The settings file [default: secretrail.toml in the current folder, or above it in its repository].
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// The same as FILE, as in other commands.
        #[arg(long, value_name = "FILE", conflicts_with = "file")]
        settings: Option<PathBuf>,
    },
    /// Print the JSON schema of secretrail.toml.
    Schema,
}
