//! What looks like a fallback, like root or like MFA, and is none.

use serde_json::{Value, json};

use super::rig::{Trail, read};
use crate::trail::Conventions;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.9.0 terraform-provider-aws/5.1.0";

/// The AWS CLI in one terminal, with codes of where its credentials came from.
fn cli(codes: &str) -> String {
    format!("aws-cli/2.36.7 ua/2.1 m/{codes} sid/5e234f3e8f74 md/command#sts.get-caller-identity")
}

fn event(minute: u32, identity: &Value, agent: &str, name: &str, more: Value) -> Value {
    let mut event = json!({
        "eventVersion": "1.11", "eventName": name, "eventSource": "sts.amazonaws.com", "awsRegion": "us-east-1",
        "eventID": format!("{name}-{minute}"), "eventTime": format!("2026-03-28T14:{minute:02}:00Z"),
        "userIdentity": identity, "userAgent": agent, "sourceIPAddress": "203.0.113.24",
        "recipientAccountId": "123456789012", "eventType": "AwsApiCall", "readOnly": true,
    });
    for (key, value) in more.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

fn user(name: &str, key: &str) -> Value {
    json!({"type": "IAMUser", "principalId": format!("AIDA{name}"), "userName": name, "accessKeyId": key,
        "arn": format!("arn:aws:iam::123456789012:user/{name}"), "accountId": "123456789012"})
}

fn role(name: &str, key: &str) -> Value {
    json!({"type": "AssumedRole", "principalId": format!("AROA{name}:run"), "accessKeyId": key,
        "arn": format!("arn:aws:sts::123456789012:assumed-role/{name}/run"), "accountId": "123456789012",
        "sessionContext": {"attributes": {"creationDate": "2026-03-28T14:10:00Z", "mfaAuthenticated": "false"},
            "sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::123456789012:role/{name}")}}})
}

