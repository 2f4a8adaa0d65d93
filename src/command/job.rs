//! Which job a run belongs to: known before anything is read, so that a run that fails belongs to it, too.

use std::path::PathBuf;

use jiff::Timestamp;

use super::setup::scope;
#[cfg(feature = "notify")]
use super::setup::{here, scanned_paths};
use crate::cli::{AuditArguments, AwsArguments, Cli, Command, InventoryCheckArguments, InventoryCommand};
#[cfg(feature = "notify")]
use crate::cli::{ReportArguments, TrailArguments, What};
use crate::day::Day;
use crate::settings::Audit;
#[cfg(feature = "notify")]
use crate::settings::Settings;

/// Which command, on what; of an audit also by its settings. How it reports does not matter, so a report's file may have
/// the day in its name.
pub(super) fn job(cli: &Cli, settings: &Audit) -> String {
    match &cli.command {
        Command::Audit(of) => of_audit(of, settings),
        Command::Scan(of) => on("scan", &[&of.what.paths, &of.what.plans], &[]),
        Command::Account(of) => {
            on("account", &[of.evidence.as_slice()], &credentials(&of.aws, of.accounts.then_some("accounts")))
        }
        Command::Trail(of) => {
            #[cfg(feature = "aws")]
            let more = [
                of.live.live.then_some("live"),
                of.sign_in.profile.as_deref(),
                of.sign_in.role_arn.as_deref(),
            ];
            #[cfg(not(feature = "aws"))]
            let more = [];
            on("trail", &[&of.paths, of.evidence.as_slice()], &more)
        }
        Command::Inventory(of) => match &of.command {
            InventoryCommand::Check(of) => of_lists(of),
            InventoryCommand::Where(of) => on("sightings", &[&of.paths, &of.lists], &[]),
            _ => "inventory".to_owned(),
        },
        _ => "other".to_owned(),
    }
}

/// An audit, by what it is to look at: what the user names, else what the settings name. What is not there tonight is
/// the job's all the same.
pub(super) fn of_audit(of: &AuditArguments, settings: &Audit) -> String {
    let job = asked(of, settings);
    let mut paths: Vec<PathBuf> =
        job.terraform.iter().chain(&job.trail).chain(&job.evidence).cloned().collect();
    paths.extend_from_slice(&of.lists);
    paths.sort();
    let mut words = vec![job.aws.then_some("aws"), job.live.then_some("live")];
    words.extend(credentials(&of.aws, None));
    on("audit", &[&paths], &words)
}

/// Lists, and what they are held against: two accounts may be held against one list.
pub(super) fn of_lists(of: &InventoryCheckArguments) -> String {
    on("inventory", &[&of.files, &of.lists, of.evidence.as_slice()], &credentials(&of.aws, None))
}

/// What an audit is to look at.
pub(super) fn asked(of: &AuditArguments, settings: &Audit) -> Audit {
    let named = Audit {
        terraform: of.trees.clone(),
        trail: of.trails.clone(),
        evidence: of.evidence.clone(),
        aws: of.ask_aws,
        live: of.live,
        ..settings.clone()
    };
    if named.is_empty() { settings.clone() } else { named }
}

/// Whose account it is, as far as the arguments say.
fn credentials<'a>(aws: &'a AwsArguments, more: Option<&'a str>) -> [Option<&'a str>; 4] {
    [more, aws.profile.as_deref(), aws.role_arn.as_deref(), aws.region.as_deref()]
}

fn on(word: &str, paths: &[&[PathBuf]], more: &[Option<&str>]) -> String {
    let mut job = scope(word, paths.iter().flat_map(|paths| paths.iter()));
    for text in more.iter().flatten() {
        job.push(' ');
        job.push_str(text);
    }
    job
}

/// How a command reports, where it does.
#[cfg(feature = "notify")]
pub(super) fn report_arguments(cli: &Cli) -> Option<&ReportArguments> {
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

/// The moment that a test takes for now.
pub(super) fn moment(cli: &Cli) -> Option<Timestamp> {
    let clock = match &cli.command {
        Command::Audit(of) => of.aws.clock,
        Command::Account(of) => of.aws.clock,
        #[cfg(feature = "aws")]
        Command::Trail(of) => of.sign_in.clock,
        Command::Inventory(of) => match &of.command {
            InventoryCommand::Check(of) => of.aws.clock,
            InventoryCommand::Where(of) => of.aws.clock,
            _ => None,
        },
        _ => None,
    };
    clock.or_else(|| named_day(cli).map(Day::begins))
}

/// The day that a test takes for today.
pub(super) fn day(cli: &Cli) -> Option<Day> {
    named_day(cli).or_else(|| moment(cli).map(Day::of))
}

fn named_day(cli: &Cli) -> Option<Day> {
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
