//! Documents that a state keeps whole: rendered templates, contents of files, user data. What a script or a
//! configuration file in one of them holds of secrets, the state holds.

use rayon::prelude::*;

use super::correlate::Correlator;
use super::encoded::decoded;
use super::json::Json;
use super::resource::Planned;
use super::secrets::each_leaf;
use crate::finding::Confidence;
use crate::value::Traces;

/// Data sources of which a state keeps what they made; whatever is given it may not be in the same state.
const MAKERS: [&str; 3] = ["template_file", "cloudinit_config", "template_cloudinit_config"];

/// Whether a block makes texts that are run elsewhere.
pub fn makes_documents(type_name: &str) -> bool {
    MAKERS.contains(&type_name)
}

/// Attributes that hold a document with a secret in it, one for each instance: `template_file.rendered`.
pub fn with_secrets(resources: &[Planned<'_>], correlator: &Correlator<'_>) -> Vec<String> {
    let of_one = |planned: &Planned<'_>| -> Vec<String> {
        let Some(values) = Json::read(planned.values) else { return Vec::new() };
        let holding = values.members().iter().filter(|(_, value)| holds_document(value, planned, correlator));
        holding.map(|(name, _)| format!("{}.{name}", planned.type_name)).collect()
    };
    resources.par_iter().flat_map_iter(of_one).collect()
}

fn holds_document(value: &Json<'_>, planned: &Planned<'_>, correlator: &Correlator<'_>) -> bool {
    let mut holds = false;
    each_leaf(value, &mut |_, text| {
        let inner = decoded(text);
        let text = inner.as_deref().unwrap_or(text);
        if !holds && text.trim_end().contains('\n') {
            let traces = correlator.text(text, planned.at, &Traces::clone).traces();
            holds = traces.iter().any(|trace| trace.origin.confidence > Confidence::Low);
        }
    });
    holds
}
