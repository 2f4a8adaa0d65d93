//! Which secrets of a root module end in the state in clear: `rules/state.toml`, and what sinks hold.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::OnceLock;

use serde::Deserialize;

use super::ast::{Attribute, Block, Body};
use super::directory::Placed;
use super::evaluate::{Evaluator, Instance};
use super::value::Value;
use crate::finding::Confidence;
use crate::secret::names::says_secret;
use crate::source::Span;

const TABLE: &str = include_str!("../../rules/state.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    state: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default = "resource")]
    block: String,
    r#type: String,
    attribute: String,
    #[serde(default)]
    computed: bool,
    #[serde(default)]
    instead: Option<String>,
}

fn resource() -> String {
    "resource".into()
}

/// Block kind and type to its rows.
type Rows = HashMap<(String, String), Vec<Row>>;

fn rows() -> &'static Rows {
    static ROWS: OnceLock<Rows> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows = Rows::new();
        // The text is part of the program, and a test reads it: it can't fail for a user.
        for row in toml::from_str::<Table>(TABLE).map(|table| table.state).unwrap_or_default() {
            rows.entry((row.block.clone(), row.r#type.clone())).or_default().push(row);
        }
        rows
    })
}

/// A secret that the state holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Where it is written.
    pub at: Span,
    /// What keeps it out, as users write it: "`password_wo` of aws_db_instance".
    pub instead: Option<String>,
    /// Whether a finding of its own tells it: it is what a sink holds.
    pub told: bool,
}

/// The secrets that the state holds by the table: address to place.
#[derive(Debug, Default)]
pub struct StateSecrets(BTreeMap<String, Held>);

impl StateSecrets {
    /// Adds one; of two with the same address the first stays.
    pub fn add(&mut self, address: String, held: Held) {
        self.0.entry(address).or_insert(held);
    }

    /// Address and place, by address.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Held)> {
        self.0.iter().map(|(address, held)| (address.as_str(), held))
    }

    /// Looks at the blocks of one module.
    pub fn look_at<'w>(&mut self, evaluator: &Evaluator<'w>, instance: &Rc<Instance<'w>>) {
        for kind in ["resource", "data"] {
            for block in instance.directory.blocks_of(kind) {
                let (Some(type_name), Some(name)) = (block.node.label(0), block.node.label(1)) else {
                    continue;
                };
                let Some(rows) = rows().get(&(kind.to_owned(), type_name.to_owned())) else { continue };
                let prefix = if kind == "data" { "data." } else { "" };
                let address = instance.address_of(&format!("{prefix}{type_name}.{name}"));
                for row in rows {
                    if let Some(at) = held_at(evaluator, instance, block, row, &address) {
                        let instead = row.instead.as_deref().map(|instead| told(instead, type_name));
                        self.add(format!("{address}.{}", row.attribute), Held { at, instead, told: false });
                    }
                }
            }
        }
    }
}

/// "`password_wo` of aws_db_instance", "`ephemeral "random_password"`".
fn told(instead: &str, type_name: &str) -> String {
    match instead.split_once(" of ") {
        Some((argument, owner)) => format!("`{argument}` of {owner}"),
        None if instead.starts_with("ephemeral ") => format!("`{instead}`"),
        None => format!("`{instead}` of {type_name}"),
    }
}

/// Where the block of a row puts a secret into the state.
fn held_at<'w>(
    evaluator: &Evaluator<'w>,
    instance: &Rc<Instance<'w>>,
    block: Placed<'w, Block>,
    row: &Row,
    address: &str,
) -> Option<Span> {
    let body = &block.node.body;
    // `count = 0` and the like: there is no such resource.
    let none = body.attribute("count").and_then(|count| count.value.as_literal()).is_some_and(|n| n == "0");
    if none {
        return None;
    }
    if row.computed {
        let value =
            evaluator.provider_attribute(instance, (&row.block, &row.r#type, &row.attribute), block, address);
        return surely_secret(&value).then(|| block.name_span());
    }
    let steps: Vec<&str> = row.attribute.split('.').collect();
    let scope = evaluator.resource_scope(instance, block);
    let found = arguments(body, &steps);
    found.into_iter().find_map(|attribute| {
        let value = evaluator.eval(&scope, &attribute.value);
        // The token of a CodeBuild credential may be the ARN of a connection.
        let address = super::evaluate::label(&attribute.value).ends_with("arn");
        let named = says_secret(&attribute.name.text).is_some() && value.is_unknown() && !address;
        (named || surely_secret(&value)).then(|| block.span(attribute.name.range))
    })
}

/// The arguments at the end of `user.password`: each block can stand there more than once.
fn arguments<'b>(body: &'b Body, steps: &[&'b str]) -> Vec<&'b Attribute> {
    match steps {
        [] => Vec::new(),
        [argument] => body.attribute(argument).into_iter().collect(),
        [block, rest @ ..] => body.blocks_of(block).flat_map(|inner| arguments(&inner.body, rest)).collect(),
    }
}

fn surely_secret(value: &Value) -> bool {
    value.traces().iter().any(|trace| trace.origin.confidence > Confidence::Low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let table: Table = toml::from_str(TABLE).unwrap();
        for row in table.state {
            assert!(["resource", "data"].contains(&row.block.as_str()), "{}", row.r#type);
            let twin = row.instead.unwrap_or_default();
            let known = twin.is_empty() || twin.contains("_wo") || twin.starts_with("ephemeral \"");
            assert!(known, "{} {twin}", row.r#type);
        }
    }
}
