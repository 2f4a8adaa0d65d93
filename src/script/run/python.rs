//! User data that is a Python program itself.

use std::rc::Rc;

use super::call::Call;
use super::streams::Chunk;
use super::{Machine, read};
use crate::reading::Reading;
use crate::script::Context;
use crate::value::{Flat, Landing, Text};

/// Where the secrets of a Python program land.
pub fn trace(script: &Flat, context: &Context<'_>) -> Reading<Vec<Landing>> {
    let at = script.place(0, script.text().lines().next().map_or(0, str::len)).unwrap_or(context.fallback);
    let (program, _, gaps) = read(Flat::new(&Text::default()), context);
    let mut machine = Machine::new(program, context, gaps, 0);
    let line = |(text, at)| Chunk { text, at, by: "python".into(), document: None };
    machine.streams.input = Some(Rc::new(script.lines(context.fallback).into_iter().map(line).collect()));
    machine.program(&Call { name: "python3", arguments: &[], at });
    machine.finish();
    Reading { facts: machine.files.landings(), gaps: machine.gaps }
}
