//! Evaluates expressions to values made of pieces, as far as `terraform plan` could know them.
//!
//! Nothing is executed and nothing is asked over a network. What can't be known is a hole; a
//! function that is not modelled keeps every secret of its arguments. Evaluation is lazy and each
//! named value is computed once per module instance.

mod about;
mod functions;
mod json_text;
mod judge;
mod missing;
mod modules;
mod parts;
mod reference;
mod steps;
mod template;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::ast::{Block, Body, Expr, ExprKind, ForExpr, Key, Part, Range};
use super::directory::{Directory, Placed};
use super::tree::Tree;
use super::value::Value;
use crate::reading::{Gap, Reading};
use crate::source::{SourceId, Sources, Span};
use crate::value::{Hole, Hop, Text};

pub use json_text::encode;
pub use judge::{
    goes_through_ids, is_literal_secret, label, literal_confidence, literal_confidence_under, literal_origin,
    sheds,
};
pub use template::placed_at;

/// Expressions nested deeper (through references too) are unknown.
const MOST_DEPTH: usize = 200;
/// Expressions evaluated for one root module; a tree that needs more is reported as a gap.
const MOST_STEPS: usize = 4_000_000;
/// Modules called inside modules, this deep.
const MOST_NESTING: usize = 24;
/// Elements of a collection that are looked at one by one; of a larger one, all as if they were one.
const MOST_ELEMENTS: usize = 64;

/// A module that is called, with the inputs that its caller gives.
pub struct Instance<'w> {
    /// Its files.
    pub directory: &'w Directory,
    /// `module.app.module.db`; empty for the root module.
    pub address: String,
    /// The call; `None` for the root module.
    call: Option<(Scope<'w>, Placed<'w, Block>)>,
    memo: RefCell<HashMap<String, Option<Value>>>,
    children: RefCell<HashMap<String, Option<Rc<Instance<'w>>>>>,
    nesting: usize,
}

impl Instance<'_> {
    /// An address inside this module.
    pub fn address_of(&self, inner: &str) -> String {
        if self.address.is_empty() { inner.to_owned() } else { format!("{}.{inner}", self.address) }
    }
}

/// What names mean where an expression stands.
#[derive(Clone)]
pub struct Scope<'w> {
    /// The module; `None` in a template file, which sees only its variables.
    pub instance: Option<Rc<Instance<'w>>>,
    /// The file.
    pub source: SourceId,
    names: Option<Rc<Named>>,
    /// `self`: type and name of the resource.
    own: Option<(&'w str, &'w str)>,
}

struct Named {
    name: Rc<str>,
    value: Value,
    next: Option<Rc<Named>>,
}

impl<'w> Scope<'w> {
    /// The scope of a file of a module.
    pub fn of(instance: &Rc<Instance<'w>>, source: SourceId) -> Self {
        Self { instance: Some(Rc::clone(instance)), source, names: None, own: None }
    }

    /// The same with one more name.
    #[must_use]
    pub fn with(&self, name: &str, value: Value) -> Self {
        let named = Named { name: name.into(), value, next: self.names.clone() };
        Self { names: Some(Rc::new(named)), ..self.clone() }
    }

    fn lookup(&self, name: &str) -> Option<&Value> {
        let mut at = self.names.as_deref();
        while let Some(named) = at {
            if &*named.name == name {
                return Some(&named.value);
            }
            at = named.next.as_deref();
        }
        None
    }

    fn span(&self, range: Range) -> Span {
        Span { source: self.source, start: range.start, end: range.end }
    }
}

/// Evaluates one root module and all that it calls.
pub struct Evaluator<'w> {
    tree: &'w Tree,
    sources: &'w Sources,
    /// The root module's folder: what relative paths are relative to.
    root: PathBuf,
    depth: Cell<usize>,
    steps: Cell<usize>,
    /// Whether a gap tells that there were too many steps.
    is_spent: Cell<bool>,
    gaps: RefCell<Vec<Gap>>,
    rendered: RefCell<BTreeSet<SourceId>>,
    templates: RefCell<HashMap<SourceId, Rc<Vec<Part>>>>,
    /// Template files that are being rendered, one inside of the other.
    rendering: RefCell<Vec<SourceId>>,
}

