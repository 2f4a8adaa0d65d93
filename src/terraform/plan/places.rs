//! Where the blocks of a plan stand in the sources, for plans that come with theirs.

use std::collections::HashMap;
use std::path::Path;

use super::resource::Planned;
use crate::source::Span;
use crate::terraform::directory::Directory;
use crate::terraform::tree::Tree;

/// The places of one plan's blocks.
#[derive(Default)]
pub struct Places<'w> {
    /// Dotted module path (`app.db`, empty for the root) to its folder.
    modules: HashMap<String, &'w Directory>,
    /// Module path to the folder that calls it.
    callers: HashMap<String, (&'w Directory, String)>,
}

/// Modules of a plan whose folders are sought.
const MOST_MODULES: usize = 20_000;

impl<'w> Places<'w> {
    /// Finds the root module that a plan was made of: of those that hold its blocks, the one that holds most.
    /// Empty where none does.
    pub fn of(tree: &'w Tree, planned: &[Planned<'_>]) -> Self {
        let known = |root: &Directory| {
            let here = planned.iter().take(200).filter(|one| match one.modules.first() {
                None => root.resource(one.kind, &one.type_name, &one.name).is_some(),
                Some(call) => root.module(call).is_some(),
            });
            here.count()
        };
        let roots = tree.roots();
        let counted = roots.into_iter().map(|root| (known(root), root)).filter(|(count, _)| *count > 0);
        // Of equals the first by path: roots come in order.
        let best = counted.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, root)) = best else { return Self::default() };
        let mut places = Self::default();
        places.modules.insert(String::new(), root);
        for one in planned {
            places.enter(tree, &root.path, &one.modules);
        }
        places
    }

    /// Whether the sources of the plan are here.
    pub fn is_known(&self) -> bool {
        !self.modules.is_empty()
    }

    fn enter(&mut self, tree: &'w Tree, root: &Path, path: &[String]) {
        let (mut key, mut address) = (String::new(), String::new());
        for name in path {
            let Some(caller) = self.modules.get(&key).copied() else { return };
            if !key.is_empty() {
                key.push('.');
                address.push('.');
            }
            key.push_str(name);
            address.push_str(&format!("module.{name}"));
            if self.modules.contains_key(&key) {
                continue;
            }
            if self.modules.len() >= MOST_MODULES {
                return;
            }
            self.callers.insert(key.clone(), (caller, name.clone()));
            let source = caller.module(name).and_then(|call| caller.source_of(call.node));
            let child = source.and_then(|source| tree.module(root, &caller.path, &source, &address));
            let Some(child) = child else { return };
            self.modules.insert(key.clone(), child);
        }
    }

    /// The place of an argument of a block, or of the block's name.
    pub fn argument(&self, planned: &Planned<'_>, argument: &str) -> Option<Span> {
        let directory = self.modules.get(&planned.modules.join("."))?;
        let block = directory.resource(planned.kind, &planned.type_name, &planned.name)?;
        let mut body = &block.node.body;
        let steps: Vec<&str> = argument.split('.').collect();
        let (last, outer) = steps.split_last()?;
        for step in outer {
            let Some(inner) = body.blocks_of(step).next() else { break };
            body = &inner.body;
        }
        let attribute = body.attribute(last).or_else(|| block.node.body.attribute(steps.first()?));
        Some(attribute.map_or(block.name_span(), |attribute| block.span(attribute.value.range)))
    }

    /// The name of a variable's block.
    pub fn variable(&self, modules: &[String], name: &str) -> Option<Span> {
        Some(self.modules.get(&modules.join("."))?.variable(name)?.name_span())
    }

    /// The name of a resource's block.
    pub fn block(&self, modules: &[String], kind: &str, type_name: &str, name: &str) -> Option<Span> {
        Some(self.modules.get(&modules.join("."))?.resource(kind, type_name, name)?.name_span())
    }

    /// The input of a module call.
    pub fn input(&self, modules: &[String], input: &str) -> Option<Span> {
        let (caller, name) = self.callers.get(&modules.join("."))?;
        let call = caller.module(name)?;
        Some(call.span(call.node.body.attribute(input)?.name.range))
    }
}
