//! Lists in each of their forms. What was read and written again says the same.

use std::fmt::Write as _;

use super::read::{Form, is_migrating};
use super::{Entry, Home, Inventory, QUESTIONS, Rotated};
use crate::shown::spreadsheet;

/// How a list says that a key is not in its place yet.
const NEEDS_MIGRATION: &str = "needs migration";

/// The list in a form.
pub fn text(inventory: &Inventory, form: Form) -> String {
    match form {
        Form::Markdown => markdown(inventory),
        Form::Csv => csv(inventory),
        Form::Toml => toml(inventory),
        Form::Yaml => yaml(inventory),
    }
}

/// The columns that a table needs, in order: those of a list first, then what else there is.
fn columns(inventory: &Inventory) -> Vec<String> {
    let has = |test: fn(&Entry) -> bool| inventory.entries.iter().any(test);
    let mut names = vec!["Key".to_owned()];
    if has(|entry| entry.title.is_some()) {
        names.push("Name".to_owned());
    }
    names.extend(["Location", "Last Rotated", "Owner"].map(str::to_owned));
    for (at, (word, _)) in QUESTIONS.iter().enumerate() {
        if inventory.entries.iter().any(|entry| entry.answers.all().get(at).copied().flatten().is_some()) {
            let mut name = (*word).to_owned();
            name.get_mut(..1).map(str::make_ascii_uppercase);
            names.push(name);
        }
    }
    for entry in &inventory.entries {
        for (name, _) in &entry.extra {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

fn cell(entry: &Entry, column: &str) -> String {
    let none = || "—".to_owned();
    match column {
        "Key" => entry.key.clone(),
        "Name" => entry.title.clone().unwrap_or_else(none),
        "Location" => location(entry),
        "Last Rotated" => rotated(entry.rotated),
        "Owner" => owner(entry).unwrap_or_else(none),
        other => {
            let word = other.to_lowercase();
            let answer = QUESTIONS.iter().zip(entry.answers.all()).find(|((known, _), _)| *known == word);
            let answer = answer.and_then(|(_, answer)| answer).map(str::to_owned);
            answer.or_else(|| extra(entry, other)).unwrap_or_else(none)
        }
    }
}

fn extra(entry: &Entry, column: &str) -> Option<String> {
    entry.extra.iter().find(|(name, _)| name == column).map(|(_, text)| text.clone())
}

fn rotated(rotated: Rotated) -> String {
    match rotated {
        Rotated::On(day) => day.to_string(),
        Rotated::Unsaid => "—".to_owned(),
        Rotated::Unclear => "?".to_owned(),
    }
}

/// Where nobody owns it yet, the place says that it is on its way, as teams write it.
fn owner(entry: &Entry) -> Option<String> {
    entry.owner.clone().or_else(|| entry.migrating.then(|| NEEDS_MIGRATION.to_owned()))
}

/// Where somebody owns it already, its place says that it is on its way.
fn location(entry: &Entry) -> String {
    let home = entry.home.to_string();
    let said = is_migrating(&home) || entry.extra.iter().any(|(_, text)| is_migrating(text));
    match (entry.migrating && entry.owner.is_some() && !said, &entry.home) {
        (false, _) => home,
        (true, Home::None) => NEEDS_MIGRATION.to_owned(),
        (true, _) => format!("{home} ({NEEDS_MIGRATION})"),
    }
}

fn markdown(inventory: &Inventory) -> String {
    let columns = columns(inventory);
    let escaped = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(columns.iter().map(|name| escaped(name)).collect());
    text.push_str(&format!("|{}\n", "---|".repeat(columns.len())));
    for entry in &inventory.entries {
        text.push_str(&line(columns.iter().map(|column| escaped(&cell(entry, column))).collect()));
    }
    text
}

fn csv(inventory: &Inventory) -> String {
    let columns = columns(inventory);
    let line = |cells: Vec<String>| {
        cells.iter().map(|cell| spreadsheet::cell(cell)).collect::<Vec<_>>().join(",") + "\n"
    };
    let mut text = line(columns.clone());
    for entry in &inventory.entries {
        text.push_str(&line(columns.iter().map(|column| cell(entry, column)).collect()));
    }
    text
}

/// Names and texts of a row, without what it does not say.
fn fields(entry: &Entry) -> Vec<(String, String)> {
    let mut fields = vec![("key".to_owned(), entry.key.clone())];
    let mut add = |name: &str, text: Option<String>| fields.extend(text.map(|text| (name.to_owned(), text)));
    add("name", entry.title.clone());
    add("location", Some(location(entry)));
    add("last-rotated", (entry.rotated != Rotated::Unsaid).then(|| rotated(entry.rotated)));
    add("owner", owner(entry));
    for ((word, _), answer) in QUESTIONS.iter().zip(entry.answers.all()) {
        add(word, answer.map(str::to_owned));
    }
    fields.extend(entry.extra.iter().cloned());
    fields
}

fn toml(inventory: &Inventory) -> String {
    let mut text = String::new();
    for (at, entry) in inventory.entries.iter().enumerate() {
        text.push_str(if at == 0 { "[[key]]\n" } else { "\n[[key]]\n" });
        let mut seen = Vec::new();
        for (name, value) in fields(entry) {
            // Two columns of one name can't both be keys.
            if seen.contains(&name) {
                continue;
            }
            let key = if is_bare(&name) { name.clone() } else { quoted(&name) };
            let _ = writeln!(text, "{key} = {}", quoted(&value));
            seen.push(name);
        }
    }
    text
}

fn yaml(inventory: &Inventory) -> String {
    let mut text = "keys:\n".to_owned();
    for entry in &inventory.entries {
        let mut seen = Vec::new();
        for (at, (name, value)) in fields(entry).into_iter().enumerate() {
            if seen.contains(&name) {
                continue;
            }
            let start = if at == 0 { "  - " } else { "    " };
            let key = if is_bare(&name) { name.clone() } else { quoted(&name) };
            let _ = writeln!(text, "{start}{key}: {}", quoted(&value));
            seen.push(name);
        }
    }
    text
}

/// Whether a name needs no quotes: neither TOML nor YAML takes it for something else.
fn is_bare(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let taken = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(plain)
        && !taken.contains(&name.to_ascii_lowercase().as_str())
}

/// A text in quotes, as TOML, YAML and JSON all read it.
fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read::{Input, read};
    use crate::secret::tokens::TokenTable;
    use crate::source::{SourceId, Sources, Span};

    fn again(text: &str, form: Form) -> Vec<Entry> {
        let sources = Sources::default();
        let source = sources.add_text("list", text);
        let reading = read(&[Input { source, form }], &[], &sources, &TokenTable::embedded());
        assert_eq!(reading.gaps, [], "{text}");
        let mut entries = reading.facts.entries;
        entries.iter_mut().for_each(|entry| entry.at.span = Span::start_of(SourceId(0)));
        entries
    }

    #[test]
    fn what_is_written_says_what_was_read() {
        let odd = "| Key | Name | Location | Last Rotated | Owner | yes | Verify |\n|--|--|--|--|--|--|--|\n\
            | A | The a, \"x\" | SSM /a/b/c | 2026-03-28 | é\\|ü | no | curl: 200 |\n\
            | B | — | GitHub Actions secret B | — | needs migration | =1+1 | # not a comment |\n\
            | C | — | 1Password: vault | — | — | 'q' | — |\n\
            | D | — | SSM /a/b/d (to be migrated) | — | us | — | — |\n\
            | E | — | needs migration | — | us | — | — |\n";
        let first = again(odd, Form::Markdown);
        let inventory = Inventory { entries: first.clone(), ..Inventory::default() };
        for form in Form::ALL {
            assert_eq!(again(&text(&inventory, *form), *form), first, "{}", text(&inventory, *form));
        }
    }
}
