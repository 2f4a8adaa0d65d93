//! Commands that the shell carries out itself.

use super::Machine;
use super::assign::variable_hop;
use super::call::{Call, is, is_assignment};
use super::variables::{passed, used_at};
use super::wire::{command_name, known_start, without_start};
use crate::value::{Piece, Text, Traces};

impl Machine<'_> {
    /// Carries out a builtin; false where the command is none.
    pub fn builtin(&mut self, call: &Call<'_>) -> bool {
        match call.name {
            "echo" => self.echo(call),
            "printf" => self.printf(call),
            "set" if call.arguments.is_empty() => self.print_all(call, &[]),
            "set" => self.set_options(call),
            "export" | "declare" | "typeset" | "readonly" => self.export(call),
            "local" => {
                for name in call.operands() {
                    let start = known_start(name);
                    match start.split_once('=').filter(|_| is_assignment(start)) {
                        Some((own, _)) => self.make_local(own),
                        None => self.make_local(&command_name(name)),
                    }
                }
                self.assigned_words(call, false);
            }
            "unset" => {
                for name in call.operands() {
                    if let Some(name) = name.known() {
                        self.variables.unset(&name);
                    }
                }
            }
            "read" | "mapfile" | "readarray" => self.read_variables(call),
            "cd" | "pushd" => self.change_directory(call),
            "popd" => self.working_directory = None,
            "eval" => self.evaluate(call),
            "source" | "." => self.source_file(call),
            "trap" => {
                if let Some(commands) = call.arguments.first().filter(|text| known_start(text).len() > 1) {
                    self.traps.push((*commands).clone());
                }
            }
            "shift" => {
                let count = call.known(0).and_then(|text| text.parse().ok()).unwrap_or(1);
                if let Some(positional) = &mut self.positional {
                    positional.drain(..count.min(positional.len()));
                }
            }
            ":" | "true" | "false" | "test" | "[" | "return" | "exit" | "let" | "wait" | "getopts"
            | "umask" | "ulimit" | "alias" | "shopt" | "kill" | "hash" | "type" | "break" | "continue"
            | "exec" => {}
            _ => return false,
        }
        true
    }

    fn echo(&mut self, call: &Call<'_>) {
        let flags = call
            .arguments
            .iter()
            .take_while(|text| {
                let start = known_start(text);
                text.pieces.len() == 1
                    && start.len() > 1
                    && start.len() <= 4
                    && start.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|b| b"neE".contains(&b)))
            })
            .count();
        let mut text = Text::default();
        for (number, argument) in call.arguments.iter().skip(flags).enumerate() {
            if number > 0 {
                text.append(Text::made(" ", call.at));
            }
            text.append(self.stated_in_output(argument.clone(), call.at));
        }
        text.append(Text::made("\n", call.at));
        self.emit(text, call.at, call.name);
    }

    fn printf(&mut self, call: &Call<'_>) {
        let mut arguments = call.arguments;
        let mut variable = None;
        if arguments.first().is_some_and(|text| is(text, "-v")) {
            variable = arguments.get(1).and_then(Text::known);
            arguments = arguments.get(2..).unwrap_or_default();
        }
        if arguments.first().is_some_and(|text| is(text, "--")) {
            arguments = arguments.get(1..).unwrap_or_default();
        }
        let Some((format, values)) = arguments.split_first() else { return };
        let text = formatted(format, values, call.at);
        match variable {
            Some(name) => self.give(&name, &text, call.at),
            None => {
                let text = self.stated_in_output(text, call.at);
                self.emit(text, call.at, call.name);
            }
        }
    }

    fn set_options(&mut self, call: &Call<'_>) {
        let mut arguments = call.arguments.iter().enumerate();
        while let Some((number, argument)) = arguments.next() {
            let start = known_start(argument);
            let Some(sign) = start.chars().next().filter(|sign| matches!(sign, '-' | '+')) else {
                self.positional = call.arguments.get(number..).map(<[Text]>::to_vec);
                return;
            };
            if start == "--" {
                self.positional = call.arguments.get(number + 1..).map(<[Text]>::to_vec);
                return;
            }
            let on = sign == '-';
            let name =
                if start.contains('o') { arguments.next().and_then(|(_, text)| text.known()) } else { None };
            if start.contains('x') || name.as_deref() == Some("xtrace") {
                self.traced = on.then_some(call.at);
            }
            if start.contains('a') || name.as_deref() == Some("allexport") {
                self.variables.exports_all = on;
            }
        }
    }

    fn export(&mut self, call: &Call<'_>) {
        let exports = call.name == "export" || call.has("-x");
        let alone = call.arguments.is_empty() || call.has("-x") && call.operands().is_empty();
        let prints = call.has("-p") || alone;
        if prints && (call.name == "export" || call.has("-x")) {
            return self.print_environment(call);
        }
        if prints {
            let names: Vec<String> = call.operands().iter().filter_map(|text| text.known()).collect();
            return self.print_all(call, &names);
        }
        self.assigned_words(call, exports);
        for name in call.operands() {
            self.scatter(name, call);
        }
        for name in call.operands().iter().filter_map(|text| text.known()) {
            if exports {
                self.variables.export(&name);
            }
        }
    }

    /// `export "X=$P"`: the word is an assignment only when it has been put together.
    fn assigned_words(&mut self, call: &Call<'_>, exports: bool) {
        for word in call.operands() {
            let start = known_start(word);
            let Some((name, _)) = start.split_once('=').filter(|_| is_assignment(start)) else { continue };
            let value = without_start(word, name.len() + 1);
            let value = passed(&value, &variable_hop(name, call.at));
            let value = self.literal_secret(name, &value, call.at).unwrap_or(value);
            self.variables.set(name, value, exports);
        }
    }

    /// `set`, `declare -p NAME`: variables are printed, exported or not.
    fn print_all(&mut self, call: &Call<'_>, names: &[String]) {
        self.pay(self.variables.count());
        let mut traces = Traces::none();
        for (name, variable) in self.variables.secrets() {
            if names.is_empty() || names.contains(name) {
                traces.absorb(&variable.value.traces());
            }
        }
        if !traces.is_empty() {
            self.emit(Text::hole("variables", call.at, traces), call.at, call.name);
        }
    }

    /// `env`, `export -p`: all exported variables are printed.
    pub fn print_environment(&mut self, call: &Call<'_>) {
        self.pay(self.variables.count());
        let mut traces = Traces::none();
        for (_, variable) in self.variables.exported_secrets() {
            traces.absorb(&variable.value.traces());
        }
        if !traces.is_empty() {
            self.emit(Text::hole("environment", call.at, traces), call.at, call.name);
        }
    }

    /// `read x`: the secrets of the input are in the variables.
    fn read_variables(&mut self, call: &Call<'_>) {
        let traces = self.streams.input_traces();
        let array = call.option("-a").filter(|_| call.name == "read");
        let mut names: Vec<String> = call.operands().iter().filter_map(|text| text.known()).collect();
        names.extend(array.and_then(|text| text.known()));
        if names.is_empty() {
            names.push(if call.name == "read" { "REPLY" } else { "MAPFILE" }.to_owned());
        }
        for name in names {
            let typed = if traces.is_empty() { self.handed_in(&name, &name, call.at) } else { None };
            let value = typed.unwrap_or_else(|| Text::hole(name.as_str(), call.at, traces.clone()));
            self.variables.set(&name, passed(&value, &variable_hop(&name, call.at)), false);
        }
    }

    fn change_directory(&mut self, call: &Call<'_>) {
        let target = call.operands().first().map(|text| self.path(text));
        self.working_directory = match target {
            Some(path) if path.starts_with(['/', '~', '$']) => Some(path),
            Some(_) => None,
            None => Some("~".to_owned()),
        };
    }

    fn evaluate(&mut self, call: &Call<'_>) {
        let mut text = Text::default();
        for (number, argument) in call.arguments.iter().enumerate() {
            if number > 0 {
                text.append(Text::made(" ", call.at));
            }
            text.append(argument.clone());
        }
        self.scatter(&text, call);
        self.run_text(&text);
    }

    /// A text that begins with a secret's hole sets variables when it is carried out: which ones,
    /// only the secret knows.
    fn scatter(&mut self, text: &Text, call: &Call<'_>) {
        let opaque = matches!(text.pieces.first(), Some(Piece::Hole(hole)) if !hole.traces.is_empty());
        if opaque {
            let message = format!("read into variables by `{}`", call.name);
            let hop = crate::value::Hop { at: call.at, name: call.name.to_owned(), message };
            self.scattered.absorb(&text.traces().then(&hop));
        }
    }

    /// `source f`: a file that this script wrote is carried out.
    fn source_file(&mut self, call: &Call<'_>) {
        let Some(path) = call.arguments.first() else { return };
        let mut text = Text::default();
        for chunk in self.file_chunks(path) {
            text.append(chunk.text);
        }
        if !text.is_empty() {
            let path = self.path(path);
            if let Some(file) = self.files.written.get_mut(&path) {
                file.carried_out = true;
            }
            self.scatter(&text, call);
            self.run_text(&used_at(&text, call.at));
        }
    }
}

