//! One directory of Terraform files: a module as it is written.

use std::collections::HashMap;
use std::path::PathBuf;

use super::ast::{Attribute, Block, Body, Expr, ExprKind, Part, Step};
use crate::source::{SourceId, Span};

/// Local values that name each other, in the source of a module.
const MOST_CONSTANTS: usize = 16;

/// A block with the kind of file that it is in.
#[derive(Debug)]
pub struct Placed<'w, T> {
    /// The file.
    pub source: SourceId,
    /// What stands there.
    pub node: &'w T,
}

// Derived, these would ask the same of T.
impl<T> Clone for Placed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Placed<'_, T> {}

impl Placed<'_, Block> {
    /// The place of the block's own name: its last label.
    pub fn name_span(&self) -> Span {
        self.span(self.node.labels.last().map_or(self.node.kind.range, |label| label.range))
    }
}

impl<T> Placed<'_, T> {
    /// A span of this file.
    pub fn span(&self, range: super::ast::Range) -> Span {
        Span { source: self.source, start: range.start, end: range.end }
    }
}

/// Where a block stands: file and position.
type At = (u32, u32);

/// A module as it is written.
#[derive(Debug, Default)]
pub struct Directory {
    /// Where it is: normalised, absolute.
    pub path: PathBuf,
    /// Its files in order.
    pub files: Vec<(SourceId, Body)>,
    /// Automatically loaded variable values, the later wins.
    pub values: Vec<(SourceId, Body)>,
    /// Whether it is Packer's half of a folder that holds Terraform too.
    pub is_packer: bool,
    variables: HashMap<Box<str>, At>,
    outputs: HashMap<Box<str>, At>,
    modules: HashMap<Box<str>, At>,
    locals: HashMap<Box<str>, (u32, u32, u32)>,
    /// `kind.type.name`.
    resources: HashMap<String, At>,
}

impl Directory {
    /// Indexes the files of a directory.
    pub fn new(path: PathBuf, files: Vec<(SourceId, Body)>, values: Vec<(SourceId, Body)>) -> Self {
        let mut directory = Self { path, values, ..Self::default() };
        for (file, (_, body)) in files.iter().enumerate() {
            for (position, block) in body.blocks.iter().enumerate() {
                directory.index(block, (file as u32, position as u32));
            }
        }
        directory.files = files;
        directory
    }

    fn index(&mut self, block: &Block, at: At) {
        let first = block.label(0).unwrap_or_default();
        let second = block.label(1).unwrap_or_default();
        match &*block.kind.text {
            "variable" => drop(self.variables.insert(first.into(), at)),
            "output" => drop(self.outputs.insert(first.into(), at)),
            "module" => drop(self.modules.insert(first.into(), at)),
            "locals" => {
                for (position, attribute) in block.body.attributes.iter().enumerate() {
                    self.locals.insert(attribute.name.text.clone(), (at.0, at.1, position as u32));
                }
            }
            kind @ ("resource" | "data" | "ephemeral") => {
                self.resources.insert(format!("{kind}.{first}.{second}"), at);
            }
            _ => {}
        }
    }

