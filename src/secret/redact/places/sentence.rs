//! Sentences that tell a secret: `the password is hunter2`, `the old token was "x7!"`.

use std::ops::Range;

use super::is_telling;

/// Words between a secret's name and its text.
const LINKS: [&str; 9] = ["is", "was", "are", "were", "be", "been", "to", "now", "still"];

/// Texts that a sentence tells. A plain word is left: `the password is rotated weekly`.
pub(in crate::secret::redact) fn in_sentences(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    // After a secret's name, and after a link behind it.
    let (mut named, mut linked) = (false, false);
    let mut at = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let start = at;
        at += piece.len();
        let word = piece.trim_end();
        if word.is_empty() {
            continue;
        }
        let is_link = LINKS.iter().any(|link| word.trim_end_matches(':').eq_ignore_ascii_case(link));
        if named && is_link {
            linked = true;
            continue;
        }
        if linked && is_odd(word) {
            hidden.push(start..start + word.len());
        }
        (named, linked) = (is_telling(word.trim_matches(|letter: char| !letter.is_alphanumeric())), false);
    }
    hidden
}

/// Whether something else than letters stands in a word.
fn is_odd(word: &str) -> bool {
    let inner = word.trim_matches(|letter: char| "\"'`()[]{}.,;:?*".contains(letter));
    inner.chars().any(|letter| !letter.is_alphabetic() && !"-'/".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_plain_word_is_hidden() {
        let shown = |text: &str| -> Vec<String> {
            in_sentences(text).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(shown("the password is hunter2, say it"), ["hunter2,"]);
        assert_eq!(shown("The old DB_PASSWORD was: \"Winter2024!\""), ["\"Winter2024!\""]);
        assert_eq!(shown("its token is now x_y and was a1"), ["x_y"]);
        for text in [
            "the password is rotated weekly",
            "the token is short-lived, until 2027-01-31",
            "the password of 2024 is gone",
            "is 42",
            "",
        ] {
            assert_eq!(shown(text), Vec::<String>::new(), "{text}");
        }
    }
}
