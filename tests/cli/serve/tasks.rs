//! Tasks that go as they should.

use serde_json::{Value, json};

use super::rig::{CLEAN_PLAN, KEY, Server, StandIn, TOKEN, leaking_plan, vendor_token};

#[test]
fn a_leaking_plan_fails_with_an_outcome_for_each_finding() {
    let archive = StandIn::archive(leaking_plan());
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    let last = api.outcome("taskrs-1");
    assert_eq!(last.status().as_deref(), Some("failed"));

    let calls = api.calls();
    let order: Vec<String> =
        calls.iter().map(|call| call.status().unwrap_or_else(|| call.method.clone())).collect();
    assert_eq!(order, ["running", "GET", "failed"]);
    for call in &calls {
        assert_eq!(call.header("authorization"), format!("Bearer {TOKEN}"));
    }
    for call in calls.iter().filter(|call| call.method == "PATCH") {
        assert_eq!(call.header("content-type"), "application/vnd.api+json");
        assert_eq!(call.json()["data"]["type"], "task-results");
    }
    let document = last.json();
    let outcomes = document["data"]["relationships"]["outcomes"]["data"].as_array().expect("outcomes");
    let critical = json!([{"label": "critical", "level": "error"}]);
    assert!(outcomes.iter().any(|one| one["attributes"]["tags"]["Severity"] == critical), "{document:#}");
    for outcome in outcomes {
        assert_eq!(outcome["type"], "task-result-outcomes");
        for field in ["outcome-id", "description", "body"] {
            assert!(outcome["attributes"][field].is_string(), "{field}");
        }
    }
    // Another host keeps the plan: it never sees the token.
    let fetched = archive.calls();
    assert_eq!(fetched.len(), 1);
    assert_eq!(
        (fetched[0].path.as_str(), fetched[0].header("authorization")),
        ("/object/taskrs-1?signed=yes", "")
    );
}

#[test]
fn a_clean_plan_passes() {
    let archive = StandIn::archive(CLEAN_PLAN);
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    let last = api.outcome("taskrs-1");
    assert_eq!(last.status().as_deref(), Some("passed"), "{:?}", last.message());
    assert_eq!(last.json()["data"]["relationships"]["outcomes"]["data"], json!([]));
}

#[test]
fn an_older_caller_gets_no_outcomes() {
    let archive = StandIn::archive(leaking_plan());
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    let mut payload = api.payload("taskrs-1");
    payload["capabilities"] = json!({"outcomes": false});
    assert_eq!(server.ask(&payload), 200);
    assert!(api.outcome("taskrs-1").json()["data"].get("relationships").is_none());
}

#[test]
fn before_the_plan_there_is_nothing_to_pass() {
    let archive = StandIn::archive(CLEAN_PLAN);
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    let mut payload = api.payload("taskrs-1");
    payload["stage"] = "pre_plan".into();
    payload["plan_json_api_url"] = Value::Null;
    assert_eq!(server.ask(&payload), 200);
    let last = api.outcome("taskrs-1");
    assert_eq!(last.status().as_deref(), Some("failed"));
    assert!(last.message().contains("post-plan"), "{}", last.message());
}

#[test]
fn what_is_no_whole_plan_fails_as_audited_in_part() {
    let state =
        r#"{"version":4,"terraform_version":"1.13.0","serial":1,"lineage":"x","outputs":{},"resources":[]}"#;
    let plan = leaking_plan();
    let server = Server::start(&["--fail-on", "critical", "--min-confidence", "high"]);
    for (number, body) in [
        "<html>sign in</html>",
        "{}",
        "",
        "\u{0}",
        state,
        &plan[..plan.len() / 2],
        "[".repeat(9_999).as_str(),
    ]
    .into_iter()
    .enumerate()
    {
        let archive = StandIn::archive(body);
        let api = StandIn::api(&archive);
        let id = format!("taskrs-{number}");
        assert_eq!(server.ask(&api.payload(&id)), 200);
        let last = api.outcome(&id);
        assert_eq!(last.status().as_deref(), Some("failed"), "{number}");
        assert!(last.message().contains("Audited in part"), "{number}: {}", last.message());
    }
}

#[test]
fn setting_the_task_up_asks_for_nothing() {
    let archive = StandIn::archive(CLEAN_PLAN);
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    let mut payload = api.payload("taskrs-1");
    payload["access_token"] = "test-token".into();
    assert_eq!(server.ask(&payload), 200);
    server.stop();
    let (code, log) = server.ended();
    assert_eq!(code, 0, "{log}");
    assert!(api.calls().is_empty());
}

/// Nothing is lost, whatever order the machine chooses.
#[test]
fn two_hundred_requests_at_once_are_all_answered() {
    let archive = StandIn::archive(leaking_plan());
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    std::thread::scope(|scope| {
        let ask = |number: usize| {
            let payload = api.payload(&format!("taskrs-{number}"));
            server.ask(&payload)
        };
        let asking: Vec<_> = (0..200).map(|number| scope.spawn(move || ask(number))).collect();
        assert!(asking.into_iter().all(|one| one.join().unwrap() == 200));
    });
    for number in 0..200 {
        assert_eq!(api.outcome(&format!("taskrs-{number}")).status().as_deref(), Some("failed"));
    }
    let calls = api.calls();
    assert_eq!(calls.len(), 600, "running, plan and outcome of each");
    assert_eq!(archive.calls().len(), 200);
    for number in 0..200 {
        let path = format!("/callback/taskrs-{number}");
        let said: Vec<_> =
            calls.iter().filter(|call| call.path == path).filter_map(|call| call.status()).collect();
        assert_eq!(said, ["running", "failed"]);
    }
}

#[test]
fn no_log_and_no_answer_tells_a_secret() {
    let archive = StandIn::archive(leaking_plan());
    let api = StandIn::api(&archive);
    let server = Server::start(&[]);
    assert_eq!(server.ask(&api.payload("taskrs-1")), 200);
    let mut refused = api.payload("taskrs-2");
    refused["task_result_callback_url"] = format!("https://example.com/{TOKEN}").into();
    assert_eq!(server.ask(&refused), 400);
    api.outcome("taskrs-1");
    server.wait_for_log("answered");
    server.stop();
    let (code, log) = server.ended();
    assert_eq!(code, 0);
    for answer in api.calls().iter().filter(|call| call.method == "PATCH") {
        assert!(!String::from_utf8_lossy(&answer.body).contains(&vendor_token()));
    }
    for secret in [TOKEN, KEY, vendor_token().as_str(), "signed=yes", "/callback/"] {
        assert!(!log.contains(secret), "the log holds {secret:?}");
    }
    let told = log.lines().find(|line| line.contains("answered")).expect("a line about the outcome");
    for part in ["task_result_id=taskrs-1", "outcome=\"failed\""] {
        assert!(told.contains(part), "{told}");
    }
}
