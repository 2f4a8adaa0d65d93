//! The same lists on both servers: how many calls, what is denied, what is throttled; and the founding team's screen.
#![expect(clippy::disallowed_types, reason = "stands between the command and a server, on loopback")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::inventory::{CANARY, LIST, ROOT, assert_silent, check, here, put, seed, statuses};
use crate::rig::{Here, KEY, Key, Moto, Server, ministack, script};

/// `make screen`.
#[test]
fn the_founding_team_s_table_and_screen_come_from_one_command() {
    let output = script("screen.py").arg(env!("CARGO_BIN_EXE_secretrail")).output().expect("Python starts");
    let out = String::from_utf8_lossy(&output.stdout);
    let expected = "\
$ secretrail inventory check --screen --clock 2026-04-02T09:00:00Z
[ Secrets Health Check ]
  Paperclip admin password   OK
  Paperclip Anthropic key    OK
  Paperclip GitHub PAT       OK
  Test bot Anthropic key     MISSING   /test-bot/anthropic/api-key
  Linear key                 MISSING   /abt/linear/api-key
One or more secrets are missing. See SECRETS-RUNBOOK.md to fix.
exit code 1

$ secretrail inventory check --screen --clock 2026-04-02T09:00:00Z
[ Secrets Health Check ]
  Paperclip admin password   OK
  Paperclip Anthropic key    OK
  Paperclip GitHub PAT       OK
  Test bot Anthropic key     OK
  Linear key                 OK
All 5 secrets are in their places.
exit code 0

";
    assert_eq!(out, expected, "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
}

/// The names of all calls that a list of `count` rows costs.
fn calls_of(server: &Server, key: Key<'_>, names: &[String]) -> Vec<String> {
    let rows: String =
        names.iter().map(|name| format!("| {} | SSM {name} |\n", name.replace('/', "_"))).collect();
    let here = here(&server.endpoint, &format!("| Key | Location |\n|---|---|\n{rows}")).key(key);
    if names.len() == 1 {
        // One row is asked for by its name: nobody pages through the rest of the account for it.
        here.write("secretrail.toml", "[inventory]\nprojects = [\"/nothing\"]\n");
    }
    let (ran, report) = check(&here, &["--save", "evidence"]);
    let ok = statuses(&report).values().filter(|status| *status == "ok").count();
    assert_eq!(ok, names.len(), "{ran:?}");
    let bundle = here.bundle();
    let ours = |service: &&str| *service != "secretrail";
    let calls: Vec<String> = bundle
        .documents
        .iter()
        .map(|document| document.call.service.as_str())
        .filter(ours)
        .map(str::to_owned)
        .collect();
    eprintln!("{} rows: {} calls, {:.2} s", names.len(), calls.len(), ran.took.as_secs_f64());
    assert!(ran.took < Duration::from_secs(20), "{:?}", ran.took);
    calls
}

/// `page`: parameters that the server gives at once, whatever is asked for.
fn one_and_five_hundred_rows(server: &Server, key: Key<'_>, page: usize) {
    let names: Vec<String> = (0..500).map(|number| format!("/big/service-{number}/api-key")).collect();
    let puts: Vec<Value> = names.iter().map(|name| put(name, "SecureString", CANARY)).collect();
    server.set(key, &Value::Array(puts));
    for names in [&names[..1], &names] {
        let calls = calls_of(server, key, names);
        let pages = calls.iter().filter(|service| *service == "ssm").count();
        // One to look below the projects, and one to STS.
        assert!(pages <= names.len().div_ceil(page) + 1, "{pages} pages for {} rows", names.len());
        assert_eq!(calls.len(), pages + 1, "{calls:?}");
    }
}

#[test]
fn five_hundred_rows_take_as_many_calls_as_moto_has_pages() {
    let moto = Moto::new();
    one_and_five_hundred_rows(&moto, KEY, 10);
}

#[test]
fn five_hundred_rows_take_ten_pages_of_ministack() {
    one_and_five_hundred_rows(&ministack(), ROOT, 50);
}

/// A user that may do everything but this.
fn all_but(server: &Server, name: &str, denied: &str) -> (String, String) {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": denied, "Resource": "*"}]});
    let answers = server.set(
        ROOT,
        &json!([
            ["iam", "create_user", {"UserName": name}],
            ["iam", "put_user_policy", {"UserName": name, "PolicyName": "p", "PolicyDocument": policy.to_string()}],
            ["iam", "create_access_key", {"UserName": name}],
        ]),
    );
    let key = &answers[2]["AccessKey"];
    let text = |name: &str| key[name].as_str().expect("text").to_owned();
    (text("AccessKeyId"), text("SecretAccessKey"))
}

#[test]
fn what_a_policy_of_ministack_denies_is_named() {
    let server = ministack();
    seed(&server, ROOT);
    for (denied, level, missing) in [
        ("ssm:DescribeParameters", "0", "unreadable"),
        ("ssm:GetParameter", "1", "missing"),
        ("ssm:GetParameter", "2", "missing"),
    ] {
        let (id, secret) = all_but(&server, &format!("no-{}-{level}", &denied[4..]), denied);
        let here = here(&server.endpoint, LIST).key(Key { id: &id, secret: &secret });
        let (ran, report) = check(&here, &["--read-level", level]);
        let told = statuses(&report);
        assert_eq!(told["ANTHROPIC_API_KEY"], "unreadable", "{denied}: {ran:?}");
        assert_eq!(told["LINEAR_API_KEY"], missing, "{denied}");
        // One of the rows, or the list as a whole.
        let findings = report["findings"].as_array().expect("findings").iter();
        let findings = findings.filter(|one| one["rule"] == "key-unreadable").map(|one| &one["message"]);
        let gaps = report["gaps"].as_array().expect("gaps").iter().map(|one| &one["reason"]);
        let reasons: Vec<&str> = findings.chain(gaps).filter_map(Value::as_str).collect();
        let named = format!("{denied} is denied");
        assert!(reasons.iter().any(|one| one.contains(&named)), "level {level}: {reasons:?}");
        assert_silent(&here, &ran);
    }
}

/// Stands before a server and throttles the first calls to Parameter Store, in AWS's words.
fn throttling(server: &Server, first: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    let address = server.endpoint.trim_start_matches("http://").to_owned();
    let refused = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&refused);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (address, count) = (address.clone(), Arc::clone(&count));
            thread::spawn(move || pass(stream, &address, &count, first));
        }
    });
    (endpoint, refused)
}

