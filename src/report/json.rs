//! Our own JSON, version 1. Programs build on it: fields are only added.

mod account;
mod inventory;
mod trail;

use std::io::{self, Write};

use serde::Serialize;

use super::told::{Place, Step, Told, ToldFinding};
use super::verdict::{by_severity, silenced_by};
use super::{AccountSection, Report};

/// The version of the shape below.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'t> {
    version: u32,
    tool: Tool<'t>,
    findings: Vec<Finding<'t>>,
    gaps: Vec<Gap<'t>>,
    silenced: Vec<Silenced<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<account::Account>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<account::Accounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<trail::Trail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<Vec<trail::Session>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<trail::Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<History>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inventory: Option<Vec<inventory::Key>>,
    summary: Summary<'t>,
}

/// What changed since the last run.
#[derive(Serialize)]
struct History {
    /// Fingerprints.
    new: Vec<String>,
    returned: usize,
    known: usize,
    known_left_out: bool,
    fixed: Vec<Fixed>,
    whole: bool,
    unseen: usize,
}

#[derive(Serialize)]
struct Fixed {
    rule: String,
    place: String,
}

#[derive(Serialize)]
struct Tool<'t> {
    name: &'static str,
    version: &'t str,
}

#[derive(Serialize)]
struct Finding<'t> {
    rule: &'t str,
    surface: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'t str,
    fingerprint: &'t str,
    location: Location<'t>,
    related: Vec<Related<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<Secret<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sink: Option<Sink<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Events<'t>>,
    tags: &'t [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<&'t str>,
}

#[derive(Serialize)]
struct Location<'t> {
    path: &'t str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    name: &'t str,
}

#[derive(Serialize)]
struct Related<'t> {
    path: &'t str,
    line: usize,
    column: usize,
    name: &'t str,
    role: &'static str,
    message: &'t str,
}

#[derive(Serialize)]
struct Secret<'t> {
    name: &'t str,
    origin: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last4: Option<&'t str>,
}

#[derive(Serialize)]
struct Sink<'t> {
    kind: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'t str>,
    durable: bool,
}

/// The events that a finding stands for.
#[derive(Serialize)]
struct Events<'t> {
    count: u64,
    first: &'t str,
    last: &'t str,
    calls: &'t [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'t str>,
}

#[derive(Serialize)]
struct Gap<'t> {
    path: &'t str,
    line: usize,
    name: &'t str,
    reason: &'t str,
    hides_findings: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<Accepted<'t>>,
}

#[derive(Serialize)]
struct Accepted<'t> {
    reason: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'t str>,
}

#[derive(Serialize)]
struct Silenced<'t> {
    rule: &'t str,
    fingerprint: &'t str,
    path: &'t str,
    line: usize,
    name: &'t str,
    by: &'t str,
    reason: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'t str>,
}

#[derive(Serialize)]
struct Summary<'t> {
    findings: serde_json::Map<String, serde_json::Value>,
    silenced: serde_json::Map<String, serde_json::Value>,
    less_sure_left_out: usize,
    baseline_entries_gone: usize,
    rules_off: &'t [String],
    rules_off_findings: usize,
    tokens_off: bool,
    files_excluded: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'t str>,
    files: usize,
    exit_code: u8,
}

fn of_one<'r>(report: &'r Report<'_>) -> Option<&'r AccountSection> {
    report.account.as_ref().filter(|section| section.members.is_empty())
}

fn of_many<'r>(report: &'r Report<'_>) -> Option<&'r AccountSection> {
    report.account.as_ref().filter(|section| !section.members.is_empty())
}

