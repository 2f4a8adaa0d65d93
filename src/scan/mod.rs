//! The scan of Terraform: from documents to findings, without touching the disk itself.

mod around;
mod beside;
mod examples;
mod fields;
mod literal;
mod parts;
mod told;
mod typed;

pub use examples::{check_examples, outcome};
pub use fields::{KINDS, never_met};
pub use parts::folder_of;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use self::around::Clouds;
use crate::finding::{Confidence, Finding};
use crate::flow::{
    DocumentFlows, Flow, OfRoot, flows_of_compose, flows_of_document, flows_of_root, flows_of_script,
    not_told_by,
};
use crate::reading::{Gap, Reading};
use crate::rule::RuleSet;
use crate::secret::Secret;
use crate::secret::tokens::{Allowed, TokenTable};
use crate::source::walk::FileKind;
use crate::source::{SourceId, Sources, Span};
use crate::terraform::evaluate::render_alone;
use crate::terraform::plan::recognise::Document;
use crate::terraform::tree::{Input, Tree};
use crate::value::{OriginKind, SinkKind, Text};

/// Sigma's `logsource` of our records.
pub const PRODUCT: &str = "secretrail";
/// The service of the Terraform surface.
pub const SERVICE: &str = "terraform";
/// The kind of record: one secret and one place where it lands.
pub const CATEGORY: &str = "flow";
/// The other kind of record: what the state of one root module holds.
pub const STATE: &str = "state";

/// What a scan works with.
pub struct Tools<'t> {
    /// Rules.
    pub rules: &'t RuleSet,
    /// How tokens look.
    pub tokens: &'t TokenTable,
    /// Set by Ctrl-C: the scan ends at the next file or module.
    pub stop: &'t AtomicBool,
    /// Called with a few words when a stage has done one more piece of its work.
    pub progress: &'t (dyn Fn(Stage) + Sync),
}

/// The stages of a scan, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// This many pieces of work are to come.
    Expect(usize),
    /// One is done.
    Done,
}

/// What is scanned: documents that were read, and where downloaded modules are.
#[derive(Debug, Default)]
pub struct Material {
    /// Documents in the order of their paths.
    pub inputs: Vec<Input>,
    /// Plans and states, their texts sealed.
    pub documents: Vec<PlanDocument>,
    /// For each root folder: module keys and folders.
    pub downloaded: Vec<(PathBuf, Vec<(String, PathBuf)>)>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// A plan or a state.
#[derive(Debug, Clone, Copy)]
pub struct PlanDocument {
    /// Its document, sealed.
    pub source: SourceId,
    /// What it is.
    pub kind: Document,
    /// Whether it lies in the scanned tree; else somebody handed it over.
    pub committed: bool,
}

/// What a scan found. Findings are not settled yet.
#[derive(Debug, Default)]
pub struct Scanned {
    /// Findings in no order.
    pub findings: Vec<Finding>,
    /// Tokens among them that a team's allow-list lets pass.
    pub allowed: Vec<Allowed>,
    /// Gaps in no order.
    pub gaps: Vec<Gap>,
    /// Texts that must not be shown.
    pub secrets: Vec<Secret>,
    /// Places that must not be shown.
    pub places: Vec<Span>,
    /// Folders that belong together, as reports name them.
    pub parts: Vec<BTreeSet<String>>,
}

impl Scanned {
    /// Adds what another surface gave.
    pub fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.allowed.extend(other.allowed);
        self.gaps.extend(other.gaps);
        self.secrets.extend(other.secrets);
        self.places.extend(other.places);
        self.parts.extend(other.parts);
    }
}

