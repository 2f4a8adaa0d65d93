//! The search: keywords, then windows, then each match's trial.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::allow::Found;
use super::{TokenMatch, TokenRule, TokenTable, checksum};

/// Windows that grow together are searched in parts of this size, so that no search is longer.
const LONGEST_WINDOW: usize = 256 * 1024;
/// A line is cut here when an allow-list looks at it.
const LONGEST_LINE: usize = 1024;

pub(super) fn find(table: &TokenTable, text: &str, path: &str) -> Vec<TokenMatch> {
    let mut search = Search { table, text, path, found: Vec::new() };
    let mut open: Vec<Option<Range<usize>>> = Vec::new();
    for hit in table.keywords.iter().flat_map(|keywords| keywords.find_overlapping_iter(text)) {
        if open.is_empty() {
            open.resize(table.rules.len(), None);
        }
        let rules = table.by_keyword.get(hit.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
        for number in rules {
            let number = *number as usize;
            let (Some(rule), Some(slot)) = (table.rules.get(number), open.get_mut(number)) else { continue };
            let window =
                hit.start().saturating_sub(rule.reach)..hit.end().saturating_add(rule.reach).min(text.len());
            match slot {
                Some(before) if window.start <= before.end && window.end - before.start <= LONGEST_WINDOW => {
                    before.end = window.end;
                }
                _ => {
                    if let Some(before) = slot.replace(window) {
                        search.window(number, rule, before);
                    }
                }
            }
        }
    }
    // Most texts are short and hold no keyword.
    if open.is_empty() && !table.has_rules_without_keywords {
        return Vec::new();
    }
    for (number, rule) in table.rules.iter().enumerate() {
        if let Some(window) = open.get_mut(number).and_then(Option::take) {
            search.window(number, rule, window);
        }
        if !rule.has_keywords {
            search.everywhere(number, rule);
        }
    }
    settle(table, search.found)
}

struct Search<'t> {
    table: &'t TokenTable,
    text: &'t str,
    path: &'t str,
    found: Vec<(usize, TokenMatch)>,
}

impl Search<'_> {
    /// A rule without keywords looks at all of the text, in windows that overlap.
    fn everywhere(&mut self, number: usize, rule: &TokenRule) {
        let mut start = 0;
        while start < self.text.len() {
            let end = start.saturating_add(LONGEST_WINDOW).min(self.text.len());
            self.window(number, rule, start..end);
            if end == self.text.len() {
                break;
            }
            start = end.saturating_sub(rule.reach).max(start + 1);
        }
    }

    fn window(&mut self, number: usize, rule: &TokenRule, window: Range<usize>) {
        if rule.path.as_ref().is_some_and(|path| !path.is_match(self.path)) {
            return;
        }
        let Some(regex) = rule.regex.get() else { return };
        let mut at = floor(self.text, window.start);
        let mut end = ceiling(self.text, window.end);
        while let Some(before) = self.text.get(..end)
            && at <= end
        {
            // The text before the window stays in view, so that `\b` and `^` see what is there.
            let Some(place) = regex.find_at(before, at) else { return };
            if place.end() == end && end < self.text.len() && end - window.end.min(end) < 4 * rule.reach {
                // Cut off by the window: look again with more of the text.
                at = place.start();
                end = ceiling(self.text, end.saturating_add(4 * rule.reach).min(self.text.len()));
                continue;
            }
            let Some(captures) = regex.captures_at(before, place.start()) else { return };
            let secret = secret_range(rule, &captures);
            // The next token may start with what this match took as its end.
            at = ceiling(self.text, secret.end.max(place.start() + 1));
            if let Some(found) = self.trial(rule, &captures, secret) {
                self.found.push((number, found));
            }
        }
    }

    /// Holds a match against everything that could clear it.
    fn trial(
        &self,
        rule: &TokenRule,
        captures: &regex::Captures<'_>,
        secret: Range<usize>,
    ) -> Option<TokenMatch> {
        let value = self.text.get(secret.clone()).filter(|value| !value.is_empty())?;
        if rule.entropy > 0.0 && checksum::entropy(value) <= rule.entropy {
            return None;
        }
        let whole = captures.get(0)?;
        let mut allowed = None;
        let lists = || rule.allow.iter().chain(&self.table.allow);
        if lists().next().is_some() {
            let line = line_of(self.text, whole.range());
            let found = Found { rule: &rule.id, secret: value, whole: whole.as_str(), line, path: self.path };
            for list in lists().filter(|list| list.allows(found)) {
                // What our own lists let pass is a placeholder, and nobody wants to hear of it.
                allowed = Some(Arc::clone(list.told()?));
            }
        }
        let verified = rule.check.judge(self.text, captures, secret)?;
        Some(TokenMatch {
            rule: Arc::clone(&rule.id),
            description: Arc::clone(&rule.description),
            range: verified.range,
            verified: verified.verified,
            documentation: verified.documentation,
            generic: rule.is_generic(),
            allowed,
        })
    }
}

/// As gitleaks: the named group; without one, the first that took part; without groups, the whole match.
fn secret_range(rule: &TokenRule, captures: &regex::Captures<'_>) -> Range<usize> {
    let group = match rule.secret_group {
        0 => captures.iter().skip(1).flatten().find(|group| !group.is_empty()),
        number => captures.get(number),
    };
    group.or_else(|| captures.get(0)).map_or(0..0, |group| group.range())
}

/// Of overlapping matches the one of the earlier rule stays, and one that a list lets pass only where no other is.
fn settle(table: &TokenTable, mut found: Vec<(usize, TokenMatch)>) -> Vec<TokenMatch> {
    debug_assert!(found.iter().all(|(number, _)| *number < table.rules.len()));
    found.sort_by_key(|(number, found)| (found.allowed.is_some(), *number, found.range.start));
    let mut kept: BTreeMap<usize, TokenMatch> = BTreeMap::new();
    for (_, candidate) in found {
        let last_before = kept.range(..candidate.range.end).next_back();
        if last_before.is_none_or(|(_, other)| other.range.end <= candidate.range.start) {
            kept.insert(candidate.range.start, candidate);
        }
    }
    kept.into_values().collect()
}

fn line_of(text: &str, range: Range<usize>) -> &str {
    let from = floor(text, range.start.saturating_sub(LONGEST_LINE));
    let to = ceiling(text, range.end.saturating_add(LONGEST_LINE).min(text.len()));
    let before = text.get(from..range.start).unwrap_or_default();
    let after = text.get(range.end..to).unwrap_or_default();
    let start = before.rfind('\n').map_or(from, |at| from + at + 1);
    let end = after.find('\n').map_or(to, |at| range.end + at);
    text.get(start..end).unwrap_or_default()
}

pub(in crate::secret) fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

pub(in crate::secret) fn ceiling(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
