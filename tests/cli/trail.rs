//! `secretrail trail`: what its users see.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::rig::{Folder, command, run};

fn case(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/trail").join(name);
    folder.to_string_lossy().into_owned()
}

fn text(name: &str) -> String {
    let entries = std::fs::read_dir(case(name)).expect("the case");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    std::fs::read_to_string(&files[0]).expect("a log")
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("gzip");
    encoder.finish().expect("gzip")
}

fn json(folder: &Folder, arguments: &[&str]) -> (i32, Value) {
    let mut all = vec!["trail", "--format", "json"];
    all.extend(arguments);
    let ran = folder.run(&all);
    (ran.code, serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("no JSON: {}", ran.err)))
}

#[test]
fn the_verdict_comes_first() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["trail", &case("root-console")]);
    assert_eq!(ran.code, 1);
    let first = ran.out.lines().next().expect("a line");
    assert_eq!(
        first,
        "root was used: 2 console sessions, 10 events, no MFA in 1 of them, from 198.51.100.77, 203.0.113.24"
    );
    let quiet = folder.run(&["trail", &case("chain"), "--exit-zero"]);
    assert!(quiet.out.starts_with("root was not used in these logs"), "{}", quiet.out);
}

#[test]
fn json_tells_sessions_and_coverage() {
    let (code, report) = json(&Folder::new(&[]), &[&case("fallback-root")]);
    assert_eq!(code, 1);
    let root = report["sessions"].as_array().expect("sessions").iter().find(|one| one["root"] == "console");
    let root = root.expect("root's session");
    assert_eq!(root["fallback"]["by"], "sid");
    assert_eq!(root["actor"]["kind"], "agent");
    assert_eq!(report["coverage"]["distinct_events"], 11);
    assert_eq!(report["coverage"]["verified"], false);
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|one| one["rule"].as_str())
        .collect();
    assert!(rules.contains(&"credential-fallback-to-root"), "{rules:?}");
}

#[test]
fn packed_logs_give_the_same_as_plain_ones() {
    let plain = text("root-console");
    let (whole, half) = (gzip(plain.as_bytes()), gzip(&plain.as_bytes()[..plain.len() / 2]));
    let members = [half, gzip(&plain.as_bytes()[plain.len() / 2..])].concat();
    let folder = Folder::new(&[("plain/a.json", &plain)]);
    folder.write("packed/a.json.gz", whole);
    folder.write("members/a.json.gz", members);
    let sessions = |name: &str| json(&folder, &[name]).1["sessions"].clone();
    assert_eq!(sessions("plain"), sessions("packed"));
    assert_eq!(sessions("plain"), sessions("members"));
    let piped = folder.run_with_input(&["trail", "-", "--format", "json"], gzip(plain.as_bytes()));
    let piped: Value = serde_json::from_str(&piped.out).expect("JSON");
    assert_eq!(piped["sessions"], sessions("plain"));
}

#[test]
fn damage_is_a_gap_and_the_rest_is_read() {
    let plain = text("chain");
    let mut packed = gzip(plain.repeat(50).as_bytes());
    packed.truncate(packed.len() - 40);
    let folder = Folder::new(&[("a/b.json", "{\"Records\":[{\"eventName\":"), ("a/c.json", "no JSON")]);
    folder.write("a/a.json.gz", packed);
    let (code, report) = json(&folder, &["a", "--fail-on", "critical"]);
    assert_eq!(code, 3, "audited in part");
    assert!(report["coverage"]["distinct_events"].as_u64().expect("a number") > 0);
    let gaps = report["gaps"].as_array().expect("gaps");
    let paths: Vec<&str> = gaps.iter().filter_map(|gap| gap["path"].as_str()).collect();
    assert!(["a.json.gz", "b.json", "c.json"].iter().all(|name| paths.contains(name)), "{paths:?}");
    assert!(gaps.iter().all(|gap| gap["name"].as_str().is_some_and(|name| name.starts_with("byte "))));
}

