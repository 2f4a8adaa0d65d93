//! A policy document, statement by statement. It comes as JSON, in IAM's answers URL-encoded.

use serde_json::{Map, Value};

use super::escalation::is_watched;
use super::json;

/// A larger document is none of AWS's: their largest has some ten thousand characters.
const MOST_BYTES: usize = 512 * 1024;

/// A policy document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// Which of them speak of actions that make an administrator.
    of_power: Vec<usize>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `Allow`; else `Deny`.
    pub allows: bool,
    /// `Action` or `NotAction`.
    pub actions: Patterns,
    /// `Resource` or `NotResource`; `None` in a trust policy.
    pub resources: Option<Patterns>,
    /// `Principal` or `NotPrincipal`: kind (`AWS`, `Service`, `Federated`) and value. `None` outside of trust policies.
    pub principals: Option<Principals>,
    /// `Condition`, all of which must hold.
    pub conditions: Vec<Condition>,
}

/// A list of patterns, or all but these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns {
    /// The patterns.
    pub list: Vec<String>,
    /// `NotAction`, `NotResource`.
    pub all_but: bool,
}

impl Patterns {
    /// The patterns as texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.list.iter().map(String::as_str)
    }
}

/// Who is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principals {
    /// Kind and value, in the order written.
    pub list: Vec<(String, String)>,
    /// `NotPrincipal`.
    pub all_but: bool,
}

/// One test of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// `StringLike`, `ForAnyValue:StringEquals`.
    pub operator: String,
    /// `aws:MultiFactorAuthPresent`.
    pub key: String,
    /// What it is compared with.
    pub values: Vec<String>,
}

impl Document {
    /// Reads a document, URL-encoded or not. A reason quotes nothing.
    ///
    /// # Errors
    ///
    /// What is no policy.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MOST_BYTES {
            return Err("it is larger than any policy of AWS");
        }
        let text = text.trim();
        let decoded = if text.starts_with('{') { Some(text.to_owned()) } else { url_decoded(text) };
        let decoded = decoded.ok_or("it is not URL-encoded as it should be")?;
        let Value::Object(document) = json::parse(&decoded)? else { return Err("it is no JSON object") };
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().map(statement).collect::<Result<_, _>>()?,
            Some(one) => vec![statement(one)?],
            None => return Err("it has no Statement"),
        };
        Ok(Self::of(statements))
    }

    fn of(statements: Vec<Statement>) -> Self {
        let speaks = |one: &Statement| one.actions.all_but || one.actions.iter().any(is_watched);
        let of_power = (0..).zip(&statements).filter(|(_, one)| speaks(one)).map(|(at, _)| at).collect();
        Self { statements, of_power }
    }

    /// Statements that speak of actions that make an administrator, in order: most policies have none, and each is
    /// asked for every user.
    pub fn of_power(&self) -> impl Iterator<Item = &Statement> {
        self.of_power.iter().filter_map(|at| self.statements.get(*at))
    }
}

fn statement(value: &Value) -> Result<Statement, &'static str> {
    let Value::Object(map) = value else { return Err("a statement in it is no object") };
    let allows = match map.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err("a statement in it neither allows nor denies"),
    };
    let actions = patterns(map, "Action", "NotAction")?.ok_or("a statement in it names no action")?;
    Ok(Statement {
        allows,
        actions,
        resources: patterns(map, "Resource", "NotResource")?,
        principals: principals(map),
        conditions: conditions(map)?,
    })
}

/// What is written both ways, or with something that is no text, is none of IAM's: it is not known what it says.
fn patterns(map: &Map<String, Value>, key: &str, but: &str) -> Result<Option<Patterns>, &'static str> {
    let all_but = !map.contains_key(key);
    if !all_but && map.contains_key(but) {
        return Err("a statement in it says what it is about and what it is not about");
    }
    let Some(written) = map.get(if all_but { but } else { key }) else { return Ok(None) };
    let list = texts(written);
    let count = written.as_array().map_or(1, Vec::len);
    if list.len() != count {
        return Err("a statement in it names an action or a resource that is no text");
    }
    Ok(Some(Patterns { list, all_but }))
}

fn principals(map: &Map<String, Value>) -> Option<Principals> {
    let all_but = !map.contains_key("Principal");
    let list = match map.get(if all_but { "NotPrincipal" } else { "Principal" })? {
        Value::Object(kinds) => kinds
            .iter()
            .flat_map(|(kind, who)| texts(who).into_iter().map(|who| (kind.clone(), who)))
            .collect(),
        everyone => texts(everyone).into_iter().map(|who| ("AWS".to_owned(), who)).collect(),
    };
    Some(Principals { list, all_but })
}

fn conditions(map: &Map<String, Value>) -> Result<Vec<Condition>, &'static str> {
    let wrong = "a condition in it is not understood";
    let Some(written) = map.get("Condition") else { return Ok(Vec::new()) };
    let Value::Object(operators) = written else { return Err(wrong) };
    let mut all = Vec::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else { return Err(wrong) };
        for (key, values) in keys {
            all.push(Condition { operator: operator.clone(), key: key.clone(), values: texts(values) });
        }
    }
    Ok(all)
}

/// One text, or a list of them. Numbers and flags are texts to IAM.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    }
}

/// `%7B` is `{`. A `+` stays one: this is no form.
fn url_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_url_encoded() {
        let text = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action\
                    %22%3A%22%2A%22%2C%22Resource%22%3A%5B%22%2A%22%5D%7D%7D";
        let document = Document::parse(text).unwrap();
        let [statement] = document.statements.as_slice() else { panic!() };
        assert!(statement.allows && !statement.actions.all_but);
        assert_eq!(statement.actions.list, ["*"]);
        assert_eq!(statement.resources.as_ref().unwrap().list, ["*"]);
    }

    #[test]
    fn one_or_many_is_the_same() {
        let document = Document::parse(
            r#"{"Statement": [{"Effect": "Deny", "NotAction": ["a:b", "c:d"], "NotResource": "x", "Condition":
            {"Bool": {"aws:MultiFactorAuthPresent": false}}}, {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": "*"}]}"#,
        )
        .unwrap();
        let [deny, trust] = document.statements.as_slice() else { panic!() };
        assert!(deny.actions.all_but && deny.resources.as_ref().unwrap().all_but);
        assert_eq!(deny.conditions[0].values, ["false"]);
        assert_eq!(trust.principals.as_ref().unwrap().list, [("AWS".to_owned(), "*".to_owned())]);
    }

    #[test]
    fn what_is_no_policy_is_told_and_not_quoted() {
        for wrong in [
            "",
            "%7",
            "%zz",
            "canary",
            "[]",
            "{}",
            r#"{"Statement": [1]}"#,
            r#"{"Statement": [{"Effect": "Maybe"}]}"#,
            r#"{"Statement": [{"Effect": "Allow"}]}"#,
            r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Condition": "canary"}]}"#,
            r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Resource": "canary"}]}"#,
            r#"{"Statement": [], "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
            &"[".repeat(100_000),
        ] {
            let reason = Document::parse(wrong).unwrap_err();
            assert!(!reason.contains("canary"), "{reason}");
        }
    }
}
