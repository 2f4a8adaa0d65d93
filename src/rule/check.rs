//! What an author should know about a rule before others use it.

use std::collections::BTreeSet;

use super::example::{Example, ExampleInput};
use super::problem::{Place, Problem, Problems, shown};
use super::value::Placeholders;
use super::yaml::{self, Node};
use super::{Rule, RuleSet, file};

/// Looks through the text of a rule file: mistakes, things that users will miss, and examples of records that do
/// not come out as they say. In the order of the file.
pub fn check(text: &str) -> Vec<Problem> {
    let mut problems = Problems::default();
    let (documents, unreadable) = yaml::read(text);
    let parts = parts(&documents);
    // Correlations are tried with the rules of their own file.
    let set = RuleSet::load_usable(&[], vec![(HOME.to_owned(), text.to_owned())], &Placeholders::new());
    for (index, node) in documents.iter().enumerate() {
        let name = if index == 0 { HOME.to_owned() } else { format!("{HOME}-{}", index + 1) };
        document(node, &name, &parts, &set, &mut problems);
    }
    match unreadable {
        Some(unreadable) => problems.error(unreadable.at, unreadable.message),
        None if documents.is_empty() => problems.error(Place::START, "the file holds no rule"),
        None => {}
    }
    problems.into_sorted()
}

/// What the file is called here.
const HOME: &str = "rule";

/// The names and ids that correlations of this file refer to.
fn parts(documents: &[Node]) -> BTreeSet<String> {
    let rules = documents.iter().filter_map(|node| node.get("correlation")?.get("rules"));
    let names = rules.flat_map(|rules| match &rules.data {
        yaml::Data::List(items) => items.iter(),
        _ => std::slice::from_ref(rules).iter(),
    });
    names.filter_map(Node::text).map(str::to_owned).collect()
}

fn document(node: &Node, name: &str, parts: &BTreeSet<String>, set: &RuleSet, problems: &mut Problems) {
    let mut own = Problems::default();
    let rule = file::parse(node, name, HOME, &Placeholders::new(), &mut own);
    let rule = rule.map(|file| Rule { file, quiet: false });
    for problem in own.into_sorted() {
        let at = Place { line: problem.line, column: problem.column };
        if problem.is_error {
            problems.error(at, problem.message)
        } else {
            problems.advice(at, problem.message)
        }
    }
    if node.entries().is_none() || ["filter", "action"].iter().any(|key| node.get(key).is_some()) {
        return;
    }
    let called = ["name", "id", "title"].iter().filter_map(|key| node.get(key)?.text());
    let is_part = called.into_iter().any(|called| parts.contains(called));
    // Users see the correlation, not its parts.
    if !is_part {
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
    }
    tags(node, problems);
    if let Some(rule) = rule {
        if rule.file().correlation.is_some() {
            references(&rule, set, problems);
        }
        examples(node, &rule, is_part, set, problems);
    }
}

/// A correlation whose rules lie elsewhere can't be tried here.
fn references(rule: &Rule, set: &RuleSet, problems: &mut Problems) {
    let written = rule.file().correlation.iter().flat_map(|correlation| &correlation.rules);
    let places: Vec<Place> = written.map(|(_, at)| *at).collect();
    for error in set.unusable() {
        let at = Place { line: error.line, column: error.column };
        match (places.contains(&at), !error.message.starts_with("no rule")) {
            (true, true) => problems.error(at, error.message.clone()),
            (true, false) => {
                problems.advice(at, format!("{} in this file: its examples are not tried", error.message));
            }
            (false, _) => {}
        }
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

fn examples(node: &Node, rule: &Rule, is_part: bool, set: &RuleSet, problems: &mut Problems) {
    let examples = &rule.file().examples;
    let written = node.get("examples");
    let at = written.map_or(node.at, |written| written.at);
    let has = |kind: bool| examples.iter().any(|example| example.is_positive().is_none_or(|is| is == kind));
    if !has(true) && !is_part {
        problems.advice(at, "no example shows what the rule finds: add one with a line marked `# finding`");
    }
    if !has(false) && !is_part {
        problems.advice(at, "no example shows what the rule must leave alone: add one without a mark");
    }
    let Some(yaml::Data::List(items)) = written.map(|written| &written.data) else { return };
    // The rule is sound, so every item became an example.
    for (item, example) in items.iter().zip(examples) {
        if let Some(wrong) = failed(rule, example, set) {
            problems.error(item.at, wrong);
        }
    }
}

/// Why an example of records does not come out as it says.
fn failed(rule: &Rule, example: &Example, set: &RuleSet) -> Option<String> {
    let (met, matches) = match &example.input {
        ExampleInput::Record { fields, matches } => (rule.matches(fields), matches),
        ExampleInput::Records { records, matches } => {
            set.get(rule.name())?;
            (set.correlates(rule.name(), records), matches)
        }
        _ => return None,
    };
    let name = shown(&example.name);
    match (met, matches) {
        (true, false) => Some(format!("the example `{name}` must not meet the rule, but does")),
        (false, true) => Some(format!("the example `{name}` must meet the rule, but does not")),
        _ => None,
    }
}
