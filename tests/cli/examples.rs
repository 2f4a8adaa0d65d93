//! Every command in a README of `examples/` works as printed.

use std::fs;

use crate::rig::{command, root, run};

/// Folder and the exit code that its README promises.
const EXAMPLES: &[(&str, i32)] = &[
    ("account", 1),
    ("atlantis", 1),
    ("cron", 1),
    ("github-action", 1),
    ("gitlab-ci", 1),
    ("incident", 1),
    ("incident-fixed", 0),
    ("inventory", 1),
    ("organization", 1),
    ("pre-commit", 1),
    ("run", 0),
    ("run-task", 0),
    ("schedule", 1),
    ("session", 1),
];

/// Whether this build can do what an example shows.
fn can(printed: &str) -> bool {
    let help = run(command(&root()).args(["scan", "--help"])).out;
    (cfg!(feature = "serve") || !printed.starts_with("serve"))
        && (cfg!(all(unix, feature = "run")) || !printed.starts_with("run "))
        && (help.contains("--plan") || !printed.contains("--plan"))
}

#[test]
fn commands_work_as_printed() {
    for (folder, code) in EXAMPLES {
        let readme = fs::read_to_string(root().join("examples").join(folder).join("README.md"))
            .unwrap_or_else(|error| panic!("examples/{folder}/README.md: {error}"));
        assert!(readme.contains(&format!("exit code {code}")), "{folder}: the exit code is not told");
        // Variables stand before the command.
        let commands: Vec<(&str, &str)> = readme
            .lines()
            .filter_map(|line| line.strip_prefix("$ ")?.split_once("secretrail "))
            .filter(|(before, _)| before.is_empty() || before.contains('='))
            .collect();
        assert!(!commands.is_empty(), "{folder}: no command");
        for (variables, printed) in commands.into_iter().filter(|(_, printed)| can(printed)) {
            let mut command = command(&root());
            command.envs(variables.split_whitespace().filter_map(|pair| pair.split_once('=')));
            let ran = run(command.args(printed.split(' ')));
            assert_eq!(ran.code, *code, "{printed}: {}{}", ran.out, ran.err);
            assert_eq!(ran.err, "", "{printed}");
            // Of `run` the README shows the output, too.
            let shown = !printed.starts_with("run ") || readme.contains(&format!("```\n{}```", ran.out));
            assert!(shown, "{printed}: {}", ran.out);
        }
    }
}

#[test]
fn the_roles_of_an_organisation_may_what_the_policy_prints() {
    let whole = &["policy", "--surface", "account", "--terraform"][..];
    let of_hub = [whole, &["--role", "secretrail-audit"]].concat();
    for (folder, arguments) in [("member", whole), ("stackset", whole), ("hub", &of_hub[..])] {
        let file = root().join("examples/organization").join(folder).join("policy.tf");
        let written = fs::read_to_string(&file).expect("a policy");
        let (_, policy) = written.split_once('\n').expect("a comment first");
        assert_eq!(policy, run(command(&root()).args(arguments)).out, "{folder}");
    }
}

#[test]
fn every_example_is_run() {
    let entries = fs::read_dir(root().join("examples")).expect("examples/");
    let mut folders: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    folders.sort();
    let run: Vec<&str> = EXAMPLES.iter().map(|(folder, _)| *folder).collect();
    assert_eq!(folders, run);
}
