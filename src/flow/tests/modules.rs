//! Modules as values, and templates that are made of texts.

use super::*;

fn through(value: &str, call: &str) -> Vec<String> {
    let main = format!(
        "variable \"api_key\" {{}}\nmodule \"a\" {{\n  source = \"./m\"\n{call}  pw = var.api_key\n}}\nresource \"aws_instance\" \"x\" {{\n  user_data = \"#!/bin/sh\\necho ${{{value}}} > /etc/x\\n\"\n}}\n"
    );
    let found = lands(&[
        ("main.tf", main.as_str()),
        ("m/main.tf", "variable \"pw\" {}\noutput \"out\" {\n  value = var.pw\n}\n"),
    ]);
    found.into_iter().filter(|line| line.contains("> file")).collect()
}

#[test]
fn a_module_is_a_value_of_its_outputs() {
    let each = "  for_each = toset([\"x\"])\n";
    for value in [
        "join(\",\", [for m in module.a : m.out])",
        "values(module.a)[*].out",
        "merge([for k, m in module.a : { (k) = m.out }]...)[\"x\"]",
        "jsonencode(module.a)",
    ] {
        assert_eq!(through(value, each).len(), 1, "{value}");
    }
    assert_eq!(through("one(module.a).out", "  count = 1\n").len(), 1);
    for value in ["module.a[\"out\"]", "lookup(module.a, \"out\", \"\")", "jsonencode(module.a)"] {
        assert_eq!(through(value, "").len(), 1, "{value}");
    }
}

#[test]
fn a_module_that_is_passed_whole_keeps_its_secrets() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"api_key\" {}\nmodule \"a\" {\n  source = \"./m\"\n  pw = var.api_key\n}\nmodule \"b\" {\n  source = \"./n\"\n  m = module.a\n}\n",
        ),
        ("m/main.tf", "variable \"pw\" {}\noutput \"out\" {\n  value = var.pw\n}\n"),
        (
            "n/main.tf",
            "variable \"m\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/sh\\necho ${var.m.out} > /etc/x\\n\"\n}\n",
        ),
    ]);
    assert_eq!(files(&found), ["api_key > file /etc/x n/main.tf:3 medium"]);
}

#[test]
fn a_text_that_is_a_template_is_rendered() {
    let found = main_tf(
        "variable \"api_key\" {}\nlocals {\n  t = \"#!/bin/sh\\necho $${p} > /etc/x\\n\"\n}\nresource \"aws_instance\" \"x\" {\n  user_data = templatestring(local.t, { p = var.api_key })\n}\n",
    );
    assert_eq!(files(&found).len(), 1, "{found:?}");
}
