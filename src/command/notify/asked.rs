//! `secretrail notify`.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::pack::{address, packer, plain};
use super::{figures, send};
use crate::cli::{NotifyArguments, NotifyCommand};
use crate::command::output::write;
use crate::command::scan::here;
use crate::counted::counted;
use crate::courier::{self, Limits, Parcel};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::history::{History, Waiting};
use crate::notify::{self, Change, Message, Notify, delivery, headline, run_id, written};
use crate::settings::Settings;
use crate::shown::shown;

/// What the results of pings and of the file for Prometheus are called.
const PING: &str = "ping";
const PROMETHEUS: &str = "prometheus";

pub(in crate::command) fn run(arguments: &NotifyArguments) -> Result<ExitCode, Error> {
    match &arguments.command {
        NotifyCommand::Test { target, settings } => test(target, settings.as_deref()),
        NotifyCommand::Pending { file, json } => pending(file, *json),
    }
}

/// A name, and how it went.
type Told = (String, Result<(), String>);

fn test(only: &[String], settings: Option<&Path>) -> Result<ExitCode, Error> {
    let notify = Settings::load_asked(settings, &here()?)?.notify;
    if notify.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the settings name no one to notify")
            .hint("`secretrail notify --help` shows [notify] of secretrail.toml"));
    }
    let known =
        |name: &str| name == PING || name == PROMETHEUS || notify.targets.iter().any(|t| t.name == name);
    if let Some(name) = only.iter().find(|name| !known(name)) {
        let names: Vec<&str> = notify.targets.iter().map(|target| target.name.as_str()).collect();
        return Err(Error::new(ErrorKind::Usage, format!("there is no target named {name}"))
            .hint(format!("the settings name {}", names.join(", "))));
    }
    let results = tried(&notify, |name| only.is_empty() || only.iter().any(|one| one == name))?;
    let failed = results.iter().any(|(_, result)| result.is_err());
    write(None, &|out| {
        for (name, result) in &results {
            match result {
                Ok(()) => writeln!(out, "{}: ok", shown(name))?,
                Err(reason) => writeln!(out, "{}: not delivered: {}", shown(name), shown(reason))?,
            }
        }
        writeln!(out, "Runs with --history send what changed.")
    })?;
    Ok(if failed { ExitCode::Findings } else { ExitCode::Clean })
}

/// Tells everybody once, in the order of the settings.
fn tried(notify: &Notify, asked: impl Fn(&str) -> bool) -> Result<Vec<Told>, Error> {
    let change = Change::test(Timestamp::now(), notify.report_url.clone());
    let body = written(&change);
    let mut results: Vec<Told> = Vec::new();
    let mut lists: Vec<Vec<Parcel>> = Vec::new();
    for target in notify.targets.iter().filter(|target| asked(&target.name)) {
        let id = i64::try_from(results.len()).unwrap_or(i64::MAX);
        let number = delivery(&target.name, &body);
        let made = packer(&target.kind).and_then(|pack| pack(id, &number, &change));
        results.push((target.name.clone(), made.map(|parcels| lists.push(parcels))));
    }
    for ping in notify.pings.iter().filter(|_| asked(PING)) {
        let id = i64::try_from(results.len()).unwrap_or(i64::MAX);
        let query = format!("rid={}", run_id(&body));
        let made = address(&ping.url).and_then(|address| {
            // Noted by the other side, without a word on how the job is.
            let address = address.below("log", Some(&query)).ok_or("the address cannot be used")?;
            let message = Message {
                content_type: "text/plain; charset=utf-8",
                headers: Vec::new(),
                body: headline(&change).into_bytes(),
            };
            lists.push(vec![plain(id, &address, message)]);
            Ok(())
        });
        results.push((PING.to_owned(), made));
    }
    let limits = Limits { attempt: notify.timeout, all: send::ALL };
    courier::carry(lists, limits, &mut |id, result| {
        let one = usize::try_from(id).ok().and_then(|id| results.get_mut(id));
        if let (Some((_, told)), Err(reason)) = (one, result)
            && told.is_ok()
        {
            *told = Err(reason);
        }
    })?;
    if let Some(file) = notify.prometheus.as_ref().filter(|_| asked(PROMETHEUS)) {
        results.push((PROMETHEUS.to_owned(), figures::can_write(file)));
    }
    Ok(results)
}

#[derive(Serialize)]
struct WaitingRow {
    target: String,
    job: Option<String>,
    delivery: String,
    since: String,
    tries: i64,
    trouble: Option<String>,
    message: String,
}

fn pending(file: &Path, json: bool) -> Result<ExitCode, Error> {
    let rows: Vec<WaitingRow> = History::open_existing(file)?.waiting()?.into_iter().map(row).collect();
    write(None, &|out| {
        if json {
            serde_json::to_writer_pretty(&mut *out, &serde_json::json!({"version": 1, "pending": rows}))?;
            return writeln!(out);
        }
        if rows.is_empty() {
            return writeln!(out, "Nothing is waiting to be sent.");
        }
        for row in &rows {
            let tries = counted(row.tries, "try", "tries");
            let trouble = shown(row.trouble.as_deref().unwrap_or("not tried yet"));
            writeln!(out, "{} since {}, {tries}: {trouble}", shown(&row.target), row.since)?;
            writeln!(out, "  {}", shown(&row.message))?;
        }
        writeln!(out, "The next run with this history tries again; after seven days a message is given up.")
    })?;
    Ok(ExitCode::Clean)
}

fn row(waiting: Waiting) -> WaitingRow {
    let change = notify::read(&waiting.body);
    WaitingRow {
        target: waiting.target,
        job: waiting.job,
        delivery: waiting.delivery,
        since: waiting.queued_at.to_string(),
        tries: waiting.tries,
        trouble: waiting.trouble,
        message: change.map_or_else(|| "of another version".to_owned(), |change| headline(&change)),
    }
}
