//! Where values arrive: the arguments of resources that put a value on a disk, into user data or
//! onto a command line.

mod opaque;
mod provisioner;

use std::rc::Rc;

use super::ast::{Attribute, Block, Body};
use super::definition::{definition_text, entries_of};
use super::directory::Placed;
use super::evaluate::{Evaluator, Instance, Scope, placed_at};
use super::tables::{Content, SinkRow, Tables};
use super::value::Value;
use crate::source::Span;
use crate::value::{Flat, Piece, SinkKind, Text};

/// Module instances looked at for one root; more become a gap.
const MOST_INSTANCES: usize = 2_000;

/// Blocks inside blocks that are looked into where a row says "any".
const MOST_BLOCKS: usize = 10;

/// Maps that were blocks up to Terraform 0.11: `vars { … }`.
const MAPS: [&str; 3] = ["vars", "variables", "metadata"];

/// Of a definition with more secrets than are followed.
const TOO_MANY: &str = "the definition contains more secrets than are followed individually";

/// How a text is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Rendered into user data and run at boot.
    UserData,
    /// Run on a new machine by a provisioner.
    RemoteExec,
    /// Run where Terraform runs.
    LocalExec,
    /// Written to a file where Terraform runs.
    LocalFile,
    /// Written to a file on a new machine by a provisioner.
    RemoteFile,
    /// Copied by a provisioner: the text is the path of the file or folder.
    Copied,
    /// Kept in a definition, a parameter or an object, as it is.
    Kept,
    /// A definition as a whole, whose commands run somewhere.
    Definition,
    /// Rendered, and given out of the tree that was scanned: a script that runs somewhere.
    Rendered,
}

/// A text that arrives somewhere.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// `module.app.aws_instance.web`.
    pub address: String,
    /// What is done with it.
    pub usage: Use,
    /// What the sink is to the text itself.
    pub sink: SinkKind,
    /// The text.
    pub text: Text,
    /// The file it is written to.
    pub path: Option<Text>,
    /// The argument.
    pub at: Span,
    /// The argument's name: `user_data`.
    pub argument: String,
    /// What a provisioner's `environment` sets.
    pub environment: Vec<(String, Text)>,
    /// The program that reads it, where the configuration names one.
    pub interpreter: Option<String>,
    /// Path and text of the files that the same block copied to the machine.
    pub copied: Vec<(Text, Text)>,
}

/// Calls `visit` for a root module and every module that it calls.
pub fn each_instance<'w>(
    evaluator: &Evaluator<'w>,
    root: &Rc<Instance<'w>>,
    visit: &mut dyn FnMut(&Rc<Instance<'w>>),
) {
    let mut open = vec![Rc::clone(root)];
    let mut seen = 0usize;
    while let Some(instance) = open.pop() {
        seen += 1;
        if seen > MOST_INSTANCES {
            let at = instance.directory.files.first().map(|(source, _)| Span::start_of(*source));
            if let Some(at) = at {
                evaluator.gap(at, &instance.address, "the root module calls too many modules", true);
            }
            return;
        }
        visit(&instance);
        let calls = instance.directory.blocks_of("module");
        open.extend(calls.filter_map(|call| evaluator.child(&instance, call)));
    }
}

/// Calls `visit` for every arrival in a root module and all modules that it calls.
pub fn each_arrival<'w>(evaluator: &Evaluator<'w>, root: &Rc<Instance<'w>>, visit: &mut dyn FnMut(Arrival)) {
    each_instance(evaluator, root, &mut |instance| {
        // `source` and `build` are Packer's.
        for kind in ["resource", "data", "source", "build"] {
            for block in instance.directory.blocks_of(kind) {
                Visitor { evaluator, instance, block, kind, visit }.block();
            }
        }
        for call in instance.directory.blocks_of("module") {
            if evaluator.child(instance, call).is_none() {
                opaque::given(evaluator, instance, call, visit);
            }
        }
        // What a root module gives out is for its caller, who is not here.
        if instance.address.is_empty() {
            for output in instance.directory.blocks_of("output") {
                rendered_output(evaluator, instance, output, visit);
            }
        }
    });
}

fn rendered_output<'w>(
    evaluator: &Evaluator<'w>,
    instance: &Rc<Instance<'w>>,
    output: Placed<'w, Block>,
    visit: &mut dyn FnMut(Arrival),
) {
    let scope = Scope::of(instance, output.source);
    let address = format!("output.{}", output.node.label(0).unwrap_or_default());
    if let Some(value) = output.node.body.attribute("value") {
        given_out(evaluator, &scope, value, Use::Rendered, &address, visit);
        let marked = output.node.body.attribute("sensitive").and_then(|a| a.value.as_literal());
        // Terraform keeps an ephemeral output out of what it prints.
        let unmarked = marked.is_none_or(|marked| marked == "false")
            && output.node.body.attribute("ephemeral").is_none();
        if unmarked && instance.directory.is_deployed() {
            given_entries(evaluator, &scope, value, SinkKind::Output, &address, visit);
        }
    }
}

