//! Assignments: `x=…`, `export x=…`, `x+=…`, arrays.

use super::Machine;
use super::variables::passed;
use crate::finding::Confidence;
use crate::script::names::{Says, says};
use crate::script::shell::{Assignment, Extent, Part, Word};
use crate::source::Span;
use crate::value::{Hop, Origin, OriginKind, Piece, Text, Traces};

impl Machine<'_> {
    /// Carries out an assignment and gives the value, for the trace of `set -x`.
    pub fn assign(&mut self, assignment: &Assignment, exported: bool) -> Text {
        let at = self.place(assignment.extent);
        // In `PASSWORD=$(get x)`, where `get` keeps it in `v`, people call it PASSWORD.
        let outer = self.assigning.clone();
        let telling = |name: &String| says(name) == Says::Secret;
        if telling(&assignment.name) || !outer.as_ref().is_some_and(telling) {
            self.assigning = Some(assignment.name.clone());
        }
        let texts: Vec<Text> = if assignment.array {
            assignment.values.iter().flat_map(|word| self.element(word)).collect()
        } else {
            assignment
                .values
                .iter()
                .map(|word| self.value(&assignment.name, word, assignment.extent, at))
                .collect()
        };
        self.assigning = outer;
        let hop = variable_hop(&assignment.name, at);
        let mut texts: Vec<Text> = texts.iter().map(|text| passed(text, &hop)).collect();
        let mut all = Text::default();
        texts.iter().for_each(|text| all.append(text.clone()));
        let before = self.variables.get(&assignment.name).cloned();
        if assignment.array {
            if assignment.append {
                let known = before.and_then(|variable| variable.elements).unwrap_or_default();
                texts.splice(0..0, known);
            }
            self.variables.set_array(&assignment.name, texts, exported);
            return all;
        }
        let value = match before {
            // An element is one of many: all are kept together.
            Some(before) if assignment.append || assignment.element => {
                let mut value = before.value;
                value.append(all.clone());
                value
            }
            _ => all.clone(),
        };
        self.variables.set(&assignment.name, value, exported);
        all
    }

    fn value(&mut self, name: &str, word: &Word, assignment_extent: Extent, at: Span) -> Text {
        let text = self.expand_one(word);
        // A part of it at least is written here: `"$A""the rest"`.
        let literal = word.parts.iter().any(|part| matches!(part, Part::Text(_) | Part::Made(..)));
        let computed =
            word.parts.iter().any(|part| !matches!(part, Part::Text(_) | Part::Made(..) | Part::Variable(_)));
        if literal
            && !computed
            && let Some(hidden) = self.literal_secret(name, &text, at)
        {
            return hidden;
        }
        self.guessed(named(text, name), name, assignment_extent, at)
    }

    /// An array's element; `[db_password]="..."` has a name of its own.
    fn element(&mut self, word: &Word) -> Vec<Text> {
        let texts = self.expand_fields(word);
        let [text] = texts.as_slice() else { return texts };
        let start = super::wire::known_start(text);
        let Some((name, at)) =
            start.strip_prefix('[').and_then(|rest| Some((rest.split_once("]=")?.0, rest.find("]=")? + 3)))
        else {
            return texts;
        };
        let place = self.place(word.extent);
        let value = super::wire::without_start(text, at);
        let name = name.trim_matches(['"', '\'']).to_owned();
        match self.literal_secret(&name, &value, place) {
            Some(hidden) => vec![hidden],
            None => texts,
        }
    }

    /// What an unknown command prints into `DB_PASSWORD` is a secret by the name alone: a guess. Tokens of the
    /// machine's own metadata service live for minutes and open nothing else.
    fn guessed(&self, text: Text, name: &str, extent: Extent, at: Span) -> Text {
        let [Piece::Hole(hole)] = text.pieces.as_slice() else { return text };
        let source = self.program.flat.text().get(extent.start..extent.end).unwrap_or_default();
        let metadata = source.contains("169.254.169.254") || source.contains("metadata");
        if hole.traces.is_empty() && is_parameter(&hole.label) {
            return self.handed_in(name, &hole.label, at).unwrap_or(text);
        }
        if !hole.traces.is_empty() || !source.contains("$(") || metadata || says(name) != Says::Secret {
            return text;
        }
        let origin = Origin {
            kind: OriginKind::Command,
            name: format!("the command that sets {name}"),
            key: name.to_owned(),
            at,
            confidence: Confidence::Low,
            literal: None,
        };
        Text::hole(name, hole.at, Traces::from_origin(origin))
    }

    /// `DB_PASSWORD="$1"`, `read DB_PASSWORD`: whoever starts the script hands it in, which is a guess like an unset
    /// variable of the environment.
    pub fn handed_in(&self, name: &str, parameter: &str, at: Span) -> Option<Text> {
        if !self.context.guess_environment || says(name) != Says::Secret {
            return None;
        }
        let origin = Origin {
            kind: OriginKind::Environment,
            name: format!("${parameter}"),
            key: name.to_owned(),
            at,
            confidence: Confidence::Low,
            literal: None,
        };
        Some(Text::hole(name, at, Traces::from_origin(origin)))
    }

    /// Gives a variable a value that comes from elsewhere: `read`, `printf -v`.
    pub fn give(&mut self, name: &str, value: &Text, at: Span) {
        let value = passed(value, &variable_hop(name, at));
        self.variables.set(name, value, false);
    }
}

/// `1`, and what `getopts` and `read` set.
fn is_parameter(label: &str) -> bool {
    let number = label.len() <= 3 && label.bytes().all(|byte| byte.is_ascii_digit());
    number || matches!(label, "OPTARG" | "REPLY")
}

/// "assigned to shell variable X"
pub fn variable_hop(name: &str, at: Span) -> Hop {
    Hop { at, name: format!("${name}"), message: format!("assigned to shell variable {name}") }
}

/// The output of a command that is not known has the name of the variable that takes it.
fn named(mut text: Text, name: &str) -> Text {
    if let [Piece::Hole(hole)] = text.pieces.as_mut_slice()
        && hole.traces.is_empty()
        && &*hole.label == "output"
    {
        hole.label = name.into();
    }
    text
}
