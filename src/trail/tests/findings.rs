//! What a responder is told: of each session and rule one finding, however many events there are.

use serde_json::json;

use super::rig::{case, read};
use crate::finding::Finding;
use crate::rule::{RuleSet, embedded};
use crate::trail::{Conventions, judge};

/// Findings of one rule.
fn findings(texts: &[String], rule: &str) -> Vec<Finding> {
    let rules = RuleSet::load(embedded(), Vec::new()).unwrap();
    let found = judge(&read(texts, 2, &Conventions::default()).sessions, &rules, &[]).findings;
    found.into_iter().filter(|one| &*one.rule == rule).collect()
}

/// StopLogging by a user, with a key of its own.
fn stop(number: u32, key: &str) -> serde_json::Value {
    json!({
        "eventVersion": "1.08", "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
        "eventID": format!("00000000-0000-4000-8000-{number:012}"), "awsRegion": "us-east-1",
        "eventTime": format!("2026-03-28T14:{:02}:{:02}Z", number / 60, number % 60),
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "accessKeyId": key,
            "arn": "arn:aws:iam::123456789012:user/mallory", "accountId": "123456789012"},
        "requestParameters": {"name": format!("trail-{}", number % 9)},
    })
}

fn log(events: impl Iterator<Item = serde_json::Value>) -> String {
    json!({ "Records": events.collect::<Vec<_>>() }).to_string()
}

#[test]
fn many_events_of_a_session_are_one_finding_that_counts_them() {
    let key = "AKIAIOSFODNN7EXAMPLE";
    // Each of them twice, and the last ones first.
    let texts =
        [log((600..1_000).rev().map(|at| stop(at, key))), log((0..1_000).rev().map(|at| stop(at, key)))];
    let found = findings(&texts, "trail-stopped");
    assert_eq!(found.len(), 1);
    let only = &found[0];
    assert_eq!(only.at.name, "00000000-0000-4000-8000-000000000000");
    let events = only.events.as_ref().unwrap();
    assert_eq!((events.count, events.first.as_str()), (1_000, "2026-03-28T14:00:00Z"));
    assert_eq!(
        (events.last.as_str(), events.calls.as_slice()),
        ("2026-03-28T14:16:39Z", &["StopLogging".into()][..])
    );
    let message =
        "arn:aws:iam::123456789012:user/mallory called StopLogging for trail-0; 1000 such events in session ";
    assert!(only.message.starts_with(message), "{}", only.message);
    let session = events.session.as_deref().unwrap();
    let end = format!(
        "between 2026-03-28T14:00:00Z and 2026-03-28T14:16:39Z: StopLogging; \
         `secretrail trail LOGS --session {session}` lists all"
    );
    assert!(only.message.ends_with(&end), "{}", only.message);
    let named: Vec<&str> = only.related.iter().filter_map(|one| one.at.name.get(33..)).collect();
    assert_eq!(named, ["000", "001", "002", "003", "004", "999"]);
    assert!(only.related[3].message.contains("called StopLogging for trail-3"), "{:?}", only.related[3]);
}

#[test]
fn another_session_is_another_finding_and_one_event_has_no_count() {
    let keys = ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"];
    let texts = [log((0..3).map(|at| stop(at, keys[usize::from(at == 2)])))];
    let mut counts: Vec<u64> =
        findings(&texts, "trail-stopped").iter().map(|one| one.events.as_ref().unwrap().count).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2]);
    let single = findings(&case("tampering"), "mfa-deactivated");
    assert_eq!((single.len(), single[0].related.len()), (1, 0));
    assert!(!single[0].message.contains("such events"), "{}", single[0].message);
}

