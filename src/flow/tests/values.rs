//! Values that people set: weak ones, empty ones, marks; and what is no value at all.

use super::*;

const MODULE: &str = "resource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\necho PW=${var.admin_password} > /etc/pw\"\n}\n";

fn called(variable: &str, input: &str) -> Vec<String> {
    let main = format!("provider \"aws\" {{}}\nmodule \"b\" {{\n  source = \"./m\"\n  {input}\n}}\n");
    let module = format!("variable \"admin_password\" {{ {variable} }}\n{MODULE}");
    let found = lands(&[("main.tf", &main), ("m/main.tf", &module)]);
    files(&found).into_iter().cloned().collect()
}

#[test]
fn a_weak_password_is_one() {
    let told = ["admin_password > file /etc/pw m/main.tf:3 medium"];
    assert_eq!(called("", "admin_password = \"123456789\""), told);
    assert_eq!(called("default = \"\"", "admin_password = \"123456789\""), told);
}

#[test]
fn a_mark_is_a_guess() {
    let root = format!("variable \"admin_password\" {{ default = \"__SET_AT_BOOT__\" }}\n{MODULE}");
    assert_eq!(files(&lands(&[("main.tf", &root)])), ["admin_password > file /etc/pw main.tf:3 low"]);
}

#[test]
fn what_stands_beside_a_password_is_none() {
    let found = main_tf(
        "data \"aws_secretsmanager_secret_version\" \"s\" {}\nlocals { s = jsondecode(data.aws_secretsmanager_secret_version.s.secret_string) }\nresource \"aws_instance\" \"x\" {\n  user_data = \"#!/bin/bash\\ndocker pull ${local.s.ecr_registry}/app > /var/log/pull\"\n}\n",
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_folder_without_a_dot_is_followed_where_it_is_here() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"admin_password\" {}\nmodule \"d\" {\n  source = \"modules/db\"\n  admin_password = var.admin_password\n}\n",
        ),
        ("modules/db/main.tf", &format!("variable \"admin_password\" {{}}\n{MODULE}")),
    ]);
    assert_eq!(files(&found), ["admin_password > file /etc/pw modules/db/main.tf:3 medium"]);
}

#[test]
fn a_local_script_is_followed_with_its_arguments() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"db_password\" { sensitive = true }\nresource \"null_resource\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"./deploy.sh ${var.db_password}\"\n  }\n  provisioner \"local-exec\" {\n    command = \"bash two.sh\"\n    environment = { DBPW = var.db_password }\n  }\n}\n",
        ),
        ("deploy.sh", "#!/bin/bash\necho \"x=$1\" > /tmp/one\n"),
        ("two.sh", "#!/bin/bash\necho \"x=$DBPW\" > /tmp/two\n"),
    ]);
    assert_eq!(
        files(&found),
        ["db_password > file /tmp/one deploy.sh:2 high", "db_password > file /tmp/two two.sh:2 high"]
    );
}

#[test]
fn user_data_finds_what_the_provisioners_copied() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"db_password\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = file(\"boot.sh\")\n  provisioner \"file\" {\n    content = \"PW=${var.db_password}\"\n    destination = \"/tmp/env\"\n  }\n}\n",
        ),
        (
            "boot.sh",
            "#!/bin/bash\nsed 's/^/export /' -- </tmp/env | sudo tee -a /etc/environment > /dev/null\ncat /tmp/env | sudo tee -a /etc/sysconfig/app > /dev/null\n",
        ),
    ]);
    assert_eq!(
        files(&found),
        [
            "db_password > file /etc/environment boot.sh:2 medium",
            "db_password > file /etc/sysconfig/app boot.sh:3 medium",
            "db_password > file /tmp/env main.tf:5 medium",
        ]
    );
}

#[test]
fn what_a_secret_is_called_is_none() {
    let kept = |member: &str, declared: &str| {
        let main = format!(
            "variable \"app_secret\" {{\n{declared}}}\nresource \"kubectl_manifest\" \"a\" {{\n  yaml_body = yamlencode({{ spec = {{ {member} = var.app_secret }} }})\n}}\n"
        );
        lands(&[("main.tf", main.as_str())]).len()
    };
    for member in [
        "secretRef",
        "existingSecret",
        "secretName",
        "tls_secret_name",
        "\"auth.existingSecret\"",
        "secretArn",
    ] {
        assert_eq!(kept(member, ""), 0, "{member}");
    }
    for member in ["secret", "value", "clientSecret"] {
        assert_eq!(kept(member, ""), 1, "{member}");
    }
    assert_eq!(kept("secretName", "  sensitive = true\n"), 1);
    let through = |given: &str| {
        let main = format!("module \"a\" {{\n  source = \"./m\"\n  app_secret = {given}\n}}\n");
        let module = "variable \"app_secret\" {}\nresource \"kubectl_manifest\" \"a\" {\n  yaml_body = yamlencode({ key = var.app_secret })\n}\n";
        lands(&[("main.tf", main.as_str()), ("m/main.tf", module)]).len()
    };
    assert_eq!(through("module.x.app_secret_name"), 0);
    assert_eq!(through("kubernetes_secret.x.metadata[0].name"), 0);
    assert_eq!(through("module.x.app_secret"), 1);
    assert_eq!(through("var.app_secret_name"), 0);
    assert_eq!(through("aws_secretsmanager_secret.x.name"), 0);
    for given in [
        "random_string.p.id",
        "random_id.p.id",
        "random_uuid.p.id",
        "random_uuid.p.result",
        "consul_acl_token_secret_id.x.secret_id",
        "local.m.api_key.name",
        "data.external.e.result.name",
        "data.vault_generic_secret.s.data.id",
        "var.secrets.name",
    ] {
        assert_eq!(through(given), 1, "{given}");
    }
}

#[test]
fn a_strong_name_is_a_value_under_any_key() {
    let kept = |body: &str| {
        let main = format!(
            "variable \"db_password\" {{}}\nvariable \"app_secret\" {{}}\nresource \"kubectl_manifest\" \"a\" {{\n  yaml_body = {body}\n}}\n"
        );
        let found = lands(&[("main.tf", main.as_str()), ("u.tpl", "a: ${existingSecret}\n")]);
        found.len()
    };
    assert_eq!(kept("yamlencode({ auth = { existingSecret = var.db_password } })"), 1);
    assert_eq!(kept("yamlencode({ auth = { secretName = var.db_password } })"), 1);
    assert_eq!(kept("yamlencode({ auth = { secretName = var.app_secret } })"), 0);
    assert_eq!(kept("yamlencode({ env = { APP_SECRETREF = var.db_password } })"), 1);
    assert_eq!(kept("yamlencode({ env = { APP_SECRETREF = var.app_secret } })"), 1);
    assert_eq!(kept("templatefile(\"u.tpl\", { existingSecret = var.db_password })"), 1);
    assert_eq!(kept("templatefile(\"u.tpl\", { existingSecret = var.app_secret })"), 1);
}

#[test]
fn a_text_is_replaced_in_whichever_it_is() {
    let found = lands(&[
        (
            "main.tf",
            "variable \"own\" { default = null }\nvariable \"api_token\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = replace(coalesce(var.own, templatefile(\"a.sh\", { k = var.api_token })), \"/\\r/\", \"\")\n}\n",
        ),
        ("a.sh", ECHO),
    ]);
    assert_eq!(files(&found), ["api_token > file /etc/app.env a.sh:2 medium"]);
}
