//! The modules of `rules/cloud_init.toml`: what they write, what they pass on, and the secrets that stand there.

use std::rc::Rc;

use super::Reader;
use super::config::{cost, shown_path};
use super::table::{self, Kind, Row, Step};
use super::yaml::{Data, Node};
use crate::finding::Confidence;
use crate::script::run::{Placed, can_be_secret};
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::secret::placeholder::{self, Placeholder};
use crate::secret::redact::is_strewn;
use crate::source::Span;
use crate::value::{Flat, Landing, Lifetime, Origin, OriginKind, Piece, Sink, SinkKind, Text, Traces};

/// Lists and maps below a place are looked into this deep.
const MOST_DEPTH: usize = 16;

/// Where a row's steps have led.
struct Visit<'a> {
    flat: &'a Flat,
    row: &'a Row,
    /// The key that `*` met.
    star: &'a str,
    /// The map that the last key stands in.
    beside: Option<&'a Node>,
}

impl Reader<'_> {
    /// Follows all rows of the table.
    pub(super) fn modules(&mut self, flat: &Flat, root: &Node, files: &mut Vec<Placed>) {
        for row in table::rows() {
            self.steps(&Visit { flat, row, star: "", beside: None }, root, &row.steps, files);
        }
    }

    fn steps(&mut self, visit: &Visit<'_>, node: &Node, steps: &[Step], files: &mut Vec<Placed>) {
        if !self.pay(node.width(), self.place(visit.flat, node)) {
            return;
        }
        match steps {
            [] => self.arrive(visit, node, files),
            [Step::Key(key), rest @ ..] => {
                for value in node.all(key) {
                    self.steps(&Visit { beside: Some(node), ..*visit }, value, rest, files);
                }
            }
            [Step::AnyKey, rest @ ..] => {
                for entry in node.entries() {
                    let visit = Visit { star: &entry.key, beside: Some(node), ..*visit };
                    self.steps(&visit, &entry.value, rest, files);
                }
            }
            [Step::Items, rest @ ..] => {
                for item in node.items() {
                    self.steps(&Visit { beside: Some(item), ..*visit }, item, rest, files);
                }
            }
        }
    }

    fn arrive(&mut self, visit: &Visit<'_>, node: &Node, files: &mut Vec<Placed>) {
        let mut texts = Vec::new();
        self.scalars(visit.flat, node, 0, &mut texts);
        for (text, at) in texts {
            let secret = visit.row.secret.and_then(|kind| self.literals(kind, visit.row.name(), &text, at));
            let text = secret.unwrap_or(text);
            let traces = text.traces();
            if traces.is_empty() {
                continue;
            }
            if let Some(command) = &visit.row.command {
                let by = format!("passed to `{command}` by cloud-init's {}", visit.row.module());
                let kind = SinkKind::ProcessArguments;
                let sink = Sink { kind, path: None, lifetime: Lifetime::Memory, at, by };
                self.found.facts.push(Landing { sink, traces });
            } else if let Some(path) = path_of(visit) {
                let by = format!("written by cloud-init's {}", visit.row.module());
                files.push(Placed { path, lines: Flat::new(&text).lines(at), by, append: true });
            }
        }
    }

    /// All scalars at and below a place.
    fn scalars(&mut self, flat: &Flat, node: &Node, depth: usize, out: &mut Vec<(Text, Span)>) {
        let at = self.place(flat, node);
        if depth > MOST_DEPTH || !self.pay(node.width(), at) {
            return;
        }
        match &node.data {
            Data::Scalar(text) if self.pay(cost(text), at) => out.push((text.clone(), at)),
            Data::Scalar(_) => {}
            Data::List(items) => items.iter().for_each(|item| self.scalars(flat, item, depth + 1, out)),
            Data::Map(entries) => {
                entries.iter().for_each(|entry| self.scalars(flat, &entry.value, depth + 1, out));
            }
        }
    }

    /// Secrets that stand under a name that says so, in any module: each value once.
    pub(super) fn named_literals(&mut self, flat: &Flat, root: &Rc<Node>) {
        let mut open: Vec<&Node> = vec![root];
        while let Some(node) = open.pop() {
            if !self.pay(node.width(), self.context.fallback) {
                return;
            }
            open.extend(node.items().iter().map(Rc::as_ref));
            for entry in node.entries() {
                open.push(&entry.value);
                if let (Some(text), Some(verdict)) = (entry.value.text(), says_secret(&entry.key)) {
                    let at = self.place(flat, &entry.value);
                    self.literal(&entry.key, text, at, verdict.confidence);
                }
            }
        }
    }

    /// A secret that stands in the text itself: told, and a hole in its place.
    fn literals(&mut self, kind: Kind, name: &str, text: &Text, at: Span) -> Option<Text> {
        match kind {
            Kind::Value | Kind::Hash => self.literal(name, text, at, Confidence::Medium),
            Kind::Logins => {
                for (line, at) in Flat::new(text).lines(at) {
                    let flat = Flat::new(&line);
                    let Some(colon) = flat.text().find(':') else { continue };
                    let end = flat.text().trim_end().len();
                    let password = flat.slice(colon + 1, end);
                    let at = flat.place(colon + 1, end).unwrap_or(at);
                    self.literal("password", &password, at, Confidence::Medium);
                }
                None
            }
            Kind::Url => {
                let flat = Flat::new(text);
                let (start, end) = password_of_url(flat.text())?;
                let at = flat.place(start, end).unwrap_or(at);
                self.literal("password", &flat.slice(start, end), at, Confidence::Medium)
            }
        }
    }

    fn literal(&mut self, name: &str, text: &Text, at: Span, confidence: Confidence) -> Option<Text> {
        let known = text.known()?;
        let known = known.trim();
        if !can_be_secret(known) || matches!(known, "RANDOM" | "R" | "*" | "!") {
            return None;
        }
        let printed = placeholder::judge(known) == Placeholder::Documentation;
        // A hash must be guessed first.
        let hash = known.starts_with('$') && known.get(1..).is_some_and(|rest| rest.contains('$'));
        let confidence = if printed || hash { Confidence::Low } else { confidence };
        let at = match text.pieces.as_slice() {
            [Piece::Known { at, exact: true, .. }] => *at,
            _ => at,
        };
        let secret = Secret::new(known);
        // Somebody may have typed anything where a key should stand.
        let is_name =
            name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
        let name = if is_name && !is_strewn(name) { name } else { "secret" };
        let origin = Origin {
            kind: OriginKind::Literal,
            name: name.to_owned(),
            key: name.to_owned(),
            at,
            confidence,
            literal: Some((secret.length(), secret.last4())),
        };
        let traces = Traces::from_origin(origin);
        if self.literals.insert(at) {
            let by = "written in the user data".to_owned();
            let sink = Sink { kind: SinkKind::SourceCode, path: None, lifetime: Lifetime::Durable, at, by };
            self.found.facts.push(Landing { sink, traces: traces.clone() });
        }
        Some(Text::hole(name, at, traces))
    }

    /// The lines of a file that was encoded, which no search of the sources sees: a secret in one is told.
    pub(super) fn settings(&mut self, mut lines: Vec<(Text, Span)>) -> Vec<(Text, Span)> {
        let is_script = lines.first().is_some_and(|(line, _)| line.starts_with("#!"));
        for (line, at) in lines.iter_mut().filter(|_| !is_script) {
            let Some(known) = line.known() else { continue };
            let Some((name, value)) = known.split_once(['=', ':']) else { continue };
            let name = name.trim().trim_matches(['"', '\'']);
            let name = name.strip_prefix("export ").unwrap_or(name);
            let value = value.trim().trim_end_matches([',', ';']).trim_matches(['"', '\'']);
            let Some(verdict) = says_secret(name) else { continue };
            let secret = self.literal(name, &Text::made(value, *at), *at, verdict.confidence);
            if let Some(secret) = secret {
                *line = secret;
            }
        }
        lines
    }

    /// Addresses that stand in lines.
    pub(super) fn addresses(&mut self, flat: &Flat) {
        let fallback = self.context.fallback;
        for (line, at) in flat.lines(fallback) {
            self.literals(Kind::Url, "password", &line, at);
        }
    }
}

