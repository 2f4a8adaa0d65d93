//! What names refer to: variables, locals, modules, data sources, resources.

use std::rc::Rc;

use super::about::{is_about, may_be_in_a_map};
use super::judge::{
    is_literal_secret, is_weak_password, label, literal_origin, names_a_file, names_a_public_key,
    names_a_user, names_an_id, sheds,
};
use super::modules::several;
use super::template::REST;
use super::{Evaluator, Instance, Scope};
use crate::finding::Confidence;
use crate::secret::names::says_secret;
use crate::source::Span;
use crate::terraform::ast::{Block, Expr, Step};
use crate::terraform::directory::Placed;
use crate::terraform::tables::{Judge, Tables};
use crate::terraform::value::Value;
use crate::value::{Hop, Origin, OriginKind, Text, Traces};

/// A named value larger than this (see [`Value::weight`]) is kept as its secrets only.
const MOST_WEIGHT: usize = 20_000;

impl<'w> Evaluator<'w> {
    /// The worth of `base` followed by `steps`.
    pub(super) fn reference(&self, scope: &Scope<'w>, base: &Expr, steps: &[Step], at: Span) -> Value {
        let Some(root) = base.as_variable() else {
            let value = self.eval(scope, base);
            return self.follow(scope, value, steps, at);
        };
        if let Some(value) = scope.lookup(root) {
            return self.follow(scope, value.clone(), steps, at);
        }
        let Some(instance) = scope.instance.clone() else {
            return self.template_name(scope, root, steps, at);
        };
        let first = match steps.first() {
            Some(Step::Attribute(name)) => Some(&**name),
            _ => None,
        };
        let rest = steps.get(1..).unwrap_or_default();
        match (root, first) {
            ("var", Some(name)) => {
                let value = self.variable(&instance, name, at);
                self.follow(scope, value, rest, at)
            }
            ("local", Some(name)) => {
                let value = self.local(&instance, name, at);
                self.follow(scope, value, rest, at)
            }
            ("module", Some(name)) => self.module_output(scope, &instance, name, rest, at),
            ("data" | "ephemeral", Some(type_name)) => match rest.first() {
                Some(Step::Attribute(name)) => {
                    let rest = rest.get(1..).unwrap_or_default();
                    self.resource(scope, &instance, (root, type_name, name), rest, at)
                }
                _ => Value::unknown(root, at),
            },
            ("path", Some(which)) => Value::Text(Text::made(self.path_of(&instance, which), at)),
            ("self", _) => match scope.own {
                Some((type_name, name)) => {
                    self.resource(scope, &instance, ("resource", type_name, name), steps, at)
                }
                None => Value::unknown("self", at),
            },
            ("each" | "count" | "terraform", _) => Value::unknown(root, at),
            (type_name, Some(name)) => {
                self.resource(scope, &instance, ("resource", type_name, name), rest, at)
            }
            (word, None) => Value::unknown(word, at),
        }
    }

    /// A name in a template that its caller does not give: judged by the name alone.
    fn template_name(&self, scope: &Scope<'w>, root: &str, steps: &[Step], at: Span) -> Value {
        let last = steps.iter().rev().find_map(|step| match step {
            Step::Attribute(name) => Some(&**name),
            _ => None,
        });
        let name = last.unwrap_or(root);
        if let Some(rest) = scope.lookup(REST).filter(|_| says_secret(name).is_some())
            && rest.is_tainted()
        {
            return Value::tainted(name, at, rest.traces());
        }
        match says_secret(name) {
            Some(_) => {
                let origin = Origin {
                    kind: OriginKind::Variable,
                    name: name.to_owned(),
                    key: name.to_owned(),
                    at,
                    confidence: Confidence::Low,
                    literal: None,
                };
                Value::tainted(name, at, Traces::from_origin(origin))
            }
            None => Value::unknown(name, at),
        }
    }

    fn path_of(&self, instance: &Instance<'w>, which: &str) -> String {
        if which != "module" {
            return ".".into();
        }
        let path = &instance.directory.path;
        match path.strip_prefix(&self.root) {
            Ok(rest) if rest.as_os_str().is_empty() => ".".into(),
            Ok(rest) => rest.to_string_lossy().replace('\\', "/"),
            Err(_) => relative(&self.root, path),
        }
    }

