//! What editors know of `secretrail.toml`: a JSON schema.

/// JSON schema, draft 7, of the settings.
pub const SCHEMA: &str = include_str!("../../docs/secretrail.schema.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::settings::Settings;

    /// The keys that the reader names where it meets an unknown one.
    fn known(table: &str) -> BTreeSet<String> {
        let text = format!("{table}\nno-such-setting = 1\n");
        let message = Settings::parse(&text, "s").unwrap_err().message;
        let (_, expected) = message.split_once("expected").unwrap_or_else(|| panic!("{table}: {message}"));
        expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn described(object: &Value) -> BTreeSet<String> {
        assert_eq!(object["additionalProperties"], false);
        object["properties"].as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_schema_knows_what_the_reader_knows() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        assert_eq!(described(&schema), known(""));
        check(&schema, "");
    }

    /// All tables below one.
    fn check(object: &Value, path: &str) {
        for (name, value) in object["properties"].as_object().unwrap() {
            assert!(value["description"].is_string(), "{path}{name} says nothing");
            // One table, or a list of them.
            let value = value["oneOf"].get(0).unwrap_or(value);
            let (inner, table) = match value["type"].as_str() {
                Some("object") => (value, format!("[{path}{name}]")),
                Some("array") if value["items"]["type"] == "object" => {
                    (&value["items"], format!("[[{path}{name}]]"))
                }
                _ => continue,
            };
            assert_eq!(described(inner), known(&table), "{table}");
            check(inner, &format!("{path}{name}."));
        }
    }
}