#[test]
fn nothing_to_read_is_no_audit() {
    let folder = Folder::new(&[("logs/readme.txt", "x"), ("logs/empty.json", "[]")]);
    let ran = folder.run(&["trail", "logs"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no CloudTrail event was found"), "{}", ran.err);
    assert_eq!(folder.run(&["trail"]).code, 2);
    assert_eq!(folder.run(&["trail", "nowhere"]).code, 2);
}

#[test]
fn digests_lie_beside_logs_and_are_passed_over() {
    let folder = Folder::new(&[("AWSLogs/1/CloudTrail/a.json", &text("human"))]);
    folder.write("AWSLogs/1/CloudTrail-Digest/a.json.gz", gzip(b"{\"digestS3Bucket\":\"b\"}"));
    folder.write("AWSLogs/1/CloudTrail/d.json", "{\"digestS3Bucket\":\"b\",\"logFiles\":[]}");
    let (_, report) = json(&folder, &["AWSLogs"]);
    assert_eq!(report["coverage"]["digest_files"], 2);
    assert_eq!(report["gaps"], Value::Array(Vec::new()));
}

#[test]
fn one_session_one_event_and_the_timeline_are_shown() {
    let folder = Folder::new(&[]);
    let logs = case("fallback-root");
    let (_, report) = json(&folder, &[&logs]);
    let root = report["sessions"].as_array().expect("sessions").iter().find(|one| one["root"] == "console");
    let (id, event) = (root.expect("root")["id"].as_str().expect("id"), &root.expect("root")["first_event"]);
    let session = folder.run(&["trail", &logs, "--session", id]);
    assert!(session.out.contains("Partial view: only session "), "{}", session.out);
    let (_, told) = json(&folder, &[&logs, "--session", id]);
    let all = |report: &Value| report["findings"].as_array().expect("findings").clone();
    assert!(!all(&told).is_empty() && all(&told).len() < all(&report).len());
    assert!(all(&told).iter().all(|one| one["events"]["session"] == id), "{told}");
    assert_eq!(told["trail"]["part_of"]["findings_left_out"], all(&report).len() - all(&told).len());
    let csv = folder.run(&["trail", &logs, "--session", id, "-f", "csv"]).out;
    assert_eq!(
        (csv.lines().count(), csv.lines().nth(1).map(|line| line.starts_with(id))),
        (2, Some(true)),
        "{csv}"
    );
    assert_eq!(folder.run(&["trail", &logs, "--session", id, "--history", "h.db"]).code, 2);
    assert!(session.out.contains("contradictions") && session.out.contains("local time"), "{}", session.out);
    let (_, told) = json(&folder, &[&logs, "--event", event.as_str().expect("id")]);
    assert_eq!(told["trail"]["events"][0]["session"], id);
    let (_, timeline) = json(&folder, &[&logs, "--timeline"]);
    let names = |report: &Value| -> Vec<String> {
        let events = report["trail"]["events"].as_array().expect("events").iter();
        events.map(|event| event["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert!(names(&timeline).contains(&"DeleteAccessKey".to_owned()), "{:?}", names(&timeline));
    assert_eq!(folder.run(&["trail", &logs, "--session", "s-0"]).code, 2);
    let ran = folder.run(&["trail", &logs, "--event", "none"]);
    assert!(ran.code == 2 && ran.err.contains("--timeline lists"), "{}", ran.err);
}

#[test]
fn limits_leave_out_and_say_so() {
    let (_, report) = json(&Folder::new(&[]), &[&case("chain"), "--account", "210987654321"]);
    assert_eq!(report["coverage"]["accounts"], serde_json::json!(["210987654321"]));
    assert!(report["coverage"]["events_left_out"].as_u64().expect("a number") > 0);
}

#[test]
fn csv_and_ocsf_are_lines_of_their_kinds() {
    let folder = Folder::new(&[]);
    let csv = folder.run(&["trail", &case("root-console"), "--format", "csv", "--exit-zero"]);
    assert_eq!(csv.out.lines().count(), 3, "{}", csv.out);
    assert!(csv.out.starts_with("session,account,type,principal,root,mfa,"));
    let ocsf = folder.run(&["trail", &case("root-console"), "--timeline", "--format", "ocsf", "--exit-zero"]);
    let lines: Vec<Value> = ocsf.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let classes: std::collections::BTreeSet<u64> =
        lines.iter().filter_map(|line| line["class_uid"].as_u64()).collect();
    assert_eq!(classes.into_iter().collect::<Vec<_>>(), [2004, 6003]);
    assert!(lines.iter().all(|line| line["type_uid"].as_u64().expect("a type") / 100
        == line["class_uid"].as_u64().expect("a class")));
}

#[test]
fn any_number_of_cores_writes_the_same_bytes() {
    let folder = Folder::new(&[]);
    // Every event in two files, of which one is read long after the other.
    let all = text("fallback-root");
    let log: Value = serde_json::from_str(&all).expect("JSON");
    for (number, record) in log["Records"].as_array().expect("records").iter().enumerate() {
        let one = serde_json::json!({ "Records": [record] }).to_string();
        folder.write(&format!("logs/a{number:02}.json"), &one);
        folder.write(&format!("logs/z{number:02}.json"), &one);
    }
    folder.write("logs/m.json", "{\"Records\":[{\"eventVersion\":\"1\",");
    let told = |cores: &str| {
        let mut command = command(folder.path());
        run(command.env("RAYON_NUM_THREADS", cores).args(["trail", "logs", "--format", "json"]))
    };
    let (alone, together) = (told("1"), told("7"));
    assert_eq!((alone.code, &alone.out), (together.code, &together.out));
    let report: Value = serde_json::from_str(&alone.out).expect("JSON");
    assert_eq!(report["coverage"]["events"], 22);
    assert_eq!(report["coverage"]["distinct_events"], 11);
    assert_eq!(report["gaps"].as_array().expect("gaps").len(), 1);
}

#[test]
fn a_finding_says_how_many_events_it_stands_for() {
    let folder = Folder::new(&[]);
    let (_, report) = json(&folder, &[&case("tampering")]);
    let findings = report["findings"].as_array().expect("findings");
    let stopped = findings.iter().find(|one| one["rule"] == "trail-stopped").expect("the finding");
    let (events, message) = (&stopped["events"], stopped["message"].as_str().expect("a message"));
    assert_eq!((&events["count"], &events["calls"][0]), (&2.into(), &"DeleteTrail".into()));
    let session = events["session"].as_str().expect("a session");
    assert!(report["sessions"].as_array().expect("sessions").iter().any(|one| one["id"] == session));
    assert!(message.contains(&format!("; 2 such events in session {session} (")), "{message}");
    assert_eq!(stopped["related"].as_array().map(Vec::len), Some(2));
    let written = |format: &str| {
        let ran = folder.run(&["trail", &case("tampering"), "--format", format, "--exit-zero"]);
        ran.out.clone()
    };
    let sarif: Value = serde_json::from_str(&written("sarif")).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().any(|one| one["ruleId"] == "trail-stopped" && one["occurrenceCount"] == 2));
    let lines = written("ocsf");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let counted = lines.iter().find(|one| one["count"] == 2).expect("the finding");
    assert!(counted["start_time"].as_i64() < counted["end_time"].as_i64(), "{counted}");
}

/// StopLogging by a key.
fn stopped(id: &str, key: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
        "eventID": id, "eventTime": "2026-03-28T14:00:00Z", "awsRegion": "us-east-1",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "accessKeyId": key,
            "arn": "arn:aws:iam::123456789012:user/mallory", "accountId": "123456789012"},
        "requestParameters": {"name": "main"}, "recipientAccountId": "123456789012"
    })
}

#[test]
fn an_event_with_another_one_s_id_counts_and_is_told() {
    let [one, other] = ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"]
        .map(|key| stopped("63d86d13-4ce4-4fa7-aef9-00b64cd67d3f", key));
    let log = |events: &[&Value]| json!({ "Records": events }).to_string();
    let folder = Folder::new(&[("logs/a.json", &log(&[&one])), ("logs/b.json", &log(&[&other, &one]))]);
    folder.write("logs/c.json", log(&[&other]));
    let (_, report) = json(&folder, &["logs"]);
    assert_eq!(report["coverage"]["distinct_events"], 2);
    let sessions = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|one| one["events"]["session"].to_string());
    assert_eq!(sessions.collect::<std::collections::BTreeSet<_>>().len(), 2, "{report}");
    let gaps = report["gaps"].as_array().expect("gaps");
    assert!(gaps.len() == 1 && gaps[0]["path"] == "b.json" && gaps[0]["name"] == "byte 12", "{gaps:?}");
    let reason = gaps[0]["reason"].as_str().expect("a reason");
    assert!(
        reason.starts_with("1 event has the ID of another event, but a different time, caller or call"),
        "{reason}"
    );
}

