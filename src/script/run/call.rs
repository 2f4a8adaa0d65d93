//! Simple commands: who is called, and with what.

use std::rc::Rc;

use super::Machine;
use super::variables::{Variable, bounded, passed, weight};
use super::wire::{command_name, known_start, without_start};
use crate::script::shell::{Assignment, Command, Word};
use crate::script::table::Wrapper;
use crate::source::Span;
use crate::value::{Hop, Lifetime, Piece, Text};

/// A command that is being called.
pub struct Call<'a> {
    /// Its name, without directory; empty where unknown.
    pub name: &'a str,
    /// Its arguments.
    pub arguments: &'a [Text],
    /// Its place.
    pub at: Span,
}

impl Call<'_> {
    /// The argument as far as it is known.
    pub fn known(&self, number: usize) -> Option<String> {
        self.arguments.get(number)?.known()
    }

    /// Whether one of the arguments is exactly this word.
    pub fn has(&self, word: &str) -> bool {
        self.arguments.iter().any(|argument| is(argument, word))
    }

    /// The value of an option: `--name X`, `--name=X`, or `-nX` for single letters.
    pub fn option(&self, name: &str) -> Option<Text> {
        for (number, argument) in self.arguments.iter().enumerate() {
            let start = known_start(argument);
            if is(argument, name) {
                return self.arguments.get(number + 1).cloned();
            }
            let attached = start.strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
            if attached {
                return Some(super::wire::without_start(argument, name.len() + 1));
            }
            if name.len() == 2 && !name.starts_with("--") && start.starts_with(name) {
                return Some(super::wire::without_start(argument, 2));
            }
        }
        None
    }

    /// Arguments that are no options.
    pub fn operands(&self) -> Vec<&Text> {
        self.arguments.iter().filter(|argument| !is_option(argument)).collect()
    }
}

/// Whether a text is known and is exactly this.
pub fn is(text: &Text, word: &str) -> bool {
    let mut rest = Some(word);
    for piece in &text.pieces {
        rest = match piece {
            Piece::Known { text, .. } => rest.and_then(|rest| rest.strip_prefix(&**text)),
            Piece::Hole(_) => None,
        };
        if rest.is_none() {
            return false;
        }
    }
    rest == Some("")
}

/// `-x`, `--long`; not `-` alone.
pub fn is_option(text: &Text) -> bool {
    let start = known_start(text);
    start.len() > 1 && start.starts_with('-')
}

