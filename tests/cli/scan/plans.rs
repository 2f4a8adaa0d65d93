//! Plans and states: what `terraform show -json` prints, and what lies in the tree.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::rig::{CLEAN, Folder, Ran, command, root, run};

fn fixture(name: &str) -> String {
    fs::read_to_string(root().join("fixtures").join(name)).expect("a fixture")
}

fn scan(arguments: &[&str], input: &str) -> Ran {
    let folder = root().join("fixtures/terraform");
    run(command(&folder).arg("scan").args(arguments).write_stdin(input.to_owned()))
}

/// One finding a line: severity, rule, place, resource, file.
fn told(report: &Value) -> String {
    let line = |finding: &Value| {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        format!(
            "{} {} {}:{} {} {}",
            word(&finding["severity"]),
            word(&finding["rule"]),
            word(&finding["location"]["path"]),
            finding["location"]["line"],
            word(&finding["location"]["name"]),
            word(&finding["sink"]["path"]),
        )
    };
    report["findings"].as_array().expect("findings").iter().map(line).collect::<Vec<_>>().join("\n")
}

fn told_of(name: &str) -> String {
    told(&scan(&["-", "-f", "json"], &fixture(name)).json())
}

#[test]
fn plans_that_terraform_made_are_followed() {
    assert_snapshot!(told_of("terraform/plan-local/plan.json"), @"critical secret-written-to-disk <stdin>:1 terraform_data.boot /opt/shop/.env");
    assert_snapshot!(told_of("terraform/plan-module/plan.json"), @r#"critical secret-written-to-disk <stdin>:1 module.app["blue"].terraform_data.web[0] /opt/app/token"#);
    assert_snapshot!(told_of("terraform/plan-replace/plan.json"), @"critical secret-written-to-disk <stdin>:1 terraform_data.web /etc/app.key");
    assert_snapshot!(told_of("terraform/plan-provisioner/plan.json"), @r"
    critical secret-written-to-disk <stdin>:1 terraform_data.web /etc/app.conf
    medium secret-in-process-arguments <stdin>:1 terraform_data.web -
    ");
}

/// fixtures/terraform/make-plans.sh makes them again with any `terraform`; what it treats by name must be there.
#[test]
fn the_script_that_makes_the_plans_knows_them() {
    let script = fixture("terraform/make-plans.sh");
    let words = script.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
    let named: Vec<&str> = words.filter(|word| word.starts_with("plan-") && word.len() > 5).collect();
    for name in named.iter().filter(|name| !matches!(**name, "plan-" | "plan-aws-")) {
        assert!(fixture(&format!("terraform/{name}/plan.json")).contains("terraform_version"), "{name}");
    }
    assert!(named.contains(&"plan-replace"));
}

#[test]
fn what_goes_or_stays_is_not_gated() {
    for name in [
        "terraform/plan-delete",
        "terraform/plan-no-op",
        "terraform/plan-ephemeral",
        "terraform/plan-unknown",
    ] {
        let ran = scan(&["-", "-f", "json"], &fixture(&format!("{name}/plan.json")));
        assert_eq!((ran.code, told(&ran.json()).as_str()), (0, ""), "{name}");
    }
}

#[test]
fn plans_of_aws_are_followed_by_text_and_by_reference() {
    assert_snapshot!(told_of("terraform/plan-aws-sha1/plan.json"), @r"
    critical secret-written-to-disk <stdin>:51 aws_launch_template.worker /opt/shop/.env
    high secret-in-user-data <stdin>:17 module.app.aws_instance.web[0] -
    high secret-in-user-data <stdin>:51 aws_launch_template.worker -
    ");
    assert_snapshot!(told_of("terraform/plan-aws-ecs/plan.json"), @r"
    high secret-written-beside-terraform <stdin>:38 local_file.kube ./app.ini
    medium secret-in-container-environment <stdin>:14 aws_ecs_task_definition.app -
    ");
}

#[test]
fn beside_its_sources_a_plan_adds_what_they_do_not_tell() {
    let with = |arguments: &[&str]| told(&scan(arguments, "").json());
    let sources = with(&["plan-aws-sha1", "-f", "json"]);
    assert_eq!(with(&["plan-aws-sha1", "--plan", "plan-aws-sha1/plan.json", "-f", "json"]), sources);
    assert_snapshot!(with(&["plan-local", "--plan", "plan-local/plan.json", "-f", "json"]), @r"
    critical secret-written-to-disk main.tf:13 terraform_data.boot /opt/shop/.env
    high literal-secret main.tf:5 var.db_password -
    ");
}

#[test]
fn a_plan_can_be_named_in_every_way() {
    let by = |arguments: &[&str]| scan(arguments, &fixture("terraform/plan-local/plan.json")).code;
    let named = "plan-local/plan.json";
    let ways: [&[&str]; 4] = [&["-"], &["--plan", "-"], &["--plan", named], &[named]];
    for way in ways {
        assert_eq!(by(way), 1, "{way:?}");
    }
    assert_eq!(by(&["--plan", named, "--plan", "plan-no-op/plan.json"]), 1, "several");
    assert_eq!(by(&["--plan", "-", "-"]), 2, "standard input can be read once");
    // As PowerShell's `>` writes it.
    let wide: Vec<u8> = "\u{FEFF}"
        .encode_utf16()
        .chain(fixture("terraform/plan-local/plan.json").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let folder = Folder::new(&[]);
    folder.write("plan.json", wide);
    assert_eq!(folder.run(&["scan", "--plan", "plan.json"]).code, 1);
}

#[test]
fn mistakes_are_told_with_what_to_run() {
    let whole = fixture("terraform/plan-local/plan.json");
    let cut = &whole[..whole.len() / 2];
    for (input, reason) in [
        (cut, "the JSON is truncated at line 1, column"),
        ("Terraform used the selected providers to generate\n", "the human-readable output of `terraform show`"),
        (
            "{\"@level\":\"info\",\"@message\":\"x\"}\n{\"@level\":\"info\"}\n",
            "the log of `terraform plan -json`",
        ),
        ("PK\u{3}\u{4}rest", "it is a plan file, not JSON"),
        ("{\"format_version\":\"2.0\",\"planned_values\":{}}", "newer than the supported ones"),
        ("{\"version\":3,\"serial\":1,\"modules\":[]}", "older than version 4"),
        ("[]", "invalid JSON at line 1"),
    ] {
        let ran = scan(&["--plan", "-"], input);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{reason}");
        assert!(ran.err.contains(reason) && ran.err.contains(" hint: "), "{reason}: {}", ran.err);
    }
}

#[test]
fn a_plan_that_ended_with_an_error_is_audited_in_part() {
    let text = fixture("terraform/plan-no-op/plan.json").replace("\"errored\":false", "\"errored\":true");
    let ran = scan(&["-"], &text);
    assert_eq!(ran.code, 3, "{}", ran.out);
}

#[test]
fn a_state_in_the_tree_is_one_finding() {
    let state = fixture("terraform/plan-no-op/state.json");
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    folder.write("terraform.tfstate", &state);
    folder.write("terraform.tfstate.backup", &state);
    folder.write("empty.tfstate", "");
    folder.write(
        "sealed.tfstate",
        "{\"serial\":1,\"meta\":{},\"encrypted_data\":\"eyJ\",\"encryption_version\":\"v0\"}",
    );
    assert_snapshot!(told(&folder.run(&["scan", "-f", "json"]).json()), @r"
    high secrets-in-state-file terraform.tfstate:1 state -
    high secrets-in-state-file terraform.tfstate.backup:1 state -
    ");
    folder.write("terraform.tfstate", "{\"version\":4,");
    assert_eq!(folder.run(&["scan", "--fail-on", "critical"]).code, 3, "a broken state is a gap");
    assert_eq!(
        scan(&["-"], &fixture("terraform/plan-no-op/shown-state.json")).code,
        0,
        "handed over, not committed"
    );
}

#[test]
fn what_a_plan_says_in_clear_is_not_lost() {
    let plan = |user_data: &str, rest: &str| {
        format!(
            r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{}}}}, "resource_changes": [{{"address": "aws_instance.w", "mode": "managed", "type": "aws_instance", "name": "w", "change": {{"actions": ["create"], "before": null, "after": {{"user_data": "{user_data}"}}, "after_unknown": {{}}, "after_sensitive": {{"user_data": true}}}}}}]{rest}}}"#
        )
    };
    let script = r#"#!/bin/sh\necho \"DB_PASSWORD=q7Rt2ZkLm9XvB4cWn8YpD3sF\" > /opt/x\n"#;
    assert_eq!(scan(&["-"], &plan(script, "")).code, 1, "a literal in a script");
    let stored = r#", "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": [{"address": "data.aws_ssm_parameter.p", "mode": "data", "type": "aws_ssm_parameter", "name": "p", "values": {"value": "83920174658", "name": "/x", "type": "SecureString"}, "sensitive_values": {"value": true}}]}}}, "configuration": {"root_module": {"resources": [{"address": "aws_instance.w", "mode": "managed", "type": "aws_instance", "name": "w", "expressions": {"user_data": {"references": ["data.aws_ssm_parameter.p.value", "data.aws_ssm_parameter.p"]}}}, {"address": "data.aws_ssm_parameter.p", "mode": "data", "type": "aws_ssm_parameter", "name": "p", "expressions": {"name": {"constant_value": "/x"}}}]}}"#;
    let script = r#"#!/bin/sh\necho \"X=83920174658\" > /opt/x\n"#;
    assert_eq!(scan(&["-"], &plan(script, stored)).code, 1, "a value that the plan marks");
}

#[test]
fn an_answer_that_is_no_plan_is_not_audited() {
    for text in ["{}", "{\"message\": \"Unauthorized\"}", "[]"] {
        let ran = scan(&["-"], text);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains("neither Terraform nor a plan"), "{}", ran.err);
    }
    assert_eq!(scan(&["-"], "{\"locals\": {}}").code, 0);
}
