//! The `detection` of a rule: its searches and the condition that joins them.

use std::sync::Arc;

use super::condition::{self, Condition};
use super::modifier::{self, Modifiers};
use super::problem::{Place, Problems, shown};
use super::value::{self, Placeholders, Test};
use super::yaml::{Data, Entry, Node};

/// A compiled detection.
#[derive(Debug, Clone)]
pub struct Detection {
    pub(super) searches: Vec<Search>,
    pub(super) condition: Condition,
}

/// A search: it is met when all items of one of its alternatives are met.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub(super) alternatives: Vec<Vec<Item>>,
}

/// A field with its values, or keywords.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The field's name; `None` for keywords, which are searched in every text.
    pub(super) field: Option<String>,
    /// Outer: the values as written. Inner: what one value became; any of them meets it.
    pub(super) values: Vec<Vec<Test>>,
    /// Whether all values must be met and not just any.
    pub(super) all: bool,
    /// `neq`: the item is met when its values are not.
    pub(super) negated: bool,
}

impl Detection {
    /// What no record meets.
    pub(super) fn never() -> Self {
        Self { searches: Vec::new(), condition: Condition::Any(Vec::new()) }
    }
}

/// Reads the `detection` map. `None` where a mistake was told.
pub(super) fn parse(node: &Node, placeholders: &Placeholders, problems: &mut Problems) -> Option<Detection> {
    let Some(entries) = node.entries() else {
        problems
            .error(node.at, format!("`detection` needs searches and a `condition`, found {}", node.what()));
        return None;
    };
    let mut reader = Reader { placeholders, problems };
    let mut searches = Vec::new();
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut places = Vec::new();
    for entry in entries {
        match &*entry.key {
            "condition" => {}
            "timeframe" => reader
                .problems
                .advice(entry.key_at, "`timeframe` has no effect in a rule: it belongs to correlation rules"),
            _ => {
                searches.push(reader.search(&entry.value, &entry.key));
                names.push(Arc::clone(&entry.key));
                places.push(entry.key_at);
            }
        }
    }
    let Some(written) = node.get("condition") else {
        problems.error(node.at, "`detection` has no `condition`: say which searches must be met");
        return None;
    };
    let mut used = vec![false; names.len()];
    let condition = conditions(written, &names, &mut used, problems)?;
    for ((name, at), _) in names.iter().zip(&places).zip(&used).filter(|(_, used)| !**used) {
        problems.advice(*at, format!("the search `{}` is not used by the condition", shown(name)));
    }
    let searches: Option<Vec<Search>> = searches.into_iter().collect();
    Some(Detection { searches: searches?, condition })
}

/// A detection of one search, which must be met.
pub(super) fn of_one_search(
    node: &Node,
    placeholders: &Placeholders,
    problems: &mut Problems,
) -> Option<Detection> {
    let search = Reader { placeholders, problems }.search(node, "when")?;
    Some(Detection { searches: vec![search], condition: Condition::Search(0) })
}

/// A condition, or a list of them of which any must be met.
fn conditions(
    node: &Node,
    names: &[Arc<str>],
    used: &mut [bool],
    problems: &mut Problems,
) -> Option<Condition> {
    let nodes = match &node.data {
        Data::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut all = Vec::new();
    for node in nodes {
        let Data::Scalar(scalar) = &node.data else {
            problems.error(node.at, format!("a condition is a text, found {}", node.what()));
            return None;
        };
        match condition::parse(&scalar.text, names, used) {
            Ok(condition) => all.push(condition),
            Err(wrong) => {
                let at = scalar.text_at.map_or(node.at, |at| at.right(wrong.offset));
                problems.add(at, wrong.message, wrong.unsupported);
                return None;
            }
        }
    }
    if all.is_empty() {
        problems.error(node.at, "the list of conditions is empty");
        return None;
    }
    Some(Condition::Any(all))
}

struct Reader<'r> {
    placeholders: &'r Placeholders,
    problems: &'r mut Problems,
}

impl Reader<'_> {
    fn search(&mut self, node: &Node, name: &str) -> Option<Search> {
        let alternatives = match &node.data {
            Data::Map(_) => vec![self.map(node, name)?],
            Data::Scalar(_) if !node.is_null() => vec![vec![self.keyword(node)?]],
            Data::Scalar(_) => {
                self.problems.error(node.at, format!("the search `{}` is empty", shown(name)));
                return None;
            }
            Data::List(items) if items.is_empty() => {
                self.problems.error(node.at, format!("the search `{}` is empty", shown(name)));
                return None;
            }
            Data::List(items) => {
                let all: Vec<Option<Vec<Item>>> = items
                    .iter()
                    .map(|item| match &item.data {
                        Data::Map(_) => self.map(item, name),
                        _ => self.keyword(item).map(|item| vec![item]),
                    })
                    .collect();
                all.into_iter().collect::<Option<_>>()?
            }
        };
        Some(Search { alternatives })
    }

    fn map(&mut self, node: &Node, name: &str) -> Option<Vec<Item>> {
        let entries = node.entries().unwrap_or_default();
        if entries.is_empty() {
            self.problems.error(node.at, format!("the search `{}` is empty", shown(name)));
            return None;
        }
        // Every entry is looked at, so that all mistakes are told at once.
        let all: Vec<Option<Item>> = entries.iter().map(|entry| self.item(entry)).collect();
        all.into_iter().collect()
    }

    fn keyword(&mut self, node: &Node) -> Option<Item> {
        let values = self.values(std::slice::from_ref(node), &Modifiers::default(), true)?;
        Some(Item { field: None, values, all: false, negated: false })
    }

    fn item(&mut self, entry: &Entry) -> Option<Item> {
        let Entry { key, key_at, value } = entry;
        let (field, modifiers) = modifier::parse(key, *key_at, self.problems)?;
        let keyword = field.is_empty();
        if keyword && (key.is_empty() || !modifiers.fit_keywords()) {
            let message =
                if key.is_empty() { "a field needs a name" } else { "this modifier needs a field before it" };
            self.problems.error(*key_at, message);
            return None;
        }
        let values = match &value.data {
            Data::List(items) if items.is_empty() => {
                self.problems.error(value.at, format!("`{}` has no values", shown(key)));
                return None;
            }
            Data::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        let tests = self.values(values, &modifiers, keyword)?;
        if modifiers.all && !modifiers.negated {
            self.advise(&tests, *key_at);
        }
        let field = (!keyword).then(|| field.to_owned());
        Some(Item { field, values: tests, all: modifiers.all, negated: modifiers.negated })
    }

    fn advise(&mut self, tests: &[Vec<Test>], at: Place) {
        let whole = tests.iter().filter(|tests| tests.iter().all(|test| test.only_text().is_some()));
        if tests.len() == 1 {
            self.problems.advice(at, "`all` has no effect on one value: leave it out");
        } else if whole.count() > 1 {
            let message = "only a list equals several values at once: is `contains` missing before `all`?";
            self.problems.advice(at, message);
        }
    }

    fn values(&mut self, nodes: &[Node], modifiers: &Modifiers, keyword: bool) -> Option<Vec<Vec<Test>>> {
        let mut all = Vec::with_capacity(nodes.len());
        let mut sound = true;
        for node in nodes {
            match value::compile(node, modifiers, keyword, self.placeholders) {
                Ok(tests) => all.push(tests),
                Err(wrong) => {
                    sound = false;
                    self.problems.add(node.at, wrong.message, wrong.unsupported);
                }
            }
        }
        sound.then_some(all)
    }
}