/// Scans. Ctrl-C gives what was found until then.
pub fn scan(sources: &Sources, material: &Material, tools: &Tools<'_>) -> Scanned {
    let built = Tree::build(sources, &material.inputs);
    let mut tree = built.facts;
    for (root, rows) in &material.downloaded {
        tree.add_downloaded(root, rows.clone());
    }
    let roots = tree.roots();
    (tools.progress)(Stage::Expect(roots.len() + material.inputs.len()));

    let literals = literal::literals(sources, &material.inputs, &tree, tools);
    let mut flows: Vec<Flow> = literals.flows;
    let told_literals = flows.len();
    let mut gaps = built.gaps;
    gaps.extend(material.gaps.iter().cloned());
    gaps.extend(literals.gaps);

    let of_roots: Vec<(Reading<OfRoot>, BTreeSet<SourceId>)> = roots
        .par_iter()
        .filter(|_| !tools.stop.load(Ordering::Relaxed))
        .map(|root| {
            let reading = guarded(root.files.first().map(|(source, _)| *source), || {
                flows_of_root(&tree, sources, root)
            });
            (tools.progress)(Stage::Done);
            reading
        })
        .collect();
    let of_each: Vec<&BTreeSet<SourceId>> = of_roots.iter().map(|(_, files)| files).collect();
    let parts = parts::parts(&tree, sources, &roots, &of_each);
    let mut used = BTreeSet::new();
    let mut states = Vec::new();
    for (reading, files) in of_roots {
        flows.extend(reading.facts.flows);
        states.extend(reading.facts.state);
        gaps.extend(reading.gaps);
        used.extend(files);
    }
    let alone: Vec<Reading<Vec<Flow>>> = material
        .inputs
        .par_iter()
        .filter(|input| !used.contains(&input.source) && !tools.stop.load(Ordering::Relaxed))
        .map(|input| guarded(Some(input.source), || (script_alone(sources, input), BTreeSet::new())).0)
        .collect();
    for reading in alone {
        flows.extend(reading.facts);
        gaps.extend(reading.gaps);
    }
    told_once(&mut flows, told_literals);
    surest(&mut flows);
    let allowed = add_allowed(&mut flows, literals.allowed);
    let mut secrets = literals.secrets;
    let mut planned = Vec::new();
    for document in &material.documents {
        let reading = document_flows(sources, document, &tree, tools);
        planned.extend(reading.facts.flows);
        secrets.extend(reading.facts.hidden);
        gaps.extend(reading.gaps);
    }
    let planned = not_told_by(&flows, planned);
    flows.extend(planned);
    let clouds = Clouds::of(&tree);
    let mut findings = told::judge(&flows, tools.rules, &|flow| clouds.around(sources, flow));
    findings.extend(told::judge_states(&states, tools.rules));
    let mut places = literals.places;
    for flow in &flows {
        hide_literal(sources, flow, &mut secrets, &mut places);
    }
    Scanned { findings, allowed, gaps, secrets, places, parts }
}

/// The flows of a plan or a state; a panic in it is a gap.
fn document_flows(
    sources: &Sources,
    document: &PlanDocument,
    tree: &Tree,
    tools: &Tools<'_>,
) -> Reading<DocumentFlows> {
    let Some(text) = sources.document(document.source).sealed() else { return Reading::default() };
    let work = || {
        let page = (document.source, text.as_str(), document.kind);
        flows_of_document(page, document.committed, tree, tools.tokens)
    };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Reading {
        facts: DocumentFlows::default(),
        gaps: vec![own_error(document.source)],
    })
}

/// A literal in a script is told at its own place, and once: the first `told` flows are those that the
/// search of whole texts found.
fn told_once(flows: &mut Vec<Flow>, told: usize) {
    let known: BTreeMap<(SourceId, u32), u32> = flows
        .iter()
        .take(told)
        .map(|flow| ((flow.sink.at.source, flow.sink.at.start), flow.sink.at.end))
        .collect();
    let is_known = |at: Span| {
        let before = known.range(..(at.source, at.end.max(at.start + 1))).next_back();
        before.is_some_and(|((source, _), end)| *source == at.source && *end > at.start)
    };
    let mut position = 0;
    flows.retain_mut(|flow| {
        position += 1;
        if position <= told || flow.sink.kind != SinkKind::SourceCode {
            return true;
        }
        flow.sink.at = flow.trace.origin.at;
        !is_known(flow.sink.at)
    });
}

/// Without the guesses of what another flow proves: a module's secret, that only one of its callers gives.
fn surest(flows: &mut Vec<Flow>) {
    let place = |flow: &Flow| {
        let at = flow.sink.at;
        let (key, kind) = (flow.trace.origin.key.clone(), flow.sink.kind.word());
        (at.source, at.start, at.end, key, kind, flow.sink.path.clone())
    };
    let sure = |flow: &Flow| flow.confidence() > Confidence::Low;
    let proven: BTreeSet<_> = flows.iter().filter(|flow| sure(flow)).map(place).collect();
    flows.retain(|flow| sure(flow) || !proven.contains(&place(flow)));
}

/// What a team's allow-list lets pass, where nothing else tells the same place.
fn add_allowed(flows: &mut Vec<Flow>, allowed: Vec<(Flow, std::sync::Arc<str>)>) -> Vec<Allowed> {
    let touches =
        |one: Span, other: Span| one.source == other.source && one.start < other.end && other.start < one.end;
    let told: Vec<Span> = flows
        .iter()
        .filter(|flow| !allowed.is_empty() && flow.sink.kind == SinkKind::SourceCode)
        .map(|flow| flow.sink.at)
        .collect();
    let mut all = Vec::new();
    for (flow, reason) in allowed {
        if !told.iter().any(|at| touches(*at, flow.sink.at)) {
            all.push(Allowed { at: flow.sink.at, name: flow.trace.origin.key.clone(), reason });
            flows.push(flow);
        }
    }
    all
}

