//! The same events in any order, in any files, with any number of workers, give the same sessions.

use proptest::prelude::*;

use super::rig::{case, events, read};
use crate::rule::{RuleSet, embedded};
use crate::trail::{Conventions, Session, judge};

/// All events of the corpus that has log files.
fn corpus() -> Vec<String> {
    let cases = [
        "agent-contradiction",
        "agent-declared",
        "agent-long-lived-key",
        "agent-marked",
        "agent-mcp",
        "chain",
        "duplicates",
        "fallback-root",
        "fallback-sso",
        "human",
        "root-access-key",
        "root-assume-root",
        "root-console",
        "root-service",
        "root-session-token",
        "tampering",
        "unknown",
    ];
    cases.iter().flat_map(|name| events(&case(name))).collect()
}

/// Files and offsets are another matter: they follow the files.
fn without_places(mut sessions: Vec<Session>) -> Vec<Session> {
    for session in &mut sessions {
        (session.tally.first.file, session.tally.first.offset) = (0, 0);
        if let Some(issued) = &mut session.issued {
            (issued.file, issued.offset) = (0, 0);
        }
        for (_, hits) in &mut session.tally.hits {
            hits.first.iter_mut().for_each(|hit| (hit.at.file, hit.at.offset) = (0, 0));
            hits.last.iter_mut().for_each(|last| (last.file, last.offset) = (0, 0));
        }
    }
    sessions
}

/// What findings say: rule, first event, message, events, those that are named.
fn told(sessions: &[Session]) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let rules = RuleSet::load(embedded(), Vec::new()).unwrap();
    let findings = judge(sessions, &rules, &[]).findings.into_iter();
    findings
        .map(|one| {
            let named: Vec<(String, String)> =
                one.related.into_iter().map(|one| (one.at.name, one.message)).collect();
            (one.rule.to_string(), one.at.name, one.message, one.events, named)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_and_any_split(order in Just((0..corpus().len()).collect::<Vec<_>>()).prop_shuffle(), files in 1..9_usize, workers in 1..4_usize) {
        let all = corpus();
        let straight = read(&[format!("[{}]", all.join(","))], 1, &Conventions::default());
        let mut texts = vec![Vec::new(); files];
        for (at, number) in order.iter().enumerate() {
            texts[(at * 7 + number) % files].push(all[*number].clone());
        }
        let texts: Vec<String> = texts.into_iter().map(|events| format!("{{\"Records\":[{}]}}", events.join(","))).collect();
        let mixed = read(&texts, workers, &Conventions::default());
        prop_assert_eq!(told(&straight.sessions), told(&mixed.sessions));
        prop_assert_eq!(without_places(straight.sessions), without_places(mixed.sessions));
        prop_assert_eq!(straight.links, mixed.links);
        prop_assert_eq!(straight.gathered.coverage, mixed.gathered.coverage);
    }
}

#[test]
fn ten_times_the_events_of_the_same_sessions_keep_no_more() {
    let kept = |copies: u32| {
        let again = |event: String, copy: u32| {
            let mut event: serde_json::Value = serde_json::from_str(&event).unwrap();
            event["eventID"] = format!("{copy:08x}-{}", &event["eventID"].as_str().unwrap()[9..]).into();
            event.to_string()
        };
        let all = (1..=copies).flat_map(|copy| corpus().into_iter().map(move |event| again(event, copy)));
        let all: Vec<String> = all.collect();
        let trail = read(&[format!("[{}]", all.join(","))], 2, &Conventions::default());
        let named: usize =
            trail.sessions.iter().flat_map(|one| &one.tally.hits).map(|(_, hits)| hits.first.len()).sum();
        (trail.gathered.issued.len(), trail.gathered.retired.len(), trail.sessions.len(), named)
    };
    let (few, many) = (kept(10), kept(100));
    assert!(few.0 > 0 && few.1 > 0, "{few:?}");
    assert_eq!(few, many);
}
