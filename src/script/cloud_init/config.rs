//! `#cloud-config`: the modules that write files and run commands.
//!
//! <https://cloudinit.readthedocs.io/en/latest/reference/modules.html>

use std::rc::Rc;

use super::yaml::{self, Data, Node};
use super::{Reader, encoded};
use crate::script::run::{Placed, trace_with_files};
use crate::source::Span;
use crate::value::{Flat, Piece, Text};

impl Reader<'_> {
    /// Follows a `#cloud-config`.
    pub(super) fn config(&mut self, flat: &Flat, jinja: bool) {
        let document = self.yaml(flat, jinja);
        for root in &document {
            self.commands_before(flat, root);
            let mut files = Vec::new();
            self.modules(flat, root, &mut files);
            self.named_literals(flat, root);
            self.written_files(flat, root, &mut files);
            let mut script = Text::default();
            for snap in root.all("snap") {
                script.append(self.commands(flat, snap, "commands"));
            }
            script.append(self.commands(flat, root, "runcmd"));
            for install in root.all("autoinstall") {
                script.append(self.commands(flat, install, "late-commands"));
            }
            self.carry_out(&script, files);
        }
    }

    /// Reads YAML; what is no YAML is told.
    pub(super) fn yaml(&mut self, flat: &Flat, jinja: bool) -> Vec<Rc<Node>> {
        let document = yaml::read(flat, jinja, self.context.fallback);
        for hole in document.unknown {
            let secret = flat.hole_at(hole).filter(|hole| !hole.traces.is_empty());
            if let Some(at) = secret.map(|hole| hole.at) {
                self.gap(at, "the text inserted here contains a secret and cannot be read as YAML", true);
            }
        }
        if let Some(broken) = document.broken {
            let at = flat.place(broken.at, broken.at + 1).unwrap_or(self.context.fallback);
            self.gap(at, "this is not valid YAML; it was read line by line", broken.lost);
        }
        document.roots
    }

    /// Commands that run when the files stand there.
    pub(super) fn carry_out(&mut self, script: &Text, files: Vec<Placed>) {
        if script.is_empty() && files.is_empty() {
            return;
        }
        let traced = trace_with_files(&Flat::new(script), files, self.context);
        self.found.facts.extend(traced.facts);
        self.found.gaps.extend(traced.gaps);
    }

    fn commands_before(&mut self, flat: &Flat, root: &Node) {
        let script = self.commands(flat, root, "bootcmd");
        self.carry_out(&script, Vec::new());
    }

    /// `runcmd`: a list of lines and of argument lists, or one text.
    fn commands(&mut self, flat: &Flat, root: &Node, module: &str) -> Text {
        let mut script = Text::default();
        for node in root.all(module) {
            self.add_commands(flat, node, &mut script);
        }
        script
    }

    fn add_commands(&mut self, flat: &Flat, node: &Node, script: &mut Text) {
        let at = self.place(flat, node);
        match &node.data {
            Data::Scalar(text) if self.pay(cost(text), at) => script.append(text.clone()),
            Data::List(items) => {
                for item in items {
                    let at = self.place(flat, item);
                    match &item.data {
                        Data::Scalar(text) if self.pay(cost(text), at) => script.append(text.clone()),
                        Data::List(words) => self.add_words(flat, words, script),
                        Data::Scalar(_) | Data::Map(_) => {}
                    }
                    script.append(Text::made("\n", at));
                }
            }
            // `snap` takes a map of them, carried out in the order of its keys.
            Data::Map(entries) => {
                for entry in entries {
                    match &entry.value.data {
                        Data::Scalar(text) if self.pay(cost(text), at) => script.append(text.clone()),
                        Data::List(words) => self.add_words(flat, words, script),
                        Data::Scalar(_) | Data::Map(_) => {}
                    }
                    script.append(Text::made("\n", at));
                }
            }
            Data::Scalar(_) => {}
        }
    }

    fn add_words(&mut self, flat: &Flat, words: &[Rc<Node>], script: &mut Text) {
        for word in words {
            let at = self.place(flat, word);
            let Some(text) = word.text() else { continue };
            if !self.pay(cost(text), at) {
                return;
            }
            script.append(quoted(text, at));
            script.append(Text::made(" ", at));
        }
    }

    /// `write_files`
    fn written_files(&mut self, flat: &Flat, root: &Node, files: &mut Vec<Placed>) {
        for list in root.all("write_files") {
            for entry in list.items() {
                if !self.pay(8 * entry.width(), self.place(flat, entry)) {
                    return;
                }
                let Some(path) = entry.get("path").and_then(|path| path.text()) else { continue };
                let path = shown_path(path);
                let append =
                    entry.get("append").and_then(|append| append.word()).is_some_and(|word| is_yes(&word));
                let encoding = entry.get("encoding").and_then(|encoding| encoding.word()).unwrap_or_default();
                for content in entry.all("content") {
                    let lines = self.content(flat, content, &encoding);
                    let by = "written by cloud-init's write_files".to_owned();
                    files.push(Placed { path: path.clone(), lines, by, append });
                }
            }
        }
    }

    /// The lines of a file, its encoding undone.
    pub(super) fn content(&mut self, flat: &Flat, content: &Node, encoding: &str) -> Vec<(Text, Span)> {
        let at = self.place(flat, content);
        let text = match &content.data {
            Data::Scalar(text) => text.clone(),
            Data::List(_) | Data::Map(_) => flat.slice(content.at.start, content.at.end),
        };
        if !self.pay(cost(&text), at) {
            return Vec::new();
        }
        let packed = content.binary
            || ["b64", "base64", "gz", "gzip", "gz+b64", "gz+base64", "gzip+base64", "gzip+b64"]
                .contains(&encoding.to_ascii_lowercase().as_str());
        if let Some(inner) = text.opened() {
            return Flat::new(&inner).lines(at);
        }
        // What Terraform encodes is not encoded yet when it is read here.
        let decoded = text
            .known()
            .filter(|_| packed)
            .and_then(|known| encoded::from_packed_base64(&known, &mut self.budget));
        match decoded {
            Some(decoded) => {
                let lines =
                    self.decoded(decoded, at).map(|text| Flat::new(&text).lines(at)).unwrap_or_default();
                self.settings(lines)
            }
            None => Flat::new(&text).lines(at),
        }
    }

    pub(super) fn place(&self, flat: &Flat, node: &Node) -> Span {
        flat.place(node.at.start, node.at.end).unwrap_or(self.context.fallback)
    }
}

/// What a text costs to copy.
pub(super) fn cost(text: &Text) -> usize {
    text.pieces
        .iter()
        .map(|piece| match piece {
            Piece::Known { text, .. } => text.len() + 8,
            Piece::Hole(_) => 32,
        })
        .sum()
}

/// The values by which cloud-init reads a flag as set.
fn is_yes(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1")
}

/// A path for people, as long as paths are.
pub(super) fn shown_path(text: &Text) -> String {
    let shown = text.shown();
    let path = shown.trim();
    if path.chars().count() > 200 { path.chars().take(199).chain(['…']).collect() } else { path.to_owned() }
}

/// One word for a shell.
fn quoted(text: &Text, at: Span) -> Text {
    let mut out = Text::made("'", at);
    for piece in &text.pieces {
        match piece {
            Piece::Known { text, at, .. } if text.contains('\'') => {
                out.append(Text::made(text.replace('\'', r"'\''"), *at));
            }
            other => out.pieces.push(other.clone()),
        }
    }
    out.append(Text::made("'", at));
    out
}
