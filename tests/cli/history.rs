//! `--history` and `secretrail history`: a job that runs every night.

use std::time::Duration;

use crate::rig::{CLEAN, Folder, LEAK};

const NIGHTLY: [&str; 6] = ["scan", "--history", "audit.db", "--only-new", "-f", "json"];

#[test]
fn a_nightly_job_tells_what_is_new_and_only_once() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let ran = folder.run(&NIGHTLY);
    assert_eq!((ran.code, ran.findings().len()), (1, 2));
    assert_eq!(ran.json()["history"]["new"].as_array().map(Vec::len), Some(2));
    let ran = folder.run(&NIGHTLY);
    assert_eq!((ran.code, ran.findings().len()), (0, 0), "known: {}", ran.out);
    assert_eq!(ran.json()["history"]["known"], 2);
    folder.write("main.tf", CLEAN);
    let ran = folder.run(&NIGHTLY);
    assert_eq!(ran.json()["history"]["fixed"].as_array().map(Vec::len), Some(2));
    assert_eq!(folder.run(&NIGHTLY).json()["history"]["fixed"].as_array().map(Vec::len), Some(0));
    folder.write("main.tf", LEAK);
    let ran = folder.run(&NIGHTLY);
    assert_eq!((ran.code, &ran.json()["history"]["returned"]), (1, &2.into()));
    let told = folder.run(&["scan", "--history", "audit.db", "--only-new"]);
    assert!(told.out.contains("Since the last run: 0 new; 0 fixed; 2 known and left out"), "{}", told.out);
    assert!(
        told.out
            .contains("No new finding in 1 file; 2 known findings are open: 1 critical, 1 high. Exit code 0"),
        "{}",
        told.out
    );
}

#[test]
fn a_known_script_on_one_more_machine_is_new() {
    let machine = |name: &str| {
        format!(
            "resource \"aws_instance\" \"{name}\" {{\n  user_data = templatefile(\"${{path.module}}/boot.sh\", {{ t = var.api_token }})\n}}\n"
        )
    };
    let main = "variable \"api_token\" {\n  sensitive = true\n}\n".to_owned() + &machine("web");
    let folder = Folder::new(&[("main.tf", &main), ("boot.sh", "#!/bin/sh\necho ${t} > /etc/token\n")]);
    let scan = ["scan", "--history", "h.db", "--only-new", "-f", "json"];
    assert_eq!(folder.run(&scan).code, 1);
    assert_eq!(folder.run(&scan).code, 0);
    folder.write("more.tf", machine("bastion"));
    let ran = folder.run(&scan);
    assert!(ran.code == 1 && ran.out.contains("aws_instance.bastion"), "{}", ran.out);
    assert_eq!(ran.json()["history"]["fixed"].as_array().map(Vec::len), Some(0), "{}", ran.out);
}

#[test]
fn without_only_new_all_is_told() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    for _ in 0..2 {
        let ran = folder.run(&["scan", "--history", "audit.db", "-f", "json"]);
        assert_eq!((ran.code, ran.findings().len()), (1, 2));
    }
}

#[test]
fn what_is_not_audited_is_not_fixed() {
    let folder = Folder::new(&[("main.tf", LEAK), ("other.tf", CLEAN)]);
    assert_eq!(folder.run(&NIGHTLY).code, 1);
    // The file can't be read as a whole any more.
    folder.write("main.tf", LEAK.replace("user_data", "user_data = = {"));
    let ran = folder.run(&NIGHTLY);
    assert_eq!((ran.code, &ran.json()["history"]["whole"]), (3, &false.into()), "{}", ran.out);
    assert_eq!(ran.json()["history"]["fixed"].as_array().map(Vec::len), Some(0));
    // A report of some rules is no audit of all.
    for narrow in [["--rule", "literal-token"], ["--since", "HEAD"]] {
        let ran = folder.run(&[&["scan", "--history", "audit.db"], &narrow[..]].concat());
        assert_eq!(ran.code, 2, "{}", ran.err);
    }
}

#[test]
fn a_finding_is_accepted_for_a_while() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let ran = folder.run(&NIGHTLY);
    for finding in ran.json()["findings"].as_array().expect("findings") {
        let print = finding["fingerprint"].as_str().expect("a fingerprint");
        let accept =
            ["history", "accept", "audit.db", &print[..12], "--until", "2099-12-31", "--reason", "soon gone"];
        assert_eq!(folder.run(&accept).code, 0);
        let shown = folder.run(&["history", "show", "audit.db", &print[..12]]).out;
        assert!(shown.contains("accepted     until 2099-12-31") && shown.contains("soon gone"), "{shown}");
    }
    let ran = folder.run(&["scan", "--history", "audit.db", "-f", "json"]);
    assert_eq!((ran.code, &ran.json()["summary"]["silenced"]["history"]), (0, &2.into()));
    let listed = folder.run(&["history", "list", "audit.db"]).out;
    assert!(listed.contains("2 findings: 0 open, 2 accepted, 0 fixed"), "{listed}");
}

