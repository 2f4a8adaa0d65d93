//! `secretrail review`.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

const NOW: &str = "2026-03-28T15:00:00Z";

fn fixtures() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/trail").to_string_lossy().into_owned()
}

/// Runs a review in a case of the fixtures; exit code, output, errors.
fn review(case: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("secretrail").expect("the binary");
    let folder = Path::new(&fixtures()).join(case);
    command.current_dir(folder).args(["review", ".", "--now", NOW]).args(arguments);
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_key_leads_to_what_was_done_and_to_the_fallback() {
    let (code, told, errors) = review("fallback-root", &["--key", "AKIAIOSFODNN7EXAMPLE"]);
    assert_eq!(code, 0, "{errors}");
    for words in [
        "# Incident review: key `AKIAIOSFODNN7EXAMPLE`",
        "user/terraform-deployer",
        "the same host went on with these credentials",
        "`/paperclip-app/anthropic/api-key`",
        "aws ec2 stop-instances --instance-ids",
        "## What this does not show",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
}

#[test]
fn what_is_not_found_is_said_with_what_is_near() {
    let (code, told, errors) = review("fallback-root", &["--key", "AKIAIOSFODNN7EXAMPLF"]);
    assert_eq!((code, told.as_str()), (2, ""));
    assert!(errors.contains("user/terraform-deployer` that ends in `MPLE`"), "{errors}");
}

#[test]
fn a_broken_log_is_a_gap() {
    let folder = TempDir::new().expect("a folder");
    let log = fs::read_dir(Path::new(&fixtures()).join("fallback-root")).expect("the case").next();
    fs::copy(log.expect("a log").expect("a log").path(), folder.path().join("a.json")).expect("copied");
    fs::write(folder.path().join("b.json"), "{\"Records\":[{\"eventName\":").expect("written");
    let mut command = Command::cargo_bin("secretrail").expect("the binary");
    command.current_dir(folder.path()).args(["review", ".", "--now", NOW, "--principal", "root"]);
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains("**Not read:** `b.json`"));
}
