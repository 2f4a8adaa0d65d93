//! A plan with what is known of its values: which are secrets, where blocks stand, what refers to what.

use std::collections::HashMap;

use rayon::prelude::*;

use super::configuration::Configuration;
use super::correlate::Correlator;
use super::json::Json;
use super::origins::{BlockReferences, Resolver, references};
use super::places::Places;
use super::read::Plan;
use super::resource::is_identifier;
use super::secrets::{Found, each_leaf, of_resource};
use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::secret::tokens::TokenTable;
use crate::source::Span;
use crate::terraform::tree::Tree;
use crate::value::{Origin, OriginKind};

/// What is known of a document's values.
pub struct Understood<'p> {
    /// Where blocks stand in the sources beside it.
    pub places: Places<'p>,
    /// What the arguments of a block refer to, by its address.
    pub references: HashMap<String, BlockReferences>,
    found: Found,
}

impl<'p> Understood<'p> {
    /// Looks at all values of a document.
    pub fn of(plan: &Plan<'_>, tree: &'p Tree) -> Self {
        let places = Places::of(tree, &plan.resources);
        let fallback = Span::start_of(plan.source);
        let resolver = Resolver::new(&plan.configuration, &places, &plan.variable_facts, fallback);
        let mut found = Found::default();
        for (name, raw) in plan.variables.iter().filter(|(name, _)| is_identifier(name)) {
            let origin = match plan.configuration.modules.first() {
                Some(root) => resolver.variable_origin(root, name),
                None => named_variable(name, fallback),
            };
            if let (Some(origin), Some(value)) = (origin, Json::read(raw)) {
                found.add_variable(&origin, &value);
            }
        }
        constants(&plan.configuration, &resolver, &mut found);
        for (_, raw) in &plan.outputs {
            if let Some(value) = Json::read(raw) {
                each_leaf(&value, &mut |_, text| found.hidden.push(Secret::new(text)));
                found.attributes.push("output".into());
            }
        }
        let held: Vec<Found> = plan
            .before
            .par_iter()
            .chain(&plan.resources)
            .filter_map(|planned| {
                let place = places.block(&planned.modules, planned.kind, &planned.type_name, &planned.name);
                of_resource(planned, place)
            })
            .collect();
        held.into_iter().for_each(|more| found.absorb(more));
        let references = references(&resolver);
        Self { references, places, found }
    }

    /// Finds the values in texts.
    pub fn correlator<'c>(&'c self, tokens: &'c TokenTable) -> Correlator<'c> {
        Correlator::new(&self.found.known, tokens)
    }

    /// Types and attributes that hold a secret in clear, one for each instance.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.found.attributes.iter().map(String::as_str)
    }

    /// Values that must not be shown. Those that are sought are among them.
    pub fn into_hidden(self) -> Vec<Secret> {
        let known = self.found.known.into_iter().map(|known| known.value);
        known.chain(self.found.hidden).collect()
    }
}

/// Constants that callers give to variables which are secrets.
fn constants(configuration: &Configuration, resolver: &Resolver<'_>, found: &mut Found) {
    for module in &configuration.modules {
        for call in module.calls.values() {
            let Some(child) = configuration.modules.get(call.module) else { continue };
            for input in call.inputs.iter().filter(|input| !input.path.contains('.')) {
                let Some(constant) = &input.constant else { continue };
                if let Some(origin) = resolver.variable_origin(child, &input.path) {
                    found.add_variable(&origin, &Json::Text(constant.expose().into()));
                }
            }
        }
    }
}

/// Without a configuration only the name tells.
fn named_variable(name: &str, at: Span) -> Option<Origin> {
    let confidence = says_secret(name)?.confidence.min(Confidence::Medium);
    let (kind, key) = (OriginKind::Variable, name.to_owned());
    Some(Origin { kind, name: format!("var.{name}"), key, at, confidence, literal: None })
}
