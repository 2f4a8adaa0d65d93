//! Words to texts: variables, substitutions, splitting.

use std::rc::Rc;

use super::streams::{Chunk, Stream};
use super::variables::{known_bytes, used_at};
use super::wire::{self, without_last_newlines};
use super::{Machine, Program, shell};
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::script::shell::{Expansion, Extent, List, Operator, Part, Word};
use crate::value::{Flat, Origin, OriginKind, Text, Traces};

/// So many letters of a secret are in our own reports.
pub const SHOWN: u32 = 4;

/// The words that one word becomes.
#[derive(Default)]
struct Fields {
    done: Vec<Text>,
    current: Option<Text>,
}

impl Fields {
    fn join(&mut self, text: Text) {
        self.current.get_or_insert_default().append(text);
    }

    /// Several words: the first joins what stands before, the last what follows.
    fn several(&mut self, texts: Vec<Text>) {
        for (number, text) in texts.into_iter().enumerate() {
            if number > 0 {
                self.done.extend(self.current.take());
            }
            self.join(text);
        }
    }
}

impl Machine<'_> {
    /// The word as one text.
    pub fn expand_one(&mut self, word: &Word) -> Text {
        let mut text = Text::default();
        for part in &word.parts {
            text.append(self.part(part));
        }
        text
    }

    /// The words that a word becomes: none, one, or several.
    pub fn expand_fields(&mut self, word: &Word) -> Vec<Text> {
        let mut fields = Fields::default();
        for part in &word.parts {
            match part {
                Part::Variable(expansion)
                    if expansion.all || matches!(expansion.name.as_str(), "@" | "*") =>
                {
                    let elements = self.elements(expansion);
                    fields.several(elements);
                }
                Part::Variable(Expansion { quoted: false, .. })
                | Part::Substitution { quoted: false, .. }
                | Part::Escaped { quoted: false, .. } => {
                    let text = self.part(part);
                    fields.several(wire::split(&text));
                }
                _ => {
                    let text = self.part(part);
                    fields.join(text);
                }
            }
        }
        fields.done.extend(fields.current);
        fields.done
    }

    fn elements(&mut self, expansion: &Expansion) -> Vec<Text> {
        let at = self.place(expansion.extent);
        let elements = match expansion.name.as_str() {
            "@" | "*" => self.positional.clone(),
            name => self.variables.get(name).and_then(|variable| variable.elements.clone()),
        };
        match elements {
            Some(elements) if expansion.operator == Operator::None => {
                elements.iter().map(|text| used_at(text, at)).collect()
            }
            _ => vec![self.variable(expansion)],
        }
    }

    fn part(&mut self, part: &Part) -> Text {
        match part {
            Part::Text(extent) => self.program.flat.slice(extent.start, extent.end),
            Part::Made(text, extent) => Text::made(text.as_str(), self.place(*extent)),
            Part::Number(extent) => Text::hole("number", self.place(*extent), Traces::none()),
            Part::Variable(expansion) => self.variable(expansion),
            Part::Substitution { extent, list, .. } => self.substitution(*extent, list),
            Part::Escaped { extent, pieces, .. } => self.escaped(*extent, pieces),
            Part::Process { extent, list, reads } => self.process(*extent, list, *reads),
        }
    }

    /// `$x` and `${x…}`.
    fn variable(&mut self, expansion: &Expansion) -> Text {
        let at = self.place(expansion.extent);
        let argument = expansion.argument.as_deref();
        let mut value = self.lookup(&expansion.name);
        self.pay(value.as_ref().map_or(0, |value| known_bytes(value) / 64 + value.pieces.len() / 16));
        if expansion.indirect {
            let name = value.as_ref().and_then(Text::known);
            value = match name {
                Some(name) => self.lookup(&name),
                None => value.and_then(|value| self.one_of_choices(&value, &expansion.name, at)),
            };
        }
        let unknown = |machine: &Self| machine.unset(&expansion.name, at);
        match expansion.operator {
            Operator::None | Operator::Demand => {
                value.map_or_else(|| unknown(self), |value| used_at(&value, at))
            }
            Operator::Default | Operator::Assign => {
                let text = match value {
                    Some(value) if !value.is_empty() => used_at(&value, at),
                    _ => self.default_of(expansion, argument),
                };
                if expansion.operator == Operator::Assign {
                    self.variables.set(&expansion.name, text.clone(), false);
                }
                text
            }
            Operator::Alternative => argument.map(|word| self.expand_inside(word)).unwrap_or_default(),
            Operator::Length => Text::hole("length", at, Traces::none()),
            Operator::Change if self.leaves_nothing(expansion) => Text::hole("mask", at, Traces::none()),
            Operator::Change => {
                let mut traces = value.unwrap_or_else(|| unknown(self)).traces();
                if let Some(word) = argument {
                    traces.absorb(&self.expand_inside(word).traces());
                }
                Text::hole(expansion.name.as_str(), at, traces)
            }
        }
    }

    /// `for v in A B; do … ${!v}`: one of the variables that the loop names.
    fn one_of_choices(&self, value: &Text, name: &str, at: crate::source::Span) -> Option<Text> {
        let mut traces = Traces::none();
        let choices = value.pieces.iter().find_map(|piece| self.choices_of(piece))?;
        for choice in &choices.values {
            if let Some(variable) = choice.known().and_then(|choice| self.variables.get(&choice)) {
                traces.absorb(&variable.value.traces());
            }
        }
        Some(Text::hole(name, at, traces))
    }

    /// `${x//?/*}`, `${x:0:4}`: no more is left than our own reports show.
    fn leaves_nothing(&self, expansion: &Expansion) -> bool {
        let source =
            self.program.flat.text().get(expansion.extent.start..expansion.extent.end).unwrap_or_default();
        let Some(change) =
            source.strip_prefix("${").and_then(|rest| rest.strip_prefix(expansion.name.as_str()))
        else {
            return false;
        };
        let change = change.trim_end_matches('}');
        if let Some(pattern) = change.strip_prefix("//") {
            let class =
                ["?/", "[a-zA-Z0-9]/", "[^ ]/", "[! ]/", "[[:alnum:]]/", "[[:print:]]/", "[[:graph:]]/"];
            return class
                .iter()
                .any(|class| pattern.strip_prefix(class).is_some_and(|mask| !mask.contains('$')));
        }
        let Some(part) = change.strip_prefix(':') else { return false };
        match part.rsplit_once(':') {
            Some((_, length)) => length.trim().parse::<u32>().is_ok_and(|length| length <= SHOWN),
            None => part
                .trim()
                .trim_matches(['(', ')'])
                .parse::<i64>()
                .is_ok_and(|from| (-i64::from(SHOWN)..0).contains(&from)),
        }
    }

    /// `${x:-word}` where `x` is not set in this script.
    fn default_of(&mut self, expansion: &Expansion, argument: Option<&Word>) -> Text {
        let at = self.place(expansion.extent);
        let text = argument.map(|word| self.expand_inside(word)).unwrap_or_default();
        let literal =
            argument.is_some_and(|word| word.parts.iter().all(|part| matches!(part, Part::Text(_))));
        // `${POSTGRES_PASSWORD:-airflow}`: what is set for one's own machine, where nobody says more.
        let plain =
            text.known().is_some_and(|text| super::passwords::confidence_of(&text) == Confidence::Low);
        let most = if plain { Confidence::Low } else { Confidence::High };
        if literal && let Some(hidden) = self.literal_at_most(&expansion.name, &text, at, most) {
            return hidden;
        }
        let guessed = self.unset(&expansion.name, at);
        if text.is_empty() || !guessed.traces().is_empty() && text.traces().is_empty() {
            guessed
        } else {
            text
        }
    }

    /// A word inside an expansion, one level deeper.
    fn expand_inside(&mut self, word: &Word) -> Text {
        if self.depth >= super::DEEPEST {
            let at = self.place(word.extent);
            self.gap(at, "expansions nested too deeply", true);
            return Text::default();
        }
        self.depth += 1;
        let text = self.expand_one(word);
        self.depth -= 1;
        text
    }

    fn lookup(&self, name: &str) -> Option<Text> {
        if let Ok(number) = name.parse::<usize>() {
            let positional = self.positional.as_ref()?;
            // A parameter that was not given is empty, but then nothing is known of the caller's mind.
            return positional.get(number.checked_sub(1)?).cloned();
        }
        if matches!(name, "@" | "*") {
            let mut all = Text::default();
            for text in self.positional.iter().flatten() {
                if !all.is_empty() {
                    all.append(Text::made(" ", self.context.fallback));
                }
                all.append(text.clone());
            }
            return self.positional.as_ref().map(|_| all);
        }
        self.variables.get(name).map(|variable| variable.value.clone())
    }

    /// A variable that the script did not set.
    fn unset(&self, name: &str, at: crate::source::Span) -> Text {
        // `KUBECONFIG` and its like are paths.
        let path = name.to_ascii_uppercase().ends_with("CONFIG");
        if !self.scattered.is_empty() && !path && says(name) == Says::Secret {
            return Text::hole(name, at, self.scattered.clone());
        }
        if self.context.guess_environment && !path && says(name) == Says::Secret {
            let origin = Origin {
                kind: OriginKind::Environment,
                name: format!("${name}"),
                key: name.to_owned(),
                at,
                confidence: Confidence::Low,
                literal: None,
            };
            return Text::hole(name, at, Traces::from_origin(origin));
        }
        Text::hole(name, at, Traces::none())
    }

    /// `$( … )`
    fn substitution(&mut self, extent: Extent, list: &List) -> Text {
        // A comment in backticks, as some write them between arguments.
        if list.is_empty() {
            return Text::default();
        }
        let at = self.place(extent);
        let chunks = self.captured(|machine| machine.list(list));
        let mut text = Text::default();
        for chunk in chunks {
            text.append(chunk.text);
        }
        let text = without_last_newlines(text);
        if text.is_empty() { Text::hole("output", at, Traces::none()) } else { used_at(&text, at) }
    }

    /// What commands write to standard output.
    pub fn captured(&mut self, body: impl FnOnce(&mut Self)) -> Vec<Chunk> {
        let buffer = self.buffers.len();
        self.buffers.push(Vec::new());
        self.aside(|machine| {
            machine.streams.output = Stream::Capture(buffer);
            body(machine);
        });
        self.buffers.pop().unwrap_or_default()
    }

    /// Backticks with escapes: their text is read now.
    fn escaped(&mut self, extent: Extent, pieces: &[Extent]) -> Text {
        let mut text = Text::default();
        for piece in pieces {
            text.append(self.program.flat.slice(piece.start, piece.end));
        }
        let at = self.place(extent);
        let chunks = self.captured(|machine| machine.run_text(&text));
        let mut output = Text::default();
        for chunk in chunks {
            output.append(chunk.text);
        }
        let output = without_last_newlines(output);
        if output.is_empty() { Text::hole("output", at, Traces::none()) } else { output }
    }

    /// `<( … )` is a file with the output; `>( … )` one whose text the commands read.
    fn process(&mut self, extent: Extent, list: &Rc<List>, reads: bool) -> Text {
        let at = self.place(extent);
        let path = format!("/dev/fd/{}", 63 + self.processes.len());
        self.processes.push(reads.then(|| (Rc::clone(&self.program), Rc::clone(list))));
        if !reads {
            let chunks = self.captured(|machine| machine.list(list));
            for chunk in chunks {
                self.files.write(&path, chunk);
            }
        }
        Text::made(path, at)
    }

    /// The commands of the `>( … )` that stands behind a path.
    pub fn readers_at(&self, path: &str) -> Option<(Rc<Program>, Rc<List>)> {
        let number: usize = path.strip_prefix("/dev/fd/")?.parse().ok()?;
        self.processes.get(number.checked_sub(63)?)?.clone()
    }

    /// Reads and carries out a text as a script, here and now.
    pub fn run_text(&mut self, text: &Text) {
        if self.level + self.texts >= 16 || self.depth >= super::DEEPEST {
            self.gap(self.context.fallback, super::SCRIPTS_TOO_DEEP, true);
            return;
        }
        let flat = Flat::new(text);
        // A text is read again each time it is run: that, too, is paid for.
        let cost = flat.text().len() / 8 + 1;
        self.steps = self.steps.saturating_sub(cost);
        let script = shell::read(flat.text());
        let program = Rc::new(Program { flat, documents: script.documents });
        let outer = std::mem::replace(&mut self.program, program);
        for problem in script.problems {
            let at = self.place(Extent::new(problem.at, problem.at + 1));
            self.gap(at, problem.reason, problem.hides_findings);
        }
        self.texts += 1;
        self.depth += 4;
        self.list(&script.list);
        self.depth -= 4;
        self.texts -= 1;
        self.program = outer;
    }
}
