//! Members and methods: `.Value`, `.Replace(…)`, `[IO.File]::WriteAllText(…)`.

use super::run::{Machine, root};
use super::tree::Node;
use super::value::{Members, Value};
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::source::Span;
use crate::value::{Hole, Origin, OriginKind, Piece, SinkKind, Text, Traces};

/// Members that tell nothing of the secret itself.
const TELL_NOTHING: &[&str] = &[
    "length",
    "count",
    "gethashcode",
    "equals",
    "contains",
    "containskey",
    "startswith",
    "endswith",
    "indexof",
    "lastindexof",
    "gettype",
    "compareto",
    "computehash",
    "hashdata",
    "exists",
    "dispose",
    "close",
    "flush",
    "keys",
    "isnullorempty",
    "isnullorwhitespace",
    "ismatch",
    "tryparse",
    "newguid",
];
/// Methods that put their arguments into the object.
const PUT_INTO: [&str; 8] = ["set", "add", "append", "insert", "push", "enqueue", "load", "write"];
/// Where Windows keeps the environment of the machine and of the user.
const MACHINE_ENVIRONMENT: &str = r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
const USER_ENVIRONMENT: &str = r"HKCU:\Environment";

/// The path that tells where `SetEnvironmentVariable` and `setx` keep a variable.
pub fn environment_path(of_machine: bool) -> &'static str {
    if of_machine { MACHINE_ENVIRONMENT } else { USER_ENVIRONMENT }
}

/// The value with all its secrets taken out: `.username` of an answer that also has a password.
pub fn without_secrets(value: &Value, label: &str) -> Value {
    let Value::Text(text) = value else { return Value::default() };
    let pieces = text.pieces.iter().map(|piece| match piece {
        Piece::Hole(hole) if !hole.traces.is_empty() => {
            Piece::Hole(Hole::new(label, hole.at, Traces::none()))
        }
        other => other.clone(),
    });
    Value::Text(Text::of(pieces.collect()))
}

/// `.GetEnumerator()`: each member with its key and its value.
fn entries(members: &Members, at: Span) -> Value {
    let entry = |(name, value): &(String, Value)| {
        let key = Value::Text(Text::made(name.as_str(), at));
        let parts = vec![
            ("Key".to_owned(), key.clone()),
            ("Name".to_owned(), key),
            ("Value".to_owned(), value.clone()),
        ];
        Value::table(parts, at)
    };
    Value::list(members.items.iter().map(entry).collect(), at)
}

