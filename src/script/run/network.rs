//! `curl` and `wget`: secrets on their command lines, and the machine's own credentials.

use super::Machine;
use super::call::{Call, is, is_option};
use super::wire::mentions;
use crate::finding::Confidence;
use crate::value::{Origin, OriginKind, Text, Traces};

impl Machine<'_> {
    /// Secret stores answer over HTTP, too: Vault, and the extension of Lambda.
    fn store_over_http(&mut self, call: &Call<'_>) {
        const ADDRESSES: [&str; 4] =
            ["/v1/secret/", "/v1/kv/", ":2773/secretsmanager/get", ":2773/systemsmanager/parameters/get"];
        let writes = call.has("-d") || call.has("--data") || call.has("-T") || call.has("PUT");
        let reads = |text: &Text| ADDRESSES.iter().any(|address| mentions(text, address));
        if writes || !call.arguments.iter().any(reads) {
            return;
        }
        let origin = Origin {
            kind: OriginKind::Command,
            name: format!("{} to a secret store", call.name),
            key: self.assigning.clone().unwrap_or_else(|| "secret store".to_owned()),
            at: call.at,
            confidence: Confidence::Medium,
            literal: None,
        };
        self.received(call, Traces::from_origin(origin));
    }

    /// The answer goes to `-o`, or is printed.
    fn received(&mut self, call: &Call<'_>, traces: Traces) {
        let file = call.option("-o").or_else(|| call.option("--output")).or_else(|| call.option("-O"));
        match file.filter(|path| !is_option(path) && !is(path, "-")) {
            Some(path) => {
                let path = self.path(&path);
                self.land_file(&path, call.at, format!("written by `{}`", call.name), traces);
            }
            None => self.emit(Text::hole(call.name, call.at, traces), call.at, call.name),
        }
    }

    /// Fetches of the instance's role credentials are secrets that live some hours.
    pub fn network(&mut self, call: &Call<'_>) {
        if !matches!(call.name, "curl" | "wget") {
            return;
        }
        self.store_over_http(call);
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
            self.received(call, Traces::from_origin(origin));
        }
    }
}