    /// Computes a named value of an instance once; a value that needs itself is unknown.
    pub(super) fn once(
        &self,
        instance: &Instance<'w>,
        key: String,
        at: Span,
        compute: impl FnOnce() -> Value,
    ) -> Value {
        match instance.memo.borrow().get(&key) {
            Some(Some(value)) => return value.clone(),
            Some(None) => return Value::unknown(key, at),
            None => {}
        }
        instance.memo.borrow_mut().insert(key.clone(), None);
        let mut value = compute();
        // `b = [a, a]`, `c = [b, b]` ...: what doubles from name to name is no longer followed member by member.
        if value.weight(MOST_WEIGHT) > MOST_WEIGHT {
            self.gap(at, instance.address_of(&key), "the value is too large to follow completely", true);
            value = Value::tainted(key.clone(), at, value.traces());
        }
        instance.memo.borrow_mut().insert(key, Some(value.clone()));
        value
    }

    /// `local.name`.
    fn local(&self, instance: &Rc<Instance<'w>>, name: &str, at: Span) -> Value {
        let Some(local) = instance.directory.local(name) else { return Value::unknown(name, at) };
        self.once(instance, format!("local.{name}"), at, || {
            let scope = Scope::of(instance, local.source);
            let value = self.eval(&scope, &local.node.value);
            let value = self.judge_named(name, value, &scope, &local.node.value);
            value.then(|| Hop {
                at: local.span(local.node.name.range),
                name: instance.address_of(&format!("local.{name}")),
                message: format!("assigned to local value {name}"),
            })
        })
    }

    /// `var.name`: the caller's input, the loaded value, or the default.
    fn variable(&self, instance: &Rc<Instance<'w>>, name: &str, at: Span) -> Value {
        let declared = instance.directory.variable(name);
        self.once(instance, format!("var.{name}"), at, || {
            if let Some((value, given)) = self.module_input(instance, name) {
                let judged = value.is_tainted() || declared.is_some_and(|block| is_sensitive(block.node));
                if !judged && is_about(given) && !may_be_in_a_map(given) {
                    return value;
                }
                let is_guess = !judged && is_about(given);
                let value = self.declared_secret(instance, name, declared, value, false);
                return if is_guess { value.at_most(Confidence::Low) } else { value };
            }
            let loaded = instance.call.is_none().then(|| instance.directory.value(name)).flatten();
            let default = declared.and_then(|block| {
                let attribute = block.node.body.attribute("default")?;
                Some(Placed { source: block.source, node: attribute })
            });
            let value = match loaded.or(default) {
                Some(attribute) => self.eval(&Scope::of(instance, attribute.source), &attribute.node.value),
                None => Value::Null,
            };
            let place = declared.map_or(at, |block| block.name_span());
            let empty = matches!(value, Value::Null) || value.known().is_some_and(|text| text.is_empty());
            let left_empty = instance.call.is_some() && default.is_some() && empty;
            let value = if matches!(value, Value::Null) {
                Value::unknown(format!("var.{name}"), place)
            } else {
                value
            };
            let value = self.declared_secret(instance, name, declared, value, true);
            // Nobody here fills it: whoever else calls the module may.
            if left_empty { value.at_most(Confidence::Low) } else { value }
        })
    }

