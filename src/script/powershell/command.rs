//! Commands: who is called, and with what.

use std::rc::Rc;

use super::run::Machine;
use super::tree::{Argument, Block, Expression, Node};
use super::value::Value;
use crate::finding::Confidence;
use crate::script::run::call::Call;
use crate::script::run::literal::can_be_secret;
use crate::script::run::wire::{known_start, without_start};
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::value::{Hop, Piece, Text, Traces};

/// Options that take no value.
const SWITCHES: &[&str] = &[
    "force",
    "asplaintext",
    "nonewline",
    "append",
    "notypeinformation",
    "recurse",
    "wait",
    "passthru",
    "noclobber",
    "usebasicparsing",
    "confirm",
    "whatif",
    "raw",
    "asjson",
    "nonewwindow",
    "ashashtable",
    "compress",
    "unique",
    "assecurestring",
    "verbose",
    "debug",
    "noprofile",
    "noninteractive",
    "nologo",
    "noexit",
    "leaf",
    "parent",
    "quiet",
];

/// A word after a command, with what it stands for.
#[derive(Clone)]
pub struct Word {
    pub value: Value,
    /// The option's name, in lower case, for `-Name`.
    pub option: Option<String>,
}

/// A command's arguments, bound to names as PowerShell does.
pub struct Bound {
    pub options: Vec<(String, Value)>,
    pub words: Vec<Value>,
}

impl Bound {
    /// The value of an option, whose name may be shortened.
    pub fn option(&self, name: &str) -> Option<&Value> {
        let exact = self.options.iter().find(|(given, _)| given == name);
        exact
            .or_else(|| self.options.iter().find(|(given, _)| name.starts_with(given.as_str())))
            .map(|(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// The first of these options that is given, or else the next word.
    pub fn take(&mut self, names: &[&str]) -> Option<Value> {
        for name in names {
            if let Some(value) = self.option(name) {
                return Some(value.clone());
            }
        }
        (!self.words.is_empty()).then(|| self.words.remove(0))
    }

    /// All secrets among the arguments.
    pub fn traces(&self) -> Traces {
        let mut all = Traces::none();
        self.options.iter().for_each(|(_, value)| all.absorb(&value.traces()));
        self.words.iter().for_each(|value| all.absorb(&value.traces()));
        all
    }
}

/// Names for cmdlets that people type.
fn full_name(name: &str) -> &str {
    match name {
        "sc" => "set-content",
        "ac" => "add-content",
        "gc" | "cat" | "type" => "get-content",
        "echo" | "write" => "write-output",
        "iex" => "invoke-expression",
        "icm" => "invoke-command",
        "ni" => "new-item",
        "ri" | "rm" | "del" | "erase" | "rd" | "rmdir" => "remove-item",
        "cp" | "copy" | "cpi" => "copy-item",
        "mv" | "move" | "mi" => "move-item",
        "rni" | "ren" => "rename-item",
        "sp" => "set-itemproperty",
        "si" => "set-item",
        "%" | "foreach" => "foreach-object",
        "?" | "where" => "where-object",
        "select" => "select-object",
        "tee" => "tee-object",
        "saps" | "start" => "start-process",
        "sv" | "set-var" => "set-variable",
        "gv" => "get-variable",
        "epcsv" => "export-csv",
        other => other,
    }
}

/// The name of a command as it may be shown: without folders and `.exe`.
pub fn command_name(text: &Text) -> String {
    let Some(Piece::Known { text: last, .. }) = text.pieces.last() else { return String::new() };
    let name = last.rsplit(['\\', '/']).next().unwrap_or_default().trim();
    let lower = name.to_ascii_lowercase();
    let bare = [".exe", ".cmd", ".bat", ".com"].iter().find_map(|end| lower.strip_suffix(end)).map(str::len);
    let name = name.get(..bare.unwrap_or(name.len())).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '%' | '?');
    let whole = text.pieces.len() == 1 || last.contains(['\\', '/']);
    if whole && name.len() <= 64 && name.chars().all(plain) { name.to_owned() } else { String::new() }
}

impl Machine<'_> {
    /// Calls a command. Gives what it puts out, and its name.
    pub fn command(
        &mut self,
        name: &Node,
        arguments: &[Argument],
        input: Option<Value>,
        at: Span,
    ) -> (Value, String) {
        let called = self.evaluate(name);
        if let Value::Script(..) = called {
            let words = self.words(arguments).into_iter().map(|word| word.value).collect();
            return (self.call_value(called, words, input, at), "the script".to_owned());
        }
        let text = called.text();
        let name = command_name(&text);
        let words = self.words(arguments);
        let key = name.to_lowercase();
        if self.functions.contains_key(&key) {
            return (self.call_function(&key, words, input, at), name);
        }
        let is_program = text.known().is_some_and(|text| text.to_ascii_lowercase().ends_with(".exe"));
        let full = if is_program { key.as_str() } else { full_name(&key) };
        let by = if full == key { name.clone() } else { full.to_owned() };
        let is_hole = matches!(text.pieces.as_slice(), [Piece::Hole(_)]);
        if is_hole && words.is_empty() {
            // `$x = ${jsonencode(…)}` is a value that Terraform puts there.
            return (if self.assigning.is_some() { Value::Text(text) } else { Value::default() }, name);
        }
        if is_program || !full.contains('-') {
            for word in words.iter().filter(|word| matches!(word.value, Value::Script(..))) {
                self.call_value(word.value.clone(), Vec::new(), None, at);
            }
            let texts: Vec<Text> = words.iter().flat_map(texts_of).collect();
            let value = self.program_call(&key, &texts, input, at);
            return (value, name);
        }
        let value = match self.fetched(&by, &words, at) {
            Some(value) => value,
            None => {
                let bound = bind(&words);
                self.cmdlet(full, bound, input, at)
            }
        };
        (value, by)
    }

    /// The values of arguments; `@name` becomes what it stands for.
    fn words(&mut self, arguments: &[Argument]) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for argument in arguments {
            let value = self.evaluate(&argument.node);
            if let Expression::Splat(_) = argument.node.kind {
                splatted(&value, &mut words);
                continue;
            }
            let Some((name, attached)) = Some(&value).filter(|_| argument.bare).and_then(option_of) else {
                // A literal after an option that says secret is one.
                let value = match words.last().and_then(|word| word.option.clone()) {
                    Some(option) if super::assign::is_literal(&argument.node) => {
                        self.option_literal(&option, value, &argument.node)
                    }
                    _ => value,
                };
                words.push(Word { value, option: None });
                continue;
            };
            words.push(Word { value: value.clone(), option: Some(name) });
            if let Some(attached) = attached {
                words.push(Word { value: attached, option: None });
            }
        }
        words
    }

