//! Who wrote parameters, as CloudTrail's logs tell it: one pass over all events, of which nothing else is kept.

use std::collections::BTreeSet;

use indicatif::ProgressBar;
use jiff::Timestamp;

use super::read::{Reader, Taker};
use super::{Asking, arguments_of, gap, input, unseen};
use crate::cli::Cli;
use crate::command::scan::Setup;
use crate::error::Error;
use crate::inventory::writes::Writes;
use crate::reading::Reading;
use crate::source::{SourceId, Sources, Span};
use crate::trail::json;
use crate::trail::slots::{Event, Slot};
use crate::trail::split::Unit;

/// Whose account and Region it is. Events of others say nothing of it; empty is any.
pub(in crate::command) struct Place<'p> {
    pub account: &'p str,
    pub region: &'p str,
}

/// Writes of these parameters.
pub(in crate::command) fn writes(
    cli: &Cli,
    asking: &Asking<'_>,
    (names, place): (&BTreeSet<String>, Place<'_>),
    setup: &Setup,
    sources: &Sources,
) -> Result<Reading<Writes>, Error> {
    let arguments = arguments_of(asking)?;
    let found = input::find(cli, &arguments, (&arguments.paths, setup))?;
    let ids: Vec<SourceId> = found.logs.iter().map(|log| log.source(sources)).collect();
    let mut gaps = Vec::new();
    for (path, reason) in &found.refused {
        let source = sources.add_file(sources.reported_name(path), path);
        gaps.push(unseen(Span::start_of(source), String::new(), reason.clone()));
    }
    for (name, reason) in &found.missing {
        let source = sources.add_text(name.as_str(), "");
        gaps.push(unseen(Span::start_of(source), name.clone(), reason.clone()));
    }
    let bar = ProgressBar::hidden();
    let reader = Reader { logs: &found.logs, bucket: found.bucket.as_deref(), stop: setup.stop(), bar: &bar };
    let (takers, troubles) = reader.read(&|| Taking {
        writes: Writes::of(names.clone()),
        account: place.account,
        region: place.region,
    });
    gaps.extend(troubles.iter().map(|one| gap(one, &ids)));
    let mut all = Writes::of(names.clone());
    takers.into_iter().for_each(|taker| all.merge(taker.writes));
    // Who was asked tells of all that time, also where nothing happened.
    for seconds in found.window.into_iter().flat_map(|(since, until)| [since, until]) {
        Timestamp::from_second(seconds).into_iter().for_each(|at| all.reaches(at));
    }
    Ok(Reading { facts: all, gaps })
}

/// One thread's part.
struct Taking<'p> {
    writes: Writes,
    account: &'p str,
    region: &'p str,
}

impl Taker for Taking<'_> {
    fn take(&mut self, text: &[u8], unit: &Unit, again: &[bool], _: u32, _: u64) {
        let fresh = unit.events.iter().zip(&unit.keys).zip(again).filter(|(_, again)| !**again);
        for ((slots, key), _) in fresh {
            let at = key.time.and_then(|seconds| Timestamp::from_second(seconds).ok());
            if let Some(at) = at {
                self.event(&unit.event(text, slots), at);
            }
        }
    }
}

impl Taking<'_> {
    fn event(&mut self, event: &Event<'_>, at: Timestamp) {
        let is = |slot: Slot, wanted: &str| wanted.is_empty() || event.bytes(slot) == wanted.as_bytes();
        if !is(Slot::Recipient, self.account) || !is(Slot::Region, self.region) {
            return;
        }
        self.writes.reaches(at);
        let is_write = event.bytes(Slot::EventName) == b"PutParameter"
            && event.bytes(Slot::EventSource) == b"ssm.amazonaws.com"
            && !event.has(Slot::ErrorCode);
        if !is_write {
            return;
        }
        let name = json::get(event.value(Slot::Request), "name").and_then(json::text).unwrap_or_default();
        self.writes.add(&name, at, &by(event));
    }
}

/// The ARN, and for whom it says that it works.
fn by(event: &Event<'_>) -> String {
    let arn = event.text(Slot::Arn);
    let who = match (arn.as_ref(), event.text(Slot::InvokedBy)) {
        ("", service) if !service.is_empty() => service.into_owned(),
        ("", _) => "an unnamed principal".to_owned(),
        (arn, _) => arn.to_owned(),
    };
    match event.text(Slot::SourceIdentity) {
        none if none.is_empty() => who,
        person => format!("{who} (source identity {person})"),
    }
}
