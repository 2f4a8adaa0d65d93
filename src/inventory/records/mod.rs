//! Rows and parameters as fields, for the rules under `rules/inventory/`. Flags are the words `yes` and `no`.

mod fields;

pub use self::fields::CATEGORIES;
use super::check::{Checked, Practised, State, Status, Unlisted, keeps_to_naming};
use super::naming::is_well_named;
use super::read::DRAWN;
use super::writes::Writer;
use super::{Entry, Home, Inventory, PastedValue, Thresholds};
use crate::finding::{Confidence, SecretFacts};
use crate::record::{Field, FieldMap};
use crate::secret::names::says_secret;
use crate::source::{Location, Span};

/// Sigma's `logsource` of our records.
pub const PRODUCT: &str = "secretrail";
/// The service of this surface.
pub const SERVICE: &str = "inventory";

/// A record, and what a finding about it needs.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub category: &'static str,
    pub record: FieldMap,
    pub at: Location,
    pub secret: Option<SecretFacts>,
    pub confidence: Confidence,
}

/// All records of a list that was held against the stores.
pub(super) fn records(inventory: &Inventory, checked: &Checked, thresholds: &Thresholds) -> Vec<Judged> {
    let rows = checked.rows.iter().filter_map(|status| Some((inventory.entries.get(status.row)?, status)));
    let mut all: Vec<Judged> = rows.map(|(entry, status)| key(entry, status, thresholds)).collect();
    all.extend(checked.unlisted.iter().map(|one| parameter(one, thresholds)));
    all.extend(inventory.values.iter().map(cell));
    let practised = checked.practised.iter().filter_map(|one| Some((inventory.entries.get(one.row)?, one)));
    all.extend(practised.map(|(entry, one)| drill(entry, one, thresholds)));
    all
}

fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn number(record: &mut FieldMap, name: &'static str, number: i64) {
    record.set(name, Field::Number(number as f64));
}

fn list(record: &mut FieldMap, name: &'static str, items: impl IntoIterator<Item = impl Into<String>>) {
    let items = items.into_iter().map(|item| Field::Text(item.into().into())).collect();
    record.set(name, Field::List(items));
}

fn key(entry: &Entry, status: &Status, thresholds: &Thresholds) -> Judged {
    let mut record = FieldMap::default();
    record.text("key", entry.key.clone());
    record.text("key.title", entry.told());
    record.text("key.status", status.state.word());
    let gone = || if status.state == State::Missing { "it does not exist" } else { "" };
    record.text("key.why", status.why.clone().unwrap_or_else(|| gone().to_owned()));
    record.text("key.permission", status.permission.clone().unwrap_or_default());
    record.text("key.migrating", yes(entry.migrating));
    record.text("key.bootstrap", yes(thresholds.bootstrap.contains(&entry.key)));
    record.text("key.owner", entry.owner.clone().unwrap_or_default());
    record.text("key.has-owner", yes(entry.owner.is_some()));
    record.text("home", entry.home.to_string());
    record.text("home.kind", entry.home.kind());
    record.text("home.name", entry.home.name());
    record.text("home.type", status.kind.clone());
    record.text("home.well-named", yes(keeps_to_naming(entry, thresholds)));
    record.text("home.encryption", status.encryption.word());
    record.text("home.customer-key-required", yes(thresholds.require_customer_key));
    record.text("rotation.claim", status.claim.word());
    record.text(
        "rotation.claimed",
        entry.rotated.day().map_or_else(|| "never".to_owned(), |day| day.to_string()),
    );
    record.text(
        "rotation.written",
        status.modified.map_or_else(|| "unknown".to_owned(), |day| day.to_string()),
    );
    let (writer, in_words) = written(status);
    record.text("rotation.writer", writer);
    record.text("rotation.written-told", in_words);
    if let Some(count) = status.writes_since {
        number(&mut record, "rotation.writes-since", count as i64);
    }
    if let Some(days) = status.age_days {
        number(&mut record, "rotation.age-days", days);
    }
    let missing = entry.answers.missing();
    number(&mut record, "rotation.answers", 5 - missing.len() as i64);
    record.text("rotation.unanswered", missing.join(", "));
    if let Some(looks) = status.looks {
        record.text("value.length", looks.length.word());
        record.text("value.placeholder", yes(looks.placeholder));
    }
    list(&mut record, "value.same-as", &status.same_as);
    record.text("value.same", yes(!status.same_as.is_empty()));
    record.text("value.same-keys", status.same_as.join(", "));
    record.text("key.twin", status.twins.join(", "));
    record.text("key.twice", yes(!status.twins.is_empty()));
    number(&mut record, "threshold.max-age-days", thresholds.max_age_days);
    Judged {
        category: "key",
        record,
        at: entry.at.clone(),
        secret: Some(told(&entry.key, &entry.home)),
        confidence: Confidence::High,
    }
}

