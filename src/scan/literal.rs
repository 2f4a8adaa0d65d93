//! Literal secrets of all files: by what they look like, and by the name they stand under.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::beside::{is_backend, literals_beside};
use super::{Stage, Tools};
use crate::finding::Confidence;
use crate::flow::{Flow, literal_flow};
use crate::reading::Gap;
use crate::secret::Secret;
use crate::secret::tokens::name_before;
use crate::source::walk::FileKind;
use crate::source::{SourceId, Sources, Span};
use crate::terraform::literals::{LiteralSecret, literals_of};
use crate::terraform::read::heredoc_bodies;
use crate::terraform::tree::{Input, Tree, unread_file};
use crate::value::{Origin, OriginKind, Trace};

/// Literals of one document that are told.
const MOST_TOLD: usize = 5_000;

/// The literals of all files.
#[derive(Default)]
pub(super) struct Literals {
    /// How many are told, by document.
    told: BTreeMap<SourceId, usize>,
    pub(super) flows: Vec<Flow>,
    /// Those that a team's allow-list lets pass, each with the reason.
    pub(super) allowed: Vec<(Flow, Arc<str>)>,
    pub(super) gaps: Vec<Gap>,
    pub(super) secrets: Vec<Secret>,
    pub(super) places: Vec<Span>,
}

pub(super) fn literals(sources: &Sources, inputs: &[Input], tree: &Tree, tools: &Tools<'_>) -> Literals {
    let mut all = Literals::default();
    let mut named: Vec<LiteralSecret> = Vec::new();
    let files = tree.directories().flat_map(|directory| &directory.files);
    for (source, body) in files.map(|(source, body)| (source, body)).chain(tree.values().map(|(s, b)| (s, b)))
    {
        let literals = literals_of(*source, body);
        named.extend(literals.found);
        // A password of digits only is told by no name: hidden wherever it comes up again.
        let text = sources.text(*source);
        let numbers = literals.typed.iter().filter_map(|span| text.get(span.range()));
        let numbers =
            numbers.filter(|text| text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_digit()));
        all.secrets.extend(numbers.map(Secret::new));
        all.places.extend(literals.typed);
    }
    for input in inputs {
        let text = sources.text(input.source);
        if input.found.kind == FileKind::Backend && !is_backend(&text) {
            let reason = "neither a backend configuration nor a readable state".to_owned();
            all.gaps.push(unread_file(input.source, reason));
        }
        named.extend(literals_beside(input.source, &sources.name(input.source), input.found.kind, &text));
    }
    let tokens: Vec<Vec<Token>> = inputs
        .par_iter()
        .map(|input| {
            let found = tokens_of(sources, input, tools);
            (tools.progress)(Stage::Done);
            found
        })
        .collect();
    let (allowed, by_token): (Vec<Token>, Vec<Token>) =
        tokens.into_iter().flatten().partition(|token| token.allowed.is_some());
    let mut by_token: Vec<(LiteralSecret, String)> =
        by_token.into_iter().map(|token| (token.literal, token.by)).collect();
    by_token.sort_by_key(|(literal, _)| (literal.at.source, literal.at.start));
    for mut literal in named {
        // What looks like a known token is told as that, under the name it stands under.
        let covers = |token: &LiteralSecret| {
            token.at.source == literal.at.source
                && token.at.start < literal.at.end
                && literal.at.start < token.at.end
        };
        let first = by_token.partition_point(|(token, _)| {
            (token.at.source, token.at.end) <= (literal.at.source, literal.at.start)
        });
        let token = by_token.iter_mut().skip(first).take(4).find(|(token, _)| covers(token));
        match token {
            Some((token, _)) => {
                token.name = std::mem::take(&mut literal.name);
                token.address = std::mem::take(&mut literal.address);
                all.hide(&literal);
            }
            None => all.add(&literal, "set in clear text".to_owned()),
        }
    }
    for (literal, description) in by_token {
        all.add(&literal, description);
    }
    for Token { literal, by, allowed } in allowed {
        all.hide(&literal);
        all.allowed.extend(allowed.map(|reason| (flow_of(&literal, by), reason)));
    }
    all
}

/// A token in a file.
struct Token {
    literal: LiteralSecret,
    /// What it is, in a few words.
    by: String,
    /// Why it is not reported.
    allowed: Option<Arc<str>>,
}

/// What a finding says of a value that a vendor prints in its documentation.
const DOCUMENTED: &str = "a documented example";

