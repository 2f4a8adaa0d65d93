//! A rule file as it is written: a Sigma rule (specification 2.0) with our own fields `remediation`,
//! `message`, `confidence` and `examples`.

use crate::finding::{Confidence, Severity};

use super::correlation::{self, Correlation};
use super::detection::{self, Detection};
use super::example::{self, Example, ExampleInput};
use super::message::Template;
use super::problem::{Place, Problems, shown};
use super::remedy::{self, Remedy};
use super::value::Placeholders;
use super::yaml::{Data, Node};
use crate::nearest::did_you_mean;
use crate::shown::shown_page;

/// The statuses that Sigma knows.
const STATUSES: &[&str] = &["stable", "test", "experimental", "deprecated", "unsupported"];

/// What a rule is about. A part that is `None` stands for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSource {
    /// `aws`, `secretrail`.
    pub product: Option<String>,
    /// `cloudtrail`, `terraform`.
    pub service: Option<String>,
    /// The kind of record.
    pub category: Option<String>,
}

impl LogSource {
    /// Whether records of this product, service and category are meant.
    pub fn covers(&self, product: &str, service: &str, category: &str) -> bool {
        let meant = |ours: &Option<String>, theirs: &str| {
            ours.as_ref().is_none_or(|ours| ours.eq_ignore_ascii_case(theirs))
        };
        meant(&self.product, product) && meant(&self.service, service) && meant(&self.category, category)
    }
}

/// One rule as it is written.
#[derive(Debug, Clone)]
pub struct RuleFile {
    /// The file's name without `.yml`: the id that users see.
    pub name: String,
    /// The file, as it was named when loading.
    pub home: String,
    /// Sigma's UUID.
    pub id: Option<String>,
    /// Sigma's `name`: what correlations refer to.
    pub reference: Option<String>,
    /// One line.
    pub title: String,
    /// `stable`, `test`, `experimental`, `deprecated` or `unsupported`.
    pub status: Option<String>,
    /// What is wrong where this rule is met.
    pub description: Option<String>,
    /// Who wrote it; some licences of rules ask to name them.
    pub author: Option<String>,
    /// Where it comes from: addresses.
    pub references: Vec<String>,
    /// Namespaced words: `attack.t1552`.
    pub tags: Vec<String>,
    /// How bad it is; `None` where the rule does not say.
    pub level: Option<Severity>,
    /// The records that it judges.
    pub logsource: LogSource,
    /// What meets it without being wrong.
    pub falsepositives: Vec<String>,
    /// Fields that a reader wants to see.
    pub fields: Vec<String>,
    /// When it is met; by no record, where it is a correlation.
    pub detection: Detection,
    /// What must come together, where it is a correlation.
    pub correlation: Option<Correlation>,
    /// What to do. Our own field.
    pub remediation: Option<String>,
    /// What to do in cases of their own. Our own field.
    pub remedies: Vec<Remedy>,
    /// The message of its findings. Our own field.
    pub message: Option<Template>,
    /// A fixed confidence. Our own field.
    pub confidence: Option<Confidence>,
    /// Its tests. Our own field.
    pub examples: Vec<Example>,
}

