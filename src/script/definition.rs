//! Commands that a definition carries: the shell of a container, the steps of an SSM document or an image's component.
//!
//! JSON and YAML alike; a container's command finds the environment that stands beside it.

use std::rc::Rc;

use super::Context;
use super::cloud_init::yaml::{self, Data, Node};
use super::names::{Says, says};
use crate::finding::Confidence;
use crate::reading::Reading;
use crate::source::Span;
use crate::value::{Flat, Hole, Landing, Origin, OriginKind, Piece, Text, Traces};

/// Members that hold the lines of one script.
const LINES: &[&str] = &["runCommand", "commands", "RunCommand", "commandToExecute", "script"];
/// Members that hold a program with its arguments.
const PROGRAMS: &[&str] = &["entryPoint", "entrypoint", "command", "args"];
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh"];
/// Scripts of one definition that are read.
const MOST_SCRIPTS: usize = 200;
/// Nodes that are looked at.
const MOST_NODES: usize = 100_000;

/// Follows the secrets of all scripts in a definition.
pub fn trace(flat: &Flat, compose: bool, context: &Context<'_>) -> Reading<Vec<Landing>> {
    let mut found = Found { flat, compose, context, reading: Reading::default(), scripts: 0, nodes: 0 };
    for root in yaml::read(flat, false, context.fallback).roots {
        found.node(&root);
    }
    found.reading
}

/// Whether a text names any member that can hold commands.
pub fn may_hold_commands(text: &str) -> bool {
    LINES.iter().chain(PROGRAMS).any(|name| text.contains(name))
}

struct Found<'f, 'c> {
    flat: &'f Flat,
    /// `$$X` is the container's `$X`.
    compose: bool,
    context: &'f Context<'c>,
    reading: Reading<Vec<Landing>>,
    scripts: usize,
    nodes: usize,
}

impl Found<'_, '_> {
    fn node(&mut self, root: &Rc<Node>) {
        let mut open = vec![Rc::clone(root)];
        while let Some(node) = open.pop() {
            self.nodes += 1;
            if self.nodes > MOST_NODES || self.scripts > MOST_SCRIPTS {
                let reason = "the definition contains more commands than are read";
                let at = self.flat.place(node.at.start, node.at.end).unwrap_or(self.context.fallback);
                let name = self.context.file_name.to_owned();
                self.reading.gaps.push(crate::reading::Gap {
                    at,
                    name,
                    reason: reason.into(),
                    hides_findings: true,
                });
                return;
            }
            match &node.data {
                Data::Scalar(_) => {}
                Data::List(items) => open.extend(items.iter().map(Rc::clone)),
                Data::Map(entries) => {
                    self.map(&node);
                    open.extend(entries.iter().map(|entry| Rc::clone(&entry.value)));
                }
            }
        }
    }

    fn map(&mut self, node: &Node) {
        for lines in LINES.iter().filter_map(|name| node.get(name)) {
            let script = self.lines(lines);
            self.run(script, Vec::new());
        }
        let mut words: Vec<Text> = Vec::new();
        for program in PROGRAMS.iter().filter_map(|name| node.get(name)) {
            match &program.data {
                Data::Scalar(text) => words.extend(self.split(text)),
                Data::List(items) => {
                    words.extend(items.iter().filter_map(|item| item.text()).map(|text| self.meant(text)))
                }
                Data::Map(_) => {}
            }
        }
        if let Some(script) = script_of(&words) {
            let environment = self.environment(node);
            self.run(script, environment);
        }
    }

    fn lines(&self, node: &Node) -> Text {
        let mut script = Text::default();
        let texts = node.text().into_iter().chain(node.items().iter().filter_map(|item| item.text()));
        for text in texts {
            script.append(text.opened().unwrap_or_else(|| text.clone()));
            script.append(Text::made("\n", self.context.fallback));
        }
        script
    }

