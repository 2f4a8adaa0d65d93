//! `secretrail review` with evidence of the account: what still works, what its owner may do, what is gone already.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::rig::{Row, State, attached};
use crate::rig::{Ran as Run, command, run};
use secretrail::evidence::Target;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const MADE: &str = "AKIAI44QH8DHBEXAMPLE";
const OTHER: &str = "AKIAOTHERKEYEXAMPLE0";

/// Two days before the account was looked at, mallory's key makes a user, a key of alice's, and itself an administrator.
fn log(more: &[(&str, Value)]) -> Value {
    let event = |at: u32, name: &str, request: Value, response: Value| {
        json!({"eventVersion": "1.11", "eventTime": format!("2026-11-24T15:00:{at:02}Z"), "eventID": format!("e-{at}"),
            "eventSource": "iam.amazonaws.com", "eventName": name, "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.15.0", "recipientAccountId": "123456789012",
            "readOnly": false, "eventType": "AwsApiCall", "userIdentity": {"type": "IAMUser", "principalId": "AIDAMALLORY",
                "accountId": "123456789012", "arn": "arn:aws:iam::123456789012:user/mallory", "userName": "mallory",
                "accessKeyId": KEY},
            "requestParameters": request, "responseElements": response})
    };
    let admin = json!({"userName": "mallory", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    let made = json!({"accessKey": {"accessKeyId": MADE, "userName": "alice"}});
    let more =
        more.iter().zip(10..).map(|((name, request), at)| event(at, name, request.clone(), json!(null)));
    let first = [
        event(1, "CreateUser", json!({"userName": "eve"}), json!({"user": {"userName": "eve"}})),
        event(2, "CreateAccessKey", json!({"userName": "alice"}), made),
        event(3, "AttachUserPolicy", admin, json!(null)),
    ];
    json!({"Records": first.into_iter().chain(more).collect::<Vec<_>>()})
}

fn state(is_active: bool) -> State {
    let mut state = State::good();
    let keys = [
        ("access_key_1_active", if is_active { "true" } else { "false" }),
        ("access_key_1_last_rotated", "2025-11-26T00:00:00+00:00"),
        ("access_key_2_active", "true"),
        ("access_key_2_last_rotated", "2025-12-01T00:00:00+00:00"),
    ];
    state.add_user(&Row::user("mallory").with(&keys), &[], &attached("AdministratorAccess"), "");
    state.add_user(&Row::user("alice"), &[], "", "");
    state.key_ids =
        vec![("mallory", KEY, "2025-11-26T00:00:00Z"), ("mallory", OTHER, "2025-12-01T00:00:00Z")];
    state.set("Users", 2);
    state
}

fn place(state: &State) -> TempDir {
    place_with(state, &[])
}

fn place_with(state: &State, more: &[(&str, Value)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("log.json"), log(more).to_string()).expect("written");
    Target::new(&folder.path().join("evidence")).expect("a place").write(&state.bundle()).expect("a bundle");
    folder
}

fn review(folder: &Path, more: &[&str]) -> Run {
    let arguments =
        ["review", "log.json", "--evidence", "evidence", "--key", KEY, "--now", "2026-11-26T01:00:00Z"];
    run(command(folder).args(arguments).args(more))
}

#[test]
fn it_tells_what_still_works_and_what_is_gone() {
    let folder = place(&state(true));
    let told = review(folder.path(), &[]).out;
    for words in [
        "**Can do:** user `mallory`: an administrator",
        "## Account evidence",
        "`AKIAIOSFODNN7EXAMPLE`: active, created 2025-11-26T00:00:00Z, never used",
        "- MFA: none",
        "user `eve` no longer existed at",
        "access key `AKIAI44QH8DHBEXAMPLE` of user `alice` no longer existed at",
        "another access key of user `mallory`, `AKIAOTHERKEYEXAMPLE0`",
        "aws iam update-access-key --user-name mallory --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive",
        "aws iam detach-user-policy --user-name mallory",
        "The evidence of account 123456789012 is from 2026-11-26T00:00:00Z, 1 h 00 min before this review",
        "evidence/manifest.json",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
    assert!(
        !told.contains("--user-name eve") && !told.contains("--access-key-id AKIAI44QH8DHBEXAMPLE"),
        "{told}"
    );
    for format in ["json", "html", "stix"] {
        let once = review(folder.path(), &["--format", format]);
        assert!(once.code == 0 && once.out == review(folder.path(), &["--format", format]).out, "{format}");
    }
}

#[test]
fn a_key_that_was_switched_off_since_asks_for_nothing() {
    let folder = place(&state(false));
    let told = review(folder.path(), &[]).out;
    assert!(
        told.contains("access key `AKIAIOSFODNN7EXAMPLE` no longer existed at")
            && told.contains("it is inactive"),
        "{told}"
    );
    assert!(!told.contains("--access-key-id AKIAIOSFODNN7EXAMPLE"), "{told}");
}

#[test]
fn a_second_factor_that_the_incident_put_there_undoes_nothing() {
    let mut state = state(true);
    state.add_user(&Row::user("bob").with(&[("mfa_active", "true")]), &[], "", "");
    state.set("Users", 3);
    // As somebody typed it: in IAM it is the same user.
    let of_bob = |name: &str, device: &str| json!({"userName": name, "serialNumber": format!("arn:aws:iam::123456789012:mfa/{device}")});
    let off = ("DeactivateMFADevice", of_bob("Bob", "bob"));
    let own = ("EnableMFADevice", of_bob("bob", "other"));
    let told = review(place_with(&state, std::slice::from_ref(&off)).path(), &[]).out;
    assert!(told.contains("these logs do not show who enabled it"), "{told}");
    let told = review(place_with(&state, &[off, own]).path(), &[]).out;
    assert!(
        told.contains("the last one was enabled by the incident itself (event `e-11`)")
            && !told.contains(
                "no longer existed at 2026-11-26T00:00:00Z, by the account's evidence: there is a second"
            ),
        "{told}"
    );
    assert!(told.contains("aws iam list-mfa-devices --user-name Bob"), "{told}");
    assert!(told.contains("aws iam deactivate-mfa-device --user-name bob"), "{told}");
}

#[test]
fn evidence_that_was_altered_is_refused() {
    let folder = place(&state(true));
    let report = folder.path().join("evidence/123456789012/iam/credential-report.csv");
    let text = fs::read_to_string(&report).expect("the report").replace("mallory", "mallorx");
    fs::write(report, text).expect("written");
    let refused = review(folder.path(), &[]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{}", refused.err);
    assert!(
        refused.err.contains("altered") && refused.err.contains("credential-report.csv"),
        "{}",
        refused.err
    );
}
