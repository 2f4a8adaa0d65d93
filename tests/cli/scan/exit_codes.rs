//! A gate that could not look never exits 0.

use crate::rig::{CLEAN, Folder, LEAK};

#[test]
fn zero_when_nothing_is_found() {
    let ran = Folder::new(&[("main.tf", CLEAN)]).run(&["scan"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
}

#[test]
fn one_for_findings() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    assert_eq!(folder.run(&["scan"]).code, 1);
    assert_eq!(folder.run(&["scan", "main.tf"]).code, 1);
    assert_eq!(folder.run(&["scan", "--exit-zero"]).code, 0);
}

#[test]
fn the_gate_closes_at_the_severity_that_is_asked() {
    let folder = Folder::new(&[("main.tf", LEAK), ("secretrail.toml", "off = [\"secret-written-to-disk\"]")]);
    for (least, code) in [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("informational", 1)] {
        assert_eq!(folder.run(&["scan", "--fail-on", least]).code, code, "{least}");
    }
    assert_eq!(folder.run(&["scan", "--fail-on", "worst"]).code, 2);
}

#[test]
fn unsure_findings_are_left_out_when_asked() {
    let folder = Folder::new(&[(
        "main.tf",
        "variable \"db_password\" {}\nresource \"aws_instance\" \"web\" {\n  user_data = \"#!/bin/sh\\necho ${var.db_password} > /etc/x\\n\"\n}\n",
    )]);
    let count = |least: &str| folder.run(&["scan", "--min-confidence", least, "-f", "json"]).findings().len();
    assert_eq!((count("low"), count("medium"), count("high")), (2, 2, 0));
    assert_eq!(folder.run(&["scan", "--min-confidence", "high"]).code, 0);
}

#[test]
fn two_when_there_was_nothing_to_audit() {
    for folder in [Folder::new(&[]), Folder::new(&[("README.md", "# no Terraform here\n")])] {
        let ran = folder.run(&["scan"]);
        assert_eq!(ran.code, 2, "{ran:#?}");
        let told = format!("{}{}", ran.out, ran.err).to_lowercase();
        assert!(told.contains("nothing was audited"), "{ran:#?}");
        assert_eq!(folder.run(&["scan", "--format", "json"]).json()["summary"]["exit_code"], 2);
    }
}

#[test]
fn two_for_a_path_that_is_not_there() {
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    let ran = folder.run(&["scan", "main.tf", "infar"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("infar cannot be read"), "{}", ran.err);
    assert!(ran.err.contains(" hint: "), "{}", ran.err);
    assert!(ran.err.ends_with("no audit was performed\n"), "{}", ran.err);
}

#[test]
fn two_for_wrong_arguments() {
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    for arguments in [
        &["scan", "--formt", "json"][..],
        &["scan", "-f", "xml"],
        &["audit"],
        &["scan", "--min-confidence", "1"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.starts_with("error:"), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn three_for_a_block_that_can_t_be_read() {
    let broken = "resource \"aws_instance\" \"a\" {\n  user_data = = \"x\"\n}\n";
    let folder = Folder::new(&[("clean.tf", CLEAN), ("broken.tf", broken)]);
    let ran = folder.run(&["scan", "--format", "json"]);
    assert_eq!(ran.code, 3, "{ran:#?}");
    let gaps = ran.json()["gaps"].as_array().expect("gaps").clone();
    assert!(gaps.iter().any(|gap| gap["path"] == "broken.tf" && gap["hides_findings"] == true), "{gaps:?}");
    assert_eq!(folder.run(&["scan"]).code, 3);
    assert_eq!(folder.run(&["scan", "--exit-zero"]).code, 0);
}

#[test]
fn a_broken_block_costs_that_block_not_the_file() {
    let broken = format!("resource \"aws_instance\" \"a\" {{\n  user_data = = \"x\"\n}}\n{LEAK}");
    let folder = Folder::new(&[("main.tf", &broken)]);
    let ran = folder.run(&["scan", "--format", "json"]);
    assert_eq!(ran.code, 1, "findings say more than gaps");
    assert!(ran.findings().contains(&"secret-written-to-disk main.tf:8".to_owned()), "{:?}", ran.findings());
    assert!(!ran.gaps().is_empty());
}