    /// A command in one line is words for `sh`: only what stands after `-c` is looked at.
    fn split(&self, text: &Text) -> Vec<Text> {
        let flat = Flat::new(text);
        let Some(at) = [" -c ", " -ec ", " -lc ", " -xc ", " -cx "]
            .iter()
            .find_map(|option| Some(flat.text().find(option)? + option.len()))
        else {
            return Vec::new();
        };
        let name = flat.text().split_whitespace().next().unwrap_or_default();
        let rest = flat.text().get(at..).unwrap_or_default();
        let script = rest.trim();
        let quoted = script.len() > 1 && script.starts_with(['"', '\'']) && script.ends_with(['"', '\'']);
        let start = at + rest.len() - rest.trim_start().len() + usize::from(quoted);
        let end = at + rest.trim_end().len() - usize::from(quoted);
        let place = self.context.fallback;
        vec![Text::made(name, place), Text::made("-c", place), self.meant(&flat.slice(start, end))]
    }

    fn meant(&self, text: &Text) -> Text {
        if !self.compose {
            return text.clone();
        }
        let pieces = text.pieces.iter().map(|piece| match piece {
            Piece::Known { text, at, .. } if text.contains("$$") => {
                Piece::Known { text: text.replace("$$", "$").into(), at: *at, exact: false }
            }
            other => other.clone(),
        });
        Text::of(pieces.collect())
    }

    /// What a container finds in its environment: values, and what the platform puts there from a store.
    fn environment(&self, node: &Node) -> Vec<(String, Text)> {
        let mut all = Vec::new();
        for list in ["environment", "env", "secrets"].iter().filter_map(|name| node.get(name)) {
            for item in list.items() {
                let Some(name) = item.get("name").and_then(|name| name.word()) else { continue };
                let value = item.get("value").and_then(|value| value.text()).cloned();
                let address = ["valueFrom", "value_from"].iter().any(|key| item.get(key).is_some());
                let value = value.or_else(|| address.then(|| self.fetched(&name, item)).flatten());
                all.extend(value.map(|value| (name, value)));
            }
            for entry in list.entries() {
                all.extend(entry.value.text().map(|text| (entry.key.clone(), text.clone())));
            }
        }
        all
    }

    fn fetched(&self, name: &str, item: &Node) -> Option<Text> {
        if says(name) == Says::Plain {
            return None;
        }
        let at: Span = self.flat.place(item.at.start, item.at.end).unwrap_or(self.context.fallback);
        let origin = Origin {
            kind: OriginKind::Command,
            name: format!("the secret that the platform puts into {name}"),
            key: name.to_owned(),
            at,
            confidence: if says(name) == Says::Secret { Confidence::High } else { Confidence::Medium },
            literal: None,
        };
        let hole = Hole::new(name, at, Traces::from_origin(origin));
        Some(Text::of(vec![Piece::Hole(hole)]))
    }

    fn run(&mut self, script: Text, environment: Vec<(String, Text)>) {
        if script.is_empty() {
            return;
        }
        self.scripts += 1;
        let context = Context {
            role: self.context.role,
            environment,
            arguments: Vec::new(),
            files: Vec::new(),
            file_name: self.context.file_name,
            guess_environment: self.context.guess_environment,
            fallback: self.context.fallback,
        };
        let reading = super::trace(&Flat::new(&script), &context);
        self.reading.facts.extend(reading.facts);
        self.reading.gaps.extend(reading.gaps);
    }
}

/// What stands after `sh -c`.
fn script_of(words: &[Text]) -> Option<Text> {
    let shell = |text: &Text| {
        text.known().is_some_and(|name| SHELLS.contains(&name.rsplit('/').next().unwrap_or_default()))
    };
    let option = |text: &Text| {
        text.known()
            .is_some_and(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('c'))
    };
    let at = words.iter().position(shell)?;
    let rest = words.get(at + 1..)?;
    let script = rest.iter().position(option)?;
    rest.get(script + 1).cloned()
}
