//! One resource of a plan or a state.

use super::json::{each_element, each_member, member, offset_in, text_of};
use crate::secret::redact::is_strewn;
use crate::source::{SourceId, Span};

/// Longer addresses are no addresses.
const LONGEST_ADDRESS: usize = 400;

/// What says which attributes are sensitive.
#[derive(Clone, Copy)]
pub enum Marks<'t> {
    /// A tree of the same shape with `true` where it is: plans, `terraform show`.
    Shape(&'t str),
    /// A list of paths: state files.
    Paths(&'t str),
}

/// One resource, its values as raw JSON. Has no `Debug`: the values are in clear.
pub struct Planned<'t> {
    /// `module.app["a"].aws_instance.web[0]`.
    pub address: String,
    /// The same without keys: `module.app.aws_instance.web`, the address of its block.
    pub base: String,
    /// Modules from the root: `["app"]`.
    pub modules: Vec<String>,
    /// `resource` or `data`.
    pub kind: &'static str,
    /// `aws_instance`.
    pub type_name: String,
    /// `web`.
    pub name: String,
    /// Created, changed or replaced: its values will be used.
    pub gated: bool,
    /// Created or replaced: its provisioners will run.
    pub creates: bool,
    /// Its address in the document.
    pub at: Span,
    /// Attributes.
    pub values: &'t str,
    /// A tree with `true` where a value is not known yet.
    pub unknown: &'t str,
    /// What is sensitive.
    pub marks: Marks<'t>,
}

/// Where a document's parts are.
#[derive(Clone, Copy)]
pub struct Page<'t> {
    /// The document.
    pub source: SourceId,
    /// Its text.
    pub text: &'t str,
}

impl<'t> Page<'t> {
    /// The place of a part.
    pub fn span(&self, part: &str) -> Span {
        let start = offset_in(self.text, part);
        Span::new(self.source, start, start + part.len())
    }

    /// An element of `resource_changes`; `None` for what has no address.
    pub fn change(&self, raw: &'t str) -> Option<Planned<'t>> {
        let mut planned = self.named(raw)?;
        let change = member(raw, "change")?;
        let (mut create, mut update) = (false, false);
        each_member(change, &mut |name, value| match &*name {
            "after" => planned.values = value,
            "after_unknown" => planned.unknown = value,
            "after_sensitive" => planned.marks = Marks::Shape(value),
            "actions" => {
                let _ = each_element(value, &mut |action| {
                    create |= action == "\"create\"";
                    update |= action == "\"update\"";
                });
            }
            _ => {}
        })
        .ok()?;
        planned.creates = create;
        planned.gated = (create || update) && planned.kind == "resource";
        Some(planned)
    }

    /// An element of `resources` in `values`: of a state, or what a plan knew before.
    pub fn shown(&self, raw: &'t str) -> Option<Planned<'t>> {
        let mut planned = self.named(raw)?;
        each_member(raw, &mut |name, value| match &*name {
            "values" => planned.values = value,
            "sensitive_values" => planned.marks = Marks::Shape(value),
            _ => {}
        })
        .ok()?;
        Some(planned)
    }

    /// What all forms share: address, kind, type and name.
    fn named(&self, raw: &'t str) -> Option<Planned<'t>> {
        let (mut address, mut mode, mut type_name, mut name) = (None, "", None, None);
        each_member(raw, &mut |key, value| match &*key {
            "address" => address = Some(value),
            "mode" => mode = value,
            "type" => type_name = text_of(value),
            "name" => name = text_of(value),
            _ => {}
        })
        .ok()?;
        let kind = if mode == "\"data\"" { "data" } else { "resource" };
        Planned::named_by(&text_of(address?)?, kind, &type_name?, &name?, self.span(address?))
    }
}

impl Planned<'_> {
    /// One of which only the address is known. `None` for names that Terraform does not allow.
    pub fn named_by(
        address: &str,
        kind: &'static str,
        type_name: &str,
        name: &str,
        at: Span,
    ) -> Option<Self> {
        let path = AddressPath::of(address);
        (is_identifier(type_name) && is_identifier(name)).then(|| Self {
            address: told_address(address),
            base: path.base(),
            modules: path.modules(),
            kind,
            type_name: type_name.to_owned(),
            name: name.to_owned(),
            gated: false,
            creates: false,
            at,
            values: "null",
            unknown: "null",
            marks: Marks::Shape("null"),
        })
    }
}

/// A name as Terraform allows it.
pub fn is_identifier(text: &str) -> bool {
    text.len() <= 128 && text.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter))
}

