//! From references to secrets: which secrets an argument can hold, and the way they came, by what the
//! configuration says of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::configuration::{Argument, Configuration, Module};
use super::places::Places;
use super::resource::parts;
use crate::finding::Confidence;
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::terraform::evaluate::sheds;
use crate::terraform::tables::{Judge, Tables};
use crate::value::{Hop, Origin, OriginKind, Trace, Traces};

/// References that lead to references, this deep.
const MOST_DEPTH: usize = 40;

/// What references say.
#[derive(Debug, Clone, Default)]
pub struct Referred {
    /// The secrets.
    pub traces: Traces,
    /// Whether a local value is among them: what is in it is not in a plan.
    pub local: bool,
}

impl Referred {
    fn absorb(&mut self, other: &Referred) {
        self.traces.absorb(&other.traces);
        self.local |= other.local;
    }
}

/// What a plan says of a root variable's value.
#[derive(Debug, Clone)]
pub struct VariableFacts {
    /// Where its value stands in the plan.
    pub at: Span,
    /// Length and last four of a text.
    pub literal: Option<(usize, Option<String>)>,
}

/// Follows references. Every reference is followed once.
pub struct Resolver<'p> {
    configuration: &'p Configuration,
    places: &'p Places<'p>,
    variables: &'p BTreeMap<String, VariableFacts>,
    /// Stands for a place that is not known.
    fallback: Span,
    memo: RefCell<HashMap<(usize, String), Option<Referred>>>,
}

impl<'p> Resolver<'p> {
    /// A resolver over one plan.
    pub fn new(
        configuration: &'p Configuration,
        places: &'p Places<'p>,
        variables: &'p BTreeMap<String, VariableFacts>,
        fallback: Span,
    ) -> Self {
        Self { configuration, places, variables, fallback, memo: RefCell::default() }
    }

