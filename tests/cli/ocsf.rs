//! OCSF lines hold what the schema requires. The tables below were taken from github.com/ocsf/ocsf-schema (Apache-2.0),
//! tag 1.3.0: attributes with `"requirement": "required"` of the classes and of the objects that we write, and each
//! object's `at_least_one`.

use std::path::PathBuf;

use serde_json::Value;

use crate::rig::Folder;

/// Required attributes: of all classes, then of one.
const BASE: &[&str] =
    &["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"];
const API_ACTIVITY: &[&str] = &["actor", "api", "src_endpoint"];
const DETECTION_FINDING: &[&str] = &["finding_info"];
/// What the profile `cloud` adds.
const CLOUD: &[&str] = &["cloud"];

/// Where an object stands, what it requires, and of what it needs one.
type Object = (&'static str, &'static [&'static str], &'static [&'static str]);
const OBJECTS: &[Object] = &[
    ("metadata", &["product", "version"], &[]),
    ("metadata.product", &["vendor_name"], &["name", "uid"]),
    ("cloud", &["provider"], &[]),
    ("cloud.account", &[], &["name", "uid"]),
    ("api", &["operation"], &[]),
    ("api.service", &[], &["name", "uid"]),
    ("api.request", &["uid"], &[]),
    ("actor", &[], &["process", "user", "invoked_by", "session", "app_name", "app_uid"]),
    ("actor.user", &[], &["account", "name", "uid"]),
    (
        "src_endpoint",
        &[],
        &["ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "interface_name"],
    ),
    ("finding_info", &["title", "uid"], &[]),
    ("finding_info.analytic", &["type_id"], &["name", "uid"]),
    ("finding_info.related_events.0", &["uid"], &[]),
    ("remediation", &["desc"], &[]),
    ("evidences.0", &[], &["actor", "api", "data", "file", "src_endpoint", "user"]),
];
/// Values that enumerations allow.
const ENUMS: &[(&str, &[u64])] = &[
    ("severity_id", &[0, 1, 2, 3, 4, 5, 6, 99]),
    ("status_id", &[0, 1, 2, 3, 4, 5, 6, 99]),
    ("confidence_id", &[0, 1, 2, 3, 99]),
    ("activity_id", &[0, 1, 2, 3, 4, 99]),
    ("finding_info.analytic.type_id", &[0, 1, 2, 3, 4, 99]),
];

fn at<'v>(line: &'v Value, path: &str) -> Option<&'v Value> {
    line.pointer(&format!("/{}", path.replace('.', "/")))
}

fn is_there(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// What a line lacks.
fn faults(line: &Value) -> Vec<String> {
    let class = match line["class_uid"].as_u64() {
        Some(6003) => API_ACTIVITY,
        Some(2004) => DETECTION_FINDING,
        other => return vec![format!("class {other:?}")],
    };
    let required = BASE.iter().chain(class).chain(CLOUD).filter(|name| !is_there(line.get(**name)));
    let mut faults: Vec<String> = required.map(|name| format!("{name} is missing")).collect();
    for (path, all, one_of) in OBJECTS {
        let Some(object) = at(line, path) else { continue };
        let missing = all.iter().filter(|name| !is_there(object.get(**name)));
        faults.extend(missing.map(|name| format!("{path}.{name} is missing")));
        if !one_of.is_empty() && !one_of.iter().any(|name| is_there(object.get(*name))) {
            faults.push(format!("{path} has none of {}", one_of.join(", ")));
        }
    }
    for (path, allowed) in ENUMS {
        let value = at(line, path).and_then(Value::as_u64);
        faults
            .extend(value.filter(|value| !allowed.contains(value)).map(|value| format!("{path} is {value}")));
    }
    let number = |name: &str| line[name].as_u64().unwrap_or_default();
    if number("type_uid") != number("class_uid") * 100 + number("activity_id") {
        faults.push("type_uid".to_owned());
    }
    if number("class_uid") / 1000 != number("category_uid") {
        faults.push("category_uid".to_owned());
    }
    faults
}

fn lines(folder: &Folder, path: &str) -> Vec<Value> {
    let ran = folder.run(&["trail", path, "--timeline", "--format", "ocsf", "--exit-zero"]);
    ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_line_holds_what_its_class_requires() {
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/trail");
    let folder = Folder::new(&[]);
    let (mut findings, mut activities) = (0, 0);
    for case in std::fs::read_dir(cases).expect("cases") {
        let case = case.expect("a case").path();
        if !case.is_dir() {
            continue;
        }
        for line in lines(&folder, &case.to_string_lossy()) {
            assert_eq!(faults(&line), [""; 0], "{}: {line}", case.display());
            if line["class_uid"] == 2004 { findings += 1 } else { activities += 1 }
        }
    }
    assert!(findings > 10 && activities > 10, "{findings} findings, {activities} activities");
}

#[test]
fn an_event_of_which_little_is_known_holds_it_too() {
    let event = r#"{"eventVersion":"1.08","eventTime":"2026-03-28T14:00:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","eventID":"1","userIdentity":{"type":"Root"},"responseElements":{"ConsoleLogin":"Success"}}"#;
    let folder = Folder::new(&[("logs/a.json", event)]);
    let lines = lines(&folder, "logs");
    assert!(lines.iter().any(|line| line["class_uid"] == 6003), "{lines:?}");
    for line in &lines {
        assert_eq!(faults(line), [""; 0], "{line}");
    }
}

#[test]
fn what_is_missing_is_seen() {
    let line = serde_json::json!({"class_uid": 6003, "activity_id": 7, "src_endpoint": {"domain": "x"}, "type_uid": 1});
    let told = faults(&line).join("; ");
    for part in ["api is missing", "src_endpoint has none of", "activity_id is 7", "type_uid", "category_uid"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
}
