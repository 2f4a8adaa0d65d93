//! From the text of logs to a review, without a command.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::rule::RuleSet;
use crate::trail::gather::{Credential, is_success};
use crate::trail::ids::Ids;
use crate::trail::slots::{Event, Slot};
use crate::trail::split::{Splitter, Unit};
use crate::trail::{Conventions, EVENT, Gathered, Limits, Worker, class, feed, link, time};

mod contain;
mod ended;
mod given;
mod links;
mod renames;
mod undone;

const HOUR: i64 = 3_600;

/// A review of texts of logs.
fn review(texts: &[String], start: Start, now: &str) -> Review {
    let rules = RuleSet::default();
    let [product, service, category] = EVENT;
    let (limits, correlator) = (Limits::default(), Mutex::new(rules.correlator(product, service, category)));
    let mut worker = Worker::new(rules.judge(product, service, category), &limits, &correlator);
    let mut ids = Ids::default();
    let mut units = Vec::new();
    for (file, text) in texts.iter().enumerate() {
        let mut unit = Unit::default();
        Splitter::default().split(text.as_bytes(), true, &mut unit);
        let again = ids.again(&unit);
        feed::take(&mut worker, text.as_bytes(), &unit, &again, file as u32, 0);
        units.push((text, unit, again));
    }
    let mut gathered = Gathered::default();
    gathered.merge(worker.finish());
    gathered.settle();
    let (sessions, _) = link(&mut gathered, &Conventions::default());
    let question =
        Question { start, since: None, until: None, now: time::seconds(now.as_bytes()).unwrap_or_default() };
    let known: BTreeMap<&Credential, usize> = sessions
        .iter()
        .enumerate()
        .flat_map(|(number, session)| session.credentials.iter().map(move |one| (one, number)))
        .collect();
    let mut all: Vec<Deed> = Vec::new();
    for (file, (text, unit, again)) in units.iter().enumerate() {
        for (slots, again) in unit.events.iter().zip(again) {
            let event = unit.event(text.as_bytes(), slots);
            all.extend((!again).then(|| deed(&event, file as u32, &known)));
        }
    }
    all.sort();
    let found: Vec<Deed> = all.iter().filter(|deed| question.is_start(deed)).cloned().collect();
    let joints: Vec<Deed> = all.iter().filter(|deed| is_joint(&deed.service, &deed.name)).cloned().collect();
    let renewals: Vec<Deed> = all.iter().filter(|deed| renews(deed)).cloned().collect();
    let begun = begin(&question, &sessions, &found, &joints);
    let spread = spread(&begun.sessions, &sessions, &joints);
    let inside = |deed: &&Deed| deed.session.is_some_and(|number| spread.inside.contains_key(&number));
    let mut calls = BTreeMap::new();
    for deed in all.iter().filter(inside) {
        let fresh = Count { times: 0, first: deed.at.clone(), last: deed.at.time };
        calls.entry(Call::of(deed, deed.session.unwrap_or_default())).or_insert(fresh).times += 1;
    }
    let deeds = all.iter().filter(inside).filter(|deed| deed.is_told()).cloned().collect();
    let (coverage, joints) = (&gathered.coverage, joints.as_slice());
    let known = Known {
        question,
        sessions: &sessions,
        joints,
        deeds,
        calls,
        within: BTreeMap::new(),
        data: AllData::new(),
        accounts: &[],
        renewals: &renewals,
        left_out: 0,
        coverage,
        inventory: None,
        gaps: Vec::new(),
    };
    Review::of(&known, &begun, &spread)
}

fn deed(event: &Event<'_>, file: u32, known: &BTreeMap<&Credential, usize>) -> Deed {
    let is_sign_in =
        class::class(&event.text(Slot::EventSource), &event.text(Slot::EventName)) == class::Class::SignIn;
    let credential =
        if is_sign_in { Credential::of_sign_in(event, is_success(event)) } else { Credential::of(event) };
    let time = time::seconds(event.bytes(Slot::EventTime)).unwrap_or_default();
    let id = event.text(Slot::EventId).into_owned();
    let at = Mark { time, id, file, offset: event.start() as u64 };
    Deed::of(event, at, known.get(&credential).copied())
}

