//! Small trees, and where their secrets land.

mod bounds;
mod copied;
mod definitions;
mod encoded;
mod left_empty;
mod modules;
mod opaque;
mod values;
mod windows;

use std::path::PathBuf;

use super::*;
use crate::source::walk::{FileKind, Found};
use crate::terraform::tree::Input;

/// Reads files of `/tree`.
fn tree_of(files: &[(&str, impl AsRef<str>)], sources: &Sources) -> Reading<Tree> {
    let root = PathBuf::from("/tree");
    sources.set_base(root.clone());
    sources.permit(root.clone());
    let inputs = files.iter().map(|(name, text)| {
        let path = root.join(name);
        let source = sources.add_file(*name, &path);
        sources.document(source).set_text(text.as_ref().into());
        Input { source, found: Found { kind: FileKind::at(&path).unwrap(), path } }
    });
    Tree::build(sources, &inputs.collect::<Vec<Input>>())
}

/// One line for each flow: `secret > kind path file:line confidence`.
fn lands(files: &[(&str, &str)]) -> Vec<String> {
    let (root, sources) = (PathBuf::from("/tree"), Sources::default());
    let built = tree_of(files, &sources);
    assert_eq!(built.gaps, []);
    let mut tree = built.facts;
    tree.add_downloaded(&root, vec![("far".into(), root.join(".terraform/modules/far"))]);
    let mut lines: Vec<String> = Vec::new();
    for directory in tree.roots() {
        let (reading, _) = flows_of_root(&tree, &sources, directory);
        for flow in reading.facts.flows {
            let place = sources.position(flow.sink.at);
            lines.push(format!(
                "{} > {} {} {}:{} {}",
                flow.trace.origin.key,
                flow.sink.kind.word(),
                flow.sink.path.as_deref().unwrap_or("-"),
                sources.name(flow.sink.at.source),
                place.line,
                flow.confidence(),
            ));
        }
    }
    lines.sort();
    lines.dedup();
    lines
}

/// The flows of one `main.tf` that are no process arguments.
fn main_tf(text: &str) -> Vec<String> {
    let mut found = lands(&[("main.tf", text)]);
    found.retain(|line| !line.contains("process-arguments"));
    found
}

fn user_data(lines: &[String]) -> Vec<&String> {
    lines.iter().filter(|line| line.contains("> user-data")).collect()
}

fn files(lines: &[String]) -> Vec<&String> {
    lines.iter().filter(|line| line.contains("> file")).collect()
}

const ECHO: &str = "#!/bin/bash\necho \"K=${k}\" > /etc/app.env\n";

#[test]
fn a_map_passes_two_modules_into_a_computed_template_path() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"api_token\" { sensitive = true }\nmodule \"a\" {\n  source = \"./a\"\n  settings = { app = \"web\", token = var.api_token }\n}\n",
        ),
        (
            "a/main.tf",
            "variable \"settings\" {}\nmodule \"b\" {\n  source = \"../b\"\n  settings = merge(var.settings, { more = 1 })\n}\n",
        ),
        (
            "b/main.tf",
            "variable \"settings\" {}\ndata \"template_file\" \"x\" {\n  template = file(\"${path.module}/scripts/${var.settings.app}.sh\")\n  vars = { k = var.settings[\"token\"] }\n}\nresource \"aws_instance\" \"x\" {\n  user_data = data.template_file.x.rendered\n}\n",
        ),
        ("b/scripts/web.sh", ECHO),
        ("b/scripts/other.sh", "#!/bin/bash\necho ${k} > /etc/other\n"),
    ]);
    assert_eq!(files(&found), ["api_token > file /etc/app.env b/scripts/web.sh:2 high"]);
}

#[test]
fn a_path_that_cannot_be_known_is_every_file_that_it_could_be() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"kind\" {}\nvariable \"api_token\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = templatefile(\"${path.module}/boot-${var.kind}.sh\", { k = var.api_token })\n}\n",
        ),
        ("boot-a.sh", ECHO),
        ("boot-b.sh", ECHO),
        ("stop-c.sh", ECHO),
    ]);
    assert_eq!(
        files(&found),
        [
            "api_token > file /etc/app.env boot-a.sh:2 medium",
            "api_token > file /etc/app.env boot-b.sh:2 medium",
        ]
    );
}

