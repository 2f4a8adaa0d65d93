//! Carries a script out without running it: statements in order, branches both ways.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Program;
use super::ledger::Ledger;
use super::scope::{Changes, Variables};
use super::tree::{Block, Element, Expression, Extent, Kind, Node, Redirect, Statement};
use super::value::Value;
use crate::reading::Gap;
use crate::script::{Context, Role};
use crate::source::Span;
use crate::value::{Flat, Hop, Lifetime, Sink, SinkKind, Text, Traces};

/// Calls and nested values deeper than this are left out, with a gap.
const DEEPEST: usize = 100;
/// Parts carried out per byte read, at most, plus a constant: functions multiply.
const STEPS: usize = 50_000;
const MOST_GAPS: usize = 128;
/// Values that one block puts out and that are kept.
const MOST_OUTPUT: usize = 512;

/// Where EC2Launch keeps what user data prints.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2launch-v2-settings.html>
const AGENT_LOG: &str = r"C:\ProgramData\Amazon\EC2Launch\log\agent.log";

/// A value that a statement puts out.
pub struct Out {
    pub value: Value,
    pub at: Span,
    pub by: String,
}

/// A function of the script.
pub struct Function {
    pub program: Rc<Program>,
    pub body: Rc<Block>,
    pub called: bool,
}

/// The state while a script is carried out.
pub struct Machine<'c> {
    pub context: &'c Context<'c>,
    pub program: Rc<Program>,
    pub variables: Variables,
    /// Variables that hold a part of what another one holds: `$node` of `$xml`.
    pub parts_of: BTreeMap<String, String>,
    pub functions: BTreeMap<String, Function>,
    pub calls: Vec<String>,
    pub ledger: Ledger,
    pub gaps: Vec<Gap>,
    pub branches: Vec<u32>,
    last_branch: u32,
    /// The variable whose value is being made.
    pub assigning: Option<String>,
    /// The file of `Start-Transcript`.
    pub transcript: Option<String>,
    /// `Write-Host x *> file`: where this command prints.
    pub printed_to: Option<String>,
    /// Inside a function that nobody calls: its output goes nowhere that we know.
    pub uncalled: bool,
    /// `<persist>true</persist>`, `frequency: always`
    pub at_every_boot: bool,
    steps: usize,
    depth: usize,
    pub level: usize,
}

impl<'c> Machine<'c> {
    pub fn new(context: &'c Context<'c>, size: usize, level: usize) -> Self {
        let mut machine = Self {
            context,
            program: Rc::new(Program { flat: Flat::default() }),
            variables: Variables::default(),
            parts_of: BTreeMap::new(),
            functions: BTreeMap::new(),
            calls: Vec::new(),
            ledger: Ledger::default(),
            gaps: Vec::new(),
            branches: Vec::new(),
            last_branch: 0,
            assigning: None,
            transcript: None,
            printed_to: None,
            uncalled: false,
            at_every_boot: false,
            steps: size.saturating_add(STEPS),
            depth: 0,
            level,
        };
        machine.begin();
        machine
    }

    /// A new process: the environment, and nothing else.
    pub fn begin(&mut self) {
        self.variables = Variables::default();
        self.parts_of.clear();
        self.functions.clear();
        self.transcript = None;
        for (name, value) in &self.context.environment {
            let message = format!("passed in the environment as {name}");
            let hop = Hop { at: self.context.fallback, name: format!("$env:{name}"), message };
            self.variables.set(&format!("env:{name}"), Value::Text(value.clone()).passed(&hop));
        }
    }

    /// A script from its first statement to its last; then the functions that nobody called.
    pub fn script(&mut self, flat: Flat) {
        let block = self.enter(flat);
        self.parameters_unknown(&block);
        self.print_block(&block);
        let names: Vec<String> = self
            .functions
            .iter()
            .filter(|(_, function)| !function.called)
            .map(|(name, _)| name.clone())
            .collect();
        self.uncalled = true;
        for name in names {
            if self.functions.get(&name).is_some_and(|function| !function.called) {
                self.call_function(&name, Vec::new(), None, self.context.fallback);
            }
        }
        self.uncalled = false;
    }