/// Who wrote it last, and that with the day in words.
fn written(status: &Status) -> (String, String) {
    let day = status.modified.map_or_else(|| "unknown".to_owned(), |day| day.to_string());
    match &status.writer {
        Writer::Known(by) => (by.clone(), format!("{day} by {by}")),
        Writer::Unseen => (String::new(), format!("{day} (the trail does not tell by whom)")),
        Writer::Unknown => (String::new(), day),
    }
}

fn told(key: &str, home: &Home) -> SecretFacts {
    SecretFacts { name: key.to_owned(), origin: home.kind().to_owned(), length: None, last4: None }
}

fn parameter(unlisted: &Unlisted, thresholds: &Thresholds) -> Judged {
    let mut record = FieldMap::default();
    let last = unlisted.name.rsplit('/').next().unwrap_or_default();
    let says = says_secret(&unlisted.name.replace('/', "-")).or_else(|| says_secret(last));
    record.text("parameter.name", unlisted.name.clone());
    record.text("parameter.type", unlisted.kind.clone());
    record.text("parameter.says-secret", yes(says.is_some()));
    record.text("parameter.well-named", yes(is_well_named(&unlisted.name, &thresholds.projects)));
    if let Some(days) = unlisted.age_days {
        number(&mut record, "parameter.age-days", days);
    }
    let confidence = if unlisted.kind == "SecureString" { Confidence::High } else { Confidence::Medium };
    let at = Location { span: unlisted.at, name: unlisted.name.clone() };
    Judged { category: "parameter", record, at, secret: None, confidence }
}

fn cell(pasted: &PastedValue) -> Judged {
    let mut record = FieldMap::default();
    let told = if pasted.at.name.is_empty() { "text beside the rows" } else { pasted.at.name.as_str() };
    record.text("cell.key", told);
    record.text("cell.column", if pasted.column.is_empty() { "none" } else { pasted.column.as_str() });
    record.text("cell.kind", pasted.kind.clone());
    // The row's line holds the value: only the place of the value is marked.
    let at = Location { span: Span { ..pasted.value }, name: pasted.at.name.clone() };
    let secret = SecretFacts { name: told.to_owned(), origin: "literal".into(), length: None, last4: None };
    // No pattern proves it.
    let confidence = if pasted.kind == DRAWN { Confidence::Medium } else { Confidence::High };
    Judged { category: "cell", record, at, secret: Some(secret), confidence }
}

fn drill(entry: &Entry, practised: &Practised, thresholds: &Thresholds) -> Judged {
    let (drill, mut record) = (&practised.drill, FieldMap::default());
    record.text("key", entry.key.clone());
    record.text("key.title", entry.told());
    record.text("drill.result", drill.ending.word());
    record.text("drill.who", drill.who.clone());
    record.text("drill.took", super::drill::told(drill.seconds));
    record.text("drill.slow", yes(drill.seconds > thresholds.drill_seconds));
    record.text("drill.old", yes(practised.days > thresholds.drill_days));
    number(&mut record, "drill.seconds", drill.seconds);
    number(&mut record, "drill.days-ago", practised.days);
    Judged {
        category: "drill",
        record,
        at: entry.at.clone(),
        secret: Some(told(&entry.key, &entry.home)),
        confidence: Confidence::High,
    }
}