#[test]
fn both_arms_of_a_conditional_are_followed() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"api_token\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = var.big ? templatefile(\"a.sh\", { k = var.api_token }) : templatefile(\"b.sh\", { k = var.api_token })\n}\n",
        ),
        ("a.sh", ECHO),
        ("b.sh", "#!/bin/sh\necho ${k} >> /root/.netrc\n"),
    ]);
    assert_eq!(
        files(&found),
        ["api_token > file /etc/app.env a.sh:2 medium", "api_token > file /root/.netrc b.sh:2 medium",]
    );
}

#[test]
fn each_element_of_a_collection_is_looked_at_once() {
    let found = main_tf(
        "resource \"random_password\" \"db\" {\n  for_each = toset([\"a\", \"b\"])\n}\nresource \"aws_instance\" \"x\" {\n  for_each = { a = { port = 1 }, b = { port = 2 } }\n  user_data = <<-EOT\n    #!/bin/bash\n    echo ${random_password.db[each.key].result} > /etc/${each.key}.pw\n  EOT\n}\n",
    );
    assert_eq!(files(&found), ["db > file /etc/${each.key}.pw main.tf:8 high"]);
}

#[test]
fn dynamic_blocks_and_iterators_are_followed() {
    let found = main_tf(
        "variable \"parts\" { default = { one = \"x\" } }\nvariable \"root_password\" {}\ndata \"cloudinit_config\" \"c\" {\n  dynamic \"part\" {\n    for_each = var.parts\n    iterator = p\n    content {\n      content = \"#!/bin/bash\\necho ${var.root_password} > /etc/${p.key}\\n\"\n    }\n  }\n}\n",
    );
    assert_eq!(files(&found), ["root_password > file /etc/one main.tf:8 medium"]);
}

#[test]
fn splats_joins_and_formats_keep_the_secret() {
    let found = main_tf(
        "resource \"random_password\" \"u\" {\n  count = 3\n}\nlocals {\n  all = join(\",\", random_password.u[*].result)\n  line = format(\"users=%s\", local.all)\n}\nresource \"aws_instance\" \"x\" {\n  user_data = base64encode(\"#!/bin/bash\\necho '${local.line}' > /etc/users\\n\")\n}\n",
    );
    assert_eq!(files(&found), ["u > file /etc/users main.tf:9 high"]);
}

#[test]
fn a_for_expression_keeps_each_value() {
    let found = main_tf(
        "variable \"users\" { default = { a = 1 } }\nresource \"random_password\" \"u\" { for_each = var.users }\nlocals {\n  lines = [for name, _ in var.users : \"${name}:${random_password.u[name].result}\"]\n}\nresource \"aws_instance\" \"x\" {\n  user_data = <<EOT\n#!/bin/bash\ncat > /etc/htpasswd.txt <<'EOF'\n%{ for line in local.lines ~}\n${line}\n%{ endfor ~}\nEOF\nEOT\n}\n",
    );
    assert_eq!(files(&found), ["u > file /etc/htpasswd.txt main.tf:11 high"]);
}

#[test]
fn replace_puts_the_secret_where_the_mark_stands() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"api_key\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = replace(file(\"boot.sh\"), \"@@KEY@@\", var.api_key)\n}\n",
        ),
        ("boot.sh", "#!/bin/bash\necho hello\necho key=@@KEY@@ >> /etc/app.conf\n"),
    ]);
    assert_eq!(files(&found), ["api_key > file /etc/app.conf boot.sh:3 medium"]);
}

