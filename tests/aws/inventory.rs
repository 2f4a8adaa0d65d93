//! Lists of keys against real servers: each status, few calls, denial, throttling, broken answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::rig::{Here, KEY, Key, Moto, Ran, Server, ministack};
use crate::stub::{Reply, Stub};

/// Stands in no output.
pub const CANARY: &str = "canary-9f3b7d21c6";
/// ministack's own key, which is root's.
pub const ROOT: Key<'_> = Key { id: "123456789012", secret: "test" };

pub const LIST: &str = "\
# Our keys

| Name | Key | Location | Last Rotated | Owner |
|---|---|---|---|---|
| Anthropic key | ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | — | Paperclip |
| Admin password | ADMIN_PASSWORD | SSM /paperclip-app/admin/password | — | Paperclip |
| GitHub PAT | GITHUB_PAT | SSM /paperclip-app/github/pat | 2020-01-01 | jcalone-abt |
| Linear key | LINEAR_API_KEY | SSM /abt/linear/api-key | — | needs migration |
| Blank | BLANK_KEY | SSM /paperclip-app/blank/api-key | — | Paperclip |
| Held place | HELD_KEY | SSM /paperclip-app/held/api-key | — | Paperclip |
| First twin | FIRST_KEY | SSM /paperclip-app/first/api-key | — | Paperclip |
| Second twin | SECOND_KEY | SSM /paperclip-app/second/api-key | — | Paperclip |
| Plain name | PLAIN_KEY | SSM plain-name | — | Paperclip |
| Deploy key | AWS_ACCESS_KEY_ID | GitHub Actions secret | — | Paperclip |
";

pub fn put(name: &str, kind: &str, value: &str) -> Value {
    json!(["ssm", "put_parameter", {"Name": name, "Value": value, "Type": kind, "Overwrite": true}])
}

/// Values that stand nowhere else. They hold the canary.
fn value(of: &str) -> String {
    format!("{CANARY}-{of}")
}

pub fn seed(server: &Server, key: Key<'_>) {
    let secure = |name: &str, value: &str| put(name, "SecureString", value);
    server.set(
        key,
        &json!([
            secure("/paperclip-app/anthropic/api-key", &value("anthropic")),
            put("/paperclip-app/admin/password", "String", &value("admin")),
            secure("/paperclip-app/github/pat", &value("github")),
            secure("/paperclip-app/blank/api-key", "  "),
            secure("/paperclip-app/held/api-key", "changeme"),
            secure("/paperclip-app/first/api-key", &value("twin")),
            secure("/paperclip-app/second/api-key", &value("twin")),
            secure("plain-name", &value("plain")),
            secure("/paperclip-app/openai/api-key", &value("openai")),
            put("/paperclip-app/web/region", "String", "eu-central-1"),
            secure("/other/service/api-key", &value("other")),
        ]),
    );
}

pub fn here(endpoint: &str, list: &str) -> Here {
    let here = Here::new(endpoint);
    here.write("SECRETS.md", list);
    here
}

/// `inventory check --format json`.
pub fn check(here: &Here, more: &[&str]) -> (Ran, Value) {
    let ran = here.run(&[&["inventory", "check", "--format", "json"], more].concat());
    let report = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
    (ran, report)
}

/// The status of each key, and of each unlisted parameter.
pub fn statuses(report: &Value) -> BTreeMap<String, String> {
    let rows = report["inventory"].as_array().expect("rows");
    let name = |row: &Value| row["key"].as_str().or(row["location"].as_str()).expect("a name").to_owned();
    rows.iter().map(|row| (name(row), row["status"].as_str().expect("a status").to_owned())).collect()
}

/// `rule name` of each finding.
fn findings(report: &Value) -> Vec<String> {
    let rows = report["findings"].as_array().expect("findings").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut all: Vec<String> =
        rows.map(|one| format!("{} {}", text(&one["rule"]), text(&one["location"]["name"]))).collect();
    all.sort();
    all
}

/// Nothing that was said or kept holds a value.
pub fn assert_silent(here: &Here, ran: &Ran) {
    assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{ran:?}");
    for name in here.names() {
        search(&here.path(&name));
    }
}

fn search(path: &Path) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            search(&entry.expect("an entry").path());
        }
        return;
    }
    let bytes = fs::read(path).expect("a file");
    assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{}", path.display());
}

