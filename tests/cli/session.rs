//! The check before work begins, without AWS: repository, variables, `.env` files, exit codes.

use crate::rig::{Folder, Ran, command, run};

/// Runs it in a folder: nothing of the machine, and no credentials.
fn session(folder: &Folder, environment: &[(&str, &str)], more: &[&str]) -> Ran {
    let mut command = command(folder.path());
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", folder.join("home"));
    let ran = run(command.envs(environment.iter().copied()).arg("session").args(more));
    assert!(!ran.out.contains("canary") && !ran.err.contains("canary"), "{ran:?}");
    ran
}

fn has(ran: &Ran, lines: &[&str]) {
    for line in lines {
        assert!(ran.out.contains(line), "{line}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn variables_are_told_by_name() {
    let folder = Folder::new(&[]);
    let ran = session(
        &folder,
        &[
            ("ANTHROPIC_API_KEY", "canary-0123456789-0123456789"),
            ("DB_PASSWORD", "canary7"),
            ("GH_TOKEN", ""),
        ],
        &[],
    );
    assert_eq!(ran.code, 1, "no credentials");
    has(
        &ran,
        &[
            "[ Environment ]\n  WARNING  ANTHROPIC_API_KEY (28 characters) is set: Claude Code",
            "`env -u ANTHROPIC_API_KEY claude`",
            "note     DB_PASSWORD holds a key",
            "PROBLEM  there are no AWS credentials",
            "this folder is in no git repository",
            "Not ready: 1 problem, 1 warning.",
        ],
    );
    let quiet = session(&folder, &[], &["--quiet"]);
    assert!(!quiet.out.contains("note") && quiet.out.contains("PROBLEM"), "{quiet:?}");
}

#[test]
fn keys_in_dot_env_files_are_told_by_name() {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("app/.env", "API_KEY=canary-0123456789\nPORT=80\n"),
        ("app/.env.example", "API_KEY=canary-0123456789\n"),
        ("node_modules/x/.env", "API_KEY=canary-0123456789\n"),
        ("other/.env.local", "PORT=80\n"),
    ]);
    folder.write("big.env", vec![b'a'; 2 * 1024 * 1024]);
    let ran = session(&folder, &[], &["app"]);
    has(&ran, &["app/.env holds API_KEY", "UNKNOWN  big.env: it is larger than 1 MiB"]);
    assert!(
        !ran.out.contains("example") && !ran.out.contains("node_modules") && !ran.out.contains(".env.local"),
        "{ran:?}"
    );
}

#[test]
fn what_is_no_call_is_told() {
    let folder = Folder::new(&[("secretrail.toml", "[session]\nforwards = 1\n"), ("a/x", "")]);
    let ran = session(&folder, &[], &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("secretrail.toml:2:1: unknown field `forwards`"), "{ran:?}");
    assert_eq!(session(&folder, &[], &["nowhere"]).code, 2);
    if cfg!(feature = "aws") {
        let ran = session(&folder, &[], &["--stay", "a/"]);
        assert_eq!(ran.code, 2, "{ran:?}");
    }
}

#[cfg(feature = "git")]
mod git {
    use super::{Folder, has, session};
    use crate::since::{commit, git, repository};

    #[test]
    fn the_state_of_the_repository_is_told() {
        let folder = repository(&[("a.txt", "1\n"), ("b.txt", "1\n"), (".gitignore", "home/\n*.log\n")]);
        let ran = session(&folder, &[], &[]);
        has(
            &ran,
            &["on main, which tracks no other branch: nothing of it is pushed", "OK       nothing to commit"],
        );
        // A remote that is one commit behind, and one ahead.
        let there = Folder::new(&[]);
        git(&there, &["init", "-q", "--bare", "-b", "main"]);
        git(&folder, &["remote", "add", "origin", &there.path().to_string_lossy()]);
        git(&folder, &["push", "-q", "-u", "origin", "main"]);
        has(&session(&folder, &[], &[]), &["OK       on main, the same as origin/main"]);
        folder.write("a.txt", "2\n");
        commit(&folder);
        has(&session(&folder, &[], &[]), &["note     on main, 1 commit not pushed to origin/main"]);
        git(&folder, &["push", "-q"]);
        git(&folder, &["reset", "-q", "--hard", "HEAD~1"]);
        folder.write("b.txt", "2\n");
        commit(&folder);
        has(&session(&folder, &[], &[]), &["on main, 1 commit not pushed to origin/main and 1 behind it"]);
        // One of each.
        folder.write("a.txt", "stash\n");
        git(&folder, &["stash", "-q"]);
        folder.write("a.txt", "changed\n");
        folder.write("b.txt", "staged\n");
        git(&folder, &["add", "b.txt"]);
        folder.write("new/file.txt", "x");
        folder.write("ignored.log", "x");
        let ran = session(&folder, &[], &[]);
        has(&ran, &["files: 1 staged, 1 changed, 1 untracked", "the stash has 1 entry"]);
        let ran = session(&folder, &[], &["--json"]);
        let told = &ran.json()["repository"];
        assert_eq!(
            (&told["ahead"], &told["behind"], &told["stashes"]),
            (&1.into(), &1.into(), &1.into()),
            "{told}"
        );
        git(&folder, &["checkout", "-q", "-f", "--detach"]);
        has(&session(&folder, &[], &[]), &["on no branch, but on commit "]);
    }