#[test]
fn file_keeps_shell_variables_for_the_shell() {
    let found = lands(&[
        ("main.tf", "resource \"aws_instance\" \"x\" {\n  user_data = file(\"boot.sh\")\n}\n"),
        (
            "boot.sh",
            "#!/bin/bash\nTOKEN=$(vault kv get -field=token secret/app)\necho \"t=${TOKEN}\" > /etc/app.conf\n",
        ),
    ]);
    assert_eq!(files(&found).len(), 1);
    assert!(found[0].contains("/etc/app.conf boot.sh:3 high"), "{found:?}");
}

#[test]
fn json_in_a_file_provisioner_is_found_at_the_member() {
    let found = main_tf(
        "variable \"join_token\" {}\nresource \"null_resource\" \"x\" {\n  provisioner \"file\" {\n    content = yamlencode(merge({ server = \"a\" }, {\n      token = var.join_token\n    }))\n    destination = \"/etc/rancher/config.yaml\"\n  }\n}\n",
    );
    assert_eq!(found, ["join_token > file /etc/rancher/config.yaml main.tf:5 medium"]);
}

#[test]
fn the_environment_of_a_local_provisioner_reaches_its_command() {
    let found = main_tf(
        "resource \"aws_iam_access_key\" \"k\" {}\nresource \"null_resource\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"sed -i s/@@/$SECRET/ Dockerfile\"\n    environment = {\n      SECRET = aws_iam_access_key.k.secret\n    }\n  }\n}\n",
    );
    assert_eq!(found, ["k.secret > file Dockerfile main.tf:4 high"]);
}

#[test]
fn an_interpreter_that_is_no_shell_is_not_read_as_one() {
    let found = main_tf(
        "variable \"api_key\" {}\nresource \"null_resource\" \"x\" {\n  provisioner \"local-exec\" {\n    interpreter = [\"python3\", \"-c\"]\n    command = \"print(1) > '${var.api_key}'\"\n  }\n}\n",
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn modules_give_secrets_out() {
    let found = lands(&[
        (
            "main.tf",
            "module \"db\" { source = \"./db\" }\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${module.db.login[\"password\"]} > /etc/db\\necho ${module.db.login.username} > /etc/user\\n\"\n}\n",
        ),
        (
            "db/main.tf",
            "resource \"random_password\" \"p\" {}\noutput \"login\" {\n  value = { username = \"app\", password = random_password.p.result }\n}\n",
        ),
    ]);
    assert_eq!(files(&found), ["p > file /etc/db main.tf:3 high"]);
}

#[test]
fn a_secret_document_has_members_that_are_none() {
    let found = main_tf(
        "data \"aws_secretsmanager_secret_version\" \"db\" {\n  secret_id = \"x\"\n}\nlocals {\n  db = jsondecode(data.aws_secretsmanager_secret_version.db.secret_string)\n}\nresource \"aws_instance\" \"x\" {\n  user_data = <<EOT\n#!/bin/bash\necho ${local.db.host} > /etc/host\necho ${local.db[\"password\"]} > /etc/password\nEOT\n}\n",
    );
    assert_eq!(files(&found), ["db.secret_string > file /etc/password main.tf:11 high"]);
}

#[test]
fn what_is_about_a_secret_is_none() {
    let found = main_tf(
        "resource \"aws_secretsmanager_secret\" \"db_password\" {}\nresource \"tls_private_key\" \"ssh\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = <<EOT\n#!/bin/bash\necho ${aws_secretsmanager_secret.db_password.arn} ${aws_secretsmanager_secret.db_password.id} > /etc/a\necho ${tls_private_key.ssh.public_key_openssh} > /root/.ssh/authorized_keys\necho ${length(random_password.x.result)} ${sha256(random_password.x.result)} > /etc/b\nEOT\n}\n",
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_parameter_is_judged_by_its_name() {
    let found = main_tf(
        "data \"aws_ssm_parameter\" \"ami\" { name = \"/aws/service/ami-amazon-linux-latest/al2023\" }\ndata \"aws_ssm_parameter\" \"x\" { name = \"/app/github/pat\" }\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${data.aws_ssm_parameter.ami.value} > /etc/ami\\necho ${data.aws_ssm_parameter.x.value} > /etc/pat\\n\"\n}\n",
    );
    assert_eq!(files(&found), ["x > file /etc/pat main.tf:4 high"]);
}

#[test]
fn values_files_are_loaded_in_order_and_secrets_stay_holes() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"path\" {}\nvariable \"db_password\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${var.db_password} > ${var.path}\\n\"\n}\n",
        ),
        ("terraform.tfvars", "path = \"/etc/first\"\ndb_password = \"Tr0ub4dor&3x\"\n"),
        ("z.auto.tfvars", "path = \"/etc/last\"\n"),
        ("other.tfvars", "path = \"/etc/never\"\n"),
    ]);
    assert_eq!(files(&found), ["db_password > file /etc/last main.tf:4 medium"]);
}

