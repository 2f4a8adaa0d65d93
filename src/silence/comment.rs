//! Ignores that stand in the source: `# secretrail:ignore RULE until=2027-01-31 reason="..."`.
//!
//! A comment behind code is for its own line; one that stands alone is for the next line, other such
//! comments between them not counted. Where that line opens a here-document, or an HCL block with some in it, it is
//! for these too: see [`reach`]. Whether it is a comment is decided by its line alone, since HCL, YAML,
//! shell and PowerShell stand inside of each other: it starts the line or follows white space, and no quote
//! is open before it. In doubt it is none, and the finding is told.

mod reach;

use std::ops::Range;

use self::reach::reach;
use crate::day::Day;
use crate::source::{SourceId, Sources, Span};

/// What every ignore says.
const MARK: &str = "secretrail:ignore";
/// A longer comment is no ignore that anybody would read.
const LONGEST: usize = 2_000;
/// Of more comments than this in one document the later ones are for their lines only.
const MOST_REACHING: usize = 1_000;
/// What starts a comment everywhere, and what starts one in HCL only. The longer first.
const LEADS: &[&str] = &["<#", "#"];
const HCL_LEADS: &[&str] = &["//", "/*"];
const HCL_ENDINGS: &[&str] = &[".tf", ".tofu", ".tfvars", ".hcl"];

/// An ignore in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// From its first character to the last.
    pub at: Span,
    /// The line that it is for, from 1.
    pub line: usize,
    /// Lines of here-documents that it is for as well.
    pub also: Vec<Range<usize>>,
    /// What it says, or why it says nothing.
    pub said: Result<Said, &'static str>,
}

/// What an ignore says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub rules: Vec<String>,
    pub until: Day,
    pub reason: String,
}

/// A comment found on a line, before it is known which line it is for.
struct Written {
    comment: Comment,
    stands_alone: bool,
}

/// All ignores of a document, in its order.
pub(super) fn comments(sources: &Sources, source: SourceId) -> Vec<Comment> {
    let text = sources.text(source);
    if !text.contains(MARK) {
        return Vec::new();
    }
    let name = sources.name(source).to_ascii_lowercase();
    let is_hcl = HCL_ENDINGS.iter().any(|ending| name.ends_with(ending));
    let mut written: Vec<Written> = Vec::new();
    let (mut start, mut number) = (0, 1);
    for line in text.split_inclusive('\n') {
        if line.contains(MARK) {
            written.extend(on_line(line.trim_end(), Span::start_of(source), start, number, is_hcl));
        }
        start += line.len();
        number += 1;
    }
    // Backwards: of comments one below the other, the last one knows the line.
    let mut below: Option<(usize, usize)> = None;
    for one in written.iter_mut().rev().filter(|one| one.stands_alone) {
        let own = one.comment.line;
        one.comment.line = match below {
            Some((line, covered)) if line == own + 1 => covered,
            _ => own + 1,
        };
        below = Some((own, one.comment.line));
    }
    let lines: Vec<&str> = if written.is_empty() { Vec::new() } else { text.lines().collect() };
    for one in written.iter_mut().take(MOST_REACHING) {
        one.comment.also = reach(&lines, one.comment.line, is_hcl);
    }
    written.into_iter().map(|one| one.comment).collect()
}

/// The ignore on a line; a comment runs to the line's end, so there is one at most.
fn on_line(line: &str, source: Span, start: usize, number: usize, is_hcl: bool) -> Option<Written> {
    let (at, lead, rest) = comment_in(line, is_hcl)?;
    let end = match lead {
        "/*" => rest.find("*/"),
        "<#" => rest.find("#>"),
        _ => None,
    };
    let (body, behind) = rest.split_at(end.unwrap_or(rest.len()));
    let behind = behind.get(2..).unwrap_or_default();
    let length = line.len() - at - behind.len();
    let stands_alone =
        line.get(..at).is_some_and(|before| before.trim().is_empty()) && behind.trim().is_empty();
    let said = if body.len() > LONGEST { Err("it is longer than 2,000 characters") } else { said(body) };
    let at = Span::new(source.source, start + at, start + at + length);
    Some(Written { comment: Comment { at, line: number, also: Vec::new(), said }, stands_alone })
}