fn root(more: Value) -> Value {
    let mut identity = json!({"type": "Root", "principalId": "123456789012", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:root"});
    for (key, value) in more.as_object().unwrap() {
        identity[key] = value.clone();
    }
    identity
}

/// An administrator, elsewhere, deletes the deployer's key.
fn key_is_deleted() -> Value {
    let more = json!({"eventSource": "iam.amazonaws.com", "sourceIPAddress": "198.51.100.7", "readOnly": false,
        "requestParameters": {"userName": "deployer", "accessKeyId": KEY}});
    event(6, &user("admin", OTHER), "Boto3/1.34", "DeleteAccessKey", more)
}

fn trail(events: &[Value]) -> Trail {
    read(&[json!({ "Records": events }).to_string()], 1, &Conventions::default())
}

fn fallbacks(events: &[Value]) -> Vec<(String, &'static str)> {
    let sessions = trail(events).sessions.into_iter();
    sessions.filter_map(|one| Some((one.principal, one.fallback?.by))).collect()
}

#[test]
fn a_colleague_behind_the_same_address_is_no_fallback() {
    let deployer = || event(5, &user("deployer", KEY), TERRAFORM, "GetCallerIdentity", json!({}));
    let after = |identity: &Value, agent, name, more| {
        fallbacks(&[deployer(), key_is_deleted(), event(9, identity, agent, name, more)])
    };
    let signs_in = json!({"eventSource": "signin.amazonaws.com", "eventType": "AwsConsoleSignIn",
        "responseElements": {"ConsoleLogin": "Success"}, "additionalEventData": {"MFAUsed": "Yes"}});
    let alice = user("alice", "");
    assert_eq!(after(&alice, "Mozilla/5.0 (X11)", "ConsoleLogin", signs_in), []);
    let fails =
        json!({"eventSource": "signin.amazonaws.com", "responseElements": {"ConsoleLogin": "Failure"}});
    assert_eq!(after(&alice, "Mozilla/5.0 (X11)", "ConsoleLogin", fails), []);
    let other = role("Reports", "ASIAREPORTSEXAMPLE00");
    assert_eq!(after(&other, "Boto3/1.34", "GetCallerIdentity", json!({})), []);
    // The same program goes on as somebody else.
    let told = after(&other, TERRAFORM, "GetCallerIdentity", json!({}));
    assert_eq!(told, [("arn:aws:sts::123456789012:assumed-role/Reports/run".to_owned(), "source-ip")]);
}

#[test]
fn a_role_that_is_taken_or_left_on_purpose_is_no_fallback() {
    let deployer =
        |minute| event(minute, &user("deployer", KEY), &cli("n,b"), "GetCallerIdentity", json!({}));
    let build = |minute, codes: &str| {
        event(minute, &role("Build", "ASIABUILDEXAMPLE0000"), &cli(codes), "GetCallerIdentity", json!({}))
    };
    // The call of AssumeRole is not in these logs.
    assert_eq!(fallbacks(&[deployer(5), build(12, "n,i,b")]), []);
    assert_eq!(fallbacks(&[build(12, "n,i,b"), deployer(20)]), []);
    let told = fallbacks(&[deployer(5), build(12, "s,b")]);
    assert_eq!(told, [("arn:aws:sts::123456789012:assumed-role/Build/run".to_owned(), "sid")]);
}

#[test]
fn a_task_of_root_s_is_no_fallback_to_root() {
    let task = root(json!({"accessKeyId": "ASIATASKEXAMPLE00000", "sessionContext": {"assumedRoot": "true",
        "attributes": {"creationDate": "2026-03-28T14:09:00Z", "mfaAuthenticated": "false"}}}));
    let admin = event(5, &user("admin", OTHER), &cli("n,b"), "GetCallerIdentity", json!({}));
    assert_eq!(fallbacks(&[admin, event(9, &task, &cli("n,b"), "GetCallerIdentity", json!({}))]), []);
}

#[test]
fn behind_what_has_nothing_to_do_with_it_a_fallback_is_seen() {
    let by = |minute, identity: &Value, codes: &str, name: &str| {
        event(minute, identity, &cli(codes), name, json!({}))
    };
    let told = fallbacks(&[
        by(5, &user("deployer", KEY), "n,b", "GetCallerIdentity"),
        key_is_deleted(),
        // Somebody else of the same host stopped later.
        by(7, &user("reader", "AKIAREADEREXAMPLE000"), "s,b", "ListUsers"),
        by(9, &role("Admin", "ASIAADMINEXAMPLE0000"), "s,b", "ListRoles"),
    ]);
    assert!(told.iter().any(|(principal, _)| principal.ends_with("assumed-role/Admin/run")), "{told:?}");
}

#[test]
fn who_did_not_get_in_was_not_root_and_no_service_was() {
    let more =
        json!({"eventSource": "signin.amazonaws.com", "responseElements": {"ConsoleLogin": "Failure"}});
    let seen =
        trail(&[event(5, &root(json!({"accessKeyId": ""})), "Mozilla/5.0 (X11)", "ConsoleLogin", more)]);
    assert_eq!((seen.sessions.len(), seen.sessions[0].root), (1, None));
}

#[test]
fn an_mfa_device_that_is_null_is_none() {
    let issue = |serial: Value| {
        let more = json!({"requestParameters": {"serialNumber": serial, "durationSeconds": 3600},
            "responseElements": {"credentials": {"accessKeyId": "ASIASESSIONEXAMPLE00"}}});
        let owner = root(json!({"accessKeyId": KEY}));
        let mut later = root(json!({"accessKeyId": "ASIASESSIONEXAMPLE00"}));
        later["sessionContext"] = json!({"attributes": {"creationDate": "2026-03-28T14:05:00Z"}});
        let events = [
            event(5, &owner, &cli("n,b"), "GetSessionToken", more),
            event(9, &later, &cli("n,b"), "ListUsers", json!({})),
        ];
        let sessions = trail(&events).sessions;
        sessions.into_iter().find(|one| one.keys == ["ASIASESSIONEXAMPLE00"]).unwrap().mfa
    };
    assert_ne!(issue(Value::Null), Some(true));
    assert_eq!(issue(json!("arn:aws:iam::123456789012:mfa/root")), Some(true));
}

#[test]
fn a_sign_in_that_failed_makes_no_network_known() {
    let sign_in = |hour: u32, address: &str, outcome: &str| {
        let more = json!({"eventSource": "signin.amazonaws.com", "eventTime": format!("2026-03-28T{hour:02}:00:00Z"),
            "responseElements": {"ConsoleLogin": outcome}, "sourceIPAddress": address});
        event(hour, &root(json!({"accessKeyId": ""})), "Mozilla/5.0 (X11)", "ConsoleLogin", more)
    };
    let (home, away) = ("203.0.113.24", "198.51.100.7");
    let events = [
        sign_in(8, home, "Success"),
        sign_in(9, home, "Success"),
        sign_in(10, away, "Failure"),
        sign_in(14, away, "Success"),
    ];
    let new: Vec<bool> = trail(&events).sessions.iter().map(|one| one.new_network).collect();
    assert_eq!(new, [false, false, false, true]);
}

#[test]
fn root_s_arn_is_root_whatever_an_exporter_made_of_its_type() {
    let call = |identity: Value, more: Value| {
        let key = json!({"type": null, "accessKeyId": KEY});
        let mut own = root(key);
        for (key, value) in identity.as_object().unwrap() {
            own[key] = value.clone();
        }
        event(1, &own, "aws-cli/2.36.7", "GetCallerIdentity", more)
    };
    let shape = |identity: Value, more: Value| {
        let trail = trail(&[call(identity, more)]);
        (trail.sessions[0].root, trail.sessions[0].kind.clone())
    };
    let is_root = (Some(crate::trail::Root::AccessKey), "Root".to_owned());
    for kind in [Value::Null, json!(""), json!("root"), json!("ROOT"), json!("Unknown"), json!("IAMUser")] {
        assert_eq!(shape(json!({"type": kind}), json!({})), is_root, "{kind}");
    }
    let china = json!({"arn": "arn:aws-cn:iam::123456789012:root"});
    assert_eq!(shape(china, json!({})), is_root);
    // A service in its name, somebody else's root, and names that end alike.
    let service = shape(json!({}), json!({"eventType": "AwsServiceEvent"}));
    assert_eq!(service.0, Some(crate::trail::Root::Service));
    for identity in [
        json!({"type": "AWSAccount"}),
        json!({"arn": "arn:aws:iam::123456789012:user/root"}),
        json!({"arn": "arn:aws:iam::123456789012:user/x:root"}),
        json!({"arn": "arn:aws:sts::123456789012:assumed-role/a/:root", "type": "AssumedRole"}),
    ] {
        assert_eq!(shape(identity.clone(), json!({})).0, None, "{identity}");
    }
    let written = json!({"type": "assumedrole", "arn": "arn:aws:sts::123456789012:assumed-role/a/b"});
    assert_eq!(shape(written, json!({})).1, "AssumedRole");
}

#[test]
fn an_event_that_counted_in_another_session_makes_none_of_its_own() {
    let own = |made: &str| {
        let mut identity = role("Deploy", "ASIAIOSFODNN7EXAMPLE");
        identity["sessionContext"]["attributes"]["creationDate"] = json!(made);
        event(11, &identity, &cli("n"), "GetCallerIdentity", json!({}))
    };
    // Copies of one event, of which one lost its context on the way.
    let trail = trail(&[own("2026-03-28T14:10:00Z"), own("")]);
    let counts: Vec<u64> = trail.sessions.iter().map(|one| one.tally.events).collect();
    assert_eq!(counts, [1]);
}

#[test]
fn a_key_that_was_made_leads_to_who_used_it() {
    let made = json!({"eventSource": "iam.amazonaws.com", "readOnly": false,
        "requestParameters": {"userName": "backup"},
        "responseElements": {"accessKey": {"accessKeyId": KEY, "userName": "backup", "status": "Active"}}});
    let refused = json!({"eventSource": "iam.amazonaws.com", "errorCode": "AccessDenied"});
    let trail = trail(&[
        event(1, &role("Admin", "ASIAIOSFODNN7EXAMPLE"), &cli("n"), "CreateAccessKey", made),
        event(2, &user("other", OTHER), &cli("n"), "CreateAccessKey", refused),
        event(3, &user("backup", KEY), &cli("n"), "ListBuckets", json!({})),
    ]);
    let maker = trail.session("/run").id.clone();
    let of = |end: &str| trail.session(end).key_made_by.clone();
    assert_eq!((of("/backup"), of("/other"), of("/run")), (Some(maker), None, None));
}