#[test]
fn the_json_syntax_is_the_same_language() {
    let found = lands(&[(
        "main.tf.json",
        "{\"variable\": {\"k\": {\"sensitive\": true}},\n \"resource\": {\"aws_instance\": {\"x\": {\n  \"user_data\": \"#!/bin/bash\\necho ${var.k} > /etc/k\\n\"}}}}\n",
    )]);
    assert_eq!(files(&found), ["k > file /etc/k main.tf.json:3 high"]);
}

#[test]
fn modules_that_need_each_other_are_no_loop() {
    let found = lands(&[
        (
            "main.tf",
            "module \"a\" {\n  source = \"./m\"\n  in = module.b.out\n}\nmodule \"b\" {\n  source = \"./m\"\n  in = var.api_token\n}\nvariable \"api_token\" {}\n",
        ),
        (
            "m/main.tf",
            "variable \"in\" {}\noutput \"out\" { value = var.in }\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${var.in} > /etc/in\\n\"\n}\n",
        ),
    ]);
    assert_eq!(files(&found), ["api_token > file /etc/in m/main.tf:4 medium"]);
}

#[test]
fn loops_end() {
    let found = lands(&[
        (
            "main.tf",
            "locals {\n  a = local.b\n  b = \"${local.a}\"\n}\nmodule \"m\" { source = \"./m\" }\nresource \"aws_instance\" \"x\" {\n  user_data = local.a\n}\n",
        ),
        ("m/main.tf", "module \"again\" { source = \"../m\" }\n"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn downloaded_modules_are_followed() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"api_key\" {}\nmodule \"far\" {\n  source = \"acme/app/aws\"\n  key = var.api_key\n}\n",
        ),
        (
            ".terraform/modules/far/main.tf",
            "variable \"key\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${var.key} > /etc/key\\n\"\n}\n",
        ),
    ]);
    assert_eq!(files(&found), ["api_key > file /etc/key .terraform/modules/far/main.tf:3 medium"]);
}

#[test]
fn a_module_that_is_not_here_still_takes_user_data() {
    let found = main_tf(
        "variable \"api_key\" {}\nmodule \"asg\" {\n  source = \"acme/asg/aws\"\n  user_data = \"#!/bin/bash\\necho ${var.api_key} > /etc/key\\n\"\n}\n",
    );
    assert_eq!(files(&found), ["api_key > file /etc/key main.tf:4 medium"]);
    assert_eq!(user_data(&found).len(), 1);
}

#[test]
fn a_literal_that_is_passed_as_a_secret_is_one() {
    let found = lands(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n  db_password = \"Tr0ub4dor&3x\"\n}\n"),
        (
            "m/main.tf",
            "variable \"db_password\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${var.db_password} > /etc/db\\n\"\n}\n",
        ),
    ]);
    assert_eq!(files(&found), ["db_password > file /etc/db m/main.tf:3 medium"]);
}

