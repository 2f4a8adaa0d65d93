//! What changed in a run, put down with it.

use jiff::Timestamp;

use crate::error::{Error, ExitCode};
use crate::finding::Severity;
use crate::history::{Entry, Pending, Seen};
use crate::notify::{Change, Item, Notify, Standing, delivery, written};
use crate::report::{self, Report};
use crate::secret::redact::Redactor;
use crate::settle::exit_code;

/// Puts down how the run stands, and what is to be told of it. The report is whole yet: what is known stands in it, too.
pub(in crate::command) fn note(
    pending: &Pending<'_>,
    report: &Report<'_>,
    seen: &[Seen],
    (scope, at, notify): (&str, Timestamp, &Notify),
) -> Result<(), Error> {
    let mut before = pending.before.as_deref().and_then(Standing::from_word);
    let failed = before.is_some_and(|before| before.fails);
    let partial = report.gaps.iter().any(|gap| gap.hides_findings);
    let fails = exit_code(&report.findings, &[], report.gate.fail_on, false) == ExitCode::Findings;
    // What could not be looked at is not mended.
    let now = Standing { audited: true, fails: fails || (failed && partial), partial };
    pending.stands(now.word())?;
    if let Some(before) = &mut before
        && pending.past > 0
        && pending.fixed.is_empty()
    {
        // What happened is over, and nothing was mended: that is no news.
        before.fails = before.fails && now.fails;
    }
    if notify.targets.is_empty() || !cfg!(feature = "notify") {
        return Ok(());
    }
    let (sentence, gap_reasons) = report::in_short(report);
    let come = |back: bool| {
        let is = |one: &&Seen| {
            pending.new.contains(&one.fingerprint) && pending.returned.contains(&one.fingerprint) == back
        };
        seen.iter().filter(is).map(|one| item(one, at)).collect()
    };
    let change = Change {
        run: pending.run,
        scope: Redactor::default().text(scope).into_owned(),
        at,
        verdict: sentence,
        before,
        now,
        new: come(false),
        reopened: come(true),
        fixed: pending.fixed.iter().map(gone).collect(),
        left_out: 0,
        open: open(seen),
        gaps: gap_reasons.len(),
        gap_reasons,
        report_url: notify.report_url.clone(),
        is_test: false,
    };
    let Some(change) = change.worth_telling(notify) else { return Ok(()) };
    let (body, whom) = addressed(&change, notify);
    pending.tell(&body, &whom, Timestamp::now())
}

/// A change as it is kept, and whom it is told: names, and the numbers of deliveries.
pub(super) fn addressed(change: &Change, notify: &Notify) -> (String, Vec<(String, String)>) {
    let body = written(change);
    let whom = notify.targets.iter().map(|target| (target.name.clone(), delivery(&target.name, &body)));
    let whom = whom.collect();
    (body, whom)
}

fn item(one: &Seen, first_seen: Timestamp) -> Item {
    Item {
        fingerprint: one.fingerprint.clone(),
        rule: one.rule.clone(),
        surface: one.surface.clone(),
        severity: severity(&one.severity),
        place: one.place.clone(),
        message: one.message.clone(),
        first_seen,
    }
}

fn gone(entry: &Entry) -> Item {
    Item {
        fingerprint: entry.fingerprint.clone(),
        rule: entry.rule.clone(),
        surface: entry.surface.clone(),
        severity: severity(&entry.severity),
        place: entry.place.clone(),
        message: entry.message.clone(),
        first_seen: entry.first_seen,
    }
}

/// A word of a later version counts as the worst: it must not be left out.
fn severity(word: &str) -> Severity {
    Severity::from_word(word).unwrap_or(Severity::Critical)
}

/// How many there are now, the worst first.
fn open(seen: &[Seen]) -> Vec<(Severity, usize)> {
    let count = |severity: &Severity| seen.iter().filter(|one| one.severity == severity.word()).count();
    Severity::ALL.iter().rev().map(|severity| (*severity, count(severity))).collect()
}
