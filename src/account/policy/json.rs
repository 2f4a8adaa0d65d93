//! JSON in which no name stands twice.
//!
//! A reader that takes the last of two `Resource`s may take the weaker one. AWS refuses such a policy when it is
//! written; in a document all the same it is not known what it says.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A value of such a JSON.
struct Once(Value);

/// Reads a text. A reason quotes nothing.
///
/// # Errors
///
/// What is no JSON, and a name that stands twice in one object.
pub fn parse(text: &str) -> Result<Value, &'static str> {
    let read: Result<Once, _> = serde_json::from_str(text);
    read.map(|once| once.0).map_err(|error| match error.is_data() {
        true => "it has a name twice",
        false => "it is no JSON",
    })
}

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Once(value))) = entries.next_entry::<String, Once>()? {
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_refused_wherever_it_is() {
        for twice in [
            r#"{"a": 1, "a": 2}"#,
            r#"{"a": 1, "\u0061": 1}"#,
            r#"{"s": [{"Resource": "*", "b": {}, "Resource": "canary"}]}"#,
        ] {
            assert_eq!(parse(twice), Err("it has a name twice"), "{twice}");
        }
        for wrong in ["", "{", "{\"a\": 1}}", &"[".repeat(100_000)] {
            assert_eq!(parse(wrong), Err("it is no JSON"));
        }
        let text = r#"{"a":[1,-1,1.5,true,null,"x"],"b":{"a":{}}}"#;
        assert_eq!(parse(text).unwrap().to_string(), text);
    }
}
