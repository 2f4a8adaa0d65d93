//! The evidence of `examples/account`: written by this test, and audited as its README prints it.

use std::fs;
use std::path::PathBuf;

use super::rig::{ROOT, Row, State, attached, groups, principal, role, trusts};
use crate::rig::{command, root, run};
use secretrail::evidence::{Target, read};

const OWN: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;

/// A small company's account: nothing is on fire, and much stands open.
fn state() -> State {
    let mut state = State::good();
    state.set("AccountAccessKeysPresent", 1);
    state.devices = vec![("arn:aws:iam::123456789012:mfa/phone", ROOT.to_owned())];
    state.rows = vec![
        Row::root()
            .with(&[
                ("access_key_1_active", "true"),
                ("access_key_1_last_rotated", "2021-04-02T08:00:00+00:00"),
                ("access_key_1_last_used_date", "2026-11-25T20:14:00+00:00"),
                ("access_key_1_last_used_region", "us-east-1"),
                ("access_key_1_last_used_service", "iam"),
            ])
            .line(),
    ];
    let person = [
        ("password_enabled", "true"),
        ("password_last_used", "2026-11-20T09:00:00+00:00"),
        ("password_last_changed", "2026-09-01T09:00:00+00:00"),
    ];
    // Neither of the two makes an administrator, both together do.
    state.add_user(&Row::user("alice").with(&person), &[], &attached("PowerUserAccess"), &groups(&["iam"]));
    let own = r#"{"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"arn:aws:iam::123456789012:user/${aws:username}"}"#;
    let with_mfa = Row::user("bob").with(&person).with(&[("mfa_active", "true")]);
    state.add_user(&with_mfa, &[("own", own)], "", "");
    let never = [("access_key_1_active", "true"), ("access_key_1_last_rotated", "2024-06-01T00:00:00+00:00")];
    let may =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/deploy"}"#;
    state.add_user(&Row::user("legacy-ci").with(&never), &[("deploy", may)], "", "");
    state.groups = vec![principal("Group", "iam", &[], &attached("IAMFullAccess"), "")];
    state.set("Users", 3);
    let told = r#""StringLike":{"sts:SourceIdentity":"*"}"#;
    state.roles = vec![
        role("deploy", &trusts(OWN, ""), &attached("AdministratorAccess")),
        role("claude-review", &trusts(OWN, ""), &attached("ReadOnlyAccess")),
        role("claude-triage", &trusts(OWN, told), ""),
    ];
    let read_only =
        r#"{"Effect":"Allow","Action":["s3:Get*","s3:List*","iam:Get*","iam:List*"],"Resource":"*"}"#;
    let document = super::rig::document(read_only);
    state.policies = vec![format!(
        "<member><PolicyName>ReadOnlyAccess</PolicyName><Arn>arn:aws:iam::aws:policy/ReadOnlyAccess</Arn>\
         <DefaultVersionId>v1</DefaultVersionId><PolicyVersionList><member><Document>{document}</Document>\
         <VersionId>v1</VersionId></member></PolicyVersionList></member>"
    )];
    state
}

fn place() -> PathBuf {
    root().join("examples/account/evidence")
}

/// `UPDATE=1 cargo test --test cli account` writes it anew.
#[test]
fn the_example_is_this_evidence() {
    let bundle = state().bundle();
    if std::env::var_os("UPDATE").is_some() {
        let _ = fs::remove_dir_all(place());
        Target::new(&place()).expect("a place").write(&bundle).expect("a bundle");
    }
    assert_eq!(read(&place(), None).expect("a bundle"), bundle);
}

#[test]
fn its_readme_tells_what_is_found() {
    let readme = fs::read_to_string(root().join("examples/account/README.md")).expect("a README");
    let audited =
        run(command(&root()).args(["account", "--evidence", "examples/account/evidence", "-f", "oneline"]));
    assert_eq!((audited.code, audited.err.as_str()), (1, ""));
    for line in audited.out.lines() {
        let rule = line.split(['[', ']']).nth(1).expect("a rule");
        assert!(readme.contains(rule), "the README does not tell of {rule}");
    }
    let verified = run(command(&root()).args(["evidence", "verify", "examples/account/evidence"]));
    assert_eq!(verified.code, 0, "{}", verified.out);
    let digest = verified.out.lines().find_map(|line| line.strip_prefix("digest ")).expect("a digest");
    assert!(readme.contains(digest), "the README has another digest than {digest}");
    let kept = ["account", "--evidence", "examples/account/evidence", "--digest"];
    assert_eq!(run(command(&root()).args(kept).arg(digest)).code, 1);
    let other = run(command(&root()).args(kept).arg("0".repeat(64)));
    assert!(other.code == 2 && other.err.contains("its digest is not the one that was given"), "{other:?}");
}
