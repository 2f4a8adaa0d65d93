//! Base64 inside of scripts and of cloud-init, scripts that are kept or copied, and providers that no table knows.

use super::*;

const CLOUD_CONFIG: &str =
    "#cloud-config\nwrite_files:\n  - path: /etc/app.yaml\n    encoding: b64\n    content: ${content}\n";

#[test]
fn what_cloud_init_decodes_is_told_at_its_own_line() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"api_key\" {}\nlocals {\n  packed = var.api_key == \"\" ? \"\" : base64encode(templatefile(\"${path.module}/app.yaml.tftpl\", { k = var.api_key }))\n}\nresource \"hcloud_server\" \"x\" {\n  user_data = templatefile(\"${path.module}/init.yaml.tftpl\", { content = local.packed })\n}\n",
        ),
        ("init.yaml.tftpl", CLOUD_CONFIG),
        ("app.yaml.tftpl", "name: app\napi-key: ${k}\n"),
    ]);
    assert_eq!(files(&found), ["api_key > file /etc/app.yaml app.yaml.tftpl:2 medium"]);
}

#[test]
fn what_a_shell_decodes_is_one_word_before() {
    let found = main_tf(
        "variable \"redis_password\" {}\nlocals {\n  conf = base64encode(<<-EOT\n    port 1\n    requirepass ${var.redis_password}\n  EOT\n  )\n}\nresource \"aws_instance\" \"x\" {\n  user_data = <<-EOT\n    #!/bin/sh\n    echo ${local.conf} | base64 -d > /etc/redis.conf\n  EOT\n}\n",
    );
    assert_eq!(files(&found), ["redis_password > file /etc/redis.conf main.tf:5 medium"]);
}

#[test]
fn an_object_that_is_called_a_script_is_read_as_one() {
    let found = main_tf(
        "variable \"admin_password\" {}\nresource \"aws_s3_object\" \"setup\" {\n  key = \"setup.ps1\"\n  content = <<-EOT\n    # Sets up the machine.\n    Set-Content C:\\\\pw.txt ${var.admin_password}\n  EOT\n}\n",
    );
    assert_eq!(files(&found), ["admin_password > file C:\\\\pw.txt main.tf:6 medium"]);
}

#[test]
fn a_copied_script_gets_the_arguments_and_variables_of_the_command_that_runs_it() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"db_password\" {}\nresource \"null_resource\" \"x\" {\n  provisioner \"file\" {\n    source = \"run.sh\"\n    destination = \"/tmp/run.sh\"\n  }\n  provisioner \"remote-exec\" {\n    inline = [\"chmod +x /tmp/run.sh\", \"sudo TOKEN='${var.db_password}' /tmp/run.sh ${var.db_password}\"]\n  }\n}\n",
        ),
        ("run.sh", "#!/bin/sh\necho \"$1\" > /etc/first\necho \"$TOKEN\" > /etc/token\n"),
    ]);
    assert_eq!(
        files(&found),
        ["db_password > file /etc/first run.sh:2 medium", "db_password > file /etc/token run.sh:3 medium"]
    );
}

#[test]
fn a_comment_in_backticks_is_no_argument() {
    let found = main_tf(
        "variable \"db_password\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = <<-EOT\n    #!/bin/sh\n    keep() { echo \"$2\" > /etc/kept; }\n    keep 20 `# times` ${var.db_password}\n  EOT\n}\n",
    );
    assert_eq!(files(&found), ["db_password > file /etc/kept main.tf:5 medium"]);
}

#[test]
fn user_data_and_environments_of_unknown_providers_are_known_by_their_names() {
    let found = main_tf(
        "variable \"api_key\" {}\nresource \"acme_machine\" \"x\" {\n  cloudinit {\n    user_data = \"#!/bin/sh\\necho ${var.api_key} > /etc/key\\n\"\n  }\n}\nresource \"acme_job\" \"y\" {\n  spec {\n    dynamic \"container\" {\n      for_each = [{ env = { KEY = var.api_key } }]\n      content {\n        env {\n          name  = \"KEY\"\n          value = container.value.env.KEY\n        }\n      }\n    }\n  }\n}\n",
    );
    assert_eq!(files(&found), ["api_key > file /etc/key main.tf:4 medium"]);
    assert!(found.iter().any(|line| line.starts_with("api_key > environment")), "{found:?}");
}

#[test]
fn a_template_that_nobody_can_read_loses_no_variable() {
    let found = main_tf(
        "variable \"runner_token\" {}\ndata \"http\" \"t\" {\n  url = \"https://example.com/t\"\n}\ndata \"template_file\" \"t\" {\n  template = data.http.t.body\n  vars = { t = var.runner_token }\n}\nresource \"aws_instance\" \"x\" {\n  user_data = data.template_file.t.rendered\n}\n",
    );
    assert_eq!(user_data(&found).len(), 1, "{found:?}");
}

#[test]
fn what_is_declared_sensitive_and_is_public_is_a_guess() {
    let found = main_tf(
        "variable \"ssh_public_key\" {\n  sensitive = true\n}\nvariable \"admin_password_id\" {\n  sensitive = true\n}\nvariable \"db_user\" {\n  sensitive = true\n}\nvariable \"ssh_private_key\" {\n  default = \"~/.ssh/id_rsa\"\n}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/sh\\necho ${var.ssh_public_key} > /a\\necho ${var.admin_password_id} > /b\\necho ${var.db_user} > /c\\necho ${var.ssh_private_key} > /d\\n\"\n}\n",
    );
    assert_eq!(
        files(&found),
        [
            "admin_password_id > file /b main.tf:14 low",
            "db_user > file /c main.tf:14 low",
            "ssh_public_key > file /a main.tf:14 low",
        ]
    );
}

#[test]
fn two_mappings_are_one_configuration() {
    let found = |user_data: &str| {
        let main = format!(
            "variable \"api_key\" {{}}\nlocals {{\n  a = {{ write_files = [{{ path = \"/etc/a\", content = var.api_key, owner = null }}], x = [] }}\n  b = {{ runcmd = [[\"ls\", \"/\"], \"id\"], users = [{{ name = \"a\", groups = [\"b\", \"c\"] }}] }}\n}}\nresource \"aws_instance\" \"x\" {{\n  user_data = {user_data}\n}}\n"
        );
        lands(&[("main.tf", main.as_str())])
    };
    for user_data in [
        "join(\"\\n\", [\"#cloud-config\", yamlencode(local.a), yamlencode(local.b)])",
        "join(\"\\n\", [\"#cloud-config\", yamlencode(local.b), yamlencode(local.a)])",
        "\"#cloud-config\\n${yamlencode(local.b)}${yamlencode(local.a)}\"",
        "\"#cloud-config\\n${yamlencode(merge(local.b, local.a))}\"",
    ] {
        let found = found(user_data);
        assert!(found.iter().any(|line| line.starts_with("api_key > file /etc/a")), "{user_data}: {found:?}");
    }
}
