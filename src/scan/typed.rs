//! Words that somebody typed into the command that makes a secret: `$(echo "..." | base64 -d)`.

use std::ops::Range;

/// Shorter words hide nothing that helps anybody.
const SHORTEST: usize = 4;

/// What could be a secret, or become one, in a command's text: what stands between quotes, and what is printed or
/// fed in. Paths, options, filters and names of stores stay: readers need them.
pub(super) fn typed_words(text: &str) -> Vec<Range<usize>> {
    let mut found = quoted(text);
    let mut after_print = false;
    let mut at = 0;
    for word in text.split_inclusive(|letter: char| letter.is_whitespace() || "()|;&`".contains(letter)) {
        let bare = word.trim_matches(|letter: char| letter.is_whitespace() || "()|;&`$<'\"".contains(letter));
        let fed = word.starts_with("<<<");
        if (after_print || fed) && is_typed(bare) {
            let start = at + word.find(bare).unwrap_or_default();
            found.push(start..start + bare.len());
        }
        let ends = word.ends_with(['|', ';', '&', ')']);
        after_print =
            matches!(bare, "echo" | "printf" | "<<<") || word.trim() == "<<<" || (after_print && !ends);
        at += word.len();
    }
    found
}

/// The insides of quoted strings. A backslash takes the next letter, except between single quotes.
fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match open {
            None if matches!(letter, '"' | '\'') => open = Some((letter, at + 1)),
            Some((quote, start)) if letter == quote => {
                if text.get(start..at).is_some_and(is_typed) {
                    found.push(start..at);
                }
                open = None;
            }
            Some(('\'', _)) => {}
            _ if letter == '\\' => drop(letters.next()),
            _ => {}
        }
    }
    found
}

fn is_typed(word: &str) -> bool {
    let is_shown =
        word.starts_with(['/', '-', '.', '$', '%', '@']) || word.contains("://") || word.contains("$(");
    word.len() >= SHORTEST && !is_shown
}

#[cfg(test)]
mod tests {
    use super::typed_words;

    #[test]
    fn what_is_printed_or_quoted_is_typed() {
        let words = |text: &str| -> Vec<String> {
            let mut ranges = typed_words(text);
            ranges.sort_by_key(|range| range.start);
            ranges.dedup();
            ranges.into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(words(r#"P=$(echo "V2ludGVy" | base64 -d)"#), ["V2ludGVy"]);
        assert_eq!(words("P=$(echo Winter2024! | rev)"), ["Winter2024!"]);
        assert_eq!(words(r#"P=$(jq -r .pw <<< '{"pw":"battery"}')"#), [r#"{"pw":"battery"}"#]);
        assert_eq!(words("P=$(tr a-z n-z <<<battery)"), ["battery"]);
        assert_eq!(words("P=$(get --name \"/app/db\" -q '.a.b' | head -1)"), Vec::<String>::new());
    }
}