#[test]
fn an_event_does_not_hide_another_one_of_the_same_hour() {
    let one = stopped("63d86d13-4ce4-4fa7-aef9-00b64cd67d3f", "AKIAIOSFODNN7EXAMPLE");
    for (field, value) in [("eventTime", "2026-03-28T14:00:01Z"), ("awsRegion", "eu-west-1")] {
        let mut other = one.clone();
        other[field] = value.into();
        let log = json!({ "Records": [&one, &other, &one] }).to_string();
        let (_, report) = json(&Folder::new(&[("a.json", &log)]), &["a.json"]);
        assert_eq!(report["coverage"]["distinct_events"], 2, "{field}");
        assert_eq!(report["gaps"].as_array().map(Vec::len), Some(1), "{field}");
    }
}

#[test]
fn two_sessions_on_one_page_of_lookup_events_are_two_findings() {
    let packed =
        |id: &str, key: &str| json!({"EventId": id, "CloudTrailEvent": stopped(id, key).to_string()});
    let page = json!({"Events": [
        packed("63d86d13-4ce4-4fa7-aef9-00b64cd67d3f", "AKIAIOSFODNN7EXAMPLE"),
        packed("63d86d13-4ce4-4fa7-aef9-00b64cd67d40", "AKIAI44QH8DHBEXAMPLE"),
    ]});
    let (_, report) = json(&Folder::new(&[("page.json", &page.to_string())]), &["page.json"]);
    let rules = report["findings"].as_array().expect("findings").iter().map(|one| &one["rule"]);
    assert_eq!(rules.filter(|rule| **rule == "trail-stopped").count(), 2, "{report}");
}

