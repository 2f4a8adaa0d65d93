//! CloudTrail's events out of a bundle that `secretrail collect` wrote.

use std::path::Path;

use super::asked::Asked;
use super::input::{Input, missing};
use super::read::Log;
use crate::error::{Error, ErrorKind};
use crate::evidence::{self, Document};
use crate::policy::LOOKUP;

/// The document that says what was asked; the others are AWS's.
pub(in crate::command) const QUESTION: &str = "asked.json";

/// The pages of a bundle, and what it says of those that are missing.
pub(super) fn find(path: &Path) -> Result<Input, Error> {
    let bundle = evidence::read(path, None)?;
    let refusals: Vec<_> = bundle
        .refusals
        .iter()
        .filter(|refusal| refusal.call.service == LOOKUP.service && refusal.call.action == LOOKUP.name)
        .map(missing)
        .collect();
    let is_ours =
        |document: &Document| document.call.service == LOOKUP.service && document.call.action == LOOKUP.name;
    let mut input = Input { missing: refusals, account: bundle.manifest.account.clone(), ..Input::default() };
    for document in bundle.documents.into_iter().filter(is_ours) {
        if !document.name.ends_with(QUESTION) {
            input.logs.push(Log::Held { name: document.name, bytes: document.bytes });
            continue;
        }
        let Ok(asked) = serde_json::from_slice::<Asked>(&document.bytes) else {
            let reason = "it does not record what was requested".to_owned();
            input.missing.push((document.name, reason));
            continue;
        };
        told(&mut input, &asked);
    }
    if input.logs.is_empty() && input.missing.is_empty() && input.asked.is_empty() {
        let message = format!("the evidence {} contains nothing from CloudTrail", path.display());
        return Err(Error::new(ErrorKind::Input, message)
            .hint("collect it with `secretrail collect --surface trail --out PATH`"));
    }
    Ok(input)
}

/// Notes what was asked.
pub(super) fn told(input: &mut Input, asked: &Asked) {
    input.asked = asked.sentences();
    input.window = Some((asked.since, asked.until));
    input.regions.clone_from(&asked.regions);
}
