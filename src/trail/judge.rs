//! From sessions to findings: which rules they meet, and which their events.
//!
//! Events of one session that meet one rule are one finding, at the first of them, with their number: 725 events of
//! root are three sessions, and this is what a responder must see.

use std::collections::BTreeMap;

use super::gather::{At, Hit, Hits, Mark};
use super::records::{SESSION, record};
use super::session::Session;
use super::time::written;
use crate::finding::{Confidence, EventFacts, Finding, Related, Role, Surface};
use crate::rule::{CorrelationHit, Rule, RuleSet};
use crate::source::{Location, SourceId, Span};

/// Findings of one rule that are told: the earliest.
const MOST_FINDINGS: usize = 10_000;
/// Calls that a message names.
const MOST_CALLS: usize = 3;

/// What sessions and their events meet.
#[derive(Debug, Default)]
pub struct Judged {
    /// Not settled yet.
    pub findings: Vec<Finding>,
    /// Whether some are not told, in words.
    pub left_out: Option<String>,
}

/// Judges sessions and their events.
pub fn judge(sessions: &[Session], rules: &RuleSet, sources: &[SourceId]) -> Judged {
    let [product, service, category] = SESSION;
    let judge = rules.judge(product, service, category);
    let mut judged = Judged::default();
    let mut met: BTreeMap<&str, Vec<(&Session, &Hits)>> = BTreeMap::new();
    for session in sessions {
        let record = record(session);
        for rule in judge.met_by(&record) {
            let mut finding = finding(rule, rule.message(&record), session.first(), sources);
            finding.events = Some(of_session(session));
            judged.findings.push(finding);
        }
        for (rule, hits) in &session.tally.hits {
            met.entry(rule).or_default().push((session, hits));
        }
    }
    let mut left_out = 0;
    for (rule, mut met) in met {
        let Some(rule) = rules.get(rule) else { continue };
        if met.len() > MOST_FINDINGS {
            met.sort_by_key(|(_, hits)| hits.first.first());
            left_out += met.len() - MOST_FINDINGS;
            met.truncate(MOST_FINDINGS);
        }
        judged
            .findings
            .extend(met.iter().filter_map(|(session, hits)| of_hits(rule, session, hits, sources)));
    }
    judged.left_out = (left_out > 0)
        .then(|| format!("{left_out} findings are left out: of each rule the first 10,000 are told"));
    judged
}

/// The finding of a correlation, at the first of its events.
pub fn correlated(hit: &CorrelationHit<'_, At>, sources: &[SourceId]) -> Option<Finding> {
    let (first, rest) = hit.events.split_first()?;
    let mut finding = finding(hit.rule, hit.message(), &mark(first), sources);
    finding.related = rest.iter().map(|at| related(&mark(at), None, sources)).collect();
    finding.events = Some(EventFacts {
        count: hit.count,
        first: written(hit.first),
        last: written(hit.last),
        ..EventFacts::default()
    });
    Some(finding)
}

fn of_session(session: &Session) -> EventFacts {
    EventFacts {
        count: session.tally.events,
        first: written(session.tally.first.time),
        last: written(session.tally.last),
        session: Some(session.id.clone()),
        ..EventFacts::default()
    }
}

/// The finding of all events of a session that meet a rule.
fn of_hits(rule: &Rule, session: &Session, hits: &Hits, sources: &[SourceId]) -> Option<Finding> {
    let first = hits.first.first()?;
    let mut own = first.message.clone().unwrap_or_else(|| rule.file().title.clone());
    if hits.events > 1 {
        own = format!("{own}; {}", counted(session, hits));
    }
    let mut finding = finding(rule, own, &first.at, sources);
    let last = hits.last.filter(|_| hits.events > 1);
    let named = hits.first.iter().filter(|_| hits.events > 1);
    let message = |hit: &Hit| hit.message.clone().filter(|_| hit.message != first.message);
    finding.related = named.map(|hit| related(&hit.at, message(hit), sources)).collect();
    finding.related.extend(
        last.filter(|_| hits.events > hits.first.len() as u64).map(|at| related(&mark(&at), None, sources)),
    );
    finding.events = Some(EventFacts {
        count: hits.events,
        first: written(first.at.time),
        last: written(hits.last.map_or(first.at.time, |last| last.time)),
        calls: hits.calls.iter().map(str::to_owned).collect(),
        session: Some(session.id.clone()),
        hours: hits.hours.clone(),
    });
    Some(finding)
}

/// `412 such events of session s-… (arn:…:root), from … to …: ConsoleLogin, CreateUser and 7 other calls`.
fn counted(session: &Session, hits: &Hits) -> String {
    let (first, last) =
        (hits.first.first().map_or(0, |hit| hit.at.time), hits.last.map_or(0, |last| last.time));
    let when = match (first, last) {
        // Events without a time that can be read.
        (..=0, _) => String::new(),
        (first, last) if first == last => format!(", all at {}", written(first)),
        (first, last) => format!(", between {} and {}", written(first), written(last)),
    };
    let few: Vec<&str> = hits.calls.iter().take(MOST_CALLS).collect();
    let least = if hits.calls.more() { "at least " } else { "" };
    let calls = match hits.calls.len() {
        0 => String::new(),
        all if all > MOST_CALLS + 1 => {
            format!(": {} and {least}{} other calls", few.join(", "), all - MOST_CALLS)
        }
        _ => format!(": {}", hits.calls.iter().collect::<Vec<_>>().join(", ")),
    };
    format!("{} such events of session {} ({}){when}{calls}", hits.events, session.id, session.principal)
}

fn related(at: &Mark, message: Option<String>, sources: &[SourceId]) -> Related {
    let event = format!("event {} of {}", at.id, written(at.time));
    Related {
        at: Location { span: place(at, sources), name: at.id.clone() },
        role: Role::Hop,
        message: message.map_or_else(|| event.clone(), |message| format!("{message}: {event}")),
    }
}

fn mark(at: &At) -> Mark {
    Mark { time: at.time, id: at.id.to_string(), file: at.file, offset: at.offset }
}

fn finding(rule: &Rule, message: String, at: &Mark, sources: &[SourceId]) -> Finding {
    Finding {
        rule: rule.name().into(),
        surface: Surface::Trail,
        severity: rule.severity(),
        confidence: rule.confidence().unwrap_or(Confidence::High),
        message,
        remediation: None,
        at: Location { span: place(at, sources), name: at.id.clone() },
        related: Vec::new(),
        secret: None,
        sink: None,
        events: None,
        fingerprint: String::new(),
    }
}

/// Where an event stands.
pub fn place(at: &Mark, sources: &[SourceId]) -> Span {
    let source = sources.get(at.file as usize).copied().unwrap_or(SourceId(u32::MAX));
    let offset = usize::try_from(at.offset).unwrap_or(usize::MAX);
    Span::new(source, offset, offset)
}
