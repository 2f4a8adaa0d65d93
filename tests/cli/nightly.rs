//! `secretrail audit --history`: a job that comes back.

use std::fs::File;
use std::path::PathBuf;

use serde_json::json;

use crate::rig::{CLEAN, Folder, LEAK, Ran, root};

const NIGHTLY: [&str; 6] = ["audit", "--history", "audit.db", "--only-new", "-f", "json"];

/// A quiet event of a day, so that the trail is not silent.
fn quiet(day: u32) -> String {
    let event = json!({
        "eventVersion": "1.11", "eventTime": format!("2026-04-{day:02}T12:00:00Z"), "eventID": format!("quiet-{day}"),
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ada", "userName": "ada",
                         "accountId": "123456789012", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "awsRegion": "eu-central-1",
        "sourceIPAddress": "203.0.113.24", "userAgent": "aws-cli/2.30", "readOnly": true,
        "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "123456789012",
        "eventCategory": "Management"
    });
    json!({"Records": [event]}).to_string()
}

fn night(folder: &Folder, day: u32) -> Ran {
    let clock = format!("2026-04-{day:02}T03:00:00Z");
    folder.run(&[&NIGHTLY[..], &["--trail", "logs", "--clock", &clock]].concat())
}

#[test]
fn each_night_reads_on_where_the_last_one_ended() {
    let name = "fallback-root/123456789012_CloudTrail_eu-central-1_20260328T1420Z.json";
    let story = std::fs::read_to_string(root().join("fixtures/trail").join(name)).expect("the fixture");
    let folder = Folder::new(&[("logs/story.json", &story), ("logs/1.json", &quiet(1))]);
    let ran = night(&folder, 2);
    assert!(ran.code == 1 && ran.findings().len() > 3, "{}{}", ran.out, ran.err);
    // Read from three in the night before the last on; the story is over, and not mended.
    for day in 2..=5 {
        folder.write(&format!("logs/{day}.json"), quiet(day));
        let ran = night(&folder, day + 1);
        assert_eq!((ran.code, ran.findings().len()), (0, 0), "{day}: {}{}", ran.out, ran.err);
        assert_eq!(ran.json()["history"]["fixed"].as_array().map(Vec::len), Some(0), "{day}");
        assert_eq!(ran.json()["coverage"]["events"], 1, "{day}: only what is new is read");
    }
    let open = folder.run(&["history", "list", "audit.db"]).out;
    assert!(open.contains(" findings: 0 open, 0 accepted, 0 fixed, "), "{open}");
    let all = folder.run(&["history", "list", "--all", "audit.db"]).out;
    assert!(all.contains("root-session") && all.contains(" past"), "{all}");
}

