//! Which job a run belongs to: known before anything is read, so that a run that fails belongs to it, too.

use std::path::PathBuf;

use crate::cli::{Cli, Command, InventoryCommand};
#[cfg(feature = "notify")]
use crate::cli::{ReportArguments, TrailArguments, What};
use crate::command::scan::scope;
#[cfg(feature = "notify")]
use crate::command::scan::{here, scanned_paths};
#[cfg(feature = "notify")]
use crate::day::Day;
#[cfg(feature = "notify")]
use crate::settings::Settings;

/// Which command, on what. How it reports does not matter, so a report's file may have the day in its name.
pub(in crate::command) fn job(cli: &Cli) -> String {
    let on = |word: &str, paths: &[&[PathBuf]], more: &[&Option<String>]| {
        let mut job = scope(word, paths.iter().flat_map(|paths| paths.iter()));
        for text in more.iter().filter_map(|text| text.as_ref()) {
            job.push(' ');
            job.push_str(text);
        }
        job
    };
    match &cli.command {
        Command::Audit(of) => {
            let paths: [&[PathBuf]; 4] = [&of.trees, &of.trails, &of.lists, &of.evidence];
            on("audit", &paths, &[&of.aws.profile, &of.aws.role_arn])
        }
        Command::Scan(of) => on("scan", &[&of.what.paths, &of.what.plans], &[]),
        Command::Account(of) => {
            on("account", &[of.evidence.as_slice()], &[&of.aws.profile, &of.aws.role_arn])
        }
        Command::Trail(of) => on("trail", &[&of.paths, of.evidence.as_slice()], &[]),
        Command::Inventory(of) => match &of.command {
            InventoryCommand::Check(of) => {
                on("inventory", &[&of.files, of.evidence.as_slice()], &[&of.aws.profile, &of.aws.role_arn])
            }
            InventoryCommand::Where(of) => on("sightings", &[&of.paths, &of.lists], &[]),
            _ => "inventory".to_owned(),
        },
        _ => "other".to_owned(),
    }
}

/// How a command reports, where it does.
#[cfg(feature = "notify")]
pub(in crate::command) fn report_arguments(cli: &Cli) -> Option<&ReportArguments> {
    match &cli.command {
        Command::Audit(of) => Some(&of.report),
        Command::Scan(of) => Some(&of.report),
        Command::Account(of) => Some(&of.report),
        Command::Trail(of) => Some(&of.report),
        Command::Inventory(of) => match &of.command {
            InventoryCommand::Check(of) => Some(&of.report),
            InventoryCommand::Where(of) => Some(&of.report),
            _ => None,
        },
        _ => None,
    }
}

/// The settings that the command uses, as it finds them. Where they can't be had, the command says so.
#[cfg(feature = "notify")]
pub(super) fn settings(cli: &Cli) -> Option<Settings> {
    let what = |paths: Vec<PathBuf>, settings: &Option<PathBuf>| What {
        paths,
        plans: Vec::new(),
        rules: Vec::new(),
        tokens: None,
        settings: settings.clone(),
        exclude: Vec::new(),
        respect_gitignore: false,
        no_progress: true,
        now: None,
    };
    // Where a folder is gone, the settings of the current one tell whom to tell that.
    let load = |what: What| {
        let base = scanned_paths(&what).map(|(base, _)| base).or_else(|_| here()).ok()?;
        Settings::load(what.settings.as_deref(), &base).ok()
    };
    match &cli.command {
        Command::Audit(of) => Settings::load(of.setup.settings.as_deref(), &here().ok()?).ok(),
        Command::Scan(of) => {
            let of = &of.what;
            load(What { plans: of.plans.clone(), ..what(of.paths.clone(), &of.settings) })
        }
        Command::Account(of) => Settings::load(of.settings.as_deref(), &here().ok()?).ok(),
        Command::Trail(of) => load(what(local(of), &of.settings)),
        Command::Inventory(of) => match &of.command {
            InventoryCommand::Check(of) => Settings::load(of.setup.settings.as_deref(), &here().ok()?).ok(),
            InventoryCommand::Where(of) => load(what(of.paths.clone(), &of.setup.settings)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(feature = "notify")]
fn local(of: &TrailArguments) -> Vec<PathBuf> {
    crate::command::trail::local(of)
}

/// The day that a test takes for today.
#[cfg(feature = "notify")]
pub(super) fn day(cli: &Cli) -> Option<Day> {
    match &cli.command {
        Command::Audit(of) => of.setup.now,
        Command::Scan(of) => of.what.now,
        Command::Account(of) => of.now,
        Command::Trail(of) => of.now,
        Command::Inventory(of) => match &of.command {
            InventoryCommand::Check(of) => of.setup.now,
            InventoryCommand::Where(of) => of.setup.now,
            _ => None,
        },
        _ => None,
    }
}
