//! `secretrail collect --surface trail`, and `secretrail trail --evidence`: the same findings without credentials.

use serde_json::{Value, json};

use crate::rig::{Here, Moto, documents, refusals};
use crate::trail_live::records;

const CLOCK: [&str; 2] = ["--clock", "2026-11-26T00:00:00Z"];

#[test]
fn a_bundle_gives_the_findings_of_the_live_trail() {
    let moto = Moto::new();
    moto.events(&records(130, "us-east-1", 1));
    moto.events(&records(20, "eu-west-1", 2));
    let here = Here::new(&moto.endpoint);
    let until = jiff::Timestamp::now().to_string();
    let time = ["--until", until.as_str(), "--since", "2026-09-28"];
    let regions = ["--trail-region", "us-east-1", "--trail-region", "eu-west-1", "--lookup", "Username=root"];
    let ran = here.collect(&[&["--surface", "trail"], &time[..], &regions].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let bundle = here.bundle();
    assert_eq!(bundle.manifest.surfaces, ["trail"]);
    assert_eq!(bundle.manifest.regions, ["eu-west-1", "us-east-1"]);
    assert_eq!(
        documents(&bundle),
        [
            "cloudtrail/asked.json",
            "cloudtrail/eu-west-1/lookup-events.1-00001.json",
            "cloudtrail/us-east-1/lookup-events.1-00001.json",
            "cloudtrail/us-east-1/lookup-events.1-00002.json",
            "cloudtrail/us-east-1/lookup-events.1-00003.json",
            "sts/get-caller-identity.xml",
        ]
    );
    let live =
        ["trail", "--live", "--region", "us-east-1", "--region", "eu-west-1", "--lookup", "Username=root"];
    let live = here.run(&[&live[..], &time, &["--format", "json", "--timeline"]].concat());
    let replay = here
        .run(&[&["trail", "--evidence", "evidence", "--format", "json", "--timeline"][..], &time].concat());
    assert_eq!(live.code, 1, "{live:?}");
    let findings = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["findings"].to_string();
    assert_eq!(findings(&live.out), findings(&replay.out), "byte for byte");
    assert_eq!(live.out, replay.out, "the whole report");
    assert_eq!(here.run(&["evidence", "verify", "evidence"]).code, 0);
    // Nothing is asked for it.
    let alone = Here::new("http://127.0.0.1:9").no_key();
    let archive = here.path("evidence").to_string_lossy().into_owned();
    let offline = alone
        .run(&[&["trail", "--evidence", &archive, "--format", "json", "--timeline"][..], &time].concat());
    assert_eq!(offline.out, replay.out);
}

#[test]
fn what_was_refused_is_a_gap_of_the_replay() {
    let moto = Moto::new();
    moto.events(&records(10, "us-east-1", 1));
    moto.state(&json!({"denied": ["cloudtrail:LookupEvents@eu-west-1"]}));
    let here = Here::new(&moto.endpoint);
    let both = ["--trail-region", "us-east-1", "--trail-region", "eu-west-1"];
    let ran = here.collect(&[&["--surface", "account", "--surface", "trail"], &both[..]].concat());
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(refusals(&here.bundle()).contains(&"cloudtrail:LookupEvents: AccessDeniedException".to_owned()));
    assert_eq!(here.bundle().manifest.surfaces, ["account", "trail"]);
    let ran = here.run(&["trail", "--evidence", "evidence", "--rule", "trail-stopped", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((ran.code, &report["gaps"][0]["name"]), (3, &json!("eu-west-1")));
    // The same bundle is judged as an account too.
    assert!([0, 1, 3].contains(&here.run(&["account", "--evidence", "evidence"]).code));
}

#[test]
fn a_bundle_of_an_account_holds_nothing_of_its_trail() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint);
    here.collect(&CLOCK);
    let ran = here.run(&["trail", "--evidence", "evidence"]);
    assert!(ran.code == 2 && ran.err.contains("contains nothing from CloudTrail"), "{ran:?}");
    assert_eq!(here.run(&["trail", "--evidence", "nowhere"]).code, 2);
    let ran = here.collect(&["--surface", "trail", "--since", "2020-01-01"]);
    assert!(ran.code == 2 && ran.err.contains("90 days"), "{ran:?}");
}
