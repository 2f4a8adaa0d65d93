//! `secretrail.toml`: found beside the scanned tree, checked, and weaker than flags.

use crate::rig::{CLEAN, Folder, LEAK};

#[test]
fn a_wrong_key_is_told_with_its_place() {
    let folder = Folder::new(&[("main.tf", LEAK), ("secretrail.toml", "off = []\nfail_on = \"high\"\n")]);
    let ran = folder.run(&["scan"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("secretrail.toml:2:1: unknown field `fail_on`"), "{}", ran.err);
    assert!(ran.err.contains("`fail-on`"), "the right name is told: {}", ran.err);
    assert!(ran.err.ends_with("no audit was performed\n"), "{}", ran.err);
}

#[test]
fn a_wrong_word_is_told() {
    let folder = Folder::new(&[("main.tf", LEAK), ("secretrail.toml", "fail-on = \"urgent\"\n")]);
    let ran = folder.run(&["scan"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("informational, low, medium, high, critical"), "{}", ran.err);
}

#[test]
fn settings_lie_beside_the_scanned_tree_not_where_the_user_stands() {
    let folder = Folder::new(&[
        ("secretrail.toml", "this is no TOML"),
        ("infra/main.tf", LEAK),
        ("infra/secretrail.toml", "off = [\"secret-written-to-disk\", \"secret-in-user-data\"]"),
    ]);
    let ran = folder.run(&["scan", "infra", "--format", "json"]);
    assert_eq!((ran.code, ran.findings()), (0, vec![]));
}

#[test]
fn rules_are_switched_off() {
    let folder =
        Folder::new(&[("main.tf", LEAK), ("secretrail.toml", "off = [\"secret-written-to-disk\"]\n")]);
    let ran = folder.run(&["scan", "--format", "json"]);
    assert_eq!(ran.findings(), ["secret-in-user-data main.tf:5"]);
    assert_eq!(ran.json()["summary"]["rules_off_findings"], 1);
    let told = folder.run(&["scan"]).out;
    assert!(told.contains("1 finding is from disabled rules: secret-written-to-disk"), "{told}");
}

/// A change that takes its own file out of the scan is seen by who reads the report.
#[test]
fn excluded_files_are_counted() {
    let folder = Folder::new(&[
        ("main.tf", LEAK),
        ("other.tf", "locals {}\n"),
        ("secretrail.toml", "exclude = [\"main.tf\"]\nrespect-gitignore = true\n"),
    ]);
    let ran = folder.run(&["scan"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("1 file is excluded by name"), "{}", ran.out);
    assert!(ran.out.contains("Files that git ignores were not read"), "{}", ran.out);
}

#[test]
fn flags_win() {
    let folder = Folder::new(&[("main.tf", LEAK), ("secretrail.toml", "fail-on = \"critical\"\n")]);
    assert_eq!(folder.run(&["scan"]).code, 1);
    let quiet = Folder::new(&[
        ("main.tf", LEAK),
        ("secretrail.toml", "fail-on = \"critical\"\noff = [\"secret-written-to-disk\"]\n"),
    ]);
    assert_eq!(quiet.run(&["scan"]).code, 0);
    assert_eq!(quiet.run(&["scan", "--fail-on", "high"]).code, 1);
}

#[test]
fn excluded_paths_are_not_read() {
    let folder = Folder::new(&[
        ("main.tf", CLEAN),
        ("examples/a/main.tf", LEAK),
        ("secretrail.toml", "exclude = [\"examples/**\"]\n"),
    ]);
    let ran = folder.run(&["scan", "--format", "json"]);
    assert_eq!((ran.code, ran.findings()), (0, vec![]));
    assert_eq!(ran.json()["summary"]["files"], 1);
}

#[test]
fn a_named_file_must_be_there() {
    let folder = Folder::new(&[("main.tf", CLEAN), ("ci/strict.toml", "fail-on = \"low\"\n")]);
    assert_eq!(folder.run(&["scan", "--settings", "ci/strict.toml"]).code, 0);
    let ran = folder.run(&["scan", "--settings", "ci/lax.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("ci/lax.toml"), "{}", ran.err);
}

#[test]
fn a_teams_rules_and_tokens_lie_relative_to_the_settings() {
    let folder = Folder::new(&[
        ("infra/main.tf", "locals {\n  ticket = \"acme-12345678\"\n}\n"),
        ("infra/secretrail.toml", "tokens = \"tokens.toml\"\nrules = [\"rules\"]\n"),
        (
            "infra/tokens.toml",
            "[[rules]]\nid = \"acme\"\ndescription = \"Acme ticket\"\nregex = '''acme-[0-9]{8}'''\nkeywords = [\"acme-\"]\n",
        ),
        ("infra/rules/acme.yml", super::rules::TEAM_RULE),
    ]);
    let ran = folder.run(&["scan", "infra", "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    assert!(ran.findings().contains(&"literal-token main.tf:2".to_owned()), "{}", ran.out);
    assert!(ran.findings().contains(&"acme main.tf:2".to_owned()), "{}", ran.out);
}

#[test]
fn settings_at_the_root_of_the_repository_are_found_from_below_and_no_further() {
    let folder = Folder::new(&[
        ("secretrail.toml", "this is no TOML"),
        ("repo/.git/HEAD", "ref: refs/heads/main\n"),
        (
            "repo/secretrail.toml",
            "exclude = [\"/live/old/**\"]\n[[ignore]]\nrule = \"secret-written-to-disk\"\npath = \"/live/prod/main.tf\"\nreason = \"x\"\n",
        ),
        ("repo/live/old/main.tf", LEAK),
        ("repo/live/prod/main.tf", LEAK),
    ]);
    let ran = folder.run(&["scan", "repo/live", "-v", "--format", "json"]);
    assert_eq!(ran.findings(), ["secret-in-user-data prod/main.tf:5"]);
    assert_eq!(ran.silenced(), ["settings secret-written-to-disk prod/main.tf:5"]);
    assert!(ran.err.contains("repo/secretrail.toml"), "{}", ran.err);
    // Without a repository nothing above the scanned folder is looked at.
    let alone = Folder::new(&[("secretrail.toml", "this is no TOML"), ("live/main.tf", LEAK)]);
    assert_eq!(alone.run(&["scan", "live"]).code, 1);
}

#[test]
fn an_unknown_rule_is_named_with_its_place() {
    let text = "exclude = []\noff = [\"secret-in-user-data\", \"secret-writen-to-disk\"]\n";
    let folder = Folder::new(&[("main.tf", LEAK), ("secretrail.toml", text)]);
    let ran = folder.run(&["scan"]);
    assert_eq!(ran.code, 2);
    let told = "secretrail.toml:2:31: there is no rule named secret-writen-to-disk (did you mean `secret-written-to-disk`?)";
    assert!(ran.err.contains(told), "{}", ran.err);
    folder.write("secretrail.toml", "[[ignore]]\nrule = \"Hunter2!\"\nreason = \"x\"\n");
    let ran = folder.run(&["scan"]);
    assert!(ran.err.contains("secretrail.toml:1:1: this is not the name of a rule"), "{}", ran.err);
}

#[test]
fn a_file_that_is_not_there_is_told_in_plain_words() {
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    for arguments in [
        &["scan", "--settings", "none.toml"][..],
        &["scan", "--tokens", "none.toml"],
        &["scan", "--baseline", "none.json"],
        &["scan", "--plan", "none.json"],
        &["rules", "check", "none.yml"],
    ] {
        let ran = folder.run(arguments);
        assert!(ran.code == 2 && ran.err.contains("there is no such file"), "{arguments:?}: {}", ran.err);
    }
    let ran = folder.run(&["scan", "-o", "none/out.json"]);
    assert!(ran.err.contains("there is no such folder"), "{}", ran.err);
}
