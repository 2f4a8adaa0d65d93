//! The report as it may be told: every string redacted and harmless to a terminal.
//!
//! Renderers read this, never the findings themselves. A renderer that needs one more string gets it
//! here, through [`Teller`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::shown::{clipped, shown, shown_lines};
use super::verdict::number;
use super::{Report, RuleHelp, excerpt};
use crate::finding::{Confidence, EventFacts, Finding, Related, Role, Severity, Surface};
use crate::source::open::joined;
use crate::source::{Position, Span};

/// Longer names say nothing more to a reader.
const LONGEST_NAME: usize = 500;
/// Longer messages say nothing more to a reader.
const LONGEST_MESSAGE: usize = 2_000;
/// Stands where a document has no name.
const NAMELESS: &str = "(no name)";

/// A place as people read it.
pub(super) struct Place {
    /// Path with `/`, redacted and cleaned.
    pub path: String,
    /// The same path, redacted only: for formats that encode it byte by byte.
    pub exact_path: String,
    /// Lines and columns from 1.
    pub position: Position,
    /// What stands there; may be empty.
    pub name: String,
    /// For excerpts.
    pub span: Span,
    /// Whether it lies in a plan or a state, of which nothing is shown.
    pub is_sealed: bool,
    /// Whether a line can be named.
    pub has_lines: bool,
}

impl Place {
    /// `path:line`.
    pub fn short(&self) -> String {
        self.without_a_line().unwrap_or_else(|| format!("{}:{}", self.path, self.position.line))
    }

    /// `path:line:column`.
    pub fn long(&self) -> String {
        let place = || format!("{}:{}:{}", self.path, self.position.line, self.position.column);
        self.without_a_line().unwrap_or_else(place)
    }

    /// `path:line name`; the name alone where there is no document.
    pub fn with_name(&self) -> String {
        match (self.path == NAMELESS, self.name.is_empty()) {
            (true, false) => self.name.clone(),
            (_, true) => self.short(),
            (false, false) => format!("{} {}", self.short(), self.name),
        }
    }

    /// In JSON of one line the resource tells more than a column; elsewhere there may be no line.
    fn without_a_line(&self) -> Option<String> {
        if !self.has_lines {
            return Some(self.path.clone());
        }
        let told = self.is_sealed && self.position.line == 1 && !self.name.is_empty();
        told.then(|| format!("{}: {}", self.path, self.name))
    }

    /// Whether both stand on one line of one file.
    pub fn is_line_of(&self, other: &Self) -> bool {
        self.span.source == other.span.source && self.position.line == other.position.line && !self.is_sealed
    }
}

/// A place on the secret's way.
pub(super) struct Step {
    /// Where.
    pub place: Place,
    /// What it was.
    pub role: Role,
    /// What happened there; may be empty.
    pub message: String,
}

impl Step {
    /// What happened there, never empty.
    pub fn label(&self) -> &str {
        match (self.message.as_str(), self.role) {
            ("", Role::Origin) => "the secret originates here",
            ("", Role::Hop) => "passes here",
            ("", Role::Sink) => "lands here",
            (message, _) => message,
        }
    }
}

/// What may be said of a secret.
pub(super) struct ToldSecret {
    pub name: String,
    pub origin: String,
    pub length: Option<usize>,
    pub last4: Option<String>,
}

impl ToldSecret {
    /// "a literal of 24 characters that ends in a1b2".
    pub fn literal(&self) -> Option<String> {
        let length = number(self.length?, "character", "characters");
        let end = self.last4.as_ref().map(|last4| format!(" that ends in {last4}")).unwrap_or_default();
        Some(format!("a literal of {length}{end}"))
    }
}

/// Where it landed.
pub(super) struct ToldSink {
    pub kind: String,
    pub path: Option<String>,
    pub durable: bool,
}

impl ToldSink {
    /// The path, or what it is where it has none.
    pub fn words(&self) -> &str {
        self.path.as_deref().unwrap_or(&self.kind)
    }

    /// Whether it is on a disk after a reboot.
    pub fn on_disk(&self) -> bool {
        self.durable && self.kind == "file"
    }
}

/// A finding.
pub(super) struct ToldFinding {
    pub rule: String,
    /// Position of its rule in [`Told::rules`].
    pub rule_index: Option<usize>,
    pub surface: Surface,
    pub severity: Severity,
    pub confidence: Confidence,
    pub message: String,
    pub fingerprint: String,
    pub place: Place,
    pub related: Vec<Step>,
    pub secret: Option<ToldSecret>,
    pub sink: Option<ToldSink>,
    /// The events that it stands for, of a trail.
    pub events: Option<EventFacts>,
    /// What to do; may have several lines.
    pub remediation: String,
}

