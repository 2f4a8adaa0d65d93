//! Root: the truth table, the peer's wrong answers, and what is not known.

use super::rig::{NOW, ROOT, Row, State, user_arn};

const KEYS: &str = "AccountAccessKeysPresent";
const PASSWORD: &str = "AccountPasswordPresent";
const MFA: &str = "AccountMFAEnabled";

#[test]
fn nothing_is_wrong_with_a_good_account() {
    let audited = State::good().audit();
    assert_eq!(audited.told(), [""; 0]);
    assert_eq!(audited.reasons(), [""; 0]);
    let verdict = secretrail::account::verdict(&audited.account);
    assert_eq!(
        verdict,
        [
            "root has no access keys; MFA on, hardware; last used 2026-01-03 (326 days ago)",
            "you are arn:aws:sts::123456789012:assumed-role/audit/secretrail",
            "0 users: 0 with a password, 0 of them without MFA; 0 active access keys",
            "0 users are administrators at all times; 0 roles have an administrator's rights",
        ]
    );
}

#[test]
fn the_truth_table_of_root_mfa() {
    for (password, keys, mfa, told) in [
        (0, 0, 0, vec![]),
        (0, 0, 1, vec![]),
        (1, 0, 1, vec![]),
        (1, 0, 0, vec!["root-without-mfa root"]),
        (0, 1, 0, vec!["root-has-access-keys root", "root-without-mfa root"]),
        (1, 1, 0, vec!["root-has-access-keys root", "root-without-mfa root"]),
        (1, 1, 1, vec!["root-has-access-keys root"]),
    ] {
        let mut state = State::good();
        state.set(PASSWORD, password);
        state.set(KEYS, keys);
        state.set(MFA, mfa);
        let audited = state.audit();
        assert_eq!(audited.told(), told, "password {password}, keys {keys}, MFA {mfa}");
        let verdict = &secretrail::account::verdict(&audited.account)[0];
        assert_eq!(verdict.contains("needs no MFA"), (password, keys, mfa) == (0, 0, 0), "{verdict}");
    }
}

/// The peer finds nothing here: the report's `not_supported` counts as no password for it.
#[test]
fn a_password_that_is_not_supported_is_no_reason_to_pass() {
    let mut state = State::good();
    state.set(MFA, 0);
    state.summary.retain(|(key, _)| *key != PASSWORD);
    state.rows =
        vec![Row::root().with(&[("password_enabled", "not_supported"), ("mfa_active", "false")]).line()];
    let audited = state.audit();
    assert_eq!(audited.told(), ["root-without-mfa root"]);
    // Also where only the report tells.
    state.refused = vec![("GetAccountSummary", "AccessDenied")];
    assert_eq!(state.audit().told(), ["root-without-mfa root"]);
}

/// The peer looks at the password only.
#[test]
fn the_latest_of_three_dates_is_roots_last_use() {
    let mut state = State::good();
    state.set(KEYS, 1);
    let used = [
        ("access_key_1_active", "true"),
        ("access_key_1_last_rotated", "2026-01-01T00:00:00+00:00"),
        ("access_key_1_last_used_date", "2026-11-25T20:00:00+00:00"),
        ("access_key_1_last_used_service", "iam"),
    ];
    state.rows = vec![Row::root().with(&used).line()];
    let audited = state.audit();
    assert_eq!(audited.told(), ["root-has-access-keys root", "root-used-recently root"]);
    assert_eq!(
        audited.message("root-used-recently"),
        format!("Root of {ROOT} was last used 2026-11-25 (today) by access key 1")
    );
}

/// The peer finds `root` in `groot`.
#[test]
fn a_virtual_device_is_roots_by_its_owner() {
    let mut state = State::good();
    state.devices = vec![("arn:aws:iam::123456789012:mfa/root-account-mfa-device", user_arn("groot"))];
    state.add_user(&Row::user("groot").with(&[("mfa_active", "true")]), &[], "", "");
    let audited = state.audit();
    assert_eq!(audited.told(), [""; 0]);
    assert!(secretrail::account::verdict(&audited.account)[0].contains("MFA on, hardware"));
    state.devices.push(("arn:aws:iam::123456789012:mfa/phone", ROOT.to_owned()));
    assert_eq!(state.audit().told(), ["root-mfa-is-virtual root"]);
}

#[test]
fn the_report_never_overrules_the_summary() {
    let mut state = State::good();
    // An hour ago root had keys and no MFA.
    let old = [
        ("mfa_active", "false"),
        ("access_key_1_active", "true"),
        ("access_key_1_last_rotated", "2020-01-01T00:00:00+00:00"),
    ];
    state.rows = vec![Row::root().with(&old).line()];
    assert_eq!(state.audit().told(), [""; 0]);
    // Now it has them, and the report does not know it yet.
    let mut state = State::good();
    state.set(KEYS, 1);
    state.set(MFA, 0);
    assert_eq!(state.audit().told(), ["root-has-access-keys root", "root-without-mfa root"]);
}

#[test]
fn what_is_not_told_is_not_known() {
    let mut state = State::good();
    state.refused = vec![("GetAccountSummary", "AccessDenied"), ("GetCredentialReport", "ReportNotPresent")];
    let audited = state.audit();
    assert_eq!(audited.told(), [""; 0]);
    let reasons = audited.reasons().join("\n");
    for told in [
        "iam:GetAccountSummary is denied to arn:aws:sts::123456789012:assumed-role/audit/secretrail: root's keys",
        "iam:GetCredentialReport failed: ReportNotPresent: users",
        "whether root has access keys is unknown: iam:GetAccountSummary is denied to",
        "whether root has MFA is unknown",
        "when root was last used is unknown",
    ] {
        assert!(reasons.contains(told), "{told}:\n{reasons}");
    }
    assert!(audited.gaps.iter().all(|gap| gap.hides_findings));
    let verdict = &secretrail::account::verdict(&audited.account)[0];
    assert_eq!(
        verdict,
        "whether root has access keys is not known; whether it has MFA is not known; its last use is not known"
    );
}

