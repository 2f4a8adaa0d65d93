//! The hot path: one event into the tallies, and past the rules that it could meet.
//!
//! What is the same in many events is worked out once: the block `userIdentity` leads to its credential, the call
//! with its outcome leads to what it does and to the rules that are worth trying.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::at::{At, number as number_of, uuid};
use super::calls::{Call, Calls, MOST_CACHED};
use super::coverage::Day;
use super::credential::Credential;
use super::issue;
use super::limits::Limits;
use super::names::{ByBytes, Fast, Names};
use super::seen::Seen;
use super::tally::{Mark, Tally};
use super::{Gathered, Hit, Hits};
use crate::record::Record;
use crate::rule::{Correlator, Judge, Note, Rule, Watched};
use crate::trail::agent;
use crate::trail::class::{self, Class};
use crate::trail::conventions::Conventions;
use crate::trail::json::{get, items, text};
use crate::trail::record::EventRecord;
use crate::trail::slots::{Event, Slot};

/// Account and Region, by their numbers, and days since 1970.
type Place = (u32, u32, i64);

/// So many calls that issued or ended credentials are never looked through.
const FIRST_JOINTS: usize = 512;
/// So many notes for correlations are held back: each time they are given, others may have to wait.
const MOST_NOTES: usize = 512;
/// Events of one credential that meet a rule, with numbers for their calls.
#[derive(Debug)]
struct Met<'s> {
    rule: &'s Rule,
    hits: Hits,
    calls: Seen,
}

/// The tally of one credential, with numbers for texts.
#[derive(Debug, Default)]
struct Local<'s> {
    tally: Tally,
    ips: Seen,
    agents: Seen,
    regions: Seen,
    services: Seen,
    /// The credential itself, where it issued others.
    shared: Option<Arc<Credential>>,
    met: Vec<Met<'s>>,
    /// Root, or someone whom it may have issued.
    may_be_root: bool,
}

/// Gathers events.
pub struct Worker<'s, 'c> {
    calls: Calls<'s>,
    limits: &'c Limits,
    correlator: &'c Mutex<Correlator<'s, At>>,
    watched: Arc<Watched<'s>>,
    notes: Vec<Note<At>>,
    names: Names,
    /// The number of a credential, and one of the identity itself.
    identities: ByBytes<(u32, u32)>,
    identified: u32,
    credentials: HashMap<Credential, u32>,
    locals: Vec<Local<'s>>,
    days: HashMap<Place, u64, Fast>,
    /// Where the latest events were, and how many of them are not among those yet.
    latest: (Place, u64),
    last_account: u32,
    conventions: Conventions,
    /// By the number of a user agent: whether it carries an agent's mark, where that was asked.
    marked: Vec<Option<bool>>,
    terms: issue::Held,
    /// So many calls that issued or ended credentials are looked through for those that say the same.
    most_joints: usize,
    key: Vec<u8>,
    gathered: Gathered,
}

impl<'s, 'c> Worker<'s, 'c> {
    /// A worker that judges with these rules.
    pub fn new(judge: Judge<'s>, limits: &'c Limits, correlator: &'c Mutex<Correlator<'s, At>>) -> Self {
        Self {
            calls: Calls::new(judge),
            limits,
            correlator,
            watched: correlator.lock().unwrap_or_else(PoisonError::into_inner).watched(),
            notes: Vec::new(),
            names: Names::default(),
            identities: ByBytes::default(),
            identified: 0,
            credentials: HashMap::new(),
            locals: Vec::new(),
            days: HashMap::default(),
            latest: (Place::default(), 0),
            last_account: 0,
            conventions: Conventions::default(),
            marked: Vec::new(),
            terms: issue::Held::default(),
            most_joints: FIRST_JOINTS,
            key: Vec::new(),
            gathered: Gathered::default(),
        }
    }

    /// The same, which knows agents by what the settings say.
    #[must_use]
    pub fn knowing(mut self, conventions: &Conventions) -> Self {
        self.conventions.clone_from(conventions);
        self
    }

    /// What is no event.
    pub fn skip(&mut self, digests: usize, insights: usize) {
        self.gathered.coverage.digests += digests as u64;
        self.gathered.coverage.insights += insights as u64;
    }

