//! Programs that read secrets and print them, unchanged or in another shape.

use std::rc::Rc;

use super::Machine;
use super::call::{Call, is_option};
use super::fetch::judged;
use super::streams::Chunk;
use super::wire::known_start;
use crate::script::names::{Says, says};
use crate::value::{Flat, Hop, OriginKind, Text, Traces};

impl Machine<'_> {
    /// `cat`: its input, or files, come out as they are.
    pub fn copy_through(&mut self, call: &Call<'_>) {
        let operands = call.operands();
        let mut chunks = Vec::new();
        if operands.is_empty() {
            chunks = self.streams.input_chunks();
        }
        for operand in operands {
            chunks.extend(self.file_chunks(operand));
        }
        for chunk in chunks {
            self.relay(chunk, call);
        }
    }

    /// Passes a chunk on: a line of a here-document keeps its place.
    pub fn relay(&mut self, chunk: Chunk, call: &Call<'_>) {
        let chunk = if chunk.document.is_some() {
            chunk
        } else {
            Chunk { at: call.at, by: call.name.into(), ..chunk }
        };
        self.deliver(chunk);
    }

    /// `jq`, `sed`, `base64`: what comes out holds the secrets, in a text that is not known.
    pub fn filter(&mut self, call: &Call<'_>) {
        if call.name == "xargs" {
            return self.with_input_arguments(call);
        }
        if call.name == "envsubst" {
            return self.substitute_environment(call);
        }
        if selects_plain(call) || prints_nothing(call) {
            return;
        }
        let mut chunks = self.streams.input_chunks();
        for operand in call.operands() {
            chunks.extend(self.file_chunks(operand));
        }
        // `grep server: k3s.yaml`: a line that somebody sought is seldom the secret's.
        if matches!(call.name, "grep" | "egrep" | "fgrep") {
            chunks.retain(|chunk| !chunk.traces().iter().any(|trace| trace.origin.kind == OriginKind::File));
        }
        let shown = self.table.shows_arguments(call.name);
        let mut command = if shown { super::editors::put_in(call) } else { Traces::none() };
        command.absorb(&self.brought_in(call));
        for chunk in chunks {
            let traces = chunk.traces();
            if traces.is_empty() {
                continue;
            }
            // What Terraform encoded is known: `echo ${base64encode(…)} | base64 -d`.
            if let Some(inner) = chunk.text.opened().filter(|_| decodes(call)) {
                let hop = Rc::new(Hop {
                    at: chunk.at,
                    name: call.name.to_owned(),
                    message: format!("decoded by `{}`", call.name),
                });
                for (text, at) in Flat::new(&inner).lines(chunk.at) {
                    self.deliver(Chunk { text, at, by: call.name.into(), document: Some(Rc::clone(&hop)) });
                }
            } else if chunk.document.is_some() {
                let text = hidden(call, traces, chunk.at);
                self.relay(Chunk { text, ..chunk }, call);
            } else {
                command.absorb(&traces);
            }
        }
        if !command.is_empty() {
            self.emit(hidden(call, command, call.at), call.at, call.name);
        }
    }

    /// What a filter reads besides: variables of the environment, a file of commands.
    fn brought_in(&mut self, call: &Call<'_>) -> Traces {
        match call.name {
            "jq" | "yq" | "awk" | "gawk" | "mawk" | "nawk" => self.environment_read(call.arguments),
            "sed" | "gsed" => self.sed_file(call),
            _ => Traces::none(),
        }
    }

    /// `… | xargs command`: the input becomes arguments.
    fn with_input_arguments(&mut self, call: &Call<'_>) {
        let takes = ["-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E"];
        let mark = call.option("-I").or_else(|| call.option("-i")).and_then(|mark| mark.known());
        let mark = mark.filter(|mark| !mark.is_empty() && mark.len() <= 16);
        let mut number = 0;
        while let Some(argument) = call.arguments.get(number).filter(|text| is_option(text)) {
            number += 1 + usize::from(takes.contains(&known_start(argument)));
        }
        let mut texts = call.arguments.get(number..).unwrap_or_default().to_vec();
        let traces = self.streams.input_traces();
        if texts.is_empty() {
            // Without a command it prints its input on one line.
            return self.emit(hidden(call, traces, call.at), call.at, call.name);
        }
        if !traces.is_empty() {
            let input = Text::hole("input", call.at, traces);
            match mark {
                Some(mark) => texts.iter_mut().for_each(|text| *text = replaced(text, &mark, &input)),
                None => texts.push(input),
            }
        }
        self.dispatch_deeper(&texts, call.at);
    }

    /// `envsubst`: exported variables stand where the template names them.
    fn substitute_environment(&mut self, call: &Call<'_>) {
        let chunks = self.streams.input_chunks();
        let named = call.operands().first().and_then(|text| text.known());
        let mut traces = Traces::none();
        self.pay(self.variables.count());
        let secrets: Vec<(String, Traces)> = self
            .variables
            .exported_secrets()
            .map(|(name, variable)| (name.clone(), variable.value.traces()))
            .collect();
        for (name, secret) in secrets {
            let listed = named.as_ref().is_none_or(|list| names_variable(list, &name));
            let template = chunks.is_empty()
                || chunks.iter().any(|chunk| {
                    chunk.text.pieces.iter().any(|piece| {
                        matches!(piece, crate::value::Piece::Known { text, .. } if names_variable(text, &name))
                    })
                });
            if listed && template {
                traces.absorb(&secret);
            }
        }
        traces.absorb(&self.streams.input_traces());
        if traces.is_empty() {
            chunks.into_iter().for_each(|chunk| self.relay(chunk, call));
        } else {
            self.emit(hidden(call, traces, call.at), call.at, call.name);
        }
    }
}

