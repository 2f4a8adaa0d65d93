//! The flows of a plan or a state: what its resources will be given, followed as the sources' texts are.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::{Flow, Host, follow};
use crate::finding::Confidence;
use crate::reading::{Gap, Reading};
use crate::secret::Secret;
use crate::secret::tokens::TokenTable;
use crate::source::{SourceId, Span};
use crate::terraform::plan::arrivals::{Arrivals, Means};
use crate::terraform::plan::documents::with_secrets;
use crate::terraform::plan::recognise::Document;
use crate::terraform::plan::state::{read_shown_state, read_state};
use crate::terraform::plan::{Plan, Understood, read_plan};
use crate::terraform::tree::Tree;
use crate::value::{Lifetime, Origin, OriginKind, Sink, SinkKind, Trace};

/// A flow, and the block that makes it happen.
#[derive(Debug, Clone)]
pub struct PlanFlow {
    /// The flow; its address has the keys of an instance.
    pub flow: Flow,
    /// The address without keys, as the sources' flows have it.
    pub block: String,
}

/// What a plan or a state says.
#[derive(Default)]
pub struct DocumentFlows {
    /// The flows, one for each block, secret and place: of many instances the first.
    pub flows: Vec<PlanFlow>,
    /// Values that must not be shown.
    pub hidden: Vec<Secret>,
}

/// Reads a document and follows what is in it. `tree` holds the sources beside it, if there are any; `committed`
/// says that a state lies in the scanned tree.
pub fn flows_of_document(
    (source, text, kind): (SourceId, &str, Document),
    committed: bool,
    tree: &Tree,
    tokens: &TokenTable,
) -> Reading<DocumentFlows> {
    let reading = match kind {
        Document::Plan => read_plan(source, text),
        Document::ShownState => read_shown_state(source, text),
        Document::State => read_state(source, text),
        Document::EncryptedState => return Reading::default(),
    };
    let mut gaps = reading.gaps;
    let plan = reading.facts;
    let understood = Understood::of(&plan, tree);
    let correlator = understood.correlator(tokens);
    if correlator.cut {
        let reason = "it contains more secret values than can be searched for".to_owned();
        gaps.push(Gap { at: Span::start_of(source), name: String::new(), reason, hides_findings: true });
    }
    let means =
        Means { correlator: &correlator, places: &understood.places, references: &understood.references };
    let followed: Vec<(Vec<PlanFlow>, Vec<Gap>)> = plan
        .resources
        .par_iter()
        .map(|planned| {
            let arrivals = Arrivals::of(&means, planned);
            let (mut flows, mut gaps) = (Vec::new(), arrivals.gaps);
            arrivals.found.iter().for_each(|arrival| follow(arrival, &mut flows, &mut gaps));
            let block = |flow| PlanFlow { flow, block: planned.base.clone() };
            (flows.into_iter().map(block).collect(), gaps)
        })
        .collect();
    let mut all = DocumentFlows::default();
    for (flows, more) in followed {
        all.flows.extend(flows);
        gaps.extend(more);
    }
    let allowed = correlator.allowed();
    if allowed > 0 {
        let tokens = if allowed == 1 { "1 token in it is" } else { "tokens in it are" };
        let count = if allowed == 1 { String::new() } else { format!("{allowed} ") };
        let reason = format!("{count}{tokens} allowed by allow-lists of the token table");
        gaps.push(Gap { at: Span::start_of(source), name: String::new(), reason, hides_findings: false });
    }
    once_for_each_block(&mut all.flows);
    if plan.is_state {
        let documents = with_secrets(&plan.resources, &correlator);
        all.flows.extend(in_clear(&plan, &understood, &documents, committed));
    }
    all.hidden = understood.into_hidden();
    Reading { facts: all, gaps }
}

/// What makes two flows of a document the same, whatever the instance.
fn once_for_each_block(flows: &mut Vec<PlanFlow>) {
    let mut seen = HashSet::new();
    flows.retain(|one| {
        let (flow, origin) = (&one.flow, &one.flow.trace.origin);
        let sink = (flow.sink.kind, flow.sink.path.clone(), flow.sink.lifetime);
        seen.insert((one.block.clone(), sink, origin.kind, origin.name.clone(), origin.key.clone()))
    });
}

