//! Where the values of a plan arrive: the arguments that the table of sinks names, scripts in any argument, and
//! what provisioners will be given.

use std::collections::HashMap;

use super::correlate::Correlator;
use super::encoded::{decoded, is_sha1};
use super::json::{Json, NOTHING};
use super::origins::{BlockReferences, Referred, with_way};
use super::places::Places;
use super::resource::{Marks, Planned};
use super::secrets::each_leaf;
use crate::finding::Confidence;
use crate::reading::Gap;
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::terraform::arrivals::{Arrival, Use, says_it_runs};
use crate::terraform::evaluate::{literal_confidence_under, literal_origin, sheds};
use crate::terraform::tables::{Content, SinkRow, Tables};
use crate::value::{SinkKind, Text, Traces};

/// What arrivals are made with.
pub struct Means<'p> {
    /// Finds values.
    pub correlator: &'p Correlator<'p>,
    /// Where blocks stand.
    pub places: &'p Places<'p>,
    /// What arguments refer to, by address without keys.
    pub references: &'p HashMap<String, BlockReferences>,
}

/// The arrivals of one resource.
pub struct Arrivals<'p> {
    means: &'p Means<'p>,
    planned: &'p Planned<'p>,
    references: Option<&'p BlockReferences>,
    /// What arrives.
    pub found: Vec<Arrival>,
    /// What can't be told.
    pub gaps: Vec<Gap>,
}

impl<'p> Arrivals<'p> {
    /// Everything that arrives through one resource that will be created or changed.
    pub fn of(means: &'p Means<'p>, planned: &'p Planned<'p>) -> Self {
        let references = means.references.get(&planned.base);
        let mut all = Self { means, planned, references, found: Vec::new(), gaps: Vec::new() };
        if !planned.gated {
            return all;
        }
        let sinks = Tables::embedded().sinks(planned.kind, &planned.type_name);
        let (Some(values), Some(unknown)) = (Json::read(planned.values), Json::read(planned.unknown)) else {
            all.gap("", "it has too many values, or they are nested too deeply");
            return all;
        };
        for row in sinks {
            let steps: Vec<&str> = row.argument.split('.').collect();
            all.row(row, &values, &unknown, &steps);
        }
        all.scripts(&values, sinks);
        if planned.creates {
            all.provisioners();
        }
        all
    }

    fn gap(&mut self, argument: &str, reason: &str) {
        let name = match argument {
            "" => self.planned.address.clone(),
            argument => format!("{}.{argument}", self.planned.address),
        };
        let at = self.place(argument);
        self.gaps.push(Gap { at, name, reason: reason.into(), hides_findings: true });
    }

    /// The argument in the sources, or the resource in the document.
    fn place(&self, argument: &str) -> Span {
        self.means.places.argument(self.planned, argument).unwrap_or(self.planned.at)
    }

    fn referred(&self, argument: &str) -> Referred {
        self.references.map(|block| block.at(argument)).unwrap_or_default()
    }

    /// Goes down to the argument of a sink, through lists of nested blocks.
    fn row(&mut self, row: &SinkRow, values: &Json<'_>, unknown: &Json<'_>, steps: &[&str]) {
        let [step, rest @ ..] = steps else { return };
        if let Json::List(items) = values {
            for (position, item) in items.iter().enumerate() {
                let unknown = unknown.items().get(position).unwrap_or(&NOTHING);
                self.row(row, item, unknown, steps);
            }
            return;
        }
        let inner = unknown.get(step).unwrap_or(&NOTHING);
        let value = values.get(step).unwrap_or(&NOTHING);
        if !rest.is_empty() && !matches!(inner, Json::Flag(true)) {
            return self.row(row, value, inner, rest);
        }
        if !meets(row, values) || holds_kind(value, &row.unless_kind) {
            return;
        }
        match value {
            Json::Null if inner.is_marked() => self.by_reference(row, "it is not known before apply"),
            Json::Null | Json::Flag(_) => {}
            Json::Text(text) if row.content == Content::Script && is_sha1(text) => {
                self.by_reference(row, "the plan holds only its SHA-1 (AWS provider before version 6)");
            }
            value => {
                self.known(row, values, value);
                if inner.is_marked() {
                    self.by_reference(row, "a part of it is not known before apply");
                }
            }
        }
    }