impl Machine<'_> {
    pub fn member(&mut self, of: &Node, name: &Node, arguments: Option<&[Node]>, at: Span) -> Value {
        let value = self.evaluate(of);
        let name = self.evaluate(name).known().unwrap_or_default();
        let Some(nodes) = arguments else { return self.property(value, &name, at) };
        let lower = name.to_ascii_lowercase();
        let arguments: Vec<Value> = nodes.iter().map(|node| self.evaluate(node)).collect();
        if let Value::Type(kind) = &value {
            return self.static_method(kind.trim_start_matches("system."), &lower, &arguments, nodes, at);
        }
        self.method(of, value, &lower, &arguments, at)
    }

    /// `value.name`
    pub fn property(&mut self, value: Value, name: &str, at: Span) -> Value {
        let lower = name.to_ascii_lowercase();
        match &value {
            Value::Table(_) if lower == "values" => value,
            // Which one is not known: `$h[$key]` is any of them.
            Value::Table(_) if lower == "keys" => Value::hole("key", at, Traces::none()),
            Value::Table(_) => value.member(name).cloned().unwrap_or_default(),
            Value::List(members) if !TELL_NOTHING.contains(&lower.as_str()) => {
                let items: Vec<Value> = members.items.iter().map(|(_, value)| value.clone()).collect();
                self.pay(items.len());
                Value::list(items.into_iter().map(|item| self.property(item, name, at)).collect(), at)
            }
            Value::Text(_) if TELL_NOTHING.contains(&lower.as_str()) => Value::default(),
            Value::Text(_) if says(name) == Says::Plain => without_secrets(&value, name),
            // What a SecureString or credential shows is either encrypted or no secret.
            Value::Secure(_) if says(name) == Says::Plain => Value::default(),
            Value::Type(_) => Value::hole(name, at, Traces::none()),
            _ => value,
        }
    }

    fn method(&mut self, of: &Node, value: Value, name: &str, arguments: &[Value], at: Span) -> Value {
        if let Value::Writer(path) = &value {
            if name.starts_with("write") {
                let path = Text::made(path.as_str(), at);
                for argument in arguments {
                    self.write(&path, argument, true, at, "StreamWriter");
                }
            }
            return Value::default();
        }
        match (&value, name) {
            (_, name) if TELL_NOTHING.contains(&name) => return Value::default(),
            (Value::Table(members), "getenumerator") => return entries(members, at),
            // Shows what a credential holds.
            (Value::Secure(text), "getnetworkcredential") => return Value::Text(text.clone()),
            (Value::Script(..), "invoke" | "invokereturnasis") => {
                return self.call_value(value.clone(), arguments.to_vec(), None, at);
            }
            (_, "foreach" | "where") => {
                if let Some(body @ Value::Script(..)) = arguments.first() {
                    let item = super::run::one_of("_", &value, at);
                    let result = self.call_value(body.clone(), Vec::new(), Some(item), at);
                    return if name == "where" { value } else { result };
                }
            }
            (_, "save" | "savetofile" | "saveas" | "writeto") if !arguments.is_empty() => {
                if let Some(path) = arguments.first() {
                    let path = path.text();
                    self.write(&path, &value, false, at, ".Save");
                }
                return Value::default();
            }
            (_, "replace") => return replaced(&value, arguments, at),
            // `.Invoke("SetPassword", $x)`, as ADSI has it: a call by name of what gives nothing back.
            (_, "invoke" | "invokemember" | "invokeset")
                if arguments.first().and_then(Value::known).is_some_and(|verb| {
                    verb.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("set"))
                }) =>
            {
                return Value::default();
            }
            _ => {}
        }
        let mut traces = Traces::none();
        arguments.iter().for_each(|argument| traces.absorb(&argument.traces()));
        if !traces.is_empty()
            && PUT_INTO.iter().any(|verb| name.starts_with(verb))
            && let Some(variable) = root(of)
        {
            self.put_into(&variable, &traces, at);
            // Most of these give nothing back.
            if !name.starts_with("append") && !name.starts_with("insert") {
                return Value::default();
            }
        }
        value.with(&traces, name, at)
    }

    fn static_method(
        &mut self,
        kind: &str,
        name: &str,
        arguments: &[Value],
        nodes: &[Node],
        at: Span,
    ) -> Value {
        let argument = |number: usize| arguments.get(number).cloned().unwrap_or_default();
        let mut traces = Traces::none();
        arguments.iter().for_each(|argument| traces.absorb(&argument.traces()));
        match (kind, name) {
            ("io.file", _) => return self.file_method(name, arguments, at),
            ("environment", "setenvironmentvariable") => self.set_environment(arguments, nodes, at),
            ("environment", "getenvironmentvariable") => {
                let variable = argument(0).known().unwrap_or_default();
                let known = self.variables.get(&format!("env:{variable}")).cloned();
                return known.unwrap_or_else(|| Value::hole(&variable, at, Traces::none()));
            }
            ("console", "writeline" | "write") => self.print(&traces, at, "[Console]::WriteLine"),
            ("microsoft.win32.registry", "setvalue") => {
                let path = crate::script::run::wire::shown_path(&argument(0).text());
                self.land_file(
                    &path,
                    at,
                    "written by `[Registry]::SetValue`".to_owned(),
                    argument(2).traces(),
                );
            }
            ("io.streamwriter", "new") => {
                return Value::Writer(crate::script::run::wire::shown_path(&argument(0).text()));
            }
            (kind, "new") if kind.ends_with("networkcredential") => {
                return Value::Text(self.unwrapped(arguments));
            }
            (kind, "new") if kind.ends_with("credential") => return Value::Secure(self.unwrapped(arguments)),
            ("io.path", "combine") => return Value::Text(joined_path(arguments, at)),
            ("web.security.membership", "generatepassword") => {
                let variable = self.assigning.clone().unwrap_or_else(|| "password".to_owned());
                let origin = Origin {
                    kind: OriginKind::Command,
                    name: "GeneratePassword".to_owned(),
                    key: variable,
                    at,
                    confidence: Confidence::Medium,
                    literal: None,
                };
                return Value::hole("password", at, Traces::from_origin(origin));
            }
            (kind, _) if kind.ends_with("marshal") => {
                // A SecureString's text is got through its BSTR.
                let text = self.unwrapped(arguments);
                return if name.starts_with("securestringto") {
                    Value::Secure(text)
                } else {
                    Value::Text(text)
                };
            }
            (_, name) if TELL_NOTHING.contains(&name) => return Value::default(),
            _ => {
                // Unknown: what goes in may come out.
                return match arguments {
                    [only] => only.clone(),
                    _ => Value::hole(name, at, traces),
                };
            }
        }
        Value::default()
    }

    /// The texts of these values, those of SecureStrings, too.
    pub fn unwrapped(&self, values: &[Value]) -> Text {
        let mut text = Text::default();
        for value in values {
            match value {
                Value::Secure(inner) => text.append(inner.clone()),
                Value::List(members) => {
                    for (_, value) in &members.items {
                        text.append(if let Value::Secure(inner) = value {
                            inner.clone()
                        } else {
                            value.text()
                        });
                    }
                }
                other => text.append(other.text()),
            }
        }
        text
    }

    /// `[IO.File]::…`
    fn file_method(&mut self, name: &str, arguments: &[Value], at: Span) -> Value {
        let argument = |number: usize| arguments.get(number).cloned().unwrap_or_default();
        let path = argument(0).text();
        let shown = crate::script::run::wire::shown_path(&path);
        let by = format!("[IO.File]::{}", shown_method(name));
        match name {
            name if name.starts_with("writeall") => self.write(&path, &argument(1), false, at, &by),
            name if name.starts_with("appendall") => self.write(&path, &argument(1), true, at, &by),
            name if name.starts_with("readall") || name == "readlines" => {
                return self.read_file(&path, at);
            }
            "createtext" | "appendtext" | "openwrite" | "create" => return Value::Writer(shown),
            "copy" | "move" => {
                let to = crate::script::run::wire::shown_path(&argument(1).text());
                self.ledger.copy(&shown, &to, name == "move");
            }
            "delete" => {
                let cost = self.ledger.remove(&shown, &self.branches);
                self.pay(cost);
            }
            _ => {}
        }
        Value::default()
    }

    /// `[Environment]::SetEnvironmentVariable(name, value, "Machine")` is kept in the registry; without a
    /// target, or for the process, it is gone with the process.
    fn set_environment(&mut self, arguments: &[Value], nodes: &[Node], at: Span) {
        let name = arguments.first().and_then(Value::known).unwrap_or_default();
        let mut value = arguments.get(1).cloned().unwrap_or_default();
        if let Some(node) = nodes.get(1).filter(|node| super::assign::is_literal(node)) {
            value = self.literal_secret(&name, value, node);
        }
        let target = nodes.get(2).map(|node| self.program.flat.text().get(node.at.start..node.at.end));
        let target = target.flatten().unwrap_or_default().to_ascii_lowercase();
        let known = arguments.get(2).and_then(Value::known).unwrap_or_default().to_ascii_lowercase();
        let says = |word: &str| target.contains(word) || known == word;
        if says("machine") || says("user") {
            let path = environment_path(says("machine"));
            self.land_file(path, at, "saved by `SetEnvironmentVariable`".to_owned(), value.traces());
        }
        self.variables.set(&format!("env:{name}"), value);
    }

    /// Something on the command line of a program.
    pub fn show_arguments(&mut self, traces: &Traces, at: Span, by: &str) {
        let by = format!("passed to `{by}`");
        self.land(SinkKind::ProcessArguments, None, at, by, traces.clone());
    }
}

