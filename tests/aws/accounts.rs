//! Many accounts in one report: an organisation on moto, where each account has a state of its own.

use serde_json::{Value, json};

use crate::account::{report, told};
use crate::rig::{Here, KEY, Moto, Ran};

/// The account that asks.
const HUB: &str = "123456789012";
const CLOCK: [&str; 2] = ["--clock", "2026-11-26T00:00:00Z"];

/// An organisation with so many accounts beside the one that asks; nothing is wrong with any of them. Gives their
/// numbers.
fn organisation(moto: &Moto, count: usize) -> Vec<String> {
    moto.state(&json!({
        "summary": {
            "AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 1,
            "AccountSigningCertificatesPresent": 0
        },
        "root_row": {"password_last_used": "2026-01-03T00:00:00+00:00"},
        "report_time": "2026-11-25T23:00:00Z"
    }));
    let mut calls = vec![json!(["organizations", "create_organization", {"FeatureSet": "ALL"}])];
    calls.extend((0..count).map(|number| {
        let account =
            json!({"Email": format!("{number}@example.com"), "AccountName": format!("team-{number}")});
        json!(["organizations", "create_account", account])
    }));
    let answers = moto.set(KEY, &json!(calls));
    let number =
        |answer: &Value| answer["CreateAccountStatus"]["AccountId"].as_str().expect("a number").to_owned();
    answers.iter().skip(1).map(number).collect()
}

fn here(moto: &Moto, settings: &str) -> Here {
    let here = Here::new(&moto.endpoint);
    here.write("secretrail.toml", &format!("[accounts]\n{settings}\n"));
    here
}

fn audit(here: &Here, more: &[&str]) -> Ran {
    let all = ["account", "--accounts", "--format", "json", "--fail-on", "informational"];
    here.run(&[&all[..], &CLOCK, more].concat())
}

/// Names of the gaps.
fn gaps(ran: &Ran) -> Vec<(String, String)> {
    let report = report(ran);
    let gaps = report["gaps"].as_array().expect("gaps").iter();
    let text = |gap: &Value, key: &str| gap[key].as_str().unwrap_or_default().to_owned();
    gaps.map(|gap| (text(gap, "path"), text(gap, "reason"))).collect()
}

#[test]
fn each_account_is_judged_and_what_is_denied_is_told() {
    let moto = Moto::new();
    let numbers = organisation(&moto, 4);
    let [keys, no_mfa, denied, half] = numbers.as_slice() else { panic!("{numbers:?}") };
    let here = here(&moto, "organization = true");
    let ran = audit(&here, &[]);
    assert_eq!((told(&ran), ran.code), (vec![], 0), "{ran:?}");
    let summary = |mfa: u8, keys: u8| {
        json!({"summary": {
            "AccountMFAEnabled": mfa, "AccountAccessKeysPresent": keys, "AccountPasswordPresent": 1,
            "AccountSigningCertificatesPresent": 0
        }})
    };
    moto.state(&json!({
        "accounts": {keys: summary(1, 1), no_mfa: summary(0, 0)},
        "denied": [format!("sts:AssumeRole#{denied}"), format!("iam:GetAccountSummary#{half}")]
    }));
    let ran = audit(&here, &[]);
    let mut expected = [
        format!("root-has-access-keys arn:aws:iam::{keys}:root"),
        format!("root-without-mfa arn:aws:iam::{no_mfa}:root"),
    ];
    expected.sort();
    assert_eq!((told(&ran), ran.code), (expected.to_vec(), 1), "{ran:?}");
    let all = gaps(&ran);
    assert_eq!(all.len(), 2, "{all:?}");
    let one = |of: &str| all.iter().find(|(path, _)| path.starts_with(of)).expect("a gap").1.clone();
    let name =
        format!("account {denied} (team-2) was not audited: sts:AssumeRole is denied to arn:aws:sts::{HUB}:");
    assert!(one(denied).starts_with(&name), "{all:?}");
    let role = format!(
        "iam:GetAccountSummary is denied to arn:aws:sts::{half}:assumed-role/secretrail-audit/secretrail"
    );
    assert!(one(half).starts_with(&role), "{all:?}");
    let accounts = &report(&ran)["accounts"];
    assert_eq!(accounts["verdict"][0], "5 accounts: 4 audited, 1 not");
    assert_eq!(report(&ran)["account"], Value::Null);
    assert_eq!(accounts["accounts"].as_array().map(Vec::len), Some(5));

    // One bundle, a folder for each; audited later it says the same, byte for byte.
    let collected = here.run(&[&["collect", "--accounts", "--out", "evidence.tar.zst"][..], &CLOCK].concat());
    assert_eq!(collected.code, 3, "{collected:?}");
    assert!(collected.out.contains("refused: sts:AssumeRole: AccessDenied\n"), "{collected:?}");
    assert!(collected.out.contains("of 4 accounts (1 more did not answer) written to"), "{collected:?}");
    assert_eq!(here.run(&["evidence", "verify", "evidence.tar.zst"]).code, 0);
    let later = here.run(&[
        "account",
        "--format",
        "json",
        "--fail-on",
        "informational",
        "--evidence",
        "evidence.tar.zst",
    ]);
    assert_eq!((later.out, later.code), (ran.out.clone(), 1));
    for format in ["table", "markdown", "html"] {
        let shown = here.run(&["account", "--format", format, "--evidence", "evidence.tar.zst"]);
        for part in ["5 accounts: 4 audited, 1 not", "not audited", "team-2"] {
            assert!(shown.out.contains(part), "{format}: {part}: {}", shown.out);
        }
    }

    // Beside other surfaces, with the settings alone.
    here.write("secretrail.toml", "[accounts]\norganization = true\n[audit]\naws = true\n");
    let beside =
        here.run(&[&["audit", "--settings", "secretrail.toml", "--format", "json"][..], &CLOCK].concat());
    assert_eq!((told(&beside), beside.code), (expected.to_vec(), 1), "{beside:?}");
}

