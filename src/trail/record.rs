//! An event as rules see it: fields named with dots, read from the event's own text when a rule asks for them.

use std::borrow::Cow;

use super::class::{self, Class};
use super::fetched;
use super::json::{get, items, skip_space, string_end, text, unescaped};
use super::session::network;
use super::slots::{Event, Slot};
use crate::record::{Field, Record};

/// Arrays inside arrays deeper than this are not looked into.
const MOST_LEVELS: usize = 16;

/// Fields of requests that hold a policy about who may come in.
const POLICIES: &[&str] = &["policyDocument", "bucketPolicy", "assumeRolePolicyDocument", "policy"];
/// Names that are told of those whom a policy lets in.
const MOST_LET_IN: usize = 5;
/// A longer name says nothing more.
const LONGEST: usize = 300;

/// An event as a record. Nothing is copied before a rule asks.
#[derive(Debug, Clone, Copy)]
pub struct EventRecord<'t>(pub Event<'t>);

/// The slot of a name, and the rest of the name that is looked up in its value.
fn slot(name: &str) -> Option<(Slot, &str)> {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let slot = match first {
        "eventName" => Slot::EventName,
        "eventSource" => Slot::EventSource,
        "errorCode" => Slot::ErrorCode,
        "eventType" => Slot::EventType,
        "awsRegion" => Slot::Region,
        "sourceIPAddress" => Slot::SourceIp,
        "userAgent" => Slot::UserAgent,
        "requestParameters" => Slot::Request,
        "responseElements" => Slot::Response,
        "additionalEventData" => Slot::Additional,
        "readOnly" => Slot::ReadOnly,
        "userIdentity" => match rest {
            "type" => return Some((Slot::Type, "")),
            "arn" => return Some((Slot::Arn, "")),
            "principalId" => return Some((Slot::PrincipalId, "")),
            "accountId" => return Some((Slot::Account, "")),
            "accessKeyId" => return Some((Slot::Key, "")),
            "userName" => return Some((Slot::UserName, "")),
            "invokedBy" => return Some((Slot::InvokedBy, "")),
            _ => Slot::Identity,
        },
        _ => return None,
    };
    Some((slot, rest))
}

impl Record for EventRecord<'_> {
    fn field(&self, name: &str) -> Option<Field<'_>> {
        if name == "secretrail.network" {
            return network(&self.0.text(Slot::SourceIp)).map(|network| Field::Text(network.into()));
        }
        if name == "secretrail.secrets" {
            return secrets(&self.0);
        }
        if name == "secretrail.let_in" {
            return let_in(self.0.value(Slot::Request));
        }
        let (value, rest) = match slot(name) {
            Some((slot, rest)) => (self.0.value(slot), rest),
            None => (self.0.raw(), name),
        };
        if value.is_empty() {
            return None;
        }
        if rest.is_empty() { Some(field(value, 0)) } else { below(value, rest, 0) }
    }

    fn any_text(&self, meets: &mut dyn FnMut(&str) -> bool) -> bool {
        let raw = self.0.raw();
        let mut at = 0;
        while let Some(byte) = raw.get(at) {
            if *byte != b'"' {
                at += 1;
                continue;
            }
            let Ok(end) = string_end(raw, at + 1) else { return false };
            let next = skip_space(raw, end + 1);
            // What stands before a colon is a name.
            if raw.get(next) != Some(&b':') && meets(&unescaped(raw.get(at + 1..end).unwrap_or_default())) {
                return true;
            }
            at = end + 1;
        }
        false
    }
}

/// The plain names of the secrets whose text the call asked for; none where it is no such call.
fn secrets<'f>(event: &Event<'_>) -> Option<Field<'f>> {
    let name = event.text(Slot::EventName);
    if class::class(&event.text(Slot::EventSource), &name) != Class::Secret {
        return None;
    }
    let names = class::secrets(&name, event.value(Slot::Request));
    let plain: Vec<Field<'_>> = names.iter().map(|name| Field::Text(fetched::plain(name).into())).collect();
    (!plain.is_empty()).then_some(Field::List(plain))
}

