//! Whether an answer is whole. The SDK takes one that breaks off in the middle for one with less in it, and what is
//! missing would then be judged as not there.

/// Deeper nesting is none of AWS's.
const MOST_LEVELS: usize = 64;

/// Whether `body` is XML from its first tag to its last, and its outermost element is called `root`.
pub(super) fn is_whole(body: &[u8], root: &str) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| closes(text, root).is_some())
}

/// Whether `body` is one JSON object from its first byte to its last.
pub(super) fn is_whole_json(body: &[u8]) -> bool {
    let is_object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    is_object && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

/// `Some` where every element is closed in order, and nothing but white space is outside of the outermost one.
fn closes(text: &str, root: &str) -> Option<()> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut open: Vec<&str> = Vec::new();
    let mut done = false;
    loop {
        let Some(at) = rest.find('<') else {
            return (done && rest.trim().is_empty()).then_some(());
        };
        let (outside, tag) = rest.split_at(at);
        if open.is_empty() && !outside.trim().is_empty() {
            return None;
        }
        if let Some(after) = aside(tag)? {
            rest = after;
            continue;
        }
        let (tag, after) = tag_at(tag)?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop()? != name.trim_end() {
                return None;
            }
            done = open.is_empty();
            continue;
        }
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next()?;
        let outermost = open.is_empty();
        if done || name.is_empty() || (outermost && name != root) || open.len() >= MOST_LEVELS {
            return None;
        }
        if tag.ends_with('/') {
            done = outermost;
        } else {
            open.push(name);
        }
    }
}

/// What stands after a comment or an instruction; the outer `None` where it does not end, or where it defines
/// anything.
fn aside(tag: &str) -> Option<Option<&str>> {
    for (start, end) in [("<!--", "-->"), ("<?", "?>")] {
        if let Some(inside) = tag.strip_prefix(start) {
            return Some(Some(inside.split_once(end)?.1));
        }
    }
    if tag.starts_with("<!") { None } else { Some(None) }
}

/// What stands between `<` and `>`, and what follows. A quoted `>` ends nothing.
fn tag_at(tag: &str) -> Option<(&str, &str)> {
    let inside = tag.strip_prefix('<')?;
    let mut quote = None;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(mark), c) if mark == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            (None, '<') => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_sends_is_whole() {
        for whole in [
            "<R/>",
            "<R></R>\n",
            "<?xml version=\"1.0\"?>\n<!-- < --><R xmlns='x>y'><a>1</a><b/> <a b=\"1\" /></R>",
            "\u{feff}<R><a>é &lt; > </a ></R>",
        ] {
            assert!(is_whole(whole.as_bytes(), "R"), "{whole}");
        }
    }

    #[test]
    fn json_is_whole_from_brace_to_brace() {
        assert!(is_whole_json(b" {\"Events\": []}\n"));
        for broken in [&b""[..], b"[]", b"{\"Events\": [", b"{} {}", b"<R/>", b"\xFF"] {
            assert!(!is_whole_json(broken));
        }
    }

    #[test]
    fn what_breaks_off_or_is_something_else_is_not() {
        let whole = "<R><a b='c'>1</a><!-- x --><b/></R>";
        for length in 0..whole.len() {
            assert!(!is_whole(&whole.as_bytes()[..length], "R"), "{length}");
        }
        let deep = format!("<R>{}{}</R>", "<a>".repeat(100), "</a>".repeat(100));
        for broken in [
            "<X/>",
            "<R/><R/>",
            "<R/>x",
            "x<R/>",
            "<R><a></R></a>",
            "<R><!DOCTYPE a></R>",
            "</R>",
            "<>",
            deep.as_str(),
        ] {
            assert!(!is_whole(broken.as_bytes(), "R"), "{broken}");
        }
        assert!(!is_whole(b"<R>\xFF</R>", "R"));
    }
}
