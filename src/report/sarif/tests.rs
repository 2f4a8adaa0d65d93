//! The musts of SARIF 2.1.0, and of GitHub's reading of it, that a schema can't say.

use serde_json::Value;

use super::super::Format;
use super::super::sample::{Ground, text};
use super::*;
use crate::source::Span;

fn told(report: &Report<'_>) -> Value {
    serde_json::from_str(&text(Format::Sarif, report)).unwrap()
}

/// Every location below a value.
fn locations<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| locations(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("physicalLocation"));
            fields.values().for_each(|field| locations(field, found));
        }
        _ => {}
    }
}

#[test]
fn results_refer_to_their_rules() {
    let ground = Ground::new();
    let mut report = ground.report();
    let mut unknown = ground.finding();
    unknown.rule = "a-rule-of-nobody".into();
    report.findings.insert(0, unknown.clone());
    unknown.rule = "another-rule-of-nobody".into();
    report.findings.push(unknown);
    let log = told(&report);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = &run["tool"]["driver"]["rules"];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
        assert!(result["partialFingerprints"]["secretrail/v1"].is_string());
    }
    assert_eq!(rules[0]["name"], "SecretWrittenToDisk");
    assert_eq!(rules[0]["properties"]["security-severity"], "9.5");
    assert_eq!(rules[0]["properties"]["tags"][0], "security", "GitHub reads the severity of these only");
}

#[test]
fn the_way_is_a_flow_that_ends_at_the_finding() {
    let ground = Ground::new();
    let log = told(&ground.report());
    let result = &log["runs"][0]["results"][0];
    let flow = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let messages: Vec<&str> =
        flow.iter().map(|step| step["location"]["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(messages[0], "the secret originates here");
    assert_eq!(messages[2], "written to /opt/paperclip/.env");
    let last = &flow[2]["location"]["physicalLocation"];
    assert_eq!(last, &result["locations"][0]["physicalLocation"]);
    assert_eq!(last["region"]["startLine"], 3);
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 2);
}

#[test]
fn every_place_is_an_address_and_a_region() {
    let ground = Ground::new();
    let odd = ground.sources.add_text("a b/ü%20\n[x]:y?.tf", "x = 1\n");
    let outside = ground.sources.add_text("/etc/x y", "x");
    let mut report = ground.report();
    for source in [odd, outside] {
        let mut finding = ground.finding();
        finding.at.span = Span::new(source, 0, 9_999);
        report.findings.push(finding);
    }
    let log = told(&report);
    let mut found = Vec::new();
    locations(&log, &mut found);
    assert_eq!(found.len(), 1 + 3 * (1 + 2 + 3));
    for place in found {
        let address = &place["artifactLocation"];
        let uri = address["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%:".contains(&byte)), "{uri}");
        assert_eq!(address["uriBaseId"].is_string(), !uri.starts_with("file:///"), "{uri}");
        let region = &place["region"];
        let number = |name: &str| region[name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        let start = (number("startLine"), number("startColumn"));
        assert!((number("endLine"), number("endColumn")) >= start);
    }
    let written = log.to_string();
    assert!(written.contains("a%20b/%C3%BC%2520%0A%5Bx%5D%3Ay%3F.tf"), "{written}");
    assert!(written.contains("file:///etc/x%20y"), "{written}");
}

#[test]
fn a_gap_is_a_notification() {
    let ground = Ground::new();
    let mut report = ground.report();
    report.exit_code = ExitCode::Partial;
    let invocation = &told(&report)["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    assert_eq!(invocation["exitCode"], 3);
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes[0]["level"], "warning");
    assert_eq!(notes[0]["message"]["text"], "module.queue: the module's source is not in the tree");
    report.exit_code = ExitCode::Interrupted;
    assert_eq!(told(&report)["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_surer_finding_ranks_higher_and_severity_wins() {
    let mut last = -1.0;
    for severity in Severity::ALL {
        for confidence in Confidence::ALL {
            let rank = rank(*severity, *confidence);
            assert!(rank > last && (0.0..=100.0).contains(&rank), "{severity} {confidence} {rank}");
            last = rank;
        }
    }
}