impl<'w> Evaluator<'w> {
    /// An evaluator for the root module in `root`.
    pub fn new(tree: &'w Tree, sources: &'w Sources, root: &Path) -> Self {
        Self {
            tree,
            sources,
            root: root.to_path_buf(),
            depth: Cell::new(0),
            steps: Cell::new(0),
            is_spent: Cell::new(false),
            gaps: RefCell::default(),
            rendered: RefCell::default(),
            templates: RefCell::default(),
            rendering: RefCell::default(),
        }
    }

    /// The root module.
    pub fn root_instance(&self, directory: &'w Directory) -> Rc<Instance<'w>> {
        Rc::new(Instance {
            directory,
            address: String::new(),
            call: None,
            memo: RefCell::default(),
            children: RefCell::default(),
            nesting: 0,
        })
    }

    /// What could not be decided, and the template and script files that were used.
    pub fn finish(self) -> (Vec<Gap>, BTreeSet<SourceId>) {
        (self.gaps.into_inner(), self.rendered.into_inner())
    }

    /// The texts of all documents.
    pub fn sources(&self) -> &'w Sources {
        self.sources
    }

    /// The root module's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Records a gap once.
    pub fn gap(&self, at: Span, name: impl Into<String>, reason: impl Into<String>, hides_findings: bool) {
        let gap = Gap { at, name: name.into(), reason: reason.into(), hides_findings };
        let mut gaps = self.gaps.borrow_mut();
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }

