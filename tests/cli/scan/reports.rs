//! Formats, `--output`, and the same bytes for the same input.

use serde_json::Value;

use crate::rig::{CLEAN, Folder, LEAK, command, root, run, timeless};

const FORMATS: [&str; 7] = ["table", "json", "sarif", "markdown", "github", "gitlab", "junit"];

#[test]
fn every_format_goes_to_a_file_as_it_goes_to_the_screen() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    for format in FORMATS {
        let shown = folder.run(&["scan", "--format", format, "main.tf"]);
        let kept = folder.run(&["scan", "--format", format, "-o", "report", "main.tf"]);
        assert_eq!((shown.code, kept.code), (1, 1), "{format}");
        assert_eq!(kept.out, "", "{format}");
        assert_eq!(timeless(&folder.read("report")), shown.timeless(), "{format}");
        assert!(shown.out.ends_with('\n'), "{format}");
    }
    // Nothing else is left in the folder.
    assert_eq!(folder.names(), ["main.tf", "report"]);
}

#[test]
fn json_has_its_fields() {
    let report = Folder::new(&[("main.tf", LEAK)]).run(&["scan", "-f", "json"]).json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["tool"]["name"], "secretrail");
    for (severity, count) in [("critical", 1), ("high", 1), ("medium", 0), ("low", 0), ("informational", 0)] {
        assert_eq!(report["summary"]["findings"][severity], count, "{severity}");
    }
    assert_eq!(report["summary"]["exit_code"], 1);
    let finding = &report["findings"][0];
    for field in ["rule", "surface", "severity", "confidence", "message", "fingerprint", "remediation"] {
        assert!(finding[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    let clean = Folder::new(&[("main.tf", CLEAN)]).run(&["scan", "-f", "json"]).json();
    for list in ["findings", "gaps", "silenced"] {
        assert_eq!(clean[list], Value::Array(Vec::new()), "{list} is there when it is empty");
    }
}

#[test]
fn sarif_names_its_schema_rules_and_steps() {
    let log = Folder::new(&[("main.tf", LEAK)]).run(&["scan", "-f", "sarif"]).json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "main.tf");
    }
}

#[test]
fn a_report_that_can_t_be_written_is_an_error_and_leaves_the_old_one() {
    let folder = Folder::new(&[("main.tf", LEAK), ("old.json", "{}")]);
    let ran = folder.run(&["scan", "-f", "json", "-o", "none/report.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("none/report.json cannot be written"), "{}", ran.err);
    let ran = folder.run(&["scan", "-f", "json", "-o", "old.json", "gone"]);
    assert_eq!((ran.code, folder.read("old.json").as_str()), (2, "{}"));
    assert_eq!(folder.run(&["scan", "-f", "json", "-o", "old.json"]).code, 1);
    assert!(folder.read("old.json").starts_with("{\n"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for format in FORMATS {
        let mut seen: Option<String> = None;
        for threads in ["1", "2", "3", "7", "16"] {
            let mut command = command(&root());
            command.env("RAYON_NUM_THREADS", threads).args(["scan", "-f", format, "examples"]);
            let ran = run(&mut command);
            assert_eq!(ran.code, 1, "{}", ran.err);
            let first = seen.get_or_insert_with(|| ran.timeless());
            assert_eq!(*first, ran.timeless(), "{format} with {threads} threads");
        }
    }
}

#[test]
fn a_fingerprint_outlives_lines_added_above() {
    let prints = |text: &str| -> Vec<String> {
        let report = Folder::new(&[("main.tf", text)]).run(&["scan", "-f", "json"]).json();
        let findings = report["findings"].as_array().expect("findings");
        findings.iter().map(|finding| finding["fingerprint"].to_string()).collect()
    };
    let before = prints(LEAK);
    assert_eq!(before.len(), 2);
    assert_eq!(before, prints(&format!("# more\n\nlocals {{\n  a = 1\n}}\n{LEAK}")));
}

#[test]
fn colours_come_when_asked_and_only_then() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    assert!(!folder.run(&["scan"]).out.contains('\u{1b}'));
    assert!(folder.run(&["scan", "--color", "always"]).out.contains('\u{1b}'));
    assert!(!folder.run(&["scan", "--color", "never"]).out.contains('\u{1b}'));
    assert!(!folder.run(&["scan", "--color", "always", "-f", "json"]).out.contains('\u{1b}'));
}

#[test]
fn verbose_goes_to_standard_error() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let quiet = folder.run(&["scan", "-f", "json"]);
    let loud = folder.run(&["scan", "-f", "json", "-vvv"]);
    assert_eq!(quiet.out, loud.out);
    assert_eq!(quiet.err, "");
}
