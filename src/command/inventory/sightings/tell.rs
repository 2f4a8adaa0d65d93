//! From what was seen to sightings: each once, with its place, and no value in any word of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::keys::Wanted;
use super::look::{Gap, Seen, Sight};
use crate::finding::{Confidence, Related, Role};
use crate::reading;
use crate::sighting::{Key, Kind, Place, Sighting, What, in_words};
use crate::source::{Location, Position, SourceId, Sources, Span};

/// A place on the way of a flow.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub file: String,
    pub at: Position,
    pub name: String,
    pub role: Role,
    pub message: String,
}

/// A key that was seen.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub key: usize,
    pub kind: Kind,
    pub told: String,
    pub file: String,
    pub place: Place,
    pub at: Position,
    /// More words about the place.
    pub around: Option<String>,
    pub confidence: Confidence,
    pub related: Vec<Way>,
}

pub(super) struct Teller<'t> {
    wanted: &'t Wanted,
    known: Vec<Known>,
    gaps: Vec<(String, Position, String, String, bool)>,
}

const START: Position = Position { line: 1, column: 1, end_line: 1, end_column: 1 };

impl<'t> Teller<'t> {
    pub fn new(wanted: &'t Wanted) -> Self {
        let mut teller = Self { wanted, known: Vec::new(), gaps: Vec::new() };
        for gap in &wanted.gaps {
            teller.gap_at(String::new(), START, gap.name.clone(), gap.reason.clone(), gap.hides_findings);
        }
        teller
    }

    pub fn keys(&self) -> &'t [Key] {
        &self.wanted.keys
    }

    pub fn push(&mut self, known: Known) {
        self.known.push(known);
    }

    pub fn gap_at(&mut self, file: String, at: Position, name: String, reason: String, hides_findings: bool) {
        self.gaps.push((file, at, name, reason, hides_findings));
    }

    pub fn gaps(&mut self, gaps: impl Iterator<Item = Gap>) {
        for gap in gaps {
            self.gap_at(gap.name, START, String::new(), gap.reason, gap.hides_findings);
        }
    }

    /// Adds what was seen in a file.
    pub fn add(&mut self, seen: Seen) {
        let (kind, keys, told, confidence) = match seen.what {
            Sight::Value(value, encoding) | Sight::FileName(value, encoding) => {
                let owners = self.wanted.owners.get(value).cloned().unwrap_or_default();
                let form = match encoding.word() {
                    "plain" => "as it is".to_owned(),
                    word => format!("in {word} form"),
                };
                let at = seen.byte.map(|byte| format!(" at byte {byte}")).unwrap_or_default();
                let what =
                    if matches!(seen.what, Sight::FileName(..)) { "is in a file's name" } else { "is here" };
                (
                    Kind::Value(encoding),
                    owners,
                    format!("{what} with its value, {form}{at}"),
                    Confidence::High,
                )
            }
            Sight::Name(key, What::Copy(sure)) => (Kind::Copy, vec![key], self.copy_told(key), sure),
            Sight::Name(key, What::Reference { more }) => {
                let more = match more {
                    0 => String::new(),
                    1 => ", and in one more line".to_owned(),
                    more => format!(", and in {more} more lines"),
                };
                (Kind::Reference, vec![key], format!("is used here by its name{more}"), Confidence::High)
            }
            Sight::Login(key, ref host) => {
                (Kind::Credential, vec![key], format!("a login for {host}"), Confidence::Low)
            }
        };
        let around = match seen.what {
            Sight::FileName(..) => Some(FILE_NAME.to_owned()),
            _ => seen.around,
        };
        for key in keys {
            self.known.push(Known {
                key,
                kind,
                told: told.clone(),
                file: seen.file.clone(),
                place: seen.place,
                at: seen.at,
                around: around.clone(),
                confidence,
                related: Vec::new(),
            });
        }
    }

    /// Where the value is known too, and was not seen there, it is another one.
    fn copy_told(&self, key: usize) -> String {
        let looked_for = self.wanted.owners.iter().any(|owners| owners.contains(&key));
        let other = if looked_for { ", another one than that of its home" } else { "" };
        format!("has a value here{other}")
    }

    /// Sources that have places and no texts, sightings and gaps.
    pub fn told(mut self, base: &Path) -> (Sources, Vec<Sighting>, Vec<reading::Gap>) {
        let known = best(std::mem::take(&mut self.known));
        let mut places: BTreeMap<String, BTreeSet<Mark>> = BTreeMap::new();
        for (file, at) in
            known.iter().flat_map(Known::places).chain(self.gaps.iter().map(|gap| (&gap.0, gap.1)))
        {
            places.entry(self.wanted.told(file)).or_default().insert(key_of(at));
        }
        let sources = Sources::default();
        sources.set_base(base.to_path_buf());
        let ids: BTreeMap<String, (SourceId, Vec<Mark>)> = places
            .into_iter()
            .map(|(file, marks)| {
                let marks: Vec<_> = marks.into_iter().collect();
                let id = sources.add_marked(file.clone(), marks.iter().copied().map(position_of).collect());
                (file, (id, marks))
            })
            .collect();
        let span = |file: &str, at: Position| match ids.get(&self.wanted.told(file)) {
            Some((id, marks)) => {
                let mark = marks.binary_search(&key_of(at)).unwrap_or_default();
                Span::new(*id, mark, mark + 1)
            }
            None => Span::start_of(SourceId(u32::MAX)),
        };
        let sightings = known.iter().map(|one| self.sighting(one, &span)).collect();
        let gaps = self.gaps.iter().map(|(file, at, name, reason, hides_findings)| reading::Gap {
            at: span(file, *at),
            name: self.wanted.told(name),
            reason: self.wanted.told(reason),
            hides_findings: *hides_findings,
        });
        let gaps = gaps.collect();
        (sources, sightings, gaps)
    }

    fn sighting(&self, one: &Known, span: &dyn Fn(&str, Position) -> Span) -> Sighting {
        let told = |text: &str| self.wanted.told(text);
        let key = self.wanted.keys.get(one.key);
        let name = key.map_or("", |key| key.name.as_str()).to_owned();
        let in_name = one.around.as_deref() == Some(FILE_NAME);
        let place = one.place;
        let words = if in_name { "the name of a file" } else { in_words(place) };
        let around = one.around.as_deref().filter(|_| !in_name);
        let place_told =
            around.map_or_else(|| words.to_owned(), |around| format!("{words}, {}", told(around)));
        let related = one.related.iter().map(|way| Related {
            at: Location { span: span(&way.file, way.at), name: told(&way.name) },
            role: way.role,
            message: told(&way.message),
        });
        Sighting {
            home: key.map_or("", |key| key.home.as_str()).to_owned(),
            kind: one.kind,
            told: told(&one.told),
            place: if in_name { "file-name" } else { place.word },
            place_told,
            confidence: one.confidence,
            at: Location { span: span(&one.file, one.at), name: name.clone() },
            related: related.collect(),
            key: name,
        }
    }
}

