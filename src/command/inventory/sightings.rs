//! `secretrail inventory where`.

mod files;
mod flows;
mod keys;
mod look;
mod memory;
mod place;
mod tell;

use std::time::Instant;

use self::files::File;
use self::keys::Wanted;
use self::look::Looker;
use self::tell::Teller;
use crate::cli::{Cli, InventoryWhereArguments, What};
use crate::command::outcome::{Asked, Outcome, Sections};
use crate::command::progress;
use crate::command::scan::{Looked, STACK_BYTES, Setup, scope};
use crate::command::silencing::Silencing;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::scan::Scanned;
use crate::sighting::judge;

pub(super) fn run(cli: &Cli, arguments: &InventoryWhereArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let what = what(arguments);
    let setup = Setup::of_inventory(&what)?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.setup.now)?;
    memory::keep_in();
    let wanted = Wanted::of(arguments, &setup)?;
    let found = files::find(&setup, arguments.home.as_deref())?;
    // Terraform first: it is the only part that follows a key by its name through several files.
    let scanned = setup.look(cli, &what, None)?;
    let mut teller = Teller::new(&wanted);
    flows::tell(&scanned, &mut teller);
    let count = found.files.len();
    let (seen, gaps) = look(cli, arguments, &setup, &wanted, &found.files)?;
    seen.into_iter().for_each(|one| teller.add(one));
    teller.gaps(found.gaps.into_iter().chain(gaps));
    let (sources, sightings, gaps) = teller.told(&setup.base);
    let findings = judge(sightings, &setup.rules);
    let scanned = Scanned { findings, gaps, secrets: scanned.scanned.secrets, ..Scanned::default() };
    let looked = Looked { sources, scanned, files: count, excluded: found.excluded, past: None };
    let asked = Asked {
        since: None,
        surfaces: Vec::new(),
        readers: Vec::new(),
        sections: Sections::default(),
        scope: scope("sightings", arguments.paths.iter()),
        window: None,
        nothing: nothing_to_look_into,
    };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

fn what(arguments: &InventoryWhereArguments) -> What {
    What {
        paths: arguments.paths.clone(),
        exclude: arguments.exclude.clone(),
        respect_gitignore: arguments.respect_gitignore,
        ..arguments.setup.what()
    }
}

/// Reads all files, on all cores.
fn look(
    cli: &Cli,
    arguments: &InventoryWhereArguments,
    setup: &Setup,
    wanted: &Wanted,
    files: &[File],
) -> Result<(Vec<look::Seen>, Vec<look::Gap>), Error> {
    let bytes = files.iter().map(|file| file.length).sum();
    let counted = "{binary_bytes}/{binary_total_bytes}";
    let bar = progress::bar(cli, arguments.setup.no_progress, bytes, counted);
    let looker = Looker { wanted, stop: setup.stop(), bar: &bar };
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    let pool =
        pool.map_err(|error| Error::new(ErrorKind::Input, format!("threads cannot be started: {error}")))?;
    let all = pool.install(|| looker.all(files));
    bar.finish_and_clear();
    if setup.was_stopped() {
        return Err(Error::new(ErrorKind::Interrupted, "stopped; no report was written"));
    }
    Ok(all)
}

fn nothing_to_look_into() -> Error {
    Error::new(ErrorKind::Input, "no file was found")
        .hint("name folders or files that exist; --exit-zero accepts an empty one")
}
