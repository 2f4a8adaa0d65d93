//! Ignores in comments and in the settings: they silence what they name, and nothing silently.

use crate::rig::{Folder, LEAK};

const TODAY: [&str; 2] = ["--now", "2027-01-31"];

fn scan(folder: &Folder, more: &[&str]) -> crate::rig::Ran {
    folder.run(&[&["scan", "-f", "json"], &TODAY[..], more].concat())
}

/// The leak with a comment above its line.
fn with(comment: &str) -> String {
    LEAK.replace("  user_data", &format!("  {comment}\n  user_data"))
}

const BOTH: &str =
    "secretrail:ignore secret-written-to-disk,secret-in-user-data until=2027-01-31 reason=\"moves in Q1\"";

#[test]
fn a_comment_above_the_line_silences_and_is_told() {
    for comment in [format!("# {BOTH}"), format!("// {BOTH}"), format!("/* {BOTH} */")] {
        let folder = Folder::new(&[("main.tf", &with(&comment))]);
        let ran = scan(&folder, &[]);
        assert_eq!((ran.code, ran.findings()), (0, vec![]), "{comment}");
        assert_eq!(
            ran.silenced(),
            ["inline secret-written-to-disk main.tf:6", "inline secret-in-user-data main.tf:6"]
        );
        let one = &ran.json()["silenced"][0];
        assert_eq!((&one["reason"], &one["until"]), (&"moves in Q1".into(), &"2027-01-31".into()));
        for (format, said) in [
            ("table", "2 findings are silenced: 2 by comments"),
            ("markdown", "2 findings are silenced: 2 by comments"),
            ("github", "2 findings are silenced: 2 by comments"),
            ("sarif", "moves in Q1"),
            ("junit", "silenced by inline until 2027-01-31: moves in Q1"),
        ] {
            let ran = folder.run(&["scan", "-f", format, "--now", "2027-01-31"]);
            assert!(ran.out.contains(said), "{format}: {}", ran.out);
        }
    }
}

#[test]
fn one_that_is_over_silences_nothing_and_is_told() {
    let folder = Folder::new(&[("main.tf", &with(&format!("# {BOTH}")))]);
    let ran = folder.run(&["scan", "-f", "json", "--now", "2027-02-01"]);
    assert_eq!((ran.code, ran.silenced()), (1, vec![]));
    assert_eq!(
        ran.findings(),
        ["secret-written-to-disk main.tf:6", "secret-in-user-data main.tf:6", "ignore-expired main.tf:5"]
    );
}

#[test]
fn one_without_end_or_reason_silences_nothing_and_is_told_in_every_format() {
    let short = "secretrail:ignore secret-written-to-disk,secret-in-user-data";
    for comment in
        [format!("# {short}"), format!("# {short} until=2027-01-31"), format!("# {short} reason=\"x\"")]
    {
        let folder = Folder::new(&[("main.tf", &with(&comment))]);
        let ran = scan(&folder, &[]);
        assert_eq!((ran.code, ran.findings().len()), (1, 3), "{comment}: {}", ran.out);
        assert!(ran.findings().contains(&"ignore-not-valid main.tf:5".to_owned()), "{}", ran.out);
        for format in ["table", "markdown", "github", "sarif", "junit", "gitlab"] {
            let ran = folder.run(&["scan", "-f", format]);
            assert!(ran.out.contains("This ignore silences nothing"), "{format}: {}", ran.out);
        }
    }
}

#[test]
fn one_in_a_heredoc_counts_where_it_stands() {
    let script = "variable \"token\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"web\" {\n  # secretrail:ignore secret-in-user-data until=2027-01-31 reason=\"x\"\n  user_data = <<-EOT\n    #!/bin/sh\n    echo ${var.token} > /etc/a # secretrail:ignore secret-written-to-disk until=2027-01-31 reason=\"x\"\n    echo ${var.token} > /etc/b\n    echo \"secretrail:ignore secret-written-to-disk until=2027-01-31 reason='x'\" ${var.token} > /etc/c\n  EOT\n}\n";
    let ran = scan(&Folder::new(&[("main.tf", script)]), &[]);
    assert!(ran.silenced().contains(&"inline secret-written-to-disk main.tf:8".to_owned()), "{}", ran.out);
    for line in [9, 10] {
        assert!(ran.findings().contains(&format!("secret-written-to-disk main.tf:{line}")), "{}", ran.out);
    }
}

