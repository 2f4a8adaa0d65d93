//! CloudTrail's public keys, as `aws cloudtrail list-public-keys` prints them, and what they sign.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;

/// Public keys by their fingerprint.
#[derive(Debug, Clone, Default)]
pub struct Keys(BTreeMap<String, Vec<u8>>);

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "PublicKeyList", alias = "publicKeyList")]
    list: Vec<WireKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireKey {
    value: String,
    fingerprint: String,
}

impl Keys {
    /// Adds the keys of one answer; keys change, and each Region has its own ones.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn add(&mut self, text: &str) -> Result<(), &'static str> {
        let wire: Wire = serde_json::from_str(text)
            .map_err(|_| "it is not the output of `aws cloudtrail list-public-keys --output json`")?;
        for key in wire.list {
            let value = STANDARD.decode(key.value.trim()).map_err(|_| "one of its keys is not base64")?;
            self.0.insert(key.fingerprint.to_ascii_lowercase(), value);
        }
        if self.0.is_empty() { Err("it contains no key") } else { Ok(()) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a signature is of the key with a fingerprint; `None` where there is no such key.
    pub(super) fn signed(&self, fingerprint: &str, message: &[u8], signature: &[u8]) -> Option<bool> {
        let key = self.0.get(&fingerprint.to_ascii_lowercase())?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
        Some(key.verify(message, signature).is_ok())
    }
}
