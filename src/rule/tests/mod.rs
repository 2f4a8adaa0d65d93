//! Tests of the rule engine: tables of the specification's cases, mistakes with their places, hostile
//! files, and the index as a property.

mod conditions;
mod correlations;
mod describing;
mod examples;
mod hostile;
mod index;
mod mistakes;
mod sets;
mod values;

use std::borrow::Cow;

use super::*;
use crate::record::{Field, FieldMap};

/// A rule file around a detection.
fn around(detection: &str) -> String {
    let body: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: A test\nlogsource:\n  product: test\ndetection:\n{body}")
}

/// The rule of a detection, which must be sound.
fn rule(detection: &str) -> Rule {
    let text = around(detection);
    let mut rules = parse("test.yml", &text);
    assert_eq!(rules.len(), 1, "{text}");
    rules.remove(0).unwrap_or_else(|errors| panic!("{}\n{text}", told(&errors)))
}

fn told(errors: &[RuleError]) -> String {
    errors.iter().map(|error| format!("{error}\n")).collect()
}

/// What a rule file is refused for.
fn refused(text: &str) -> String {
    parse("test.yml", text).into_iter().filter_map(Result::err).map(|errors| told(&errors)).collect()
}

/// A record from JSON; nested objects become fields named with dots.
fn record(json: &str) -> FieldMap {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let mut fields = FieldMap::default();
    set(&value, String::new(), &mut fields);
    fields
}

fn set(value: &serde_json::Value, name: String, fields: &mut FieldMap) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                set(value, name, fields);
            }
        }
        other => fields.set(name, field(other)),
    }
}

fn field(value: &serde_json::Value) -> Field<'static> {
    match value {
        serde_json::Value::Null => Field::Null,
        serde_json::Value::Bool(flag) => Field::Bool(*flag),
        serde_json::Value::Number(number) => Field::Number(number.as_f64().unwrap()),
        serde_json::Value::String(text) => Field::Text(Cow::Owned(text.clone())),
        serde_json::Value::Array(items) => Field::List(items.iter().map(field).collect()),
        serde_json::Value::Object(_) => panic!("an object in a list"),
    }
}
