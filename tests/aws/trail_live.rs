//! `secretrail trail --live`: pages, Regions, attributes, a run that is killed and gone on with.
#![expect(clippy::disallowed_methods, reason = "one test kills the command")]

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rig::{Here, Moto, Ran, interrupt};
use crate::stub::{Reply, Stub};

/// Seconds since 1970 of the newest event: two hours ago.
fn newest() -> i64 {
    jiff::Timestamp::now().as_second() - 7200
}

/// Whole records, a second apart, of root in the console.
pub fn records(count: usize, region: &str, mark: usize) -> Value {
    let newest = newest();
    let one = |at: usize| {
        let time = jiff::Timestamp::from_second(newest - at as i64).expect("a time").to_string();
        json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "Root", "principalId": "123456789012", "accountId": "123456789012",
                "arn": "arn:aws:iam::123456789012:root", "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
                "sessionContext": {"attributes": {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false"}}},
            "eventTime": time, "eventSource": "iam.amazonaws.com",
            "eventName": if at.is_multiple_of(10) { "CreateAccessKey" } else { "ListUsers" },
            "awsRegion": region, "sourceIPAddress": "203.0.113.24", "userAgent": "Mozilla/5.0",
            "requestParameters": null, "responseElements": null, "requestID": format!("r-{mark}-{at}"),
            "eventID": format!("00000000-0000-0000-{mark:04x}-{at:012x}"), "readOnly": true,
            "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "123456789012",
            "eventCategory": "Management", "sessionCredentialFromConsole": "true",
        })
    };
    json!({"Records": (0..count).map(one).collect::<Vec<Value>>()})
}

fn live(here: &Here, more: &[&str]) -> (Ran, Value) {
    let ran = here.run(&[&["trail", "--live", "--format", "json"], more].concat());
    let report = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
    (ran, report)
}

fn lookups(moto: &Moto) -> usize {
    moto.calls().iter().filter(|call| *call == "cloudtrail:LookupEvents").count()
}