/// `printf`: each `%s` takes one value, and the format is used again while values are left.
fn formatted(format: &Text, values: &[Text], at: crate::source::Span) -> Text {
    let mut text = Text::default();
    let mut values = values.iter().peekable();
    for round in 0..64 {
        let before = values.len();
        for piece in &format.pieces {
            match piece {
                Piece::Known { text: known, at, .. } => format_known(known, *at, &mut values, &mut text),
                hole => text.pieces.push(hole.clone()),
            }
        }
        if values.peek().is_none() || values.len() == before && round > 0 {
            break;
        }
        if values.len() == before {
            break;
        }
    }
    // What the format did not take is not printed, unless the format is not known.
    if format.known().is_none() {
        for value in values {
            text.append(Text::made(" ", at));
            text.append(value.clone());
        }
    }
    text
}

fn format_known<'v>(
    known: &str,
    at: crate::source::Span,
    values: &mut std::iter::Peekable<std::slice::Iter<'v, Text>>,
    text: &mut Text,
) {
    let mut plain = String::new();
    let mut characters = known.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            '%' if characters.peek() == Some(&'%') => {
                characters.next();
                plain.push('%');
            }
            '%' => {
                while characters.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
                characters.next();
                if !plain.is_empty() {
                    text.append(Text::made(std::mem::take(&mut plain), at));
                }
                if let Some(value) = values.next() {
                    text.append(value.clone());
                }
            }
            other => plain.push(other),
        }
    }
    if !plain.is_empty() {
        text.append(Text::made(plain, at));
    }
}
