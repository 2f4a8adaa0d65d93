//! What a few fields tell of a detection: records that have them in common all meet it, none of them does, or their other
//! fields decide.

use super::condition::Condition;
use super::detection::{Detection, Item};
use super::value::Test;
use crate::record::Record;

/// Whether a field is one of the few.
type Fields<'f> = &'f dyn Fn(&str) -> bool;

impl Detection {
    /// Whether all records meet the condition that have these fields of `record`, or none; `None` where other fields
    /// decide.
    pub(super) fn is_told(&self, record: &dyn Record, fields: Fields<'_>) -> Option<bool> {
        self.condition_told(&self.condition, record, fields)
    }

    // The depth of conditions is bounded where they are read.
    fn condition_told(&self, condition: &Condition, record: &dyn Record, fields: Fields<'_>) -> Option<bool> {
        match condition {
            Condition::Search(index) => self.search_told(*index, record, fields),
            Condition::Not(inner) => self.condition_told(inner, record, fields).map(|met| !met),
            Condition::All(parts) => all(parts.iter().map(|part| self.condition_told(part, record, fields))),
            Condition::Any(parts) => any(parts.iter().map(|part| self.condition_told(part, record, fields))),
            Condition::AtLeast(least, indexes) => {
                let told = indexes.iter().map(|index| self.search_told(*index, record, fields));
                let (mut met, mut open) = (0, 0);
                told.for_each(|told| match told {
                    Some(true) => met += 1,
                    Some(false) => {}
                    None => open += 1,
                });
                match *least {
                    0 => Some(false),
                    least if met >= least => Some(true),
                    least => (met + open < least).then_some(false),
                }
            }
        }
    }

    fn search_told(&self, index: usize, record: &dyn Record, fields: Fields<'_>) -> Option<bool> {
        let Some(search) = self.searches.get(index) else { return Some(false) };
        let told = |items: &Vec<Item>| {
            all(items.iter().map(|item| item.asks_only_for(fields).then(|| item.is_met(record))))
        };
        any(search.alternatives.iter().map(told))
    }
}

impl Item {
    fn asks_only_for(&self, fields: Fields<'_>) -> bool {
        let mut tests = self.values.iter().flatten();
        self.field.as_deref().is_some_and(fields)
            && tests.all(|test| !matches!(test, Test::FieldRef { name, .. } if !fields(name)))
    }
}

/// One that is not met ends it; one that is open leaves it open.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any(parts.map(|part| part.map(|met| !met))).map(|met| !met)
}

/// One that is met ends it; one that is open leaves it open.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut told = Some(false);
    for part in parts {
        match part {
            Some(true) => return part,
            Some(false) => {}
            None => told = None,
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use crate::record::FieldMap;
    use crate::rule::RuleSet;

    fn told(condition: &str, record: &FieldMap) -> Option<bool> {
        let rule = format!(
            "title: t\nname: one\nlevel: low\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n  \
             known: {{name: Get, kind: Root}}\n  other: {{name: Put}}\n  open: {{name: Get, address: here}}\n  \
             twice: {{kind|fieldref: address}}\n  text: [word]\n  condition: {condition}\n"
        );
        let rules = RuleSet::load(&[("one.yml", &rule)], Vec::new()).unwrap();
        rules.get("one").unwrap().is_told(record, &|field| field != "address")
    }

    #[test]
    fn what_other_fields_decide_is_open() {
        let mut record = FieldMap::default();
        record.text("name", "Get");
        record.text("kind", "Root");
        // Nothing is known of it, whatever this one has.
        record.text("address", "here");
        for (condition, expected) in [
            ("known", Some(true)),
            ("other", Some(false)),
            ("open", None),
            ("twice", None),
            ("text", None),
            ("not open", None),
            ("not known", Some(false)),
            ("open and other", Some(false)),
            ("open and known", None),
            ("open or known", Some(true)),
            ("open or other", None),
            ("1 of them", Some(true)),
            ("all of them", Some(false)),
        ] {
            assert_eq!(told(condition, &record), expected, "{condition}");
        }
    }
}
