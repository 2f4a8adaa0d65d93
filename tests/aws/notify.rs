//! SNS, EventBridge and Security Hub are told what changed: on servers that check signatures and forms.

use serde_json::{Value, json};

use crate::ministack::user;
use crate::rig::{ACCOUNT, Here, KEY, Key, Moto, Ran, Server, ministack};
use crate::stub::{Reply, Stub};

/// Root of ministack, which checks signatures.
const ROOT: Key<'_> = Key { id: ACCOUNT, secret: "test" };
const LEAK: &str = "variable \"token\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"web\" {\n  \
                    user_data = \"#!/bin/sh\\necho ${var.token} > /etc/token\\n\"\n}\n";
const CLEAN: &str = "resource \"aws_instance\" \"web\" {\n  instance_type = \"t3.small\"\n}\n";

const TOPIC: &str = "[notify]\nsns = { topic-arn = \"arn:aws:sns:us-east-1:123456789012:audit.fifo\" }\n";
const BUS: &str = "[notify]\nevent-bridge = { region = \"us-east-1\" }\n";
const HUB: &str = "[notify]\nsecurity-hub = { account = \"123456789012\", region = \"us-east-1\" }\n";

fn scan(here: &Here) -> Ran {
    here.run(&["scan", "--history", "audit.db", "-f", "json", "--settings", "infra/secretrail.toml", "infra"])
}

fn at(endpoint: &str, settings: &str, terraform: &str) -> Here {
    let here = Here::new(endpoint);
    here.write("infra/main.tf", terraform);
    here.write("infra/secretrail.toml", settings);
    here
}

/// The bodies that lie in a queue.
fn queued(server: &Server, key: Key<'_>, url: &Value) -> Vec<String> {
    let receive = json!([["sqs", "receive_message", {"QueueUrl": url, "MaxNumberOfMessages": 10}]]);
    let answer = server.set(key, &receive).remove(0);
    let all = answer["Messages"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| one["Body"].as_str().expect("a body").to_owned()).collect()
}

/// A FIFO topic, and a queue that hears all of it.
fn topic_with_queue(server: &Server, key: Key<'_>) -> Value {
    let fifo = json!({"FifoTopic": "true"});
    let queue = json!({"FifoQueue": "true"});
    let url = server
        .set(
            key,
            &json!([
                ["sns", "create_topic", {"Name": "audit.fifo", "Attributes": fifo}],
                ["sqs", "create_queue", {"QueueName": "audit.fifo", "Attributes": queue}],
            ]),
        )
        .remove(1)["QueueUrl"]
        .clone();
    let subscribe = json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:audit.fifo", "Protocol": "sqs",
                           "Endpoint": "arn:aws:sqs:us-east-1:123456789012:audit.fifo",
                           "Attributes": {"RawMessageDelivery": "true"}});
    server.set(key, &json!([["sns", "subscribe", subscribe]]));
    url
}

#[test]
fn a_topic_gets_words_for_people_and_json_for_queues() {
    let moto = Moto::new();
    let url = topic_with_queue(&moto, KEY);
    let here = at(&moto.endpoint, TOPIC, LEAK);
    for _ in 0..2 {
        let ran = scan(&here);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    }
    let bodies = queued(&moto, KEY, &url);
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let change: Value = serde_json::from_str(&bodies[0]).expect("JSON");
    assert_eq!((&change["type"], &change["open"]["critical"]), (&"secretrail.change".into(), &1.into()));
}

#[test]
fn signatures_are_those_that_aws_makes() {
    let server = ministack();
    topic_with_queue(&server, ROOT);
    let allow = json!({"Effect": "Allow", "Action": ["sns:Publish", "events:PutEvents"], "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [allow]}).to_string();
    let (id, secret) = user(&server, "teller", &policy);
    for settings in [TOPIC, BUS] {
        let here = at(&server.endpoint, settings, LEAK).key(Key { id: &id, secret: "wrong" });
        let ran = scan(&here);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(" was not notified: it said "), "{settings} {ran:?}");
        let here = here.key(Key { id: &id, secret: &secret });
        let ran = scan(&here);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""));
        assert_eq!(here.run(&["notify", "pending", "audit.db"]).out, "Nothing is waiting to be sent.\n");
    }
}