    /// The module instance of a `module` block; `None` where its source is not at hand.
    pub fn child(&self, parent: &Rc<Instance<'w>>, call: Placed<'w, Block>) -> Option<Rc<Instance<'w>>> {
        let name = call.node.label(0)?;
        if let Some(known) = parent.children.borrow().get(name) {
            return known.clone();
        }
        let child = self.load_child(parent, call, name);
        parent.children.borrow_mut().insert(name.to_owned(), child.clone());
        child
    }

    fn load_child(
        &self,
        parent: &Rc<Instance<'w>>,
        call: Placed<'w, Block>,
        name: &str,
    ) -> Option<Rc<Instance<'w>>> {
        let address = parent.address_of(&format!("module.{name}"));
        let at = call.span(call.node.kind.range);
        let written = call.node.body.attribute("source")?;
        let Some(source) = parent.directory.source_of(call.node) else {
            let at = call.span(written.value.range);
            self.gap(at, address, "the module is unknown: its source is not a literal string", true);
            return None;
        };
        let directory = self.tree.module(&self.root, &parent.directory.path, &source, &address);
        let Some(directory) = directory else {
            // Of a module from elsewhere, `arrivals` tells whether a secret goes into it.
            if source.starts_with("./") || source.starts_with("../") {
                let reason = if source.split('/').any(|part| part == ".terraform") {
                    "its folder is made by `terraform init`: run it in this module, and scan again"
                } else {
                    "its folder is outside the scanned tree: scan the folder that contains all modules"
                };
                self.gap(at, address, reason, true);
            }
            return None;
        };
        let mut above = Some(Rc::clone(parent));
        while let Some(instance) = above {
            if std::ptr::eq(instance.directory, directory) {
                self.gap(at, address, "the module calls itself", false);
                return None;
            }
            above = instance.call.as_ref().and_then(|(scope, _)| scope.instance.clone());
        }
        if parent.nesting >= MOST_NESTING {
            self.gap(at, address, "modules are nested too deeply", true);
            return None;
        }
        let scope = self.block_scope(&Scope::of(parent, call.source), &call.node.body);
        Some(Rc::new(Instance {
            directory,
            address,
            call: Some((scope, call)),
            memo: RefCell::default(),
            children: RefCell::default(),
            nesting: parent.nesting + 1,
        }))
    }

    /// The scope inside a block: `each` and `count` bound once, for any element.
    pub fn block_scope(&self, outer: &Scope<'w>, body: &Body) -> Scope<'w> {
        let mut scope = outer.clone();
        if let Some(for_each) = body.attribute("for_each") {
            let collection = self.eval(outer, &for_each.value);
            let at = outer.span(for_each.value.range);
            let (key, value) = self.any_element(&collection, at);
            scope = scope.with("each", Value::map(vec![("key".into(), key), ("value".into(), value)]));
        }
        if let Some(count) = body.attribute("count") {
            let at = outer.span(count.value.range);
            scope =
                scope.with("count", Value::map(vec![("index".into(), Value::unknown("count.index", at))]));
        }
        scope
    }

    /// The scope of a resource or data block.
    pub fn resource_scope(&self, instance: &Rc<Instance<'w>>, block: Placed<'w, Block>) -> Scope<'w> {
        let mut scope = self.block_scope(&Scope::of(instance, block.source), &block.node.body);
        scope.own = block.node.label(0).zip(block.node.label(1));
        scope
    }

    /// Key and value of any element of a collection.
    pub fn any_element(&self, collection: &Value, at: Span) -> (Value, Value) {
        let elements = match collection {
            Value::Map(members) => members.len(),
            Value::List(items) => items.len(),
            _ => 0,
        };
        self.steps.set(self.steps.get().saturating_add(elements / MOST_ELEMENTS));
        let unknown = || Value::unknown("each.key", at);
        match collection {
            // An empty default is there to be filled: what is done with an element is looked at all the same.
            Value::Map(members) if members.is_empty() => (unknown(), Value::unknown("each.value", at)),
            Value::List(items) if items.is_empty() => (unknown(), Value::unknown("each.value", at)),
            Value::Map(members) => {
                let names = members.iter().map(|(name, _)| Value::Text(Text::made(name.to_string(), at)));
                (Value::either(names), merged(members.iter().map(|(_, value)| value.clone())))
            }
            Value::List(items) => {
                let any = merged(items.iter().cloned());
                // Of a set, key and value are the same.
                (if any.is_tainted() { unknown() } else { any.clone() }, any)
            }
            Value::Either(arms) => {
                let (keys, values): (Vec<_>, Vec<_>) =
                    arms.iter().map(|arm| self.any_element(arm, at)).unzip();
                (Value::either(keys), merged(values))
            }
            Value::Hole(hole) => (unknown(), Value::Hole(hole.clone())),
            Value::Text(text) => (unknown(), Value::tainted("each.value", at, text.traces())),
            Value::Null => (unknown(), Value::unknown("each.value", at)),
        }
    }

    /// The worth of an expression.
    pub fn eval(&self, scope: &Scope<'w>, expr: &Expr) -> Value {
        let at = scope.span(expr.range);
        if self.depth.get() >= MOST_DEPTH {
            self.gap(at, "", "expressions refer to each other too deeply", true);
            return Value::unknown("…", at);
        }
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps > MOST_STEPS {
            if !self.is_spent.replace(true) {
                let at = Span::start_of(scope.source);
                self.gap(at, "", "this root module is too large to evaluate completely", true);
            }
            return Value::unknown("…", at);
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.eval_kind(scope, expr, at);
        self.depth.set(self.depth.get() - 1);
        value
    }

    fn eval_kind(&self, scope: &Scope<'w>, expr: &Expr, at: Span) -> Value {
        match &expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Scalar(text) => Value::Text(Text::made(&**text, at)),
            ExprKind::Template(parts) => self.template_value(scope, parts, at),
            ExprKind::Variable(_) => self.reference(scope, expr, &[], at),
            ExprKind::Traversal(base, steps) => self.reference(scope, base, steps, at),
            ExprKind::Call(call) => self.call(scope, call, at),
            ExprKind::List(items) => Value::list(items.iter().map(|item| self.eval(scope, item)).collect()),
            ExprKind::Object(members) => {
                Value::map(members.iter().map(|(key, value)| self.member(scope, key, value, true)).collect())
            }
            ExprKind::For(for_expr) => self.for_expr(scope, for_expr, at),
            ExprKind::Conditional(parts) => {
                let [_, yes, no] = &**parts;
                Value::either([self.eval(scope, yes), self.eval(scope, no)])
            }
            // Numbers and truth values: no secret survives an operator.
            ExprKind::Operation(_) => Value::unknown("…", at),
        }
    }

    fn member(&self, scope: &Scope<'w>, key: &Key, value: &Expr, is_document: bool) -> (Rc<str>, Value) {
        let name: Rc<str> = match key {
            Key::Name(name) => (&*name.text).into(),
            Key::Expr(expr) => self.eval(scope, expr).known().unwrap_or_else(|| "…".to_owned()).into(),
        };
        let found = self.eval(scope, value);
        let found = self.judge_named(&name, found, scope, value);
        let found =
            if about::takes_a_name(&name) { about::named_only(found, &name, is_document) } else { found };
        // What is put into an object stands there: `jsonencode` shows the member, not the declaration.
        let at = scope.span(value.range);
        let found = match found {
            Value::Hole(hole) => Value::Hole(Hole { at, ..hole }),
            Value::Text(text) => Value::Text(placed_at(text, at)),
            other => other,
        };
        let key_at = scope.span(match key {
            Key::Name(name) => name.range,
            Key::Expr(expr) => expr.range,
        });
        // Of a map within a map the inner member says where it is.
        let is_leaf = !matches!(value.kind, ExprKind::Object(_) | ExprKind::List(_));
        let hop = || Hop { at: key_at, name: name.to_string(), message: format!("set as {name}") };
        let found = if is_leaf { found.then(hop) } else { found };
        (name, found)
    }

    fn for_expr(&self, scope: &Scope<'w>, for_expr: &ForExpr, at: Span) -> Value {
        let collection = self.eval(scope, &for_expr.collection);
        let pairs: Vec<(Value, Value)> = match &collection {
            Value::Map(members) if (1..=MOST_ELEMENTS).contains(&members.len()) => members
                .iter()
                .map(|(name, value)| (Value::Text(Text::made(name.to_string(), at)), value.clone()))
                .collect(),
            Value::List(items) if (1..=MOST_ELEMENTS).contains(&items.len()) => {
                items.iter().map(|item| (Value::unknown("index", at), item.clone())).collect()
            }
            other => vec![self.any_element(other, at)],
        };
        let mut list = Vec::new();
        let mut members: Vec<(Rc<str>, Value)> = Vec::new();
        for (key, value) in pairs {
            let mut inner = scope.with(&for_expr.value_name, value);
            if let Some(name) = &for_expr.key_name {
                inner = inner.with(name, key);
            }
            if for_expr.wanted.as_ref().is_some_and(|wanted| self.is_absent(&inner, wanted)) {
                continue;
            }
            let result = self.eval(&inner, &for_expr.value);
            match &for_expr.key {
                Some(key) => {
                    let name = self.eval(&inner, key).known().unwrap_or_else(|| "…".to_owned());
                    members.push((name.into(), result));
                }
                None => list.push(result),
            }
        }
        if for_expr.key.is_some() { Value::map(members) } else { Value::list(list) }
    }
}

