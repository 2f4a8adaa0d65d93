//! `secretrail inventory`: lists in their forms, the screen, runbooks, drills; nothing that somebody pasted is shown.

use serde_json::Value;

use crate::rig::{Folder, command, root, run};

/// A made-up token of GitHub's form.
fn pasted() -> String {
    ["ghp_", &"a1B2".repeat(9)].concat()
}

/// A folder with the example's list and evidence.
fn example() -> Folder {
    let folder = Folder::new(&[]);
    copy(&root().join("examples/inventory"), &folder, "");
    folder
}

fn copy(from: &std::path::Path, to: &Folder, below: &str) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            copy(&entry.path(), to, &format!("{name}/"));
        } else {
            to.write(&name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}

#[test]
fn the_example_is_the_founding_team_s_screen() {
    let ran = example().run(&["inventory", "check", "--screen", "--evidence", "evidence"]);
    let screen = "\
[ Secrets Health Check ]
  Paperclip admin password   OK
  Paperclip Anthropic key    OK
  Paperclip GitHub PAT       OK
  Test bot Anthropic key     MISSING       /test-bot/anthropic/api-key
  Linear key                 MISSING       /abt/linear/api-key
  GH_PAT                     NOT CHECKED   a GitHub Actions secret cannot be seen from AWS
One or more secrets are missing. See SECRETS-RUNBOOK.md to fix.
";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, screen, ""));
}

#[test]
fn colours_are_for_terminals_and_no_color_is_honoured() {
    let folder = example();
    let screen = ["inventory", "check", "--screen", "--evidence", "evidence"];
    let coloured = folder.run(&[&screen[..], &["--color", "always"]].concat());
    assert!(coloured.out.contains("\u{1b}["), "{}", coloured.out);
    let plain = run(command(folder.path()).args(screen).env("NO_COLOR", "1"));
    assert!(!plain.out.contains('\u{1b}'), "{}", plain.out);
}

#[test]
fn every_format_tells_the_missing_key() {
    let folder = example();
    for format in
        ["table", "json", "sarif", "markdown", "github", "gitlab", "junit", "oneline", "csv", "ocsf"]
    {
        // OCSF tells when the run was.
        let check =
            ["inventory", "check", "--evidence", "evidence", "--now", "2026-04-01", "--format", format];
        let ran = folder.run(&check);
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        assert!(ran.out.contains("/test-bot/anthropic/api-key"), "{format}: {}", ran.out);
        assert_eq!(ran.out, folder.run(&check).out, "{format}");
    }
}

#[test]
fn json_has_a_row_for_each_key_and_each_unlisted_parameter() {
    let ran = example().run(&["inventory", "check", "--evidence", "evidence", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    let row = |name: &str| {
        let rows = report["inventory"].as_array().expect("rows");
        rows.iter().find(|row| row["key"] == name || row["location"] == name).expect("a row").clone()
    };
    let key = row("ANTHROPIC_API_KEY");
    assert_eq!(
        (&key["status"], &key["age_days"], &key["rotated"], &key["written"], &key["answers"]),
        (&"ok".into(), &5.into(), &"2026-03-28".into(), &"2026-03-28".into(), &5.into())
    );
    assert_eq!(row("LINEAR_API_KEY")["migrating"], true);
    assert_eq!(row("/abt/replicate/api-token")["status"], "unlisted");
    let finding =
        report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "key-missing").unwrap();
    assert_eq!(
        (&finding["location"]["path"], &finding["location"]["line"]),
        (&"SECRETS.md".into(), &10.into())
    );
}

#[test]
fn evidence_of_another_list_is_no_pass() {
    let folder = example();
    folder.write("other.md", "| Key | Location |\n|---|---|\n| K | SSM /else/where/api-key |\n");
    let ran = folder.run(&["inventory", "check", "other.md", "--evidence", "evidence"]);
    let listed = folder.run(&["inventory", "check", "--list", "other.md", "--evidence", "evidence"]);
    assert_eq!((listed.code, listed.timeless()), (ran.code, ran.timeless()));
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.out.contains("it was not requested when this evidence was collected"), "{}", ran.out);
}

#[test]
fn a_list_of_which_nothing_could_be_checked_is_no_pass() {
    let folder = example();
    let check = ["inventory", "check", "other.md", "--evidence", "evidence"];
    for rows in ["| GH_PAT | GitHub Actions secret GH_PAT |\n", "| A_KEY | |\n| B_KEY | — |\n"] {
        folder.write("other.md", format!("| Key | Location |\n|---|---|\n{rows}"));
        let ran = folder.run(&check);
        assert_eq!(ran.code, 3, "{rows}: {}", ran.out);
        assert!(ran.out.contains("no key of the list could be checked"), "{rows}: {}", ran.out);
        assert_eq!(folder.run(&[&check[..], &["--exit-zero"]].concat()).code, 0);
    }
    folder.write(
        "other.md",
        "| Key | Location |\n|---|---|\n| GH_PAT | GitHub Actions secret GH_PAT |\n| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key |\n",
    );
    let ran = folder.run(&[&check[..], &["--screen"]].concat());
    assert!(ran.out.contains("1 of 2 secrets is in its place; 1 was not checked."), "{}", ran.out);
}

#[test]
fn without_a_list_nothing_was_audited() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["inventory", "check"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("there is no list of keys here") && ran.err.contains("no audit was performed"),
        "{}",
        ran.err
    );
    folder.write("notes.md", "no table\n");
    let ran = example().run(&["inventory", "check", "SECRETS-RUNBOOK.md", "--evidence", "evidence"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.out.contains("no list of keys was found"), "{}", ran.out);
}

#[test]
fn what_is_pasted_is_a_finding_and_is_never_shown() {
    let folder = example();
    let secret = pasted();
    for list in [
        format!("| Key | Location | Owner |\n|---|---|---|\n| K | SSM /abt/a/b | {secret} |\n"),
        format!("| Key | Location |\n|---|---|\n| {secret} | SSM /abt/a/b |\n"),
        format!("| Key | {secret} | Location |\n|---|---|---|\n| K | x | SSM /abt/a/b |\n"),
        format!("Old one: {secret}\n\n| Key | Location |\n|---|---|\n| K | SSM /abt/a/b |\n"),
        format!("| Key | Location | Revoke |\n|---|---|---|\n| K | SSM {secret} | x |\n"),
    ] {
        folder.write("SECRETS.md", &list);
        for format in
            ["table", "json", "sarif", "markdown", "github", "gitlab", "junit", "oneline", "csv", "ocsf"]
        {
            let ran =
                folder.run(&["inventory", "check", "--evidence", "evidence", "--format", format, "--all"]);
            assert_eq!(ran.code, 1, "{list}: {}", ran.err);
            assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{format}: {list}");
            let told = ran.out.contains("value-in-inventory") || ran.out.contains("looks like a value");
            assert!(told, "{format}: {list}: {}", ran.out);
        }
        for arguments in [
            &["inventory", "convert", "SECRETS.md", "--to", "toml"][..],
            &["inventory", "convert", "SECRETS.md", "--to", "csv"],
            &["inventory", "runbook", "K"],
        ] {
            let ran = folder.run(arguments);
            assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{arguments:?}: {ran:?}");
        }
    }
}

#[test]
fn a_list_goes_through_all_forms_and_stays_the_same() {
    let folder = example();
    let first = folder.run(&["inventory", "convert", "SECRETS.md", "--to", "markdown"]);
    assert_eq!((first.code, first.err.as_str()), (0, ""));
    folder.write("a.md", &first.out);
    for (from, to, name) in
        [("a.md", "toml", "b.toml"), ("b.toml", "yaml", "c.yml"), ("c.yml", "csv", "d.csv")]
    {
        let ran = folder.run(&["inventory", "convert", from, "--to", to, "-o", name]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{from}");
    }
    let last = folder.run(&["inventory", "convert", "d.csv", "--to", "markdown"]);
    assert_eq!(last.out, first.out);
    let over = folder.run(&["inventory", "convert", "a.md", "--to", "markdown", "-o", "./a.md"]);
    assert_eq!(over.code, 2, "{}", over.err);
}

#[test]
fn a_draft_has_names_from_workflows_and_terraform() {
    let secret = pasted();
    let folder = Folder::new(&[
        (".github/workflows/ci.yml", "env:\n  T: ${{ secrets.GH_PAT }}\n  U: ${{ secrets.GITHUB_TOKEN }}\n"),
        (
            "main.tf",
            "data \"aws_ssm_parameter\" \"a\" {\n  name = \"/app/anthropic/api-key\"\n}\n\
             resource \"aws_ssm_parameter\" \"b\" {\n  name = \"/${var.env}/x\"\n}\n",
        ),
    ]);
    folder.write("run.sh", format!("T={secret}\naws ssm get-parameter --name /app/db/password\n"));
    let ran = folder.run(&["inventory", "init", ".", "-o", "SECRETS.md"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1 key is named by an expression"), "{}", ran.err);
    let expected = "| Key | Location | Last Rotated | Owner |\n|---|---|---|---|\n\
        | ANTHROPIC_API_KEY | SSM /app/anthropic/api-key | — | — |\n\
        | DB_PASSWORD | SSM /app/db/password | — | — |\n\
        | GH_PAT | GitHub Actions secret GH_PAT | — | — |\n";
    assert_eq!(folder.read("SECRETS.md"), expected);
    assert_eq!(folder.run(&["inventory", "init", ".", "-o", "SECRETS.md"]).code, 2);
}

#[test]
fn a_draft_has_what_terraform_shows_of_the_incident() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let ran = crate::rig::run(crate::rig::command(root).args(["inventory", "init", "examples/incident"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key |"), "{}", ran.out);
    let key = Folder::new(&[("main.tf", crate::rig::LEAK)]).run(&["inventory", "init", "."]);
    assert!(
        key.out.contains("| TOKEN | — | — | — | variable token of Terraform holds a secret: "),
        "{}",
        key.out
    );
}

#[test]
fn a_runbook_tells_answers_and_what_breaks() {
    let folder = example();
    let ran = folder.run(&["inventory", "runbook", "GITHUB_PAT"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("Not ready to rotate: no answer to generate, push."), "{}", ran.out);
    let tree = root().join("examples/incident");
    let ran = folder.run(&["inventory", "runbook", "ANTHROPIC_API_KEY", "--tree", &tree.to_string_lossy()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = "modules/app/user_data.sh:235  anthropic_api_key is written to /opt/paperclip/.env";
    assert!(ran.out.contains(told), "{}", ran.out);
    let wrong = folder.run(&["inventory", "runbook", "ANTHROPIC_API_KEX"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `ANTHROPIC_API_KEY`"), "{}", wrong.err);
}

#[test]
fn a_drill_is_noted_and_judged() {
    let folder = example();
    let secret = pasted();
    let ran = folder.run_with_input(
        &["inventory", "drill", "GITHUB_PAT", "--by", "jared"],
        format!("\n\n{secret}\n\n\n"),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let noted = folder.read("secrets-drills.csv");
    assert!(noted.starts_with("key,when,who,seconds,result,") && noted.contains(",jared,0,done,"), "{noted}");
    assert!(!noted.contains(&secret) && !ran.out.contains(&secret));
    let stopped = folder.run_with_input(&["inventory", "drill", "GITHUB_PAT"], "\nq\n");
    assert_eq!((stopped.code, folder.read("secrets-drills.csv").lines().count()), (1, 3));
    // Judged by the time of the evidence, in April.
    folder.write(
        "secrets-drills.csv",
        "key,when,who,seconds,result\nGITHUB_PAT,2025-11-26T00:00:00Z,jared,100,done\n\
         ANTHROPIC_API_KEY,2026-03-30T00:00:00Z,jared,400,done\nnonsense\n",
    );
    let ran = folder.run(&["inventory", "check", "--evidence", "evidence", "--all"]);
    for told in [
        "was last practised 127 days ago, by jared",
        "took 6 min 40 s (done), by jared, 3 days ago",
        "this line notes no drill",
    ] {
        assert!(ran.out.contains(told), "{told}: {}", ran.out);
    }
}

#[test]
fn settings_say_what_is_expected() {
    let folder = example();
    folder.write(
        "secretrail.toml",
        "[inventory]\nfiles = [\"SECRETS.md\"]\nmax-age-days = 7\nrequire-customer-key = true\nprojects = [\"/abt\"]\n\n\
         [[ignore]]\nrule = \"key-missing\"\nname = \"LINEAR_API_KEY\"\nreason = \"moves next week\"\nuntil = 2027-01-31\n",
    );
    let ran = folder.run(&[
        "inventory",
        "check",
        "--evidence",
        "evidence",
        "--now",
        "2026-04-02",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    let found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["rule"].as_str().unwrap(), one["location"]["name"].as_str().unwrap()))
        .collect();
    for one in
        ["key-stale GITHUB_PAT", "key-needs-customer-key ANTHROPIC_API_KEY", "key-badly-named GITHUB_PAT"]
    {
        assert!(found.contains(&one.to_owned()), "{one}: {found:#?}");
    }
    assert!(!found.contains(&"key-missing LINEAR_API_KEY".to_owned()), "{found:#?}");
    for (wrong, told) in [
        ("max-age-days = 0", "this must be a whole number from 1 on"),
        ("projects = [\"abt\"]", "a project is the beginning of names"),
        ("max_age_days = 3", "unknown field"),
    ] {
        folder.write("secretrail.toml", format!("[inventory]\n{wrong}\n"));
        let ran = folder.run(&["inventory", "check", "--evidence", "evidence"]);
        assert!(ran.code == 2 && ran.err.contains(told), "{wrong}: {}", ran.err);
    }
}

#[test]
fn hostile_lists_end_in_time() {
    let folder = example();
    let row = "| K | SSM /a/b/c |\n";
    for (name, text) in [
        ("rows.md", format!("| Key | Location |\n|---|---|\n{}", row.repeat(3_000))),
        ("bars.md", format!("| Key | Location |\n|---|---|\n{}\n", "|".repeat(1_000_000))),
        ("deep.yml", "[".repeat(100_000)),
        ("maps.yml", "a: ".repeat(50_000)),
        ("deep.toml", format!("a = {}", "[".repeat(50_000))),
        ("quote.csv", format!("key,location\n\"{}", "x".repeat(1_000_000))),
        ("odd.md", "| Key | Location |\n|---|---|\n| \u{1b}[2J\u{202e} | SSM /a/\u{7}b |\n".to_owned()),
    ] {
        folder.write(name, &text);
        let ran = folder.run(&["inventory", "check", name, "--evidence", "evidence"]);
        assert!(matches!(ran.code, 1 | 3), "{name}: {} {}", ran.code, ran.err);
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'), "{name}");
        assert!(!ran.err.contains("please report it"), "{name}: {}", ran.err);
    }
}