/// The file of a row, names put in.
fn path_of(visit: &Visit<'_>) -> Option<String> {
    let beside = |key: &str| {
        let value = visit.beside.and_then(|node| node.get(key)).and_then(|value| value.text());
        value.map(shown_path)
    };
    if let Some(path) = visit.row.path.as_deref().and_then(beside) {
        return Some(path);
    }
    let mut path = visit.row.file.clone()?;
    while let Some((before, name, after)) = placeholder_of(&path) {
        let value = if name == "*" { Some(visit.star.to_owned()) } else { beside(name) };
        // A key could be anything: only what looks like a file's name is told.
        let plain = |value: &String| {
            !value.is_empty()
                && value.chars().all(|letter| letter.is_alphanumeric() || "._-@".contains(letter))
        };
        let value = value.filter(plain).unwrap_or_else(|| "…".to_owned());
        // `mine.list` in `{*}.list`
        let value = value.strip_suffix(after).filter(|_| after.starts_with('.')).unwrap_or(&value);
        path = format!("{before}{value}{after}");
    }
    Some(path)
}

fn placeholder_of(path: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = path.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// `p` of `https://user:p@host/`.
fn password_of_url(text: &str) -> Option<(usize, usize)> {
    let login = text.find("://")? + 3;
    let rest = text.get(login..)?;
    let authority =
        rest.find(['/', ' ', '\t', '\n', '?']).map_or(rest, |end| rest.get(..end).unwrap_or_default());
    let at = authority.rfind('@')?;
    let colon = authority.get(..at)?.find(':')?;
    Some((login + colon + 1, login + at))
}
