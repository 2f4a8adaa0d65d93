//! Many accounts of one bundle: which of them were asked, and what is said of those that were not.

use std::path::Path;

use super::refused;
use crate::evidence::{Bundle, Member};
use crate::reading::Gap;
use crate::source::{Sources, Span};

/// Whether an account told anything.
pub fn was_asked(bundle: &Bundle, member: &Member) -> bool {
    !bundle.folder(&member.account).is_empty()
}

/// Why an account told nothing: `sts:AssumeRole is denied to arn:…`.
pub fn why_not(bundle: &Bundle, member: &Member) -> String {
    let caller = bundle.manifest.caller.as_deref().unwrap_or_default();
    let told: Vec<String> = member.refusals.iter().map(|refusal| refused::told(refusal, caller)).collect();
    if told.is_empty() { "the evidence has nothing about it".to_owned() } else { told.join("; ") }
}

/// What of the whole is not known: a list of accounts that could not be had, accounts that told nothing.
pub fn unasked(bundle: &Bundle, sources: &Sources) -> Vec<Gap> {
    let gap = |place: &str, name: &str, reason: String| Gap {
        at: Span::start_of(sources.add_file(place, Path::new(place))),
        name: name.to_owned(),
        reason,
        hides_findings: true,
    };
    let caller = bundle.manifest.caller.as_deref().unwrap_or_default();
    let lists = bundle.refusals.iter().map(|refusal| {
        let reason = format!("{}: accounts may be missing", refused::told(refusal, caller));
        gap("organizations/list-accounts", &refusal.permission, reason)
    });
    let silent = bundle.members.iter().filter(|member| member.is_meant() && !was_asked(bundle, member));
    let silent = silent.map(|member| {
        let reason = format!("account {} was not audited: {}", called(member), why_not(bundle, member));
        gap(&format!("{}/sts/assume-role", member.account), &member.account, reason)
    });
    lists.chain(silent).collect()
}

/// `111122223333 (app-production)`.
fn called(member: &Member) -> String {
    match &member.name {
        Some(name) => format!("{} ({name})", member.account),
        None => member.account.clone(),
    }
}
