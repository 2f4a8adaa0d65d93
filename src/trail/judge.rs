//! From sessions to findings: which rules they meet, and which their events.
//!
//! Events of one session that meet one rule are one finding, at the first of them, with their number: 725 events of
//! root are three sessions, and this is what a responder must see.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::gather::{At, Hit, Hits, MOST_NAMED, Mark};
use super::records::{SESSION, record};
use super::session::{Root, Session};
use super::time::written;
use crate::finding::{Confidence, EventFacts, Finding, Hours, Related, Role, Surface};
use crate::rule::{CorrelationHit, Rule, RuleSet};
use crate::source::{Location, SourceId, Span};

/// Sessions of which a rule tells one by one; the others are one finding.
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

/// A session that meets a rule, or events of which do.
#[derive(Clone, Copy)]
struct Met<'s> {
    session: &'s Session,
    /// `None` where it is the session as a whole.
    hits: Option<&'s Hits>,
}

/// Judges sessions and their events.
pub fn judge(sessions: &[Session], rules: &RuleSet, sources: &[SourceId]) -> Judged {
    let [product, service, category] = SESSION;
    let judge = rules.judge(product, service, category);
    let mut met: BTreeMap<&str, (&Rule, Vec<Met<'_>>)> = BTreeMap::new();
    for session in sessions {
        for rule in judge.met_by(&record(session)) {
            let all = &mut met.entry(rule.name()).or_insert((rule, Vec::new())).1;
            all.push(Met { session, hits: None });
        }
        for (name, hits) in &session.tally.hits {
            let Some(rule) = rules.get(name) else { continue };
            let all = &mut met.entry(rule.name()).or_insert((rule, Vec::new())).1;
            all.push(Met { session, hits: Some(hits) });
        }
    }
    let (mut judged, mut more) = (Judged::default(), 0);
    for (rule, all) in met.into_values() {
        let (told, rest) = shared_out(all, MOST_FINDINGS);
        more += rest.len();
        judged.findings.extend(told.iter().filter_map(|one| one.finding(rule, sources)));
        judged.findings.extend(of_rest(rule, &rest, sources));
    }
    judged.left_out = (more > 0).then(|| {
        format!(
            "{} not reported individually: each rule reports {MOST_FINDINGS}, the latest of each principal first, and groups the others in one finding",
            if more == 1 { "1 session is".to_owned() } else { format!("{more} sessions are") }
        )
    });
    judged
}

/// The ones that are reported individually, and the others. Each principal has its turn, with its latest first, so that nobody
/// hides what another one did behind sessions of his own, earlier or later ones.
fn shared_out(mut all: Vec<Met<'_>>, most: usize) -> (Vec<Met<'_>>, Vec<Met<'_>>) {
    if all.len() <= most {
        return (all, Vec::new());
    }
    all.sort_by_key(|one| Reverse((one.last(), one.session.id.as_str())));
    let mut turns: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut order: Vec<(usize, Met<'_>)> = Vec::with_capacity(all.len());
    for one in all {
        // A role's id, without the session's name, which anybody chooses.
        let id = one.session.principal_id.split(':').next().unwrap_or_default();
        let turn = turns.entry((one.session.account.as_str(), id)).or_default();
        *turn += 1;
        order.push((*turn, one));
    }
    order.sort_by_key(|(turn, _)| *turn);
    let mut told: Vec<Met<'_>> = order.into_iter().map(|(_, one)| one).collect();
    let rest = told.split_off(most.min(told.len()));
    (told, rest)
}

impl Met<'_> {
    fn finding(&self, rule: &Rule, sources: &[SourceId]) -> Option<Finding> {
        if let Some(hits) = self.hits {
            return of_hits(rule, self.session, hits, sources);
        }
        let message = rule.message(&record(self.session));
        let mut finding = finding(rule, message, self.session.first(), sources);
        finding.events = Some(of_session(self.session));
        Some(finding)
    }

    fn events(&self) -> u64 {
        self.hits.map_or(self.session.tally.events, |hits| hits.events)
    }

    fn first(&self) -> &Mark {
        self.hits.and_then(|hits| hits.first.first()).map_or(self.session.first(), |hit| &hit.at)
    }

    fn last(&self) -> i64 {
        self.hits.and_then(|hits| hits.last).map_or(self.session.tally.last, |last| last.time)
    }
}

/// One finding for all sessions that are not reported individually.
fn of_rest(rule: &Rule, rest: &[Met<'_>], sources: &[SourceId]) -> Option<Finding> {
    let first = rest.iter().map(Met::first).min()?;
    let last = rest.iter().map(Met::last).max()?;
    let principals: BTreeSet<&str> = rest.iter().map(|one| one.session.principal.as_str()).collect();
    let named: Vec<&str> = principals.iter().take(MOST_CALLS).copied().collect();
    let others = principals.len() - named.len();
    let others = if others > 0 { format!(" and {others} more") } else { String::new() };
    let message = format!(
        "{}: {} more session{} between {} and {}, by {}{others}",
        rule.file().title,
        rest.len(),
        if rest.len() == 1 { "" } else { "s" },
        written(first.time),
        written(last),
        named.join(", "),
    );
    let mut finding = finding(rule, message, first, sources);
    let mut hours = Hours::default();
    rest.iter().filter_map(|one| one.hits).for_each(|hits| hours.merge(hits.hours.clone()));
    finding.events = Some(EventFacts {
        count: rest.iter().map(Met::events).sum(),
        first: written(first.time),
        last: written(last),
        hours,
        ..EventFacts::default()
    });
    Some(finding)
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

/// That root goes on is news, even with one key for years. Other sessions are told once, or whoever works every day would be
/// told of every day.
fn of_session(session: &Session) -> EventFacts {
    let is_root = session.root.is_some_and(|root| root != Root::Service);
    EventFacts {
        hours: if is_root { session.tally.hours.clone() } else { Hours::default() },
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
    // The last one is named, too.
    let all = if hits.events > MOST_NAMED as u64 + 1 {
        format!("; `secretrail trail LOGS --session {}` lists all", session.id)
    } else {
        String::new()
    };
    format!("{} such events in session {} ({}){when}{calls}{all}", hits.events, session.id, session.principal)
}

fn related(at: &Mark, message: Option<String>, sources: &[SourceId]) -> Related {
    let event = format!("event {} at {}", at.id, written(at.time));
    Related {
        at: Location { span: place(at, sources), name: at.id.clone() },
        role: Role::Hop,
        message: message.map_or_else(|| event.clone(), |message| format!("{event}: {message}")),
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

/// Where an event is.
pub fn place(at: &Mark, sources: &[SourceId]) -> Span {
    let source = sources.get(at.file as usize).copied().unwrap_or(SourceId(u32::MAX));
    let offset = usize::try_from(at.offset).unwrap_or(usize::MAX);
    Span::new(source, offset, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(number: u32, principal: &str) -> Session {
        let mut session = Session {
            id: format!("s-{number:04}"),
            principal_id: format!("{principal}:{number}"),
            ..Session::default()
        };
        session.tally.last = i64::from(number);
        session
    }

    #[test]
    fn nobody_hides_another_one_behind_his_own_sessions() {
        let flood = |numbers: std::ops::Range<u32>| numbers.map(|number| session(number, "AROAFLOOD"));
        let all: Vec<Session> =
            flood(0..50).chain([session(50, "AROAMALLORY")]).chain(flood(51..100)).collect();
        let met: Vec<Met<'_>> = all.iter().map(|session| Met { session, hits: None }).collect();
        let names = |met: &[Met<'_>]| met.iter().map(|one| one.session.id.clone()).collect::<Vec<_>>();
        let (told, rest) = shared_out(met.clone(), 4);
        assert_eq!(
            (names(&told), rest.len()),
            (vec!["s-0099", "s-0050", "s-0098", "s-0097"].into_iter().map(String::from).collect(), 96)
        );
        let turned: Vec<Met<'_>> = met.iter().rev().copied().collect();
        assert_eq!(names(&shared_out(turned, 4).0), names(&told));
        assert_eq!(shared_out(met, 100).1.len(), 0);
    }
}
