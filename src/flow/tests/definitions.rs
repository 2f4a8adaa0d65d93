//! Commands that stand in definitions.

use super::*;

fn found(text: &str) -> Vec<String> {
    files(&lands(&[("main.tf", text)]))
        .into_iter()
        .map(|line| line.split(" main.tf").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_shell_of_a_container_is_read() {
    let task = |container: &str| {
        found(&format!(
            "variable \"root_password\" {{}}\nresource \"tls_private_key\" \"k\" {{}}\nresource \"aws_ecs_task_definition\" \"t\" {{\n  container_definitions = jsonencode([{{ name = \"p\", {container} }}])\n}}\n"
        ))
    };
    assert_eq!(
        task(
            "command = [\"sh\", \"-c\", \"echo -e \\\"$SSH_KEY\\\" | tee /etc/efs/id_rsa\"], secrets = [{ name = \"SSH_KEY\", valueFrom = \"arn:x\" }]"
        ),
        ["SSH_KEY > file /etc/efs/id_rsa"]
    );
    assert_eq!(
        task(
            "entryPoint = [\"bash\", \"-cx\"], command = [\"echo \\\"$SSH_KEY\\\" > /etc/efs/id_rsa && echo PW=${var.root_password} > /data/.env\"], environment = [{ name = \"SSH_KEY\", value = tls_private_key.k.private_key_pem }]"
        ),
        ["k.private_key_pem > file /etc/efs/id_rsa", "root_password > file /data/.env"]
    );
    assert!(task("command = [\"/app\", \"--port\", \"80\"], environment = [{ name = \"P\", value = var.root_password }]").is_empty());
}

#[test]
fn the_commands_of_documents_are_read() {
    for block in [
        "resource \"aws_ssm_association\" \"a\" {\n  parameters = { commands = \"echo PW=${var.root_password} > /root/.env\" }\n}",
        "resource \"aws_ssm_document\" \"a\" {\n  content = jsonencode({ mainSteps = [{ inputs = { runCommand = [\"#!/bin/bash\", \"echo PW=${var.root_password} > /root/.env\"] } }] })\n}",
        "resource \"aws_ssm_document\" \"a\" {\n  content = <<-DOC\n    schemaVersion: '2.2'\n    mainSteps:\n      - action: aws:runShellScript\n        inputs:\n          runCommand:\n            - echo PW=${var.root_password} > /root/.env\n  DOC\n}",
        "resource \"aws_imagebuilder_component\" \"a\" {\n  data = yamlencode({ phases = [{ steps = [{ inputs = { commands = [\"echo PW=${var.root_password} > /root/.env\"] } }] }] })\n}",
    ] {
        let told = found(&format!("variable \"root_password\" {{}}\n{block}\n"));
        assert_eq!(told, ["root_password > file /root/.env"], "{block}");
    }
}

#[test]
fn the_commands_of_a_compose_file_are_read() {
    let text = "services:\n  a:\n    command: sh -c 'echo $$DB_PASSWORD > /data/.env'\n  b:\n    entrypoint: [\"sh\", \"-c\", \"echo $$API_KEY > /data/key\"]\n  c:\n    command: [\"run\", \"$$API_KEY\"]\n";
    let sources = Sources::default();
    let source = sources.add_text("docker-compose.yml", text);
    let flows = flows_of_compose(source, "docker-compose.yml", text).facts;
    let mut told: Vec<_> = flows.iter().map(|flow| flow.sink.path.clone().unwrap()).collect();
    told.sort();
    assert_eq!(told, ["/data/.env", "/data/key"]);
}
