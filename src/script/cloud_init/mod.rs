//! cloud-init: `#cloud-config`, MIME parts and the other forms that user data can have; Ignition beside it.
//!
//! [`form`] tells the forms, each has its reader, and all of them end in files with lines, which land, and scripts,
//! which go through [`super::trace`] again.

mod config;
mod encoded;
mod form;
mod ignition;
mod modules;
mod multipart;
mod table;
pub(super) mod yaml;

use std::collections::BTreeSet;

use super::Context;
use crate::reading::{Gap, Reading};
use crate::source::Span;
use crate::value::{Flat, Landing, Text};
use encoded::Decoded;
use form::Form;

/// Forms within forms: an archive in a part of a mail in gzip in base64.
const DEEPEST: usize = 8;
/// Bytes that may come out of all encodings and aliases of one text.
const BUDGET: usize = 16 << 20;
/// Gaps in one text worth telling.
const MOST_GAPS: usize = 64;

/// Whether a text is one of cloud-init's own forms, as far as its beginning tells; a plain script is none.
pub fn is_cloud_init(text: &str) -> bool {
    form::form(text).is_some()
}

/// Follows secrets through cloud-init's forms; scripts inside go through [`super::trace`] again.
pub fn trace(text: &Flat, context: &Context<'_>) -> Reading<Vec<Landing>> {
    let mut reader = Reader { context, found: Reading::default(), budget: BUDGET, literals: BTreeSet::new() };
    reader.read(text, None, 0);
    reader.found.gaps.sort();
    reader.found.gaps.dedup();
    reader.found
}

/// Reads one text and all that is in it.
struct Reader<'c> {
    context: &'c Context<'c>,
    found: Reading<Vec<Landing>>,
    /// What decoding and copying may still make.
    budget: usize,
    /// Literals that were told.
    literals: BTreeSet<Span>,
}

impl Reader<'_> {
    /// Reads a text by its own form, else by the one that is declared for it.
    fn read(&mut self, text: &Flat, declared: Option<Form>, depth: usize) {
        let at = text.place(0, 1).unwrap_or(self.context.fallback);
        if depth > DEEPEST {
            return self.gap(at, "documents are nested too deeply", true);
        }
        match form::form(text.text()).or(declared) {
            Some(Form::Config) => self.config(text, false),
            Some(Form::Jinja) => self.jinja(text, depth),
            Some(Form::Base64) => self.base64(text, at, depth),
            Some(Form::Boothook) => self.script(&without_first_line(text)),
            Some(Form::Archive) => self.archive(text, depth),
            Some(Form::Multipart) => self.multipart(text, depth),
            Some(Form::Ignition) => self.ignition(text),
            Some(Form::Include) => self.addresses(text),
            Some(Form::PartHandler) => self.part_handler(text, at),
            None => self.script(text),
        }
    }

    fn jinja(&mut self, text: &Flat, depth: usize) {
        let rest = without_first_line(text);
        match form::form(rest.text()) {
            Some(Form::Config) => self.config(&rest, true),
            form => self.read(&rest, form, depth + 1),
        }
    }

    /// Python that cloud-init calls for parts of its own type.
    fn part_handler(&mut self, text: &Flat, at: Span) {
        if !text.slice(0, text.text().len()).traces().is_empty() {
            self.gap(at, "this Python code handles secrets and is not analysed", true);
        }
    }

    fn base64(&mut self, text: &Flat, at: Span, depth: usize) {
        let Some(decoded) = encoded::from_packed_base64(text.text(), &mut self.budget) else {
            return self.gap(at, "this is not valid base64", true);
        };
        if let Some(text) = self.decoded(decoded, at) {
            self.read(&Flat::new(&text), None, depth + 1);
        }
    }

    /// A decoded text, all of it at the place where its code stands.
    fn decoded(&mut self, decoded: Decoded, at: Span) -> Option<Text> {
        match decoded {
            Decoded::Text(text) => return Some(Text::made(text, at)),
            Decoded::Bytes => {}
            Decoded::TooLarge => self.gap(at, "the compressed data is too large to follow", true),
            Decoded::Broken => self.gap(at, "the compressed data cannot be decompressed", true),
        }
        None
    }

    /// Anything that runs.
    fn script(&mut self, text: &Flat) {
        let traced = super::trace(text, self.context);
        self.found.facts.extend(traced.facts);
        self.found.gaps.extend(traced.gaps);
    }

    fn gap(&mut self, at: Span, reason: &str, hides_findings: bool) {
        let gaps = &mut self.found.gaps;
        // One that hides is told whatever else is.
        if gaps.len() < MOST_GAPS || hides_findings && !gaps.iter().any(|gap| gap.hides_findings) {
            let name = self.context.file_name.to_owned();
            gaps.push(Gap { at, name, reason: reason.to_owned(), hides_findings });
        }
    }

    /// Pays for copying; false when there is nothing left to pay with.
    fn pay(&mut self, cost: usize, at: Span) -> bool {
        if self.budget < cost {
            self.budget = 0;
            self.gap(at, "this text expands to more than can be followed", true);
            return false;
        }
        self.budget -= cost;
        true
    }
}

fn without_first_line(text: &Flat) -> Flat {
    let all = text.text();
    let blank = all.len() - all.trim_start_matches('\u{FEFF}').trim_start().len();
    let line = all.get(blank..).and_then(|rest| rest.find('\n')).map_or(all.len(), |end| blank + end + 1);
    Flat::new(&text.slice(line, all.len()))
}

#[cfg(test)]
mod tests;
