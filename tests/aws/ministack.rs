//! ministack checks signatures and policies as AWS does: what `secretrail policy` prints is enough, and less is not.

use serde_json::{Value, json};

use crate::rig::{Here, Key, Server, documents, ministack, refusals};

/// The account's own key, which is root's.
const ROOT: Key<'_> = Key { id: "123456789012", secret: "test" };

/// A user with this policy and nothing else, and its key.
pub fn user(server: &Server, name: &str, policy: &str) -> (String, String) {
    let put = json!({"UserName": name, "PolicyName": "audit", "PolicyDocument": policy});
    let answers = server.set(
        ROOT,
        &json!([
            ["iam", "create_user", {"UserName": name}],
            ["iam", "put_user_policy", put],
            ["iam", "create_access_key", {"UserName": name}],
        ]),
    );
    let key = &answers[2]["AccessKey"];
    let text = |name: &str| key[name].as_str().expect("text").to_owned();
    (text("AccessKeyId"), text("SecretAccessKey"))
}

#[test]
fn the_printed_policy_is_enough_and_less_is_refused() {
    let server = ministack();
    let here = Here::new(&server.endpoint);
    let printed = here.run(&["policy", "--key-ids", "--account", "123456789012", "--region", "us-east-1"]);
    assert_eq!(printed.code, 0, "{printed:?}");
    let (id, secret) = user(&server, "auditor", &printed.out);
    let here = here.key(Key { id: &id, secret: &secret });
    let ran = here.collect(&["--key-ids"]);
    let bundle = here.bundle();
    // ministack does not know the features of organisations, and has no password policy.
    let told = refusals(&bundle);
    assert!(!told.iter().any(|one| one.contains("AccessDenied")), "{told:?} {ran:?}");
    assert_eq!(bundle.manifest.caller.as_deref(), Some("arn:aws:iam::123456789012:user/auditor"));
    for name in [
        "iam/credential-report.csv",
        "iam/get-account-authorization-details.1.xml",
        "iam/get-account-summary.xml",
        "iam/list-access-keys.auditor.xml",
        "iam/list-virtual-mfa-devices.1.xml",
        "sts/get-caller-identity.xml",
    ] {
        assert!(documents(&bundle).contains(&name.to_owned()), "{name}: {told:?}");
    }

    // The same without one permission, as AWS itself would refuse it.
    let mut less: Value = serde_json::from_str(&printed.out).expect("JSON");
    let actions = less["Statement"][0]["Action"].as_array_mut().expect("actions");
    actions.retain(|action| action != "iam:GetAccountSummary");
    let (id, secret) = user(&server, "half", &less.to_string());
    let here = here.key(Key { id: &id, secret: &secret });
    assert_eq!(here.collect(&[]).code, 3);
    let told = refusals(&here.bundle());
    assert!(told.contains(&"iam:GetAccountSummary: AccessDenied".to_owned()), "{told:?}");
    assert!(documents(&here.bundle()).contains(&"iam/credential-report.csv".to_owned()));

    // A key that nobody has.
    let ran = here.key(Key { id: &id, secret: "wrong" }).collect(&[]);
    assert!(ran.code == 2 && ran.err.contains("AWS rejects these credentials: "), "{ran:?}");
}
