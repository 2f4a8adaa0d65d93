//! `--format html`: of each surface the page holds what the JSON report holds.

use serde_json::Value;

use crate::rig::{Folder, root, text};

/// What a reader sees of a page.
fn words(page: &str) -> String {
    let mut words = String::new();
    let (_, body) = page.split_once("<body>").expect("a body");
    let (body, _) = body.rsplit_once("<script>").expect("a script");
    for piece in body.split('<') {
        words.push_str(piece.split_once('>').map_or(piece, |(_, words)| words));
    }
    words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// A message as it is seen: backticks become code.
fn seen(value: &Value) -> String {
    let text = text(value);
    if text.matches('`').count().is_multiple_of(2) { text.replace('`', "") } else { text.to_owned() }
}

fn holds_all(arguments: &[&str]) -> Value {
    let folder = Folder::new(&[]);
    let mut all = arguments.to_vec();
    all.extend(["--now", "2026-11-26", "--exit-zero", "--format"]);
    let run = |format: &'static str| folder.run(&[&all[..], &[format]].concat());
    let page = run("html");
    assert_eq!(page, run("html"), "the same bytes");
    let words = words(&page.out);
    let json = run("json").json();
    let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    for finding in list("findings") {
        for key in ["message", "rule", "severity", "confidence", "fingerprint"] {
            assert!(words.contains(&seen(&finding[key])), "{key} of {finding}");
        }
        for step in finding["related"].as_array().expect("related places") {
            assert!(words.contains(&seen(&step["message"])), "{step}");
        }
    }
    for gap in list("gaps") {
        for key in ["reason", "name"] {
            assert!(words.contains(&seen(&gap[key])), "{key} of {gap}");
        }
    }
    for session in list("sessions") {
        assert!(words.contains(text(&session["id"])), "{session}");
    }
    for user in json["account"]["users"].as_array().into_iter().flatten() {
        assert!(words.contains(text(&user["name"])), "{user}");
    }
    assert!(words.contains("2026-11-26"), "the day");
    json
}

fn path(name: &str) -> String {
    root().join(name).to_string_lossy().into_owned()
}

#[test]
fn of_a_tree() {
    let json = holds_all(&["scan", &path("examples/incident")]);
    assert_eq!(json["findings"].as_array().expect("findings").len(), 3);
}

#[test]
fn of_a_tree_that_can_not_be_read_whole() {
    let folder = Folder::new(&[(
        "main.tf",
        "resource \"x\" \"y\" {\n  a = \n}\nmodule \"m\" {\n  source = \"./none\"\n}\n",
    )]);
    let json = holds_all(&["scan", &folder.path().to_string_lossy()]);
    assert!(!json["gaps"].as_array().expect("gaps").is_empty());
}

#[test]
fn of_trails() {
    let json = holds_all(&["trail", &path("fixtures/trail"), "--timeline"]);
    assert!(json["sessions"].as_array().expect("sessions").len() > 20);
}

#[test]
fn of_an_account() {
    let json = holds_all(&["account", "--evidence", &path("fixtures/account/root-key-used-today")]);
    assert!(!json["findings"].as_array().expect("findings").is_empty());
}
