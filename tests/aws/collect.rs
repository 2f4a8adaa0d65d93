//! What is collected, and with how many calls.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::rig::{Here, KEY, Moto, documents, refusals};
use crate::stub::{Reply, Stub, quiet};

const ALL: &[&str] = &[
    "iam/credential-report.csv",
    "iam/get-account-authorization-details.1.xml",
    "iam/get-account-password-policy.xml",
    "iam/get-account-summary.xml",
    "iam/list-organizations-features.xml",
    "iam/list-virtual-mfa-devices.1.xml",
    "sts/get-caller-identity.xml",
];

/// An account in which every call has an answer.
fn full(moto: &Moto) {
    moto.state(&json!({"organization_features": ["RootCredentialsManagement", "RootSessions"]}));
    moto.set(KEY, &json!([["iam", "update_account_password_policy", {"MinimumPasswordLength": 14}]]));
}

#[test]
fn every_document_is_there() {
    let moto = Moto::new();
    full(&moto);
    moto.users(3);
    let here = Here::new(&moto.endpoint);
    let ran = here.collect(&[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert!(ran.out.starts_with("7 documents of 123456789012 written to evidence\ndigest "), "{}", ran.out);
    let bundle = here.bundle();
    assert_eq!(
        (documents(&bundle), refusals(&bundle)),
        (ALL.iter().map(|n| (*n).to_owned()).collect(), vec![])
    );
    let manifest = &bundle.manifest;
    assert_eq!(manifest.account.as_deref(), Some("123456789012"));
    assert_eq!(
        (manifest.partition.as_deref(), &manifest.regions[..]),
        (Some("aws"), &["us-east-1".to_owned()][..])
    );
    assert!(manifest.caller.as_ref().is_some_and(|caller| caller.starts_with("arn:aws:")));
    let report = bundle.document("123456789012/iam/credential-report.csv").unwrap();
    let text = String::from_utf8(report.bytes.clone()).unwrap();
    assert!(
        text.contains("\n<root_account>,arn:aws:iam::123456789012:root,") && text.contains("\nuser2,"),
        "{text}"
    );
    assert!(report.generated.is_some() && report.call.request_id.is_some());
    assert!(here.names() == ["evidence"], "{:?}", here.names());
}

#[test]
fn the_policy_names_exactly_what_is_asked() {
    let moto = Moto::new();
    full(&moto);
    moto.users(2);
    let here = Here::new(&moto.endpoint);
    for more in [&[][..], &["--key-ids"]] {
        let before = moto.calls().len();
        assert_eq!(here.collect(more).code, 0);
        let called = moto.calls();
        let mut asked: BTreeSet<&str> = called.iter().skip(before).map(String::as_str).collect();
        // Needs no permission, and nothing can deny it.
        assert!(asked.remove("sts:GetCallerIdentity"));
        let printed =
            here.run(&[&["policy", "--surface", "account", "--account", "123456789012"], more].concat());
        let policy: Value = serde_json::from_str(&printed.out).expect("JSON");
        let allowed = policy["Statement"].as_array().unwrap().iter().filter(|one| one["Effect"] == "Allow");
        let told: BTreeSet<&str> = allowed
            .flat_map(|one| one["Action"].as_array().unwrap())
            .map(|one| one.as_str().unwrap())
            .collect();
        assert_eq!(told, asked);
    }
}

#[test]
fn five_hundred_users_cost_as_many_calls_as_five() {
    let moto = Moto::new();
    full(&moto);
    let here = Here::new(&moto.endpoint);
    let mut counts = Vec::new();
    for (first, more) in [(0, 5), (5, 495)] {
        moto.users_from(first, more);
        let before = moto.calls().len();
        let ran = here.collect(&[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        counts.push(moto.calls().len() - before);
    }
    assert_eq!(counts, [8, 8]);
    let bundle = here.bundle();
    let details = bundle.document("123456789012/iam/get-account-authorization-details.1.xml").unwrap();
    assert_eq!(String::from_utf8_lossy(&details.bytes).matches("<UserName>").count(), 500);
    // Key ids are asked for user by user, and only on request.
    let before = moto.calls().len();
    let ran = here.collect(&["--key-ids"]);
    assert_eq!((ran.code, moto.calls().len() - before), (0, 508), "{ran:?}");
    let bundle = here.bundle();
    assert_eq!(bundle.answers("iam", "ListAccessKeys").len(), 500);
}

#[test]
fn the_trail_shows_who_asked() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint);
    assert_eq!(here.collect(&[]).code, 0);
    let by_name =
        json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "GetAccountSummary"}]});
    let events = moto.set(KEY, &json!([["cloudtrail", "lookup_events", by_name]]));
    let event: Value =
        serde_json::from_str(events[0]["Events"][0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
    let agent = event["userAgent"].as_str().unwrap();
    assert!(agent.contains(concat!("app/secretrail-", env!("CARGO_PKG_VERSION"))), "{agent}");
}

#[test]
fn a_report_that_is_not_ready_is_waited_for() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint);
    moto.state(&json!({"report_errors": ["ReportInProgress", "ReportExpired", "ReportNotPresent"]}));
    assert_eq!(here.collect(&[]).code, 0);
    assert!(documents(&here.bundle()).contains(&"iam/credential-report.csv".to_owned()));
    let calls = moto.calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    assert_eq!((count("iam:GenerateCredentialReport"), count("iam:GetCredentialReport")), (3, 4));
    moto.state(&json!({"report_errors": vec!["ReportInProgress"; 100]}));
    let ran = here.collect(&["--timeout", "2"]);
    assert!(ran.code == 3 && ran.took.as_secs() < 15, "{ran:?}");
    assert!(refusals(&here.bundle()).contains(&"iam:GetCredentialReport: report-not-ready".to_owned()));
}

