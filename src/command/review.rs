//! `secretrail review`.

mod bundles;
mod list;
mod look;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use self::bundles::Bundles;
use self::list::List;
use self::look::{Doing, Joints};
use super::output::write;
use super::scan::here;
use super::trail::archive::Archive;
use crate::cli::ReviewArguments;
use crate::error::{Error, ErrorKind, ExitCode};
use crate::report::review::{self as report, Evidence, ReviewReport};
use crate::review::{self, Begun, Gap, Known, Question, Review, Spread, Start};
use crate::secret::redact::{KeyIds, Redactor};
use crate::settings::Settings;
use crate::source::open::normalise;
use crate::trail::{Coverage, Session, link, time};

/// More events are counted, and not told one by one.
const MOST_DEEDS: usize = 50_000;

pub(super) fn run(arguments: &ReviewArguments) -> Result<ExitCode, Error> {
    let base = here()?;
    check_places(arguments, &base)?;
    let settings = Settings::load(arguments.settings.as_deref(), &base)?;
    let bundles = Bundles::open(&base, &arguments.evidence, &settings.account)?;
    let archive = Archive::open(&base, &arguments.paths, &bundles.with_logs)?;
    let list = List::open(arguments, &base)?;
    let stop = super::setup::stop_on_ctrl_c();
    let question = question(arguments)?;
    let (mut gathered, mut unread) = archive.gather(&stop);
    stopped(&stop)?;
    if gathered.coverage.events == 0 {
        return Err(nothing(&archive));
    }
    let (sessions, _) = link(&mut gathered, &settings.trail);
    let joints = look::joints(&archive, &stop, &sessions, &question);
    let begun = review::begin(&question, &sessions, &joints.found, &joints.all);
    if begun.starts().is_empty() {
        return Err(not_found(&question, &begun, &sessions, &joints));
    }
    let spread = review::spread(begun.starts(), &sessions, &joints.all);
    let doing = look::deeds(&archive, &stop, (&sessions, &spread), &question, MOST_DEEDS);
    stopped(&stop)?;
    if begun.sessions.is_empty() && doing.calls.is_empty() {
        return Err(not_found(&question, &begun, &sessions, &joints));
    }
    archive.add_later(&mut unread);
    let mut gaps: Vec<Gap> = unread
        .into_iter()
        .map(|one| Gap {
            name: archive.named.get(one.file).map(|(name, _)| name.clone()).unwrap_or_default(),
            offset: Some(one.offset),
            reason: one.reason,
        })
        .collect();
    let missing = archive.missing.iter();
    gaps.extend(missing.map(|(name, reason)| Gap {
        name: name.clone(),
        offset: None,
        reason: reason.clone(),
    }));
    gaps.extend(list.gaps.clone());
    // Its hash stands for something else than its events.
    gaps.extend(archive.changed(&base).into_iter().map(|name| Gap {
        name,
        reason: "the file was changed while it was read: its SHA-256 is that of an earlier state".to_owned(),
        offset: None,
    }));
    let review = told(
        question,
        &sessions,
        joints,
        doing,
        (&begun, &spread),
        (&gathered.coverage, &list, gaps),
        &bundles,
    );
    let key_ids = if arguments.hide_key_ids { KeyIds::End } else { KeyIds::Whole };
    let redactor = Redactor::new(list.secrets(), Vec::new()).with_key_ids(key_ids);
    let report = ReviewReport {
        review: &review,
        logs: archive
            .named
            .iter()
            .map(|(name, hash)| Evidence { name: name.clone(), sha256: hash.clone() })
            .collect(),
        others: others(&archive, &list, &bundles),
        coverage: [coverage(&gathered.coverage, &archive), bundles.told.clone()].concat(),
        redactor: &redactor,
        hides_key_ids: arguments.hide_key_ids,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    write(arguments.output.as_deref(), &|out| report::write(arguments.format, &report, out))?;
    for also in &arguments.also {
        write(Some(&also.file), &|out| report::write(also.format, &report, out))?;
    }
    Ok(if review.gaps.is_empty() { ExitCode::Clean } else { ExitCode::Partial })
}

fn told(
    question: Question,
    sessions: &[Session],
    joints: Joints,
    doing: Doing,
    (begun, spread): (&Begun, &Spread),
    (coverage, list, gaps): (&Coverage, &List, Vec<Gap>),
    bundles: &Bundles,
) -> Review {
    let known = Known {
        question,
        sessions,
        joints: &joints.all,
        deeds: doing.deeds,
        calls: doing.calls,
        within: doing.within,
        data: doing.data,
        accounts: &bundles.accounts,
        renewals: &joints.renewals,
        left_out: doing.left_out + joints.left_out,
        coverage,
        inventory: list.inventory.as_ref(),
        gaps,
    };
    Review::of(&known, begun, spread)
}

fn question(arguments: &ReviewArguments) -> Result<Question, Error> {
    let some = |text: &Option<String>| text.clone().map(|text| text.trim().to_owned());
    let starts = [
        some(&arguments.key).map(Start::Key),
        some(&arguments.principal).map(Start::Principal),
        some(&arguments.event).map(Start::Event),
        some(&arguments.secret).map(Start::Secret),
    ];
    let start = starts.into_iter().flatten().next().filter(|start| !start.text().is_empty());
    let start = start.ok_or_else(|| {
        Error::new(ErrorKind::Usage, "there is nothing to start from")
            .hint("give one of --key, --principal, --event and --secret")
    })?;
    let now = arguments.now.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    Ok(Question { start, since: arguments.since, until: arguments.until, now })
}

/// Each review needs a place of its own, and none may take the place of what is read.
fn check_places(arguments: &ReviewArguments, base: &Path) -> Result<(), Error> {
    let also = arguments.also.iter().map(|also| Some(also.file.as_path()));
    let read = arguments
        .paths
        .iter()
        .chain(&arguments.evidence)
        .chain(&arguments.inventory)
        .chain(&arguments.runbook);
    let read: Vec<PathBuf> = read.map(|path| normalise(&base.join(path))).collect();
    let mut seen: Vec<PathBuf> = Vec::new();
    for place in std::iter::once(arguments.output.as_deref()).chain(also) {
        let place = place.unwrap_or(Path::new("-"));
        let full = if place.as_os_str() == "-" { place.to_owned() } else { normalise(&base.join(place)) };
        let (message, hint) = if seen.contains(&full) {
            (format!("two reviews would be written to {}", place.display()), "use a different file for each")
        } else if read.contains(&full) || read.iter().any(|path| path.is_dir() && full.starts_with(path)) {
            let message =
                format!("{} lies in what is read: a review would change the evidence", place.display());
            (message, "write the review to another folder")
        } else {
            seen.push(full);
            continue;
        };
        return Err(Error::new(ErrorKind::Usage, message).hint(hint));
    }
    Ok(())
}

fn stopped(stop: &Arc<AtomicBool>) -> Result<(), Error> {
    if stop.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(Error::new(ErrorKind::Interrupted, "stopped; no review was written"));
    }
    Ok(())
}

