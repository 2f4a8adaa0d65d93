//! Servers that are slow, silent, broken or hostile: a clear message in bounded time, and nothing of what they sent.
#![expect(clippy::disallowed_methods, reason = "one test interrupts the command")]

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::rig::{Here, KEY, Moto, interrupt, refusals};
use crate::stub::{Reply, Stub, quiet};

/// Stands in no output.
const CANARY: &str = "canary-5d1f9c";

#[test]
fn two_calls_a_second_are_enough() {
    let moto = Moto::new();
    moto.state(&json!({"throttled": {"iam:*": 2}}));
    let here = Here::new(&moto.endpoint);
    let ran = here.collect(&[]);
    assert!(ran.code == 0 && ran.took < Duration::from_secs(60), "{ran:?}");
    assert_eq!(here.bundle().documents.len(), 5, "{:?}", refusals(&here.bundle()));
}

#[test]
fn pages_are_asked_for_as_slowly_as_aws_wants() {
    let (pages, recent) = (12, Mutex::new(VecDeque::new()));
    let stub = Stub::with_identity(move |action, form| {
        if action != "GetAccountAuthorizationDetails" {
            return quiet(action);
        }
        let mut recent = recent.lock().unwrap();
        recent.retain(|at: &Instant| at.elapsed() < Duration::from_secs(1));
        if recent.len() >= 2 {
            return Reply::error(400, "Throttling");
        }
        recent.push_back(Instant::now());
        let page = form.split('&').find_map(|part| part.strip_prefix("Marker=")).unwrap_or("0");
        let next = page.parse::<u32>().unwrap() + 1;
        let more = format!("<IsTruncated>{}</IsTruncated><Marker>{next}</Marker>", next < pages);
        Reply::ok(&format!(
            "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>{more}\
             </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
        ))
    });
    let here = Here::new(&stub.endpoint);
    let ran = here.collect(&[]);
    assert!(ran.code == 0 && ran.took < Duration::from_secs(60), "{ran:?}");
    assert_eq!(here.bundle().answers("iam", "GetAccountAuthorizationDetails").len(), 12);
    let asked = stub.asked().iter().filter(|one| *one == "GetAccountAuthorizationDetails").count();
    assert!(asked < 24, "{asked} calls for 12 pages in {:?}", ran.took);
}

#[test]
fn throttling_that_does_not_end_is_a_refusal() {
    let moto = Moto::new();
    moto.state(&json!({"throttled": {"iam:GetAccountSummary": 0}}));
    let here = Here::new(&moto.endpoint);
    let ran = here.collect(&["--timeout", "5"]);
    assert!(ran.code == 3 && ran.took < Duration::from_secs(30), "{ran:?}");
    let told = refusals(&here.bundle());
    let ends = ["iam:GetAccountSummary: Throttling", "iam:GetAccountSummary: timed-out"];
    assert!(ends.iter().any(|end| told.contains(&(*end).to_owned())), "{told:?}");
}

#[test]
fn an_endpoint_that_hangs_is_left_in_time() {
    let stub = Stub::new(|_, _| Reply::Silence);
    let here = Here::new(&stub.endpoint);
    let ran = here.collect(&["--timeout", "2"]);
    assert!(ran.code == 2 && ran.took < Duration::from_secs(15), "{ran:?}");
    assert!(ran.err.contains("AWS did not answer in time") && ran.err.contains("--timeout"), "{}", ran.err);
    assert_eq!(here.names(), Vec::<String>::new());
    // All but the first call hang: each for itself, at once.
    let stub = Stub::with_identity(|_, _| Reply::Silence);
    let here = Here::new(&stub.endpoint);
    let ran = here.collect(&["--timeout", "2"]);
    assert!(ran.code == 3 && ran.took < Duration::from_secs(20), "{ran:?}");
    let told = refusals(&here.bundle());
    assert!(told.len() == 7 && told.iter().all(|one| one.ends_with(": timed-out")), "{told:?}");
}

#[test]
fn connections_that_break_are_refusals() {
    let stub = Stub::with_identity(|action, _| match action {
        "GetAccountSummary" => Reply::Close,
        "ListVirtualMFADevices" => Reply::Cut(b"<ListVirtualMFADevicesResponse>".to_vec()),
        _ => quiet(action),
    });
    let here = Here::new(&stub.endpoint);
    let ran = here.collect(&["--timeout", "10"]);
    assert!(ran.code == 3 && ran.took < Duration::from_secs(60), "{ran:?}");
    assert_eq!(here.bundle().documents.len(), 3, "{:?}", refusals(&here.bundle()));
}

/// Bodies that are none of AWS's, each with the canary.
fn broken() -> Vec<Reply> {
    let body = |status, text: String| Reply::Body(status, text.into_bytes());
    let deep = format!("{}{CANARY}", "<a>".repeat(100_000));
    vec![
        body(200, CANARY.to_owned()),
        body(200, format!("<html><body>{CANARY}</body></html>")),
        body(200, format!("{{\"value\": \"{CANARY}\"}}")),
        body(200, format!("<X><Y>{CANARY}")),
        body(200, format!("<GetAccountSummaryResponse><GetAccountSummaryResult>{CANARY}<")),
        body(200, format!("<a b=\"{CANARY}&unknown;\">")),
        body(200, deep),
        body(500, format!("<html>{CANARY}</html>")),
        body(403, format!("<ErrorResponse><Error><Code>{CANARY} {CANARY}</Code></Error></ErrorResponse>")),
        body(
            400,
            format!(
                "<ErrorResponse><Error><Code>A</Code><Message>{CANARY}</Message></Error></ErrorResponse>"
            ),
        ),
        Reply::Body(200, [CANARY.as_bytes(), &[0, 0xFF, 0xFE, b'<']].concat()),
        Reply::Cut(CANARY.as_bytes().to_vec()),
    ]
}