/// One request, and its answer.
fn pass(mut stream: TcpStream, address: &str, refused: &AtomicUsize, first: usize) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let length = text.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    let of_store = text.contains("AmazonSSM.");
    if of_store && refused.fetch_add(1, Ordering::SeqCst) < first {
        let answer = "{\"__type\": \"ThrottlingException\", \"message\": \"Rate exceeded\"}";
        let head = format!(
            "HTTP/1.1 400 X\r\nContent-Type: application/x-amz-json-1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes())?;
        return stream.write_all(answer.as_bytes());
    }
    let mut server = TcpStream::connect(address)?;
    // One answer for one connection: its end is the answer's end.
    let head = text.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    server.write_all(head.as_bytes())?;
    server.write_all(&body)?;
    std::io::copy(&mut server, &mut stream).map(|_| ())
}

#[test]
fn throttling_before_ministack_is_ridden_out() {
    let server = ministack();
    seed(&server, ROOT);
    let (endpoint, asked) = throttling(&server, 3);
    let here: Here = here(&endpoint, LIST).key(ROOT);
    let (ran, report) = check(&here, &["--read-level", "2"]);
    let told = statuses(&report);
    assert_eq!(
        (ran.code, told["HELD_KEY"].as_str(), told["BLANK_KEY"].as_str()),
        (1, "placeholder", "empty"),
        "{ran:?}"
    );
    assert!(asked.load(Ordering::SeqCst) > 3, "nothing was throttled");
    assert!(!told.values().any(|status| status == "unreadable"), "{told:?}");
    eprintln!("three calls throttled: {:.2} s", ran.took.as_secs_f64());
}

/// The message of a rule about GITHUB_PAT, whose listed rotation is of 2020.
fn written_since(report: &Value) -> String {
    let findings = report["findings"].as_array().expect("findings").iter();
    let mut of_rule = findings.filter(|one| one["rule"] == "key-written-since");
    of_rule.next().expect("a finding")["message"].as_str().expect("text").to_owned()
}

/// PutParameter events tell who wrote it: those of a log, and those that were collected.
#[test]
fn a_trail_tells_who_wrote_a_parameter() {
    let moto = Moto::new();
    seed(&moto, KEY);
    let here = here(&moto.endpoint, LIST);
    let (_, report) = check(&here, &[]);
    let plain = written_since(&report);
    assert!(plain.contains(" was written on 2"), "{plain}");
    let events = &moto.set(KEY, &json!([["cloudtrail", "lookup_events", {"MaxResults": 50}]]))[0]["Events"];
    let records = events.as_array().expect("events").iter();
    let mut records: Vec<Value> = records
        .map(|event| serde_json::from_str(event["CloudTrailEvent"].as_str().expect("text")).expect("JSON"))
        .collect();
    for record in &mut records {
        let arn = "arn:aws:sts::123456789012:assumed-role/agent/claude-code-0001";
        record["userIdentity"]["arn"] = json!(arn);
        record["userIdentity"]["sessionContext"]["sourceIdentity"] = json!("jared@example.com");
    }
    here.write("logs/log.json", &json!({"Records": records}).to_string());
    let (ran, report) = check(&here, &["--trail", "logs"]);
    let told = written_since(&report);
    let by = " by arn:aws:sts::123456789012:assumed-role/agent/claude-code-0001 (source identity jared@example.com), after";
    assert!(told.contains(by), "{told} {ran:?}");
    assert_silent(&here, &ran);
    // A log of another account says nothing of this one.
    for record in &mut records {
        record["recipientAccountId"] = json!("210987654321");
    }
    here.write("others/log.json", &json!({"Records": records}).to_string());
    let (_, report) = check(&here, &["--trail", "others"]);
    assert_eq!(written_since(&report), plain);
    // What was collected together tells it without being asked. It is asked for up to the second that has begun.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let ran = here.collect(&["--surface", "trail", "--inventory"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let (ran, report) = check(&here.no_key(), &["--evidence", "evidence"]);
    let told = written_since(&report);
    assert!(
        told.contains(" by arn:aws:iam::123456789012:user/") || told.contains(" by an unnamed principal"),
        "{told} {ran:?}"
    );
}
