//! What cmdlets do with secrets: write them, print them, pass them on.

use super::command::Bound;
use super::member::joined_path;
use super::run::Machine;
use super::value::Value;
use crate::finding::Confidence;
use crate::script::run::wire::shown_path;
use crate::source::Span;
use crate::value::{SinkKind, Text, Traces};

/// Verbs and cmdlets that put out what goes in, in another shape.
const PASS_ON: &[&str] = &[
    "convertto-",
    "convertfrom-",
    "select-",
    "sort-",
    "group-",
    "format-",
    "out-string",
    "join-string",
    "where-",
    "get-unique",
    "foreach-",
    "get-random",
    "out-host",
    "new-scheduledtask",
];

impl Machine<'_> {
    /// A cmdlet, by its full name in lower case.
    pub fn cmdlet(&mut self, name: &str, mut bound: Bound, input: Option<Value>, at: Span) -> Value {
        match name {
            "set-content" | "add-content" | "out-file" | "tee-object" | "export-clixml" | "export-csv"
            | "new-item" | "set-item" => self.file_cmdlet(name, bound, input, at),
            "get-content" | "import-csv" | "import-clixml" => {
                let path = bound.take(&["path", "literalpath"]).unwrap_or_default();
                self.read_file(&path.text(), at)
            }
            "copy-item" | "move-item" | "rename-item" => {
                let from = bound.take(&["path", "literalpath"]).unwrap_or_default();
                let to = bound.take(&["destination", "newname"]).unwrap_or_default();
                self.ledger.copy(&shown_path(&from.text()), &shown_path(&to.text()), name != "copy-item");
                Value::default()
            }
            "remove-item" | "clear-content" => {
                let paths = bound.take(&["path", "literalpath"]).or(input).unwrap_or_default();
                for path in paths.items() {
                    let cost = self.ledger.remove(&shown_path(&path.text()), &self.branches);
                    self.pay(cost);
                }
                Value::default()
            }
            "set-itemproperty" | "new-itemproperty" => {
                let path = bound.take(&["path", "literalpath"]).unwrap_or_default();
                let named = bound.option("name").map(Value::text);
                let traces = match bound.option("value").map(Value::text) {
                    Some(value) => self.named_literal(named.as_ref(), Some(&value), at),
                    None => bound.traces(),
                };
                let by = format!("saved by `{}`", shown(name));
                self.land_file(&shown_path(&path.text()), at, by, traces);
                Value::default()
            }
            "write-host" | "write-warning" | "write-error" | "write-verbose" | "write-debug"
            | "write-information" | "write-eventlog" | "start-transcript" | "stop-transcript" => {
                self.printing(name, bound, at)
            }
            "write-output" => bound.take(&["inputobject"]).map_or(input.unwrap_or_default(), |first| {
                let mut all = vec![first];
                all.append(&mut bound.words);
                if all.len() == 1 { all.pop().unwrap_or_default() } else { Value::list(all, at) }
            }),
            "out-null" => Value::default(),
            "join-path" => {
                let mut parts: Vec<Value> =
                    ["path", "childpath"].iter().filter_map(|name| bound.option(name).cloned()).collect();
                parts.append(&mut bound.words);
                Value::Text(joined_path(&parts, at))
            }
            "set-variable" | "new-variable" => {
                let name = bound.take(&["name"]).and_then(|name| name.known()).unwrap_or_default();
                let value = bound.take(&["value"]).or(input).unwrap_or_default();
                self.variables.set(&name, value);
                Value::default()
            }
            "get-variable" => {
                let name = bound.take(&["name"]).and_then(|name| name.known()).unwrap_or_default();
                self.variables.get(&name).cloned().unwrap_or_default()
            }
            "new-object" => self.new_object(bound, at),
            "convertto-securestring" => self.secure_string(bound, input),
            "convertfrom-securestring" => {
                let value = bound.take(&["securestring"]).or(input).unwrap_or_default();
                let clear = bound.has("asplaintext");
                // Without a key it is encrypted for this user of this machine.
                if clear {
                    Value::Text(self.unwrapped(&[value]))
                } else {
                    Value::hole("encrypted", at, Traces::none())
                }
            }
            "get-credential" | "read-host" => Value::hole("typed", at, Traces::none()),
            "foreach-object" | "where-object" | "select-object" => self.each(name, bound, input, at),
            "invoke-expression" => {
                let text = bound.take(&["command"]).or(input).unwrap_or_default().text();
                self.expression_text(&text, at)
            }
            "start-process" => self.start_process(bound, at),
            "invoke-restmethod" | "invoke-webrequest" => Value::hole("response", at, Traces::none()),
            "register-scheduledtask" | "set-scheduledtask" => {
                self.cmdlet_of_table(name, &bound, at);
                if name == "add-member" {
                    let mut traces = Traces::none();
                    let given = bound.options.iter().map(|(_, value)| value).chain(&bound.words);
                    given.for_each(|value| traces.absorb(&value.traces()));
                    return input.unwrap_or_default().with(&traces, "object", at);
                }
                let traces = bound.option("password").map(Value::traces).unwrap_or_default();
                self.land(
                    SinkKind::ProcessArguments,
                    None,
                    at,
                    format!("handed to `{}`", shown(name)),
                    traces,
                );
                Value::default()
            }
            _ => self.other_cmdlet(name, bound, input, at),
        }
    }

    fn file_cmdlet(&mut self, name: &str, mut bound: Bound, input: Option<Value>, at: Span) -> Value {
        let path = bound.take(&["path", "literalpath", "filepath"]).unwrap_or_default();
        let named = path.known().unwrap_or_default().to_ascii_lowercase();
        let given = match name {
            "new-item" => bound.option("value").cloned(),
            "set-content" | "add-content" | "set-item" => bound.take(&["value"]),
            _ => bound.option("inputobject").cloned(),
        };
        let value = given.or(input.clone()).unwrap_or_default();
        let mut path = path.text();
        if name == "new-item"
            && let Some(file) = bound.option("name")
        {
            path = joined_path(&[Value::Text(path), file.clone()], at);
        }
        if named.starts_with("env:") || named.starts_with("variable:") {
            // Of this process only.
            self.variables.set(named.trim_start_matches("variable:"), value);
            return Value::default();
        }
        if name == "tee-object"
            && let Some(variable) = bound.option("variable").and_then(Value::known)
        {
            self.variables.set(&variable, value.clone());
            return value;
        }
        // What is written one by one is all in the file then: a credential is encrypted there.
        let append = name == "add-content" || bound.has("append");
        self.write(&path, &value, append, at, shown(name));
        if name == "tee-object" { value } else { Value::default() }
    }

    fn printing(&mut self, name: &str, mut bound: Bound, at: Span) -> Value {
        let shows = |machine: &Self, preference: &str| {
            let value = machine.variables.get(preference).and_then(Value::known);
            value.is_some_and(|value| value.eq_ignore_ascii_case("continue"))
        };
        match name {
            "start-transcript" => {
                let path = bound.take(&["path", "literalpath", "outputdirectory"]).unwrap_or_default();
                let path = shown_path(&path.text());
                let own = r"Documents\PowerShell_transcript.txt".to_owned();
                self.transcript = Some(if path.is_empty() { own } else { path });
            }
            "stop-transcript" => self.transcript = None,
            "write-verbose" if !bound.has("verbose") && !shows(self, "VerbosePreference") => {}
            "write-debug" if !shows(self, "DebugPreference") => {}
            "write-information" if !shows(self, "InformationPreference") => {}
            "write-eventlog" => {
                let traces = bound.option("message").map(Value::traces).unwrap_or_default();
                let path = Some("the event log".to_owned());
                self.land(SinkKind::Log, path, at, "written by `Write-EventLog`".to_owned(), traces);
            }
            _ => self.print(&bound.traces(), at, shown(name)),
        }
        Value::default()
    }

    fn new_object(&mut self, mut bound: Bound, at: Span) -> Value {
        let kind = bound.take(&["typename", "comobject"]).and_then(|kind| kind.known()).unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        let mut arguments: Vec<Value> =
            bound.option("argumentlist").into_iter().flat_map(Value::items).collect();
        arguments.extend(bound.words.iter().flat_map(Value::items));
        if kind.ends_with("networkcredential") {
            return Value::Text(self.unwrapped(&arguments));
        }
        if kind.ends_with("credential") {
            return Value::Secure(self.unwrapped(&arguments));
        }
        if kind.ends_with("streamwriter") {
            return Value::Writer(arguments.first().map(|path| shown_path(&path.text())).unwrap_or_default());
        }
        match bound.option("property") {
            Some(table) => table.clone(),
            None => {
                let mut traces = Traces::none();
                arguments.iter().for_each(|argument| traces.absorb(&argument.traces()));
                Value::hole("object", at, traces)
            }
        }
    }

    /// `ConvertTo-SecureString`: a literal here is a secret by its place.
    fn secure_string(&mut self, mut bound: Bound, input: Option<Value>) -> Value {
        let value = bound.take(&["string"]).or(input).unwrap_or_default();
        let known = value.known().filter(|text| crate::script::run::literal::can_be_secret(text));
        if let (Value::Text(text), Some(known), true) = (&value, known, bound.has("asplaintext"))
            && text.pieces.len() == 1
            && let Some(at) = super::value::place(text)
        {
            let name = self.assigning.clone().unwrap_or_else(|| "SecureString".to_owned());
            let traces = self.literal_at(&name, &known, at, Confidence::Medium);
            return Value::Secure(Text::hole(name, at, traces));
        }
        Value::Secure(self.unwrapped(&[value]))
    }

    /// `ForEach-Object`, `Where-Object`, `Select-Object`
    fn each(&mut self, name: &str, bound: Bound, input: Option<Value>, at: Span) -> Value {
        let input = input.unwrap_or_default();
        if name == "select-object" {
            let one = bound.option("expandproperty").and_then(Value::known);
            return match one {
                Some(property) => self.property(input, &property, at),
                None => input,
            };
        }
        let mut result = Value::default();
        let blocks: Vec<Value> =
            bound.options.iter().map(|(_, value)| value.clone()).chain(bound.words.iter().cloned()).collect();
        for block in blocks.iter().filter(|block| matches!(block, Value::Script(..))) {
            let put_out = self.call_value(block.clone(), Vec::new(), Some(input.clone()), at);
            result = if result.is_empty() { put_out } else { self.added(result, put_out, at) };
        }
        if name == "where-object" {
            return input;
        }
        match bound.words.first().and_then(Value::known) {
            Some(member) => self.property(input, &member, at),
            None => result,
        }
    }

    fn start_process(&mut self, mut bound: Bound, at: Span) -> Value {
        let program = bound.take(&["filepath"]).unwrap_or_default().text();
        let arguments = bound.take(&["argumentlist", "args"]).unwrap_or_default();
        let texts: Vec<Text> = arguments.items().iter().map(Value::text).collect();
        let name = super::command::command_name(&program);
        self.program_call(&name.to_lowercase(), &texts, None, at);
        Value::default()
    }

    fn other_cmdlet(&mut self, name: &str, bound: Bound, input: Option<Value>, at: Span) -> Value {
        let blocks: Vec<Value> =
            bound.options.iter().map(|(_, value)| value).chain(&bound.words).cloned().collect();
        let list = bound.option("argumentlist").map(Value::items).unwrap_or_default();
        let mut result = None;
        for block in blocks.iter().filter(|block| matches!(block, Value::Script(..))) {
            result = Some(self.call_value(block.clone(), list.clone(), input.clone(), at));
        }
        if let Some(result) = result {
            return result;
        }
        self.cmdlet_of_table(name, &bound, at);
        if name == "add-member" {
            let mut traces = Traces::none();
            let given = bound.options.iter().map(|(_, value)| value).chain(&bound.words);
            given.for_each(|value| traces.absorb(&value.traces()));
            return input.unwrap_or_default().with(&traces, "object", at);
        }
        if PASS_ON.iter().any(|start| name.starts_with(start)) {
            let mut value = input.unwrap_or_default();
            for other in bound.options.iter().map(|(_, value)| value).chain(&bound.words) {
                if value.is_empty() {
                    value = other.clone();
                } else {
                    value = value.with(&other.traces(), "output", at);
                }
            }
            return value;
        }
        Value::hole("output", at, Traces::none())
    }
}

/// A cmdlet's name as people write it.
fn shown(name: &str) -> &str {
    const NAMES: &[(&str, &str)] = &[
        ("set-content", "Set-Content"),
        ("add-content", "Add-Content"),
        ("out-file", "Out-File"),
        ("tee-object", "Tee-Object"),
        ("export-clixml", "Export-Clixml"),
        ("export-csv", "Export-Csv"),
        ("new-item", "New-Item"),
        ("set-item", "Set-Item"),
        ("set-itemproperty", "Set-ItemProperty"),
        ("new-itemproperty", "New-ItemProperty"),
        ("write-host", "Write-Host"),
        ("write-warning", "Write-Warning"),
        ("write-error", "Write-Error"),
        ("write-verbose", "Write-Verbose"),
        ("write-debug", "Write-Debug"),
        ("write-output", "Write-Output"),
        ("register-scheduledtask", "Register-ScheduledTask"),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map_or(name, |(_, shown)| shown)
}
