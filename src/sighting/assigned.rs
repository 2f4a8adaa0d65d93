//! What a line says of a key that it names: gives it a value, or takes it from somewhere.

use std::ops::Range;

use super::place::{Form, Place};
use crate::secret::placeholder::{Placeholder, judge};
use crate::secret::redact::is_strewn;

/// A shorter text beside a name is a number or a switch.
const SHORTEST: usize = 6;
/// In lists of names with values the value follows within so many bytes.
const NEAR: usize = 2 * 1024;
/// Functions that take a name and its value.
const SETTING_CALLS: &[&str] =
    &["setenvironmentvariable", "putenv", "setenv", "setdefault", "set_var", "setitem"];

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A value stands there; whether it looks drawn by lot.
    Copy(bool),
    /// The key is used by its name.
    Reference,
    /// Nothing that matters.
    Nothing,
}

/// What a line says of the name at `at`.
pub(super) fn told(text: &str, line: Range<usize>, at: Range<usize>, place: Place) -> Told {
    let before = text.get(line.start..at.start).unwrap_or_default();
    let after = text.get(at.end..line.end).unwrap_or_default();
    let value = direct(before, after, place)
        .or_else(|| by_word(before, after, place))
        .or_else(|| by_call(before, after))
        .or_else(|| by_option(before, after))
        .or_else(|| by_member(before, text.get(at.end..).unwrap_or_default(), place));
    match value.map(|value| (is_value(value), value)) {
        Some((true, value)) => Told::Copy(is_strewn(value)),
        _ if matches!(place.form, Form::Prose | Form::Record) => Told::Nothing,
        // A remark names keys for people.
        _ if is_remark(before, place) => Told::Nothing,
        _ => Told::Reference,
    }
}

fn is_remark(before: &str, place: Place) -> bool {
    let start = before.trim_start();
    start.starts_with("//") || start.starts_with("/*") || start.starts_with('#') && place.form == Form::Plain
}

/// `NAME=value`, `"NAME": "value"`, `$env:NAME = "value"`, `${NAME:-value}`.
fn direct<'t>(before: &str, after: &'t str, place: Place) -> Option<&'t str> {
    if before.ends_with("${") {
        let default =
            after.strip_prefix(":-").or_else(|| after.strip_prefix(":=")).or(after.strip_prefix('-'));
        return default.and_then(|default| default.split('}').next());
    }
    let of_powershell = before.to_ascii_lowercase().ends_with("$env:");
    if (before.ends_with(['$', '%']) && !of_powershell) || before.ends_with("secrets.") {
        return None;
    }
    let rest = past_name(after);
    let rest = [":=", "?=", "+=", "=>", "=", ":"].iter().find_map(|mark| rest.strip_prefix(mark))?;
    // A comparison, a path of Rust or C++.
    if rest.starts_with(['=', '~', ':']) {
        return None;
    }
    value_at(rest, place)
}

/// Without the quotes and brackets that end a name.
fn past_name(after: &str) -> &str {
    let rest = after.strip_prefix('\\').unwrap_or(after);
    let rest = rest.strip_prefix(['"', '\'', '`']).unwrap_or(rest);
    let rest = rest.strip_prefix([']', '}']).unwrap_or(rest);
    rest.trim_start_matches([' ', '\t'])
}

/// `setx NAME value`, `ENV NAME value`, `set -gx NAME value`.
fn by_word<'t>(before: &str, after: &'t str, place: Place) -> Option<&'t str> {
    if !after.starts_with([' ', '\t', '"', '\'']) || !before.ends_with([' ', '\t', '"', '\'']) {
        return None;
    }
    let mut words = before.split_whitespace().rev().map(|word| word.trim_matches(['"', '\'', '`', ';']));
    let word = words.find(|word| !word.is_empty() && !word.starts_with(['-', '/']))?;
    let word = word.rsplit(['(', '"', ';', '\\']).next().unwrap_or(word).trim_end_matches(".exe");
    // `set` alone is a word of every language; fish says what it exports.
    let of_fish =
        word == "set" && before.trim_end_matches(['"', '\'', ' ']).rsplit(' ').next()?.starts_with('-');
    let sets =
        word.eq_ignore_ascii_case("setx") || word.eq_ignore_ascii_case("setenv") || word == "ENV" || of_fish;
    let value = after.trim_start_matches(['"', '\'']);
    (sets && place.form != Form::Code).then(|| value_at(value, place)).flatten()
}

