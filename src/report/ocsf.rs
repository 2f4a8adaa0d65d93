//! The Open Cybersecurity Schema Framework 1.3: a Detection Finding (2004) a line for each finding, then an API Activity
//! (6003) for each event that was asked for.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use super::told::{Teller, Told, ToldFinding};
use super::trail::EventRow;
use crate::finding::{Confidence, Severity};

/// The version of the schema.
const VERSION: &str = "1.3.0";

/// Writes the lines.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told::of(report);
    // A finding's time: that of its logs' end, so that the same logs give the same bytes; else that of the run.
    let last = report.trail.as_ref().and_then(|section| section.coverage.last.clone());
    let last = last.and_then(|last| last.parse().ok()).or(report.gate.at);
    let time = last.map_or(0, jiff::Timestamp::as_millisecond);
    for finding in &told.findings {
        line(&detection(&told, finding, time), out)?;
    }
    for event in report.trail.iter().flat_map(|section| &section.events) {
        line(&activity(event, &told), out)?;
    }
    Ok(())
}

fn line(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

fn metadata(told: &Told<'_>, profile: &str) -> Value {
    let product = json!({"name": "secretrail", "vendor_name": "secretrail", "version": told.version});
    json!({"version": VERSION, "product": product, "profiles": [profile]})
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn detection(told: &Told<'_>, finding: &ToldFinding, time: i64) -> Value {
    let rule = told.rule_of(finding);
    let (id, name) = severity(finding.severity);
    let confidence = match finding.confidence {
        Confidence::Low => (1, "Low"),
        Confidence::Medium => (2, "Medium"),
        Confidence::High => (3, "High"),
    };
    let mut detection = json!({
        "activity_id": 1, "activity_name": "Create",
        "category_uid": 2, "category_name": "Findings",
        "class_uid": 2004, "class_name": "Detection Finding",
        "type_uid": 200_401, "type_name": "Detection Finding: Create",
        "severity_id": id, "severity": name,
        "confidence_id": confidence.0, "confidence": confidence.1,
        "status_id": 1, "status": "New",
        "time": time,
        "message": finding.message,
        "metadata": metadata(told, "cloud"),
        "cloud": {"provider": "AWS"},
        "finding_info": {
            "uid": finding.fingerprint,
            "title": rule.map_or(finding.rule.as_str(), |rule| rule.title.as_str()),
            "desc": finding.message,
            "types": rule.map_or_else(Vec::new, |rule| rule.tags.clone()),
            "analytic": {"type_id": 1, "type": "Rule", "name": finding.rule},
            "related_events": [{"uid": finding.place.name, "type": finding.surface.word()}],
        },
        "evidences": [{"data": {"path": finding.place.path, "name": finding.place.name}}],
        "remediation": {"desc": rule.map_or("", |rule| rule.remediation.as_str())},
    });
    if let Some(events) = &finding.events {
        detection["count"] = json!(events.count);
        for (name, time) in [("start_time", &events.first), ("end_time", &events.last)] {
            if let Ok(time) = time.parse::<jiff::Timestamp>() {
                detection[name] = json!(time.as_millisecond());
            }
        }
    }
    detection
}

fn activity(event: &EventRow, told: &Told<'_>) -> Value {
    let teller: &Teller<'_> = &told.teller;
    let name = |text: &str| teller.name(text);
    // What a call does is told by AWS only as far as it reads or writes.
    let (id, word) = match event.read_only {
        Some(true) => (2, "Read"),
        Some(false) => (3, "Update"),
        None => (0, "Unknown"),
    };
    let (status, status_word) = if event.error.is_empty() { (1, "Success") } else { (2, "Failure") };
    // The schema wants one of some attributes, and none of them empty: a service is no address and no host's name.
    let endpoint = match event.ip.parse::<std::net::IpAddr>() {
        Ok(_) => json!({"ip": name(&event.ip)}),
        Err(_) if event.ip.is_empty() => json!({"name": "unknown"}),
        Err(_) => json!({"svc_name": name(&event.ip)}),
    };
    let mut api = json!({"operation": name(&event.name), "response": {}});
    add(&mut api, "service", "name", &name(&event.source));
    add(&mut api, "request", "uid", &name(&event.request_id));
    if !event.error.is_empty() {
        api["response"] = json!({"error": name(&event.error)});
    }
    let user = if event.principal.is_empty() { "unknown".to_owned() } else { name(&event.principal) };
    let mut actor = json!({"user": {"uid": user}});
    add(&mut actor, "session", "uid", &name(&event.session));
    let mut cloud = json!({"provider": "AWS", "region": name(&event.region)});
    add(&mut cloud, "account", "uid", &name(&event.account));
    json!({
        "activity_id": id, "activity_name": word,
        "category_uid": 6, "category_name": "Application Activity",
        "class_uid": 6003, "class_name": "API Activity",
        "type_uid": 600_300 + id, "type_name": format!("API Activity: {word}"),
        "severity_id": 1, "severity": "Informational",
        "status_id": status, "status": status_word,
        "time": event.seconds * 1_000,
        "metadata": {
            "version": VERSION, "uid": name(&event.id), "profiles": ["cloud"],
            "product": {"name": "CloudTrail", "vendor_name": "AWS"},
        },
        "cloud": cloud,
        "api": api,
        "actor": actor,
        "http_request": {"user_agent": name(&event.user_agent)},
        "src_endpoint": endpoint,
        "unmapped": {"actor": name(&event.actor)},
    })
}

/// Adds an object with one attribute, unless that is empty.
fn add(to: &mut Value, object: &str, attribute: &str, text: &str) {
    if !text.is_empty() {
        to[object] = json!({attribute: text});
    }
}