#[test]
fn a_bus_gets_one_event_for_each_change() {
    // moto needs one more library for it.
    let server = ministack();
    let pattern = json!({"source": ["secretrail"], "detail-type": ["secretrail change"]}).to_string();
    let target = json!([{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:events"}]);
    let answers = server.set(
        ROOT,
        &json!([
            ["sqs", "create_queue", {"QueueName": "events"}],
            ["events", "put_rule", {"Name": "ours", "EventPattern": pattern}],
            ["events", "put_targets", {"Rule": "ours", "Targets": target}],
        ]),
    );
    let here = at(&server.endpoint, BUS, LEAK).key(ROOT);
    assert_eq!((scan(&here).code, scan(&here).err.as_str()), (1, ""));
    here.write("infra/main.tf", CLEAN);
    assert_eq!(scan(&here).err, "");
    let events: Vec<Value> = queued(&server, ROOT, &answers[0]["QueueUrl"])
        .iter()
        .map(|body| serde_json::from_str(body).expect("JSON"))
        .collect();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            let count = |list: &str| event["detail"][list].as_array().map_or(0, Vec::len);
            assert_eq!(event["detail"]["delivery"].as_str().map(str::len), Some(32), "{event}");
            (count("new"), count("fixed"))
        })
        .collect();
    assert_eq!(told, [(2, 0), (0, 2)]);
}

#[test]
fn security_hub_keeps_findings_until_they_are_gone() {
    let moto = Moto::new();
    let here = at(&moto.endpoint, HUB, LEAK);
    let states = || {
        let answer = moto.set(KEY, &json!([["securityhub", "get_findings", {}]])).remove(0);
        let findings = answer["Findings"].as_array().expect("findings").clone();
        let told =
            |one: &Value| format!("{} {}", one["Severity"]["Label"], one["RecordState"]).replace('"', "");
        let mut all: Vec<String> = findings.iter().map(told).collect();
        all.sort();
        all
    };
    let ran = scan(&here);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert_eq!(states(), ["CRITICAL ACTIVE", "HIGH ACTIVE"]);
    here.write("infra/main.tf", CLEAN);
    assert_eq!(scan(&here).err, "");
    assert_eq!(states(), ["CRITICAL ARCHIVED", "HIGH ARCHIVED"]);
    let test = here.run(&["notify", "test", "--settings", "infra/secretrail.toml"]);
    assert_eq!((test.code, test.out.lines().next()), (0, Some("security-hub: ok")), "{test:?}");
    // A change without a finding is nothing for it.
    here.write("infra/main.tf", "resource \"a\" {");
    assert_eq!((scan(&here).code, scan(&here).err.as_str()), (3, ""));
}

#[test]
fn a_refusal_in_a_200_is_one() {
    let stub = Stub::new(|_, form| {
        if form.contains("\"Entries\"") {
            Reply::ok("{\"FailedEntryCount\":1,\"Entries\":[{\"ErrorCode\":\"NotAuthorizedForSource\"}]}")
        } else {
            Reply::Body(400, b"{\"__type\":\"AccessDeniedException\",\"message\":\"canary\"}".to_vec())
        }
    });
    for (settings, told) in [(BUS, "NotAuthorizedForSource"), (HUB, "AccessDeniedException")] {
        let here = at(&stub.endpoint, settings, LEAK);
        let ran = scan(&here);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(&format!("was not notified: it said {told}; the next run")), "{}", ran.err);
        assert!(!ran.err.contains("canary"));
    }
}

#[test]
fn without_credentials_it_waits_and_one_service_may_live_elsewhere() {
    let moto = Moto::new();
    let here = at("http://127.0.0.1:1", TOPIC, LEAK).no_key();
    let ran = scan(&here);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("sns was not notified: there are no AWS credentials"), "{}", ran.err);
    let url = topic_with_queue(&moto, KEY);
    let here = here.key(KEY).with("AWS_ENDPOINT_URL_SNS", &moto.endpoint);
    assert_eq!(scan(&here).err, "");
    assert_eq!(queued(&moto, KEY, &url).len(), 1);
}