/// One event of user mallory's key, `at` seconds after the hour.
fn event(at: u32, name: &str, request: Value, response: Value) -> Value {
    let service = match name {
        "RunInstances" => "ec2",
        "StopLogging" | "StartLogging" => "cloudtrail",
        "GetSecretValue" | "BatchGetSecretValue" => "secretsmanager",
        "AssumeRole" => "sts",
        _ => "iam",
    };
    json!({
        "eventVersion": "1.11", "eventTime": format!("2026-10-10T15:{:02}:{:02}Z", at / 60, at % 60),
        "eventID": format!("e-{at}"), "eventSource": format!("{service}.amazonaws.com"), "eventName": name,
        "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.15.0",
        "recipientAccountId": "123456789012", "readOnly": name.contains("Get"), "eventType": "AwsApiCall",
        "managementEvent": true,
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAMALLORY", "accountId": "123456789012",
            "arn": "arn:aws:iam::123456789012:user/mallory", "userName": "mallory",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "requestParameters": request, "responseElements": response,
    })
}

/// The same by another identity.
fn by(mut event: Value, identity: Value) -> Value {
    event["userIdentity"] = identity;
    event["eventID"] = json!(format!("{}-other", event["eventID"].as_str().unwrap()));
    event
}

fn log(events: &[Value]) -> Vec<String> {
    vec![json!({ "Records": events }).to_string()]
}

fn key() -> Start {
    Start::Key("AKIAIOSFODNN7EXAMPLE".into())
}

fn commands(review: &Review) -> Vec<String> {
    let word = |word: &Word| match word {
        Word::Own(text) => text.clone(),
        Word::Name(name) => quoted(name),
    };
    let line = |action: &Action| action.command.iter().map(word).collect::<Vec<_>>().join(" ");
    review.actions.iter().map(line).collect()
}

const NOW: &str = "2026-10-10T16:00:00Z";

#[test]
fn what_was_made_and_not_undone_is_taken_away() {
    let made = json!({"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": "eve"}});
    let admin = json!({"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    let events = [
        event(1, "CreateUser", json!({"userName": "eve"}), json!({"user": {"userName": "eve"}})),
        event(2, "AttachUserPolicy", admin.clone(), json!(null)),
        event(3, "CreateAccessKey", json!({"userName": "eve"}), made),
        event(4, "StopLogging", json!({"name": "main"}), json!(null)),
        by(
            event(
                5,
                "StartLogging",
                json!({"name": "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"}),
                json!(null),
            ),
            json!({"type": "IAMUser", "principalId": "AIDAALICE", "accountId": "123456789012",
                "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice", "accessKeyId": "AKIAALICEEXAMPLEKEYS"}),
        ),
        by(
            event(60, "GetSecretValue", json!({"secretId": "prod/db"}), json!(null)),
            json!({"type": "IAMUser", "principalId": "AIDAEVE", "accountId": "123456789012",
                "arn": "arn:aws:iam::123456789012:user/eve", "userName": "eve", "accessKeyId": "AKIAI44QH8DHBEXAMPLE"}),
        ),
    ];
    let review = review(&log(&events), key(), NOW);
    let told = commands(&review);
    // A key that was made and used is stopped with the others.
    let stopped = review.actions.iter().filter(|one| one.group == Group::Stop).count();
    assert_eq!(stopped, 2);
    assert_eq!(
        told,
        [
            "aws iam update-access-key --user-name mallory --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive",
            "aws iam update-access-key --user-name eve --access-key-id AKIAI44QH8DHBEXAMPLE --status Inactive",
            "aws iam attach-user-policy --user-name eve --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
            "aws iam detach-user-policy --user-name eve --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
        ]
    );
    // The trail logs again, by somebody else.
    let trail = review.lasting.iter().find(|one| one.kind.call == "cloudtrail:StopLogging").unwrap();
    assert_eq!(trail.ended.as_ref().unwrap().deed.name, "StartLogging");
    // What eve's key did belongs to it.
    assert_eq!(review.secrets.len(), 1);
    assert_eq!(review.parties.len(), 2);
    assert!(matches!(&review.parties[1].relation, Relation::KeyMade { at, .. } if at.id == "e-3"));
}

