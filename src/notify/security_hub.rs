//! Messages for Security Hub: `BatchImportFindings` with findings in AWS's own form (ASFF). What is gone is archived.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::message::Message;
use super::text::clipped;
use super::{Change, Item};
use crate::finding::Severity;
use crate::hex::hex_of_first;

/// Findings of one call.
const MOST_FINDINGS: usize = 100;

/// Whose Security Hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// The account's number.
    pub account: String,
    /// The Region.
    pub region: String,
}

impl Hub {
    fn partition(&self) -> &'static str {
        match self.region.split('-').take(2).collect::<Vec<_>>().as_slice() {
            ["cn", _] => "aws-cn",
            ["us", "gov"] => "aws-us-gov",
            _ => "aws",
        }
    }

    /// What an account's own findings come from.
    fn product(&self) -> String {
        let Self { account, region } = self;
        format!("arn:{}:securityhub:{region}:{account}:product/{account}/default", self.partition())
    }
}

/// The calls: none, where no finding came or went.
pub fn security_hub(change: &Change, hub: &Hub) -> Vec<Message> {
    let come = change.new.iter().chain(&change.reopened).map(|item| finding(change, hub, item, "ACTIVE"));
    let gone = change.fixed.iter().map(|item| finding(change, hub, item, "ARCHIVED"));
    let mut all: Vec<Value> = come.chain(gone).collect();
    if change.is_test {
        all.push(finding(change, hub, &test_item(change), "ARCHIVED"));
    }
    let call = |findings: &[Value]| {
        let body = json!({"Findings": findings}).to_string().into_bytes();
        Message { content_type: "application/json", headers: Vec::new(), body }
    };
    all.chunks(MOST_FINDINGS).map(call).collect()
}

fn test_item(change: &Change) -> Item {
    Item {
        fingerprint: "test".into(),
        rule: "test".into(),
        surface: "gate".into(),
        severity: Severity::Informational,
        place: "secretrail notify test".into(),
        message: "This is a test message; nothing was found or fixed".into(),
        first_seen: change.at,
    }
}

fn finding(change: &Change, hub: &Hub, item: &Item, state: &str) -> Value {
    let at = change.at.to_string();
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("secretrail/{}/{}", short(&change.scope), clipped(&item.fingerprint, 100)),
        "ProductArn": hub.product(),
        "ProductName": "secretrail",
        "CompanyName": "secretrail",
        "GeneratorId": format!("secretrail/{}", clipped(&item.rule, 100)),
        "AwsAccountId": hub.account,
        "Types": [kind(&item.surface)],
        "FirstObservedAt": item.first_seen.to_string(),
        "LastObservedAt": at,
        "CreatedAt": item.first_seen.to_string(),
        "UpdatedAt": at,
        "Severity": {"Label": label(item.severity), "Original": item.severity.word()},
        "Title": filled(&clipped(&format!("{}: {}", item.rule, item.place), 256)),
        "Description": filled(&clipped(&item.message, 1_024)),
        "Resources": [resource(hub, &item.place)],
        "RecordState": state,
        "ProductFields": {
            "secretrail/fingerprint": clipped(&item.fingerprint, 100),
            "secretrail/scope": filled(&clipped(&change.scope, 1_024)),
            "secretrail/surface": clipped(&item.surface, 100),
        },
    });
    if let Some(url) = &change.report_url {
        finding["SourceUrl"] = json!(clipped(url, 1_000));
    }
    finding
}

/// An empty text is not valid.
fn filled(text: &str) -> String {
    if text.trim().is_empty() { "-".to_owned() } else { text.to_owned() }
}

/// A text's own few letters: where it is long, it has no place in an id.
fn short(text: &str) -> String {
    hex_of_first(8, &Sha256::digest(text.as_bytes()))
}

fn kind(surface: &str) -> &'static str {
    match surface {
        "account" => "Software and Configuration Checks/AWS Security Best Practices",
        "trail" => "Unusual Behaviors/User",
        _ => "Sensitive Data Identifications/Passwords",
    }
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

fn resource(hub: &Hub, place: &str) -> Value {
    let of_iam = |what: &str| place.starts_with("arn:") && place.contains(&format!(":{what}/"));
    let kind = match () {
        () if of_iam("user") => "AwsIamUser",
        () if of_iam("role") => "AwsIamRole",
        () => "Other",
    };
    let id = filled(&clipped(place, 512));
    json!({"Type": kind, "Id": id, "Partition": hub.partition(), "Region": hub.region})
}

#[cfg(test)]
mod tests {
    use super::super::sample::{change, item};
    use super::*;

    fn hub() -> Hub {
        Hub { account: "123456789012".into(), region: "eu-central-1".into() }
    }

    fn findings(messages: &[Message]) -> Vec<Value> {
        let of = |message: &Message| {
            let body: Value = serde_json::from_slice(&message.body).unwrap();
            body["Findings"].as_array().unwrap().clone()
        };
        messages.iter().flat_map(of).collect()
    }

    #[test]
    fn what_is_gone_is_archived_under_the_same_id() {
        let mut change = change();
        let all = findings(&security_hub(&change, &hub()));
        let told = all
            .iter()
            .map(|one| (one["Severity"]["Label"].as_str().unwrap(), one["RecordState"].as_str().unwrap()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [("CRITICAL", "ACTIVE"), ("HIGH", "ACTIVE"), ("MEDIUM", "ARCHIVED")]
        );
        let product = "arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default";
        assert_eq!(all[0]["ProductArn"], product);
        change.fixed = std::mem::take(&mut change.new);
        assert_eq!(findings(&security_hub(&change, &hub()))[1]["Id"], all[0]["Id"]);
        change.fixed.clear();
        change.reopened.clear();
        assert_eq!(security_hub(&change, &hub()), []);
    }

    #[test]
    fn limits_are_kept() {
        let mut change = change();
        let mut long = item(&"f".repeat(300), Severity::High);
        (long.place, long.message, long.rule) = ("é".repeat(3_000), "\"".repeat(3_000), "r".repeat(3_000));
        change.new = vec![long; 250];
        change.new[0].message = String::new();
        let messages = security_hub(&change, &hub());
        assert_eq!(messages.len(), 3);
        for one in findings(&messages) {
            let length = |field: &Value| field.as_str().unwrap().chars().count();
            assert!(
                (1..=512).contains(&length(&one["Id"])) && (1..=512).contains(&length(&one["GeneratorId"]))
            );
            assert!(
                (1..=256).contains(&length(&one["Title"]))
                    && (1..=1_024).contains(&length(&one["Description"]))
            );
            assert!(length(&one["Resources"][0]["Id"]) <= 512);
            assert!(one.to_string().len() < 240_000);
        }
    }

    #[test]
    fn a_role_is_a_role() {
        let of = |place: &str| resource(&hub(), place)["Type"].as_str().unwrap().to_owned();
        assert_eq!(of("arn:aws:iam::123456789012:role/ci"), "AwsIamRole");
        assert_eq!(of("arn:aws:iam::123456789012:user/x"), "AwsIamUser");
        assert_eq!(of("user_data.sh:235"), "Other");
    }
}
