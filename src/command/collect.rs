//! `secretrail collect`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::print;
use super::progress;
use super::trail::evidence::QUESTION;
use super::trail::live;
use crate::account::many::was_asked;
use crate::account::policy::glob::covers;
use crate::aws::accounts::Wanted;
use crate::aws::cloudtrail::{Question, reachable};
use crate::aws::{self, Options, Role, Step};
use crate::cli::{AwsArguments, Cli, CollectArguments, SignInArguments};
use crate::counted::counted;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::evidence::{Bundle, Call, Document, Refusal, Target, code};
use crate::policy::{LOOKUP, Surface};
use crate::settings::{Accounts, Settings};

/// Names a file with more certificates, as in all AWS tools.
const CERTIFICATES: &str = "AWS_CA_BUNDLE";
/// Names another address of Organizations, as in all AWS tools.
const ORGANIZATIONS: &str = "AWS_ENDPOINT_URL_ORGANIZATIONS";
/// A larger file holds no certificates.
const MOST_CERTIFICATES: u64 = 8 * 1024 * 1024;

pub(super) fn run(cli: &Cli, arguments: &CollectArguments) -> Result<ExitCode, Error> {
    let target = Target::new(&arguments.out)?;
    let bundle = if arguments.accounts { many(cli, arguments)? } else { all(cli, arguments)? };
    let digest = target.write(&bundle)?;
    let mut text = told(bundle.all_refusals());
    let count = bundle.documents.len();
    let documents = counted(count, "document", "documents");
    let of = whose(&bundle);
    text.push_str(&format!("{documents} of {of} written to {}\n", arguments.out.display()));
    text.push_str(&format!("digest {digest}\n"));
    print(text.as_bytes())?;
    Ok(if bundle.all_refusals().any(is_loss) { ExitCode::Partial } else { ExitCode::Clean })
}

/// `123456789012`, or `190 accounts (10 more told nothing)`.
fn whose(bundle: &Bundle) -> String {
    if bundle.members.is_empty() {
        return bundle.manifest.account.clone().unwrap_or_else(|| "an unknown account".to_owned());
    }
    let asked = bundle.members.iter().filter(|member| was_asked(bundle, member)).count();
    let meant = bundle.members.iter().filter(|member| member.is_meant()).count();
    let (silent, left_out) = (meant.saturating_sub(asked), bundle.members.len() - meant);
    let accounts = counted(asked, "account", "accounts");
    match (silent, left_out) {
        (0, 0) => accounts,
        (silent, 0) => format!("{accounts} ({silent} more did not answer)"),
        (0, left_out) => format!("{accounts} ({left_out} excluded)"),
        (silent, left_out) => format!("{accounts} ({silent} more did not answer, {left_out} excluded)"),
    }
}

/// The accounts that the settings name.
fn many(cli: &Cli, arguments: &CollectArguments) -> Result<Bundle, Error> {
    let settings = Settings::load(arguments.settings.as_deref(), Path::new("."))?;
    let named = settings.accounts.ok_or_else(super::account::no_accounts)?;
    accounts(cli, &named, &arguments.aws, arguments.no_progress)
}

/// Asks AWS in many accounts.
pub(super) fn accounts(
    cli: &Cli,
    accounts: &Accounts,
    arguments: &AwsArguments,
    no_progress: bool,
) -> Result<Bundle, Error> {
    let wanted = Wanted {
        organization: accounts.organization,
        named: accounts.list.clone(),
        role: accounts.role.clone(),
        external_id: accounts.external_id.clone(),
        session_name: accounts.session_name.clone(),
        include: accounts.include.clone(),
        exclude: accounts.exclude.clone(),
        at_once: accounts.at_once,
        endpoint: std::env::var(ORGANIZATIONS).ok().filter(|url| !url.is_empty()),
    };
    let options = options(arguments)?;
    let bar = progress::bar(cli, no_progress, 0, "{pos}/{len} calls");
    let on_progress = |step| match step {
        Step::Expect(calls) => bar.inc_length(calls),
        Step::Done => bar.inc(1),
    };
    let bundle = aws::accounts::collect(&options, &wanted, &covers, &on_progress, stop_on_signal()?);
    bar.finish_and_clear();
    bundle
}

