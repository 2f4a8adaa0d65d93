//! A plan as a whole: its resources, its configuration, and which of its values are secrets.

use std::collections::BTreeMap;

use super::configuration::Configuration;
use super::json::{Json, each_element, each_member, member};
use super::origins::VariableFacts;
use super::resource::{Page, Planned};
use super::secrets::facts;
use crate::reading::{Gap, Reading};
use crate::source::{SourceId, Span};

/// Resources of one document; more are not read, and told.
pub const MOST_RESOURCES: usize = 1_000_000;
/// Modules inside of modules in a list of values.
const MOST_NESTING: usize = 24;

/// A plan or a state that was read. Has no `Debug`: it holds values in clear.
pub struct Plan<'t> {
    /// The document.
    pub source: SourceId,
    /// Resources that will be there, in order; those of a state are all gated.
    pub resources: Vec<Planned<'t>>,
    /// Data sources and resources of which only values are known.
    pub before: Vec<Planned<'t>>,
    /// What refers to what; empty for a state.
    pub configuration: Configuration,
    /// Values of root variables, and where they stand.
    pub variables: Vec<(String, &'t str)>,
    /// The facts of variables.
    pub variable_facts: BTreeMap<String, VariableFacts>,
    /// Outputs that are sensitive, with their values.
    pub outputs: Vec<(String, &'t str)>,
    /// Whether it is a state.
    pub is_state: bool,
}

impl Plan<'_> {
    /// One without anything in it.
    pub fn empty(source: SourceId, is_state: bool) -> Self {
        Self {
            source,
            resources: Vec::new(),
            before: Vec::new(),
            configuration: Configuration::default(),
            variables: Vec::new(),
            variable_facts: BTreeMap::new(),
            outputs: Vec::new(),
            is_state,
        }
    }
}

/// Reads `terraform show -json plan.out`, formats 0.1 to 1.x
/// (<https://developer.hashicorp.com/terraform/internals/json-format>).
pub fn read_plan(source: SourceId, text: &str) -> Reading<Plan<'_>> {
    let page = Page { source, text };
    let mut plan = Plan::empty(source, false);
    let mut gaps = Vec::new();
    let mut gap = |name: &str, reason: &str| {
        let at = Span::start_of(source);
        gaps.push(Gap { at, name: name.into(), reason: reason.into(), hides_findings: true });
    };
    let body = text.trim_start_matches('\u{FEFF}');
    let (mut changes, mut lost) = (false, 0);
    let read = each_member(body, &mut |name, value| match &*name {
        "variables" => plan.read_variables(page, value),
        "resource_changes" => {
            changes = true;
            lost += plan.read_changes(page, value);
        }
        "configuration" => plan.configuration = Configuration::read(value),
        "prior_state" => {
            if let Some(values) = member(value, "values") {
                let mut before = Vec::new();
                shown_modules(page, member(values, "root_module"), 0, &mut before);
                // What is managed is among the changes.
                plan.before.extend(before.into_iter().filter(|planned| planned.kind == "data"));
            }
        }
        "errored" if value == "true" => {
            gap("", "Terraform reported an error while planning: the plan is incomplete")
        }
        "deferred_changes" if value.len() > 2 => {
            gap("", "Terraform deferred some changes to a later plan: what they write is not in this one");
        }
        _ => {}
    });
    if read.is_err() {
        gap("", "it is not valid JSON to the end");
    }
    if lost > 0 {
        gap("resource_changes", &format!("{lost} changes could not be parsed"));
    }
    if !changes && !plan.configuration.modules.is_empty() && body.contains("\"planned_values\"") {
        plan.take_planned_values(page, body);
    }
    if plan.configuration.cut {
        gap("configuration", "it calls too many modules, or nests them too deeply");
    }
    Reading { facts: plan, gaps }
}

impl<'t> Plan<'t> {
    fn read_variables(&mut self, page: Page<'t>, text: &'t str) {
        let _ = each_member(text, &mut |name, value| {
            let raw = member(value, "value").unwrap_or("null");
            let literal = Json::read(raw).and_then(|value| value.text().map(facts));
            self.variable_facts.insert(name.to_string(), VariableFacts { at: page.span(value), literal });
            self.variables.push((name.into_owned(), raw));
        });
    }

    /// Gives the number of those that are lost.
    fn read_changes(&mut self, page: Page<'t>, text: &'t str) -> usize {
        let mut lost = 0;
        let read = each_element(text, &mut |raw| match page.change(raw) {
            Some(planned) if self.resources.len() < MOST_RESOURCES => self.resources.push(planned),
            _ => lost += 1,
        });
        lost + usize::from(read.is_err())
    }

    /// A plan without changes in it (of a tool, not of Terraform): what it says will be there.
    fn take_planned_values(&mut self, page: Page<'t>, body: &'t str) {
        let Some(values) = member(body, "planned_values") else { return };
        shown_modules(page, member(values, "root_module"), 0, &mut self.resources);
        for planned in &mut self.resources {
            planned.gated = planned.kind == "resource";
        }
    }
}

/// The resources of a module in `values`, and of those in it.
pub fn shown_modules<'t>(page: Page<'t>, module: Option<&'t str>, depth: usize, all: &mut Vec<Planned<'t>>) {
    let Some(module) = module.filter(|_| depth <= MOST_NESTING) else { return };
    let _ = each_member(module, &mut |name, value| match &*name {
        "resources" => drop(each_element(value, &mut |raw| {
            if all.len() < MOST_RESOURCES {
                all.extend(page.shown(raw));
            }
        })),
        "child_modules" => {
            let _ = each_element(value, &mut |child| shown_modules(page, Some(child), depth + 1, all));
        }
        _ => {}
    });
}
