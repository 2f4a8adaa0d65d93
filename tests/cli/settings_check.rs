//! `secretrail settings check`: what a run would trip over.

use crate::rig::Folder;

const LIST: &str =
    "| Key | Location |\n|---|---|\n| ANTHROPIC_API_KEY | SSM /paperclip-app/anthropic/api-key |\n";

#[test]
fn what_is_not_there_is_told_with_its_place() {
    let settings = "[audit]\nterraform = [\"infra\", \"gone\"]\ntrail = [\"s3://bucket/x\", \"logs\"]\n\
                    evidence = [\"evidence\"]\n[inventory]\nfiles = [\n  \"SECRETS.md\",\n  \"OTHER.md\",\n]\n";
    let folder = Folder::new(&[("secretrail.toml", settings), ("infra/main.tf", ""), ("SECRETS.md", LIST)]);
    let ran = folder.run(&["settings", "check"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    let places = [":2:23: gone", ":3:27: logs", ":4:13: evidence", ":8:3: OTHER.md"];
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 10, "{}", ran.out);
    for (line, place) in lines.iter().zip(places) {
        assert!(line.contains(&format!("secretrail.toml{place}: there is no such file or folder")), "{line}");
    }
    assert!(lines[9].ends_with("the settings are valid, with 4 warnings"), "{}", lines[9]);
    for name in ["gone/a", "logs/a", "evidence/a", "OTHER.md"] {
        folder.write(name, LIST);
    }
    // An audit would end at what is no evidence.
    let ran = folder.run(&["settings", "check"]);
    assert!(ran.code == 1 && ran.out.contains("so it is not an evidence bundle"), "{}", ran.out);
    folder.write("secretrail.toml", settings.replace("[\"evidence\"]", "[]"));
    assert_eq!(folder.run(&["settings", "check"]).code, 0);
}

#[test]
fn a_file_may_be_named_in_two_ways() {
    let folder = Folder::new(&[("ci/a.toml", "fail-on = \"low\"\n")]);
    for arguments in [&["ci/a.toml"][..], &["--settings", "ci/a.toml"]] {
        let ran = folder.run(&[&["settings", "check"], arguments].concat());
        assert!(ran.code == 0 && ran.out.ends_with("ci/a.toml: the settings are valid\n"), "{}", ran.err);
    }
    let both = folder.run(&["settings", "check", "ci/a.toml", "--settings", "ci/a.toml"]);
    assert_eq!(both.code, 2);
}

#[test]
fn what_a_run_refuses_is_refused() {
    let bad = "title: T\nid: x\nstatus: nonsense\n";
    for (settings, told) in [
        ("fail-on = \"urgent\"\n", "secretrail.toml:1:11: fail-on is one of"),
        ("\nmin-confidence = 'sure'\n", "secretrail.toml:2:18: min-confidence is one of"),
        ("rules = [\"rules\"]\n", "rules/bad.yml:1:1:"),
        ("rules = [\"none\"]\n", "none is not a folder"),
        (
            "off = [\"secret-in-userdata\"]\n",
            "secretrail.toml:1:8: there is no rule named secret-in-userdata",
        ),
        ("baseline = \"none.json\"\n", "there is no such file"),
        ("tokens = \"none.toml\"\n", "there is no such file"),
        ("fail_on = \"high\"\n", "secretrail.toml:1:1: unknown field `fail_on` (did you mean `fail-on`?)"),
        (
            "[inventory]\nmax-age-day = 3\n",
            ":2:1: unknown field `max-age-day` (did you mean `max-age-days`?)",
        ),
        ("[account]\nunused-days = 0\n", ":2:15: this must be a whole number from 1 on"),
    ] {
        let folder = Folder::new(&[("secretrail.toml", settings), ("rules/bad.yml", bad)]);
        let ran = folder.run(&["settings", "check"]);
        assert!(ran.code == 2 && ran.err.contains(told), "{settings}: {}", ran.err);
    }
}

#[test]
fn what_is_of_no_use_is_told() {
    let settings = "[[ignore]]\nrule = \"secret-in-user-data\"\nreason = \"x\"\nuntil = 2020-01-31\n\
                    [[accept-gap]]\nname = \"module.vpc\"\nreason = \"x\"\nuntil = 2020-01-31\n\
                    [notify]\nslack = { url-file = \"hook\" }\n[inventory]\nfiles = [\"SECRETS.md\"]\n";
    let list = format!("{LIST}| KEY | SSM paperclip app |\n| ANTHROPIC_API_KEY | SSM /other/app/api-key |\n");
    let folder = Folder::new(&[("secretrail.toml", settings), ("SECRETS.md", &list)]);
    let ran = folder.run(&["settings", "check"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for told in [
        "secretrail.toml:1:1: this ignore ended on 2020-01-31",
        "secretrail.toml:5:1: this accept-gap ended on 2020-01-31",
        "secretrail.toml:10:22: hook: there is no such file or folder",
        "[notify] is ignored unless --settings names this file",
    ] {
        assert!(ran.out.contains(told), "{told}: {}", ran.out);
    }
}

#[test]
fn what_an_audit_would_do_is_told() {
    let folder = Folder::new(&[]);
    let told = |arguments: &[&str]| {
        let ran = folder.run(&[&["settings", "check"], arguments].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        ran.out
    };
    folder.run(&["init"]);
    let empty = told(&[]);
    for part in [
        "`secretrail audit` has nothing to audit yet:\n",
        "  Terraform      nothing: name trees under terraform\n",
        "  account        nothing: set aws = true, or name evidence of the account\n",
        "  CloudTrail     nothing: name logs under trail, set live = true, or name evidence of the trail\n",
        "  lists of keys  nothing: name lists under files in [inventory]\n",
    ] {
        assert!(empty.contains(part), "{part}{empty}");
    }
    folder.write("SECRETS.md", LIST);
    folder.write("infra/main.tf", "");
    let settings = "[audit]\nterraform = [\"infra\"]\naws = true\ntrail = [\"s3://bucket/x\"]\n\
                    [inventory]\nfiles = [\"SECRETS.md\"]\n";
    folder.write("secretrail.toml", settings);
    // A bucket counts only for who names the settings, as in an audit.
    for (arguments, trail) in [(&[][..], "nothing: "), (&["secretrail.toml"], "s3://bucket/x\n")] {
        let told = told(arguments);
        for part in ["Terraform      infra\n", "account        AWS\n", "SECRETS.md, checked against AWS\n"] {
            assert!(told.contains(part), "{part}{told}");
        }
        assert!(told.contains(&format!("CloudTrail     {trail}")), "{told}");
    }
    folder.write("secretrail.toml", settings.replace("aws = true", "aws = false"));
    assert!(told(&[]).contains("SECRETS.md, but nothing to check it against: set aws = true"));
}