#[test]
fn a_burst_in_many_logs_is_counted_whole_on_any_number_of_cores() {
    let denied = |log: u64, number: u64| {
        let mut event =
            stopped(&format!("63d86d13-4ce4-4fa7-{log:04x}-{number:012x}"), "AKIAIOSFODNN7EXAMPLE");
        event["eventTime"] = format!("2026-03-28T14:0{}:{:02}Z", number % 5, number % 60).into();
        event["eventName"] = format!("Call{}", number % 10).into();
        event["errorCode"] = "AccessDenied".into();
        event
    };
    let folder = Folder::new(&[]);
    for log in 0..5 {
        let records: Vec<Value> = (0..600).map(|number| denied(log, number)).collect();
        folder.write(&format!("logs/{log}.json"), json!({ "Records": records }).to_string());
    }
    for cores in ["1", "4"] {
        let mut command = command(folder.path());
        let ran = run(command.env("RAYON_NUM_THREADS", cores).args(["trail", "logs", "--format", "json"]));
        let report: Value = serde_json::from_str(&ran.out).expect("JSON");
        let findings = report["findings"].as_array().expect("findings").iter();
        let counts: Vec<&Value> =
            findings.filter(|one| one["rule"] == "denied-calls").map(|one| &one["events"]["count"]).collect();
        assert_eq!(counts, [3_000], "{cores} cores");
    }
    // Of an event that the finding does not name, nobody can say that it is not one of the burst.
    let (_, report) = json(&folder, &["logs", "--event", "63d86d13-4ce4-4fa7-0004-000000000257"]);
    let mut findings = report["findings"].as_array().expect("findings").iter();
    assert!(findings.any(|one| one["rule"] == "denied-calls"), "{report}");
}

#[test]
fn a_finding_names_its_events_and_no_line_of_a_log() {
    let folder = Folder::new(&[]);
    folder.write(
        "logs/a.json",
        json!({ "Records": [stopped("63d86d13-4ce4-4fa7-aef9-00b64cd67d3f", "AKIAIOSFODNN7EXAMPLE")] })
            .to_string(),
    );
    let ran = folder.run(&["trail", "logs"]);
    let lines: Vec<&str> =
        ran.out.lines().skip_while(|line| !line.contains("[trail-stopped]")).skip(1).take(2).collect();
    assert_eq!(
        lines,
        ["--> logs/a.json", " = event: 63d86d13-4ce4-4fa7-aef9-00b64cd67d3f at 2026-03-28T14:00:00Z"]
    );
}
