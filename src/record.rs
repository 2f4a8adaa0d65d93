//! The flat, typed field view of one fact: the only thing that a rule sees.

use std::borrow::Cow;

/// One field's value. Never secret material.
#[derive(Debug, Clone, PartialEq)]
pub enum Field<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// There, but null.
    Null,
    /// Several values: a rule's item is met when any of them meets it.
    List(Vec<Field<'a>>),
}

/// A fact as fields. A trait, so that CloudTrail events can be judged without copying them.
pub trait Record {
    /// The value of a field, `None` where the record has no such field. Nested fields are named
    /// with dots (`userIdentity.type`), as Sigma rules name them.
    fn field(&self, name: &str) -> Option<Field<'_>>;

    /// Shows every text of the record to `meets` until one is accepted: Sigma's keyword search.
    fn any_text(&self, meets: &mut dyn FnMut(&str) -> bool) -> bool;
}

/// A record that owns its fields, in the order they were set.
#[derive(Debug, Clone, Default)]
pub struct FieldMap(Vec<(Cow<'static, str>, Field<'static>)>);

impl FieldMap {
    /// Sets a field; a field set twice keeps the later value.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: Field<'static>) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) => slot.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets a text field.
    pub fn text(&mut self, name: &'static str, value: impl Into<String>) {
        self.set(name, Field::Text(Cow::Owned(value.into())));
    }

    /// Sets a boolean field.
    pub fn flag(&mut self, name: &'static str, value: bool) {
        self.set(name, Field::Bool(value));
    }

    /// Fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field<'static>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

impl Record for FieldMap {
    fn field(&self, name: &str) -> Option<Field<'_>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn any_text(&self, meets: &mut dyn FnMut(&str) -> bool) -> bool {
        fn walk(field: &Field<'_>, meets: &mut dyn FnMut(&str) -> bool) -> bool {
            match field {
                Field::Text(text) => meets(text),
                Field::List(items) => items.iter().any(|item| walk(item, meets)),
                _ => false,
            }
        }
        self.0.iter().any(|(_, value)| walk(value, meets))
    }
}
