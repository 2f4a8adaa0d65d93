//! What is not looked at is told: a gap that could hide a finding, never exit 0.
#![cfg(unix)]

use std::os::unix::fs::symlink;

use crate::rig::{CLEAN, Folder, LEAK, Ran, text};

#[track_caller]
fn hides(ran: &Ran, path: &str) {
    let gaps = ran.json()["gaps"].as_array().expect("gaps").clone();
    // Names are told from the scanned folder on.
    let is_it = |gap: &serde_json::Value| path.ends_with(text(&gap["path"]));
    let told = gaps.iter().any(|gap| is_it(gap) && gap["hides_findings"] == true);
    assert!(told && ran.code == 3, "no gap tells of {path}: {} {gaps:#?}", ran.code);
}

#[test]
fn folders_may_be_as_deep_as_they_are() {
    let way = "d/".repeat(70);
    let folder = Folder::new(&[("main.tf", CLEAN), (&format!("{way}main.tf"), LEAK)]);
    assert_eq!(folder.run(&["scan", "-f", "json"]).code, 1);
}

#[test]
fn a_called_folder_of_many_files_is_read_whole() {
    let call = "variable \"token\" {\n  sensitive = true\n}\nmodule \"m\" {\n  source = \"../m\"\n  token = var.token\n}\n";
    let folder = Folder::new(&[("live/main.tf", call), (".git/HEAD", "ref: refs/heads/main\n")]);
    for number in 0..1_100 {
        folder.write(&format!("m/a{number}.tf"), "");
    }
    let last = "variable \"token\" {}\nresource \"aws_instance\" \"web\" {\n  user_data = \"#!/bin/sh\\necho ${var.token} > /etc/token\\n\"\n}\n";
    folder.write("m/z.tf", last);
    assert_eq!(folder.run(&["scan", "live", "-f", "json"]).code, 1);
}

#[test]
fn links_to_folders_are_told() {
    let files = [("tf/main.tf", CLEAN), ("other/main.tf", LEAK), (".git/HEAD", "ref: refs/heads/main\n")];
    let folder = Folder::new(&files);
    symlink("../other", folder.join("tf/prod")).expect("a link");
    hides(&folder.run(&["scan", "tf", "-f", "json"]), "tf/prod");
    // Walked by another way.
    let ran = folder.run(&["scan", "tf", "other", "-f", "json"]);
    assert_eq!((ran.code, ran.gaps()), (1, vec![]));
    folder.write("other/main.tf", CLEAN);
    symlink("../../tf", folder.join("other/back")).expect("a link");
    assert_eq!(folder.run(&["scan", "tf", "other", "-f", "json"]).code, 0);
    // Nothing to read in it.
    let folder = Folder::new(&[("tf/main.tf", CLEAN), ("site/index.html", "x"), (".git/HEAD", "x")]);
    symlink("../site", folder.join("tf/site")).expect("a link");
    let ran = folder.run(&["scan", "tf", "-f", "json"]);
    assert_eq!((ran.code, ran.gaps().len()), (0, 1), "{ran:?}");
}

#[test]
fn rules_that_are_not_seen_are_an_error() {
    let rule = "title: Mine\nid: 5f2c5f4e-8a52-4a8b-9d8d-0f3b5b0b8c11\nlogsource: {product: secretrail, service: terraform, category: flow}\ndetection:\n  a:\n    sink.kind: file\n  condition: a\nlevel: low\n";
    let way = "d/".repeat(20);
    let folder = Folder::new(&[("main.tf", CLEAN), (&format!("mine/{way}my-rule.yml"), rule)]);
    let ran = folder.run(&["rules", "list", "--rules", "mine"]);
    assert!(ran.out.contains("my-rule"), "{ran:?}");
    let elsewhere = Folder::new(&[("other-rule.yml", rule)]);
    symlink(elsewhere.path(), folder.join("mine/more")).expect("a link");
    let ran = folder.run(&["scan", "--rules", "mine"]);
    assert!(ran.code == 2 && ran.err.contains("is a link to a folder elsewhere"), "{ran:?}");
}

const BACKEND: &str = r#"{"version": 3, "terraform_version": "1.9.0", "backend": {"type": "s3", "config": {
  "bucket": "state", "access_key": "AKIAI44QH8DHBEXAMPLE", "secret_key": "hV8kQ2wZr5tYbN3mXc7LpD9sFg4JhT6uRe1WqAzK",
  "assume_role": {"external_id": "x"}}, "hash": 1}}"#;

