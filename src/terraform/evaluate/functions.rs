//! Terraform's built-in functions by their documented effect on text.
//!
//! A function that is not here keeps the secrets of all its arguments: taint is never lost by
//! ignorance. Functions that destroy a secret are named.

use super::json_text::{encode, encode_yaml};
use super::steps::{attribute, named_member};
use super::{Evaluator, Scope};
use crate::source::Span;
use crate::terraform::ast::{Call, Expr};
use crate::terraform::value::Value;
use crate::value::{Flat, Hole, Origin, OriginKind, Piece, Text, Traces};

/// Results from which no secret can be had back.
const DESTROYERS: &[&str] = &[
    "length",
    "sha1",
    "sha256",
    "sha512",
    "md5",
    "bcrypt",
    "uuid",
    "uuidv5",
    "base64sha256",
    "base64sha512",
    "filesha1",
    "filesha256",
    "filesha512",
    "filemd5",
    "filebase64sha256",
    "filebase64sha512",
    "can",
    "contains",
    "startswith",
    "endswith",
    "index",
    "timestamp",
    "plantimestamp",
    "timeadd",
    "timecmp",
    "formatdate",
    "fileexists",
    "fileset",
    "keys",
    "range",
    "abs",
    "ceil",
    "floor",
    "log",
    "max",
    "min",
    "pow",
    "signum",
    "parseint",
    "sum",
    "alltrue",
    "anytrue",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "ephemeralasnull",
    "strlen",
    "strcontains",
    "issensitive",
    "type",
    "basename",
    "dirname",
    "abspath",
    "pathexpand",
];

/// Functions whose result is their first argument, for our purpose: the text or elements stay.
const KEEPERS: &[&str] = &[
    "trimspace",
    "trim",
    "trimprefix",
    "trimsuffix",
    "chomp",
    "nonsensitive",
    "tostring",
    "tolist",
    "toset",
    "tomap",
    "tonumber",
    "tobool",
    "title",
    "strrev",
    "distinct",
    "compact",
    "sort",
    "reverse",
    "slice",
    "chunklist",
    "urlencode",
    "substr",
];

impl<'w> Evaluator<'w> {
    /// The worth of a call.
    pub(super) fn call(&self, scope: &Scope<'w>, call: &Call, at: Span) -> Value {
        let name = call.function.rsplit("::").next().unwrap_or(&call.function);
        let arguments = &call.arguments;
        match name {
            "templatefile" => return self.templatefile(scope, arguments, at),
            "templatestring" => return self.templatestring(scope, arguments, at),
            "file" => return self.file(scope, arguments, at),
            "filebase64" => return encoded(Some(self.file(scope, arguments, at)), true),
            _ => {}
        }
        let values: Vec<Value> = arguments.iter().map(|argument| self.eval(scope, argument)).collect();
        match name {
            "basename" | "dirname" | "abspath" | "pathexpand" => path_function(name, values.first(), at),
            _ if DESTROYERS.contains(&name) => Value::unknown(format!("{name}(…)"), at),
            "base64encode" | "base64gzip" | "textencodebase64" => encoded(values.into_iter().next(), true),
            "base64decode" | "base64gunzip" | "textdecodebase64" => encoded(values.into_iter().next(), false),
            _ if KEEPERS.contains(&name) => values.into_iter().next().unwrap_or(Value::Null),
            "upper" | "lower" => changed_case(name, values.into_iter().next().unwrap_or(Value::Null)),
            // `indent(spaces, text)`
            "indent" => indent(values, at),
            // Packer's, which fetch: `vault("path", "key")`, `aws_secretsmanager("name", "key")`.
            "vault" | "aws_secretsmanager" if !values.is_empty() => fetched(name, &values, at),
            "sensitive" => self.sensitive(arguments.first(), values.into_iter().next(), at),
            "format" => format_text(&values, at),
            "join" => self.join(&values, at),
            "replace" => replace(&values, at),
            "split" => split(&values, at),
            "concat" => concat(values),
            "flatten" => flatten(&values),
            "merge" => merge(values, at),
            "lookup" => self.lookup_function(values, at),
            "element" => {
                let key = values.get(1).and_then(Value::known);
                self.index(values.into_iter().next().unwrap_or(Value::Null), key.as_deref(), at)
            }
            "one" => self.any_element(values.first().unwrap_or(&Value::Null), at).1,
            "values" => match values.into_iter().next() {
                Some(Value::Map(members)) => {
                    Value::list(members.iter().map(|(_, value)| value.clone()).collect())
                }
                other => other.unwrap_or(Value::Null),
            },
            "zipmap" => zipmap(&values, at),
            "try" | "coalesce" | "coalescelist" => first_of(values),
            "jsonencode" | "yamlencode" => match values.first() {
                Some(value) if name == "yamlencode" => Value::Text(encode_yaml(value, at)),
                Some(value) => Value::Text(encode(value, at)),
                None => Value::Null,
            },
            "jsondecode" | "yamldecode" => decoded(values.into_iter().next().unwrap_or(Value::Null), at),
            _ => {
                let mut traces = Traces::none();
                values.iter().for_each(|value| traces.absorb(&value.traces()));
                Value::tainted(format!("{name}(…)"), at, traces)
            }
        }
    }