/// First line and column, last line and column.
type Mark = (usize, usize, usize, usize);

/// Marks a sighting in the name of a file.
const FILE_NAME: &str = "\u{0}file-name";

impl Known {
    fn places(&self) -> impl Iterator<Item = (&String, Position)> {
        std::iter::once((&self.file, self.at)).chain(self.related.iter().map(|way| (&way.file, way.at)))
    }
}

/// Of one key and line what says most: its value, then a flow, then its name with a value, then its name. Several
/// values in one line are several copies.
fn best(mut known: Vec<Known>) -> Vec<Known> {
    known.sort_by(|a, b| {
        let order = |one: &Known| (one.key, one.at.line, one.kind, one.at.column, one.confidence);
        a.file.cmp(&b.file).then_with(|| order(a).cmp(&order(b)))
    });
    let mut kept: Vec<Known> = Vec::with_capacity(known.len());
    for one in known {
        let line =
            |other: &Known| other.file == one.file && other.key == one.key && other.at.line == one.at.line;
        match kept.last_mut().filter(|last| line(last)) {
            Some(last) if !(matches!(one.kind, Kind::Value(_)) && last.at != one.at) => {
                if last.related.is_empty() {
                    last.related = one.related;
                }
                last.around = last.around.take().or(one.around);
            }
            _ => kept.push(one),
        }
    }
    kept
}

fn key_of(at: Position) -> Mark {
    (at.line, at.column, at.end_line, at.end_column)
}

fn position_of((line, column, end_line, end_column): Mark) -> Position {
    Position { line, column, end_line, end_column }
}
