//! The check before work begins, against servers that answer as AWS does.

use std::time::Duration;

use serde_json::{Value, json};

use crate::rig::{Here, KEY, Key, Moto, Ran, free_port};
use crate::stub::{IDENTITY, Reply, Stub};

/// AWS's other documented example.
const OTHER: Key<'_> = Key { id: "AKIAI44QH8DHBEXAMPLE", secret: "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY" };
/// A key of a session.
const SESSION: Key<'_> =
    Key { id: "ASIAIOSFODNN7EXAMPLE", secret: "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY" };
/// What the whole check may take without forwards.
const MOST: Duration = Duration::from_secs(2);
/// SHA-256 of `arn:aws:iam::123456789012:root`, which `aws login` names its file by.
const ROOT_LOGIN: &str =
    "home/.aws/login/cache/1921ac8a06e305954f769df5e0f8b3d24ee1d6bf5231d901157e44d7c4d0f4cf.json";

fn profile(name: &str, key: Key<'_>) -> String {
    format!("[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n", key.id, key.secret)
}

/// Runs it; no key is in what it wrote.
fn session(here: &Here, more: &[&str]) -> Ran {
    let ran = here.run(&[&["session"], more].concat());
    for secret in [KEY.secret, OTHER.secret, "the-token"] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
    }
    ran
}

fn has(ran: &Ran, lines: &[&str]) {
    for line in lines {
        assert!(ran.out.contains(line), "{line}: {}{}", ran.out, ran.err);
    }
}

/// What `aws login` leaves, as root.
fn logged_in_as_root(here: &Here, key: Key<'_>) {
    here.write("config", "[default]\nlogin_session = arn:aws:iam::123456789012:root\n");
    let token = json!({"accessToken": {"accessKeyId": key.id, "secretAccessKey": key.secret, "sessionToken": "the-token",
        "accountId": "123456789012", "expiresAt": "2099-01-01T00:00:00Z"}, "refreshToken": "the-token"});
    here.write(ROOT_LOGIN, &token.to_string());
}

#[test]
fn root_is_a_warning_or_a_problem() {
    let moto = Moto::new();
    moto.state(&json!({"root_keys": [KEY.id]}));
    let here = Here::new(&moto.endpoint);
    let ran = session(&here, &[]);
    assert!(ran.code == 0 && ran.took < MOST, "{ran:?}");
    has(
        &ran,
        &["WARNING  you are ROOT of 123456789012", "root by a long-lived access key", "Ready: 1 warning."],
    );
    let ran = session(&here, &["--root-is-fatal"]);
    assert_eq!(ran.code, 1);
    has(&ran, &["PROBLEM  you are ROOT of 123456789012", "Not ready: 1 problem."]);
    here.write("secretrail.toml", "[session]\nroot-is-fatal = true\n");
    assert_eq!(session(&here, &[]).code, 1);
    assert_eq!(moto.calls(), ["sts:GetCallerIdentity"; 3]);
}

#[test]
fn a_session_of_root_is_root() {
    let moto = Moto::new();
    moto.state(&json!({"root_keys": [SESSION.id]}));
    let here = Here::new(&moto.endpoint)
        .key(SESSION)
        .with("AWS_SESSION_TOKEN", "the-token")
        .with("AWS_CREDENTIAL_EXPIRATION", "2099-11-26T10:15:00Z");
    let ran = session(&here, &["--clock", "2099-11-26T10:05:00Z"]);
    has(
        &ran,
        &["WARNING  you are ROOT of 123456789012", "AssumeRoot", "WARNING  the session ends in 10 min"],
    );
    assert_eq!(ran.code, 0);
}

/// Incident 2: the key is deleted, and behind it stands a sign-in as root.
#[test]
fn the_key_that_is_deleted_leads_to_root() {
    let moto = Moto::new();
    moto.state(&json!({"root_keys": [SESSION.id]}));
    let here = Here::new(&moto.endpoint).no_key();
    here.write("credentials", &profile("default", KEY));
    logged_in_as_root(&here, SESSION);
    let ran = session(&here, &["--clock", "2026-11-26T10:00:00Z", "--ask-next"]);
    assert!(ran.code == 0 && ran.took < MOST, "{ran:?}");
    has(
        &ran,
        &[
            "OK       arn:aws:sts::123456789012:user/moto",
            "WARNING  delete this key and you become ROOT of 123456789012 through profile default (aws login): signed in until 2099-01-01 00:00 UTC",
            "WARNING  AWS says that profile default (aws login) makes you ROOT of 123456789012",
        ],
    );
    // And so it went.
    here.write("credentials", "");
    let ran = session(&here, &["--root-is-fatal"]);
    assert_eq!(ran.code, 1);
    has(
        &ran,
        &["PROBLEM  you are ROOT of 123456789012", "the credential comes from profile default (aws login)"],
    );
}

#[test]
fn a_session_that_is_over_is_a_problem() {
    for (code, told) in [
        ("ExpiredToken", "PROBLEM  your session is over: ExpiredToken"),
        ("InvalidClientTokenId", "PROBLEM  AWS rejects this credential: InvalidClientTokenId"),
    ] {
        let stub = Stub::new(move |_, _| Reply::error(403, code));
        let here = Here::new(&stub.endpoint).with("AWS_SESSION_TOKEN", "the-token");
        let ran = session(&here, &[]);
        assert!(ran.code == 1 && ran.took < MOST, "{ran:?}");
        has(&ran, &[told, "Not ready: 1 problem."]);
        assert_eq!(stub.asked(), ["GetCallerIdentity"]);
    }
}