#[test]
fn settings_silence_by_all_that_they_name() {
    let settings = "[[ignore]]\nrule = \"secret-written-to-disk\"\npath = \"legacy/**\"\nsecret = \"token\"\nreason = \"rebuilt in January\"\nuntil = 2027-01-31\n";
    let folder =
        Folder::new(&[("secretrail.toml", settings), ("legacy/main.tf", LEAK), ("new/main.tf", LEAK)]);
    let ran = scan(&folder, &[]);
    assert_eq!(ran.silenced(), ["settings secret-written-to-disk legacy/main.tf:5"]);
    assert_eq!(ran.findings().len(), 3, "{}", ran.out);
    assert_eq!(ran.json()["silenced"][0]["reason"], "rebuilt in January");
    assert_eq!(ran.json()["summary"]["silenced"]["settings"], 1);
    // On the next day it is over, and told at its place.
    let ran = folder.run(&["scan", "-f", "json", "--now", "2027-02-01"]);
    assert!(ran.findings().contains(&"ignore-expired secretrail.toml:1".to_owned()), "{}", ran.out);
    assert_eq!(ran.silenced(), [""; 0]);
}

#[test]
fn settings_that_silence_nothing_are_told() {
    let settings = "off = []\n\n[[ignore]]\nrule = \"secret-in-boot-log\"\nreason = \"x\"\n";
    let folder = Folder::new(&[("secretrail.toml", settings), ("main.tf", LEAK)]);
    let ran = scan(&folder, &[]);
    assert!(ran.findings().contains(&"ignore-unused secretrail.toml:3".to_owned()), "{}", ran.out);
    folder.write("secretrail.toml", format!("off = [\"ignore-unused\"]\n{}", &settings[8..]));
    assert_eq!(scan(&folder, &[]).findings().len(), 2);
}

#[test]
fn a_name_that_is_no_rule_s_is_an_error() {
    let folder = Folder::new(&[
        ("secretrail.toml", "[[ignore]]\nrule = \"secret-on-disk\"\nreason = \"x\"\n"),
        ("main.tf", LEAK),
    ]);
    let ran = folder.run(&["scan"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("secretrail.toml:1:1: there is no rule named secret-on-disk"), "{}", ran.err);
}

#[test]
fn what_min_confidence_leaves_out_is_counted() {
    let unsure = "variable \"db_password\" {}\nresource \"aws_instance\" \"web\" {\n  user_data = \"#!/bin/sh\\necho ${var.db_password} > /etc/x\\n\"\n}\n";
    let folder = Folder::new(&[("main.tf", unsure)]);
    let ran = folder.run(&["scan", "-f", "json", "--min-confidence", "high"]);
    assert_eq!((ran.code, &ran.json()["summary"]["less_sure_left_out"]), (0, &2.into()));
    let ran = folder.run(&["scan", "--min-confidence", "high"]);
    assert!(ran.out.contains("2 findings are below --min-confidence and left out"), "{}", ran.out);
}

#[test]
fn a_token_rule_that_can_t_be_used_is_a_gap() {
    let tokens = "[[rules]]\nid = \"look\"\nregex = '''(?=x)y'''\nkeywords = [\"x\"]\n";
    let folder = Folder::new(&[("main.tf", crate::rig::CLEAN), ("t.toml", tokens)]);
    let ran = folder.run(&["scan", "-f", "json", "--tokens", "t.toml"]);
    assert_eq!((ran.code, ran.err.as_str()), (3, ""), "{}", ran.out);
    assert!(ran.gaps()[0].starts_with("t.toml: rule `look` is ignored: "), "{:?}", ran.gaps());
}

/// A comment inside of a here-document would stand in the file that it becomes.
#[test]
fn a_comment_outside_of_a_here_document_speaks_of_what_is_inside() {
    let comment =
        "# secretrail:ignore secret-written-to-disk, secret-in-user-data until=2027-01-31 reason=\"known\"";
    let inner = "cat > /etc/app.env <<EOF\nA=1\nTOKEN=${var.token}\nEOF\n";
    let text = |resource: &str, attribute: &str, command: &str| {
        format!(
            "variable \"token\" {{\n  sensitive = true\n}}\n{resource}\nresource \"aws_instance\" \"web\" {{\n{attribute}\n  user_data = <<-EOT\n#!/bin/sh\n{command}\n{inner}EOT\n}}\n"
        )
    };
    for tree in [text(comment, "", ""), text("", comment, ""), text("", "", comment)] {
        let folder = Folder::new(&[("main.tf", &tree)]);
        let ran = scan(&folder, &[]);
        assert_eq!((ran.code, ran.findings()), (0, vec![]), "{tree}: {ran:?}");
        assert_eq!(ran.silenced().len(), 2);
    }
    let behind = text("", "", "").replace("<<EOF", &format!("<<EOF {comment}"));
    assert_eq!(scan(&Folder::new(&[("main.tf", &behind)]), &[]).findings(), Vec::<String>::new());
}
