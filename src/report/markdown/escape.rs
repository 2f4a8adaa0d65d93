//! Text from a scanned tree inside of Markdown: it must stay text.
//!
//! All input is on one line already. What a name must not do: end a table cell, make HTML, a link or an
//! image, or call a person with `@`.

/// A name as code. Nothing is read inside of a code span, not even `@name`; but a backtick would end it,
/// and a `|` would end the table cell around it, so such names become HTML instead.
pub(in crate::report) fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let awkward = text.contains(['`', '|', '\\']) || text.starts_with(' ') || text.ends_with(' ');
    if awkward { html_code(text) } else { format!("`{text}`") }
}

/// A name as code where only HTML is read, such as in `<summary>`, or where a code span can't stand.
pub(super) fn html_code(text: &str) -> String {
    let mut all = String::from("<code>");
    each(text, |before, letter, after| {
        // Inside of a paragraph Markdown is still read between HTML tags; a number entity is text to
        // both.
        if steers(before, letter, after) || matches!(letter, '@' | '#') {
            all.push_str(&format!("&#{};", letter as u32));
        } else {
            all.push(letter);
        }
    });
    all.push_str("</code>");
    all
}

/// A sentence with names in it; what stands between two backticks becomes code.
pub(in crate::report) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks: nobody knows what was meant, so it is all text.
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let part = |(index, part): (usize, &&str)| if index % 2 == 1 { code(part) } else { plain(part) };
    parts.iter().enumerate().map(part).collect()
}

fn plain(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + 16);
    each(text, |before, letter, after| {
        if steers(before, letter, after) {
            all.push_str(&format!("&#{};", letter as u32));
            return;
        }
        all.push(letter);
        // GitHub looks for these in the finished page, where an entity is the sign again: something
        // without width keeps them from the name or number that follows.
        if matches!(letter, '@' | '#') {
            all.push('\u{200B}');
        }
    });
    all.replace("www.", "www&#46;")
}

/// Shows each character with its neighbours.
fn each(text: &str, mut see: impl FnMut(char, char, char)) {
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        see(before, letter, letters.peek().copied().unwrap_or(' '));
        before = letter;
    }
}

/// Whether a character is Markdown or HTML where it stands.
fn steers(before: char, letter: char, after: char) -> bool {
    match letter {
        '<' | '>' | '&' | '`' | '*' | '[' | ']' | '|' | '~' | '\\' => true,
        // Emphasis, but not inside of a word.
        '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
        // The start of an address that would become a link.
        ':' => after == '/',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_readable() {
        assert_eq!(code("scripts/user_data.sh:3"), "`scripts/user_data.sh:3`");
        assert_eq!(code("@octocat <b> [x](y)"), "`@octocat <b> [x](y)`");
        assert_eq!(code(""), "");
    }

    #[test]
    fn a_name_can_not_end_its_code_or_its_cell() {
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code("a`@octocat`"), "<code>a&#96;&#64;octocat&#96;</code>");
        assert_eq!(html_code("</code></summary>"), "<code>&#60;/code&#62;&#60;/summary&#62;</code>");
    }

    #[test]
    fn prose_makes_no_markup_and_calls_nobody() {
        let told = prose("x|y `a` <img> @octocat #12 [l](https://e.x) www.e.x _b_");
        for sign in ["x|", "<img", "@o", " #12", "](", "://", "www.", "_b"] {
            assert!(!told.contains(sign), "{sign} in {told}");
        }
        let ours = "3 secrets land on disk: DB_KEY is written by `tee`";
        assert_eq!(prose(ours), ours);
        assert_eq!(prose("odd ` @x"), "odd &#96; @\u{200B}x");
        assert_eq!(prose("a `|` b"), "a <code>&#124;</code> b");
    }
}
