//! `secretrail policy` and `secretrail evidence`, which need no AWS.

use serde_json::Value;

use crate::rig::{Folder, command, root, run};

#[test]
fn the_policy_is_printed_as_json_and_as_terraform() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["policy", "--account", "123456789012", "--region", "us-east-1", "--key-ids"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let policy: Value = ran.json();
    let names: Vec<&str> =
        policy["Statement"].as_array().unwrap().iter().map(|one| one["Sid"].as_str().unwrap()).collect();
    // Without a bucket's name nothing of S3 is allowed.
    assert_eq!(names, ["AccountWideReads", "PerUserReads", "NeverDecrypt", "NoBulkValueReads"]);
    assert_eq!(policy["Statement"][1]["Resource"], "arn:aws:iam::123456789012:user/*");
    assert_eq!(policy["Statement"][2]["Condition"]["StringLike"]["kms:ViaService"], "ssm.*.amazonaws.com");
    let ran = folder.run(&["policy", "--surface", "account", "--terraform"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("data \"aws_iam_policy_document\" \"secretrail\" {\n"), "{}", ran.out);
    // secretrail reads what it writes.
    folder.write("policy.tf", &ran.out);
    assert_eq!(folder.run(&["scan"]).code, 0);
}

#[test]
fn a_bucket_is_allowed_where_it_is_named() {
    let folder = Folder::new(&[]);
    let policy: Value = folder.run(&["policy", "--surface", "trail", "--bucket", "trail-bucket"]).json();
    let allowed: Vec<String> =
        policy["Statement"].as_array().unwrap().iter().take(3).map(|one| one["Action"].to_string()).collect();
    assert_eq!(
        allowed,
        [
            "[\"cloudtrail:LookupEvents\",\"cloudtrail:ListPublicKeys\"]",
            "[\"s3:GetObject\"]",
            "[\"s3:ListBucket\"]"
        ]
    );
    assert_eq!(policy["Statement"][2]["Resource"], "arn:aws:s3:::trail-bucket");
    assert_eq!(folder.run(&["policy", "--bucket", "a/b"]).code, 2);
}

#[test]
fn an_account_s_number_has_twelve_digits() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["policy", "--account", "1234"]);
    assert!(ran.code == 2 && ran.err.contains("twelve digits"), "{ran:?}");
}

#[test]
fn a_region_decides_the_partition_and_nothing_else_is_taken_for_one() {
    let folder = Folder::new(&[]);
    for wrong in ["*", "mars-1", "", "us-east-1\"", "US-EAST-1"] {
        let ran = folder.run(&["policy", "--region", wrong]);
        assert!(
            ran.code == 2 && ran.out.is_empty() && ran.err.contains("write a Region as us-east-1"),
            "{ran:?}"
        );
    }
    for (region, partition) in
        [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")]
    {
        let ran = folder.run(&["policy", "--key-ids", "--region", region, "--account", "123456789012"]);
        let users = ran.json()["Statement"][1]["Resource"].clone();
        assert_eq!(users, format!("arn:{partition}:iam::123456789012:user/*"));
    }
}

/// Exit code 1 is "altered", also where so much was altered that nothing is understood any more.
#[test]
fn a_broken_manifest_is_altered_and_not_unreadable() {
    for broken in ["", "{", "[]", "{\"format\": \"another\"}", "\u{0}\u{1}"] {
        let folder = Folder::new(&[("manifest.json", broken)]);
        let ran = folder.run(&["evidence", "verify", "."]);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{broken:?}");
        assert!(ran.out.starts_with("altered: manifest.json ("), "{}", ran.out);
        let ran = folder.run(&["account", "--evidence", "."]);
        assert!(ran.code == 2 && ran.err.contains("manifest.json is altered"), "{ran:?}");
    }
}

#[test]
fn a_folder_without_a_manifest_is_no_evidence() {
    let folder = Folder::new(&[("notes.txt", "mine")]);
    let ran = folder.run(&["evidence", "verify", "."]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("it has no manifest.json, so it is not an evidence bundle"), "{}", ran.err);
    assert!(ran.err.contains(" hint: "), "{}", ran.err);
}

#[test]
fn the_scheduled_task_of_the_examples_may_do_what_an_audit_needs() {
    let printed = run(command(&root()).arg("policy"));
    let kept = std::fs::read_to_string(root().join("examples/schedule/ecs/policy.json")).expect("the policy");
    assert_eq!(kept, printed.out, "secretrail policy > examples/schedule/ecs/policy.json");
}