/// Writes the report, pretty printed, with a final newline.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    let counts = by_severity(&told.findings).into_iter();
    let whole = Whole {
        version: VERSION,
        tool: Tool { name: "secretrail", version: &told.version },
        findings: told.findings.iter().map(|one| finding(&told, one)).collect(),
        gaps: told.gaps.iter().chain(&told.accepted).map(gap).collect(),
        silenced: told.silenced.iter().map(silenced).collect(),
        account: of_one(report).map(|section| account::account(section, &told.teller)),
        accounts: of_many(report).map(|section| account::accounts(section, &told.teller)),
        trail: report.trail.as_ref().map(|section| trail::trail(section, &told.teller)),
        sessions: report
            .trail
            .as_ref()
            .map(|section| section.sessions.iter().map(|row| trail::session(row, &told.teller)).collect()),
        coverage: report.trail.as_ref().map(|section| trail::coverage(&section.coverage, &told.teller)),
        history: report.gate.history.as_ref().map(|changes| history(changes, &told)),
        inventory: report.inventory.as_ref().map(|section| inventory::keys(section, &told.teller)),
        summary: Summary {
            findings: counts.map(|(severity, count)| (severity.word().to_owned(), count.into())).collect(),
            silenced: silenced_by(&told)
                .into_iter()
                .map(|(by, count)| (by.to_owned(), count.into()))
                .collect(),
            less_sure_left_out: report.gate.left_out,
            baseline_entries_gone: report.gate.gone,
            rules_off: &report.gate.off,
            rules_off_findings: report.gate.off_findings,
            tokens_off: report.gate.tokens_off,
            files_excluded: report.gate.excluded,
            since: told.since.as_deref(),
            files: report.files,
            exit_code: report.exit_code as u8,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

fn finding<'t>(told: &'t Told<'_>, finding: &'t ToldFinding) -> Finding<'t> {
    let rule = told.rule_of(finding);
    Finding {
        rule: &finding.rule,
        surface: finding.surface.word(),
        severity: finding.severity.word(),
        confidence: finding.confidence.word(),
        message: &finding.message,
        fingerprint: &finding.fingerprint,
        location: location(&finding.place),
        related: finding.related.iter().map(related).collect(),
        secret: finding.secret.as_ref().map(|secret| Secret {
            name: &secret.name,
            origin: &secret.origin,
            length: secret.length,
            last4: secret.last4.as_deref(),
        }),
        sink: finding.sink.as_ref().map(|sink| Sink {
            kind: &sink.kind,
            path: sink.path.as_deref(),
            durable: sink.durable,
        }),
        events: finding.events.as_ref().map(|events| Events {
            count: events.count,
            first: &events.first,
            last: &events.last,
            calls: &events.calls,
            session: events.session.as_deref(),
        }),
        tags: rule.map_or(&[], |rule| &rule.tags),
        remediation: rule.map(|_| finding.remediation.as_str()),
    }
}

fn history(changes: &super::Changes, told: &Told<'_>) -> History {
    let fixed = |(rule, place): &(String, String)| Fixed {
        rule: told.teller.name(rule),
        place: told.teller.message(place),
    };
    History {
        new: changes.new.iter().map(|print| told.teller.name(print)).collect(),
        returned: changes.returned,
        known: changes.known,
        known_left_out: changes.known_left_out,
        fixed: changes.fixed.iter().map(fixed).collect(),
        whole: changes.whole,
        unseen: changes.unseen,
    }
}

fn location(place: &Place) -> Location<'_> {
    let position = place.position;
    Location {
        path: &place.path,
        line: position.line,
        column: position.column,
        end_line: position.end_line,
        end_column: position.end_column,
        name: &place.name,
    }
}

fn related(step: &Step) -> Related<'_> {
    Related {
        path: &step.place.path,
        line: step.place.position.line,
        column: step.place.position.column,
        name: &step.place.name,
        role: step.role.word(),
        message: &step.message,
    }
}

fn gap(gap: &super::told::ToldGap) -> Gap<'_> {
    Gap {
        path: &gap.place.path,
        line: gap.place.position.line,
        name: &gap.place.name,
        reason: &gap.reason,
        hides_findings: gap.hides_findings,
        accepted: gap.accepted.as_ref().map(|(reason, until)| Accepted { reason, until: until.as_deref() }),
    }
}

fn silenced(silenced: &super::told::ToldSilenced) -> Silenced<'_> {
    Silenced {
        rule: &silenced.rule,
        fingerprint: &silenced.fingerprint,
        path: &silenced.place.path,
        line: silenced.place.position.line,
        name: &silenced.place.name,
        by: &silenced.by,
        reason: &silenced.reason,
        until: silenced.until.as_deref(),
    }
}
