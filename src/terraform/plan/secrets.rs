//! Which values of a plan or a state are secrets: by declaration, by the provider, by name.

use super::correlate::{KnownSecret, is_telling};
use super::json::{Json, NOTHING};
use super::origins::{attribute_origin, judged};
use super::resource::{Marks, Planned};
use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::terraform::evaluate::{literal_confidence_under, sheds};
use crate::terraform::tables::Tables;
use crate::value::{Origin, OriginKind, Traces};

/// A longer value is hidden by never being shown: it is a document, and nobody's name.
const LONGEST_HIDDEN: usize = 8 * 1024;

/// The secrets of a document.
#[derive(Default)]
pub struct Found {
    /// Values that are sought in texts.
    pub known: Vec<KnownSecret>,
    /// Values that must not be shown, whether they are sought or not.
    pub hidden: Vec<Secret>,
    /// Attributes that hold a secret in clear: `aws_db_instance.password`.
    pub attributes: Vec<String>,
}

impl Found {
    /// Adds those of another part of the document.
    pub fn absorb(&mut self, other: Found) {
        self.known.extend(other.known);
        self.hidden.extend(other.hidden);
        self.attributes.extend(other.attributes);
    }

    /// Hides a value wherever it could be shown. A script that holds a secret is none itself: its lines stand in
    /// the sources, and people want to see them.
    fn hide(&mut self, text: &str) {
        let document = text.contains('\n') && !text.contains("-----BEGIN");
        if !document && text.len() <= LONGEST_HIDDEN && !text.is_empty() {
            self.hidden.push(Secret::new(text));
        }
    }

    /// All texts of a variable that is a secret as a whole.
    pub fn add_variable(&mut self, origin: &Origin, value: &Json<'_>) {
        let whole = origin.confidence == Confidence::High;
        each_leaf(value, &mut |name, text| {
            let under = name.unwrap_or(&origin.key);
            let judged = literal_confidence_under(under, text, origin.confidence);
            let named = name.is_none() || says_secret(under).is_some();
            if whole || (named && judged.is_some()) {
                self.hide(text);
            }
            // Of a structure, a member that is about a secret is none.
            let about = name.is_some_and(|name| says_secret(name).is_none() && (!whole || sheds(name)));
            if is_telling(text) && !about && (whole || judged.is_some()) {
                let origin = Origin { literal: Some(facts(text)), ..origin.clone() };
                self.known
                    .push(KnownSecret { value: Secret::new(text), traces: Traces::from_origin(origin) });
            }
        });
    }
}

/// Length and last four.
pub fn facts(text: &str) -> (usize, Option<String>) {
    let secret = Secret::new(text);
    (secret.length(), secret.last4())
}

/// Calls `visit` for each text inside, with the nearest name above it. Depth is bounded by the reader.
pub fn each_leaf<'j>(value: &'j Json<'_>, visit: &mut dyn FnMut(Option<&'j str>, &'j str)) {
    leaves(value, None, visit);
}

fn leaves<'j>(value: &'j Json<'_>, name: Option<&'j str>, visit: &mut dyn FnMut(Option<&'j str>, &'j str)) {
    match value {
        Json::Text(text) => visit(name, text),
        Json::List(items) => items.iter().for_each(|item| leaves(item, name, visit)),
        Json::Map(members) => members.iter().for_each(|(name, inner)| leaves(inner, Some(name), visit)),
        Json::Null | Json::Flag(_) => {}
    }
}

/// The secrets that one resource holds. `None` where its values can't be read.
pub fn of_resource(planned: &Planned<'_>, place: Option<Span>) -> Option<Found> {
    let values = Json::read(planned.values)?;
    let marks = match planned.marks {
        Marks::Shape(raw) | Marks::Paths(raw) => Json::read(raw)?,
    };
    let mut search = Search { planned, at: place.unwrap_or(planned.at), found: Found::default() };
    let Json::Map(members) = &values else { return Some(search.found) };
    for (attribute, value) in members {
        let marked = match planned.marks {
            Marks::Shape(_) => marks.get(attribute).unwrap_or(&NOTHING),
            Marks::Paths(_) if marks.items().iter().any(|path| starts_with(path, attribute)) => {
                &Json::Flag(true)
            }
            Marks::Paths(_) => &NOTHING,
        };
        search.attribute(attribute, &values, value, marked);
    }
    Some(search.found)
}

