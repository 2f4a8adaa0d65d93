//! `--tokens`: a team's own token table stands beside ours, and what it lets pass is told.

use crate::rig::{Folder, text};

/// A made-up key in the form of a vendor's, put together here so that no scanner takes it for one.
fn vendors() -> String {
    format!("locals {{\n  a = \"{}{}\"\n}}\n", "AKIA", "Q3EGRTW2KLZVB5XN")
}

const TEAM: &str = "[[rules]]\nid = \"acme\"\nregex = '''acme-[0-9]{8}'''\nkeywords = [\"acme-\"]\n";

#[test]
fn a_teams_table_adds_to_ours() {
    let folder = Folder::new(&[("main.tf", &vendors()), ("team.toml", TEAM)]);
    folder.write("b.tf", "locals {\n  ticket = \"acme-12345678\"\n}\n");
    let ran = folder.run(&["scan", "-f", "json", "--tokens", "team.toml"]);
    assert_eq!(ran.findings(), ["literal-token b.tf:2", "literal-token main.tf:2"], "{ran:?}");
    folder.write("team.toml", format!("[extend]\nuseDefault = false\n{TEAM}"));
    let ran = folder.run(&["scan", "-f", "json", "--tokens", "team.toml"]);
    assert_eq!(ran.findings(), ["literal-token b.tf:2"]);
    assert_eq!(ran.json()["summary"]["tokens_off"], true);
    for format in ["table", "markdown", "github", "junit", "sarif"] {
        let ran = folder.run(&["scan", "-f", format, "--tokens", "team.toml"]);
        assert!(ran.out.contains("The built-in token table is off"), "{format}: {}", ran.out);
    }
}

#[test]
fn a_file_that_says_nothing_of_tokens_is_an_error() {
    for team in ["", "foo = 1\n"] {
        let folder = Folder::new(&[("main.tf", &vendors()), ("team.toml", team)]);
        let ran = folder.run(&["scan", "--tokens", "team.toml"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains("team.toml is not a token table"), "{}", ran.err);
    }
}

#[test]
fn what_a_teams_allow_list_lets_pass_is_told() {
    let list = "[[allowlists]]\ndescription = \"made up for tests\"\nregexes = ['''^AKIA''']\n";
    let folder = Folder::new(&[("main.tf", &vendors()), ("team.toml", list)]);
    let ran = folder.run(&["scan", "-f", "json", "--tokens", "team.toml"]);
    assert_eq!((ran.code, ran.findings()), (0, vec![]));
    assert_eq!(ran.silenced(), ["tokens literal-token main.tf:2"]);
    let json = ran.json();
    assert_eq!(text(&json["silenced"][0]["reason"]), "made up for tests");
    assert_eq!(json["summary"]["silenced"]["tokens"], 1);
    for format in ["table", "markdown", "github", "junit", "sarif"] {
        let ran = folder.run(&["scan", "-f", format, "--tokens", "team.toml"]);
        assert!(ran.out.contains("1 by allow-lists of the token table"), "{format}: {}", ran.out);
    }
}

/// Another rule that still speaks of the place tells it: then nothing was silenced.
#[test]
fn an_allow_list_takes_no_other_rule_s_finding() {
    let list = "[[allowlists]]\npaths = ['''main''']\n";
    let tf = vendors().replace("a =", "db_password =");
    let folder = Folder::new(&[("main.tf", &tf), ("team.toml", list)]);
    let ran = folder.run(&["scan", "-f", "json", "--tokens", "team.toml"]);
    assert_eq!(ran.findings(), ["literal-secret main.tf:2"]);
    assert_eq!(ran.silenced(), Vec::<String>::new());
}

/// In a plan the same is said in one line: its texts have no places of their own.
#[test]
fn what_is_let_pass_in_a_plan_is_told() {
    let plan =
        std::fs::read_to_string(crate::rig::root().join("examples/atlantis/plan.json")).expect("the plan");
    let token = ["AKIA", "Q3EGRTW2KLZVB5XN"].concat();
    let plan = plan.replace("#!/bin/sh", &format!("#!/bin/sh # {token}"));
    assert!(plan.contains(&token));
    let list = "[[allowlists]]\nregexes = ['''^AKIA''']\n";
    let folder = Folder::new(&[("plan.json", &plan), ("team.toml", list)]);
    let ran = folder.run(&["scan", "-f", "json", "--plan", "plan.json", "--tokens", "team.toml"]);
    let told = "plan.json: 1 token in it is allowed by allow-lists of the token table";
    assert!(ran.gaps().contains(&told.to_owned()), "{ran:?}");
}
