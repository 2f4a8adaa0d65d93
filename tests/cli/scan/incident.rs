//! The founding incident: a key that stands nowhere is followed to line 235.

use insta::assert_snapshot;
use serde_json::Value;

use crate::rig::{Ran, command, root, run, text};

fn scan(arguments: &[&str]) -> Ran {
    run(command(&root()).arg("scan").args(arguments))
}

/// The finding of line 235 that names the file on the disk.
fn line_235(report: &Value) -> &Value {
    let mut findings = report["findings"].as_array().expect("findings").iter();
    let found = findings.find(|finding| {
        finding["rule"] == "secret-written-to-disk"
            && finding["location"]["path"] == "modules/app/user_data.sh"
    });
    found.expect("the finding of the incident")
}

#[test]
fn the_table_tells_the_whole_way() {
    let ran = scan(&["examples/incident"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert_snapshot!(ran.timeless(), @"");
}

#[test]
fn the_way_has_every_hop_in_order() {
    let ran = scan(&["--format", "json", "examples/incident"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let report = ran.json();
    let finding = line_235(&report);
    assert_eq!(finding["severity"], "critical");
    assert_eq!(finding["confidence"], "high");
    assert_eq!(finding["location"]["line"], 235);
    assert_eq!(finding["location"]["name"], "module.app.aws_instance.app");
    assert_eq!(finding["secret"]["origin"], "variable");
    assert_eq!(finding["sink"]["path"], "/opt/paperclip/.env");
    assert_eq!(finding["sink"]["durable"], true);
    let steps = finding["related"].as_array().expect("steps").iter().map(|step| {
        let path = text(&step["path"]);
        format!("{:6} {path}:{} {}\n", text(&step["role"]), step["line"], text(&step["message"]))
    });
    assert_snapshot!(steps.collect::<String>(), @"");
}

#[test]
fn the_incident_is_what_a_reader_of_any_format_sees_first() {
    let report = scan(&["--format", "json", "examples/incident"]).json();
    assert_eq!(&report["findings"][0], line_235(&report));
    let sarif = scan(&["--format", "sarif", "examples/incident"]).json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 235);
    let steps = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(steps.as_array().map(Vec::len), Some(5), "{steps}");
    let github = scan(&["--format", "github", "examples/incident"]).out;
    assert!(github.starts_with("::error file=modules/app/user_data.sh,line=235,"), "{github}");
    let markdown = scan(&["--format", "markdown", "examples/incident"]).out;
    let row = markdown.lines().find(|line| line.starts_with("| critical")).expect("a row");
    assert!(row.contains("`modules/app/user_data.sh:235`"), "{row}");
    // The table is read from its end.
    let table = scan(&["examples/incident"]).out;
    let last = table.lines().rfind(|line| line.starts_with("critical[")).expect("a finding");
    assert_eq!(last, "critical[secret-written-to-disk]: anthropic_api_key is written to /opt/paperclip/.env");
}

#[test]
fn a_fetched_secret_that_is_written_is_found_too() {
    let ran = scan(&["--format", "json", "examples/incident"]);
    assert_eq!(
        ran.findings(),
        [
            "secret-written-to-disk modules/app/user_data.sh:235",
            "secret-written-to-disk modules/worker/user_data.sh:24",
            "secret-in-user-data modules/app/user_data.sh:235",
        ]
    );
}

#[test]
fn the_mended_tree_passes_at_medium() {
    let ran = scan(&["--fail-on", "medium", "--format", "json", "examples/incident-fixed"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.findings(), ["secret-in-memory-file modules/app/user_data.sh:247"]);
    assert_eq!(ran.gaps(), Vec::<String>::new());
}