#[test]
fn each_denied_call_is_a_gap_and_the_rest_is_judged() {
    for action in [
        "GetCallerIdentity",
        "GetAccountSummary",
        "GetCredentialReport",
        "ListVirtualMFADevices",
        "GetAccountAuthorizationDetails",
        "ListOrganizationsFeatures",
        "GetAccountPasswordPolicy",
        "GenerateCredentialReport",
    ] {
        let mut state = State::good();
        state.set(KEYS, 1);
        state.add_user(&Row::user("alice").with(&[("password_enabled", "true")]), &[], "", "");
        state.refused = vec![(action, "AccessDenied")];
        let audited = state.audit();
        let service = if action == "GetCallerIdentity" { "sts" } else { "iam" };
        let told = format!("{service}:{action} is denied to");
        assert!(
            audited.gaps.iter().any(|gap| gap.reason.starts_with(&told) && gap.hides_findings),
            "{action}: {:?}",
            audited.gaps
        );
        assert_eq!(audited.has("root-has-access-keys"), action != "GetAccountSummary", "{action}");
        assert_eq!(audited.has("user-without-mfa"), action != "GetCredentialReport", "{action}");
    }
}

#[test]
fn some_refusals_are_answers() {
    let mut state = State::good();
    state.refused = vec![
        ("ListOrganizationsFeatures", "OrganizationNotFoundException"),
        ("GetAccountPasswordPolicy", "NoSuchEntity"),
    ];
    let audited = state.audit();
    assert_eq!((audited.told(), audited.reasons()), (vec![], vec![]));
    let row = [
        ("password_enabled", "true"),
        ("mfa_active", "true"),
        ("password_last_used", "2026-11-20T00:00:00+00:00"),
    ];
    state.add_user(&Row::user("alice").with(&row), &[], "", "");
    assert_eq!(state.audit().told(), ["password-policy-absent 123456789012"]);
}

#[test]
fn evidence_that_lacks_an_answer_is_not_whole() {
    let mut bundle = State::good().bundle();
    bundle.documents.retain(|document| document.call.action != "GetAccountSummary");
    let audited = super::rig::audit(&bundle, &secretrail::account::Thresholds::default());
    let reasons = audited.reasons();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.starts_with("the evidence has no response to iam:GetAccountSummary"))
    );
    assert!(audited.gaps.iter().all(|gap| gap.hides_findings));
}

#[test]
fn a_report_without_root_is_a_gap() {
    let mut state = State::good();
    state.rows = vec![Row::user("alice").line()];
    state.users = vec![super::rig::principal("User", "alice", &[], "", "")];
    let reasons = state.audit().reasons().join("\n");
    assert!(reasons.contains("the credential report has no row for root"), "{reasons}");
}

#[test]
fn who_asks_is_told() {
    for (caller, id, rule) in [
        (ROOT, "123456789012", Some("caller-is-root")),
        (ROOT, "123456789012:task", Some("caller-is-root-session")),
        ("arn:aws:iam::123456789012:user/root", "AIDAEXAMPLE", None),
        (
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice",
            "AROAEXAMPLE:alice",
            None,
        ),
        ("arn:aws-us-gov:iam::123456789012:root", "123456789012", Some("caller-is-root")),
    ] {
        let state = State { caller: caller.into(), user_id: id.into(), ..State::good() };
        let rules: Vec<String> = state.audit().findings.iter().map(|one| one.rule.to_string()).collect();
        assert_eq!(rules, rule.into_iter().collect::<Vec<_>>(), "{caller} {id}");
    }
    // Root that has no credentials of its own can only be a session of AssumeRoot.
    let mut state = State { caller: ROOT.into(), user_id: "123456789012".into(), ..State::good() };
    state.set(PASSWORD, 0);
    assert_eq!(state.audit().told(), ["caller-is-root-session root"]);
}

#[test]
fn organisations_certificates_and_old_reports() {
    let mut state = State::good();
    state.features = Some(vec!["RootSessions"]);
    state.set("AccountSigningCertificatesPresent", 1);
    state.report_made = "2026-11-25T12:00:00Z";
    let audited = state.audit();
    assert_eq!(
        audited.told(),
        [
            "central-root-management-off 123456789012",
            "credential-report-stale 123456789012",
            "root-has-signing-certificates root"
        ]
    );
    assert_eq!(
        audited.message("credential-report-stale"),
        "The credential report of account 123456789012 is of 2026-11-25 (12 hours ago)"
    );
    assert_eq!(NOW, audited.account.now.to_string());
}

/// Also where the report answers in its stead: that may be hours old.
#[test]
fn a_summary_without_its_keys_is_a_gap() {
    let mut state = State::good();
    state.summary.retain(|(key, _)| *key != MFA);
    let reasons = state.audit().reasons().join("\n");
    assert!(reasons.contains("the account summary lacks AccountMFAEnabled"), "{reasons}");
}

#[test]
fn what_is_of_another_account_is_a_gap() {
    let mut state = State::good();
    state.caller = "arn:aws:sts::210987654321:assumed-role/audit/secretrail".into();
    let reasons = state.audit().reasons().join("\n");
    assert!(reasons.contains("the caller is from another account than the manifest names"), "{reasons}");

    let mut state = State::good();
    state.rows.push(Row::user("eve").line().replace("123456789012", "210987654321"));
    let reasons = state.audit().reasons().join("\n");
    assert!(reasons.contains("rows of another account than the manifest names"), "{reasons}");
}
