//! The answer as HCP Terraform takes it: JSON:API, `task-results` with `task-result-outcomes`.

use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::finding::Severity;
use crate::report::{TaskOutcome, TaskResult};

/// That we are at work.
pub(super) fn running(message: &str) -> Bytes {
    document("running", message, None)
}

/// That nothing could be said for the plan: a gate that could not look never passes.
pub(super) fn not_audited(reason: &str) -> Bytes {
    document("failed", &format!("Not audited: {reason}"), None)
}

/// What was found.
pub(super) fn audited(result: &TaskResult, takes_outcomes: bool) -> Bytes {
    let outcomes = takes_outcomes.then_some(result.outcomes.as_slice());
    document(status(result), &result.message, outcomes)
}

/// `passed` or `failed`.
pub(super) fn status(result: &TaskResult) -> &'static str {
    if result.passed { "passed" } else { "failed" }
}

fn document(status: &str, message: &str, outcomes: Option<&[TaskOutcome]>) -> Bytes {
    let mut data = json!({"type": "task-results", "attributes": {"status": status, "message": message}});
    if let (Some(outcomes), Some(data)) = (outcomes, data.as_object_mut()) {
        let outcomes: Vec<Value> = outcomes.iter().map(outcome).collect();
        data.insert("relationships".into(), json!({"outcomes": {"data": outcomes}}));
    }
    Bytes::from(json!({"data": data}).to_string())
}

fn outcome(outcome: &TaskOutcome) -> Value {
    let (status, level) = if outcome.fails { ("Failed", "error") } else { ("Told", "info") };
    let mut tags = json!({"Status": [{"label": status, "level": level}]});
    if let (Some(severity), Some(tags)) = (outcome.severity, tags.as_object_mut()) {
        tags.insert(
            "Severity".into(),
            json!([{"label": severity.word(), "level": severity_level(severity)}]),
        );
    }
    json!({
        "type": "task-result-outcomes",
        "attributes": {
            "outcome-id": outcome.id,
            "description": outcome.description,
            "body": outcome.body,
            "tags": tags,
        },
    })
}

fn severity_level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "info",
        Severity::Informational => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result() -> TaskResult {
        let outcome = |severity, fails| TaskOutcome {
            id: "abc".into(),
            description: "d".into(),
            body: "b".into(),
            severity,
            fails,
        };
        let outcomes = vec![outcome(Some(Severity::Medium), false), outcome(None, true)];
        TaskResult { passed: false, message: "m".into(), outcomes }
    }

    #[test]
    fn the_document_is_what_hcp_terraform_documents() {
        let document: Value = serde_json::from_slice(&audited(&result(), true)).unwrap();
        assert_eq!(
            document,
            json!({"data": {
                "type": "task-results",
                "attributes": {"status": "failed", "message": "m"},
                "relationships": {"outcomes": {"data": [
                    {"type": "task-result-outcomes", "attributes": {
                        "outcome-id": "abc", "description": "d", "body": "b",
                        "tags": {
                            "Status": [{"label": "Told", "level": "info"}],
                            "Severity": [{"label": "medium", "level": "warning"}],
                        },
                    }},
                    {"type": "task-result-outcomes", "attributes": {
                        "outcome-id": "abc", "description": "d", "body": "b",
                        "tags": {"Status": [{"label": "Failed", "level": "error"}]},
                    }},
                ]}},
            }})
        );
    }

    #[test]
    fn an_older_caller_gets_the_message_only() {
        let document: Value = serde_json::from_slice(&audited(&result(), false)).unwrap();
        assert!(document["data"].get("relationships").is_none());
    }
}
