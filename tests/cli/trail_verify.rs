//! `secretrail trail verify`, as its users run it. What is found is tested beside the code.
#![expect(clippy::disallowed_methods, reason = "starts the command itself")]

use std::fs;
use std::path::Path;
use std::process::Command;

const DIGEST: &str = "123456789012_CloudTrail-Digest_eu-central-1_main_eu-central-1_20260328T010000Z.json";

fn verify(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_secretrail"));
    let done = command.args(["trail", "verify"]).arg(folder).args(more).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

fn digest(folder: &Path, logs: &str) {
    let object = format!("AWSLogs/123456789012/CloudTrail-Digest/eu-central-1/2026/03/28/{DIGEST}.gz");
    let text = format!(
        r#"{{"awsAccountId": "123456789012", "digestStartTime": "2026-03-28T00:00:00Z",
        "digestEndTime": "2026-03-28T01:00:00Z", "digestS3Bucket": "trail-bucket", "digestS3Object": "{object}",
        "digestPublicKeyFingerprint": "00", "digestSignatureAlgorithm": "SHA256withRSA", "logFiles": [{logs}]}}"#
    );
    fs::write(folder.join(DIGEST), text).expect("it is written");
}

#[test]
fn a_folder_without_digests_was_not_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, _, errors) = verify(folder.path(), &[]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("holds no digest") && errors.contains("no audit was performed"), "{errors}");
    assert_eq!(verify(&folder.path().join("nothing"), &[]).0, Some(2));
}

#[test]
fn without_keys_it_says_what_is_not_proven() {
    let folder = tempfile::tempdir().expect("a folder");
    digest(folder.path(), "");
    let (code, out, _) = verify(folder.path(), &[]);
    assert_eq!(code, Some(3), "{out}");
    assert!(out.contains("not proven: signatures"), "{out}");
    assert!(
        out.contains("in part: 1 digest and 0 logs from 2026-03-28T00:00:00Z to 2026-03-28T01:00:00Z"),
        "{out}"
    );
}

#[test]
fn a_missing_log_is_a_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    digest(folder.path(), r#"{"s3Object": "a/b.json.gz", "hashValue": "00"}"#);
    let (code, out, _) = verify(folder.path(), &[]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("missing: a/b.json.gz (a digest lists this log)"), "{out}");
    assert!(out.contains("not complete: 1 fault among 1 digest and 0 logs"), "{out}");
}

#[test]
fn keys_that_are_none_end_the_check() {
    let folder = tempfile::tempdir().expect("a folder");
    digest(folder.path(), "");
    let keys = folder.path().join("keys.json");
    fs::write(&keys, "{\"Value\": \"a secret\"}").expect("it is written");
    let (code, out, errors) = verify(folder.path(), &["--keys", &keys.to_string_lossy()]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(errors.contains("list-public-keys") && !errors.contains("a secret"), "{errors}");
}
