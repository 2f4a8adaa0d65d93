//! Modifiers of a field: `field|contains|all`. Their list is the Sigma modifiers appendix 2.1.

use crate::nearest::did_you_mean;

use super::encode::Encoding;
use super::pattern::RegexFlags;
use super::problem::{Place, Problems, shown};
use super::time::TimePart;

/// How a field's value is compared with a rule's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Comparison {
    #[default]
    Equal,
    Contains,
    StartsWith,
    EndsWith,
    Regex,
    Cidr,
    Order(Order),
    Exists,
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Order {
    pub(super) fn is_met(self, field: f64, value: f64) -> bool {
        match self {
            Self::Less => field < value,
            Self::AtMost => field <= value,
            Self::More => field > value,
            Self::AtLeast => field >= value,
        }
    }
}

/// All modifiers of one field, checked to fit one another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Modifiers {
    pub(super) comparison: Comparison,
    pub(super) flags: RegexFlags,
    pub(super) all: bool,
    pub(super) cased: bool,
    pub(super) negated: bool,
    pub(super) field_ref: bool,
    pub(super) expand: bool,
    pub(super) windash: bool,
    pub(super) encodings: Vec<Encoding>,
    pub(super) time: Option<TimePart>,
}

/// Modifiers that can stand together are told by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Part,
    Regex,
    Flag,
    Cidr,
    Order,
    Exists,
    Cased,
    All,
    Not,
    Expand,
    FieldRef,
    Windash,
    Encoding,
    Time,
}

/// Every modifier and what it does.
const WORDS: &[(&str, Family)] = &[
    ("contains", Family::Part),
    ("startswith", Family::Part),
    ("endswith", Family::Part),
    ("all", Family::All),
    ("cased", Family::Cased),
    ("exists", Family::Exists),
    ("neq", Family::Not),
    ("re", Family::Regex),
    ("i", Family::Flag),
    ("m", Family::Flag),
    ("s", Family::Flag),
    ("base64", Family::Encoding),
    ("base64offset", Family::Encoding),
    ("utf16", Family::Encoding),
    ("utf16le", Family::Encoding),
    ("utf16be", Family::Encoding),
    ("wide", Family::Encoding),
    ("windash", Family::Windash),
    ("cidr", Family::Cidr),
    ("lt", Family::Order),
    ("lte", Family::Order),
    ("gt", Family::Order),
    ("gte", Family::Order),
    ("fieldref", Family::FieldRef),
    ("expand", Family::Expand),
    ("minute", Family::Time),
    ("hour", Family::Time),
    ("day", Family::Time),
    ("week", Family::Time),
    ("month", Family::Time),
    ("year", Family::Time),
];

/// Whether two modifiers can stand at one field.
fn fit(one: Family, other: Family) -> bool {
    use Family::*;
    let fits = |one, other| match (one, other) {
        (Exists, _) | (_, Exists) => false,
        (All, other) => other != All,
        (Not, other) => !matches!(other, Not | Order),
        (Expand, other) => matches!(other, Part | Regex | Flag | Cidr | Cased | Windash | Encoding),
        (Part, other) => matches!(other, Cased | FieldRef | Windash | Encoding),
        (Cased, other) => matches!(other, FieldRef | Windash | Encoding),
        (Encoding, Encoding) | (Flag, Flag | Regex) | (Time, Order) => true,
        _ => false,
    };
    fits(one, other) || fits(other, one)
}

/// Reads a key such as `CommandLine|contains|all` to the field's name (empty for keywords) and its
/// modifiers. `None` where a mistake was told.
pub(super) fn parse<'k>(key: &'k str, at: Place, problems: &mut Problems) -> Option<(&'k str, Modifiers)> {
    let mut words = key.split('|');
    let field = words.next().unwrap_or_default();
    let mut column = field.chars().count() + 1;
    let mut modifiers = Modifiers::default();
    let mut seen: Vec<(&str, Family)> = Vec::new();
    for word in words {
        let at = at.right(column);
        column += word.chars().count() + 1;
        let Some((known, family)) = WORDS.iter().copied().find(|(known, _)| *known == word) else {
            if word.is_empty() {
                problems.error(at, "a modifier is missing after `|`");
                return None;
            }
            let near = did_you_mean(word, WORDS.iter().map(|(known, _)| *known));
            problems.error(at, format!("unknown modifier `{}`{near}", shown(word)));
            return None;
        };
        if let Some(wrong) = misfit(known, family, &seen) {
            problems.error(at, wrong);
            return None;
        }
        seen.push((known, family));
        modifiers.add(known);
    }
    Some((field, modifiers))
}