    /// Reads a text; what follows is of that text.
    pub fn enter(&mut self, flat: Flat) -> Rc<Block> {
        let (block, problems) = super::read::read(flat.text());
        for problem in problems {
            let at = flat.place(problem.at, problem.at + 1).unwrap_or(self.context.fallback);
            self.gap(at, problem.reason, problem.hides_findings);
        }
        self.program = Rc::new(Program { flat });
        Rc::new(block)
    }

    /// What a statement puts out is printed at once.
    fn print_block(&mut self, block: &Block) {
        for statement in &block.statements {
            let mut out = Vec::new();
            self.statement(statement, &mut out);
            for Out { value, at, by } in out {
                self.print(&value.traces(), at, &by);
            }
        }
    }

    pub fn place(&self, extent: Extent) -> Span {
        self.program.flat.place(extent.start, extent.end).unwrap_or(self.context.fallback)
    }

    pub fn gap(&mut self, at: Span, reason: &str, hides_findings: bool) {
        let last = self.gaps.len() + 1 == MOST_GAPS;
        if self.gaps.len() < MOST_GAPS {
            let name = self.context.file_name.to_owned();
            let reason = if last { "more places that cannot be followed" } else { reason }.to_owned();
            self.gaps.push(Gap { at, name, reason, hides_findings: hides_findings || last });
        }
    }

    /// Work that is not a part's own, in steps.
    pub fn pay(&mut self, cost: usize) {
        self.steps = self.steps.saturating_sub(cost);
    }

    /// Goes one deeper, unless that is too deep or too much.
    pub fn deeper<T: Default>(&mut self, at: Span, body: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= DEEPEST || self.steps == 0 {
            let deep = self.depth >= DEEPEST;
            self.gap(
                at,
                if deep { "calls nested too deeply" } else { "more calls than can be followed" },
                true,
            );
            return T::default();
        }
        self.depth += 1;
        self.steps -= 1;
        let result = body(self);
        self.depth -= 1;
        result
    }

    /// The values that a block puts out, as one.
    pub fn block(&mut self, block: &Block) -> Value {
        let mut out = Vec::new();
        self.statements(block, &mut out);
        self.joined(out)
    }

    fn joined(&mut self, mut out: Vec<Out>) -> Value {
        out.retain(|out| !out.value.is_empty());
        match out.len() {
            0 => Value::default(),
            1 => out.pop().map(|out| out.value).unwrap_or_default(),
            _ => {
                let at = out.first().map_or(self.context.fallback, |out| out.at);
                Value::list(out.into_iter().map(|out| out.value).collect(), at)
            }
        }
    }

    pub fn statements(&mut self, block: &Block, out: &mut Vec<Out>) {
        for statement in &block.statements {
            self.statement(statement, out);
        }
    }

    pub fn value_of(&mut self, statement: &Statement) -> Value {
        let mut out = Vec::new();
        self.statement(statement, &mut out);
        self.joined(out)
    }

    /// Carries out what may not happen, and says what it changed.
    fn branch(&mut self, body: impl FnOnce(&mut Self)) -> Changes {
        let mark = self.variables.mark();
        self.last_branch += 1;
        self.branches.push(self.last_branch);
        body(self);
        self.branches.pop();
        self.variables.undo(mark)
    }

    fn statement(&mut self, statement: &Statement, out: &mut Vec<Out>) {
        match statement {
            Statement::Pipeline(elements) => {
                let full = out.len() >= MOST_OUTPUT;
                let result = self.pipeline(elements).filter(|result| !result.value.is_empty());
                match (result, out.last_mut().filter(|_| full)) {
                    (Some(result), None) => out.push(result),
                    // More than are kept are in the last one.
                    (Some(result), Some(last)) => {
                        let mut traces = last.value.traces();
                        traces.absorb(&result.value.traces());
                        if !traces.is_empty() {
                            last.value = Value::hole("output", result.at, traces);
                        }
                    }
                    (None, _) => {}
                }
            }
            Statement::Assign { target, append, value, at } => self.assignment(target, *append, value, *at),
            Statement::Branches { branches, subject, complete } => {
                self.choice(branches, subject.as_deref(), *complete, out);
            }
            Statement::Try(body, handlers, last) => {
                self.statements(body, out);
                let at = self.context.fallback;
                for handler in handlers {
                    let changes = self.branch(|machine| machine.statements(handler, out));
                    self.variables.join(vec![changes], false, at);
                }
                if let Some(last) = last {
                    self.statements(last, out);
                }
            }
            Statement::Loop(head, body) => {
                self.block(head);
                self.repeated(body, out);
            }
            Statement::Foreach(name, extent, items, body) => {
                let root = root_of_statement(items);
                let items = self.value_of(items);
                let at = self.place(*extent);
                let value = one_of(name, &items, at);
                let message = format!("assigned to variable {name}");
                let hop = Hop { at, name: format!("${name}"), message };
                self.variables.set(name, value.passed(&hop));
                self.part_of(name, root);
                self.repeated(body, out);
            }
            Statement::Function(name, body) => {
                let function =
                    Function { program: Rc::clone(&self.program), body: Rc::clone(body), called: false };
                self.functions.insert(name.to_lowercase(), function);
            }
            Statement::Out(value) => self.statement(value, out),
            Statement::Group(block) => self.statements(block, out),
            Statement::Nothing => {}
        }
    }

