//! Go's regular expressions, said as the `regex` crate reads them.
//!
//! Both are automata without look-around, so nearly all is the same. Different: in a Go class `[` is a
//! plain character and `&&`, `--`, `~~` are not operators; `{` that starts no count is plain; `\Q...\E` quotes;
//! `\<` and `\>` are plain characters; `\w`, `\d`, `\s` and `\b` know ASCII only.

/// The expression for the `regex` crate.
pub(super) fn from_go(regex: &str) -> String {
    let mut out = String::with_capacity(regex.len() + 8);
    let mut rest = regex;
    let mut class = Class::None;
    while let Some(letter) = rest.chars().next() {
        let taken = match (letter, class) {
            ('\\', _) => escape(rest, &mut out, class != Class::None),
            (_, Class::None) => outside(rest, letter, &mut out, &mut class),
            _ => inside(rest, letter, &mut out, &mut class),
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    None,
    /// Just after `[` or `[^`, where `]` is a plain character.
    First,
    Inside,
}

fn escape(rest: &str, out: &mut String, in_class: bool) -> usize {
    if let Some(quoted) = rest.strip_prefix(r"\Q") {
        let end = quoted.find(r"\E").unwrap_or(quoted.len());
        out.push_str(&regex::escape(quoted.get(..end).unwrap_or_default()));
        return (end + 4).min(rest.len());
    }
    let Some(next) = rest.chars().nth(1) else {
        out.push('\\');
        return 1;
    };
    // A class in a class is fine here, so the same words serve inside and outside.
    let ascii = match next {
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => r"[\t\n\f\r ]",
        'S' => r"[^\t\n\f\r ]",
        'b' if !in_class => r"(?-u:\b)",
        _ => "",
    };
    out.push_str(ascii);
    if ascii.is_empty() {
        if !matches!(next, '<' | '>') {
            out.push('\\');
        }
        out.push(next);
    }
    1 + next.len_utf8()
}

fn outside(rest: &str, letter: char, out: &mut String, class: &mut Class) -> usize {
    if letter == '[' {
        *class = Class::First;
        if rest.starts_with("[^") {
            out.push_str("[^");
            return 2;
        }
    } else if letter == '{' && !is_count(rest) {
        out.push('\\');
    }
    out.push(letter);
    letter.len_utf8()
}

fn inside(rest: &str, letter: char, out: &mut String, class: &mut Class) -> usize {
    let first = *class == Class::First;
    *class = Class::Inside;
    match letter {
        ']' if !first => *class = Class::None,
        ']' | '&' | '~' => out.push('\\'),
        '[' => {
            if rest.starts_with("[:")
                && let Some(end) = rest.find(":]")
            {
                out.push_str(rest.get(..end + 2).unwrap_or_default());
                return end + 2;
            }
            out.push('\\');
        }
        '-' if rest.starts_with("--") => out.push('\\'),
        _ => {}
    }
    out.push(letter);
    letter.len_utf8()
}

/// Whether the text starts with `{2}`, `{2,}` or `{2,3}`.
fn is_count(rest: &str) -> bool {
    let Some(inner) = rest.strip_prefix('{').and_then(|inner| inner.split_once('}')).map(|(inner, _)| inner)
    else {
        return false;
    };
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_expressions_mean_the_same_here() {
        for (go, yes, no) in [
            (r"[[a]x", "[x", "bx"),
            (r"[a&&b]", "&", "c"),
            (r"\{{x", "{{x", "{x"),
            (r"a{2}{", "aa{", "a{"),
            (r"\Qa.b\E+", "a.b", "axb"),
            (r"[]a]", "]", "b"),
            (r"[^]a]", "b", "]"),
            (r"[[:alpha:]_]+!", "a_!", "1!"),
            (r"\<x\>", "<x>", "x"),
            (r"^[^\w-]$", "é", "-"),
            (r"é\b", "éa", "é!"),
            (r"(?i)(?P<n>ab)\z", "xAB", "abx"),
        ] {
            let regex = regex::Regex::new(&from_go(go)).unwrap_or_else(|error| panic!("{go}: {error}"));
            assert!(regex.is_match(yes), "{go} on {yes}");
            assert!(!regex.is_match(no), "{go} on {no}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_translated_without_a_panic(text in "\\PC{0,60}") {
            let _ = from_go(&text);
        }
    }
}