#[test]
fn of_too_many_sessions_the_rest_is_one_finding() {
    // One event of each of 10,003 keys.
    let key = |at: u32| format!("AKIA{at:016}");
    let event = |at: u32| {
        let mut event = stop(at % 3_000, &key(at));
        event["eventID"] = json!(format!("event-{at}"));
        event
    };
    let found = |most: u32| findings(&[log((0..most).map(event))], "trail-stopped");
    let rest = |found: &[Finding]| -> Vec<(u64, String)> {
        let of =
            found.iter().filter(|one| one.events.as_ref().is_some_and(|events| events.session.is_none()));
        of.map(|one| (one.events.as_ref().unwrap().count, one.message.clone())).collect()
    };
    assert_eq!(rest(&found(10_000)), []);
    let all = found(10_003);
    let rest = rest(&all);
    assert_eq!((all.len(), rest.len(), rest[0].0), (10_001, 1, 3));
    let message = "Trail stopped: 3 more sessions between 2026-03-28T14:00:00Z and 2026-03-28T14:00:00Z, by ";
    assert!(rest[0].1.starts_with(message), "{}", rest[0].1);
}

#[test]
fn an_event_that_has_another_one_s_id_is_hidden_by_nothing() {
    let (own, other) = (stop(7, "AKIAIOSFODNN7EXAMPLE"), stop(7, "AKIAI44QH8DHBEXAMPLE"));
    let mut quiet = own.clone();
    quiet["eventName"] = json!("GetTrailStatus");
    for before in [&other, &quiet] {
        // Each of them twice.
        let texts =
            [log([before.clone(), own.clone()].into_iter()), log([own.clone(), before.clone()].into_iter())];
        let found = findings(&texts, "trail-stopped");
        let counts: Vec<u64> = found.iter().map(|one| one.events.as_ref().unwrap().count).collect();
        assert_eq!(counts, if before["eventName"] == "StopLogging" { vec![1, 1] } else { vec![1] });
    }
}

#[test]
fn of_a_mixed_session_only_what_is_marked_is_told_as_the_agent_s() {
    let session = |agents: &[&str], name: &str| {
        let event = |(at, agent): (usize, &&str)| {
            let mut event = stop(at as u32, "AKIAIOSFODNN7EXAMPLE");
            event["userAgent"] = json!(agent);
            event["readOnly"] = json!(at == 0);
            event["userIdentity"]["type"] = json!(if name.is_empty() { "Root" } else { "AssumedRole" });
            event["userIdentity"]["arn"] =
                json!(format!("arn:aws:sts::123456789012:assumed-role/Dev/{name}"));
            event
        };
        let texts = [log(agents.iter().enumerate().map(event))];
        read(&texts, 1, &Conventions::default()).sessions.remove(0).agent_told()
    };
    let (marked, bare) = ("aws-cli/2.36.7 ua/2.1 m/AN,E,b app/x", "Mozilla/5.0 (X11)");
    for (agents, told) in [
        (&[marked, marked, bare, bare][..], "2 of 4 events carry its mark, 1 of them a write"),
        (&[marked, bare, bare], "1 of 3 events carries its mark, a read"),
        (&[bare, marked, marked, marked], "3 of 4 events carry its mark, 3 of them writes"),
        (&[marked, marked], "all 2 events carry its mark, 1 of them a write"),
        (&["Boto3/1.34 app/cc-1-toolu_01AjU2", bare], "1 of 2 events carries its mark, a read"),
    ] {
        assert_eq!(session(agents, ""), told);
    }
    assert_eq!(
        session(&[bare, bare], "claude-code-7"),
        "all 2 events were made by the agent, 1 of them a write"
    );
    let told: Vec<String> =
        findings(&case("fallback-root"), "agent-as-root").into_iter().map(|one| one.message).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains(" events carry its mark, "), "{told:?}");
}

#[test]
fn a_flood_of_user_agents_hides_no_agent() {
    let with = |number: u32, key: &str, user_agent: String| {
        let mut event = stop(number, key);
        event["userAgent"] = user_agent.into();
        event
    };
    // More than is kept of texts.
    let flood = (0..20).map(|at| with(at, "AKIAIOSFODNN7EXAMPLE", format!("{at}{}", "y".repeat(32_000))));
    let agent = "aws-cli/2.36.23 md/awscrt#0.36.2 ua/2.1 os/linux md/arch#x86_64 lang/python#3.14.6 m/AN,n"
        .to_owned();
    let texts = [log(flood.chain([with(1_200, "AKIAI44QH8DHBEXAMPLE", agent)]))];
    let trail = read(&texts, 1, &Conventions::default());
    let marked: u64 = trail.sessions.iter().map(|session| session.tally.marked).sum();
    assert_eq!(marked, 1);
}