#[test]
fn documents_are_the_bytes_that_came_and_a_fixed_clock_gives_the_same_bundle() {
    let summary = "<GetAccountSummaryResponse>\r\n <!-- as it came --> <GetAccountSummaryResult><SummaryMap/>\
                   </GetAccountSummaryResult></GetAccountSummaryResponse>\n\n";
    let stub = Stub::with_identity(move |action, _| match action {
        "GetAccountSummary" => Reply::ok(summary),
        _ => quiet(action),
    });
    let here = Here::new(&stub.endpoint);
    let clock = ["--clock", "2026-01-31T10:00:00Z"];
    let ran = here.collect(&clock);
    assert_eq!(ran.code, 0, "{ran:?}");
    let bundle = here.bundle();
    let document = bundle.document("123456789012/iam/get-account-summary.xml").unwrap();
    assert_eq!(document.bytes, summary.as_bytes());
    assert_eq!(bundle.document("123456789012/iam/credential-report.csv").unwrap().bytes, b"user,arn\n");
    for name in ["a.tar.zst", "b.tar.zst"] {
        assert_eq!(here.run(&[&["collect", "--out", name], &clock[..]].concat()).code, 0);
    }
    assert_eq!(
        std::fs::read(here.path("a.tar.zst")).unwrap(),
        std::fs::read(here.path("b.tar.zst")).unwrap()
    );
}

#[test]
fn pages_are_followed_to_their_end() {
    let stub = Stub::with_identity(|action, form| match action {
        "GetAccountAuthorizationDetails" => {
            let page = form.split('&').find_map(|part| part.strip_prefix("Marker=")).unwrap_or("0");
            let next: u32 = page.parse::<u32>().unwrap() + 1;
            let more = if next < 12 {
                format!("<IsTruncated>true</IsTruncated><Marker>{next}</Marker>")
            } else {
                String::new()
            };
            Reply::ok(&format!(
                "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>{more}\
                 </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
            ))
        }
        // A page that leads to itself.
        "ListVirtualMFADevices" => Reply::ok(
            "<ListVirtualMFADevicesResponse><ListVirtualMFADevicesResult><IsTruncated>true</IsTruncated>\
             <Marker>again</Marker></ListVirtualMFADevicesResult></ListVirtualMFADevicesResponse>",
        ),
        _ => quiet(action),
    });
    let here = Here::new(&stub.endpoint);
    assert_eq!(here.collect(&[]).code, 3);
    let bundle = here.bundle();
    let pages: Vec<_> =
        bundle.answers("iam", "GetAccountAuthorizationDetails").iter().map(|d| d.call.page).collect();
    assert_eq!(pages, (1..=12).map(Some).collect::<Vec<_>>());
    assert!(refusals(&bundle).contains(&"iam:ListVirtualMFADevices: malformed-answer".to_owned()));
}
