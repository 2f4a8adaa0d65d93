//! Values of a rule, compiled to tests of a record's values.

use std::collections::BTreeMap;

use regex::Regex;

use super::encode::encoded;
use super::modifier::{Comparison, Modifiers, Order};
use super::network::Network;
use super::pattern::{Pattern, TextTest, expression};
use super::problem::shown;
use super::time::TimePart;
use super::yaml::{Data, Kind, Node, Scalar};

/// The values of placeholders (`%Administrators%`) for the `expand` modifier, by name without `%`.
pub type Placeholders = BTreeMap<String, Vec<String>>;

/// Most texts that one value with placeholders may become.
const MOST_EXPANDED: usize = 1000;

/// One test of one value of a record.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Text(TextTest),
    Number(Number),
    Bool(bool),
    Null,
    Exists(bool),
    Regex(Regex),
    Network(Network),
    Order(Order, f64),
    Time(TimePart, Option<Order>, f64),
    FieldRef { name: String, comparison: Comparison, cased: bool },
}

impl Test {
    /// The one text (folded) that a value must be to meet this, where there is only one.
    pub(super) fn only_text(&self) -> Option<String> {
        match self {
            Self::Text(test) => test.only_text(),
            _ => None,
        }
    }
}

/// A number; whole ones are also kept whole, because account ids can be larger than what a
/// floating point number tells apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    pub(super) float: f64,
    pub(super) whole: Option<i64>,
}

/// Why a value can't be used; `unsupported` where only this version can't.
#[derive(Debug)]
pub(super) struct Unusable {
    pub(super) message: String,
    pub(super) unsupported: bool,
}

impl From<String> for Unusable {
    fn from(message: String) -> Self {
        Self { message, unsupported: false }
    }
}