    fn option_literal(&mut self, option: &str, value: Value, node: &Node) -> Value {
        let sure = says_secret(option).is_some_and(|verdict| verdict.confidence >= Confidence::Medium);
        if sure { self.literal_secret(option, value, node) } else { value }
    }

    /// A cmdlet of the table that fetches a secret.
    fn fetched(&mut self, name: &str, words: &[Word], at: Span) -> Option<Value> {
        let table = crate::script::table::Table::built_in();
        let (command, rows) = table.fetches.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        for row in rows {
            let known: Vec<&String> = row.name.iter().chain(&row.needs).chain(&row.selects).collect();
            let spelled = |word: &Word| match &word.option {
                Some(option) => {
                    let full = known.iter().find(|full| {
                        full.trim_start_matches('-').to_ascii_lowercase().starts_with(option.as_str())
                    });
                    Text::made(full.map_or_else(|| format!("-{option}"), |full| (*full).clone()), at)
                }
                None => word.value.text(),
            };
            let texts: Vec<Text> = words.iter().map(spelled).collect();
            let call = Call { name: command, arguments: &texts, at };
            let Some(after) = row.form.find(&call) else { continue };
            let Some((label, origin)) =
                crate::script::run::fetch::origin(&call, row, after, self.assigning.as_deref())
            else {
                return Some(Value::hole("output", at, Traces::none()));
            };
            let text = Text::hole(label, at, Traces::from_origin(origin));
            // `Get-AzKeyVaultSecret` and `Get-Secret` give a SecureString, unless they are told otherwise.
            let secure = matches!(command.as_str(), "Get-AzKeyVaultSecret" | "Get-Secret")
                && !words.iter().any(|word| word.option.as_deref().is_some_and(|o| o.starts_with("aspl")));
            return Some(if secure { Value::Secure(text) } else { Value::Text(text) });
        }
        None
    }

