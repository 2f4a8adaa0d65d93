//! SARIF 2.1.0, for code scanning: findings as results, the way of the secret as a code flow, gaps as
//! notifications.

mod log;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use self::log::{
    ArtifactLocation, CodeFlow, Configuration, Driver, Invocation, Location, Log, LogicalLocation,
    Notification, Outcome, OutcomeProperties, PhysicalLocation, Region, Rule, RuleProperties, Run,
    RunProperties, Secret, Silenced, Sink, Text, ThreadFlow, ThreadFlowLocation, Tool, UriBase,
};
use super::Report;
use super::told::{Place, Step, Told, ToldFinding, ToldGap, ToldRule};
use super::verdict::untold;
use crate::error::ExitCode;
use crate::finding::{Confidence, Severity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Paths are relative to this; where it is, the reader of the file knows.
const ROOT: &str = "SRCROOT";
/// Columns of a snippet; a minified line is cut to this.
const SNIPPET: usize = 200;

/// Writes the file, pretty printed, with a final newline.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::with_every_rule(report);
    // A rule that the report does not know still needs an entry: results refer to rules by number.
    let unknown: BTreeSet<&str> = told
        .findings
        .iter()
        .filter(|finding| finding.rule_index.is_none())
        .map(|finding| finding.rule.as_str())
        .collect();
    let unknown: Vec<&str> = unknown.into_iter().collect();
    let index = |finding: &ToldFinding| {
        let after = || unknown.binary_search(&finding.rule.as_str()).unwrap_or_default();
        finding.rule_index.unwrap_or_else(|| told.rules.len() + after())
    };
    // The steps that are the findings' own places must live as long as the log that refers to them.
    let own: Vec<Step> = told.findings.iter().map(|finding| finding.own_step(&told.teller)).collect();
    let results = told.findings.iter().zip(&own);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "secretrail",
                version: &told.version,
                semantic_version: &told.version,
                rules: told
                    .rules
                    .iter()
                    .map(rule)
                    .chain(unknown.iter().map(|name| bare_rule(name)))
                    .collect(),
            },
        },
        invocations: [invocation(report, &told)],
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            UriBase { description: text("The folder that was audited.") },
        )]),
        column_kind: "unicodeCodePoints",
        results: results.map(|(finding, own)| outcome(&told, finding, own, index(finding))).collect(),
        properties: RunProperties {
            silenced: told.silenced.iter().map(silenced).collect(),
            untold: untold(report, &told),
        },
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(rule: &ToldRule) -> Rule<'_> {
    let or = |text: &'_ str, other: &'_ str| {
        if text.trim().is_empty() { other.to_owned() } else { text.to_owned() }
    };
    let title = or(&rule.title, &rule.name);
    let markdown = Some(rule.help_markdown.as_str()).filter(|help| !help.trim().is_empty());
    let mut tags = vec!["security"];
    tags.extend(rule.tags.iter().map(String::as_str).filter(|tag| *tag != "security"));
    Rule {
        id: &rule.name,
        name: pascal_case(&rule.name),
        full_description: owned(or(&rule.description, &title)),
        short_description: owned(title),
        help_uri: rule.references.iter().map(String::as_str).find(|address| is_web_address(address)),
        help: Text { text: or(&rule.remediation, &rule.name).into(), markdown },
        default_configuration: Configuration { level: level(rule.severity) },
        properties: rule_properties(rule.severity, tags),
    }
}

fn bare_rule(name: &str) -> Rule<'_> {
    Rule {
        id: name,
        name: pascal_case(name),
        short_description: text(name),
        full_description: text(name),
        help_uri: None,
        help: text(name),
        default_configuration: Configuration { level: "warning" },
        properties: rule_properties(Severity::Medium, vec!["security"]),
    }
}

/// Precision is the rule's, not a finding's: how sure we are of each finding is in its own rank and
/// properties. It must not change from run to run, or alerts would move about.
fn rule_properties(severity: Severity, tags: Vec<&str>) -> RuleProperties<'_> {
    let security_severity = match severity {
        // GitHub's steps: over 9.0 critical, from 7.0 high, from 4.0 medium, over 0 low.
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Informational => None,
    };
    let problem_severity = match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "recommendation",
    };
    RuleProperties { tags, precision: "high", security_severity, problem_severity }
}

fn outcome<'t>(told: &Told<'_>, finding: &'t ToldFinding, own: &'t Step, rule_index: usize) -> Outcome<'t> {
    let related = finding.related.iter().enumerate();
    let message = if finding.message.is_empty() { &finding.rule } else { &finding.message };
    Outcome {
        rule_id: &finding.rule,
        rule_index,
        level: level(finding.severity),
        message: plain(message),
        locations: [location(told, &finding.place)],
        related_locations: related
            .map(|(index, step)| Location { id: Some(index + 1), ..step_location(told, step) })
            .collect(),
        code_flows: code_flows(told, finding, own),
        partial_fingerprints: BTreeMap::from([("secretrail/v1", finding.fingerprint.as_str())]),
        // The standard counts from one.
        occurrence_count: finding.events.as_ref().map(|events| events.count.max(1)),
        rank: rank(finding.severity, finding.confidence),
        properties: OutcomeProperties {
            severity: finding.severity.word(),
            confidence: finding.confidence.word(),
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
        },
    }
}

