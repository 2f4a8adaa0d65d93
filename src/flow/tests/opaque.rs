//! Modules that are not here, given scripts somewhere inside of an input.

use super::*;

const FETCHES: &str = "#!/bin/bash\naws ssm get-parameter --name /a/key --with-decryption > /etc/app.env\n";

fn given(input: &str) -> Vec<String> {
    let main = format!("module \"m\" {{\n  source = \"a/b/aws\"\n  {input}\n}}\n");
    let found = lands(&[("main.tf", &main), ("s.sh", FETCHES)]);
    files(&found).into_iter().map(|line| line.split(" s.sh").next().unwrap().to_owned()).collect()
}

#[test]
fn a_script_anywhere_in_an_input_is_read() {
    let file = "file(\"${path.module}/s.sh\")";
    for input in [
        format!("x = {file}"),
        format!("x = [{file}]"),
        format!("x = {{ content = {file} }}"),
        format!("x = [{{ content = {file}, permissions = \"0755\" }}]"),
        format!("instances = {{ a = {{ user_data = {file} }} }}"),
        format!("eks_managed_node_groups = {{ a = {{ pre_bootstrap_user_data = {file} }} }}"),
    ] {
        assert_eq!(given(&input), ["key > file /etc/app.env"], "{input}");
    }
}

#[test]
fn commands_without_a_first_line_are_a_script() {
    let fetch = "aws ssm get-parameter --name /a/key --with-decryption > /etc/pw";
    for input in [
        format!("cloud_init = {{ runcmd = [\"{fetch}\"] }}"),
        format!("node_groups = {{ a = {{ user_data = \"{fetch}\" }} }}"),
        format!("x = [{{ content = <<-EOT\n{fetch}\nEOT\n}}]"),
    ] {
        let found = given(&input);
        assert!(found.iter().any(|line| line.starts_with("key > file /etc/pw")), "{input}: {found:?}");
    }
}

#[test]
fn text_that_is_no_script_is_none() {
    assert!(given("x = { policy = \"{\\\"a\\\": 1}\", note = \"use a > b\" }").is_empty());
}
