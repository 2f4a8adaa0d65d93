//! What was undone, by whom, and what that means.

use super::*;

fn alice() -> Value {
    json!({"type": "IAMUser", "principalId": "AIDAALICE", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice", "accessKeyId": "AKIAALICEEXAMPLEKEYS"})
}

fn told(events: &[Value]) -> Review {
    review(&log(events), key(), NOW)
}

fn done(review: &Review) -> Vec<(&str, &str)> {
    review.done.iter().map(|one| (one.call.as_str(), one.at.id.as_str())).collect()
}

#[test]
fn a_second_factor_counts_as_put_back_only_by_somebody_else() {
    let of_bob = |device: &str| json!({"userName": "bob", "serialNumber": format!("arn:aws:iam::123456789012:mfa/{device}")});
    let off = event(1, "DeactivateMFADevice", of_bob("bob"), json!(null));
    let own = event(2, "EnableMFADevice", of_bob("own"), json!(null));
    let good = by(event(3, "EnableMFADevice", of_bob("bob"), json!(null)), alice());
    let open = |events: &[Value]| told(events).lasting.iter().map(Lasting::is_open).collect::<Vec<_>>();
    // What the incident enabled is its own way in.
    assert_eq!(open(&[off.clone(), own.clone()]), [true, true]);
    assert_eq!(open(&[off, own, good]), [false, true]);
}

#[test]
fn what_is_put_in_the_place_counts_only_by_somebody_else() {
    let bucket = |at: u32, name: &str| {
        let mut event = event(at, name, json!({"bucketName": "data"}), json!(null));
        event["eventSource"] = json!("s3.amazonaws.com");
        event
    };
    let gone = bucket(1, "DeleteBucketPolicy");
    assert!(told(&[gone.clone(), bucket(2, "PutBucketPolicy")]).lasting[0].is_open());
    assert!(!told(&[gone, by(bucket(2, "PutBucketPolicy"), alice())]).lasting[0].is_open());
}

#[test]
fn names_of_iam_are_one_whatever_their_case() {
    let made = event(1, "CreateUser", json!({"userName": "Eve"}), json!(null));
    let admin =
        |name: &str| json!({"userName": name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    let events = [
        made,
        event(2, "AttachUserPolicy", admin("EVE"), json!(null)),
        by(event(3, "DetachUserPolicy", admin("eve"), json!(null)), alice()),
        by(event(4, "DeleteUser", json!({"userName": "eve"}), json!(null)), alice()),
    ];
    assert!(told(&events).lasting.iter().all(|one| !one.is_open()));
    // What was made under one name is used under the other.
    let eve = json!({"type": "IAMUser", "principalId": "AIDAEVE", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/Eve", "userName": "Eve", "accessKeyId": "ASIAEVEEXAMPLEKEYSXX"});
    let used = by(event(9, "GetUser", json!(null), json!(null)), eve);
    let events = [event(1, "CreateUser", json!({"userName": "eve"}), json!(null)), used];
    assert_eq!(told(&events).parties.len(), 2);
}

#[test]
fn what_somebody_else_ended_is_done() {
    let made = json!({"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": "eve"}});
    let off = |user: &str, key: &str| json!({"userName": user, "accessKeyId": key, "status": "Inactive"});
    let admin = json!({"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    let all = [
        event(1, "AttachUserPolicy", admin.clone(), json!(null)),
        event(2, "CreateAccessKey", json!({"userName": "eve"}), made),
        event(3, "UpdateAccessKey", off("eve", "AKIAI44QH8DHBEXAMPLE"), json!(null)),
        by(event(60, "UpdateAccessKey", off("mallory", "AKIAIOSFODNN7EXAMPLE"), json!(null)), alice()),
        by(event(61, "DetachUserPolicy", admin, json!(null)), alice()),
    ];
    let all = told(&all);
    assert!(all.actions.is_empty(), "{:?}", all.actions);
    assert_eq!(done(&all), [("UpdateAccessKey", "e-60-other"), ("DetachUserPolicy", "e-61-other")]);
    assert!(matches!(&all.done[0].by, Who::Other(_, name) if name.ends_with("user/alice")));
    // What the incident switched off itself is no containment.
    assert!(all.lasting.iter().all(|one| !one.is_open()));
}

/// The commands of a review are run, and the logs are read again.
#[test]
fn what_our_own_commands_do_is_containment() {
    let deny = |kind: &str, name: &str| json!({format!("{kind}Name"): name, "policyArn": "arn:aws:iam::aws:policy/AWSDenyAll"});
    let instance = |at: u32, name: &str| {
        let set = json!({"instancesSet": {"items": [{"instanceId": "i-11111111"}]}});
        let mut event = event(at, name, set.clone(), set);
        event["eventSource"] = json!("ec2.amazonaws.com");
        event
    };
    let bad = [
        event(1, "CreateUser", json!({"userName": "eve"}), json!(null)),
        event(2, "CreateRole", json!({"roleName": "back"}), json!(null)),
        instance(3, "RunInstances"),
    ];
    let good = [
        by(event(60, "AttachUserPolicy", deny("user", "eve"), json!(null)), alice()),
        by(event(61, "AttachRolePolicy", deny("role", "back"), json!(null)), alice()),
        by(instance(62, "StopInstances"), alice()),
    ];
    let all = told(&[&bad[..], &good[..]].concat());
    assert_eq!(all.actions.len(), 1, "only its own key: {:?}", all.actions);
    assert_eq!(all.done.iter().map(|one| one.is_held).collect::<Vec<_>>(), [true, true, true]);
    // The incident itself contains nothing, and who starts it again lets it go on.
    assert_eq!(told(&[bad[2].clone(), instance(60, "StopInstances")]).actions.len(), 2);
    let again = [bad[2].clone(), good[2].clone(), by(instance(63, "StartInstances"), alice())];
    assert_eq!(told(&again).actions.len(), 2);
}

fn deny_policy(role: &str) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-10-10T15:01:00Z"}}}]});
    json!({"roleName": role, "policyName": "AWSRevokeOlderSessions", "policyDocument": policy.to_string()})
}

fn of_role(arn: &str) -> [Value; 2] {
    let name = arn.rsplit('/').next().unwrap();
    let issued = json!({"credentials": {"accessKeyId": "ASIACHAINFIRSTEXAMPL"},
        "assumedRoleUser": {"assumedRoleId": "AROA1:x", "arn": format!("arn:aws:sts::123456789012:assumed-role/{name}/x")}});
    let role = json!({"type": "AssumedRole", "principalId": "AROA1:x", "accountId": "123456789012",
        "arn": format!("arn:aws:sts::123456789012:assumed-role/{name}/x"), "accessKeyId": "ASIACHAINFIRSTEXAMPL",
        "sessionContext": {"attributes": {"creationDate": "2026-10-10T15:00:01Z"},
            "sessionIssuer": {"type": "Role", "arn": arn}}});
    let asked = json!({"roleArn": arn, "roleSessionName": "x"});
    [event(1, "AssumeRole", asked, issued), by(event(9, "GetUser", json!(null), json!(null)), role)]
}

#[test]
fn sessions_that_somebody_revoked_need_no_command() {
    let [asked, used] = of_role("arn:aws:iam::123456789012:role/hub");
    let revoked = by(event(60, "PutRolePolicy", deny_policy("hub"), json!(null)), alice());
    let names = json!({"roleName": "hub", "policyName": "AWSRevokeOlderSessions"});
    let let_go = by(event(61, "DeleteRolePolicy", names, json!(null)), alice());
    let revokes =
        |events: &[Value]| commands(&told(events)).iter().any(|line| line.contains("put-role-policy"));
    assert!(revokes(&[asked.clone(), used.clone()]));
    for events in [vec![asked.clone(), used.clone(), revoked.clone()], vec![asked.clone(), revoked.clone()]] {
        assert!(!revokes(&events));
        assert_eq!(done(&told(&events)), [("PutRolePolicy", "e-60-other")]);
    }
    assert!(revokes(&[asked, used, revoked, let_go]));
}

#[test]
fn sessions_were_ended_and_not_was() {
    let [asked, used] = of_role("arn:aws:iam::123456789012:role/hub");
    let gone = event(60, "DeleteRole", json!({"roleName": "hub"}), json!(null));
    let over = told(&[asked, used, gone]).over;
    assert!(over.iter().any(|text| text.starts_with("`hub` and its sessions were ended by")), "{over:?}");
}

#[test]
fn a_denial_that_does_not_meet_the_sessions_is_no_containment() {
    let events = of_role("arn:aws:iam::123456789012:role/hub");
    let put = |at: u32, name: &str, condition: Value| {
        let mut statement = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let request = json!({"roleName": "hub", "policyName": name, "policyDocument": policy});
        by(event(at, "PutRolePolicy", request, json!(null)), alice())
    };
    let office = json!({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}});
    let old = json!({"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}});
    let quarantine =
        json!({"roleName": "hub", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"});
    let quarantine = by(event(60, "AttachRolePolicy", quarantine, json!(null)), alice());
    let revokes = |good: &[Value]| {
        let all = told(&[&events[..], good].concat());
        assert_eq!(all.done.is_empty(), commands(&all).iter().any(|line| line.contains("put-role-policy")));
        all.done.is_empty()
    };
    for denial in [put(60, "p", office.clone()), put(60, "p", old), quarantine] {
        assert!(revokes(&[denial]));
    }
    assert!(!revokes(&[put(60, "p", json!(null))]));
    assert!(!revokes(&[put(60, "p", json!(null)), put(61, "other", office.clone())]));
    assert!(revokes(&[put(60, "p", json!(null)), put(61, "p", office)]));
}

#[test]
fn no_policy_is_put_on_a_role_that_aws_keeps() {
    for (arn, words) in [
        (
            "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
            "aws sso-admin delete-account-assignment",
        ),
        (
            "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
            "service-linked role",
        ),
    ] {
        let [asked, used] = of_role(arn);
        for events in [vec![asked.clone()], vec![asked, used]] {
            let all = told(&events);
            assert!(!commands(&all).iter().any(|line| line.contains("put-role-policy")), "{arn}");
            assert!(all.actions.iter().any(|one| one.does.contains(words)), "{arn}: {:?}", all.actions);
        }
    }
}

#[test]
fn a_denial_is_somebodys_decision() {
    let put = event(1, "PutRolePolicy", deny_policy("hub"), json!(null));
    let quarantine =
        json!({"userName": "mallory", "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"});
    let all = told(&[put, event(2, "AttachUserPolicy", quarantine, json!(null))]);
    let groups: Vec<Group> = all.actions.iter().map(|one| one.group).collect();
    assert_eq!(groups, [Group::Stop, Group::Decide, Group::Decide]);
}

#[test]
fn who_contained_it_is_not_taken_for_who_did_it() {
    // Somebody at the same address, minutes later: the office. They end the key.
    let end = json!({"userName": "mallory", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"});
    let agent = |mut event: Value, agent: &str| {
        event["userAgent"] = json!(agent);
        event
    };
    let first =
        agent(event(1, "GetUser", json!(null), json!(null)), "aws-cli/2.36.7 ua/2.1 m/g,b sid/5e234f3e8f74");
    let look = agent(
        by(event(90, "ListUsers", json!(null), json!(null)), alice()),
        "aws-cli/2.36.7 ua/2.1 m/r,b sid/5e234f3e8f74",
    );
    let ended = agent(
        by(event(300, "DeleteAccessKey", end, json!(null)), alice()),
        "aws-cli/2.36.7 ua/2.1 m/r,b sid/5e234f3e8f74",
    );
    let before = told(&[first.clone(), look.clone()]);
    assert!(before.actions.iter().any(|one| one.group == Group::Confirm), "{:?}", before.actions);
    let all = told(&[first, look, ended]);
    assert!(all.actions.is_empty(), "{:?}", all.actions);
    assert_eq!(done(&all), [("DeleteAccessKey", "e-300-other")]);
    assert!(all.over.iter().any(|text| text.contains("no command is suggested against it")), "{:?}", all.over);
}

#[test]
fn what_the_incident_made_and_took_away_is_no_loss() {
    let logs = |at: u32, name: &str, group: &str| {
        let mut event = event(at, name, json!({"logGroupName": group}), json!(null));
        event["eventSource"] = json!("logs.amazonaws.com");
        event
    };
    let events = [
        logs(1, "CreateLogGroup", "own"),
        logs(2, "DeleteLogGroup", "own"),
        logs(3, "DeleteLogGroup", "yours"),
    ];
    let left: Vec<String> = told(&events).lasting.into_iter().map(|one| one.what).collect();
    assert_eq!(left, ["log group `yours`, deleted"]);
    let device = |at: u32, name: &str, device: &str| {
        let serial = format!("arn:aws:iam::123456789012:mfa/{device}");
        event(at, name, json!({"userName": "bob", "serialNumber": serial}), json!(null))
    };
    let events = [
        device(1, "DeactivateMFADevice", "bob"),
        device(2, "EnableMFADevice", "own"),
        device(3, "DeactivateMFADevice", "own"),
    ];
    // The user has none now, and that is told once.
    assert_eq!(told(&events).lasting.iter().filter(|one| one.is_open()).count(), 1);
}
