//! The `correlation` map of a rule file.

use super::super::problem::{Place, Problems, shown};
use super::super::yaml::{Data, Entry, Kind as Scalar, Node};
use super::{Alias, Correlation, Kind, Operator};
use crate::nearest::did_you_mean;

/// What can stand in the map.
const KEYS: &[&str] =
    &["type", "rules", "group-by", "timespan", "condition", "aliases", "generate", "differ-by"];
/// Types of the specification that are not counted here.
const OTHER_TYPES: &[&str] = &[
    "value_sum",
    "value_avg",
    "value_percentile",
    "value_median",
    "temporal_extended",
    "temporal_ordered_extended",
];
/// More rules, or fields, than any correlation needs.
const MOST_NAMES: usize = 64;
/// The longest timespan.
const MOST_SECONDS: i64 = 400 * 86_400;

/// Reads the map. `None` where a mistake was told.
pub(in super::super) fn read(node: &Node, problems: &mut Problems) -> Option<Correlation> {
    let Some(entries) = node.entries() else {
        problems.error(node.at, format!("`correlation` is a map with a `type`, found {}", node.what()));
        return None;
    };
    for entry in entries.iter().filter(|entry| !KEYS.contains(&&*entry.key)) {
        let near = did_you_mean(&entry.key, KEYS.iter().copied());
        problems.error(entry.key_at, format!("a correlation has no `{}`{near}", shown(&entry.key)));
    }
    let mut reader = Reader { node, problems };
    let kind = Some(reader.kind()?);
    let rules = reader.rules();
    let group_by = reader.names("group-by").into_iter().map(|(name, _)| name).collect();
    let timespan = reader.timespan();
    let aliases = reader.aliases();
    let generate = reader.generate();
    let differ_by = reader.differ_by(kind);
    let counted = reader.condition(kind);
    let ((condition, fields), (timespan, timespan_text)) = (counted?, timespan?);
    let (kind, rules) = (kind?, rules?);
    if problems.failed() {
        return None;
    }
    Some(Correlation {
        kind,
        rules,
        group_by,
        timespan,
        timespan_text,
        condition,
        fields,
        differ_by,
        aliases,
        generate,
    })
}

/// The comparisons, and the fields whose values are counted.
type Counted = (Vec<(Operator, u64)>, Vec<String>);

struct Reader<'r> {
    node: &'r Node,
    problems: &'r mut Problems,
}

