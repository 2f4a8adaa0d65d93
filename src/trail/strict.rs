//! The second way to read an event: by `serde_json`, where the fast scanner gives up.
//!
//! It finds the same places. A property test holds both ways equal.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::slots::{Slots, empty, named};

type Object<'t> = HashMap<String, &'t RawValue>;

/// The fields of the object that starts at `at`, and where it ends; `None` where it is no JSON object.
pub fn find(text: &[u8], at: usize) -> Option<(Slots, usize)> {
    let rest = std::str::from_utf8(text.get(at..)?).or_else(|error| {
        // Broken text further on does not matter here.
        std::str::from_utf8(text.get(at..at + error.valid_up_to()).unwrap_or_default())
    });
    let mut stream = serde_json::Deserializer::from_str(rest.ok()?).into_iter::<&RawValue>();
    let whole = stream.next()?.ok()?.get();
    let base = text.as_ptr().addr();
    let mut slots = empty(at, at + whole.len());
    level(whole, &[], base, &mut slots)?;
    Some((slots, at + whole.len()))
}

fn level(text: &str, path: &[&str], base: usize, slots: &mut Slots) -> Option<()> {
    let object: Object<'_> = serde_json::from_str(text).ok()?;
    for (key, value) in &object {
        let Some((slot, inner)) = named(path, key) else { continue };
        let value = value.get();
        let start = value.as_ptr().addr() - base;
        slots.set(slot, start, start + value.len());
        if inner && value.starts_with('{') {
            let mut path = path.to_vec();
            path.push(key);
            level(value, &path, base, slots)?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::slots::{self, Slot};

    #[test]
    fn both_ways_find_the_same() {
        let text = br#" {"userIdentity" : {"type":"Root","sessionContext":{"sessionIssuer":{"type":"Role"}}}, "eventID":"x"} ,"#;
        let (fast, end) = slots::find(text, 1).unwrap();
        assert_eq!(find(text, 1), Some((fast, end)));
        assert!(fast.has(Slot::IssuerType));
    }
}
