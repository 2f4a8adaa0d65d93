//! `secretrail settings`.

mod plan;

use std::path::Path;
use std::sync::Arc;

use super::inventory::unread;
use super::print;
use super::scan::{Setup, here};
use super::silencing::Silencing;
use crate::cli::{SettingsArguments, SettingsCommand, SetupArguments};
use crate::counted::counted;
use crate::day::Day;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::Surface;
use crate::settings::{SCHEMA, Settings, place, places};

pub(super) fn run(arguments: &SettingsArguments) -> Result<ExitCode, Error> {
    match &arguments.command {
        SettingsCommand::Schema => print(SCHEMA.as_bytes()),
        SettingsCommand::Check { file, settings } => check(file.as_deref().or(settings.as_deref())),
    }
}

/// Everything that a run reads before it looks at anything, and whether the rest is there.
fn check(named: Option<&Path>) -> Result<ExitCode, Error> {
    let settings = Settings::load_asked(named, &here()?)?;
    let Some(file) = &settings.file else {
        return Err(Error::new(ErrorKind::Settings, "there is no secretrail.toml here")
            .hint("`secretrail init` writes a first one"));
    };
    let asked = SetupArguments { settings: Some(file.clone()), ..SetupArguments::default() };
    let surfaces = &[Surface::Terraform, Surface::Account, Surface::Trail, Surface::Inventory];
    let setup = Setup::stopped_by(Arc::default(), &asked.what(), surfaces)?;
    Silencing::load(&setup, None, None)?;
    let name = file.display();
    let mut warnings: Vec<String> = not_there(&settings).map(|told| format!("{name}{told}")).collect();
    let lists_are_there = settings.inventory.files.iter().all(|list| list.exists());
    if lists_are_there && !settings.inventory.files.is_empty() {
        warnings.extend(unread(&settings.inventory, &setup)?);
    }
    warnings.extend(over(&settings).map(|told| format!("{name}{told}")));
    let rules =
        setup.rule_gaps.iter().map(|(file, rule, reason)| format!("{}: {rule}: {reason}", file.display()));
    warnings.extend(rules);
    if let Some((file, unusable)) = &setup.token_gaps {
        warnings.extend(unusable.iter().map(|one| format!("{}: {}", file.display(), one.reason)));
    }
    let plan = plan::of(&settings, named.is_some());
    warnings.extend(plan.unreadable.iter().cloned());
    let mut text: String =
        warnings.iter().chain(&plan.lines).map(|line| line.replace(char::is_control, "?") + "\n").collect();
    for left in left_alone(named, &settings) {
        text.push_str(&format!("{name}: {left} is ignored unless --settings names this file\n"));
    }
    if let Some(outside) = super::audit::outside(&setup).filter(|_| !settings.audit.is_empty()) {
        text.push_str(&format!("{name}: {}\n", outside.replace(char::is_control, "?")));
    }
    text.push_str(&format!("{name}: the settings are valid"));
    text.push_str(&match warnings.len() {
        0 => "\n".to_owned(),
        count => format!(", with {}\n", counted(count, "warning", "warnings")),
    });
    print(text.as_bytes())?;
    Ok(if warnings.is_empty() { ExitCode::Clean } else { ExitCode::Findings })
}

/// What the settings name and is not there.
fn not_there(settings: &Settings) -> impl Iterator<Item = String> {
    let home = settings.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let named = places::paths(&settings.text, home).into_iter();
    named
        .filter(|one| !one.path.exists())
        .map(|one| format!("{}: {}: there is no such file or folder", one.place, one.written))
}

/// What silences nothing any more. Whether it still meets something only a run knows.
fn over(settings: &Settings) -> impl Iterator<Item = String> {
    let today = Day::today();
    let ignores = settings.ignores.iter().map(|one| ("ignore", one.until, one.range.start));
    let gaps = settings.accepted_gaps.iter().map(|one| ("accept-gap", one.until, one.range.start));
    ignores.chain(gaps).filter_map(move |(what, until, at)| {
        let until = until.filter(|until| *until < today)?;
        Some(format!("{}: this {what} ended on {until}", place(&settings.text, at)))
    })
}

/// Tables that a file which is only found does not speak for.
fn left_alone(named: Option<&Path>, settings: &Settings) -> Vec<&'static str> {
    let tables = [
        ("[notify]", settings.notify != crate::notify::Notify::default()),
        ("[accounts]", settings.accounts.is_some()),
    ];
    tables.into_iter().filter(|(_, written)| *written && named.is_none()).map(|(table, _)| table).collect()
}
