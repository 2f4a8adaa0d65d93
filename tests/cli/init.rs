//! `secretrail init` and `secretrail settings`.

use crate::rig::{CLEAN, Folder};

const LIST: &str = "| Key | Location | Last Rotated | Owner |\n|---|---|---|---|\n| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key | 2026-03-28 | Paperclip |\n";

#[test]
fn the_first_settings_name_what_is_there() {
    let folder = Folder::new(&[
        ("infra/live/main.tf", CLEAN),
        ("infra/live/modules/app/main.tf", CLEAN),
        ("SECRETS.md", LIST),
        ("SECRETS-RUNBOOK.md", "# Runbook\n"),
        ("docs/secrets-policy.md", "No table here.\n"),
        (
            "AWSLogs/123456789012/CloudTrail/eu-central-1/2026/03/28/123456789012_CloudTrail_eu-central-1_20260328T1420Z_a.json",
            "{}",
        ),
        (".gitignore", "vendor/\n"),
        ("vendor/main.tf", CLEAN),
    ]);
    let ran = folder.run(&["init"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let text = folder.read("secretrail.toml");
    for line in [
        "terraform = [\".\"]",
        "trail = [\"AWSLogs\"]",
        "files = [\"SECRETS.md\"]",
        "runbooks = [\"SECRETS-RUNBOOK.md\"]",
        "projects = [\"/paperclip-app\"]",
    ] {
        assert!(text.lines().any(|written| written.starts_with(line)), "{line}: {text}");
    }
    let ran = folder.run(&["settings", "check"]);
    assert!(ran.code == 0 && ran.out.ends_with("secretrail.toml: the settings are valid\n"), "{}", ran.out);
    assert_eq!(folder.run(&["audit", "--exit-zero", "-f", "json"]).code, 0);
    // Nothing is taken from somebody who has settings.
    let again = folder.run(&["init"]);
    assert!(again.code == 2 && again.err.contains("already exists"), "{}", again.err);
    assert_eq!(folder.read("secretrail.toml"), text);
    assert_eq!(folder.run(&["init", "--stdout"]).out, text);
}

/// What follows from the first settings is what a scan of the repository finds.
#[test]
fn the_first_audit_reads_all_that_a_scan_would_read() {
    let script = "#!/bin/bash\nexport DB_PASSWORD='Winter-2026-x9'\n";
    for file in ["backend/scripts/deploy.sh", ".env", "docker-compose.prod.yml", ".hidden/setup.sh"] {
        let text = match file {
            ".env" => "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n".to_owned(),
            "docker-compose.prod.yml" => {
                "services:\n  a:\n    image: a\n    environment:\n      DB_PASSWORD: Winter-2026-x9\n"
                    .to_owned()
            }
            _ => script.to_owned(),
        };
        let folder = Folder::new(&[("infrastructure/main.tf", CLEAN), (file, &text)]);
        let scanned = folder.run(&["scan", ".", "-f", "json"]);
        assert_eq!(folder.run(&["init"]).code, 0);
        let ran = folder.run(&["audit", "-f", "json"]);
        let found = |out: &str| {
            let report: serde_json::Value = serde_json::from_str(out).expect("JSON");
            report["findings"].as_array().expect("a list").len()
        };
        assert_eq!((ran.code, found(&ran.out)), (scanned.code, found(&scanned.out)), "{file}");
    }
}

/// Settings may name less: then the audit and the check say what nobody reads.
#[test]
fn what_the_settings_leave_out_is_told() {
    let folder = Folder::new(&[
        ("infra/main.tf", CLEAN),
        ("infra/user-data.sh", "#!/bin/bash\n"),
        ("scripts/deploy.sh", "#!/bin/bash\n"),
        ("old/deploy.sh", "#!/bin/bash\n"),
        (".env", "A=b\n"),
        ("secretrail.toml", "exclude = [\"old/\"]\n[audit]\nterraform = [\"infra\"]\n"),
    ]);
    let told = "2 files here that `secretrail scan` would read are outside of terraform in [audit]: .env, scripts/deploy.sh";
    let ran = folder.run(&["audit"]);
    assert!(
        ran.code == 0 && ran.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(told),
        "{}",
        ran.out
    );
    let ran = folder.run(&["settings", "check"]);
    assert!(ran.code == 0 && ran.out.contains(told), "{}", ran.out);
    // Who names what to audit knows.
    assert!(!folder.run(&["audit", "infra"]).out.contains("outside of terraform"));
    folder.write("secretrail.toml", "[audit]\nterraform = [\".\"]\n");
    assert!(!folder.run(&["audit"]).out.contains("outside of terraform"));
    assert!(!folder.run(&["settings", "check"]).out.contains("outside of terraform"));
}

#[test]
fn names_in_code_and_workflows_are_counted_and_lead_to_a_list() {
    let parameter =
        "resource \"aws_ssm_parameter\" \"a\" {\n  name = \"/paperclip-app/anthropic/api-key\"\n}\n";
    let folder = Folder::new(&[
        ("main.tf", parameter),
        (".github/workflows/deploy.yml", "env:\n  A: ${{ secrets.GH_PAT }}\n"),
    ]);
    let ran = folder.run(&["init"]);
    assert!(
        ran.out.contains("The code names 2 keys; draft a list with `secretrail inventory init"),
        "{}",
        ran.out
    );
    let text = folder.read("secretrail.toml");
    assert!(text.contains("# projects = [\"/paperclip-app\"]"), "{text}");
    assert_eq!(folder.run(&["settings", "check"]).code, 0);
}

/// Settings are UTF-8, and a folder may be named in another way; some can't be entered at all.
#[cfg(target_os = "linux")]
#[test]
fn what_can_t_be_looked_into_is_told() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("infra/main.tf", CLEAN), ("shut/main.tf", CLEAN)]);
    let odd = folder.path().join(OsStr::from_bytes(b"odd-\xff"));
    std::fs::create_dir(&odd).unwrap();
    std::fs::write(odd.join("1_CloudTrail_eu-central-1_a.json"), "{}").unwrap();
    let shut = |mode| std::fs::set_permissions(folder.join("shut"), PermissionsExt::from_mode(mode)).unwrap();
    shut(0o000);
    let is_refused = std::fs::read_dir(folder.join("shut")).is_err();
    let (shown, ran) = (folder.run(&["init", "--stdout"]), folder.run(&["init"]));
    shut(0o700);
    assert!(shown.err.contains("not searched: ./odd-"), "{}", shown.err);
    assert!(ran.code == 0 && ran.out.contains("not searched: ./odd-"), "{}", ran.out);
    // Root enters everything.
    assert!(!is_refused || ran.out.contains("not searched: ./shut: permission denied"), "{}", ran.out);
    assert_eq!(folder.run(&["settings", "check"]).code, 0);
}

