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

#[test]
fn a_root_module_that_its_examples_call_is_still_a_root() {
    let module = |more: &str| {
        format!(
            "{more}variable \"api_key\" {{\n  default = \"\"\n  sensitive = true\n}}\nresource \"aws_instance\" \"x\" {{\n  user_data = \"#!/bin/sh\\necho ${{var.api_key}} > /etc/x\\n\"\n}}\n"
        )
    };
    let sure = |main: &str, example: &str, more: &[(&str, &str)]| {
        let mut all = vec![("main.tf", main), (example, "module \"a\" {\n  source = \"../..\"\n}\n")];
        all.extend_from_slice(more);
        files(&lands(&all)).iter().any(|line| line.ends_with("high"))
    };
    for more in ["terraform {\n  backend \"s3\" {}\n}\n", "provider \"aws\" {\n  region = var.region\n}\n"] {
        assert!(sure(&module(more), "examples/a/main.tf", &[]), "{more}");
    }
    assert!(sure(&module(""), "examples/a/main.tf", &[("terraform.tfvars", "region = \"x\"\n")]));
    // A module for others, and one of old times with a provider in it.
    assert!(!sure(&module("provider \"aws\" {}\n"), "examples/a/main.tf", &[]));
    let old = module("provider \"aws\" {\n  region = var.region\n}\n");
    let found = lands(&[("main.tf", "module \"a\" {\n  source = \"./m\"\n}\n"), ("m/main.tf", &old)]);
    assert_eq!(files(&found).len(), 1, "{found:?}");
    assert!(files(&found)[0].ends_with("low"), "{found:?}");
}

#[test]
fn packer_and_terraform_in_one_folder_have_variables_of_their_own() {
    let build = "variable \"db_password\" {}\nbuild {\n  provisioner \"shell\" {\n    environment_vars = [\"P=${var.db_password}\"]\n    inline = [\"echo pw=$P > /etc/app.conf\", \"echo with $P\"]\n  }\n}\n";
    let alone = lands(&[("image.pkr.hcl", build)]);
    assert!(alone.iter().any(|line| line.contains("> boot-log")), "{alone:?}");
    for declared in ["sensitive = true", "default = \"Terraf0rm-Side!9\""] {
        let main = format!("variable \"db_password\" {{\n  {declared}\n}}\n");
        assert_eq!(lands(&[("image.pkr.hcl", build), ("variables.tf", main.as_str())]), alone, "{declared}");
    }
    let call = "module \"m\" {\n  source = \"./m\"\n}\n";
    let called = lands(&[("main.tf", call), ("m/image.pkr.hcl", build), ("m/main.tf", "locals {}\n")]);
    assert_eq!(called.len(), alone.len(), "{called:?}");
}

#[test]
fn the_folder_that_init_makes_is_not_outside() {
    for (source, advice) in [("./.terraform/modules/a", "terraform init"), ("../a", "scan the folder")] {
        let sources = Sources::default();
        let main = format!("module \"a\" {{\n  source = \"{source}\"\n}}\n");
        let tree = tree_of(&[("main.tf", main)], &sources).facts;
        let root = tree.roots().into_iter().next().unwrap();
        let gaps = flows_of_root(&tree, &sources, root).0.gaps;
        assert!(gaps.len() == 1 && gaps.iter().all(|gap| gap.reason.contains(advice)), "{gaps:?}");
    }
}