    /// `sensitive(x)`: somebody says that it is a secret.
    fn sensitive(&self, argument: Option<&Expr>, value: Option<Value>, at: Span) -> Value {
        let value = value.unwrap_or(Value::Null);
        if value.is_tainted() || !value.is_unknown() {
            return value;
        }
        let label = argument.map_or_else(|| "sensitive(…)".to_owned(), |argument| self.label_of(argument));
        let origin = Origin {
            kind: OriginKind::Variable,
            name: label.clone(),
            key: label.rsplit('.').next().unwrap_or(&label).to_owned(),
            at,
            confidence: crate::finding::Confidence::High,
            literal: None,
        };
        Value::tainted(label, at, Traces::from_origin(origin))
    }

    fn join(&self, values: &[Value], at: Span) -> Value {
        let separator = values.first().and_then(Value::known);
        let Some(separator) = separator else { return unknown_of("join(…)", values, at) };
        let mut out = Text::default();
        for list in values.iter().skip(1) {
            let items: Vec<Value> = match list {
                Value::List(items) => items.to_vec(),
                other => vec![other.clone()],
            };
            for item in items {
                if !out.pieces.is_empty() {
                    out.append(Text::made(separator.clone(), at));
                }
                out.append(item.into_text("…", at));
            }
        }
        Value::Text(out)
    }

    fn lookup_function(&self, values: Vec<Value>, at: Span) -> Value {
        let mut values = values.into_iter();
        let (map, key, default) = (values.next(), values.next(), values.next());
        let key = key.as_ref().and_then(Value::known);
        match (map, key) {
            (Some(Value::Map(members)), Some(key)) => {
                let found = members.iter().find(|(name, _)| **name == key).map(|(_, value)| value.clone());
                found.or(default).unwrap_or_else(|| Value::unknown(key, at))
            }
            (Some(map), Some(key)) => {
                let member = named_member(attribute(map, &key, at), &key, at);
                Value::either([member, default.unwrap_or(Value::Null)])
            }
            (Some(map), None) => {
                Value::either([self.any_element(&map, at).1, default.unwrap_or(Value::Null)])
            }
            (None, _) => Value::Null,
        }
    }
}

/// A function that asks a store for a secret; its last argument names it.
fn fetched(name: &str, values: &[Value], at: Span) -> Value {
    let key = values.iter().rev().find_map(Value::known).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    let key = if key.len() <= 64 && key.bytes().all(plain) { key } else { name.to_owned() };
    let origin = Origin {
        kind: OriginKind::Data,
        name: format!("{name}(…)"),
        key,
        at,
        confidence: crate::finding::Confidence::High,
        literal: None,
    };
    Value::tainted(format!("{name}(…)"), at, Traces::from_origin(origin))
}

fn unknown_of(label: &str, values: &[Value], at: Span) -> Value {
    let mut traces = Traces::none();
    values.iter().for_each(|value| traces.absorb(&value.traces()));
    Value::tainted(label, at, traces)
}

/// The same texts as base64, or as what it was made of: the pieces stay, and who reads them undoes it.
pub(super) fn encoded(value: Option<Value>, is: bool) -> Value {
    match value {
        Some(Value::Text(text)) => Value::Text(match text.opened().filter(|_| !is) {
            Some(inner) => inner,
            None => Text { encoded: is, ..text },
        }),
        Some(Value::Either(arms)) => Value::either(arms.iter().map(|arm| encoded(Some(arm.clone()), is))),
        Some(other) => other,
        None => Value::Null,
    }
}