/// All surfaces that are asked for, in one bundle.
fn all(cli: &Cli, arguments: &CollectArguments) -> Result<Bundle, Error> {
    let (aws, quiet) = (&arguments.aws, arguments.no_progress);
    let wants = |surface| arguments.surface.contains(&surface);
    // Looked at before anything is asked.
    let question = wants(Surface::Trail).then(|| question(arguments)).transpose()?;
    let mut bundles = Vec::new();
    if wants(Surface::Account) || arguments.surface.is_empty() {
        bundles.push(collect(cli, aws, quiet)?);
    }
    if let Some(question) = question {
        bundles.push(trail(cli, aws, &question, quiet)?);
    }
    if arguments.inventory || wants(Surface::Inventory) {
        bundles.push(super::inventory::everything(cli, aws, quiet)?);
    }
    let mut bundles = bundles.into_iter();
    let nothing = || Error::new(ErrorKind::Usage, "nothing is to be collected");
    let mut bundle = bundles.next().ok_or_else(nothing)?;
    bundles.for_each(|more| add(&mut bundle, more));
    Ok(bundle)
}

/// CloudTrail's events, and what was asked for them.
fn trail(cli: &Cli, aws: &AwsArguments, question: &Question, no_progress: bool) -> Result<Bundle, Error> {
    let options = options(aws)?;
    let bar = progress::bar(cli, no_progress, 0, "{pos}/{len} calls");
    let on_progress = |step| match step {
        Step::Expect(calls) => bar.inc_length(calls),
        Step::Done => bar.inc(1),
    };
    let collected = aws::trail(&options, question, &on_progress, stop_on_signal()?);
    bar.finish_and_clear();
    let (mut bundle, question) = collected?;
    let bytes = serde_json::to_vec_pretty(&live::asked(&question)).unwrap_or_default();
    let call = Call {
        service: LOOKUP.service.to_owned(),
        action: LOOKUP.name.to_owned(),
        region: question.regions.first().cloned().unwrap_or_default(),
        request_id: None,
        at: bundle.manifest.collected_at,
        page: None,
    };
    let name = format!("{}/{QUESTION}", live::folder(bundle.manifest.account.as_deref()));
    bundle.documents.push(Document { name, bytes, call, generated: None });
    bundle.documents.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(bundle)
}

/// What is asked of CloudTrail.
fn question(arguments: &CollectArguments) -> Result<Question, Error> {
    let now = arguments.aws.clock.unwrap_or_else(Timestamp::now).as_second();
    let (since, cut) = reachable(arguments.since, now);
    let until = arguments.until.unwrap_or(now).min(now);
    if cut || since >= until {
        return Err(Error::new(ErrorKind::Usage, "CloudTrail's event history has nothing of this time")
            .hint("it goes back 90 days; a trail's logs in S3 go back further"));
    }
    Ok(Question { since, until, regions: arguments.trail_region.clone(), lookups: arguments.lookup.clone() })
}

/// One bundle of both. What both asked for stands in it once.
fn add(bundle: &mut Bundle, more: Bundle) {
    for document in more.documents {
        if bundle.document(&document.name).is_none() {
            bundle.documents.push(document);
        }
    }
    bundle.documents.sort_by(|a, b| a.name.cmp(&b.name));
    bundle.refusals.extend(more.refusals);
    bundle.manifest.surfaces.extend(more.manifest.surfaces);
    bundle.manifest.regions.extend(more.manifest.regions);
    bundle.manifest.regions.sort();
    bundle.manifest.regions.dedup();
    bundle.manifest.collected_at = more.manifest.collected_at;
}

/// A line for each permission and code.
fn told<'r>(refusals: impl Iterator<Item = &'r Refusal>) -> String {
    let mut counts: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for refusal in refusals {
        // Some refusals are answers.
        let word = if is_loss(refusal) { "refused" } else { "told" };
        *counts.entry((word, &refusal.permission, &refusal.code)).or_default() += 1;
    }
    let line = |((word, permission, code), count): (&(&str, &str, &str), &usize)| {
        let calls = if *count == 1 { String::new() } else { format!(" ({count} calls)") };
        format!("{word}: {permission}: {code}{calls}\n")
    };
    counts.iter().map(line).collect()
}