/// Whether a path of a state's `sensitive_attributes` begins with an attribute.
fn starts_with(path: &Json<'_>, attribute: &str) -> bool {
    path.items().first().and_then(|step| step.get("value")).and_then(Json::text) == Some(attribute)
}

/// Called with the nearest name, a text, and whether it is marked.
type Visit<'v, S> = dyn FnMut(&mut S, Option<&str>, &str, bool) + 'v;

struct Search<'s, 't> {
    planned: &'s Planned<'t>,
    at: Span,
    found: Found,
}

impl Search<'_, '_> {
    fn attribute(&mut self, attribute: &str, values: &Json<'_>, value: &Json<'_>, marked: &Json<'_>) {
        let planned = self.planned;
        let by_table = Tables::embedded().origin(planned.kind, &planned.type_name, attribute);
        let entry = values.get("name").or_else(|| values.get("path")).and_then(Json::text);
        let kind = values.get("type").and_then(Json::text);
        let told = by_table.and_then(|judge| judged(judge, &planned.name, entry, kind));
        let mut in_clear = false;
        self.leaves(None, value, marked, &mut |search, name, text, is_marked| {
            let name = name.unwrap_or(attribute);
            let named = says_secret(name).filter(|_| !sheds(name)).map(|verdict| verdict.confidence);
            let judged = named.and_then(|named| literal_confidence_under(name, text, named));
            if is_marked || told.is_some() || judged.is_some_and(|sure| sure >= Confidence::Medium) {
                search.found.hide(text);
            }
            // Whatever it is called, somebody declared it.
            in_clear |= is_marked && !text.is_empty();
            let confidence = match (told, judged, is_marked) {
                (Some(told), ..) => Some(told),
                (None, Some(_), true) => Some(Confidence::High),
                (None, judged, false) => judged.filter(|sure| *sure >= Confidence::Medium),
                (None, None, true) => None,
            };
            let Some(confidence) = confidence.filter(|_| !text.is_empty()) else { return };
            in_clear |= confidence >= Confidence::Medium;
            search.known(attribute, text, confidence);
        });
        if in_clear {
            self.found.attributes.push(format!("{}.{attribute}", planned.type_name));
        }
    }

    fn known(&mut self, attribute: &str, text: &str, confidence: Confidence) {
        if !is_telling(text) || confidence < Confidence::Medium {
            return;
        }
        let planned = self.planned;
        let key = (planned.kind, planned.type_name.as_str(), planned.name.as_str(), attribute);
        let mut origin = attribute_origin(&planned.modules, key, self.at, confidence);
        origin.literal = Some(facts(text));
        debug_assert_ne!(origin.kind, OriginKind::Literal);
        let traces = Traces::from_origin(origin);
        self.found.known.push(KnownSecret { value: Secret::new(text), traces });
    }

    /// All texts inside, with whether they are marked. Depth is bounded by the reader.
    fn leaves(
        &mut self,
        name: Option<&str>,
        value: &Json<'_>,
        marked: &Json<'_>,
        visit: &mut Visit<'_, Self>,
    ) {
        let whole = matches!(marked, Json::Flag(true));
        match value {
            Json::Text(text) => visit(self, name, text, whole),
            Json::List(items) => {
                for (position, item) in items.iter().enumerate() {
                    let inner = if whole { marked } else { marked.items().get(position).unwrap_or(&NOTHING) };
                    self.leaves(name, item, inner, visit);
                }
            }
            Json::Map(members) => {
                for (key, item) in members {
                    let inner = if whole { marked } else { marked.get(key).unwrap_or(&NOTHING) };
                    self.leaves(Some(key), item, inner, visit);
                }
            }
            Json::Null | Json::Flag(_) => {}
        }
    }
}
