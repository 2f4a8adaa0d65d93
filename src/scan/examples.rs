//! Runs the examples of a rule: each is a small scan, and its marked lines must be found.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::fields::mistakes;
use super::{Material, Tools, scan};
use crate::rule::{Example, ExampleInput, Problem, Rule, RuleSet, marked_lines};
use crate::secret::tokens::TokenTable;
use crate::source::Sources;
use crate::source::walk::{FileKind, Found};
use crate::terraform::tree::Input;

/// File name and line of each finding.
type Places = Vec<(String, usize)>;

/// Runs all examples of the rules in a file; what is not as the example says is an error.
pub fn check_examples(name: &str, text: &str) -> Vec<Problem> {
    let Ok(rules) = RuleSet::load(&[], vec![(name.to_owned(), text.to_owned())]) else {
        return Vec::new(); // told by `check`
    };
    rules
        .iter()
        .flat_map(|rule| {
            let mut problems = mistakes(rule, text);
            problems.extend(rule.file().examples.iter().filter_map(|e| run(&rules, rule, e)));
            problems
        })
        .collect()
}

fn run(rules: &RuleSet, rule: &Rule, example: &Example) -> Option<Problem> {
    let problem = |message: String| Problem { line: 1, column: 1, message, is_error: true };
    if let ExampleInput::Record { fields, matches } = &example.input {
        let met = rule.matches(fields);
        let said = if *matches { "must" } else { "must not" };
        return (met != *matches)
            .then(|| problem(format!("example `{}` {said} match the rule", example.name)));
    }
    if let ExampleInput::Records { .. } = &example.input {
        return None; // tried by `check`
    }
    let (found, expected) = outcome(rules, rule.name(), example, None);
    let missing: Vec<String> = expected
        .iter()
        .filter(|place| !found.contains(place))
        .map(|(file, line)| format!("{file}:{line}"))
        .collect();
    let extra: Vec<String> = found
        .iter()
        .filter(|place| !expected.contains(place))
        .map(|(file, line)| format!("{file}:{line}"))
        .collect();
    if missing.is_empty() && extra.is_empty() {
        return None;
    }
    let list = |places: Vec<String>| if places.is_empty() { "none".to_owned() } else { places.join(", ") };
    Some(problem(format!(
        "example `{}`: marked but not found: {}; found but not marked: {}",
        example.name,
        list(missing),
        list(extra)
    )))
}

/// What the rule finds in an example and what it should. `fixtures` is the folder of fixture
/// examples, for the project's own tests: a rule outside of it can't name any.
pub fn outcome(rules: &RuleSet, rule: &str, example: &Example, fixtures: Option<&Path>) -> (Places, Places) {
    let mut files: Vec<(String, String)> =
        example.input.files().into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let mut expected: Places = example.expected.clone();
    if let (ExampleInput::Fixture(path), Some(folder)) = (&example.input, fixtures) {
        files = fixture(&folder.join(path));
        for (name, text) in &files {
            expected.extend(marked_lines(text).map(|line| (name.clone(), line)));
        }
    }
    let sources = Sources::default();
    let root = PathBuf::from("/example");
    sources.set_base(root.clone());
    let mut material = Material::default();
    for (name, text) in files {
        let path = root.join(&name);
        let Some(kind) = path.file_name().and_then(|name| FileKind::of(&name.to_string_lossy())) else {
            continue;
        };
        let source = sources.add_file(name, &path);
        sources.document(source).set_text(text.into());
        material.inputs.push(Input { source, found: Found { path, kind } });
    }
    let tokens = TokenTable::embedded();
    let tools = Tools { rules, tokens: &tokens, stop: &AtomicBool::new(false), progress: &|_| {} };
    let scanned = scan(&sources, &material, &tools);
    let mut found: Places = scanned
        .findings
        .iter()
        .filter(|finding| &*finding.rule == rule)
        .map(|finding| (sources.name(finding.at.span.source), sources.position(finding.at.span).line))
        .collect();
    found.sort();
    found.dedup();
    expected.sort();
    expected.dedup();
    (found, expected)
}

fn fixture(folder: &Path) -> Vec<(String, String)> {
    let walked = crate::source::walk::walk(folder, false);
    let read = |file: Found| {
        let (text, _) = crate::source::open::read_text(&file.path).ok()?;
        let name = file.path.strip_prefix(folder).ok()?.to_string_lossy().replace('\\', "/");
        Some((name, text))
    };
    walked.files.into_iter().filter_map(read).collect()
}
