//! A message for SNS: `Publish`. People get words; queues, functions and addresses get the JSON of a webhook.

use serde_json::json;

use super::message::{Message, fitting};
use super::text::{clipped, headline, words};
use super::{Change, written};

/// What SNS takes, less what the rest of the call needs.
const MOST_BYTES: usize = 250_000;
/// Characters of a subject.
const MOST_SUBJECT: usize = 100;
/// Bytes of the words: a mail is no report.
const MOST_WORDS: usize = 16_000;

/// Where to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The topic.
    pub arn: String,
    /// The Region that stands in it.
    pub region: String,
}

impl Topic {
    /// Reads an ARN: `arn:aws:sns:us-east-1:123456789012:audit`.
    pub fn parse(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts.as_slice() else { return None };
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let name_fits = (1..=256).contains(&name.len()) && name.bytes().all(fit);
        let fits = partition.starts_with("aws") && is_region(region) && is_account(account) && name_fits;
        fits.then(|| Self { arn: arn.to_owned(), region: (*region).to_owned() })
    }
}

/// The number of an account.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A Region becomes part of a host's name.
pub fn is_region(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=32).contains(&text.len()) && text.bytes().all(plain)
}

/// The call.
pub fn sns(change: &Change, topic: &Topic, delivery: &str) -> Message {
    let words = words(change, delivery, MOST_WORDS);
    let message = fitting(change.items(), MOST_BYTES, |count| {
        let data = written(&change.clone().cut(count));
        let each = json!({"default": words, "sqs": data, "lambda": data, "https": data, "firehose": data});
        each.to_string().into_bytes()
    });
    let message = String::from_utf8_lossy(&message).into_owned();
    let subject: String =
        headline(change).chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect();
    let subject: String = clipped(&subject, MOST_SUBJECT).replace('…', "~");
    let worst = change.worst().map_or("none", |severity| severity.word());
    let kind = if change.is_test { "test" } else { "change" };
    let mut form = vec![
        ("Action", "Publish"),
        ("Version", "2010-03-31"),
        ("TopicArn", &topic.arn),
        ("MessageStructure", "json"),
        ("Message", &message),
        ("Subject", &subject),
        // What a subscription can filter by.
        ("MessageAttributes.entry.1.Name", "severity"),
        ("MessageAttributes.entry.1.Value.DataType", "String"),
        ("MessageAttributes.entry.1.Value.StringValue", worst),
        ("MessageAttributes.entry.2.Name", "type"),
        ("MessageAttributes.entry.2.Value.DataType", "String"),
        ("MessageAttributes.entry.2.Value.StringValue", kind),
    ];
    if topic.arn.ends_with(".fifo") {
        form.extend([("MessageDeduplicationId", delivery), ("MessageGroupId", "secretrail")]);
    }
    let pairs = form.into_iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    let body = pairs.collect::<Vec<String>>().join("&").into_bytes();
    Message { content_type: "application/x-www-form-urlencoded; charset=utf-8", headers: Vec::new(), body }
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{change, item};
    use super::*;
    use crate::finding::Severity;

    fn topic() -> Topic {
        Topic::parse("arn:aws:sns:eu-central-1:123456789012:audit.fifo").unwrap()
    }

    #[test]
    fn a_topic_is_an_arn() {
        assert_eq!(topic().region, "eu-central-1");
        for wrong in [
            "",
            "audit",
            "arn:aws:sqs:eu-central-1:123456789012:audit",
            "arn:aws:sns:evil.example/:123456789012:audit",
            "arn:aws:sns:eu-central-1:12345:audit",
            "arn:aws:sns:eu-central-1:123456789012:a b",
            "arn:aws:sns:eu-central-1:123456789012:a:b",
        ] {
            assert_eq!(Topic::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_queue_drops_what_comes_twice() {
        let body = String::from_utf8(sns(&change(), &topic(), "d1").body).unwrap();
        for part in [
            "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-central-1%3A123456789012%3Aaudit.fifo",
            "&Subject=secretrail%3A%201%20new%20finding",
            "&MessageAttributes.entry.1.Value.StringValue=critical",
            "&MessageDeduplicationId=d1&MessageGroupId=secretrail",
        ] {
            assert!(body.contains(part), "{part}\n{body}");
        }
        let plain = Topic::parse("arn:aws:sns:us-east-1:123456789012:audit").unwrap();
        assert!(!String::from_utf8(sns(&change(), &plain, "d1").body).unwrap().contains("Deduplication"));
    }

    #[test]
    fn it_fits_whatever_is_found() {
        let mut change = change();
        let mut long = item("0123456789abcdef", Severity::High);
        long.message = "\u{1f511}\"\n".repeat(200);
        change.new = vec![long; 3_000];
        change.scope = "é".repeat(500);
        let body = String::from_utf8(sns(&change, &topic(), "d1").body).unwrap();
        let field = |name: &str| {
            let value = body.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap();
            let mut bytes = Vec::new();
            let mut rest = value.bytes();
            while let Some(byte) = rest.next() {
                let mut digit = || char::from(rest.next().unwrap()).to_digit(16).unwrap() as u8;
                bytes.push(if byte == b'%' { digit() << 4 | digit() } else { byte });
            }
            String::from_utf8(bytes).unwrap()
        };
        let message = field("Message=");
        assert!(message.len() <= 256 * 1024 - 1_000, "{}", message.len());
        let each: serde_json::Value = serde_json::from_str(&message).unwrap();
        assert!(super::super::read(each["sqs"].as_str().unwrap()).is_some());
        let subject = field("Subject=");
        assert!(subject.len() <= 100 && subject.is_ascii(), "{subject}");
    }
}