/// The text with another one wherever the mark stands: `{}`.
fn replaced(text: &Text, mark: &str, other: &Text) -> Text {
    let Some(known) = text.known().filter(|known| known.contains(mark)) else {
        return text.clone();
    };
    let mut all = Text::default();
    let mut start = 0;
    for (at, _) in known.match_indices(mark) {
        all.append(super::wire::slice(text, start..at));
        all.append(other.clone());
        start = at + mark.len();
    }
    all.append(super::wire::slice(text, start..known.len()));
    all
}

/// `base64 -d`, `openssl base64 -d`
fn decodes(call: &Call<'_>) -> bool {
    matches!(call.name, "base64" | "openssl")
        && call.arguments.iter().any(|text| matches!(known_start(text), "-d" | "-D" | "--decode" | "-di"))
}

/// `$NAME` or `${NAME}` in a template.
fn names_variable(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or("");
        let after = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
        (before.ends_with('$') || before.ends_with("${"))
            && !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
    })
}

/// An output whose text is not known.
fn hidden(call: &Call<'_>, traces: Traces, at: crate::source::Span) -> Text {
    let mut text = Text::hole(format!("output of {}", call.name), at, traces);
    text.append(Text::made("\n", at));
    text
}

/// `jq -r .username`: the field that is taken has a name that says it is no secret.
fn selects_plain(call: &Call<'_>) -> bool {
    let expression = match call.name {
        "jq" | "yq" => call.operands().first().and_then(|text| text.known()),
        "python" | "python2" | "python3" | "ruby" | "node" => call
            .option("-c")
            .or_else(|| call.option("-e"))
            .and_then(|text| text.known())
            .and_then(|code| last_subscript(&code)),
        _ => return false,
    };
    let Some(expression) = expression else { return false };
    let simple =
        expression.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._-[]\"'|?".contains(&byte));
    let bare = expression.trim().trim_end_matches("| @text").trim_end_matches("| tostring").trim();
    // The secret id of Vault's AppRole is a half of a login.
    let half = bare.ends_with(".data.secret_id");
    simple && judged(bare) == Says::Plain && !half && !bare.contains("SecretString,")
}

/// `key` of the last `['key']` or `.get('key')` in a line of code.
fn last_subscript(code: &str) -> Option<String> {
    let quoted: Vec<&str> = code.split(['\'', '"']).collect();
    let mut found = None;
    for window in quoted.windows(2) {
        if let [before, inside] = window
            && (before.ends_with('[') || before.ends_with(".get("))
        {
            found = Some((*inside).to_owned());
        }
    }
    found.filter(|key| says(key) != Says::Nothing)
}

/// Programs of `jq` that print no value of their input: its shape, or nothing.
const SHAPES: [&str; 6] = ["empty", "keys", "keys[]", "keys_unsorted", "length", "type"];

/// `sed 's/password=.*/password=***/'`: whoever writes so takes the secret out.
fn masks(call: &Call<'_>) -> bool {
    const MARKS: [&str; 6] = ["***", "redacted", "masked", "hidden", "xxxx", "removed"];
    let replacement = |script: &str| {
        let mut letters = script.trim_start().strip_prefix('s')?.chars();
        let mark = letters.next().filter(|mark| mark.is_ascii_punctuation())?;
        letters.as_str().split(mark).nth(1).map(str::to_ascii_lowercase)
    };
    let script = call.option("-e").or_else(|| call.operands().first().map(|text| (*text).clone()));
    script
        .and_then(|text| text.known())
        .and_then(|script| replacement(&script))
        .is_some_and(|text| MARKS.iter().any(|mark| text.contains(mark)))
}

/// `grep -q`; an interpreter that reads its program, not data, from standard input.
fn prints_nothing(call: &Call<'_>) -> bool {
    let flags = || call.arguments.iter().map(known_start).filter(|start| start.starts_with('-'));
    match call.name {
        "grep" | "egrep" | "fgrep" | "rg" => flags().any(|flag| {
            let long = ["--quiet", "--count", "--files-with-matches", "--silent"].contains(&flag);
            long || !flag.starts_with("--") && flag.contains(['q', 'c', 'l', 'L'])
        }),
        // `head -c 0`, `cut -c1-4`: no more than our own reports show.
        "head" | "tail" => call.option("-c").and_then(|count| count.known()).is_some_and(|count| {
            count.trim_start_matches('-').parse().is_ok_and(|count: u32| count <= super::expand::SHOWN)
                && !count.starts_with('+')
        }),
        "cut" => call.option("-c").and_then(|range| range.known()).is_some_and(|range| {
            range
                .trim_start_matches("1")
                .trim_start_matches('-')
                .parse()
                .is_ok_and(|last: u32| last <= super::expand::SHOWN)
                && range.starts_with(['1', '-'])
        }),
        "jq" | "yq" => call
            .operands()
            .first()
            .and_then(|text| text.known())
            .is_some_and(|program| SHAPES.contains(&program.trim())),
        "sed" => masks(call),
        "python" | "python2" | "python3" | "ruby" | "node" | "php" | "perl" => !flags()
            .any(|flag| flag.starts_with("-m") || !flag.starts_with("--") && flag.contains(['c', 'e', 'r'])),
        _ => false,
    }
}
