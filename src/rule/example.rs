//! The `examples` of a rule: what it must find, and what it must leave alone.

use std::borrow::Cow;

use crate::record::{Field, FieldMap};

use super::problem::{Problems, shown};
use super::yaml::{Data, Entry, Kind, Node};
use crate::nearest::did_you_mean;

/// The file name of an inline `hcl` example.
const HCL_FILE: &str = "main.tf";
/// The file name of an inline `script` example without `file`.
const SCRIPT_FILE: &str = "script.sh";
/// What can stand in an example.
const KEYS: &[&str] =
    &["name", "hcl", "script", "files", "fixture", "record", "records", "file", "findings", "matches"];
/// What an example is made of.
const INPUTS: &[&str] = &["hcl", "script", "files", "fixture", "record", "records"];

/// One example.
#[derive(Debug, Clone)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// What the rule is tried on.
    pub input: ExampleInput,
    /// File and line (from 1) of every finding that is expected, sorted: the lines that carry the
    /// marker `# finding` or `// finding`, and those of `findings`. The marked lines of a fixture
    /// are found with [`marked_lines`] when its files are read.
    pub expected: Vec<(String, usize)>,
}

/// What an example's rule is tried on.
#[derive(Debug, Clone)]
pub enum ExampleInput {
    /// Terraform, as `main.tf`.
    Hcl(String),
    /// A script, as `script.sh` or the name that the example gives.
    Script {
        /// Its file name.
        file: String,
        /// The script.
        text: String,
    },
    /// Several files: name and text.
    Files(Vec<(String, String)>),
    /// A path under `fixtures/`.
    Fixture(String),
    /// The fields of a record, and whether the rule is met by it.
    Record {
        /// The fields.
        fields: FieldMap,
        /// Whether the rule is met.
        matches: bool,
    },
    /// Records with their times in seconds, and whether the correlation is met by them.
    Records {
        /// Time and fields.
        records: Vec<(i64, FieldMap)>,
        /// Whether the correlation is met.
        matches: bool,
    },
}

impl ExampleInput {
    /// The files of an inline example: name and text.
    pub fn files(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Hcl(text) => vec![(HCL_FILE, text)],
            Self::Script { file, text } => vec![(file, text)],
            Self::Files(files) => files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect(),
            Self::Fixture(_) | Self::Record { .. } | Self::Records { .. } => Vec::new(),
        }
    }
}

impl Example {
    /// Whether something must be found; `None` where only the files of the fixture know.
    pub fn is_positive(&self) -> Option<bool> {
        match &self.input {
            ExampleInput::Record { matches, .. } | ExampleInput::Records { matches, .. } => Some(*matches),
            ExampleInput::Fixture(_) if self.expected.is_empty() => None,
            _ => Some(!self.expected.is_empty()),
        }
    }
}

/// The lines (from 1) that carry the marker `# finding` or `// finding`.
pub fn marked_lines(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.lines().enumerate().filter(|(_, line)| is_marked(line)).map(|(index, _)| index + 1)
}

fn is_marked(line: &str) -> bool {
    ["# finding", "// finding"].iter().any(|marker| {
        line.match_indices(marker).any(|(at, _)| {
            let after = line.get(at + marker.len()..).and_then(|rest| rest.chars().next());
            after.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
        })
    })
}

/// Reads the list of examples.
pub(super) fn parse(node: &Node, problems: &mut Problems) -> Vec<Example> {
    let Data::List(items) = &node.data else {
        problems.error(node.at, format!("`examples` is a list, found {}", node.what()));
        return Vec::new();
    };
    items.iter().filter_map(|item| example(item, problems)).collect()
}

fn example(node: &Node, problems: &mut Problems) -> Option<Example> {
    let Some(entries) = node.entries() else {
        problems
            .error(node.at, format!("an example is a map with `name` and its input, found {}", node.what()));
        return None;
    };
    for entry in entries.iter().filter(|entry| !KEYS.contains(&&*entry.key)) {
        let near = did_you_mean(&entry.key, KEYS.iter().copied());
        problems.error(entry.key_at, format!("an example has no `{}`{near}", shown(&entry.key)));
    }
    let Some(name) = node.get("name").and_then(Node::text) else {
        problems.error(node.at, "this example needs a `name`: what does it show?");
        return None;
    };
    let mut inputs = entries.iter().filter(|entry| INPUTS.contains(&&*entry.key));
    let (Some(written), None) = (inputs.next(), inputs.next()) else {
        problems.error(node.at, format!("an example needs exactly one of `{}`", INPUTS.join("`, `")));
        return None;
    };
    let input = input(written, node, problems)?;
    let mut expected: Vec<(String, usize)> = Vec::new();
    for (file, text) in input.files() {
        expected.extend(marked_lines(text).map(|line| (file.to_owned(), line)));
    }
    if let Some(findings) = node.get("findings") {
        listed(findings, &input, &mut expected, problems);
    }
    expected.sort();
    expected.dedup();
    Some(Example { name: name.to_owned(), input, expected })
}

