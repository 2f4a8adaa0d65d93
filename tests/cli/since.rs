//! `--since`: only what a change adds, and nothing that a repository says is run.

use assert_cmd::Command;

use crate::rig::{CLEAN, Folder, LEAK, Ran};

/// The leak with another file written.
fn leak_to(path: &str) -> String {
    LEAK.replace("/etc/token", path)
}

/// git without anything of the machine.
pub fn git(folder: &Folder, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    for (name, value) in [
        ("GIT_AUTHOR_NAME", "a"),
        ("GIT_AUTHOR_EMAIL", "a@example.com"),
        ("GIT_COMMITTER_NAME", "a"),
        ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
        ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
    ] {
        command.env(name, value);
    }
    let output = command.current_dir(folder.path()).args(arguments).output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

pub fn commit(folder: &Folder) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "x"]);
}

/// A repository whose first commit, tagged `old`, has these files.
pub fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    git(&folder, &["init", "-q", "-b", "main"]);
    commit(&folder);
    git(&folder, &["tag", "old"]);
    folder
}

fn since(folder: &Folder, revision: &str) -> Ran {
    folder.run(&["scan", "-f", "json", "--since", revision])
}

#[test]
fn only_what_was_added_is_told_committed_or_not() {
    let folder = repository(&[("a/main.tf", LEAK)]);
    assert_eq!((since(&folder, "old").code, since(&folder, "old").findings()), (0, vec![]));
    folder.write("b/main.tf", LEAK);
    commit(&folder);
    folder.write("c/main.tf", LEAK);
    let ran = since(&folder, "old");
    assert_eq!((ran.code, ran.findings().len()), (1, 4), "{}", ran.out);
    assert!(ran.findings().iter().all(|one| !one.contains(" a/")), "{}", ran.out);
    assert_eq!(since(&folder, "HEAD").findings().len(), 2);
    assert_eq!(since(&folder, "HEAD~1").json()["summary"]["since"], "HEAD~1");
    assert_eq!(folder.run(&["scan", "--since", "old", "a"]).code, 0, "a folder of the repository");
    assert_eq!(folder.run(&["scan", "--since", "old", "b/main.tf"]).code, 1, "a file");
}

#[test]
fn of_equal_findings_the_one_that_was_added_is_told() {
    let script = |lines: &str| {
        format!(
            "variable \"token\" {{\n  sensitive = true\n}}\nresource \"aws_instance\" \"web\" {{\n  user_data = <<-EOT\n    #!/bin/sh\n{lines}  EOT\n}}\n"
        )
    };
    let old = "    echo key=${var.token} >> /etc/a\n";
    let folder = repository(&[("main.tf", &script(old))]);
    folder.write("main.tf", script(&format!("    echo other=${{var.token}} >> /etc/a\n{old}")));
    let found = since(&folder, "old").findings();
    assert!(found.contains(&"secret-written-to-disk main.tf:7".to_owned()), "{found:?}");
    assert!(!found.contains(&"secret-written-to-disk main.tf:8".to_owned()), "{found:?}");
}

#[test]
fn a_finding_is_new_where_the_change_made_it_in_a_file_that_stayed() {
    let module = "variable \"token\" {}\nresource \"aws_instance\" \"web\" {\n  user_data = \"#!/bin/sh\\necho ${var.token} > /etc/t\\n\"\n}\n";
    let call = "variable \"x\" {}\nmodule \"app\" {\n  source = \"./app\"\n  token = var.x\n}\n";
    let folder = repository(&[("main.tf", call), ("app/main.tf", module)]);
    folder.write("main.tf", call.replace("\"x\" {}", "\"x\" {\n  sensitive = true\n}"));
    let found = since(&folder, "old").findings();
    assert!(found.contains(&"secret-written-to-disk app/main.tf:3".to_owned()), "{found:?}");
}

#[test]
fn the_last_common_commit_is_compared_with() {
    let folder = repository(&[("main.tf", CLEAN)]);
    git(&folder, &["checkout", "-q", "-b", "topic"]);
    folder.write("topic.tf", leak_to("/etc/topic"));
    commit(&folder);
    git(&folder, &["checkout", "-q", "main"]);
    folder.write("topic.tf", leak_to("/etc/topic"));
    folder.write("more.tf", CLEAN);
    commit(&folder);
    git(&folder, &["checkout", "-q", "topic"]);
    // `main` has it too by now, but this branch adds it.
    assert_eq!(since(&folder, "main").code, 1);
}

#[test]
fn templates_and_links_are_read_as_they_were() {
    let main = "variable \"token\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"web\" {\n  user_data = templatefile(\"boot.txt\", { token = var.token })\n}\n";
    let folder = repository(&[("main.tf", main), ("boot.txt", "#!/bin/sh\necho ${token} > /etc/a\n")]);
    assert_eq!(since(&folder, "old").findings(), [""; 0], "a file that only Terraform names");
    folder.write("boot.txt", "#!/bin/sh\necho ${token} > /etc/a\necho ${token} > /etc/b\n");
    assert_eq!(since(&folder, "old").findings(), ["secret-written-to-disk boot.txt:3"]);
    // Moved away, and a link in its place.
    folder.write("boot.txt", "#!/bin/sh\necho ${token} > /etc/a\n");
    #[cfg(unix)]
    {
        std::fs::rename(folder.join("boot.txt"), folder.join("real.txt")).expect("moved");
        std::os::unix::fs::symlink("real.txt", folder.join("boot.txt")).expect("a link");
        commit(&folder);
        assert_eq!(since(&folder, "HEAD").findings(), [""; 0]);
    }
}

