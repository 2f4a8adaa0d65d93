//! Records of users, groups and roles as holders of power, and of roles as something to assume.

use super::Judged;
use crate::account::policy::grant::{Power, Way};
use crate::account::policy::trust::Trusted;
use crate::account::{Account, Administrator, Agent, Kind, Known, Standing, Subject};
use crate::finding::Confidence;
use crate::record::FieldMap;

pub(super) fn add(account: &Account, all: &mut Vec<Judged>) {
    let Known::Is(subjects) = &account.subjects else { return };
    for subject in subjects {
        all.push(principal(subject));
        if !matches!(subject.kind, Kind::User | Kind::Group) {
            all.push(role(subject));
        }
    }
}

fn principal(subject: &Subject) -> Judged {
    let mut judged = Judged::new("principal", subject.at, &subject.arn);
    let record = &mut judged.record;
    record.text("principal.kind", subject.kind.word());
    record.text("principal.arn", subject.arn.clone());
    record.text("principal.name", subject.name.clone());
    record.text("principal.administrator", subject.administrator.word());
    record.text("principal.standing", subject.standing.word());
    let least = if subject.administrator == Administrator::Nearly { Power::NearlyAll } else { Power::All };
    let ways: Vec<&Way> = subject.grant.ways.iter().filter(|way| way.power >= least).collect();
    // Ways without conditions are what makes one an administrator; others are told where there are no better.
    let free: Vec<&Way> = ways.iter().copied().filter(|way| way.conditions.is_empty()).collect();
    let ways = if free.is_empty() { ways } else { free };
    record.flag("principal.by-exception", !ways.is_empty() && ways.iter().all(|way| way.by_exception));
    let by: Vec<String> = ways.iter().map(|way| way.by.clone()).collect();
    let mut conditions: Vec<String> = ways.iter().flat_map(|way| way.conditions.iter().cloned()).collect();
    conditions.dedup();
    record.text("principal.limits", limits(subject, &conditions));
    optional(&mut judged, "principal.by", by);
    optional(&mut judged, "principal.conditions", conditions);
    optional(&mut judged, "principal.denied", subject.grant.denied.clone());
    optional(&mut judged, "principal.members", subject.members.clone());
    optional(&mut judged, "principal.assumers", subject.assumers.clone());
    optional(&mut judged, "principal.chains", subject.chains.clone());
    let escalations = subject.grant.escalations.iter().map(|one| format!("{} ({})", one.by, one.how));
    optional(&mut judged, "principal.escalations", escalations.collect());
    trusted(&mut judged, "principal.trusts", subject);
    if let Some(boundary) = &subject.boundary {
        judged.record.text("principal.boundary", boundary.clone());
    }
    let members = subject.members.len();
    judged.number("principal.member-count", i64::try_from(members).unwrap_or(i64::MAX));
    judged
}

/// What is said after the power: its conditions, what Deny statements take away, and the boundary.
fn limits(subject: &Subject, conditions: &[String]) -> String {
    let mut parts = conditions.to_vec();
    parts.extend(subject.grant.denied.iter().cloned());
    parts.extend(subject.boundary.iter().map(|arn| format!("permissions boundary {arn}")));
    if parts.is_empty() { "none".to_owned() } else { parts.join("; ") }
}

fn optional(judged: &mut Judged, name: &'static str, items: Vec<String>) {
    if !items.is_empty() {
        judged.list(name, items);
    }
}

fn trusted(judged: &mut Judged, name: &'static str, subject: &Subject) {
    let mut whos: Vec<String> = subject.trusted.iter().map(|one| one.who.words()).collect();
    whos.dedup();
    if whos.is_empty() && subject.standing == Standing::Nobody {
        whos.push("nobody".to_owned());
    }
    optional(judged, name, whos);
}

fn role(subject: &Subject) -> Judged {
    let mut judged = Judged::new("role", subject.at, &subject.arn);
    judged.confidence = match subject.agent {
        Some(Agent::Settings) | None => Confidence::High,
        Some(Agent::Name | Agent::Tag) => Confidence::Medium,
        Some(Agent::Description) => Confidence::Low,
    };
    let record: &mut FieldMap = &mut judged.record;
    record.text("role.arn", subject.arn.clone());
    record.text("role.name", subject.name.clone());
    record.text("role.kind", subject.kind.word());
    record.text("role.standing", subject.standing.word());
    record.flag("role.agent", subject.agent.is_some());
    record.text("role.agent-by", subject.agent.map_or("none", Agent::word));
    record.flag("role.demands-source-identity", subject.demands.source_identity);
    record.flag("role.demands-session-tags", subject.demands.session_tags);
    record.flag("role.demands-session-name", subject.demands.session_name);
    record.flag("role.demands-mfa", subject.demands.mfa);
    record.flag("role.demands-external-id", subject.demands.external_id);
    record.flag("role.whole-provider", subject.trusted.iter().any(Trusted::is_whole_provider));
    record.text("role.administrator", subject.administrator.word());
    optional(&mut judged, "role.demands", subject.demands.words().into_iter().map(str::to_owned).collect());
    trusted(&mut judged, "role.trusts", subject);
    judged
}