/// Whole-text search; a name in a `.tf` file is judged by its syntax instead.
fn tokens_of(sources: &Sources, input: &Input, tools: &Tools<'_>) -> Vec<Token> {
    let text = sources.text(input.source);
    let name = sources.name(input.source);
    let syntax = matches!(
        input.found.kind,
        FileKind::Hcl | FileKind::HclJson | FileKind::Values | FileKind::ValuesJson
    );
    let mut found = Vec::new();
    let mut heredocs = None;
    for hit in tools.tokens.find_with_allowed(&text, &name) {
        // `literals_of` judges names in these files; what it does not see is text inside of heredocs.
        if hit.generic
            && (hit.documentation || (syntax && !in_heredoc(&text, &mut heredocs, hit.range.start)))
        {
            continue;
        }
        let range = hit.range.start..quoted_end(&text, hit.range.end);
        let at = Span::new(input.source, range.start, range.end);
        let Some(secret) = text.get(range) else { continue };
        let literal = LiteralSecret {
            name: if hit.generic {
                name_before(&text, hit.range.start).to_owned()
            } else {
                hit.rule.to_string()
            },
            at,
            address: String::new(),
            secret: Secret::new(secret),
            // The generic rule wants a name that says so surely, and a value that looks drawn by lot.
            confidence: match hit.generic {
                true => Confidence::Medium,
                // As under a name: `postgres` is how people start a database on their own machine.
                false if is_stock_login(&text, hit.range.start, secret) => Confidence::Low,
                // A JWT that says neither for whom nor until when may be a sample.
                false if &*hit.rule == "jwt" && !hit.verified && !hit.documentation => Confidence::Medium,
                false => Confidence::High,
            },
        };
        let by = if hit.documentation { DOCUMENTED.to_owned() } else { hit.description.to_string() };
        found.push(Token { literal, by, allowed: hit.allowed });
    }
    found
}

/// `postgres://airflow:airflow@postgres`: a server's own default, on a host of one word or this machine.
fn is_stock_login(text: &str, start: usize, password: &str) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let Some(user) = before.strip_suffix(':').and_then(|before| Some(before.rsplit_once("://")?.1)) else {
        return false;
    };
    let rest = text.get(start + password.len()..).and_then(|rest| rest.strip_prefix('@')).unwrap_or_default();
    let host = rest.split(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter))).next();
    let host = host.unwrap_or_default();
    let near = !host.contains('.') && !host.is_empty() || host == "127.0.0.1";
    let stock =
        password == user || ["password", "postgres", "root", "admin", "guest", "secret"].contains(&password);
    near && stock && password.len() <= 12
}

/// A pattern ends at a quote; one behind a backslash belongs to the value: `"pa\"ss"`.
fn quoted_end(text: &str, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let before = text.get(..end).unwrap_or_default();
    let escaped = rest.starts_with("\\\"") || (before.ends_with('\\') && rest.starts_with('"'));
    if !escaped {
        return end;
    }
    let line = rest.split('\n').next().unwrap_or_default();
    let mut letters = line.char_indices().skip(usize::from(rest.starts_with('"')));
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return end + at,
            _ => {}
        }
    }
    end + line.len()
}

/// Whether a byte stands in the body of a heredoc; bodies are sought once.
fn in_heredoc(text: &str, bodies: &mut Option<Vec<Range<usize>>>, at: usize) -> bool {
    bodies.get_or_insert_with(|| heredoc_bodies(text)).iter().any(|body| body.contains(&at))
}

impl Literals {
    fn hide(&mut self, literal: &LiteralSecret) {
        self.secrets.push(literal.secret.clone());
        self.places.push(literal.at);
    }

    fn add(&mut self, literal: &LiteralSecret, by: String) {
        let told = self.told.entry(literal.at.source).or_default();
        *told += 1;
        if *told > MOST_TOLD {
            // Hidden where it stands; so many values can't be sought everywhere.
            self.places.push(literal.at);
            if *told == MOST_TOLD + 1 {
                self.gaps.push(Gap {
                    at: literal.at,
                    name: String::new(),
                    reason: format!(
                        "more than {MOST_TOLD} literal secrets in one document: the others are not reported"
                    ),
                    hides_findings: true,
                });
            }
            return;
        }
        self.hide(literal);
        self.flows.push(flow_of(literal, by));
    }
}

fn flow_of(literal: &LiteralSecret, by: String) -> Flow {
    let origin = Origin {
        kind: OriginKind::Literal,
        name: literal.name.clone(),
        key: literal.name.clone(),
        at: literal.at,
        confidence: literal.confidence,
        literal: Some((literal.secret.length(), literal.secret.last4())),
    };
    literal_flow(Trace::new(origin), literal.at, literal.address.clone(), by)
}
