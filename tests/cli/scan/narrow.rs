//! What is told where only a part is asked for, or where there is little room.

use crate::rig::{CLEAN, Folder, LEAK, command, run};

#[test]
fn quiet_tells_findings_only_and_nothing_where_all_is_well() {
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    let ran = folder.run(&["scan", "-q"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    folder.write("main.tf", LEAK);
    let ran = folder.run(&["scan", "--quiet"]);
    assert!(ran.code == 1 && ran.out.contains("critical[secret-written-to-disk]"), "{}", ran.out);
    assert!(!ran.out.contains("Read 1 file"), "{}", ran.out);
}

#[test]
fn files_are_excluded_on_the_command_line() {
    let folder = Folder::new(&[("main.tf", CLEAN), ("old/main.tf", LEAK), ("older/main.tf", LEAK)]);
    let ran = folder.run(&["scan", "--exclude", "old/**", "--exclude", "/older/", "-f", "json"]);
    assert_eq!((ran.code, &ran.json()["summary"]["files_excluded"]), (0, &2.into()), "{ran:?}");
}

#[test]
fn one_rule_is_asked_for() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let ran = folder.run(&["scan", "--rule", "secret-in-user-data", "-f", "json"]);
    assert_eq!(ran.findings(), ["secret-in-user-data main.tf:5"]);
    let ran = folder.run(&["scan", "--rule", "secret-in-user-data"]);
    assert!(
        ran.out.contains("Only secret-in-user-data is requested; 1 finding of other rules left out"),
        "{}",
        ran.out
    );
    let ran = folder.run(&["scan", "--rule", "secret-in-userdata"]);
    assert!(ran.code == 2 && ran.err.contains("did you mean `secret-in-user-data`?"), "{}", ran.err);
}

#[test]
fn one_line_a_finding() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let ran = folder.run(&["scan", "-f", "oneline"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "main.tf:5:27: critical[secret-written-to-disk]: token is written to /etc/token");
    assert_eq!(lines.len(), 2);
}

/// The last step of a fix, which is to rotate, is the one that counts.
#[test]
fn a_narrow_terminal_gets_the_whole_fix() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    for columns in ["40", "60"] {
        let ran = run(command(folder.path()).args(["scan"]).env("COLUMNS", columns));
        let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("is on every disk and snapshot made since."), "{}", ran.out);
    }
}

#[test]
fn one_mistake_is_drawn_once() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let json = folder.run(&["scan", "-f", "json"]).json();
    let print = |number: usize| json["findings"][number]["fingerprint"].as_str().expect("one").to_owned();
    for format in ["table", "markdown"] {
        let out = folder.run(&["scan", "-f", format]).out;
        let words = out.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "");
        assert_eq!(words.matches("var.token begins here").count(), 1, "{out}");
        assert!(
            words.contains(&format!("secret-in-user-data (high) at the same line, fingerprint {}", print(1))),
            "{out}"
        );
    }
    let out = folder.run(&["scan", "--all"]).out;
    assert!(out.contains(&format!("fingerprint: {}", print(0))), "{out}");
}

#[test]
fn a_literal_is_told_by_its_length_and_end() {
    let folder = Folder::new(&[("main.tf", "locals {\n  db_password = \"hV8-kQ2w_Zr5tY01\"\n}\n")]);
    let out = folder.run(&["scan"]).out;
    assert!(out.contains("secret: a literal of 16 characters that ends in tY01"), "{out}");
}

#[test]
fn the_fix_fits_the_case() {
    for (name, text, told) in [
        ("Dockerfile", "FROM x\nENV DB_PASSWORD=\"hV8-kQ2w_Zr5tY\"\n", "RUN --mount=type=secret"),
        (
            "compose.yml",
            "services:\n  a:\n    environment:\n      DB_PASSWORD: hV8-kQ2w_Zr5tY\n",
            "`secrets:` in compose",
        ),
        ("main.tf", &LEAK.replace("aws_instance", "hcloud_server"), "a secret store such as Vault"),
        (
            "main.tf",
            &LEAK
                .replace("aws_instance", "google_compute_instance")
                .replace("user_data =", "metadata_startup_script ="),
            "Secret Manager",
        ),
    ] {
        let folder = Folder::new(&[(name, text)]);
        let out = folder.run(&["scan"]).out;
        let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(told), "{name}: {out}");
        assert!(
            !words.contains("ssm:GetParameter") && !words.contains("SSM Parameter Store"),
            "{name}: {out}"
        );
    }
    let script = "#!/bin/bash\necho \"token=$DEPLOY_TOKEN\" > /etc/deploy.conf\n";
    let out = Folder::new(&[("a.sh", script)]).run(&["scan"]).out;
    assert!(out.contains("possible-secret-written-to-disk") && !out.contains("sensitive = true"), "{out}");
}

#[test]
fn files_outside_of_the_scanned_folder_are_named_from_where_the_reader_is() {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("t.tftpl", "#!/bin/sh\necho ${token} > /etc/token\n"),
        (
            "live/prod/main.tf",
            "variable \"token\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"web\" {\n  user_data = templatefile(\"../../t.tftpl\", { token = var.token })\n}\n",
        ),
    ]);
    let ran = folder.run(&["scan", "live/prod", "-f", "github"]);
    assert!(ran.out.starts_with("::error file=t.tftpl,line=2"), "{}", ran.out);
    let sarif = folder.run(&["scan", "live/prod", "-f", "sarif"]).out;
    assert!(sarif.contains("\"uri\": \"t.tftpl\"") && !sarif.contains("\"live/prod/../"), "{sarif}");
}
