//! `secretrail account`.

mod section;

use std::time::Instant;

use self::section::{section, section_of_many};
use super::outcome::{Asked, Outcome, Sections};
use super::scan::{Looked, Setup};
use super::silencing::Silencing;
use crate::account::{judge, many, read};
use crate::cli::{AccountArguments, AwsArguments, Cli, What};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{self, Bundle, Member};
use crate::report::{AccountSection, Format, MemberRow};
use crate::scan::Scanned;
use crate::settings::Accounts;
use crate::source::Sources;

pub(super) fn run(cli: &Cli, arguments: &AccountArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    formats_have_key_ids(arguments)?;
    let setup = Setup::of_account(&what(arguments))?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.now)?;
    let accounts = accounts(arguments, &setup)?;
    let bundle = match &arguments.evidence {
        Some(path) => {
            let digest = arguments.digest.as_deref().map(evidence::digest).transpose()?;
            evidence::read(path, digest.as_deref())?
        }
        None => live(cli, accounts, &with_key_ids(arguments), arguments.no_progress)?,
    };
    let (looked, account) = looked_into(&bundle, &setup, Sources::default(), arguments.show_key_ids);
    let scope = match bundle.members.is_empty() {
        true => format!("account {}", account.number),
        false => format!("accounts of {}", account.number),
    };
    let account = Some(account);
    let sections = Sections { account, ..Sections::default() };
    let asked = Asked {
        since: None,
        surfaces: Vec::new(),
        readers: Vec::new(),
        sections,
        scope,
        window: None,
        nothing: nothing_to_audit,
    };
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
    let message = format!(
        "--show-key-ids has no effect on {}, which does not list users and their keys",
        report.format
    );
    Err(Error::new(ErrorKind::Usage, message)
        .hint("use --format table, json or markdown, or add one of them with --also; findings show the last four characters"))
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

/// The accounts that are asked together, where that is wanted.
fn accounts<'s>(arguments: &AccountArguments, setup: &'s Setup) -> Result<Option<&'s Accounts>, Error> {
    match (&setup.settings.accounts, arguments.accounts) {
        (_, false) => Ok(None),
        (Some(accounts), true) => Ok(Some(accounts)),
        (None, true) => Err(no_accounts()),
    }
}

pub(super) fn no_accounts() -> Error {
    Error::new(ErrorKind::Usage, "the settings name no accounts")
        .hint("write [accounts] with organization = true or a list in secretrail.toml")
}

/// What evidence tells, and what is found in it.
pub(super) fn looked(bundle: &Bundle, setup: &Setup) -> Looked {
    looked_into(bundle, setup, Sources::default(), false).0
}

/// The same with documents that others look at, too, and with what is told of the account.
pub(super) fn looked_with(bundle: &Bundle, setup: &Setup, sources: Sources) -> (Looked, AccountSection) {
    looked_into(bundle, setup, sources, false)
}

fn looked_into(
    bundle: &Bundle,
    setup: &Setup,
    sources: Sources,
    show_key_ids: bool,
) -> (Looked, AccountSection) {
    let mut scanned = Scanned::default();
    let mut one = |bundle: &Bundle| {
        let reading = read(bundle, &sources, &setup.settings.account);
        let findings = judge(&reading.facts, &setup.rules);
        scanned.absorb(Scanned { findings, gaps: reading.gaps, ..Scanned::default() });
        section(&reading.facts, show_key_ids)
    };
    let told = if bundle.members.is_empty() {
        one(bundle)
    } else {
        // One account after the other: each is forgotten when it was judged.
        let member = |member: &Member| MemberRow {
            number: member.account.clone(),
            name: member.name.clone(),
            is_meant: member.is_meant(),
            told: match many::was_asked(bundle, member) {
                true => Ok(Box::new(one(&bundle.of(member)))),
                false => Err(many::why_not(bundle, member)),
            },
        };
        let rows = bundle.members.iter().map(member).collect();
        scanned.gaps.extend(many::unasked(bundle, &sources));
        section_of_many(bundle, rows)
    };
    let files = bundle.documents.len();
    (Looked { sources, scanned, files, excluded: 0, past: None }, told)
}

/// To show them, they must be asked for.
fn with_key_ids(arguments: &AccountArguments) -> AwsArguments {
    let mut aws = arguments.aws.clone();
    aws.key_ids |= arguments.show_key_ids;
    aws
}

/// What AWS tells now.
#[cfg(feature = "aws")]
pub(super) fn live(
    cli: &Cli,
    accounts: Option<&Accounts>,
    aws: &AwsArguments,
    no_progress: bool,
) -> Result<Bundle, Error> {
    match accounts {
        Some(accounts) => super::collect::accounts(cli, accounts, aws, no_progress),
        None => super::collect::collect(cli, aws, no_progress),
    }
}

#[cfg(not(feature = "aws"))]
pub(super) fn live(_: &Cli, _: Option<&Accounts>, _: &AwsArguments, _: bool) -> Result<Bundle, Error> {
    Err(Error::new(ErrorKind::Usage, "this build of secretrail cannot query AWS")
        .hint("build it with `--features aws`, or name what another one collected with --evidence"))
}

pub(super) fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "AWS returned nothing about the account")
        .hint("`secretrail policy` prints the permissions it needs; --exit-zero accepts an empty report")
}
