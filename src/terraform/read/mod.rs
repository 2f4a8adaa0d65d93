//! Reading Terraform's files: native syntax, JSON, variable values, templates.

mod convert;
mod json;
mod literal;
mod packer;
mod repair;

use std::ops::Range as Bytes;

use crate::reading::{Gap, Reading};
use crate::source::{SourceId, Span};

use super::ast::{Body, Expr, Part, Range};
use convert::Converter;

pub use json::read_json;

/// Reads `.tf`, `.tofu` and `.tfvars` text.
///
/// What `terraform fmt` accepts is read whole. Where the text is broken, each block that can't be
/// read is a gap and the others are understood.
pub fn read_hcl(source: SourceId, text: &str) -> Reading<Body> {
    if let Ok(body) = hcl_edit::parser::parse_body(text) {
        return converted(source, &body, Converter::new(text, 0));
    }
    let repaired = repair::repair(text);
    if let Ok(body) = hcl_edit::parser::parse_body(&repaired) {
        return converted(source, &body, Converter::new(text, 0));
    }
    block_by_block(source, text, &repaired)
}

fn converted(source: SourceId, body: &hcl_edit::structure::Body, converter: Converter<'_>) -> Reading<Body> {
    let facts = converter.body(body);
    let gaps = converter.objections().into_iter().map(|(range, reason)| Gap {
        at: Span { source, start: range.start, end: range.end },
        name: String::new(),
        reason: format!("Terraform rejects this: {reason}"),
        hides_findings: false,
    });
    Reading { facts, gaps: gaps.collect() }
}

fn block_by_block(source: SourceId, text: &str, repaired: &str) -> Reading<Body> {
    let mut reading = Reading::<Body>::default();
    for chunk in repair::top_level_chunks(repaired) {
        let (Some(original), Some(chunk_text)) = (text.get(chunk.clone()), repaired.get(chunk.clone()))
        else {
            continue; // a chunk starts and ends at line starts: never inside a character
        };
        match hcl_edit::parser::parse_body(chunk_text) {
            Ok(body) => {
                let read = converted(source, &body, Converter::new(original, chunk.start));
                reading.facts.attributes.extend(read.facts.attributes);
                reading.facts.blocks.extend(read.facts.blocks);
                reading.gaps.extend(read.gaps);
            }
            Err(error) => reading.gaps.push(unread_block(source, text, &chunk, &error)),
        }
    }
    reading
}

fn unread_block(source: SourceId, text: &str, chunk: &Bytes<usize>, error: &hcl_edit::parser::Error) -> Gap {
    let inside = text.get(chunk.clone()).unwrap_or_default();
    let head = inside.lines().next().unwrap_or_default();
    // The parser counts bytes and may stop inside of a letter.
    let at = chunk.start + inside.floor_char_boundary(error.location().offset());
    Gap {
        at: Span::new(source, at, at),
        name: block_name(head),
        // The parser's message names tokens, never the text of the line.
        reason: format!("this block is not valid Terraform: {}", first_line(error.message())),
        hides_findings: true,
    }
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// `resource "aws_instance" "web" {` as `resource.aws_instance.web`; anything else: no name, since
/// a broken line can hold anything.
fn block_name(head: &str) -> String {
    let words: Vec<&str> = head.trim_end().trim_end_matches('{').split_whitespace().collect();
    let plain = |word: &&str| {
        word.trim_matches('"').chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter))
    };
    if head.contains('=') || words.len() > 3 || !words.iter().all(plain) {
        return String::new();
    }
    words.iter().map(|word| word.trim_matches('"')).collect::<Vec<_>>().join(".")
}