/// Asks AWS, as the arguments say.
pub(super) fn collect(cli: &Cli, arguments: &AwsArguments, no_progress: bool) -> Result<Bundle, Error> {
    let options = options(arguments)?;
    let bar = progress::bar(cli, no_progress, 0, "{pos}/{len} calls");
    let on_progress = |step| match step {
        Step::Expect(calls) => bar.inc_length(calls),
        Step::Done => bar.inc(1),
    };
    let bundle = aws::collect(&options, &on_progress, stop_on_signal()?);
    bar.finish_and_clear();
    bundle
}

/// Whether something is missing for it. "No password policy" is an answer; that this account does not manage an
/// organisation says only that the question is to be put elsewhere.
fn is_loss(refusal: &Refusal) -> bool {
    // Accounts that were not meant are no loss.
    if [code::LEFT_OUT, code::NOT_OPEN].contains(&refusal.code.as_str()) {
        return false;
    }
    let answers = match refusal.permission.as_str() {
        "iam:GetAccountPasswordPolicy" => code::NO_PASSWORD_POLICY,
        "iam:ListOrganizationsFeatures" => code::NOT_FROM_HERE,
        _ => &[],
    };
    !answers.contains(&refusal.code.as_str())
}

pub(super) fn options(arguments: &AwsArguments) -> Result<Options, Error> {
    let role = arguments.role_arn.as_ref().map(|arn| Role {
        arn: arn.clone(),
        external_id: arguments.external_id.clone(),
        session_name: arguments.role_session_name.clone(),
    });
    Ok(Options {
        profile: arguments.profile.clone(),
        region: arguments.region.clone(),
        role,
        key_ids: arguments.key_ids,
        timeout: Duration::from_secs(arguments.timeout.into()),
        certificates: certificates()?,
        version: env!("CARGO_PKG_VERSION").into(),
        now: arguments.clock,
    })
}

/// How AWS is asked by a command that has Regions of its own.
pub(super) fn options_of(arguments: &SignInArguments) -> Result<Options, Error> {
    let role = arguments.role_arn.as_ref().map(|arn| Role {
        arn: arn.clone(),
        external_id: arguments.external_id.clone(),
        session_name: arguments.role_session_name.clone(),
    });
    Ok(Options {
        profile: arguments.profile.clone(),
        region: None,
        role,
        key_ids: false,
        timeout: Duration::from_secs(arguments.timeout.into()),
        certificates: certificates()?,
        version: env!("CARGO_PKG_VERSION").into(),
        now: arguments.clock,
    })
}

/// More certificates to trust.
pub(super) fn certificates() -> Result<Option<Vec<u8>>, Error> {
    let Some(path) = std::env::var_os(CERTIFICATES).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let unread = |reason: String| {
        Error::new(ErrorKind::Settings, format!("what {CERTIFICATES} names cannot be read: {reason}"))
            .hint(format!("name a file of certificates, or unset {CERTIFICATES}"))
    };
    let size = std::fs::metadata(&path).map_err(|error| unread(error.kind().to_string()))?;
    if !size.is_file() || size.len() > MOST_CERTIFICATES {
        return Err(unread("it is not a file of certificates".into()));
    }
    std::fs::read(&path).map(Some).map_err(|error| unread(error.kind().to_string()))
}

/// Whether the second Ctrl-C does not end the process at once: what it started has to be ended first.
pub(super) static GENTLY: AtomicBool = AtomicBool::new(false);

/// Ctrl-C and SIGTERM; the second one ends the process at once.
pub(super) fn stop_on_signal() -> Result<watch::Receiver<bool>, Error> {
    // One handler for the whole process, however often AWS is asked. The sender stays: without it all would end.
    static STOP: OnceLock<watch::Sender<bool>> = OnceLock::new();
    if let Some(sender) = STOP.get() {
        return Ok(sender.subscribe());
    }
    let sender = STOP.get_or_init(|| watch::Sender::new(false));
    let set = ctrlc::set_handler(move || {
        if sender.send_replace(true) && !GENTLY.load(Ordering::Relaxed) {
            std::process::exit(i32::from(ExitCode::Interrupted as u8));
        }
    });
    match set {
        // An audit hears it already, and ends the process.
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(sender.subscribe()),
        Err(error) => Err(Error::new(ErrorKind::Input, format!("Ctrl-C cannot be heard: {error}"))),
    }
}
