//! What others were given, and what else stays.

use super::*;

fn of(service: &str, name: &str, request: Value) -> Value {
    let mut event = event(1, name, request, json!(null));
    event["eventSource"] = json!(format!("{service}.amazonaws.com"));
    event
}

fn told(event: Value) -> (String, String) {
    let review = review(&log(&[event]), key(), NOW);
    (review.lasting[0].what.clone(), commands(&review).pop().unwrap_or_default())
}

fn policy(principal: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}})
}

#[test]
fn a_changed_password_stays() {
    let (what, command) = told(of("iam", "ChangePassword", json!(null)));
    assert!(what.starts_with("password of user `mallory`"), "{what}");
    assert_eq!(command, "aws iam delete-login-profile --user-name mallory");
    let bob = json!({"type": "IAMUser", "principalId": "AIDABOB", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/mallory", "userName": "mallory"});
    let mut sign_in = of("signin", "ConsoleLogin", json!(null));
    sign_in["eventTime"] = json!("2026-10-10T15:09:00Z");
    sign_in["responseElements"] = json!({"ConsoleLogin": "Success"});
    let events = [of("iam", "ChangePassword", json!(null)), by(sign_in, bob)];
    assert_eq!(review(&log(&events), key(), NOW).parties.len(), 2, "who signed in since may know it");
}

#[test]
fn a_bucket_that_was_opened_is_told_with_who_may() {
    let put = |principal: Value| json!({"bucketName": "data", "bucketPolicy": policy(principal)});
    let (what, command) = told(of("s3", "PutBucketPolicy", put(json!("*"))));
    assert_eq!(what, "bucket `data`, opened to everyone by its policy");
    assert_eq!(command, "aws s3api delete-bucket-policy --bucket data");
    let other = put(json!({"AWS": "arn:aws:iam::210987654321:root"}));
    assert!(
        told(of("s3", "PutBucketPolicy", other)).0.contains("opened to `arn:aws:iam::210987654321:root`")
    );
    let own = put(json!({"AWS": "arn:aws:iam::123456789012:root"}));
    let (what, command) = told(of("s3", "PutBucketPolicy", own));
    assert_eq!(what, "policy of bucket `data`");
    assert!(command.starts_with("aws s3api get-bucket-policy"), "{command}");
}

#[test]
fn what_others_may_use_is_told_with_who() {
    let key_policy = json!({"keyId": "k-1", "policy": policy(json!({"AWS": "210987654321"})).to_string()});
    assert_eq!(
        told(of("kms", "PutKeyPolicy", key_policy)).0,
        "KMS key `k-1`, opened to `210987654321` by its policy"
    );
    let grant =
        json!({"keyId": "k-1", "granteePrincipal": "arn:aws:iam::210987654321:role/x", "grantId": "g-1"});
    assert!(told(of("kms", "CreateGrant", grant)).0.ends_with("to `arn:aws:iam::210987654321:role/x`"));
    let function = json!({"functionName": "f", "statementId": "s", "principal": "*"});
    assert_eq!(
        told(of("lambda", "AddPermission20150331v2", function)).0,
        "function `f`, opened to everyone by permission `s`"
    );
    let address = json!({"functionName": "f", "authType": "NONE"});
    assert_eq!(
        told(of("lambda", "CreateFunctionUrlConfig", address)).0,
        "URL of function `f`, with authentication `NONE`"
    );
    let everybody = json!({"imageId": "ami-1", "launchPermission": {"add": {"items": [{"group": "all"}]}}});
    assert_eq!(told(of("ec2", "ModifyImageAttribute", everybody)).0, "image `ami-1`, shared with everyone");
    let snapshot = json!({"dBSnapshotIdentifier": "s-1", "attributeName": "restore", "valuesToAdd": ["all"]});
    assert_eq!(
        told(of("rds", "ModifyDBSnapshotAttribute", snapshot)).0,
        "database snapshot `s-1`, shared with everyone"
    );
}

#[test]
fn what_was_shared_is_told_even_where_it_was_undone() {
    let mut undone = of(
        "ec2",
        "ModifyImageAttribute",
        json!({"imageId": "ami-1", "launchPermission": {"remove": {"items": [{"userId": "210987654321"}]}}}),
    );
    undone["eventTime"] = json!("2026-10-10T15:09:00Z");
    undone["eventID"] = json!("e-undone");
    let given =
        json!({"imageId": "ami-1", "launchPermission": {"add": {"items": [{"userId": "210987654321"}]}}});
    let bucket = json!({"bucketName": "data", "bucketPolicy": policy(json!({"AWS": "arn:aws:iam::210987654321:root"}))});
    let events = [of("ec2", "ModifyImageAttribute", given), of("s3", "PutBucketPolicy", bucket), undone];
    let mut events = events.to_vec();
    events[1]["eventID"] = json!("e-bucket");
    let all = review(&log(&events), key(), NOW);
    let line = all.verdict.iter().find(|(title, _)| *title == "Shared").map(|(_, text)| text.as_str());
    assert_eq!(
        line,
        Some(
            "with account `210987654321`: image `ami-1`, bucket `data` (1 of 2 undone since); copies may exist there, even of what was undone"
        )
    );
    assert_eq!(all.strangers[0].account.as_deref(), Some("210987654321"));
}