/// What it is to stand in such a place.
fn in_words(kind: &str) -> String {
    match kind {
        "source-code" => "is in the source".to_owned(),
        "user-data" => "rendered into user data".to_owned(),
        "boot-log" => "printed to a log".to_owned(),
        "process-arguments" => "passed on a command line".to_owned(),
        "output" => "exposed as an output".to_owned(),
        "file" => "written to a file".to_owned(),
        "environment" => "stored in an environment variable".to_owned(),
        "definition" => "stored in a definition".to_owned(),
        "object" => "written to an object".to_owned(),
        "parameter" => "stored as a plain parameter".to_owned(),
        "state" => "stored in this state".to_owned(),
        kind => format!("lands here: {kind}"),
    }
}

/// A finding with those of other rules that are the same mistake.
pub(super) type Group<'f> = (&'f ToldFinding, Vec<&'f ToldFinding>);

/// Rules that tell one mistake together: what a script in user data writes or prints is in the user data too.
const OF_ONE_MISTAKE: &[&str] = &["secret-written-to-disk", "secret-in-user-data", "secret-in-boot-log"];

/// Findings, the worst first; of one secret, one resource and one line the worst has the others beside it.
pub(super) fn grouped(findings: &[ToldFinding]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut first: BTreeMap<(&str, usize, &str, &str), usize> = BTreeMap::new();
    for finding in findings {
        let secret = finding.secret.as_ref().filter(|_| OF_ONE_MISTAKE.contains(&finding.rule.as_str()));
        let Some(secret) = secret else {
            groups.push((finding, Vec::new()));
            continue;
        };
        let place = &finding.place;
        let key = (place.exact_path.as_str(), place.position.line, place.name.as_str(), secret.name.as_str());
        let known = first.get(&key).copied().filter(|_| !place.is_sealed);
        let group = known.and_then(|known| groups.get_mut(known));
        match group.filter(|(known, also)| {
            known.rule != finding.rule && also.iter().all(|one| one.rule != finding.rule)
        }) {
            Some((_, also)) => also.push(finding),
            None => {
                first.entry(key).or_insert(groups.len());
                groups.push((finding, Vec::new()));
            }
        }
    }
    groups
}

impl ToldFinding {
    /// The way of the secret, first to last, with the primary place in it exactly once or more
    /// often. The flag says which steps are the primary place.
    pub fn way<'f>(&'f self, own: &'f Step) -> Vec<(&'f Step, bool)> {
        let primary = |step: &Step| step.place.span == self.place.span;
        let mut way: Vec<(&Step, bool)> = self.related.iter().map(|step| (step, primary(step))).collect();
        if !way.iter().any(|(_, primary)| *primary) {
            // A place that is no step of the way is what the rule points at: before the sink, if the
            // way names one, and its end otherwise.
            let end = way.iter().position(|(step, _)| step.role == Role::Sink).unwrap_or(way.len());
            way.insert(end, (own, true));
        }
        way
    }

    /// The primary place as a step of its own, for [`Self::way`].
    pub fn own_step(&self, teller: &Teller<'_>) -> Step {
        let message = match &self.sink {
            Some(ToldSink { path: Some(path), .. }) => format!("written to {path}"),
            None if matches!(self.surface, Surface::Account | Surface::Trail | Surface::Inventory) => {
                self.place.name.clone()
            }
            Some(ToldSink { kind, .. }) => in_words(kind),
            None => "found here".to_owned(),
        };
        let name = if self.place.is_sealed { self.place.name.as_str() } else { "" };
        Step { place: teller.place(self.place.span, name), role: Role::Sink, message }
    }
}

/// A gap.
pub(super) struct ToldGap {
    pub place: Place,
    pub reason: String,
    pub hides_findings: bool,
    /// Why it is accepted and until when, where it is.
    pub accepted: Option<(String, Option<String>)>,
}

impl ToldGap {
    /// "accepted until 2027-01-31: why", for one that is.
    pub fn acceptance(&self) -> Option<String> {
        let (reason, until) = self.accepted.as_ref()?;
        let until = until.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
        Some(format!("accepted{until}: {reason}"))
    }
}

/// A rule.
pub(super) struct ToldRule {
    pub name: String,
    pub title: String,
    pub severity: Severity,
    pub description: String,
    pub remediation: String,
    pub tags: Vec<String>,
    pub references: Vec<String>,
    pub help_markdown: String,
}

