//! Literal secrets: a text in a place whose name says that it is one.
//!
//! A pass over what is written, once a file, whatever calls it. No regex: names and values are
//! known from the syntax.

mod secret_object;

use self::secret_object::{holds_values, is_secret_resource, odd_values};
use super::ast::{Attribute, Block, Body, Expr, ExprKind, Key};
use super::evaluate::literal_confidence_under;
use super::tables::Tables;
use super::typed::typed_in;
use crate::finding::Confidence;
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::source::{SourceId, Span};

/// A secret's text in the source.
#[derive(Debug, Clone)]
pub struct LiteralSecret {
    /// What it is called.
    pub name: String,
    /// The text's place.
    pub at: Span,
    /// The block it stands in.
    pub address: String,
    /// The text.
    pub secret: Secret,
    /// How sure.
    pub confidence: Confidence,
}

/// What a file holds of secrets in clear.
#[derive(Debug, Default)]
pub struct Literals {
    /// The secrets.
    pub found: Vec<LiteralSecret>,
    /// Texts of which an expression makes what may be a secret: no finding, and not to be shown.
    pub typed: Vec<Span>,
}

/// Bodies and objects nested deeper are not looked into; the parser takes 64 levels.
const MOST_DEPTH: usize = 80;
/// Conditionals and calls around a literal; the parser takes no more.
const MOST_KEPT: usize = 64;
/// Functions that give back one of their arguments, whole.
const KEEPING: [&str; 8] =
    ["sensitive", "nonsensitive", "tostring", "base64encode", "trimspace", "chomp", "coalesce", "try"];

/// The literal secrets of a file.
pub fn literals_of(source: SourceId, body: &Body) -> Literals {
    let mut finder = Finder {
        source,
        address: String::new(),
        ignored: Vec::new(),
        argument: String::new(),
        found: Literals::default(),
    };
    finder.body(body, 0);
    finder.found
}

struct Finder {
    source: SourceId,
    address: String,
    /// Arguments of this resource that its `lifecycle` tells Terraform to leave alone.
    ignored: Vec<String>,
    /// The argument of the resource that is looked at.
    argument: String,
    found: Literals,
}

impl Finder {
    fn body(&mut self, body: &Body, depth: usize) {
        if depth > MOST_DEPTH {
            return;
        }
        self.pair(
            body.attribute("name").map(|attribute| &attribute.value),
            body.attribute("value").map(|attribute| &attribute.value),
        );
        for attribute in &body.attributes {
            if depth == 1 {
                self.argument = attribute.name.text.to_string();
            }
            if !self.names_an_entry(body, attribute) {
                self.attribute(attribute, depth);
            }
        }
        for block in &body.blocks {
            let outer = (depth == 0).then(|| std::mem::replace(&mut self.address, address_of(block)));
            if depth == 0 {
                self.ignored = ignored_changes(block);
            }
            self.block(block, depth);
            if let Some(outer) = outer {
                self.address = outer;
                self.ignored.clear();
            }
        }
    }

    fn block(&mut self, block: &Block, depth: usize) {
        if let ("variable", Some(name)) = (&*block.kind.text, block.label(0)) {
            if let Some(default) = block.body.attribute("default") {
                self.named(name, &default.value);
                self.expr(&default.value, depth + 1);
            }
            return;
        }
        if let (Some(type_name), Some(label)) = (block.label(0), block.label(1)) {
            self.provider_places(block, type_name, label);
        }
        self.body(&block.body, depth + 1);
    }

    /// Attributes that hold a secret by the provider's schema, whatever they are called.
    fn provider_places(&mut self, block: &Block, type_name: &str, label: &str) {
        let entry = block.body.attribute("name").and_then(|attribute| attribute.value.as_literal());
        let last = entry.as_deref().and_then(|entry| entry.rsplit('/').next());
        let secure = block.body.attribute("type").and_then(|attribute| attribute.value.as_literal());
        let is_secret = is_secret_resource(type_name);
        for attribute in block.body.attributes.iter().filter(|one| is_secret && holds_values(&one.name.text))
        {
            self.argument = attribute.name.text.to_string();
            self.odd(&attribute.value);
        }
        for attribute in &block.body.attributes {
            let Some(judge) = Tables::embedded().origin(&block.kind.text, type_name, &attribute.name.text)
            else {
                continue;
            };
            let secret = judge == super::tables::Judge::Always
                || secure.as_deref() == Some("SecureString")
                || last.is_some_and(|name| says_secret(name).is_some())
                || says_secret(label).is_some();
            self.argument = attribute.name.text.to_string();
            if secret && says_secret(&attribute.name.text).is_none() {
                self.add(last.unwrap_or(label), &attribute.value, Confidence::Medium);
            }
        }
    }

