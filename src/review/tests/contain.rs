//! What is asked for, and what is not.

use super::*;

fn at_service(mut event: Value, service: &str, account: &str) -> Value {
    event["eventSource"] = json!(format!("{service}.amazonaws.com"));
    event["recipientAccountId"] = json!(account);
    event
}

fn secret(at: u32, name: &str, request: Value, response: Value) -> Value {
    at_service(event(at, name, request, response), "secretsmanager", "123456789012")
}

fn abouts(review: &Review) -> Vec<(Group, String)> {
    review.actions.iter().map(|action| (action.group, action.about.clone())).collect()
}

#[test]
fn a_secret_is_restored_only_where_aws_keeps_it_and_somebody_else_made_it() {
    let delete = |at: u32, id: &str, forced: bool| {
        let mut request = json!({"secretId": id});
        if forced {
            request["forceDeleteWithoutRecovery"] = json!(true);
        }
        secret(at, "DeleteSecret", request, json!({"name": id}))
    };
    let events = [
        secret(1, "CreateSecret", json!({"name": "own"}), json!({"name": "own"})),
        delete(2, "arn:aws:secretsmanager:us-east-1:123456789012:secret:own-AbCdEf", false),
        delete(3, "kept", false),
        delete(4, "lost", true),
    ];
    let review = review(&log(&events), key(), NOW);
    let told: Vec<String> = commands(&review).into_iter().filter(|line| line.contains("secret")).collect();
    assert_eq!(told, ["aws secretsmanager restore-secret --secret-id kept --region us-east-1"]);
    assert_eq!(abouts(&review).last().unwrap().1, "secret `lost`, deleted permanently");
    let own = "1 secret was created and deleted again by the incident itself: nothing to restore";
    assert!(review.over.iter().any(|text| text == own), "{:?}", review.over);
}

#[test]
fn credentials_of_a_service_in_the_users_name_are_nobodys() {
    let with = |at: u32, key: &str, ip: &str| {
        let mut event = event(at, "GetUser", json!(null), json!(null));
        event["userIdentity"]["accessKeyId"] = json!(key);
        event["sourceIPAddress"] = json!(ip);
        event
    };
    let revokes = |ip: &str| {
        let events = [with(1, "AKIAIOSFODNN7EXAMPLE", "198.51.100.7"), with(9, "ASIAMALLORYEXAMPLEKE", ip)];
        let told = review(&log(&events), Start::Principal("mallory".into()), NOW);
        commands(&told).iter().any(|line| line.contains("put-user-policy"))
    };
    assert!(!revokes("AWS Internal") && revokes("198.51.100.7"));
}

fn sign_in(at: u32, identity: Value) -> Value {
    let mut event = event(at, "ConsoleLogin", json!(null), json!({"ConsoleLogin": "Success"}));
    event["eventSource"] = json!("signin.amazonaws.com");
    event["eventType"] = json!("AwsConsoleSignIn");
    event["additionalEventData"] = json!({"MFAUsed": "No"});
    event["userIdentity"] = identity;
    event
}

#[test]
fn a_password_that_was_used_stays_open_however_long_ago() {
    let bob = json!({"type": "IAMUser", "principalId": "AIDABOB", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/bob", "userName": "bob"});
    let start = || Start::Principal("bob".into());
    let late = "2027-10-10T16:00:00Z";
    let told = review(&log(&[sign_in(1, bob.clone())]), start(), late);
    assert_eq!(commands(&told), ["aws iam delete-login-profile --user-name bob"]);
    // Somebody else took the password away since.
    let gone = event(90, "DeleteLoginProfile", json!({"userName": "bob"}), json!(null));
    let told = review(&log(&[sign_in(1, bob), gone]), start(), late);
    assert!(told.actions.is_empty(), "{:?}", told.actions);
    assert_eq!(told.done[0].call, "DeleteLoginProfile");
}

#[test]
fn roots_password_is_told_when_its_sessions_are_over() {
    let root = json!({"type": "Root", "principalId": "123456789012", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:root"});
    let start = || Start::Principal("root".into());
    let late = "2027-10-10T16:00:00Z";
    let told = review(&log(&[sign_in(1, root.clone())]), start(), late);
    assert_eq!(abouts(&told), [(Group::Stop, "the password of root".to_owned())]);
    let mut changed =
        at_service(event(90, "PasswordUpdated", json!(null), json!(null)), "signin", "123456789012");
    changed["userIdentity"] = json!({"type": "Root", "principalId": "123456789012", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:root", "accessKeyId": "ASIAOTHEREXAMPLEKEYS"});
    changed["sourceIPAddress"] = json!("203.0.113.9");
    let whole = review(&log(&[sign_in(1, root), changed]), Start::Event("e-1".into()), late);
    assert!(whole.actions.is_empty(), "{:?}", whole.actions);
}

fn trust(principal: Value) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]});
    json!(policy.to_string())
}

#[test]
fn a_role_that_delivers_logs_is_somebodys_decision() {
    let logs = trust(json!({"Service": "cloudtrail.amazonaws.com"}));
    let work = trust(json!({"Service": ["cloudtrail.amazonaws.com", "lambda.amazonaws.com"]}));
    let events = [
        event(1, "CreateRole", json!({"roleName": "logs", "assumeRolePolicyDocument": logs}), json!(null)),
        event(2, "PutRolePolicy", json!({"roleName": "logs", "policyName": "p"}), json!(null)),
        event(3, "CreateRole", json!({"roleName": "work", "assumeRolePolicyDocument": work}), json!(null)),
    ];
    let told = review(&log(&events), key(), NOW);
    let wanted = [
        (Group::Undo, "role `work`"),
        (Group::Decide, "role `logs`"),
        (Group::Decide, "policy `p` of role `logs`"),
    ];
    let all = abouts(&told);
    let all: Vec<(Group, &str)> = all.iter().skip(1).map(|(group, about)| (*group, about.as_str())).collect();
    assert_eq!(all, wanted);
    assert!(told.actions.last().unwrap().breaks.contains("lose visibility"));
}

#[test]
fn a_role_that_was_opened_to_another_account_is_denied_everything() {
    let open = |at: u32, role: &str, principal: Value| {
        let request = json!({"roleName": role, "policyDocument": trust(principal)});
        event(at, "UpdateAssumeRolePolicy", request, json!(null))
    };
    let events = [
        open(1, "app", json!({"AWS": ["arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"]})),
        open(2, "own", json!({"AWS": "arn:aws:iam::123456789012:root"})),
        open(3, "all", json!("*")),
    ];
    let told = review(&log(&events), key(), NOW);
    let deny = |role: &str| {
        format!(
            "aws iam attach-role-policy --role-name {role} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll"
        )
    };
    assert_eq!(
        commands(&told)[1..],
        [deny("app"), deny("all"), "aws iam get-role --role-name own".to_owned()]
    );
    assert_eq!(told.lasting[0].what, "role `app`, opened to `arn:aws:iam::210987654321:root`");
    assert_eq!(told.lasting[2].what, "role `all`, opened to everyone");
}

#[test]
fn what_is_open_begins_as_a_sentence_does() {
    let bob = json!({"type": "IAMUser", "principalId": "AIDABOB", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/bob", "userName": "bob", "accessKeyId": "ASIABOBEXAMPLEKEYSAB"});
    let mut made = event(1, "CreateUser", json!({"userName": "eve"}), json!(null));
    made["userIdentity"] = bob;
    let told = review(&log(&[made]), Start::Principal("bob".into()), "2027-10-10T16:00:00Z");
    assert_eq!(told.verdict[0], ("Still open", "undo: user `eve`".to_owned()));
}