/// An address in parts, keys left out.
struct AddressPath(Vec<String>);

impl AddressPath {
    fn of(address: &str) -> Self {
        Self(parts(address).into_iter().map(|(name, _)| name.to_owned()).collect())
    }

    fn base(&self) -> String {
        let tellable = self.0.iter().take(64).all(|part| is_identifier(part));
        if tellable { self.0.join(".") } else { "…".into() }
    }

    fn modules(&self) -> Vec<String> {
        let mut modules = Vec::new();
        let mut rest = self.0.iter();
        while let Some("module") = rest.next().map(String::as_str) {
            modules.extend(rest.next().cloned());
        }
        modules
    }
}

/// `a["x.y"].b[0]` as `[("a", ["x.y"]), ("b", [0])]`.
pub fn parts(address: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    let (mut start, mut bracket, mut quoted, mut escaped) = (0, None, false, false);
    for (at, byte) in address.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if bracket.is_some() => quoted = !quoted,
            b'[' if !quoted && bracket.is_none() => bracket = Some(at),
            b'.' if !quoted && !address.get(bracket.unwrap_or(at)..at).is_some_and(open) => {
                all.push(part(address, start, bracket, at));
                (start, bracket) = (at + 1, None);
            }
            _ => {}
        }
    }
    all.push(part(address, start, bracket, address.len()));
    all
}

/// Whether a bracket is still open at the end of the text.
fn open(text: &str) -> bool {
    text.starts_with('[') && !text.ends_with(']')
}

fn part(address: &str, start: usize, bracket: Option<usize>, end: usize) -> (&str, &str) {
    let cut = bracket.unwrap_or(end);
    (address.get(start..cut).unwrap_or_default(), address.get(cut..end).unwrap_or_default())
}

/// The address as it may be told: a key of `for_each` can be anything.
fn told_address(address: &str) -> String {
    let told = parts(address).into_iter().map(|(name, key)| match (is_identifier(name), is_plain_key(key)) {
        (false, _) => "…".to_owned(),
        (true, true) => format!("{name}{key}"),
        (true, false) => format!("{name}[…]"),
    });
    let all = told.take(64).collect::<Vec<_>>().join(".");
    if all.len() > LONGEST_ADDRESS { "…".into() } else { all }
}

/// Nothing, `[0]`, `["eu-west-1a"]`: no text that somebody could have to hide.
fn is_plain_key(key: &str) -> bool {
    let inner = key.trim_start_matches('[').trim_end_matches(']').trim_matches('"');
    inner.len() <= 40
        && inner.chars().all(|letter| letter.is_alphanumeric() || "_-./:".contains(letter))
        && !inner.split(|letter: char| !letter.is_alphanumeric()).any(is_strewn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let path = AddressPath::of(r#"module.app["a.b]"].module.db[0].aws_instance.web["x"]"#);
        assert_eq!(path.base(), "module.app.module.db.aws_instance.web");
        assert_eq!(path.modules(), ["app", "db"]);
        assert_eq!(AddressPath::of("aws_instance.web").modules(), [""; 0]);
    }

    #[test]
    fn a_key_that_could_be_a_secret_is_not_told() {
        assert_eq!(told_address("aws_instance.web[\"eu-1\"]"), "aws_instance.web[\"eu-1\"]");
        assert_eq!(told_address("aws_instance.web[\"a b\"]"), "aws_instance.web[…]");
        assert_eq!(told_address("aws_instance.web[\"a1b2c3d4e5f6\"]"), "aws_instance.web[…]");
    }

    #[test]
    fn changes_are_gated_by_what_will_be_done() {
        let gated = |actions: &str| {
            let text = format!(
                r#"{{"address":"a_b.c","mode":"managed","type":"a_b","name":"c","change":{{"actions":{actions},"after":{{}}}}}}"#
            );
            let page = Page { source: SourceId(0), text: &text };
            let planned = page.change(&text).unwrap();
            (planned.gated, planned.creates)
        };
        assert_eq!(gated(r#"["create"]"#), (true, true));
        assert_eq!(gated(r#"["update"]"#), (true, false));
        assert_eq!(gated(r#"["delete","create"]"#), (true, true));
        assert_eq!(gated(r#"["delete"]"#), (false, false));
        assert_eq!(gated(r#"["no-op"]"#), (false, false));
    }
}