#[test]
fn without_a_network_it_says_so_in_time() {
    let here = Here::new(&format!("http://127.0.0.1:{}", free_port()));
    let ran = session(&here, &[]);
    assert!(ran.code == 3 && ran.took < Duration::from_secs(5), "{ran:?}");
    has(
        &ran,
        &["UNKNOWN  AWS cannot be reached in us-east-1", "Unclear: 1 check that could not be completed."],
    );
    // Somebody who takes the call and says nothing, and one who breaks it off.
    let stub = Stub::new(|_, _| Reply::Silence);
    let ran = session(&Here::new(&stub.endpoint), &["--timeout", "1"]);
    assert!(ran.code == 3 && ran.took < Duration::from_secs(3), "{ran:?}");
    has(&ran, &["UNKNOWN  AWS did not say who you are within 1 s"]);
    let stub = Stub::new(|_, _| Reply::Close);
    let ran = session(&Here::new(&stub.endpoint), &[]);
    assert!(ran.code == 3 && ran.took < Duration::from_secs(6), "{ran:?}");
    let ran = session(&Here::new("nonsense"), &[]);
    assert!(ran.code == 3, "{ran:?}");
}

#[test]
fn without_credentials_nobody_is_asked() {
    let stub = Stub::new(|_, _| Reply::ok(IDENTITY));
    let here = Here::new(&stub.endpoint).no_key();
    let ran = session(&here, &[]);
    assert!(ran.code == 1 && ran.took < MOST, "{ran:?}");
    has(&ran, &["PROBLEM  there are no AWS credentials", "no credential is set up"]);
    let ran = session(&here.with("AWS_PROFILE", "gone"), &[]);
    assert_eq!(ran.code, 1);
    has(&ran, &["AWS_PROFILE names the profile gone, which is in neither file"]);
    assert_eq!(stub.asked(), Vec::<String>::new());
}

#[test]
fn an_answer_that_is_none_is_told_and_not_repeated() {
    for body in ["<html>the-token</html>", "the-token", "<GetCallerIdentityResponse><Arn>the-token"] {
        let stub = Stub::new(move |_, _| Reply::Body(200, body.into()));
        let ran = session(&Here::new(&stub.endpoint), &["-vvv"]);
        assert_eq!(ran.code, 3, "{ran:?}");
        has(&ran, &["UNKNOWN  AWS did not say who you are in us-east-1: malformed-answer"]);
    }
}

#[test]
fn json_is_the_same_bytes_for_the_same_state() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint).no_key();
    here.write("credentials", &format!("{}{}", profile("default", KEY), profile("dev", OTHER)));
    let run = || session(&here, &["--json", "--profile", "dev", "--clock", "2026-11-26T10:00:00Z"]);
    let (first, second) = (run(), run());
    assert_eq!(first.out, second.out);
    let told: Value = serde_json::from_str(&first.out).expect("JSON");
    assert_eq!(told["identity"]["status"], "known");
    assert_eq!(told["identity"]["root"], false);
    assert_eq!(told["credentials"]["profile"], "dev");
    assert_eq!(
        told["credentials"]["order"][0],
        json!({"source": "credentials-file", "profile": "dev", "state": "ready",
        "until": null, "account": null, "role": null, "user": null, "root": false, "key_last4": "MPLE"})
    );
    assert_eq!(told["credentials"]["plain_shell"]["profile"], "default");
    assert_eq!(told["summary"]["exit_code"], first.code);
}

/// The founding team's screen: four keys, one of them not there.
#[test]
fn a_secret_that_is_missing_is_a_problem() {
    let moto = Moto::new();
    let names =
        ["/paperclip-app/admin/password", "/paperclip-app/anthropic/api-key", "/paperclip-app/github/pat"];
    let put = |name: &&str| json!(["ssm", "put_parameter", {"Name": name, "Value": "the-token", "Type": "SecureString"}]);
    moto.set(KEY, &Value::from(names.iter().map(put).collect::<Vec<_>>()));
    let here = Here::new(&moto.endpoint).with("AWS_REGION", "us-east-1");
    let row =
        |name: &str, key: &str, place: &str| format!("| {name} | {key} | SSM {place} | — | Paperclip |\n");
    let table = |rows: &[String]| {
        format!("| Name | Key | Location | Last Rotated | Owner |\n|---|---|---|---|---|\n{}", rows.concat())
    };
    let mut rows = vec![
        row("Paperclip admin password", "ADMIN_PASSWORD", names[0]),
        row("Paperclip Anthropic key", "ANTHROPIC_API_KEY", names[1]),
        row("Paperclip GitHub PAT", "GITHUB_PAT", names[2]),
    ];
    here.write("SECRETS.md", &table(&rows));
    let ran = session(&here, &[]);
    assert!(ran.code == 0 && ran.took < MOST, "{ran:?}");
    has(
        &ran,
        &[
            "[ Secrets Health Check ]",
            "  OK       Paperclip admin password\n",
            "All 3 secrets are in their places.",
        ],
    );
    rows.push(row("Test bot Anthropic key", "TEST_BOT_KEY", "/paperclip-app/test-bot/api-key"));
    here.write("SECRETS.md", &table(&rows));
    here.write("SECRETS-RUNBOOK.md", "# TEST_BOT_KEY\n");
    let ran = session(&here, &[]);
    assert!(ran.code == 1 && ran.took < MOST, "{ran:?}");
    has(
        &ran,
        &[
            "  MISSING  Test bot Anthropic key",
            "One or more secrets are missing. See SECRETS-RUNBOOK.md to fix.",
        ],
    );
    let told: Value = serde_json::from_str(&session(&here, &["--json"]).out).expect("JSON");
    assert_eq!(told["inventory"][3]["status"], "missing");
    // What may not be looked at is unknown, with the permission's name.
    moto.state(&json!({"denied": ["ssm:DescribeParameters"]}));
    let ran = session(&here, &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    has(&ran, &["ssm:DescribeParameters"]);
}
