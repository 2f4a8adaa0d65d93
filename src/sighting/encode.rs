//! The forms in which a value can stand in a file: as it is, encoded, escaped, quoted.
//!
//! Each form lives in a buffer that is wiped, and only until its fingerprints are taken.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use zeroize::Zeroizing;

/// A form is known by no more bytes than this: what is longer is found by its beginning.
pub(super) const MOST_BYTES: usize = 4096;

/// How a value is written where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// Base64, at any of its three alignments, in one line or several.
    Base64,
    /// Base64 with the alphabet of URLs.
    Base64Url,
    /// Percent signs, as URLs and forms have them.
    Percent,
    /// Hexadecimal digits.
    Hex,
    /// Escapes of JSON: `\u0073`, `\/`, `\"`.
    Json,
    /// Escapes of programming languages: `\x73`.
    HexEscape,
    /// Entities of HTML and XML.
    Html,
    /// Quotes and backslashes of a shell.
    Shell,
    /// Two bytes a character, as Windows writes text.
    Utf16,
    /// Base64 of that: `powershell -EncodedCommand`.
    Base64Utf16,
    /// Base64 of a text that holds base64: a registry's login in a Kubernetes secret.
    Base64Twice,
}

impl Encoding {
    /// The word that reports and rules use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Percent => "url-encoded",
            Self::Hex => "hex",
            Self::Json => "json-escaped",
            Self::HexEscape => "hex-escaped",
            Self::Html => "html-escaped",
            Self::Shell => "shell-quoted",
            Self::Utf16 => "utf-16",
            Self::Base64Utf16 => "base64 of utf-16",
            Self::Base64Twice => "base64 of base64",
        }
    }

    /// Whether programs break it into lines where they like: what breaks it is then passed over.
    fn wraps(self) -> bool {
        matches!(self, Self::Base64 | Self::Base64Url | Self::Hex | Self::Base64Utf16 | Self::Base64Twice)
    }
}

/// One form of a value.
pub(super) struct Form {
    pub encoding: Encoding,
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether line ends in it, and blanks after them, are passed over; `bytes` has none then.
    pub wraps: bool,
}

type Bytes = Zeroizing<Vec<u8>>;

/// All forms of a value, each once, the plainest first. The value has no blanks around it.
pub(super) fn forms(value: &str) -> Vec<Form> {
    let mut all = Forms(Vec::new());
    let plain = value.as_bytes();
    all.add(Encoding::Plain, plain.to_vec());
    escaped(value, &mut all);
    for bits in 0..3 {
        all.add(Encoding::Base64, known_base64(plain, bits, false));
        all.add(Encoding::Base64Url, known_base64(plain, bits, true));
    }
    for upper in [false, true] {
        all.add(Encoding::Hex, each(plain, "", upper));
        all.add(Encoding::HexEscape, each(plain, "\\x", upper));
    }
    let wide: [Bytes; 2] = [utf16(value, u16::to_le_bytes), utf16(value, u16::to_be_bytes)];
    let [little, big] = &wide;
    all.add(Encoding::Utf16, little.to_vec());
    all.add(Encoding::Utf16, big.to_vec());
    for bits in 0..3 {
        all.add(Encoding::Base64Utf16, known_base64(little, bits, false));
        let once = Zeroizing::new(known_base64(plain, bits, false));
        for again in 0..3 {
            all.add(Encoding::Base64Twice, known_base64(&once, again, false));
        }
    }
    all.0
}

