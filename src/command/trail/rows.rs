//! Single events, where the user asks for them: a second pass over the files, so that no pass keeps events.

use std::collections::BTreeMap;

use super::read::{Log, Reader, Taker};
use super::{Shown, limits, session_of};
use crate::cli::TrailArguments;
use crate::error::{Error, ErrorKind};
use crate::report::EventRow;
use crate::trail::class::{Class, class, created, credential, is_persistence, secrets};
use crate::trail::gather::{Credential, Gathered, is_success};
use crate::trail::slots::{Event, Slot};
use crate::trail::split::Unit;
use crate::trail::{Limits, Session, agent, json, time};

/// Rows that are shown: the earliest ones.
const MOST_ROWS: usize = 5_000;

/// What is asked for.
enum Wanted<'w> {
    Session(&'w str),
    Event(&'w str),
    Timeline,
}

/// The rows, with their heading; nothing where nothing was asked for.
pub(super) fn shown(
    reader: &Reader<'_>,
    arguments: &TrailArguments,
    sessions: &[Session],
    gathered: &Gathered,
) -> Result<Shown, Error> {
    let (wanted, title) = match (&arguments.session, &arguments.event) {
        (Some(id), _) if session_of(sessions, id).is_some() => {
            (Wanted::Session(id), format!("Events of session {id}"))
        }
        (Some(_), _) => {
            return Err(Error::new(ErrorKind::Usage, "there is no session with this ID")
                .hint("the first column of the sessions table shows the IDs; --all lists every session"));
        }
        (_, Some(id)) => (Wanted::Event(id), format!("Event {id}")),
        _ if arguments.timeline => (Wanted::Timeline, "Timeline".to_owned()),
        _ => return Ok(None),
    };
    if reader.logs.iter().any(|log| matches!(log, Log::File(path) if path.as_os_str() == "-")) {
        return Err(Error::new(ErrorKind::Usage, "standard input cannot be read a second time")
            .hint("save it to a file, and pass that file"));
    }
    let of_credential: BTreeMap<&Credential, &Session> = sessions
        .iter()
        .flat_map(|session| session.credentials.iter().map(move |one| (one, session)))
        .collect();
    let limits = limits(arguments);
    let make = || Rows {
        wanted: &wanted,
        of_credential: &of_credential,
        limits: &limits,
        gathered,
        rows: Vec::new(),
        found: 0,
    };
    reader.bar.inc_length(reader.logs.len() as u64);
    let (takers, _) = reader.read(&make);
    let found: usize = takers.iter().map(|taker| taker.found).sum();
    let mut rows: Vec<EventRow> = takers.into_iter().flat_map(|taker| taker.rows).collect();
    rows.sort();
    rows.truncate(MOST_ROWS);
    let title = match found {
        ..=MOST_ROWS => title,
        _ => format!("{title}: the first {MOST_ROWS} of {found}; use --since to start later"),
    };
    if rows.is_empty() && arguments.event.is_some() {
        return Err(Error::new(ErrorKind::Input, "there is no event with this ID in these logs").hint(
            "--timeline lists the important events with their IDs, and --session ID all of one session",
        ));
    }
    Ok(Some((title, rows)))
}

struct Rows<'r> {
    wanted: &'r Wanted<'r>,
    of_credential: &'r BTreeMap<&'r Credential, &'r Session>,
    limits: &'r Limits,
    gathered: &'r Gathered,
    rows: Vec<EventRow>,
    /// How many there are, also of those that are not shown.
    found: usize,
}

impl Taker for Rows<'_> {
    fn take(&mut self, text: &[u8], unit: &Unit, again: &[bool], _: u32, _: u64) {
        let events = unit.events.iter().zip(again).filter(|(_, again)| !**again);
        for (slots, _) in events {
            self.one(&unit.event(text, slots));
        }
        if self.rows.len() > MOST_ROWS * 2 {
            self.rows.sort();
            self.rows.truncate(MOST_ROWS);
        }
    }
}