/// A template that nobody renders: its variables are judged by their names.
pub fn render_alone(sources: &Sources, source: SourceId) -> Reading<Text> {
    let tree = Tree::default();
    let evaluator = Evaluator::new(&tree, sources, Path::new(""));
    let text = evaluator.render_file(source);
    let (gaps, _) = evaluator.finish();
    Reading { facts: text, gaps }
}

/// One value that is any of several: objects member by member, so that names keep their meaning.
fn merged(values: impl IntoIterator<Item = Value>) -> Value {
    let values: Vec<Value> = values.into_iter().collect();
    let all_maps = values.len() > 1 && values.iter().all(|value| matches!(value, Value::Map(_)));
    if !all_maps {
        return Value::either(values);
    }
    let mut members: Vec<(Rc<str>, Vec<Value>)> = Vec::new();
    let mut places: HashMap<Rc<str>, usize> = HashMap::new();
    for value in &values {
        let Value::Map(inner) = value else { continue };
        for (name, value) in inner.iter() {
            match places.get(name).and_then(|place| members.get_mut(*place)) {
                Some((_, arms)) => arms.push(value.clone()),
                None => {
                    places.insert(Rc::clone(name), members.len());
                    members.push((Rc::clone(name), vec![value.clone()]));
                }
            }
        }
    }
    Value::map(members.into_iter().map(|(name, arms)| (name, Value::either(arms))).collect())
}
