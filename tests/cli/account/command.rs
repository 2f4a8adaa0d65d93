//! The command on evidence: exit codes, formats, settings.

use std::fs;
use std::path::Path;

use super::rig::{ROOT, Row, State, attached, user_arn};
use crate::rig::{Folder, Ran, command, root, run, text};
use secretrail::evidence::Target;
use secretrail::report::Format;

/// Whole evidence of the four states that the leading peer judges wrong, and of one with which nothing is wrong.
fn cases() -> Vec<(&'static str, State, Vec<&'static str>)> {
    let mut not_supported = State::good();
    not_supported.set("AccountMFAEnabled", 0);
    let row = Row::root().with(&[("password_enabled", "not_supported"), ("mfa_active", "false")]);
    not_supported.rows = vec![row.line()];

    let mut key_used = State::good();
    key_used.set("AccountAccessKeysPresent", 1);
    let used = [
        ("access_key_1_active", "true"),
        ("access_key_1_last_rotated", "2026-01-01T00:00:00+00:00"),
        ("access_key_1_last_used_date", "2026-11-25T20:00:00+00:00"),
        ("access_key_1_last_used_region", "us-east-1"),
        ("access_key_1_last_used_service", "iam"),
    ];
    key_used.rows = vec![Row::root().with(&used).line()];

    let mut groot = State::good();
    groot.devices = vec![("arn:aws:iam::123456789012:mfa/root-account-mfa-device", user_arn("groot"))];
    groot.add_user(&Row::user("groot").with(&[("mfa_active", "true")]), &[], "", "");

    let mut never_used = State::good();
    let made = [("access_key_1_active", "true"), ("access_key_1_last_rotated", "2024-06-01T00:00:00+00:00")];
    never_used.add_user(&Row::user("legacy-ci").with(&made), &[], "", "");
    vec![
        ("account/clean", State::good(), vec![]),
        ("account/root-password-not-supported", not_supported, vec!["root-without-mfa"]),
        ("account/root-key-used-today", key_used, vec!["root-has-access-keys", "root-used-recently"]),
        ("account/virtual-mfa-of-groot", groot, vec![]),
        ("account/key-never-used", never_used, vec!["access-key-unrotated", "access-key-unused"]),
    ]
}

fn fixtures() -> std::path::PathBuf {
    root().join("fixtures")
}

/// `UPDATE=1 cargo test --test cli account` writes them anew.
#[test]
fn the_fixtures_are_judged_right() {
    for (name, state, rules) in cases() {
        let folder = fixtures().join(name);
        if std::env::var_os("UPDATE").is_some() {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder.parent().expect("a folder")).expect("a folder");
            Target::new(&folder).expect("a place").write(&state.bundle()).expect("a bundle");
        }
        let ran = audit(&folder, &["--format", "json", "--fail-on", "informational"]);
        let json = ran.json();
        let found: Vec<&str> =
            json["findings"].as_array().expect("findings").iter().map(|one| text(&one["rule"])).collect();
        let mut found = found;
        found.sort_unstable();
        assert_eq!(found, rules, "{name}");
        assert_eq!(ran.code, i32::from(!rules.is_empty()), "{name}: {}", ran.err);
        assert_eq!(json["gaps"].as_array().map(Vec::len), Some(0), "{name}");
    }
}

fn audit(evidence: &Path, arguments: &[&str]) -> Ran {
    let folder = Folder::new(&[]);
    run(command(folder.path())
        .arg("account")
        .arg("--evidence")
        .arg(evidence)
        .args(["--now", "2026-11-26"])
        .args(arguments))
}

/// A folder with the evidence of a state in `evidence/`.
fn folder(state: &State) -> Folder {
    let folder = Folder::new(&[]);
    Target::new(&folder.join("evidence")).expect("a place").write(&state.bundle()).expect("a bundle");
    folder
}

fn sample() -> State {
    let mut state = State::good();
    let row = [
        ("password_enabled", "true"),
        ("password_last_used", "2026-11-20T00:00:00+00:00"),
        ("access_key_1_active", "true"),
        ("access_key_1_last_rotated", "2025-11-26T00:00:00+00:00"),
        ("access_key_1_last_used_date", "2026-11-25T20:00:00+00:00"),
    ];
    state.add_user(&Row::user("alice").with(&row), &[], &attached("AdministratorAccess"), "");
    state.key_ids = vec![("alice", "AKIAIOSFODNN7EXAMPLE", "2025-11-26T00:00:00Z")];
    state
}

