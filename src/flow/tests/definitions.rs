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

#[test]
fn what_a_service_keeps_is_a_definition() {
    for block in [
        "resource \"aws_glue_connection\" \"c\" {\n  connection_properties = { USERNAME = \"etl\", PASSWORD = var.root_password }\n}",
        "resource \"aws_sns_topic_subscription\" \"s\" {\n  protocol = \"https\"\n  endpoint = \"https://alerts.example.com/v1?apiKey=${var.root_password}\"\n}",
        "resource \"aws_cloudwatch_event_target\" \"t\" {\n  http_target { header_parameters = { x-api-key = var.root_password } }\n}",
        "resource \"aws_codebuild_project\" \"p\" {\n  source {\n    buildspec = \"version: 0.2\\nenv:\\n  variables:\\n    PW: ${var.root_password}\\n\"\n  }\n}",
        "data \"talos_machine_configuration\" \"m\" {\n  config_patches = [yamlencode({ cluster = { inlineManifests = [{ contents = var.root_password }] } })]\n}",
        "resource \"ansible_playbook\" \"p\" {\n  extra_vars = { db_pass = var.root_password }\n}",
    ] {
        let told = found(&format!("variable \"root_password\" {{}}\n{block}\n"));
        assert_eq!(told, Vec::<String>::new(), "{block}");
        let told = lands(&[("main.tf", &format!("variable \"root_password\" {{}}\n{block}\n"))]);
        assert!(told.iter().any(|line| line.starts_with("root_password > definition")), "{block}: {told:?}");
    }
}

#[test]
fn a_machine_configuration_of_talos_in_user_data_is_found() {
    let told = lands(&[(
        "main.tf",
        "resource \"talos_machine_secrets\" \"s\" {}\ndata \"talos_machine_configuration\" \"m\" {\n  for_each = { a = 1 }\n  machine_secrets = talos_machine_secrets.s.machine_secrets\n}\nlocals { configs = { for key, config in data.talos_machine_configuration.m : key => config.machine_configuration } }\nresource \"hcloud_server\" \"s\" {\n  user_data = local.configs[\"a\"]\n}\n",
    )]);
    assert_eq!(user_data(&told), ["m.machine_configuration > user-data - main.tf:8 high"]);
}

#[test]
fn an_older_template_of_packer_is_followed() {
    let template = r#"{
  "variables": {"app_token": "{{env `APP_TOKEN`}}", "region": "eu-west-1"},
  "sensitive-variables": ["app_token"],
  "builders": [{"type": "amazon-ebs", "access_key": "{{user `aws_key`}}", "ssh_password": "Tr0ub4dor-x3"}],
  "provisioners": [
    {"type": "shell", "environment_vars": ["TOKEN={{user `app_token`}}"],
     "inline": ["echo token=${TOKEN} > /etc/app.conf"]},
    {"type": "shell", "script": "{{template_dir}}/../set-up.sh"},
    {"type": "ansible", "extra_arguments": ["-e", "token={{ user `app_token` }}"]}
  ]
}"#;
    let sources = Sources::default();
    let fetch = "#!/bin/sh\naws ssm get-parameter --name /a/key --with-decryption > /etc/key\n";
    let tree = tree_of(&[("images/packer.json", template), ("set-up.sh", fetch)], &sources).facts;
    let mut told = Vec::new();
    for directory in tree.roots() {
        for flow in flows_of_root(&tree, &sources, directory).0.facts.flows {
            let line = sources.position(flow.sink.at).line;
            told.push(format!("{} > {} {line}", flow.trace.origin.key, flow.sink.kind.word()));
        }
    }
    told.sort();
    assert_eq!(told, ["app_token > file 7", "app_token > process-arguments 9", "key > file 2"]);
}
