//! From sessions to findings: which rules they meet.

use super::gather::{At, Gathered, Mark};
use super::records::{SESSION, record};
use super::session::Session;
use crate::finding::{Confidence, Finding, Related, Role, Surface};
use crate::rule::{CorrelationHit, Rule, RuleSet};
use crate::source::{Location, SourceId, Span};

/// Findings of sessions and of single events, not settled yet.
pub fn judge(
    sessions: &[Session],
    gathered: &Gathered,
    rules: &RuleSet,
    sources: &[SourceId],
) -> Vec<Finding> {
    let [product, service, category] = SESSION;
    let judge = rules.judge(product, service, category);
    let mut findings = Vec::new();
    for session in sessions {
        let record = record(session);
        for rule in judge.met_by(&record) {
            findings.push(finding(rule, rule.message(&record), session.first(), sources));
        }
    }
    for (rule, hits) in &gathered.hits {
        let Some(rule) = rules.get(rule) else { continue };
        findings.extend(hits.iter().map(|hit| finding(rule, hit.message.clone(), &hit.at, sources)));
    }
    findings
}

/// The finding of a correlation, at the first of its events.
pub fn correlated(hit: &CorrelationHit<'_, At>, sources: &[SourceId]) -> Option<Finding> {
    let mark = |at: &At| Mark { time: at.time, id: at.id.to_string(), file: at.file, offset: at.offset };
    let (first, rest) = hit.events.split_first()?;
    let mut finding = finding(hit.rule, hit.message(), &mark(first), sources);
    finding.related = rest
        .iter()
        .map(mark)
        .map(|at| Related {
            at: Location { span: place(&at, sources), name: at.id.clone() },
            role: Role::Hop,
            message: format!("event {} of {}", at.id, super::time::written(at.time)),
        })
        .collect();
    Some(finding)
}

fn finding(rule: &Rule, message: String, at: &Mark, sources: &[SourceId]) -> Finding {
    Finding {
        rule: rule.name().into(),
        surface: Surface::Trail,
        severity: rule.severity(),
        confidence: rule.confidence().unwrap_or(Confidence::High),
        message,
        remediation: None,
        at: Location { span: place(at, sources), name: at.id.clone() },
        related: Vec::new(),
        secret: None,
        sink: None,
        fingerprint: String::new(),
    }
}

/// Where an event stands.
pub fn place(at: &Mark, sources: &[SourceId]) -> Span {
    let source = sources.get(at.file as usize).copied().unwrap_or(SourceId(u32::MAX));
    let offset = usize::try_from(at.offset).unwrap_or(usize::MAX);
    Span::new(source, offset, offset)
}