#[test]
fn a_key_that_was_ended_needs_no_command() {
    let ended = json!({"userName": "mallory", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "status": "Inactive"});
    let on = json!({"userName": "mallory", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "status": "Active"});
    let first = event(1, "GetUser", json!(null), json!(null));
    let off = review(&log(&[first.clone(), event(2, "UpdateAccessKey", ended, json!(null))]), key(), NOW);
    assert!(off.actions.is_empty() && off.over.len() == 1, "{:?}", off.actions);
    let on = review(&log(&[first, event(2, "UpdateAccessKey", on, json!(null))]), key(), NOW);
    assert_eq!(on.actions.len(), 1);
}

#[test]
fn what_was_switched_on_again_was_not_ended() {
    let set = |status: &str| json!({"userName": "mallory", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "status": status});
    let events = [
        event(1, "GetUser", json!(null), json!(null)),
        event(2, "UpdateAccessKey", set("Inactive"), json!(null)),
        event(3, "UpdateAccessKey", set("Active"), json!(null)),
    ];
    let told = review(&log(&events), key(), NOW);
    assert!(told.actions.len() == 1 && told.over.is_empty(), "{:?}", told.over);
    let made = json!({"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": "eve"}});
    let of_eve =
        |status: &str| json!({"userName": "eve", "accessKeyId": "AKIAI44QH8DHBEXAMPLE", "status": status});
    let mut events = vec![
        event(1, "CreateAccessKey", json!({"userName": "eve"}), made),
        event(2, "UpdateAccessKey", of_eve("Inactive"), json!(null)),
    ];
    let ended = |events: &[Value]| review(&log(events), key(), NOW).lasting[0].ended.is_some();
    assert!(ended(&events));
    events.push(event(3, "UpdateAccessKey", of_eve("Active"), json!(null)));
    assert!(!ended(&events));
}

#[test]
fn another_region_and_a_part_of_the_instances_end_nothing() {
    let trail = json!({"name": "main"});
    let mut there = event(2, "StartLogging", trail.clone(), json!(null));
    let stopped = event(1, "StopLogging", trail, json!(null));
    let ended = |events: &[Value]| review(&log(events), key(), NOW).lasting[0].ended.is_some();
    assert!(ended(&[stopped.clone(), there.clone()]));
    there["awsRegion"] = json!("eu-west-1");
    assert!(!ended(&[stopped, there]));
    let set = |ids: &[&str]| {
        let items: Vec<Value> = ids.iter().map(|id| json!({"instanceId": id})).collect();
        json!({"instancesSet": {"items": items}})
    };
    let ec2 = |at, name, request: Value, response: Value| {
        let mut event = event(at, name, request, response);
        event["eventSource"] = json!("ec2.amazonaws.com");
        event
    };
    let run = ec2(1, "RunInstances", json!({}), set(&["i-11111111", "i-22222222"]));
    let one = ec2(2, "TerminateInstances", set(&["i-11111111"]), json!(null));
    let other = ec2(3, "TerminateInstances", set(&["i-22222222"]), json!(null));
    assert!(!ended(&[run.clone(), one.clone()]));
    assert!(ended(&[run, one, other]));
}