fn shown_method(name: &str) -> &'static str {
    match name {
        "writealltext" => "WriteAllText",
        "writealllines" => "WriteAllLines",
        "writeallbytes" => "WriteAllBytes",
        "appendalltext" => "AppendAllText",
        "appendalllines" => "AppendAllLines",
        _ => "Write",
    }
}

/// `.Replace(a, b)`: exactly, where all is known.
fn replaced(value: &Value, arguments: &[Value], at: Span) -> Value {
    if let (Some(text), [from, to]) = (value.known(), arguments)
        && let (Some(from), Some(to)) = (from.known(), to.known())
        && !from.is_empty()
        && text.len() < 4096
        && to.len() < 256
    {
        return Value::Text(Text::made(text.replace(&from, &to), at));
    }
    let mut traces = Traces::none();
    arguments.iter().for_each(|argument| traces.absorb(&argument.traces()));
    value.with(&traces, "replace", at)
}

/// `Join-Path a b`
pub fn joined_path(parts: &[Value], at: Span) -> Text {
    let mut path = Text::default();
    for part in parts.iter().flat_map(Value::items) {
        if !path.is_empty() {
            let ends = path.shown().ends_with(['\\', '/']);
            path.append(Text::made(if ends { "" } else { "\\" }, at));
        }
        path.append(part.text());
    }
    path
}
