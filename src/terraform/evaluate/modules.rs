//! What `module.name` refers to: its outputs, or all of them as one object.

use std::rc::Rc;

use super::judge::sheds;
use super::{Evaluator, Instance, Scope};
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::terraform::ast::{Block, Step};
use crate::terraform::directory::{Directory, Placed};
use crate::terraform::value::Value;
use crate::value::{Hop, Origin, OriginKind, Traces};

impl<'w> Evaluator<'w> {
    /// `module.name.output`.
    pub(super) fn module_output(
        &self,
        scope: &Scope<'w>,
        instance: &Rc<Instance<'w>>,
        name: &str,
        steps: &[Step],
        at: Span,
    ) -> Value {
        // `module.name[0].output`, `module.name["x"].output`, `module.name[*].output`.
        let skipped = steps.iter().take_while(|step| !matches!(step, Step::Attribute(_))).count();
        let Some(Step::Attribute(output)) = steps.get(skipped) else {
            let whole = self.whole_module(instance, name, at);
            return self.follow(scope, whole, steps, at);
        };
        let rest = steps.get(skipped + 1..).unwrap_or_default();
        let call = instance.directory.module(name);
        let child = call.and_then(|call| self.child(instance, call));
        let declared = child.as_ref().and_then(|child| child.directory.output(output));
        let value = match (&child, declared) {
            (Some(child), Some(block)) => self.output(child, output, block, at),
            _ => self.unknown_output(instance, name, output, at),
        };
        let splat = steps.iter().take(skipped).any(|step| matches!(step, Step::Splat));
        let value = if splat { Value::list(vec![value]) } else { value };
        self.follow(scope, value, rest, at)
    }

    /// A module as an object of its outputs; of one with `count` or `for_each` any instance.
    fn whole_module(&self, instance: &Rc<Instance<'w>>, name: &str, at: Span) -> Value {
        let unknown = || Value::unknown(format!("module.{name}"), at);
        let Some(call) = instance.directory.module(name) else { return unknown() };
        let Some(child) = self.child(instance, call) else { return unknown() };
        let directory: &'w Directory = child.directory;
        let outputs = directory.blocks_of("output").filter_map(|block| {
            let output = block.node.label(0)?;
            Some((output.into(), self.output(&child, output, block, at)))
        });
        several(call.node, Value::map(outputs.collect()))
    }

    fn output(&self, child: &Rc<Instance<'w>>, name: &str, block: Placed<'w, Block>, at: Span) -> Value {
        let Some(attribute) = block.node.body.attribute("value") else { return Value::unknown(name, at) };
        self.once(child, format!("output.{name}"), at, || {
            let scope = Scope::of(child, block.source);
            let value = self.eval(&scope, &attribute.value);
            let value = self.judge_named(name, value, &scope, &attribute.value);
            value.then(|| Hop {
                at: block.span(attribute.name.range),
                name: format!("{}.{name}", child.address),
                message: format!("returned as output {name} of {}", child.address),
            })
        })
    }

    fn unknown_output(&self, instance: &Instance<'w>, module: &str, output: &str, at: Span) -> Value {
        let address = instance.address_of(&format!("module.{module}.{output}"));
        let Some(verdict) = says_secret(output).filter(|_| !sheds(output)) else {
            return Value::unknown(address, at);
        };
        let origin = Origin {
            kind: OriginKind::Module,
            name: address.clone(),
            key: output.to_owned(),
            at,
            confidence: verdict.confidence,
            literal: None,
        };
        Value::tainted(address, at, Traces::from_origin(origin))
    }
}

/// What a name refers to whose block makes several: a list or a map with any of them.
pub(super) fn several(block: &Block, one: Value) -> Value {
    if block.body.attribute("count").is_some() {
        Value::list(vec![one])
    } else if block.body.attribute("for_each").is_some() {
        Value::map(vec![("…".into(), one)])
    } else {
        one
    }
}
