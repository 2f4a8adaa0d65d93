//! `secretrail rules`.

use insta::assert_snapshot;

use crate::rig::{Folder, LEAK};

/// A rule that a team could write.
pub const TEAM_RULE: &str = r#"title: Literal of any kind
id: 5f0b6f0e-5d0b-4a3c-9d1a-6a3a4c1f0b99
description: A secret stands in the source.
level: high
logsource:
  product: secretrail
  service: terraform
  category: flow
detection:
  written:
    sink.kind: source-code
  condition: written
message: "{secret.name} is in the source"
remediation: Take it out.
examples:
  - name: a password
    hcl: |
      locals {
        db_password = "hV8-kQ2w_Zr5tY" # finding
      }
  - name: a length
    hcl: |
      locals {
        db_password_length = 24
      }
"#;

#[test]
fn list_has_a_line_for_each_rule() {
    let ran = Folder::new(&[]).run(&["rules", "list"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let count = |folder: &str| std::fs::read_dir(crate::rig::root().join(folder)).expect("rules").count();
    let files = ["account", "gate", "inventory", "terraform", "trail"]
        .map(|surface| count(&format!("rules/{surface}")));
    assert_eq!(ran.out.lines().count(), files.iter().sum::<usize>());
    assert!(ran.out.lines().any(|line| {
        line == "secret-written-to-disk                    critical       Secret written to a disk"
    }));
}

#[test]
fn explain_shows_a_whole_rule() {
    let ran = Folder::new(&[]).run(&["rules", "explain", "secret-in-memory-file"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_snapshot!(ran.out, @r##"
    secret-in-memory-file
    Secret in a file in memory

    Level       informational
    Looks at    secretrail / terraform / flow
    Status      stable
    Author      secretrail
    Id          3d0b6f0e-5d0b-4a3c-9d1a-6a3a4c1f0b08
    Tags        attack.credential-access

    What is wrong
      A script writes a secret to a file in memory (/run, /dev/shm). It does not survive a reboot and is
      in no snapshot; check who can read it.

    What to do
      Write it with `umask 077` and make it readable only by the one user that needs it.

    Examples
      - under /run (found)
          variable "db_password" {}
          resource "aws_instance" "app" {
            user_data = <<-EOT
              #!/bin/bash
              echo "${var.db_password}" > /run/app/db-password # finding
            EOT
          }
      - on a disk is another rule's (not found)
          variable "db_password" {}
          resource "aws_instance" "app" {
            user_data = <<-EOT
              #!/bin/bash
              echo "${var.db_password}" > /etc/app/db-password
            EOT
          }
    "##);
}

#[test]
fn an_unknown_rule_is_an_error() {
    let ran = Folder::new(&[]).run(&["rules", "explain", "secret-written-to-disc"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_snapshot!(ran.err, @r##"
    error: there is no rule named secret-written-to-disc (did you mean `secret-written-to-disk`?)
     hint: `secretrail rules list` names all rules
    "##);
}

#[test]
fn a_sound_rule_is_ok() {
    let folder = Folder::new(&[("team/literal.yml", TEAM_RULE)]);
    let ran = folder.run(&["rules", "check", "team/literal.yml"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "team/literal.yml: ok\n"), "{}", ran.err);
}

#[test]
fn a_rule_that_misses_its_example_fails() {
    let wrong = TEAM_RULE.replace("sink.kind: source-code", "sink.kind: state");
    let folder = Folder::new(&[("literal.yml", &wrong)]);
    let ran = folder.run(&["rules", "check", "literal.yml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("example `a password`: marked but not found: main.tf:2"), "{}", ran.out);
}

#[test]
fn a_misspelt_field_is_told() {
    let wrong = TEAM_RULE
        .replace("\nexamples:", "\nconfidence: high\nexamples:")
        .replace("    sink.kind: source-code\n", "    sink.kind: source-code\n  quiet:\n    sink.file: /x\n");
    let wrong = wrong.replace("condition: written", "condition: written and not quiet");
    let folder = Folder::new(&[("literal.yml", &wrong)]);
    let ran = folder.run(&["rules", "check", "literal.yml"]);
    assert!(ran.out.contains("literal.yml:13:1: error: no record has the field `sink.file`"), "{}", ran.out);
    assert_eq!(ran.code, 1);
}

#[test]
fn what_can_never_be_is_told_by_check_and_by_scan() {
    for (from, to, told, code) in [
        (
            "service: terraform",
            "service: terrafrom",
            "no records of the service `terrafrom` (did you mean `terraform`?)",
            1,
        ),
        ("category: flow", "category: flwo", "no records of the category `flwo` (did you mean `flow`?)", 1),
        ("sink.kind: source-code", "sink.kind: fle", "`sink.kind` is never `fle` (did you mean `file`?)", 1),
        (
            "sink.kind: source-code",
            "sink.knd: file",
            "no record has the field `sink.knd` (did you mean `sink.kind`?)",
            1,
        ),
    ] {
        let folder =
            Folder::new(&[("literal.yml", &TEAM_RULE.replace(from, to)), ("main.tf", crate::rig::CLEAN)]);
        let ran = folder.run(&["rules", "check", "literal.yml"]);
        assert!(ran.out.contains(told) && ran.code == code, "{}", ran.out);
        let ran = folder.run(&["scan", "--rules", "literal.yml", "-f", "json"]);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(
            ran.gaps().iter().any(|gap| gap.contains("this rule can never be met") && gap.contains(told)),
            "{ran:?}"
        );
    }
    // One of several values, and what is denied, may be wrong: the rule can be met all the same.
    let wrong = TEAM_RULE.replace("sink.kind: source-code", "sink.kind: [source-code, fle]");
    let folder = Folder::new(&[("literal.yml", &wrong), ("main.tf", crate::rig::CLEAN)]);
    let ran = folder.run(&["rules", "check", "literal.yml"]);
    assert!(ran.code == 0 && ran.out.contains("warning: `sink.kind` is never `fle`"), "{}", ran.out);
    assert_eq!(folder.run(&["scan", "--rules", "literal.yml"]).code, 0);
}

#[test]
fn mistakes_in_a_rule_are_told_with_their_places() {
    let wrong =
        TEAM_RULE.replace("level: high", "level: urgent").replace("condition: written", "condition: writen");
    let folder = Folder::new(&[("literal.yml", &wrong)]);
    let ran = folder.run(&["rules", "check", "literal.yml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("literal.yml:4:8: error:"), "{}", ran.out);
    assert!(ran.out.contains("writen"), "{}", ran.out);
    // Such a rule ends a scan too: a gate with half its rules is no gate.
    folder.write("main.tf", LEAK);
    let ran = folder.run(&["scan", "--rules", "literal.yml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("literal.yml:4:8"), "{}", ran.err);
    assert!(ran.err.ends_with("no audit was performed\n"), "{}", ran.err);
}

#[test]
fn a_teams_rules_are_listed_explained_and_used() {
    let folder = Folder::new(&[
        ("team/literal.yml", TEAM_RULE),
        ("main.tf", "locals {\n  db_password = \"hV8-kQ2w_Zr5tY\"\n}\n"),
    ]);
    let listed = folder.run(&["rules", "list", "--rules", "team"]);
    assert!(listed.out.contains("\nliteral  "), "{}", listed.out);
    let explained = folder.run(&["rules", "explain", "literal", "--rules", "team"]);
    assert_eq!(explained.code, 0, "{}", explained.err);
    let ran = folder.run(&["scan", "--rules", "team", "--format", "json", "main.tf"]);
    assert!(ran.findings().contains(&"literal main.tf:2".to_owned()), "{}", ran.out);
}

#[test]
fn a_rule_named_as_another_is_an_error() {
    let folder = Folder::new(&[("team/secret-written-to-disk.yml", TEAM_RULE), ("main.tf", LEAK)]);
    let ran = folder.run(&["scan", "--rules", "team"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("already named `secret-written-to-disk`"), "{}", ran.err);
}

#[test]
fn a_rule_file_that_is_not_there_is_an_error() {
    let folder = Folder::new(&[]);
    assert_eq!(folder.run(&["rules", "check", "none.yml"]).code, 2);
    assert_eq!(folder.run(&["rules", "list", "--rules", "none"]).code, 2);
    assert_eq!(folder.run(&["rules", "check"]).code, 2);
}