    /// Carries out a function of the script.
    pub fn call_function(&mut self, name: &str, words: Vec<Word>, input: Option<Value>, at: Span) -> Value {
        let Some(function) = self.functions.get_mut(name) else { return Value::default() };
        function.called = true;
        let (program, body) = (Rc::clone(&function.program), Rc::clone(&function.body));
        // Once more than it calls itself: what it hands to itself may be the secret.
        if self.calls.iter().filter(|call| *call == name).count() >= 2 {
            return Value::default();
        }
        if self.calls.len() >= crate::script::run::MOST_CALLS {
            self.gap(at, "calls nested too deeply", true);
            return Value::default();
        }
        self.calls.push(name.to_owned());
        let value = self.call_block(program, &body, words, input, at, Some(name));
        self.calls.pop();
        value
    }

    /// `& { … } arguments`, `ForEach-Object { … }`
    pub fn call_value(&mut self, script: Value, words: Vec<Value>, input: Option<Value>, at: Span) -> Value {
        let Value::Script(program, body) = script else { return Value::default() };
        let words = words.into_iter().map(|value| Word { value, option: None }).collect();
        self.deeper(at, |machine| machine.call_block(program, &body, words, input, at, None))
    }

    fn call_block(
        &mut self,
        program: Rc<super::Program>,
        body: &Block,
        words: Vec<Word>,
        input: Option<Value>,
        at: Span,
        function: Option<&str>,
    ) -> Value {
        let mark = function.map(|_| self.variables.mark());
        let outer = std::mem::replace(&mut self.program, program);
        if self.uncalled && words.is_empty() || body.parameters.is_empty() {
            self.parameters_unknown(body);
        } else {
            let free = self.bind_parameters(body, &words, at, function);
            // `[Parameter(ValueFromPipeline)] $x`: the first one that nothing else was given to.
            let takes = || self.program.flat.text().to_ascii_lowercase().contains("valuefrompipeline");
            if let (Some(input), Some(name)) = (&input, free.filter(|_| function.is_some() && takes())) {
                let item = super::run::one_of(&name, input, at);
                self.give(&name, item, at, function);
            }
        }
        if function.is_some() {
            let rest = bind(&words).words;
            self.variables.set("args", Value::list(rest, at));
        }
        let before = self.variables.get("_").cloned();
        if let Some(input) = input {
            let item = super::run::one_of("_", &input, at);
            self.variables.set("input", item.clone());
            self.variables.set("_", item.clone());
            self.variables.set("psitem", item);
        }
        let value = self.deeper(at, |machine| machine.block(body));
        self.variables.put("_".to_owned(), before);
        self.program = outer;
        if let Some(mark) = mark {
            let changes = self.variables.undo(mark);
            self.keep_outer(changes);
        }
        value
    }

    /// What a function did to the script's own variables stays: those that were there already and that
    /// got a secret. `$script:x` is not told apart from `$x`.
    fn keep_outer(&mut self, changes: super::scope::Changes) {
        for (name, value) in changes {
            let scoped = name.starts_with("env:") || self.variables.get(&name).is_some();
            let secret = value.as_ref().is_some_and(|value| !value.traces().is_empty());
            if scoped && secret && !matches!(name.as_str(), "_" | "args" | "input" | "psitem" | "matches") {
                self.variables.put(name, value);
            }
        }
    }

