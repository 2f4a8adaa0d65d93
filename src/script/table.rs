//! What commands do with secrets: the table `rules/commands.toml`, typed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::finding::Confidence;
use crate::value::{Lifetime, SinkKind};

const TEXT: &str = include_str!("../../rules/commands.toml");

/// How a row knows its command.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Row {
    command: String,
    #[serde(default)]
    words: Vec<String>,
    option: Option<String>,
    #[serde(default)]
    name: Vec<String>,
    #[serde(default)]
    argument: bool,
    needs: Option<String>,
    #[serde(default)]
    selects: Vec<String>,
    confidence: Option<String>,
    #[serde(default)]
    short_lived: bool,
    #[serde(default)]
    named: bool,
    #[serde(default)]
    generates: bool,
    path: Option<String>,
    path_word: Option<usize>,
    kind: Option<String>,
    lifetime: Option<String>,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    input: bool,
    #[serde(default)]
    attached: Vec<String>,
    #[serde(default)]
    next: Vec<String>,
    word: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrapperRow {
    command: String,
    #[serde(default)]
    takes: Vec<String>,
    #[serde(default)]
    words: usize,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct OutputRows {
    same: BTreeSet<String>,
    changed: BTreeSet<String>,
    arguments: BTreeSet<String>,
    destroyed: BTreeSet<String>,
    nothing: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRow {
    paths: Vec<String>,
    name: Option<String>,
    #[serde(default)]
    memory: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ArgumentRows {
    quiet: BTreeSet<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fetch: Vec<Row>,
    #[serde(default)]
    sink: Vec<Row>,
    #[serde(default)]
    wrapper: Vec<WrapperRow>,
    #[serde(default)]
    literal: Vec<Row>,
    #[serde(default)]
    prints: Vec<Row>,
    #[serde(default)]
    output: OutputRows,
    #[serde(default)]
    arguments: ArgumentRows,
    #[serde(default)]
    file: Vec<FileRow>,
}

/// The command line that a row describes.
pub struct Form {
    /// Words that stand next to each other.
    pub words: Vec<String>,
    /// A word that must stand somewhere.
    pub option: Option<String>,
}

/// A command whose standard output is a secret.
pub struct Fetch {
    pub form: Form,
    pub name: Vec<String>,
    pub argument: bool,
    pub needs: Option<String>,
    pub selects: Vec<String>,
    pub confidence: Confidence,
    pub short_lived: bool,
    pub named: bool,
    pub generates: bool,
}

/// A command that writes its arguments somewhere of its own.
pub struct SinkCommand {
    pub form: Form,
    pub path: Option<String>,
    pub path_word: Option<usize>,
    pub kind: SinkKind,
    pub lifetime: Lifetime,
    pub options: Vec<String>,
    pub input: bool,
}

/// Where a command takes a password.
pub struct PasswordOption {
    pub form: Form,
    pub attached: Vec<String>,
    pub next: Vec<String>,
    /// The operand after the form's words.
    pub word: Option<usize>,
}

/// A command that runs the command after it.
pub struct Wrapper {
    pub takes: Vec<String>,
    pub words: usize,
}

/// A file that is known to hold credentials.
pub struct Home {
    /// `/etc/kubernetes/admin.conf`; `~/.pgpass` in anybody's home; `/run/secrets/*`.
    pub path: String,
    /// What people call its secret; the file's own name where there is none.
    pub name: Option<String>,
    /// It lies in memory, so that a copy of it is the first one on a disk.
    pub memory: bool,
}

impl Home {
    /// Whether a path is this file.
    pub fn is(&self, path: &str) -> bool {
        if let Some(folder) = self.path.strip_suffix('*') {
            return path.strip_prefix(folder).is_some_and(|name| !name.is_empty() && !name.contains('/'));
        }
        match self.path.strip_prefix('~') {
            Some(rest) => path
                .strip_suffix(rest)
                .is_some_and(|home| home.starts_with(['/', '~', '$']) && !home.contains(char::is_whitespace)),
            None => path == self.path,
        }
    }
}

/// What happens to a secret in a command's input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Comes out as it went in.
    Same,
    /// Comes out in another shape.
    Changed,
    /// Does not come out.
    Nothing,
}

/// The whole table, by command.
#[derive(Default)]
pub struct Table {
    pub fetches: BTreeMap<String, Vec<Fetch>>,
    pub sinks: BTreeMap<String, Vec<SinkCommand>>,
    pub passwords: BTreeMap<String, Vec<PasswordOption>>,
    /// Commands that print what their arguments hold.
    pub prints: BTreeMap<String, Vec<Form>>,
    /// Files that are known to hold credentials.
    pub homes: Vec<Home>,
    wrappers: BTreeMap<String, Wrapper>,
    output: OutputRows,
    quiet: BTreeSet<String>,
}

impl Table {
    /// The built-in table. It is part of the binary; a test proves that it can be read.
    pub fn built_in() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Self::parse(TEXT).unwrap_or_default())
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let mut table = Self { output: file.output, quiet: file.arguments.quiet, ..Self::default() };
        for row in file.fetch {
            table.fetches.entry(row.command.clone()).or_default().push(row.into_fetch());
        }
        for row in file.sink {
            table.sinks.entry(row.command.clone()).or_default().push(row.into_sink());
        }
        for row in file.literal {
            let form = Form { words: row.words, option: row.option };
            let option = PasswordOption { form, attached: row.attached, next: row.next, word: row.word };
            table.passwords.entry(row.command).or_default().push(option);
        }
        for row in file.prints {
            let form = Form { words: row.words, option: row.option };
            table.prints.entry(row.command).or_default().push(form);
        }
        for FileRow { paths, name, memory } in file.file {
            table.homes.extend(paths.into_iter().map(|path| Home { path, name: name.clone(), memory }));
        }
        for row in file.wrapper {
            table.wrappers.insert(row.command, Wrapper { takes: row.takes, words: row.words });
        }
        Ok(table)
    }

    /// The wrapper of this name.
    pub fn wrapper(&self, command: &str) -> Option<&Wrapper> {
        self.wrappers.get(command)
    }

    /// What a command does with a secret in its input.
    pub fn output(&self, command: &str) -> Output {
        if self.output.same.contains(command) {
            Output::Same
        } else if self.output.changed.contains(command) && !self.output.destroyed.contains(command) {
            Output::Changed
        } else {
            Output::Nothing
        }
    }

    /// Whether secrets among this command's arguments come out of it.
    pub fn shows_arguments(&self, command: &str) -> bool {
        self.output.arguments.contains(command)
    }

    /// Whether the table says anything of a command.
    pub fn knows(&self, command: &str) -> bool {
        let output = &self.output;
        self.quiet.contains(command)
            || self.fetches.contains_key(command)
            || self.sinks.contains_key(command)
            || self.passwords.contains_key(command)
            || self.prints.contains_key(command)
            || output.same.contains(command)
            || output.changed.contains(command)
            || output.destroyed.contains(command)
            || output.nothing.contains(command)
    }

    /// Whether a secret among this command's arguments is nothing to tell.
    pub fn quiet(&self, command: &str) -> bool {
        self.quiet.contains(command)
    }
}

