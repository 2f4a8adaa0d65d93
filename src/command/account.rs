//! `secretrail account`.

mod section;

use std::path::Path;
use std::time::Instant;

use self::section::section;
use super::outcome::{Asked, Outcome};
use super::scan::{Looked, Setup};
use super::silencing::Silencing;
use crate::account::{judge, read};
use crate::cli::{AccountArguments, Cli, What};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::scan::Scanned;
use crate::source::Sources;

pub(super) fn run(cli: &Cli, arguments: &AccountArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let what = What {
        paths: vec![".".into()],
        plans: Vec::new(),
        rules: arguments.rules.clone(),
        tokens: None,
        settings: arguments.settings.clone(),
        respect_gitignore: false,
        no_progress: arguments.no_progress,
        now: arguments.now,
    };
    let setup = Setup::of_account(&what)?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.now)?;
    let bundle = match &arguments.evidence {
        Some(path) => replayed(path)?,
        None => live(cli, arguments)?,
    };
    let sources = Sources::default();
    let reading = read(&bundle, &sources, &setup.settings.account);
    let account = reading.facts;
    let findings = judge(&account, &setup.rules);
    let scanned = Scanned { findings, gaps: reading.gaps, ..Scanned::default() };
    let looked = Looked { sources, scanned, files: bundle.documents.len(), excluded: 0, past: None };
    let asked = Asked {
        since: None,
        account: Some(section(&account, arguments.show_key_ids)),
        trail: None,
        nothing: nothing_to_audit,
    };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

fn replayed(path: &Path) -> Result<Bundle, Error> {
    evidence::read(path)
}

#[cfg(feature = "aws")]
fn live(cli: &Cli, arguments: &AccountArguments) -> Result<Bundle, Error> {
    let mut aws = arguments.aws.clone();
    aws.key_ids |= arguments.show_key_ids;
    super::collect::collect(cli, &aws, arguments.no_progress)
}

#[cfg(not(feature = "aws"))]
fn live(_: &Cli, _: &AccountArguments) -> Result<Bundle, Error> {
    Err(Error::new(ErrorKind::Usage, "this build of secretrail can't ask AWS")
        .hint("build it with `--features aws`, or name what another one collected with --evidence"))
}

fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "AWS told nothing of the account")
        .hint("`secretrail policy` prints what must be allowed; --exit-zero accepts an empty report")
}
