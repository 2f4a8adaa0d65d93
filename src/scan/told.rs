//! From flows to findings: which rules they meet, and the places that a finding shows.

use rayon::prelude::*;

use super::{CATEGORY, PRODUCT, SERVICE, STATE};
use crate::finding::{Confidence, Finding, Related, Role, SecretFacts, SinkFacts, Surface};
use crate::flow::Flow;
use crate::flow::state::StateExposure;
use crate::rule::{Rule, RuleSet};
use crate::source::Location;
use crate::value::{Lifetime, SinkKind};

/// The findings of all flows.
pub(super) fn judge(flows: &[Flow], rules: &RuleSet) -> Vec<Finding> {
    let judge = rules.judge(PRODUCT, SERVICE, CATEGORY);
    flows
        .par_iter()
        .flat_map_iter(|flow| {
            let record = flow.record();
            let findings: Vec<Finding> = judge
                .met_by(&record)
                .into_iter()
                .map(|rule| finding(flow, rule, rule.message(&record)))
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
        message: format!("{name} stands in the state"),
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
    let place = flow.sink.path.as_deref().unwrap_or(flow.sink.kind.word());
    way.push(Related {
        at: Location { span: flow.sink.at, name: flow.address.clone() },
        role: Role::Sink,
        message: format!("lands in {place} ({})", flow.sink.by),
    });
    way
}
