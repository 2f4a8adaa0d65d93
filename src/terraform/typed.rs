//! Texts that are typed into an expression: what it makes of them may be a secret, so they are not shown.

use super::ast::{Expr, ExprKind, Key, Part, Range};

/// A text in a condition is hidden from so many bytes on.
const LONG: u32 = 8;
/// Expressions nested deeper are not looked into; the parser takes 64 levels.
const MOST_DEPTH: usize = 80;
/// Functions whose first argument is a path, a format of dates and the like: worth seeing, and no secret.
const PATHS: [&str; 8] =
    ["file", "filebase64", "templatefile", "fileexists", "fileset", "pathexpand", "abspath", "timestamp"];

/// The places of all strings and long numbers in it, left out what only chooses: keys, indexes, paths, conditions.
pub fn typed_in(expr: &Expr) -> Vec<Range> {
    let mut found = Vec::new();
    search(expr, 0, &mut found);
    found
}

fn search(expr: &Expr, depth: usize, found: &mut Vec<Range>) {
    if depth > MOST_DEPTH {
        return;
    }
    let next = depth + 1;
    match &expr.kind {
        ExprKind::Scalar(text) if text.len() >= 4 && text.starts_with(|c: char| c.is_ascii_digit()) => {
            found.push(expr.range);
        }
        ExprKind::Template(parts) => parts.iter().for_each(|part| in_part(part, next, found)),
        // `yamldecode("a: b").a`; an index says which, not what.
        ExprKind::Traversal(base, _) => search(base, next, found),
        ExprKind::Call(call) => {
            let skipped = usize::from(PATHS.contains(&&*call.function));
            call.arguments.iter().skip(skipped).for_each(|argument| search(argument, next, found));
        }
        ExprKind::List(items) | ExprKind::Operation(items) => {
            items.iter().for_each(|item| search(item, next, found));
        }
        ExprKind::Object(members) => {
            for (key, value) in members.iter() {
                // `keys({ "the-password" = 1 })`
                if let Key::Expr(key) = key {
                    search(key, next, found);
                }
                search(value, next, found);
            }
        }
        ExprKind::For(inner) => {
            search(&inner.collection, next, found);
            search(&inner.value, next, found);
        }
        ExprKind::Conditional(parts) => {
            // `var.stage == "prod"` is worth seeing; a long text may be what is compared with the secret.
            let [condition, yes, no] = &**parts;
            let mut compared = Vec::new();
            search(condition, next, &mut compared);
            found.extend(compared.into_iter().filter(|range| range.end - range.start >= LONG));
            search(yes, next, found);
            search(no, next, found);
        }
        _ => {}
    }
}

fn in_part(part: &Part, depth: usize, found: &mut Vec<Range>) {
    match part {
        Part::Literal { text, range, .. } if !text.trim().is_empty() => found.push(*range),
        Part::Literal { .. } => {}
        Part::Interpolation(inner) => search(inner, depth, found),
        Part::If { branches, .. } => {
            branches.iter().flat_map(|branch| branch.iter()).for_each(|part| nested(part, depth, found));
        }
        Part::For { body, .. } => body.iter().for_each(|part| nested(part, depth, found)),
    }
}

fn nested(part: &Part, depth: usize, found: &mut Vec<Range>) {
    if depth < MOST_DEPTH {
        in_part(part, depth + 1, found);
    }
}