/// Also a link that leads nowhere yet is somebody's.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let folder = Folder::new(&[]);
    std::os::unix::fs::symlink("elsewhere.toml", folder.join("secretrail.toml")).unwrap();
    let ran = folder.run(&["init"]);
    assert!(ran.code == 2 && ran.err.contains("already exists"), "{}", ran.err);
    assert!(!folder.join("elsewhere.toml").exists());
}

#[test]
fn an_empty_folder_gets_comments() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["init"]);
    assert!(
        ran.code == 0 && ran.out.contains("There is nothing to audit yet: fill in [audit]"),
        "{}",
        ran.out
    );
    let ran = folder.run(&["audit"]);
    assert!(ran.code == 2 && ran.err.contains("there is nothing to audit"), "{}", ran.err);
}

#[test]
fn settings_are_checked_with_line_and_column() {
    let folder = Folder::new(&[("secretrail.toml", "[audit]\nterraforms = [\"infra\"]\n")]);
    let ran = folder.run(&["settings", "check"]);
    assert!(
        ran.code == 2 && ran.err.contains("secretrail.toml:2:1: unknown field `terraforms`"),
        "{}",
        ran.err
    );
    assert_eq!(Folder::new(&[]).run(&["settings", "check"]).code, 2);
    let schema = folder.run(&["settings", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema.out).expect("JSON");
    assert!(schema["properties"]["audit"]["properties"]["terraform"].is_object());
}
