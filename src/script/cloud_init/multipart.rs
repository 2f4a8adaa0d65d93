//! User data as a mail with parts, bounded: RFC 2046 as far as cloud-init's writers use it.

use std::ops::Range;

use super::Reader;
use super::encoded;
use super::form::{self, Form};
use crate::value::{Flat, Text};

/// Parts of one mail.
const MOST_PARTS: usize = 256;
/// Header lines of one part.
const MOST_HEADERS: usize = 64;
const TOO_MANY_PARTS: &str = "this MIME message has more parts than are followed";

/// A part's headers as far as they matter, and where its body is.
#[derive(Debug, Default)]
struct Part {
    content_type: String,
    encoding: String,
    boundary: Option<String>,
    body: Range<usize>,
}

impl Reader<'_> {
    /// Follows all parts of a mail.
    pub(super) fn multipart(&mut self, flat: &Flat, depth: usize) {
        let text = flat.text();
        let blank = text.len() - text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).len();
        let head = part(text, blank..text.len());
        let at = flat.place(0, 1).unwrap_or(self.context.fallback);
        let Some(boundary) = head.boundary.filter(|boundary| !boundary.is_empty()) else {
            return self.gap(
                at,
                "this MIME message cannot be split into parts: it declares no boundary",
                true,
            );
        };
        let bodies = split(text, head.body, &boundary);
        if bodies.is_empty() {
            self.gap(at, "this MIME message cannot be split into parts: its boundary does not occur", true);
        }
        if bodies.len() == MOST_PARTS {
            self.gap(at, TOO_MANY_PARTS, true);
        }
        for body in bodies {
            let part = part(text, body);
            self.part(flat, &part, depth);
        }
    }

    fn part(&mut self, flat: &Flat, part: &Part, depth: usize) {
        let text = flat.text().get(part.body.clone()).unwrap_or_default();
        let skipped = text.len() - text.trim_start().len();
        let first = part.body.start + skipped;
        let line = text.trim_start().lines().next().unwrap_or_default();
        let at = flat.place(first, first + line.len()).unwrap_or(self.context.fallback);
        let slice = flat.slice(part.body.start, part.body.end);
        let text = match part.encoding.as_str() {
            // What Terraform encodes is not encoded yet when it is read here.
            "base64" => match encoded::from_packed_base64(text, &mut self.budget) {
                Some(decoded) => match self.decoded(decoded, at) {
                    Some(text) => text,
                    None => return,
                },
                None => slice,
            },
            "quoted-printable" => unquoted(flat, part.body.clone()),
            _ => slice,
        };
        let declared = form::declared(&part.content_type);
        let inner = Flat::new(&text);
        // A part that has headers of its own has told its kind already.
        if declared == Some(Form::Multipart) {
            let nested =
                part.boundary.as_deref().map(|boundary| split(inner.text(), 0..inner.text().len(), boundary));
            let nested = nested.unwrap_or_default();
            if nested.len() == MOST_PARTS {
                self.gap(at, TOO_MANY_PARTS, true);
            }
            for body in nested {
                if depth >= super::DEEPEST {
                    return self.gap(at, "documents are nested too deeply", true);
                }
                let part = self::part(inner.text(), body);
                self.part(&inner, &part, depth + 1);
            }
            return;
        }
        self.read(&inner, declared, depth + 1);
    }
}

impl Reader<'_> {
    /// `#cloud-config-archive`: a list of texts, or of parts with a type.
    /// <https://cloudinit.readthedocs.io/en/latest/explanation/format.html#cloud-config-archive>
    pub(super) fn archive(&mut self, flat: &Flat, depth: usize) {
        for root in self.yaml(flat, false) {
            for item in root.items() {
                let content = if item.text().is_some() { Some(item) } else { item.get("content") };
                let Some(text) = content.and_then(|content| content.text()) else { continue };
                let at = self.place(flat, item);
                if !self.pay(super::config::cost(text), at) {
                    return;
                }
                let declared = item.get("type").and_then(|kind| kind.word());
                let declared = declared.and_then(|kind| form::declared(&kind.to_ascii_lowercase()));
                self.read(&Flat::new(text), declared, depth + 1);
            }
        }
    }
}