    fn repeated(&mut self, body: &Block, out: &mut Vec<Out>) {
        let changes = self.branch(|machine| machine.statements(body, out));
        self.variables.join(vec![changes], false, self.context.fallback);
    }

    fn choice(
        &mut self,
        branches: &[(Option<Node>, Block)],
        subject: Option<&Statement>,
        complete: bool,
        out: &mut Vec<Out>,
    ) {
        if let Some(subject) = subject {
            let value = self.value_of(subject);
            self.variables.set("_", value);
        }
        let mut all = Vec::with_capacity(branches.len());
        for (condition, body) in branches {
            if let Some(condition) = condition {
                self.evaluate(condition);
            }
            all.push(self.branch(|machine| machine.statements(body, out)));
        }
        self.variables.join(all, complete, self.context.fallback);
    }

    /// The values of a pipeline's last part.
    fn pipeline(&mut self, elements: &[Element]) -> Option<Out> {
        let mut flow = None;
        let mut result = None;
        let first = elements.first().and_then(|element| match &element.kind {
            Kind::Value(node) => root(node),
            Kind::Command(..) => None,
        });
        for element in elements {
            let at = self.place(element.at);
            let outer = self.printed_to.clone();
            if let Some(target) = element.redirects.iter().find(|redirect| redirect.printed) {
                let path = target.target.as_ref().map(|target| self.evaluate(target).text());
                self.printed_to = path.map(|path| crate::script::run::wire::shown_path(&path));
            }
            let (value, by) = self.element(element, flow.take(), at);
            self.printed_to = outer;
            // `$o | Add-Member …` changes `$o` itself.
            if by.eq_ignore_ascii_case("add-member")
                && let Some(variable) = &first
            {
                self.put_into(variable, &value.traces(), at);
            }
            let value = self.redirected(&element.redirects, value, at, &by);
            flow = Some(value.clone());
            result = Some(Out { value, at, by });
        }
        result
    }

    fn element(&mut self, element: &Element, input: Option<Value>, at: Span) -> (Value, String) {
        match &element.kind {
            Kind::Value(node) => (self.evaluate(node), "the script".to_owned()),
            Kind::Command(name, arguments) => {
                self.deeper(at, |machine| machine.command(name, arguments, input, at))
            }
        }
    }

    fn redirected(&mut self, redirects: &[Redirect], value: Value, at: Span, by: &str) -> Value {
        let mut left = value;
        for redirect in redirects {
            let Some(target) = &redirect.target else { continue };
            let nowhere =
                matches!(&target.kind, Expression::Variable(name) if name.eq_ignore_ascii_case("null"));
            let path = if nowhere { Text::default() } else { self.evaluate(target).text() };
            if !redirect.output {
                continue;
            }
            let value = std::mem::take(&mut left);
            if !nowhere && path.known().as_deref() != Some("NUL") {
                self.write(&path, &value, redirect.append, at, by);
            }
        }
        left
    }

    /// The secrets that stand in a file that this script wrote.
    pub fn read_file(&mut self, path: &Text, at: Span) -> Value {
        let path = crate::script::run::wire::shown_path(path);
        let hop = Hop { at, name: path.clone(), message: format!("read from {path}") };
        let traces = self.ledger.secrets(&path).then(&hop);
        Value::hole(&path, at, traces)
    }