/// The way as a flow; a finding without a way has none.
fn code_flows<'t>(told: &Told<'_>, finding: &'t ToldFinding, own: &'t Step) -> Vec<CodeFlow<'t>> {
    if finding.related.is_empty() {
        return Vec::new();
    }
    let way = finding.way(own).into_iter();
    let locations = way
        .map(|(step, _)| ThreadFlowLocation { location: step_location(told, step), importance: "essential" });
    vec![CodeFlow { thread_flows: [ThreadFlow { locations: locations.collect() }] }]
}

fn step_location<'t>(told: &Told<'_>, step: &'t Step) -> Location<'t> {
    Location { message: Some(plain(step.label())), ..location(told, &step.place) }
}

fn location<'t>(told: &Told<'_>, place: &'t Place) -> Location<'t> {
    let position = place.position;
    let snippet = told.teller.excerpt(place.span, SNIPPET);
    let snippet = snippet.and_then(|line| line.text.get(line.place).map(str::to_owned));
    let name = Some(place.name.as_str()).filter(|name| !name.is_empty());
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(&place.exact_path),
            region: Region {
                start_line: position.line,
                start_column: position.column,
                end_line: position.end_line,
                end_column: position.end_column,
                snippet: snippet.filter(|text| !text.is_empty()).map(owned),
            },
        },
        logical_locations: name
            .map(|name| LogicalLocation { fully_qualified_name: name })
            .into_iter()
            .collect(),
        message: None,
    }
}

fn artifact(path: &str) -> ArtifactLocation {
    match path.strip_prefix('/') {
        // Something outside of the tree, named by its whole path.
        Some(rest) => ArtifactLocation { uri: format!("file:///{}", encoded(rest)), uri_base_id: None },
        None => ArtifactLocation { uri: encoded(path), uri_base_id: Some(ROOT) },
    }
}

/// A path as a part of an address (RFC 3986): all but unreserved characters and `/` percent-encoded.
fn encoded(path: &str) -> String {
    let mut all = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            all.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(all, "%{byte:02X}");
        }
    }
    all
}

fn invocation<'t>(report: &Report<'_>, told: &'t Told<'_>) -> Invocation<'t> {
    let code = report.exit_code;
    let exit_code_description = match code {
        ExitCode::Clean => "audited, nothing at or above the limit",
        ExitCode::Findings => "findings",
        ExitCode::NotAudited => "not audited",
        ExitCode::Partial => "audited in part: a gap could hide a finding",
        ExitCode::Interrupted => "stopped before the end",
        ExitCode::NotRun | ExitCode::NotExecutable | ExitCode::NoProgram => "the program was not run",
    };
    Invocation {
        // Findings and gaps are results of an audit that ran to its end.
        execution_successful: !matches!(code, ExitCode::NotAudited | ExitCode::Interrupted),
        exit_code: code as u8,
        exit_code_description,
        tool_execution_notifications: told
            .gaps
            .iter()
            .chain(&told.accepted)
            .map(|gap| notification(told, gap))
            .collect(),
    }
}

fn notification<'t>(told: &Told<'_>, gap: &'t ToldGap) -> Notification<'t> {
    let separator = if gap.place.name.is_empty() { "" } else { ": " };
    let acceptance = gap.acceptance();
    let level = if gap.hides_findings && acceptance.is_none() { "warning" } else { "note" };
    let acceptance = acceptance.map(|words| format!("; {words}")).unwrap_or_default();
    Notification {
        level,
        message: owned(unlinked(&format!("{}{separator}{}{acceptance}", gap.place.name, gap.reason))),
        locations: [location(told, &gap.place)],
    }
}

fn silenced(silenced: &super::told::ToldSilenced) -> Silenced<'_> {
    Silenced {
        rule_id: &silenced.rule,
        fingerprint: &silenced.fingerprint,
        by: &silenced.by,
        reason: &silenced.reason,
        until: silenced.until.as_deref(),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "note",
    }
}

/// From 0 to 100: what to look at first. Severity decides, confidence orders within a severity.
fn rank(severity: Severity, confidence: Confidence) -> f64 {
    let base = match severity {
        Severity::Critical => 90.0,
        Severity::High => 70.0,
        Severity::Medium => 50.0,
        Severity::Low => 30.0,
        Severity::Informational => 10.0,
    };
    match confidence {
        Confidence::High => base + 8.0,
        Confidence::Medium => base,
        Confidence::Low => base - 8.0,
    }
}

fn text(text: &str) -> Text<'_> {
    Text { text: Cow::Borrowed(text), markdown: None }
}

fn owned(text: String) -> Text<'static> {
    Text { text: Cow::Owned(text), markdown: None }
}

/// A message with names from the scanned tree in it.
fn plain(text: &str) -> Text<'static> {
    owned(unlinked(text))
}

/// SARIF reads `[words](address)` in a message as a link: a name in the tree must not make one.
fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

fn is_web_address(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// `secret-written-to-disk` as `SecretWrittenToDisk`.
fn pascal_case(name: &str) -> String {
    let mut pascal = String::new();
    for part in name.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let mut letters = part.chars();
        pascal.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        pascal.push_str(letters.as_str());
    }
    pascal
}

#[cfg(test)]
mod tests;
