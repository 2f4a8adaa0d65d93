//! Who asks: HMAC-SHA512 over the request's bytes as they came.

use std::fmt;

use ring::hmac;

use crate::secret::Secret;

/// The header that holds the signature, in hex.
pub(super) const HEADER: &str = "x-tfc-task-signature";
/// Bytes of a signature.
const LENGTH: usize = 64;

/// The key shared with HCP Terraform.
pub struct Key(hmac::Key);

impl Key {
    /// Takes the key's text.
    pub fn new(text: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA512, text.expose().as_bytes()))
    }

    /// Whether `signature` (hex) is the one of `body`. Takes the same time wherever the two differ.
    pub(super) fn signed(&self, body: &[u8], signature: &[u8]) -> bool {
        decoded(signature).is_some_and(|tag| hmac::verify(&self.0, body, &tag).is_ok())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key")
    }
}

fn decoded(hex: &[u8]) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    if hex.len() != 2 * LENGTH {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const SIGNATURE: &str = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
    const BODY: &[u8] = b"what do ya want for nothing?";

    #[test]
    fn only_the_right_signature_counts() {
        let key = Key::new(&Secret::new("Jefe"));
        assert!(key.signed(BODY, SIGNATURE.as_bytes()));
        assert!(key.signed(BODY, SIGNATURE.to_uppercase().as_bytes()));
        assert!(!key.signed(b"what do ya want for nothing!", SIGNATURE.as_bytes()));
        assert!(!Key::new(&Secret::new("jefe")).signed(BODY, SIGNATURE.as_bytes()));
        let (short, long) = (&SIGNATURE[..126], format!("{SIGNATURE}00"));
        for wrong in [b"".as_slice(), b"zz", short.as_bytes(), long.as_bytes(), &[0xff; 128]] {
            assert!(!key.signed(BODY, wrong));
        }
    }
}