/// Types named in the summary of a state.
const MOST_NAMED: usize = 6;

/// One flow for all secrets that stand in a state in clear.
fn in_clear(
    plan: &Plan<'_>,
    understood: &Understood<'_>,
    documents: &[String],
    committed: bool,
) -> Option<PlanFlow> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let known: HashSet<&str> = understood.attributes().collect();
    let documents = documents.iter().map(String::as_str).filter(|name| !known.contains(name));
    for attribute in understood.attributes().chain(documents) {
        *counts.entry(attribute).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    let mut named: Vec<(usize, &str)> = counts.into_iter().map(|(name, count)| (count, name)).collect();
    named.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(right.1)));
    let first = named.first()?.1.to_owned();
    let more = named.len().saturating_sub(MOST_NAMED);
    let told = named.into_iter().take(MOST_NAMED).map(|(count, name)| match count {
        1 => name.to_owned(),
        count => format!("{name} ({count})"),
    });
    let mut by = told.collect::<Vec<_>>().join(", ");
    if more > 0 {
        by.push_str(&format!(" and {more} more"));
    }
    let key = if total == 1 { first } else { format!("{total} secrets") };
    let at = Span::start_of(plan.source);
    let origin = Origin {
        kind: OriginKind::Resource,
        name: key.clone(),
        key,
        at,
        confidence: Confidence::High,
        literal: None,
    };
    let sink = Sink { kind: SinkKind::State, path: None, lifetime: Lifetime::Durable, at, by };
    let host = if committed { Host::Repository } else { Host::Operator };
    let flow = Flow { trace: Trace::new(origin), sink, address: "state".into(), host, referenced: true };
    Some(PlanFlow { flow, block: String::new() })
}

/// The flows of documents that the sources do not tell themselves.
pub fn not_told_by(sources: &[Flow], planned: Vec<PlanFlow>) -> Vec<Flow> {
    let mut told: HashMap<&str, Vec<&Flow>> = HashMap::new();
    for flow in sources {
        told.entry(flow.address.as_str()).or_default().push(flow);
    }
    let literals: HashSet<&str> = sources
        .iter()
        .filter(|flow| flow.sink.kind == SinkKind::SourceCode)
        .map(|flow| flow.trace.origin.key.as_str())
        .collect();
    let is_told = |one: &PlanFlow| {
        let literal = one.flow.sink.kind == SinkKind::SourceCode;
        (literal && literals.contains(one.flow.trace.origin.key.as_str()))
            || told
                .get(one.block.as_str())
                .is_some_and(|flows| flows.iter().any(|flow| same(flow, &one.flow)))
    };
    planned.into_iter().filter(|one| !is_told(one)).map(|one| one.flow).collect()
}

fn same(source: &Flow, planned: &Flow) -> bool {
    let (left, right) = (&source.trace.origin, &planned.trace.origin);
    let path = match (&source.sink.path, &planned.sink.path) {
        (Some(left), Some(right)) => same_path(left, right),
        (left, right) => left.is_none() && right.is_none(),
    };
    source.sink.kind == planned.sink.kind && path && (left.name == right.name || left.key == right.key)
}

/// Whether a path with `${...}` in it can be the path that a plan knows.
fn same_path(source: &str, planned: &str) -> bool {
    let mut rest = planned;
    let mut first = true;
    let mut pieces = source.split("${");
    let Some(start) = pieces.next() else { return false };
    let Some(after) = rest.strip_prefix(start) else { return false };
    rest = after;
    for piece in pieces {
        first = false;
        let literal = piece.split_once('}').map_or("", |(_, literal)| literal);
        if literal.is_empty() {
            continue;
        }
        match rest.find(literal) {
            Some(at) => rest = rest.get(at + literal.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    !first || rest.is_empty()
}

#[cfg(test)]
mod tests;
