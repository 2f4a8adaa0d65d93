//! `secretrail account`.

mod section;

use std::time::Instant;

use self::section::section;
use super::outcome::{Asked, Outcome, Sections};
use super::scan::{Looked, Setup};
use super::silencing::Silencing;
use crate::account::{Account, judge, read};
use crate::cli::{AccountArguments, AwsArguments, Cli, What};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle};
use crate::report::{AccountSection, Format};
use crate::scan::Scanned;
use crate::source::Sources;

pub(super) fn run(cli: &Cli, arguments: &AccountArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    formats_have_key_ids(arguments)?;
    let setup = Setup::of_account(&what(arguments))?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.now)?;
    let bundle = match &arguments.evidence {
        Some(path) => {
            let digest = arguments.digest.as_deref().map(evidence::digest).transpose()?;
            evidence::read(path, digest.as_deref())?
        }
        None => live(cli, &with_key_ids(arguments), arguments.no_progress)?,
    };
    let (looked, account) = looked(&bundle, &setup);
    let scope = format!("account {}", account.number);
    let account = Some(section(&account, arguments.show_key_ids));
    let sections = Sections { account, ..Sections::default() };
    let asked =
        Asked { since: None, surfaces: Vec::new(), sections, scope, window: None, nothing: nothing_to_audit };
    Outcome { setup: &setup, looked, silencing, asked }.report(cli, &arguments.report, started)
}

/// Formats that list the users, and so their keys.
const WITH_USERS: &[Format] = &[Format::Table, Format::Json, Format::Markdown];

/// Other formats hold findings only, whose texts pass the redactor: it takes a whole id for a token and hides it.
fn formats_have_key_ids(arguments: &AccountArguments) -> Result<(), Error> {
    let report = &arguments.report;
    let mut formats = report.also.iter().map(|also| also.format).chain([report.format]);
    if !arguments.show_key_ids || formats.any(|format| WITH_USERS.contains(&format)) {
        return Ok(());
    }
    let message =
        format!("--show-key-ids has no effect on {}: it does not list users and their keys", report.format);
    Err(Error::new(ErrorKind::Usage, message)
        .hint("use --format table, json or markdown, or write one of them beside it with --also; findings tell the last four characters"))
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
    looked_into(bundle, setup, Sources::default())
}

/// The same with documents that others look at, too, and with what is told of the account.
pub(super) fn looked_with(bundle: &Bundle, setup: &Setup, sources: Sources) -> (Looked, AccountSection) {
    let (looked, account) = looked_into(bundle, setup, sources);
    (looked, section(&account, false))
}

fn looked_into(bundle: &Bundle, setup: &Setup, sources: Sources) -> (Looked, Account) {
    let reading = read(bundle, &sources, &setup.settings.account);
    let findings = judge(&reading.facts, &setup.rules);
    let scanned = Scanned { findings, gaps: reading.gaps, ..Scanned::default() };
    let files = bundle.documents.len();
    (Looked { sources, scanned, files, excluded: 0, past: None }, reading.facts)
}

/// To show them, they must be asked for.
fn with_key_ids(arguments: &AccountArguments) -> AwsArguments {
    let mut aws = arguments.aws.clone();
    aws.key_ids |= arguments.show_key_ids;
    aws
}

/// What AWS tells now.
#[cfg(feature = "aws")]
pub(super) fn live(cli: &Cli, aws: &AwsArguments, no_progress: bool) -> Result<Bundle, Error> {
    super::collect::collect(cli, aws, no_progress)
}

#[cfg(not(feature = "aws"))]
pub(super) fn live(_: &Cli, _: &AwsArguments, _: bool) -> Result<Bundle, Error> {
    Err(Error::new(ErrorKind::Usage, "this build of secretrail can't ask AWS")
        .hint("build it with `--features aws`, or name what another one collected with --evidence"))
}

pub(super) fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "AWS told nothing of the account")
        .hint("`secretrail policy` prints what must be allowed; --exit-zero accepts an empty report")
}