/// Why a modifier can't follow those before it.
fn misfit(word: &str, family: Family, seen: &[(&str, Family)]) -> Option<String> {
    if seen.iter().any(|(known, _)| *known == word) {
        return Some(format!("`{word}` is given twice"));
    }
    if let Some((other, _)) = seen.iter().find(|(_, other)| !fit(family, *other)) {
        return Some(format!("`{word}` cannot be combined with `{other}`"));
    }
    let after = |family| seen.iter().find(|(_, other)| *other == family);
    match family {
        Family::Flag if after(Family::Regex).is_none() => {
            Some(format!("`{word}` belongs to regular expressions: write it after `re`"))
        }
        // Modifiers are applied in order: first the value changes, then it is compared.
        Family::Encoding => {
            after(Family::Part).map(|(part, _)| format!("`{word}` must come before `{part}`"))
        }
        Family::Expand => after(Family::Encoding)
            .or(after(Family::Windash))
            .map(|(other, _)| format!("`expand` must come before `{other}`")),
        _ => None,
    }
}

impl Modifiers {
    fn add(&mut self, word: &str) {
        match word {
            "contains" => self.comparison = Comparison::Contains,
            "startswith" => self.comparison = Comparison::StartsWith,
            "endswith" => self.comparison = Comparison::EndsWith,
            "re" => self.comparison = Comparison::Regex,
            "cidr" => self.comparison = Comparison::Cidr,
            "exists" => self.comparison = Comparison::Exists,
            "lt" => self.comparison = Comparison::Order(Order::Less),
            "lte" => self.comparison = Comparison::Order(Order::AtMost),
            "gt" => self.comparison = Comparison::Order(Order::More),
            "gte" => self.comparison = Comparison::Order(Order::AtLeast),
            "i" => self.flags.insensitive = true,
            "m" => self.flags.lines = true,
            "s" => self.flags.dot_all = true,
            "all" => self.all = true,
            "cased" => self.cased = true,
            "neq" => self.negated = true,
            "fieldref" => self.field_ref = true,
            "expand" => self.expand = true,
            "windash" => self.windash = true,
            "base64" => self.encodings.push(Encoding::Base64),
            "base64offset" => self.encodings.push(Encoding::Base64Offset),
            "utf16" => self.encodings.push(Encoding::Utf16),
            "utf16le" | "wide" => self.encodings.push(Encoding::Utf16Le),
            "utf16be" => self.encodings.push(Encoding::Utf16Be),
            "minute" => self.time = Some(TimePart::Minute),
            "hour" => self.time = Some(TimePart::Hour),
            "day" => self.time = Some(TimePart::Day),
            "week" => self.time = Some(TimePart::Week),
            "month" => self.time = Some(TimePart::Month),
            "year" => self.time = Some(TimePart::Year),
            // `parse` lets only the words of the table through.
            _ => {}
        }
    }

    /// Whether keywords, which have no field, can have these modifiers.
    pub(super) fn fit_keywords(&self) -> bool {
        let comparison =
            matches!(self.comparison, Comparison::Equal | Comparison::Contains | Comparison::Regex);
        comparison && !self.field_ref && self.time.is_none()
    }

    /// Whether a value is compared just as it is written.
    pub(super) fn is_plain(&self) -> bool {
        let changed = self.cased || self.field_ref || self.expand || self.windash;
        self.comparison == Comparison::Equal && !changed && self.encodings.is_empty() && self.time.is_none()
    }
}
