//! Names and values stored in a definition: the environment of a function, the JSON of a container, an
//! app's settings. Each value becomes a text of its own, whatever the shape.

use super::evaluate::{encode, goes_through_ids, literal_confidence_under, sheds};
use super::value::Value;
use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::value::{Flat, HOLE, Hole, Origin, OriginKind, Piece, Text, Traces};

/// Values nested deeper are one entry.
const MOST_DEPTH: usize = 24;
/// Entries taken of one definition.
const MOST_ENTRIES: usize = 2_000;
/// Members that hold the name, and those that hold the value, of a pair.
const NAME_KEYS: &[&str] = &["name", "Name", "key", "Key"];
const VALUE_KEYS: &[&str] = &["value", "Value"];
/// Members that take the address of a secret: ECS, Kubernetes, App Runner.
const REFERENCE_KEYS: &[&str] = &["valueFrom", "value_from", "ValueFrom", "credentialsParameter"];

/// The values of a definition, those whose secrets may be in them. What stands where the address of a
/// secret belongs is one only if it surely is a secret's value. False where there are more than were taken.
pub fn entries_of(value: &Value, name: Option<&str>, at: Span) -> (Vec<Text>, bool) {
    let mut found = Entries { at, found: Vec::new(), whole: true };
    found.value(value, name, 0);
    (found.found, found.whole)
}

/// The whole definition as a text: as it is written, or as `jsonencode` would.
pub fn definition_text(value: &Value, at: Span) -> Text {
    match value {
        Value::Text(text) => text.clone(),
        other => encode(other, at),
    }
}

struct Entries {
    at: Span,
    found: Vec<Text>,
    whole: bool,
}

impl Entries {
    fn value(&mut self, value: &Value, name: Option<&str>, depth: usize) {
        if depth > MOST_DEPTH {
            return self.add(name, Text::hole("…", self.at, value.traces()));
        }
        match value {
            Value::Null => {}
            Value::Text(text) if text.starts_with("[") || text.starts_with("{") => self.json(text),
            Value::Text(text) => self.add(name, text.clone()),
            Value::Hole(hole) => self.add(name, Text::of(vec![Piece::Hole(hole.clone())])),
            Value::List(items) | Value::Either(items) => {
                items.iter().for_each(|item| self.value(item, name, depth + 1));
            }
            Value::Map(members) => {
                let member = |keys: &[&str]| {
                    members.iter().find(|(key, _)| keys.contains(&&**key)).map(|(_, value)| value)
                };
                let paired = member(NAME_KEYS).map(Value::known).unwrap_or_default();
                for (key, value) in members.iter() {
                    let pair = VALUE_KEYS.contains(&&**key) && paired.is_some();
                    self.value(value, if pair { paired.as_deref() } else { Some(key) }, depth + 1);
                }
            }
        }
    }

    fn json(&mut self, text: &Text) {
        let flat = Flat::new(text);
        for (name, start, end) in json_values(flat.text()) {
            self.add(name.as_deref(), flat.slice(start, end));
        }
    }

    fn add(&mut self, name: Option<&str>, text: Text) {
        let text = match name {
            Some(name) if REFERENCE_KEYS.contains(&name) => only_sure(text),
            Some(name) => judged(name, text),
            None => text,
        };
        if text.pieces.iter().any(|piece| matches!(piece, Piece::Hole(hole) if !hole.traces.is_empty())) {
            if self.found.len() >= MOST_ENTRIES {
                self.whole = false;
                return;
            }
            self.found.push(text);
        }
    }
}

/// Where the address of a secret belongs, a variable called `db_password` most likely holds one. What a data
/// source or a resource says is the value is the value.
fn only_sure(text: Text) -> Text {
    let sure = |hole: Hole| Hole {
        traces: hole.traces.filtered(|trace| {
            let origin = &trace.origin;
            // Nobody declares an address sensitive.
            let kinds = [OriginKind::Data, OriginKind::Resource, OriginKind::Ephemeral, OriginKind::Variable];
            origin.confidence == Confidence::High && kinds.contains(&origin.kind)
        }),
        ..hole
    };
    let pieces = text.pieces.into_iter().map(|piece| match piece {
        Piece::Hole(hole) => Piece::Hole(sure(hole)),
        known => known,
    });
    Text::of(pieces.collect())
}

