//! Provisioners, those of Packer too: what runs or is copied while a machine is made.

use super::super::ast::{Attribute, Block, Body};
use super::super::evaluate::Scope;
use super::super::value::Value;
use super::{Arrival, Use, Visitor};
use crate::source::open::normalise;
use crate::source::{SourceId, Span};
use crate::value::{Flat, SinkKind, Text};

/// Scripts that one command names.
const MOST_SCRIPTS: usize = 8;

impl<'w> Visitor<'_, 'w> {
    pub(super) fn provisioner(&mut self, scope: &Scope<'w>, provisioner: &'w Block) {
        let body = &provisioner.body;
        match provisioner.label(0) {
            Some("local-exec") => {
                let Some(command) = body.attribute("command") else { return };
                let environment =
                    body.argument_or_block("environment").map(|set| self.evaluator.eval(scope, &set));
                let interpreter = body.attribute("interpreter").map(|program| self.text_list(scope, program));
                let text = self.text(scope, command);
                let folder =
                    body.attribute("working_dir").and_then(|folder| self.text(scope, folder).known());
                let arrival = Arrival {
                    environment: self.environment(environment, command),
                    interpreter,
                    copied: self.own_scripts(&text, folder.as_deref()),
                    ..self.arrival(Use::LocalExec, SinkKind::ProcessArguments, text, command)
                };
                (self.visit)(arrival);
            }
            Some("remote-exec") => self.remote_exec(scope, body, Vec::new()),
            // Packer's names.
            Some("shell" | "windows-shell") => {
                let environment = self.packer_environment(scope, body);
                self.remote_exec(scope, body, environment);
            }
            Some(name @ ("ansible" | "ansible-local")) => self.ansible(scope, body, name),
            Some("file") => {
                let destination = body.attribute("destination").map(|path| self.text(scope, path));
                for (text, attribute) in self.copied(scope, body) {
                    let arrival = self.arrival(Use::RemoteFile, SinkKind::File, text, attribute);
                    (self.visit)(Arrival { path: destination.clone(), ..arrival });
                }
                let Some(source) = body.attribute("source") else { return };
                for path in self.evaluator.alternatives(scope, &source.value) {
                    let arrival = self.arrival(Use::Copied, SinkKind::File, path, source);
                    (self.visit)(Arrival { path: destination.clone(), ..arrival });
                }
            }
            _ => {}
        }
    }

    /// Packer's `extra_arguments = ["-e", "token=..."]`: what `ansible-playbook` is called with.
    fn ansible(&mut self, scope: &Scope<'w>, body: &'w Body, name: &str) {
        let Some(extra) = body.attribute("extra_arguments") else { return };
        let at = self.block.span(extra.value.range);
        let mut command = Text::made("ansible-playbook", at);
        for word in self.evaluator.eval(scope, &extra.value).texts("…", at) {
            // A word is one word, and what holds quotes is left as people wrote it.
            let quote = if Flat::new(&word).text().contains('\'') { "" } else { "'" };
            command.append(Text::made(format!(" {quote}"), at));
            command.append(word);
            command.append(Text::made(quote, at));
        }
        let usage = if name == "ansible" { Use::LocalExec } else { Use::RemoteExec };
        let arrival = self.arrival(usage, SinkKind::ProcessArguments, command, extra);
        (self.visit)(arrival);
    }

    /// What a `file` provisioner copies: a text, or a script, which runs there.
    fn copied(&self, scope: &Scope<'w>, body: &'w Body) -> Vec<(Text, &'w Attribute)> {
        if let Some(content) = body.attribute("content") {
            return vec![(self.text(scope, content), content)];
        }
        let Some(source) = body.attribute("source") else { return Vec::new() };
        self.handed_over(scope, source).into_iter().map(|text| (text, source)).collect()
    }

    /// The scripts of this repository that a command names: `./deploy.sh X`.
    fn own_scripts(&self, command: &Text, folder: Option<&str>) -> Vec<(Text, Text)> {
        let flat = Flat::new(command);
        let words = flat.text().split(|letter: char| letter.is_whitespace() || "\"';|&()".contains(letter));
        let scripts: Vec<&str> =
            words.filter(|word| word.ends_with(".sh") || word.ends_with(".bash")).collect();
        let at = self.block.span(self.block.node.kind.range);
        if scripts.len() > MOST_SCRIPTS {
            self.evaluator.gap(at, "", "the command runs more scripts than are followed", true);
        }
        let opened = scripts.into_iter().take(MOST_SCRIPTS).filter_map(|word| {
            let path = folder.map_or_else(|| word.to_owned(), |folder| format!("{folder}/{word}"));
            Some((Text::made(word, at), self.open(&path)?))
        });
        opened.collect()
    }

    /// Path and text of all files that this block copies.
    pub(super) fn all_copied(&self, scope: &Scope<'w>) -> Vec<(Text, Text)> {
        let all = self.block.node.body.blocks_of("provisioner").filter(|one| one.label(0) == Some("file"));
        let mut pairs = Vec::new();
        for file in all {
            // Terraform refuses one without a destination.
            let Some(destination) = file.body.attribute("destination") else { continue };
            let destination = self.text(scope, destination);
            let texts = self.copied(scope, &file.body).into_iter();
            pairs.extend(texts.map(|(text, _)| (destination.clone(), text)));
        }
        pairs
    }

    fn text_list(&self, scope: &Scope<'w>, attribute: &Attribute) -> String {
        let at = self.block.span(attribute.value.range);
        let texts = self.evaluator.eval(scope, &attribute.value).texts("…", at);
        texts.iter().map(Text::shown).collect::<Vec<_>>().join(" ")
    }

    fn environment(&self, value: Option<Value>, command: &Attribute) -> Vec<(String, Text)> {
        let at = self.block.span(command.value.range);
        match value {
            Some(Value::Map(members)) => members
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone().into_text(name, at)))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn remote_exec(&mut self, scope: &Scope<'w>, body: &'w Body, environment: Vec<(String, Text)>) {
        if let Some(inline) = body.attribute("inline") {
            let at = self.block.span(inline.value.range);
            let mut script = Text::default();
            for line in self.evaluator.eval(scope, &inline.value).texts("…", at) {
                script.append(line);
                script.append(Text::made("\n", at));
            }
            let arrival = self.arrival(Use::RemoteExec, SinkKind::ProcessArguments, script, inline);
            let copied = self.all_copied(scope);
            (self.visit)(Arrival { environment: environment.clone(), copied, ..arrival });
        }
        for name in ["script", "scripts"] {
            let Some(attribute) = body.attribute(name) else { continue };
            for text in self.handed_over(scope, attribute) {
                let arrival = self.arrival(Use::RemoteExec, SinkKind::ProcessArguments, text, attribute);
                (self.visit)(Arrival { environment: environment.clone(), ..arrival });
            }
        }
    }

    fn open(&self, path: &str) -> Option<Text> {
        let full = normalise(&self.evaluator.root().join(path));
        Some(self.whole(self.evaluator.open_script(&full)?))
    }

    fn handed_over(&self, scope: &Scope<'w>, path: &Attribute) -> Vec<Text> {
        self.evaluator.handed_over(scope, &path.value).into_iter().map(|source| self.whole(source)).collect()
    }

    fn whole(&self, source: SourceId) -> Text {
        let text = self.evaluator.sources().text(source);
        let span = Span::new(source, 0, text.len());
        Text::exact(text, span)
    }

    /// What a provisioner of Packer sets: `environment_vars = ["NAME=value"]`, `env = { NAME = value }`.
    fn packer_environment(&self, scope: &Scope<'w>, body: &'w Body) -> Vec<(String, Text)> {
        let mut all = Vec::new();
        if let Some(set) = body.attribute("env") {
            all.extend(self.environment(Some(self.evaluator.eval(scope, &set.value)), set));
        }
        let Some(list) = body.attribute("environment_vars") else { return all };
        let at = self.block.span(list.value.range);
        for text in self.evaluator.eval(scope, &list.value).texts("…", at) {
            let flat = Flat::new(&text);
            let Some(equals) = flat.text().find('=') else { continue };
            let name = flat.text().get(..equals).unwrap_or_default().to_owned();
            all.push((name, flat.slice(equals + 1, flat.text().len())));
        }
        all
    }
}
