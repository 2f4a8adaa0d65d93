//! Going into a value: attributes, indexes, splats.

use super::judge::sheds;
use super::{Evaluator, Scope};
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::terraform::ast::{Expr, ExprKind, Step};
use crate::terraform::value::Value;
use crate::value::{Hole, Origin, OriginKind, Traces};

impl<'w> Evaluator<'w> {
    /// Follows `steps` into a value.
    pub(super) fn follow(&self, scope: &Scope<'w>, value: Value, steps: &[Step], at: Span) -> Value {
        let mut value = value;
        for (position, step) in steps.iter().enumerate() {
            if let Step::Splat = step {
                let rest = steps.get(position + 1..).unwrap_or_default();
                return self.splat(scope, value, rest, at);
            }
            value = self.step(scope, value, step, at);
        }
        match steps.last() {
            Some(Step::Attribute(name)) => named_member(value, name, at),
            Some(Step::Index(index)) => match index.as_literal() {
                Some(name) => named_member(value, &name, at),
                None => value,
            },
            _ => value,
        }
    }

    /// Whether an element surely has no such member: it is not set, null or empty.
    pub(super) fn is_absent(&self, scope: &Scope<'w>, wanted: &Expr) -> bool {
        let (base, steps) = match &wanted.kind {
            ExprKind::Traversal(base, steps) => (&**base, &**steps),
            _ => (wanted, [].as_slice()),
        };
        let Some(name) = base.as_variable() else { return false };
        let Some(mut value) = scope.lookup(name) else { return false };
        for step in steps {
            let (Step::Attribute(name), Value::Map(members)) = (step, value) else { return false };
            match members.iter().find(|(known, _)| **known == **name) {
                Some((_, member)) => value = member,
                // An optional attribute that this element does not set.
                None => return members.iter().all(|(known, _)| &**known != "…"),
            }
        }
        match value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    fn splat(&self, scope: &Scope<'w>, value: Value, rest: &[Step], at: Span) -> Value {
        match value {
            Value::List(items) => {
                Value::list(items.iter().map(|item| self.follow(scope, item.clone(), rest, at)).collect())
            }
            Value::Map(members) if members.iter().all(|(_, value)| matches!(value, Value::Map(_))) => {
                Value::list(
                    members.iter().map(|(_, item)| self.follow(scope, item.clone(), rest, at)).collect(),
                )
            }
            Value::Null => Value::list(Vec::new()),
            other => Value::list(vec![self.follow(scope, other, rest, at)]),
        }
    }

    fn step(&self, scope: &Scope<'w>, value: Value, step: &Step, at: Span) -> Value {
        match step {
            Step::Attribute(name) => attribute(value, name, at),
            Step::Index(index) => {
                let key = self.eval(scope, index).known();
                self.index(value, key.as_deref(), at)
            }
            Step::Splat => value,
        }
    }

    pub(super) fn index(&self, value: Value, key: Option<&str>, at: Span) -> Value {
        match (value, key) {
            (Value::Either(arms), _) => {
                Value::either(arms.iter().map(|arm| self.index(arm.clone(), key, at)))
            }
            (Value::List(items), Some(key)) => match key.parse::<usize>() {
                Ok(position) => items.get(position).cloned().unwrap_or_else(|| Value::unknown("…", at)),
                Err(_) => Value::either(items.iter().map(|item| attribute(item.clone(), key, at))),
            },
            (value @ Value::Map(_), Some(key)) => attribute(value, key, at),
            (Value::Hole(hole), Some(key)) if key.parse::<usize>().is_err() => {
                attribute(Value::Hole(hole), key, at)
            }
            (value @ (Value::List(_) | Value::Map(_)), None) => self.any_element(&value, at).1,
            (other, _) => other,
        }
    }
}

/// An unknown member whose name says that it is a secret: `each.value.password`, `outputs.db_password`.
/// A name that says so surely wins over one above it that only hints (`secrets["api_key"]`).
pub(super) fn named_member(value: Value, name: &str, at: Span) -> Value {
    let Value::Hole(hole) = &value else { return value };
    let surest = hole.traces.iter().map(|trace| trace.origin.confidence).max();
    let Some(verdict) = says_secret(name).filter(|_| !sheds(name)) else { return value };
    if surest.is_some_and(|surest| surest >= verdict.confidence) {
        return value;
    }
    let origin = Origin {
        kind: OriginKind::Variable,
        name: hole.label.to_string(),
        key: name.to_owned(),
        at,
        confidence: verdict.confidence,
        literal: None,
    };
    Value::tainted(hole.label.clone(), at, Traces::from_origin(origin))
}

/// The member of a value. Of a secret document, members that are about it are no secrets.
pub(super) fn attribute(value: Value, name: &str, at: Span) -> Value {
    match value {
        Value::Map(members) => members
            .iter()
            .find(|(known, _)| &**known == name)
            .or_else(|| members.iter().find(|(known, _)| &**known == "…"))
            .map_or_else(|| Value::unknown(name, at), |(_, value)| value.clone()),
        Value::Either(arms) => Value::either(arms.iter().map(|arm| attribute(arm.clone(), name, at))),
        // Legacy: an attribute of a list is that of its elements.
        Value::List(items) => Value::either(items.iter().map(|item| attribute(item.clone(), name, at))),
        Value::Hole(hole) => {
            let traces = if sheds(name) { Traces::none() } else { hole.traces };
            Value::Hole(Hole::new(format!("{}.{name}", hole.label), at, traces))
        }
        Value::Text(text) => {
            Value::tainted(name, at, if sheds(name) { Traces::none() } else { text.traces() })
        }
        Value::Null => Value::unknown(name, at),
    }
}