    /// Takes one event, of a time. Of one that was delivered again only that is counted.
    pub fn take(&mut self, event: &Event<'_>, time: Option<i64>, file: u32, offset: u64, again: bool) {
        let coverage = &mut self.gathered.coverage;
        if !self.limits.hold(event, time) {
            coverage.left_out += u64::from(!again);
            return;
        }
        coverage.delivered += 1;
        let call = self.calls.of(event, &self.watched, || {
            [Slot::EventName, Slot::EventSource].map(|slot| self.names.number(event.bytes(slot))).into()
        });
        let (number, identity) = self.credential(event, &call);
        let Some(local) = self.locals.get_mut(number as usize) else { return };
        local.tally.delivered += 1;
        if again {
            return;
        }
        let id = || event.text(Slot::EventId).into_owned();
        let mark = || Mark { time: time.unwrap_or_default(), id: id(), file, offset };
        let when = time.unwrap_or_default();
        let writes = local.count(event, &call, when, &mark);
        if local.may_be_root {
            local.tally.hours.add(when, number_of(event, when));
        }
        let address = self.names.number_again(event.bytes(Slot::SourceIp), local.ips.last());
        let agent = self.names.number_again(event.bytes(Slot::UserAgent), local.agents.last());
        let region = self.names.number_again(event.bytes(Slot::Region), local.regions.last());
        local.ips.add(address, when);
        local.agents.add(agent, when);
        local.regions.add(region, when);
        local.services.add(call.names.1, when);
        if (call.of_mcp && is_of_mcp_server(event)) || self.is_marked(event, agent) {
            let Some(local) = self.locals.get_mut(number as usize) else { return };
            local.tally.marked += 1;
            local.tally.marked_writes += u64::from(writes);
        }
        self.cover(event, time, region);
        if call.class != Class::Plain || call.of_mcp || call.persistence {
            self.special(event, &call, number, &mark);
        }
        let record = EventRecord(*event);
        let identity = identity.filter(|_| !self.names.is_shared(agent));
        let Some(rules) = self.calls.rules(&record, &call, identity, agent) else { return };
        let open = rules.open.iter().filter(|(rule, _)| rule.matches(&record));
        let Some(local) = self.locals.get_mut(number as usize) else { return };
        let at = At { time: when, id: uuid(event.bytes(Slot::EventId)), file, offset };
        let mut own = None;
        for (rule, is_counted) in rules.met.iter().chain(open) {
            if *is_counted {
                self.watched.note((rule, when, at), &record, &mut self.notes);
            }
            if !rule.is_quiet() {
                let at = (at, *own.get_or_insert_with(|| number_of(event, when)));
                local.met(rule, call.names.0, at, || Hit { at: mark(), message: message(rule, &record) });
            }
        }
        // Never amid an event: a record that meets two rules of one correlation is one record.
        if self.notes.len() >= MOST_NOTES {
            self.give_notes();
        }
    }

    fn give_notes(&mut self) {
        let mut correlator = self.correlator.lock().unwrap_or_else(PoisonError::into_inner);
        self.notes.drain(..).for_each(|note| correlator.take(note));
    }

    fn cover(&mut self, event: &Event<'_>, time: Option<i64>, region: u32) {
        let slot = if event.has(Slot::Recipient) { Slot::Recipient } else { Slot::Account };
        let account = self.names.number_again(event.bytes(slot), Some(self.last_account));
        self.last_account = account;
        let coverage = &mut self.gathered.coverage;
        coverage.events += 1;
        coverage.timeless += u64::from(time.is_none());
        let is_data = event.bytes(Slot::Category) == b"Data" || event.flag(Slot::Management) == Some(false);
        coverage.data_events += u64::from(is_data);
        coverage.of_roles += u64::from(event.bytes(Slot::Type) == b"AssumedRole");
        if let Some(time) = time {
            coverage.first = Some(coverage.first.map_or(time, |first| first.min(time)));
            coverage.last = coverage.last.max(Some(time));
            let place = (account, region, time.div_euclid(86_400));
            if place != self.latest.0 {
                self.count_latest();
                self.latest = (place, 0);
            }
            self.latest.1 += 1;
        }
    }

    fn count_latest(&mut self) {
        let (place, events) = self.latest;
        if events > 0 {
            *self.days.entry(place).or_default() += events;
        }
    }

    /// Whether a user agent carries an agent's mark. Its number is asked first.
    fn is_marked(&mut self, event: &Event<'_>, agent: u32) -> bool {
        let at = agent as usize;
        if let Some(Some(known)) = self.marked.get(at) {
            return *known;
        }
        let marks = agent::marks(&event.text(Slot::UserAgent));
        let is_marked = marks.are_agents(|app| self.conventions.is_agent_app(app));
        if self.names.is_shared(agent) {
            return is_marked;
        }
        self.marked.resize(self.marked.len().max(at + 1), None);
        if let Some(known) = self.marked.get_mut(at) {
            *known = Some(is_marked);
        }
        is_marked
    }

