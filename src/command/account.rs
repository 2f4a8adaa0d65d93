//! `secretrail account`.

mod section;

use std::time::Instant;

use self::section::section;
use super::outcome::{Asked, Outcome, Sections};
use super::scan::{Looked, Setup};
use super::silencing::Silencing;
use crate::account::{Account, judge, read};
use crate::cli::{AccountArguments, Cli, What};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::scan::Scanned;
use crate::source::Sources;

pub(super) fn run(cli: &Cli, arguments: &AccountArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let setup = Setup::of_account(&what(arguments))?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.now)?;
    let bundle = match &arguments.evidence {
        Some(path) => evidence::read(path)?,
        None => live(cli, arguments)?,
    };
    let (looked, account) = looked(&bundle, &setup);
    let scope = format!("account {}", account.number);
    let account = Some(section(&account, arguments.show_key_ids));
    let sections = Sections { account, ..Sections::default() };
    let asked = Asked { since: None, sections, scope, nothing: nothing_to_audit };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

/// Nothing of the disk is scanned; the settings are those of the current folder.
fn what(arguments: &AccountArguments) -> What {
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

/// What evidence tells, and what is found in it.
pub(super) fn looked(bundle: &Bundle, setup: &Setup) -> (Looked, Account) {
    let sources = Sources::default();
    let reading = read(bundle, &sources, &setup.settings.account);
    let findings = judge(&reading.facts, &setup.rules);
    let scanned = Scanned { findings, gaps: reading.gaps, ..Scanned::default() };
    let files = bundle.documents.len();
    (Looked { sources, scanned, files, excluded: 0, past: None }, reading.facts)
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

pub(super) fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "AWS told nothing of the account")
        .hint("`secretrail policy` prints what must be allowed; --exit-zero accepts an empty report")
}