    /// The secrets of some arguments in a module.
    pub fn referred<'a>(&self, module: usize, arguments: impl Iterator<Item = &'a Argument>) -> Referred {
        self.all(module, arguments, 0)
    }

    fn all<'a>(
        &self,
        module: usize,
        arguments: impl Iterator<Item = &'a Argument>,
        depth: usize,
    ) -> Referred {
        let mut found = Referred::default();
        for reference in arguments.flat_map(|argument| &argument.references) {
            found.absorb(&self.reference(module, reference, depth));
        }
        found
    }

    fn reference(&self, module: usize, reference: &str, depth: usize) -> Referred {
        // As of what a plan does not hold: nobody says that no secret is in it.
        if depth > MOST_DEPTH {
            return Referred { local: true, ..Referred::default() };
        }
        let key = (module, reference.to_owned());
        match self.memo.borrow().get(&key) {
            Some(Some(known)) => return known.clone(),
            // It refers to itself.
            Some(None) => return Referred::default(),
            None => {}
        }
        self.memo.borrow_mut().insert(key.clone(), None);
        let found = self.followed(module, reference, depth).unwrap_or_default();
        self.memo.borrow_mut().insert(key, Some(found.clone()));
        found
    }

    fn followed(&self, number: usize, reference: &str, depth: usize) -> Option<Referred> {
        let module = self.configuration.modules.get(number)?;
        let parts = parts(reference);
        let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
        match names.as_slice() {
            ["local", ..] => Some(Referred { traces: Traces::none(), local: true }),
            ["path" | "count" | "each" | "self" | "terraform", ..] => None,
            // `var.db.username` is no secret of a secret.
            ["var", _, .., last] if names.len() > 2 && sheds(last) => None,
            ["var", name, ..] => Some(self.variable(number, module, name, depth)),
            ["module", call, output, ..] => self.output(module, call, output, depth),
            ["data", type_name, name, attribute, ..] => {
                self.attribute(number, ("data", type_name, name, attribute), depth)
            }
            ["ephemeral", type_name, name, attribute, ..] => {
                self.attribute(number, ("ephemeral", type_name, name, attribute), depth)
            }
            [type_name, name, attribute, ..] => {
                self.attribute(number, ("resource", type_name, name, attribute), depth)
            }
            _ => None,
        }
    }

    /// `var.name`: what the caller gives, or a secret by declaration or name.
    fn variable(&self, number: usize, module: &Module, name: &str, depth: usize) -> Referred {
        let given = module.caller.and_then(|caller| {
            let call = self.configuration.modules.get(caller)?.calls.get(module.path.last()?)?;
            debug_assert_eq!(call.module, number);
            let inputs = || call.inputs.iter().filter(|input| top(&input.path) == name);
            inputs().next()?;
            Some(self.all(caller, inputs(), depth + 1))
        });
        if let Some(given) = given
            && (given.local || !given.traces.is_empty())
        {
            let address = module.address_of("");
            let hop = Hop {
                at: self.places.input(&module.path, name).unwrap_or(self.fallback),
                name: module.address_of(name),
                message: format!("passed to input {name} of {}", address.trim_end_matches('.')),
            };
            return Referred { traces: given.traces.then(&hop), local: given.local };
        }
        let origin = self.variable_origin(module, name);
        Referred { traces: origin.map(Traces::from_origin).unwrap_or_default(), local: false }
    }

    /// A variable as a secret: declared so, or named so.
    pub fn variable_origin(&self, module: &Module, name: &str) -> Option<Origin> {
        let sensitive = *module.variables.get(name)?;
        let confidence = match says_secret(name) {
            _ if sensitive => Confidence::High,
            verdict => verdict?.confidence,
        };
        let facts = self.variables.get(name).filter(|_| module.path.is_empty());
        let place = self.places.variable(&module.path, name);
        Some(Origin {
            kind: OriginKind::Variable,
            name: module.address_of(&format!("var.{name}")),
            key: name.to_owned(),
            at: place.or(facts.map(|facts| facts.at)).unwrap_or(self.fallback),
            confidence,
            literal: facts.and_then(|facts| facts.literal.clone()),
        })
    }

    fn output(&self, module: &Module, call: &str, output: &str, depth: usize) -> Option<Referred> {
        let child = module.calls.get(call)?.module;
        let inner = self.configuration.modules.get(child)?;
        let Some(declared) = inner.outputs.get(output) else {
            let verdict = says_secret(output).filter(|_| !sheds(output))?;
            let origin = Origin {
                kind: OriginKind::Module,
                name: module.address_of(&format!("module.{call}.{output}")),
                key: output.to_owned(),
                at: self.fallback,
                confidence: verdict.confidence,
                literal: None,
            };
            return Some(Referred { traces: Traces::from_origin(origin), local: false });
        };
        let mut found = Referred::default();
        for reference in &declared.references {
            found.absorb(&self.reference(child, reference, depth + 1));
        }
        Some(found)
    }

    /// An attribute of a block: a secret by the table or its name, or what its arguments refer to.
    fn attribute(
        &self,
        number: usize,
        (kind, type_name, name, attribute): (&str, &str, &str, &str),
        depth: usize,
    ) -> Option<Referred> {
        let module = self.configuration.modules.get(number)?;
        let prefix = if kind == "resource" { String::new() } else { format!("{kind}.") };
        let block = module.blocks.get(&format!("{prefix}{type_name}.{name}"));
        let constant = |wanted: &str| {
            let argument = block?.arguments.iter().find(|argument| argument.path == wanted)?;
            Some(argument.constant.as_ref()?.expose().to_owned())
        };
        if let Some(judge) = Tables::embedded().origin(kind, type_name, attribute) {
            let entry = constant("name").or_else(|| constant("path"));
            let confidence = judged(judge, name, entry.as_deref(), constant("type").as_deref())?;
            let key = (kind, type_name, name, attribute);
            return Some(self.attribute_secret(module, key, confidence));
        }
        let rendered = matches!(attribute, "rendered" | "output" | "content" | "result");
        if let Some(block) = block {
            let found = match block.at(attribute).next() {
                Some(_) => self.all(number, block.at(attribute), depth + 1),
                None if rendered => self.all(number, block.arguments.iter(), depth + 1),
                None => Referred::default(),
            };
            if found.local || !found.traces.is_empty() {
                return Some(found);
            }
        }
        let verdict = says_secret(attribute).filter(|_| !sheds(attribute))?;
        Some(self.attribute_secret(module, (kind, type_name, name, attribute), verdict.confidence))
    }

    fn attribute_secret(
        &self,
        module: &Module,
        (kind, type_name, name, attribute): (&str, &str, &str, &str),
        confidence: Confidence,
    ) -> Referred {
        let at = self.places.block(&module.path, kind, type_name, name).unwrap_or(self.fallback);
        let origin = attribute_origin(&module.path, (kind, type_name, name, attribute), at, confidence);
        Referred { traces: Traces::from_origin(origin), local: false }
    }
}

/// What the arguments of one block refer to.
#[derive(Default)]
pub struct BlockReferences {
    /// Paths of arguments, and what they can hold.
    arguments: Vec<(String, Referred)>,
    /// Provisioners: kind, arguments, constants.
    pub provisioners: Vec<Provisioner>,
}

