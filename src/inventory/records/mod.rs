//! Rows and parameters as fields, for the rules under `rules/inventory/`. Flags are the words `yes` and `no`.

mod fields;

pub use self::fields::CATEGORIES;
use super::check::{Checked, Practised, State, Status, Unlisted, keeps_to_naming};
use super::naming::is_well_named;
use super::read::DRAWN;
use super::writes::Writer;
use super::{Entry, Home, Inventory, PastedValue, Thresholds};
use crate::counted::counted;
use crate::finding::{Confidence, SecretFacts};
use crate::rule::judged::Judged;
use crate::secret::names::says_secret;

/// Sigma's `logsource` of our records.
pub const PRODUCT: &str = "secretrail";
/// The service of this surface.
pub const SERVICE: &str = "inventory";

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

fn key(entry: &Entry, status: &Status, thresholds: &Thresholds) -> Judged {
    let mut judged = about("key", entry);
    judged.record.text("key", entry.key.clone());
    judged.record.text("key.title", entry.told());
    judged.record.text("key.status", status.state.word());
    let gone = || if status.state == State::Missing { "it does not exist" } else { "" };
    judged.record.text("key.why", status.why.clone().unwrap_or_else(|| gone().to_owned()));
    judged.record.text("key.permission", status.permission.clone().unwrap_or_default());
    judged.record.text("key.migrating", yes(entry.migrating));
    judged.record.text("key.bootstrap", yes(thresholds.bootstrap.contains(&entry.key)));
    judged.record.text("key.owner", entry.owner.clone().unwrap_or_default());
    judged.record.text("key.has-owner", yes(entry.owner.is_some()));
    judged.record.text("home", entry.home.to_string());
    judged.record.text("home.kind", entry.home.kind());
    judged.record.text("home.name", entry.home.name());
    judged.record.text("home.type", status.kind.clone());
    judged.record.text("home.well-named", yes(keeps_to_naming(entry, thresholds)));
    judged.record.text("home.encryption", status.encryption.word());
    judged.record.text("home.customer-key-required", yes(thresholds.require_customer_key));
    judged.record.text("rotation.claim", status.claim.word());
    judged.record.text(
        "rotation.claimed",
        entry.rotated.day().map_or_else(|| "never".to_owned(), |day| day.to_string()),
    );
    judged.record.text(
        "rotation.written",
        status.modified.map_or_else(|| "unknown".to_owned(), |day| day.to_string()),
    );
    let (writer, in_words) = written(status);
    judged.record.text("rotation.writer", writer);
    judged.record.text("rotation.written-told", in_words);
    if let Some(count) = status.writes_since {
        judged.number("rotation.writes-since", count as i64);
    }
    if let Some(days) = status.age_days {
        judged.number("rotation.age-days", days);
    }
    let missing = entry.answers.missing();
    judged.number("rotation.answers", 5 - missing.len() as i64);
    judged.record.text("rotation.unanswered", missing.join(", "));
    if let Some(looks) = status.looks {
        judged.record.text("value.length", looks.length.word());
        judged.record.text("value.placeholder", yes(looks.placeholder));
    }
    judged.list("value.same-as", &status.same_as);
    judged.record.text("value.same", yes(!status.same_as.is_empty()));
    judged.record.text("value.same-keys", status.same_as.join(", "));
    judged.record.text("key.twin", status.twins.join(", "));
    judged.record.text("key.twice", yes(!status.twins.is_empty()));
    judged.number("threshold.max-age-days", thresholds.max_age_days);
    judged
}

/// A record about a row.
fn about(category: &'static str, entry: &Entry) -> Judged {
    let mut judged = Judged::new(category, entry.at.span, &entry.at.name);
    judged.secret = Some(told(&entry.key, &entry.home));
    judged
}

/// Who wrote it last, and that with the day in words.
fn written(status: &Status) -> (String, String) {
    let day = status.modified.map_or_else(|| "unknown".to_owned(), |day| day.to_string());
    match &status.writer {
        Writer::Known(by) => (by.clone(), format!("{day} by {by}")),
        Writer::Unseen => (String::new(), format!("{day} (the trail does not say by whom)")),
        Writer::Unknown => (String::new(), day),
    }
}

fn told(key: &str, home: &Home) -> SecretFacts {
    SecretFacts { name: key.to_owned(), origin: home.kind().to_owned(), length: None, last4: None }
}

fn parameter(unlisted: &Unlisted, thresholds: &Thresholds) -> Judged {
    let mut judged = Judged::new("parameter", unlisted.at, &unlisted.name);
    let last = unlisted.name.rsplit('/').next().unwrap_or_default();
    let says = says_secret(&unlisted.name.replace('/', "-")).or_else(|| says_secret(last));
    judged.record.text("parameter.name", unlisted.name.clone());
    judged.record.text("parameter.type", unlisted.kind.clone());
    judged.record.text("parameter.says-secret", yes(says.is_some()));
    judged.record.text("parameter.well-named", yes(is_well_named(&unlisted.name, &thresholds.projects)));
    if let Some(days) = unlisted.age_days {
        judged.number("parameter.age-days", days);
    }
    judged.confidence = if unlisted.kind == "SecureString" { Confidence::High } else { Confidence::Medium };
    judged
}

fn cell(pasted: &PastedValue) -> Judged {
    // The row's line holds the value: only the place of the value is marked.
    let mut judged = Judged::new("cell", pasted.value, &pasted.at.name);
    let told = if pasted.at.name.is_empty() { "text beside the rows" } else { pasted.at.name.as_str() };
    judged.record.text("cell.key", told);
    judged.record.text("cell.column", if pasted.column.is_empty() { "none" } else { pasted.column.as_str() });
    judged.record.text("cell.kind", pasted.kind.clone());
    let secret = SecretFacts { name: told.to_owned(), origin: "literal".into(), length: None, last4: None };
    judged.secret = Some(secret);
    // No pattern proves it.
    judged.confidence = if pasted.kind == DRAWN { Confidence::Medium } else { Confidence::High };
    judged
}

fn drill(entry: &Entry, practised: &Practised, thresholds: &Thresholds) -> Judged {
    let (drill, mut judged) = (&practised.drill, about("drill", entry));
    judged.record.text("key", entry.key.clone());
    judged.record.text("key.title", entry.told());
    judged.record.text("drill.result", drill.ending.word());
    judged.record.text("drill.who", drill.who.clone());
    judged.record.text("drill.took", super::drill::told(drill.seconds));
    judged.record.text("drill.slow", yes(drill.seconds > thresholds.drill_seconds));
    judged.record.text("drill.old", yes(practised.days > thresholds.drill_days));
    judged.number("drill.seconds", drill.seconds);
    judged.number("drill.days-ago", practised.days);
    let ago = match practised.days {
        0 => "today".to_owned(),
        days => format!("{} ago", counted(days, "day", "days")),
    };
    judged.record.text("drill.ago", ago);
    judged
}