/// Reads headers until the first empty line; a line that begins with a blank goes on with the one before.
fn part(text: &str, range: Range<usize>) -> Part {
    let mut part = Part { body: range.end..range.end, ..Part::default() };
    let mut headers: Vec<String> = Vec::new();
    let mut at = range.start;
    for line in text.get(range.clone()).unwrap_or_default().split_inclusive('\n') {
        let bare = line.trim_end();
        let is_header = bare.find(':').is_some_and(|colon| {
            colon < 80 && bare.bytes().take(colon).all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        let goes_on = bare.starts_with([' ', '\t']) && !headers.is_empty();
        let envelope = bare.starts_with("From ") && headers.is_empty();
        if !bare.is_empty() && !is_header && !goes_on && !envelope {
            // No headers, or the empty line is missing.
            part.body.start = at;
            break;
        }
        at += line.len();
        if bare.is_empty() {
            part.body.start = at;
            break;
        }
        let bare = bare.get(..bare.floor_char_boundary(1024)).unwrap_or_default();
        if let Some(last) = headers.last_mut().filter(|last| goes_on && last.len() < 4096) {
            last.push_str(bare);
        } else if headers.len() < MOST_HEADERS || says_content(bare) {
            headers.push(bare.to_owned());
        }
    }
    for header in headers {
        let Some((name, value)) = header.split_once(':') else { continue };
        match name.trim().to_ascii_lowercase().as_str() {
            "content-type" => {
                part.content_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                part.boundary = boundary(value);
            }
            "content-transfer-encoding" => part.encoding = value.trim().to_ascii_lowercase(),
            _ => {}
        }
    }
    part
}

/// Whether a header is one of those that are looked at.
fn says_content(header: &str) -> bool {
    header.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"))
}

/// `boundary="==X=="` of a content type.
fn boundary(value: &str) -> Option<String> {
    let at = value.to_ascii_lowercase().find("boundary=")? + "boundary=".len();
    let rest = value.get(at..)?.trim_start();
    let word = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split([';', ' ', '\t']).next()?,
    };
    Some(word.trim_end().to_owned())
}

/// The parts between lines that are `--boundary`; the end may be missing.
fn split(text: &str, range: Range<usize>, boundary: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut open = None;
    let mut at = range.start;
    for line in text.get(range.clone()).unwrap_or_default().split_inclusive('\n') {
        let mark = line.trim().strip_prefix("--").and_then(|rest| rest.strip_prefix(boundary));
        if let Some(rest @ ("" | "--")) = mark {
            if let Some(start) = open.take().filter(|_| parts.len() < MOST_PARTS) {
                parts.push(start..at);
            }
            if rest == "--" {
                return parts;
            }
            open = Some(at + line.len());
        }
        at += line.len();
    }
    if let Some(start) = open.filter(|start| *start < at && parts.len() < MOST_PARTS) {
        parts.push(start..at);
    }
    parts
}

/// Undoes quoted-printable; what was not quoted keeps its place.
fn unquoted(flat: &Flat, range: Range<usize>) -> Text {
    let text = flat.text().get(..range.end).unwrap_or_default();
    let mut out = Text::default();
    let mut run = range.start;
    let mut at = range.start;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('=')).map(|found| at + found) {
        let rest = text.get(found + 1..).unwrap_or_default();
        let line = rest.trim_start_matches([' ', '\t']).trim_start_matches('\r');
        let soft = line.starts_with('\n').then(|| rest.len() - line.len() + 1);
        let (bytes, used) = if soft.is_some() { (Vec::new(), 0) } else { quoted_bytes(text, found) };
        at = match soft {
            Some(length) => found + 1 + length,
            None => found + used,
        };
        if at == found {
            // A `=` of its own.
            at = found + 1;
            continue;
        }
        out.append(flat.slice(run, found));
        run = at;
        if let (false, Some(place)) = (bytes.is_empty(), flat.place(found, run)) {
            out.append(Text::made(String::from_utf8_lossy(&bytes).into_owned(), place));
        }
    }
    out.append(flat.slice(run, range.end));
    out
}

/// The bytes of `=C3=A9`, which are one letter, and how long they are written.
fn quoted_bytes(text: &str, start: usize) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    while let Some([b'=', high, low]) =
        text.as_bytes().get(start + bytes.len() * 3..start + bytes.len() * 3 + 3)
    {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { break };
        bytes.push((high * 16 + low) as u8);
        if bytes.len() >= 64 {
            break;
        }
    }
    let used = bytes.len() * 3;
    (bytes, used)
}