#[test]
fn the_settings_of_a_backend_are_read() {
    for (name, arguments) in [
        (".terraform/terraform.tfstate", ["scan", "-f", "json"].as_slice()),
        (".terraform/terraform.tfstate", &["scan", ".terraform/terraform.tfstate", "-f", "json"]),
        ("live/.terraform/terraform.tfstate", &["scan", "live", "-f", "json"]),
    ] {
        let folder = Folder::new(&[("live/main.tf", CLEAN), ("main.tf", CLEAN), (name, BACKEND)]);
        let ran = folder.run(arguments);
        let found = ran.findings();
        let is_it = |one: &String| one.starts_with("literal-token ") && one.ends_with("terraform.tfstate:2");
        assert!(found.iter().any(is_it), "{name}: {found:?}");
        assert!(!ran.out.contains("hV8kQ2wZr5tY"), "{}", ran.out);
        folder.write(name, "{\"version\": 3, \"modules\": [{\"resources\": {\"a\": {}}}]}");
        hides(&folder.run(arguments), name);
    }
}

#[test]
fn a_file_that_is_not_here_is_told() {
    let instance = |inner: &str| {
        format!("variable \"name\" {{}}\nresource \"aws_instance\" \"x\" {{\n  ami = \"a\"\n{inner}}}\n")
    };
    let provisioner = |kind: &str, inner: &str| {
        instance(&format!("  provisioner \"{kind}\" {{\n    {inner}\n    destination = \"/x\"\n  }}\n"))
    };
    let object = |kind: &str, source: &str| {
        format!("resource \"{kind}\" \"x\" {{\n  bucket = \"b\"\n  key = \"k\"\n  source = {source}\n}}\n")
    };
    for (main, code) in [
        (object("aws_s3_object", "\"boot.sh\""), 3),
        (object("aws_s3_bucket_object", "\"app.env\""), 3),
        (object("aws_s3_object", "\"${path.module}/lambda.zip\""), 0),
        (object("aws_s3_object", "data.archive_file.x.output_path"), 0),
        (object("aws_s3_object", "\"main.tf\""), 0),
        (provisioner("file", "source = \"app.conf\""), 3),
        (provisioner("file", "source = \"./${var.name}\""), 3),
        (provisioner("file", "source = \"logo.png\""), 0),
        (provisioner("file", "source = \"here\""), 0),
        (provisioner("remote-exec", "script = \"boot.sh\""), 3),
        (provisioner("remote-exec", "scripts = [\"a.sh\", \"b.sh\"]"), 3),
        (instance("  user_data = file(\"nosuch.yml\")\n"), 3),
        (instance("  user_data = file(\"nosuch.sh\")\n"), 3),
        (instance("  key_name = file(\"~/.ssh/id_rsa.pub\")\n"), 0),
    ] {
        let folder = Folder::new(&[("main.tf", &main), ("here/readme.txt", "x")]);
        let ran = folder.run(&["scan", "-f", "json"]);
        assert_eq!(ran.code, code, "{main}\n{}", ran.out);
    }
}

#[test]
fn a_file_that_goes_into_a_module_is_missed() {
    let folder = Folder::new(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n  text = file(\"nosuch.yml\")\n}\n"),
        ("m/main.tf", "variable \"text\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = var.text\n}\n"),
    ]);
    hides(&folder.run(&["scan", "-f", "json"]), "main.tf");
}

#[test]
fn logs_are_files() {
    let folder = Folder::new(&[("logs/a.json", "{\"Records\": []}"), ("real/b.json", "{\"Records\": []}")]);
    symlink("/dev/zero", folder.join("logs/zero.json")).expect("a link");
    symlink("../real", folder.join("logs/more")).expect("a link");
    symlink("a.json", folder.join("logs/again.json")).expect("a link");
    #[expect(clippy::disallowed_methods, reason = "only a program makes a named pipe")]
    let made = std::process::Command::new("mkfifo").arg(folder.join("logs/x.json")).status().is_ok();
    let ran = folder.run(&["trail", "logs", "-f", "json"]);
    let mut told: Vec<String> = ran.json()["gaps"]
        .as_array()
        .expect("gaps")
        .iter()
        .map(|gap| text(&gap["path"]).to_owned())
        .collect();
    told.sort();
    told.dedup();
    let mut expected = vec!["more", "zero.json"];
    expected.extend(made.then_some("x.json"));
    expected.sort_unstable();
    // There is no event in what can be read.
    assert_eq!((ran.code, told), (2, expected.into_iter().map(str::to_owned).collect()), "{}", ran.out);
}
