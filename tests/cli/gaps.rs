//! `[[accept-gap]]`: a gap that a team accepts is told and does not make the audit partial.

use crate::rig::{CLEAN, Folder, text};

/// A module that is not here, with a secret that goes into it.
const GAP: &str = "variable \"p\" {\n  sensitive = true\n}\nmodule \"x\" {\n  source   = \"example/x/aws\"\n  password = var.p\n}\n";

fn accepted(entry: &str) -> String {
    format!("[[accept-gap]]\n{entry}\n")
}

#[test]
fn an_accepted_gap_is_told_and_the_audit_is_whole() {
    let folder = Folder::new(&[("live/main.tf", GAP)]);
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let name = text(&ran.json()["gaps"][0]["name"]).to_owned();
    for entry in [
        "path = \"live/**\"\nreason = \"read by hand\"\nuntil = 2027-01-31".to_owned(),
        format!("name = \"{name}\"\nreason = \"read by hand\"\nuntil = 2027-01-31"),
    ] {
        folder.write("secretrail.toml", accepted(&entry));
        let ran = folder.run(&["scan", "-f", "json", "--now", "2027-01-31"]);
        assert_eq!((ran.code, ran.findings()), (0, vec![]), "{ran:?}");
        let gap = &ran.json()["gaps"][0];
        assert_eq!(gap["accepted"], serde_json::json!({"reason": "read by hand", "until": "2027-01-31"}));
        for format in ["table", "markdown", "junit", "sarif"] {
            let ran = folder.run(&["scan", "-f", format, "--now", "2027-01-31"]);
            assert_eq!(ran.code, 0);
            assert!(ran.out.contains("accepted until 2027-01-31: read by hand"), "{format}: {}", ran.out);
            assert!(ran.out.contains("1 gap is accepted by the settings"), "{format}: {}", ran.out);
        }
    }
}

#[test]
fn one_that_is_over_or_of_no_use_is_told() {
    let folder = Folder::new(&[("main.tf", GAP)]);
    folder.write("secretrail.toml", accepted("path = \"main.tf\"\nreason = \"x\"\nuntil = 2027-01-31"));
    let ran = folder.run(&["scan", "-f", "json", "--now", "2027-02-01"]);
    assert_eq!((ran.code, ran.findings()), (3, vec!["ignore-expired secretrail.toml:1".to_owned()]));
    let folder = Folder::new(&[("main.tf", CLEAN)]);
    folder.write("secretrail.toml", accepted("path = \"main.tf\"\nreason = \"x\""));
    let ran = folder.run(&["scan", "-f", "json"]);
    assert_eq!((ran.code, ran.findings()), (0, vec!["ignore-unused secretrail.toml:1".to_owned()]));
}

#[test]
fn one_that_is_not_whole_is_an_error() {
    for (entry, told) in [
        ("path = \"a\"", "this accept-gap has no reason"),
        ("reason = \"x\"", "this accept-gap needs a path, a name or both"),
        ("path = \"!a\"\nreason = \"x\"", "the path of this accept-gap is no glob"),
    ] {
        let folder = Folder::new(&[("main.tf", CLEAN), ("secretrail.toml", &accepted(entry))]);
        let ran = folder.run(&["scan"]);
        assert!(ran.code == 2 && ran.err.contains(told), "{}", ran.err);
    }
}

#[test]
fn a_file_that_is_too_large_could_hide_a_finding() {
    for name in ["env/prod.env", "docker-compose.yml", "Dockerfile"] {
        let folder = Folder::new(&[(name, ""), ("main.tf", CLEAN)]);
        folder.write(name, format!("DB_PASSWORD=Kx82mQpzT1vvq\n{}", "#".repeat(17 << 20)));
        let ran = folder.run(&["scan", "-f", "json"]);
        assert_eq!(
            (ran.code, &ran.json()["gaps"][0]["hides_findings"]),
            (3, &true.into()),
            "{name}: {}",
            ran.out
        );
    }
}
