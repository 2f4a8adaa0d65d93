//! `sqlite3`: a database in a file.

use super::Machine;
use super::call::{Call, is_option};
use super::editors::shown;
use super::external::argument_traces;
use super::wire::{known_start, shown_path};
use crate::value::Text;

/// Options with a value, without their hyphens.
const TAKES: [&str; 13] = [
    "cmd",
    "separator",
    "init",
    "newline",
    "nullvalue",
    "vfs",
    "mmap",
    "heap",
    "maxsize",
    "nonce",
    "sorterref",
    "escape",
    "key",
];
/// Options with two.
const TAKES_TWO: [&str; 2] = ["lookaside", "pagecache"];
/// Options without one.
const ALONE: [&str; 31] = [
    "append",
    "ascii",
    "bail",
    "batch",
    "box",
    "column",
    "csv",
    "deserialize",
    "echo",
    "header",
    "noheader",
    "help",
    "html",
    "ifexists",
    "interactive",
    "json",
    "line",
    "list",
    "markdown",
    "memtrace",
    "multiplex",
    "nofollow",
    "noinit",
    "pcachetrace",
    "quote",
    "readonly",
    "safe",
    "stats",
    "table",
    "tabs",
    "version",
];
/// How statements begin that write what they hold.
const WRITES: [&str; 8] = ["insert", "update", "replace", "delete", "create", "attach", "alter", "with"];

impl Machine<'_> {
    /// `sqlite3 FILE "insert …"`
    pub fn sqlite(&mut self, call: &Call<'_>) {
        let Some(at) = database(call) else { return };
        let Some(path) = call.arguments.get(at).and_then(path) else { return };
        let mut input = Text::default();
        for chunk in self.streams.input_chunks() {
            input.append(chunk.text);
            input.append(Text::made("\n", call.at));
        }
        let others = call.arguments.iter().enumerate().filter(|(number, _)| *number != at);
        let mut statements: Vec<Text> = others.map(|(_, text)| text.clone()).collect();
        statements.push(input);
        statements.retain(writes);
        let traces = argument_traces(&statements);
        if !traces.is_empty() {
            let path = self.path(&Text::made(path, call.at));
            self.land_file(&path, call.at, "written by `sqlite3`".to_owned(), traces);
        }
    }
}

/// The number of the first word that is neither an option nor its value.
fn database(call: &Call<'_>) -> Option<usize> {
    let mut number = 0;
    while let Some(argument) = call.arguments.get(number) {
        let name = known_start(argument).trim_start_matches('-');
        if !is_option(argument) {
            return Some(number);
        }
        // What follows is for an archive.
        if name.starts_with('A') {
            return None;
        }
        let known = TAKES.contains(&name) || TAKES_TWO.contains(&name) || ALONE.contains(&name);
        let takes = TAKES.contains(&name) || !known && may_take(call, number + 1);
        number += 1 + usize::from(takes) + 2 * usize::from(TAKES_TWO.contains(&name));
    }
    None
}

/// Whether the word after an option that nobody knows is its value: where another one follows that can be the database.
fn may_take(call: &Call<'_>, next: usize) -> bool {
    let word = |number: usize| call.arguments.get(number).filter(|text| !is_option(text));
    word(next).is_some()
        && word(next + 1).is_some_and(|text| path(text).is_some_and(|path| !path.contains(' ')))
}

/// The path, without what a URI hands over. None where it is no file, or rather a statement.
fn path(text: &Text) -> Option<String> {
    let shown = shown_path(text);
    let path = match shown.strip_prefix("file:") {
        Some(rest) => rest.split(['?', '#']).next().unwrap_or_default().trim_start_matches("//"),
        None => &shown,
    };
    let statement = path.contains(['\'', '"', ';', '(', '=', '?', '\n']);
    (!path.is_empty() && !path.starts_with(':') && !statement).then(|| path.to_owned())
}

/// Whether a statement writes: at the start, or after `;`.
fn writes(text: &Text) -> bool {
    let shown = shown(text).to_ascii_lowercase();
    let aside = |line: &&str| !line.trim_start().starts_with(['.', '-']);
    let lines: Vec<&str> = shown.lines().filter(aside).collect();
    lines.join("\n").split(';').any(|statement| {
        let word = statement.split_whitespace().next().unwrap_or_default();
        WRITES.contains(&word)
    })
}
