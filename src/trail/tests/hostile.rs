//! Input that nobody meant well: no panic, no loop without end, and both readers agree on what is JSON.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::rig::{case, read};
use crate::trail::split::{Splitter, Unit};
use crate::trail::{Conventions, slots, strict};

/// Keys that readers look for, and others.
const KEYS: &[&str] = &[
    "eventName",
    "eventID",
    "userIdentity",
    "sessionContext",
    "attributes",
    "sessionIssuer",
    "type",
    "arn",
    "creationDate",
    "requestParameters",
    "readOnly",
    "a\"b",
    "\\",
    "",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(Value::from),
        any::<f32>().prop_filter("finite", |number| number.is_finite()).prop_map(|number| json!(number)),
        ".{0,24}".prop_map(Value::String),
        r#"[\\"{}\[\],:]{0,12}"#.prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((prop::sample::select(KEYS), inner), 0..6).prop_map(|pairs| {
                Value::Object(
                    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn both_readers_find_the_same(value in value(), pretty in any::<bool>(), space in "[ \n\t]{0,3}") {
        prop_assume!(value.is_object());
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let text = format!("{space}{text},");
        let fast = slots::find(text.as_bytes(), space.len()).ok();
        prop_assert_eq!(fast, strict::find(text.as_bytes(), space.len()));
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..400), block in 1..64_usize) {
        split(&bytes, block);
    }

    #[test]
    fn damage_anywhere_ends(at in 0..4_000_usize, byte in any::<u8>(), cut in any::<bool>(), block in 1..999_usize) {
        let mut bytes = case("root-console")[0].clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        split(&bytes, block);
        read(&[String::from_utf8_lossy(&bytes).into_owned()], 1, &Conventions::default());
    }
}

fn split(bytes: &[u8], block: usize) {
    let (mut splitter, mut kept, mut rest) = (Splitter::default(), Vec::new(), bytes);
    loop {
        let (now, later) = rest.split_at(block.min(rest.len()));
        kept.extend_from_slice(now);
        rest = later;
        let mut unit = Unit::default();
        let done = splitter.split(&kept, rest.is_empty(), &mut unit);
        for slots in &unit.events {
            let event = unit.event(&kept, slots);
            let _ = (event.raw(), event.text(slots::Slot::EventName));
        }
        kept.drain(..done);
        if rest.is_empty() {
            return;
        }
    }
}

#[test]
fn events_with_odd_fields_are_events() {
    let odd = r#"{"Records":[{"eventName":7,"eventID":null,"userIdentity":"x","eventTime":"soon"},
        {"eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","responseElements":[1],"eventTime":"9999-99-99T99:99:99Z"},
        {"eventName":"AssumeRole","eventSource":"sts.amazonaws.com","userIdentity":{"type":[]},"responseElements":{"credentials":"HIDDEN_DUE_TO_SECURITY_REASONS"}}]}"#;
    let trail = read(&[odd.to_owned()], 1, &Conventions::default());
    assert_eq!(trail.gathered.coverage.events, 3);
    assert_eq!(trail.gathered.coverage.timeless, 3);
}