fn path_function(name: &str, value: Option<&Value>, at: Span) -> Value {
    let Some(path) = value.and_then(Value::known) else { return Value::unknown(format!("{name}(…)"), at) };
    let trimmed = path.trim_end_matches('/');
    let text = match name {
        "basename" => trimmed.rsplit('/').next().unwrap_or_default().to_owned(),
        "dirname" => trimmed.rsplit_once('/').map_or_else(|| ".".to_owned(), |(folder, _)| folder.to_owned()),
        _ => path,
    };
    Value::Text(Text::made(text, at))
}

fn changed_case(name: &str, value: Value) -> Value {
    let Value::Text(text) = value else { return value };
    let change = |text: &str| if name == "upper" { text.to_uppercase() } else { text.to_lowercase() };
    let pieces = text.pieces.into_iter().map(|piece| match piece {
        Piece::Known { text, at, .. } => Piece::Known { text: change(&text).into(), at, exact: false },
        hole => hole,
    });
    Value::Text(Text::of(pieces.collect()))
}

/// Wider indentations than this are cut.
const MOST_INDENT: usize = 80;

/// `indent(spaces, text)`: all lines but the first one move to the right.
fn indent(values: Vec<Value>, at: Span) -> Value {
    let mut values = values.into_iter();
    let spaces =
        values.next().and_then(|spaces| spaces.known()).and_then(|spaces| spaces.parse::<usize>().ok());
    let (Some(spaces), Some(value)) = (spaces, values.next()) else { return Value::Null };
    let Value::Text(text) = value else { return value };
    if text.encoded {
        return Value::Text(text);
    }
    let blanks: std::sync::Arc<str> = " ".repeat(spaces.min(MOST_INDENT)).into();
    let mut out = Text::default();
    for piece in text.pieces {
        let Piece::Known { text, at: place, exact } = &piece else {
            out.pieces.push(piece);
            continue;
        };
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let end = offset + line.len();
            let start = place.start as usize;
            let line_at = if *exact { Span::new(place.source, start + offset, start + end) } else { *place };
            out.pieces.push(Piece::Known { text: line.into(), at: line_at, exact: *exact });
            if line.ends_with('\n') {
                out.append(Text::made(std::sync::Arc::clone(&blanks), at));
            }
            offset = end;
        }
    }
    Value::Text(out)
}

/// `format`: the known text between verbs stays, each verb takes one argument.
fn format_text(values: &[Value], at: Span) -> Value {
    let Some(pattern) = values.first().and_then(Value::known) else {
        return unknown_of("format(…)", values, at);
    };
    let place = values.first().and_then(Value::place).unwrap_or(at);
    let mut arguments = values.iter().skip(1);
    let mut out = Text::default();
    let mut rest = pattern.as_str();
    while let Some(percent) = rest.find('%') {
        let (before, verb) = rest.split_at(percent);
        out.append(Text::made(before, place));
        let verb = verb.get(1..).unwrap_or_default();
        if let Some(after) = verb.strip_prefix('%') {
            out.append(Text::made("%", place));
            rest = after;
            continue;
        }
        let end = verb.find(|letter: char| letter.is_ascii_alphabetic()).map_or(verb.len(), |at| at + 1);
        if let Some(argument) = arguments.next() {
            out.append(argument.clone().into_text("…", at));
        }
        rest = verb.get(end..).unwrap_or_default();
    }
    out.append(Text::made(rest, place));
    Value::Text(out)
}

/// `replace`: where the text, what is sought and what stands instead are at hand, piece by piece.
fn replace(values: &[Value], at: Span) -> Value {
    // `replace(coalesce(var.custom, templatefile(…)), "/\\r/", "")`: in whichever it is.
    if let [Value::Either(arms), rest @ ..] = values {
        let with = |arm: &Value| std::iter::once(arm).chain(rest).cloned().collect::<Vec<Value>>();
        return Value::either(arms.iter().map(|arm| replace(&with(arm), at)));
    }
    let [text, sought, instead] = values else { return unknown_of("replace(…)", values, at) };
    let (Value::Text(text), Some(sought)) = (text, sought.known()) else {
        return unknown_of("replace(…)", values, at);
    };
    let is_pattern = sought.len() > 1 && sought.starts_with('/') && sought.ends_with('/');
    if sought.is_empty() || is_pattern {
        if !instead.is_tainted() {
            return Value::Text(text.clone());
        }
        let mut out = text.clone();
        out.append(instead.clone().into_text("…", at));
        return Value::Text(out);
    }
    let flat = Flat::new(text);
    let mut out = Text::default();
    let mut from = 0;
    while let Some(found) =
        flat.text().get(from..).and_then(|rest| rest.find(&sought)).map(|found| from + found)
    {
        out.append(flat.slice(from, found));
        let place = flat.place(found, found + sought.len()).unwrap_or(at);
        let mut stand_in = instead.clone().into_text("…", at);
        for piece in &mut stand_in.pieces {
            if let Piece::Hole(hole) = piece {
                *hole = Hole { at: place, ..hole.clone() };
            }
        }
        out.append(stand_in);
        from = found + sought.len();
    }
    out.append(flat.slice(from, flat.text().len()));
    Value::Text(out)
}

