//! Rules: what is wrong, written in Sigma over the records of one surface.
//!
//! A rule file is read ([`RuleFile`]), its detection is compiled once, and [`Judge`] tries the rules
//! of one kind of record on every record. [`check`] shows authors what is wrong with a rule,
//! [`describe`] explains to users what a rule means.
//!
//! The language is the Sigma rules specification 2.0 with the modifiers appendix 2.1
//! (<https://github.com/SigmaHQ/sigma-specification>). Where it leaves a choice:
//!
//! * A list in a record matches if any of its elements does.
//! * `neq` is the negation of the whole item: a record without the field matches.
//! * `null` matches null and a missing field; `exists` looks at the field alone, not its value.
//! * A number in a rule matches the same number written as text in a record, and vice versa;
//!   so do `true` and `false`.
//! * Keywords are searched as parts of texts.

mod check;
mod condition;
pub mod correlation;
pub mod describe;
mod detection;
mod embedded;
mod encode;
mod example;
mod file;
mod index;
pub mod judged;
mod matching;
mod message;
mod modifier;
mod network;
mod partial;
mod pattern;
mod possible;
mod problem;
mod remedy;
mod set;
#[cfg(test)]
mod tests;
mod time;
mod value;
mod yaml;

use crate::finding::{Confidence, Severity};
use crate::record::Record;

pub use check::check;
pub use correlation::{Correlated, CorrelationHit, Correlator, Note, Watched};
pub use detection::Detection;
pub use embedded::embedded;
pub use example::{Example, ExampleInput, marked_lines};
pub use file::{LogSource, RuleFile};
pub use message::Template;
pub use possible::Possible;
pub use problem::{Problem, RuleError};
pub use remedy::Remedy;
pub use set::{Judge, RuleSet};
pub use value::Placeholders;

use problem::Problems;

/// A rule that can be run.
#[derive(Debug, Clone)]
pub struct Rule {
    file: RuleFile,
    quiet: bool,
}

impl Rule {
    /// The file's name without `.yml`: the id that users see.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// All that is written.
    pub fn file(&self) -> &RuleFile {
        &self.file
    }

    /// Whether it makes no findings of its own: it stands in the file of a correlation, which counts what meets it.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// How bad it is: medium, where the rule does not say.
    pub fn severity(&self) -> Severity {
        self.file.level.unwrap_or(Severity::Medium)
    }

    /// The confidence, where the rule fixes it.
    pub fn confidence(&self) -> Option<Confidence> {
        self.file.confidence
    }

    /// The fields that its searches and its message name, in no order, some of them more than once.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let remedies = self.file.remedies.iter().flat_map(|remedy| &remedy.when.searches);
        let searches = self.file.detection.searches.iter().chain(remedies);
        let items = searches.flat_map(|search| search.alternatives.iter().flatten());
        let searched = items.filter_map(|item| item.field.as_deref());
        let correlated = self.file.correlation.iter().flat_map(correlation::Correlation::named_fields);
        let told = self.file.message.iter().flat_map(Template::fields);
        searched.chain(correlated).chain(told.filter(|name| !name.starts_with("correlation.")))
    }

    /// Whether all records meet it that have these fields of `record`, or none of them; `None` where other fields decide.
    pub fn is_told(&self, record: &dyn Record, fields: &dyn Fn(&str) -> bool) -> Option<bool> {
        self.file.detection.is_told(record, fields)
    }

    /// Whether a record meets it.
    pub fn matches(&self, record: &dyn Record) -> bool {
        self.file.detection.is_met(record)
    }

    /// The message of a finding: the rule's template, or else its title. A field that the record
    /// does not have is told as "unknown".
    pub fn message(&self, record: &dyn Record) -> String {
        match &self.file.message {
            Some(template) => template.fill(record),
            None => self.file.title.clone(),
        }
    }
}

/// Reads a rule file: every document in it is a rule, or says why it is none. The second one of a
/// file and those after it are named with their number (`name-2`).
pub fn parse(file: &str, text: &str) -> Vec<Result<Rule, Vec<RuleError>>> {
    read_file(file, text, &Placeholders::new())
}

fn read_file(file: &str, text: &str, placeholders: &Placeholders) -> Vec<Result<Rule, Vec<RuleError>>> {
    let (documents, unreadable) = yaml::read(text);
    let mut rules = Vec::with_capacity(documents.len());
    for (index, node) in documents.iter().enumerate() {
        let mut name = file::name_of(file).to_owned();
        if index > 0 {
            name = format!("{name}-{}", index + 1);
        }
        let mut problems = Problems::default();
        let rule = file::parse(node, &name, file, placeholders, &mut problems);
        let rule = rule.map(|file| Rule { file, quiet: false });
        rules.push(rule.ok_or_else(|| problems.errors(file)));
    }
    let mut problems = Problems::default();
    if let Some(unreadable) = unreadable {
        problems.error(unreadable.at, unreadable.message);
    } else if documents.is_empty() {
        problems.error(problem::Place::START, "the file holds no rule");
    }
    if problems.failed() {
        rules.push(Err(problems.errors(file)));
    }
    rules
}