#[test]
fn all_events_of_a_region_become_sessions() {
    let moto = Moto::new();
    moto.events(&records(120, "us-east-1", 1));
    let here = Here::new(&moto.endpoint);
    let (ran, report) = live(&here, &["--until", "2100-01-01"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let seen = &report["coverage"];
    assert!(seen["distinct_events"].as_u64().is_some_and(|events| events >= 120), "{seen}");
    let root: Vec<&Value> = report["sessions"]
        .as_array()
        .expect("sessions")
        .iter()
        .filter(|one| one["root"] == "console")
        .collect();
    assert_eq!((root.len(), root[0]["events"].as_u64()), (1, Some(120)));
    let asked = seen["asked"][0].as_str().expect("a sentence");
    assert!(
        asked.contains("all management events in us-east-1 from") && asked.contains("90 days"),
        "{asked}"
    );
    assert!(here.names().is_empty(), "nothing is left: {:?}", here.names());
    let finding =
        report["findings"].as_array().expect("findings").iter().find(|one| one["rule"] == "root-session");
    let path = finding.expect("a finding")["location"]["path"].as_str().expect("a path");
    assert!(path.starts_with("123456789012/cloudtrail/us-east-1/lookup-events.0000"), "{path}");
}

#[test]
fn attributes_are_asked_one_by_one_and_an_event_of_two_counts_once() {
    let moto = Moto::new();
    moto.events(&records(60, "us-east-1", 1));
    let here = Here::new(&moto.endpoint);
    let asked = ["--lookup", "EventName=CreateAccessKey", "--lookup", "Username=root"];
    let (ran, report) = live(&here, &asked);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(report["coverage"]["distinct_events"], 60);
    assert_eq!(report["coverage"]["events"], 66);
    let told = report["coverage"]["asked"][0].as_str().expect("a sentence");
    assert!(told.contains("only events with EventName=CreateAccessKey or Username=root"), "{told}");
}

#[test]
fn a_region_that_is_denied_is_a_gap_and_others_are_read() {
    let moto = Moto::new();
    moto.events(&records(70, "us-east-1", 1));
    moto.events(&records(70, "eu-west-1", 2));
    let here = Here::new(&moto.endpoint);
    let both = ["--region", "us-east-1", "--region", "eu-west-1"];
    let (_, report) = live(&here, &both);
    assert_eq!(report["coverage"]["regions"], json!(["eu-west-1", "us-east-1"]));
    let of = |region: &str, report: &Value| {
        let sessions = report["sessions"].as_array().expect("sessions").iter();
        sessions
            .filter(|one| one["regions"].as_array().is_some_and(|all| all.contains(&json!(region))))
            .count()
    };
    assert_eq!((of("us-east-1", &report), of("eu-west-1", &report)), (1, 1));
    moto.state(&json!({"denied": ["cloudtrail:LookupEvents@eu-west-1"]}));
    let (ran, report) = live(&here, &[&both[..], &["--exit-zero"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let (ran, again) = live(&here, &[&both[..], &["--rule", "trail-stopped"]].concat());
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(report["coverage"]["regions"], json!(["us-east-1"]));
    let gap = &again["gaps"][0];
    assert_eq!(gap["name"], "eu-west-1");
    let reason = gap["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("cloudtrail:LookupEvents: AccessDenied"), "{reason}");
    assert!(reason.contains("secretrail policy --surface trail"), "{reason}");
}

#[test]
fn what_is_before_ninety_days_is_told_as_missing() {
    let moto = Moto::new();
    moto.events(&records(3, "us-east-1", 1));
    let here = Here::new(&moto.endpoint);
    let (ran, report) = live(&here, &["--since", "2020-01-01", "--rule", "trail-stopped"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(report["gaps"][0]["reason"].as_str().expect("a reason").contains("90 days"), "{report}");
    let (ran, _) = live(&here, &["--since", "2026-01-02", "--until", "2020-01-01"]);
    assert!(ran.code == 2 && ran.err.contains("--until is not after --since"), "{ran:?}");
    let (ran, _) = live(&here, &["--region", "evil.example/"]);
    assert!(ran.code == 2 && ran.err.contains("write a Region as us-east-1"), "{ran:?}");
}

fn start(here: &Here, more: &[&str]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin!("secretrail"))
        .args(["trail", "--live", "--keep", "pages", "--format", "json"])
        .args(more)
        .env_clear()
        .envs(here.environment())
        .current_dir(here.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// Pages that the cursor counts.
fn pages(here: &Here) -> u64 {
    let text = fs::read_to_string(here.path("pages/cursor.json")).unwrap_or_default();
    let cursor: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    let places = cursor["places"].as_array().cloned().unwrap_or_default();
    places.iter().filter_map(|place| place["pages"].as_u64()).sum()
}

/// Kills a run after some pages, and lets another one go on: how many calls both took.
fn killed_and_gone_on_with(here: &Here, moto: &Moto, events: usize, after: u64, more: &[&str]) -> usize {
    let begun = Instant::now();
    let before = lookups(moto);
    let mut child = start(here, more);
    while pages(here) < after {
        assert!(begun.elapsed() < Duration::from_secs(110), "no page came");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    let kept = pages(here);
    let (ran, report) = live(here, &[&["--keep", "pages"], more].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(report["coverage"]["events"], events, "each was delivered once: {kept} pages were there");
    assert_eq!(report["coverage"]["distinct_events"], events, "none is lost");
    assert_eq!(report["gaps"], json!([]));
    lookups(moto) - before
}

#[test]
fn a_run_that_was_killed_goes_on_without_loss_or_doubles() {
    let moto = Moto::new();
    moto.events(&records(400, "us-east-1", 1));
    moto.events(&records(300, "eu-west-1", 2));
    moto.state(&json!({"lookup_per_second": 2}));
    let here = Here::new(&moto.endpoint);
    let more = ["--region", "us-east-1", "--region", "eu-west-1", "--lookup", "Username=root"];
    let calls = killed_and_gone_on_with(&here, &moto, 700, 5, &more);
    // 14 pages; a page that was on its way when the run was killed is asked for again, in each Region.
    assert!((14..=30).contains(&calls), "{calls} calls");
    let before = lookups(&moto);
    let (ran, report) = live(&here, &[&["--keep", "pages"], &more[..]].concat());
    assert!(ran.err.contains("AWS was not queried again"), "{}", ran.err);
    assert_eq!((ran.code, lookups(&moto) - before), (1, 0), "all is there: nothing is asked");
    assert_eq!(report["coverage"]["events"], 700);
    let cursor = fs::read_to_string(here.path("pages/cursor.json")).expect("the cursor");
    assert!(!cursor.contains("root") && !cursor.contains("203.0.113"), "no values: {cursor}");
    let (ran, _) = live(&here, &["--keep", "pages"]);
    assert!(ran.code == 2 && ran.err.contains("a different query"), "{ran:?}");
    here.write("other/notes.txt", "mine");
    let (ran, _) = live(&here, &["--keep", "other"]);
    assert!(ran.code == 2 && ran.err.contains("contains something else"), "{ran:?}");
}

#[test]
fn a_mark_that_aws_forgot_is_gone_on_from_by_its_time() {
    let moto = Moto::new();
    moto.events(&records(230, "us-east-1", 1));
    let here = Here::new(&moto.endpoint);
    let more = ["--region", "us-east-1", "--lookup", "Username=root"];
    let mut child = start(&here, &more);
    let begun = Instant::now();
    while pages(&here) < 2 {
        assert!(begun.elapsed() < Duration::from_secs(110), "no page came");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    let text = fs::read_to_string(here.path("pages/cursor.json")).expect("the cursor");
    let mut cursor: Value = serde_json::from_str(&text).expect("JSON");
    cursor["places"][0]["token"] = json!("forgotten!");
    here.write("pages/cursor.json", &cursor.to_string());
    let (ran, report) = live(&here, &[&["--keep", "pages"], &more[..]].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(report["coverage"]["distinct_events"], 230, "{report}");
}

#[test]
fn ctrl_c_ends_it_and_says_how_to_go_on() {
    let moto = Moto::new();
    moto.events(&records(500, "us-east-1", 1));
    let here = Here::new(&moto.endpoint);
    let mut child = start(&here, &["--region", "us-east-1"]);
    let begun = Instant::now();
    while pages(&here) < 2 {
        assert!(begun.elapsed() < Duration::from_secs(110), "no page came");
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(child.id());
    let mut told = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut told).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{told}");
    assert!(told.contains("run the same command again to resume"), "{told}");
}

#[test]
fn answers_that_are_none_are_gaps_and_are_not_quoted() {
    let whole = r#"{"Events": [{"EventId": "1", "CloudTrailEvent": "canary"}]}"#;
    let cut = r#"{"Events": [{"EventId": "1", "CloudTrailEvent": "canary"#;
    let again = r#"{"Events": [], "NextToken": "canary"}"#;
    let denied = r#"{"__type": "canary <b>", "message": "canary"}"#;
    for (status, body, told) in [
        (200, whole, "CloudTrailEvent` cannot be read"),
        (200, cut, "cloudtrail:LookupEvents: malformed-answer"),
        (200, again, "cloudtrail:LookupEvents: malformed-answer from page 2 on"),
        (400, denied, "cloudtrail:LookupEvents: malformed-answer"),
        (200, "<html>canary</html>", "cloudtrail:LookupEvents: malformed-answer"),
    ] {
        let stub = Stub::with_identity(move |_, _| Reply::Body(status, body.as_bytes().to_vec()));
        let here = Here::new(&stub.endpoint);
        let (ran, report) = live(&here, &["--region", "us-east-1"]);
        assert_eq!(ran.code, 2, "{body}: {ran:?}");
        let reason = report["gaps"][0]["reason"].as_str().unwrap_or_default();
        assert!(reason.contains(told), "{body}: {reason}");
        assert!(!ran.out.contains("canary") && !ran.err.contains("canary"), "{ran:?}");
    }
}

/// 10,000 events through 200 pages at two a second, then the same with a run that is killed: four minutes.
#[test]
#[ignore = "takes four minutes: cargo test --test aws ten_thousand -- --ignored --nocapture"]
fn ten_thousand_events_come_through_two_hundred_pages() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint);
    for part in 0..10 {
        moto.events(&records(1000, "us-east-1", part));
    }
    moto.state(&json!({"lookup_per_second": 2}));
    let more = ["--region", "us-east-1", "--lookup", "Username=root"];
    let (ran, report) = live(&here, &more);
    assert_eq!((ran.code, &report["coverage"]["events"]), (1, &json!(10_000)), "{}", ran.err);
    assert_eq!(report["coverage"]["distinct_events"], 10_000);
    let calls = lookups(&moto);
    eprintln!("10,000 events, {calls} calls, {:.1} s", ran.took.as_secs_f64());
    let begun = Instant::now();
    let calls = killed_and_gone_on_with(&here, &moto, 10_000, 100, &more);
    eprintln!(
        "killed after 100 pages and gone on with: {calls} calls, {:.1} s",
        begun.elapsed().as_secs_f64()
    );
}
