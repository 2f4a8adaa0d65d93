//! Carries a script out without running it: one pass forward, values with origins.

mod assign;
mod builtins;
pub(super) mod call;
mod code;
mod deliver;
mod editors;
mod expand;
pub(super) mod external;
pub(super) mod fetch;
mod files;
mod filters;
mod homes;
mod inner;
pub(super) mod literal;
mod network;
mod openssl;
mod passwords;
mod printed;
mod programs;
pub(super) mod python;
mod redirect;
mod sed;
mod sinks;
mod sql;
mod sqlite;
pub(super) mod store_name;
mod streams;
mod variables;
mod walk;
pub(super) mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::shell::{self, Command, Extent, HereDocument, List};
use super::table::Table;
use super::{Context, Role};
use crate::reading::{Gap, Reading};
use crate::source::Span;
use crate::value::{Flat, Hop, Landing, Text, Traces};

pub use literal::can_be_secret;

use files::Files;
use streams::{Chunk, Streams};
use variables::Variables;

/// Calls and nested commands deeper than this are left out, with a gap.
const DEEPEST: usize = 120;
/// Functions that call functions.
pub(super) const MOST_CALLS: usize = 24;
/// Readers of output (`> >( … )`) within each other.
const MOST_FEEDING: usize = 4;
const TOO_DEEP: &str = "calls nested too deeply";
const SCRIPTS_TOO_DEEP: &str = "scripts inside scripts nested too deeply";
/// Scripts that write scripts that write scripts.
const DEEPEST_SCRIPT: usize = 3;
/// Commands carried out per command read, at most, plus a constant: functions multiply.
const STEPS: usize = 50_000;

/// Gaps in one script worth telling.
const MOST_GAPS: usize = 256;

/// A script that was read.
pub(super) struct Program {
    flat: Flat,
    documents: Vec<HereDocument>,
}

/// A function of the script.
struct Function {
    program: Rc<Program>,
    body: Rc<Command>,
    called: bool,
}

/// The state while a script is carried out.
struct Machine<'c> {
    context: &'c Context<'c>,
    role: Role,
    table: &'static Table,
    program: Rc<Program>,
    variables: Variables,
    functions: BTreeMap<String, Function>,
    /// Functions that are being carried out.
    calls: Vec<String>,
    /// What `local` hid in the function being carried out.
    locals: Vec<(String, Option<variables::Variable>)>,
    /// Positional parameters; none where unknown.
    positional: Option<Vec<Text>>,
    streams: Streams,
    buffers: Vec<Vec<Chunk>>,
    files: Files,
    gaps: Vec<Gap>,
    /// `set -x`: where it was said.
    traced: Option<Span>,
    /// Origins that the trace has printed already.
    trace_printed: BTreeSet<(Span, String)>,
    working_directory: Option<String>,
    /// Secrets that `eval "$(…)"` put into variables whose names nobody knows.
    scattered: Traces,
    /// The variable whose value is being made.
    assigning: Option<String>,
    /// Loops that we are in: the values that their variables take.
    choices: Vec<walk::Choices>,
    /// Branches that we are in: what happens there may not happen.
    branches: Vec<u32>,
    last_branch: u32,
    traps: Vec<Text>,
    /// Process substitutions by number: the commands that read, for `>( … )`.
    processes: Vec<Option<(Rc<Program>, Rc<List>)>>,
    /// Texts that are being carried out as scripts: `eval`, `bash -c`.
    texts: usize,
    /// What is written to files goes there because the script's own output does: it is a log.
    logging: bool,
    /// The command whose output a `>( … )` reads.
    fed_at: Option<Span>,
    feeding: usize,
    /// Inside a function that nobody calls: its output goes nowhere that we know.
    uncalled: bool,
    depth: usize,
    steps: usize,
    level: usize,
}

/// A file that is there before the script begins.
pub struct Placed {
    pub path: String,
    /// Its lines, each with its place.
    pub lines: Vec<(Text, Span)>,
    /// What put it there: "written by cloud-init's write_files".
    pub by: String,
    /// Whether it goes on with what an earlier one holds.
    pub append: bool,
}

/// Where secrets land in this script.
pub fn trace(script: &Flat, context: &Context<'_>) -> Reading<Vec<Landing>> {
    trace_with_files(script, Vec::new(), context)
}

/// The same for a script that finds files: their secrets land too, unless the script removes them.
pub fn trace_with_files(script: &Flat, files: Vec<Placed>, context: &Context<'_>) -> Reading<Vec<Landing>> {
    let (program, list, gaps) = read(script.clone(), context);
    let mut machine = Machine::new(program, context, gaps, 0);
    files.into_iter().for_each(|file| machine.place_file(file));
    machine.find_files();
    machine.start(&list);
    machine.finish();
    let mut gaps = machine.gaps;
    gaps.sort();
    gaps.dedup();
    Reading { facts: machine.files.landings(), gaps }
}

/// Reads a script to a program, its statements, and its gaps.
fn read(flat: Flat, context: &Context<'_>) -> (Rc<Program>, Rc<List>, Vec<Gap>) {
    let read = shortened(flat.text());
    let script = shell::read(read);
    let too_long = (read.len() < flat.text().len()).then(|| Gap {
        at: flat.place(read.len(), read.len() + 1).unwrap_or(context.fallback),
        name: context.file_name.to_owned(),
        reason: "the script is longer than 2 MiB: the rest was not followed".to_owned(),
        hides_findings: true,
    });
    let gaps = script
        .problems
        .iter()
        .map(|problem| Gap {
            at: flat.place(problem.at, problem.at + 1).unwrap_or(context.fallback),
            name: context.file_name.to_owned(),
            reason: problem.reason.to_owned(),
            hides_findings: problem.hides_findings,
        })
        .chain(too_long)
        .collect();
    let program = Rc::new(Program { flat, documents: script.documents });
    (program, Rc::new(script.list), gaps)
}

