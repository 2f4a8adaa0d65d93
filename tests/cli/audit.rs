//! `secretrail audit`: several surfaces, one report.

use serde_json::Value;

use crate::rig::{CLEAN, Folder, LEAK, root};

fn fixture(name: &str) -> String {
    root().join("fixtures").join(name).to_string_lossy().into_owned()
}

fn surfaces(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let mut all: Vec<String> =
        findings.map(|finding| finding["surface"].as_str().expect("a surface").to_owned()).collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn one_report_tells_of_all_surfaces() {
    let folder = Folder::new(&[("infra/main.tf", LEAK)]);
    let (evidence, trail) = (fixture("account/root-key-used-today"), fixture("trail/fallback-root"));
    let ran = folder.run(&["audit", "infra", "--evidence", &evidence, "--trail", &trail, "-f", "json"]);
    let report = ran.json();
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(surfaces(&report), ["account", "terraform", "trail"]);
    assert!(report["account"].is_object() && report["sessions"].is_array());
    let paths = report["findings"].as_array().expect("findings").iter();
    let paths: Vec<&str> = paths.filter_map(|finding| finding["location"]["path"].as_str()).collect();
    assert!(paths.contains(&"infra/main.tf"), "relative to where the user stands: {paths:?}");
    for format in
        ["table", "markdown", "html", "sarif", "junit", "csv", "ocsf", "gitlab", "github", "oneline"]
    {
        let ran = folder.run(&["audit", "infra", "--evidence", &evidence, "--trail", &trail, "-f", format]);
        assert!(ran.code == 1 && !ran.out.is_empty(), "{format}: {}", ran.err);
    }
}

#[test]
fn the_settings_say_what_is_audited() {
    let settings = "[audit]\nterraform = [\"infra\"]\n";
    let folder = Folder::new(&[("infra/main.tf", LEAK), ("secretrail.toml", settings)]);
    assert_eq!(folder.run(&["audit", "-f", "json"]).findings().len(), 2);
    folder.write("infra/main.tf", CLEAN);
    let ran = folder.run(&["audit"]);
    assert!(ran.code == 0 && ran.out.contains("No finding for terraform"), "{}", ran.out);
}

#[test]
fn a_surface_that_holds_nothing_is_no_good_news() {
    let folder = Folder::new(&[("infra/main.tf", CLEAN), ("logs/readme.txt", "")]);
    let ran = folder.run(&["audit", "infra", "--trail", "logs"]);
    assert!(ran.code == 3 && ran.out.contains("nothing to audit was found"), "{}", ran.out);
    let folder_alone = Folder::new(&[("infra/readme.txt", ""), ("logs/readme.txt", "")]);
    let ran = folder_alone.run(&["audit", "infra", "--trail", "logs"]);
    assert!(ran.out.contains("Terraform  nothing was read, so nothing can be said"), "{}", ran.out);
    for (wrong, told) in [
        (vec!["audit"], "there is nothing to audit"),
        (vec!["audit", "none"], "none cannot be read"),
        (
            vec!["audit", "infra", "--inventory", "SECRETS.md"],
            "there is nothing to check the lists of keys against",
        ),
    ] {
        let ran = folder.run(&wrong);
        assert!(ran.code == 2 && ran.err.contains(told), "{wrong:?}: {}", ran.err);
    }
}

#[test]
fn a_nightly_audit_keeps_its_history() {
    let folder = Folder::new(&[("infra/main.tf", LEAK)]);
    let nightly = ["audit", "infra", "--history", "audit.db", "--only-new"];
    assert_eq!([folder.run(&nightly).code, folder.run(&nightly).code], [1, 0]);
}

#[test]
fn evidence_that_nobody_looks_at_is_a_gap() {
    let folder = Folder::new(&[("infra/main.tf", CLEAN)]);
    let (one, two) = (fixture("account/clean"), fixture("account/root-key-used-today"));
    let ran = folder.run(&["audit", "infra", "--evidence", &one, "--evidence", &two]);
    assert!(ran.code == 3 && ran.out.contains("another bundle also holds one"), "{}", ran.out);
}

/// What was found elsewhere is not lost where AWS can't be asked.
#[cfg(feature = "aws")]
#[test]
fn without_aws_the_rest_is_audited() {
    let folder = Folder::new(&[
        ("infra/main.tf", LEAK),
        ("secretrail.toml", "[inventory]\nfiles = [\"SECRETS.md\"]\n"),
    ]);
    let ran = folder.run(&["audit", "infra", "--aws", "-f", "json"]);
    assert_eq!((ran.code, ran.findings().len()), (1, 2), "{}{}", ran.out, ran.err);
    let alone = folder.run(&["audit", "--aws"]);
    assert!(alone.code == 2 && alone.err.contains("no AWS credentials are available"), "{}", alone.err);
    let gaps = ran.gaps();
    assert!(gaps.iter().any(|gap| gap.contains("the account was not audited")), "{gaps:?}");
    assert!(gaps.iter().any(|gap| gap.contains("nothing to check the lists of keys against")), "{gaps:?}");
}

/// Who audits 200 accounts must not think that their parameters were looked at.
#[test]
fn what_is_not_looked_at_in_many_accounts_is_told() {
    let evidence = root().join("examples/organization/evidence").display().to_string();
    let folder = Folder::new(&[("infra/main.tf", CLEAN)]);
    let ran = folder.run(&["audit", "infra", "--evidence", &evidence, "-f", "json"]);
    let gaps = ran.json()["gaps"].as_array().expect("gaps").clone();
    let told = gaps.iter().find(|gap| gap["name"] == "[accounts]").expect("a gap");
    let reason = told["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("parameters and trails of the 4 accounts were not audited"), "{reason}");
    assert_eq!(told["hides_findings"], false);
}

#[test]
fn a_repository_does_not_choose_whom_credentials_are_shown() {
    let settings = "[audit]\nterraform = [\"infra\"]\ntrail = [\"s3://somebodys-bucket/logs\"]\n";
    let folder = Folder::new(&[("infra/main.tf", CLEAN), ("secretrail.toml", settings)]);
    let ran = folder.run(&["audit"]);
    assert!(
        ran.code == 3 && ran.out.contains("settings may only name a bucket if --settings names them"),
        "{ran:?}"
    );
    folder.write("secretrail.toml", settings.replace("terraform = [\"infra\"]\n", ""));
    let ran = folder.run(&["audit"]);
    assert!(ran.code == 2 && ran.err.contains("--settings FILE trusts them"), "{ran:?}");
}
