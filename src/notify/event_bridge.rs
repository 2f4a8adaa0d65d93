//! A message for EventBridge: `PutEvents` with one event, so that it is taken whole or not at all.

use serde_json::{Value, json};

use super::message::{Message, fitting};
use super::{Change, written};

/// What an event may have, less what the rest of the call needs.
const MOST_BYTES: usize = 240_000;
/// What rules tell our events by.
const SOURCE: &str = "secretrail";

/// The call.
pub fn event_bridge(change: &Change, bus: &str, delivery: &str) -> Message {
    let kind = if change.is_test { "secretrail test" } else { "secretrail change" };
    let body = fitting(change.items(), MOST_BYTES, |count| {
        // A detail is JSON inside of JSON. The delivery's number is in it: EventBridge itself knows none.
        let mut detail: Value =
            serde_json::from_str(&written(&change.clone().cut(count))).unwrap_or_default();
        detail["delivery"] = json!(delivery);
        let entry = json!({
            "Source": SOURCE,
            "DetailType": kind,
            "Detail": detail.to_string(),
            "EventBusName": bus,
            "Time": change.at.as_second(),
        });
        json!({"Entries": [entry]}).to_string().into_bytes()
    });
    let headers = vec![("x-amz-target", "AWSEvents.PutEvents".to_owned())];
    Message { content_type: "application/x-amz-json-1.1", headers, body }
}

/// A bus: its name or its ARN.
pub fn is_bus(text: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_:".contains(&byte);
    (1..=1_600).contains(&text.len()) && text.bytes().all(fit)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{change, item};
    use super::*;
    use crate::finding::Severity;

    #[test]
    fn it_is_one_event_and_fits() {
        let mut change = change();
        change.new = (0..4_000).map(|at| item(&format!("\"{at}\\"), Severity::High)).collect();
        let message = event_bridge(&change, "default", "d1");
        assert!(message.body.len() <= MOST_BYTES);
        let body: Value = serde_json::from_slice(&message.body).unwrap();
        let entries = body["Entries"].as_array().unwrap();
        assert_eq!((entries.len(), &entries[0]["DetailType"]), (1, &"secretrail change".into()));
        let detail: Value = serde_json::from_str(entries[0]["Detail"].as_str().unwrap()).unwrap();
        assert_eq!(detail["delivery"], "d1");
        assert!(detail["not_listed"].as_u64().unwrap() > 0);
    }

    #[test]
    fn a_bus_is_a_name_or_an_arn() {
        assert!(is_bus("default") && is_bus("arn:aws:events:us-east-1:123456789012:event-bus/audit"));
        assert!(!is_bus("") && !is_bus("a b") && !is_bus("a\"b"));
    }
}
