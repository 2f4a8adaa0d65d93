//! What is to be done, and what is done, for programs.

use serde::Serialize;

use super::super::rows;
use super::{Place, ReviewReport, Say, place};
use crate::review::{Action, Done, Group, Who};

#[derive(Serialize)]
pub(super) struct Todo {
    group: &'static str,
    about: String,
    account: String,
    command: String,
    part_hidden: bool,
    does: String,
    breaks: String,
    because: Vec<Place>,
}

#[derive(Serialize)]
pub(super) struct Contained {
    about: String,
    call: String,
    at: Place,
    session: String,
    principal: String,
    only_stopped: bool,
}

#[derive(Serialize)]
pub(super) struct Rotate {
    secret: String,
    changed: bool,
    notes: Vec<String>,
    keys: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    key: String,
    owner: Option<String>,
    rotated: Option<String>,
    home: String,
    answers: Vec<Answer>,
    push: String,
}

#[derive(Serialize)]
struct Answer {
    question: &'static str,
    answer: Option<String>,
}

pub(super) fn todo(action: &Action, say: &Say<'_>) -> Todo {
    let (command, part_hidden) = say.command(&action.command);
    Todo {
        group: match action.group {
            Group::Stop => "stop",
            Group::Undo => "undo",
            Group::Decide => "decide",
            Group::Confirm => "confirm",
        },
        about: say.message(&action.about).replace('`', ""),
        account: say.name(&action.account),
        command,
        part_hidden,
        does: say.message(&action.does),
        breaks: say.message(&action.breaks),
        because: action.because.iter().map(|at| place(at, say)).collect(),
    }
}

pub(super) fn contained(one: &Done, say: &Say<'_>) -> Contained {
    let (session, principal) = match &one.by {
        Who::Other(id, principal) => (id.clone(), say.name(principal)),
        Who::Incident | Who::Unknown => Default::default(),
    };
    Contained {
        about: say.message(&one.about).replace('`', ""),
        call: say.name(&one.call),
        at: place(&one.at, say),
        session,
        principal,
        only_stopped: one.is_held,
    }
}

pub(super) fn rotate(report: &ReviewReport<'_>, say: &Say<'_>) -> Vec<Rotate> {
    let key = |row: &crate::review::Listed| Key {
        key: say.name(&row.key),
        owner: row.owner.as_deref().map(|owner| say.name(owner)),
        rotated: row.rotated.clone(),
        home: say.name(&row.home),
        answers: row
            .answers
            .iter()
            .map(|(question, answer)| Answer {
                question,
                answer: answer.as_deref().map(|text| say.message(&text.replace('`', ""))),
            })
            .collect(),
        push: say.command(&row.push).0,
    };
    let one = |rotation: &crate::review::Rotation| Rotate {
        secret: say.name(&rotation.name),
        changed: rotation.changed,
        notes: rows::rotation(rotation).iter().map(|text| say.message(text).replace('`', "")).collect(),
        keys: rotation.listed.iter().map(key).collect(),
    };
    report.review.rotations.iter().map(one).collect()
}
