//! `secretrail inventory check`.

use std::time::Instant;

use super::files;
use super::section::section;
use crate::cli::{Cli, InventoryCheckArguments, What};
use crate::command::outcome::{Asked as AskedOfReport, Outcome};
use crate::command::scan::{Looked, Setup};
use crate::command::silencing::Silencing;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::inventory::asked::{Asked, ReadLevel};
use crate::inventory::{self, Inventory, check, judge, stores};
use crate::scan::Scanned;
use crate::secret::Secret;
use crate::source::Sources;

pub(super) fn run(cli: &Cli, arguments: &InventoryCheckArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let setup = Setup::of_inventory(&what(arguments))?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.now)?;
    let sources = Sources::default();
    sources.set_base(setup.base.clone());
    let settings = &setup.settings.inventory;
    let opened = files::open(&arguments.files, settings, &setup.base, &sources)?;
    let listed = inventory::read(&opened.lists, &opened.runbooks, &sources, &setup.tokens);
    let level = ReadLevel::from_number(arguments.read_level).unwrap_or_default();
    let asked = Asked::of(&listed.facts, &settings.thresholds, level);
    let bundle = match &arguments.evidence {
        Some(path) => evidence::read(path)?,
        None => live(cli, arguments, &listed.facts, &asked)?,
    };
    if let Some(path) = &arguments.save {
        evidence::Target::new(path)?.write(&bundle)?;
    }
    let stored = stores::read(&bundle, &sources);
    let checked = check(&listed.facts, &stored.facts, &settings.thresholds);
    let findings = judge(&listed.facts, &checked, &settings.thresholds, &setup.rules);
    let mut gaps = listed.gaps;
    gaps.extend(stored.gaps);
    let (places, secrets) = hidden(&listed.facts, &sources);
    let inventory =
        section(&listed.facts, &checked, &stored.facts, &bundle, opened.runbook, arguments.screen);
    let files = opened.lists.len() + opened.runbooks.len();
    let scanned = Scanned { findings, gaps, secrets, places, ..Scanned::default() };
    let looked = Looked { sources, scanned, files, excluded: 0, past: None };
    let asked =
        AskedOfReport { since: None, account: None, trail: None, inventory: Some(inventory), nothing: nothing_to_check };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

/// What must not be shown of the lists: what somebody pasted into a cell.
fn hidden(inventory: &Inventory, sources: &Sources) -> (Vec<crate::source::Span>, Vec<Secret>) {
    let places: Vec<_> = inventory.values.iter().map(|pasted| pasted.value).collect();
    let text = |span: &crate::source::Span| {
        let text = sources.text(span.source);
        text.get(span.range()).map(Secret::new)
    };
    let secrets = places.iter().filter_map(text).collect();
    (places, secrets)
}

fn what(arguments: &InventoryCheckArguments) -> What {
    What {
        paths: vec![".".into()],
        plans: Vec::new(),
        rules: arguments.rules.clone(),
        tokens: None,
        settings: arguments.settings.clone(),
        exclude: Vec::new(),
        respect_gitignore: false,
        no_progress: arguments.no_progress,
        now: arguments.now,
    }
}

#[cfg(feature = "aws")]
fn live(
    cli: &Cli,
    arguments: &InventoryCheckArguments,
    inventory: &Inventory,
    asked: &Asked,
) -> Result<Bundle, Error> {
    if let Some(path) = &arguments.save {
        // Nobody waits for what then has no place.
        evidence::Target::new(path)?;
    }
    super::live::collect(cli, &arguments.aws, arguments.no_progress, inventory, asked)
}

#[cfg(not(feature = "aws"))]
fn live(_: &Cli, _: &InventoryCheckArguments, _: &Inventory, _: &Asked) -> Result<Bundle, Error> {
    Err(Error::new(ErrorKind::Usage, "this build of secretrail can't ask AWS")
        .hint("build it with `--features aws`, or name what another one collected with --evidence"))
}

fn nothing_to_check() -> Error {
    Error::new(ErrorKind::Input, "no list of keys was read")
}