/// How a text begins that runs somewhere.
const STARTS: [&str; 6] = [
    "#!",
    "#cloud-config",
    "#cloud-boothook",
    "## template: jinja",
    "Content-Type: multipart/",
    "MIME-Version:",
];

/// Whether a text says in its first line that it runs somewhere: a script, or user data.
pub fn runs(text: &Text) -> bool {
    STARTS.iter().any(|start| text.starts_with(start))
}

/// The same of a text that is known whole.
pub fn says_it_runs(text: &str) -> bool {
    STARTS.iter().any(|start| text.starts_with(start))
}

fn given_out<'w>(
    evaluator: &Evaluator<'w>,
    scope: &Scope<'w>,
    attribute: &'w Attribute,
    usage: Use,
    address: &str,
    visit: &mut dyn FnMut(Arrival),
) {
    let value_at =
        Span { source: scope.source, start: attribute.value.range.start, end: attribute.value.range.end };
    for text in evaluator.eval(scope, &attribute.value).texts(&attribute.name.text, value_at) {
        if usage != Use::Rendered || runs(&text) {
            visit(handed_over(scope, attribute, usage, SinkKind::UserData, address, text));
        }
    }
}

/// A text, or a part of it, that an argument hands over to somebody who is not here.
fn handed_over(
    scope: &Scope<'_>,
    attribute: &Attribute,
    usage: Use,
    sink: SinkKind,
    address: &str,
    text: Text,
) -> Arrival {
    let at = Span { source: scope.source, start: attribute.name.range.start, end: attribute.value.range.end };
    let value_at = Span { start: attribute.value.range.start, ..at };
    Arrival {
        address: address.to_owned(),
        usage,
        sink,
        text: placed_at(text, value_at),
        path: None,
        at,
        argument: attribute.name.text.to_string(),
        environment: Vec::new(),
        interpreter: None,
        copied: Vec::new(),
    }
}

/// Each value of a definition that is given to a module.
fn given_entries<'w>(
    evaluator: &Evaluator<'w>,
    scope: &Scope<'w>,
    attribute: &'w Attribute,
    sink: SinkKind,
    address: &str,
    visit: &mut dyn FnMut(Arrival),
) {
    let at = Span { source: scope.source, start: attribute.name.range.start, end: attribute.value.range.end };
    let value_at = Span { start: attribute.value.range.start, ..at };
    let (entries, whole) = entries_of(&evaluator.eval(scope, &attribute.value), None, value_at);
    if !whole {
        evaluator.gap(at, address, TOO_MANY, true);
    }
    for entry in entries {
        visit(handed_over(scope, attribute, Use::Kept, sink, address, entry));
    }
}

struct Visitor<'v, 'w> {
    evaluator: &'v Evaluator<'w>,
    instance: &'v Rc<Instance<'w>>,
    block: Placed<'w, Block>,
    kind: &'v str,
    visit: &'v mut dyn FnMut(Arrival),
}

