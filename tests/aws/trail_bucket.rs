//! `secretrail trail s3://...` and `trail verify s3://...`, against moto's S3.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::rig::{Here, KEY, Moto, Ran, run_script};
use crate::stub::{Reply, Stub};

const HOURS: &str = "5";
const LOGS: &str =
    "AWSLogs/123456789012/CloudTrail/eu-central-1/2026/03/28/123456789012_CloudTrail_eu-central-1_20260328T";
const DIGESTS: &str = "AWSLogs/123456789012/CloudTrail-Digest/eu-central-1/2026/03/28/123456789012_CloudTrail-Digest_eu-central-1_main_eu-central-1_20260328T";

/// Logs and digests of five hours.
static WORLD: LazyLock<Value> = LazyLock::new(|| run_script("digests.py", &[HOURS]));
/// The same with another key.
static OTHER: LazyLock<Value> = LazyLock::new(|| run_script("digests.py", &["1"]));

/// A bucket with these objects.
fn put(moto: &Moto, objects: &[Value]) {
    let mut calls = vec![json!(["s3", "create_bucket", {"Bucket": "trail-bucket"}])];
    for object in objects {
        let mut call = object.clone();
        call["Bucket"] = json!("trail-bucket");
        call["Body"] = json!({"base64": object["Body"]});
        calls.push(json!(["s3", "put_object", call]));
    }
    moto.set(KEY, &json!(calls));
}

fn whole() -> Vec<Value> {
    WORLD["objects"].as_array().expect("objects").clone()
}

fn key(object: &Value) -> &str {
    object["Key"].as_str().expect("a key")
}

fn without(objects: Vec<Value>, names: &[String]) -> Vec<Value> {
    let is_left = |object: &Value| !names.iter().any(|name| key(object).starts_with(name.as_str()));
    objects.into_iter().filter(is_left).collect()
}

fn changed(mut objects: Vec<Value>, name: &str, body: impl Fn(&str) -> String) -> Vec<Value> {
    let object = objects.iter_mut().find(|object| key(object).starts_with(name)).expect("an object");
    object["Body"] = json!(body(object["Body"].as_str().expect("a body")));
    objects
}

fn verify(here: &Here, more: &[&str]) -> Ran {
    here.run(&[&["trail", "verify", "s3://trail-bucket/AWSLogs/"], more].concat())
}

fn trail(here: &Here, path: &str, more: &[&str]) -> (Ran, Value) {
    let ran = here.run(&[&["trail", path, "--format", "json", "--exit-zero"], more].concat());
    let report = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
    (ran, report)
}

