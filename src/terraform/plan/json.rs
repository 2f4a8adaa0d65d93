//! JSON read piece by piece: members and elements as raw text, small values as bounded trees.
//!
//! A plan of hundreds of megabytes is never one tree: what is not looked at stays text. Nothing here quotes the
//! document in an error, an error is only a byte.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Values in one tree; a resource that has more is not read.
const MOST_NODES: usize = 500_000;

/// What JSON could not be read: the line and column, from 1, and whether it only ends too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Line in the text that was read.
    pub line: usize,
    /// Column in bytes.
    pub column: usize,
    /// Whether the text ends before its value does.
    pub cut_off: bool,
}

impl From<serde_json::Error> for Broken {
    fn from(error: serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column(), cut_off: error.is_eof() }
    }
}

/// Calls `visit` for every member of an object, in order, doubles too. A value that is no object has none.
pub fn each_member<'t>(text: &'t str, visit: &mut dyn FnMut(Cow<'t, str>, &'t str)) -> Result<(), Broken> {
    if !text.trim_start().starts_with('{') {
        return Ok(());
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.deserialize_map(Members(visit))?;
    Ok(reader.end()?)
}

/// Calls `visit` for every element of an array, in order. A value that is no array has none.
pub fn each_element<'t>(text: &'t str, visit: &mut dyn FnMut(&'t str)) -> Result<(), Broken> {
    if !text.trim_start().starts_with('[') {
        return Ok(());
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.deserialize_seq(Elements(visit))?;
    Ok(reader.end()?)
}

/// A member's raw text; of doubles the last.
pub fn member<'t>(text: &'t str, wanted: &str) -> Option<&'t str> {
    let mut found = None;
    each_member(text, &mut |name, value| {
        if name == wanted {
            found = Some(value);
        }
    })
    .ok()?;
    found
}

/// A string's text.
pub fn text_of(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

struct Members<'f, 't>(&'f mut dyn FnMut(Cow<'t, str>, &'t str));

impl<'t> Visitor<'t> for Members<'_, 't> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            let value: &'t RawValue = map.next_value()?;
            (self.0)(name, value.get());
        }
        Ok(())
    }
}

struct Elements<'f, 't>(&'f mut dyn FnMut(&'t str));

impl<'t> Visitor<'t> for Elements<'_, 't> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element::<&'t RawValue>()? {
            (self.0)(value.get());
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Name<'t>(Cow<'t, str>);

impl<'t> serde::Deserialize<'t> for Name<'t> {
    fn deserialize<D: Deserializer<'t>>(from: D) -> Result<Self, D::Error> {
        struct Key;
        impl<'t> Visitor<'t> for Key {
            type Value = Name<'t>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Name<'t>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'t>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Key)
    }
}

/// A small value, whole. Has no `Debug`: it holds values in clear.
pub enum Json<'t> {
    /// `null`.
    Null,
    /// `true`, `false`.
    Flag(bool),
    /// A string, or a number as it is written.
    Text(Cow<'t, str>),
    /// An array.
    List(Vec<Json<'t>>),
    /// An object, in order, doubles too.
    Map(Vec<(Cow<'t, str>, Json<'t>)>),
}

/// What stands in for a member that is not there.
pub static NOTHING: Json<'static> = Json::Null;

impl<'t> Json<'t> {
    /// Reads a value; `None` where it is broken, nested deeper than 127 levels or has more than half a
    /// million parts.
    pub fn read(text: &'t str) -> Option<Self> {
        let budget = Cell::new(MOST_NODES);
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = Whole(&budget).deserialize(&mut reader).ok()?;
        reader.end().ok()?;
        Some(value)
    }

    /// A member; of doubles the last.
    pub fn get(&self, wanted: &str) -> Option<&Json<'t>> {
        match self {
            Self::Map(members) => {
                members.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// A string's text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn items(&self) -> &[Json<'t>] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The members of an object.
    pub fn members(&self) -> &[(Cow<'t, str>, Json<'t>)] {
        match self {
            Self::Map(members) => members,
            _ => &[],
        }
    }

    /// Whether it is `true`, or holds a `true` anywhere: as `after_unknown` and `after_sensitive` mark.
    pub fn is_marked(&self) -> bool {
        match self {
            Self::Flag(flag) => *flag,
            Self::List(items) => items.iter().any(Json::is_marked),
            Self::Map(members) => members.iter().any(|(_, value)| value.is_marked()),
            _ => false,
        }
    }
}

/// Reads a whole value within a budget.
struct Whole<'b>(&'b Cell<usize>);

impl Whole<'_> {
    fn spend<E: serde::de::Error>(&self) -> Result<(), E> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        self.0.set(left);
        Ok(())
    }
}

impl<'t> DeserializeSeed<'t> for Whole<'_> {
    type Value = Json<'t>;

    fn deserialize<D: Deserializer<'t>>(self, from: D) -> Result<Json<'t>, D::Error> {
        self.spend::<D::Error>()?;
        from.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for Whole<'_> {
    type Value = Json<'t>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json<'t>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'t>, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'t>, E> {
        Ok(Json::Text(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'t>, E> {
        Ok(Json::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'t>, E> {
        Ok(Json::Text(Cow::Owned(number.to_string())))
    }

    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Json<'t>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'t>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<Json<'t>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Whole(self.0))? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Json<'t>, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value_seed(Whole(self.0))?));
        }
        Ok(Json::Map(members))
    }
}

/// The bytes of `part` inside of `whole`, which it was borrowed from.
pub fn offset_in(whole: &str, part: &str) -> usize {
    // Addresses are compared, nothing is read through them.
    let offset = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    if offset <= whole.len() { offset } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_raw_and_doubles_are_seen() {
        let mut seen = Vec::new();
        let text = r#"{"a": [1, {"b": "x"}], "a": 2}"#;
        each_member(text, &mut |name, value| seen.push((name.into_owned(), value))).unwrap();
        assert_eq!(seen, [("a".to_owned(), r#"[1, {"b": "x"}]"#), ("a".to_owned(), "2")]);
        assert_eq!(offset_in(text, seen[1].1), 28);
    }

    #[test]
    fn what_is_broken_is_a_place() {
        let mut ignore = |_: Cow<'_, str>, _: &str| ();
        let cut = each_member("{\"a\": \"secr", &mut ignore).unwrap_err();
        assert_eq!((cut.line, cut.cut_off), (1, true));
        let wrong = each_member("{\"a\": 1,\n ?}", &mut ignore).unwrap_err();
        assert_eq!((wrong.line, wrong.cut_off), (2, false));
    }

    #[test]
    fn trees_are_bounded() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(Json::read(&deep).is_none());
        assert!(Json::read(&format!("[{}1]", "1,".repeat(MOST_NODES))).is_none());
        assert_eq!(Json::read(r#"{"a":1,"a":"\u0062"}"#).unwrap().get("a").unwrap().text(), Some("b"));
    }
}