/// A silenced finding.
pub(super) struct ToldSilenced {
    pub place: Place,
    pub rule: String,
    pub fingerprint: String,
    pub by: String,
    pub reason: String,
    pub until: Option<String>,
}

/// Turns what is known into what may be told.
pub(super) struct Teller<'r> {
    report: &'r Report<'r>,
}

impl Teller<'_> {
    /// The one way of a string into a report.
    fn text(&self, text: &str) -> String {
        shown(&self.report.redactor.text(text))
    }

    /// A name in a report.
    pub fn name(&self, text: &str) -> String {
        clipped(&self.text(text), LONGEST_NAME)
    }

    /// A sentence in a report.
    pub fn message(&self, text: &str) -> String {
        clipped(&self.text(text), LONGEST_MESSAGE)
    }

    /// What a person wrote, such as a reason.
    fn written(&self, text: &str) -> String {
        clipped(&shown(&self.report.redactor.words(text)), LONGEST_MESSAGE)
    }

    fn lines(&self, text: &str) -> String {
        shown_lines(&self.report.redactor.text(text))
    }

    fn place(&self, span: Span, name: &str) -> Place {
        let path = self.report.sources.name(span.source);
        let path =
            if path.is_empty() { NAMELESS.to_owned() } else { joined(&self.report.path_prefix, &path) };
        let exact_path = self.report.redactor.path(&path).into_owned();
        let position = self.report.sources.position(span);
        let document = self.report.sources.document(span.source);
        let (is_sealed, has_lines) = (document.sealed().is_some(), document.has_lines());
        Place {
            path: shown(&exact_path),
            exact_path,
            position,
            name: self.name(name),
            span,
            is_sealed,
            has_lines,
        }
    }

    fn step(&self, related: &Related) -> Step {
        let message = self.message(&related.message);
        Step { place: self.place(related.at.span, &related.at.name), role: related.role, message }
    }

    /// What a rule says is worked out once, not for each of its findings.
    fn finding(&self, finding: &Finding, rules: &BTreeMap<&str, usize>, told: &[ToldRule]) -> ToldFinding {
        let rule_index = rules.get(&*finding.rule).copied();
        let rule = rule_index.and_then(|index| told.get(index));
        let remediation = match (&finding.remediation, rule) {
            (Some(own), _) => self.lines(own),
            (None, rule) => rule.map(|rule| rule.remediation.clone()).unwrap_or_default(),
        };
        ToldFinding {
            rule: rule.map_or_else(|| self.name(&finding.rule), |rule| rule.name.clone()),
            rule_index,
            surface: finding.surface,
            severity: finding.severity,
            confidence: finding.confidence,
            message: self.message(&finding.message),
            fingerprint: self.name(&finding.fingerprint),
            place: self.place(finding.at.span, &finding.at.name),
            related: finding.related.iter().map(|related| self.step(related)).collect(),
            secret: finding.secret.as_ref().map(|secret| ToldSecret {
                name: self.name(&secret.name),
                origin: self.name(&secret.origin),
                length: secret.length,
                last4: secret.last4.as_deref().map(|last| self.name(last)),
            }),
            sink: finding.sink.as_ref().map(|sink| ToldSink {
                kind: self.name(&sink.kind),
                path: sink.path.as_deref().map(|path| self.name(path)),
                durable: sink.durable,
            }),
            events: finding.events.as_ref().map(|events| self.events(events)),
            remediation,
        }
    }

    fn events(&self, events: &EventFacts) -> EventFacts {
        EventFacts {
            count: events.count,
            first: self.name(&events.first),
            last: self.name(&events.last),
            calls: events.calls.iter().map(|call| self.name(call)).collect(),
            session: events.session.as_deref().map(|session| self.name(session)),
            hours: events.hours.clone(),
        }
    }

    /// The first line of a place, cut to about `width` columns around it; `None` where the document
    /// has no text there.
    pub fn excerpt(&self, span: Span, width: usize) -> Option<excerpt::Excerpt> {
        excerpt::excerpt(self.report.sources, self.report.redactor, span, width)
    }
}

