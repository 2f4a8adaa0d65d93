//! What is known of a call and its outcome, and which rules are worth trying on it: worked out once for all events that
//! have them in common.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::{ByBytes, Fast};
use crate::rule::{Judge, Rule, Watched};
use crate::trail::class::{self, Class};
use crate::trail::record::EventRecord;
use crate::trail::slots::{Event, Slot};

/// Entries of a cache; more are worked out again.
pub(super) const MOST_CACHED: usize = 20_000;
/// The fields that a call is known by.
const CALL: [(&str, Slot); 5] = [
    ("eventName", Slot::EventName),
    ("eventSource", Slot::EventSource),
    ("errorCode", Slot::ErrorCode),
    ("userIdentity.type", Slot::Type),
    ("eventType", Slot::EventType),
];

/// A rule, and whether correlations count what meets it.
pub(super) type Counted<'s> = (&'s Rule, bool);

/// What is known of a call and its outcome.
pub(super) struct Call<'s> {
    number: u32,
    pub name: String,
    pub class: Class,
    pub persistence: bool,
    pub denied: bool,
    pub failed: bool,
    pub reads: bool,
    pub of_mcp: bool,
    /// The numbers of its name and of its service's name.
    pub names: (u32, u32),
    /// Rules that events of this call may meet.
    rules: Vec<Counted<'s>>,
}

/// The rules that an event meets, or may meet.
pub(super) struct Tried<'s> {
    /// Met.
    pub met: Vec<Counted<'s>>,
    /// To be tried.
    pub open: Vec<Counted<'s>>,
}

/// All calls so far.
pub(super) struct Calls<'s> {
    judge: Judge<'s>,
    known: ByBytes<Arc<Call<'s>>>,
    numbers: u32,
    /// By call, identity and user agent.
    tried: HashMap<(u32, u32, u32), Option<Arc<Tried<'s>>>, Fast>,
    key: Vec<u8>,
}

impl<'s> Calls<'s> {
    pub fn new(judge: Judge<'s>) -> Self {
        Self { judge, known: ByBytes::default(), numbers: 0, tried: HashMap::default(), key: Vec::new() }
    }

    /// What is known of an event's call. `names` numbers its name and that of its service.
    pub fn of(
        &mut self,
        event: &Event<'_>,
        watched: &Watched<'s>,
        names: impl FnOnce() -> (u32, u32),
    ) -> Arc<Call<'s>> {
        self.key.clear();
        for (_, slot) in CALL {
            // As it is written: a field that is missing is another one than an empty one.
            self.key.extend_from_slice(event.value(slot));
            self.key.push(0);
        }
        if let Some(call) = self.known.get(self.key.as_slice()) {
            return Arc::clone(call);
        }
        if self.known.len() > MOST_CACHED {
            self.known.clear();
        }
        self.numbers = self.numbers.wrapping_add(1);
        let call = Arc::new(self.learn(event, watched, names()));
        self.known.insert(self.key.as_slice().into(), Arc::clone(&call));
        call
    }

    fn learn(&self, event: &Event<'_>, watched: &Watched<'s>, names: (u32, u32)) -> Call<'s> {
        let (source, name, error) =
            (event.text(Slot::EventSource), event.text(Slot::EventName), event.text(Slot::ErrorCode));
        let starts = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
        let of_mcp = event.bytes(Slot::EventType) == b"AwsMcpEvent" || source.starts_with("aws-mcp.");
        let possible = self.judge.possible(&EventRecord(*event), &CALL.map(|(field, _)| field));
        Call {
            number: self.numbers,
            class: class::class(&source, &name),
            persistence: error.is_empty() && class::is_persistence(&name),
            denied: ["AccessDenied", "Unauthorized", "Forbidden"].iter().any(|word| error.contains(word)),
            failed: !error.is_empty(),
            reads: starts(&["Get", "List", "Describe", "Head", "Lookup", "BatchGet"]),
            of_mcp: of_mcp || name.ends_with("OAuth2Access") || name.ends_with("OAuth2Token"),
            names,
            rules: possible.into_iter().map(|rule| (rule, watched.counts(rule))).collect(),
            name: name.into_owned(),
        }
    }

    /// The rules for an event; `None` where it surely meets none. `identity` numbers its block `userIdentity`, `agent` its
    /// user agent; `None` where that is not known.
    pub fn rules(
        &mut self,
        record: &EventRecord<'_>,
        call: &Call<'s>,
        identity: Option<u32>,
        agent: u32,
    ) -> Option<Arc<Tried<'s>>> {
        if call.rules.is_empty() {
            return None;
        }
        // An empty text and none have one number.
        let Some(identity) = identity.filter(|_| !record.0.bytes(Slot::UserAgent).is_empty()) else {
            return Tried::of(call, record).map(Arc::new);
        };
        if self.tried.len() > MOST_CACHED {
            self.tried.clear();
        }
        let work = || Tried::of(call, record).map(Arc::new);
        self.tried.entry((call.number, identity, agent)).or_insert_with(work).clone()
    }
}

impl<'s> Tried<'s> {
    /// What call, identity and user agent tell of the rules; `None` where they rule all of them out.
    fn of(call: &Call<'s>, record: &EventRecord<'_>) -> Option<Self> {
        let mut tried = Self { met: Vec::new(), open: Vec::new() };
        for (rule, is_counted) in &call.rules {
            match rule.is_told(record, &is_in_common) {
                Some(true) => tried.met.push((*rule, *is_counted)),
                Some(false) => {}
                None => tried.open.push((*rule, *is_counted)),
            }
        }
        (!tried.met.is_empty() || !tried.open.is_empty()).then_some(tried)
    }
}

/// Whether all events of one call, identity and user agent have a field in common.
fn is_in_common(field: &str) -> bool {
    field == "userAgent"
        || field.starts_with("userIdentity.")
        || CALL.iter().any(|(known, _)| *known == field)
}