fn split(values: &[Value], at: Span) -> Value {
    let (Some(separator), Some(text)) =
        (values.first().and_then(Value::known), values.get(1).and_then(Value::known))
    else {
        return unknown_of("split(…)", values, at);
    };
    if separator.is_empty() {
        return unknown_of("split(…)", values, at);
    }
    Value::list(text.split(&separator).map(|part| Value::Text(Text::made(part, at))).collect())
}

fn concat(values: Vec<Value>) -> Value {
    let mut all = Vec::new();
    for value in values {
        match value {
            Value::List(items) => all.extend(items.iter().cloned()),
            Value::Null => {}
            other => all.push(other),
        }
    }
    Value::list(all)
}

fn flatten(values: &[Value]) -> Value {
    fn add(value: &Value, depth: usize, out: &mut Vec<Value>) {
        match value {
            Value::List(items) if depth < 16 => items.iter().for_each(|item| add(item, depth + 1, out)),
            other => out.push(other.clone()),
        }
    }
    let mut out = Vec::new();
    values.iter().for_each(|value| add(value, 0, &mut out));
    Value::list(out)
}

/// `merge`: the later member stays; a map that is not known may hold anything under any name.
fn merge(values: Vec<Value>, at: Span) -> Value {
    let mut members = Vec::new();
    let mut rest = Traces::none();
    for value in values {
        match value {
            Value::Map(inner) => members.extend(inner.iter().cloned()),
            // `merge(list...)`
            Value::Either(arms) | Value::List(arms) => {
                for arm in arms.iter() {
                    match arm {
                        Value::Map(inner) => members.extend(inner.iter().cloned()),
                        other => rest.absorb(&other.traces()),
                    }
                }
            }
            other => rest.absorb(&other.traces()),
        }
    }
    if !rest.is_empty() {
        members.push(("…".into(), Value::tainted("merge(…)", at, rest)));
    }
    Value::map(members)
}

fn zipmap(values: &[Value], at: Span) -> Value {
    let (Some(Value::List(keys)), Some(Value::List(found))) = (values.first(), values.get(1)) else {
        return unknown_of("zipmap(…)", values, at);
    };
    let names = keys.iter().map(|key| key.known().unwrap_or_else(|| "…".into()).into());
    Value::map(names.zip(found.iter().cloned()).collect())
}

/// `try`, `coalesce`: the first that is there; an unknown one may not be.
fn first_of(values: Vec<Value>) -> Value {
    let mut arms = Vec::new();
    for value in values {
        let decided =
            matches!(&value, Value::Text(text) if text.known().is_some_and(|text| !text.is_empty()));
        arms.push(value);
        if decided {
            break;
        }
    }
    Value::either(arms)
}

/// `jsondecode` of a known text gives its members; of a secret document a hole that keeps it.
fn decoded(value: Value, at: Span) -> Value {
    let Some(text) = value.known() else {
        return Value::tainted("jsondecode(…)", at, value.traces());
    };
    let place = value.place().unwrap_or(at);
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(json) => from_json(&json, place),
        Err(_) => Value::unknown("jsondecode(…)", at),
    }
}

fn from_json(json: &serde_json::Value, at: Span) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Text(Text::made(flag.to_string(), at)),
        serde_json::Value::Number(number) => Value::Text(Text::made(number.to_string(), at)),
        serde_json::Value::String(text) => Value::Text(Text::made(text.as_str(), at)),
        serde_json::Value::Array(items) => {
            Value::list(items.iter().map(|item| from_json(item, at)).collect())
        }
        serde_json::Value::Object(members) => Value::map(
            members.iter().map(|(name, value)| (name.as_str().into(), from_json(value, at))).collect(),
        ),
    }
}
