//! Programs that are not PowerShell: what they fetch, keep and show.

use base64::Engine;

use super::command::Bound;
use super::member::environment_path;
use super::run::Machine;
use super::value::Value;
use crate::finding::Confidence;
use crate::script::run::call::{Call, is};
use crate::script::run::external::argument_traces;
use crate::script::run::literal::{can_be_secret, with_pieces};
use crate::script::run::wire::{known_start, mentions, shown_path, without_start};
use crate::script::table::{Output, SinkCommand, Table};
use crate::source::Span;
use crate::value::{Flat, Origin, OriginKind, Sink, SinkKind, Text, Traces};

/// Scripts in scripts in scripts.
const DEEPEST_SCRIPT: usize = 3;
const SCRIPTS_TOO_DEEP: &str = "scripts inside scripts nested too deeply";
/// Programs whose command line is no place where a secret stays, or that only set a password.
const QUIET: &[&str] =
    &["net", "net1", "icacls", "echo", "find", "findstr", "attrib", "mkdir", "md", "cd", "call"];

impl Machine<'_> {
    /// A program with its command line. `name` is in lower case.
    pub fn program_call(&mut self, name: &str, arguments: &[Text], input: Option<Value>, at: Span) -> Value {
        let call = Call { name, arguments, at };
        match name {
            "git" if self.clones(&call) => return Value::default(),
            "powershell" | "pwsh" => return self.powershell(&call),
            "net" | "net1" => self.new_password(&call),
            "cmd" => return self.command_shell(&call),
            "setx" => {
                let is_switch = |text: &Text| known_start(text).eq_ignore_ascii_case("/m");
                let of_machine = arguments.iter().any(is_switch);
                let mut words = arguments.iter().filter(|text| !is_switch(text));
                let (variable, value) = (words.next(), words.next());
                let value = self.named_literal(variable, value, at);
                let by = "saved by `setx`".to_owned();
                self.land_file(environment_path(of_machine), at, by, value);
                return Value::default();
            }
            "reg" if arguments.first().is_some_and(|word| known_start(word).eq_ignore_ascii_case("add")) => {
                self.registry(&call);
                return Value::default();
            }
            _ => {}
        }
        if let Some(value) = self.program_fetches(&call) {
            return value;
        }
        self.password_options(&call);
        let table = Table::built_in();
        if !self.table_sink(&call) && !table.quiet(name) && !QUIET.contains(&name) {
            let shown = if name.is_empty() { "a command" } else { name };
            self.show_arguments(&argument_traces(arguments), at, shown);
        }
        match table.output(name) {
            Output::Nothing => Value::hole("output", at, Traces::none()),
            _ => input.unwrap_or_default(),
        }
    }

    /// `git clone https://token@host/repo dir` keeps the address in `dir/.git/config`.
    fn clones(&mut self, call: &Call<'_>) -> bool {
        let traces = argument_traces(call.arguments);
        let words = call.operands();
        let address = words.iter().position(|text| !text.traces().is_empty() && mentions(text, "://"));
        let Some(address) = address.filter(|_| call.has("clone")) else { return false };
        let name = |text: &Text| {
            shown_path(text).rsplit('/').next().unwrap_or_default().trim_end_matches(".git").to_owned()
        };
        let directory = words.get(address + 1).map(|text| shown_path(text));
        let directory = directory.or_else(|| words.get(address).map(|text| name(text))).unwrap_or_default();
        let path = format!("{}/.git/config", directory.trim_end_matches(['/', '\\']));
        self.land_file(&path, call.at, "written by `git clone`".to_owned(), traces);
        true
    }

    fn program_fetches(&mut self, call: &Call<'_>) -> Option<Value> {
        let row = Table::built_in().fetches.get(call.name)?.iter();
        let (row, after) = row.filter_map(|row| Some((row, row.form.find(call)?))).next()?;
        let origin = crate::script::run::fetch::origin(call, row, after, self.assigning.as_deref());
        Some(match origin {
            Some((label, origin)) => Value::hole(&label, call.at, Traces::from_origin(origin)),
            None => Value::hole("value", call.at, Traces::none()),
        })
    }

    /// Rows of the table: `docker run -e`, `aws configure set`.
    fn table_sink(&mut self, call: &Call<'_>) -> bool {
        let Some(rows) = Table::built_in().sinks.get(call.name) else { return false };
        for row in rows {
            if row.form.find(call).is_none() {
                continue;
            }
            let traces = row_traces(call, row);
            if !traces.is_empty() {
                self.land_row(row, call.name, call.at, traces);
                return true;
            }
        }
        false
    }

    fn land_row(&mut self, row: &SinkCommand, name: &str, at: Span, traces: Traces) {
        let words = [vec![name.to_owned()], row.form.words.clone()].concat().join(" ");
        let sink = Sink {
            kind: row.kind,
            path: row.path.clone(),
            lifetime: row.lifetime,
            at,
            by: format!("saved by `{words}`"),
        };
        self.ledger.land(sink, traces, &self.branches);
    }

    /// Rows of the table for cmdlets: `Write-SSMParameter -Type String -Value …`.
    pub fn cmdlet_of_table(&mut self, name: &str, bound: &Bound, at: Span) {
        let rows = Table::built_in().sinks.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((command, rows)) = rows else { return };
        for row in rows {
            let wanted = row.form.option.as_deref().is_none_or(|wanted| {
                bound.options.iter().any(|(_, value)| value.known().is_some_and(|value| value == wanted))
            });
            let mut traces = Traces::none();
            for option in &row.options {
                let value = bound.option(&option.trim_start_matches('-').to_ascii_lowercase());
                value.into_iter().for_each(|value| traces.absorb(&value.traces()));
            }
            if wanted {
                self.land_row(row, command, at, traces);
            }
        }
    }

    /// `net user NAME PASSWORD /add`: handed over in memory, but a literal stands in the script.
    fn new_password(&mut self, call: &Call<'_>) {
        let [user, _, password, ..] = call.arguments else { return };
        let Some(known) = password.known().filter(|known| can_be_secret(known)) else { return };
        let shown = known.starts_with(['/', '*', '%', '$', '-', '(']);
        if is(user, "user") && !shown {
            let at = super::value::place(password).unwrap_or(call.at);
            self.literal_at("password", &known, at, Confidence::Medium);
        }
    }

    /// `reg add KEY /v NAME /d DATA`
    fn registry(&mut self, call: &Call<'_>) {
        let after = |option: &str| {
            let at = call.arguments.iter().position(|text| known_start(text).eq_ignore_ascii_case(option))?;
            call.arguments.get(at + 1)
        };
        let traces = self.named_literal(after("/v"), after("/d"), call.at);
        let path = call.arguments.get(1).map(shown_path).unwrap_or_default();
        self.land_file(&path, call.at, "saved by `reg add`".to_owned(), traces);
    }

    /// The secrets of a value; where its name says secret and it is a literal, that.
    pub fn named_literal(&mut self, name: Option<&Text>, value: Option<&Text>, at: Span) -> Traces {
        let Some(value) = value else { return Traces::none() };
        let name = name.and_then(Text::known).unwrap_or_default();
        let verdict = crate::secret::names::says_secret(&name);
        match (verdict, value.known()) {
            (Some(verdict), Some(known)) if can_be_secret(&known) => {
                self.literal_at(&name, &known, super::value::place(value).unwrap_or(at), verdict.confidence)
            }
            _ => value.traces(),
        }
    }

    /// A literal secret whose place is known.
    pub fn literal_at(&mut self, name: &str, text: &str, at: Span, confidence: Confidence) -> Traces {
        self.literal_of(name, &Text::made(text, at), at, confidence)
    }

    /// The same for a text of pieces.
    pub fn literal_of(&mut self, name: &str, text: &Text, at: Span, confidence: Confidence) -> Traces {
        let name = super::value::tellable(name);
        let secret = crate::secret::Secret::new(text.known().unwrap_or_default());
        let origin = Origin {
            kind: OriginKind::Literal,
            name: name.to_owned(),
            key: name.to_owned(),
            at,
            confidence,
            literal: Some((secret.length(), secret.last4())),
        };
        let traces = with_pieces(Traces::from_origin(origin), text);
        self.land(SinkKind::SourceCode, None, at, "written in the script".to_owned(), traces.clone());
        traces
    }

    /// Literals in `--password=x`, `/pass:x`, `/rp x`.
    fn password_options(&mut self, call: &Call<'_>) {
        for (number, argument) in call.arguments.iter().enumerate() {
            let start = known_start(argument);
            let lower = start.to_ascii_lowercase();
            let value = if let Some(long) = lower.strip_prefix("--") {
                let name = long.split('=').next().unwrap_or_default();
                if crate::script::names::says(name) != crate::script::names::Says::Secret {
                    continue;
                }
                match long.contains('=') {
                    true => Some(without_start(argument, name.len() + 3)),
                    false => call.arguments.get(number + 1).cloned(),
                }
            } else if lower.starts_with("/pass:") {
                Some(without_start(argument, 6))
            } else if matches!(lower.as_str(), "/rp" | "password=") && matches!(call.name, "schtasks" | "sc")
            {
                call.arguments.get(number + 1).cloned()
            } else {
                None
            };
            let Some(value) = value else { continue };
            let known =
                value.known().filter(|text| can_be_secret(text) && !text.starts_with(['-', '/', '*']));
            if let Some(known) = known {
                let place = super::value::place(&value).unwrap_or(call.at);
                let traces = self.literal_at("password", &known, place, Confidence::Medium);
                self.show_arguments(&traces, call.at, call.name);
            }
        }
    }

    /// `powershell -Command …`, `-EncodedCommand …`
    fn powershell(&mut self, call: &Call<'_>) -> Value {
        if let Some(script) = inner_powershell(call) {
            self.inner(&script, false);
        }
        Value::hole("output", call.at, Traces::none())
    }

    /// `cmd /c …`
    fn command_shell(&mut self, call: &Call<'_>) -> Value {
        let runs = |text: &Text| matches!(known_start(text).to_ascii_lowercase().as_str(), "/c" | "/k");
        if let Some(at) = call.arguments.iter().position(runs) {
            let script = spaced(call.arguments.get(at + 1..).unwrap_or_default(), call.at);
            self.inner(&script, true);
        }
        Value::hole("output", call.at, Traces::none())
    }

    /// A script in a process of its own.
    fn inner(&mut self, script: &Text, batch: bool) {
        if script.is_empty() {
            return;
        }
        if self.level >= DEEPEST_SCRIPT {
            return self.gap(self.context.fallback, SCRIPTS_TOO_DEEP, true);
        }
        let flat = Flat::new(script);
        let mut machine = Machine::new(self.context, flat.text().len(), self.level + 1);
        machine.variables.inherit(&self.variables);
        machine.transcript = self.transcript.clone();
        machine.uncalled = self.uncalled;
        if batch {
            machine.batch(flat)
        } else {
            machine.script(flat)
        }
        self.gaps.append(&mut machine.gaps);
        self.ledger.adopt_all(machine.ledger);
    }

    /// Scripts that this one wrote, each read in its turn.
    pub fn written_scripts(&mut self) {
        for (path, (_, text)) in std::mem::take(&mut self.ledger.scripts) {
            let batch = path.ends_with(".bat") || path.ends_with(".cmd");
            // Where it runs and who sees its output is not known.
            let context = crate::script::Context {
                role: crate::script::Role::Standalone,
                environment: Vec::new(),
                arguments: Vec::new(),
                files: Vec::new(),
                file_name: self.context.file_name,
                guess_environment: false,
                fallback: self.context.fallback,
            };
            if self.level >= DEEPEST_SCRIPT {
                return self.gap(self.context.fallback, SCRIPTS_TOO_DEEP, true);
            }
            let flat = Flat::new(&text);
            let mut machine = Machine::new(&context, flat.text().len(), self.level + 1);
            if batch {
                machine.batch(flat)
            } else {
                machine.script(flat)
            }
            machine.written_scripts();
            let ledger = std::mem::take(&mut machine.ledger);
            let mut gaps = std::mem::take(&mut machine.gaps);
            drop(machine);
            self.gaps.append(&mut gaps);
            self.ledger.adopt_all(ledger);
        }
    }

    /// `Invoke-Expression`: a text in this process.
    pub fn expression_text(&mut self, text: &Text, at: Span) -> Value {
        if text.is_empty() {
            return Value::default();
        }
        if self.level >= DEEPEST_SCRIPT {
            self.gap(at, SCRIPTS_TOO_DEEP, true);
            return Value::default();
        }
        self.level += 1;
        let flat = Flat::new(text);
        self.pay(flat.text().len());
        let outer = std::rc::Rc::clone(&self.program);
        let block = self.enter(flat);
        let value = self.deeper(at, |machine| machine.block(&block));
        self.program = outer;
        self.level -= 1;
        value
    }
}