fn input(entry: &Entry, node: &Node, problems: &mut Problems) -> Option<ExampleInput> {
    let value = &entry.value;
    match &*entry.key {
        "files" => files(value, problems).map(ExampleInput::Files),
        "record" => record(value, node, problems),
        "records" => records(value, node, problems),
        key => {
            let Some(text) = value.text().map(str::to_owned) else {
                problems.error(value.at, format!("`{key}` is a text, found {}", value.what()));
                return None;
            };
            Some(match key {
                "hcl" => ExampleInput::Hcl(text),
                "fixture" => ExampleInput::Fixture(text),
                _ => {
                    let file = node.get("file").and_then(Node::text).unwrap_or(SCRIPT_FILE);
                    ExampleInput::Script { file: file.to_owned(), text }
                }
            })
        }
    }
}

fn files(node: &Node, problems: &mut Problems) -> Option<Vec<(String, String)>> {
    let entries = node.entries().filter(|entries| !entries.is_empty());
    let Some(entries) = entries else {
        problems.error(node.at, "`files` is a map of file names and their texts");
        return None;
    };
    let files = entries.iter().map(|entry| match entry.value.text() {
        Some(text) => Some((entry.key.to_string(), text.to_owned())),
        None if entry.value.is_null() => Some((entry.key.to_string(), String::new())),
        None => {
            problems.error(entry.value.at, format!("a file is a text, found {}", entry.value.what()));
            None
        }
    });
    files.collect()
}

fn record(node: &Node, example: &Node, problems: &mut Problems) -> Option<ExampleInput> {
    let Some(entries) = node.entries() else {
        problems.error(node.at, format!("`record` is a map of fields, found {}", node.what()));
        return None;
    };
    let Some(matches) = example.get("matches").and_then(Node::as_bool) else {
        problems.error(node.at, "a `record` needs `matches: true` or `matches: false`");
        return None;
    };
    let mut fields = FieldMap::default();
    set_fields(entries, "", &mut fields);
    Some(ExampleInput::Record { fields, matches })
}

/// Each with `time`: a number of seconds, or as CloudTrail writes it.
fn records(node: &Node, example: &Node, problems: &mut Problems) -> Option<ExampleInput> {
    let Data::List(items) = &node.data else {
        problems.error(node.at, format!("`records` is a list, found {}", node.what()));
        return None;
    };
    let Some(matches) = example.get("matches").and_then(Node::as_bool) else {
        problems.error(node.at, "`records` need `matches: true` or `matches: false`");
        return None;
    };
    let records: Option<Vec<(i64, FieldMap)>> = items.iter().map(|item| timed(item, problems)).collect();
    Some(ExampleInput::Records { records: records?, matches })
}

fn timed(node: &Node, problems: &mut Problems) -> Option<(i64, FieldMap)> {
    let time = node.get("time").and_then(Node::text).and_then(|text| {
        let stamp = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
        text.parse().ok().or_else(stamp)
    });
    let (Some(entries), Some(time)) = (node.entries(), time) else {
        let message = "a record here is a map of fields with `time`: seconds, or 2026-03-28T14:00:00Z";
        problems.error(node.at, message);
        return None;
    };
    let mut fields = FieldMap::default();
    set_fields(entries.iter().filter(|entry| &*entry.key != "time"), "", &mut fields);
    Some((time, fields))
}

/// Nested maps become fields named with dots. The depth is bounded by the reader of YAML.
fn set_fields<'n>(entries: impl IntoIterator<Item = &'n Entry>, before: &str, fields: &mut FieldMap) {
    for entry in entries {
        let name = format!("{before}{}", entry.key);
        match entry.value.entries() {
            Some(inner) => nested(inner, &format!("{name}."), fields),
            None => fields.set(name, field(&entry.value)),
        }
    }
}

fn nested(entries: &[Entry], before: &str, fields: &mut FieldMap) {
    set_fields(entries, before, fields);
}

fn field(node: &Node) -> Field<'static> {
    match &node.data {
        Data::List(items) => Field::List(items.iter().map(field).collect()),
        // A map in a list has no name that a rule could use.
        Data::Map(_) => Field::Null,
        Data::Scalar(scalar) => match scalar.kind {
            Kind::Null => Field::Null,
            Kind::Bool(flag) => Field::Bool(flag),
            Kind::Integer(whole) => Field::Number(whole as f64),
            Kind::Float(float) => Field::Number(float),
            Kind::Text => Field::Text(Cow::Owned(scalar.text.to_string())),
        },
    }
}

/// `findings:` lists lines of the only file, or `file:line`.
fn listed(node: &Node, input: &ExampleInput, expected: &mut Vec<(String, usize)>, problems: &mut Problems) {
    let items = match &node.data {
        Data::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let files = input.files();
    for item in items {
        let text = item.text().unwrap_or_default();
        let (file, line) = match (text.rsplit_once(':'), files.as_slice()) {
            (Some((file, line)), _) => (file, line),
            (None, [(file, _)]) => (*file, text),
            (None, _) => ("", text),
        };
        match line.parse() {
            Ok(line) if line > 0 && !file.is_empty() => expected.push((file.to_owned(), line)),
            _ => problems.error(item.at, "a finding is a line (`12`), or a file and a line (`main.tf:12`)"),
        }
    }
}
