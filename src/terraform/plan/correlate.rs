//! Finds values in texts: a text becomes pieces, with a hole where a secret's value stands.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::redact::written_forms;
use crate::secret::tokens::{TokenTable, name_before};
use crate::source::Span;
use crate::terraform::evaluate::literal_origin;
use crate::value::{Text, Traces};

/// A shorter value stands in texts by accident.
const SHORTEST: usize = 6;
/// A value of fewer characters must stand alone.
const SHORT: usize = 12;
/// A longer value is a document, not a secret that is put into one.
const LONGEST: usize = 16 * 1024;
/// Bytes of all values in all forms; beyond, values are not sought.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A secret whose value is known.
pub struct KnownSecret {
    /// The value.
    pub value: Secret,
    /// Where it comes from.
    pub traces: Traces,
}

/// Finds known values and tokens.
pub struct Correlator<'p> {
    finder: Option<AhoCorasick>,
    /// For each pattern, the secret, and whether it must stand alone.
    owners: Vec<(usize, bool)>,
    secrets: &'p [KnownSecret],
    tokens: &'p TokenTable,
    /// Tokens that a team's allow-lists let pass: rule and place.
    allowed: Mutex<BTreeSet<(Arc<str>, Span)>>,
    /// Whether there were more values than can be sought.
    pub cut: bool,
}

/// Whether a value says that it is itself where it stands, and not a word that stands everywhere.
pub fn is_telling(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || b"-_./: ".contains(&byte);
    let capital = |value: &str| {
        let mut letters = value.bytes();
        letters.next().is_some_and(|first| first.is_ascii_uppercase())
            && letters.all(|byte| byte.is_ascii_lowercase())
    };
    let length = value.chars().count();
    let word = length < 16 && (value.bytes().all(plain) || capital(value));
    let upper = length < 16 && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    // Twelve digits are an account; versions, dates and addresses have dots and dashes.
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = length < 13 && value.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte));
    let number = number && !(digits && length >= 8 && length != 12);
    (SHORTEST..=LONGEST).contains(&length) && !word && !upper && !number
}

impl<'p> Correlator<'p> {
    /// A finder of these values. Of two with the same text the first counts.
    pub fn new(secrets: &'p [KnownSecret], tokens: &'p TokenTable) -> Self {
        let (mut patterns, mut owners) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        let mut cut = false;
        for (number, secret) in secrets.iter().enumerate() {
            let value = secret.value.expose();
            let mut forms = written_forms(value, SHORTEST);
            bytes += forms.iter().map(String::len).sum::<usize>();
            if bytes > MOST_BYTES {
                cut = true;
                break;
            }
            // Single lines of a value of many lines stand in other texts too.
            forms.retain(|form| form.len() >= value.trim().len() || form.len() >= 24);
            owners.extend(forms.iter().map(|form| (number, form.chars().count() < SHORT)));
            patterns.extend(forms);
        }
        let finder = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns);
        patterns.iter_mut().for_each(zeroize::Zeroize::zeroize);
        Self {
            cut: cut || finder.is_err(),
            finder: finder.ok().filter(|_| !owners.is_empty()),
            owners,
            secrets,
            tokens,
            allowed: Mutex::default(),
        }
    }

    /// How many tokens a team's allow-lists let pass so far.
    pub fn allowed(&self) -> usize {
        self.allowed.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The text with holes where secrets stand. `way` gives each secret the hops by which it came here.
    pub fn text(&self, text: &str, at: Span, way: &dyn Fn(&Traces) -> Traces) -> Text {
        let mut found: Vec<(Range<usize>, Traces)> = Vec::new();
        if let Some(finder) = &self.finder {
            for hit in finder.find_iter(text) {
                let Some((number, alone)) = self.owners.get(hit.pattern().as_usize()) else { continue };
                let Some(secret) = self.secrets.get(*number) else { continue };
                if !alone || stands_alone(text, &hit.range()) {
                    found.push((hit.range(), way(&secret.traces)));
                }
            }
        }
        let tokens = self.tokens.find_with_allowed(text, "").into_iter();
        for token in tokens.filter(|token| !token.documentation) {
            if token.allowed.is_some() {
                let mut allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
                allowed.insert((token.rule, at));
                continue;
            }
            let known = |(range, _): &(Range<usize>, Traces)| {
                range.start < token.range.end && token.range.start < range.end
            };
            let Some(value) = text.get(token.range.clone()).filter(|_| !found.iter().any(known)) else {
                continue;
            };
            // The generic rule goes by the name: `DB_PASSWORD=` before what looks drawn by lot.
            let (name, sure) = match token.generic {
                true => (name_before(text, token.range.start), Confidence::Medium),
                false => (token.rule.as_ref(), Confidence::High),
            };
            let origin = literal_origin(name, value, at, sure);
            found.push((token.range.clone(), Traces::from_origin(origin)));
        }
        found.sort_by_key(|(range, _)| range.start);
        pieces(text, at, found)
    }
}

fn pieces(text: &str, at: Span, found: Vec<(Range<usize>, Traces)>) -> Text {
    let mut out = Text::default();
    let mut from = 0;
    for (range, traces) in found {
        if let Some(before) = text.get(from..range.start).filter(|before| !before.is_empty()) {
            out.append(Text::made(before, at));
        }
        let label = traces.iter().next().map(|trace| trace.origin.name.clone()).unwrap_or_default();
        out.append(Text::hole(label, at, traces));
        from = from.max(range.end);
    }
    if let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        out.append(Text::made(rest, at));
    }
    out
}

/// No letter or digit beside it.
fn stands_alone(text: &str, word: &Range<usize>) -> bool {
    let before = text.get(..word.start).and_then(|text| text.chars().next_back());
    let after = text.get(word.end..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn words_and_numbers_tell_nothing() {
        for word in ["abc", "cassandra", "Production", "eu/west", "123456789012", "TRUE_VALUE"] {
            assert!(!is_telling(word), "{word}");
        }
        for value in ["Zx9-wq7Lk2", "hunter2!", "83920174658", "correct horse battery staple"] {
            assert!(is_telling(value), "{value}");
        }
    }

    #[test]
    fn values_become_holes_in_every_form() {
        let at = Span::start_of(SourceId(0));
        let origin = literal_origin("pw", "x", at, Confidence::High);
        let secrets =
            [KnownSecret { value: Secret::new("Zx9/wq7Lk2+q"), traces: Traces::from_origin(origin) }];
        let tokens = TokenTable::embedded();
        let correlator = Correlator::new(&secrets, &tokens);
        let shown = |text: &str| correlator.text(text, at, &Traces::clone).shown();
        assert_eq!(shown("a=Zx9/wq7Lk2+q;"), "a=${pw};");
        assert_eq!(shown("a=Zx9%2Fwq7Lk2%2Bq;"), "a=${pw};");
        assert!(shown("YT1aeDkvd3E3TGsyK3E7").contains("${pw}"), "inside of base64");
    }
}