/// Accounts, ARNs and `*` that the policy in a request names as AWS principals.
fn let_in<'f>(request: &[u8]) -> Option<Field<'f>> {
    let policy = POLICIES.iter().find_map(|field| get(request, field))?;
    let own = text(policy).map(|text| text.trim().as_bytes().to_vec());
    let policy = own.as_deref().unwrap_or(policy);
    let of = |value: &[u8], all: &mut Vec<Field<'f>>| {
        let Some(who) = text(value) else { return };
        let who: String = who.chars().take(LONGEST).collect();
        let who = Field::Text(who.into());
        if all.len() < MOST_LET_IN && !all.contains(&who) {
            all.push(who);
        }
    };
    let each = |value: &[u8]| -> Vec<Vec<u8>> {
        if value.first() != Some(&b'[') {
            return vec![value.to_vec()];
        }
        items(value).into_iter().map(<[u8]>::to_vec).collect()
    };
    let mut all = Vec::new();
    for statement in each(get(policy, "Statement")?) {
        let principal = get(&statement, "Principal").and_then(|who| get(who, "AWS"));
        each(principal.unwrap_or_default()).iter().for_each(|who| of(who, &mut all));
    }
    (!all.is_empty()).then_some(Field::List(all))
}

/// The field of a name below a value. Keys with dots in them are found, too.
fn below<'t>(value: &'t [u8], name: &str, level: usize) -> Option<Field<'t>> {
    if level > MOST_LEVELS {
        return None;
    }
    if value.first() == Some(&b'[') {
        let found: Vec<Field<'_>> =
            items(value).into_iter().filter_map(|item| below(item, name, level + 1)).collect();
        return (!found.is_empty()).then_some(Field::List(found));
    }
    if let Some(found) = get(value, name) {
        return Some(field(found, 0));
    }
    name.match_indices('.').find_map(|(dot, _)| {
        let (first, rest) = (name.get(..dot)?, name.get(dot + 1..)?);
        below(get(value, first)?, rest, level + 1)
    })
}

/// A value as a field. An object is its JSON text.
fn field(value: &[u8], level: usize) -> Field<'_> {
    match value.first() {
        Some(b'"') => Field::Text(text(value).unwrap_or_default()),
        Some(b'[') if level < MOST_LEVELS => {
            Field::List(items(value).into_iter().map(|item| field(item, level + 1)).collect())
        }
        Some(b'{' | b'[') => Field::Text(compact(value)),
        _ => match value {
            b"true" => Field::Bool(true),
            b"false" => Field::Bool(false),
            b"null" | b"" => Field::Null,
            other => number(&String::from_utf8_lossy(other)),
        },
    }
}

fn number<'f>(text: &str) -> Field<'f> {
    text.parse().map_or_else(|_| Field::Text(Cow::Owned(text.to_owned())), Field::Number)
}

