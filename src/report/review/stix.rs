//! Indicators for those who share them: a bundle of STIX 2.1. Ids follow from what they name, so that two reviews of one
//! incident name one thing alike.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::IpAddr;

use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use super::{ReviewReport, Say};
use crate::review::{Party, Stranger, written};

/// The namespace of the standard's own observables (STIX 2.1, section 2.9).
const OBSERVABLES: u128 = 0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7;
/// Ours, for all else.
const OURS: u128 = 0x7f3a_1c52_9d0e_5b64_8e21_46c0_a5d7_9b13;
/// Objects of a kind that are told.
const MOST: usize = 200;
/// The standard counts no further.
const MOST_OBSERVED: u64 = 999_999_999;

/// Writes the bundle.
pub(super) fn render(report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &bundle(report))?;
    writeln!(out)
}

/// A name-based UUID (RFC 9562, version 5).
fn uuid(space: u128, name: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(space.to_be_bytes());
    hash.update(name.as_bytes());
    let bytes = hash.finalize();
    let number = bytes.iter().take(16).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let number = number & !(0xF << 76) & !(0x3 << 62) | (5 << 76) | (2 << 62);
    let hex = format!("{number:032x}");
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// A time as the standard has it: to the millisecond.
fn moment(seconds: i64) -> String {
    written(seconds).replace('Z', ".000Z")
}

/// A text between quotes of a pattern.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

struct Objects {
    made: String,
    creator: String,
    all: BTreeMap<String, Value>,
}

fn bundle(report: &ReviewReport<'_>) -> Value {
    let say = report.say();
    let made = moment(report.review.question.now);
    let creator = format!("identity--{}", uuid(OURS, "identity secretrail"));
    let mut objects = Objects { made, creator: creator.clone(), all: BTreeMap::new() };
    objects.add("identity", &creator, json!({ "name": "secretrail", "identity_class": "system" }));
    for party in report.review.parties.iter().take(MOST) {
        let observed = objects.observed(party, &say);
        objects.indicators(party, &say, &observed);
    }
    for stranger in report.review.strangers.iter().take(MOST) {
        objects.stranger(stranger, &say);
    }
    let refs: Vec<&String> = objects.all.keys().collect();
    let lines = report.review.verdict.iter().map(|(title, text)| format!("{title}: {}", say.message(text)));
    let start = &report.review.question.start;
    let name = format!("Incident review: {} {}", start.word(), say.name(start.text()));
    let id =
        format!("report--{}", uuid(OURS, &format!("report {name} {} {}", objects.made, report.digest())));
    let body = json!({
        "name": name,
        "description": lines.collect::<Vec<_>>().join("\n").replace('`', ""),
        "report_types": ["observed-data"],
        "published": objects.made,
        "object_refs": refs,
    });
    objects.add("report", &id, body);
    let id = format!("bundle--{}", uuid(OURS, &format!("bundle {id}")));
    json!({ "type": "bundle", "id": id, "objects": objects.all.into_values().collect::<Vec<_>>() })
}

impl Objects {
    /// Adds a domain object: what all have in common, and its own.
    fn add(&mut self, kind: &str, id: &str, own: Value) {
        let mut object = Map::new();
        object.insert("type".into(), kind.into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.into());
        if id != self.creator {
            object.insert("created_by_ref".into(), self.creator.clone().into());
        }
        object.insert("created".into(), self.made.clone().into());
        object.insert("modified".into(), self.made.clone().into());
        if let Value::Object(own) = own {
            object.extend(own);
        }
        self.all.insert(id.to_owned(), Value::Object(object));
    }

    /// Adds an observable; its id follows from its properties.
    fn observable(&mut self, kind: &str, contributing: &[(&str, &str)], more: &[(&str, Value)]) -> String {
        let named: BTreeMap<&str, &str> = contributing.iter().copied().collect();
        let name = serde_json::to_string(&named).unwrap_or_default();
        let id = format!("{kind}--{}", uuid(OBSERVABLES, &name));
        let mut object = Map::new();
        object.insert("type".into(), kind.into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.clone().into());
        object.extend(named.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))));
        object.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        self.all.insert(id.clone(), Value::Object(object));
        id
    }

    /// What was observed of a session; returns its id.
    fn observed(&mut self, party: &Party, say: &Say<'_>) -> String {
        let mut refs = BTreeSet::new();
        let user = say.name(&party.principal);
        if !user.is_empty() {
            let privileged = party.root.is_some_and(|root| root != "service");
            let more = if privileged { vec![("is_privileged", Value::Bool(true))] } else { Vec::new() };
            refs.insert(self.observable("user-account", &[("user_id", &user)], &more));
        }
        for (ip, kind) in addresses(party) {
            refs.insert(self.observable(kind, &[("value", ip)], &[]));
        }
        let id = format!("observed-data--{}", uuid(OURS, &format!("session {} {}", party.id, self.made)));
        let body = json!({
            "first_observed": moment(party.first.time),
            "last_observed": moment(party.last.max(party.first.time)),
            "number_observed": party.events.clamp(1, MOST_OBSERVED),
            "object_refs": refs,
        });
        if !refs.is_empty() {
            self.add("observed-data", &id, body);
        }
        id
    }

    fn indicators(&mut self, party: &Party, say: &Say<'_>, observed: &str) {
        for (ip, kind) in addresses(party) {
            let first = party
                .ips
                .iter()
                .find(|(known, ..)| known == ip)
                .map_or(party.first.time, |(_, first, _)| *first);
            let pattern = format!("[{kind}:value = {}]", quoted(ip));
            let told = "A source address of the incident's calls. Others may share it.";
            self.indicator(&format!("address {ip}"), &pattern, told, first, observed);
        }
        for key in &party.keys {
            if say.name(key) == *key {
                let pattern = format!("[user-account:user_id = {}]", quoted(key));
                let told = "The ID of an AWS access key used in the incident: userIdentity.accessKeyId in CloudTrail.";
                self.indicator(&format!("access key {key}"), &pattern, told, party.first.time, observed);
            }
        }
        for (agent, first, _) in &party.agents {
            // An address of AWS's own services is no user agent, and a text that is cut meets nothing.
            if say.name(agent) != *agent || agent.ends_with(".amazonaws.com") || agent == "AWS Internal" {
                continue;
            }
            let pattern = format!(
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = {}]",
                quoted(agent)
            );
            let told = "A user agent claimed by the incident's calls. Legitimate programs may use the same, and it can be forged.";
            self.indicator(&format!("user agent {agent}"), &pattern, told, *first, observed);
        }
    }

    /// An account that something was shared with: no session of it is in these logs.
    fn stranger(&mut self, one: &Stranger, say: &Say<'_>) {
        let Some(account) = one.account.as_deref().filter(|account| say.name(account) == *account) else {
            return;
        };
        self.observable("user-account", &[("user_id", account)], &[("account_type", "aws-account".into())]);
        let pattern = format!("[user-account:user_id = {}]", quoted(account));
        let told = "An AWS account that the incident shared data with or granted access to: look for it in policies and shares. First check that it is none of yours.";
        self.indicator(&format!("account {account}"), &pattern, told, one.first.time, "");
    }

    fn indicator(&mut self, name: &str, pattern: &str, told: &str, first: i64, observed: &str) {
        let id = format!("indicator--{}", uuid(OURS, &format!("indicator {pattern}")));
        let of_kind = self.all.keys().filter(|id| id.starts_with("indicator--")).count();
        if of_kind >= MOST && !self.all.contains_key(&id) {
            return;
        }
        // The same in several sessions: sessions come in the order of time, so the first one has the first time.
        if !self.all.contains_key(&id) {
            let body = json!({
                "name": name,
                "description": told,
                "indicator_types": ["anomalous-activity"],
                "pattern": pattern,
                "pattern_type": "stix",
                "pattern_version": "2.1",
                "valid_from": moment(first),
            });
            self.add("indicator", &id, body);
        }
        if self.all.contains_key(observed) {
            let link = format!("relationship--{}", uuid(OURS, &format!("{id} based-on {observed}")));
            let body = json!({ "relationship_type": "based-on", "source_ref": id, "target_ref": observed });
            self.add("relationship", &link, body);
        }
    }
}

/// Addresses, without the names of services that stand in their place.
fn addresses(party: &Party) -> impl Iterator<Item = (&str, &'static str)> {
    party.ips.iter().take(MOST).filter_map(|(ip, ..)| {
        let kind = match ip.parse::<IpAddr>().ok()? {
            IpAddr::V4(_) => "ipv4-addr",
            IpAddr::V6(_) => "ipv6-addr",
        };
        Some((ip.as_str(), kind))
    })
}

#[cfg(test)]
mod own_tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_standard() {
        // The example of STIX 2.1 for `{"value":"198.51.100.3"}`.
        let id = uuid(OBSERVABLES, r#"{"value":"198.51.100.3"}"#);
        assert_eq!(id, "28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        assert_eq!(quoted(r"it's \ x"), r"'it\'s \\ x'");
    }
}