    /// A sink whose text is not known: what it refers to lands in it.
    fn by_reference(&mut self, row: &SinkRow, why: &str) {
        let referred = self.referred(&row.argument);
        let at = self.place(&row.argument);
        if referred.traces.is_empty() {
            if referred.local && self.is_marked(&row.argument) && !self.means.places.is_known() {
                let reason = format!(
                    "{why}, and it contains a sensitive value through a local value: scan the sources together with the plan"
                );
                self.gap(&row.argument, &reason);
            }
            return;
        }
        let text = Text::hole(row.argument.as_str(), at, referred.traces);
        let arrival = self.arrival(row, text, at, None);
        self.found.push(arrival);
    }

    /// Whether the plan marks the argument as sensitive.
    fn is_marked(&self, argument: &str) -> bool {
        let Marks::Shape(raw) = self.planned.marks else { return false };
        let Some(marks) = Json::read(raw) else { return false };
        let step = argument.split('.').next().unwrap_or_default();
        marks.get(step).is_some_and(Json::is_marked)
    }

    fn known(&mut self, row: &SinkRow, parent: &Json<'_>, value: &Json<'_>) {
        let at = self.place(&row.argument);
        let referred = self.referred(&row.argument);
        let way = |traces: &Traces| with_way(traces, &referred.traces);
        let path = row.path.as_deref().and_then(|path| parent.get(path)).and_then(Json::text);
        let path = path.map(|path| self.means.correlator.text(path, at, &way));
        if row.content == Content::Environment {
            let mut pairs = Vec::new();
            let beside = row.name.as_deref().and_then(|name| values_text(parent, name)).unwrap_or_default();
            environment(value, 0, &mut |name, value| {
                let name = if name.is_empty() { beside } else { name };
                pairs.push((name.to_owned(), value.to_owned()));
            });
            for (name, value) in pairs {
                let text = self.named_text(&name, &value, at, &way);
                let arrival = self.arrival(row, text, at, None);
                self.found.push(arrival);
            }
            return;
        }
        let mut texts = Vec::new();
        each_leaf(value, &mut |name, text| texts.push((name, text)));
        for (name, text) in texts {
            let inner = decoded(text);
            let text = inner.as_deref().unwrap_or(text);
            // A member of `metadata` can be a password as well as a script.
            let text = match name.filter(|_| !text.contains('\n')) {
                Some(name) => self.named_text(name, text, at, &way),
                None => self.means.correlator.text(text, at, &way),
            };
            let arrival = self.arrival(row, text, at, path.clone());
            self.found.push(arrival);
        }
    }

    /// A text under a name that can say that it is a secret.
    fn named_text(&self, name: &str, text: &str, at: Span, way: &dyn Fn(&Traces) -> Traces) -> Text {
        let found = self.means.correlator.text(text, at, way);
        let named = says_secret(name).filter(|_| !sheds(name) && found.traces().is_empty());
        let judged = named.and_then(|verdict| literal_confidence_under(name, text, verdict.confidence));
        match judged.filter(|sure| *sure >= Confidence::Medium) {
            Some(sure) => Text::hole(name, at, Traces::from_origin(literal_origin(name, text, at, sure))),
            None => found,
        }
    }

    fn arrival(&self, row: &SinkRow, text: Text, at: Span, path: Option<Text>) -> Arrival {
        let usage = match row.content {
            Content::Script => Use::UserData,
            Content::File => Use::LocalFile,
            Content::Environment | Content::Text | Content::Commands => Use::Kept,
        };
        Arrival {
            address: self.planned.address.clone(),
            usage,
            sink: row.sink(),
            text,
            path,
            at,
            argument: row.argument.clone(),
            environment: Vec::new(),
            interpreter: None,
            copied: Vec::new(),
        }
    }

    /// Scripts in arguments that the table does not name: they run somewhere.
    fn scripts(&mut self, values: &Json<'_>, sinks: &[SinkRow]) {
        for (argument, value) in values.members() {
            let listed = sinks.iter().any(|row| row.argument.split('.').next() == Some(argument));
            // What was computed from the input says nothing new.
            if listed || argument == "output" {
                continue;
            }
            let mut scripts = Vec::new();
            each_leaf(value, &mut |_, text| {
                let inner = decoded(text);
                let text = inner.as_deref().unwrap_or(text);
                if says_it_runs(text.trim_start()) {
                    scripts.push(text.to_owned());
                }
            });
            let at = self.place(argument);
            let referred = self.referred(argument);
            for script in scripts {
                let way = |traces: &Traces| with_way(traces, &referred.traces);
                let text = self.means.correlator.text(&script, at, &way);
                self.found.push(Arrival {
                    address: self.planned.address.clone(),
                    usage: Use::Rendered,
                    sink: SinkKind::UserData,
                    text,
                    path: None,
                    at,
                    argument: argument.to_string(),
                    environment: Vec::new(),
                    interpreter: None,
                    copied: Vec::new(),
                });
            }
        }
    }

