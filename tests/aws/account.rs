//! `secretrail account` on a server: states are set there, and judged from what it answers.

use serde_json::{Value, json};

use crate::rig::{Here, KEY, Key, Moto, Ran};
use crate::states::{of_power, person, role, row, trust};

/// An account with which nothing is wrong, and where every call has an answer.
fn good(moto: &Moto) {
    moto.state(&json!({
        "organization_features": ["RootCredentialsManagement", "RootSessions"],
        "summary": {
            "AccountMFAEnabled": 1,
            "AccountAccessKeysPresent": 0,
            "AccountPasswordPresent": 1,
            "AccountSigningCertificatesPresent": 0
        },
        "root_row": {"password_last_used": "2026-01-03T00:00:00+00:00"},
        // The clock of these tests stands still.
        "report_time": "2026-11-25T23:00:00Z"
    }));
    let policy = json!({"MinimumPasswordLength": 14, "PasswordReusePrevention": 24});
    moto.set(KEY, &json!([["iam", "update_account_password_policy", policy]]));
}

const CLOCK: [&str; 2] = ["--clock", "2026-11-26T00:00:00Z"];

pub fn audit(here: &Here, more: &[&str]) -> Ran {
    here.run(&[&["account", "--format", "json", "--fail-on", "informational"][..], &CLOCK, more].concat())
}

pub fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// `rule name` of each finding, sorted.
pub fn told(ran: &Ran) -> Vec<String> {
    let report = report(ran);
    let one = |finding: &Value| {
        let name = finding["location"]["name"].as_str().expect("a name");
        let short = name.replace("arn:aws:iam::123456789012:", "");
        format!("{} {short}", finding["rule"].as_str().expect("a rule"))
    };
    let mut all: Vec<String> = report["findings"].as_array().expect("findings").iter().map(one).collect();
    all.sort();
    all
}

#[test]
fn a_good_account_passes() {
    let moto = Moto::new();
    good(&moto);
    let ran = audit(&Here::new(&moto.endpoint), &[]);
    assert_eq!((told(&ran), ran.code), (vec![], 0), "{ran:?}");
    assert_eq!(report(&ran)["gaps"], json!([]));
}

#[test]
fn states_of_root_are_judged() {
    let moto = Moto::new();
    good(&moto);
    let here = Here::new(&moto.endpoint);
    let summary = |mfa: u8, keys: u8, password: u8| {
        json!({"summary": {
            "AccountMFAEnabled": mfa,
            "AccountAccessKeysPresent": keys,
            "AccountPasswordPresent": password,
            "AccountSigningCertificatesPresent": 0
        }})
    };
    for (state, rules) in [
        (summary(0, 0, 0), vec![]),
        (summary(0, 0, 1), vec!["root-without-mfa root"]),
        (summary(0, 1, 0), vec!["root-has-access-keys root", "root-without-mfa root"]),
        (summary(1, 0, 1), vec![]),
    ] {
        moto.state(&state);
        assert_eq!(told(&audit(&here, &[])), rules, "{state}");
    }
    moto.state(&json!({"root_virtual_mfa": true}));
    assert_eq!(told(&audit(&here, &[])), ["root-mfa-is-virtual root"]);
    moto.state(&json!({"root_virtual_mfa": false, "root_row": {
        "password_last_used": "2026-01-03T00:00:00+00:00",
        "access_key_1_last_used_date": "2026-11-25T00:00:00+00:00"
    }}));
    assert_eq!(told(&audit(&here, &[])), ["root-used-recently root"]);
    let root = here.key(Key { id: "ROOT", secret: "x" });
    moto.state(&json!({"root_row": {"password_last_used": "no_information"}}));
    assert_eq!(told(&audit(&root, &[])), ["caller-is-root root"]);
}