#[test]
fn an_empty_secret_that_a_caller_gives_is_none() {
    let found = lands(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n  db_password = \"\"\n}\n"),
        (
            "m/main.tf",
            "variable \"db_password\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${var.db_password} > /etc/db\\n\"\n}\n",
        ),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn startup_scripts_of_other_clouds_are_user_data() {
    let found = main_tf(
        "variable \"api_key\" {}\nresource \"google_compute_instance\" \"g\" {\n  metadata = {\n    foo = \"bar\"\n    startup-script = \"#!/bin/bash\\necho ${var.api_key} > /etc/g\\n\"\n  }\n}\nresource \"azurerm_linux_virtual_machine\" \"a\" {\n  custom_data = base64encode(\"#!/bin/bash\\necho ${var.api_key} > /etc/a\\n\")\n}\n",
    );
    assert_eq!(
        files(&found),
        ["api_key > file /etc/a main.tf:9 medium", "api_key > file /etc/g main.tf:5 medium",]
    );
}

#[test]
fn an_old_vars_block_and_old_interpolation_are_read() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"api_key\" {}\ndata \"template_file\" \"t\" {\n  template = \"${file(\"${path.module}/t.tpl\")}\"\n  vars {\n    k = \"${var.api_key}\"\n  }\n}\nresource \"aws_launch_configuration\" \"x\" {\n  user_data = \"${data.template_file.t.rendered}\"\n}\n",
        ),
        ("t.tpl", ECHO),
    ]);
    assert_eq!(files(&found), ["api_key > file /etc/app.env t.tpl:2 medium"]);
}

#[test]
fn an_inline_template_is_rendered_in_its_own_lines() {
    let found = main_tf(
        "variable \"api_key\" {}\ndata \"template_file\" \"t\" {\n  template = <<EOF\n#!/bin/bash\necho $${k} > /etc/k\nEOF\n  vars = { k = var.api_key }\n}\nresource \"aws_instance\" \"x\" {\n  user_data = data.template_file.t.rendered\n}\n",
    );
    assert_eq!(files(&found), ["api_key > file /etc/k main.tf:5 medium"]);
}

#[test]
fn an_unknown_function_loses_no_secret() {
    let found = main_tf(
        "variable \"api_key\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho ${provider::acme::wrap(var.api_key)} > /etc/k\\n\"\n}\n",
    );
    assert_eq!(files(&found), ["api_key > file /etc/k main.tf:3 medium"]);
}

#[test]
fn a_file_resource_is_on_the_operators_disk() {
    let found = main_tf(
        "resource \"tls_private_key\" \"ssh\" {}\nresource \"local_sensitive_file\" \"k\" {\n  filename = \"${path.module}/key.pem\"\n  content = tls_private_key.ssh.private_key_pem\n}\n",
    );
    assert_eq!(found, ["ssh.private_key_pem > file ./key.pem main.tf:4 high"]);
}

#[test]
fn a_certificate_is_fetched_as_a_secret_but_is_none() {
    let found = main_tf(
        "resource \"aws_instance\" \"x\" {\n  user_data = <<EOT\n#!/bin/bash\nget() { aws secretsmanager get-secret-value --secret-id \"$1\" --query SecretString --output text; }\nget app/tls > /etc/tls/cert.pem\nget app/tls > /etc/tls/key.pem\nEOT\n}\n",
    );
    let levels: Vec<&str> = found.iter().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(levels, ["low", "high"], "{found:?}");
}

#[test]
fn an_indented_text_stays_what_it_is() {
    let found = main_tf(
        "variable \"kubeconfig\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = <<EOT\n#!/bin/bash\ncat > /etc/kubernetes/config <<EOF\n    ${indent(4, var.kubeconfig)}\nEOF\nEOT\n}\n",
    );
    assert_eq!(files(&found), ["kubeconfig > file /etc/kubernetes/config main.tf:6 medium"]);
}

