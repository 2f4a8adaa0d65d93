//! Which sessions belong to an incident, and which only may.

use super::*;

const HOST: &str = "aws-cli/2.36.7 ua/2.1 m/g,b sid/5e234f3e8f74 md/command#sts.get-caller-identity";
const OTHER_SOURCE: &str = "aws-cli/2.36.7 ua/2.1 m/r,b sid/5e234f3e8f74 md/command#sts.get-caller-identity";

fn with(mut event: Value, agent: &str) -> Value {
    event["userAgent"] = json!(agent);
    event
}

fn alice() -> Value {
    json!({"type": "IAMUser", "principalId": "AIDAALICE", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice", "accessKeyId": "AKIAALICEEXAMPLEKEYS"})
}

fn only_looks(at: u32) -> Value {
    event(at, "GetUser", json!(null), json!(null))
}

fn groups(review: &Review) -> Vec<(Group, bool)> {
    review.actions.iter().map(|one| (one.group, one.about.contains("alice"))).collect()
}

#[test]
fn a_shared_host_alone_makes_nobody_guilty() {
    // A CI runner: one host, two identities, and nothing ended.
    let events = [
        with(only_looks(1), HOST),
        with(by(event(90, "CreateUser", json!({"userName": "bob"}), json!(null)), alice()), OTHER_SOURCE),
    ];
    let told = review(&log(&events), key(), NOW);
    assert_eq!((told.parties.len(), told.perhaps.len(), told.events), (1, 1, 1));
    assert!(told.lasting.is_empty(), "{:?}", told.lasting);
    assert_eq!(groups(&told), [(Group::Stop, false), (Group::Confirm, true)]);
    assert!(
        told.actions[1].about.starts_with("if you confirm that `user/alice`"),
        "{}",
        told.actions[1].about
    );
    let open = &told.verdict[0].1;
    assert!(!open.contains("alice"), "{open}");
    assert!(
        matches!(&told.perhaps[0].relation, Relation::FellBack { is_sure: false, told, .. } if told.contains("nothing in these logs revoked"))
    );
}

#[test]
fn the_same_host_after_the_key_was_ended_is_sure() {
    let end = json!({"userName": "mallory", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"});
    let admin = json!({"type": "IAMUser", "principalId": "AIDAADMIN", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/admin", "userName": "admin", "accessKeyId": "AKIAADMINEXAMPLEKEYS"});
    let mut ended = by(event(60, "DeleteAccessKey", end, json!(null)), admin);
    ended["sourceIPAddress"] = json!("192.0.2.1");
    let events = [with(only_looks(1), HOST), ended, with(by(only_looks(90), alice()), OTHER_SOURCE)];
    let told = review(&log(&events), key(), NOW);
    assert_eq!((told.parties.len(), told.perhaps.len()), (2, 0));
    assert!(groups(&told).contains(&(Group::Stop, true)), "{:?}", told.actions);
    // An hour and more later it is somebody else.
    let mut late = with(by(only_looks(91), alice()), OTHER_SOURCE);
    late["eventTime"] = json!("2026-10-10T16:30:00Z");
    let told = review(&log(&[events[0].clone(), events[1].clone(), late]), key(), "2026-10-10T17:00:00Z");
    assert_eq!((told.parties.len(), told.perhaps.len()), (1, 0));
}

#[test]
fn a_role_that_was_opened_is_used_by_those_who_always_did() {
    let role = json!({"type": "AssumedRole", "principalId": "AROA1:app", "accountId": "123456789012",
        "arn": "arn:aws:sts::123456789012:assumed-role/app/app", "accessKeyId": "ASIAAPPEXAMPLEKEYSXX",
        "sessionContext": {"attributes": {"creationDate": "2026-10-10T15:01:00Z"},
            "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::123456789012:role/app"}}});
    let events = [
        event(1, "UpdateAssumeRolePolicy", json!({"roleName": "app"}), json!(null)),
        by(event(90, "CreateUser", json!({"userName": "bob"}), json!(null)), role),
    ];
    let told = review(&log(&events), key(), NOW);
    assert_eq!((told.parties.len(), told.perhaps.len(), told.lasting.len()), (1, 1, 1));
    let revoke = told.actions.iter().find(|one| one.about.contains("sessions of role")).unwrap();
    assert_eq!(revoke.group, Group::Confirm);
}

#[test]
fn what_came_of_a_likely_session_is_likely() {
    let eve = json!({"type": "IAMUser", "principalId": "AIDAEVE", "accountId": "123456789012", "userName": "eve",
        "arn": "arn:aws:iam::123456789012:user/eve", "accessKeyId": "AKIAEVEEXAMPLEKEYSXX"});
    let made = json!({"accessKey": {"accessKeyId": "AKIAALICEEXAMPLEKEYS", "userName": "alice"}});
    let events = [
        event(1, "CreateUser", json!({"userName": "eve"}), json!(null)),
        by(event(2, "CreateAccessKey", json!({"userName": "alice"}), made), eve),
        by(only_looks(90), alice()),
    ];
    let told = review(&log(&events), key(), NOW);
    let sure: Vec<&str> = told.parties.iter().map(|party| party.confidence.word()).collect();
    assert_eq!(sure, ["sure", "likely", "likely"]);
    assert!(
        told.actions
            .iter()
            .any(|one| one.group == Group::Decide && one.about.contains("AKIAEVEEXAMPLEKEYSXX"))
    );
}

#[test]
fn in_one_second_the_order_is_unknown() {
    let policy = json!({"userName": "eve", "policyName": "p"});
    let put = |at| event(at, "PutUserPolicy", policy.clone(), json!(null));
    let mut end = event(1, "DeleteUserPolicy", policy.clone(), json!(null));
    end["eventID"] = json!("e-2");
    let told = review(&log(&[put(1), end.clone()]), key(), NOW);
    assert!(told.lasting[0].is_open() && told.lasting[0].doubtful.is_some(), "{:?}", told.lasting);
    end["eventTime"] = json!("2026-10-10T15:00:02Z");
    assert!(!review(&log(&[put(1), end]), key(), NOW).lasting[0].is_open());
    // The id of a key is made with it: what has the same one came after.
    let of_key = json!({"userName": "eve", "accessKeyId": "AKIAI44QH8DHBEXAMPLE"});
    let made = json!({"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": "eve"}});
    let mut end = event(1, "DeleteAccessKey", of_key, json!(null));
    end["eventID"] = json!("e-0");
    let told =
        review(&log(&[event(1, "CreateAccessKey", json!({"userName": "eve"}), made), end]), key(), NOW);
    assert!(!told.lasting[0].is_open());
}

#[test]
fn a_secret_that_is_put_and_read_in_one_second_counts_as_read() {
    let of = |at: u32, name: &str, id: &str| {
        let mut event = event(
            at,
            name,
            json!({"name": "/app/key", "withDecryption": true, "type": "SecureString"}),
            json!(null),
        );
        (event["eventSource"], event["eventID"]) = (json!("ssm.amazonaws.com"), json!(id));
        event
    };
    for ids in [("a", "b"), ("b", "a")] {
        let delete = of(9, "DeleteParameter", "z");
        let told =
            review(&log(&[of(1, "PutParameter", ids.0), of(1, "GetParameter", ids.1), delete]), key(), NOW);
        assert!(told.rotations.len() == 1 && told.rotations[0].tied, "{ids:?}: {:?}", told.rotations);
    }
    // Somebody else put a new value there, in the second of the read, and later.
    for (at, tied) in [(1, true), (5, false)] {
        let new = by(of(at, "PutParameter", "new"), alice());
        let told = review(&log(&[of(1, "GetParameter", "a"), new]), key(), NOW);
        let renewed = told.rotations[0].renewed.as_ref().unwrap();
        assert_eq!(renewed.tied, tied);
    }
    let told = review(&log(&[of(1, "PutParameter", "a")]), key(), NOW);
    assert!(told.rotations[0].changed && !told.rotations[0].read);
}

#[test]
fn a_secret_that_the_incident_created_and_deleted_is_not_rotated() {
    let of = |at: u32, service: &str, name: &str, request: Value, response: Value| {
        let mut event = event(at, name, request, response);
        event["eventSource"] = json!(format!("{service}.amazonaws.com"));
        event["eventID"] = json!(format!("e-{at}-{name}"));
        event
    };
    let parameter = |at: u32, name: &str, version: u32| {
        let request = json!({"name": "/own/key", "withDecryption": true, "overwrite": version > 1});
        of(at, "ssm", name, request, json!({"version": version}))
    };
    let rotated = |events: &[Value]| {
        let all = review(&log(events), key(), NOW);
        let gone = all.over.iter().any(|text| text.starts_with("1 secret was created and deleted again"));
        (all.rotations.len(), all.rotations.iter().any(|one| one.tied), gone)
    };
    let read = parameter(1, "GetParameter", 0);
    let all = [parameter(1, "PutParameter", 1), read.clone(), parameter(9, "DeleteParameter", 0)];
    assert_eq!(rotated(&all), (0, false, true));
    assert_eq!(rotated(&all[..2]), (1, false, false));
    // A later version, a value that was read or deleted before, and one in another Region: those were yours.
    let second = parameter(1, "PutParameter", 2);
    assert_eq!(rotated(&[second, read.clone(), all[2].clone()]), (1, true, false));
    let (later, end) = (parameter(5, "PutParameter", 1), all[2].clone());
    assert_eq!(rotated(&[read.clone(), parameter(2, "DeleteParameter", 0), later, end.clone()]).0, 1);
    let mut elsewhere = read.clone();
    elsewhere["awsRegion"] = json!("eu-west-1");
    assert_eq!(rotated(&[all[0].clone(), elsewhere, end]).0, 1);
    let secret = |at: u32, name: &str| {
        of(at, "secretsmanager", name, json!({"name": "own", "secretId": "own"}), json!(null))
    };
    let all = [secret(1, "CreateSecret"), secret(1, "GetSecretValue"), secret(9, "DeleteSecret")];
    assert_eq!(rotated(&all), (0, false, true));
}

#[test]
fn a_key_that_nobody_used_is_left_behind() {
    let made = json!({"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": "eve"}});
    let told = review(&log(&[event(1, "CreateAccessKey", json!({"userName": "eve"}), made)]), key(), NOW);
    assert_eq!((told.lasting.len(), told.lasting[0].used), (1, Some(false)));
    assert!(commands(&told).iter().any(|line| line.contains("AKIAI44QH8DHBEXAMPLE")));
}

#[test]
fn sharing_is_ended_by_taking_it_away_and_not_by_sharing_more() {
    let ec2 = |at: u32, what: &str, whom: &str| {
        let items = json!({"items": [{"userId": whom}]});
        let request = json!({"snapshotId": "snap-1", "attributeType": "CREATE_VOLUME_PERMISSION", "createVolumePermission": {what: items}});
        let mut event = event(at, "ModifySnapshotAttribute", request, json!(null));
        event["eventSource"] = json!("ec2.amazonaws.com");
        event
    };
    let add = ec2(1, "add", "210987654321");
    let more = by(ec2(2, "add", "111122223333"), alice());
    let told = review(&log(&[add.clone(), more]), key(), NOW);
    assert!(
        told.lasting[0].is_open() && told.lasting[0].what.contains("account `210987654321`"),
        "{}",
        told.lasting[0].what
    );
    let less = by(ec2(2, "remove", "210987654321"), alice());
    assert!(!review(&log(&[add, less.clone()]), key(), NOW).lasting[0].is_open());
    let mut own = less;
    own["userIdentity"] = event(1, "GetUser", json!(null), json!(null))["userIdentity"].clone();
    assert!(review(&log(&[own]), key(), NOW).lasting.is_empty());
}
