//! Where credentials come from, and what is said where there are none.

use serde_json::json;

use crate::rig::{Here, KEY, Key, Moto, free_port};
use crate::stub::{IDENTITY, Reply, Stub, quiet};

/// AWS's other documented example.
const OTHER: Key<'_> = Key { id: "AKIAI44QH8DHBEXAMPLE", secret: "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY" };

fn caller(here: &Here) -> String {
    here.bundle().manifest.caller.expect("a caller")
}

#[test]
fn a_named_profile_wins_over_the_environment() {
    let moto = Moto::new();
    moto.state(&json!({"root_keys": [OTHER.id]}));
    let here = Here::new(&moto.endpoint);
    let profile = format!(
        "[profile audit]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        OTHER.id, OTHER.secret
    );
    here.write("config", &format!("{profile}region = eu-west-1\n"));
    assert_eq!(here.collect(&[]).code, 0);
    assert!(caller(&here).ends_with(":user/moto"), "{}", caller(&here));
    assert_eq!(here.collect(&["--profile", "audit"]).code, 0);
    assert_eq!(caller(&here), "arn:aws:iam::123456789012:root");
    assert_eq!(here.bundle().manifest.regions, ["eu-west-1"]);
    assert_eq!(here.collect(&["--profile", "audit", "--region", "eu-central-1"]).code, 0);
    assert_eq!(here.bundle().manifest.regions, ["eu-central-1"]);
    let ran = here.collect(&["--profile", "other"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("other") && ran.err.contains(" hint: "), "{}", ran.err);
}

#[test]
fn a_program_gives_credentials() {
    let moto = Moto::new();
    moto.state(&json!({"root_keys": [OTHER.id]}));
    let here = Here::new(&moto.endpoint).no_key();
    let given = json!({"Version": 1, "AccessKeyId": OTHER.id, "SecretAccessKey": OTHER.secret});
    here.write("given.json", &given.to_string());
    let path = here.path("given.json");
    here.write("config", &format!("[default]\ncredential_process = cat {}\n", path.display()));
    let ran = here.collect(&[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(caller(&here), "arn:aws:iam::123456789012:root");
}

#[test]
fn a_role_is_assumed_under_the_name_that_was_asked_for() {
    let moto = Moto::new();
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]});
    let role = json!({"RoleName": "audit", "AssumeRolePolicyDocument": trust.to_string()});
    moto.set(KEY, &json!([["iam", "create_role", role]]));
    let here = Here::new(&moto.endpoint);
    let arn = "arn:aws:iam::123456789012:role/audit";
    let ran = here.collect(&["--role-arn", arn, "--external-id", "42", "--role-session-name", "nightly"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(caller(&here), "arn:aws:sts::123456789012:assumed-role/audit/nightly");
}

#[test]
fn a_role_that_is_refused_is_told_by_its_code() {
    let stub = Stub::new(|action, form| match action {
        "AssumeRole" => {
            assert!(form.contains("ExternalId=42") && form.contains("RoleSessionName=secretrail"), "{form}");
            Reply::error(403, "AccessDenied")
        }
        other => quiet(other),
    });
    let here = Here::new(&stub.endpoint);
    let ran = here.collect(&["--role-arn", "arn:aws:iam::123456789012:role/audit", "--external-id", "42"]);
    assert_eq!((ran.code, stub.asked()), (2, vec!["AssumeRole".to_owned()]));
    assert!(
        ran.err.contains("the role cannot be assumed: AccessDenied") && ran.err.contains("--external-id"),
        "{}",
        ran.err
    );
}

#[test]
fn sign_in_with_sso_is_followed() {
    let stub = Stub::new(|action, _| match action {
        "GetCallerIdentity" => Reply::ok(IDENTITY),
        path if path.starts_with("/federation/credentials") => Reply::ok(
            &json!({"roleCredentials": {"accessKeyId": OTHER.id, "secretAccessKey": OTHER.secret,
                "sessionToken": "token", "expiration": 4_102_444_800_000_u64}})
            .to_string(),
        ),
        other => quiet(other),
    });
    let here = Here::new(&stub.endpoint).no_key();
    here.write(
        "config",
        "[profile audit]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Audit\nregion = us-east-1\n\
         [sso-session work]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n",
    );
    // SHA-1 of `work`.
    let token = json!({"accessToken": "sso-token", "expiresAt": "2099-01-01T00:00:00Z", "region": "us-east-1",
        "startUrl": "https://example.awsapps.com/start"});
    here.write("home/.aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json", &token.to_string());
    let ran = here.collect(&["--profile", "audit"]);
    assert_eq!(ran.code, 0, "{ran:?} {:?}", stub.asked());
}

#[test]
fn a_profile_of_aws_login_is_told_what_to_do() {
    let here = Here::new("http://127.0.0.1:1").no_key();
    let session = "login_session = arn:aws:iam::123456789012:user/alice\nregion = us-east-1\n";
    here.write("config", &format!("[default]\n{session}[profile work]\n{session}"));
    for (arguments, name) in [(vec!["--profile", "work"], "work"), (vec![], "default")] {
        let ran = here.collect(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        let told = format!("the profile {name} signs in with `aws login`");
        assert!(ran.err.contains(&told), "{}", ran.err);
        let hint = format!("aws configure export-credentials --profile {name} --format process");
        assert!(ran.err.contains(&hint), "{}", ran.err);
    }
}

#[test]
fn without_credentials_nothing_is_asked_and_the_hint_says_what_to_do() {
    let here = Here::new("http://127.0.0.1:1").no_key();
    let ran = here.collect(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("error: there are no AWS credentials"), "{}", ran.err);
    for word in ["--profile", "aws sso login", "AWS_ACCESS_KEY_ID"] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    assert_eq!(here.names(), Vec::<String>::new());
}

#[test]
fn credentials_that_are_over_are_told_as_such() {
    for code in ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"] {
        let stub = Stub::new(move |_, _| Reply::error(403, code));
        let ran = Here::new(&stub.endpoint).collect(&[]);
        assert_eq!((ran.code, stub.asked().len()), (2, 1), "{ran:?}");
        assert!(ran.err.contains(&format!("AWS rejects these credentials: {code}")), "{}", ran.err);
    }
}

#[test]
fn nobody_there_is_told_at_once() {
    let here = Here::new(&format!("http://127.0.0.1:{}", free_port()));
    let ran = here.collect(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("AWS cannot be reached in us-east-1") && ran.took.as_secs() < 20, "{ran:?}");
    assert_eq!(here.names(), Vec::<String>::new());
    let ran = Here::new("nonsense").collect(&[]);
    assert!(ran.code == 2 && ran.err.contains("AWS_ENDPOINT_URL right"), "{ran:?}");
}

#[test]
fn what_would_lead_elsewhere_is_a_mistake() {
    let here = Here::new("http://127.0.0.1:1");
    for region in ["us-east-1.evil.example", "x/y", ""] {
        let ran = here.collect(&["--region", region]);
        assert!(ran.code == 2 && ran.err.contains("Region"), "{ran:?}");
    }
    let here = here.with("AWS_CA_BUNDLE", "/dev/null");
    assert!(here.collect(&[]).err.contains("AWS_CA_BUNDLE"));
}