    /// The number of the tally of an event's credential, and that of its identity where it is kept.
    fn credential(&mut self, event: &Event<'_>, call: &Call<'_>) -> (u32, Option<u32>) {
        if call.class == Class::SignIn {
            let success = issue::is_success(event);
            let number = self.tally_of(Credential::of_sign_in(event, success));
            self.learn(event, number);
            return (number, None);
        }
        let is_console = event.flag(Slot::FromConsole) == Some(true);
        self.key.clear();
        self.key.extend_from_slice(event.value(Slot::Identity));
        self.key.push(u8::from(is_console));
        self.key.extend_from_slice(event.bytes(Slot::Recipient));
        self.key.push(u8::from(event.bytes(Slot::EventType) == b"AwsServiceEvent"));
        // Without an identity the service is what is left.
        if !event.has(Slot::Type) || event.bytes(Slot::EventType) == b"AwsServiceEvent" {
            self.key.extend_from_slice(event.bytes(Slot::EventSource));
        }
        // What a service decrypts for somebody is told apart by what it is.
        if call.class == Class::Secret && event.has(Slot::InvokedBy) {
            self.key.extend_from_slice(event.value(Slot::Request));
        }
        if let Some((number, identity)) = self.identities.get(self.key.as_slice()) {
            return (*number, Some(*identity));
        }
        if self.identities.len() > MOST_CACHED {
            self.identities.clear();
        }
        let key: Box<[u8]> = self.key.as_slice().into();
        let number = self.tally_of(Credential::of(event));
        self.learn(event, number);
        if let Some(local) = self.locals.get_mut(number as usize) {
            local.tally.console |= is_console;
        }
        self.identified = self.identified.wrapping_add(1);
        self.identities.insert(key, (number, self.identified));
        (number, Some(self.identified))
    }

    fn tally_of(&mut self, credential: Credential) -> u32 {
        let may_be_root = matches!(credential.kind.as_str(), "Root" | "FederatedUser");
        *self.credentials.entry(credential).or_insert_with(|| {
            self.locals.push(Local { may_be_root, ..Local::default() });
            self.locals.len() as u32 - 1
        })
    }

    /// What an identity says that is new for its credential.
    fn learn(&mut self, event: &Event<'_>, number: u32) {
        let Some(Local { tally, .. }) = self.locals.get_mut(number as usize) else { return };
        tally.arns.add(event.text(Slot::Arn));
        tally.users.add(event.text(Slot::UserName));
        tally.issuers.add(event.text(Slot::IssuerArn));
        tally.issuer_kinds.add(event.text(Slot::IssuerType));
        tally.source_identities.add(event.text(Slot::SourceIdentity));
        tally.sign_ins.add(event.text(Slot::SignIn));
        tally.providers.add(event.text(Slot::Provider));
        for (slot, name, into) in [
            (Slot::OnBehalfOf, "userId", &mut tally.behalf),
            (Slot::WebId, "federatedProvider", &mut tally.providers),
        ] {
            into.add(get(event.value(slot), name).and_then(text).unwrap_or_default());
        }
        tally.assumed_root |= event.flag(Slot::AssumedRoot) == Some(true);
        if let Some(mfa) = event.flag(Slot::Mfa) {
            tally.mfa = Some(tally.mfa.unwrap_or(false) | mfa);
        }
    }

    /// Calls that sessions tell apart.
    fn special(&mut self, event: &Event<'_>, call: &Call<'_>, number: u32, at: &dyn Fn() -> Mark) {
        let request = event.value(Slot::Request);
        let Some(local) = self.locals.get_mut(number as usize) else { return };
        let tally = &mut local.tally;
        if call.persistence {
            tally.persistence.add(call.name.as_str());
            tally.credentials.add(class::credential(&call.name, request).unwrap_or_default());
            tally.made_keys.add(class::made_key(&call.name, event.value(Slot::Response)).unwrap_or_default());
        }
        match call.class {
            Class::Issue(by) if !call.failed => {
                let caller = Arc::clone(local.shared.get_or_insert_with(|| Arc::new(Credential::of(event))));
                let Mark { time, file, offset, .. } = at();
                let place = (time, file, offset);
                self.gathered.issued.extend(issue::issued(by, event, place, caller, &mut self.terms));
            }
            Class::SignIn => {
                let mfa = [tally.sign_in_mfa, issue::sign_in_mfa(event)].into_iter().flatten();
                tally.sign_in_mfa = mfa.reduce(|left, right| left | right);
            }
            Class::Secret if !call.failed => {
                class::secrets(&call.name, request).into_iter().for_each(|name| tally.secrets.add(name));
            }
            Class::Shell if !call.failed => {
                class::machines(&call.name, request).into_iter().for_each(|name| tally.machines.add(name));
            }
            Class::Create if !call.failed => tally.created.add(class::created(&call.name, request)),
            Class::Retire => self.gathered.retired.extend(issue::retired(event, at())),
            _ => {}
        }
        if call.of_mcp {
            self.mcp(event, number);
        }
        let joints = |gathered: &Gathered| gathered.issued.len() + gathered.retired.len();
        if joints(&self.gathered) >= self.most_joints {
            self.gathered.thin();
            self.most_joints = (2 * joints(&self.gathered)).max(FIRST_JOINTS);
        }
    }

