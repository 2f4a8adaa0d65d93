//! Users and their keys.

use super::rig::{ROOT, Row, State, attached, role, role_below, trusts, user_arn};
use secretrail::account::Thresholds;

const IDENTITY_CENTER: &str = "/aws-reserved/sso.amazonaws.com/";
const ACTIVE: [(&str, &str); 2] =
    [("access_key_1_active", "true"), ("access_key_1_last_rotated", "2026-11-01T00:00:00+00:00")];

fn with(rows: &[Row]) -> State {
    let mut state = State::good();
    for row in rows {
        state.add_user(row, &[], "", "");
    }
    state
}

/// The peer takes `N/A` for used.
#[test]
fn a_key_that_was_never_used_counts_from_when_it_was_made() {
    let made = [("access_key_1_active", "true"), ("access_key_1_last_rotated", "2024-06-01T00:00:00+00:00")];
    let audited = with(&[Row::user("ci").with(&made)]).audit();
    assert_eq!(audited.told(), ["access-key-unrotated user/ci", "access-key-unused user/ci"]);
    assert_eq!(
        audited.message("access-key-unused"),
        "access key 1 of ci was not used for 908 days (last used: never)"
    );
    // Made last week: nobody could have used it for long.
    let made = [("access_key_1_active", "true"), ("access_key_1_last_rotated", "2026-11-20T00:00:00+00:00")];
    assert_eq!(with(&[Row::user("ci").with(&made)]).audit().told(), [""; 0]);
}

#[test]
fn thresholds_are_counted_to_the_day() {
    let used = |day: &str| {
        let used = [("access_key_1_last_used_date", day)];
        with(&[Row::user("ci").with(&ACTIVE).with(&used)]).audit().told()
    };
    assert_eq!(used("2026-10-12T00:00:01+00:00"), [""; 0]);
    assert_eq!(used("2026-10-12T00:00:00+00:00"), ["access-key-unused user/ci"]);
    let state = with(&[Row::user("ci").with(&ACTIVE)]);
    let strict = Thresholds { key_rotation_days: 20, unused_days: 10, ..Thresholds::default() };
    assert_eq!(
        state.audit_with(&strict).told(),
        ["access-key-unrotated user/ci", "access-key-unused user/ci"]
    );
}

#[test]
fn each_key_is_a_finding_of_its_own() {
    let old = |number: u8| {
        let row = Row::user("ci");
        match number {
            1 => row.with(&[
                ("access_key_1_active", "true"),
                ("access_key_1_last_rotated", "2024-01-09T00:00:00+00:00"),
            ]),
            _ => row.with(&[
                ("access_key_2_active", "true"),
                ("access_key_2_last_rotated", "2024-01-09T00:00:00+00:00"),
            ]),
        }
    };
    let both = old(1)
        .with(&[("access_key_2_active", "true"), ("access_key_2_last_rotated", "2024-01-09T00:00:00+00:00")]);
    let prints = |state: &State| -> Vec<(String, String)> {
        let audited = state.audit();
        let unused = audited.findings.into_iter().filter(|one| &*one.rule == "access-key-unused");
        unused.map(|one| (one.secret.expect("a key").name, one.fingerprint)).collect()
    };
    let all = prints(&with(&[both]));
    assert_eq!(all.len(), 2);
    // The second key's finding is known by its number, also when the first one is gone.
    let second = prints(&with(&[old(2)]));
    assert_eq!(second.len(), 1);
    assert!(all.contains(&second[0]), "{all:?} {second:?}");
}

#[test]
fn keys_that_are_off_are_left_alone() {
    let off = [("access_key_1_active", "false"), ("access_key_1_last_rotated", "2020-01-01T00:00:00+00:00")];
    assert_eq!(with(&[Row::user("ci").with(&off)]).audit().told(), [""; 0]);
}

