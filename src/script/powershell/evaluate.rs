//! Expressions to values.

use std::rc::Rc;

use super::run::Machine;
use super::tree::{Expression, Node, Operator, Part};
use super::value::Value;
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::source::Span;
use crate::value::{Origin, OriginKind, Text, Traces};

impl Machine<'_> {
    /// The value of an expression.
    pub fn evaluate(&mut self, node: &Node) -> Value {
        let at = self.place(node.at);
        self.deeper(at, |machine| machine.evaluated(node, at))
    }

    fn evaluated(&mut self, node: &Node, at: Span) -> Value {
        match &node.kind {
            Expression::Text(parts) => Value::Text(self.parts(parts)).bounded("text"),
            Expression::Variable(name) => self.variable(name, at),
            Expression::Splat(name) => self.variable(name, at),
            Expression::Member(of, name, arguments) => self.member(of, name, arguments.as_deref(), at),
            Expression::Index(of, index) => {
                let value = self.evaluate(of);
                let index = self.evaluate(index).known();
                self.indexed(value, index.as_deref())
            }
            Expression::Type(name) => Value::Type(name.to_lowercase()),
            Expression::Cast(name, value) => {
                let value = self.evaluate(value);
                cast(&name.to_lowercase(), value)
            }
            Expression::Chain(first, rest) => {
                let mut value = self.evaluate(first);
                for (operator, node) in rest {
                    let right = self.evaluate(node);
                    value = self.operate(*operator, value, right, at);
                }
                value
            }
            Expression::Not(value) => {
                self.evaluate(value);
                Value::default()
            }
            Expression::Same(value) => self.evaluate(value),
            Expression::List(items) => {
                let items = items.iter().map(|item| self.evaluate(item)).collect();
                Value::list(items, at)
            }
            Expression::Table(rows) => {
                let mut items = Vec::new();
                for (key, statement) in rows {
                    let name =
                        self.evaluate(key).known().filter(|name| name.len() <= 256).unwrap_or_default();
                    let value = self.value_of(statement);
                    let value = match super::assign::literal(statement) {
                        Some(node) => self.literal_secret(&name, value, node),
                        None => value,
                    };
                    items.push((name, value));
                }
                Value::table(items, at)
            }
            Expression::Script(block) => Value::Script(Rc::clone(&self.program), Rc::clone(block)),
            Expression::Group(block) => self.block(block),
            Expression::Nothing => Value::default(),
        }
    }

    /// The parts of a string, one after the other.
    pub fn parts(&mut self, parts: &[Part]) -> Text {
        let mut text = Text::default();
        for part in parts {
            match part {
                Part::Text(extent) => text.append(self.program.flat.slice(extent.start, extent.end)),
                Part::Made(character, extent) => {
                    text.append(Text::made(character.to_string(), self.place(*extent)));
                }
                Part::Value(node) => {
                    let value = self.evaluate(node).text();
                    self.pay(value.pieces.len() / 16);
                    text.append(value);
                }
            }
        }
        text
    }

    /// What a variable holds; an unknown where it was never set.
    fn variable(&mut self, name: &str, at: Span) -> Value {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "null" => return Value::default(),
            "true" | "false" => return Value::Text(Text::made(lower, at)),
            _ => {}
        }
        if let Some(value) = self.variables.get(name) {
            return value.clone();
        }
        let Some(variable) = lower.strip_prefix("env:") else { return Value::hole(name, at, Traces::none()) };
        if !self.context.guess_environment || says(variable) != Says::Secret {
            return Value::hole(name, at, Traces::none());
        }
        Value::hole(name, at, Traces::from_origin(guess(name, at)))
    }

    fn operate(&mut self, operator: Operator, left: Value, right: Value, at: Span) -> Value {
        match operator {
            Operator::Add => self.added(left, right, at),
            Operator::Format => Value::Text(formatted(&left.text(), &right.items(), at)),
            Operator::Mix => left.with(&right.traces(), "text", at),
            Operator::Judge => {
                // `-match` leaves what it found.
                let traces = left.traces();
                if !traces.is_empty() {
                    self.variables.set("matches", Value::hole("matches", at, traces));
                }
                Value::default()
            }
        }
    }

    /// `value[index]`
    fn indexed(&mut self, value: Value, index: Option<&str>) -> Value {
        match (&value, index) {
            (Value::Table(_), Some(name)) => value.member(name).cloned().unwrap_or_default(),
            (Value::List(members), Some(number)) => match number.parse::<usize>() {
                Ok(number) => members.items.get(number).map(|(_, value)| value.clone()).unwrap_or_default(),
                Err(_) => value,
            },
            (Value::Text(_), Some(name)) if says(name) == Says::Plain => {
                super::member::without_secrets(&value, name)
            }
            // One letter of a text, or a few: `$letters[$random]`.
            (Value::Text(text), index) if index != Some("0") && text.known().is_some() => Value::default(),
            _ => value,
        }
    }

    /// Parameters of a script that nobody calls: a guess by their names.
    pub fn parameters_unknown(&mut self, block: &super::tree::Block) {
        for parameter in &block.parameters {
            let at = self.place(parameter.at);
            let value = match &parameter.default {
                Some(node) => {
                    let value = self.evaluate(node);
                    if super::assign::is_literal(node) {
                        self.literal_secret(&parameter.name, value, node)
                    } else {
                        value
                    }
                }
                None if self.context.guess_environment && says(&parameter.name) == Says::Secret => {
                    Value::hole(&parameter.name, at, Traces::from_origin(guess(&parameter.name, at)))
                }
                None => Value::hole(&parameter.name, at, Traces::none()),
            };
            self.variables.set(&parameter.name, value);
        }
    }
}

/// A value from outside of the script that only its name calls a secret.
fn guess(name: &str, at: Span) -> Origin {
    Origin {
        kind: OriginKind::Environment,
        name: format!("${name}"),
        key: name.rsplit(':').next().unwrap_or(name).to_owned(),
        at,
        confidence: Confidence::Low,
        literal: None,
    }
}

fn cast(name: &str, value: Value) -> Value {
    match name {
        "void" => Value::default(),
        _ => value,
    }
}

/// `"{0}: {1}" -f $a, $b`
fn formatted(format: &Text, values: &[Value], at: Span) -> Text {
    let Some(known) = format.known() else {
        let mut text = format.clone();
        values.iter().for_each(|value| text.append(value.text()));
        return text;
    };
    let mut text = Text::default();
    let mut rest = known.as_str();
    for _ in 0..1024 {
        let Some(open) = rest.find('{') else { break };
        let (before, after) = rest.split_at(open);
        text.append(Text::made(before, at));
        let Some(close) = after.find('}') else {
            rest = after;
            break;
        };
        let slot = after.get(1..close).unwrap_or_default();
        let number = slot.split([':', ',']).next().and_then(|number| number.trim().parse::<usize>().ok());
        match number {
            Some(number) => {
                text.append(values.get(number).map(Value::text).unwrap_or_default());
                rest = after.get(close + 1..).unwrap_or_default();
            }
            None => {
                text.append(Text::made("{", at));
                rest = after.get(1..).unwrap_or_default();
            }
        }
    }
    text.append(Text::made(rest, at));
    text
}
