//! State files, version 4, and `terraform show -json` of a state.

use super::documents::makes_documents;
use super::json::{each_element, each_member, member, text_of};
use super::read::{MOST_RESOURCES, Plan, shown_modules};
use super::resource::{Marks, Page, Planned};
use crate::finding::Confidence;
use crate::reading::{Gap, Reading};
use crate::secret::names::says_secret;
use crate::source::{SourceId, Span};
use crate::terraform::evaluate::{literal_confidence_under, sheds};

/// Reads what `terraform show -json` prints of a state.
pub fn read_shown_state(source: SourceId, text: &str) -> Reading<Plan<'_>> {
    let page = Page { source, text };
    let mut plan = Plan::empty(source, true);
    if let Some(values) = member(text.trim_start_matches('\u{FEFF}'), "values") {
        shown_modules(page, member(values, "root_module"), 0, &mut plan.resources);
        if let Some(outputs) = member(values, "outputs") {
            plan.read_outputs(outputs);
        }
    }
    plan.resources
        .iter_mut()
        .for_each(|planned| planned.gated = is_followed(planned.kind, &planned.type_name));
    Reading { facts: plan, gaps: Vec::new() }
}

/// Reads `terraform.tfstate`.
pub fn read_state(source: SourceId, text: &str) -> Reading<Plan<'_>> {
    let page = Page { source, text };
    let mut plan = Plan::empty(source, true);
    let mut lost = 0;
    let read = each_member(text.trim_start_matches('\u{FEFF}'), &mut |name, value| match &*name {
        "resources" => {
            let read = each_element(value, &mut |raw| lost += plan.add(page, raw));
            lost += usize::from(read.is_err());
        }
        "outputs" => plan.read_outputs(value),
        _ => {}
    });
    let mut gaps = Vec::new();
    if read.is_err() || lost > 0 {
        gaps.push(Gap {
            at: Span::start_of(source),
            name: "resources".into(),
            reason: format!("{} resources of the state could not be parsed", lost.max(1)),
            hides_findings: true,
        });
    }
    Reading { facts: plan, gaps }
}

/// Whether what a block of a state holds is followed to where it lands.
fn is_followed(kind: &str, type_name: &str) -> bool {
    kind == "resource" || makes_documents(type_name)
}

/// Whether an output that nobody marks is a secret by its name.
fn is_named_secret(name: &str, value: &str) -> bool {
    let named = says_secret(name).filter(|_| !sheds(name));
    let judged = |text: String| literal_confidence_under(name, &text, named?.confidence);
    text_of(value).and_then(judged).is_some_and(|sure| sure >= Confidence::Medium)
}

impl<'t> Plan<'t> {
    fn read_outputs(&mut self, text: &'t str) {
        let _ = each_member(text, &mut |name, output| {
            let value = member(output, "value").unwrap_or("null");
            if member(output, "sensitive") == Some("true") || is_named_secret(&name, value) {
                self.outputs.push((name.into_owned(), value));
            }
        });
    }

    /// Adds the instances of a resource; gives 1 for one that is lost.
    fn add(&mut self, page: Page<'t>, raw: &'t str) -> usize {
        let text = |wanted: &str| member(raw, wanted).and_then(text_of).unwrap_or_default();
        let (module, type_name, name) = (text("module"), text("type"), text("name"));
        let kind = if text("mode") == "data" { "data" } else { "resource" };
        let at = member(raw, "name").map_or(Span::start_of(page.source), |name| page.span(name));
        let mut lost = 0;
        let read = each_element(member(raw, "instances").unwrap_or("[]"), &mut |instance| {
            let planned = Planned::of_state(&module, kind, &type_name, &name, at, instance);
            match planned.filter(|_| self.resources.len() < MOST_RESOURCES) {
                Some(planned) => self.resources.push(planned),
                None => lost = 1,
            }
        });
        lost.max(usize::from(read.is_err()))
    }
}

impl<'t> Planned<'t> {
    fn of_state(
        module: &str,
        kind: &'static str,
        type_name: &str,
        name: &str,
        at: Span,
        instance: &'t str,
    ) -> Option<Self> {
        let key = member(instance, "index_key").filter(|key| *key != "null");
        let mut address = String::new();
        if !module.is_empty() {
            address = format!("{module}.");
        }
        if kind == "data" {
            address.push_str("data.");
        }
        address.push_str(&format!("{type_name}.{name}"));
        if let Some(key) = key {
            address.push_str(&format!("[{key}]"));
        }
        let mut planned = Self::named_by(&address, kind, type_name, name, at)?;
        planned.gated = is_followed(kind, type_name);
        // Terraform before 0.12 kept attributes flat.
        planned.values = member(instance, "attributes").or_else(|| member(instance, "attributes_flat"))?;
        planned.marks = Marks::Paths(member(instance, "sensitive_attributes").unwrap_or("[]"));
        Some(planned)
    }
}