    #[test]
    fn a_dot_env_file_that_git_keeps_is_a_warning() {
        let folder = repository(&[(".env", "API_KEY=canary-0123456789\n")]);
        folder.write("home/.env", "API_KEY=canary-0123456789\n");
        has(
            &session(&folder, &[], &[]),
            &["WARNING  .env holds API_KEY, and git keeps it", "note     home/.env holds API_KEY"],
        );
    }

    #[test]
    fn a_hostile_repository_runs_nothing() {
        let folder = repository(&[("a.txt", "1\n"), (".gitattributes", "*.txt filter=x diff=x\n")]);
        let mark = folder.join("ran");
        let touch = format!("touch {}", mark.display());
        for (name, value) in [
            ("core.fsmonitor", touch.as_str()),
            ("filter.x.clean", &touch),
            ("filter.x.smudge", &touch),
            ("filter.x.process", &touch),
            ("diff.x.textconv", &touch),
            ("core.sshCommand", &touch),
            ("core.hooksPath", &folder.path().to_string_lossy()),
        ] {
            git(&folder, &["config", name, value]);
        }
        folder.write("a.txt", "2\n");
        folder.write("post-index-change", format!("#!/bin/sh\n{touch}\n"));
        let ran = session(&folder, &[], &[]);
        has(&ran, &["files: 1 changed, 1 untracked"]);
        assert!(!mark.exists(), "{ran:?}");
    }

    #[test]
    fn a_broken_repository_is_unknown() {
        let folder = repository(&[("a.txt", "1\n")]);
        folder.write(".git/index", "no index");
        has(&session(&folder, &[], &[]), &["UNKNOWN  the repository cannot be read"]);
        let folder = Folder::new(&[(".git/HEAD", "nonsense")]);
        assert!([1, 3].contains(&session(&folder, &[], &[]).code));
    }
}

#[cfg(unix)]
mod shims {
    use std::path::Path;

    use assert_cmd::Command;

    use super::Folder;
    use crate::rig::{Ran, root, run};

    /// Runs a program with secretrail in its PATH, and no credentials.
    fn shim(folder: &Folder, program: &str, arguments: &[&str]) -> Ran {
        let ours =
            assert_cmd::cargo::cargo_bin!("secretrail").parent().expect("a folder").display().to_string();
        let mut command = Command::new(program);
        command.env_clear().env("PATH", format!("{ours}:/usr/bin:/bin")).env("HOME", folder.join("home"));
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("CLAUDE_PROJECT_DIR", folder.path());
        command.current_dir(folder.path()).write_stdin("{\"hook_event_name\": \"SessionStart\"}");
        run(command.args(arguments))
    }

    fn example(name: &str) -> String {
        let path = root().join("examples/session").join(name);
        assert!(Path::new(&path).is_file(), "{}", path.display());
        path.to_string_lossy().into_owned()
    }

    #[test]
    fn the_bash_shim_goes_there_only_if_nothing_is_in_the_way() {
        let folder = Folder::new(&[("project/x", "")]);
        let script = format!(". {}; work project; echo code $? in $PWD", example("session.bash"));
        let ran = shim(&folder, "bash", &["-c", &script]);
        assert!(ran.out.contains("PROBLEM  there are no AWS credentials"), "{ran:?}");
        assert!(ran.out.contains("code 1 in ") && !ran.out.contains("in project"), "{ran:?}");
        assert!(ran.err.contains("work: mend that first"), "{ran:?}");
    }

    #[test]
    fn the_hook_tells_claude_and_never_stops_it() {
        let folder = Folder::new(&[]);
        let ran = shim(&folder, &example("session-start"), &[]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
        assert!(
            ran.out.contains("exit code 1") && ran.out.contains("tell the user what is wrong"),
            "{ran:?}"
        );
        let snippet = std::fs::read_to_string(example("settings.json")).expect("the snippet");
        let snippet: serde_json::Value = serde_json::from_str(&snippet).expect("JSON");
        let hook = &snippet["hooks"]["SessionStart"][0]["hooks"][0];
        assert!(
            hook["command"].as_str().is_some_and(|command| command.ends_with("/session-start")),
            "{hook}"
        );
        assert!(example("session.ps1").ends_with("ps1"));
    }
}
