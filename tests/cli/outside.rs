//! Strings from outside (lists, settings, what was typed, names of files) steer no terminal, make no command and no
//! formula, and a token among them is not told.

use crate::rig::{Folder, LEAK, Ran};

/// A token by its form, put together so that no scanner takes this file for one that holds it.
fn token() -> String {
    ["glpat-", "Kx7Qw9vLm3xYzr4TdAbC"].concat()
}

/// What must never reach a terminal: controls but line ends, and marks that turn the reading direction.
#[track_caller]
fn is_harmless(ran: &Ran) {
    // RFC 4180 ends rows of CSV so.
    for text in [&ran.out.replace("\r\n", "\n"), &ran.err] {
        let steers = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}';
        assert!(!text.contains(steers), "{ran:?}");
    }
}

#[test]
fn what_was_typed_is_told_without_tokens() {
    let folder = Folder::new(&[]);
    let token = token();
    for arguments in [
        ["trail", "verify", "x", "--until", token.as_str()].as_slice(),
        &["scan", "--fail-on", &token],
        &["scan", &format!("--{token}")],
        &[&token],
        &["history", "show", "x.db", &token],
        &["rules", "explain", &token],
        &["policy", "--surface", &token],
    ] {
        let ran = folder.run(arguments);
        assert!(ran.code == 2 && !ran.err.contains(&token) && !ran.err.is_empty(), "{arguments:?}: {ran:?}");
    }
    let ran = folder.run(&["scan", "--fail-on", "\u{1b}[2J\u{202e}x"]);
    assert!(ran.code == 2 && ran.err.contains("invalid value"), "{ran:?}");
    is_harmless(&ran);
    // Nothing is taken out of what needs no care.
    let ran = folder.run(&["scan", "--fail-on", "hihg"]);
    assert!(ran.err.contains("invalid value '...' for '--fail-on <SEVERITY>'"), "{ran:?}");
}

#[test]
fn settings_that_steer_a_terminal_do_not() {
    for text in [
        "\"\\u001b[2J\\u001b]0;owned\\u0007\" = 1\n",
        "off = [\"\\u001b[2J\"]\n",
        "rules = [\"\\u001b[2J\"]\n",
        "[session]\n\"\\u009b2J\\u202e\" = 1\n",
    ] {
        let folder = Folder::new(&[("secretrail.toml", text), ("main.tf", LEAK)]);
        for verbose in ["-q", "-vvv"] {
            let ran = folder.run(&["scan", verbose]);
            assert_eq!(ran.code, 2, "{ran:?}");
            is_harmless(&ran);
        }
    }
}

#[test]
fn settings_of_a_wrong_type_are_not_quoted() {
    for (text, needle) in [
        ("off = 81726354\n", "81726354"),
        ("[account]\nkey-rotation-days = 8172635.5\n", "8172635.5"),
        ("fail-on = [\"Winter2024\"]\n", "Winter2024"),
        ("Winter2024 = 1\n", "Winter2024"),
        ("[[ignore]]\nrule = 81726354\n", "81726354"),
        ("exclude = { Winter2024 = 1 }\n", "Winter2024"),
    ] {
        let folder = Folder::new(&[("secretrail.toml", text), ("main.tf", LEAK)]);
        let ran = folder.run(&["scan"]);
        assert!(ran.code == 2 && !ran.err.contains(needle), "{ran:?}");
        assert!(ran.err.contains("secretrail.toml:"), "{ran:?}");
    }
    let folder = Folder::new(&[("secretrail.toml", "fail-in = 1\n")]);
    assert!(folder.run(&["scan"]).err.contains("`fail-in`"));
}

#[cfg(unix)]
#[test]
fn names_of_files_steer_no_terminal() {
    let folder = Folder::new(&[]);
    folder.write("a\u{1b}[2J\u{202e}.tf", LEAK);
    folder.write("b\u{1b}]0;owned\u{7}.tf", "resource \"x\" {\n");
    folder.write("c\u{9b}2J/d.tf", b"\0");
    for arguments in [
        ["scan", "--all", "-vvv"].as_slice(),
        &["scan", "-f", "markdown"],
        &["scan", "-f", "github"],
        &["scan", "-f", "csv"],
        &["scan", "-f", "oneline"],
        &["baseline"],
        &["scan", "e\u{1b}[2J.tf"],
        &["evidence", "verify", "a\u{1b}[2J\u{202e}.tf"],
        &["init", "--stdout"],
        &["init"],
        &["settings", "check"],
    ] {
        is_harmless(&folder.run(arguments));
    }
}

const LIST: &str = "| Key | Location | Owner | Verify |\n|---|---|---|---|\n\
    | PAYMENT_KEY | SSM /x;id>/tmp/pwn;# | \u{1b}]0;owned\u{7} | \u{9b}2J look |\n\
    | MAIL_KEY | SSM file:///etc/passwd | us | |\n\
    | PLAIN_KEY | SSM /app/prod/plain | us | |\n";

