//! Base64 and gzip in any nesting, bounded in what they expand to.

use std::io::Read;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// How gzip begins.
pub const GZIP: &[u8] = &[0x1f, 0x8b];
/// Layers of gzip in gzip.
const MOST_LAYERS: usize = 4;
/// A text that is packed more tightly than this is made to burst, not to be read.
const MOST_RATIO: usize = 1_000;

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether a byte can stand in base64.
pub fn is_base64_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// The bytes of base64 with line breaks; none for what is no base64.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if letters.is_empty() || !letters.iter().copied().all(is_base64_letter) {
        return None;
    }
    FORGIVING.decode(letters).ok()
}

/// What came out of decoding.
pub enum Decoded {
    /// Text.
    Text(String),
    /// No text.
    Bytes,
    /// Larger than may be spent on it.
    TooLarge,
    /// Not what it says that it is.
    Broken,
}

/// The text of bytes, gzip undone; `budget` is what may come out, and pays for it.
pub fn unpacked(mut bytes: Vec<u8>, budget: &mut usize) -> Decoded {
    for _ in 0..MOST_LAYERS {
        if !bytes.starts_with(GZIP) {
            return match String::from_utf8(bytes) {
                Ok(text) => Decoded::Text(text),
                Err(_) => Decoded::Bytes,
            };
        }
        let most = (*budget).min(bytes.len().saturating_mul(MOST_RATIO));
        let mut out = Vec::new();
        let reader = flate2::read::MultiGzDecoder::new(bytes.as_slice());
        let read = reader.take(most as u64 + 1).read_to_end(&mut out);
        *budget = budget.saturating_sub(out.len());
        if out.len() > most {
            return Decoded::TooLarge;
        }
        // A cut archive gives what it held until there.
        if read.is_err() && out.is_empty() {
            return Decoded::Broken;
        }
        bytes = out;
    }
    Decoded::TooLarge
}

/// Undoes base64, then gzip.
pub fn from_packed_base64(text: &str, budget: &mut usize) -> Option<Decoded> {
    let bytes = from_base64(text)?;
    *budget = budget.saturating_sub(bytes.len());
    Some(unpacked(bytes, budget))
}
