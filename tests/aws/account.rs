//! `secretrail account` on a server: states are set there, and judged from what it answers.

use serde_json::{Value, json};

use crate::rig::{Here, KEY, Key, Moto, Ran, ministack};

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

fn audit(here: &Here, more: &[&str]) -> Ran {
    here.run(&[&["account", "--format", "json", "--fail-on", "informational"][..], &CLOCK, more].concat())
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// `rule name` of each finding, sorted.
fn told(ran: &Ran) -> Vec<String> {
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

const ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A trust policy of one statement.
fn trust(principal: &Value, action: &str) -> String {
    let statement = json!({"Effect": "Allow", "Action": action, "Principal": principal});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// A role with a policy of its own, where it has one.
fn role(name: &str, path: &str, trust: String, policy: Option<&str>) -> Vec<Value> {
    let role = json!({"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trust});
    let policy = policy.map(|policy| {
        json!(["iam", "put_role_policy", {"RoleName": name, "PolicyName": "p", "PolicyDocument": policy}])
    });
    std::iter::once(json!(["iam", "create_role", role])).chain(policy).collect()
}

/// A user with a policy of its own, where it has one.
fn user(name: &str, policy: Option<&str>) -> Vec<Value> {
    let policy = policy.map(|policy| {
        json!(["iam", "put_user_policy", {"UserName": name, "PolicyName": "p", "PolicyDocument": policy}])
    });
    std::iter::once(json!(["iam", "create_user", {"UserName": name}])).chain(policy).collect()
}

/// A user with a password, or with a key too.
fn person(name: &str, with_key: bool) -> Vec<Value> {
    let password = json!({"UserName": name, "Password": "not-a-real-password-1A"});
    let mut calls = user(name, None);
    calls.push(json!(["iam", "create_login_profile", password]));
    if with_key {
        calls.push(json!(["iam", "create_access_key", {"UserName": name}]));
    }
    calls
}

/// Times of a user's row that nothing is wrong with, and what is otherwise.
fn row(otherwise: &Value) -> Value {
    let mut row = json!({
        "user_creation_time": "2026-01-01T00:00:00+00:00",
        "mfa_active": "true",
        "password_last_changed": "2026-01-01T00:00:00+00:00",
        "password_last_used": "2026-11-20T00:00:00+00:00",
        "access_key_1_last_rotated": "2026-11-01T00:00:00+00:00",
        "access_key_1_last_used_date": "2026-11-25T00:00:00+00:00"
    });
    let more = otherwise.as_object().expect("columns").clone();
    row.as_object_mut().expect("columns").extend(more);
    row
}

#[test]
fn roles_and_policies_are_judged_each_alone() {
    let moto = Moto::new();
    let statement = |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let climb = statement(json!({"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": "*"}));
    let but_iam = statement(json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}));
    let from_office = statement(json!({
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    }));
    let lambda = trust(&json!({"Service": "lambda.amazonaws.com"}), "sts:AssumeRole");
    let stranger = trust(&json!({"AWS": "arn:aws:iam::111122223333:root"}), "sts:AssumeRole");
    let everyone = trust(&json!({"AWS": "*"}), "sts:AssumeRole");
    let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    let github = trust(&json!({"Federated": github}), "sts:AssumeRoleWithWebIdentity");
    let center = "arn:aws:iam::123456789012:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE";
    let center = trust(&json!({"Federated": center}), "sts:AssumeRoleWithSAML");
    let sso = "AWSReservedSSO_Admin_0123456789abcdef";
    let group = |policy: &str| {
        vec![
            json!(["iam", "create_group", {"GroupName": "g"}]),
            json!(["iam", "put_group_policy", {"GroupName": "g", "PolicyName": "p", "PolicyDocument": policy}]),
        ]
    };
    for (calls, rules) in [
        (user("u", Some(&climb)), vec!["policies-on-user user/u", "privilege-escalation user/u"]),
        (user("u", Some(&but_iam)), vec!["administrator-by-exception user/u", "policies-on-user user/u"]),
        (group(&from_office), vec!["administrator-with-conditions group/g"]),
        (role("r", "/", lambda, Some(ALL)), vec!["administrator-service-role role/r"]),
        (role("r", "/", stranger, Some(ALL)), vec!["administrator-role-other-account role/r"]),
        (role("r", "/", everyone, None), vec!["role-open-to-everyone role/r"]),
        (role("r", "/", github, None), vec!["role-open-to-provider role/r"]),
        (
            role(sso, "/aws-reserved/sso.amazonaws.com/", center, Some(ALL)),
            vec![
                "administrator-of-identity-center role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            ],
        ),
    ] {
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

/// ministack knows who asks and what policies are; its root has a row that nobody can set.
#[test]
fn ministack_says_the_same_of_callers_and_power() {
    let server = ministack();
    let root = Key { id: "123456789012", secret: "test" };
    let all = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]}"#;
    server.set(
        root,
        &json!([
            ["iam", "create_user", {"UserName": "alice"}],
            ["iam", "put_user_policy", {"UserName": "alice", "PolicyName": "all", "PolicyDocument": all}],
            ["iam", "create_role", {"RoleName": "claude-agent", "AssumeRolePolicyDocument": trust}],
            ["iam", "put_role_policy", {"RoleName": "claude-agent", "PolicyName": "all", "PolicyDocument": all}]
        ]),
    );
    let ran = audit(&Here::new(&server.endpoint).key(root), &[]);
    let told = told(&ran);
    for rule in [
        "agent-role-without-identity role/claude-agent",
        "caller-is-root root",
        "policies-on-user user/alice",
        "standing-administrator user/alice",
        "standing-administrator-role role/claude-agent",
    ] {
        assert!(told.contains(&rule.to_owned()), "{rule}: {told:?}");
    }
}
