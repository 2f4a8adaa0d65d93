//! Reading Terraform's files: native syntax, JSON, variable values, templates.

mod convert;
mod json;
mod literal;
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
        reason: format!("Terraform refuses this: {reason}"),
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
            let gap = Gap {
                at: Span::new(source, at, at),
                name: String::new(),
                reason: "this is not a valid Terraform template; read as text with interpolations".into(),
                hides_findings: false,
            };
            Reading { facts: loose_template(text), gaps: vec![gap] }
        }
    }
}

/// The template inside a string that was already unescaped (JSON syntax).
pub(super) fn string_template(text: &str, base: usize, exact: bool) -> Vec<Part> {
    let parsed = hcl_edit::parser::parse_template(text).ok().filter(|_| exact);
    match parsed {
        Some(template) => Converter::new(text, base).file_template(&template),
        None if text.contains("${") => shifted(loose_template(text), base, text.len()),
        None => {
            let range = Range { start: base as u32, end: (base + text.len()) as u32 };
            vec![Part::Literal { text: text.into(), range, exact }]
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

fn loose_template(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        let Some(close) = repair::closing_brace(text, open + 2) else { break };
        let escaped = open > 0 && text.as_bytes().get(open - 1) == Some(&b'$');
        let inner = text.get(open + 2..close).unwrap_or_default();
        let parsed = (!escaped).then(|| hcl_edit::parser::parse_expr(inner.trim()).ok()).flatten();
        let Some(parsed) = parsed else {
            let end = open + 2;
            parts.extend(literal::parts(
                text.get(from..end).unwrap_or_default(),
                from,
                literal::Style::File,
                false,
            ));
            from = end;
            continue;
        };
        parts.extend(literal::parts(
            text.get(from..open).unwrap_or_default(),
            from,
            literal::Style::File,
            false,
        ));
        let lead = inner.len() - inner.trim_start().len();
        parts.push(Part::Interpolation(Converter::new(inner.trim(), open + 2 + lead).expr(&parsed)));
        from = close + 1;
    }
    parts.extend(literal::parts(text.get(from..).unwrap_or_default(), from, literal::Style::File, false));
    parts
}

/// The bodies of all heredocs in a native-syntax text, by its tokens alone.
pub fn heredoc_bodies(text: &str) -> Vec<Bytes<usize>> {
    repair::heredoc_bodies(text)
}

#[cfg(test)]
mod tests;