    fn block(&self, at: Option<&At>) -> Option<Placed<'_, Block>> {
        let (file, position) = *at?;
        let (source, body) = self.files.get(file as usize)?;
        Some(Placed { source: *source, node: body.blocks.get(position as usize)? })
    }

    /// `variable "name"`.
    pub fn variable(&self, name: &str) -> Option<Placed<'_, Block>> {
        self.block(self.variables.get(name))
    }

    /// `output "name"`.
    pub fn output(&self, name: &str) -> Option<Placed<'_, Block>> {
        self.block(self.outputs.get(name))
    }

    /// `module "name"`.
    pub fn module(&self, name: &str) -> Option<Placed<'_, Block>> {
        self.block(self.modules.get(name))
    }

    /// `resource`, `data` or `ephemeral` of a type and name.
    pub fn resource(&self, kind: &str, type_name: &str, name: &str) -> Option<Placed<'_, Block>> {
        self.block(self.resources.get(&format!("{kind}.{type_name}.{name}")))
    }

    /// `name = ...` in a `locals` block.
    pub fn local(&self, name: &str) -> Option<Placed<'_, Attribute>> {
        let (file, block, position) = *self.locals.get(name)?;
        let (source, body) = self.files.get(file as usize)?;
        let attribute = body.blocks.get(block as usize)?.body.attributes.get(position as usize)?;
        Some(Placed { source: *source, node: attribute })
    }

    /// The source of a module call, where it is a text or put together from texts: `"${local.modules}/app"`.
    pub fn source_of(&self, call: &Block) -> Option<String> {
        self.constant(&call.body.attribute("source")?.value, 0)
    }

    /// The text of an expression of texts, local values and variables' defaults.
    fn constant(&self, expr: &Expr, depth: usize) -> Option<String> {
        if depth > MOST_CONSTANTS {
            return None;
        }
        match &expr.kind {
            ExprKind::Scalar(text) => Some(text.to_string()),
            ExprKind::Template(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Literal { text, .. } => Some(text.to_string()),
                    Part::Interpolation(inner) => self.constant(inner, depth + 1),
                    _ => None,
                })
                .collect(),
            ExprKind::Traversal(base, steps) => match (base.as_variable()?, &**steps) {
                ("local", [Step::Attribute(name)]) => self.constant(&self.local(name)?.node.value, depth + 1),
                ("var", [Step::Attribute(name)]) => {
                    let default = || self.variable(name)?.node.body.attribute("default");
                    let value = self.value(name).map(|placed| placed.node).or_else(default)?;
                    self.constant(&value.value, depth + 1)
                }
                // A source that starts so is one in the caller's own folder.
                ("path", [Step::Attribute(which)]) if &**which == "module" => Some(".".into()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value of a variable in the automatically loaded files.
    pub fn value(&self, name: &str) -> Option<Placed<'_, Attribute>> {
        self.values.iter().rev().find_map(|(source, body)| {
            body.attribute(name).map(|attribute| Placed { source: *source, node: attribute })
        })
    }

    /// All blocks of a kind, in order.
    pub fn blocks_of<'d>(&'d self, kind: &'d str) -> impl Iterator<Item = Placed<'d, Block>> {
        self.files.iter().flat_map(move |(source, body)| {
            body.blocks_of(kind).map(|block| Placed { source: *source, node: block })
        })
    }

    /// The block that says where the state is kept, or else where things are made.
    pub fn state_block(&self) -> Option<Span> {
        let mut providers =
            self.blocks_of("provider").map(|provider| provider.span(provider.node.kind.range));
        self.backend().or_else(|| providers.next())
    }

    /// The block that says where the state is kept.
    fn backend(&self) -> Option<Span> {
        let mut settings = self.blocks_of("terraform").flat_map(|terraform| {
            let kinds = terraform.node.body.blocks.iter();
            let kinds = kinds.filter(|inner| matches!(&*inner.kind.text, "backend" | "cloud"));
            kinds.map(move |inner| terraform.span(inner.kind.range))
        });
        settings.next()
    }

    /// Whether it keeps a state of its own.
    pub fn has_backend(&self) -> bool {
        self.backend().is_some()
    }

    /// Whether it sets up a provider: an empty block only says that its callers pass one.
    pub fn has_provider(&self) -> bool {
        self.blocks_of("provider").any(|provider| !provider.node.body.attributes.is_empty())
    }

    /// Whether it says where and with which values it is applied: a module for others to call has neither a
    /// `provider`, a `backend` or a `cloud` block nor value files of its own.
    pub fn is_deployed(&self) -> bool {
        !self.values.is_empty() || self.state_block().is_some()
    }

    /// Whether it is applied as it is, where nobody calls it: no caller has to give a value, and it takes none or
    /// puts modules together that lie beside it. The provider's settings are in the environment then.
    pub fn is_applied(&self) -> bool {
        let mut variables = self.blocks_of("variable").peekable();
        let takes_none = variables.peek().is_none();
        let needs_none = variables.all(|variable| variable.node.body.attribute("default").is_some());
        let puts_together = || {
            let sources = self.blocks_of("module").filter_map(|call| self.source_of(call.node));
            sources.into_iter().any(|source| source.starts_with("../"))
        };
        self.is_deployed() || takes_none || needs_none && puts_together()
    }

    /// Whether a document is one of its files.
    pub fn holds(&self, source: SourceId) -> bool {
        self.files.iter().any(|(own, _)| *own == source)
    }

    /// The place of its first module call, or else of its first block.
    pub fn first_block(&self) -> Option<Span> {
        let call = self.blocks_of("module").next().map(|call| call.name_span());
        let (source, block) =
            self.files.iter().find_map(|(source, body)| Some((*source, body.blocks.first()?)))?;
        call.or(Some(Placed { source, node: block }.name_span()))
    }

    /// Whether any block stands in it.
    pub fn is_module(&self) -> bool {
        self.files.iter().any(|(_, body)| !body.blocks.is_empty())
    }
}