impl Rows<'_> {
    fn one(&mut self, event: &Event<'_>) {
        let at = time::seconds(event.bytes(Slot::EventTime));
        if !self.limits.hold(event, at) {
            return;
        }
        if let Wanted::Event(id) = self.wanted
            && event.bytes(Slot::EventId) != id.as_bytes()
        {
            return;
        }
        let (source, name) = (event.text(Slot::EventSource), event.text(Slot::EventName));
        let class = class(&source, &name);
        let credential = if class == Class::SignIn {
            Credential::of_sign_in(event, is_success(event))
        } else {
            Credential::of(event)
        };
        let session = self.of_credential.get(&credential).copied();
        let is_wanted = match self.wanted {
            Wanted::Event(_) => true,
            Wanted::Session(id) => session.is_some_and(|session| session.id == *id),
            Wanted::Timeline => is_notable(event, class, &name, session),
        };
        if is_wanted {
            self.found += 1;
            self.rows.push(self.row(event, at.unwrap_or_default(), session, class));
        }
    }

    fn row(&self, event: &Event<'_>, at: i64, session: Option<&Session>, class: Class) -> EventRow {
        let text = |slot| event.text(slot).into_owned();
        let marks = agent::marks(&event.text(Slot::UserAgent));
        let mut told = Vec::new();
        if class == Class::Secret {
            told.extend(secrets(&text(Slot::EventName), event.value(Slot::Request)));
        }
        if class == Class::SignIn && !is_success(event) {
            told.push("failed".to_owned());
        }
        told.extend(subject(&text(Slot::EventName), class, event.value(Slot::Request)));
        told.extend(marks.command.map(|command| format!("aws {}", command.replace('.', " "))));
        if let Some(by) = self.gathered.downstream.get(&text(Slot::RequestId)) {
            told.push(format!("made by AWS's MCP server for the tool call of event {by}"));
        }
        EventRow {
            seconds: at,
            time: time::written(at),
            id: text(Slot::EventId),
            source: text(Slot::EventSource),
            name: text(Slot::EventName),
            region: text(Slot::Region),
            ip: text(Slot::SourceIp),
            user_agent: text(Slot::UserAgent),
            error: text(Slot::ErrorCode),
            request_id: text(Slot::RequestId),
            account: text(Slot::Recipient),
            read_only: event.flag(Slot::ReadOnly),
            session: session.map(|session| session.id.clone()).unwrap_or_default(),
            principal: session.map_or_else(|| text(Slot::Arn), |session| session.principal.clone()),
            actor: session.map(|session| super::section::actor_words(&session.actor)).unwrap_or_default(),
            told: told.join("; "),
        }
    }
}

/// Whom or what a call is about: `access key of alice`, a role's ARN, the name of what it makes or changes.
fn subject(name: &str, class: Class, request: &[u8]) -> Option<String> {
    if matches!(class, Class::Issue(_)) {
        return json::get(request, "roleArn").and_then(json::text).map(|arn| arn.into_owned());
    }
    let is_about = matches!(class, Class::Create | Class::Retire) || is_persistence(name);
    // Of the names in a launch none says what is launched.
    if !is_about || name == "RunInstances" {
        return None;
    }
    credential(name, request)
        .or_else(|| created(name, request).strip_prefix(name)?.strip_prefix(' ').map(str::to_owned))
}

/// What a timeline shows.
fn is_notable(event: &Event<'_>, class: Class, name: &str, session: Option<&Session>) -> bool {
    let by_service = session.is_some_and(Session::is_service);
    let worked = !event.has(Slot::ErrorCode);
    let by_root =
        session.is_some_and(|session| session.root.is_some()) && event.flag(Slot::ReadOnly) == Some(false);
    match class {
        Class::SignIn => true,
        _ if by_service => false,
        Class::Issue(_) | Class::Retire => worked,
        Class::Secret => worked && !secrets(name, event.value(Slot::Request)).is_empty(),
        _ => by_root || (worked && is_persistence(name)),
    }
}