#[test]
fn a_bucket_that_nobody_touched_is_whole() {
    let moto = Moto::new();
    put(&moto, &whole());
    moto.state(&json!({"public_keys": WORLD["keys"]}));
    let here = Here::new(&moto.endpoint);
    let ran = verify(&here, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert!(ran.out.contains("complete: 5 digests and 10 logs from 2026-03-28T00:00:00Z"), "{}", ran.out);
    here.write("keys.json", &WORLD["keys"].to_string());
    assert_eq!(verify(&here, &["--keys", "keys.json"]).code, 0);
    // And the report says so.
    let (ran, report) = trail(&here, "s3://trail-bucket", &["--verify"]);
    assert_eq!((ran.code, &report["coverage"]["verified"]), (0, &json!(true)), "{ran:?}");
    assert_eq!(report["coverage"]["distinct_events"], 10);
    let (_, report) = trail(&here, "s3://trail-bucket", &[]);
    assert_eq!(report["coverage"]["verified"], false);
    // Nobody tells the keys.
    moto.state(&json!({"denied": ["cloudtrail:ListPublicKeys"]}));
    let ran = verify(&here, &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.out.contains("not proven: eu-central-1 (cloudtrail:ListPublicKeys: AccessDenied"),
        "{}",
        ran.out
    );
}

#[test]
fn each_kind_of_tampering_is_named() {
    let log = format!("{LOGS}0220Z_aaaa");
    let digest = |hour: u8| format!("{DIGESTS}0{hour}0000Z");
    let other = OTHER["objects"][0]["Body"].as_str().expect("a body").to_owned();
    let cut = |body: &str| body.chars().take(body.len() / 2 / 4 * 4).collect::<String>();
    let cases: Vec<(&str, Vec<Value>, String)> = vec![
        ("altered log", changed(whole(), &log, |_| other.clone()), format!("altered: {log}")),
        ("deleted log", without(whole(), std::slice::from_ref(&log)), format!("missing: {log}")),
        ("truncated log", changed(whole(), &log, cut), format!("damaged: {log}")),
        ("deleted digest", without(whole(), &[digest(3)]), format!("missing: {}", digest(3))),
        ("two deleted digests", without(whole(), &[digest(2), digest(3)]), format!("missing: {}", digest(3))),
        ("truncated digest", changed(whole(), &digest(3), cut), format!("damaged: {}", digest(3))),
    ];
    for (what, objects, told) in cases {
        let moto = Moto::new();
        put(&moto, &objects);
        moto.state(&json!({"public_keys": WORLD["keys"]}));
        let here = Here::new(&moto.endpoint);
        let ran = verify(&here, &[]);
        assert_eq!(ran.code, 1, "{what}: {ran:?}");
        assert!(ran.out.contains(&told), "{what}: {}", ran.out);
        let (_, report) = trail(&here, "s3://trail-bucket", &["--verify"]);
        assert_eq!(report["coverage"]["verified"], false, "{what}");
        assert!(report["gaps"].as_array().is_some_and(|gaps| !gaps.is_empty()), "{what}");
    }
    let moto = Moto::new();
    put(&moto, &whole());
    moto.state(&json!({"public_keys": OTHER["keys"]}));
    let ran = verify(&Here::new(&moto.endpoint), &[]);
    assert!(ran.code == 1 && ran.out.contains("forged: "), "wrong key: {ran:?}");
}

#[test]
fn only_what_is_asked_for_is_fetched() {
    let moto = Moto::new();
    let mut objects = whole();
    let one = objects[0].clone();
    for name in [
        "AWSLogs/o-exampleorgid/123456789012/CloudTrail/us-east-1/2026/03/27/123456789012_CloudTrail_us-east-1_20260327T0020Z_x.json.gz",
        "AWSLogs/o-exampleorgid/210987654321/CloudTrail/us-east-1/2026/03/28/210987654321_CloudTrail_us-east-1_20260328T0020Z_x.json.gz",
        "AWSLogs/123456789012/Config/us-east-1/2026/3/28/x.json.gz",
        "AWSLogs/123456789012/CloudTrail-Insight/us-east-1/2026/03/28/123456789012_CloudTrail-Insight_us-east-1_20260328T0020Z_x.json.gz",
        "AWSLogs/123456789012/CloudTrail/eu-central-1/2026/03/28/broken_CloudTrail_eu-central-1_20260328T0120Z_y.json.gz",
    ] {
        let mut other = one.clone();
        other["Key"] = json!(name);
        if name.contains("broken") {
            let body = other["Body"].as_str().expect("a body");
            other["Body"] = json!(body.chars().take(body.len() / 2 / 4 * 4).collect::<String>());
        }
        objects.push(other);
    }
    put(&moto, &objects);
    let here = Here::new(&moto.endpoint);
    let (ran, report) = trail(&here, "s3://trail-bucket", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let seen = &report["coverage"];
    assert_eq!(
        (&seen["events"], &seen["distinct_events"], &seen["digest_files"]),
        (&json!(12), &json!(10), &json!(2))
    );
    let gap = &report["gaps"][0];
    assert!(
        gap["path"]
            .as_str()
            .is_some_and(|path| path.contains("s3://trail-bucket/AWSLogs/") && path.contains("broken")),
        "{gap}"
    );
    // The same bytes, however the answers came.
    assert_eq!(trail(&here, "s3://trail-bucket", &[]).0.out, ran.out);
    for (more, events) in [
        (&["--since", "2026-03-28"][..], 11),
        (&["--until", "2026-03-27"], 0),
        (&["--account", "210987654321"], 0),
        (&["--region", "us-east-1"], 0),
        (
            &[
                "--region",
                "eu-central-1",
                "--since",
                "2026-03-28T02:00:00Z",
                "--until",
                "2026-03-28T03:00:00Z",
            ],
            2,
        ),
    ] {
        let (_, report) = trail(&here, "s3://trail-bucket/", more);
        assert_eq!(
            report["coverage"]["distinct_events"].as_u64().unwrap_or_default().min(11),
            events.min(10),
            "{more:?}"
        );
    }
    // A second look at the events asks the bucket again.
    let (_, report) =
        trail(&here, "s3://trail-bucket/AWSLogs/123456789012/", &["--event", "aaaa-1774657200"]);
    assert_eq!(report["trail"]["events"][0]["name"], "ListBuckets");
}

#[test]
fn a_bucket_that_says_nothing_is_no_audit() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint);
    let ran = here.run(&["trail", "s3://no-such-bucket/AWSLogs/"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.out.contains("s3:ListBucket: NoSuchBucket"), "{}", ran.out);
    assert_eq!(here.run(&["trail", "s3://"]).code, 2);
    let ran = here.run(&["trail", "verify", "s3://no-such-bucket/"]);
    assert!(ran.code == 2 && ran.err.contains("s3:ListBucket: NoSuchBucket"), "{ran:?}");
    let body = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>m</Message></Error>";
    let stub = Stub::new(|_, _| Reply::Body(403, body.to_vec()));
    let ran = Here::new(&stub.endpoint).run(&["trail", "s3://trail-bucket/AWSLogs/"]);
    assert!(ran.code == 2 && ran.out.contains("s3:ListBucket: AccessDenied"), "{ran:?}");
}

#[test]
fn a_thousand_small_objects_come_in_their_order() {
    let moto = Moto::new();
    let mut objects = Vec::new();
    for at in 0..1200 {
        let mut object = WORLD["objects"][at % 2].clone();
        object["Key"] =
            json!(format!("AWSLogs/123456789012/CloudTrail/eu-central-1/2026/03/28/{at:04}.json.gz"));
        objects.push(object);
    }
    put(&moto, &objects);
    let here = Here::new(&moto.endpoint);
    let (ran, report) = trail(&here, "s3://trail-bucket", &[]);
    assert_eq!((ran.code, &report["coverage"]["events"]), (0, &json!(1200)), "{}", ran.err);
    assert_eq!(report["coverage"]["distinct_events"], 2);
    assert_eq!(trail(&here, "s3://trail-bucket", &[]).0.out, ran.out);
    eprintln!("1,200 objects in {:.1} s", ran.took.as_secs_f64());
}
