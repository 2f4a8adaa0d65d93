//! What Secrets Manager tells of its secrets: metadata only.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Stores, Why, gap, refused, registered, text, timestamp};
use crate::evidence::Bundle;
use crate::reading::Gap;
use crate::source::{SourceId, Sources, Span};

/// A secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The key that it is encrypted with; none: the one that AWS manages.
    pub key_id: Option<String>,
    /// When its value or description was changed last.
    pub modified: Option<Timestamp>,
    /// When Secrets Manager rotated it last.
    pub rotated: Option<Timestamp>,
    /// Whether it is to be deleted.
    pub deleted: bool,
    /// Its place in the evidence.
    pub at: Span,
}

#[derive(Deserialize)]
struct Page<'t> {
    #[serde(rename = "SecretList", borrow, default)]
    secrets: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    #[serde(rename = "ARN")]
    arn: Option<String>,
    name: String,
    kms_key_id: Option<String>,
    last_changed_date: Option<serde_json::Value>,
    last_rotated_date: Option<serde_json::Value>,
    deleted_date: Option<serde_json::Value>,
    created_date: Option<serde_json::Value>,
}

/// Reads the pages of ListSecrets, and what was refused of them.
pub(super) fn read(bundle: &Bundle, sources: &Sources, stores: &mut Stores, gaps: &mut Vec<Gap>) {
    for document in bundle.answers("secretsmanager", "ListSecrets") {
        let source = registered(document, sources);
        if text(document).and_then(|text| page(&text, source, &mut stores.secrets)).is_none() {
            let told = "the response to secretsmanager:ListSecrets cannot be parsed";
            stores.no_secrets =
                Some(Why { permission: "secretsmanager:ListSecrets".into(), told: told.into() });
            gaps.push(gap(source, &format!("{told}: secrets that should be there were not checked")));
        }
    }
    let caller = bundle.manifest.caller.as_deref().unwrap_or_default();
    for refusal in bundle.refusals.iter().filter(|refusal| refusal.call.service == "secretsmanager") {
        let told = refused(refusal, caller);
        let place =
            stores.at.unwrap_or_else(|| Span::start_of(sources.add_text("evidence/manifest.json", "")));
        let reason = format!("{told}: the keys that live in Secrets Manager were not checked");
        gaps.push(Gap { at: place, name: String::new(), reason, hides_findings: true });
        stores.no_secrets = Some(Why { permission: refusal.permission.clone(), told });
    }
}

fn page(text: &str, source: SourceId, all: &mut Vec<StoredSecret>) -> Option<()> {
    let page: Page<'_> = serde_json::from_str(text).ok()?;
    let start = text.as_ptr() as usize;
    for raw in page.secrets {
        let offset = (raw.get().as_ptr() as usize).saturating_sub(start);
        let wire: Wire = serde_json::from_str(raw.get()).ok()?;
        all.push(StoredSecret {
            arn: wire.arn.unwrap_or_default(),
            name: wire.name,
            key_id: wire.kms_key_id.filter(|id| !id.is_empty()),
            modified: wire.last_changed_date.or(wire.created_date).as_ref().and_then(timestamp),
            rotated: wire.last_rotated_date.as_ref().and_then(timestamp),
            deleted: wire.deleted_date.is_some(),
            at: Span::new(source, offset, offset + raw.get().len()),
        });
    }
    Some(())
}

impl StoredSecret {
    /// Whether a list means this one: by its name, its ARN, or its ARN without the six letters at the end.
    pub fn is(&self, listed: &str) -> bool {
        let short = self.arn.rsplit_once('-').map_or("", |(short, _)| short);
        listed == self.name || listed == self.arn || (!short.is_empty() && listed == short)
    }
}
