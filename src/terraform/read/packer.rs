//! Packer's older templates, in JSON, as the blocks that its HCL has.

use super::json::{members, nested};
use crate::terraform::ast::{Attribute, Block, Body, Expr, ExprKind, Name, Part, Range, Step};

/// Whether a document is such a template.
pub(super) fn is_template(expr: &Expr) -> bool {
    members(expr).any(|(name, value)| {
        matches!(&*name.text, "builders" | "provisioners") && matches!(value.kind, ExprKind::List(_))
    })
}

/// `variables`, `builders` and `provisioners` as `variable`, `source` and `build`.
pub(super) fn blocks_of(expr: &Expr) -> Body {
    let mut body = Body::default();
    let sensitive: Vec<String> = items(expr, "sensitive-variables").filter_map(Expr::as_literal).collect();
    for (name, value) in member(expr, "variables").into_iter().flat_map(members) {
        body.blocks.push(variable(name, value, sensitive.iter().any(|marked| **marked == *name.text)));
    }
    for builder in items(expr, "builders") {
        let Some(kind) = label(builder, "type") else { continue };
        let labels = vec![kind.clone(), label(builder, "name").unwrap_or(kind)];
        body.blocks.push(Block { kind: called("source", builder.range), labels, body: nested(builder) });
    }
    let provisioners: Vec<Block> = items(expr, "provisioners")
        .filter_map(|one| {
            let labels = vec![label(one, "type")?];
            Some(Block { kind: called("provisioner", one.range), labels, body: nested(one) })
        })
        .collect();
    if !provisioners.is_empty() {
        let inner = Body { blocks: provisioners, ..Body::default() };
        body.blocks.push(Block { kind: called("build", expr.range), labels: Vec::new(), body: inner });
    }
    body
}

/// A variable; what Packer takes from the environment or from a vault is no default that is known.
fn variable(name: &Name, value: &Expr, sensitive: bool) -> Block {
    let mut body = Body::default();
    let known = value.as_literal().is_some_and(|text| !text.is_empty() && !text.contains("{{"));
    if known {
        body.attributes.push(Attribute { name: called("default", name.range), value: value.clone() });
    }
    if sensitive {
        let marked = Expr { kind: ExprKind::Scalar("true".into()), range: name.range };
        body.attributes.push(Attribute { name: called("sensitive", name.range), value: marked });
    }
    Block { kind: called("variable", name.range), labels: vec![name.clone()], body }
}

/// The parts of a string: ``{{user `token`}}`` is `var.token`, and `${TOKEN}` is the shell's own.
pub(super) fn parts(text: &str, base: usize, exact: bool) -> Vec<Part> {
    let range = |start: usize, end: usize| match exact {
        true => Range { start: (base + start) as u32, end: (base + end) as u32 },
        false => Range { start: base as u32, end: (base + text.len()) as u32 },
    };
    let literal = |start: usize, end: usize| {
        let text = text.get(start..end).unwrap_or_default().into();
        Part::Literal { text, range: range(start, end), exact }
    };
    let (mut parts, mut done, mut from) = (Vec::new(), 0, 0);
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at) {
        let Some(close) = text.get(open..).and_then(|rest| rest.find("}}")).map(|at| open + at + 2) else {
            break;
        };
        from = close;
        if let Some((owner, name)) = text.get(open + 2..close - 2).and_then(reference) {
            parts.push(literal(done, open));
            let base = Expr { kind: ExprKind::Variable(owner.into()), range: range(open, close) };
            let steps = [Step::Attribute(name.into())];
            let kind = ExprKind::Traversal(Box::new(base), steps.into());
            parts.push(Part::Interpolation(Expr { kind, range: range(open, close) }));
            done = close;
        }
    }
    parts.push(literal(done, text.len()));
    let filled = |part: &Part| !matches!(part, Part::Literal { text, .. } if text.is_empty());
    let several = parts.len() > 1;
    parts.retain(|part| !several || filled(part));
    parts
}

/// What HCL calls ``user `token` `` and `template_dir`: `var.token`, `path.root`.
fn reference(inside: &str) -> Option<(&str, &str)> {
    let inside = inside.trim_matches(['-', ' ']);
    if inside == "template_dir" {
        return Some(("path", "root"));
    }
    let name = inside.strip_prefix("user")?.trim();
    let name = name.strip_prefix(['`', '"'])?.strip_suffix(['`', '"'])?;
    (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)))
        .then_some(("var", name))
}

fn called(text: &str, range: Range) -> Name {
    Name { text: text.into(), range }
}

fn member<'e>(expr: &'e Expr, wanted: &str) -> Option<&'e Expr> {
    members(expr).find_map(|(name, value)| (&*name.text == wanted).then_some(value))
}

fn items<'e>(expr: &'e Expr, wanted: &str) -> impl Iterator<Item = &'e Expr> {
    let list: &[Expr] = match member(expr, wanted).map(|value| &value.kind) {
        Some(ExprKind::List(items)) => items,
        _ => &[],
    };
    list.iter()
}

fn label(expr: &Expr, wanted: &str) -> Option<Name> {
    let value = member(expr, wanted)?;
    Some(called(&value.as_literal()?, value.range))
}
