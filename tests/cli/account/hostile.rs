//! Answers that are cut off or changed: a message, never a panic, and never an audit that passes for whole.

use secretrail::account::{Thresholds, judge, read, verdict};
use secretrail::evidence::Bundle;
use secretrail::rule::{RuleSet, embedded};
use secretrail::source::Sources;

use super::rig::{ALLOW_ALL, Row, State, attached, groups, principal, role, trusts};

fn state() -> State {
    let mut state = State::good();
    let row = [("password_enabled", "true"), ("access_key_1_active", "true"), ("mfa_active", "true")];
    state.add_user(
        &Row::user("alice").with(&row),
        &[("all", ALLOW_ALL)],
        &attached("ReadOnlyAccess"),
        &groups(&["g"]),
    );
    state.groups = vec![principal("Group", "g", &[], &attached("AdministratorAccess"), "")];
    state.roles =
        vec![role("agent", &trusts("\"*\"", "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}"), "")];
    state.key_ids = vec![("alice", "AKIAIOSFODNN7EXAMPLE", "2025-11-26T00:00:00Z")];
    state
}

/// Reads and judges; gives the number of gaps that could hide a finding.
fn hidden(bundle: &Bundle, rules: &RuleSet) -> usize {
    let reading = read(bundle, &Sources::default(), &Thresholds::default());
    judge(&reading.facts, rules);
    verdict(&reading.facts);
    reading.gaps.iter().filter(|gap| gap.hides_findings).count()
}

fn rules() -> RuleSet {
    RuleSet::load(embedded(), Vec::new()).expect("rules load")
}

#[test]
fn answers_that_are_cut_off_are_gaps() {
    let (whole, rules) = (state().bundle(), rules());
    let before = hidden(&whole, &rules);
    for at in 0..whole.documents.len() {
        let length = whole.documents[at].bytes.len();
        for cut in (0..length - 1).step_by(11) {
            let mut bundle = whole.clone();
            bundle.documents[at].bytes.truncate(cut);
            let document = &bundle.documents[at];
            let hidden = hidden(&bundle, &rules);
            // Ids of keys are for reading only.
            let is_report = document.call.action == "GetCredentialReport";
            if document.call.action != "ListAccessKeys" && !(is_report && document.bytes.ends_with(b"\n")) {
                assert!(hidden > before, "{} cut at {cut}", document.name);
            }
        }
    }
}

#[test]
fn answers_that_are_changed_are_read_without_a_panic() {
    let (whole, rules) = (state().bundle(), rules());
    let mut random: u64 = 0x2545_F491_4F6C_DD1D;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).unwrap_or(0) % below
    };
    for _ in 0..2_000 {
        let mut bundle = whole.clone();
        for _ in 0..=next(4) {
            let at = next(bundle.documents.len());
            let bytes = &mut bundle.documents[at].bytes;
            let (place, byte) = (next(bytes.len()), b"<>/&;\"',\n%*{}[]:\xff\x00aZ9"[next(21)]);
            bytes[place] = byte;
        }
        hidden(&bundle, &rules);
    }
}

#[test]
fn a_page_that_says_that_others_follow_is_a_gap() {
    let mut bundle = state().bundle();
    for document in &mut bundle.documents {
        let text =
            String::from_utf8_lossy(&document.bytes).replace("<IsTruncated>false", "<IsTruncated>true");
        document.bytes = text.into_bytes();
    }
    let reading = read(&bundle, &Sources::default(), &Thresholds::default());
    assert!(
        reading
            .gaps
            .iter()
            .any(|gap| gap.reason.contains("lacks pages of iam:GetAccountAuthorizationDetails"))
    );
}

/// As many users as an account can have take a second or two, not more with their number squared.
#[test]
fn five_thousand_users_are_read_in_seconds() {
    let mut state = State::good();
    for number in 0..5_000 {
        let row = Row::user(&format!("user-{number}"));
        state.add_user(&row, &[("some", r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#)], "", "");
    }
    let (bundle, rules) = (state.bundle(), rules());
    let started = std::time::Instant::now();
    hidden(&bundle, &rules);
    let seconds = started.elapsed().as_secs_f64();
    assert!(seconds < 60.0, "{seconds}");
    eprintln!("5,000 users: {seconds:.2} s");
}

/// Thousands of statements of one user meet thousands of roles: not each with each.
#[test]
fn many_statements_and_many_roles_are_read_in_seconds() {
    const MANY: usize = 5_000;
    const ACCOUNT_ITSELF: &str = "{\"AWS\":\"arn:aws:iam::123456789012:root\"}";
    let one = |effect: &str, action: &str, resource: &str| {
        format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":{resource}}}"#)
    };
    let arn = |number: usize| format!("\"arn:aws:iam::123456789012:role/rx{number}\"");
    let end = |number: usize| format!("\"*:role/rx{number}\"");
    let each = |effect: &str, action: &str, name: &dyn Fn(usize) -> String| {
        (0..MANY).map(|number| one(effect, action, &name(number))).collect::<Vec<_>>()
    };
    let wide = || {
        ["sts:AssumeRole", "iam:PassRole", "iam:PutRolePolicy"].map(|action| one("Allow", action, "\"*\""))
    };
    let list = format!("[{}]", (0..MANY).map(end).collect::<Vec<_>>().join(","));
    for (what, statements) in [
        ("a Deny for each role", [each("Deny", "sts:AssumeRole", &arn), wide().into()].concat()),
        ("a Deny for each end", [each("Deny", "iam:*", &end), wide().into()].concat()),
        (
            "an Allow for each role",
            [each("Allow", "sts:AssumeRole", &arn), each("Allow", "iam:PassRole", &arn)].concat(),
        ),
        ("one Deny for all of them", [vec![one("Deny", "sts:AssumeRole", &list)], wide().into()].concat()),
        (
            "others on everything",
            [each("Deny", "iam:PutUserPolicy", &|_| "\"*\"".into()), wide().into()].concat(),
        ),
    ] {
        let mut state = State::good();
        let inline: Vec<(&str, &str)> = statements.iter().map(|one| ("some", one.as_str())).collect();
        state.add_user(&Row::user("user"), &inline, "", "");
        let powerful = attached("AdministratorAccess");
        state.roles = (0..2_000)
            .map(|number| role(&format!("r{number}"), &trusts(ACCOUNT_ITSELF, ""), &powerful))
            .collect();
        let (bundle, rules) = (state.bundle(), rules());
        let started = std::time::Instant::now();
        hidden(&bundle, &rules);
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("2,000 roles, {what}: {seconds:.2} s");
        assert!(seconds < 30.0, "{what}: {seconds}");
    }
}
