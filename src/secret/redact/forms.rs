//! The forms in which a value can be written: as it is, line by line, escaped, encoded.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Lines that a key's text shares with every other key's.
const COMMON: &str = "-----";

/// A longer value is sought in pieces of so many bytes, each in all forms: no output shows more of a text at once.
const PIECE: usize = 1024;
/// Pieces of one value; what is shown of a text begins nearer to its start.
const MOST_PIECES: usize = 64;

/// Adds all forms of `value` that have `shortest` characters or more.
pub(super) fn add(value: &str, shortest: usize, all: &mut Vec<String>) {
    if value.len() <= 4 * PIECE {
        return add_whole(value, shortest, all);
    }
    let mut rest = value;
    for _ in 0..MOST_PIECES {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        if piece.is_empty() {
            break;
        }
        add_whole(piece, shortest, all);
        rest = after;
    }
}

fn add_whole(value: &str, shortest: usize, all: &mut Vec<String>) {
    let trimmed = value.trim();
    let mut parts = vec![value, trimmed];
    parts.extend(trimmed.lines().map(str::trim));
    parts.retain(|part| part.chars().count() >= shortest && !is_common(part));
    parts.sort_unstable();
    parts.dedup();
    for part in parts {
        all.push(part.to_owned());
        escaped(part, all);
        percent(part, all);
    }
    for whole in [value, trimmed] {
        if whole.chars().count() >= shortest {
            base64(whole.as_bytes(), all);
        }
    }
}

/// `-----BEGIN PRIVATE KEY-----`: no secret, and useful to see.
fn is_common(part: &str) -> bool {
    !part.contains('\n') && part.starts_with(COMMON) && part.ends_with(COMMON)
}

/// As JSON, HCL and shells write it between quotes.
fn escaped(part: &str, all: &mut Vec<String>) {
    let json = serde_json::to_string(part).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
    // Go's encoder, and so Terraform's jsonencode, escapes these as well.
    let go = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let hcl = json.replace("${", "$${").replace("%{", "%%{");
    // JSON in a JSON string.
    let twice = json.replace('\\', "\\\\").replace('"', "\\\"");
    let single = part.replace('\'', "'\\''");
    let forms = [json.to_owned(), go, hcl, twice, single];
    all.extend(forms.into_iter().filter(|form| form != part && !form.is_empty()));
}

/// As it stands in a URL: with `%20` or `+` for a space, with upper or lower hex digits.
fn percent(part: &str, all: &mut Vec<String>) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    if part.bytes().all(plain) {
        return;
    }
    let (mut upper, mut lower) = (String::new(), String::new());
    for byte in part.bytes() {
        if plain(byte) {
            upper.push(char::from(byte));
            lower.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(upper, "%{byte:02X}");
            let _ = write!(lower, "%{byte:02x}");
        }
    }
    let plus = upper.replace("%20", "+");
    all.extend([upper, lower, plus]);
}

/// As it stands in base64: alone, or inside a longer text at any of the three alignments. The letters at both
/// ends that depend on the neighbours are left out.
fn base64(bytes: &[u8], all: &mut Vec<String>) {
    all.push(STANDARD_NO_PAD.encode(bytes));
    all.push(URL_SAFE_NO_PAD.encode(bytes));
    for before in 0..3usize {
        let mut padded = vec![0u8; before];
        padded.extend_from_slice(bytes);
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            // Fewer letters than these stand in base64 texts by accident.
            if let Some(inner) = encoded.get(first..last).filter(|inner| inner.len() >= 7) {
                all.push(inner.to_owned());
            }
        }
    }
}