#[test]
fn accounts_are_named_left_out_and_asked_by_their_own_roles() {
    let moto = Moto::new();
    let numbers = organisation(&moto, 3);
    let asked = || {
        let calls = moto.calls();
        calls.iter().filter(|call| *call == "sts:AssumeRole").count()
    };
    let audited = |ran: &Ran| -> Vec<String> {
        let accounts = report(ran)["accounts"]["accounts"].clone();
        let number = |one: &Value| one["id"].as_str().expect("a number").to_owned();
        let all = accounts.as_array().expect("accounts").iter();
        all.filter(|one| one.get("not_audited").is_none()).map(number).collect()
    };
    let sorted = |mut numbers: Vec<String>| {
        numbers.sort();
        numbers
    };
    let ran = audit(&here(&moto, "organization = true\nexclude = [\"team-1\", \"123456789012\"]"), &[]);
    assert_eq!(audited(&ran), sorted(vec![numbers[0].clone(), numbers[2].clone()]), "{ran:?}");
    assert_eq!((asked(), ran.code), (2, 0));
    let verdict = &report(&ran)["accounts"]["verdict"][0];
    assert_eq!(verdict, "2 accounts audited, none missing; 2 more excluded by the settings, or closed");
    // The account that asks needs no role.
    let ran = audit(&here(&moto, &format!("list = [\"{HUB}\", \"{}\"]\nconcurrency = 1", numbers[1])), &[]);
    assert_eq!(audited(&ran), sorted(vec![HUB.to_owned(), numbers[1].clone()]), "{ran:?}");
    assert_eq!(asked(), 3);
    let settings = format!(
        "list = [\"arn:aws:iam::{}:role/path/own\"]\nexternal-id = \"42\"\nsession-name = \"nightly\"",
        numbers[1]
    );
    let ran = audit(&here(&moto, &settings), &[]);
    let caller = report(&ran)["accounts"]["accounts"][0]["account"]["caller"]["arn"].clone();
    assert_eq!(caller, format!("arn:aws:sts::{}:assumed-role/own/nightly", numbers[1]), "{ran:?}");
    // None is left; none is named.
    let ran = audit(&here(&moto, "organization = true\ninclude = [\"nobody\"]"), &[]);
    assert!(ran.code == 2 && ran.err.contains("no account is left to query"), "{ran:?}");
    let ran = Here::new(&moto.endpoint).run(&["account", "--accounts"]);
    assert!(ran.code == 2 && ran.err.contains("the settings name no accounts"), "{ran:?}");
}

#[test]
fn a_list_that_is_refused_hides_accounts() {
    let moto = Moto::new();
    let numbers = organisation(&moto, 1);
    moto.state(&json!({"denied": ["organizations:ListAccounts"]}));
    let ran = audit(&here(&moto, &format!("organization = true\nlist = [\"{}\"]", numbers[0])), &[]);
    let all = gaps(&ran);
    assert!(ran.code == 3 && all.len() == 1, "{ran:?}");
    let reason = format!(
        "organizations:ListAccounts is denied to arn:aws:sts::{HUB}:user/moto: accounts may be missing"
    );
    assert_eq!(all[0].1, reason);
    // With nothing else to ask, nothing was audited.
    let ran = audit(&here(&moto, "organization = true"), &[]);
    assert!(ran.code == 2 && ran.err.contains("AWS returned nothing"), "{ran:?}");
}

#[test]
fn two_hundred_accounts_are_audited_together() {
    let moto = Moto::new();
    let numbers = organisation(&moto, 200);
    let (denied, slow) = (&numbers[..10], &numbers[10..15]);
    let throttled: Value = slow
        .iter()
        .map(|number| (format!("iam:*#{number}"), json!(2)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let denials: Vec<String> = denied.iter().map(|number| format!("sts:AssumeRole#{number}")).collect();
    moto.state(&json!({"denied": denials, "throttled": throttled}));
    let before = moto.calls().len();
    let ran = audit(&here(&moto, "organization = true"), &[]);
    let calls = moto.calls().len() - before;
    let all = gaps(&ran);
    eprintln!("201 accounts: {:.1} s, {calls} calls, {} gaps", ran.took.as_secs_f64(), all.len());
    assert_eq!((told(&ran), ran.code), (vec![], 3), "{}", ran.err);
    for number in denied {
        let of = all.iter().filter(|(path, _)| path.starts_with(number.as_str())).count();
        assert_eq!(of, 1, "{number}: {all:?}");
    }
    // Two calls a second are enough with patience, or it is told what was not.
    let others =
        all.iter().filter(|(path, _)| !denied.iter().any(|number| path.starts_with(number.as_str())));
    for (path, reason) in others {
        assert!(slow.iter().any(|number| path.starts_with(number.as_str())), "{path}: {reason}");
        assert!(reason.contains("failed: Throttling"), "{path}: {reason}");
    }
    assert_eq!(report(&ran)["accounts"]["verdict"][0], "201 accounts: 191 audited, 10 not");
}
