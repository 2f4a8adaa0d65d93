//! What the stores tell of keys: AWS's documents in the evidence, and what was not told.

mod secrets;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::secrets::StoredSecret;
use super::asked::{self, Asked, Outcome};
use super::writes::Writes;
use crate::evidence::{Bundle, Document, Refusal, code};
use crate::reading::{Gap, Reading};
use crate::source::{SourceId, Sources, Span};

/// More parameters are more than a Region has.
const MOST_PARAMETERS: usize = 200_000;

/// What is known of the stores at one time.
#[derive(Debug, Clone, Default)]
pub struct Stores {
    /// Parameters by name.
    pub parameters: BTreeMap<String, Parameter>,
    /// Secrets of Secrets Manager, as they came.
    pub secrets: Vec<StoredSecret>,
    /// What was asked.
    pub asked: Asked,
    /// What was seen of values, by name.
    pub values: BTreeMap<String, Outcome>,
    /// Why the list of parameters is not whole, where it is not: `ssm:DescribeParameters is denied to ...`.
    pub unlisted: Option<Why>,
    /// Why the list of secrets is not whole.
    pub no_secrets: Option<Why>,
    /// Who wrote parameters, as far as a trail tells.
    pub writes: Writes,
    /// The one *now* of all ages.
    pub now: Timestamp,
    /// A place for what is said of the stores as a whole.
    pub at: Option<Span>,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What would have to be allowed.
    pub permission: String,
    /// In words.
    pub told: String,
}

/// What Parameter Store tells of a parameter. Its value is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name: `/paperclip-app/anthropic/api-key`.
    pub name: String,
    /// `String`, `StringList`, `SecureString`.
    pub kind: String,
    /// The key that it is encrypted with: `alias/aws/ssm`.
    pub key_id: Option<String>,
    /// The last PutParameter, also one that changed nothing.
    pub modified: Option<Timestamp>,
    /// Its place in the evidence.
    pub at: Span,
}

impl Parameter {
    /// Whether its value is encrypted.
    pub fn is_secure(&self) -> bool {
        self.kind == "SecureString"
    }
}

#[derive(Deserialize)]
struct Page<'t> {
    #[serde(rename = "Parameters", borrow, default)]
    parameters: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    name: String,
    r#type: Option<String>,
    key_id: Option<String>,
    last_modified_date: Option<serde_json::Value>,
}

/// Reads the documents of a bundle. Each is registered under its name and sealed: descriptions hold what people wrote.
pub fn read(bundle: &Bundle, sources: &Sources) -> Reading<Stores> {
    let mut stores = Stores { now: bundle.manifest.collected_at, ..Stores::default() };
    let mut gaps = Vec::new();
    for document in bundle.answers(asked::SERVICE, asked::ACTION) {
        let source = registered(document, sources);
        stores.at.get_or_insert(Span::start_of(source));
        match text(document).and_then(|text| asked::parse(&text)) {
            Some((asked, seen)) => {
                stores.asked = asked;
                stores.values = seen.into_iter().map(|seen| (seen.name, seen.outcome)).collect();
            }
            None => {
                gaps.push(gap(source, "this document is not as secretrail writes it: nothing was checked"))
            }
        }
    }
    for document in bundle.answers("ssm", "DescribeParameters") {
        let source = registered(document, sources);
        stores.at.get_or_insert(Span::start_of(source));
        let Some(page) = text(document).and_then(|text| page(&text, source, &mut stores.parameters)) else {
            let told = "the response to ssm:DescribeParameters cannot be parsed";
            stores.unlisted = Some(Why { permission: "ssm:DescribeParameters".into(), told: told.into() });
            gaps.push(gap(source, &format!("{told}: parameters that should be there were not checked")));
            continue;
        };
        if page > 0 {
            gaps.push(gap(source, "parameters without a name are in this answer"));
        }
    }
    secrets::read(bundle, sources, &mut stores, &mut gaps);
    let caller = bundle.manifest.caller.as_deref().unwrap_or_default();
    let place = stores.at.unwrap_or_else(|| Span::start_of(sources.add_text("evidence/manifest.json", "")));
    for refusal in bundle
        .refusals
        .iter()
        .filter(|refusal| refusal.call.service == "ssm" && refusal.call.action == "DescribeParameters")
    {
        let told = refused(refusal, caller);
        let reason = format!("{told}: the keys that live in Parameter Store were not checked");
        gaps.push(Gap { at: place, name: String::new(), reason, hides_findings: true });
        stores.unlisted = Some(Why { permission: refusal.permission.clone(), told });
    }
    stores.at = Some(place);
    Reading { facts: stores, gaps }
}

/// Puts a page's parameters in; how many have no name, or `None` where it is no page.
fn page(text: &str, source: SourceId, all: &mut BTreeMap<String, Parameter>) -> Option<usize> {
    let page: Page<'_> = serde_json::from_str(text).ok()?;
    let start = text.as_ptr() as usize;
    let mut nameless = 0;
    for raw in page.parameters {
        let offset = (raw.get().as_ptr() as usize).saturating_sub(start);
        let at = Span::new(source, offset, offset + raw.get().len());
        let Ok(wire) = serde_json::from_str::<Wire>(raw.get()) else {
            nameless += 1;
            continue;
        };
        if all.len() >= MOST_PARAMETERS {
            return None;
        }
        let parameter = Parameter {
            name: wire.name.clone(),
            kind: wire.r#type.unwrap_or_default(),
            key_id: wire.key_id.filter(|id| !id.is_empty()),
            modified: wire.last_modified_date.as_ref().and_then(timestamp),
            at,
        };
        all.insert(wire.name, parameter);
    }
    Some(nameless)
}

/// A time as AWS's JSON has it: seconds since 1970 with a fraction, or text.
fn timestamp(value: &serde_json::Value) -> Option<Timestamp> {
    match value {
        serde_json::Value::Number(number) => {
            let seconds = number.as_f64().filter(|seconds| seconds.abs() < 1e11)?;
            Timestamp::from_second(seconds as i64).ok()
        }
        serde_json::Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn registered(document: &Document, sources: &Sources) -> SourceId {
    let source =
        sources.add_file(document.name.clone(), std::path::Path::new(&format!("evidence/{}", document.name)));
    sources.document(source).seal(text(document).unwrap_or_default());
    source
}

fn text(document: &Document) -> Option<String> {
    String::from_utf8(document.bytes.clone()).ok()
}

fn gap(source: SourceId, reason: &str) -> Gap {
    Gap { at: Span::start_of(source), name: String::new(), reason: reason.to_owned(), hides_findings: true }
}

/// `ssm:DescribeParameters is denied to arn:…`.
fn refused(refusal: &Refusal, caller: &str) -> String {
    let permission = &refusal.permission;
    let whom = if caller.is_empty() { "the caller" } else { caller };
    match refusal.code.as_str() {
        code if is_denied(code) => format!("{permission} is denied to {whom}"),
        code::TIMED_OUT => format!("{permission} timed out"),
        code::NO_CONNECTION => format!("{permission} could not be called: no connection"),
        code::MALFORMED => format!("the response to {permission} cannot be parsed"),
        code::TOO_LARGE => format!("the response to {permission} is too large for a bundle"),
        code::NOT_SENT => format!("{permission} could not be called"),
        other => format!("{permission} failed: {other}"),
    }
}

/// Codes with which AWS says no.
pub(super) fn is_denied(code: &str) -> bool {
    ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"].contains(&code)
}
