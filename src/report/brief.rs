//! Findings in a line each, as other places keep them: the history.

use super::Report;
use super::told::Told;
use super::verdict::sentence;
use crate::finding::Hours;

/// What a history keeps of a finding. Every string is redacted and harmless to a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// Its identity over time.
    pub fingerprint: String,
    /// The rule's name.
    pub rule: String,
    /// The surface.
    pub surface: &'static str,
    /// How bad.
    pub severity: &'static str,
    /// `user_data.sh:235`.
    pub place: String,
    /// One or two sentences.
    pub message: String,
    /// When its last event was, of a trail.
    pub last_event: Option<String>,
    /// Where one more event is news, which there are.
    pub hours: Option<Hours>,
}

/// The report's findings, the worst first.
pub fn briefs(report: &Report<'_>) -> Vec<Brief> {
    let told = Told::of(report);
    told.findings
        .iter()
        .map(|finding| Brief {
            fingerprint: finding.fingerprint.clone(),
            rule: finding.rule.clone(),
            surface: finding.surface.word(),
            severity: finding.severity.word(),
            place: finding.place.short(),
            message: finding.message.clone(),
            last_event: finding.events.as_ref().map(|events| events.last.clone()),
            hours: finding.events.as_ref().filter(|one| one.is_by_the_hour()).map(|one| one.hours.clone()),
        })
        .collect()
}

/// What the report says in a sentence, and each gap that could hide a finding, redacted.
pub fn in_short(report: &Report<'_>) -> (String, Vec<String>) {
    let told = Told::of(report);
    let gaps = told.gaps.iter().filter(|gap| gap.hides_findings);
    let gaps = gaps.map(|gap| format!("{}: {}", gap.place.short(), gap.reason)).collect();
    (sentence(report, &told), gaps)
}