/// What depends on which characters a writer escapes.
fn escaped(value: &str, all: &mut Forms) {
    let plain = value.as_bytes();
    for upper in [true, false] {
        for kept in ["", "/", "!*'()", "/:@!$&'()*+,;=?#"] {
            let once = percent(plain, kept, upper);
            all.add(Encoding::Percent, percent(&once, "", upper));
            all.add(Encoding::Percent, once);
        }
        let mut form = percent(plain, " ", upper);
        form.iter_mut().filter(|byte| **byte == b' ').for_each(|byte| *byte = b'+');
        all.add(Encoding::Percent, form);
        all.add(Encoding::Percent, each(plain, "%", upper));
    }
    for also in ["", "/", "<>&", "<>&'", "<>&'+`"] {
        let once = json(value, also, false, false);
        all.add(Encoding::Json, json(&once, "", false, false).as_bytes().to_vec());
        all.add(Encoding::Json, once.as_bytes().to_vec());
        for upper in [false, true] {
            all.add(Encoding::Json, json(value, also, upper, true).as_bytes().to_vec());
        }
    }
    for upper in [false, true] {
        all.add(Encoding::Json, units(value, upper).as_bytes().to_vec());
    }
    let quoted =
        replaced(value, &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")]);
    all.add(Encoding::Html, quoted.as_bytes().to_vec());
    for (quote, entity) in [('\'', "&#x27;"), ('\'', "&apos;"), ('"', "&#34;"), ('\'', "'"), ('"', "\"")] {
        let list = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), (quote, entity)];
        all.add(Encoding::Html, replaced(value, &list).as_bytes().to_vec());
    }
    all.add(Encoding::Html, entities(value, |out, letter| write!(out, "&#{};", letter as u32)));
    all.add(Encoding::Html, entities(value, |out, letter| write!(out, "&#x{:x};", letter as u32)));
    all.add(Encoding::Html, entities(value, |out, letter| write!(out, "&#x{:X};", letter as u32)));
    all.add(Encoding::Shell, replaced(value, &[('\'', "'\\''")]).as_bytes().to_vec());
    all.add(Encoding::Shell, replaced(value, &[('\'', "'\"'\"'")]).as_bytes().to_vec());
    let double = [('\\', "\\\\"), ('"', "\\\""), ('$', "\\$"), ('`', "\\`")];
    all.add(Encoding::Shell, replaced(value, &double).as_bytes().to_vec());
    // bash 5 and 4 (where nothing begins a word), Ruby's shellescape, quotemeta of Perl, re.escape of old Pythons.
    for kept in ["_-./:=@%+", "_-./:=@%+,", "_-./:=@%+~#", "_-./:@+,", "_", ""] {
        all.add(Encoding::Shell, backslashed(value, kept).as_bytes().to_vec());
    }
}

struct Forms(Vec<Form>);

impl Forms {
    fn add(&mut self, encoding: Encoding, bytes: Vec<u8>) {
        let mut bytes = Zeroizing::new(bytes);
        let wraps = encoding.wraps() || (encoding == Encoding::Plain && bytes.contains(&b'\n'));
        if wraps {
            bytes = unwrapped(&bytes);
        }
        // `Vec::truncate` leaves what it cuts; the whole allocation is wiped in the end.
        bytes.truncate(MOST_BYTES);
        if !self.0.iter().any(|form| form.bytes == bytes && form.wraps >= wraps) {
            self.0.push(Form { encoding, bytes, wraps });
        }
    }
}

/// Without line ends and the blanks after them.
fn unwrapped(bytes: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(bytes.len());
    let mut fresh = false;
    for byte in bytes {
        match byte {
            b'\n' | b'\r' => fresh = true,
            b' ' | b'\t' if fresh => {}
            _ => {
                fresh = false;
                out.push(*byte);
            }
        }
    }
    Zeroizing::new(out)
}

/// The base64 of `before` unknown bytes and these, as far as it does not depend on what stands around them.
fn known_base64(bytes: &[u8], before: usize, url: bool) -> Vec<u8> {
    let mut whole = Zeroizing::new(vec![0; before]);
    whole.reserve_exact(bytes.len());
    whole.extend_from_slice(bytes);
    let engine = if url { &URL_SAFE } else { &STANDARD };
    let mut text = Zeroizing::new(engine.encode(&*whole).into_bytes());
    text.truncate(whole.len() * 8 / 6);
    text.get((before * 8).div_ceil(6)..).unwrap_or_default().to_vec()
}

/// Two digits for each byte, after a mark.
fn each(bytes: &[u8], mark: &str, upper: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * (mark.len() + 2));
    for byte in bytes {
        out.extend_from_slice(mark.as_bytes());
        out.extend_from_slice(&digits(*byte, upper));
    }
    out
}

fn digits(byte: u8, upper: bool) -> [u8; 2] {
    let table = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    [byte >> 4, byte & 15].map(|digit| table.get(usize::from(digit)).copied().unwrap_or(b'0'))
}