impl<'w> Visitor<'_, 'w> {
    fn block(&mut self) {
        let type_name = self.block.node.label(0).unwrap_or_default();
        let mut sinks = Tables::embedded().sinks(self.kind, type_name);
        if sinks.is_empty() {
            // A provider that no table knows: what is called user data is user data.
            sinks = Tables::embedded().sinks(self.kind, "*");
        }
        let provisioners: Vec<&'w Block> = self.block.node.body.blocks_of("provisioner").collect();
        if sinks.is_empty() && provisioners.is_empty() {
            return;
        }
        let scope = self.evaluator.resource_scope(self.instance, self.block);
        self.evaluator.tell_object(&scope, self.kind, self.block.node);
        for sink in sinks {
            let steps: Vec<&'w str> = sink.argument.split('.').collect();
            self.sink(&scope, sink, &self.block.node.body, &steps);
        }
        for provisioner in provisioners {
            self.provisioner(&scope, provisioner);
        }
    }

    fn address(&self) -> String {
        let name = self.block.node.label(1).unwrap_or_default();
        let type_name = self.block.node.label(0).unwrap_or_default();
        self.instance.address_of(&match self.kind {
            "data" => format!("data.{type_name}.{name}"),
            "build" => ["build", type_name].join(".").trim_end_matches('.').to_owned(),
            _ => format!("{type_name}.{name}"),
        })
    }

    fn sink(&mut self, scope: &Scope<'w>, row: &SinkRow, body: &'w Body, steps: &[&'w str]) {
        match steps {
            [argument] => {
                if let Some(attribute) = body.attribute(argument) {
                    self.sink_argument(scope, row, body, attribute);
                } else if MAPS.contains(argument)
                    && let Some(block) = body.blocks_of(argument).next()
                    && let Some(value) = body.argument_or_block(argument)
                {
                    self.sink_argument(scope, row, body, &Attribute { name: block.kind.clone(), value });
                }
            }
            ["**", rest @ ..] => self.anywhere(scope, row, body, rest, 0),
            [block, rest @ ..] => {
                for inner in body.blocks_of(block) {
                    self.sink(scope, row, &inner.body, rest);
                }
                for dynamic in body.blocks_of("dynamic").filter(|dynamic| dynamic.label(0) == Some(*block)) {
                    self.dynamic(scope, row, dynamic, rest);
                }
            }
            [] => {}
        }
    }

    /// The sink in any block below.
    fn anywhere(&mut self, scope: &Scope<'w>, row: &SinkRow, body: &'w Body, rest: &[&'w str], depth: usize) {
        self.sink(scope, row, body, rest);
        // Kubernetes' own objects nest six deep.
        if depth >= MOST_BLOCKS && !body.blocks.is_empty() {
            let at = self.block.span(self.block.node.kind.range);
            self.evaluator.gap(at, self.address(), "its blocks are nested too deeply to follow", true);
        }
        if depth < MOST_BLOCKS {
            for block in &body.blocks {
                let inner = if &*block.kind.text == "dynamic" { self.element_of(scope, block) } else { None };
                self.anywhere(inner.as_ref().unwrap_or(scope), row, &block.body, rest, depth + 1);
            }
        }
    }

    fn dynamic(&mut self, scope: &Scope<'w>, row: &SinkRow, dynamic: &'w Block, rest: &[&'w str]) {
        let Some(inner) = self.element_of(scope, dynamic) else { return };
        for content in dynamic.body.blocks_of("content") {
            self.sink(&inner, row, &content.body, rest);
        }
    }

    /// The scope inside a `dynamic` block: any element of what it runs over.
    fn element_of(&self, scope: &Scope<'w>, dynamic: &'w Block) -> Option<Scope<'w>> {
        let name = dynamic.body.attribute("iterator").and_then(|a| a.value.as_variable());
        let name = name.or(dynamic.label(0)).unwrap_or_default();
        let collection = dynamic.body.attribute("for_each")?;
        let at = self.block.span(collection.value.range);
        let elements = self.evaluator.eval(scope, &collection.value);
        let (key, value) = self.evaluator.any_element(&elements, at);
        Some(scope.with(name, Value::map(vec![("key".into(), key), ("value".into(), value)])))
    }

    fn sink_argument(&mut self, scope: &Scope<'w>, row: &SinkRow, body: &'w Body, attribute: &Attribute) {
        let at = self.block.span(attribute.value.range);
        let path = row.path.as_deref();
        let path = path.and_then(|path| body.attribute(path).or(self.block.node.body.attribute(path)));
        let path = path.map(|path| self.text(scope, path));
        if !self.meets(scope, row, body) {
            return;
        }
        let value = self.evaluator.eval(scope, &attribute.value);
        let usage = match row.content {
            Content::Script => Use::UserData,
            Content::Environment => return self.kept(scope, row, body, attribute, &value),
            Content::Text => Use::Kept,
            Content::Commands => return self.commands(&value, row, attribute),
            // A data source writes nothing here: it describes a file of a machine.
            Content::File if self.kind == "data" && row.sink() == SinkKind::File => Use::RemoteFile,
            Content::File => Use::LocalFile,
        };
        // Members of a map (`metadata = { startup-script = ... }`) are texts of their own.
        let texts = match &value {
            Value::Map(members) => members.iter().flat_map(|(name, value)| value.texts(name, at)).collect(),
            other => other.texts(&attribute.name.text, at),
        };
        // What the block's provisioners copy is there for its user data, which often waits for it.
        let copied = if usage == Use::UserData { self.all_copied(scope) } else { Vec::new() };
        for text in texts {
            // A value that is passed as it is has its place here, not where it was declared.
            let text = self.typed_part(scope, body, placed_at(text, at));
            let (path, copied) = (path.clone(), copied.clone());
            let arrival = Arrival { path, copied, ..self.arrival(usage, row.sink(), text, attribute) };
            (self.visit)(arrival);
        }
    }

    /// Commands in a list are one script; in a document they stand under names.
    fn commands(&mut self, value: &Value, row: &SinkRow, attribute: &Attribute) {
        let at = self.block.span(attribute.value.range);
        let arrival = if let Value::List(lines) = value {
            let mut script = Text::made("#!/bin/sh\n", at);
            for line in lines.iter().flat_map(|line| line.texts(&attribute.name.text, at)) {
                script.append(line);
                script.append(Text::made("\n", at));
            }
            // What they print is the resource's result, and in no log.
            self.arrival(Use::Rendered, SinkKind::ProcessArguments, script, attribute)
        } else {
            let whole = placed_at(definition_text(value, at), at);
            self.arrival(Use::Definition, row.sink(), whole, attribute)
        };
        (self.visit)(arrival);
    }

    /// A part of `cloudinit_config` whose type says what its text does not.
    fn typed_part(&self, scope: &Scope<'w>, body: &'w Body, text: Text) -> Text {
        let Some(declared) = body.attribute("content_type") else { return text };
        let declared = self.evaluator.eval(scope, &declared.value).known().unwrap_or_default();
        let header = match declared.trim() {
            "text/cloud-config" => "#cloud-config",
            "text/cloud-config-archive" => "#cloud-config-archive",
            "text/cloud-boothook" => "#cloud-boothook",
            "text/jinja2" => "## template: jinja",
            _ => return text,
        };
        if text.starts_with("#") {
            return text;
        }
        let at = text.pieces.first().map(|piece| match piece {
            Piece::Known { at, .. } => Span { end: at.start, ..*at },
            Piece::Hole(hole) => hole.at,
        });
        let Some(at) = at else { return text };
        let mut typed = Text::made(format!("{header}\n"), at);
        typed.append(text);
        typed
    }

    /// Each value of a definition arrives by itself.
    fn kept(
        &mut self,
        scope: &Scope<'w>,
        row: &SinkRow,
        body: &'w Body,
        attribute: &Attribute,
        value: &Value,
    ) {
        if holds_kind(value, &row.unless_kind) {
            return;
        }
        let at = self.block.span(attribute.value.range);
        let name = row.name.as_deref().and_then(|name| self.beside(scope, body, name)).flatten();
        let (entries, whole) = entries_of(value, name.as_deref(), at);
        if !whole {
            self.evaluator.gap(at, self.address(), TOO_MANY, true);
        }
        for entry in entries {
            let arrival = self.arrival(Use::Kept, row.sink(), placed_at(entry, at), attribute);
            (self.visit)(arrival);
        }
        if matches!(row.sink(), SinkKind::Environment | SinkKind::Definition) {
            let whole = definition_text(value, at);
            let arrival = self.arrival(Use::Definition, row.sink(), placed_at(whole, at), attribute);
            (self.visit)(arrival);
        }
    }

    /// Whether the arguments beside a sink are as its row wants them.
    fn meets(&self, scope: &Scope<'w>, row: &SinkRow, body: &'w Body) -> bool {
        row.when.iter().all(|(name, wanted)| {
            let value = self.beside(scope, body, name).unwrap_or_else(|| Some(String::new()));
            value.is_some_and(|value| wanted.iter().any(|word| word.eq_ignore_ascii_case(&value)))
        })
    }

    /// An argument beside a sink: `None` where it is not set, `Some(None)` where it is not known.
    fn beside(&self, scope: &Scope<'w>, body: &'w Body, name: &str) -> Option<Option<String>> {
        let attribute = body.attribute(name)?;
        match self.evaluator.eval(scope, &attribute.value) {
            Value::Null => None,
            value => Some(value.known()),
        }
    }

    fn arrival(&self, usage: Use, sink: SinkKind, text: Text, attribute: &Attribute) -> Arrival {
        Arrival {
            address: self.address(),
            usage,
            sink,
            text,
            path: None,
            at: Span { end: attribute.value.range.end, ..self.block.span(attribute.name.range) },
            argument: attribute.name.text.to_string(),
            environment: Vec::new(),
            interpreter: None,
            copied: Vec::new(),
        }
    }

    fn text(&self, scope: &Scope<'w>, attribute: &Attribute) -> Text {
        let at = self.block.span(attribute.value.range);
        placed_at(self.evaluator.eval(scope, &attribute.value).into_text("…", at), at)
    }
}

/// Whether a Kubernetes object, or the YAML of one, is of one of these kinds.
fn holds_kind(value: &Value, kinds: &[String]) -> bool {
    match value {
        Value::Map(members) => members
            .iter()
            .find(|(name, _)| &**name == "kind")
            .and_then(|(_, kind)| kind.known())
            .is_some_and(|kind| kinds.contains(&kind)),
        Value::Text(text) if !kinds.is_empty() => Flat::new(text).text().lines().any(|line| {
            let line = line.trim().trim_start_matches('{').trim_end_matches(',').replace('"', "");
            line.strip_prefix("kind:").is_some_and(|kind| kinds.iter().any(|known| known == kind.trim()))
        }),
        Value::Either(arms) => arms.iter().any(|arm| holds_kind(arm, kinds)),
        _ => false,
    }
}
