//! Hostile and odd inputs: a gap or a finding, never a crash, a hang or a leak.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::rig::{CLEAN, Folder, LEAK, Ran};

fn hidden(ran: &Ran, path: &str) {
    let gaps = ran.json()["gaps"].as_array().expect("gaps").clone();
    let told = gaps.iter().any(|gap| gap["path"] == path && gap["hides_findings"] == true);
    assert!(told, "no gap tells of {path}: {gaps:#?}");
    assert_eq!(ran.code, 3);
}

#[test]
fn loops_of_links_end() {
    let folder = Folder::new(&[("a/main.tf", LEAK)]);
    symlink("..", folder.join("a/up")).expect("a link");
    symlink("loop.tf", folder.join("a/loop.tf")).expect("a link");
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!(ran.findings().len(), 2, "each file once: {}", ran.out);
    assert!(ran.gaps().iter().any(|gap| gap.starts_with("a/loop.tf: ")), "{:?}", ran.gaps());
}

#[test]
fn a_link_to_a_file_elsewhere_is_not_quoted() {
    let outside = Folder::new(&[("other.tf", "locals {\n  db_password = \"hV8-kQ2w_Zr5tY\"\n}\n")]);
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    symlink(outside.join("other.tf"), folder.join("link.tf")).expect("a link");
    let ran = folder.run(&["scan", "-f", "json"]);
    hidden(&ran, "link.tf");
    assert_eq!(ran.findings(), Vec::<String>::new());
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    #[expect(clippy::disallowed_methods, reason = "only a program makes a named pipe")]
    let made =
        Command::new("mkfifo").arg(folder.join("pipe.tf")).status().is_ok_and(|status| status.success());
    if made {
        hidden(&folder.run(&["scan", "-f", "json"]), "pipe.tf");
    }
}

#[test]
fn a_huge_file_is_a_gap() {
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    let mut huge = b"locals {\n  a = \"".to_vec();
    huge.resize(100 * 1024 * 1024, b'x');
    huge.extend(b"\"\n}\n");
    folder.write("huge.tf", &huge);
    drop(huge);
    let ran = folder.run(&["scan", "-f", "json"]);
    hidden(&ran, "huge.tf");
    assert!(ran.gaps()[0].contains("larger than 16 MiB"), "{:?}", ran.gaps());
}

