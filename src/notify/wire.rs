//! A change as JSON, version 1: what the outbox keeps, and what a signed webhook, SQS and Lambda get. Fields are only
//! added.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Item, Standing};
use crate::finding::Severity;

/// The version of the form.
const VERSION: u32 = 1;
/// What a receiver tells this from others by.
const TYPE: &str = "secretrail.change";
/// The same for a message that only tries.
const TEST: &str = "secretrail.test";

#[derive(Serialize, Deserialize)]
struct WireChange {
    version: u32,
    #[serde(rename = "type")]
    kind: String,
    run: i64,
    scope: String,
    at: String,
    verdict: String,
    standing: WireStanding,
    new: Vec<WireItem>,
    reopened: Vec<WireItem>,
    fixed: Vec<WireItem>,
    not_listed: usize,
    open: WireCounts,
    gaps: usize,
    gap_reasons: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report_url: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct WireStanding {
    before: Option<String>,
    now: String,
}

#[derive(Serialize, Deserialize)]
struct WireCounts {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    informational: usize,
}

#[derive(Serialize, Deserialize)]
struct WireItem {
    fingerprint: String,
    rule: String,
    surface: String,
    severity: String,
    place: String,
    message: String,
    first_seen: String,
}

/// Writes a change; one line.
pub fn written(change: &Change) -> String {
    let items = |items: &[Item]| items.iter().map(item).collect();
    let count =
        |severity| change.open.iter().find(|(one, _)| *one == severity).map_or(0, |(_, count)| *count);
    let wire = WireChange {
        version: VERSION,
        kind: if change.is_test { TEST } else { TYPE }.to_owned(),
        run: change.run,
        scope: change.scope.clone(),
        at: change.at.to_string(),
        verdict: change.verdict.clone(),
        standing: WireStanding {
            before: change.before.map(|standing| standing.word().to_owned()),
            now: change.now.word().to_owned(),
        },
        new: items(&change.new),
        reopened: items(&change.reopened),
        fixed: items(&change.fixed),
        not_listed: change.left_out,
        open: WireCounts {
            critical: count(Severity::Critical),
            high: count(Severity::High),
            medium: count(Severity::Medium),
            low: count(Severity::Low),
            informational: count(Severity::Informational),
        },
        gaps: change.gaps,
        gap_reasons: change.gap_reasons.clone(),
        report_url: change.report_url.clone(),
    };
    // Strings and numbers only: nothing of it can fail.
    serde_json::to_string(&wire).unwrap_or_default()
}

fn item(item: &Item) -> WireItem {
    WireItem {
        fingerprint: item.fingerprint.clone(),
        rule: item.rule.clone(),
        surface: item.surface.clone(),
        severity: item.severity.word().to_owned(),
        place: item.place.clone(),
        message: item.message.clone(),
        first_seen: item.first_seen.to_string(),
    }
}

/// Reads what [`written`] wrote; `None` for what it did not.
pub fn read(text: &str) -> Option<Change> {
    let wire: WireChange = serde_json::from_str(text).ok()?;
    if wire.version != VERSION {
        return None;
    }
    let items = |items: Vec<WireItem>| items.into_iter().map(read_item).collect::<Option<Vec<Item>>>();
    let WireCounts { critical, high, medium, low, informational } = wire.open;
    let before = match wire.standing.before {
        Some(word) => Some(Standing::from_word(&word)?),
        None => None,
    };
    Some(Change {
        run: wire.run,
        scope: wire.scope,
        at: wire.at.parse().ok()?,
        verdict: wire.verdict,
        before,
        now: Standing::from_word(&wire.standing.now)?,
        new: items(wire.new)?,
        reopened: items(wire.reopened)?,
        fixed: items(wire.fixed)?,
        left_out: wire.not_listed,
        open: vec![
            (Severity::Critical, critical),
            (Severity::High, high),
            (Severity::Medium, medium),
            (Severity::Low, low),
            (Severity::Informational, informational),
        ],
        gaps: wire.gaps,
        gap_reasons: wire.gap_reasons,
        report_url: wire.report_url,
        is_test: wire.kind == TEST,
    })
}

fn read_item(item: WireItem) -> Option<Item> {
    let first_seen: Timestamp = item.first_seen.parse().ok()?;
    let severity = Severity::from_word(&item.severity)?;
    let WireItem { fingerprint, rule, surface, place, message, .. } = item;
    Some(Item { fingerprint, rule, surface, severity, place, message, first_seen })
}

#[cfg(test)]
mod tests {
    use super::super::sample::change;
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = written(&change());
        assert!(!text.contains('\n'));
        assert_eq!(written(&read(&text).unwrap()), text);
        let mut test = change();
        test.is_test = true;
        assert!(written(&test).contains("\"secretrail.test\""));
        assert!(read(&written(&test)).unwrap().is_test);
    }

    #[test]
    fn what_is_no_change_is_none() {
        let text = written(&change());
        for wrong in ["", "{}", "[]", &text[..text.len() - 1], &text.replace("\"critical\"", "\"x\"")] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read(&text.replace("\"version\":1", "\"version\":2")), None);
    }
}
