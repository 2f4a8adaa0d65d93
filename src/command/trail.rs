//! `secretrail trail`.

pub(super) mod archive;
pub(super) mod asked;
#[cfg(feature = "aws")]
pub(super) mod bucket;
mod covered;
pub(super) mod evidence;
mod files;
pub(super) mod input;
#[cfg(feature = "aws")]
mod kept;
#[cfg(feature = "aws")]
pub(super) mod live;
mod proof;
mod read;
mod rows;
mod section;
mod shelf;
mod spare;
mod turns;
pub(super) mod writes;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rayon::prelude::*;

use self::read::{FileTrouble, Reader, Taker};
use super::outcome::{Asked, Outcome, Sections};
use super::progress;
use super::scan::{Looked, Setup};
use super::silencing::Silencing;
use crate::cli::{AwsArguments, Cli, TrailArguments, What};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::finding::Finding;
use crate::reading::Gap;
use crate::report::TrailSection;
use crate::rule::Correlator;
use crate::scan::Scanned;
use crate::source::{SourceId, Sources, Span};
use crate::trail::{At, EVENT, Gathered, Judged, Limits, Session, Worker, correlated, feed, judge, link};

pub(super) fn run(cli: &Cli, arguments: &TrailArguments) -> Result<ExitCode, Error> {
    #[cfg(feature = "verify")]
    if let Some(crate::cli::TrailCommand::Verify(verify)) = &arguments.command {
        return super::trail_verify::run(verify);
    }
    if is_without_logs(arguments) {
        return Err(Error::new(ErrorKind::Usage, "no CloudTrail logs were given").hint(HINT));
    }
    // On one of the threads that read the logs: what follows finds the memory that reading them has left.
    rayon::scope(|_| audit(cli, arguments))
}

#[cfg(feature = "aws")]
const HINT: &str = "pass a folder of log files, as in `secretrail trail logs/`; s3://BUCKET/PREFIX reads a bucket, \
    --live queries CloudTrail, and --evidence PATH reads collected evidence";
#[cfg(not(feature = "aws"))]
const HINT: &str =
    "pass a folder of log files, as in `secretrail trail logs/`; --evidence PATH reads collected evidence";

fn is_without_logs(arguments: &TrailArguments) -> bool {
    #[cfg(feature = "aws")]
    let live = arguments.live.live;
    #[cfg(not(feature = "aws"))]
    let live = false;
    arguments.paths.is_empty() && arguments.evidence.is_none() && !live
}

fn audit(cli: &Cli, arguments: &TrailArguments) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let what = What {
        paths: local(arguments),
        plans: Vec::new(),
        rules: arguments.rules.clone(),
        tokens: None,
        settings: arguments.settings.clone(),
        exclude: Vec::new(),
        respect_gitignore: false,
        no_progress: arguments.no_progress,
        now: arguments.now,
    };
    let setup = Setup::of_trail(&what)?;
    let silencing = Silencing::load(&setup, arguments.report.baseline.as_deref(), arguments.now)?;
    let sources = Sources::default();
    sources.set_base(setup.base.clone());
    let looked = look(cli, arguments, &setup, &setup.paths, sources)?;
    Outcome { setup: &setup, looked: looked.0, silencing, asked: looked.1 }.report(
        cli,
        &arguments.report,
        started,
    )
}

/// What an audit of several surfaces asks of a trail.
pub(super) struct Asking<'l> {
    /// Where events are.
    pub logs: Logs<'l>,
    /// Only events from this second on.
    pub since: Option<i64>,
    /// How AWS is asked, for buckets and for its event history.
    pub aws: &'l AwsArguments,
    pub no_progress: bool,
}

