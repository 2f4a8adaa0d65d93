//! What joins a name and its value, and what kind of value follows.

/// What stands between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// `=`, `:`, `,` with nothing before it.
    Close,
    /// ` = `
    Spaced,
    /// `: `
    Colon,
    /// A blank.
    Blank,
    /// `-eq`, `==`
    Comparison,
}

/// The bytes of an operator that compares.
pub(super) fn comparison(text: &str) -> Option<usize> {
    let operators =
        ["===", "==", "!=", "=~", "-eq", "-ceq", "-ieq", "-ne", "-cne", "-like", "-match", "-replace", "-in"];
    let found = operators.iter().find(|op| text.starts_with(**op))?;
    let after = text.get(found.len()..)?;
    after.starts_with([' ', '\t', '"', '\'']).then_some(found.len())
}

/// `var.x`, `data.a.b["c"]`, `lookup(…)`, `var.x == "" ? …`: no text that stands for itself.
pub(super) fn is_expression(text: &str) -> bool {
    let word = text.split([' ', '#', ';', ',']).next().unwrap_or_default();
    let path = word.find(['(', '[']).map_or(word, |at| word.get(..at).unwrap_or_default());
    let parts = path.trim_end_matches(['.', '}', ')']).split('.');
    let named = |part: &str| {
        part == "*"
            || part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    let count = parts.clone().count();
    word.starts_with(['$', '[', '{', '(', '!'])
        || (parts.clone().all(named) && (count > 1 || path.len() < word.len()))
}

/// Where a text without quotes after `name: ` ends: at the end of the line, or where a shell goes on.
pub(super) fn plain_end(text: &str) -> usize {
    let ends = [" > ", " >> ", " | ", " && ", " #", "; ", "' ", "\" "];
    let bytes = text.as_bytes();
    let mut places = 0..text.len();
    let end = places.find(|at| {
        ends.iter().any(|end| bytes.get(*at..).is_some_and(|rest| rest.starts_with(end.as_bytes())))
    });
    end.unwrap_or(text.len())
}
