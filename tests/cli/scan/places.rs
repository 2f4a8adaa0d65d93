//! What is scanned: folders, files, standard input, downloaded modules, ignored files.

use crate::rig::{CLEAN, Folder, LEAK};

#[test]
fn standard_input_is_terraform_a_script_or_json() {
    let folder = Folder::new(&[]);
    let ran = folder.run_with_input(&["scan", "-", "-f", "json"], LEAK);
    assert_eq!(ran.findings(), ["secret-written-to-disk <stdin>:5", "secret-in-user-data <stdin>:5"]);
    let script = "#!/bin/sh\nkey=$(aws ssm get-parameter --with-decryption --name /a/api-key --output text --query Parameter.Value)\necho \"$key\" > /etc/key\n";
    let ran = folder.run_with_input(&["scan", "-", "-f", "json"], script);
    assert_eq!(ran.findings(), ["secret-written-to-disk <stdin>:3"]);
    let json = r#"{"locals": {"db_password": "hV8-kQ2w_Zr5tY"}}"#;
    let ran = folder.run_with_input(&["scan", "-", "-f", "json"], json);
    assert_eq!(ran.findings().len(), 1, "{}", ran.out);
    assert_eq!(folder.run_with_input(&["scan", "-"], CLEAN).code, 0);
}

#[test]
fn empty_standard_input_is_no_audit() {
    let ran = Folder::new(&[]).run_with_input(&["scan", "-"], "");
    // `generate | scan -` where the first command failed must not pass.
    assert_eq!(ran.code, 2, "{ran:#?}");
}

#[test]
fn several_trees_are_one_report() {
    let folder = Folder::new(&[("a/main.tf", LEAK), ("b/main.tf", LEAK), ("c/main.tf", LEAK)]);
    let ran = folder.run(&["scan", "a", "b", "a/main.tf", "-f", "json"]);
    assert_eq!(
        ran.findings(),
        [
            "secret-written-to-disk a/main.tf:5",
            "secret-written-to-disk b/main.tf:5",
            "secret-in-user-data a/main.tf:5",
            "secret-in-user-data b/main.tf:5",
        ]
    );
    assert_eq!(ran.json()["summary"]["files"], 2);
}

#[test]
fn ignored_files_are_read_unless_asked_otherwise() {
    let folder = Folder::new(&[
        ("main.tf", CLEAN),
        (".gitignore", "*.tfvars\n.env\n"),
        ("prod.tfvars", "db_password = \"hV8-kQ2w_Zr5tY\"\n"),
        (".git/config", ""),
    ]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!(ran.findings(), ["literal-secret prod.tfvars:1"]);
    let ran = folder.run(&["scan", "-f", "json", "--respect-gitignore"]);
    assert_eq!((ran.code, ran.findings()), (0, vec![]));
}

#[test]
fn the_current_folder_is_the_default() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    assert_eq!(folder.run(&["scan"]).timeless(), folder.run(&["scan", "."]).timeless());
}

#[test]
fn downloaded_modules_are_followed_and_not_reported_as_roots() {
    let folder = Folder::new(&[
        (
            "main.tf",
            "variable \"token\" {\n  sensitive = true\n}\nmodule \"web\" {\n  source = \"acme/web/aws\"\n  token  = var.token\n}\n",
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"web","Source":"registry.terraform.io/acme/web/aws","Version":"1.0.0","Dir":".terraform/modules/web"}]}"#,
        ),
        (
            ".terraform/modules/web/main.tf",
            "variable \"token\" {}\nresource \"aws_instance\" \"web\" {\n  user_data = \"#!/bin/sh\\necho ${var.token} > /etc/token\\n\"\n}\n",
        ),
    ]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert!(
        ran.findings().contains(&"secret-written-to-disk .terraform/modules/web/main.tf:3".to_owned()),
        "{}",
        ran.out
    );
}

#[test]
fn a_file_named_alone_may_refer_to_those_beside_it() {
    let folder = Folder::new(&[
        (
            "main.tf",
            "variable \"token\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"web\" {\n  user_data = templatefile(\"${path.module}/boot.sh\", { token = var.token })\n}\n",
        ),
        ("boot.sh", "#!/bin/sh\necho ${token} > /etc/token\n"),
    ]);
    let ran = folder.run(&["scan", "main.tf", "-f", "json"]);
    assert!(ran.findings().contains(&"secret-written-to-disk boot.sh:2".to_owned()), "{}", ran.out);
}

#[test]
fn a_manifest_can_t_lead_out_of_the_tree() {
    let outside = Folder::new(&[("x/CANARY.tf", LEAK), ("x/.env", "API_TOKEN=hV8-kQ2w_Zr5tY\n")]);
    let path = outside.join("x").display().to_string();
    for folder in [path.clone(), format!("../../../../../../../..{path}"), "/etc".to_owned()] {
        let manifest = format!(r#"{{"Modules":[{{"Key":"web","Source":"x","Dir":"{folder}"}}]}}"#);
        let folder = Folder::new(&[
            ("main.tf", "module \"web\" {\n  source = \"acme/web/aws\"\n}\n"),
            (".terraform/modules/modules.json", &manifest),
        ]);
        let ran = folder.run(&["scan", "-f", "json"]);
        assert_eq!(ran.findings(), Vec::<String>::new(), "{ran:#?}");
        assert!(!ran.gaps().is_empty(), "{ran:#?}");
    }
}

#[test]
fn values_in_tfvars_reach_the_flow() {
    let folder = Folder::new(&[("main.tf", LEAK), ("terraform.tfvars", "token = \"hV8-kQ2w_Zr5tY\"\n")]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert!(ran.findings().contains(&"secret-written-to-disk main.tf:5".to_owned()), "{}", ran.out);
    assert!(ran.findings().contains(&"literal-secret terraform.tfvars:1".to_owned()), "{}", ran.out);
}

#[test]
fn a_module_beside_the_scanned_folder_is_followed() {
    let folder = Folder::new(&[
        (".git/config", ""),
        (
            "live/prod/main.tf",
            "variable \"token\" {\n  sensitive = true\n}\nlocals {\n  modules = \"../../modules\"\n}\nmodule \"app\" {\n  source = \"${local.modules}/app\"\n  token  = var.token\n}\n",
        ),
        (
            "modules/app/main.tf",
            "variable \"token\" {}\nmodule \"disk\" {\n  source = \"../disk\"\n  token  = var.token\n}\n",
        ),
        (
            "modules/disk/main.tf",
            "variable \"token\" {}\nresource \"aws_instance\" \"web\" {\n  user_data = \"#!/bin/sh\\necho ${var.token} > /etc/token\\n\"\n}\n",
        ),
    ]);
    let ran = folder.run(&["scan", "live/prod", "-f", "json"]);
    assert_eq!(
        ran.findings(),
        [
            "secret-written-to-disk ../../modules/disk/main.tf:3",
            "secret-in-user-data ../../modules/disk/main.tf:3"
        ]
    );
    assert_eq!(ran.gaps(), Vec::<String>::new());
}

#[test]
fn a_module_that_nothing_here_names_is_a_gap() {
    let folder = Folder::new(&[(
        "main.tf",
        "variable \"where\" {}\nvariable \"token\" {\n  sensitive = true\n}\nmodule \"app\" {\n  source = \"./${var.where}\"\n  token  = var.token\n}\n",
    )]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!(ran.code, 3);
    assert_eq!(ran.gaps(), ["main.tf: the module is unknown: its source is not a literal string"]);
}
