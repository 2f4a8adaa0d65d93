//! Programs: what they write, print and show.

use super::Machine;
use super::call::{Call, is};
use crate::script::table::{Form, Output};
use crate::source::Span;
use crate::value::{Lifetime, SinkKind, Text, Traces};

/// How much of a program's effect is told.
pub enum Effect {
    /// All of it.
    Complete,
    /// Nothing.
    Unknown,
}

impl Machine<'_> {
    /// Carries out a program.
    pub fn external(&mut self, call: &Call<'_>) {
        if call.name == "find" {
            return self.for_each_found(call);
        }
        if self.inner_script(call) {
            return;
        }
        self.program(call);
        self.password_options(call);
        if self.fetch(call) {
            return;
        }
        match self.file_command(call) {
            Effect::Complete => return,
            Effect::Unknown => {
                if self.table_sink(call) {
                    return;
                }
                self.network(call);
                self.show_arguments(call);
            }
        }
        self.pass_on(call);
    }

    /// `find … -exec command {} \;`
    fn for_each_found(&mut self, call: &Call<'_>) {
        let exec = ["-exec", "-execdir", "-ok"];
        let Some(at) = call.arguments.iter().position(|text| exec.iter().any(|word| is(text, word))) else {
            return;
        };
        let rest = call.arguments.get(at + 1..).unwrap_or_default();
        let end = rest.iter().position(|text| is(text, ";") || is(text, "+")).unwrap_or(rest.len());
        self.dispatch_deeper(rest.get(..end).unwrap_or_default(), call.at);
    }

    /// Calls a command that another one is given.
    pub fn dispatch_deeper(&mut self, texts: &[Text], at: Span) {
        if self.depth >= super::DEEPEST {
            return self.gap(at, super::TOO_DEEP, true);
        }
        self.depth += 1;
        self.dispatch(texts, at);
        self.depth -= 1;
    }

    /// Secrets on the command line are seen by every user of the machine.
    pub fn show_arguments(&mut self, call: &Call<'_>) {
        if self.table.quiet(call.name) {
            return;
        }
        let traces = argument_traces(call.arguments);
        if !traces.is_empty() {
            let by = format!("passed to `{}`", shown(call.name));
            self.land(SinkKind::ProcessArguments, Lifetime::Memory, call.at, by, traces);
        }
    }

    /// Secrets that come out of a program because they went in.
    fn pass_on(&mut self, call: &Call<'_>) {
        match self.table.output(call.name) {
            Output::Same => self.copy_through(call),
            Output::Changed => self.filter(call),
            Output::Nothing => self.may_print(call),
        }
    }
}

/// All secrets in these words.
pub fn argument_traces(arguments: &[Text]) -> Traces {
    let mut all = Traces::none();
    for argument in arguments {
        all.absorb(&argument.traces());
    }
    all
}

/// The command's name for a message.
pub fn shown(name: &str) -> &str {
    if name.is_empty() { "a command" } else { name }
}

impl Form {
    /// Where this form stands in a call: the number of the argument after its words.
    pub fn find(&self, call: &Call<'_>) -> Option<usize> {
        // `-field=token` as `-field token`.
        let with_value = |option: &str| {
            call.arguments.iter().any(|argument| {
                super::wire::known_start(argument)
                    .strip_prefix(option)
                    .is_some_and(|rest| rest.starts_with('='))
            })
        };
        if let Some(option) = &self.option
            && !call.has(option)
            && !with_value(option)
        {
            return None;
        }
        if self.words.is_empty() {
            return Some(0);
        }
        // Options between the words, `aws --region r ssm get-parameter`, are stepped over.
        let positions: Vec<usize> = (0..call.arguments.len().min(24))
            .filter(|number| call.arguments.get(*number).is_some_and(|text| !super::call::is_option(text)))
            .collect();
        let found = positions.windows(self.words.len()).find(|window| {
            window
                .iter()
                .zip(&self.words)
                .all(|(number, word)| call.arguments.get(*number).is_some_and(|argument| is(argument, word)))
        })?;
        found.last().map(|last| last + 1)
    }
}