const ACCOUNT: [&str; 5] = ["account", "--evidence", "evidence", "--now", "2026-11-26"];

fn told(folder: &Folder, arguments: &[&str]) -> Ran {
    folder.run(&[&ACCOUNT[..], arguments].concat())
}

#[test]
fn the_verdict_comes_first_then_the_users() {
    let ran = told(&folder(&sample()), &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "root has no access keys; MFA on, hardware; last used 2026-01-03 (326 days ago)");
    assert_eq!(lines[2], "1 user: 1 with a password, 1 of them without MFA; 1 active access key");
    assert_eq!(
        lines[4],
        "account 123456789012, evidence of 2026-11-26T00:00:00Z, credential report made 1 hour before"
    );
    let table = lines[6..9].join("\n");
    assert_eq!(
        table,
        " user  | password     | MFA | key 1                       | key 2 | administrator \n\
         -------+--------------+-----+-----------------------------+-------+---------------\n \
         alice | used 6 d ago | no  | …MPLE 365 d old, used today | -     | yes           "
    );
    assert!(ran.out.contains("high[standing-administrator]"), "{}", ran.out);
    assert!(ran.out.contains("2 high"), "{}", ran.out);
}

#[test]
fn key_ids_are_shown_only_where_asked_for() {
    let folder = folder(&sample());
    for format in Format::ALL.iter().map(|format| format.word()) {
        let ran = told(&folder, &["--format", format]);
        assert!(!ran.out.contains("AKIAIOSFODNN7EXAMPLE"), "{format}");
        assert!(ran.out.contains("alice"), "{format}: {}", ran.out);
        // Either they are shown, or it is said why not.
        let whole = told(&folder, &["--format", format, "--show-key-ids"]);
        if ["table", "json", "markdown"].contains(&format) {
            assert!(whole.out.contains("AKIAIOSFODNN7EXAMPLE"), "{format}: {}", whole.out);
            continue;
        }
        assert_eq!((whole.code, whole.out.as_str()), (2, ""), "{format}");
        assert!(whole.err.contains(&format!("--show-key-ids has no effect on {format}")), "{}", whole.err);
        let beside = told(&folder, &["--format", format, "--show-key-ids", "--also", "json=ids.json"]);
        assert_eq!(beside.code, 1, "{format}: {}", beside.err);
        assert!(folder.read("ids.json").contains("AKIAIOSFODNN7EXAMPLE"), "{format}");
    }
    let whole = told(&folder, &["--show-key-ids"]).out;
    assert!(whole.contains("AKIAIOSFODNN7EXAMPLE"), "{whole}");
    let json = told(&folder, &["--show-key-ids", "--format", "json"]).json();
    assert_eq!(json["account"]["users"][0]["access_keys"][0]["id"], "AKIAIOSFODNN7EXAMPLE");
}