    /// The values of a Secret whose keys say nothing.
    fn odd(&mut self, data: &Expr) {
        for (name, value, confidence) in odd_values(data) {
            let text = value.as_literal().unwrap_or_default();
            self.tell(&name, value, text, confidence);
        }
    }

    /// `secret = "db-password"` of Google's Secret Manager, often with a `version` beside it: which one it is.
    fn names_an_entry(&self, body: &Body, attribute: &Attribute) -> bool {
        let manager = self.address.trim_start_matches("data.").starts_with("google_");
        &*attribute.name.text == "secret"
            && manager
            && (self.address.contains("_secret_manager_") || body.attribute("version").is_some())
    }

    fn attribute(&mut self, attribute: &Attribute, depth: usize) {
        self.named(&attribute.name.text, &attribute.value);
        self.expr(&attribute.value, depth + 1);
    }

    fn named(&mut self, name: &str, value: &Expr) {
        let Some(verdict) = says_secret(name) else { return };
        let typed = typed_in(value).into_iter();
        let span =
            |range: super::ast::Range| Span { source: self.source, start: range.start, end: range.end };
        self.found.typed.extend(typed.map(span));
        let several = name.to_ascii_lowercase().contains("passwords");
        self.kept(name, value, verdict.confidence, several, 0);
    }

    /// What the value is in the end: an arm of a conditional, what `sensitive()` is given, a member of `passwords`.
    fn kept(&mut self, name: &str, value: &Expr, confidence: Confidence, several: bool, depth: usize) {
        if depth > MOST_KEPT {
            return;
        }
        let mut next = |value: &Expr| self.kept(name, value, confidence, several, depth + 1);
        match &value.kind {
            ExprKind::Conditional(parts) => parts.iter().skip(1).for_each(next),
            ExprKind::Call(call) => {
                let all = KEEPING.contains(&&*call.function);
                // The default of `lookup(map, key, default)`.
                let from = if all { 0 } else { 2 };
                if all || &*call.function == "lookup" {
                    call.arguments.iter().skip(from).for_each(next);
                }
            }
            ExprKind::List(items) if several => items.iter().filter(|item| looks_chosen(item)).for_each(next),
            // `db_password = { type = "SecureString", value = "..." }`
            ExprKind::Object(members) if !several => {
                let value = members.iter().find(|(key, _)| is_key(key, "value"));
                value.into_iter().for_each(|(_, value)| next(value));
            }
            ExprKind::Object(members) => {
                let said = |key: &Key| matches!(key, Key::Name(key) if says_secret(&key.text).is_some());
                let others = members.iter().filter(|(key, value)| !said(key) && looks_chosen(value));
                others.for_each(|(_, value)| next(value));
            }
            _ => self.add(name, value, confidence),
        }
    }

    /// `{ name = "DB_PASSWORD", value = "..." }`, as containers and Helm charts have it.
    fn pair(&mut self, name: Option<&Expr>, value: Option<&Expr>) {
        let (Some(name), Some(value)) = (name.and_then(Expr::as_literal), value) else { return };
        let last = name.rsplit(['/', '.']).next().unwrap_or(&name);
        if let Some(verdict) = says_secret(last) {
            self.add(last, value, verdict.confidence);
        }
    }

    fn is_ignored(&self) -> bool {
        self.ignored.iter().any(|name| *name == self.argument || name == "all")
    }