/// The report as it may be told.
pub(super) struct Told<'r> {
    /// For excerpts and steps.
    pub teller: Teller<'r>,
    /// In the order given: those of the findings, or all.
    pub rules: Vec<ToldRule>,
    /// The worst first, then by path and place.
    pub findings: Vec<ToldFinding>,
    /// Those that may hide a finding first, then by path and place.
    pub gaps: Vec<ToldGap>,
    /// Those that somebody accepted, by path and place.
    pub accepted: Vec<ToldGap>,
    /// In the order given.
    pub silenced: Vec<ToldSilenced>,
    /// The revision since which findings are told.
    pub since: Option<String>,
    /// The version of this tool.
    pub version: String,
}

impl<'r> Told<'r> {
    /// Redacts and cleans the report, with the rules that its findings have.
    pub fn of(report: &'r Report<'r>) -> Self {
        let met: BTreeSet<&str> = report.findings.iter().map(|finding| &*finding.rule).collect();
        Self::with(report, report.rules.iter().filter(|rule| met.contains(rule.name.as_str())).collect())
    }

    /// The same, with all rules that were asked.
    pub fn with_every_rule(report: &'r Report<'r>) -> Self {
        Self::with(report, report.rules.iter().collect())
    }

    fn with(report: &'r Report<'r>, all: Vec<&RuleHelp>) -> Self {
        let teller = Teller { report };
        let by_name = all.iter().enumerate().map(|(index, rule)| (rule.name.as_str(), index));
        // The first of two rules with one name is the one that is shown.
        let rules: BTreeMap<&str, usize> = by_name.rev().collect();
        let told_rules: Vec<ToldRule> = all.iter().map(|rule| teller.rule(rule)).collect();
        let findings = report.findings.par_iter();
        let mut findings: Vec<ToldFinding> =
            findings.map(|finding| teller.finding(finding, &rules, &told_rules)).collect();
        findings.sort_by(|left, right| order(left).cmp(&order(right)));
        let mut gaps: Vec<ToldGap> = report.gaps.iter().map(|gap| teller.gap(gap)).collect();
        gaps.sort_by(|left, right| gap_order(left).cmp(&gap_order(right)));
        let accepted = report.gate.accepted_gaps.iter().map(|accepted| ToldGap {
            accepted: Some((
                teller.written(&accepted.reason),
                accepted.until.as_deref().map(|day| teller.name(day)),
            )),
            ..teller.gap(&accepted.gap)
        });
        let mut accepted: Vec<ToldGap> = accepted.collect();
        accepted.sort_by(|left, right| gap_order(left).cmp(&gap_order(right)));
        Self {
            rules: told_rules,
            findings,
            gaps,
            accepted,
            silenced: report.silenced.iter().map(|silenced| teller.silenced(silenced)).collect(),
            since: report.gate.since.as_deref().map(|revision| teller.name(revision)),
            version: teller.text(&report.tool_version),
            teller,
        }
    }

    /// The rule of a finding, where the report has it.
    pub fn rule_of(&self, finding: &ToldFinding) -> Option<&ToldRule> {
        self.rules.get(finding.rule_index?)
    }
}

impl Teller<'_> {
    fn rule(&self, rule: &RuleHelp) -> ToldRule {
        let all = |texts: &[String]| texts.iter().map(|text| self.name(text)).collect();
        ToldRule {
            name: self.name(&rule.name),
            title: self.message(&rule.title),
            severity: rule.severity,
            description: self.lines(&rule.description),
            remediation: self.lines(&rule.remediation),
            tags: all(&rule.tags),
            references: all(&rule.references),
            help_markdown: self.lines(&rule.help_markdown),
        }
    }

    fn gap(&self, gap: &crate::reading::Gap) -> ToldGap {
        let reason = self.message(&gap.reason);
        let place = self.place(gap.at, &gap.name);
        ToldGap { place, reason, hides_findings: gap.hides_findings, accepted: None }
    }

    fn silenced(&self, silenced: &super::Silenced) -> ToldSilenced {
        ToldSilenced {
            place: self.place(silenced.at.span, &silenced.at.name),
            rule: self.name(&silenced.rule),
            fingerprint: self.name(&silenced.fingerprint),
            by: self.name(&silenced.by),
            reason: self.written(&silenced.reason),
            until: silenced.until.as_deref().map(|day| self.name(day)),
        }
    }
}

fn order(finding: &ToldFinding) -> (Reverse<Severity>, &str, Span, &str, &str) {
    let place = &finding.place;
    (Reverse(finding.severity), &place.exact_path, place.span, &finding.rule, &finding.fingerprint)
}

fn gap_order(gap: &ToldGap) -> (bool, &str, Span, &str, &str) {
    (!gap.hides_findings, &gap.place.exact_path, gap.place.span, &gap.place.name, &gap.reason)
}