impl Row {
    fn into_fetch(self) -> Fetch {
        let stated = self.confidence.as_deref().and_then(Confidence::from_word);
        Fetch {
            form: Form { words: self.words, option: self.option },
            name: self.name,
            argument: self.argument,
            needs: self.needs,
            selects: self.selects,
            confidence: stated.unwrap_or(Confidence::High),
            short_lived: self.short_lived,
            named: self.named,
            generates: self.generates,
        }
    }

    fn into_sink(self) -> SinkCommand {
        let kind = match self.kind.as_deref() {
            Some("environment") => SinkKind::Environment,
            Some("parameter") => SinkKind::Parameter,
            Some("object") => SinkKind::Object,
            Some("definition") => SinkKind::Definition,
            _ => SinkKind::File,
        };
        let memory = self.lifetime.as_deref() == Some("memory");
        SinkCommand {
            form: Form { words: self.words, option: self.option },
            path: self.path,
            path_word: self.path_word,
            kind,
            lifetime: if memory { Lifetime::Memory } else { Lifetime::Durable },
            options: self.options,
            input: self.input,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_can_be_read() {
        let table = Table::parse(TEXT).unwrap();
        assert!(table.fetches["aws"].len() > 5);
        assert!(table.wrapper("sudo").is_some());
        assert!(table.output("jq") == Output::Changed);
        assert!(table.output("sha256sum") == Output::Nothing);
        assert!(table.quiet("echo"));
    }
}
