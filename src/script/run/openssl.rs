//! `openssl`: hashes and ciphers keep a secret, copies and decodings do not.

use super::Machine;
use super::call::{Call, is, is_option};
use super::wire::known_start;
use crate::value::Text;

/// What comes out is a hash, a public key or a certificate.
const HARMLESS: &[&str] =
    &["passwd", "dgst", "x509", "req", "verify", "s_client", "sha1", "sha256", "md5", "ca", "crl", "version"];

impl Machine<'_> {
    /// Secrets in its input come out, or go to `-out`, unless it hashes or encrypts them.
    pub fn openssl(&mut self, call: &Call<'_>) {
        if destroys(call) {
            return;
        }
        let mut traces = self.streams.input_traces();
        if let Some(file) = call.option("-in") {
            for chunk in self.file_chunks(&file) {
                traces.absorb(&chunk.traces());
            }
        }
        if traces.is_empty() {
            return;
        }
        match call.option("-out") {
            Some(path) => {
                let path = self.path(&path);
                self.land_file(&path, call.at, "written by `openssl`".to_owned(), traces);
            }
            None => self.emit(Text::hole("output of openssl", call.at, traces), call.at, call.name),
        }
    }
}

fn destroys(call: &Call<'_>) -> bool {
    let verb = call.arguments.first();
    let harmless = verb.is_some_and(|verb| HARMLESS.iter().any(|word| is(verb, word)));
    let reads_password =
        ["-passin", "-passout", "-pass", "-pubout", "-pubin", "-noout"].iter().any(|option| call.has(option));
    let cipher = |text: &Text| {
        let start = known_start(text).trim_start_matches('-');
        ["aes", "des3", "camellia", "chacha"].iter().any(|name| start.starts_with(name))
    };
    let encrypts =
        call.arguments.iter().any(|text| cipher(text) && (is_option(text) || verb.is_some_and(cipher)));
    harmless || (reads_password || encrypts) && !call.has("-d")
}
