//! Keys that Terraform and its scripts carry to another place: what `scan` follows, by name.

use super::tell::{Known, Teller, Way};
use crate::command::scan::Looked;
use crate::finding::{Finding, Role, Severity};
use crate::sighting::{Key, Kind, Place};
use crate::source::Span;

/// Tells the flows of keys, and what could not be followed.
pub(super) fn tell(looked: &Looked, teller: &mut Teller<'_>) {
    let sources = &looked.sources;
    let place = |span: Span| (sources.name(span.source), sources.position(span));
    for finding in &looked.scanned.findings {
        let keys = teller.keys().iter().enumerate().filter(|(_, key)| is_of(finding, key));
        for key in keys.map(|(number, _)| number).collect::<Vec<_>>() {
            let (file, at) = place(finding.at.span);
            let related = finding.related.iter().map(|step| {
                let (file, at) = place(step.at.span);
                Way { file, at, name: step.at.name.clone(), role: step.role, message: step.message.clone() }
            });
            teller.push(Known {
                key,
                kind: if is_copy(finding) { Kind::Flow } else { Kind::Reference },
                told: told(finding),
                place: Place::of(&file),
                file,
                at,
                around: Some(finding.at.name.clone()).filter(|name| !name.is_empty()),
                confidence: finding.confidence,
                related: related.collect(),
            });
        }
    }
    for gap in &looked.scanned.gaps {
        let (file, at) = place(gap.at);
        teller.gap_at(file, at, gap.name.clone(), gap.reason.clone(), gap.hides_findings);
    }
}

/// Whether a finding is about a key: by its name as Terraform writes it, or by the parameter that is fetched.
fn is_of(finding: &Finding, key: &Key) -> bool {
    let same = |name: &str| {
        let name = name.rsplit('.').next().unwrap_or(name).replace('-', "_");
        name.eq_ignore_ascii_case(&key.name)
    };
    let named = finding.secret.as_ref().is_some_and(|secret| same(&secret.name));
    let origins = finding.related.iter().filter(|step| step.role == Role::Origin);
    let fetched = key.path.as_ref().is_some_and(|path| {
        let is_path = |name: &str| name.split([' ', '"', '\'', '=']).any(|word| word == path);
        origins.into_iter().any(|step| is_path(&step.at.name))
    });
    named || fetched
}

/// Whether something stays. What only passes through memory, as it should, is no copy; `scan` tells the rest.
fn is_copy(finding: &Finding) -> bool {
    finding.severity >= Severity::Medium && finding.sink.as_ref().is_none_or(|sink| sink.durable)
}

fn told(finding: &Finding) -> String {
    let Some(sink) = &finding.sink else { return "is kept here".into() };
    if let Some(path) = &sink.path {
        return format!("is written to {path}");
    }
    match sink.kind.as_str() {
        "source-code" => "has a value here".into(),
        "user-data" => "is put into user data".into(),
        "process-arguments" => "is put on a command line".into(),
        "output" => "is exposed as an output".into(),
        kind => format!("is put into {}", kind.replace('-', " ")),
    }
}