#[test]
fn the_worst_findings_are_listed_first() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    assert_eq!(folder.run(&NIGHTLY).code, 1);
    let listed = folder.run(&["history", "list", "audit.db"]).out;
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].starts_with("severity") && lines[0].ends_with("first seen  last seen"), "{listed}");
    assert!(lines[1].starts_with("critical       secret-written-to-disk  20"), "{listed}");
    assert_eq!(lines[2], "  token is written to /etc/token");
    assert!(lines[3].starts_with("  main.tf:5  ") && lines[4].starts_with("high "), "{listed}");
    let json = folder.run(&["history", "list", "audit.db", "--json"]).json();
    assert_eq!(
        (&json["history"][0]["severity"], &json["history"][1]["severity"]),
        (&"critical".into(), &"high".into())
    );
}

#[test]
fn a_history_that_can_t_be_used_is_no_audit() {
    let folder =
        Folder::new(&[("main.tf", LEAK), ("notes.txt", "not a database, but long enough to look at")]);
    let ran = folder.run(&["scan", "--history", "notes.txt"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("the history notes.txt cannot be used: it is not an SQLite file"),
        "{}",
        ran.err
    );
    assert_eq!(folder.run(&["history", "list", "none.db"]).code, 2);
    assert_eq!(folder.run(&["history", "list", "none.db"]).code, 2, "it was not made");
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "it is killed in the middle")]
fn a_run_that_is_killed_loses_and_doubles_nothing() {
    use std::os::unix::process::ExitStatusExt;
    let folder = Folder::new(&[("main.tf", LEAK)]);
    let mut told = 0;
    for moment in 0..20 {
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_secretrail"));
        let mut child = run
            .args(NIGHTLY)
            .args(["-o", "out.json"])
            .current_dir(folder.path())
            .env_clear()
            .spawn()
            .expect("a run");
        std::thread::sleep(Duration::from_millis(moment * 3));
        child.kill().expect("killed");
        let status = child.wait().expect("an end");
        if status.signal().is_none() && status.code() == Some(1) {
            told += 1;
        }
    }
    // Whoever was not told by a whole run is told now, and nobody twice.
    told += i32::from(folder.run(&NIGHTLY).code == 1);
    assert!(told <= 1, "told {told} times");
    let listed = folder.run(&["history", "list", "audit.db", "--json"]);
    assert_eq!(listed.json()["history"].as_array().map(Vec::len), Some(2), "{}", listed.out);
}

#[test]
fn a_gap_elsewhere_keeps_nothing_open() {
    let broken = "resource \"aws_instance\" \"x\" {\n  user_data = = {\n}\n";
    let call = "module \"app\" {\n  source = \"../modules/app\"\n  name = \"a\"\n}\n";
    let folder = Folder::new(&[
        ("app/main.tf", LEAK),
        ("other/main.tf", broken),
        ("prod/main.tf", call),
        ("modules/app/main.tf", LEAK),
    ]);
    let ran = folder.run(&NIGHTLY);
    assert_eq!((ran.code, ran.findings().len()), (1, 4), "{}", ran.out);
    folder.write("app/main.tf", CLEAN);
    folder.write("modules/app/main.tf", CLEAN);
    folder.write("prod/main.tf", call.replace("name =", "name = ="));
    let ran = folder.run(&NIGHTLY);
    let fixed = ran.json()["history"]["fixed"].as_array().cloned().unwrap_or_default();
    assert!(fixed.len() == 2 && ran.out.contains("app/main.tf:5"), "{}", ran.out);
    assert_eq!(
        (ran.code, &ran.json()["history"]["unseen"]),
        (3, &2.into()),
        "prod could call it: {}",
        ran.out
    );
    let told = folder.run(&["scan", "--history", "audit.db", "--only-new"]).out;
    assert!(
        told.contains("0 known and left out; 2 not seen and still open")
            || told.contains("0 known; 2 not seen and still open"),
        "{told}"
    );
    let listed = folder.run(&["history", "list", "audit.db"]).out;
    assert!(listed.contains("4 findings: 2 open, 0 accepted, 2 fixed"), "{listed}");
    folder.write("prod/main.tf", call);
    let ran = folder.run(&NIGHTLY);
    assert_eq!(ran.json()["history"]["fixed"].as_array().map(Vec::len), Some(2), "{}", ran.out);
}

#[test]
fn what_is_silenced_is_not_open() {
    let folder = Folder::new(&[("main.tf", LEAK)]);
    assert_eq!(folder.run(&NIGHTLY).code, 1);
    folder.write(
        "main.tf",
        LEAK.replace(
            "  user_data",
            "  # secretrail:ignore secret-written-to-disk until=2099-12-31 reason=\"a test\"\n  user_data",
        ),
    );
    let ran = folder.run(&NIGHTLY);
    assert_eq!(ran.findings().len(), 0, "{}", ran.out);
    let listed = folder.run(&["history", "list", "audit.db"]).out;
    assert!(listed.contains("2 findings: 1 open, 0 accepted, 1 silenced, 0 fixed"), "{listed}");
}

#[test]
fn what_moved_into_what_is_not_read_is_not_fixed() {
    let folder = Folder::new(&[("env/main.tf", LEAK), ("env/x.tf", "locals {\n  a = 1\n}\n")]);
    assert_eq!(folder.run(&NIGHTLY).findings().len(), 2);
    std::fs::remove_file(folder.path().join("env/main.tf")).unwrap();
    folder.write("new/main.tf", format!("{LEAK}\nx \"{{\n"));
    // A history knows the second in which a run was, and no less.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    for _ in 0..2 {
        let ran = folder.run(&NIGHTLY);
        assert_eq!(ran.json()["history"]["fixed"].as_array().map(Vec::len), Some(0), "{}", ran.out);
    }
}