#[test]
fn names_of_a_list_make_no_command() {
    let folder = Folder::new(&[("SECRETS.md", LIST)]);
    let runbook = |key: &str| {
        let ran = folder.run(&["inventory", "runbook", key, "SECRETS.md"]);
        let ran = if ran.code == 2 {
            folder.write("secretrail.toml", "[inventory]\nfiles = [\"SECRETS.md\"]\n");
            folder.run(&["inventory", "runbook", key])
        } else {
            ran
        };
        is_harmless(&ran);
        ran.out
    };
    let told = runbook("PAYMENT_KEY");
    assert!(told.contains("--name '/x;id>/tmp/pwn;#' --value file:///dev/stdin"), "{told}");
    assert!(told.contains("␛]0;owned␇") && told.contains("look"), "{told}");
    let told = runbook("MAIL_KEY");
    assert!(told.contains("MAIL_KEY") && !told.contains("In general"), "{told}");
    assert!(runbook("PLAIN_KEY").contains("--name /app/prod/plain --value"));
}

#[test]
fn a_runbook_hides_what_the_tree_holds() {
    let tree = "variable \"x\" {\n  sensitive = true\n}\nlocals {\n  db_password = \"Summer#Rain7\"\n}\nresource \"aws_instance\" \"a\" {\n  user_data = \"#!/bin/sh\\necho ${var.x} > /etc/Summer#Rain7\\n\"\n}\n";
    let list =
        "| Key | Location | Verify |\n|---|---|---|\n| X | SSM /app/x | look for Summer#Rain7 in the log |\n";
    let folder = Folder::new(&[
        ("SECRETS.md", list),
        ("infra/main.tf", tree),
        ("secretrail.toml", "[inventory]\nfiles = [\"SECRETS.md\"]\n"),
    ]);
    let ran = folder.run(&["inventory", "runbook", "X", "--tree", "infra"]);
    assert!(ran.out.contains("is written to /etc/"), "{ran:?}");
    assert!(!ran.out.contains("Summer#Rain7"), "{ran:?}");
}

#[test]
fn a_drill_makes_no_formula_and_follows_no_link() {
    let folder = Folder::new(&[
        ("SECRETS.md", LIST),
        ("secretrail.toml", "[inventory]\nfiles = [\"SECRETS.md\"]\n"),
        ("target", "keep\n"),
    ]);
    let drill = ["inventory", "drill", "PAYMENT_KEY", "--by", "=HYPERLINK(\"http://x\")"];
    let ran = folder.run_with_input(&drill, "\n\n\n\n\n");
    assert_eq!(ran.code, 0, "{ran:?}");
    is_harmless(&ran);
    let noted = folder.read("secrets-drills.csv");
    assert!(noted.contains(",'=HYPERLINK(http://x),"), "{noted}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("target"), folder.join("link.csv")).expect("a link");
        let ran = folder.run_with_input(&[&drill[..], &["--record", "link.csv"]].concat(), "\n\n\n\n\n");
        assert!(ran.code == 2 && ran.err.contains("is not a regular file"), "{ran:?}");
        assert_eq!(folder.read("target"), "keep\n");
    }
}

#[test]
fn the_reason_of_an_acceptance_holds_no_token() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let ran = folder.run(&["scan", "--history", "audit.db", "-f", "json"]);
    let json = ran.json();
    let print = json["findings"][0]["fingerprint"].as_str().expect("a fingerprint").to_owned();
    let token = token();
    let reason = format!("the old one was {token}; the password is hunter2#x");
    let accept =
        ["history", "accept", "audit.db", print.as_str(), "--until", "2099-12-31", "--reason", &reason];
    assert_eq!(folder.run(&accept).code, 0);
    for arguments in [
        ["history", "show", "audit.db", print.as_str()].as_slice(),
        &["history", "list", "audit.db", "--json"],
        &["scan", "--history", "audit.db", "-f", "json"],
    ] {
        let ran = folder.run(arguments);
        assert!(ran.out.contains("the old one was ********"), "{ran:?}");
        assert!(!ran.out.contains(&token) && !ran.out.contains("hunter2"), "{ran:?}");
    }
    for name in folder.names().into_iter().filter(|name| name.starts_with("audit.db")) {
        let bytes = std::fs::read(folder.join(&name)).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&token) && !text.contains("hunter2"), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_report_keeps_the_rights_of_the_one_before() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("main.tf", LEAK), ("report.json", "{}")]);
    let path = folder.join("report.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("rights");
    assert_eq!(folder.run(&["scan", "-f", "json", "-o", "report.json"]).code, 1);
    let mode = std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode, folder.read("report.json").contains("secret-written-to-disk")), (0o600, true));
}

#[test]
fn a_password_after_a_program_is_not_told_by_stars() {
    let tree = "resource \"aws_db_instance\" \"d\" {\n  password = \"vault\"\n}\nresource \"aws_instance\" \"w\" {\n  user_data = <<-EOT\n    #!/bin/bash\n    vault operator init > /etc/vault.keys\n    login vault\n  EOT\n}\n";
    let folder = Folder::new(&[("main.tf", tree)]);
    let told = folder.run(&["scan", "--all"]).out;
    assert!(told.contains("vault operator init > /etc/vault.keys"), "{told}");
    assert!(!told.contains("\"vault\"") && !told.contains("*****.keys"), "{told}");
}
