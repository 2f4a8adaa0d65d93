//! What stands in base64 and gzip: user data as providers keep it.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use flate2::read::GzDecoder;

/// A text inside of base64 or gzip is read up to here; user data has 16 KiB at most.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Base64 in gzip in base64; deeper is a riddle, not user data.
const MOST_LAYERS: usize = 4;
/// Shorter texts are words that happen to be made of base64's letters.
const SHORTEST: usize = 16;

/// The text inside of base64 and gzip; `None` where it is neither, or no text.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = from_base64(text)?;
    for _ in 0..MOST_LAYERS {
        if bytes.starts_with(&[0x1F, 0x8B]) {
            bytes = unzipped(&bytes)?;
            continue;
        }
        let inner = std::str::from_utf8(&bytes).ok()?;
        match from_base64(inner).filter(|inner| inner.starts_with(&[0x1F, 0x8B])) {
            Some(inner) => bytes = inner,
            None => break,
        }
    }
    String::from_utf8(bytes).ok().filter(|text| is_text(text))
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    if text.len() < SHORTEST || text.len() as u64 > MOST_BYTES || !text.bytes().all(allowed) {
        return None;
    }
    let joined: String = text.split(['\r', '\n']).collect();
    STANDARD.decode(&joined).or_else(|_| STANDARD_NO_PAD.decode(&joined)).ok()
}

fn unzipped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).take(MOST_BYTES).read_to_end(&mut out).ok()?;
    Some(out)
}

/// No control characters but white space.
fn is_text(text: &str) -> bool {
    !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{1B}'))
}

/// Whether a text is what AWS providers before version 6 keep of user data: its SHA-1.
pub fn is_sha1(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn layers_are_taken_off() {
        let script = "#!/bin/sh\necho hello\n";
        assert_eq!(decoded(&STANDARD.encode(script)).as_deref(), Some(script));
        let inner = STANDARD.encode(zipped(script.as_bytes()));
        assert_eq!(decoded(&inner).as_deref(), Some(script));
        assert_eq!(decoded(&STANDARD.encode(inner)).as_deref(), Some(script));
        assert_eq!(decoded("us-east-1"), None);
        assert_eq!(decoded("abcdefghijklmnop"), None, "bytes, no text");
    }

    #[test]
    fn a_bomb_is_cut() {
        let bomb = STANDARD.encode(zipped(&vec![b'a'; 64 << 20]));
        assert!(decoded(&bomb).is_none_or(|text| text.len() as u64 <= MOST_BYTES));
    }

    #[test]
    fn a_sum_is_no_text() {
        assert!(is_sha1("a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"));
        assert!(!is_sha1("A94a8fe5ccb19ba61c4c0873d391e987982fbbd3"));
    }
}
