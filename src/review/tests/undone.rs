//! What someone else did since counts only where it undoes the same thing.

use super::*;

fn of(at: u32, service: &str, name: &str, request: Value, response: Value) -> Value {
    let mut event = event(at, name, request, response);
    event["eventSource"] = json!(format!("{service}.amazonaws.com"));
    event
}

fn other(event: Value) -> Value {
    by(
        event,
        json!({"type": "IAMUser", "principalId": "AIDAALICE", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice", "accessKeyId": "AKIAALICEEXAMPLEKEYS"}),
    )
}

/// Whether what the first event left is open, and whether its command names a later event.
fn open(events: &[Value]) -> (bool, bool) {
    let all = review(&log(events), key(), NOW);
    let named = all.actions.iter().any(|one| one.does.contains("-other`); these logs do not prove"));
    assert_eq!(all.done.is_empty(), all.lasting[0].is_open());
    (all.lasting[0].is_open(), named)
}

const DONE: (bool, bool) = (false, false);
const CHANGED: (bool, bool) = (true, true);

#[test]
fn rules_of_a_group_are_taken_away_all_or_it_is_not_done() {
    let rules = |ids: &[&str]| {
        let items: Vec<Value> = ids.iter().map(|id| json!({"securityGroupRuleId": id})).collect();
        json!({"items": items})
    };
    let permission = |cidr: &str| {
        json!({"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
            "ipRanges": {"items": [{"cidrIp": cidr}]}}]}})
    };
    let add = |ids: &[&str]| {
        let response = json!({"securityGroupRuleSet": rules(ids)});
        of(1, "ec2", "AuthorizeSecurityGroupIngress", permission("0.0.0.0/0"), response)
    };
    let revoke =
        |at: u32, request: Value| other(of(at, "ec2", "RevokeSecurityGroupIngress", request, json!(null)));
    let by_id =
        |at: u32, id: &str| revoke(at, json!({"groupId": "sg-1", "securityGroupRuleIds": rules(&[id])}));
    let two = add(&["sgr-1", "sgr-2"]);
    assert_eq!(open(&[two.clone(), by_id(5, "sgr-1")]), CHANGED);
    assert_eq!(open(&[two.clone(), by_id(5, "sgr-2")]), CHANGED);
    assert_eq!(open(&[two.clone(), by_id(5, "sgr-1"), by_id(6, "sgr-2")]), DONE);
    assert_eq!(open(&[two.clone(), revoke(5, permission("0.0.0.0/0"))]), CHANGED);
    let one = add(&["sgr-1"]);
    assert_eq!(open(&[one.clone(), revoke(5, permission("0.0.0.0/0"))]), DONE);
    assert_eq!(open(&[one, revoke(5, permission("192.0.2.0/24"))]), CHANGED);
    let gone = other(of(5, "ec2", "DeleteSecurityGroup", json!({"groupId": "sg-1"}), json!(null)));
    assert_eq!(open(&[two, gone]), DONE);
}

#[test]
fn a_share_is_ended_for_those_who_got_it() {
    let snapshot = |at: u32, what: &str, whom: &[&str]| {
        let items: Vec<Value> = whom.iter().map(|one| json!({"userId": one})).collect();
        let request = json!({"snapshotId": "snap-1", "createVolumePermission": {what: {"items": items}}});
        of(at, "ec2", "ModifySnapshotAttribute", request, json!(null))
    };
    let (one, two) = ("210987654321", "111122223333");
    let add = snapshot(1, "add", &[one, two]);
    let less = |at: u32, whom: &[&str]| other(snapshot(at, "remove", whom));
    assert_eq!(open(&[add.clone(), less(5, &["444455556666"])]), CHANGED);
    assert_eq!(open(&[add.clone(), less(5, &[one])]), CHANGED);
    assert_eq!(open(&[add.clone(), less(5, &[one]), less(6, &[two])]), DONE);
    let again = other(snapshot(7, "add", &[one]));
    assert!(open(&[add.clone(), less(5, &[one, two]), again]).0);
    let reset = other(of(5, "ec2", "ResetSnapshotAttribute", json!({"snapshotId": "snap-1"}), json!(null)));
    assert_eq!(open(&[add, reset]), DONE);
    for (service, call, id, field) in [
        ("rds", "ModifyDBSnapshotAttribute", "dBSnapshotIdentifier", "values"),
        ("ssm", "ModifyDocumentPermission", "name", "accountIds"),
    ] {
        let change = |at: u32, what: &str, whom: &str| {
            let request = json!({id: "x", format!("{field}To{what}"): [whom]});
            of(at, service, call, request, json!(null))
        };
        let add = change(1, "Add", one);
        assert_eq!(open(&[add.clone(), other(change(5, "Remove", two))]), CHANGED, "{call}");
        assert_eq!(open(&[add, other(change(5, "Remove", one))]), DONE, "{call}");
    }
}

#[test]
fn a_policy_that_still_lets_them_in_undoes_nothing() {
    let policy = |principals: &[Value]| {
        let allow =
            |one: &Value| json!({"Effect": "Allow", "Principal": one, "Action": "*", "Resource": "*"});
        json!({"Statement": principals.iter().map(allow).collect::<Vec<_>>()})
    };
    let bucket = |at: u32, policy: Value| {
        let request = json!({"bucketName": "data", "bucketPolicy": policy});
        of(at, "s3", "PutBucketPolicy", request, json!(null))
    };
    let role = |at: u32, policy: Value| {
        let request = json!({"roleName": "hub", "policyDocument": policy.to_string()});
        of(at, "iam", "UpdateAssumeRolePolicy", request, json!(null))
    };
    let outside = json!({"AWS": "arn:aws:iam::210987654321:root"});
    let (same, service) = (json!({"AWS": "210987654321"}), json!({"Service": "ec2.amazonaws.com"}));
    let everybody = json!("*");
    for put in [&bucket as &dyn Fn(u32, Value) -> Value, &role] {
        let made = put(1, policy(std::slice::from_ref(&outside)));
        let then = |all: &[Value]| open(&[made.clone(), other(put(5, policy(all)))]);
        assert_eq!(then(&[same.clone(), service.clone()]), CHANGED);
        assert_eq!(then(std::slice::from_ref(&everybody)), CHANGED);
        assert_eq!(then(std::slice::from_ref(&service)), DONE);
        // What can't be read proves nothing.
        assert_eq!(open(&[made.clone(), other(put(5, json!({})))]), CHANGED);
        let good = other(put(5, policy(std::slice::from_ref(&service))));
        assert_eq!(
            open(&[made.clone(), good.clone(), other(put(6, policy(std::slice::from_ref(&same))))]),
            CHANGED
        );
    }
}

#[test]
fn a_function_is_released_by_its_arn() {
    let made = of(1, "lambda", "CreateFunction20150331", json!({"functionName": "f"}), json!(null));
    let stop = json!({"functionName": "f", "reservedConcurrentExecutions": 0});
    let stop = other(of(5, "lambda", "PutFunctionConcurrency20171031", stop, json!(null)));
    assert_eq!(open(&[made.clone(), stop.clone()]), DONE);
    let arn = json!({"functionName": "arn:aws:lambda:us-east-1:123456789012:function:f"});
    let go = of(6, "lambda", "DeleteFunctionConcurrency20171031", arn, json!(null));
    assert!(open(&[made, stop, go]).0);
}