#[test]
fn people_need_mfa_and_one_kind_of_credential() {
    let person = [
        ("password_enabled", "true"),
        ("password_last_used", "2026-11-20T00:00:00+00:00"),
        ("password_last_changed", "2026-01-01T00:00:00+00:00"),
    ];
    let second =
        [("access_key_2_active", "true"), ("access_key_2_last_rotated", "2026-11-02T00:00:00+00:00")];
    let audited = with(&[Row::user("alice").with(&person).with(&ACTIVE).with(&second)]).audit();
    assert_eq!(
        audited.told(),
        [
            "access-key-two-active user/alice",
            "user-with-password-and-key user/alice",
            "user-without-mfa user/alice"
        ]
    );
    let never = [
        ("password_enabled", "true"),
        ("password_last_used", "no_information"),
        ("mfa_active", "true"),
        ("password_last_changed", "2026-01-01T00:00:00+00:00"),
    ];
    let audited = with(&[Row::user("bob").with(&never)]).audit();
    assert_eq!(audited.told(), ["password-unused user/bob"]);
    assert_eq!(
        audited.message("password-unused"),
        "The password of bob was not used for 329 days (last used: never)"
    );
}

#[test]
fn keys_beside_identity_center_and_from_set_up() {
    let person = [
        ("password_enabled", "true"),
        ("mfa_active", "true"),
        ("password_last_used", "2026-11-20T00:00:00+00:00"),
        ("user_creation_time", "2026-11-01T00:20:00+00:00"),
    ];
    let mut state = with(&[Row::user("alice").with(&person).with(&ACTIVE)]);
    let saml =
        r#"{"Federated":"arn:aws:iam::123456789012:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"}"#;
    let trust = trusts(saml, "").replace("sts:AssumeRole", "sts:AssumeRoleWithSAML");
    state.roles = vec![role_below(
        IDENTITY_CENTER,
        "AWSReservedSSO_Admin_0123456789abcdef",
        &trust,
        &attached("AdministratorAccess"),
    )];
    assert_eq!(
        state.audit().told(),
        [
            "access-key-at-set-up user/alice",
            "access-key-beside-identity-center user/alice",
            "administrator-of-identity-center role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            "user-with-password-and-key user/alice"
        ]
    );
    // The name alone is free.
    state.roles =
        vec![role("AWSReservedSSO_Admin_0123456789abcdef", &trust, &attached("AdministratorAccess"))];
    assert_eq!(
        state.audit().told(),
        [
            "access-key-at-set-up user/alice",
            "administrator-role role/AWSReservedSSO_Admin_0123456789abcdef",
            "user-with-password-and-key user/alice"
        ]
    );
}

#[test]
fn users_that_are_newer_than_the_report_are_gaps() {
    let mut state = State::good();
    state.users = vec![super::rig::principal("User", "new", &[], "", "")];
    let audited = state.audit();
    assert_eq!(audited.gaps.len(), 1);
    assert_eq!(audited.gaps[0].name, user_arn("new"));
    assert!(audited.gaps[0].hides_findings && audited.gaps[0].reason.contains("does not have this user yet"));
}

#[test]
fn a_password_policy_that_is_weak_or_absent() {
    let person = [
        ("password_enabled", "true"),
        ("mfa_active", "true"),
        ("password_last_used", "2026-11-20T00:00:00+00:00"),
    ];
    let mut state = with(&[Row::user("alice").with(&person)]);
    state.password_policy = Some((8, 24));
    assert_eq!(state.audit().told(), ["password-policy-weak 123456789012"]);
    state.password_policy = None;
    let reasons = state.audit().reasons().join("");
    assert!(reasons.contains("the evidence has no response to iam:GetAccountPasswordPolicy"), "{reasons}");
}

#[test]
fn places_are_lines_of_the_answers() {
    let audited = with(&[Row::user("alice")
        .with(&[("password_enabled", "true"), ("password_last_used", "2026-11-20T00:00:00+00:00")])])
    .audit();
    let [finding] = audited.findings.as_slice() else { panic!("{:?}", audited.told()) };
    let place = finding.at.span;
    assert_eq!(audited.sources.name(place.source), "123456789012/iam/credential-report.csv");
    assert_eq!(audited.sources.position(place).line, 3);
    assert_eq!((finding.at.name.as_str(), ROOT.len()), (user_arn("alice").as_str(), 30));
}