#[test]
fn a_record_has_the_fields_that_are_documented() {
    let at = Span::start_of(SourceId(0));
    let origin = Origin {
        kind: OriginKind::Variable,
        name: "var.k".into(),
        key: "k".into(),
        at,
        confidence: Confidence::High,
        literal: None,
    };
    let flow = literal_flow(Trace::new(origin), at, "x".into(), "y".into());
    let record = flow.record(Around { cloud: None, file: "terraform" });
    let fields: Vec<&str> = record.iter().map(|(name, _)| name).collect();
    assert_eq!(fields, Flow::FIELDS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn an_empty_default_is_looked_at_as_if_filled() {
    let found = main_tf(
        "variable \"nodes\" { default = {} }\nresource \"random_password\" \"t\" {}\nlocals {\n  all = merge([for n, v in var.nodes : { (n) = v }]...)\n  config = { for n, v in local.all : n => merge({ token = random_password.t.result }, v) }\n}\nresource \"null_resource\" \"x\" {\n  for_each = local.all\n  provisioner \"file\" {\n    content = yamlencode(local.config[each.key])\n    destination = \"/etc/config.yaml\"\n  }\n}\n",
    );
    assert_eq!(files(&found), ["t > file /etc/config.yaml main.tf:10 high"]);
}

#[test]
fn an_encoded_text_is_one_word_of_a_script() {
    let found = main_tf(
        "variable \"redis_password\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = <<EOT\n#!/bin/bash\necho ${base64encode(\"requirepass ${var.redis_password}\\nport 1\\n\")} | base64 -d > /etc/redis.conf\nEOT\n}\n",
    );
    assert_eq!(files(&found), ["redis_password > file /etc/redis.conf main.tf:5 medium"]);
}

#[test]
fn terraform_shows_no_output_of_a_sensitive_provisioner() {
    let found = main_tf(
        "variable \"api_key\" { sensitive = true }\nresource \"null_resource\" \"x\" {\n  provisioner \"remote-exec\" {\n    inline = [\"set -x\", \"login ${var.api_key}\"]\n  }\n}\n",
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn an_edit_in_place_prints_nothing() {
    let found = main_tf(
        "variable \"api_token\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = <<EOT\n#!/bin/bash\necho ${var.api_token} > /etc/b\nsed -i -e s/a/b/ /etc/b\nEOT\n}\n",
    );
    assert_eq!(found.iter().filter(|line| line.contains("boot-log")).count(), 0, "{found:?}");
}

#[test]
fn packer_is_followed() {
    let found = lands(&[(
        "image.pkr.hcl",
        "variable \"token\" { sensitive = true }\nlocals { key = vault(\"secret/app\", \"api_key\") }\nbuild {\n  sources = [\"source.amazon-ebs.x\"]\n  provisioner \"shell\" {\n    environment_vars = [\"TOKEN=${var.token}\"]\n    inline = [\"echo token=$TOKEN > /etc/app.conf\"]\n  }\n  provisioner \"file\" {\n    content = local.key\n    destination = \"/etc/key\"\n  }\n}\n",
    )]);
    assert_eq!(
        found,
        ["api_key > file /etc/key image.pkr.hcl:10 high", "token > file /etc/app.conf image.pkr.hcl:7 high"]
    );
}

#[test]
fn what_packer_gives_ansible_is_on_a_command_line() {
    let found = lands(&[(
        "image.pkr.hcl",
        "variable \"bucket_secret_key\" {}\nbuild {\n  provisioner \"ansible\" {\n    playbook_file = \"a.yml\"\n    extra_arguments = [\"--scp-extra-args\", \"'-O'\", \"-e\", \"secret_key=${var.bucket_secret_key}\"]\n  }\n}\n",
    )]);
    assert_eq!(found, ["bucket_secret_key > process-arguments - image.pkr.hcl:5 medium"]);
}

#[test]
fn a_script_that_a_provisioner_copies_is_followed() {
    let found = lands(&[
        (
            "main.tf",
            "resource \"null_resource\" \"x\" {\n  provisioner \"file\" {\n    source = \"${path.module}/run.sh\"\n    destination = \"/opt/run.sh\"\n  }\n}\n",
        ),
        (
            "run.sh",
            "#!/bin/sh\nk=$(aws ssm get-parameter --with-decryption --name /app/key --query Parameter.Value)\necho \"$k\" > /etc/key\n",
        ),
    ]);
    assert_eq!(files(&found), ["key > file /etc/key run.sh:3 medium"]);
}
