//! The forms in which a program can write a value.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::SHORTEST;
use crate::secret::redact::written_forms;

/// A line of fewer bytes of a value of many lines is not masked alone: `version: 1` stands everywhere.
const SHORTEST_LINE: usize = 16;
/// Of a longer value only the start is masked; Parameter Store holds 8 KiB at most.
const LONGEST: usize = 16 * 1024;
/// Where programs break base64: `base64`, and PEM.
const WIDTHS: [usize; 2] = [76, 64];

/// All of them, in no order, and some more than once.
pub(super) fn of(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let value = value.get(..LONGEST).unwrap_or(value);
    let mut all = vec![value.to_vec()];
    let trimmed = value.trim_ascii();
    hex(trimmed, &mut all);
    broken_base64(trimmed, &mut all);
    match std::str::from_utf8(value) {
        Ok(text) => words(text, &mut all),
        Err(_) => all.push(STANDARD.encode(value).into_bytes()),
    }
    all.retain(|form| form.len() >= SHORTEST);
    all.into_iter().map(Zeroizing::new).collect()
}

fn words(text: &str, all: &mut Vec<Vec<u8>>) {
    let has_lines = text.trim().contains('\n') && text.len() >= SHORTEST_LINE;
    let shortest = if has_lines { SHORTEST_LINE } else { SHORTEST };
    let written = written_forms(text, shortest);
    // A terminal turns the end of a line into two bytes.
    let ended = written.iter().filter(|form| form.contains('\n')).map(|form| form.replace('\n', "\r\n"));
    all.extend(ended.map(String::into_bytes));
    // Some writers of JSON escape the slash.
    let slashed = written.iter().filter(|form| form.contains('/')).map(|form| form.replace('/', "\\/"));
    all.extend(slashed.map(String::into_bytes));
    all.extend(written.iter().map(|form| form.clone().into_bytes()));
    // What PowerShell writes into files, and what it takes as -EncodedCommand.
    let wide: Vec<u8> = text.trim().encode_utf16().flat_map(u16::to_le_bytes).collect();
    aligned(&wide, all);
    all.push(wide);
    if text.len() <= SHORTEST_LINE * SHORTEST_LINE {
        all.push(all_percent(text.trim()).into_bytes());
    }
}

/// With every byte escaped, as careful writers of URLs do.
fn all_percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        // Writing to a String does not fail.
        let _ = write!(all, "%{byte:02X}");
        all
    })
}

fn hex(bytes: &[u8], all: &mut Vec<Vec<u8>>) {
    const LOWER: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| LOWER.get(usize::from(half)).copied().unwrap_or_default();
    let lower: Vec<u8> = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    all.push(lower.to_ascii_uppercase());
    all.push(lower);
}

/// base64 of the value alone in lines, each of them.
fn broken_base64(bytes: &[u8], all: &mut Vec<Vec<u8>>) {
    // `echo` ends the value with a line, which changes the last letters.
    for text in [STANDARD.encode(bytes), STANDARD.encode([bytes, b"\n"].concat())] {
        for width in WIDTHS {
            let lines = text.as_bytes().chunks(width).filter(|line| line.len() >= SHORTEST);
            all.extend(lines.map(<[u8]>::to_vec));
        }
    }
}

/// base64 at its three alignments, without the letters that depend on the neighbours.
fn aligned(bytes: &[u8], all: &mut Vec<Vec<u8>>) {
    for before in 0..3usize {
        let padded = [&[0; 3][..before], bytes].concat();
        let (first, last) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        let encoded = STANDARD.encode(&padded);
        all.extend(encoded.get(first..last).map(|inner| inner.as_bytes().to_vec()));
    }
}
