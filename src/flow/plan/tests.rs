//! Plans and states, from JSON to flows.

use super::*;
use crate::source::Sources;
use crate::terraform::plan::recognise::recognise;

/// The flows of a document without sources, one a line, and the gaps.
fn told(text: &str) -> String {
    let sources = Sources::default();
    let source = sources.add_text("plan.json", "");
    let kind = recognise(text).expect("a document");
    let tokens = TokenTable::embedded();
    let reading = flows_of_document((source, text, kind), true, &Tree::default(), &tokens);
    let mut lines: Vec<String> = reading
        .facts
        .flows
        .iter()
        .map(|one| {
            let (flow, origin) = (&one.flow, &one.flow.trace.origin);
            let path = flow.sink.path.as_deref().unwrap_or("-");
            format!("{} {} {path} {} {}", flow.address, flow.sink.kind.word(), origin.name, flow.confidence())
        })
        .collect();
    lines.extend(reading.gaps.iter().map(|gap| format!("gap {}: {}", gap.name, gap.reason)));
    lines.join("\n")
}

/// A plan of one resource.
fn plan(type_name: &str, after: &str, unknown: &str, marks: &str, references: &str) -> String {
    format!(
        r#"{{"format_version":"1.2","variables":{{"api_key":{{"value":"Zx9-wq7Lk2pQ"}},"region":{{"value":"eu-west-1"}}}},
        "resource_changes":[{{"address":"{type_name}.web[0]","mode":"managed","type":"{type_name}","name":"web",
        "change":{{"actions":["create"],"after":{after},"after_unknown":{unknown},"after_sensitive":{marks}}}}}],
        "configuration":{{"root_module":{{"variables":{{"api_key":{{"sensitive":true}},"region":{{}}}},
        "resources":[{{"address":"{type_name}.web","mode":"managed","type":"{type_name}","name":"web",
        "expressions":{{{references}}}}}]}}}}}}"#
    )
}

