//! Secrets inside of a value: tokens, the password of an address, fields of a JSON document.

use serde_json::Value;
use zeroize::Zeroizing;

use crate::secret::names::says_secret;
use crate::secret::tokens::TokenTable;

/// All of them, each once.
pub(super) fn of(name: &str, value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let Ok(value) = std::str::from_utf8(value) else { return Vec::new() };
    let mut all = tokens(name, value);
    all.extend(password(value).map(own));
    if value.trim_start().starts_with(['{', '['])
        && let Ok(document) = serde_json::from_str::<Value>(value)
    {
        fields(&document, &mut all);
    }
    all.sort_unstable_by(|left, right| left.as_slice().cmp(right.as_slice()));
    all.dedup();
    all
}

fn own(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn tokens(name: &str, value: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let text = Zeroizing::new(format!("{name}={value}"));
    let found = TokenTable::embedded().find(&text, "").into_iter();
    found.filter_map(|one| text.get(one.range).map(own)).collect()
}

/// `postgres://user:PASSWORD@host/`.
fn password(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let (login, _) = rest.split(['/', '?', '#']).next()?.rsplit_once('@')?;
    login.split_once(':').map(|(_, password)| password)
}

/// Texts whose names say secret. The reader of JSON bounds how deep it goes.
fn fields(value: &Value, all: &mut Vec<Zeroizing<Vec<u8>>>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value {
                    Value::String(text) if says_secret(name).is_some() => all.push(own(text)),
                    _ => fields(value, all),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, all)),
        _ => {}
    }
}