#[test]
fn what_git_ignores_is_no_part_of_a_change() {
    let folder = repository(&[("main.tf", CLEAN), (".gitignore", "*.local.tf\n.terraform/\n")]);
    folder.write("x.local.tf", LEAK);
    assert_eq!((since(&folder, "old").code, folder.run(&["scan"]).code), (0, 1));
    git(&folder, &["add", "-f", "x.local.tf"]);
    assert_eq!(since(&folder, "old").code, 1, "unless somebody adds it all the same");
}

#[test]
fn taking_an_ignore_out_makes_its_finding_new() {
    let ignored = LEAK.replace(
        "  user_data",
        "  # secretrail:ignore secret-written-to-disk, secret-in-user-data until=2999-01-01 reason=\"x\"\n  user_data",
    );
    let folder = repository(&[("main.tf", &ignored)]);
    assert_eq!(since(&folder, "old").code, 0);
    folder.write("main.tf", LEAK);
    assert_eq!(since(&folder, "old").findings().len(), 2);
}

#[test]
fn what_could_not_be_read_before_hides_nothing() {
    let folder =
        repository(&[("main.tf", "resource \"aws_instance\" \"web\" {\n  user_data = = \"x\"\n}\n")]);
    folder.write("main.tf", LEAK);
    let ran = since(&folder, "old");
    assert_eq!((ran.code, ran.findings().len(), ran.gaps()), (1, 2, vec![]));
}

#[test]
fn without_an_earlier_tree_there_is_no_audit() {
    let folder = repository(&[("main.tf", LEAK)]);
    let none = Folder::new(&[("main.tf", LEAK)]);
    let unborn = Folder::new(&[("main.tf", LEAK)]);
    git(&unborn, &["init", "-q"]);
    for (folder, revision, told) in [
        (&folder, "origin/main", "--since: there is no commit origin/main"),
        (&folder, "HEAD:main.tf", "--since: there is no commit HEAD:main.tf"),
        (&folder, "", "--since: there is no commit"),
        (&none, "HEAD", "--since: the scanned folder is in no git repository"),
        (&unborn, "HEAD", "--since: there is no commit HEAD"),
    ] {
        let ran = folder.run(&["scan", "--since", revision]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{revision}");
        assert!(ran.err.contains(told) && ran.err.contains(" hint: "), "{revision}: {}", ran.err);
    }
    git(&folder, &["checkout", "-q", "--orphan", "other"]);
    folder.write("more.tf", CLEAN);
    commit(&folder);
    let ran = folder.run(&["scan", "--since", "old"]);
    assert!(ran.err.contains("old and HEAD have no commit in common"), "{}", ran.err);
    let ran = folder.run_with_input(&["scan", "--since", "old", "-"], LEAK);
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn a_clone_of_the_last_commit_is_told_how_to_be_whole() {
    let folder = repository(&[("main.tf", LEAK)]);
    folder.write("b.tf", CLEAN);
    commit(&folder);
    let clone = Folder::new(&[]);
    let from = format!("file://{}", folder.path().display());
    git(&clone, &["clone", "-q", "--depth", "1", &from, "c"]);
    let ran = clone.run(&["scan", "c", "--since", "HEAD~1"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("fetch-depth: 0"), "{}", ran.err);
}

#[test]
fn a_work_tree_beside_its_repository_is_read_too() {
    let folder = repository(&[("main.tf", LEAK)]);
    let other = Folder::new(&[]);
    git(&folder, &["worktree", "add", "-q", other.join("w").to_str().expect("UTF-8"), "-b", "w"]);
    other.write("w/b.tf", leak_to("/etc/b"));
    let ran = other.run(&["scan", "w", "-f", "json", "--since", "old"]);
    assert_eq!(ran.findings().len(), 2, "{}", ran.out);
}

#[test]
#[cfg(unix)]
fn a_hostile_repository_runs_nothing() {
    let folder = repository(&[("main.tf", LEAK), (".gitattributes", "* filter=evil diff=evil merge=evil\n")]);
    let outside = Folder::new(&[]);
    let program = format!("touch {}/", outside.path().display());
    for (key, name) in [
        ("core.fsmonitor", "fsmonitor"),
        ("filter.evil.clean", "clean"),
        ("filter.evil.smudge", "smudge"),
        ("filter.evil.process", "process"),
        ("diff.external", "external"),
        ("diff.evil.command", "command"),
        ("diff.evil.textconv", "textconv"),
        ("core.sshCommand", "ssh"),
        ("core.pager", "pager"),
        ("core.hooksPath", "hooks"),
        ("core.alternateRefsCommand", "refs"),
        ("uploadpack.packObjectsHook", "pack"),
        ("credential.helper", "credential"),
        ("gpg.program", "gpg"),
    ] {
        git(&folder, &["config", key, &format!("{program}{name}; #")]);
    }
    folder.write("b.tf", leak_to("/etc/b"));
    let ran = since(&folder, "old");
    assert_eq!((ran.code, ran.findings().len()), (1, 2), "{ran:#?}");
    assert_eq!(outside.names(), [""; 0], "programs were run");
}