/// A session of AssumeRoot, and root itself beside it. How AWS names such a session was never seen: each way is judged.
#[test]
fn a_session_of_root_is_no_root() {
    let moto = Moto::new();
    let order = json!([["sts", "assume_root", {
        "TargetPrincipal": "123456789012", "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
    }]]);
    for (arn, id) in [
        ("arn:aws:iam::123456789012:root", "123456789012:session"),
        ("arn:aws:sts::123456789012:assumed-root", "123456789012"),
        ("arn:aws:sts::123456789012:assumed-root/session", "123456789012:session"),
        // As root itself is told; that root has no credentials of its own tells it apart.
        ("arn:aws:iam::123456789012:root", "123456789012"),
    ] {
        moto.clear();
        good(&moto);
        moto.state(&json!({"root_session": {"Arn": arn, "UserId": id}, "summary": {
            "AccountMFAEnabled": 0, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 0,
            "AccountSigningCertificatesPresent": 0
        }}));
        let session = moto.set(KEY, &order)[0]["Credentials"].clone();
        let text = |name: &str| session[name].as_str().expect("text").to_owned();
        let (id, secret) = (text("AccessKeyId"), text("SecretAccessKey"));
        let here = Here::new(&moto.endpoint).key(Key { id: &id, secret: &secret });
        let ran = audit(&here.with("AWS_SESSION_TOKEN", &text("SessionToken")), &[]);
        let name = arn.trim_start_matches("arn:aws:iam::123456789012:");
        assert_eq!(told(&ran), [format!("caller-is-root-session {name}")], "{ran:?}");
        assert_eq!(report(&ran)["account"]["caller"]["kind"], "assume-root", "{ran:?}");
    }
    // A session that does not tell it, while root has a password: root itself, to be sure.
    moto.state(&json!({"summary": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0,
        "AccountPasswordPresent": 1, "AccountSigningCertificatesPresent": 0}}));
    let root = Here::new(&moto.endpoint).key(Key { id: "ROOT", secret: "x" });
    assert_eq!(told(&audit(&root, &[])), ["caller-is-root root"]);
}

#[test]
fn users_and_power_are_judged() {
    let moto = Moto::new();
    good(&moto);
    let all = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]}"#;
    moto.set(
        KEY,
        &json!([
            ["iam", "create_user", {"UserName": "alice"}],
            ["iam", "create_login_profile", {"UserName": "alice", "Password": "not-a-real-password-1A"}],
            ["iam", "put_user_policy", {"UserName": "alice", "PolicyName": "all", "PolicyDocument": all}],
            ["iam", "create_user", {"UserName": "legacy-ci"}],
            ["iam", "create_access_key", {"UserName": "legacy-ci"}],
            ["iam", "create_access_key", {"UserName": "legacy-ci"}],
            ["iam", "create_group", {"GroupName": "admins"}],
            ["iam", "put_group_policy", {"GroupName": "admins", "PolicyName": "all", "PolicyDocument": all}],
            ["iam", "create_role", {"RoleName": "claude-agent", "AssumeRolePolicyDocument": trust}],
            ["iam", "put_role_policy", {"RoleName": "claude-agent", "PolicyName": "all", "PolicyDocument": all}]
        ]),
    );
    moto.state(&json!({"user_rows": {
        "alice": {"password_last_used": "2026-11-20T00:00:00+00:00"},
        "legacy-ci": {
            "access_key_1_active": "true",
            "access_key_1_last_rotated": "2024-06-01T00:00:00+00:00",
            "access_key_1_last_used_date": "N/A",
            "access_key_2_active": "true",
            "access_key_2_last_rotated": "2026-11-01T00:00:00+00:00",
            "access_key_2_last_used_date": "2026-11-25T00:00:00+00:00"
        }
    }}));
    let here = Here::new(&moto.endpoint);
    let ran = audit(&here, &[]);
    assert_eq!(
        told(&ran),
        [
            "access-key-two-active user/legacy-ci",
            "access-key-unrotated user/legacy-ci",
            "access-key-unused user/legacy-ci",
            "agent-role-without-identity role/claude-agent",
            "policies-on-user user/alice",
            "standing-administrator user/alice",
            "standing-administrator-group group/admins",
            "standing-administrator-role role/claude-agent",
            "user-without-mfa user/alice"
        ],
        "{ran:?}"
    );
    assert_eq!(ran.code, 1);
    // What was collected and is audited later gives the same findings.
    assert_eq!(here.collect(&CLOCK).code, 0);
    let later =
        here.run(&["account", "--format", "json", "--fail-on", "informational", "--evidence", "evidence"]);
    let findings = |ran: &Ran| report(ran)["findings"].to_string();
    assert_eq!(findings(&ran), findings(&later));
    // The server makes a new report for the second collection: a second later, it may be.
    let account = |ran: &Ran| {
        let mut account = report(ran)["account"].clone();
        account["credential_report_made_at"] = serde_json::Value::Null;
        account
    };
    assert_eq!(account(&ran), account(&later));
}

#[test]
fn roles_and_policies_are_judged_each_alone() {
    let moto = Moto::new();
    for (calls, rules) in of_power() {
        moto.clear();
        good(&moto);
        moto.state(&json!({"user_rows": {"u": row(&json!({}))}}));
        moto.set(KEY, &json!(calls));
        assert_eq!(told(&audit(&Here::new(&moto.endpoint), &[])), rules, "{calls:?}");
    }
}