/// A provisioner as far as a plan tells.
pub struct Provisioner {
    /// `local-exec`, `remote-exec`, `file`.
    pub kind: String,
    /// Paths of arguments, and what they can hold.
    arguments: Vec<(String, Referred)>,
    /// Where a `file` is written to, where that is a constant.
    pub destination: Option<String>,
}

impl Provisioner {
    /// What an argument and those nested in it can hold.
    pub fn at(&self, path: &str) -> Referred {
        gathered(&self.arguments, path)
    }
}

impl BlockReferences {
    /// What an argument and those nested in it can hold.
    pub fn at(&self, path: &str) -> Referred {
        gathered(&self.arguments, path)
    }
}

fn gathered(arguments: &[(String, Referred)], path: &str) -> Referred {
    let mut all = Referred::default();
    for (name, referred) in arguments {
        if name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
            all.absorb(referred);
        }
    }
    all
}

/// What the arguments of all resources refer to, by the resource's address without keys.
pub fn references(resolver: &Resolver<'_>) -> HashMap<String, BlockReferences> {
    let mut all = HashMap::new();
    for (number, module) in resolver.configuration.modules.iter().enumerate() {
        for (address, block) in module.blocks.iter().filter(|(address, _)| !address.starts_with("data.")) {
            let each = |arguments: &[Argument]| -> Vec<(String, Referred)> {
                let refers = arguments.iter().filter(|argument| !argument.references.is_empty());
                let one = |argument: &Argument| {
                    (argument.path.clone(), resolver.referred(number, std::iter::once(argument)))
                };
                refers.map(one).collect()
            };
            let provisioners = block.provisioners.iter().map(|(kind, arguments)| Provisioner {
                kind: kind.clone(),
                arguments: each(arguments),
                destination: arguments
                    .iter()
                    .find(|argument| argument.path == "destination")
                    .and_then(|argument| Some(argument.constant.as_ref()?.expose().to_owned())),
            });
            let found =
                BlockReferences { arguments: each(&block.arguments), provisioners: provisioners.collect() };
            all.insert(module.address_of(address), found);
        }
    }
    all
}

/// The first step of a dotted path.
fn top(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

/// How sure it is that an attribute listed in the table is a secret: `None` for what is none.
pub fn judged(judge: Judge, label: &str, entry: Option<&str>, kind: Option<&str>) -> Option<Confidence> {
    let by_label = says_secret(label);
    match judge {
        Judge::Always => Some(Confidence::High),
        Judge::ByLabel => by_label.map(|verdict| verdict.confidence),
        Judge::ByName => {
            let entry = entry.unwrap_or_default();
            let last = entry.rsplit(['/', '.']).find(|part| !part.is_empty()).unwrap_or_default();
            let secure = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("SecureString"));
            if secure || says_secret(last).is_some() || by_label.is_some() {
                Some(Confidence::High)
            } else if entry.starts_with("/aws/") || sheds(last) || sheds(label) {
                None
            } else {
                Some(Confidence::Low)
            }
        }
    }
}

/// A secret attribute as an origin, named as the sources' reader names it.
pub fn attribute_origin(
    modules: &[String],
    (kind, type_name, name, attribute): (&str, &str, &str, &str),
    at: Span,
    confidence: Confidence,
) -> Origin {
    let mut address: String = modules.iter().map(|name| format!("module.{name}.")).collect();
    if kind != "resource" {
        address.push_str(kind);
        address.push('.');
    }
    let says = says_secret(name).is_some() || says_secret(attribute).is_none();
    Origin {
        kind: match kind {
            "data" => OriginKind::Data,
            "ephemeral" => OriginKind::Ephemeral,
            _ => OriginKind::Resource,
        },
        name: format!("{address}{type_name}.{name}.{attribute}"),
        key: if says { name.to_owned() } else { format!("{name}.{attribute}") },
        at,
        confidence,
        literal: None,
    }
}

/// Of the ways by which a secret came, the one that the references tell: it has the hops.
pub fn with_way(traces: &Traces, referred: &Traces) -> Traces {
    let way = |trace: &Trace| {
        let same =
            |other: &&Trace| other.origin.kind == trace.origin.kind && other.origin.name == trace.origin.name;
        // What the plan proves is not made a guess by the name of what is referred to.
        let sure = |other: &&Trace| other.origin.confidence >= trace.origin.confidence;
        referred.iter().find(same).filter(sure).unwrap_or(trace).clone()
    };
    traces.iter().map(way).collect()
}
