//! Signs webhooks as Standard Webhooks 1.0 have it: HMAC-SHA256 over `id.timestamp.body`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;

use crate::secret::Secret;

/// Marks a secret that is written in base64.
const PREFIX: &str = "whsec_";
/// A shorter secret could be guessed.
const SHORTEST: usize = 16;

/// The key shared with a receiver.
pub struct Key(hmac::Key);

impl Key {
    /// Takes the key's text: `whsec_` and base64, or any text.
    ///
    /// # Errors
    ///
    /// Why it can't be used, without the text.
    pub fn new(text: &Secret) -> Result<Self, &'static str> {
        let text = text.expose().trim();
        let bytes = match text.strip_prefix(PREFIX) {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| "what follows whsec_ is no base64")?,
            None => text.as_bytes().to_vec(),
        };
        let bytes = zeroize::Zeroizing::new(bytes);
        if bytes.len() < SHORTEST {
            return Err("the secret is too short: 16 bytes are the least");
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The headers of a try.
    pub fn headers(&self, delivery: &str, at: Timestamp, body: &[u8]) -> Vec<(String, String)> {
        let id = format!("msg_{delivery}");
        let seconds = at.as_second();
        let mut signed = format!("{id}.{seconds}.").into_bytes();
        signed.extend_from_slice(body);
        let tag = STANDARD.encode(hmac::sign(&self.0, &signed));
        vec![
            ("webhook-id".to_owned(), id),
            ("webhook-timestamp".to_owned(), seconds.to_string()),
            ("webhook-signature".to_owned(), format!("v1,{tag}")),
        ]
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_over_number_time_and_body() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let key = Key::new(&Secret::new(text)).unwrap();
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let headers = key.headers("p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        // The example of the specification's libraries.
        assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(headers[0].1, "msg_p5jXN8AQM9LWM0D4loKWxJek");
    }

    #[test]
    fn weak_secrets_are_refused() {
        for wrong in ["", "short", "whsec_", "whsec_!!!!", "whsec_c2hvcnQ="] {
            assert!(Key::new(&Secret::new(wrong)).is_err(), "{wrong}");
        }
    }
}