impl Machine<'_> {
    /// Carries out a simple command.
    pub fn simple(
        &mut self,
        command: &Command,
        assignments: &[Assignment],
        words: &[Word],
        declared: &[Assignment],
    ) {
        let at = self.fed_at.unwrap_or_else(|| self.place(command.extent));
        if words.is_empty() {
            let values: Vec<Text> =
                assignments.iter().map(|assignment| self.assign(assignment, false)).collect();
            self.trace_words(&values, at);
            return self.redirections_alone(command, at);
        }
        // `A=b command`: only for this command.
        let before: Vec<_> = assignments
            .iter()
            .map(|assignment| (assignment.name.clone(), self.variables.get(&assignment.name).cloned()))
            .collect();
        let mut shown: Vec<Text> =
            assignments.iter().map(|assignment| self.assign(assignment, true)).collect();
        let mut texts: Vec<Text> = words.iter().flat_map(|word| self.expand_fields(word)).collect();
        let name = texts.first().map(command_name).unwrap_or_default();
        let exported = name == "export" || texts.iter().any(|text| is(text, "-x"));
        let names = texts.iter().skip(1).any(|text| known_start(text).starts_with("-n"));
        for assignment in declared {
            if names {
                self.variables.unalias(&assignment.name);
            }
            if name == "local" || !self.calls.is_empty() && matches!(name.as_str(), "declare" | "typeset") {
                self.make_local(&assignment.name);
            }
            let value = self.assign(assignment, exported);
            if let Some(other) = value.known().filter(|_| names) {
                self.variables.alias(&assignment.name, &other);
            }
            shown.push(value);
        }
        shown.extend(texts.iter().cloned());
        texts.extend(declared.iter().map(|assignment| Text::made(assignment.name.as_str(), at)));
        self.trace_words(&shown, at);
        let keeps = name == "exec" && texts.len() == 1;
        let streams = (!command.redirects.is_empty() && !keeps).then(|| self.streams.clone());
        let by = self.unwrapped(&texts).first().map(command_name).filter(|by| !by.is_empty());
        let by = by.unwrap_or_else(|| "a command".to_owned());
        self.redirect_all(&command.redirects, command.extent, &by);
        if keeps {
            self.keep_streams();
        }
        self.installer_environment(&by, assignments, &texts, at);
        self.dispatch(&texts, at);
        if let Some(streams) = streams {
            self.streams = streams;
        }
        for (name, variable) in before {
            self.variables.put(&name, variable);
        }
    }

    /// `> file` empties a file; `$(< file)` is its text.
    fn redirections_alone(&mut self, command: &Command, at: Span) {
        if command.redirects.is_empty() {
            return;
        }
        let streams = self.streams.clone();
        self.streams.input = None;
        self.redirect_all(&command.redirects, command.extent, "the shell");
        let reads = matches!(streams.output, super::streams::Stream::Capture(_));
        for chunk in self.streams.input_chunks() {
            if reads && chunk.document.is_none() {
                self.deliver(super::streams::Chunk { at, ..chunk });
            }
        }
        self.streams = streams;
    }

    /// `exec > file`: what follows is printed there.
    fn keep_streams(&mut self) {
        use super::streams::Stream;
        for stream in [&mut self.streams.output, &mut self.streams.errors] {
            match stream {
                Stream::File { log, .. } | Stream::Process { log, .. } => *log = true,
                _ => {}
            }
        }
    }

    /// Calls a command: `texts` are its name and arguments.
    pub fn dispatch(&mut self, texts: &[Text], at: Span) {
        self.shown_by_wrappers(texts, at);
        let Some((first, arguments)) = self.unwrapped(texts).split_first() else {
            if texts.first().is_some_and(|text| command_name(text) == "sudo") {
                self.shell_of_input();
            }
            return;
        };
        let name = command_name(first);
        if self.functions.contains_key(&name) {
            return self.call_function(&name, arguments, at);
        }
        let before = self.set_by_wrappers(texts);
        let call = Call { name: &name, arguments, at };
        if !self.builtin(&call) {
            self.external(&call);
        }
        for (name, variable) in before {
            self.variables.put(&name, variable);
        }
    }

    /// `sudo A=b command`, `env A=b command`: for this command only. What was there before.
    fn set_by_wrappers(&mut self, texts: &[Text]) -> Vec<(String, Option<Variable>)> {
        let own = texts.len() - self.unwrapped(texts).len();
        let mut before = Vec::new();
        for text in texts.iter().take(own).skip(1) {
            let start = known_start(text);
            let Some((name, _)) = start.split_once('=').filter(|_| is_assignment(start)) else { continue };
            before.push((name.to_owned(), self.variables.get(name).cloned()));
            let value = without_start(text, name.len() + 1);
            self.variables.set(name, value, true);
        }
        before
    }

    /// `sudo TOKEN=x command`: sudo stays, and its command line with it. `env` is replaced by the command at once.
    fn shown_by_wrappers(&mut self, texts: &[Text], at: Span) {
        let name = texts.first().map(command_name).unwrap_or_default();
        if !matches!(name.as_str(), "sudo" | "doas") {
            return;
        }
        let own = texts.len() - self.unwrapped(texts).len();
        let assigned = texts.iter().take(own).filter(|text| is_assignment(known_start(text)));
        let assigned: Vec<Text> = assigned.cloned().collect();
        let traces = super::external::argument_traces(&assigned);
        if !traces.is_empty() {
            let by = format!("passed to `{name}`");
            self.land(crate::value::SinkKind::ProcessArguments, Lifetime::Memory, at, by, traces);
        }
    }

    /// The words without `sudo`, `env`, `timeout 5` and their kin.
    fn unwrapped<'t>(&self, texts: &'t [Text]) -> &'t [Text] {
        let mut texts = texts;
        loop {
            let Some((first, arguments)) = texts.split_first() else { return texts };
            let name = command_name(first);
            let Some(wrapper) = self.table.wrapper(&name).filter(|_| !self.functions.contains_key(&name))
            else {
                return texts;
            };
            let rest = arguments.get(wrapped(arguments, wrapper)..).unwrap_or_default();
            if rest.is_empty() {
                return if name == "env" { texts } else { rest };
            }
            texts = rest;
        }
    }

    /// Carries out a function of the script with these arguments.
    fn call_function(&mut self, name: &str, arguments: &[Text], at: Span) {
        let Some(function) = self.functions.get_mut(name) else { return };
        function.called = true;
        let (program, body) = (Rc::clone(&function.program), Rc::clone(&function.body));
        // Once more than it calls itself: what it hands to itself may be the secret.
        if self.calls.iter().filter(|call| *call == name).count() >= 2 {
            return;
        }
        if self.calls.len() >= super::MOST_CALLS {
            return self.gap(at, super::TOO_DEEP, true);
        }
        let passed_on: Vec<Text> = arguments
            .iter()
            .enumerate()
            .map(|(number, text)| {
                let hop = Hop {
                    at,
                    name: format!("{name}()"),
                    message: format!("passed to function {name} as argument {}", number + 1),
                };
                bounded(passed(text, &hop), "argument")
            })
            .collect();
        // `f "$1$1"` in functions that call each other: what they hand over doubles.
        self.pay(passed_on.iter().map(weight).sum());
        let positional = self.positional.replace(passed_on);
        let outer = std::mem::replace(&mut self.program, program);
        let locals = std::mem::take(&mut self.locals);
        self.calls.push(name.to_owned());
        self.depth += 2;
        self.command(&body);
        self.depth -= 2;
        self.calls.pop();
        for (name, variable) in std::mem::replace(&mut self.locals, locals).into_iter().rev() {
            self.variables.put(&name, variable);
        }
        self.program = outer;
        self.positional = positional;
    }

    /// `local x`: the caller's `x` comes back when the function ends.
    pub fn make_local(&mut self, name: &str) {
        let old = self.variables.get(name).cloned();
        self.locals.push((name.to_owned(), old));
    }

    /// Functions that nobody called are read with unknown arguments.
    pub fn uncalled_functions(&mut self) {
        let names: Vec<String> = self
            .functions
            .iter()
            .filter(|(_, function)| !function.called)
            .map(|(name, _)| name.clone())
            .collect();
        self.uncalled = true;
        self.streams = super::streams::Streams::default();
        for name in names {
            let Some(function) = self.functions.get(&name) else { continue };
            if function.called {
                continue;
            }
            let (program, body) = (Rc::clone(&function.program), Rc::clone(&function.body));
            let outer = std::mem::replace(&mut self.program, program);
            self.positional = None;
            self.calls.push(name.clone());
            self.aside(|machine| machine.command(&body));
            self.calls.pop();
            self.program = outer;
        }
    }
}

/// How many words belong to a wrapper itself: `sudo -u root`, `env A=b`, `timeout 5`.
fn wrapped(arguments: &[Text], wrapper: &Wrapper) -> usize {
    let mut number = 0;
    let mut words = wrapper.words;
    while let Some(argument) = arguments.get(number) {
        let start = known_start(argument);
        if wrapper.takes.iter().any(|option| is(argument, option)) {
            number += 2;
        } else if is(argument, "--") {
            return number + 1;
        } else if start.starts_with('-') || is_assignment(start) {
            number += 1;
        } else if words > 0 {
            words -= 1;
            number += 1;
        } else {
            break;
        }
    }
    number
}

pub fn is_assignment(start: &str) -> bool {
    start.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}
