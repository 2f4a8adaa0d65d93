//! `secretrail completions`, `secretrail man`, and what the command tells of itself.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::rig::{Folder, LEAK};

#[test]
fn completions_name_the_commands() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.run(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for word in ["scan", "rules", "min-confidence"] {
            assert!(ran.out.contains(word), "{shell}: {word}");
        }
        // The other two complete no values.
        let completes = ["bash", "zsh", "fish"].contains(&shell);
        assert_eq!(ran.out.contains("secret-written-to-disk"), completes, "{shell}");
    }
    assert_eq!(folder.run(&["completions", "cobol"]).code, 2);
}

#[test]
fn bash_can_read_its_completions() {
    let folder = Folder::new(&[]);
    folder.write("completions", folder.run(&["completions", "bash"]).out);
    #[expect(clippy::disallowed_methods, reason = "the test asks bash, not the tool")]
    let Ok(status) = Command::new("bash").arg("-n").arg(folder.join("completions")).status() else { return };
    assert!(status.success());
}

#[test]
fn the_manual_is_a_page() {
    let ran = Folder::new(&[]).run(&["man"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains(".TH secretrail 1"), "{}", ran.out);
    assert!(ran.out.contains(".SH SYNOPSIS") && ran.out.contains("scan"), "{}", ran.out);
}

#[test]
fn help_is_no_error() {
    let folder = Folder::new(&[]);
    for arguments in [&["--help"][..], &["scan", "--help"], &["help", "rules"], &["--version"]] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
        assert!(ran.out.contains("secretrail"), "{arguments:?}");
    }
    // A job that forgot its arguments must not pass.
    let ran = folder.run(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("Usage:"), "{}", ran.err);
}

#[test]
fn scan_help_tells_exit_codes_and_settings() {
    let ran = Folder::new(&[]).run(&["scan", "--help"]);
    for word in ["Exit codes:", "not audited", "audited in part", "secretrail.toml", "respect-gitignore"] {
        assert!(ran.out.contains(word), "{word}");
    }
}

/// `secretrail … | head -1`: the reader goes away before everything is written.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut files = Vec::new();
    for number in 0..300 {
        files.push((format!("m{number}/main.tf"), LEAK));
    }
    let named: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = Folder::new(&named);
    for arguments in [&["scan", "--format", "json"][..], &["scan", "--all"], &["man"]] {
        #[expect(clippy::disallowed_methods, reason = "the test closes the pipe itself")]
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("secretrail"))
            .args(arguments)
            .env_clear()
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut first = [0_u8; 1];
        child.stdout.take().expect("a pipe").read_exact(&mut first).expect("a byte");
        let output = child.wait_with_output().expect("it ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(err, "", "{arguments:?}");
        let code = i32::from(arguments.len() > 1);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn each_command_has_a_page_with_its_examples_as_they_are_typed() {
    let folder = Folder::new(&[]);
    let page = folder.run(&["man", "rules", "check"]).out;
    assert!(page.contains(".TH secretrail-rules-check 1"), "{page}");
    for names in [&["rules check"][..], &["rules-check"], &["secretrail-rules-check"]] {
        let ran = folder.run(&[&["man"], names].concat());
        assert_eq!((ran.code, ran.out.as_str()), (0, page.as_str()), "{names:?}");
    }
    let page = folder.run(&["man", "scan"]).out;
    let examples = page.split(".SH \"EXAMPLES\"\n.PP\n.nf\n").nth(1).expect("the section");
    assert!(examples.starts_with("  secretrail scan  "), "{examples}");
    assert!(!page.contains("EXTRA") && page.contains(".SH \"EXIT CODES\""), "{page}");
    let ran = folder.run(&["man", "rules", "chekc"]);
    assert_eq!((ran.code, ran.err.contains("no audit")), (2, false), "{}", ran.err);
}

#[test]
fn examples_fit_on_a_terminal() {
    let folder = Folder::new(&[]);
    for command in [&["scan"][..], &["baseline"], &["completions"], &["man"], &["rules", "check"]] {
        let help = folder.run(&[command, &["--help"]].concat()).out;
        let examples = help.split("\nExamples:\n").nth(1).expect("examples");
        for line in examples.lines().filter(|line| line.starts_with("  ")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