/// A literal that a script holds is hidden wherever the script's reader saw it.
fn hide_literal(sources: &Sources, flow: &Flow, secrets: &mut Vec<Secret>, places: &mut Vec<Span>) {
    let origin = &flow.trace.origin;
    if origin.kind == OriginKind::Command {
        let text = sources.text(origin.at.source);
        let command = text.get(origin.at.range()).unwrap_or_default();
        let start = origin.at.range().start;
        let typed = typed::typed_words(command).into_iter();
        let place =
            |word: std::ops::Range<usize>| Span::new(origin.at.source, start + word.start, start + word.end);
        places.extend(typed.map(place));
    }
    if origin.kind != OriginKind::Literal {
        return;
    }
    let text = sources.text(origin.at.source);
    places.push(without_name(&text, origin.at));
    // What it is put together from stands elsewhere.
    for hop in flow.trace.hops().into_iter().filter(|hop| hop.is_piece()) {
        places.push(hop.at);
        secrets.extend(sources.text(hop.at.source).get(hop.at.range()).map(Secret::new));
    }
    let Some(literal) = text.get(origin.at.range()) else { return };
    let bare = literal.trim_matches(['"', '\'']);
    // The span of what was put together from pieces holds more than the secret: then the place is all.
    let length = origin.literal.as_ref().map(|(length, _)| *length);
    if length == Some(bare.chars().count()) {
        secrets.push(Secret::new(bare));
    } else {
        let parts = typed::typed_words(literal).into_iter().filter_map(|part| literal.get(part));
        secrets.extend(parts.filter(|part| part.len() >= 6).map(Secret::new));
    }
}

/// Of `NAME="x$A"` what stands after the name: a name is no secret, and readers need it.
fn without_name(text: &str, at: Span) -> Span {
    let written = text.get(at.range()).unwrap_or_default();
    let name = written.split_once('=').map(|(name, _)| name).filter(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    // A secret can hold a `=` itself.
    let name = name.filter(|name| crate::secret::names::says_secret(name).is_some());
    name.map_or(at, |name| Span::new(at.source, at.range().start + name.len() + 1, at.range().end))
}

/// The flows of a script that nobody refers to.
fn script_alone(sources: &Sources, input: &Input) -> Reading<Vec<Flow>> {
    let text = sources.text(input.source);
    let name =
        input.found.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let named_powershell = crate::script::is_named_powershell(&name);
    let is_template = match input.found.kind {
        FileKind::Dockerfile => {
            return beside::flows_of_dockerfile(input.source, &name, &text);
        }
        FileKind::Compose => return flows_of_compose(input.source, &name, &text),
        FileKind::Template => true,
        // `%{ if … }` is PowerShell, too, and so is `${x}`.
        FileKind::Script if named_powershell => text.contains("$${"),
        // A `.sh` file that Terraform renders says so by its escapes and directives.
        FileKind::Script => text.contains("$${") || text.contains("%{ if") || text.contains("%{ for"),
        _ => return Reading::default(),
    };
    let is_other = crate::script::is_named_program(&name, &text);
    if is_other || !named_powershell && !crate::script::is_script(&text) {
        return Reading::default();
    }
    let rendered = if is_template {
        render_alone(sources, input.source)
    } else {
        let span = Span::new(input.source, 0, text.len());
        Reading { facts: Text::exact(text, span), gaps: Vec::new() }
    };
    let mut reading = flows_of_script(input.source, &name, &rendered.facts);
    reading.gaps.extend(rendered.gaps);
    reading
}

/// A panic while one root or file is followed costs that one, and is told as a gap.
fn guarded<T: Default>(
    source: Option<SourceId>,
    work: impl FnOnce() -> (Reading<T>, BTreeSet<SourceId>),
) -> (Reading<T>, BTreeSet<SourceId>) {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(traced) => traced,
        Err(_) => {
            let gap = source.map(own_error);
            (Reading { facts: T::default(), gaps: gap.into_iter().collect() }, BTreeSet::new())
        }
    }
}

fn own_error(source: SourceId) -> Gap {
    Gap {
        at: Span::start_of(source),
        name: String::new(),
        reason: "an internal error stopped the work on it; please report it".into(),
        hides_findings: true,
    }
}
