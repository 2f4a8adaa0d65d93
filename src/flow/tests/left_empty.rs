//! What is empty, and what is left empty, is no secret; maps as Terraform 0.11 had them.

use super::*;

#[test]
fn an_input_that_nobody_fills_is_a_guess() {
    let found = |call: &str, default: &str| {
        let main = format!("module \"a\" {{\n  source = \"./m\"\n{call}}}\n");
        let module = format!(
            "variable \"api_key\" {{\n  default = {default}\n  sensitive = true\n}}\nresource \"aws_instance\" \"x\" {{\n  user_data = \"#!/bin/sh\\necho ${{var.api_key}} > /etc/x\\n\"\n}}\n"
        );
        let found = lands(&[("main.tf", main.as_str()), ("m/main.tf", module.as_str())]);
        files(&found).into_iter().cloned().collect::<Vec<String>>()
    };
    for default in ["\"\"", "null"] {
        assert_eq!(found("", default), ["api_key > file /etc/x m/main.tf:6 low"]);
        assert_eq!(found("  api_key = var.k\n", default), ["api_key > file /etc/x m/main.tf:6 medium"]);
        assert_eq!(found("  api_key = \"\"\n", default), [""; 0]);
    }
}

#[test]
fn maps_that_are_blocks() {
    let found = lands(&[(
        "main.tf",
        "variable \"api_key\" {}\nresource \"template_dir\" \"a\" {\n  source_dir = \"x\"\n  destination_dir = \"./out\"\n  vars {\n    k = \"${var.api_key}\"\n  }\n}\nresource \"null_resource\" \"b\" {\n  provisioner \"local-exec\" {\n    command = \"echo $K > /etc/x\"\n    environment {\n      K = \"${var.api_key}\"\n    }\n  }\n}\n",
    )]);
    assert_eq!(
        files(&found),
        ["api_key > file ./out main.tf:6 medium", "api_key > file /etc/x main.tf:11 medium"]
    );
}

#[test]
fn a_user_s_name_is_a_guess_even_when_sensitive() {
    let found = main_tf(
        "variable \"db_username\" {\n  sensitive = true\n}\nvariable \"webhook_url\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/sh\\necho ${var.db_username} > /etc/x\\necho ${var.webhook_url} > /etc/y\\n\"\n}\n",
    );
    assert_eq!(
        files(&found),
        ["db_username > file /etc/x main.tf:8 low", "webhook_url > file /etc/y main.tf:8 high"]
    );
}

#[test]
fn nothing_comes_from_dev_null() {
    for source in ["\"/dev/null\"", "var.c ? \"./cert.pem\" : \"/dev/null\""] {
        let main = format!(
            "variable \"c\" {{}}\nresource \"aws_instance\" \"x\" {{\n  provisioner \"file\" {{\n    source = {source}\n    destination = \"/etc/x\"\n  }}\n}}\n"
        );
        let sources = Sources::default();
        let tree = tree_of(&[("main.tf", main.as_str())], &sources).facts;
        let (reading, _) = flows_of_root(&tree, &sources, tree.roots()[0]);
        assert!(reading.gaps.iter().all(|gap| gap.name != "null"), "{source}");
    }
}

#[test]
fn commands_and_files_of_other_providers() {
    let found = main_tf(
        "variable \"api_key\" {}\nresource \"azurerm_virtual_machine_extension\" \"a\" {\n  settings = jsonencode({ commandToExecute = \"echo ${var.api_key} > /a\" })\n  protected_settings = jsonencode({ script = base64encode(\"echo ${var.api_key} > /b\") })\n}\nresource \"ssh_resource\" \"b\" {\n  commands = [\"echo ${var.api_key} > /c\", \"echo ${var.api_key}\"]\n  file {\n    content = var.api_key\n    destination = \"/d\"\n  }\n}\n",
    );
    let places: Vec<&str> = files(&found).into_iter().map(|line| &line[15..17]).collect();
    assert_eq!(places, ["/a", "/b", "/c", "/d"], "{found:?}");
    assert!(!found.iter().any(|line| line.contains("boot-log")), "{found:?}");
}