/// Where a comment that is an ignore starts, how, and what follows the mark.
fn comment_in(line: &str, is_hcl: bool) -> Option<(usize, &'static str, &str)> {
    let leads = || LEADS.iter().chain(HCL_LEADS.iter().filter(|_| is_hcl));
    let mut quote: Option<u8> = None;
    let mut before = b' ';
    let mut bytes = line.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, quote) {
            (b'\\', None | Some(b'"')) => {
                before = bytes.next().map_or(byte, |(_, next)| next);
                continue;
            }
            (b'"' | b'\'', Some(open)) if open == byte => quote = None,
            (b'\'', None) if is_apostrophe(line, at) => {}
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, None) if before.is_ascii_whitespace() => {
                let rest = line.get(at..).unwrap_or_default();
                for lead in leads() {
                    let Some(body) = rest.strip_prefix(lead) else { continue };
                    let body = body.trim_start_matches('#').trim_start();
                    if let Some(rest) = body.strip_prefix(MARK) {
                        return Some((at, lead, rest));
                    }
                }
            }
            _ => {}
        }
        before = byte;
    }
    None
}

/// The one of `don't`.
fn is_apostrophe(line: &str, at: usize) -> bool {
    let letter = |at: Option<usize>| {
        at.and_then(|at| line.as_bytes().get(at)).is_some_and(|byte| byte.is_ascii_alphabetic())
    };
    letter(at.checked_sub(1)) && letter(at.checked_add(1))
}

/// Reads what follows the mark. The errors never quote it.
fn said(body: &str) -> Result<Said, &'static str> {
    if !body.is_empty() && !body.starts_with(char::is_whitespace) {
        return Err("white space must follow `secretrail:ignore`");
    }
    let (rules, mut rest) = rules(body.trim_start())?;
    let (mut until, mut reason) = (None, None);
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("until=") {
            let (word, after) = after.split_at(after.find(char::is_whitespace).unwrap_or(after.len()));
            let word = word.trim_matches(['"', '\'']);
            let day = Day::parse(word).ok_or("`until` is no day of the calendar: write until=2027-01-31")?;
            if until.replace(day).is_some() {
                return Err("`until` is given twice");
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix("reason=") {
            let (text, after) = quoted(after)?;
            if reason.replace(text).is_some() {
                return Err("`reason` is given twice");
            }
            rest = after;
        } else if rest.is_empty() {
            break;
        } else {
            return Err("only until=... and reason=\"...\" may follow the rule");
        }
    }
    match (until, reason) {
        (Some(until), Some(reason)) => Ok(Said { rules, until, reason }),
        (None, None) => Err("it has no `until` and no `reason`"),
        (None, _) => Err("it has no `until`: write until=2027-01-31"),
        (_, None) => Err("it has no `reason`: write reason=\"why\""),
    }
}

/// `rule-name, other-rule` and what follows.
fn rules(mut rest: &str) -> Result<(Vec<String>, &str), &'static str> {
    let part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let mut rules = Vec::new();
    loop {
        let (word, after) = rest.split_at(rest.find(|letter| !part(letter)).unwrap_or(rest.len()));
        if word.is_empty() || after.starts_with('=') {
            return Err("it names no rule: write secretrail:ignore RULE until=... reason=\"...\"");
        }
        rules.push(word.to_owned());
        match after.trim_start().strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => return Ok((rules, after)),
        }
    }
}

/// A text in quotes, and what follows.
fn quoted(text: &str) -> Result<(String, &str), &'static str> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let quote = quote.ok_or("put the reason in quotes: reason=\"why\"")?;
    let (inside, after) = text
        .get(1..)
        .and_then(|rest| rest.split_once(quote))
        .ok_or("the quote of the reason is not closed")?;
    if inside.trim().is_empty() {
        return Err("the reason is empty");
    }
    Ok((inside.trim().to_owned(), after))
}

#[cfg(test)]
mod tests;
