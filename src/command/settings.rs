//! `secretrail settings`.

use super::print;
use super::scan::here;
use crate::cli::{SettingsArguments, SettingsCommand};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::settings::{SCHEMA, Settings};

pub(super) fn run(arguments: &SettingsArguments) -> Result<ExitCode, Error> {
    match &arguments.command {
        SettingsCommand::Schema => print(SCHEMA.as_bytes()),
        SettingsCommand::Check { file } => {
            let settings = Settings::load(file.as_deref(), &here()?)?;
            let Some(file) = &settings.file else {
                return Err(Error::new(ErrorKind::Settings, "there is no secretrail.toml here")
                    .hint("`secretrail init` writes a first one"));
            };
            print(format!("{}: the settings can be used\n", file.display()).as_bytes())
        }
    }
}
