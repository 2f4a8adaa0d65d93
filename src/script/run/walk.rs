//! Lists, pipelines and compound commands.

use std::rc::Rc;

use super::streams::Stream;
use super::variables::Changes;
use super::{Function, Machine};
use crate::script::shell::{Branch, Command, Extent, Kind, List, Word};
use crate::source::Span;
use crate::value::{Hop, Piece, Text};

/// Values of a loop's variable that are kept, for `${!name}` and `rm "$dir/$name"`.
const MOST_CHOICES: usize = 64;

/// A loop that is being carried out. Its variable's value is a hole with this name and place.
pub struct Choices {
    name: String,
    at: Span,
    /// What the variable becomes, one after the other.
    pub values: Vec<Text>,
    /// The body is carried out whole, for each of them.
    pub removes: bool,
    /// Landings before the loop.
    pub landings: usize,
}

impl Machine<'_> {
    /// Carries out statements in order.
    pub fn list(&mut self, list: &List) {
        for statement in list {
            if statement.optional {
                let changes = self.branch(|machine| machine.command(&statement.command));
                self.variables.join(vec![changes], false);
            } else {
                self.command(&statement.command);
            }
        }
    }

    /// Carries out what may not happen, and says what it changed.
    fn branch(&mut self, body: impl FnOnce(&mut Self)) -> Changes {
        let mark = self.variables.mark();
        self.last_branch += 1;
        self.branches.push(self.last_branch);
        body(self);
        self.branches.pop();
        self.variables.undo(mark)
    }

    /// Carries out what leaves no variable behind: a subshell.
    pub fn aside(&mut self, body: impl FnOnce(&mut Self)) {
        let mark = self.variables.mark();
        let directory = self.working_directory.clone();
        let streams = self.streams.clone();
        let traced = self.traced;
        body(self);
        self.traced = traced;
        self.streams = streams;
        self.working_directory = directory;
        self.variables.undo(mark);
    }

    /// Carries out one command with its redirections.
    pub fn command(&mut self, command: &Command) {
        if self.depth >= super::DEEPEST || self.steps == 0 {
            let at = self.place(command.extent);
            let deep = self.depth >= super::DEEPEST;
            let reason = if deep { "calls nested too deeply" } else { "more calls than can be followed" };
            self.gap(at, reason, true);
            return;
        }
        self.depth += 1;
        self.steps -= 1;
        if let Kind::Simple { assignments, words, declared } = &command.kind {
            self.simple(command, assignments, words, declared);
        } else if command.redirects.is_empty() {
            self.compound(command);
        } else {
            let streams = self.streams.clone();
            self.redirect_all(&command.redirects, command.extent, "a group");
            self.compound(command);
            self.streams = streams;
        }
        self.depth -= 1;
    }

    fn compound(&mut self, command: &Command) {
        match &command.kind {
            Kind::Simple { .. } => {}
            Kind::Pipeline(stages) => self.pipeline(stages),
            Kind::Group(list) => self.list(list),
            Kind::Subshell(list) => self.aside(|machine| machine.list(list)),
            Kind::Branches { subject, branches, complete } => {
                if let Some(word) = subject {
                    self.expand_one(word);
                }
                self.choice(branches, *complete);
            }
            Kind::Loop { condition, body } => {
                self.list(condition);
                self.repeated(body, false);
            }
            Kind::For { variable, words, body } => {
                let selects = self.source(command.extent).starts_with("select");
                self.for_loop(variable.as_ref(), words.as_deref(), body, selects);
            }
            Kind::Function { name, body } => {
                let function =
                    Function { program: Rc::clone(&self.program), body: Rc::clone(body), called: false };
                self.functions.insert(name.clone(), function);
            }
            Kind::Test(words) => {
                let texts: Vec<Text> = words.iter().map(|word| self.expand_one(word)).collect();
                self.trace_words(&texts, self.place(command.extent));
            }
        }
    }

    fn pipeline(&mut self, stages: &[(Command, bool)]) {
        let streams = self.streams.clone();
        let directory = self.working_directory.clone();
        let last = stages.len().saturating_sub(1);
        for (number, (stage, with_errors)) in stages.iter().enumerate() {
            if number == last {
                self.streams.output = streams.output.clone();
                self.streams.errors = streams.errors.clone();
                self.command(stage);
                break;
            }
            let buffer = self.buffers.len();
            self.buffers.push(Vec::new());
            self.streams.output = Stream::Capture(buffer);
            self.streams.errors = if *with_errors { Stream::Capture(buffer) } else { streams.errors.clone() };
            self.command(stage);
            let chunks = self.buffers.pop().unwrap_or_default();
            self.streams.input = Some(Rc::new(chunks));
        }
        self.streams = streams;
        self.working_directory = directory;
    }

    fn choice(&mut self, branches: &[Branch], complete: bool) {
        let mut all = Vec::with_capacity(branches.len());
        for branch in branches {
            // The tests of an `if` run one after the other, whatever comes out.
            self.list(&branch.condition);
            all.push(self.branch(|machine| machine.list(&branch.body)));
        }
        self.variables.join(all, complete);
    }

    /// A body that is carried out again and again; `certain` where it is at least once.
    fn repeated(&mut self, body: &List, certain: bool) {
        let changes = if certain {
            let mark = self.variables.mark();
            self.list(body);
            self.variables.undo(mark)
        } else {
            self.branch(|machine| machine.list(body))
        };
        self.variables.join(vec![changes], false);
    }

    fn for_loop(
        &mut self,
        variable: Option<&(String, Extent)>,
        words: Option<&[Word]>,
        body: &List,
        selects: bool,
    ) {
        let items: Vec<Text> = match words {
            Some(words) => words.iter().flat_map(|word| self.expand_fields(word)).collect(),
            None => self.positional.clone().unwrap_or_default(),
        };
        let through = !selects && !self.may_leave(body);
        let given = |item: &Text| item.known().is_some_and(|item| !item.contains(['*', '?', '[']));
        let certain = through && items.iter().any(given);
        let outer = self.choices.len();
        if let Some((name, extent)) = variable {
            let at = self.place(*extent);
            if items.len() <= MOST_CHOICES {
                let (values, landings) = (items.clone(), self.files.count());
                self.choices.push(Choices { name: name.clone(), at, values, removes: certain, landings });
            }
            let value = one_of(name, items, at);
            let hop =
                Hop { at, name: format!("${name}"), message: format!("assigned to shell variable {name}") };
            self.variables.set(name, super::variables::passed(&value, &hop), false);
        }
        self.repeated(body, certain);
        self.choices.truncate(outer);
    }

    /// The values of the loop whose variable's value this is.
    pub fn choices_of(&self, piece: &Piece) -> Option<&Choices> {
        let Piece::Hole(hole) = piece else { return None };
        self.choices.iter().rev().find(|choices| choices.at == hole.at && *choices.name == *hole.label)
    }

    fn source(&self, extent: Extent) -> &str {
        self.program.flat.text().get(extent.start..extent.end).unwrap_or_default()
    }

    /// Whether a loop may end, or go on with its next value, before its body does.
    fn may_leave(&self, body: &List) -> bool {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return false };
        let text = self.source(Extent::new(first.command.extent.start, last.command.extent.end));
        // A function that it calls may exit: which one is not sought.
        let calls = words_of(text).any(|word| self.functions.contains_key(word));
        let functions = self.functions.values().filter(|_| calls).any(|function| {
            let extent = function.body.extent;
            let text = function.program.flat.text().get(extent.start..extent.end);
            text.is_none_or(|text| words_of(text).any(|word| LEAVES.contains(&word)))
        });
        functions || words_of(text).any(|word| LEAVES.contains(&word))
    }
}

/// Words that lead out of a loop, or may.
const LEAVES: [&str; 9] =
    ["break", "continue", "exit", "return", "exec", "eval", "source", "reboot", "shutdown"];

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || ";&|(){}\"'`$".contains(c)).filter(|word| !word.is_empty())
}

/// One of several values: the only one, or an unknown with the secrets of all.
fn one_of(name: &str, mut items: Vec<Text>, at: crate::source::Span) -> Text {
    if items.len() == 1 {
        return items.pop().unwrap_or_default();
    }
    let mut traces = crate::value::Traces::none();
    for item in &items {
        traces.absorb(&item.traces());
    }
    Text::hole(name, at, traces)
}