fn percent(bytes: &[u8], kept: &str, upper: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 3);
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) || kept.as_bytes().contains(byte) {
            out.push(*byte);
        } else {
            out.push(b'%');
            out.extend_from_slice(&digits(*byte, upper));
        }
    }
    out
}

/// Six for each character: no text grows while it is written, which would leave a copy.
fn room(value: &str) -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(value.len() * 8 + 8))
}

/// As a string of JSON, without its quotes; `also` is escaped too, by a backslash or by its number.
fn json(value: &str, also: &str, upper: bool, ascii: bool) -> Zeroizing<String> {
    let mut out = room(value);
    for letter in value.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if also.contains('/') => out.push_str("\\/"),
            _ if letter < ' ' || also.contains(letter) || (ascii && !letter.is_ascii()) => {
                unit(&mut out, letter, upper);
            }
            _ => out.push(letter),
        }
    }
    out
}

fn unit(out: &mut String, letter: char, upper: bool) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        out.push_str("\\u");
        for byte in unit.to_be_bytes() {
            out.extend(digits(byte, upper).map(char::from));
        }
    }
}

fn units(value: &str, upper: bool) -> Zeroizing<String> {
    let mut out = room(value);
    value.chars().for_each(|letter| unit(&mut out, letter, upper));
    out
}

fn utf16(value: &str, order: fn(u16) -> [u8; 2]) -> Bytes {
    let mut out = Zeroizing::new(Vec::with_capacity(value.len() * 2));
    value.encode_utf16().for_each(|unit| out.extend_from_slice(&order(unit)));
    out
}

fn replaced(value: &str, list: &[(char, &str)]) -> Zeroizing<String> {
    let mut out = room(value);
    for letter in value.chars() {
        match list.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => out.push_str(to),
            None => out.push(letter),
        }
    }
    out
}

fn entities(value: &str, entity: fn(&mut String, char) -> std::fmt::Result) -> Vec<u8> {
    let mut out = Zeroizing::new(String::with_capacity(value.len() * 10));
    for letter in value.chars() {
        // Writing to a text never fails.
        let _ = entity(&mut out, letter);
    }
    out.as_bytes().to_vec()
}

/// As `printf %q` and its like write it.
fn backslashed(value: &str, kept: &str) -> Zeroizing<String> {
    let mut out = room(value);
    for letter in value.chars() {
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() && !kept.contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(value: &str, encoding: Encoding, form: &str) -> bool {
        forms(value).iter().any(|one| one.encoding == encoding && *one.bytes == form.as_bytes())
    }

    #[test]
    fn forms_are_as_programs_write_them() {
        let value = "Fix/ture+&'1\"é";
        for (encoding, form) in [
            (Encoding::Plain, value),
            (Encoding::Percent, "Fix%2Fture%2B%26%271%22%C3%A9"),
            (Encoding::Percent, "Fix/ture%2b%26%271%22%c3%a9"),
            (Encoding::Json, "Fix\\/ture+&'1\\\"é"),
            (Encoding::Json, "Fix/ture\\u002B\\u0026\\u00271\\\"\\u00E9"),
            (Encoding::Html, "Fix/ture+&amp;&#39;1&quot;é"),
            (Encoding::Shell, "Fix/ture+&'\\''1\"é"),
            (Encoding::Shell, "Fix/ture+\\&\\'1\\\"é"),
            (Encoding::Shell, "Fix\\/ture\\+\\&\\'1\\\"é"),
            (Encoding::Hex, "4669782f747572652b26273122c3a9"),
        ] {
            assert!(has(value, encoding, form), "{encoding:?} {form}");
        }
    }

    #[test]
    fn base64_is_known_at_every_alignment() {
        let value = "FIXTURE-0001-abc";
        for before in ["", "a", "ab"] {
            for after in ["", "z", "zz"] {
                let whole = STANDARD.encode(format!("{before}{value}{after}"));
                let known = known_base64(value.as_bytes(), before.len(), false);
                assert!(whole.contains(std::str::from_utf8(&known).unwrap()), "{before} {after}");
            }
        }
    }

    #[test]
    fn each_form_is_there_once() {
        let all = forms("FIXTURE0001abcd");
        let plain = all.iter().filter(|form| *form.bytes == *b"FIXTURE0001abcd").count();
        assert_eq!(plain, 1);
        assert!(all.iter().all(|form| form.bytes.len() >= 15));
    }
}