    /// A plan does not hold what provisioners run, only what they refer to. The sources tell more.
    fn provisioners(&mut self) {
        let Some(references) = self.references else { return };
        if self.means.places.argument(self.planned, "").is_some() {
            return;
        }
        for provisioner in &references.provisioners {
            let (argument, usage, sink, path) = match provisioner.kind.as_str() {
                "file" => ("content", Use::RemoteFile, SinkKind::File, provisioner.destination.clone()),
                // The shell's command line is the whole text.
                "local-exec" => ("command", Use::LocalFile, SinkKind::ProcessArguments, None),
                "remote-exec" => {
                    if !provisioner.at("inline").traces.is_empty() {
                        self.gap("provisioner remote-exec", UNSEEN);
                    }
                    continue;
                }
                _ => continue,
            };
            let traces = provisioner.at(argument).traces;
            if traces.is_empty() {
                continue;
            }
            if provisioner.kind == "local-exec" {
                self.gap("provisioner local-exec", UNSEEN);
            }
            let at = self.planned.at;
            self.found.push(Arrival {
                address: self.planned.address.clone(),
                usage,
                sink,
                text: Text::hole(argument, at, traces),
                path: path.map(|path| Text::made(path, at)),
                at,
                argument: format!("{argument} of provisioner {}", provisioner.kind),
                environment: Vec::new(),
                interpreter: None,
                copied: Vec::new(),
            });
        }
    }
}

fn values_text<'j>(parent: &'j Json<'_>, name: &str) -> Option<&'j str> {
    parent.get(name).and_then(Json::text)
}

/// Whether the arguments beside a sink are as its row wants them; `""` is one that is not set.
fn meets(row: &SinkRow, parent: &Json<'_>) -> bool {
    row.when.iter().all(|(name, wanted)| {
        let value = match parent.get(name) {
            None | Some(Json::Null) => "",
            Some(Json::Text(text)) => text,
            Some(Json::Flag(true)) => "true",
            Some(Json::Flag(false)) => "false",
            Some(_) => return false,
        };
        wanted.iter().any(|word| word.eq_ignore_ascii_case(value))
    })
}

/// Whether a Kubernetes object, or the YAML of one, is of one of these kinds.
fn holds_kind(value: &Json<'_>, kinds: &[String]) -> bool {
    let is_one = |kind: &str| kinds.iter().any(|known| known == kind.trim().trim_matches('"'));
    match value {
        Json::Map(_) => values_text(value, "kind").is_some_and(is_one),
        Json::Text(text) => text.lines().any(|line| line.trim().strip_prefix("kind:").is_some_and(is_one)),
        _ => false,
    }
}

/// What a command of a provisioner does with a secret stands in the sources only.
const UNSEEN: &str = "it receives a secret, and a plan does not contain what provisioners run: scan the sources together with the plan";
/// Documents in documents.
const MOST_NESTING: usize = 8;

/// Names and values of an environment in any of its shapes: a map, a list of `{name, value}`, either of them as
/// JSON in a text.
fn environment(value: &Json<'_>, depth: usize, visit: &mut dyn FnMut(&str, &str)) {
    if depth > MOST_NESTING {
        return;
    }
    match value {
        Json::Text(text) => {
            let inner =
                Some(text.trim_start()).filter(|text| text.starts_with(['[', '{'])).and_then(Json::read);
            match inner {
                Some(inner) => environment(&inner, depth + 1, visit),
                None => visit("", text),
            }
        }
        Json::List(items) => items.iter().for_each(|item| environment(item, depth, visit)),
        Json::Map(members) => {
            let text = |wanted: &str| value.get(wanted).and_then(Json::text);
            let name = text("name").or_else(|| text("key"));
            if let (Some(name), Some(value)) = (name, text("value")) {
                return visit(name, value);
            }
            // The address of a secret belongs here: the name says nothing of it.
            if let (Some(_), Some(value)) = (name, text("valueFrom")) {
                return visit("", value);
            }
            for (name, inner) in members {
                match inner {
                    Json::Text(text) if !text.trim_start().starts_with(['[', '{']) => visit(name, text),
                    inner => environment(inner, depth, visit),
                }
            }
        }
        Json::Null | Json::Flag(_) => {}
    }
}