impl Reader<'_> {
    fn kind(&mut self) -> Option<Kind> {
        let Some(node) = self.node.get("type") else {
            self.problems.error(self.node.at, "the correlation has no `type`: `event_count`, for example");
            return None;
        };
        let word = node.text().unwrap_or_default();
        if let Some((_, kind)) = Kind::ALL.iter().find(|(known, _)| *known == word) {
            return Some(*kind);
        }
        if OTHER_TYPES.contains(&word) {
            self.problems.unsupported(node.at, format!("correlations of type `{word}` are not supported"));
            return None;
        }
        let words: Vec<&str> = Kind::ALL.iter().map(|(word, _)| *word).collect();
        let words = words.join(", ");
        self.problems.error(node.at, format!("the type `{}` is none of {words}", shown(word)));
        None
    }

    fn rules(&mut self) -> Option<Vec<(String, Place)>> {
        let rules = self.names("rules");
        if rules.is_empty() {
            self.problems
                .error(self.node.at, "the correlation has no `rules`: name those whose records it counts");
            return None;
        }
        Some(rules)
    }

    /// A list of texts; one alone may stand without the list.
    fn names(&mut self, key: &str) -> Vec<(String, Place)> {
        let Some(node) = self.node.get(key).filter(|node| !node.is_null()) else { return Vec::new() };
        let items = items(node);
        if items.len() > MOST_NAMES {
            self.problems.error(node.at, format!("`{key}` has more than {MOST_NAMES} entries"));
            return Vec::new();
        }
        let mut names = Vec::with_capacity(items.len());
        for item in items {
            match item.text().filter(|text| !text.is_empty()) {
                Some(text) => names.push((text.to_owned(), item.at)),
                None => self.problems.error(item.at, format!("`{key}` lists names, found {}", item.what())),
            }
        }
        names
    }

    fn timespan(&mut self) -> Option<(i64, String)> {
        let Some(node) = self.node.get("timespan") else {
            self.problems.error(self.node.at, "the correlation has no `timespan`: `10m`, for example");
            return None;
        };
        let text = node.text().unwrap_or_default();
        match seconds(text) {
            Some(seconds) if (1..=MOST_SECONDS).contains(&seconds) => Some((seconds, text.to_owned())),
            Some(_) => {
                self.problems.error(node.at, "a timespan is at least a second and at most 400 days");
                None
            }
            None => {
                let message = format!("`{}` is no timespan such as `30s`, `10m`, `2h` or `7d`", shown(text));
                self.problems.error(node.at, message);
                None
            }
        }
    }

    fn aliases(&mut self) -> Vec<Alias> {
        let Some(node) = self.node.get("aliases").filter(|node| !node.is_null()) else { return Vec::new() };
        let Some(entries) = node.entries() else {
            self.problems
                .error(node.at, "`aliases` is a map: each name with the field that it is in each rule");
            return Vec::new();
        };
        entries.iter().filter_map(|entry| self.alias(entry)).collect()
    }

    fn alias(&mut self, entry: &Entry) -> Option<Alias> {
        let fields: Option<Vec<(String, String)>> = entry.value.entries().and_then(|fields| {
            let one = |field: &Entry| Some((field.key.to_string(), field.value.text()?.to_owned()));
            fields.iter().map(one).collect()
        });
        if fields.is_none() {
            let message = format!("the alias `{}` is a map of rules and their fields", shown(&entry.key));
            self.problems.error(entry.value.at, message);
        }
        Some(Alias { name: entry.key.to_string(), fields: fields? })
    }

    fn generate(&mut self) -> bool {
        let Some(node) = self.node.get("generate").filter(|node| !node.is_null()) else { return false };
        node.as_bool().unwrap_or_else(|| {
            self.problems.error(node.at, "`generate` is `true` or `false`");
            false
        })
    }

    fn differ_by(&mut self, kind: Option<Kind>) -> Option<String> {
        let node = self.node.get("differ-by").filter(|node| !node.is_null())?;
        if kind.is_some_and(|kind| kind != Kind::TemporalOrdered) {
            self.problems.error(node.at, "`differ-by` belongs to `temporal_ordered`");
            return None;
        }
        let text = node.text().map(str::to_owned);
        if text.is_none() {
            self.problems.error(node.at, "`differ-by` is the name of a field");
        }
        text
    }

    /// The comparisons, and the fields whose values are counted.
    fn condition(&mut self, kind: Option<Kind>) -> Option<Counted> {
        let temporal = matches!(kind, Some(Kind::Temporal | Kind::TemporalOrdered));
        let Some(node) = self.node.get("condition").filter(|node| !node.is_null()) else {
            if temporal {
                return Some((Vec::new(), Vec::new()));
            }
            self.problems.error(self.node.at, "the correlation has no `condition`: `gte: 10`, for example");
            return None;
        };
        let Some(entries) = node.entries() else {
            let message = "a condition in words is of the extended correlations, which are not supported";
            self.problems.unsupported(node.at, message);
            return None;
        };
        if kind == Some(Kind::TemporalOrdered) {
            self.problems
                .error(node.at, "`temporal_ordered` needs all of its rules: leave out the `condition`");
            return None;
        }
        let mut condition = Vec::new();
        let mut fields = Vec::new();
        for entry in entries {
            let known = Operator::ALL.iter().find(|(word, _, _)| *word == &*entry.key);
            match (known, &*entry.key) {
                (Some((_, operator, _)), _) => condition.push((*operator, self.count(entry)?)),
                (None, "field") if kind == Some(Kind::ValueCount) => {
                    fields = items(&entry.value).iter().filter_map(Node::text).map(str::to_owned).collect();
                }
                _ => {
                    let near = did_you_mean(&entry.key, Operator::ALL.iter().map(|(word, _, _)| *word));
                    let message = format!("a condition of this type has no `{}`{near}", shown(&entry.key));
                    self.problems.error(entry.key_at, message);
                }
            }
        }
        if condition.is_empty() {
            self.problems.error(node.at, "the condition compares nothing: `gte: 10`, for example");
        }
        if kind == Some(Kind::ValueCount) && fields.is_empty() {
            self.problems.error(node.at, "`value_count` needs the `field` whose values it counts");
        }
        Some((condition, fields))
    }

    fn count(&mut self, entry: &Entry) -> Option<u64> {
        let whole = match &entry.value.data {
            Data::Scalar(scalar) => match scalar.kind {
                Scalar::Integer(whole) => u64::try_from(whole).ok(),
                _ => None,
            },
            _ => None,
        };
        if whole.is_none() {
            self.problems.error(entry.value.at, format!("`{}` needs a whole number", shown(&entry.key)));
        }
        whole
    }
}

fn items(node: &Node) -> &[Node] {
    match &node.data {
        Data::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    }
}

/// `30s`, `10m`, `2h`, `7d`, `2w`.
fn seconds(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || number.len() > 9 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let unit = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}
