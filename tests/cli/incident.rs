//! `examples/incident`, all of it: the three incidents are told, each with what the evidence shows of it.

use insta::assert_snapshot;
use serde_json::Value;

use crate::rig::{command, root, run};

const AUDIT: [&str; 3] = ["audit", "--settings", "examples/incident/secretrail.toml"];

fn report() -> Value {
    let ran = run(command(&root()).args(AUDIT).args(["--format", "json"]));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    serde_json::from_str(&ran.out).expect("JSON")
}

fn found<'r>(report: &'r Value, rule: &str) -> Vec<&'r Value> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().filter(|finding| finding["rule"] == rule).collect()
}

/// The session whose id a finding names.
fn session<'r>(report: &'r Value, whose: &dyn Fn(&Value) -> bool) -> &'r Value {
    report["sessions"].as_array().expect("sessions").iter().find(|one| whose(one)).expect("the session")
}

#[test]
fn four_lines_tell_it() {
    let ran = run(command(&root()).args(AUDIT));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let lines: Vec<&str> = ran.out.lines().collect();
    let last = lines.get(lines.len() - 6..).expect("six lines").join("\n");
    assert_snapshot!(last, @"
    Terraform  anthropic_api_key is written to /opt/paperclip/.env (examples/incident/modules/app/user_data.sh:235); 2 more findings
    Account    root has no access keys; MFA on, virtual; last used 2026-03-28 (4 days ago)
    Sessions   root was used: 1 console session, 9 events, with MFA, from 203.0.113.24; credentials fell back silently to arn:aws:iam::123456789012:root (s-18a92c4da1f740a0): on the same host, 15 min after arn:aws:…
    Keys       2 of 5 are missing: Test bot Anthropic key, Linear key

    30 findings, 2 of them on a disk: 4 critical, 8 high, 10 medium, 5 low, 3 informational. Exit code 1
    ");
}

#[test]
fn the_quiet_key_is_followed_to_line_235() {
    let report = report();
    let on_disk = found(&report, "secret-written-to-disk");
    let at = |path: &str, line: u64| {
        on_disk
            .iter()
            .any(|finding| finding["location"]["path"] == path && finding["location"]["line"] == line)
    };
    assert!(at("examples/incident/modules/app/user_data.sh", 235), "{on_disk:#?}");
    assert!(at("examples/incident/modules/worker/user_data.sh", 24), "{on_disk:#?}");
}

#[test]
fn root_is_told_with_what_fell_back_to_it() {
    let report = report();
    let root = session(&report, &|one| one["root"] == "console");
    assert_eq!((&root["actor"]["kind"], root["events"].as_u64()), (&Value::from("agent"), Some(9)));
    for rule in ["credential-fallback-to-root", "agent-as-root", "root-session", "agent-created-credential"] {
        let told = found(&report, rule);
        assert_eq!(told.len(), 1, "{rule}: {told:#?}");
        assert_eq!(told[0]["surface"], "trail", "{rule}");
    }
    // What is left of it in the account.
    assert_eq!(found(&report, "standing-administrator").len(), 1);
    assert_eq!(found(&report, "root-has-access-keys").len(), 0);
}

#[test]
fn the_read_of_the_printed_key_is_told_with_its_session() {
    let report = report();
    let read = found(&report, "agent-read-secret");
    assert_eq!(read.len(), 1, "{read:#?}");
    assert_eq!(read[0]["message"], "Claude Code read /paperclip-app/anthropic/api-key");
    let whose = |one: &Value| one["secrets_read"].as_array().is_some_and(|secrets| !secrets.is_empty());
    let session = session(&report, &whose);
    assert_eq!(session["secrets_read"][0], "/paperclip-app/anthropic/api-key");
    let reasons = session["actor"]["reasons"].to_string();
    assert!(reasons.contains("toolu_01AjU2TvSydb1THCnRCcYCLQ"), "the tool use: {reasons}");
    // The same agent, since its sessions are made for it.
    let declared = report["sessions"].as_array().expect("sessions").iter();
    let declared: Vec<&Value> =
        declared.filter(|one| one["source_identity"] == "jcalone@example.com").collect();
    assert_eq!(declared.len(), 1);
    assert_eq!(declared[0]["actor"]["level"], "L3");
}

#[test]
fn keys_that_have_no_home_are_told() {
    let report = report();
    let missing: Vec<&Value> =
        found(&report, "key-missing").iter().map(|one| &one["location"]["name"]).collect();
    assert_eq!(missing.len(), 2, "{missing:?}");
    let unlisted = found(&report, "parameter-unlisted");
    assert!(unlisted.iter().all(|one| one["message"].to_string().contains("/abt/replicate/api-token")));
    assert_eq!(unlisted.len(), 1);
}
