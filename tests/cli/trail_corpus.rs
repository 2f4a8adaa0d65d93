//! The synthetic CloudTrail records are what their script writes, and are whole.
#![expect(clippy::disallowed_methods, reason = "asks the script that makes the corpus")]

use std::path::PathBuf;
use std::process::Command;

/// Every case of `fixtures/trail/`.
const CASES: &[&str] = &[
    "trail/agent-claimed",
    "trail/agent-contradiction",
    "trail/agent-declared",
    "trail/agent-long-lived-key",
    "trail/agent-marked",
    "trail/agent-mcp",
    "trail/bursts",
    "trail/chain",
    "trail/duplicates",
    "trail/fallback-root",
    "trail/fallback-sso",
    "trail/human",
    "trail/json-lines",
    "trail/lookup-events",
    "trail/root-access-key",
    "trail/root-assume-root",
    "trail/root-console",
    "trail/root-service",
    "trail/root-session-token",
    "trail/tampering",
    "trail/unknown",
];

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

#[test]
fn the_corpus_is_what_its_script_writes() {
    let made = Command::new("python3").arg(fixtures().join("trail/make.py")).arg("--check").output();
    let made = made.expect("python3 runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
    let listed = std::fs::read_to_string(fixtures().join("trail/README.md")).expect("trail/README.md");
    for case in CASES {
        let name = case.trim_start_matches("trail/");
        assert!(listed.contains(&format!("[{name}]")), "{case} is not in the list");
    }
}

#[test]
fn every_record_is_whole() {
    for case in CASES.iter().filter(|case| !matches!(**case, "trail/json-lines" | "trail/lookup-events")) {
        for entry in std::fs::read_dir(fixtures().join(case)).expect("the case is there") {
            let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a text");
            let log: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            for record in log["Records"].as_array().expect("records") {
                for field in ["eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "eventID"]
                {
                    assert!(record[field].is_string(), "{case}: {field}");
                }
                let key = record["userIdentity"]["accessKeyId"].as_str().unwrap_or_default();
                assert!(key.is_empty() || key.contains("EXAMP"), "{case}: {key} looks like a real key");
            }
        }
    }
}

/// The rules that each case meets: what it must find, and all that it may find.
const FOUND: &[(&str, &[&str])] = &[
    ("agent-declared", &["agent-read-secret"]),
    (
        "agent-long-lived-key",
        &[
            "access-key-created",
            "agent-created-credential",
            "agent-read-secret",
            "agent-with-long-lived-key",
            "agent-without-identity",
        ],
    ),
    ("agent-marked", &["agent-read-secret", "agent-without-identity"]),
    ("agent-mcp", &["agent-read-secret"]),
    ("bursts", &["denied-calls", "key-from-two-networks", "secret-read-then-key-elsewhere"]),
    ("chain", &["trail-stopped"]),
    ("duplicates", &["root-session"]),
    (
        "fallback-root",
        &[
            "access-key-created",
            "agent-as-root",
            "agent-created-credential",
            "agent-read-secret",
            "agent-with-long-lived-key",
            "agent-without-identity",
            "credential-fallback-to-root",
            "root-session",
        ],
    ),
    ("fallback-sso", &["credential-fallback"]),
    ("human", &[]),
    ("root-access-key", &["login-profile-created", "root-access-key-used", "root-session"]),
    ("root-assume-root", &["root-task"]),
    ("root-console", &["root-from-new-network", "root-session", "root-session-without-mfa"]),
    ("root-service", &[]),
    (
        "tampering",
        &["access-key-created", "login-profile-created", "mfa-deactivated", "trail-altered", "trail-stopped"],
    ),
    ("unknown", &[]),
];

#[test]
fn rules_find_what_a_case_shows_and_nothing_else() {
    for (case, expected) in FOUND {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secretrail"));
        let folder = fixtures().join("trail").join(case);
        let done = command.arg("trail").arg(folder).args(["--format", "json"]).output().expect("it runs");
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        let mut found: Vec<&str> =
            findings.iter().map(|one| one["rule"].as_str().unwrap_or_default()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, *expected, "{case}");
    }
}
