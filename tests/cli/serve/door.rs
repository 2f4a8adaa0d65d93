//! Who is let in.

use super::rig::{CLEAN_PLAN, Server, StandIn, sign, status};
use crate::rig::{Folder, command, run};

#[test]
fn without_the_right_signature_nothing_happens() {
    let archive = StandIn::archive(CLEAN_PLAN);
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    let body = api.payload("taskrs-1").to_string().into_bytes();
    let right = sign(&body);
    let header = "X-TFC-Task-Signature";
    assert_eq!(server.post(&body, &[]), 401);
    for wrong in ["", "00", &right[..126], &sign(b"another body"), &format!("sha512={right}")] {
        assert_eq!(server.post(&body, &[(header, wrong)]), 401, "{wrong}");
    }
    assert_eq!(server.post(&body, &[(header, &right), (header, &right)]), 401);
    let mut changed = body.clone();
    changed.push(b' ');
    assert_eq!(server.post(&changed, &[(header, &right)]), 401);
    server.stop();
    let (code, log) = server.ended();
    assert_eq!(code, 0);
    assert!(api.calls().is_empty());
    assert!(!log.contains(&right));
}

#[test]
fn too_large_a_body_is_not_read() {
    let server = Server::start(&[]);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nX-TFC-Task-Signature: 00\r\n";
    let announced = format!("{head}Content-Length: 2000000\r\n\r\n");
    assert_eq!(status(&server.raw(&[announced.as_bytes()])), 413);
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n");
    assert_eq!(status(&server.raw(&[chunked.as_bytes()])), 413);
    let headers = format!("POST / HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "x".repeat(200_000));
    assert_eq!(status(&server.raw(&[headers.as_bytes()])), 431);
}

#[test]
fn who_sends_slowly_is_not_waited_for() {
    let server = Server::start(&["--request-timeout", "1"]);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nX-TFC-Task-Signature: 00\r\nContent-Length: 1000\r\n\r\n";
    std::thread::scope(|scope| {
        let slow = |parts: &'static [&'static [u8]]| scope.spawn(|| server.raw(parts));
        let body = scope.spawn(|| server.raw(&[head.as_bytes(), b"{\"payload"]));
        let headers: Vec<_> = (0..300).map(|_| slow(&[b"POST / HTTP/1.1\r\nHost"])).collect();
        let nothing = slow(&[]);
        assert_eq!(status(&body.join().unwrap()), 408);
        for headers in headers {
            assert!(matches!(status(&headers.join().unwrap()), 0 | 408));
        }
        assert_eq!(nothing.join().unwrap(), "");
    });
    assert_eq!(status(&server.raw(&[b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])), 200);
}

#[test]
fn only_what_is_documented_is_there() {
    let server = Server::start(&[]);
    let said = |first: &str| server.raw(&[first.as_bytes(), b" HTTP/1.1\r\nHost: x\r\n\r\n"]);
    assert!(said("GET /healthz").ends_with("ok\n"));
    assert!(said("GET /run-task").to_lowercase().contains("allow: post"));
    assert_eq!(status(&said("GET /metrics")), 404);
    assert_eq!(status(&said("POST /other")), 404);
    assert_eq!(status(&server.raw(&[b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"])), 400);
}

#[test]
fn a_full_queue_asks_to_come_back_and_keeps_what_it_took() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let archive = StandIn::new(move |_, _| {
        let _ = held.lock().unwrap().recv();
        Some((200, String::new(), CLEAN_PLAN.as_bytes().to_vec()))
    });
    let api = StandIn::api(&archive);
    let server = Server::start(&["--jobs", "1", "--waiting", "1"]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    assert_eq!(server.ask(&api.payload("taskrs-2")), 200);
    // The same one again is no third one.
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    let third = api.payload("taskrs-3").to_string();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nX-TFC-Task-Signature: {}\r\n\r\n",
        third.len(),
        sign(third.as_bytes())
    );
    let refused = server.raw(&[head.as_bytes(), third.as_bytes()]).to_lowercase();
    assert!(refused.contains("503") && refused.contains("retry-after: 30"), "{refused}");
    drop(release);
    for id in ["taskrs-1", "taskrs-2"] {
        assert_eq!(api.outcome(id).status().as_deref(), Some("passed"));
    }
    assert_eq!(archive.calls().len(), 2, "what was asked twice is scanned once");
}

#[test]
fn without_a_key_nothing_is_served() {
    let folder =
        Folder::new(&[("empty", "\n"), ("short", "fifteen letters\n"), ("large", &"x".repeat(5000))]);
    for (arguments, told) in [
        (["serve", "run-task"].as_slice(), "there is no key"),
        (&["serve", "run-task", "--hmac-key-file", "empty"], "is empty"),
        (&["serve", "run-task", "--hmac-key-file", "short"], "too short"),
        (&["serve", "run-task", "--hmac-key-file", "large"], "too large"),
        (&["serve", "run-task", "--hmac-key-file", "none"], "cannot be read"),
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(told) && ran.err.contains("SECRETRAIL_RUN_TASK_KEY"), "{ran:?}");
    }
    let mut wrong = command(folder.path());
    wrong
        .args(["serve", "run-task", "--allow-host", "https://x.example"])
        .env("SECRETRAIL_RUN_TASK_KEY", "a-key-of-some-length");
    let ran = run(&mut wrong);
    assert!(ran.code == 2 && ran.err.contains("--allow-host number 1 names no host"), "{ran:?}");
}