#[test]
fn people_and_the_account_are_judged_each_alone() {
    let moto = Moto::new();
    let summary = json!({"summary": {
        "AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 1,
        "AccountSigningCertificatesPresent": 1
    }});
    let rows = |otherwise: Value| json!({"user_rows": {"alice": row(&otherwise)}});
    let weak = json!(["iam", "update_account_password_policy", {"MinimumPasswordLength": 6}]);
    let and = |more: Value| [person("alice", false), vec![more]].concat();
    let center = "arn:aws:iam::123456789012:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE";
    let center = trust(&json!({"Federated": center}), "sts:AssumeRoleWithSAML");
    let center =
        role("AWSReservedSSO_Read_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/", center, None);
    let at_birth = json!({
        "user_creation_time": "2026-11-01T00:00:00+00:00", "access_key_1_last_used_date": "N/A"
    });
    let fine = rows(json!({}));
    for (state, calls, rules) in [
        (&fine, person("alice", false), vec![]),
        (&summary, vec![], vec!["root-has-signing-certificates root"]),
        (&json!({"organization_features": []}), vec![], vec!["central-root-management-off 123456789012"]),
        (
            &json!({"report_time": "2026-11-25T10:00:00Z"}),
            vec![],
            vec!["credential-report-stale 123456789012"],
        ),
        (
            &fine,
            and(json!(["iam", "delete_account_password_policy", {}])),
            vec!["password-policy-absent 123456789012"],
        ),
        (&fine, and(weak), vec!["password-policy-weak 123456789012"]),
        (
            &rows(json!({"password_last_used": "2026-01-20T00:00:00+00:00"})),
            person("alice", false),
            vec!["password-unused user/alice"],
        ),
        (&fine, person("alice", true), vec!["user-with-password-and-key user/alice"]),
        (
            &rows(at_birth),
            person("alice", true),
            vec!["access-key-at-set-up user/alice", "user-with-password-and-key user/alice"],
        ),
        (
            &fine,
            [person("alice", true), center].concat(),
            vec!["access-key-beside-identity-center user/alice", "user-with-password-and-key user/alice"],
        ),
    ] {
        moto.clear();
        good(&moto);
        moto.state(state);
        moto.set(KEY, &json!(calls));
        assert_eq!(told(&audit(&Here::new(&moto.endpoint), &[])), rules, "{state} {calls:?}");
    }
}

#[test]
fn each_denied_call_makes_it_partial() {
    let moto = Moto::new();
    good(&moto);
    let here = Here::new(&moto.endpoint);
    for action in [
        "GetAccountSummary",
        "GenerateCredentialReport",
        "GetCredentialReport",
        "ListVirtualMFADevices",
        "GetAccountAuthorizationDetails",
        "ListOrganizationsFeatures",
        "GetAccountPasswordPolicy",
    ] {
        moto.state(&json!({"denied": [format!("iam:{action}")]}));
        let ran = audit(&here, &[]);
        assert_eq!(ran.code, 3, "{action}: {ran:?}");
        let gaps = report(&ran)["gaps"].to_string();
        assert!(gaps.contains(&format!("iam:{action} is denied to arn:aws:")), "{action}: {gaps}");
    }
    moto.state(&json!({"denied": ["sts:GetCallerIdentity"]}));
    let ran = audit(&here, &[]);
    let gaps = report(&ran)["gaps"].to_string();
    assert!(ran.code == 3 && gaps.contains("sts:GetCallerIdentity is denied to the caller"), "{gaps}");
    moto.state(&json!({"denied": []}));
    // A member account is told that it can't know: that is an answer.
    moto.state(&json!({"organization_features": "AccountNotManagementOrDelegatedAdministratorException"}));
    let ran = audit(&here, &[]);
    assert_eq!((ran.code, told(&ran)), (0, vec![]), "{ran:?}");
}

#[test]
fn key_ids_are_told_by_their_end() {
    let moto = Moto::new();
    good(&moto);
    let made = moto.set(
        KEY,
        &json!([["iam", "create_user", {"UserName": "ci"}], ["iam", "create_access_key", {"UserName": "ci"}]]),
    );
    let id = made[1]["AccessKey"]["AccessKeyId"].as_str().expect("an id").to_owned();
    let here = Here::new(&moto.endpoint);
    let short = audit(&here, &["--key-ids"]);
    let key = &report(&short)["account"]["users"][0]["access_keys"][0];
    assert_eq!(key["last4"].as_str(), id.get(id.len() - 4..), "{short:?}");
    assert!(!short.out.contains(&id), "{short:?}");
    let whole = audit(&here, &["--show-key-ids"]);
    assert!(whole.out.contains(&id), "{whole:?}");
}
