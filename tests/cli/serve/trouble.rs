//! The other side is down, lies, or the server is stopped.

use super::rig::{CLEAN_PLAN, Server, StandIn, leaking_plan};

fn ok() -> super::rig::Said {
    Some((200, String::new(), Vec::new()))
}

/// An API whose plans lead to `location`.
fn leading_to(location: &str) -> StandIn {
    let location = format!("Location: {location}\r\n");
    StandIn::new(move |call, _| match call.method.as_str() {
        "GET" => Some((307, location.clone(), Vec::new())),
        _ => ok(),
    })
}

#[test]
fn redirects_lead_to_allowed_hosts_only() {
    let server = Server::start(&[]);
    let trap = StandIn::archive(CLEAN_PLAN);
    for (number, place) in [
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "https://app.terraform.io.example.com/".into(),
        format!("http://localhost:{}/", trap.address.port()),
        format!("//{}/", trap.address),
        "file:///etc/passwd".into(),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("taskrs-{number}");
        let api = leading_to(&place);
        assert_eq!(server.ask(&api.payload(&id)), 200);
        let last = api.outcome(&id);
        assert_eq!(last.status().as_deref(), Some("failed"));
        assert!(last.message().contains("a redirect is not followed"), "{place}: {}", last.message());
    }
    assert!(trap.calls().is_empty());
}

#[test]
fn redirects_end() {
    let server = Server::start(&[]);
    let api = leading_to("/again");
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    assert!(api.outcome("taskrs-1").message().contains("too many redirects"));
}

#[test]
fn a_plan_that_is_not_given_or_too_large_fails() {
    let server = Server::start(&[]);
    for (status, headers, told) in [
        (403, "", "the other side said 403"),
        (200, "Content-Length: 3000000000\r\n", "larger than 1024 MiB"),
    ] {
        let api = StandIn::new(move |call, _| match call.method.as_str() {
            "GET" => Some((status, headers.to_owned(), Vec::new())),
            _ => ok(),
        });
        assert_eq!(server.ask(&api.payload(&format!("taskrs-{status}"))), 200);
        let last = api.outcome(&format!("taskrs-{status}"));
        assert_eq!(last.status().as_deref(), Some("failed"));
        assert!(last.message().contains(told), "{}", last.message());
    }
}

#[test]
fn a_plan_that_is_late_or_breaks_off_is_fetched_again() {
    let server = Server::start(&[]);
    let api = StandIn::new(|call, before| match (call.method.as_str(), before) {
        ("GET", 0) => Some((204, String::new(), Vec::new())),
        ("GET", 1) => Some((200, "Content-Length: 999\r\nConnection: close\r\n".into(), b"{".to_vec())),
        ("GET", _) => Some((200, String::new(), CLEAN_PLAN.as_bytes().to_vec())),
        _ => ok(),
    });
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    assert_eq!(api.outcome("taskrs-1").status().as_deref(), Some("passed"));
}

#[test]
fn an_answer_is_handed_in_until_it_is_taken() {
    let archive = StandIn::archive(leaking_plan());
    let host = archive.address;
    let api = StandIn::new(move |call, before| match (call.method.as_str(), before) {
        ("GET", _) => Some((307, format!("Location: http://{host}/x\r\n"), Vec::new())),
        (_, 0) => Some((500, String::new(), Vec::new())),
        (_, 1) => None,
        (_, 2) => Some((429, String::new(), Vec::new())),
        _ => ok(),
    });
    let server = Server::start(&[]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    let path = "/callback/taskrs-1";
    let calls = api.wait("four tries", |calls| calls.iter().filter(|call| call.path == path).count() >= 4);
    let said: Vec<_> = calls.iter().filter_map(super::rig::Call::status).collect();
    assert_eq!(said, ["running", "failed", "failed", "failed"]);
    server.wait_for_log("answered");
}

#[test]
fn a_dead_callback_is_told_in_the_log() {
    let archive = StandIn::archive(CLEAN_PLAN);
    let host = archive.address;
    let api = StandIn::new(move |call, _| match call.method.as_str() {
        "GET" => Some((307, format!("Location: http://{host}/x\r\n"), Vec::new())),
        _ => Some((503, String::new(), Vec::new())),
    });
    let server = Server::start(&["--deadline", "3"]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    server.wait_for_log("the answer was not taken: the other side said 503");
    let log = server.log();
    let line = log.lines().find(|line| line.contains("was not taken") && line.contains("ERROR"));
    assert!(line.is_some_and(|line| line.contains("task_result_id=taskrs-1")), "{log}");
    // Its place is free again.
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
}

#[test]
fn an_audit_without_an_end_fails_in_time() {
    let (_never, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let api = StandIn::new(move |call, _| {
        if call.method == "GET" {
            let _ = held.lock().unwrap().recv();
        }
        ok()
    });
    let server = Server::start(&["--deadline", "2"]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    let last = api.outcome("taskrs-1");
    assert_eq!(last.status().as_deref(), Some("failed"));
    assert!(last.message().contains("not enough time"), "{}", last.message());
}

#[test]
fn a_stop_finishes_what_runs() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let archive = StandIn::new(move |_, _| {
        let _ = held.lock().unwrap().recv();
        Some((200, String::new(), CLEAN_PLAN.as_bytes().to_vec()))
    });
    let api = StandIn::api(&archive);
    let server = Server::start(&["--jobs", "1"]);
    for id in ["taskrs-1", "taskrs-2"] {
        assert_eq!(server.ask(&api.payload(id)), 200);
    }
    archive.wait("the plan is asked for", |calls| !calls.is_empty());
    server.stop();
    // What waits is refused at once, what runs goes on.
    let waiting = if archive.calls()[0].path.contains("taskrs-1") { "taskrs-2" } else { "taskrs-1" };
    let last = api.outcome(waiting);
    assert_eq!(last.status().as_deref(), Some("failed"));
    assert!(last.message().contains("server was stopped"), "{}", last.message());
    drop(release);
    let running = if waiting == "taskrs-1" { "taskrs-2" } else { "taskrs-1" };
    assert_eq!(api.outcome(running).status().as_deref(), Some("passed"));
    let (code, log) = server.ended();
    assert_eq!(code, 0, "{log}");
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let (_never, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let archive = StandIn::new(move |_, _| {
        let _ = held.lock().unwrap().recv();
        None
    });
    let api = StandIn::api(&archive);
    let server = Server::start(&["--grace", "1"]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    archive.wait("the plan is asked for", |calls| !calls.is_empty());
    server.stop();
    let last = api.outcome("taskrs-1");
    assert_eq!(last.status().as_deref(), Some("failed"));
    assert!(last.message().contains("server was stopped"), "{}", last.message());
    assert_eq!(server.ended().0, 0);
}
