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

#[test]
fn a_folder_without_rules_is_no_folder_of_rules() {
    let folder = Folder::new(&[("main.tf", CLEAN), ("mine/rule.txt", "title: x\n")]);
    let ran = folder.run(&["scan", "--rules", "mine"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("mine holds no rule"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn settings_are_a_file() {
    let ran = Folder::new(&[("main.tf", CLEAN)]).run(&["scan", "--settings", "/dev/zero"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("not a regular file"), "{}", ran.err);
}
