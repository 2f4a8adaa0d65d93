//! `secretrail inventory`.

pub(in crate::command) mod check;
mod convert;
mod drill;
mod files;
mod init;
#[cfg(feature = "aws")]
mod live;
mod runbook;
mod section;
mod sightings;

use super::setup::Setup;
use crate::cli::{Cli, InventoryArguments, InventoryCommand};
use crate::error::{Error, ExitCode};
use crate::settings::InventorySettings;
use crate::source::Sources;

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

pub(super) use check::{Asking, looked};
pub(super) use files::has_list;
#[cfg(feature = "aws")]
pub(super) use live::everything;

/// What of the lists that settings name can't be read: `SECRETS.md:3: why`.
pub(super) fn unread(settings: &InventorySettings, setup: &Setup) -> Result<Vec<String>, Error> {
    let sources = Sources::default();
    sources.set_base(setup.base.clone());
    let opened = files::open(&[], settings, &setup.base, &sources)?;
    let gaps = crate::inventory::read(&opened.lists, &opened.runbooks, &sources, &setup.tokens).gaps;
    let told = gaps.iter().chain(&opened.gaps).map(|gap| {
        let line = sources.position(gap.at).line;
        format!("{}:{line}: {}", sources.name(gap.at.source), gap.reason)
    });
    Ok(told.collect())
}

/// The keys that the lists have in Parameter Store, each with its parameter; for `run`.
#[cfg(all(feature = "aws", feature = "run"))]
pub(super) fn parameters(settings: &crate::settings::Settings) -> Result<Vec<(String, String)>, Error> {
    use crate::error::ErrorKind;
    use crate::inventory::{Home, read::read};
    let base = match &settings.home {
        Some(home) => home.clone(),
        None => super::scan::here()?,
    };
    let sources = crate::source::Sources::default();
    sources.set_base(base.clone());
    let opened = files::open(&[], &settings.inventory, &base, &sources)?;
    let tokens = crate::secret::tokens::TokenTable::embedded();
    let listed = read(&opened.lists, &[], &sources, &tokens);
    if listed.gaps.iter().any(|gap| gap.hides_findings) {
        return Err(Error::new(ErrorKind::Input, "the list of keys cannot be read completely")
            .hint("`secretrail inventory check` shows what cannot be read"));
    }
    let parameter = |entry: crate::inventory::Entry| match entry.home {
        Home::Parameter(name) => Some((entry.key, name)),
        _ => None,
    };
    Ok(listed.facts.entries.into_iter().filter_map(parameter).collect())
}
