//! Secrets of Kubernetes: what its `data` holds is one whatever the key is called, if it can be one at all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::finding::Confidence;
use crate::secret::names::says_secret;
use crate::terraform::ast::{Expr, ExprKind, Key};
use crate::terraform::evaluate::{literal_confidence, sheds};

use super::KEEPING;

/// Resources that are such an object.
const TYPES: [&str; 2] = ["kubernetes_secret", "kubernetes_secret_v1"];
/// Its members that hold values.
const MEMBERS: [&str; 5] = ["data", "binary_data", "string_data", "stringData", "data_wo"];
/// Last words of keys under which people keep what opens nothing.
const PLAIN: [&str; 34] = [
    "user",
    "username",
    "login",
    "email",
    "host",
    "hostname",
    "server",
    "servers",
    "port",
    "url",
    "uri",
    "endpoint",
    "domain",
    "region",
    "name",
    "id",
    "type",
    "mode",
    "level",
    "enabled",
    "path",
    "file",
    "bucket",
    "database",
    "db",
    "schema",
    "version",
    "image",
    "namespace",
    "issuer",
    "crt",
    "cert",
    "ca",
    "pub",
];

/// Whether a resource is a Secret.
pub(super) fn is_secret_resource(type_name: &str) -> bool {
    TYPES.contains(&type_name)
}

/// Whether a member of a Secret holds its values.
pub(super) fn holds_values(member: &str) -> bool {
    MEMBERS.contains(&member)
}

/// The values under keys that do not say what they are: name, text's expression, how sure.
pub(super) fn odd_values(data: &Expr) -> Vec<(String, &Expr, Confidence)> {
    let ExprKind::Object(members) = &data.kind else { return Vec::new() };
    let mut found = Vec::new();
    for (key, value) in members.iter() {
        let name = match key {
            Key::Name(name) => Some(name.text.to_string()),
            Key::Expr(key) => key.as_literal(),
        };
        let value = given_back(value);
        if let (Some(name), Some(text)) = (name, value.as_literal())
            && let Some(confidence) = judged(&name, &text)
        {
            found.push((name, value, confidence));
        }
    }
    found
}

/// What `base64encode("x")` is given.
fn given_back(value: &Expr) -> &Expr {
    match &value.kind {
        ExprKind::Call(call) if KEEPING.contains(&&*call.function) => call.arguments.first().unwrap_or(value),
        _ => value,
    }
}

/// How sure it is that a text under an odd key is a secret: `None` for what opens nothing.
fn judged(key: &str, text: &str) -> Option<Confidence> {
    let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = decoded.as_deref().filter(|text| text.len() >= 4).unwrap_or(text).trim();
    if says_secret(key).is_some() || is_plain(key) || is_place(text) {
        return None;
    }
    let sure = literal_confidence(text, Confidence::Medium)?;
    if sure == Confidence::Medium && is_drawn(text) {
        return Some(Confidence::Medium);
    }
    let lower = text.to_ascii_lowercase();
    let says = ["secret", "passw", "token"].iter().any(|word| lower.contains(word));
    says.then_some(Confidence::Low)
}

fn is_plain(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let last = lower.rsplit(['.', '-', '_', '/']).next().unwrap_or_default();
    let glued = ["username", "hostname", "endpoint", "_url", "user", "host", "url"];
    sheds(&lower) || PLAIN.contains(&last) || glued.iter().any(|end| lower.ends_with(end))
}

/// An address, a path, a name with dots: where something is.
fn is_place(text: &str) -> bool {
    let host =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".:-_".contains(letter);
    text.contains("://")
        || text.contains(char::is_whitespace)
        || text.starts_with(['/', '.', '~', '{', '[', '<', '$'])
        || text.starts_with("arn:")
        || text.contains('@') && text.split('@').nth(1).is_some_and(|domain| domain.contains('.'))
        || text.contains('.') && text.chars().all(host)
}

/// Letters with digits or marks among them, eight at least: nobody's word.
fn is_drawn(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|letter| is(*letter)).count();
    let marks = count(|letter| letter.is_ascii_punctuation() && !"-_.:/".contains(letter));
    let (letters, digits) = (count(char::is_alphabetic), count(|letter| letter.is_ascii_digit()));
    text.chars().count() >= 8 && letters >= 3 && (digits >= 2 || digits + marks >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_judged_whatever_its_key() {
        for (key, text) in [
            ("odd.key", "Tr0ub4dor-x3Qz"),
            ("basic.txt", "kafka:Tr0ub4dor-x3Qz"),
            ("admin", "VHIwdWI0ZG9yLXgzUXo="),
            ("app", "correct!horse7"),
        ] {
            assert_eq!(judged(key, text), Some(Confidence::Medium), "{key}");
        }
        assert_eq!(judged("bearer.txt", "kafka-secret"), Some(Confidence::Low));
    }

    #[test]
    fn what_opens_nothing_is_none() {
        for (key, text) in [
            ("username", "admin-42x-91b"),
            ("DB_HOST", "db-17.internal"),
            ("adminUser", "root12345"),
            ("a", "https://example.com/a1b2c3"),
            ("a", "kafka-1.internal:9092"),
            ("a", "/etc/app/key1234"),
            ("a", ""),
            ("a", "${x}"),
            ("a", "production"),
            ("a", "true"),
            ("a", "5432"),
            ("a", "someone42@example.com"),
            ("a", "arn:aws:iam::123456789012:role/x"),
            ("a", "REPLACE_ME"),
            ("log_level", "debug"),
            ("tls.crt", "MIIB1234567890abcd"),
            ("a", "v1.28.3-eks.1"),
        ] {
            assert_eq!(judged(key, text), None, "{key} = {text}");
        }
    }
}
