//! From flows to findings: which rules they meet, and the places that a finding shows.

use rayon::prelude::*;

use super::{CATEGORY, PRODUCT, SERVICE, STATE};
use crate::finding::{Confidence, Finding, Related, Role, SecretFacts, SinkFacts, Surface};
use crate::flow::state::StateExposure;
use crate::flow::{Around, Flow};
use crate::rule::{Rule, RuleSet};
use crate::source::Location;
use crate::value::{Lifetime, SinkKind};

/// The findings of all flows.
pub(super) fn judge(
    flows: &[Flow],
    rules: &RuleSet,
    around: &(dyn Fn(&Flow) -> Around + Sync),
) -> Vec<Finding> {
    let judge = rules.judge(PRODUCT, SERVICE, CATEGORY);
    flows
        .par_iter()
        .flat_map_iter(|flow| {
            let record = flow.record(around(flow));
            let findings: Vec<Finding> = judge
                .met_by(&record)
                .into_iter()
                .map(|rule| Finding {
                    remediation: rule.remediation_for(&record).map(str::to_owned),
                    ..finding(flow, rule, rule.message(&record))
                })
                .collect();
            findings
        })
        .collect()
}

/// The findings of what states hold.
pub(super) fn judge_states(states: &[StateExposure], rules: &RuleSet) -> Vec<Finding> {
    let judge = rules.judge(PRODUCT, SERVICE, STATE);
    let of = |state: &StateExposure| {
        let record = state.record();
        let met = judge.met_by(&record);
        met.into_iter().map(|rule| state_finding(state, rule, rule.message(&record))).collect::<Vec<_>>()
    };
    states.iter().flat_map(of).collect()
}

fn state_finding(state: &StateExposure, rule: &Rule, message: String) -> Finding {
    let related = state.shown.iter().map(|(name, at)| Related {
        at: Location { span: *at, name: name.clone() },
        role: Role::Origin,
        message: format!("{name} is in the state"),
    });
    Finding {
        rule: rule.name().into(),
        surface: Surface::Terraform,
        severity: rule.severity(),
        confidence: rule.confidence().unwrap_or(Confidence::High),
        message,
        at: Location { span: state.at, name: "state".into() },
        related: related.collect(),
        secret: None,
        sink: Some(SinkFacts { kind: "state".into(), path: None, durable: true }),
        remediation: None,
        events: None,
        fingerprint: String::new(),
    }
}

fn finding(flow: &Flow, rule: &Rule, message: String) -> Finding {
    let origin = &flow.trace.origin;
    let (length, last4) =
        origin.literal.clone().map_or((None, None), |(length, last4)| (Some(length), last4));
    Finding {
        rule: rule.name().into(),
        surface: Surface::Terraform,
        severity: rule.severity(),
        confidence: rule.confidence().unwrap_or_else(|| flow.confidence()),
        message,
        at: Location { span: flow.sink.at, name: flow.address.clone() },
        related: related(flow),
        secret: Some(SecretFacts {
            name: origin.key.clone(),
            origin: origin.kind.word().to_owned(),
            length,
            last4,
        }),
        sink: Some(SinkFacts {
            kind: flow.sink.kind.word().to_owned(),
            path: flow.sink.path.clone(),
            durable: flow.sink.lifetime == Lifetime::Durable,
        }),
        remediation: None,
        events: None,
        fingerprint: String::new(),
    }
}

/// The way of the secret: where it begins, what it passes, where it lands.
fn related(flow: &Flow) -> Vec<Related> {
    if flow.sink.kind == SinkKind::SourceCode {
        return Vec::new();
    }
    let origin = &flow.trace.origin;
    let mut way = vec![Related {
        at: Location { span: origin.at, name: origin.name.clone() },
        role: Role::Origin,
        message: format!("{} begins here ({})", origin.name, origin.kind.word()),
    }];
    for hop in flow.trace.hops() {
        way.push(Related {
            at: Location { span: hop.at, name: hop.name.clone() },
            role: Role::Hop,
            message: hop.message.clone(),
        });
    }
    way.push(Related {
        at: Location { span: flow.sink.at, name: flow.address.clone() },
        role: Role::Sink,
        message: landing(flow.sink.kind, flow.sink.path.as_deref(), &flow.sink.by),
    });
    way
}

/// What happens at the end of the way.
fn landing(kind: SinkKind, path: Option<&str>, by: &str) -> String {
    if let (Some(path), Some((verb, tool))) = (path, by.split_once(" by "))
        && !verb.contains(' ')
    {
        return format!("{verb} to {path} by {tool}");
    }
    let words = match (kind, path) {
        (SinkKind::Log, Some(path)) => return format!("printed to {path} ({by})"),
        (_, Some(path)) => return format!("written to {path} ({by})"),
        (SinkKind::File, None) => "written to a file",
        (SinkKind::UserData, None) => "rendered into user data",
        (SinkKind::Log, None) => "printed to a log",
        (SinkKind::ProcessArguments, None) => "passed on a command line",
        (SinkKind::Environment, None) => "stored in an environment variable",
        (SinkKind::Definition, None) => "stored in a definition",
        (SinkKind::Object, None) => "written to an object",
        (SinkKind::Output, None) => "exposed as an output",
        (SinkKind::Parameter, None) => "stored as a plain parameter",
        (SinkKind::State, None) => "stored in the state",
        (SinkKind::SourceCode, None) => "is in the source",
    };
    format!("{words} ({by})")
}