/// `SetEnvironmentVariable("NAME", "value", "User")`.
fn by_call<'t>(before: &str, after: &'t str) -> Option<&'t str> {
    let called = before.trim_end_matches(['"', '\'', '\\', ' ']).strip_suffix('(')?;
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let start = called.len() - called.bytes().rev().take_while(part).count();
    let name = called.get(start..)?;
    if !SETTING_CALLS.iter().any(|call| name.eq_ignore_ascii_case(call)) {
        return None;
    }
    let rest = past_name(after).strip_prefix(',')?.trim_start();
    quoted(rest)
}

/// `put-parameter --name NAME --value value`, `gh secret set NAME --body value`.
fn by_option<'t>(before: &str, after: &'t str) -> Option<&'t str> {
    let options: &[&str] = if before.contains("put-parameter") || before.contains("Write-SSMParameter") {
        &["--value", "-Value"]
    } else if before.contains("secret set") || before.contains("secret create") {
        &["--body", "-b", "--value"]
    } else {
        return None;
    };
    let found = options.iter().find_map(|option| {
        let at = after.find(&format!(" {option}"))?;
        after.get(at + 1 + option.len()..).filter(|rest| rest.starts_with([' ', '=']))
    })?;
    let rest = found.trim_start_matches([' ', '=']);
    quoted(rest).or_else(|| bare(rest))
}

/// `{"name": "NAME", "value": "value"}`, also over lines.
fn by_member<'t>(before: &str, after: &'t str, place: Place) -> Option<&'t str> {
    let lead = before.trim_end_matches(['"', '\'', '\\', ' ']);
    let lead = lead.strip_suffix([':', '='])?.trim_end_matches(['"', '\'', '\\', ' ']).to_ascii_lowercase();
    if !["name", "key"].iter().any(|word| lead.ends_with(word)) {
        return None;
    }
    let mut end = after.len().min(NEAR);
    while !after.is_char_boundary(end) {
        end -= 1;
    }
    let near = after.get(..end)?;
    let lower = near.to_ascii_lowercase();
    let next = ["\"name\"", " name:", "\nname:", "\n}"].iter().filter_map(|mark| lower.find(mark)).min();
    let near = near.get(..next.unwrap_or(near.len()))?;
    let at =
        lower.get(..near.len())?.match_indices("value").map(|(at, word)| at + word.len()).find(|at| {
            let rest = past_name(near.get(*at..).unwrap_or_default());
            rest.starts_with([':', '='])
        })?;
    let rest = past_name(near.get(at..)?);
    value_at(rest.get(1..)?, place)
}

/// The value that begins here; in a program only a literal is one.
fn value_at(rest: &str, place: Place) -> Option<&str> {
    let rest = rest.trim_start_matches([' ', '\t']);
    quoted(rest).or_else(|| bare(rest).filter(|_| place.form != Form::Code))
}

/// What stands between quotes.
fn quoted(rest: &str) -> Option<&str> {
    let escaped = rest.starts_with("\\\"") || rest.starts_with("\\'");
    let rest = if escaped { rest.get(1..)? } else { rest };
    let mark = rest.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
    let inner = rest.get(1..)?;
    let inner = inner.split(mark).next()?;
    Some(if escaped { inner.trim_end_matches('\\') } else { inner })
}

/// A word without quotes.
fn bare(rest: &str) -> Option<&str> {
    let word = rest.split([' ', '\t', '"', '\'', ';', '`']).next()?;
    let word = word.trim_end_matches([',', ')', ']', '}', '\\']);
    (!word.is_empty()).then_some(word)
}

/// Whether a text beside a key's name can be its value: not where it is taken from, nor what only holds its place.
fn is_value(value: &str) -> bool {
    let value = value.trim();
    // What reg.exe writes of an expandable string.
    if value.starts_with("hex(") {
        return true;
    }
    let refers = value.starts_with(['$', '%', '<', '!', '&', '*', '@', '{', '(', '['])
        || value.contains("${")
        || value.contains("{{")
        || value.contains("$(")
        || value.contains("process.env")
        || value.contains("environ")
        || value.contains("getenv")
        || value.starts_with("arn:")
        || value.starts_with("ref+")
        || value.starts_with("op://")
        || value.starts_with("vault:")
        || value.starts_with("/");
    let is_name = value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let is_type =
        matches!(value.to_ascii_lowercase().as_str(), "string" | "required" | "optional" | "securestring");
    value.len() >= SHORTEST && !refers && !is_name && !is_type && judge(value) != Placeholder::Yes
}