/// Every file below a folder, and its name.
fn all_below(folder: &Path, found: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.extend_from_slice(path.to_string_lossy().as_bytes());
        if path.is_dir() {
            all_below(&path, found);
        } else {
            found.extend(fs::read(&path).unwrap());
        }
    }
}

#[test]
fn nothing_of_a_broken_answer_is_in_any_output() {
    for reply in broken() {
        for first in [false, true] {
            let given = reply.clone();
            let stub = match first {
                true => Stub::new(move |_, _| given.clone()),
                false => Stub::with_identity(move |_, _| given.clone()),
            };
            let here = Here::new(&stub.endpoint);
            let audited = here.run(&["account", "--timeout", "3", "-vvv", "--format", "json"]);
            assert!([2, 3].contains(&audited.code), "{reply:?}: {audited:?}");
            assert!(!format!("{}{}", audited.out, audited.err).contains(CANARY), "{reply:?}: {audited:?}");
            let ran = here.collect(&["--timeout", "3", "-vvv"]);
            assert!([2, 3].contains(&ran.code), "{reply:?}: {ran:?}");
            assert!(!ran.err.contains("secretrail failed"), "{reply:?}: {ran:?}");
            let mut written = format!("{}{}", ran.out, ran.err).into_bytes();
            all_below(&here.path(""), &mut written);
            let text = String::from_utf8_lossy(&written);
            assert!(!text.contains(CANARY), "{reply:?}: {text}");
            assert!(!text.contains(KEY.secret) && !text.contains("Signature="), "{text}");
            if !first {
                assert_eq!(here.bundle().documents.len(), 1, "only who asked: {reply:?}");
            }
        }
    }
}

#[test]
fn nothing_of_a_broken_list_of_accounts_or_of_a_broken_session_is_in_any_output() {
    const KEYS: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>\
        <SecretAccessKey>canary-5d1f9c</SecretAccessKey><SessionToken>canary-5d1f9c</SessionToken>\
        <Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let session = || Reply::ok(KEYS);
    for (list, role) in broken().into_iter().map(|reply| (reply, session())).chain(
        broken().into_iter().map(|reply| (Reply::ok("{\"Accounts\": [{\"Id\": \"111122223333\"}]}"), reply)),
    ) {
        let (listed, assumed) = (list.clone(), role.clone());
        let stub = Stub::with_identity(move |action, _| match action {
            "ListAccounts" => listed.clone(),
            "AssumeRole" => assumed.clone(),
            _ => quiet(action),
        });
        let here = Here::new(&stub.endpoint);
        here.write("secretrail.toml", "[accounts]\norganization = true\nlist = [\"222233334444\"]\n");
        let ran = here.run(&["collect", "--accounts", "--out", "evidence", "--timeout", "3", "-vvv"]);
        let audited = here.run(&["account", "--accounts", "--timeout", "3", "-vvv", "--format", "json"]);
        assert!(
            [2, 3].contains(&audited.code) && [2, 3].contains(&ran.code),
            "{list:?} {role:?}: {audited:?}"
        );
        let mut written = format!("{}{}{}{}", ran.out, ran.err, audited.out, audited.err).into_bytes();
        all_below(&here.path(""), &mut written);
        let text = String::from_utf8_lossy(&written);
        assert!(!text.contains(CANARY), "{list:?} {role:?}: {text}");
        assert!(!text.contains(KEY.secret) && !text.contains("Signature="), "{text}");
    }
}

#[test]
fn an_answer_that_would_fill_the_memory_is_refused() {
    let stub = Stub::with_identity(|action, _| match action {
        "GetAccountSummary" => Reply::Body(200, vec![b' '; 65 * 1024 * 1024]),
        _ => quiet(action),
    });
    let here = Here::new(&stub.endpoint);
    assert_eq!(here.collect(&[]).code, 3);
    let told = refusals(&here.bundle());
    assert!(told.contains(&"iam:GetAccountSummary: too-large".to_owned()), "{told:?}");
}

#[test]
fn names_that_lead_elsewhere_write_nothing_there() {
    let stub = Stub::with_identity(|action, _| match action {
        "GetAccountAuthorizationDetails" => Reply::ok(
            "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><UserDetailList><member>\
             <UserName>/../../../../escaped</UserName></member></UserDetailList><IsTruncated>false</IsTruncated>\
             </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>",
        ),
        "ListAccessKeys" => Reply::ok(
            "<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata/><IsTruncated>false</IsTruncated>\
             </ListAccessKeysResult></ListAccessKeysResponse>",
        ),
        _ => quiet(action),
    });
    let here = Here::new(&stub.endpoint);
    assert_eq!(here.collect(&["--key-ids"]).code, 3);
    assert!(refusals(&here.bundle()).contains(&"iam:ListAccessKeys: malformed-answer".to_owned()));
    assert_eq!(here.names(), ["evidence"]);
}

#[test]
fn ctrl_c_ends_it_at_once_and_leaves_nothing() {
    let stub = Stub::with_identity(|_, _| Reply::Silence);
    let here = Here::new(&stub.endpoint);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("secretrail"))
        .args(["collect", "--out", "evidence"])
        .env_clear()
        .envs(here.environment())
        .current_dir(here.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let begun = Instant::now();
    while stub.asked().len() < 3 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing was asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(child.id());
    let status = child.wait().expect("it ends");
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert_eq!(status.code(), Some(130));
    assert_eq!(here.names(), Vec::<String>::new());
}
