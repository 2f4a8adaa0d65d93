//! `rules/names.toml` as a table that is asked by last word.

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::words::Words;

/// What a phrase at the end of a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Strong,
    Weak,
    Never,
    Skip,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    strong: Vec<String>,
    weak: Vec<String>,
    never: Vec<String>,
    skip: Vec<String>,
    deeds: Vec<String>,
    tame: Vec<String>,
    prepositions: Vec<String>,
    owned: Vec<String>,
    about: Vec<String>,
    glued: Vec<String>,
    exactly_not: Vec<String>,
}

#[derive(Debug)]
struct Phrase {
    /// Its words, last one first.
    words: Vec<String>,
    text: String,
    meaning: Meaning,
}

/// All that is known of names.
#[derive(Debug, Default)]
pub(super) struct NameTable {
    /// By last word, then longest first.
    phrases: Vec<Phrase>,
    deeds: Vec<String>,
    tame: Vec<String>,
    prepositions: Vec<String>,
    owned: Vec<String>,
    /// In order: every unknown name is looked up in it.
    about: Vec<String>,
    glued: Vec<String>,
    exactly_not: Vec<String>,
    /// Finds any word that a verdict needs; most names hold none.
    any: Option<AhoCorasick>,
}

impl NameTable {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let groups = [
            (file.strong, Meaning::Strong),
            (file.weak, Meaning::Weak),
            (file.never, Meaning::Never),
            (file.skip, Meaning::Skip),
        ];
        let mut phrases: Vec<Phrase> = Vec::new();
        for (texts, meaning) in groups {
            phrases.extend(texts.into_iter().map(|text| Phrase::new(text, meaning)));
        }
        phrases.sort_by(|one, other| {
            let length = other.words.len().cmp(&one.words.len());
            one.words.first().cmp(&other.words.first()).then(length)
        });
        let says = |phrase: &&Phrase| matches!(phrase.meaning, Meaning::Strong | Meaning::Weak);
        let mut needed: Vec<&str> = phrases
            .iter()
            .filter(says)
            .filter_map(|phrase| phrase.words.first())
            .map(String::as_str)
            .collect();
        needed.extend(file.glued.iter().map(String::as_str));
        needed.sort_unstable();
        needed.dedup();
        let any = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(&needed)
            .map_err(|error| error.to_string())?;
        let mut about = file.about;
        about.sort();
        Ok(Self {
            any: Some(any),
            phrases,
            deeds: file.deeds,
            tame: file.tame,
            prepositions: file.prepositions,
            owned: file.owned,
            about,
            glued: file.glued,
            exactly_not: file.exactly_not,
        })
    }

    /// Whether the name holds any word that could make it say secret: one pass, for the many that don't.
    pub(super) fn may_say(&self, name: &str) -> bool {
        self.any.as_ref().is_some_and(|any| any.is_match(name))
    }

    pub(super) fn is_exactly_not(&self, name: &str) -> bool {
        self.exactly_not.iter().any(|listed| listed == name)
    }

    pub(super) fn is_deed(&self, word: &str) -> bool {
        listed(&self.deeds, word)
    }

    pub(super) fn is_tame(&self, word: &str) -> bool {
        listed(&self.tame, word)
    }

    /// Whether a word says that the name is about the secret and not the secret's: `length`, `arn`.
    pub(super) fn is_about(&self, word: &str) -> bool {
        self.about.binary_search_by(|listed| compare(listed, word)).is_ok()
    }

    /// Whether the name of an owner may follow this phrase.
    pub(super) fn may_be_owned(&self, phrase: &str) -> bool {
        self.owned.iter().any(|owned| owned == phrase)
    }

    pub(super) fn is_preposition(&self, word: &str) -> bool {
        listed(&self.prepositions, word)
    }

    /// The longest listed phrase that ends the words: its meaning, how many words, its text.
    pub(super) fn longest<'t>(&'t self, words: &Words<'_>) -> Option<(Meaning, usize, &'t str)> {
        let last = words.last()?;
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some((Meaning::Skip, 1, ""));
        }
        let bare = last.trim_end_matches(|letter: char| letter.is_ascii_digit());
        self.ending_with(words, last).or_else(|| self.ending_with(words, bare))
    }

    fn ending_with<'t>(&'t self, words: &Words<'_>, last: &str) -> Option<(Meaning, usize, &'t str)> {
        let order = |phrase: &Phrase| compare(phrase.words.first().map_or("", String::as_str), last);
        let start = self.phrases.partition_point(|phrase| order(phrase).is_lt());
        let same = self.phrases.iter().skip(start).take_while(|phrase| order(phrase).is_eq());
        let ends = |phrase: &&Phrase| {
            let rest = phrase.words.iter().enumerate().skip(1);
            rest.into_iter()
                .all(|(back, word)| words.word_back(back).is_some_and(|own| own.eq_ignore_ascii_case(word)))
        };
        let phrase = same.into_iter().find(ends)?;
        Some((phrase.meaning, phrase.words.len(), &phrase.text))
    }

    /// The listed ending of a word without seams.
    pub(super) fn glued<'t>(&'t self, word: &str) -> Option<&'t str> {
        let word = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let ends = |listed: &&String| {
            let from = word.len().checked_sub(listed.len());
            from.and_then(|from| word.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(listed))
        };
        self.glued.iter().find(ends).map(String::as_str)
    }
}

impl Phrase {
    fn new(text: String, meaning: Meaning) -> Self {
        let words = text.split(' ').rev().map(str::to_owned).collect();
        Self { words, text, meaning }
    }
}

fn listed(list: &[String], word: &str) -> bool {
    list.iter().any(|listed| listed.eq_ignore_ascii_case(word))
}

/// The order of a lower-case text and a word in any case.
fn compare(lower: &str, word: &str) -> std::cmp::Ordering {
    lower.bytes().cmp(word.bytes().map(|byte| byte.to_ascii_lowercase()))
}
