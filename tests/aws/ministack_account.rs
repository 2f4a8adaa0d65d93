//! The same states on ministack, where it can hold them. It makes its answers by itself: keys and passwords are made
//! now, and the audit's clock goes on instead.
//!
//! | set on moto only | what ministack answers |
//! |---|---|
//! | `caller-is-root-session` | `sts:AssumeRoot`: InvalidAction |
//! | `central-root-management-off` | `iam:ListOrganizationsFeatures`: InvalidAction |
//! | `root-has-access-keys` | `AccountAccessKeysPresent` and root's row are constants; root's CreateAccessKey makes a key of a user `default` |
//! | `root-has-signing-certificates` | `iam:UploadSigningCertificate`: InvalidAction; the number is a constant |
//! | `root-mfa-is-virtual` | `iam:EnableMFADevice` for root: NoSuchEntity |
//! | `root-used-recently` | root's row is a constant, with `not_supported` as its last use |
//! | a key or a password that was used yesterday | it notes no use of either: `N/A` |
//!
//! What moto can't give by itself is in `moto_plus.py`, and all of it is judged there.

use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use crate::account::{report, told};
use crate::rig::{Here, Key, Ran, Server, ministack};
use crate::states::{of_power, person, role, trust, user};

/// The account's own key, which is root's.
const ROOT: Key<'_> = Key { id: "123456789012", secret: "test" };

/// Audits so many days from now.
fn audit(server: &Server, key: Key<'_>, days: i64) -> Ran {
    let clock = Timestamp::now() + Span::new().hours(days * 24).seconds(30);
    let here = Here::new(&server.endpoint).key(key);
    here.run(&["account", "--format", "json", "--fail-on", "informational", "--clock", &clock.to_string()])
}

/// Sets a state alone, beside a password policy that is right.
fn set(server: &Server, calls: &[Value]) -> Vec<Value> {
    server.http("POST", "/_ministack/reset", "");
    let policy = json!({"MinimumPasswordLength": 14, "PasswordReusePrevention": 24});
    let policy = json!(["iam", "update_account_password_policy", policy]);
    server.set(ROOT, &json!([&[policy], calls].concat()))
}

/// What is found beside that root asks, and has no MFA device.
fn others(ran: &Ran, base: &[&str]) -> Vec<String> {
    let told = told(ran);
    for rule in base {
        assert!(told.iter().any(|one| one == rule), "{rule}: {ran:?}");
    }
    let gaps = report(ran)["gaps"].as_array().expect("gaps").len();
    assert_eq!((gaps, ran.code), (1, 1), "one gap, for the features of organisations: {ran:?}");
    told.into_iter().filter(|one| !base.contains(&one.as_str())).collect()
}

const CALLER: &str = "caller-is-root root";
const NO_MFA: &str = "root-without-mfa root";
const STALE: &str = "credential-report-stale 123456789012";

#[test]
fn power_is_judged_as_on_the_other_server() {
    let server = ministack();
    for (calls, rules) in of_power() {
        set(&server, &calls);
        assert_eq!(others(&audit(&server, ROOT, 0), &[CALLER, NO_MFA]), rules, "{calls:?}");
    }
}

fn key(name: &str) -> Value {
    json!(["iam", "create_access_key", {"UserName": name}])
}

/// A person with a device. What the account has of them is what its summary tells of root.
fn careful(with_key: bool) -> Vec<Value> {
    let device = json!({
        "UserName": "alice", "SerialNumber": "arn:aws:iam::123456789012:mfa/alice",
        "AuthenticationCode1": "123456", "AuthenticationCode2": "234567"
    });
    let calls = [
        json!(["iam", "create_virtual_mfa_device", {"VirtualMFADeviceName": "alice"}]),
        json!(["iam", "enable_mfa_device", device]),
    ];
    [person("alice", with_key), calls.into()].concat()
}

