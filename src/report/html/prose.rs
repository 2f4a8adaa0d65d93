//! Texts that people wrote, as markup: the little of Markdown that rules use.

use maud::{Markup, html};

/// A sentence; what stands between two backticks becomes code.
pub(in crate::report) fn inline(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks: nobody knows what was meant, so it is all text.
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The same in a rule's words, where one `*word*` is stressed.
fn stressed(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('*').collect();
    // A star inside of code is no stress, and two pairs are nobody's habit.
    let code_before = |part: &&str| part.matches('`').count() % 2 == 1;
    match parts.as_slice() {
        [before, word, after] if !word.is_empty() && !word.contains('`') && !code_before(before) => {
            html! { (inline(before)) em { (word) } (inline(after)) }
        }
        _ => inline(text),
    }
}

/// A piece of a text of several lines.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Words(String),
    Points(Vec<String>),
    Code(String),
}

/// A text of several lines: paragraphs, lists, and code that is indented or fenced.
pub(super) fn blocks(text: &str) -> Markup {
    html! {
        @for block in split(text) {
            @match block {
                Block::Words(words) => p { (stressed(&words)) },
                Block::Points(points) => ul { @for point in points { li { (stressed(&point)) } } },
                Block::Code(code) => pre { code { (code) } },
            }
        }
    }
}

fn split(text: &str) -> Vec<Block> {
    let mut all: Vec<Block> = Vec::new();
    let (mut fenced, mut apart) = (false, true);
    for line in text.lines() {
        let bare = line.trim_start();
        if bare.starts_with("```") {
            fenced = !fenced;
            apart = true;
        } else if fenced || line.starts_with("    ") {
            let line = if fenced { line } else { line.get(4..).unwrap_or_default() };
            add_code(&mut all, line, &mut apart);
        } else if bare.is_empty() {
            apart = true;
        } else {
            add_words(&mut all, bare, apart);
            apart = false;
        }
    }
    all
}

/// Code that only an empty line separates belongs together.
fn add_code(all: &mut Vec<Block>, line: &str, apart: &mut bool) {
    match all.last_mut() {
        Some(Block::Code(code)) => {
            code.push_str(if *apart { "\n\n" } else { "\n" });
            code.push_str(line);
        }
        _ => all.push(Block::Code(line.to_owned())),
    }
    *apart = false;
}

fn add_words(all: &mut Vec<Block>, line: &str, apart: bool) {
    let point = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
    match (point, all.last_mut()) {
        (Some(point), Some(Block::Points(points))) => points.push(point.to_owned()),
        (Some(point), _) => all.push(Block::Points(vec![point.to_owned()])),
        (None, Some(Block::Words(words))) if !apart => {
            words.push(' ');
            words.push_str(line);
        }
        (None, Some(Block::Points(points))) if !apart => {
            if let Some(last) = points.last_mut() {
                last.push(' ');
                last.push_str(line);
            }
        }
        (None, _) => all.push(Block::Words(line.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_words_become_paragraphs_and_code() {
        let text =
            "Delete it;\nuse `x`:\n\n    aws one\n    aws two\n\nThen:\n- a\n  b\n- c\n```\n<code>\n```\n";
        assert_eq!(
            blocks(text).into_string(),
            "<p>Delete it; use <code>x</code>:</p><pre><code>aws one\naws two</code></pre><p>Then:</p>\
             <ul><li>a b</li><li>c</li></ul><pre><code>&lt;code&gt;</code></pre>"
        );
    }

    #[test]
    fn markup_in_words_stays_text() {
        assert_eq!(inline("a `b").into_string(), "a `b");
        assert_eq!(blocks("the *name* of `a*`").into_string(), "<p>the *name* of <code>a*</code></p>");
        assert_eq!(blocks("the *name* of `a`").into_string(), "<p>the <em>name</em> of <code>a</code></p>");
        assert_eq!(
            inline("<img src=x> `<b>` \"q\"").into_string(),
            "&lt;img src=x&gt; <code>&lt;b&gt;</code> &quot;q&quot;"
        );
    }
}