/// A value under a name that says secret: a literal, or a reference to something unknown.
fn judged(name: &str, text: Text) -> Text {
    // Of `/app/db/password` and `spring.datasource.password` the last part is the name.
    let last = name.rsplit(['/', '.']).find(|part| !part.is_empty()).unwrap_or(name);
    let Some(verdict) = says_secret(last).filter(|_| is_plain_name(last)) else { return text };
    if let Some(known) = text.known() {
        let sure =
            literal_confidence_under(last, &known, verdict.confidence).filter(|sure| *sure > Confidence::Low);
        let place = text.pieces.first().map(|piece| match piece {
            Piece::Known { at, .. } => *at,
            Piece::Hole(hole) => hole.at,
        });
        let (Some(confidence), Some(at)) = (sure, place) else { return text };
        let secret = Secret::new(known);
        let literal = Some((secret.length(), secret.last4()));
        let origin = origin(OriginKind::Literal, last, last, at, confidence);
        return Text::hole(last, at, Traces::from_origin(Origin { literal, ..origin }));
    }
    let [Piece::Hole(hole)] = text.pieces.as_slice() else { return text };
    let label = &*hole.label;
    let refers = label.contains('.') && !label.contains(['(', '…', '"', ' ']);
    let about = label.rsplit('.').next().is_none_or(sheds) || goes_through_ids(label);
    if !hole.traces.is_empty() || !refers || about {
        return text;
    }
    let kind = match label.split('.').next() {
        Some("data") => OriginKind::Data,
        Some("module") => OriginKind::Module,
        Some("var" | "local" | "each") => OriginKind::Variable,
        _ => OriginKind::Resource,
    };
    let origin = origin(kind, label, last, hole.at, verdict.confidence.min(Confidence::Medium));
    Text::hole(label, hole.at, Traces::from_origin(origin))
}

fn origin(kind: OriginKind, name: &str, key: &str, at: Span, confidence: Confidence) -> Origin {
    Origin { kind, name: name.to_owned(), key: key.to_owned(), at, confidence, literal: None }
}

/// Names come from the input: what does not look like one could be anything.
fn is_plain_name(name: &str) -> bool {
    name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// A value of a JSON text: the name it stands under, and its bytes.
type JsonValue = (Option<String>, usize, usize);

/// What is open in a JSON text.
#[derive(Default)]
struct Frame {
    object: bool,
    key: Option<String>,
    paired: Option<String>,
    values: Vec<(usize, usize)>,
}

/// The strings of a JSON text and the holes between them, in one pass. Broken JSON, and templates whose
/// directives are not JSON, give what can be understood.
fn json_values(text: &str) -> Vec<JsonValue> {
    let bytes = text.as_bytes();
    let mut open: Vec<Frame> = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' if open.len() < 128 => {
                let key = open.last().and_then(|frame| frame.key.clone());
                let object = *byte == b'{';
                // Elements of a list stand under the list's name.
                open.push(Frame { object, key: key.filter(|_| !object), ..Frame::default() });
            }
            b'}' | b']' => {
                if let Some(frame) = open.pop() {
                    close(frame, &mut found);
                }
            }
            b'"' => {
                let end = string_end(bytes, at + 1);
                json_string(text, at + 1, end, &mut open, &mut found);
                at = end;
            }
            _ if text.get(at..).is_some_and(|rest| rest.starts_with(HOLE)) => {
                put(&mut open, at, at + HOLE.len_utf8(), None, &mut found);
                at += HOLE.len_utf8() - 1;
            }
            _ => {}
        }
        at += 1;
    }
    while let Some(frame) = open.pop() {
        close(frame, &mut found);
    }
    found
}

fn close(frame: Frame, found: &mut Vec<JsonValue>) {
    for (start, end) in frame.values {
        found.push((frame.paired.clone().or_else(|| Some("value".to_owned())), start, end));
    }
}

/// Where a string ends: its closing quote, or the end of the text.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn json_string(text: &str, start: usize, end: usize, open: &mut [Frame], found: &mut Vec<JsonValue>) {
    let rest = text.get(end + 1..).unwrap_or_default().trim_start();
    if let Some(frame) = open.last_mut().filter(|frame| frame.object && rest.starts_with(':')) {
        frame.key = text.get(start..end).map(str::to_owned);
        return;
    }
    put(open, start, end, text.get(start..end), found);
}

/// A value: kept until its object is closed where a pair's name may come later.
fn put(open: &mut [Frame], start: usize, end: usize, name: Option<&str>, found: &mut Vec<JsonValue>) {
    let Some(frame) = open.last_mut() else { return found.push((None, start, end)) };
    let key = frame.key.as_deref().unwrap_or_default();
    if frame.object && VALUE_KEYS.contains(&key) {
        frame.values.push((start, end));
        return;
    }
    if frame.object && NAME_KEYS.contains(&key) {
        frame.paired = name.map(str::to_owned);
    }
    found.push((frame.key.clone(), start, end));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken_apart_as_far_as_it_goes() {
        let text = r#"[{"name": "app", "environment": [{"value": "a\"b", "name": "X"}, {"k": 1}], "command": ["run", "it"]}"#;
        let values: Vec<(String, &str)> = json_values(text)
            .into_iter()
            .map(|(name, start, end)| (name.unwrap_or_default(), &text[start..end]))
            .collect();
        let told: Vec<(&str, &str)> = values.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        assert_eq!(
            told,
            [("name", "app"), ("name", "X"), ("X", "a\\\"b"), ("command", "run"), ("command", "it")]
        );
    }

    #[test]
    fn hostile_json_ends() {
        for text in ["[".repeat(100_000), "{\"a".repeat(50_000), "\"\\".to_owned(), "}]}".to_owned()] {
            json_values(&text);
        }
    }
}