/// Where events are.
pub(super) enum Logs<'l> {
    /// In files, folders and buckets.
    Paths(&'l [PathBuf]),
    /// In what was collected.
    Evidence(&'l Path),
    /// In CloudTrail's event history.
    Live,
}

/// All events of that, with documents that others look at, too.
pub(super) fn plain(
    cli: &Cli,
    asking: &Asking<'_>,
    setup: &Setup,
    sources: Sources,
) -> Result<(Looked, TrailSection), Error> {
    let arguments = arguments_of(asking)?;
    let (looked, asked) = look(cli, &arguments, setup, &arguments.paths, sources)?;
    Ok((looked, asked.sections.trail.unwrap_or_default()))
}

/// The same as a user would type it.
fn arguments_of(asking: &Asking<'_>) -> Result<TrailArguments, Error> {
    let mut arguments =
        TrailArguments { no_progress: asking.no_progress, since: asking.since, ..TrailArguments::default() };
    sign_in(&mut arguments, asking.aws);
    match asking.logs {
        Logs::Paths(paths) => arguments.paths = paths.to_vec(),
        Logs::Evidence(path) => arguments.evidence = Some(path.to_path_buf()),
        #[cfg(feature = "aws")]
        Logs::Live => arguments.live.live = true,
        #[cfg(not(feature = "aws"))]
        Logs::Live => {
            let message = "this build cannot query AWS";
            return Err(Error::new(ErrorKind::Usage, message).hint("build it with the feature `aws`"));
        }
    }
    Ok(arguments)
}

/// With the credentials that the other surfaces are asked with.
#[cfg(feature = "aws")]
fn sign_in(arguments: &mut TrailArguments, aws: &AwsArguments) {
    arguments.sign_in = crate::cli::SignInArguments {
        profile: aws.profile.clone(),
        role_arn: aws.role_arn.clone(),
        external_id: aws.external_id.clone(),
        role_session_name: aws.role_session_name.clone(),
        timeout: aws.timeout,
        clock: aws.clock,
    };
}

#[cfg(not(feature = "aws"))]
fn sign_in(_: &mut TrailArguments, _: &AwsArguments) {}

/// What lies on the disk of it; the settings are then those of the current folder.
pub(super) fn local(arguments: &TrailArguments) -> Vec<PathBuf> {
    let paths: Vec<PathBuf> =
        arguments.paths.iter().filter(|path| !input::is_remote(path)).cloned().collect();
    if paths.is_empty() { vec![".".into()] } else { paths }
}

fn look(
    cli: &Cli,
    arguments: &TrailArguments,
    setup: &Setup,
    paths: &[PathBuf],
    sources: Sources,
) -> Result<(Looked, Asked), Error> {
    let found = input::find(cli, arguments, (paths, setup))?;
    let ids: Vec<SourceId> = found.logs.iter().map(|log| log.source(&sources)).collect();
    let mut gaps: Vec<Gap> = found
        .refused
        .iter()
        .map(|(path, reason)| {
            let source = sources.add_file(sources.reported_name(path), path);
            unseen(Span::start_of(source), String::new(), reason.clone())
        })
        .collect();
    let missing = |(name, reason): &(String, String)| {
        let source = sources.add_text(name.as_str(), "");
        unseen(Span::start_of(source), name.clone(), reason.clone())
    };
    gaps.extend(found.missing.iter().map(missing));
    let bar = progress::bar(cli, arguments.no_progress, found.logs.len() as u64, "{pos}/{len} logs");
    let reader = Reader { logs: &found.logs, bucket: found.bucket.as_deref(), stop: setup.stop(), bar: &bar };
    let mut seen = gather(&reader, arguments, setup);
    gaps.extend(seen.troubles.iter().map(|one| gap(one, &ids)));
    gaps.extend(lost(&seen));
    seen.gathered.coverage.digests += found.passed as u64;
    let (sessions, links) = link(&mut seen.gathered, &setup.settings.trail);
    let Judged { mut findings, left_out } = judge(&sessions, &setup.rules, &ids);
    gaps.extend(left_out.map(|reason| unseen(nowhere(), String::new(), reason)));
    findings.append(&mut seen.findings(&ids));
    let shown = rows::shown(&reader, arguments, &sessions, &seen.gathered)?;
    bar.finish_and_clear();
    if setup.was_stopped() {
        return Err(Error::new(ErrorKind::Interrupted, "stopped; no report was written"));
    }
    let proof = proof::proof(arguments, setup)?;
    gaps.extend(proof.faults.iter().map(missing));
    let mut section = section::section(&sessions, links, &seen.gathered, shown, arguments, (&found, &proof));
    section.elsewhere = section::keep_focused(&section, &mut findings);
    let files = if seen.gathered.coverage.delivered == 0 { 0 } else { found.logs.len() };
    let scanned = Scanned { findings, gaps, ..Scanned::default() };
    let looked = Looked { sources, scanned, files, excluded: 0, past: None };
    let scope = found.scope(arguments);
    let asked = Asked {
        since: None,
        surfaces: Vec::new(),
        readers: Vec::new(),
        sections: Sections { trail: Some(section), ..Sections::default() },
        scope,
        window: None,
        nothing: nothing_to_audit,
    };
    Ok((looked, asked))
}

/// What one pass over all events gave.
struct Seen<'s> {
    gathered: Gathered,
    troubles: Vec<FileTrouble>,
    correlated: crate::rule::Correlated<'s, At>,
}