#[test]
fn json_has_the_account() {
    let json = told(&folder(&sample()), &["--format", "json"]).json();
    let account = &json["account"];
    assert_eq!(account["id"], "123456789012");
    assert_eq!(account["root"]["arn"], ROOT);
    assert_eq!(account["root"]["access_keys"], false);
    assert_eq!(account["root"]["mfa_device"], "hardware");
    assert_eq!(account["root"]["last_used"]["days"], 326);
    let key = &account["users"][0]["access_keys"][0];
    assert_eq!((text(&key["last4"]), &key["age_days"]), ("MPLE", &365.into()));
    let finding = json["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|one| one["rule"] == "access-key-unrotated");
    let finding = finding.expect("an old key");
    assert_eq!(finding["location"]["name"], user_arn("alice"));
    assert_eq!(finding["location"]["path"], "123456789012/iam/credential-report.csv");
    assert_eq!(finding["surface"], "account");
    assert!(finding["tags"].as_array().expect("tags").contains(&"cis.aws.7.0.2.12".into()));
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let folder = folder(&sample());
    let first = told(&folder, &["--format", "json", "--also", "sarif=a.sarif", "--also", "markdown=a.md"]);
    let second = told(&folder, &["--format", "json", "--also", "sarif=b.sarif", "--also", "markdown=b.md"]);
    assert_eq!(first, second);
    assert_eq!(folder.read("a.sarif"), folder.read("b.sarif"));
    assert!(folder.read("a.md").contains("| alice | used 6 d ago | no |"), "{}", folder.read("a.md"));
}

#[test]
fn settings_silence_and_set_what_is_old() {
    let folder = folder(&sample());
    let unused = "[[ignore]]\nrule = \"secret-in-user-data\"\nreason = \"of the scan, not of the account\"\n";
    folder.write(
        "secretrail.toml",
        format!(
            "off = [\"policies-on-user\"]\n[account]\nkey-rotation-days = 400\n{unused}[[ignore]]\nrule = \"standing-administrator\"\nname = \"{}\"\nreason = \"breaks glass\"\n",
            user_arn("alice")
        ),
    );
    let ran = told(&folder, &["--format", "json"]);
    let mut rules: Vec<String> = ran.findings();
    rules.sort();
    assert_eq!(
        rules,
        [
            "user-with-password-and-key 123456789012/iam/credential-report.csv:3",
            "user-without-mfa 123456789012/iam/credential-report.csv:3",
        ]
    );
    assert_eq!(ran.silenced().len(), 1);
    folder.write("secretrail.toml", "[account]\nunused-days = \"soon\"\n");
    let ran = told(&folder, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("secretrail.toml:2:15: invalid type"), "{}", ran.err);
}

#[test]
fn a_baseline_knows_what_was_there() {
    let folder = folder(&sample());
    let ran = folder.run(&["baseline", "--evidence", "evidence", "-o", "known.json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(folder.read("known.json").contains(&user_arn("alice")));
    let ran = told(&folder, &["--baseline", "known.json", "--format", "json"]);
    assert_eq!((ran.code, ran.findings()), (0, vec![]));
    assert!(ran.silenced().len() > 2);
}

#[test]
fn what_was_refused_makes_the_audit_partial() {
    let mut state = State::good();
    state.refused = vec![("ListVirtualMFADevices", "AccessDenied")];
    let ran = told(&folder(&state), &[]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(
        ran.out.contains(
            "iam:ListVirtualMFADevices is denied to arn:aws:sts::123456789012:assumed-role/audit/secretrail"
        ),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("MFA on, of unknown kind"), "{}", ran.out);
    assert_eq!(told(&folder(&state), &["--exit-zero"]).code, 0);
}

#[test]
fn what_is_no_evidence_is_an_error() {
    let folder = folder(&sample());
    let ran = folder.run(&["account", "--evidence", "nowhere"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let report = folder.join("evidence/123456789012/iam/credential-report.csv");
    let changed = fs::read_to_string(&report).expect("the report").replace("false", "true ");
    fs::write(&report, changed).expect("written");
    let ran = told(&folder, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("credential-report.csv is altered"), "{}", ran.err);
    let ran = folder.run(&["account", "--evidence", "evidence", "--profile", "x"]);
    assert_eq!(ran.code, 2);
}

/// Names are somebody else's text: tokens in them are hidden, and what steers a terminal is shown.
#[test]
fn names_in_answers_are_redacted() {
    let token =
        format!("ghp_{}", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8".chars().take(36).collect::<String>());
    let mut state = State::good();
    let note = "<Tags><member><Key>k</Key><Value># secretrail:ignore caller-is-root until=2999-01-01 reason=\"x\"</Value></member></Tags>";
    state.caller = ROOT.into();
    state.user_id = "123456789012".into();
    state.add_user(&Row::user(&token), &[("p\u{1b}[31m", super::rig::ALLOW_ALL)], "", note);
    state.users = vec![state.users.concat().replace('\u{1b}', "&#x202e;")];
    let folder = folder(&state);
    for format in ["table", "json", "sarif", "markdown", "github", "gitlab", "junit"] {
        let ran = told(&folder, &["--format", format, "-vvv"]);
        for out in [&ran.out, &ran.err] {
            assert!(!out.contains(&token) && !out.contains('\u{202e}'), "{format}: {out}");
        }
        // A comment in an answer silences nothing.
        assert!(ran.out.contains("caller-is-root") || format == "gitlab", "{format}: {}", ran.out);
    }
}
