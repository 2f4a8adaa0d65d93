//! The `configuration` of a plan: which argument refers to what. It says nothing of local values.

use std::collections::BTreeMap;

use super::json::{Json, each_element, each_member, member, text_of};
use crate::secret::Secret;

/// Modules called inside modules, this deep.
const MOST_NESTING: usize = 24;
/// Modules of one plan; more are not looked at, and told.
const MOST_MODULES: usize = 20_000;

/// An argument: what it refers to, or the constant that it is.
#[derive(Debug, Default, Clone)]
pub struct Argument {
    /// Its name, nested ones with dots: `part.content`.
    pub path: String,
    /// `var.db_password`, `aws_db_instance.db.password`, `local.x`.
    pub references: Vec<String>,
    /// Its text, where it is a constant string.
    pub constant: Option<Secret>,
}

/// A resource or data source as it is written.
#[derive(Debug, Default)]
pub struct Block {
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Its provisioners: kind and arguments.
    pub provisioners: Vec<(String, Vec<Argument>)>,
}

impl Block {
    /// Arguments of a path, and those nested in it.
    pub fn at<'b>(&'b self, path: &'b str) -> impl Iterator<Item = &'b Argument> {
        self.arguments.iter().filter(move |argument| {
            argument.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// An output as it is written.
#[derive(Debug, Default)]
pub struct Output {
    /// What it refers to.
    pub references: Vec<String>,
}

/// A call of a module.
#[derive(Debug, Default)]
pub struct Call {
    /// The module, in [`Configuration::modules`].
    pub module: usize,
    /// The inputs that it gives.
    pub inputs: Vec<Argument>,
}

/// A module as it is written.
#[derive(Debug, Default)]
pub struct Module {
    /// Names from the root: `["app"]`.
    pub path: Vec<String>,
    /// The caller, in [`Configuration::modules`].
    pub caller: Option<usize>,
    /// Variables, and whether they are declared sensitive.
    pub variables: BTreeMap<String, bool>,
    /// `aws_instance.web`, `data.aws_ami.a`.
    pub blocks: BTreeMap<String, Block>,
    /// Calls by name.
    pub calls: BTreeMap<String, Call>,
    /// Outputs by name.
    pub outputs: BTreeMap<String, Output>,
}

impl Module {
    /// `module.app.` before a name inside.
    pub fn address_of(&self, inner: &str) -> String {
        let mut all: String = self.path.iter().map(|name| format!("module.{name}.")).collect();
        all.push_str(inner);
        all
    }
}

/// All modules of a plan; the first is the root.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The modules.
    pub modules: Vec<Module>,
    /// Whether some were not looked at.
    pub cut: bool,
}

impl Configuration {
    /// Reads the value of `configuration`.
    pub fn read(text: &str) -> Self {
        let mut all = Self::default();
        if let Some(root) = member(text, "root_module") {
            all.module(root, Vec::new(), None);
        }
        all
    }

    /// Adds a module and all that it calls; gives its number.
    fn module(&mut self, text: &str, path: Vec<String>, caller: Option<usize>) -> Option<usize> {
        if path.len() > MOST_NESTING || self.modules.len() >= MOST_MODULES {
            self.cut = true;
            return None;
        }
        let mut module = Module { path, caller, ..Module::default() };
        let mut calls: Vec<(String, &str)> = Vec::new();
        let read = each_member(text, &mut |name, value| match &*name {
            "variables" => drop(each_member(value, &mut |name, value| {
                let sensitive = member(value, "sensitive") == Some("true");
                module.variables.insert(name.into_owned(), sensitive);
            })),
            "outputs" => drop(each_member(value, &mut |name, value| {
                module.outputs.insert(name.into_owned(), output(value));
            })),
            "resources" => drop(each_element(value, &mut |value| {
                if let Some((address, block)) = block(value) {
                    module.blocks.insert(address, block);
                }
            })),
            "module_calls" => drop(each_member(value, &mut |name, value| {
                calls.push((name.into_owned(), value));
            })),
            _ => {}
        });
        self.cut |= read.is_err();
        let number = self.modules.len();
        let path = module.path.clone();
        self.modules.push(module);
        for (name, value) in calls {
            let inputs = member(value, "expressions").map(arguments).unwrap_or_default();
            let mut inner = path.clone();
            inner.push(name.clone());
            // A module that is not there is called all the same.
            let text = member(value, "module").unwrap_or("{}");
            let Some(child) = self.module(text, inner, Some(number)) else { continue };
            if let Some(module) = self.modules.get_mut(number) {
                module.calls.insert(name, Call { module: child, inputs });
            }
        }
        Some(number)
    }
}

fn output(text: &str) -> Output {
    let references = member(text, "expression").and_then(Json::read).map(|value| references(&value));
    Output { references: references.unwrap_or_default() }
}

fn block(text: &str) -> Option<(String, Block)> {
    let (mut address, mut block) = (None, Block::default());
    each_member(text, &mut |name, value| match &*name {
        "address" => address = text_of(value),
        "expressions" => block.arguments = arguments(value),
        "provisioners" => drop(each_element(value, &mut |value| {
            let kind = member(value, "type").and_then(text_of).unwrap_or_default();
            let inner = member(value, "expressions").map(arguments).unwrap_or_default();
            block.provisioners.push((kind, inner));
        })),
        _ => {}
    })
    .ok()?;
    Some((address?, block))
}

/// The arguments in a value of `expressions`; those in nested blocks with dots.
fn arguments(text: &str) -> Vec<Argument> {
    let mut all = Vec::new();
    if let Some(value) = Json::read(text) {
        for (name, value) in value.members() {
            add(name, value, &mut all);
        }
    }
    all
}

/// Depth is bounded by the reader of JSON.
fn add(path: &str, value: &Json<'_>, all: &mut Vec<Argument>) {
    match value {
        Json::List(items) => items.iter().for_each(|item| add(path, item, all)),
        Json::Map(members) => {
            let leaf = value.get("references").is_some() || value.get("constant_value").is_some();
            if leaf {
                let constant = value.get("constant_value").and_then(Json::text).map(Secret::new);
                all.push(Argument { path: path.to_owned(), references: references(value), constant });
                return;
            }
            members.iter().for_each(|(name, inner)| add(&format!("{path}.{name}"), inner, all));
        }
        _ => {}
    }
}

/// References, without those that are only the beginning of another one (`aws_db_instance.db` beside
/// `aws_db_instance.db.password`).
fn references(value: &Json<'_>) -> Vec<String> {
    let all: Vec<&str> =
        value.get("references").map(Json::items).unwrap_or_default().iter().filter_map(Json::text).collect();
    let mut sorted = all.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let is_beginning = |one: &str| {
        let after = sorted.partition_point(|other| *other <= one);
        sorted
            .get(after)
            .is_some_and(|next| next.strip_prefix(one).is_some_and(|rest| rest.starts_with(['.', '['])))
    };
    let mut kept: Vec<String> = Vec::new();
    for reference in all.into_iter().filter(|one| !is_beginning(one)) {
        if !kept.iter().take(64).any(|known| known == reference) {
            kept.push(reference.to_owned());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_keep_their_references() {
        let text = r#"{"root_module":{
          "variables":{"key":{"sensitive":true},"region":{}},
          "resources":[{"address":"data.cloudinit_config.a","mode":"data","expressions":{
            "gzip":{"constant_value":"x"},
            "part":[{"content":{"references":["var.key","aws_db.a.password","aws_db.a"]}}]}}],
          "module_calls":{"app":{"source":"./app","expressions":{"token":{"references":["var.key"]}},
            "module":{"variables":{"token":{}}}}}}}"#;
        let all = Configuration::read(text);
        let root = &all.modules[0];
        assert_eq!(root.variables.get("key"), Some(&true));
        let block = &root.blocks["data.cloudinit_config.a"];
        let part: Vec<_> = block.at("part").collect();
        assert_eq!(part[0].path, "part.content");
        assert_eq!(part[0].references, ["var.key", "aws_db.a.password"]);
        let child = root.calls["app"].module;
        assert_eq!(all.modules[child].address_of("var.token"), "module.app.var.token");
        assert_eq!(root.calls["app"].inputs[0].references, ["var.key"]);
    }
}