    /// Gives parameters their values; the first that gets none is the answer.
    fn bind_parameters(
        &mut self,
        body: &Block,
        words: &[Word],
        at: Span,
        function: Option<&str>,
    ) -> Option<String> {
        let mut bound =
            bind_with(words, &body.parameters.iter().map(|p| p.name.to_lowercase()).collect::<Vec<_>>());
        let mut free = Vec::new();
        let mut empty = None;
        for parameter in &body.parameters {
            let name = parameter.name.to_lowercase();
            match bound.option(&name).cloned() {
                Some(value) => self.give(&parameter.name, value, at, function),
                None => free.push(parameter),
            }
        }
        for parameter in free {
            if !bound.words.is_empty() {
                let value = bound.words.remove(0);
                self.give(&parameter.name, value, at, function);
            } else if let Some(default) = &parameter.default {
                let value = self.evaluate(default);
                let value = if super::assign::is_literal(default) {
                    self.literal_secret(&parameter.name, value, default)
                } else {
                    value
                };
                self.variables.set(&parameter.name, value);
            } else {
                let place = self.place(parameter.at);
                self.variables.set(&parameter.name, Value::hole(&parameter.name, place, Traces::none()));
                empty.get_or_insert_with(|| parameter.name.clone());
            }
        }
        empty
    }

    /// A literal that is given to a parameter whose name says secret.
    fn given_literal(&mut self, parameter: &str, value: Value, at: Span) -> Value {
        let surely =
            crate::secret::names::says_secret(parameter).filter(|said| said.confidence > Confidence::Low);
        let text = value.text();
        let literal = text.known().is_some_and(|known| can_be_secret(&known) && !known.starts_with('-'));
        let (Some(verdict), true) = (surely, literal) else { return value };
        let place = super::value::place(&text).unwrap_or(at);
        let traces = self.literal_of(parameter, &text, place, verdict.confidence);
        Value::hole(parameter, place, traces)
    }

    fn give(&mut self, parameter: &str, value: Value, at: Span, function: Option<&str>) {
        let name = super::value::tellable(function.unwrap_or("a block"));
        let value = self.given_literal(parameter, value, at);
        let message = format!("passed to {name} as {parameter}");
        let value = value.passed(&Hop { at, name: format!("${parameter}"), message });
        self.variables.set(parameter, value);
    }
}

/// `-Name`, `-Name:value`
fn option_of(value: &Value) -> Option<(String, Option<Value>)> {
    let Value::Text(text) = value else { return None };
    let start = known_start(text);
    let rest = start.strip_prefix('-')?;
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = rest.get(..length)?.to_ascii_lowercase();
    match rest.get(length..) {
        Some("") if text.pieces.len() == 1 => Some((name, None)),
        Some(after) if after.starts_with(':') => {
            Some((name, Some(Value::Text(without_start(text, length + 2)))))
        }
        _ => None,
    }
}

fn splatted(value: &Value, words: &mut Vec<Word>) {
    match value {
        Value::Table(members) => {
            for (name, value) in &members.items {
                words.push(Word { value: Value::default(), option: Some(name.to_ascii_lowercase()) });
                words.push(Word { value: value.clone(), option: None });
            }
        }
        Value::List(members) => {
            words.extend(members.items.iter().map(|(_, value)| Word { value: value.clone(), option: None }));
        }
        other => words.push(Word { value: other.clone(), option: None }),
    }
}

pub fn bind(words: &[Word]) -> Bound {
    bind_with(words, &[])
}

/// `takes`: parameters known to take a value.
fn bind_with(words: &[Word], takes: &[String]) -> Bound {
    let mut bound = Bound { options: Vec::new(), words: Vec::new() };
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some(option) = &word.option else {
            bound.words.push(word.value.clone());
            continue;
        };
        let switch = SWITCHES.contains(&option.as_str()) && !takes.contains(option);
        let attached = switch
            && words.peek().is_some_and(|next| {
                next.option.is_none() && matches!(next.value.known().as_deref(), Some("true" | "false"))
            });
        let value = if !switch || attached { words.next_if(|next| next.option.is_none()) } else { None };
        bound.options.push((option.clone(), value.map(|word| word.value.clone()).unwrap_or_default()));
    }
    bound
}

/// The words of a program's command line.
pub fn texts_of(word: &Word) -> Vec<Text> {
    match &word.value {
        Value::List(members) => members.items.iter().map(|(_, value)| value.text()).collect(),
        other => vec![other.text()],
    }
}