/// A file just below the bound is read, in memory that is bounded too.
#[test]
#[cfg(target_os = "linux")]
fn memory_is_bounded() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let mut long = b"locals {\n  a = \"".to_vec();
    long.resize(12 * 1024 * 1024, b'x');
    long.extend(b"\"\n}\n");
    folder.write("long.tf", &long);
    // 768 MiB of address space besides the stacks of two threads.
    let limited = "ulimit -v 1048576; exec \"$0\" scan -f json";
    let mut command = assert_cmd::Command::new("sh");
    command.args(["-c", limited]).arg(assert_cmd::cargo::cargo_bin!("secretrail"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("RAYON_NUM_THREADS", "2").current_dir(folder.path());
    let ran = crate::rig::run(&mut command);
    assert_eq!((ran.code, ran.findings().len()), (1, 2), "{}", ran.err);
}

#[test]
fn a_binary_file_is_a_gap() {
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    folder.write("binary.tf", b"\x7fELF\0\0\0\x01locals {}");
    hidden(&folder.run(&["scan", "-f", "json"]), "binary.tf");
}

#[test]
fn utf_16_and_latin_1_are_read() {
    let folder = Folder::new(&[]);
    let wide: Vec<u8> = LEAK.encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.write("wide/main.tf", [&[0xFF, 0xFE], wide.as_slice()].concat());
    folder.write("latin/main.tf", [b"# caf\xe9\n", LEAK.as_bytes()].concat());
    folder.write("marked/main.tf", [b"\xEF\xBB\xBF", LEAK.as_bytes()].concat());
    let ran = folder.run(&["scan", "-f", "json"]);
    let findings = ran.findings();
    for place in ["wide/main.tf:5", "latin/main.tf:6", "marked/main.tf:5"] {
        assert!(findings.contains(&format!("secret-written-to-disk {place}")), "{place}: {}", ran.out);
    }
}

#[test]
fn windows_line_ends_and_columns() {
    let folder = Folder::new(&[("main.tf", &LEAK.replace('\n', "\r\n"))]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!(ran.findings(), ["secret-written-to-disk main.tf:5", "secret-in-user-data main.tf:5"]);
}

#[test]
fn an_unreadable_file_is_a_gap() {
    let folder = Folder::new(&[("main.tf", CLEAN), ("locked.tf", LEAK)]);
    fs::set_permissions(folder.join("locked.tf"), fs::Permissions::from_mode(0o000)).expect("permissions");
    if fs::read(folder.join("locked.tf")).is_ok() {
        return; // root reads everything
    }
    hidden(&folder.run(&["scan", "-f", "json"]), "locked.tf");
}

#[test]
fn modules_that_call_each_other_end() {
    let call = |to: &str| {
        format!(
            "variable \"token\" {{\n  sensitive = true\n}}\nmodule \"next\" {{\n  source = \"../{to}\"\n  token = var.token\n}}\n"
        )
    };
    let folder =
        Folder::new(&[("a/main.tf", &call("b")), ("b/main.tf", &call("a")), ("c/main.tf", &call("c"))]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert!(ran.code == 0 || ran.code == 3, "{ran:#?}");
    // All of them lie on a circle, and what is in them is looked at all the same.
    folder.write("a/leak.tf", LEAK.replace("variable \"token\" {\n  sensitive = true\n}\n", ""));
    let ran = folder.run(&["scan", "-f", "json"]);
    assert!(ran.findings().contains(&"secret-written-to-disk a/leak.tf:2".to_owned()), "{ran:#?}");
}

#[test]
fn files_outside_of_the_tree_are_neither_read_nor_quoted() {
    let outside = Folder::new(&[("secret.sh", "#!/bin/sh\necho ${token} > /etc/CANARY-outside\n")]);
    let path = outside.join("secret.sh");
    let path = path.to_str().expect("UTF-8");
    let leak = |path: &str| {
        format!(
            "variable \"token\" {{\n  sensitive = true\n}}\nresource \"aws_instance\" \"web\" {{\n  user_data = templatefile(\"{path}\", {{ token = var.token }})\n}}\n"
        )
    };
    let ways =
        ["/etc/passwd".to_owned(), path.to_owned(), format!("${{path.module}}/../../../../../..{path}")];
    for way in ways {
        let folder = Folder::new(&[("main.tf", &leak(&way))]);
        for format in ["table", "json", "sarif", "markdown", "github"] {
            let ran = folder.run(&["scan", "-f", format, "--all"]);
            assert!(ran.code == 1 || ran.code == 3, "{way}: a secret goes where nobody looked: {ran:#?}");
            let told = format!("{}{}", ran.out, ran.err);
            assert!(!told.contains("CANARY-outside") && !told.contains("root:x:0"), "{way}: {told}");
        }
        assert_eq!(folder.run(&["scan", "-f", "json"]).gaps().len(), 1, "{way}");
    }
    // A link inside that leads out.
    let folder = Folder::new(&[("main.tf", &leak("${path.module}/link.sh"))]);
    symlink(outside.join("secret.sh"), folder.join("link.sh")).expect("a link");
    let ran = folder.run(&["scan", "-f", "table", "--all"]);
    assert!(!ran.out.contains("CANARY-outside"), "{}", ran.out);
    assert!(ran.out.contains("outside of the scanned folders"), "{}", ran.out);
}

/// On some systems even the temporary folder is reached through a link.
#[test]
fn a_tree_reached_through_a_link_is_scanned_like_any_other() {
    let incident = crate::rig::root().join("examples/incident");
    let folder = Folder::new(&[]);
    symlink(&incident, folder.join("here")).expect("a link");
    let ran = folder.run(&["scan", "here", "-f", "json"]);
    assert_eq!((ran.code, ran.findings().len(), ran.gaps()), (1, 3, vec![]));
}

#[test]
fn names_can_t_speak_to_the_terminal_or_to_github() {
    let name = "a\u{1b}[2J\u{1b}]0;x\u{7}\n::error::b\u{202e}.tf";
    let folder = Folder::new(&[(name, LEAK)]);
    for format in ["table", "json", "sarif", "markdown", "github"] {
        let ran = folder.run(&["scan", "-f", format]);
        assert_eq!(ran.code, 1, "{format}");
        for bad in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(!ran.out.contains(bad), "{format}: {:?}", ran.out);
        }
        assert!(!ran.out.contains("\n::error::b"), "{format}: {}", ran.out);
    }
}

#[test]
fn deep_nesting_ends() {
    let deep = format!("locals {{\n  a = {}1{}\n}}\n", "[".repeat(20_000), "]".repeat(20_000));
    let open = "${".repeat(50_000);
    let folder = Folder::new(&[
        ("main.tf", LEAK),
        ("deep.tf", &deep),
        ("open.sh", &format!("#!/bin/sh\necho {}\n", "$(".repeat(20_000))),
        ("open.tpl", &format!("#!/bin/sh\n{open}\n")),
        ("deep.tf.json", &format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000))),
    ]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.gaps().iter().any(|gap| gap.starts_with("deep.tf: ")), "{:?}", ran.gaps());
}

#[test]
fn a_program_to_be_rendered_is_no_shell_script() {
    let program =
        "response = create_user(\n    Username=username,\n    TemporaryPassword=temp_password,\n)\n";
    let folder = Folder::new(&[("main.tf", CLEAN), ("signup.py.template", program)]);
    assert_eq!(folder.run(&["scan", "-f", "json"]).findings(), Vec::<String>::new());
}
