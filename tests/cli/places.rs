//! Where reports go, and what settings may name.

use crate::rig::{CLEAN, Folder, LEAK};

#[test]
fn a_report_takes_no_other_s_place() {
    let folder = Folder::new(&[("main.tf", LEAK), ("boot.sh", "#!/bin/sh\necho a\n")]);
    for arguments in [
        ["scan", "-f", "json", "-o", "r", "--also", "sarif=r"].as_slice(),
        &["scan", "--also", "json=r", "--also", "sarif=./r"],
        &["scan", "-f", "json", "-o", "boot.sh"],
        &["scan", "--also", "sarif=main.tf"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:#?}");
    }
    assert_eq!((folder.read("main.tf").as_str(), folder.join("r").exists()), (LEAK, false));
}

#[test]
fn a_dash_is_standard_output() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let ran = folder.run(&["scan", "-f", "json", "-o", "-"]);
    assert_eq!((ran.code, ran.findings().len(), folder.join("-").exists()), (1, 2, false));
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_file_that_is_written() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("main.tf", LEAK), ("reports/old.json", "old")]);
    symlink("reports/old.json", folder.join("latest.json")).unwrap();
    symlink("latest.json", folder.join("again.json")).unwrap();
    symlink("reports/new.json", folder.join("next.json")).unwrap();
    for (link, file) in [("again.json", "reports/old.json"), ("next.json", "reports/new.json")] {
        let ran = folder.run(&["scan", "-f", "json", "-o", link]);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""));
        assert!(folder.join(link).is_symlink() && !folder.join(file).is_symlink(), "{link}");
        assert!(folder.read(file).contains("\"version\""), "{link}");
    }
    // Nothing is left beside them.
    assert_eq!(std::fs::read_dir(folder.join("reports")).unwrap().count(), 2);
    symlink("main.tf", folder.join("source")).unwrap();
    symlink("loop", folder.join("loop")).unwrap();
    for (arguments, told) in [
        (["-o", "source"].as_slice(), "was read for this audit"),
        (&["-o", "latest.json", "--also", "json=again.json"], "two reports would be written"),
        (&["-o", "loop"], "loop cannot be written"),
    ] {
        let ran = folder.run(&[&["scan"], arguments].concat());
        assert!(ran.code == 2 && ran.err.contains(told), "{told}: {}", ran.err);
    }
    assert_eq!(folder.read("main.tf"), LEAK);
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_written_to() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let folder = Folder::new(&[("main.tf", LEAK)]);
    for device in ["/dev/null", "/dev/stderr"] {
        assert_eq!(folder.run(&["scan", "-o", device]).code, 1, "{device}");
    }
    let out = folder.run(&["scan", "-f", "json", "-o", "/dev/stdout"]);
    assert_eq!((out.code, out.findings().len()), (1, 2));
    let pipe = folder.join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let begun = std::time::Instant::now();
    let ran = folder.run(&["scan", "-o", "pipe"]);
    assert!(
        ran.code == 2 && ran.err.contains("pipe cannot be written: nothing reads this pipe"),
        "{}",
        ran.err
    );
    assert!(begun.elapsed().as_secs() < 30);
    let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap());
    let ran = folder.run(&["scan", "-f", "json", "-o", "pipe"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(reader.join().unwrap().contains("secret-written-to-disk"));
}

/// Standard output may be a file: `> report.json` beside `-o /dev/stdout`.
#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::disallowed_methods, reason = "its standard output is a file")]
fn standard_output_has_a_name() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let file = std::fs::File::create(folder.join("report.json")).unwrap();
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_secretrail"));
    let run = run.args(["scan", "-f", "json", "-o", "/dev/stdout"]).current_dir(folder.path()).env_clear();
    assert_eq!(run.stdout(file).status().unwrap().code(), Some(1));
    assert!(folder.read("report.json").contains("\"version\""));
}

#[test]
fn a_folder_without_rules_is_no_folder_of_rules() {
    let folder = Folder::new(&[("main.tf", CLEAN), ("mine/rule.txt", "title: x\n")]);
    let ran = folder.run(&["scan", "--rules", "mine"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("mine contains no rule"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn settings_are_a_file() {
    let ran = Folder::new(&[("main.tf", CLEAN)]).run(&["scan", "--settings", "/dev/zero"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("not a regular file"), "{}", ran.err);
}