#[test]
fn people_and_their_keys_are_judged() {
    let server = ministack();
    let and = |more: Value| [careful(false), vec![more]].concat();
    let program = || [user("ci", None), vec![key("ci")]].concat();
    let center = "arn:aws:iam::123456789012:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE";
    let center = trust(&json!({"Federated": center}), "sts:AssumeRoleWithSAML");
    let center =
        role("AWSReservedSSO_Read_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/", center, None);
    for (days, calls, base, rules) in [
        (0, vec![], vec![CALLER, NO_MFA], vec![]),
        (0, person("alice", false), vec![CALLER, NO_MFA], vec!["user-without-mfa user/alice"]),
        (0, careful(false), vec![CALLER], vec![]),
        (50, careful(false), vec![CALLER, STALE], vec!["password-unused user/alice"]),
        (
            0,
            careful(true),
            vec![CALLER],
            vec!["access-key-at-set-up user/alice", "user-with-password-and-key user/alice"],
        ),
        (0, program(), vec![CALLER, NO_MFA], vec![]),
        (
            0,
            [program(), vec![key("ci")]].concat(),
            vec![CALLER, NO_MFA],
            vec!["access-key-two-active user/ci"],
        ),
        (44, program(), vec![CALLER, NO_MFA, STALE], vec![]),
        (50, program(), vec![CALLER, NO_MFA, STALE], vec!["access-key-unused user/ci"]),
        (
            95,
            program(),
            vec![CALLER, NO_MFA, STALE],
            vec!["access-key-unrotated user/ci", "access-key-unused user/ci"],
        ),
        (
            0,
            and(json!(["iam", "delete_account_password_policy", {}])),
            vec![CALLER],
            vec!["password-policy-absent 123456789012"],
        ),
        (
            0,
            and(json!(["iam", "update_account_password_policy", {"MinimumPasswordLength": 6}])),
            vec![CALLER],
            vec!["password-policy-weak 123456789012"],
        ),
        (
            0,
            [careful(true), center].concat(),
            vec![CALLER],
            vec![
                "access-key-at-set-up user/alice",
                "access-key-beside-identity-center user/alice",
                "user-with-password-and-key user/alice",
            ],
        ),
    ] {
        set(&server, &calls);
        assert_eq!(others(&audit(&server, ROOT, days), &base), rules, "{days} {calls:?}");
    }
}

#[test]
fn who_is_not_root_is_not_taken_for_it() {
    let server = ministack();
    let reads = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*",
        "iam:Generate*"],"Resource":"*"}]}"#;
    let made = set(&server, &[user("auditor", Some(reads)), vec![key("auditor")]].concat());
    let made = &made.last().expect("a key")["AccessKey"];
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    let (id, secret) = (text("AccessKeyId"), text("SecretAccessKey"));
    let ran = audit(&server, Key { id: &id, secret: &secret }, 0);
    assert_eq!(others(&ran, &[NO_MFA]), ["policies-on-user user/auditor"]);
}

/// ministack takes no call whose signature is wrong: the list of accounts is asked without an SDK of AWS.
#[test]
fn the_list_of_accounts_is_signed_as_aws_wants_it() {
    let server = ministack();
    let here = Here::new(&server.endpoint).key(ROOT);
    here.write("secretrail.toml", "[accounts]\norganization = true\n");
    let ran = here.run(&["account", "--accounts", "--format", "json"]);
    let report = report(&ran);
    assert_eq!(report["accounts"]["accounts"][0]["id"], "123456789012", "{ran:?}");
    assert!(!report["gaps"].to_string().contains("organizations:"), "{ran:?}");
}

/// The table above: what a test can't set here, and by which answer that is known.
#[test]
fn what_it_has_not_is_answered_so() {
    let server = ministack();
    let task = json!({"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"});
    let device = json!({
        "UserName": "root", "SerialNumber": "arn:aws:iam::123456789012:mfa/root-account-mfa-device",
        "AuthenticationCode1": "123456", "AuthenticationCode2": "234567"
    });
    for (call, code) in [
        (json!(["iam", "list_organizations_features", {}]), "InvalidAction"),
        (
            json!(["sts", "assume_root", {"TargetPrincipal": "123456789012", "TaskPolicyArn": task}]),
            "InvalidAction",
        ),
        (json!(["iam", "enable_mfa_device", device]), "NoSuchEntity"),
        (json!(["iam", "upload_signing_certificate", {"CertificateBody": "x"}]), "InvalidAction"),
    ] {
        assert_eq!(server.call(ROOT, &json!([call]))[0]["Error"], code, "{call}");
    }
    let answers =
        server.call(ROOT, &json!([["iam", "create_access_key", {}], ["iam", "get_account_summary", {}]]));
    assert_eq!(answers[0]["AccessKey"]["UserName"], "default");
    assert_eq!(answers[1]["SummaryMap"]["AccountAccessKeysPresent"], 0);
}
