//! AccessDenied on each call in turn: the permission is named, and all the rest is collected.

use secretrail::policy::{ACTIONS, Scope, Surface};
use serde_json::json;

use crate::rig::{Here, KEY, Moto, documents, refusals};

#[test]
fn each_denial_names_its_permission_and_ends_nothing() {
    let moto = Moto::new();
    moto.users(2);
    moto.set(KEY, &json!([["iam", "update_account_password_policy", {"MinimumPasswordLength": 14}]]));
    let features = json!(["RootSessions"]);
    moto.state(&json!({"organization_features": features}));
    let here = Here::new(&moto.endpoint);
    assert_eq!(here.collect(&["--key-ids"]).code, 0);
    let all = documents(&here.bundle());
    let of_account = ACTIONS.iter().filter(|action| action.surface == Surface::Account);
    for action in of_account.filter(|action| matches!(action.scope, Scope::Account | Scope::Users)) {
        let permission = action.permission();
        moto.state(&json!({"denied": [permission]}));
        let ran = here.collect(&["--key-ids"]);
        assert_eq!(ran.code, 3, "{permission}: {ran:?}");
        assert!(
            ran.out.contains(&format!("refused: {permission}: AccessDenied")),
            "{permission}: {}",
            ran.out
        );
        let bundle = here.bundle();
        let denied = bundle.refusals.iter().find(|refusal| refusal.permission == permission).unwrap();
        assert_eq!((denied.code.as_str(), denied.status), ("AccessDenied", Some(403)));
        let lost: Vec<&String> = {
            let found = documents(&bundle);
            all.iter().filter(|name| !found.contains(name)).collect()
        };
        match permission.as_str() {
            // The report of before is still there.
            "iam:GenerateCredentialReport" => assert!(lost.is_empty(), "{lost:?}"),
            // Users are known from there.
            "iam:GetAccountAuthorizationDetails" => {
                assert_eq!(lost.len(), 3, "{lost:?}");
                assert!(refusals(&bundle).contains(&"iam:ListAccessKeys: users-unknown".to_owned()));
            }
            "iam:ListAccessKeys" => assert_eq!(lost.len(), 2, "{lost:?}"),
            _ => assert_eq!(lost.len(), 1, "{permission}: {lost:?}"),
        }
    }
    moto.state(&json!({"denied": ["sts:GetCallerIdentity"]}));
    assert_eq!(here.collect(&[]).code, 3);
    let bundle = here.bundle();
    assert_eq!(bundle.manifest.account, None);
    assert!(
        bundle.documents.len() == 6 && bundle.documents.iter().all(|one| one.name.starts_with("unknown/"))
    );
}

#[test]
fn without_a_report_of_before_the_missing_one_is_told() {
    let moto = Moto::new();
    let here = Here::new(&moto.endpoint);
    moto.state(&json!({"denied": ["iam:GenerateCredentialReport"]}));
    let ran = here.collect(&[]);
    assert!(ran.code == 3 && ran.took.as_secs() < 20, "{ran:?}");
    let told = refusals(&here.bundle());
    for one in ["iam:GenerateCredentialReport: AccessDenied", "iam:GetCredentialReport: ReportNotPresent"] {
        assert!(told.contains(&one.to_owned()), "{told:?}");
    }
}

#[test]
fn all_denied_is_no_success() {
    let moto = Moto::new();
    moto.state(&json!({"denied": ["iam:*"]}));
    let here = Here::new(&moto.endpoint);
    let ran = here.collect(&[]);
    assert_eq!((ran.code, documents(&here.bundle())), (3, vec!["sts/get-caller-identity.xml".to_owned()]));
    assert_eq!(here.bundle().refusals.len(), 7, "{ran:?}");
}