impl From<&str> for Unusable {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

/// The tests of one written value; any of them meets it. `keyword` values are searched everywhere.
pub(super) fn compile(
    node: &Node,
    modifiers: &Modifiers,
    keyword: bool,
    placeholders: &Placeholders,
) -> Result<Vec<Test>, Unusable> {
    let Data::Scalar(scalar) = &node.data else {
        return Err(match &node.data {
            Data::Map(_) => "a value cannot be a map: name nested fields with dots (`outer.inner`)".into(),
            _ => "a value cannot be a list inside a list".into(),
        });
    };
    if let Some(part) = modifiers.time {
        let order = match modifiers.comparison {
            Comparison::Order(order) => Some(order),
            _ => None,
        };
        return Ok(vec![Test::Time(part, order, number(scalar)?.float)]);
    }
    match modifiers.comparison {
        Comparison::Exists => match scalar.kind {
            Kind::Bool(exists) => Ok(vec![Test::Exists(exists)]),
            _ => Err("`exists` needs `true` or `false` as its value".into()),
        },
        Comparison::Order(order) => Ok(vec![Test::Order(order, number(scalar)?.float)]),
        _ if keyword => texts(text(scalar)?, modifiers, placeholders, true),
        _ if modifiers.is_plain() => match scalar.kind {
            Kind::Null => Ok(vec![Test::Null]),
            Kind::Bool(value) => Ok(vec![Test::Bool(value)]),
            Kind::Integer(_) | Kind::Float(_) => Ok(vec![Test::Number(number(scalar)?)]),
            Kind::Text => texts(&scalar.text, modifiers, placeholders, false),
        },
        _ => texts(text(scalar)?, modifiers, placeholders, false),
    }
}

fn number(scalar: &Scalar) -> Result<Number, Unusable> {
    match scalar.kind {
        Kind::Integer(whole) => Ok(Number { float: whole as f64, whole: Some(whole) }),
        Kind::Float(float) => Ok(Number { float, whole: None }),
        _ => Err(format!("expected a number without quotes, found `{}`", shown(&scalar.text)).into()),
    }
}

fn text(scalar: &Scalar) -> Result<&str, Unusable> {
    match scalar.kind {
        Kind::Null => Err("expected a text, found nothing (an empty text is written `''`)".into()),
        Kind::Bool(_) => Err(format!("expected a text: write '{}' with quotes", &*scalar.text).into()),
        _ => Ok(&scalar.text),
    }
}

fn texts(
    text: &str,
    modifiers: &Modifiers,
    placeholders: &Placeholders,
    keyword: bool,
) -> Result<Vec<Test>, Unusable> {
    let texts = if modifiers.expand { expanded(text, placeholders)? } else { vec![text.to_owned()] };
    let mut tests = Vec::with_capacity(texts.len());
    for text in &texts {
        match modifiers.comparison {
            _ if modifiers.field_ref => tests.push(field_ref(text, modifiers)?),
            Comparison::Regex => tests.push(Test::Regex(expression(text, modifiers.flags)?)),
            Comparison::Cidr => {
                let network = Network::parse(text);
                let wrong = || format!("`{}` is not a network such as 10.0.0.0/8 or fd00::/8", shown(text));
                tests.push(Test::Network(network.ok_or_else(wrong)?));
            }
            _ => patterns(text, modifiers, keyword, &mut tests)?,
        }
    }
    Ok(tests)
}

fn field_ref(text: &str, modifiers: &Modifiers) -> Result<Test, Unusable> {
    if text.is_empty() {
        return Err("`fieldref` needs the name of a field".into());
    }
    let Modifiers { comparison, cased, .. } = *modifiers;
    Ok(Test::FieldRef { name: text.to_owned(), comparison, cased })
}

fn patterns(text: &str, modifiers: &Modifiers, keyword: bool, tests: &mut Vec<Test>) -> Result<(), Unusable> {
    let (before, after) = match modifiers.comparison {
        Comparison::Contains => (true, true),
        Comparison::StartsWith => (false, true),
        Comparison::EndsWith => (true, false),
        _ => (keyword, keyword),
    };
    if text.is_empty() && (before || after) {
        return Err("an empty text is part of every text: write what to look for".into());
    }
    let mut all = vec![Pattern::parse(text)];
    if !modifiers.encodings.is_empty() {
        let plain = all.first().and_then(Pattern::without_wildcards);
        let plain = plain.ok_or("an encoded value cannot have wildcards: write `\\*` for a star")?;
        let encoded = encoded(plain, &modifiers.encodings)?;
        if encoded.iter().any(String::is_empty) {
            return Err("this value is too short for `base64offset`".into());
        }
        all = encoded.iter().map(|text| Pattern::plain(text)).collect();
    }
    for pattern in all {
        let pattern = if modifiers.windash { pattern.windash() } else { pattern };
        tests.push(Test::Text(TextTest::compile(pattern.open(before, after), modifiers.cased)?));
    }
    Ok(())
}

/// The texts that a value with placeholders becomes: every combination of their values.
fn expanded(text: &str, placeholders: &Placeholders) -> Result<Vec<String>, Unusable> {
    let mut all = vec![String::new()];
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, from) = (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default());
        let escaped = before.strip_suffix('\\');
        all.iter_mut().for_each(|text| text.push_str(escaped.unwrap_or(before)));
        rest = from;
        let name = from.split_once('%').map(|(name, _)| name);
        let (Some(name), None) = (name.filter(|name| is_name(name)), escaped) else {
            all.iter_mut().for_each(|text| text.push('%'));
            continue;
        };
        rest = from.get(name.len() + 1..).unwrap_or_default();
        let values = placeholders.get(name).filter(|values| !values.is_empty()).ok_or_else(|| Unusable {
            message: format!("the placeholder `%{}%` has no values", shown(name)),
            unsupported: true,
        })?;
        if all.len() * values.len() > MOST_EXPANDED {
            return Err(format!("placeholders make more than {MOST_EXPANDED} values of this one").into());
        }
        all = all.iter().flat_map(|text| values.iter().map(move |value| format!("{text}{value}"))).collect();
    }
    all.iter_mut().for_each(|text| text.push_str(rest));
    Ok(all)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
