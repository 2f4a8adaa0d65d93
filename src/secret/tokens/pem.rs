//! PEM blocks: real lines, lines of a JSON string (`\n`), and blocks cut off in the middle.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::structure::Verified;

/// An RSA key of 16,384 bits has 13 KiB; escapes and indents double it.
const LONGEST: usize = 32 * 1024;
/// The shortest private key (Ed25519 in PKCS #8) has 64 letters.
const SHORTEST_PAYLOAD: usize = 56;

/// The whole block whose BEGIN line is `begin`. `None` where no key follows.
pub(super) fn block(text: &str, begin: Range<usize>) -> Option<Verified> {
    let mut stop = begin.end.saturating_add(LONGEST).min(text.len());
    while !text.is_char_boundary(stop) {
        stop -= 1;
    }
    let body = text.get(begin.end..stop)?;
    // Five dashes stand in no key: what follows is its end, or another block.
    let dashes = body.find("-----").unwrap_or(body.len());
    let end_line = body.get(dashes..).filter(|rest| rest.starts_with("-----END ")).map(|_| dashes);
    let inner = match end_line {
        Some(end) => body.get(..end)?,
        None => {
            let open = body.get(..dashes)?;
            open.get(..open.find(|letter: char| !is_body(letter)).unwrap_or(open.len()))?
        }
    };
    let payload = payload(inner)?;
    let end = match end_line {
        Some(at) => {
            let label = body.get(at + 9..).unwrap_or_default();
            let closed = label.find("-----").filter(|length| *length <= 64).map_or(0, |length| length + 5);
            at + 9 + closed
        }
        None => inner.trim_end().len(),
    };
    let verified = is_key(&payload);
    Some(Verified { range: begin.start..begin.end + end, verified, documentation: false })
}

fn is_body(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter.is_ascii_whitespace() || "+/=\\\"',".contains(letter)
}

/// The base64 of the body: lines of base64 letters, without headers. `None` where it is too little, or where
/// something stands between that is no base64: an interpolation, an ellipsis.
fn payload(inner: &str) -> Option<zeroize::Zeroizing<String>> {
    let mut all = zeroize::Zeroizing::new(String::with_capacity(inner.len()));
    // In a JSON string inside a JSON string the escape is doubled.
    let lines =
        inner.split(['\n', '\r']).flat_map(|line| line.split("\\n")).flat_map(|line| line.split("\\r"));
    for line in lines {
        let line = line.trim_matches(|letter: char| letter.is_whitespace() || "\\\"',".contains(letter));
        let is_checksum = line.starts_with('=') && line.len() == 5;
        if line.is_empty() || line.contains(": ") || is_checksum {
            continue;
        }
        for part in line.split_ascii_whitespace() {
            if !part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)) {
                return None;
            }
            all.push_str(part);
        }
    }
    let mut kinds: Vec<u8> = all.bytes().collect();
    kinds.sort_unstable();
    kinds.dedup();
    (all.len() >= SHORTEST_PAYLOAD && kinds.len() >= 12).then_some(all)
}

/// Whether the payload begins as a key does: a DER sequence, OpenSSH's mark. Keys that are encrypted the old way
/// (`Proc-Type`) and OpenPGP's are kept, but not verified.
fn is_key(payload: &str) -> bool {
    // 20 letters are 15 bytes: enough for the mark and for any length of a sequence.
    let head = payload.get(..20).and_then(|head| STANDARD_NO_PAD.decode(head).ok()).unwrap_or_default();
    head.starts_with(b"openssh-key-v1")
        || der_length(&head).is_some_and(|length| length <= payload.len() / 4 * 3 + 3)
}

/// The length of all of a DER sequence, from its first bytes.
fn der_length(head: &[u8]) -> Option<usize> {
    let (tag, rest) = head.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *tag != 0x30 {
        return None;
    }
    if *first < 0x80 {
        return Some(usize::from(*first) + 2);
    }
    let count = usize::from(*first & 0x7F);
    if count == 0 || count > 3 {
        return None;
    }
    let length = rest.get(..count)?.iter().fold(0usize, |all, byte| (all << 8) | usize::from(*byte));
    Some(length + 2 + count)
}