impl Seen<'_> {
    fn findings(&self, sources: &[SourceId]) -> Vec<Finding> {
        self.correlated.hits.iter().filter_map(|hit| correlated(hit, sources)).collect()
    }
}

struct Judging<'s, 'c>(Worker<'s, 'c>);

impl Taker for Judging<'_, '_> {
    fn take(
        &mut self,
        text: &[u8],
        unit: &crate::trail::split::Unit,
        again: &[bool],
        file: u32,
        before: u64,
    ) {
        feed::take(&mut self.0, text, unit, again, file, before);
    }
}

fn gather<'s>(reader: &Reader<'_>, arguments: &TrailArguments, setup: &'s Setup) -> Seen<'s> {
    let rules = &setup.rules;
    let limits = limits(arguments);
    let [product, service, category] = EVENT;
    let correlator: Mutex<Correlator<'s, At>> = Mutex::new(rules.correlator(product, service, category));
    let worker = || Worker::new(rules.judge(product, service, category), &limits, &correlator);
    let make = || Judging(worker().knowing(&setup.settings.trail));
    let (takers, troubles) = reader.read(&make);
    let mut gathered = Gathered::default();
    let finished: Vec<Gathered> = takers.into_par_iter().map(|taker| taker.0.finish()).collect();
    let merge = || {
        finished.into_iter().for_each(|one| gathered.merge(one));
        gathered.settle();
    };
    let correlate = || correlator.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    let ((), correlated) = rayon::join(merge, correlate);
    Seen { gathered, troubles, correlated }
}

fn limits(arguments: &TrailArguments) -> Limits {
    Limits {
        since: arguments.since,
        until: arguments.until,
        accounts: arguments.account.clone(),
        regions: arguments.region.clone(),
    }
}

fn gap(one: &FileTrouble, sources: &[SourceId]) -> Gap {
    let source = sources.get(one.file).copied().unwrap_or(SourceId(u32::MAX));
    let offset = usize::try_from(one.trouble.offset).unwrap_or(usize::MAX);
    Gap {
        at: Span::new(source, offset, offset),
        name: format!("byte {}", one.trouble.offset),
        reason: one.trouble.reason.clone(),
        hides_findings: true,
    }
}

/// What was not seen, and could hold findings.
fn unseen(at: Span, name: String, reason: String) -> Gap {
    Gap { at, name, reason, hides_findings: true }
}

/// What is of no single log.
fn nowhere() -> Span {
    Span::start_of(SourceId(u32::MAX))
}

/// Events for which there was no room.
fn lost(seen: &Seen<'_>) -> Option<Gap> {
    let lost = seen.correlated.lost;
    let events = if lost == 1 { "1 event".to_owned() } else { format!("{lost} events") };
    let reason = format!("{events} did not fit in memory for correlations: use a shorter period");
    (lost > 0).then(|| unseen(nowhere(), String::new(), reason))
}

fn nothing_to_audit() -> Error {
    Error::new(ErrorKind::Input, "no CloudTrail event was found").hint(
        "pass a folder of .json or .json.gz files, as a trail writes them to S3; --exit-zero accepts an empty folder",
    )
}

/// What belongs to a session, for the rows that are shown.
fn session_of<'t>(sessions: &'t [Session], id: &str) -> Option<&'t Session> {
    sessions.iter().find(|session| session.id == id)
}

/// Names that both the section and its rows need.
type Shown = Option<(String, Vec<crate::report::EventRow>)>;