/// What both servers must give at each level.
fn each_status(server: &Server, key: Key<'_>) {
    seed(server, key);
    let here = here(&server.endpoint, LIST).key(key);
    let metadata = [
        ("ANTHROPIC_API_KEY", "ok"),
        ("ADMIN_PASSWORD", "wrong-type"),
        ("GITHUB_PAT", "stale"),
        ("LINEAR_API_KEY", "missing"),
        ("BLANK_KEY", "ok"),
        ("HELD_KEY", "ok"),
        ("FIRST_KEY", "ok"),
        ("SECOND_KEY", "ok"),
        ("PLAIN_KEY", "ok"),
        ("AWS_ACCESS_KEY_ID", "not-checked"),
        ("/paperclip-app/openai/api-key", "unlisted"),
        ("/paperclip-app/web/region", "unlisted"),
    ];
    let expected = |changes: &[(&str, &str)]| -> BTreeMap<String, String> {
        metadata
            .iter()
            .chain(changes)
            .map(|(name, status)| ((*name).to_owned(), (*status).to_owned()))
            .collect()
    };
    for level in ["0", "1"] {
        let (ran, report) = check(&here, &["--read-level", level, "--save", "evidence"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert_eq!(statuses(&report), expected(&[]), "level {level}");
        assert_silent(&here, &ran);
    }
    let (ran, report) = check(&here, &["--read-level", "2", "--save", "evidence"]);
    let looked = expected(&[("BLANK_KEY", "empty"), ("HELD_KEY", "placeholder")]);
    assert_eq!((ran.code, statuses(&report)), (1, looked.clone()));
    assert_silent(&here, &ran);
    let found = findings(&report);
    for one in [
        "key-empty BLANK_KEY",
        "key-placeholder HELD_KEY",
        "key-same-value FIRST_KEY",
        "key-same-value SECOND_KEY",
        "key-wrong-type ADMIN_PASSWORD",
        "key-missing LINEAR_API_KEY",
        "key-stale GITHUB_PAT",
        "key-written-since GITHUB_PAT",
        "key-badly-named PLAIN_KEY",
        "key-without-owner LINEAR_API_KEY",
        "parameter-unlisted /paperclip-app/openai/api-key",
    ] {
        assert!(found.contains(&one.to_owned()), "{one}: {found:#?}");
    }
    assert!(!found.iter().any(|one| one.contains("web/region") || one.contains("/other/")), "{found:#?}");
    // The same from what was kept, without credentials and without a server.
    let (again, replayed) =
        check(&here.no_key().with("AWS_ENDPOINT_URL", "http://127.0.0.1:9"), &["--evidence", "evidence"]);
    assert_eq!((again.code, &again.out), (1, &ran.out));
    assert_eq!(statuses(&replayed), looked);
}

#[test]
fn moto_gives_each_status() {
    let moto = Moto::new();
    each_status(&moto, KEY);
}

#[test]
fn ministack_gives_each_status() {
    each_status(&ministack(), ROOT);
}

#[test]
fn the_screen_is_the_founding_team_s() {
    let moto = Moto::new();
    seed(&moto, KEY);
    let list = "| Name | Key | Location | Last Rotated | Owner |\n|---|---|---|---|---|\n\
        | Paperclip admin password | A | SSM /paperclip-app/first/api-key | — | us |\n\
        | Paperclip Anthropic key | B | SSM /paperclip-app/anthropic/api-key | — | us |\n\
        | Test bot Anthropic key | C | SSM /test-bot/anthropic/api-key | — | us |\n";
    let here = here(&moto.endpoint, list);
    here.write("SECRETS-RUNBOOK.md", "# Runbook\n");
    let ran = here.run(&["inventory", "check", "--screen"]);
    let screen = "[ Secrets Health Check ]\n  Paperclip admin password   OK\n  Paperclip Anthropic key    OK\n  \
        Test bot Anthropic key     MISSING   /test-bot/anthropic/api-key\n\
        One or more secrets are missing. See SECRETS-RUNBOOK.md to fix.\n";
    assert_eq!((ran.code, ran.out.as_str()), (1, screen), "{}", ran.err);
    assert!(!moto.calls().iter().any(|call| call.contains("GetParameter")), "{:?}", moto.calls());
}

#[test]
fn what_is_denied_is_named() {
    let moto = Moto::new();
    seed(&moto, KEY);
    let here = here(&moto.endpoint, LIST);
    moto.state(&json!({"denied": ["ssm:DescribeParameters"]}));
    let (ran, report) = check(&here, &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(statuses(&report)["ANTHROPIC_API_KEY"], "unreadable");
    let reason = report["gaps"][0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("ssm:DescribeParameters is denied to arn:"), "{reason}");
    // Its metadata is denied, and the value can be read: it is there.
    let (ran, report) = check(&here, &["--read-level", "1"]);
    assert_eq!((ran.code, statuses(&report)["ANTHROPIC_API_KEY"].as_str()), (1, "ok"), "{ran:?}");
    assert_eq!(statuses(&report)["LINEAR_API_KEY"], "missing");
    moto.state(&json!({"denied": ["ssm:GetParameter"]}));
    let (ran, report) = check(&here, &["--read-level", "1"]);
    assert_eq!((ran.code, statuses(&report)["ANTHROPIC_API_KEY"].as_str()), (1, "unreadable"), "{ran:?}");
    let message = report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "key-unreadable");
    let message = message.expect("a finding")["message"].as_str().unwrap();
    assert_eq!(message, "Anthropic key cannot be read: ssm:GetParameter is denied");
    assert_silent(&here, &ran);
    moto.state(&json!({"denied": []}));
}

#[test]
fn the_printed_policy_is_enough() {
    let server = ministack();
    seed(&server, ROOT);
    let here = here(&server.endpoint, LIST);
    for (level, more) in [("0", false), ("1", true)] {
        let policy = here.run(&["policy", "--surface", "inventory", "--read-level", level]);
        let name = format!("keeper{level}");
        let answers = server.set(
            ROOT,
            &json!([
                ["iam", "create_user", {"UserName": name}],
                ["iam", "put_user_policy", {"UserName": name, "PolicyName": "p", "PolicyDocument": policy.out}],
                ["iam", "create_access_key", {"UserName": name}],
            ]),
        );
        let key = &answers[2]["AccessKey"];
        let (id, secret) = (key["AccessKeyId"].as_str().unwrap(), key["SecretAccessKey"].as_str().unwrap());
        let own = Here::new(&server.endpoint).key(Key { id, secret });
        own.write("SECRETS.md", LIST);
        let (ran, report) = check(&own, &[]);
        assert_eq!((ran.code, statuses(&report)["ANTHROPIC_API_KEY"].as_str()), (1, "ok"), "{ran:?}");
        let (_, report) = check(&own, &["--read-level", "1"]);
        let read = if more { "ok" } else { "unreadable" };
        assert_eq!(statuses(&report)["ANTHROPIC_API_KEY"], read, "policy of level {level}");
    }
}

#[test]
fn throttling_is_ridden_out() {
    let moto = Moto::new();
    seed(&moto, KEY);
    moto.state(&json!({"throttled": {"ssm:*": 3}}));
    let here = here(&moto.endpoint, LIST);
    let (ran, report) = check(&here, &["--read-level", "2"]);
    assert!(ran.took < Duration::from_secs(60), "{:?}", ran.took);
    assert_eq!(statuses(&report)["HELD_KEY"], "placeholder", "{ran:?}");
    moto.state(&json!({"throttled": {}}));
}

/// Bodies that are none of AWS's, each with the canary.
fn broken() -> Vec<Reply> {
    let body = |status, text: String| Reply::Body(status, text.into_bytes());
    let parameter =
        format!("{{\"Parameter\": {{\"Name\": \"x\", \"Type\": \"SecureString\", \"Value\": \"{CANARY}\"");
    vec![
        body(200, CANARY.to_owned()),
        body(200, parameter.clone()),
        body(200, format!("{parameter}}}}} {CANARY}")),
        body(200, format!("{{\"Parameter\": \"{CANARY}\"}}")),
        body(200, format!("{{\"Parameter\": {{\"Value\": [\"{CANARY}\"]}}}}")),
        body(200, format!("{{\"Parameter\": {{\"Value\": \"{CANARY}\", \"Version\": \"{CANARY}\"}}}}")),
        body(200, format!("{}{CANARY}", "{\"Parameter\":".repeat(100_000))),
        body(400, format!("{{\"__type\": \"{CANARY} x\", \"message\": \"{CANARY}\"}}")),
        body(
            400,
            format!("{{\"__type\": \"AccessDeniedException\", \"message\": \"kms:Decrypt {CANARY}\"}}"),
        ),
        body(500, format!("<html>{CANARY}</html>")),
        Reply::Body(200, [parameter.as_bytes(), &[0xFF, 0xFE, 0]].concat()),
        Reply::Cut(parameter.into_bytes()),
    ]
}

#[test]
fn no_broken_answer_is_ever_shown() {
    let listed =
        "{\"Parameters\": [{\"Name\": \"/a/b/c\", \"Type\": \"SecureString\", \"LastModifiedDate\": 1.7e9}]}";
    let list = "| Key | Location |\n|---|---|\n| K | SSM /a/b/c |\n";
    for (at, reply) in broken().into_iter().enumerate() {
        for values in [true, false] {
            let reply = reply.clone();
            let stub = Stub::with_identity(move |action, _| match action {
                "DescribeParameters" if values => Reply::ok(listed),
                _ => reply.clone(),
            });
            let here = here(&stub.endpoint, list);
            let more =
                ["inventory", "check", "--read-level", "2", "--save", "evidence", "--timeout", "5", "-vv"];
            let ran = here.run(&more);
            assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{at} {values}: {ran:?}");
            assert!(!ran.err.contains("please report it"), "{at}: {ran:?}");
            assert!(ran.code != 2, "{at} {values}: {ran:?}");
            for name in here.names() {
                // A page that is whole JSON is kept as it came; it tells of parameters, not of values.
                if values {
                    search(&here.path(&name));
                }
            }
        }
    }
}

#[test]
fn secrets_manager_is_asked_for_what_lives_there() {
    let moto = Moto::new();
    moto.set(
        KEY,
        &json!([
            ["secretsmanager", "create_secret", {"Name": "app/db/password", "SecretString": CANARY}],
            ["secretsmanager", "create_secret", {"Name": "app/gone", "SecretString": CANARY}],
            ["secretsmanager", "delete_secret", {"SecretId": "app/gone"}],
        ]),
    );
    let list = "| Key | Location |\n|---|---|\n| DB | Secrets Manager app/db/password |\n\
        | GONE | Secrets Manager app/gone |\n| LOST | Secrets Manager app/lost |\n";
    let here = here(&moto.endpoint, list);
    let (ran, report) = check(&here, &["--save", "evidence"]);
    let told: Vec<(String, String)> = statuses(&report).into_iter().collect();
    let expected = [("DB", "ok"), ("GONE", "missing"), ("LOST", "missing")];
    assert_eq!(told, expected.map(|(key, status)| (key.to_owned(), status.to_owned())), "{ran:?}");
    assert_silent(&here, &ran);
    moto.state(&json!({"denied": ["secretsmanager:ListSecrets"]}));
    let (ran, report) = check(&here, &[]);
    assert_eq!((ran.code, statuses(&report)["DB"].as_str()), (3, "unreadable"), "{ran:?}");
    moto.state(&json!({"denied": []}));
}

/// The draft of a list from both stores: moto pages secrets, ministack asks for the permission.
fn drafts_both_stores(server: &Server, key: Key<'_>) {
    let mut calls = vec![put("/app/anthropic/api-key", "SecureString", CANARY)];
    let secret =
        |name: &str| json!(["secretsmanager", "create_secret", {"Name": name, "SecretString": CANARY}]);
    calls.extend(["app/db/password", "app/gone"].map(secret));
    calls.push(json!(["secretsmanager", "delete_secret", {"SecretId": "app/gone"}]));
    server.set(key, &Value::Array(calls));
    let here = Here::new(&server.endpoint).key(key);
    let ran = here.run(&["inventory", "init", "--from-aws", "-o", "SECRETS.md"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let list = fs::read_to_string(here.path("SECRETS.md")).expect("a list");
    let rows: Vec<&str> = list.lines().skip(2).collect();
    assert_eq!(rows.len(), 2, "{list}");
    assert!(rows[0].starts_with("| ANTHROPIC_API_KEY | SSM /app/anthropic/api-key | — | — |"), "{list}");
    assert!(rows[1].starts_with("| DB_PASSWORD | Secrets Manager app/db/password | "), "{list}");
    assert!(rows[1].contains("last changed 20"), "{list}");
    assert_silent(&here, &ran);
    let (ran, report) = check(&here, &[]);
    let all: Vec<String> = statuses(&report).into_values().collect();
    assert_eq!(all, ["ok", "ok"], "{ran:?}");
}

#[test]
fn a_draft_has_the_secrets_of_both_stores() {
    let moto = Moto::new();
    drafts_both_stores(&moto, KEY);
    moto.state(&json!({"denied": ["secretsmanager:ListSecrets"]}));
    let here = Here::new(&moto.endpoint);
    let ran = here.run(&["inventory", "init", "--from-aws"]);
    assert!(
        ran.code == 3 && ran.err.contains("AWS refused to list all secrets of Secrets Manager"),
        "{ran:?}"
    );
    moto.state(&json!({"denied": []}));
}

#[test]
fn a_draft_has_the_secrets_of_ministack() {
    drafts_both_stores(&ministack(), ROOT);
}

#[test]
fn collect_keeps_what_a_list_needs_and_check_reads_it() {
    let moto = Moto::new();
    seed(&moto, KEY);
    let here = here(&moto.endpoint, LIST);
    let ran = here.collect(&["--inventory"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let (ran, report) = check(&here.no_key(), &["--evidence", "evidence"]);
    assert_eq!((ran.code, statuses(&report)["ADMIN_PASSWORD"].as_str()), (1, "wrong-type"), "{ran:?}");
    assert!(statuses(&report).contains_key("/other/service/api-key"));
    assert_silent(&here_of(), &ran);
}

/// An empty folder: only what was said is searched.
fn here_of() -> Here {
    Here::new("http://127.0.0.1:9")
}
