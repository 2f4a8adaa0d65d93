//! Assignments, and literals that a name makes secrets.

use super::run::{Machine, root, root_of_statement};
use super::scope::kept_name;
use super::tree::{Element, Expression, Extent, Kind, Node, Part, Statement};
use super::value::Value;
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::script::run::literal::can_be_secret;
use crate::secret::names::says_secret;
use crate::secret::placeholder::{self, Placeholder};
use crate::source::Span;
use crate::value::{Hop, Origin, OriginKind, Piece, Text, Traces};

impl Machine<'_> {
    pub fn assignment(&mut self, target: &Node, append: bool, statement: &Statement, extent: Extent) {
        let at = self.place(extent);
        let name = target_name(self, target);
        let outer = self.assigning.clone();
        // In `$password = Get-It`, where `Get-It` keeps it in `$v`, people call it password.
        let telling = |name: &String| says(name) == Says::Secret;
        if telling(&name) || !outer.as_ref().is_some_and(telling) {
            self.assigning = Some(name.clone());
        }
        let value = match literal(statement) {
            Some(node) => {
                let value = self.evaluate(node);
                self.literal_secret(&name, value, node)
            }
            None => {
                let commanded = matches!(statement, Statement::Pipeline(elements)
                    if elements.iter().all(|element| matches!(element.kind, Kind::Command(..))));
                let value = self.value_of(statement);
                if commanded { self.guessed(value, &name, at) } else { value }
            }
        };
        self.assigning = outer;
        let part = root_of_statement(statement);
        self.assign(target, value, append, at, part);
    }

    /// What an unknown command puts into `$DbPassword` is a secret by the name alone: a guess.
    fn guessed(&self, value: Value, name: &str, at: Span) -> Value {
        let Value::Text(text) = &value else { return value };
        let [Piece::Hole(hole)] = text.pieces.as_slice() else { return value };
        if !hole.traces.is_empty() || &*hole.label != "output" || says(name) != Says::Secret {
            return value;
        }
        let origin = Origin {
            kind: OriginKind::Command,
            name: format!("the command that sets {name}"),
            key: name.to_owned(),
            at,
            confidence: Confidence::Low,
            literal: None,
        };
        Value::hole(name, hole.at, Traces::from_origin(origin))
    }

    pub fn assign(&mut self, target: &Node, value: Value, append: bool, at: Span, part: Option<String>) {
        match &target.kind {
            Expression::Variable(name) => {
                let message = format!("assigned to variable {name}");
                let value = value.passed(&Hop { at, name: format!("${name}"), message });
                let before = self.variables.get(name).filter(|_| append).cloned();
                let value = match before {
                    Some(before) => self.added(before, value, at),
                    None => value,
                };
                self.variables.set(name, value);
                if !append {
                    self.part_of(name, part);
                }
            }
            Expression::Cast(_, inner) | Expression::Same(inner) => {
                self.assign(inner, value, append, at, part)
            }
            Expression::List(targets) => {
                let items = value.items();
                for (number, target) in targets.iter().enumerate() {
                    let item = if items.len() == 1 { items.first() } else { items.get(number) };
                    self.assign(target, item.cloned().unwrap_or_default(), append, at, None);
                }
            }
            Expression::Member(of, name, None) => self.assign_member(of, name, &value, at),
            Expression::Index(of, name) => self.assign_member(of, name, &value, at),
            _ => {}
        }
    }

    fn assign_member(&mut self, of: &Node, name: &Node, value: &Value, at: Span) {
        let member = self.evaluate(name).known().unwrap_or_default();
        if let Expression::Variable(variable) = &of.kind
            && let Some(Value::Table(members)) = self.variables.get(variable)
            && !member.is_empty()
        {
            let mut items = members.items.clone();
            self.pay(items.len());
            items.retain(|(known, _)| !known.eq_ignore_ascii_case(&member));
            items.push((member, value.clone()));
            let table = Value::table(items, at);
            self.variables.set(&variable.clone(), table);
            return;
        }
        if let Some(root) = root(of) {
            self.put_into(&root, &value.traces(), at);
        }
    }

    /// Secrets are put into what a variable holds, and into what that is a part of.
    pub fn put_into(&mut self, variable: &str, traces: &Traces, at: Span) {
        if traces.is_empty() {
            return;
        }
        let mut name = kept_name(variable);
        for _ in 0..8 {
            let message = format!("put into variable {name}");
            let traces = traces.then(&Hop { at, name: format!("${name}"), message });
            let value = self.variables.get(&name).cloned().unwrap_or_default();
            let value = value.with(&traces, &name, at);
            self.variables.set(&name, value);
            match self.parts_of.get(&name) {
                Some(whole) => name = whole.clone(),
                None => return,
            }
        }
    }

    /// `+`: texts one after the other, lists and tables together.
    pub fn added(&mut self, first: Value, second: Value, at: Span) -> Value {
        match (first, second) {
            (Value::List(members), second) => {
                let mut items: Vec<Value> = members.items.iter().map(|(_, value)| value.clone()).collect();
                self.pay(items.len());
                items.extend(second.items());
                Value::list(items, at)
            }
            (Value::Table(first), Value::Table(second)) => {
                Value::table(first.items.iter().chain(&second.items).cloned().collect(), at)
            }
            (first, second) => {
                let mut text = first.text();
                self.pay(text.pieces.len() / 16);
                text.append(second.text());
                Value::Text(text).bounded("text")
            }
        }
    }

    /// Where a name says secret and the value is a literal: a hole in its place.
    pub fn literal_secret(&mut self, name: &str, value: Value, node: &Node) -> Value {
        let Some(verdict) = says_secret(name) else { return value };
        let Some(known) = value.known().filter(|known| can_be_secret(known)) else { return value };
        let printed = placeholder::judge(&known) == Placeholder::Documentation;
        let confidence = if printed { Confidence::Low } else { verdict.confidence };
        self.literal(name, &value, node, confidence)
    }

    /// A literal that is a secret because of where it stands.
    pub fn literal(&mut self, name: &str, value: &Value, node: &Node, confidence: Confidence) -> Value {
        let at = match value {
            Value::Text(Text { pieces, .. }) => match pieces.as_slice() {
                [Piece::Known { at, .. }] => *at,
                _ => self.place(node.at),
            },
            _ => self.place(node.at),
        };
        let name = super::value::tellable(name);
        let traces = self.literal_of(name, &value.text(), at, confidence);
        Value::hole(name, at, traces)
    }
}

/// What people call the target: its variable or member.
fn target_name(machine: &mut Machine<'_>, target: &Node) -> String {
    match &target.kind {
        Expression::Variable(name) => name.rsplit(':').next().unwrap_or(name).to_owned(),
        Expression::Cast(_, inner) | Expression::Same(inner) => target_name(machine, inner),
        Expression::Member(_, name, None) | Expression::Index(_, name) => {
            machine.evaluate(name).known().filter(|name| name.len() <= 64).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The string that a statement is, and nothing else.
pub fn literal(statement: &Statement) -> Option<&Node> {
    let Statement::Pipeline(elements) = statement else { return None };
    let [Element { kind: Kind::Value(node), redirects, .. }] = elements.as_slice() else { return None };
    let text = match &node.kind {
        Expression::Cast(_, inner) => inner,
        _ => node,
    };
    (redirects.is_empty() && is_literal(text)).then_some(text)
}

/// A string without values in it.
pub fn is_literal(node: &Node) -> bool {
    matches!(&node.kind, Expression::Text(parts) if parts.iter().all(|part| !matches!(part, Part::Value(_))))
}
