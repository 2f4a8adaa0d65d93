//! `secretrail inventory check`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::files;
use super::section::section;
use crate::cli::{AwsArguments, Cli, InventoryCheckArguments, What};
use crate::command::outcome::{Asked as AskedOfReport, Outcome, Sections};
use crate::command::scan::{Looked, Setup};
use crate::command::silencing::Silencing;
use crate::command::trail::writes::{Place, writes};
use crate::command::trail::{self, Logs};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::inventory::asked::{Asked, ReadLevel};
use crate::inventory::writes::Writes;
use crate::inventory::{self, Home, Inventory, check, judge, stores, unasked, unchecked};
use crate::reading::Reading;
use crate::report::InventorySection;
use crate::scan::Scanned;
use crate::secret::Secret;
use crate::source::Sources;

pub(super) fn run(cli: &Cli, arguments: &InventoryCheckArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let setup = Setup::of_inventory(&what(arguments))?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.setup.now)?;
    let sources = Sources::default();
    sources.set_base(setup.base.clone());
    let files = [arguments.files.as_slice(), &arguments.lists].concat();
    let (looked, mut inventory) = looked(cli, &setup, &Asking::of(arguments, &files), sources)?;
    inventory.only_screen = arguments.screen;
    let asked = AskedOfReport {
        since: None,
        surfaces: Vec::new(),
        readers: Vec::new(),
        sections: Sections { inventory: Some(inventory), ..Sections::default() },
        scope: crate::command::job::of_lists(arguments),
        window: None,
        nothing: nothing_to_check,
    };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

/// What is checked, and against what.
pub(in crate::command) struct Asking<'a> {
    /// Lists; those of the settings where none is named.
    pub files: &'a [PathBuf],
    /// What was collected; else AWS is asked.
    pub evidence: Option<&'a Path>,
    /// CloudTrail's logs, which tell who wrote a parameter.
    pub trails: &'a [PathBuf],
    /// Where what is asked is kept.
    pub save: Option<&'a Path>,
    /// How closely values are looked at.
    pub level: ReadLevel,
    /// How AWS is asked.
    pub aws: &'a AwsArguments,
    /// Without a progress line.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "nobody is asked"))]
    pub no_progress: bool,
}

impl<'a> Asking<'a> {
    /// Names and types only, nothing kept.
    pub(in crate::command) fn plain(
        files: &'a [PathBuf],
        evidence: Option<&'a Path>,
        trails: &'a [PathBuf],
        aws: &'a AwsArguments,
        no_progress: bool,
    ) -> Self {
        Self { files, evidence, trails, save: None, level: ReadLevel::default(), aws, no_progress }
    }

    fn of(arguments: &'a InventoryCheckArguments, files: &'a [PathBuf]) -> Self {
        Self {
            files,
            evidence: arguments.evidence.as_deref(),
            trails: &arguments.trails,
            save: arguments.save.as_deref(),
            level: ReadLevel::from_number(arguments.read_level).unwrap_or_default(),
            aws: &arguments.aws,
            no_progress: arguments.setup.no_progress,
        }
    }
}

/// Findings, gaps and the state of each key.
pub(in crate::command) fn looked(
    cli: &Cli,
    setup: &Setup,
    asking: &Asking<'_>,
    sources: Sources,
) -> Result<(Looked, InventorySection), Error> {
    let settings = &setup.settings.inventory;
    let opened = files::open(asking.files, settings, &setup.base, &sources)?;
    let mut listed = inventory::read(&opened.lists, &opened.runbooks, &sources, &setup.tokens);
    listed.facts.drills = opened.drills;
    listed.gaps.extend(opened.gaps);
    let asked = Asked::of(&listed.facts, &settings.thresholds, asking.level);
    let bundle = match asking.evidence {
        Some(path) => evidence::read(path, None)?,
        None => live(cli, asking, &listed.facts, &asked)?,
    };
    if let Some(path) = asking.save {
        evidence::Target::new(path)?.write(&bundle)?;
    }
    let mut stored = stores::read(&bundle, &sources);
    let written = written(cli, setup, (asking, &bundle), &listed.facts, &sources)?;
    stored.facts.writes = written.facts;
    stored.gaps.extend(written.gaps);
    let checked = check(&listed.facts, &stored.facts, &settings.thresholds);
    let findings = judge(&listed.facts, &checked, &settings.thresholds, &setup.rules);
    let mut gaps = listed.gaps;
    gaps.extend(stored.gaps);
    gaps.extend(unasked(&listed.facts, &checked));
    // Where a gap tells why, that is enough.
    if !gaps.iter().any(|gap| gap.hides_findings) {
        gaps.extend(unchecked(&listed.facts, &checked));
    }
    let (places, secrets) = hidden(&listed.facts, &sources);
    let inventory = section(&listed.facts, &checked, &stored.facts, &bundle, opened.runbook);
    let files = opened.lists.len() + opened.runbooks.len();
    let scanned = Scanned { findings, gaps, secrets, places, ..Scanned::default() };
    Ok((Looked { sources, scanned, files, excluded: 0, past: None }, inventory))
}

/// Who wrote the parameters of a list: from logs, else from events that the evidence holds, too.
fn written(
    cli: &Cli,
    setup: &Setup,
    (asking, bundle): (&Asking<'_>, &Bundle),
    inventory: &Inventory,
    sources: &Sources,
) -> Result<Reading<Writes>, Error> {
    let in_evidence = bundle.manifest.surfaces.iter().any(|surface| surface == "trail");
    let logs = match asking.evidence {
        _ if !asking.trails.is_empty() => Logs::Paths(asking.trails),
        Some(path) if in_evidence => Logs::Evidence(path),
        _ => return Ok(Reading::default()),
    };
    let names = inventory.entries.iter().filter_map(|entry| match &entry.home {
        Home::Parameter(name) => Some(name.clone()),
        _ => None,
    });
    let place = Place {
        account: bundle.manifest.account.as_deref().unwrap_or_default(),
        region: bundle.manifest.regions.first().map_or("", String::as_str),
    };
    let asking = trail::Asking { logs, since: None, aws: asking.aws, no_progress: true };
    writes(cli, &asking, (&names.collect(), place), setup, sources)
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
    What { paths: vec![".".into()], ..arguments.setup.what() }
}

#[cfg(feature = "aws")]
fn live(cli: &Cli, asking: &Asking<'_>, inventory: &Inventory, asked: &Asked) -> Result<Bundle, Error> {
    if let Some(path) = asking.save {
        // Nobody waits for what then has no place.
        evidence::Target::new(path)?;
    }
    super::live::collect(cli, asking.aws, asking.no_progress, inventory, asked)
}

#[cfg(not(feature = "aws"))]
fn live(_: &Cli, _: &Asking<'_>, _: &Inventory, _: &Asked) -> Result<Bundle, Error> {
    Err(Error::new(ErrorKind::Usage, "this build of secretrail cannot query AWS")
        .hint("build it with `--features aws`, or name what another one collected with --evidence"))
}

fn nothing_to_check() -> Error {
    Error::new(ErrorKind::Input, "no list of keys was read")
}
