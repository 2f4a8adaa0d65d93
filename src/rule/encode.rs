//! The encodings that a rule's value can be searched in: UTF-16 and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How a text becomes bytes before it is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `utf16le` and `wide`.
    Utf16Le,
    /// `utf16be`.
    Utf16Be,
    /// `utf16`: little endian after a byte order mark.
    Utf16,
    /// `base64`.
    Base64,
    /// `base64offset`: at each of the three positions in a longer encoded text.
    Base64Offset,
}

/// Applies encodings one after the other; `base64offset` makes three texts of one.
pub(super) fn encoded(text: &str, encodings: &[Encoding]) -> Result<Vec<String>, String> {
    let mut all = vec![text.as_bytes().to_vec()];
    for encoding in encodings {
        let mut next = Vec::new();
        for bytes in &all {
            match encoding {
                Encoding::Base64 => next.push(STANDARD.encode(bytes).into_bytes()),
                Encoding::Base64Offset => next.extend((0..3).map(|shift| shifted(bytes, shift))),
                wide => next.push(utf16(bytes, *wide)?),
            }
        }
        all = next;
    }
    let texts = all.into_iter().map(String::from_utf8);
    let needs = "UTF-16 that is not plain ASCII needs `base64` or `base64offset` after it";
    texts.collect::<Result<_, _>>().map_err(|_| needs.to_owned())
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "a value can be UTF-16 only once".to_owned())?;
    let mut all = if encoding == Encoding::Utf16 { vec![0xFF, 0xFE] } else { Vec::new() };
    for unit in text.encode_utf16() {
        let pair = if encoding == Encoding::Utf16Be { unit.to_be_bytes() } else { unit.to_le_bytes() };
        all.extend(pair);
    }
    Ok(all)
}

/// The base64 characters that depend on `bytes` alone when `shift` other bytes stand before them:
/// a character holds six bits, so those that share a bit with a neighbour are left out.
fn shifted(bytes: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend(bytes);
    let first = (shift * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    let all = STANDARD.encode(&padded).into_bytes();
    all.get(first..last).unwrap_or_default().to_vec()
}
