//! `secretrail inventory`.

mod check;
mod convert;
mod drill;
mod files;
mod init;
#[cfg(feature = "aws")]
mod live;
mod runbook;
mod section;
mod sightings;

use crate::cli::{Cli, InventoryArguments, InventoryCommand};
use crate::error::{Error, ExitCode};

pub(super) fn run(cli: &Cli, arguments: &InventoryArguments) -> Result<ExitCode, Error> {
    match &arguments.command {
        InventoryCommand::Check(arguments) => check::run(cli, arguments),
        InventoryCommand::Where(arguments) => sightings::run(cli, arguments),
        InventoryCommand::Convert(arguments) => convert::run(arguments),
        InventoryCommand::Init(arguments) => init::run(cli, arguments),
        InventoryCommand::Runbook(arguments) => runbook::run(cli, arguments),
        InventoryCommand::Drill(arguments) => drill::run(arguments),
    }
}

#[cfg(feature = "aws")]
pub(super) use live::everything;
