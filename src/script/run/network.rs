//! `curl` and `wget`: secrets on their command lines, and the machine's own credentials.

use super::Machine;
use super::call::{Call, is, is_option};
use super::wire::{known_start, mentions};
use crate::finding::Confidence;
use crate::value::{Origin, OriginKind, Text, Traces};

impl Machine<'_> {
    /// Secret stores answer over HTTP, too: Vault, Consul, Nomad, and the extension of Lambda.
    fn store_over_http(&mut self, call: &Call<'_>) {
        let Some((word, confidence)) = asked_of_a_store(call) else { return };
        let origin = Origin {
            kind: OriginKind::Command,
            name: format!("{} to a secret store", call.name),
            key: self.assigning.clone().unwrap_or_else(|| word.to_owned()),
            at: call.at,
            confidence,
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

/// What a request asks a store of secrets for: the secret's name where users have none.
fn asked_of_a_store(call: &Call<'_>) -> Option<(&'static str, Confidence)> {
    const READS: [&str; 4] =
        ["/v1/secret/", "/v1/kv/", ":2773/secretsmanager/get", ":2773/systemsmanager/parameters/get"];
    // Paths whose parts both stand in the address, and what comes back.
    const ISSUES: [(&str, &str, &str); 7] = [
        ("/v1/sys/init", "", "root token"),
        ("/v1/auth/token/create", "", "token"),
        ("/v1/auth/approle/role/", "/secret-id", "secret id"),
        ("/v1/acl/bootstrap", "", "bootstrap token"),
        ("/v1/", "/creds/", "credentials"),
        ("/v1/", "/issue/", "private key"),
        ("/v1/acl/token", "", "token"),
    ];
    const LOGS_IN: (&str, &str) = ("/v1/auth/", "/login");
    let mentions = |part: &str| call.arguments.iter().any(|text| mentions(text, part));
    let sends = ["-d", "--data", "--data-raw", "--data-binary", "--json", "-T", "PUT", "POST"];
    let sends = sends.iter().any(|word| call.has(word))
        || ["-XPUT", "-XPOST", "--request=P", "--post-", "--method=P", "-d", "--data"]
            .iter()
            .any(|start| call.arguments.iter().any(|text| known_start(text).starts_with(start)));
    let names = |(first, second): (&str, &str)| mentions(first) && (second.is_empty() || mentions(second));
    if names(LOGS_IN) {
        return sends.then_some(("login token", Confidence::Low));
    }
    let issued = ISSUES.iter().find(|(first, second, _)| names((first, second)));
    if let Some((_, second, word)) = issued {
        // Asked without a body, `sys/init` tells whether it is done; credentials are made by being asked for.
        return (sends || *second == "/creds/").then_some((*word, Confidence::Medium));
    }
    let reads = !sends && READS.iter().any(|address| mentions(address));
    reads.then_some(("secret store", Confidence::Medium))
}
