//! Texts that stand where a secret would, and are none: masks, examples, references, paths.
//!
//! A weak literal is still a literal secret: `hunter2`, `Password123!`, `root`, `qwerty` and also
//! `password`, `secret` and `admin` alone are **no** placeholders, people do run with them. The bare
//! words of a field (`token`, `api_key`, `test`) are.

mod reference;
mod words;

#[cfg(test)]
mod tests;

use crate::value::HOLE;

pub use words::is_somebody_s;

/// Whether a text only holds a secret's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// It can be a secret.
    No,
    /// A value that vendors print in their documentation: `…EXAMPLE`. It has the shape of the real thing.
    Documentation,
    /// It holds a place: a mask, a word such as `changeme`, a reference, a path.
    Yes,
}

/// More bytes than this are nobody's placeholder.
const LONGEST: usize = 4096;

/// Judges the text of one value, without its quotes.
pub fn judge(text: &str) -> Placeholder {
    let text = text.trim().trim_matches(['"', '\'', '`']).trim();
    if text.is_empty() {
        return Placeholder::Yes;
    }
    if text.len() > LONGEST {
        return Placeholder::No;
    }
    if words::is_documented(text) {
        return Placeholder::Documentation;
    }
    let holds = is_interpolated(text)
        || is_bracketed(text)
        || is_mask(text)
        || is_sequence(text)
        || words::is_placeholder_words(text)
        || reference::is_reference(text)
        || reference::is_path(text)
        || reference::is_open_url(text);
    if holds { Placeholder::Yes } else { Placeholder::No }
}

/// Judges a text that has the shape of a token: masks, sequences, words and documented values, but no
/// paths and references, which it can't be.
pub fn judge_shaped(text: &str) -> Placeholder {
    if text.len() > LONGEST {
        Placeholder::No
    } else if words::is_documented(text) {
        Placeholder::Documentation
    } else if text.contains(HOLE) || is_mask(text) || is_sequence(text) || words::is_placeholder_words(text) {
        Placeholder::Yes
    } else {
        Placeholder::No
    }
}

/// Whether the text is no secret: a placeholder or a documented example.
pub fn is_placeholder(text: &str) -> bool {
    judge(text) != Placeholder::No
}

/// An interpolation of any language, and little beside it. With much beside it, the rest can be a secret.
fn is_interpolated(text: &str) -> bool {
    const PAIRS: [(&str, &str); 7] =
        [("${", "}"), ("$(", ")"), ("{{", "}}"), ("%{", "}"), ("<%", "%>"), ("#{", "}"), ("$[", "]")];
    let mut rest = String::new();
    let mut left = text;
    let mut found = text.contains(HOLE);
    'outer: while !left.is_empty() {
        for (open, close) in PAIRS {
            if let Some(inner) = left.strip_prefix(open)
                && let Some(end) = inner.find(close)
            {
                left = inner.get(end + close.len()..).unwrap_or_default();
                rest.push(' ');
                found = true;
                continue 'outer;
            }
        }
        let mut letters = left.chars();
        rest.extend(letters.next().map(|letter| if letter == HOLE { ' ' } else { letter }));
        left = letters.as_str();
    }
    let is_format = matches!(text, "%s" | "%v" | "%d" | "%q" | "{}" | "{0}");
    let longest = rest.split(|letter: char| !letter.is_alphanumeric()).map(str::len).max().unwrap_or(0);
    is_format || (found && (longest < 12 || !reference::looks_random(&rest)))
}

/// `<token>`, `[token]`, `{token}`, `__TOKEN__`, `@TOKEN@`, `%TOKEN%`: a name in brackets.
fn is_bracketed(text: &str) -> bool {
    const PAIRS: [(&str, &str); 6] =
        [("<", ">"), ("[", "]"), ("{", "}"), ("__", "__"), ("@", "@"), ("%", "%")];
    let name = |inner: &str| {
        !inner.is_empty()
            && inner.chars().all(|letter| letter.is_alphanumeric() || " _-./:|'".contains(letter))
            && !reference::looks_random(inner)
    };
    PAIRS.iter().any(|(open, close)| {
        let inner = text.strip_prefix(open).and_then(|inner| inner.strip_suffix(close));
        inner.is_some_and(name)
    })
}

/// `****`, `xxxx-xxxx`, `sk-xxxxxxxx`, `AKIAXXXXXXXXXXXXXXXX`, `sk-...`, `1111`.
fn is_mask(text: &str) -> bool {
    if text.ends_with("...") || text.ends_with('…') || text.contains("••") {
        return true;
    }
    let letters = || text.chars().filter(|letter| letter.is_alphanumeric() || "*.#?".contains(*letter));
    let total = letters().count();
    let mut distinct: Vec<char> = letters().map(|letter| letter.to_ascii_lowercase()).collect();
    let (run, masked) = longest_run(&distinct);
    distinct.sort_unstable();
    distinct.dedup();
    if total == 0 || (distinct.len() == 1 && total >= 3) {
        return true;
    }
    // A run of mask letters, after a prefix that says what would stand here.
    let mask_run = masked.is_some_and(|letter| "x*.#?0".contains(letter));
    (mask_run && run >= 4 && run * 3 >= total) || (run >= 8 && run * 2 >= total)
}

fn longest_run(letters: &[char]) -> (usize, Option<char>) {
    let runs = letters.chunk_by(|one, other| one == other);
    let longest = runs.max_by_key(|run| run.len());
    longest.map_or((0, None), |run| (run.len(), run.first().copied()))
}

/// `1234567890`, `abcdef`, `0123456789abcdef`: nearly every letter is the one after the last.
fn is_sequence(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 4 {
        return matches!(text, "123" | "abc");
    }
    let pairs = || bytes.iter().zip(bytes.iter().skip(1));
    let total = bytes.len() - 1;
    let up = pairs().filter(|(one, next)| one.checked_add(1) == Some(**next)).count();
    let down = pairs().filter(|(one, next)| next.checked_add(1) == Some(**one)).count();
    up.max(down) * 100 >= total * 85
}
