//! What gates read: JUnit's XML, GitLab's JSON, the baseline; and what every format says of what is not told.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::sample::{Ground, text};
use super::super::*;
use crate::finding::Severity;

/// An element, the attributes that it must have, those that it may have, and its parents.
type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// What of `junit-10.xsd` we write.
const ELEMENTS: &[Element] = &[
    ("testsuites", &[], &["name", "tests", "failures", "errors", "time"], &[""]),
    ("testsuite", &["name", "tests", "failures", "errors"], &["skipped", "time"], &["testsuites"]),
    ("testcase", &["name"], &["classname", "time"], &["testsuite"]),
    ("failure", &[], &["message", "type"], &["testcase"]),
    ("error", &[], &["message", "type"], &["testcase"]),
    ("skipped", &[], &["message", "type"], &["testcase"]),
    ("system-out", &[], &[], &["testcase", "testsuite"]),
];

/// Checks well-formedness and the table above; returns each element with its attributes.
fn junit(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let legal = |letter: char| matches!(letter, '\n' | '\t' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(xml.chars().all(legal), "{xml}");
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    let mut open: Vec<String> = Vec::new();
    let mut all = Vec::new();
    while let Some((between, after)) = rest.split_once('<') {
        entities(between);
        let (tag, after) = after.split_once('>').expect("`>`");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{xml}");
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, mut written) = tag.split_once(' ').unwrap_or((tag, ""));
        let (_, must, may, parents) =
            ELEMENTS.iter().find(|(known, ..)| *known == name).unwrap_or_else(|| panic!("<{name}>"));
        assert!(parents.contains(&open.last().map_or("", String::as_str)), "<{name}> in {open:?}");
        let mut attributes: Vec<(String, String)> = Vec::new();
        while let Some((key, value)) = written.trim_start().split_once("=\"") {
            let (value, after) = value.split_once('"').expect("a closed quote");
            entities(value);
            assert!(must.contains(&key) || may.contains(&key), "{name} {key}");
            assert!(!attributes.iter().any(|(known, _)| known == key), "{name} {key} twice");
            attributes.push((key.into(), value.into()));
            written = after;
        }
        assert_eq!(written.trim(), "", "{tag}");
        for key in *must {
            assert!(attributes.iter().any(|(known, _)| known == key), "{name} without {key}");
        }
        if !closed {
            open.push(name.into());
        }
        all.push((name.to_owned(), attributes));
    }
    assert_eq!((open.len(), rest.trim()), (0, ""));
    all
}

fn entities(text: &str) {
    assert!(!text.contains('>'), "{text}");
    for after in text.split('&').skip(1) {
        let name = after.split(';').next().expect("a name");
        assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "&{name}");
    }
}

fn count(elements: &[(String, Vec<(String, String)>)], name: &str) -> usize {
    elements.iter().filter(|(element, _)| element == name).count()
}

#[test]
fn junit_counts_what_it_holds() {
    let ground = Ground::new();
    let mut report = ground.report();
    let elements = junit(&text(Format::Junit, &report));
    let attribute = |name: &str| {
        let (_, attributes) = &elements[1];
        attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.parse::<usize>().unwrap())
    };
    assert_eq!(attribute("tests"), Some(3));
    for (name, element) in
        [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
    {
        assert_eq!(attribute(name), Some(count(&elements, element)), "{name}");
        assert!(count(&elements, element) > 0, "{name}");
    }
    // Below the limit it passes; without findings each rule is a test that passes.
    report.gate.fail_on = None;
    assert_eq!(count(&junit(&text(Format::Junit, &report)), "failure"), 0);
    let clean = junit(&text(Format::Junit, &ground.empty()));
    assert_eq!((count(&clean, "testcase"), count(&clean, "error")), (1, 0));
    let mut nothing = ground.empty();
    nothing.exit_code = ExitCode::NotAudited;
    assert_eq!(count(&junit(&text(Format::Junit, &nothing)), "error"), 1);
}

#[test]
fn junit_holds_what_xml_can_hold() {
    let ground = Ground::new();
    let mut report = ground.report();
    let hostile: String = (0..0x2100)
        .chain([0xFFFD, 0xFFFE, 0xFFFF, 0x1F600])
        .filter_map(char::from_u32)
        .chain("]]> <![CDATA[ <!-- &amp; '\"".chars())
        .collect();
    report.findings[0].message = hostile.clone();
    report.findings[0].at.name = hostile.clone();
    report.silenced[0].reason = hostile.clone();
    report.gaps[0].reason = hostile;
    assert!(junit(&text(Format::Junit, &report)).len() > 5);
}

#[test]
fn gitlab_has_the_fields_that_gitlab_documents() {
    let ground = Ground::new();
    let mut report = ground.report();
    report.gaps.push(report.gaps[0].clone());
    let issues: Value = serde_json::from_str(&text(Format::Gitlab, &report)).unwrap();
    let issues = issues.as_array().expect("one array");
    assert_eq!(issues.len(), 3, "the finding, and the gaps that could hide one");
    let mut prints = BTreeSet::new();
    for issue in issues {
        for field in ["description", "check_name", "fingerprint", "severity"] {
            assert!(issue[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {issue}");
        }
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap())
        );
        let path = issue["location"]["path"].as_str().expect("a path");
        assert!(!path.starts_with("./") && !path.starts_with('/'), "{path}");
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line >= 1));
        assert!(prints.insert(issue["fingerprint"].as_str().unwrap()), "fingerprints are unique");
    }
    assert_eq!(issues[0]["severity"], "blocker");
    assert_eq!(text(Format::Gitlab, &ground.empty()), "[]\n");
}

#[test]
fn a_baseline_has_one_line_an_entry_and_reads_back() {
    let ground = Ground::new();
    let mut report = ground.report();
    let mut other = ground.finding();
    other.severity = Severity::Low;
    other.fingerprint = "ffff".into();
    other.at = ground.place(ground.main, "resource", "aws_instance.web");
    report.findings.push(other);
    let mut out = Vec::new();
    write_baseline(&report, &mut out).unwrap();
    let written = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[1],
        r#"{"path":"main.tf","rule":"secret-written-to-disk","name":"aws_instance.web","fingerprint":"ffff"},"#
    );
    let read: Value = serde_json::from_str(&written).unwrap();
    assert_eq!((&read["version"], read["entries"].as_array().unwrap().len()), (&Value::from(1), 2));
    let mut out = Vec::new();
    write_baseline(&ground.empty(), &mut out).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap()["entries"], Value::Array(Vec::new()));
}

#[test]
fn what_is_not_told_is_said_in_every_format_that_has_room() {
    let ground = Ground::new();
    let mut report = ground.empty();
    report.files = 2;
    report.gate = Gate { left_out: 3, gone: 2, since: Some("origin/main".into()), ..Gate::default() };
    for format in [Format::Table, Format::Markdown, Format::Github, Format::Junit, Format::Sarif] {
        let told = text(format, &report).replace("`origin/main`", "origin/main");
        assert!(told.contains("3 findings are below --min-confidence"), "{format}: {told}");
        assert!(told.contains("2 entries of the baseline are no longer found"), "{format}: {told}");
        assert!(told.contains("Only findings added since origin/main are reported"), "{format}: {told}");
        assert!(!told.contains("No secret lands"), "{format}: {told}");
    }
    let json: Value = serde_json::from_str(&text(Format::Json, &report)).unwrap();
    assert_eq!(json["summary"]["less_sure_left_out"], 3);
    assert_eq!(json["summary"]["baseline_entries_gone"], 2);
    assert_eq!(json["summary"]["since"], "origin/main");
}