    /// Something is written to a file.
    pub fn write(&mut self, path: &Text, value: &Value, append: bool, at: Span, by: &str) {
        let path = crate::script::run::wire::shown_path(path);
        let verb = if append { "appended" } else { "written" };
        // What was read from this file and goes back into it is there already, and told.
        let traces = value.traces().filtered(|trace| !trace.hops().iter().any(|hop| hop.name == path));
        self.land_file(&path, at, format!("{verb} by `{by}`"), traces);
        let lower = path.to_ascii_lowercase();
        if [".ps1", ".psm1", ".bat", ".cmd"].iter().any(|end| lower.ends_with(end)) {
            let text = value.text();
            self.ledger.write_script(&path, &text, append);
        }
    }

    /// A secret lands in a file, or in what Windows keeps like one.
    pub fn land_file(&mut self, path: &str, at: Span, by: String, traces: Traces) {
        self.land(SinkKind::File, Some(path.to_owned()), at, by, traces);
    }

    pub fn land(&mut self, kind: SinkKind, path: Option<String>, at: Span, by: String, traces: Traces) {
        let lifetime = if kind == SinkKind::ProcessArguments { Lifetime::Memory } else { Lifetime::Durable };
        let again = self.at_every_boot && kind != SinkKind::SourceCode;
        let by = if again { format!("{by}, again at every boot") } else { by };
        self.ledger.land(Sink { kind, path, lifetime, at, by }, traces, &self.branches);
    }

    /// What is printed goes to the transcript, and to where the script's output goes.
    pub fn print(&mut self, traces: &Traces, at: Span, by: &str) {
        if self.uncalled || traces.is_empty() {
            return;
        }
        let by = if by == "the script" {
            "printed by the script".to_owned()
        } else {
            format!("printed by `{by}`")
        };
        if let Some(path) = self.printed_to.clone() {
            // `*> $null`
            if !path.is_empty() {
                self.land_file(&path, at, by, traces.clone());
            }
            return;
        }
        if let Some(path) = self.transcript.clone() {
            return self.land(SinkKind::Log, Some(path), at, by, traces.clone());
        }
        match self.context.role {
            Role::UserData => self.land(SinkKind::Log, Some(AGENT_LOG.to_owned()), at, by, traces.clone()),
            Role::RemoteExec | Role::LocalExec => self.land(SinkKind::Log, None, at, by, traces.clone()),
            Role::Standalone => {}
        }
    }

    /// `$node = $xml.a.b`: what is put into `$node` is in `$xml`.
    pub fn part_of(&mut self, name: &str, root: Option<String>) {
        let name = super::scope::kept_name(name);
        match root.map(|root| super::scope::kept_name(&root)).filter(|root| *root != name) {
            Some(root) => self.parts_of.insert(name, root),
            None => self.parts_of.remove(&name),
        };
    }
}

/// The variable at the beginning of `$xml.a.b`, `$xml.SelectNodes(…) | Where-Object …`.
pub fn root_of_statement(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Pipeline(elements) => match &elements.first()?.kind {
            Kind::Value(node) => root(node),
            Kind::Command(..) => None,
        },
        Statement::Group(block) => root_of_statement(block.statements.first()?),
        _ => None,
    }
}

/// The variable whose member, or member's member, this is.
pub fn root(node: &Node) -> Option<String> {
    let mut node = node;
    for _ in 0..128 {
        node = match &node.kind {
            Expression::Variable(name) => return Some(name.clone()),
            Expression::Member(of, ..) | Expression::Index(of, _) | Expression::Cast(_, of) => of,
            Expression::Group(block) if block.statements.len() == 1 => match block.statements.first() {
                Some(Statement::Pipeline(elements)) => match elements.first().map(|element| &element.kind) {
                    Some(Kind::Value(inner)) => inner,
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
    }
    None
}

/// One of several values: the only one, or an unknown with the secrets of all.
pub fn one_of(name: &str, items: &Value, at: Span) -> Value {
    match items {
        Value::List(members) if members.items.len() == 1 => {
            members.items.first().map(|(_, value)| value.clone()).unwrap_or_default()
        }
        Value::List(_) => Value::hole(name, at, items.traces()),
        other => other.clone(),
    }
}