/// Reads a template file as `templatefile` does.
///
/// A template that can't be parsed whole is understood piece by piece: what looks like an
/// interpolation becomes one, the rest is text, and a gap says so.
pub fn read_template(source: SourceId, text: &str) -> Reading<Vec<Part>> {
    match hcl_edit::parser::parse_template(text) {
        Ok(template) => Reading { facts: Converter::new(text, 0).file_template(&template), gaps: Vec::new() },
        Err(error) => {
            let at = text.floor_char_boundary(error.location().offset());
            let gap = |reason: &str, hides_findings| Gap {
                at: Span::new(source, at, at),
                name: String::new(),
                reason: format!("this is not a valid Terraform template; {reason}"),
                hides_findings,
            };
            let loose = loose_template(text);
            let mut gaps = vec![gap("read as text with interpolations", false)];
            gaps.extend(loose.is_cut.then(|| gap(TOO_NESTED, true)));
            Reading { facts: loose.parts, gaps }
        }
    }
}

/// The template inside a string that was already unescaped (JSON syntax), and whether it was read whole.
pub(super) fn string_template(text: &str, base: usize, exact: bool) -> (Vec<Part>, bool) {
    let parsed = hcl_edit::parser::parse_template(text).ok().filter(|_| exact);
    match parsed {
        Some(template) => (Converter::new(text, base).file_template(&template), true),
        None if text.contains("${") => {
            let loose = loose_template(text);
            (shifted(loose.parts, base, text.len()), !loose.is_cut)
        }
        None => {
            let range = Range { start: base as u32, end: (base + text.len()) as u32 };
            (vec![Part::Literal { text: text.into(), range, exact }], true)
        }
    }
}

/// Parts of a text whose bytes do not stand in the file as they are: all at the text's start.
fn shifted(parts: Vec<Part>, base: usize, len: usize) -> Vec<Part> {
    let range = Range { start: base as u32, end: (base + len) as u32 };
    let place = |part| match part {
        Part::Literal { text, .. } => Part::Literal { text, range, exact: false },
        Part::Interpolation(expr) => Part::Interpolation(Expr { range, ..expr }),
        other => other,
    };
    parts.into_iter().map(place).collect()
}

/// A text whose interpolations were sought one by one.
struct Loose {
    parts: Vec<Part>,
    /// Bytes that were looked at again.
    steps: usize,
    /// Whether that was too much, and the rest stands as text.
    is_cut: bool,
}

/// An interpolation longer than this is none.
const LONGEST: usize = 64 * 1024;
/// Why a text was not sought through to its end.
const TOO_NESTED: &str = "its interpolations are nested too deeply: the rest was read as plain text";

fn loose_template(text: &str) -> Loose {
    let most = text.len().saturating_mul(8).saturating_add(LONGEST * 8);
    let mut loose = Loose { parts: Vec::new(), steps: 0, is_cut: false };
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        if loose.steps > most {
            loose.is_cut = true;
            break;
        }
        let near = text.floor_char_boundary(open.saturating_add(LONGEST));
        let close = text.get(..near).and_then(|near| repair::closing_brace(near, open + 2));
        loose.steps += close.unwrap_or(near).saturating_sub(open);
        let escaped = open > 0 && text.as_bytes().get(open - 1) == Some(&b'$');
        let inner = text.get(open + 2..close.unwrap_or(open + 2)).unwrap_or_default();
        let sought = close.filter(|_| !escaped);
        let parsed = sought.and_then(|_| hcl_edit::parser::parse_expr(inner.trim()).ok());
        let Some((parsed, close)) = parsed.zip(close) else {
            let end = open + 2;
            loose.add(text, from..end);
            from = end;
            continue;
        };
        loose.add(text, from..open);
        let lead = inner.len() - inner.trim_start().len();
        let expr = Converter::new(inner.trim(), open + 2 + lead).expr(&parsed);
        loose.parts.push(Part::Interpolation(expr));
        from = close + 1;
    }
    loose.add(text, from..text.len());
    loose
}

impl Loose {
    fn add(&mut self, text: &str, range: Bytes<usize>) {
        let from = range.start;
        let text = text.get(range).unwrap_or_default();
        self.parts.extend(literal::parts(text, from, literal::Style::File, false));
    }
}

/// The bodies of all heredocs in a native-syntax text, by its tokens alone.
pub fn heredoc_bodies(text: &str) -> Vec<Bytes<usize>> {
    repair::heredoc_bodies(text)
}

#[cfg(test)]
mod tests;
