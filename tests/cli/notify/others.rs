//! Slack, the sign of life, and the file for Prometheus.

use super::rig::{Job, receiver, url};
use crate::rig::{CLEAN, LEAK};

#[test]
fn slack_gets_a_message_for_people() {
    let receiver = receiver();
    let job = Job::new("[notify]\nmin-severity = \"critical\"\nslack = { url-file = \"hook\" }\n");
    job.folder.write("hook", format!("{}\n", url(&receiver)));
    assert_eq!((job.scan().code, job.scan().code), (1, 1));
    let calls = receiver.calls();
    assert_eq!(calls.len(), 1);
    let body = calls[0].json();
    let title = format!("secretrail: 1 new finding; the audit fails now ({})", job.scope());
    assert_eq!(body["text"], title);
    let told = body.to_string();
    assert!(told.contains("critical secret-written-to-disk at `main.tf:5`"), "{told}");
    assert!(told.contains("Open now: 1 critical, 1 high"), "{told}");
}

#[test]
fn a_sign_of_life_is_given_at_the_beginning_and_at_the_end() {
    let receiver = receiver();
    let settings =
        "[[notify.ping]]\nurl-env = \"A\"\n[[notify.ping]]\nurl-env = \"B\"\nfindings-fail = false\n";
    let job = Job::new(settings)
        .with("A", format!("http://{}/a", receiver.address))
        .with("B", format!("http://{}/b/", receiver.address));
    assert_eq!(job.scan().code, 1);
    let mut told: Vec<(String, String)> = receiver
        .calls()
        .iter()
        .map(|call| call.path.split_once("?rid=").map(|(path, id)| (path.to_owned(), id.to_owned())).unwrap())
        .collect();
    told.sort();
    let paths: Vec<&str> = told.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/a/1", "/a/start", "/b/0", "/b/start"]);
    assert!(told.iter().all(|(_, id)| *id == told[0].1 && id.len() == 36), "{told:?}");
    assert_eq!(job.run(&["scan", "--history", "audit.db", "none"]).code, 2);
    let last = receiver.calls().pop().unwrap();
    assert!(last.path.contains("/2?rid="), "{}", last.path);
    assert_eq!(String::from_utf8_lossy(&last.body), "secretrail ended with exit code 2: nothing was audited");
    let job = Job::new(settings);
    let ran = job.scan();
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no sign of life was given: the variable A is not set"), "{}", ran.err);
}

#[test]
fn prometheus_finds_the_figures_of_the_last_run() {
    let job = Job::new("[notify]\nprometheus = { file = \"metrics/secretrail.prom\" }\n");
    job.folder.write("metrics/other.prom", "");
    job.folder.write("main.tf", CLEAN);
    let day = |day: &str| job.run(&["scan", "--history", "audit.db", "--now", day, "-f", "json"]).code;
    let has = |line: &str| {
        let text = job.folder.read("metrics/secretrail.prom");
        let line = line.replace("terraform .\"", &format!("{}\"", job.scope()));
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    };
    assert_eq!(day("2026-02-28"), 0);
    let found = |severity: &str, status: &str, count: usize| {
        let labels = format!(
            "scope=\"{}\",surface=\"terraform\",severity=\"{severity}\",status=\"{status}\"",
            job.scope()
        );
        has(&format!("secretrail_findings{{{labels}}} {count}"));
    };
    found("critical", "open", 0);
    job.folder.write("main.tf", LEAK);
    assert_eq!(day("2026-03-01"), 1);
    found("critical", "new", 1);
    assert_eq!(day("2026-03-03"), 1);
    found("critical", "new", 0);
    found("critical", "open", 1);
    has(&format!("secretrail_oldest_finding_age_seconds{{scope=\"{}\"}} 172800", job.scope()));
    has(&format!("secretrail_exit_code{{scope=\"{}\"}} 1", job.scope()));
    // A broken file hides findings: the last success is that of the day before.
    job.folder.write("main.tf", LEAK.replace("user_data", "user_data = = {"));
    assert_eq!(day("2026-03-04"), 3);
    has("secretrail_last_run_timestamp_seconds{scope=\"terraform .\"} 1772582400");
    has("secretrail_last_success_timestamp_seconds{scope=\"terraform .\"} 1772496000");
    job.folder.write("main.tf", CLEAN);
    assert_eq!(day("2026-03-05"), 0);
    found("critical", "fixed", 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            std::fs::metadata(job.folder.join("metrics/secretrail.prom")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
    }
    let names = std::fs::read_dir(job.folder.join("metrics")).unwrap().count();
    assert_eq!(names, 2, "nothing is left beside it");
    // Nothing can be audited: what is known stays.
    std::fs::remove_file(job.folder.join("main.tf")).unwrap();
    assert_eq!(day("2026-03-06"), 2);
    has("secretrail_exit_code{scope=\"terraform .\"} 2");
    has("secretrail_last_success_timestamp_seconds{scope=\"terraform .\"} 1772668800");
    found("critical", "fixed", 1);
}

#[test]
fn figures_of_others_are_not_overwritten() {
    let job = Job::new("[notify]\nprometheus = { file = \"node.prom\" }\n");
    job.folder.write("node.prom", "# HELP node_load1 1m load average.\n");
    let ran = job.scan();
    assert!(ran.code == 1 && ran.err.contains("what is there was not written by secretrail"), "{}", ran.err);
    assert!(job.run(&["notify", "test"]).out.contains("was not written by secretrail"));
    assert_eq!(job.folder.read("node.prom"), "# HELP node_load1 1m load average.\n");
    job.folder.write("node.prom", "");
    assert_eq!((job.scan().err.as_str(), job.scan().err.as_str()), ("", ""));
    assert!(job.folder.read("node.prom").contains("secretrail_exit_code"));
    // A disk or folder that takes nothing leaves what was there, and nothing beside it.
    #[cfg(target_os = "linux")]
    {
        let job = Job::new("[notify]\nprometheus = { file = \"/proc/secretrail.prom\" }\n");
        let ran = job.scan();
        assert!(ran.code == 1 && ran.err.contains("/proc/secretrail.prom cannot be written"), "{}", ran.err);
    }
}

#[test]
fn a_test_message_tells_who_gets_it() {
    let receiver = receiver();
    let settings = "[notify]\nslack = { url-env = \"HOOK\" }\nwebhook = { url-env = \"NONE\", secret-env = \"HOOK_SECRET\" }\n\
                    ping = { url-env = \"HOOK\" }\nprometheus = { file = \"none/x.prom\" }\n";
    let job = Job::new(settings).with("HOOK", url(&receiver));
    let ran = job.run(&["notify", "test"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "slack: ok");
    assert_eq!(lines[1], "webhook: not delivered: the variable NONE is not set");
    assert_eq!(lines[2], "ping: ok");
    assert!(
        lines[3].starts_with("prometheus: not delivered: ")
            && lines[3].contains("none/x.prom cannot be written"),
        "{}",
        ran.out
    );
    assert!(receiver.calls().iter().any(|call| call.path.starts_with("/hook/log?rid=")));
    assert!(
        receiver
            .calls()
            .iter()
            .any(|call| String::from_utf8_lossy(&call.body).contains("this is a test message"))
    );
    assert_eq!(job.run(&["notify", "test", "--target", "slack"]).code, 0);
    assert_eq!(job.run(&["notify", "test", "--target", "nobody"]).code, 2);
    assert_eq!(Job::new("").run(&["notify", "test"]).code, 2);
}
