//! What an author should know about a rule before others use it.

use super::example::{Example, ExampleInput};
use super::problem::{Place, Problem, Problems, shown};
use super::value::Placeholders;
use super::yaml::{self, Node};
use super::{Rule, file};

/// Looks through the text of a rule file: mistakes, things that users will miss, and `record` examples
/// that do not come out as they say. In the order of the file.
pub fn check(text: &str) -> Vec<Problem> {
    let mut problems = Problems::default();
    let (documents, unreadable) = yaml::read(text);
    for node in &documents {
        document(node, &mut problems);
    }
    match unreadable {
        Some(unreadable) => problems.error(unreadable.at, unreadable.message),
        None if documents.is_empty() => problems.error(Place::START, "the file holds no rule"),
        None => {}
    }
    problems.into_sorted()
}

fn document(node: &Node, problems: &mut Problems) {
    let mut own = Problems::default();
    let rule = file::parse(node, "rule", &Placeholders::new(), &mut own).map(|file| Rule { file });
    for problem in own.into_sorted() {
        let at = Place { line: problem.line, column: problem.column };
        if problem.is_error {
            problems.error(at, problem.message)
        } else {
            problems.advice(at, problem.message)
        }
    }
    if node.entries().is_none()
        || ["correlation", "filter", "action"].iter().any(|key| node.get(key).is_some())
    {
        return;
    }
    for (key, why) in [
        ("id", "give it a UUID, so that other rules and tools can refer to it"),
        ("level", "say how bad it is: informational, low, medium, high or critical"),
        ("description", "say what is wrong where it is met"),
        ("remediation", "say what to do where it is met"),
    ] {
        let empty = node.get(key).and_then(Node::text).is_none_or(|text| text.trim().is_empty());
        if empty {
            let at = node.get(key).map_or(node.at, |value| value.at);
            problems.advice(at, format!("the rule has no `{key}`: {why}"));
        }
    }
    tags(node, problems);
    if let Some(rule) = rule {
        examples(node, &rule, problems);
    }
}

/// Sigma: lower case letters, digits, `_` and `-`, in namespaces parted by dots.
fn tags(node: &Node, problems: &mut Problems) {
    let Some(yaml::Data::List(tags)) = node.get("tags").map(|tags| &tags.data) else { return };
    for tag in tags {
        let Some(text) = tag.text() else { continue };
        let part = |part: &str| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
            !part.is_empty() && part.chars().all(plain)
        };
        if !text.contains('.') || !text.split('.').all(part) {
            let text = shown(text);
            let message =
                format!("the tag `{text}` is not like `attack.t1552`: lower case words parted by dots");
            problems.advice(tag.at, message);
        }
    }
}

fn examples(node: &Node, rule: &Rule, problems: &mut Problems) {
    let examples = &rule.file().examples;
    let written = node.get("examples");
    let at = written.map_or(node.at, |written| written.at);
    let has = |kind: bool| examples.iter().any(|example| example.is_positive().is_none_or(|is| is == kind));
    if !has(true) {
        problems.advice(at, "no example shows what the rule finds: add one with a line marked `# finding`");
    }
    if !has(false) {
        problems.advice(at, "no example shows what the rule must leave alone: add one without a mark");
    }
    let Some(yaml::Data::List(items)) = written.map(|written| &written.data) else { return };
    // The rule is sound, so every item became an example.
    for (item, example) in items.iter().zip(examples) {
        if let Some(wrong) = failed(rule, example) {
            problems.error(item.at, wrong);
        }
    }
}

/// Why a `record` example does not come out as it says.
fn failed(rule: &Rule, example: &Example) -> Option<String> {
    let ExampleInput::Record { fields, matches } = &example.input else { return None };
    let met = rule.matches(fields);
    let name = shown(&example.name);
    match (met, matches) {
        (true, false) => Some(format!("the example `{name}` must not meet the rule, but does")),
        (false, true) => Some(format!("the example `{name}` must meet the rule, but does not")),
        _ => None,
    }
}