    fn add(&mut self, name: &str, value: &Expr, confidence: Confidence) {
        let ExprKind::Template(_) = &value.kind else { return };
        let Some(text) = value.as_literal() else { return };
        let Some(confidence) = literal_confidence_under(name, &text, confidence) else { return };
        self.tell(name, value, text, confidence);
    }

    fn tell(&mut self, name: &str, value: &Expr, text: String, confidence: Confidence) {
        // A value that Terraform is told to leave alone is there to be replaced.
        let confidence = if self.is_ignored() { Confidence::Low } else { confidence };
        let at = Span { source: self.source, start: value.range.start, end: value.range.end };
        self.found.found.push(LiteralSecret {
            name: name.to_owned(),
            at,
            address: self.address.clone(),
            secret: Secret::new(text),
            confidence,
        });
    }

    fn expr(&mut self, expr: &Expr, depth: usize) {
        if depth > MOST_DEPTH {
            return;
        }
        match &expr.kind {
            ExprKind::Object(members) => {
                let member = |wanted: &str| {
                    members.iter().find_map(|(key, value)| is_key(key, wanted).then_some(value))
                };
                self.pair(member("name"), member("value"));
                if member("kind").and_then(Expr::as_literal).as_deref() == Some("Secret") {
                    let data = ["data", "stringData"].into_iter().filter_map(member);
                    data.for_each(|data| self.odd(data));
                }
                for (key, value) in members.iter() {
                    let name = match key {
                        Key::Name(name) => Some(name.text.to_string()),
                        Key::Expr(key) => key.as_literal(),
                    };
                    if let Some(name) = name {
                        self.named(&name, value);
                    }
                    self.expr(value, depth + 1);
                }
            }
            ExprKind::List(items) => items.iter().for_each(|item| self.expr(item, depth + 1)),
            ExprKind::Call(call) => call.arguments.iter().for_each(|argument| self.expr(argument, depth + 1)),
            ExprKind::Conditional(parts) => parts.iter().for_each(|part| self.expr(part, depth + 1)),
            ExprKind::For(for_expr) => self.expr(&for_expr.value, depth + 1),
            _ => {}
        }
    }
}

fn is_key(key: &Key, wanted: &str) -> bool {
    match key {
        Key::Name(name) => &*name.text == wanted,
        Key::Expr(key) => key.as_literal().is_some_and(|key| key == wanted),
    }
}

/// Among the members of `passwords` stand descriptions and names of users, too.
fn looks_chosen(value: &Expr) -> bool {
    value.as_literal().is_some_and(|text| {
        text.contains(|c: char| c.is_ascii_digit())
            && text.contains(char::is_alphabetic)
            && !text.contains(char::is_whitespace)
    })
}

/// The arguments in `lifecycle { ignore_changes = [...] }`; `all` is one of them.
fn ignored_changes(block: &Block) -> Vec<String> {
    let lists = block.body.blocks_of("lifecycle").filter_map(|inner| inner.body.attribute("ignore_changes"));
    let mut names = Vec::new();
    for list in lists {
        match &list.value.kind {
            ExprKind::List(items) => names.extend(items.iter().map(super::evaluate::label)),
            _ => names.push(super::evaluate::label(&list.value)),
        }
    }
    names
}