fn nothing(archive: &Archive) -> Error {
    let missing =
        archive.missing.first().map(|(name, reason)| format!("; {name}: {reason}")).unwrap_or_default();
    let message = format!("no CloudTrail event was found in {} logs{missing}", archive.named.len());
    Error::new(ErrorKind::Input, message)
        .hint("name a folder of .json or .json.gz files, as a trail writes them")
}

fn not_found(question: &Question, begun: &Begun, sessions: &[Session], joints: &Joints) -> Error {
    let start = &question.start;
    let message = format!("nothing of these logs belongs to the {} that was given", start.word());
    if begun.outside > 0 {
        let told = match begun.outside {
            1 => {
                "its one session lies outside of --since and --until, and nothing that came of it lies within"
                    .to_owned()
            }
            count => format!(
                "its {count} sessions lie outside of --since and --until, and nothing that came of them lies within"
            ),
        };
        return Error::new(ErrorKind::Input, message).hint(told);
    }
    let near = review::nearest(question, sessions, &joints.secrets);
    let shown = Redactor::default().with_key_ids(KeyIds::Whole).text(&near).into_owned();
    Error::new(ErrorKind::Input, message).hint(shown)
}

fn others(archive: &Archive, list: &List, bundles: &Bundles) -> Vec<Evidence> {
    let all = archive.around.iter().chain(&bundles.around).chain(&list.hashes);
    all.map(|(name, hash)| Evidence { name: name.clone(), sha256: Some(hash.clone()) }).collect()
}

/// What the logs cover, in sentences.
fn coverage(seen: &Coverage, archive: &Archive) -> Vec<String> {
    let list = |all: &crate::trail::gather::Few| all.iter().collect::<Vec<_>>().join(", ");
    let at = |at: Option<i64>| at.map_or("unknown".to_owned(), time::written);
    let again = seen.delivered - seen.events.min(seen.delivered);
    let again = if again > 0 { format!(" ({again} delivered again, counted once)") } else { String::new() };
    let mut told = vec![format!(
        "{} events{again} in {} logs, {} to {}; accounts {}; Regions {}",
        seen.events,
        archive.named.len(),
        at(seen.first),
        at(seen.last),
        list(&seen.accounts()),
        list(&seen.regions())
    )];
    told.push(format!("{} of them are data events", seen.data_events));
    let passed = archive.passed as u64 + seen.digests + seen.insights;
    if passed > 0 {
        told.push(format!("{passed} digests and Insights were skipped"));
    }
    told.extend(archive.asked.iter().cloned());
    told
}