/// A tree is many times as large as its text. User data has at most some tens of KiB; what is longer carries a
/// program behind its lines.
fn shortened(text: &str) -> &str {
    const LONGEST: usize = 2 * 1024 * 1024;
    if text.len() <= LONGEST {
        return text;
    }
    let start = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    start.rfind('\n').and_then(|end| start.get(..=end)).unwrap_or(start)
}

impl<'c> Machine<'c> {
    fn new(program: Rc<Program>, context: &'c Context<'c>, gaps: Vec<Gap>, level: usize) -> Self {
        Self {
            context,
            role: context.role,
            table: Table::built_in(),
            steps: program.flat.text().len().saturating_add(STEPS),
            program,
            variables: Variables::default(),
            functions: BTreeMap::new(),
            calls: Vec::new(),
            locals: Vec::new(),
            positional: None,
            streams: Streams::default(),
            buffers: Vec::new(),
            files: Files::default(),
            gaps,
            traced: None,
            trace_printed: BTreeSet::new(),
            working_directory: None,
            scattered: Traces::none(),
            assigning: None,
            choices: Vec::new(),
            branches: Vec::new(),
            last_branch: 0,
            traps: Vec::new(),
            processes: Vec::new(),
            texts: 0,
            logging: false,
            fed_at: None,
            feeding: 0,
            uncalled: false,
            depth: 0,
            level,
        }
    }

    fn start(&mut self, list: &List) {
        for (name, value) in &self.context.environment {
            let hop = Hop {
                at: self.context.fallback,
                name: format!("${name}"),
                message: format!("passed in the environment as {name}"),
            };
            self.variables.set(name, variables::passed(value, &hop), true);
        }
        if !self.context.arguments.is_empty() {
            self.positional = Some(self.context.arguments.clone());
        }
        self.traced = shebang_traces(self.program.flat.text()).map(|extent| self.place(extent));
        self.list(list);
    }

    /// What happens at the end: traps, functions nobody called, scripts that were written.
    fn finish(&mut self) {
        for commands in std::mem::take(&mut self.traps) {
            self.run_text(&commands);
        }
        self.uncalled_functions();
        self.written_scripts();
        if self.files.full {
            let reason = format!(
                "secrets land in more than {} places: the others are not reported",
                files::MOST_LANDINGS
            );
            self.gap(self.context.fallback, &reason, true);
        }
        if self.files.forgetful {
            let reason =
                "more is written to files than is tracked: later reads of them are only partly followed";
            self.gap(self.context.fallback, reason, true);
        }
    }

    /// The outer place of a part of the script.
    fn place(&self, extent: Extent) -> Span {
        self.program.flat.place(extent.start, extent.end).unwrap_or(self.context.fallback)
    }

    /// Work that is not a command's own, in steps.
    fn pay(&mut self, cost: usize) {
        self.steps = self.steps.saturating_sub(cost);
    }

    fn gap(&mut self, at: Span, reason: &str, hides_findings: bool) {
        let last = self.gaps.len() + 1 == MOST_GAPS;
        if self.gaps.len() < MOST_GAPS {
            let name = self.context.file_name.to_owned();
            let reason = if last { "more places that cannot be followed" } else { reason }.to_owned();
            self.gaps.push(Gap { at, name, reason, hides_findings: hides_findings || last });
        }
    }
}

/// `#!/bin/bash -xe`: the line.
fn shebang_traces(text: &str) -> Option<Extent> {
    let start =
        text.find("#!").filter(|at| text.get(..*at).is_some_and(|before| before.trim().is_empty()))?;
    let line = text.get(start..)?.lines().next()?;
    let traces = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('x');
    line.split_whitespace().skip(1).any(traces).then(|| Extent::new(start, start + line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::tests::rig::Rig;

    /// Carries a script out and gives the steps that are left, and the pieces that are kept.
    fn work(script: &str) -> (usize, usize, bool) {
        let rig = Rig::new(script);
        let context = rig.context(Role::UserData);
        let (program, list, gaps) = read(Flat::new(&rig.text), &context);
        let mut machine = Machine::new(program, &context, gaps, 0);
        machine.start(&list);
        machine.finish();
        let kept = machine.files.kept
            + machine.buffers.iter().flatten().map(|chunk| chunk.text.pieces.len()).sum::<usize>();
        (machine.steps, kept, machine.gaps.iter().any(|gap| gap.hides_findings))
    }

    #[test]
    fn values_that_double_end_with_a_gap() {
        let mut script = String::from("f0() { echo \"$1\" > /a; }\n");
        for number in 1..40 {
            let inner = number - 1;
            script.push_str(&format!(
                "f{number}() {{ f{inner} \"$1$1\"; f{inner} \"$1\"; f{inner} \"$1\"; }}\n"
            ));
        }
        script.push_str("f20 ⟦k⟧\n");
        let (steps, kept, gap) = work(&script);
        assert_eq!(steps, 0);
        assert!(kept <= files::MOST_KEPT + 1024, "{kept}");
        assert!(gap);
    }

    #[test]
    fn landings_are_counted() {
        let script: String =
            (0..files::MOST_LANDINGS + 10).map(|number| format!("echo ⟦k⟧ > /a{number}\n")).collect();
        assert!(work(&script).2);
        assert!(!work("echo ⟦k⟧ > /a\n").2);
    }
}