/// JSON without white space, as CloudTrail writes it: rules look for `"a":"b"` in it.
fn compact(value: &[u8]) -> Cow<'_, str> {
    let is_drawn = value.contains(&b'\n');
    match serde_json::from_slice::<serde_json::Value>(value) {
        Ok(parsed) if is_drawn => Cow::Owned(parsed.to_string()),
        _ => String::from_utf8_lossy(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::slots::find;

    const EVENT: &[u8] = br#"{"eventName":"PutX","userIdentity":{"type":"Root","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}},"requestParameters":{"a.b":{"c":1.5},"list":[{"k":"x"},{"k":"y"}],"on":true,"none":null},"tls":{"cipher":"q\"r"}}"#;

    #[test]
    fn fields_are_named_with_dots() {
        let (slots, _) = find(EVENT, 0).unwrap();
        let record = EventRecord(Event::new(EVENT, &slots));
        let text = |text: &'static str| Some(Field::Text(text.into()));
        assert_eq!(record.field("eventName"), text("PutX"));
        assert_eq!(record.field("userIdentity.sessionContext.attributes.mfaAuthenticated"), text("false"));
        assert_eq!(record.field("requestParameters.a.b.c"), Some(Field::Number(1.5)));
        let list = Field::List(vec![Field::Text("x".into()), Field::Text("y".into())]);
        assert_eq!(record.field("requestParameters.list.k"), Some(list));
        assert_eq!(record.field("requestParameters.on"), Some(Field::Bool(true)));
        assert_eq!(record.field("requestParameters.none"), Some(Field::Null));
        assert_eq!(record.field("tls.cipher"), text("q\"r"));
        assert_eq!(record.field("tls"), text(r#"{"cipher":"q\"r"}"#));
        assert_eq!((record.field("errorCode"), record.field("a.b")), (None, None));
        let mut seen = Vec::new();
        record.any_text(&mut |text| {
            seen.push(text.to_owned());
            false
        });
        assert_eq!(seen, ["PutX", "Root", "false", "x", "y", "q\"r"]);
    }

    #[test]
    fn a_call_has_the_plain_names_of_all_secrets_that_it_asked_for() {
        let secrets = |source: &str, name: &str, request: &str| {
            let text = format!(
                r#"{{"eventSource":"{source}.amazonaws.com","eventName":"{name}","requestParameters":{request}}}"#
            );
            let (slots, _) = find(text.as_bytes(), 0).unwrap();
            match EventRecord(Event::new(text.as_bytes(), &slots)).field("secretrail.secrets") {
                Some(Field::List(all)) => all.len(),
                _ => 0,
            }
        };
        let names = r#"{"names":["/app/a","/app/b"],"withDecryption":true}"#;
        assert_eq!(secrets("ssm", "GetParameters", names), 2);
        assert_eq!(secrets("ssm", "GetParameters", r#"{"names":["/app/a","/app/b"]}"#), 0);
        assert_eq!(secrets("ec2", "GetParameters", names), 0);
        assert_eq!(secrets("secretsmanager", "BatchGetSecretValue", r#"{"secretIdList":["a","b","c"]}"#), 3);
        assert_eq!(secrets("secretsmanager", "GetSecretValue", r#"{"secretId":"a"}"#), 1);
    }

    #[test]
    fn a_policy_tells_whom_it_lets_in() {
        let let_in = |request: &str| {
            let text = format!(r#"{{"eventName":"PutX","requestParameters":{request}}}"#);
            let (slots, _) = find(text.as_bytes(), 0).unwrap();
            match EventRecord(Event::new(text.as_bytes(), &slots)).field("secretrail.let_in") {
                Some(Field::List(all)) => format!("{all:?}"),
                _ => String::new(),
            }
        };
        let text = r#"{"policyDocument":"{\"Statement\":[{\"Principal\":{\"AWS\":\"210987654321\"}}]}"}"#;
        assert!(let_in(text).contains("210987654321"));
        let object =
            r#"{"bucketPolicy":{"Statement":{"Principal":{"AWS":["arn:aws:iam::210987654321:root","*"]}}}}"#;
        assert!(let_in(object).contains(":root") && let_in(object).contains('*'));
        assert_eq!(
            let_in(r#"{"bucketPolicy":{"Statement":[{"Principal":{"Service":"s3.amazonaws.com"}}]}}"#),
            ""
        );
        assert_eq!(let_in(r#"{"policyDocument":"no policy"}"#), "");
    }

    #[test]
    fn drawn_json_is_compact_to_rules() {
        let text = b"{\"requestParameters\": {\n  \"a\": \"b\"\n}}";
        let (slots, _) = find(text, 0).unwrap();
        let record = EventRecord(Event::new(text, &slots));
        assert_eq!(record.field("requestParameters"), Some(Field::Text(r#"{"a":"b"}"#.into())));
    }
}
