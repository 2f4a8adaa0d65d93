//! `curl` and `wget`: secrets on their command lines, and the machine's own credentials.

use super::Machine;
use super::call::Call;
use super::wire::mentions;
use crate::finding::Confidence;
use crate::value::{Origin, OriginKind, Text, Traces};

impl Machine<'_> {
    /// Fetches of the instance's role credentials are secrets that live some hours.
    pub fn network(&mut self, call: &Call<'_>) {
        if !matches!(call.name, "curl" | "wget") {
            return;
        }
        let credentials = call.arguments.iter().any(|text| {
            mentions(text, "security-credentials/")
                || mentions(text, "/metadata/identity/oauth2/token")
                || mentions(text, "service-accounts/default/token")
        });
        if credentials {
            let origin = Origin {
                kind: OriginKind::Command,
                name: format!("{} instance metadata credentials", call.name),
                key: self.assigning.clone().unwrap_or_else(|| "instance credentials".to_owned()),
                at: call.at,
                confidence: Confidence::Low,
                literal: None,
            };
            let traces = Traces::from_origin(origin);
            match call.option("-o").or_else(|| call.option("--output")) {
                Some(path) => {
                    let path = self.path(&path);
                    self.land_file(&path, call.at, format!("written by `{}`", call.name), traces);
                }
                None => self.emit(Text::hole(call.name, call.at, traces), call.at, call.name),
            }
        }
    }
}