/// The name of a rule: its file's name without folders and ending.
pub(super) fn name_of(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

/// Reads one document. `None` where the rule can't be used; the problems say why.
pub(super) fn parse(
    node: &Node,
    name: &str,
    home: &str,
    placeholders: &Placeholders,
    problems: &mut Problems,
) -> Option<RuleFile> {
    if node.entries().is_none() {
        problems.error(node.at, format!("a rule is a map that starts with `title:`, found {}", node.what()));
        return None;
    }
    if is_other(node, problems) {
        return None;
    }
    let mut reader = Reader { node, problems };
    let level = reader.word("level", Severity::ALL, Severity::from_word, Severity::word);
    let confidence = reader.word("confidence", Confidence::ALL, Confidence::from_word, Confidence::word);
    let title = reader.text("title");
    let status = reader.text("status");
    let (id, description, author) = (reader.text("id"), reader.text("description"), reader.text("author"));
    let (references, tags) = (reader.texts("references"), reader.texts("tags"));
    let (falsepositives, fields) = (reader.texts("falsepositives"), reader.texts("fields"));
    let remediation = reader.text("remediation");
    let message = reader.message();
    let reference = reader.text("name");
    let correlation = node.get("correlation");
    // A correlation is about the records of its rules.
    let logsource = if correlation.is_some() { Some(LogSource::default()) } else { reader.logsource() };
    reader.facts(title.as_deref(), id.as_deref(), status.as_deref());
    let remedies = node.get("remediation-when");
    let remedies = remedies.map(|node| remedy::parse(node, placeholders, problems)).unwrap_or_default();
    let examples = node.get("examples").map(|node| example::parse(node, problems)).unwrap_or_default();
    told_apart(&examples, node, problems);
    let correlation = match correlation {
        Some(written) => Some(correlation::read(written, problems)?),
        None => None,
    };
    let detection = match (node.get("detection"), &correlation) {
        (None, Some(_)) => Detection::never(),
        (Some(written), None) => detection::parse(written, placeholders, problems)?,
        (Some(written), Some(_)) => {
            problems.error(
                written.at,
                "a correlation has no `detection`: write its rules as documents of their own",
            );
            return None;
        }
        (None, None) => {
            problems.error(node.at, "the rule has no `detection`: say what it looks for");
            return None;
        }
    };
    if problems.failed() {
        return None;
    }
    Some(RuleFile {
        name: name.to_owned(),
        home: home.to_owned(),
        id,
        reference,
        title: title?,
        status,
        description,
        author,
        references,
        tags,
        level,
        logsource: logsource?,
        falsepositives,
        fields,
        detection,
        correlation,
        remediation,
        remedies,
        message,
        confidence,
        examples,
    })
}

/// Other kinds of Sigma documents: sound, but not rules that we run.
fn is_other(node: &Node, problems: &mut Problems) -> bool {
    let kinds = [
        ("filter", "Sigma filters are not supported yet: write the exception into the rule's condition"),
        (
            "action",
            "`action` is of Sigma 1 rule collections, which are not supported: write one rule a document",
        ),
    ];
    for (key, message) in kinds {
        let entry = node.entries().unwrap_or_default().iter().find(|entry| &*entry.key == key);
        if let Some(entry) = entry {
            problems.unsupported(entry.key_at, message);
            return true;
        }
    }
    false
}

/// One record never meets a correlation, and several of them are no record for a rule.
fn told_apart(examples: &[Example], node: &Node, problems: &mut Problems) {
    let correlates = node.get("correlation").is_some();
    let wrong = |example: &&Example| matches!(example.input, ExampleInput::Records { .. }) != correlates;
    let at = node.get("examples").map_or(node.at, |node| node.at);
    for example in examples.iter().filter(wrong) {
        let (kind, input) = if correlates { ("a correlation", "records") } else { ("a rule", "record") };
        let message = format!("the example `{}` does not fit {kind}: write `{input}`", shown(&example.name));
        problems.error(at, message);
    }
}

struct Reader<'r> {
    node: &'r Node,
    problems: &'r mut Problems,
}

impl Reader<'_> {
    fn text(&mut self, key: &str) -> Option<String> {
        let node = self.node.get(key).filter(|node| !node.is_null())?;
        match node.text() {
            Some(text) => Some(shown_page(text)),
            None => {
                self.problems.error(node.at, format!("`{key}` is a text, found {}", node.what()));
                None
            }
        }
    }

    /// A list of texts; one alone may stand without the list.
    fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(node) = self.node.get(key).filter(|node| !node.is_null()) else { return Vec::new() };
        let items = match &node.data {
            Data::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.text() {
                Some(text) => texts.push(shown_page(text)),
                None => {
                    self.problems
                        .error(item.at, format!("`{key}` is a list of texts, found {}", item.what()));
                }
            }
        }
        texts
    }

    fn word<T: Copy>(
        &mut self,
        key: &str,
        all: &'static [T],
        from: fn(&str) -> Option<T>,
        word: fn(T) -> &'static str,
    ) -> Option<T> {
        let written = self.text(key)?;
        let found = from(&written);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
            let at = self.at(key);
            let (written, words) = (shown(&written), words.join(", "));
            self.problems.error(at, format!("the {key} `{written}` is none of {words}"));
        }
        found
    }

    fn message(&mut self) -> Option<Template> {
        let text = self.text("message")?;
        let template = Template::parse(&text);
        let at = self.at("message");
        template.map_err(|wrong| self.problems.error(at, wrong)).ok()
    }

    fn logsource(&mut self) -> Option<LogSource> {
        let Some(node) = self.node.get("logsource") else {
            let message = "the rule has no `logsource`: name the product and the service that it applies to";
            self.problems.error(self.node.at, message);
            return None;
        };
        let mut inner = Reader { node, problems: self.problems };
        let source = LogSource {
            product: inner.text("product"),
            service: inner.text("service"),
            category: inner.text("category"),
        };
        if source == LogSource::default() {
            self.problems.error(node.at, "`logsource` needs a `product`, a `service` or a `category`");
            return None;
        }
        Some(source)
    }

    /// Facts that must be right where they are given.
    fn facts(&mut self, title: Option<&str>, id: Option<&str>, status: Option<&str>) {
        let given = self.node.get("title").is_some_and(|node| !node.is_null());
        if title.map_or(!given, |title| title.trim().is_empty()) {
            let at = self.at("title");
            self.problems.error(at, "the rule has no `title`: name in one line what it finds");
        }
        if let Some(id) = id.filter(|id| !is_uuid(id)) {
            let at = self.at("id");
            self.problems.error(at, format!("the id `{}` is not a UUID", shown(id)));
        }
        if let Some(status) = status.filter(|status| !STATUSES.contains(status)) {
            let (at, near) = (self.at("status"), did_you_mean(status, STATUSES.iter().copied()));
            self.problems.advice(at, format!("Sigma knows no status `{}`{near}", shown(status)));
        }
    }

    fn at(&self, key: &str) -> Place {
        self.node.get(key).map_or(self.node.at, |node| node.at)
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    let hex = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, length)| group.len() == length && hex(group))
}
