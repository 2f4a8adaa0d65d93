//! Modules whose source is not here: all that is known is what they are given.

use std::rc::Rc;

use super::super::ast::Block;
use super::super::directory::Placed;
use super::super::evaluate::{Evaluator, Instance, Scope};
use super::super::tables::Tables;
use super::super::value::Value;
use super::{Arrival, Use, given_entries, handed_over, runs};
use crate::finding::Confidence;
use crate::script::is_script;
use crate::source::Span;
use crate::value::{Flat, Piece, SinkKind, Text};

/// Inputs, and members of inputs, by which modules commonly take user data.
const USER_DATA: &[&str] = &[
    "user_data",
    "user_data_base64",
    "userdata",
    "userdata_base64",
    "user_data_raw",
    "custom_data",
    "startup_script",
    "metadata_startup_script",
    "startup-script",
    "additional_userdata",
    "pre_bootstrap_user_data",
    "post_bootstrap_user_data",
    "bootstrap_script",
    "cloud_init",
    "cloudinit",
    "user_data_script",
    "custom_userdata",
    "extra_user_data",
    "additional_user_data",
    "instance_user_data",
    "cloudinit_pre_nodeadm",
    "cloudinit_post_nodeadm",
];

/// Members whose texts are the lines of one script.
const COMMANDS: &[&str] = &["runcmd", "bootcmd", "commands", "inline", "script_lines"];

/// Values nested deeper are not looked into.
const MOST_DEPTH: usize = 24;
/// Texts of one input.
const MOST_TEXTS: usize = 2_000;

/// The inputs of a module that is not here: those that are called as user data are sinks, and a script anywhere in
/// another one is a script.
pub(super) fn given<'w>(
    evaluator: &Evaluator<'w>,
    instance: &Rc<Instance<'w>>,
    call: Placed<'w, Block>,
    visit: &mut dyn FnMut(Arrival),
) {
    let scope = evaluator.block_scope(&Scope::of(instance, call.source), &call.node.body);
    let address = instance.address_of(&format!("module.{}", call.node.label(0).unwrap_or_default()));
    let mut followed: Vec<&str> = Vec::new();
    for attribute in &call.node.body.attributes {
        let name = &*attribute.name.text;
        if matches!(name, "source" | "version" | "providers" | "for_each" | "count" | "depends_on") {
            continue;
        }
        let value = evaluator.eval(&scope, &attribute.value);
        let at = call.span(attribute.value.range);
        let mut inside = Inside { at, texts: Vec::new(), whole: true };
        inside.look(&value, name, USER_DATA.contains(&name), 0);
        if !inside.whole {
            evaluator.gap(at, &address, "the input contains more texts than are read individually", true);
        }
        let mut open = false;
        for (text, usage) in inside.texts {
            open |= usage == Use::Rendered;
            visit(handed_over(&scope, attribute, usage, SinkKind::UserData, &address, text));
        }
        for row in Tables::embedded().sinks("module", "*").iter().filter(|row| row.argument == name) {
            given_entries(evaluator, &scope, attribute, row.sink(), &address, visit);
        }
        let secret = value.traces().iter().any(|trace| trace.origin.confidence > Confidence::Low);
        // What a script prints, and where it runs, only the module tells; user data is read whole.
        if open || secret && !USER_DATA.contains(&name) {
            followed.push(name);
        }
    }
    let source = instance.directory.source_of(call.node);
    if source.is_some_and(|source| !source.starts_with('.')) {
        let mut reason = String::from("its source is not available: run `terraform init` before the scan");
        if !followed.is_empty() {
            reason.push_str(&format!(" to follow what goes into {}", followed.join(", ")));
        }
        evaluator.gap(call.span(call.node.kind.range), address, reason, !followed.is_empty());
    }
}

/// The scripts anywhere in an input.
struct Inside {
    at: Span,
    texts: Vec<(Text, Use)>,
    whole: bool,
}

impl Inside {
    fn look(&mut self, value: &Value, name: &str, boots: bool, depth: usize) {
        if depth > MOST_DEPTH || self.texts.len() >= MOST_TEXTS {
            self.whole = false;
            return;
        }
        match value {
            Value::Null => {}
            Value::Map(members) => {
                for (key, value) in members.iter() {
                    self.look(value, key, boots || USER_DATA.contains(&&**key), depth + 1);
                }
            }
            Value::List(lines) if COMMANDS.contains(&name) => {
                let mut script = Text::default();
                for line in lines.iter().flat_map(|line| line.texts(name, self.at)) {
                    script.append(line);
                    script.append(Text::made("\n", self.at));
                }
                self.texts.push((script, Use::UserData));
            }
            Value::List(items) | Value::Either(items) => {
                items.iter().for_each(|item| self.look(item, name, boots, depth + 1));
            }
            Value::Text(_) | Value::Hole(_) if boots => {
                self.texts.push((value.clone().into_text(name, self.at), Use::UserData));
            }
            Value::Text(text) if runs(text) || reads_as_script(text) => {
                self.texts.push((text.clone(), Use::Rendered));
            }
            Value::Text(_) | Value::Hole(_) => {}
        }
    }
}

/// Whether a text without a first line that says so is a script: it writes somewhere as shells do.
fn reads_as_script(text: &Text) -> bool {
    const WRITES: [&str; 6] = ["> /", ">/", ">> ", "| tee ", "| sudo tee ", "=$("];
    let writes = |piece: &Piece| matches!(piece, Piece::Known { text, .. } if WRITES.iter().any(|mark| text.contains(mark)));
    text.pieces.iter().any(writes) && is_script(Flat::new(text).text())
}