#[test]
fn the_first_night_says_what_it_leaves_out_as_too_old() {
    let folder = Folder::new(&[("logs/1.json", &quiet(1)), ("logs/2.json", &quiet(2))]);
    let run = |history: &str, clock: &str, more: &[&str]| {
        let job = ["audit", "--trail", "logs", "--history", history, "--clock", clock];
        let ran = folder.run(&[&job[..], more].concat());
        (ran.code, ran.out.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let left = "before 2026-04-10T03:00:00Z were left out (first-days = 30): use --since DATE";
    let (code, out) = run("a.db", "2026-05-10T03:00:00Z", &[]);
    // Nothing at all was audited.
    assert!(code == 2 && out.contains(&format!("2 events {left}")), "{out}");
    assert!(!out.contains("has the trail stopped"), "{out}");
    folder.write("logs/20.json", quiet(20));
    let (code, out) = run("b.db", "2026-05-10T03:00:00Z", &[]);
    assert!(code == 0 && out.contains(&format!("2 events {left}")), "{out}");
    // Later runs, and who names a time, leave out what was asked for.
    for (history, more) in [("b.db", &[][..]), ("c.db", &["--since", "2026-04-15"])] {
        let (_, out) = run(history, "2026-05-10T04:00:00Z", more);
        assert!(!out.contains("first-days"), "{out}");
    }
}

#[test]
fn what_comes_late_is_read_the_next_night_and_told_once() {
    let folder = Folder::new(&[("logs/1.json", &quiet(1))]);
    assert_eq!(night(&folder, 2).code, 0);
    // Two hours old at the last run, and only now on the disk.
    let late = quiet(2).replace("12:00:00", "01:00:00").replace("ListBuckets", "StopLogging");
    folder.write(
        "logs/late.json",
        late.replace("s3.amazonaws", "cloudtrail.amazonaws").replace("true,\"eventType", "false,\"eventType"),
    );
    folder.write("logs/2.json", quiet(2));
    let ran = night(&folder, 3);
    assert_eq!(ran.findings(), ["trail-stopped logs/late.json:1"], "{}", ran.out);
    let ran = folder.run(&[&NIGHTLY[..], &["--trail", "logs", "--clock", "2026-04-03T03:10:00Z"]].concat());
    assert_eq!(ran.findings().len(), 0, "within the overlap, and known: {}", ran.out);
}

/// An event that stops the trail, of one session.
fn stop(id: &str, time: &str) -> String {
    let event = quiet(1).replace("quiet-1", id).replace("2026-04-01T12:00:00Z", time);
    event.replace("ListBuckets", "StopLogging").replace("s3.amazonaws", "cloudtrail.amazonaws")
}

#[test]
fn root_that_goes_on_with_one_key_is_news_each_time() {
    let root = |id: &str, time: &str| {
        let event = quiet(1).replace("quiet-1", id).replace("2026-04-01T12:00:00Z", time);
        event.replace("\"IAMUser\"", "\"Root\"").replace(":user/ada", ":root")
    };
    let folder = Folder::new(&[("logs/1.json", &root("a", "2026-04-01T20:00:00Z"))]);
    let of_root = |ran: Ran| ran.findings().iter().filter(|one| one.starts_with("root-session ")).count();
    assert_eq!(of_root(night(&folder, 2)), 1);
    assert_eq!(of_root(night(&folder, 2)), 0, "known");
    folder.write("logs/2.json", root("b", "2026-04-02T20:00:00Z"));
    assert_eq!(of_root(night(&folder, 3)), 1, "and within the overlap of both");
    assert_eq!(of_root(night(&folder, 3)), 0);
    // One that comes late, before the last one; and a log that is gone.
    folder.write("logs/late.json", root("c", "2026-04-02T16:00:00Z"));
    assert_eq!((of_root(night(&folder, 3)), of_root(night(&folder, 3))), (1, 0));
    std::fs::remove_file(folder.join("logs/2.json")).expect("removed");
    assert_eq!(of_root(night(&folder, 3)), 0, "nothing is new in less");
}

#[test]
fn a_late_event_of_a_known_session_is_told_once() {
    let folder = Folder::new(&[("logs/1.json", &stop("first", "2026-04-01T20:00:00Z"))]);
    assert_eq!(night(&folder, 2).findings().len(), 1);
    // The one before the last that was told, the other in the same second.
    for (id, time) in [("before", "2026-04-01T19:00:00Z"), ("beside", "2026-04-01T20:00:00Z")] {
        folder.write(&format!("logs/{id}.json"), stop(id, time));
        let clock = ["--trail", "logs", "--clock", "2026-04-02T03:30:00Z"];
        let again = || folder.run(&[&NIGHTLY[..], &clock].concat()).findings().len();
        assert_eq!((again(), again()), (1, 0), "{id}");
    }
}

#[test]
fn a_trail_that_could_not_be_read_is_read_again() {
    let folder = Folder::new(&[("logs/1.json", &quiet(1))]);
    assert_eq!(night(&folder, 2).code, 0);
    folder.write("logs/2.json", quiet(2));
    folder.write("logs/broken.json", "{\"Records\": [{\"eventTime\": \"2026-04-02T13:00:00Z\", ");
    assert_eq!(night(&folder, 3).code, 3);
    folder.write("logs/broken.json", "{\"Records\": []}");
    folder.write("logs/3.json", quiet(3));
    let ran = night(&folder, 4);
    assert_eq!(ran.json()["coverage"]["events"], 2, "the second of April was read again: {}", ran.out);
}

#[test]
fn a_silent_trail_is_a_gap() {
    let folder = Folder::new(&[("infra/main.tf", CLEAN), ("logs/1.json", &quiet(1))]);
    let night =
        |clock| folder.run(&["audit", "infra", "--trail", "logs", "--history", "audit.db", "--clock", clock]);
    assert_eq!(night("2026-04-02T03:00:00Z").code, 0);
    let ran = night("2026-04-09T03:00:00Z");
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains("no events since 2026-04-01T14:00:00Z: has the trail stopped?"), "{}", ran.out);
}

fn lock(folder: &Folder) -> PathBuf {
    let names = folder.names();
    let name = names.iter().find(|name| name.ends_with(".lock")).expect("a lock");
    folder.join(name)
}

#[test]
fn the_same_audit_does_not_run_twice_at_once() {
    let folder = Folder::new(&[("infra/main.tf", LEAK), ("other/main.tf", CLEAN)]);
    let here = [&NIGHTLY[..], &["infra"]].concat();
    assert_eq!(folder.run(&here).code, 1);
    let held = File::options().write(true).open(lock(&folder)).expect("the lock");
    held.lock().expect("the lock");
    for more in [&[][..], &["--wait", "1"]] {
        let ran = folder.run(&[&here[..], more].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains("the same audit is under way already"), "{}", ran.err);
    }
    assert_eq!(folder.run(&[&NIGHTLY[..], &["other"]].concat()).code, 0, "another job does not wait");
    drop(held);
    assert_eq!(folder.run(&here).code, 0, "nothing is left behind");
}

#[test]
fn a_lock_that_is_no_file_is_told_and_not_waited_for() {
    let folder = Folder::new(&[("infra/main.tf", CLEAN)]);
    let here = [&NIGHTLY[..], &["infra"]].concat();
    assert_eq!(folder.run(&here).code, 0);
    let lock = lock(&folder);
    std::fs::remove_file(&lock).expect("removed");
    std::fs::create_dir(&lock).expect("a folder");
    let ran = folder.run(&here);
    assert!(ran.code == 2 && ran.err.contains("is not a regular file"), "{}", ran.err);
}

#[test]
fn who_asks_for_less_leaves_no_hole() {
    let root = quiet(1).replace("ListBuckets", "StopLogging").replace("s3.amazonaws", "cloudtrail.amazonaws");
    let folder = Folder::new(&[("logs/1.json", &root), ("logs/2.json", &quiet(2))]);
    let ask = |more: &[&str]| {
        let fixed = ["--trail", "logs", "--clock", "2026-04-02T18:00:00Z"];
        folder.run(&[&NIGHTLY[..], &fixed, more].concat())
    };
    assert_eq!(ask(&["--since", "2026-04-02T07:00:00Z"]).findings().len(), 0);
    assert_eq!(ask(&[]).findings(), ["trail-stopped logs/1.json:1"], "read by nobody yet");
}

#[test]
fn what_the_settings_name_and_is_not_there_is_a_gap_and_the_job_stays_the_same() {
    let settings = "[audit]\nterraform = [\"infra\", \"more\"]\n";
    let folder =
        Folder::new(&[("infra/main.tf", LEAK), ("more/main.tf", CLEAN), ("secretrail.toml", settings)]);
    assert_eq!(folder.run(&NIGHTLY).findings().len(), 2);
    std::fs::rename(folder.join("more"), folder.join("moved")).expect("moved");
    let ran = folder.run(&NIGHTLY);
    assert_eq!((ran.code, ran.findings().len()), (3, 0), "known: {}", ran.out);
    assert!(ran.out.contains("the settings name it, but there is no such file or folder"), "{}", ran.out);
    // Alone on the command line it is a mistake.
    assert_eq!(folder.run(&[&NIGHTLY[..], &["more"]].concat()).code, 2);
}

#[test]
fn what_the_user_names_takes_the_place_of_the_settings_and_that_is_told() {
    let settings = "[audit]\nterraform = [\"infra\"]\n";
    let folder =
        Folder::new(&[("infra/main.tf", LEAK), ("logs/1.json", &quiet(1)), ("secretrail.toml", settings)]);
    let ran = folder.run(&["audit", "--trail", "logs"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("terraform in the settings not used"), "{}", ran.out);
}

#[test]
fn known_findings_that_are_left_out_are_not_said_to_be_none() {
    let folder = Folder::new(&[("infra/main.tf", LEAK), ("logs/1.json", &quiet(1))]);
    let job = ["audit", "infra", "--trail", "logs", "--history", "audit.db", "--only-new"];
    let night = || folder.run(&[&job[..], &["--clock", "2026-04-01T15:00:00Z"]].concat()).out;
    assert!(night().contains("is written to"));
    let second = night();
    assert!(second.contains("Terraform  no new finding; known findings are left out"), "{second}");
    assert!(second.contains("known findings are open: 1 critical, 1 high"), "{second}");
    let page = folder.run(&[&job[..], &["--clock", "2026-04-01T16:00:00Z", "-f", "html"]].concat()).out;
    assert!(!page.contains("No rule matches") && !page.contains("Nothing was found"), "{page}");
    assert!(page.contains("known findings are open: 1 critical, 1 high"), "{page}");
    let mail = folder.run(&[&job[..], &["--clock", "2026-04-01T17:00:00Z", "--quiet"]].concat());
    assert_eq!((mail.code, mail.out.as_str()), (0, ""), "a mail of cron that says nothing");
}

#[test]
fn an_audit_says_what_its_history_knows() {
    let folder = Folder::new(&[("infra/main.tf", LEAK), ("logs/1.json", &quiet(1))]);
    let job =
        ["audit", "infra", "--trail", "logs", "--history", "audit.db", "--clock", "2026-04-01T15:00:00Z"];
    assert!(folder.run(&job).out.contains("First run in this history: 2 findings recorded"));
    folder.write("infra/main.tf", CLEAN);
    let ran = folder.run(&job);
    assert!(ran.out.contains("Since the last run: 0 new; 2 fixed"), "{}", ran.out);
}

#[test]
fn a_clock_that_is_set_is_the_clock_of_the_history() {
    let folder = Folder::new(&[("logs/1.json", &stop("stop-1", "2026-04-01T12:00:00Z"))]);
    assert_eq!(night(&folder, 2).code, 1);
    let row = folder.run(&["history", "list", "audit.db", "--json"]).json()["history"][0].clone();
    assert_eq!(
        (&row["first_seen"], &row["last_seen"]),
        (&"2026-04-02T03:00:00Z".into(), &"2026-04-02T03:00:00Z".into())
    );
}