    /// What AWS tells of its MCP server.
    fn mcp(&mut self, event: &Event<'_>, number: u32) {
        let (request, more) = (event.value(Slot::Request), event.value(Slot::Additional));
        let resource = get(request, "resource").and_then(text).unwrap_or_default();
        if resource.contains("aws-mcp") {
            self.gathered.mcp_sign_ins.add(get(more, "signInSessionArn").and_then(text).unwrap_or_default());
        }
        if is_of_mcp_server(event) {
            if let Some(local) = self.locals.get_mut(number as usize) {
                local.tally.mcp_calls += 1;
            }
            let made = get(more, "downstreamRequests").map(items).unwrap_or_default();
            for id in made.into_iter().filter_map(|one| get(one, "requestId").and_then(text)) {
                self.gathered.downstream.insert(id.into_owned(), event.text(Slot::EventId).into_owned());
            }
        }
    }

    /// All that was gathered.
    pub fn finish(mut self) -> Gathered {
        self.count_latest();
        self.give_notes();
        let names = &self.names;
        for ((account, region, day), events) in &self.days {
            let day = Day {
                account: names.text(*account).to_owned(),
                region: names.text(*region).to_owned(),
                day: *day,
            };
            *self.gathered.coverage.days.entry(day).or_default() += events;
        }
        let credentials = self.credentials.into_iter();
        let mut rules = BTreeMap::new();
        let mut locals: Vec<Option<Local<'_>>> = self.locals.into_iter().map(Some).collect();
        for (credential, number) in credentials {
            let Some(local) = locals.get_mut(number as usize).and_then(Option::take) else { continue };
            self.gathered.tallies.insert(credential, local.finish(names, &mut rules));
        }
        self.gathered
    }
}

/// Whether an agent called AWS's MCP server.
fn is_of_mcp_server(event: &Event<'_>) -> bool {
    event.bytes(Slot::EventSource).starts_with(b"aws-mcp.") || event.bytes(Slot::EventType) == b"AwsMcpEvent"
}

/// The message that a rule has for an event; the title is the same for all.
fn message(rule: &Rule, record: &dyn Record) -> Option<String> {
    rule.file().message.is_some().then(|| rule.message(record))
}

impl<'s> Local<'s> {
    /// Notes an event, of a call, that meets a rule.
    fn met(&mut self, rule: &'s Rule, call: u32, (at, number): (At, u64), hit: impl FnOnce() -> Hit) {
        // There is one of each rule, and only few that one credential meets.
        let known = self.met.iter().position(|met| std::ptr::eq(met.rule, rule));
        let known = known.unwrap_or_else(|| {
            self.met.push(Met { rule, hits: Hits::default(), calls: Seen::default() });
            self.met.len() - 1
        });
        if let Some(met) = self.met.get_mut(known) {
            met.hits.add(at, number, hit);
            met.calls.add(call, at.time);
        }
    }

    /// Whether the event changes something.
    fn count(&mut self, event: &Event<'_>, call: &Call<'_>, time: i64, mark: &dyn Fn() -> Mark) -> bool {
        let tally = &mut self.tally;
        if tally.events == 0 || time <= tally.first.time {
            let mark = mark();
            if tally.events == 0 || mark < tally.first {
                tally.first = mark;
            }
        }
        tally.last = if tally.events == 0 { time } else { tally.last.max(time) };
        tally.events += 1;
        let reads = event.flag(Slot::ReadOnly).unwrap_or(call.reads);
        tally.reads += u64::from(reads);
        tally.denied += u64::from(call.denied);
        tally.errors += u64::from(call.failed);
        !reads
    }

    fn finish(mut self, names: &Names, rules: &mut BTreeMap<&'s str, Arc<str>>) -> Tally {
        for (number, first, last) in self.ips.all {
            self.tally.ips.add(names.text(number), first, last);
        }
        for (number, first, last) in self.agents.all {
            let text = names.text(number);
            self.tally.console |= agent::marks(text).console;
            self.tally.agents.add(text, first, last);
        }
        self.regions.all.iter().for_each(|(number, ..)| self.tally.regions.add(names.text(*number)));
        self.services.all.iter().for_each(|(number, ..)| self.tally.services.add(names.text(*number)));
        for Met { rule, mut hits, calls } in self.met {
            calls.all.iter().for_each(|(number, ..)| hits.calls.add(names.text(*number)));
            let rule = rules.entry(rule.name()).or_insert_with(|| rule.name().into());
            self.tally.meet(Arc::clone(rule), hits);
        }
        self.tally
    }
}
