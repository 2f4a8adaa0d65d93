//! What to do in a case of its own: `remediation-when`, our own field of a rule.

use crate::record::Record;

use super::Rule;
use super::detection::{self, Detection};
use super::problem::Problems;
use super::value::Placeholders;
use super::yaml::{Data, Node};
use crate::shown::shown_page;

/// A remediation for records that meet a search.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// When it is told.
    pub(super) when: Detection,
    /// What to do then.
    pub text: String,
}

impl Rule {
    /// What to do about a record: the first case that it meets, or else what the rule says of all.
    pub fn remediation_for(&self, record: &dyn Record) -> Option<&str> {
        let file = self.file();
        let own = file.remedies.iter().find(|remedy| remedy.when.is_met(record));
        own.map(|remedy| remedy.text.as_str()).or(file.remediation.as_deref())
    }
}

/// Reads the list: each has a search as it may stand in `detection`, and a text.
pub(super) fn parse(node: &Node, placeholders: &Placeholders, problems: &mut Problems) -> Vec<Remedy> {
    let Data::List(items) = &node.data else {
        problems.error(node.at, format!("`remediation-when` is a list, found {}", node.what()));
        return Vec::new();
    };
    items.iter().filter_map(|item| remedy(item, placeholders, problems)).collect()
}

fn remedy(node: &Node, placeholders: &Placeholders, problems: &mut Problems) -> Option<Remedy> {
    let text = node.get("text").and_then(Node::text).filter(|text| !text.trim().is_empty());
    let (Some(text), Some(when)) = (text, node.get("when")) else {
        problems.error(
            node.at,
            "a case of `remediation-when` needs `when`, fields with their values, and `text`",
        );
        return None;
    };
    let text = shown_page(text);
    Some(Remedy { when: detection::of_one_search(when, placeholders, problems)?, text })
}