    /// What the caller gives, and how it is written.
    fn module_input<'i>(&self, instance: &'i Instance<'w>, name: &str) -> Option<(Value, &'i Expr)> {
        let (scope, call) = instance.call.as_ref()?;
        let attribute = call.node.body.attribute(name)?;
        let value = self.eval(scope, &attribute.value);
        let value = self.judge_named(name, value, scope, &attribute.value);
        let value = value.then(|| Hop {
            at: call.span(attribute.name.range),
            name: format!("{}.{name}", instance.address),
            message: format!("passed to input {name} of {}", instance.address),
        });
        Some((value, &attribute.value))
    }

    /// A variable that is declared sensitive, or named as a secret, is one whatever its default.
    fn declared_secret(
        &self,
        instance: &Instance<'w>,
        name: &str,
        declared: Option<Placed<'w, Block>>,
        value: Value,
        root: bool,
    ) -> Value {
        let Some(block) = declared else { return value };
        let attribute = |wanted: &str| block.node.body.attribute(wanted);
        let sensitive = is_sensitive(block.node);
        let typed = attribute("type").and_then(|a| a.value.as_variable());
        // `default = false` is the type of what has none.
        let default = attribute("default").and_then(|a| a.value.as_literal());
        let is_switch = matches!(typed, Some("bool" | "number"))
            || typed.is_none() && matches!(default.as_deref(), Some("true" | "false"));
        let named = says_secret(name).filter(|_| !is_switch);
        if value.is_tainted() || (!sensitive && named.is_none()) {
            return value;
        }
        // A structure keeps its members, judged one by one where they are used.
        if !sensitive && matches!(value, Value::Map(_) | Value::List(_)) {
            return value;
        }
        let place = block.name_span();
        let known = value.known();
        // What a caller gives in clear and is no secret text ("", "changeme") is not one here.
        let weak = |text: &str| is_literal_secret(text) || is_weak_password(name, text);
        if !root && known.as_deref().is_some_and(|text| !weak(text)) {
            return value;
        }
        // `ssh_private_key = "~/.ssh/id_rsa"`: where the key is found.
        if !sensitive && known.as_deref().is_some_and(names_a_file) {
            return value;
        }
        let confidence = match named {
            // Declared so, but its name says that it is a public key or an id, or what everybody may know.
            // `__TOKEN__`: what is put in its place later, nobody here knows.
            _ if !sensitive && known.as_deref().is_some_and(is_mark) => Confidence::Low,
            None if sensitive && (names_a_public_key(name) || names_an_id(name)) => Confidence::Low,
            None if sensitive && names_a_user(name) => Confidence::Low,
            None if sensitive && sheds(name) => Confidence::Medium,
            _ if sensitive => Confidence::High,
            Some(verdict) => verdict.confidence,
            None => Confidence::Low,
        };
        let literal = known.filter(|text| is_literal_secret(text));
        let at = place;
        let origin = Origin {
            kind: OriginKind::Variable,
            name: instance.address_of(&format!("var.{name}")),
            key: name.to_owned(),
            at,
            confidence,
            literal: literal.and_then(|text| literal_origin(name, &text, at, confidence).literal),
        };
        Value::tainted(format!("var.{name}"), at, Traces::from_origin(origin))
    }

    /// An attribute of a resource, data source or ephemeral resource.
    fn resource(
        &self,
        scope: &Scope<'w>,
        instance: &Rc<Instance<'w>>,
        (kind, type_name, name): (&str, &str, &str),
        steps: &[Step],
        at: Span,
    ) -> Value {
        let prefix = if kind == "resource" { String::new() } else { format!("{kind}.") };
        let address = instance.address_of(&format!("{prefix}{type_name}.{name}"));
        let skipped = steps.iter().take_while(|step| !matches!(step, Step::Attribute(_))).count();
        let splat = steps.iter().take(skipped).any(|step| matches!(step, Step::Splat));
        let block = instance.directory.resource(kind, type_name, name);
        let Some(Step::Attribute(attribute)) = steps.get(skipped) else {
            let whole = self.whole_resource(instance, (kind, type_name), block, &address, at);
            return self.follow(scope, whole, steps, at);
        };
        let rest = steps.get(skipped + 1..).unwrap_or_default();
        let value = self.attribute_of(instance, (kind, type_name, attribute), block, &address, at);
        let value = if splat { Value::list(vec![value]) } else { value };
        self.follow(scope, value, rest, at)
    }

    /// A resource as an object, with the members that can be secrets; of one with `count` or `for_each`
    /// any element.
    fn whole_resource(
        &self,
        instance: &Rc<Instance<'w>>,
        (kind, type_name): (&str, &str),
        block: Option<Placed<'w, Block>>,
        address: &str,
        at: Span,
    ) -> Value {
        let secret = Tables::embedded().secret_attributes(kind, type_name);
        if secret.is_empty() {
            return Value::unknown(address, at);
        }
        let members = secret.iter().map(|name| {
            (name.as_str().into(), self.attribute_of(instance, (kind, type_name, name), block, address, at))
        });
        let object = Value::map(members.collect());
        match block {
            Some(block) => several(block.node, object),
            None => object,
        }
    }

    /// What a block's attribute is worth that nobody may refer to.
    pub fn provider_attribute(
        &self,
        instance: &Rc<Instance<'w>>,
        names: (&str, &str, &str),
        block: Placed<'w, Block>,
        address: &str,
    ) -> Value {
        self.attribute_of(instance, names, Some(block), address, block.name_span())
    }

    fn attribute_of(
        &self,
        instance: &Rc<Instance<'w>>,
        (kind, type_name, attribute): (&str, &str, &str),
        block: Option<Placed<'w, Block>>,
        address: &str,
        at: Span,
    ) -> Value {
        let full = format!("{address}.{attribute}");
        if let Some(judge) = Tables::embedded().origin(kind, type_name, attribute) {
            let confidence = match judge {
                Judge::Always => Some(Confidence::High),
                Judge::ByName => self.judge_entry(instance, block, address),
                Judge::ByLabel => {
                    let label = address.rsplit('.').next().unwrap_or(address);
                    says_secret(label).map(|verdict| verdict.confidence)
                }
            };
            return match confidence {
                Some(confidence) => {
                    let place = block.map_or(at, |block| block.name_span());
                    self.provider_secret(kind, &full, address, place, confidence)
                }
                None => Value::unknown(full, at),
            };
        }
        let Some(block) = block else { return self.by_attribute_name(kind, &full, attribute, at) };
        if let Some(value) = self.rendered_attribute(instance, kind, type_name, attribute, block) {
            return value;
        }
        // What is written in its block is what the attribute is worth.
        let wanted = if type_name == "terraform_data" && attribute == "output" { "input" } else { attribute };
        let Some(argument) = block.node.body.attribute(wanted) else {
            return self.by_attribute_name(kind, &full, attribute, at);
        };
        self.once(instance, format!("{kind}.{full}"), at, || {
            let scope = self.resource_scope(instance, block);
            let value = self.eval(&scope, &argument.value);
            let value = self.judge_named(attribute, value, &scope, &argument.value);
            value.then(|| Hop {
                at: block.span(argument.name.range),
                name: full.clone(),
                message: format!("set as {attribute} of {address}"),
            })
        })
    }

    fn provider_secret(
        &self,
        kind: &str,
        full: &str,
        address: &str,
        at: Span,
        confidence: Confidence,
    ) -> Value {
        let key = address.rsplit('.').next().unwrap_or(address);
        let attribute = full.rsplit('.').next().unwrap_or(full);
        let type_name = address.rsplit('.').nth(1).unwrap_or_default();
        // `random_password.db.result` is called `db`, `tls_private_key.x.private_key_pem` by both, and a label
        // that says nothing at all by what it stands for: `random_password.this`.
        let key = if says_secret(key).is_some() {
            key.to_owned()
        } else if says_secret(attribute).is_some() || attribute.starts_with("machine_config") {
            format!("{key}.{attribute}")
        } else if matches!(key, "this" | "main" | "default") {
            format!("{type_name}.{key}")
        } else {
            key.to_owned()
        };
        let origin = Origin {
            kind: match kind {
                "data" => OriginKind::Data,
                "ephemeral" => OriginKind::Ephemeral,
                _ => OriginKind::Resource,
            },
            name: full.to_owned(),
            key,
            at,
            confidence,
            literal: None,
        };
        Value::tainted(full, at, Traces::from_origin(origin))
    }

    /// Whether the parameter that a block names is a secret: `None` for what clearly is none.
    fn judge_entry(
        &self,
        instance: &Rc<Instance<'w>>,
        block: Option<Placed<'w, Block>>,
        address: &str,
    ) -> Option<Confidence> {
        let Some(block) = block else { return Some(Confidence::Low) };
        let scope = self.resource_scope(instance, block);
        let text = |name: &str| {
            let attribute = block.node.body.attribute(name)?;
            let value = self.eval(&scope, &attribute.value);
            Some(value.into_text("…", scope.span(attribute.value.range)).shown())
        };
        let secure = text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("SecureString"));
        let entry = text("name").or_else(|| text("path")).unwrap_or_default();
        let last =
            entry.trim_matches('}').rsplit(['/', '.']).find(|part| !part.is_empty()).unwrap_or_default();
        let label = address.rsplit('.').next().unwrap_or_default();
        if secure || says_secret(last).is_some() || says_secret(label).is_some() {
            return Some(Confidence::High);
        }
        if entry.starts_with("/aws/") || sheds(last) || sheds(label) {
            return None;
        }
        // A value in a parameter store whose name says nothing.
        Some(Confidence::Low)
    }

    fn by_attribute_name(&self, kind: &str, full: &str, attribute: &str, at: Span) -> Value {
        if sheds(attribute) {
            return Value::unknown(full, at);
        }
        match says_secret(attribute) {
            Some(verdict) => {
                let address = full.strip_suffix(attribute).unwrap_or(full).trim_end_matches('.');
                self.provider_secret(kind, full, address, at, verdict.confidence)
            }
            None => Value::unknown(full, at),
        }
    }

    /// The label of an expression, for holes.
    pub(super) fn label_of(&self, expr: &Expr) -> String {
        label(expr)
    }
}

/// `sensitive = true`
fn is_sensitive(variable: &Block) -> bool {
    let said = variable.body.attribute("sensitive").and_then(|said| said.value.as_literal());
    said.is_some_and(|text| text == "true")
}

/// `__TOKEN__`, `<token>`: a place that is marked in the text.
fn is_mark(text: &str) -> bool {
    let text = text.trim();
    [("__", "__"), ("<", ">"), ("@@", "@@"), ("%%", "%%")].iter().any(|(open, close)| {
        text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close)
    })
}

/// `to` as seen from `from`, with `..`.
fn relative(from: &std::path::Path, to: &std::path::Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let ups = from.components().count() - shared;
    let mut parts = vec!["..".to_owned(); ups];
    parts.extend(to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned()));
    parts.join("/")
}
