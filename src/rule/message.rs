//! Messages of findings: a template whose fields are filled from the record. `{a|b}` is the first that the record has.

use std::fmt::Write as _;

use crate::record::{Field, Record};

/// What stands for a field that the record does not have.
const UNKNOWN: &str = "unknown";
/// Lists inside lists deeper than this are not told.
const MOST_LEVELS: usize = 4;

/// A template such as `{secret.name} is written to {sink.path}`; `{{` and `}}` are plain braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(String),
}

impl Template {
    /// Reads a template. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(rest.get(..at).unwrap_or_default());
            let (brace, after) = rest.get(at..).unwrap_or_default().split_at(1);
            rest = after;
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
            } else if brace == "}" {
                return Err("this message has a `}` without `{`: write `}}` for a plain brace".to_owned());
            } else {
                let Some((name, after)) = rest.split_once('}') else {
                    return Err("this message has a `{` without `}`: write `{{` for a plain brace".to_owned());
                };
                if name.trim().is_empty() || name.contains('{') {
                    return Err("braces in a message need the name of a field: `{sink.path}`".to_owned());
                }
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Field(name.trim().to_owned()));
                rest = after;
            }
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }

    /// The message for a record.
    pub fn fill(&self, record: &dyn Record) -> String {
        let mut message = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => message.push_str(text),
                Part::Field(names) => {
                    let known = names.split('|').map(|name| record.field(name.trim()));
                    tell(known.flatten().find(is_told).as_ref(), 0, &mut message);
                }
            }
        }
        message
    }

    /// The fields it names.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let names = self.0.iter().filter_map(|part| match part {
            Part::Field(names) => Some(names.as_str()),
            Part::Text(_) => None,
        });
        names.flat_map(|names| names.split('|')).map(str::trim)
    }
}

/// One field of a record as messages tell it.
pub(super) fn told(record: &dyn Record, name: &str) -> String {
    let mut text = String::new();
    tell(record.field(name).as_ref(), 0, &mut text);
    text
}

/// Whether a field has something to tell.
fn is_told(field: &Field<'_>) -> bool {
    match field {
        Field::Text(text) => !text.is_empty(),
        Field::Number(_) | Field::Bool(_) => true,
        Field::List(items) => !items.is_empty(),
        _ => false,
    }
}

fn tell(field: Option<&Field<'_>>, level: usize, message: &mut String) {
    match field {
        Some(Field::Text(text)) if !text.is_empty() => message.push_str(text),
        // Writing to a string can't fail.
        Some(Field::Number(number)) => drop(write!(message, "{number}")),
        Some(Field::Bool(flag)) => drop(write!(message, "{flag}")),
        Some(Field::List(items)) if !items.is_empty() && level < MOST_LEVELS => {
            for (index, item) in items.iter().enumerate() {
                message.push_str(if index == 0 { "" } else { ", " });
                tell(Some(item), level + 1, message);
            }
        }
        _ => message.push_str(UNKNOWN),
    }
}