/// The script that PowerShell is given on its command line.
pub fn inner_powershell(call: &Call<'_>) -> Option<Text> {
    let mut number = 0;
    while let Some(argument) = call.arguments.get(number) {
        let start = known_start(argument).to_ascii_lowercase();
        let Some(option) = start.strip_prefix(['-', '/']) else { break };
        number += 1;
        let is_long = |full: &str, least: usize| option.len() >= least && full.starts_with(option);
        if is_long("command", 1) {
            break;
        }
        if option == "ec" || is_long("encodedcommand", 1) && !is_long("executionpolicy", 2) {
            let encoded = call.arguments.get(number)?;
            return decoded(encoded).map(|text| Text::made(text, call.at));
        }
        if is_long("file", 1) {
            return None;
        }
        let switches = ["noprofile", "nop", "noninteractive", "noni", "nologo", "noexit", "sta", "mta"];
        number += usize::from(!switches.contains(&option));
    }
    let words = call.arguments.get(number..).unwrap_or_default();
    (!words.is_empty() && !is(&words[0], "-")).then(|| spaced(words, call.at))
}

/// Base64 of UTF-16LE.
fn decoded(encoded: &Text) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.known()?.trim()).ok()?;
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

fn spaced(words: &[Text], at: Span) -> Text {
    let mut all = Text::default();
    for word in words {
        if !all.is_empty() {
            all.append(Text::made(" ", at));
        }
        all.append(word.clone());
    }
    all
}

/// Secrets in the words that a row speaks of.
fn row_traces(call: &Call<'_>, row: &SinkCommand) -> Traces {
    if row.options.is_empty() {
        return argument_traces(call.arguments);
    }
    let mut all = Traces::none();
    for (number, argument) in call.arguments.iter().enumerate() {
        for option in &row.options {
            if is(argument, option) {
                call.arguments.get(number + 1).into_iter().for_each(|value| all.absorb(&value.traces()));
            } else if known_start(argument).starts_with(option.as_str()) {
                all.absorb(&argument.traces());
            }
        }
    }
    all
}