fn address_of(block: &Block) -> String {
    let labels = block.labels.iter().map(|label| &*label.text);
    match &*block.kind.text {
        "resource" => labels.collect::<Vec<_>>().join("."),
        "variable" => format!("var.{}", labels.collect::<Vec<_>>().join(".")),
        kind => std::iter::once(kind).chain(labels).collect::<Vec<_>>().join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::read::read_hcl;

    fn named(text: &str) -> Vec<String> {
        let body = read_hcl(SourceId(0), text).facts;
        literals_of(SourceId(0), &body).found.into_iter().map(|literal| literal.name).collect()
    }

    #[test]
    fn what_is_given_back_whole_is_the_literal() {
        for value in [
            "\"Tr0ub4dor-x3\"",
            "var.x ? \"Tr0ub4dor-x3\" : null",
            "sensitive(\"Tr0ub4dor-x3\")",
            "try(var.x, \"Tr0ub4dor-x3\")",
            "lookup(var.m, \"db\", \"Tr0ub4dor-x3\")",
        ] {
            assert_eq!(
                named(&format!("locals {{\n  db_password = {value}\n}}\n")),
                ["db_password"],
                "{value}"
            );
        }
        assert_eq!(named("locals {\n  db_password = lookup(var.m, \"Tr0ub4dor-x3\")\n}\n"), [""; 0]);
    }

    #[test]
    fn a_value_may_stand_in_an_object_of_its_own() {
        let entry = "parameters = {\n  \"/app/db/password\" = { type = \"SecureString\", value = \"Tr0ub4dor-x3\" }\n}\n";
        assert_eq!(named(entry), ["/app/db/password"]);
        assert_eq!(named("locals {\n  db_password = { length = \"Tr0ub4dor-x3\" }\n}\n"), [""; 0]);
    }

    #[test]
    fn what_only_says_which_secret_is_none() {
        for block in [
            "data \"google_secret_manager_secret_version\" \"s\" {\n  secret = \"hcloud\"\n}\n",
            "resource \"google_cloud_run_v2_service\" \"s\" {\n  secret_key_ref {\n    secret  = \"db-main-entry\"\n    version = \"1\"\n  }\n}\n",
            "locals {\n  db_url = \"test-db.eu-west-1.rds.amazonaws.com:5432\"\n}\n",
        ] {
            assert_eq!(named(block), [""; 0], "{block}");
        }
    }

    #[test]
    fn passwords_have_members_that_are_none() {
        assert_eq!(named("locals {\n  db_passwords = { app = \"Tr0ub4dor-x3\" }\n}\n"), ["db_passwords"]);
        let described =
            "locals {\n  passwords = { description = \"Oracle 19c passwords\", users = \"team\" }\n}\n";
        assert_eq!(named(described), [""; 0]);
    }

    #[test]
    fn a_secret_object_holds_secrets_only() {
        let data =
            "{ \"odd.key\" = \"Tr0ub4dor-x3Qz\", username = \"admin\", db_password = \"Tr0ub4dor-x3Qz\" }";
        let resource = |kind: &str, argument: &str| {
            named(&format!("resource \"{kind}\" \"a\" {{\n  {argument} = {data}\n}}\n"))
        };
        assert_eq!(resource("kubernetes_secret_v1", "data"), ["odd.key", "db_password"]);
        assert_eq!(resource("kubernetes_secret", "binary_data"), ["odd.key", "db_password"]);
        assert_eq!(resource("kubernetes_config_map", "data"), ["db_password"]);
        let manifest = |kind: &str| {
            named(&format!(
                "resource \"kubernetes_manifest\" \"a\" {{\n  manifest = {{ kind = \"{kind}\", stringData = {data} }}\n}}\n"
            ))
        };
        assert_eq!(manifest("Secret"), ["odd.key", "db_password"]);
        assert_eq!(manifest("ConfigMap"), ["db_password"]);
    }

    #[test]
    fn what_stands_for_a_secret_is_a_guess() {
        let sure = |name: &str, value: &str| {
            let text = format!("locals {{\n  {name} = \"{value}\"\n}}\n");
            let found = literals_of(SourceId(0), &read_hcl(SourceId(0), &text).facts).found;
            found.first().map(|literal| literal.confidence)
        };
        for (name, value) in [
            ("admin_password", "DummyPass123"),
            ("admin_password", "test1"),
            ("winrm_password", "vagrant"),
            ("admin_password", "PASSWORD"),
            ("mariadb_root_password", "MariaDB-Root-Password"),
            ("backup_sas_token", "PostgreSQL-Backup-SAS-Token"),
            ("private_key", "ec2_key"),
        ] {
            assert_eq!(sure(name, value), Some(Confidence::Low), "{name} = {value}");
        }
        for (name, value) in [
            ("admin_password", "Sup3rS3cret!x9"),
            ("admin_password", "P@ssw0rd1234!"),
            ("admin_password", "qwertyuiop1"),
            ("db_password", "test1234"),
            ("mariadb_root_password", "Root-Fox-Lamp"),
        ] {
            assert_eq!(sure(name, value), Some(Confidence::Medium), "{name} = {value}");
        }
    }
}
