//! Receivers that are slow, busy or gone, and runs that are killed or run side by side.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::rig::{Job, WEBHOOK, counts, receiver, url, verified};
use crate::rig::{CLEAN, LEAK};
use crate::serve::rig::StandIn;

#[test]
fn who_is_busy_is_asked_again_as_it_wants() {
    let begun = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = begun.clone();
    let busy = StandIn::new(move |_, before| {
        noted.lock().unwrap().push(Instant::now());
        Some(match before {
            0 => (429, "Retry-After: 1\r\n".to_owned(), Vec::new()),
            1 => (503, String::new(), Vec::new()),
            _ => (204, String::new(), Vec::new()),
        })
    });
    let job = Job::new(WEBHOOK).with("HOOK", url(&busy));
    let ran = job.scan();
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let calls = busy.calls();
    assert_eq!(calls.len(), 3);
    let ids: Vec<&str> = calls.iter().map(|call| call.header("webhook-id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0] && id.starts_with("msg_")), "{ids:?}");
    assert!(calls.iter().all(|call| call.body == calls[0].body));
    calls.iter().for_each(|call| drop(verified(call)));
    let begun = begun.lock().unwrap();
    assert!(begun[1] - begun[0] >= Duration::from_secs(1), "Retry-After is honoured");
    assert!(begun[2] - begun[1] >= Duration::from_millis(400), "a pause");
    assert_eq!((job.scan().code, busy.calls().len()), (1, 3));
}

#[test]
fn who_wants_to_be_left_alone_for_long_is_asked_by_the_next_run() {
    let busy = StandIn::new(|_, _| Some((503, "Retry-After: 3600\r\n".to_owned(), Vec::new())));
    let job = Job::new(WEBHOOK).with("HOOK", url(&busy));
    let begun = Instant::now();
    let ran = job.scan();
    assert_eq!((ran.code, busy.calls().len()), (1, 1));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(ran.err.contains("it said 503; the next run will retry"), "{}", ran.err);
    let pending = job.run(&["notify", "pending", "audit.db"]);
    assert!(pending.out.starts_with("webhook since 20"), "{}", pending.out);
    assert!(
        pending.out.contains("1 try: it said 503\n  secretrail: 2 new findings; the audit fails now"),
        "{}",
        pending.out
    );
}

#[test]
fn who_does_not_answer_holds_nobody_up() {
    let silent = StandIn::new(|_, _| {
        std::thread::sleep(Duration::from_secs(30));
        None
    });
    let job = Job::new(&format!("{WEBHOOK}timeout-seconds = 1\n")).with("HOOK", url(&silent));
    let begun = Instant::now();
    let ran = job.scan();
    let took = begun.elapsed();
    assert_eq!(ran.code, 1);
    assert!(took < Duration::from_secs(20), "four tries of a second: {took:?}");
    assert!(ran.err.contains("webhook was not notified: it does not answer in time"), "{}", ran.err);
}

/// Who has said that it took a message is not sent it again, because the rest of the answer never comes.
#[test]
fn an_answer_that_does_not_end_is_an_answer() {
    let slow = StandIn::new(|_, _| Some((200, "Content-Length: 100\r\n".to_owned(), b"ok".to_vec())));
    let job = Job::new(&format!("{WEBHOOK}timeout-seconds = 1\n")).with("HOOK", url(&slow));
    let ran = job.scan();
    assert_eq!((ran.code, ran.err.as_str(), slow.calls().len()), (1, "", 1));
}

#[test]
fn broken_answers_are_no_harm() {
    let closed = StandIn::new(|_, _| None);
    let redirect = StandIn::new(|_, _| {
        Some((302, "Location: http://127.0.0.1:1/canary\r\n".to_owned(), b"canary".to_vec()))
    });
    let gone = "http://127.0.0.1:1/canary".to_owned();
    for (address, told) in [
        (url(&closed), "the connection broke"),
        (url(&redirect), "it said 302, and redirects are not followed"),
        (gone, "it cannot be connected to"),
        ("http://canary.example/".to_owned(), "the address is not https"),
        ("canary".to_owned(), "the address has no scheme or host"),
    ] {
        let job = Job::new(WEBHOOK).with("HOOK", address);
        let ran = job.scan();
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(&format!("webhook was not notified: {told}")), "{told}: {}", ran.err);
        assert!(!ran.err.contains("canary"), "{}", ran.err);
    }
}

#[test]
fn without_a_history_nobody_is_told() {
    let receiver = receiver();
    let job = Job::new(WEBHOOK).with("HOOK", url(&receiver));
    assert_eq!(job.run(&["scan", "-f", "json"]).code, 1);
    assert_eq!(receiver.calls().len(), 0);
}

#[test]
fn settings_that_nobody_named_tell_nobody() {
    let receiver = receiver();
    let file = "[notify]\nwebhook = { url-file = \"hook\", secret-env = \"HOOK_SECRET\" }\nping = { url-file = \"hook\" }\n\
                prometheus = { file = \"out.prom\" }\n";
    let job = Job::new(file);
    job.folder.write("hook", format!("{}\n", url(&receiver)));
    // As somebody does who looks at a repository of others.
    let ran = job.folder.run(&["scan", "--history", "audit.db", "-f", "json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("[notify] in") && ran.err.contains("is ignored"), "{}", ran.err);
    assert_eq!(receiver.calls().len(), 0);
    assert!(!job.folder.names().contains(&"out.prom".to_owned()));
    assert_eq!(job.scan().code, 1);
    assert!(!receiver.calls().is_empty(), "named, it is trusted");
}

#[test]
fn what_could_not_be_looked_at_is_not_mended() {
    let receiver = receiver();
    let job = Job::new(WEBHOOK).with("HOOK", url(&receiver));
    assert_eq!(job.scan().code, 1);
    job.folder.write("main.tf", LEAK.replace("user_data", "user_data = = {"));
    assert_eq!((job.scan().code, job.scan().code), (3, 3));
    job.folder.write("main.tf", LEAK);
    assert_eq!(job.scan().code, 1);
    let told: Vec<_> = receiver.calls().iter().map(verified).collect();
    let standings: Vec<_> = told.iter().map(|change| change["standing"]["now"].as_str().unwrap()).collect();
    assert_eq!(standings, ["fails", "fails-in-part", "fails"]);
    assert!(told[1]["gap_reasons"][0].as_str().unwrap().starts_with("main.tf:"), "{}", told[1]);
    assert_eq!(counts(&told[2]), (0, 0, 0));
}

#[test]
fn nothing_audited_is_told_once_and_so_is_its_end() {
    let receiver = receiver();
    let job = Job::new(WEBHOOK).with("HOOK", url(&receiver));
    job.folder.write("main.tf", CLEAN);
    let audit = |trail: &str| job.run(&["audit", "--history", "audit.db", "--trail", trail, "."]).code;
    assert_eq!((audit("logs"), audit("logs")), (2, 2));
    let told: Vec<_> = receiver.calls().iter().map(verified).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["standing"]["now"], "not-audited");
    assert!(told[0]["verdict"].as_str().unwrap().starts_with("Nothing was audited: logs cannot be read"));
    job.folder.write("logs/x.json", "{\"Records\":[]}");
    audit("logs");
    let told: Vec<_> = receiver.calls().iter().map(verified).collect();
    assert_eq!((told.len(), &told[1]["standing"]["before"]), (2, &"not-audited".into()));
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "it is killed in the middle")]
fn a_run_that_is_killed_loses_nothing_and_doubles_only_under_the_same_number() {
    let receiver = receiver();
    let job = Job::new(WEBHOOK).with("HOOK", url(&receiver));
    for moment in 0..25_u64 {
        job.folder.write("main.tf", if moment % 2 == 0 { LEAK } else { CLEAN });
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_secretrail"));
        run.args(["scan", "--history", "audit.db", "-o", "out.json", "--settings", "secretrail.toml"])
            .current_dir(job.folder.path())
            .env_clear();
        run.env("HOOK", url(&receiver)).env("HOOK_SECRET", super::rig::SECRET);
        let mut child = run.stderr(std::process::Stdio::null()).spawn().expect("a run");
        std::thread::sleep(Duration::from_millis(30 + moment * 11));
        child.kill().expect("killed");
        child.wait().expect("an end");
    }
    job.folder.write("main.tf", LEAK);
    assert_eq!(job.scan().code, 1);
    assert_eq!(job.run(&["notify", "pending", "audit.db"]).out, "Nothing is waiting to be sent.\n");
    let calls = receiver.calls();
    let mut seen = Vec::new();
    let mut state = 0;
    for call in &calls {
        let change = verified(call);
        if seen.contains(&call.header("webhook-id").to_owned()) {
            continue;
        }
        seen.push(call.header("webhook-id").to_owned());
        let (new, back, fixed) = counts(&change);
        assert!(
            if state == 0 { fixed == 0 && new + back == 2 } else { fixed == 2 && new + back == 0 },
            "{change}"
        );
        state = 2 - state;
    }
    assert_eq!(state, 2, "what is told is what is there");
    assert!(seen.len() + 25 >= calls.len());
}

#[test]
fn two_runs_at_once_tell_once() {
    let count = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let slow = StandIn::new(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(300));
        Some((200, String::new(), Vec::new()))
    });
    let job = Job::new(WEBHOOK).with("HOOK", url(&slow));
    for (text, told) in [(LEAK, 1), (CLEAN, 2)] {
        job.folder.write("main.tf", text);
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| job.scan())).collect();
            for run in runs {
                let ran = run.join().unwrap();
                assert_eq!((ran.code, ran.err.as_str()), (i32::from(text == LEAK), ""));
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), told);
    }
}
