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
    assert_snapshot!(ran.timeless(), @r##"
    critical[secret-written-to-disk]: api_key is written to /opt/worker/worker.env
      --> examples/incident/modules/worker/user_data.sh:15:12
       |
    15 | api_key="$(aws ssm get-parameter \
       | ----------------------------------
       | |          |
       | |          1 aws ssm get-parameter /paperclip-app/anthropic/api-key begins here (command)
       | 2 assigned to shell variable api_key
       |
      ::: examples/incident/modules/worker/user_data.sh:21:1
       |
    21 | cat > /opt/worker/worker.env <<CONF
       | ----------------------------------- 3 in the here-document of `cat`
       |
      ::: examples/incident/modules/worker/user_data.sh:24:1
       |
    24 | ANTHROPIC_API_KEY=$api_key
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^ 4 written to /opt/worker/worker.env by `cat`
       |
       = fix: Remove the line, and let the program fetch the secret when it starts: from SSM
              Parameter Store (elsewhere: Key Vault, Secret Manager, Vault) with the machine's
              own role, into memory. For a systemd service write it to a file under /run for
              `LoadCredential=` to pass on; for the AWS CLI use `credential_process`. Then
              rotate the secret: it is on every disk and snapshot made since.
       = confidence: high
       = more: secretrail rules explain secret-written-to-disk

    critical[secret-written-to-disk]: anthropic_api_key is written to /opt/paperclip/.env
       --> examples/incident/variables.tf:19:10
        |
     19 | variable "anthropic_api_key" {
        |          ------------------- 1 var.anthropic_api_key begins here (variable)
        |
       ::: examples/incident/main.tf:38:3
        |
     38 |   anthropic_api_key = var.anthropic_api_key
        |   ----------------- 2 passed to input anthropic_api_key of module.app
        |
       ::: examples/incident/modules/app/main.tf:61:5
        |
     61 |     anthropic_api_key = var.anthropic_api_key
        |     ----------------- 3 passed to template variable anthropic_api_key
        |
       ::: examples/incident/modules/app/main.tf:56:3
        |
     56 |   user_data = templatefile("${path.module}/user_data.sh", {
        |   --------------------------------------------------------- 4 rendered into user_data of module.app.aws_instance.app
        |
       ::: examples/incident/modules/app/user_data.sh:235:1
        |
    235 | echo "ANTHROPIC_API_KEY=${anthropic_api_key}" >> /opt/paperclip/.env
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 5 appended to /opt/paperclip/.env by `echo`
        |
        = also: secret-in-user-data (high) at the same line, fingerprint
                ada24dd32b5ce10193de3652ce531f5f
        = fix: Remove the line, and let the program fetch the secret when it starts: from SSM
               Parameter Store (elsewhere: Key Vault, Secret Manager, Vault) with the machine's
               own role, into memory. For a systemd service write it to a file under /run for
               `LoadCredential=` to pass on; for the AWS CLI use `credential_process`. Then
               rotate the secret: it is on every disk and snapshot made since.
        = confidence: high
        = more: secretrail rules explain secret-written-to-disk

     rule                   | critical | high 
    ------------------------+----------+------
     secret-written-to-disk |        2 |      
     secret-in-user-data    |          |    1 
     all                    |        2 |    1 
    Read 8 files in TIME
    3 findings, 2 of them on a disk: 2 critical, 1 high. Exit code 1
    "##);
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
    assert_snapshot!(steps.collect::<String>(), @r##"
    origin variables.tf:19 var.anthropic_api_key begins here (variable)
    hop    main.tf:38 passed to input anthropic_api_key of module.app
    hop    modules/app/main.tf:61 passed to template variable anthropic_api_key
    hop    modules/app/main.tf:56 rendered into user_data of module.app.aws_instance.app
    sink   modules/app/user_data.sh:235 appended to /opt/paperclip/.env by `echo`
    "##);
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
    assert!(
        github.starts_with("::error file=examples/incident/modules/app/user_data.sh,line=235,"),
        "{github}"
    );
    let markdown = scan(&["--format", "markdown", "examples/incident"]).out;
    let row = markdown.lines().find(|line| line.starts_with("| critical")).expect("a row");
    assert!(row.contains("`examples/incident/modules/app/user_data.sh:235`"), "{row}");
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