#[test]
fn a_known_script_is_followed() {
    let script = r##"{"user_data":"#!/bin/bash\necho KEY=Zx9-wq7Lk2pQ > /opt/app/.env\n"}"##;
    insta::assert_snapshot!(told(&plan("aws_instance", script, "{}", "{}", "")), @r"
    aws_instance.web[0] user-data - var.api_key high
    aws_instance.web[0] file /opt/app/.env var.api_key high
    ");
}

#[test]
fn a_script_in_any_argument_is_a_script() {
    let script = r##"{"input":"#!/bin/bash\necho KEY=Zx9-wq7Lk2pQ > /opt/app/.env\n"}"##;
    insta::assert_snapshot!(told(&plan("terraform_data", script, "{}", "{}", "")), @"terraform_data.web[0] file /opt/app/.env var.api_key high");
}

#[test]
fn a_sum_and_an_unknown_are_told_by_reference() {
    let references = r#""user_data":{"references":["var.api_key","var.region"]}"#;
    let sum = r#"{"user_data":"a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"}"#;
    insta::assert_snapshot!(told(&plan("aws_instance", sum, "{}", "{}", references)), @"aws_instance.web[0] user-data - var.api_key high");
    insta::assert_snapshot!(
        told(&plan("aws_instance", "{}", r#"{"user_data":true}"#, "{}", references)),
        @"aws_instance.web[0] user-data - var.api_key high"
    );
}

#[test]
fn what_goes_through_a_local_is_a_gap_where_it_is_sensitive() {
    let references = r#""user_data":{"references":["local.script"]}"#;
    let sum = r#"{"user_data":"a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"}"#;
    insta::assert_snapshot!(told(&plan("aws_instance", sum, "{}", "{}", references)), @"");
    insta::assert_snapshot!(
        told(&plan("aws_instance", sum, "{}", r#"{"user_data":true}"#, references)),
        @"gap aws_instance.web[0].user_data: the plan holds only its SHA-1 (AWS provider before version 6), and it contains a sensitive value through a local value: scan the sources together with the plan"
    );
}

#[test]
fn base64_is_decoded() {
    // #!/bin/sh / echo Zx9-wq7Lk2pQ > /etc/key
    let after = r#"{"user_data_base64":"IyEvYmluL3NoCmVjaG8gWng5LXdxN0xrMnBRID4gL2V0Yy9rZXkK"}"#;
    insta::assert_snapshot!(told(&plan("aws_instance", after, "{}", "{}", "")), @r"
    aws_instance.web[0] user-data - var.api_key high
    aws_instance.web[0] file /etc/key var.api_key high
    ");
}

#[test]
fn a_file_names_its_path() {
    let after = r#"{"content":"key: Zx9-wq7Lk2pQ\n","filename":"./app.yml"}"#;
    insta::assert_snapshot!(told(&plan("local_file", after, "{}", "{}", "")), @"local_file.web[0] file ./app.yml var.api_key high");
}

#[test]
fn what_is_harmless_is_quiet() {
    let after =
        r##"{"user_data":"#!/bin/bash\naws configure set region eu-west-1\necho hello > /etc/motd\n"}"##;
    assert_eq!(told(&plan("aws_instance", after, "{}", "{}", "")), "");
    let deleted = plan("aws_instance", after, "{}", "{}", "").replace(r#"["create"]"#, r#"["delete"]"#);
    assert_eq!(told(&deleted), "");
}

#[test]
fn a_module_is_walked_through_its_inputs() {
    let text = r#"{"format_version":"1.2","variables":{"api_key":{"value":"Zx9-wq7Lk2pQ"}},
      "resource_changes":[
        {"address":"module.app[\"a\"].aws_instance.web","module_address":"module.app[\"a\"]","mode":"managed","type":"aws_instance","name":"web",
         "change":{"actions":["delete","create"],"after":{},"after_unknown":{"user_data":true}}},
        {"address":"module.app[\"b\"].aws_instance.web","module_address":"module.app[\"b\"]","mode":"managed","type":"aws_instance","name":"web",
         "change":{"actions":["create"],"after":{},"after_unknown":{"user_data":true}}}],
      "configuration":{"root_module":{"variables":{"api_key":{"sensitive":true}},
        "module_calls":{"app":{"source":"./app","expressions":{"token":{"references":["var.api_key"]}},
          "module":{"variables":{"token":{}},"resources":[{"address":"aws_instance.web","mode":"managed","type":"aws_instance","name":"web",
            "expressions":{"user_data":{"references":["var.token"]}}}]}}}}}}"#;
    insta::assert_snapshot!(told(text), @r#"module.app["a"].aws_instance.web user-data - var.api_key high"#);
}

#[test]
fn a_state_is_followed_and_summed_up() {
    let text = r##"{"version":4,"serial":3,"resources":[
      {"mode":"managed","type":"random_password","name":"db","instances":[{"attributes":{"result":"Zx9-wq7Lk2pQ"},"sensitive_attributes":[]}]},
      {"module":"module.app","mode":"managed","type":"aws_instance","name":"web","instances":[{"index_key":0,"attributes":
        {"user_data":"#!/bin/sh\necho Zx9-wq7Lk2pQ > /etc/key\n"}}]}]}"##;
    insta::assert_snapshot!(told(text), @r"
    module.app.aws_instance.web[0] user-data - random_password.db.result high
    module.app.aws_instance.web[0] file /etc/key random_password.db.result high
    state state - 2 secrets high
    ");
}

#[test]
fn what_a_template_made_is_in_the_state() {
    let state = |mode: &str, type_name: &str, attributes: &str| {
        told(&format!(
            r#"{{"version":4,"serial":3,"resources":[{{"mode":"{mode}","type":"{type_name}","name":"app","instances":[{{"attributes":{attributes}}}]}}]}}"#
        ))
    };
    let script =
        r##"{"rendered":"#!/bin/sh\nAPI_KEY=Zx9-wq7Lk2pQ4\necho \"API_KEY=$API_KEY\" > /etc/key\n"}"##;
    insta::assert_snapshot!(state("data", "template_file", script), @r"
    data.template_file.app file /etc/key API_KEY medium
    state state - template_file.rendered high
    ");
    let settings = r#"{"rendered":"[db]\nhost = db\npassword = Zx9-wq7Lk2pQ4\n"}"#;
    insta::assert_snapshot!(state("data", "template_file", settings), @"state state - template_file.rendered high");
    let part = r##"{"part":[{"content":"#cloud-config\nwrite_files:\n- path: /etc/key\n  content: password=Zx9-wq7Lk2pQ4\n"}]}"##;
    insta::assert_snapshot!(state("data", "cloudinit_config", part), @r"
    data.cloudinit_config.app user-data - password medium
    data.cloudinit_config.app file /etc/key password medium
    state state - cloudinit_config.part high
    ");
    let file = r#"{"filename":"a","content":"[db]\npassword = Zx9-wq7Lk2pQ4\n"}"#;
    insta::assert_snapshot!(state("managed", "local_file", file), @r"
    local_file.app file a password medium
    state state - local_file.content high
    ");
    let harmless = r##"{"rendered":"#!/bin/sh\necho hello > /etc/motd\npassword = $PASSWORD\n"}"##;
    assert_eq!(state("data", "template_file", harmless), "");
}

#[test]
fn an_output_is_a_secret_by_its_name() {
    let state = |name: &str, value: &str| {
        told(&format!(
            r#"{{"version":4,"serial":3,"resources":[],"outputs":{{"{name}":{{"value":"{value}","type":"string"}}}}}}"#
        ))
    };
    assert_eq!(state("db_password", "Zx9-wq7Lk2pQ4"), "state state - output high");
    assert_eq!(state("db_password_arn", "arn:aws:x"), "");
    assert_eq!(state("host", "Zx9-wq7Lk2pQ4"), "");
}

#[test]
fn paths_with_holes_are_the_same() {
    assert!(same_path("/opt/${var.app}/.env", "/opt/shop/.env"));
    assert!(same_path("/etc/key", "/etc/key"));
    assert!(!same_path("/etc/key", "/etc/key2"));
    assert!(!same_path("/opt/${var.app}/.env", "/srv/shop/.env"));
}

#[test]
fn hostile_documents_are_read_without_harm() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let text = format!(
        r#"{{"format_version":"1.2","resource_changes":[{{"address":"a_b.c","mode":"managed","type":"aws_instance","name":"c","change":{{"actions":["create"],"after":{{"user_data":{deep}}}}}}},5,null,{{}}],
        "configuration":{{"root_module":{{"module_calls":{{"a":{{"module":{{}}}}}},"resources":[{{"address":"x.y","expressions":{{"a":{{"references":["module.a.b","x.y.a"]}}}}}}]}}}}}}"#
    );
    insta::assert_snapshot!(told(&text), @r"
    gap resource_changes: 3 changes could not be parsed
    gap a_b.c: it has too many values, or they are nested too deeply
    ");
}