#[test]
fn sessions_of_a_role_are_revoked_while_they_can_run() {
    let issued = json!({"credentials": {"accessKeyId": "ASIACHAINFIRSTEXAMPL"},
        "assumedRoleUser": {"assumedRoleId": "AROA1:x", "arn": "arn:aws:sts::123456789012:assumed-role/hub/x"}});
    let role = json!({"type": "AssumedRole", "principalId": "AROA1:x", "accountId": "123456789012",
        "arn": "arn:aws:sts::123456789012:assumed-role/hub/x", "accessKeyId": "ASIACHAINFIRSTEXAMPL",
        "sessionContext": {"attributes": {"creationDate": "2026-10-10T15:00:01Z"},
            "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::123456789012:role/team/hub"}}});
    let asked = json!({"roleArn": "arn:aws:iam::123456789012:role/team/hub", "roleSessionName": "x"});
    let events =
        [event(1, "AssumeRole", asked, issued), by(event(9, "GetUser", json!(null), json!(null)), role)];
    let live = review(&log(&events), key(), NOW);
    let revoke = commands(&live).into_iter().find(|line| line.contains("AWSRevokeOlderSessions")).unwrap();
    assert!(revoke.starts_with("aws iam put-role-policy --role-name hub "), "{revoke}");
    assert!(matches!(&live.parties[1].relation, Relation::Issued { by: "AssumeRole", .. }));
    let later = review(&log(&events), key(), "2026-10-12T16:00:00Z");
    assert!(!commands(&later).iter().any(|line| line.contains("put-role-policy")));
    assert!(later.over.iter().any(|text| text.contains("have expired")), "{:?}", later.over);
    // From the session back to the key.
    let back = review(&log(&events), Start::Principal("hub".into()), NOW);
    assert_eq!(back.before.len(), 1);
    assert_eq!(back.before[0].user, "mallory");
    assert!(back.actions.iter().any(|action| action.group == Group::Decide));
    assert!(13 * HOUR > contain_lasts());
}

/// A role's session lasts twelve hours at most.
fn contain_lasts() -> i64 {
    12 * HOUR
}

#[test]
fn a_read_that_names_nothing_may_be_of_any_secret() {
    let filter = json!({"filters": [{"key": "tag-key", "values": ["x"]}]});
    let events = [event(1, "BatchGetSecretValue", filter, json!(null))];
    let all = review(&log(&events), key(), NOW);
    assert_eq!(all.secrets[0].name, "any secret that matched the filter of BatchGetSecretValue");
    let one = review(&log(&events), Start::Secret("prod/db".into()), NOW);
    assert_eq!(one.parties.len(), 1);
}

#[test]
fn names_that_are_no_names_make_no_command() {
    let made = |user: &str| json!({"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": user}});
    let of = |user: &str| {
        let event = event(1, "CreateAccessKey", json!({"userName": user}), made(user));
        commands(&review(&log(&[event]), key(), NOW)).pop().unwrap()
    };
    assert_eq!(of("file:///etc/passwd"), "");
    assert_eq!(
        of("x'; rm -rf ~ #"),
        r#"aws iam update-access-key --user-name 'x'"'"'; rm -rf ~ #' --access-key-id AKIAI44QH8DHBEXAMPLE --status Inactive"#
    );
}

#[test]
fn an_event_holds_names_and_no_values() {
    let request = json!({"userName": "eve", "password": "hunter2-hunter2", "policyDocument": "{}", "value": "v-v-v",
        "tags": [{"key": "k", "value": "w"}], "path": "/"});
    let response =
        json!({"credentials": {"accessKeyId": "ASIAX", "secretAccessKey": "s-s-s", "sessionToken": "t-t-t"}});
    let event = event(1, "CreateUser", request, response);
    let text = json!([event]).to_string();
    let mut unit = Unit::default();
    Splitter::default().split(text.as_bytes(), true, &mut unit);
    let deed = deed(&unit.event(text.as_bytes(), &unit.events[0]), 0, &BTreeMap::new());
    assert_eq!(deed.objects(), ["eve", "ASIAX"]);
}

#[test]
fn an_answer_says_what_was_looked_through() {
    let events = log(&[event(1, "GetUser", json!(null), json!(null))]);
    let none = review(&events, Start::Event("e-7".into()), NOW);
    assert!(none.parties.is_empty());
    let question = |start| Question { start, since: None, until: None, now: 0 };
    let told = nearest(&question(Start::Secret("/app/kay".into())), &[], &["app/key".to_owned()]);
    assert_eq!(told, "1 secret that was read or changed was searched (did you mean `app/key`?)");
}
