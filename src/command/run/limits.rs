//! What STS and the user agent allow in names and tags. What they do not becomes a `-`.

use std::sync::LazyLock;

use regex::Regex;

/// RoleSessionName and SourceIdentity.
const NAME: (usize, usize) = (2, 64);
const MOST_KEY: usize = 128;
const MOST_VALUE: usize = 256;
/// More tags are refused.
pub(super) const MOST_TAGS: usize = 50;
/// `AWS_SDK_UA_APP_ID`: SDKs warn of, or cut, a longer one.
const MOST_APP: usize = 50;

/// The start of a text of so many characters.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn plain(text: &str, allowed: fn(char) -> bool) -> String {
    text.trim().chars().map(|letter| if allowed(letter) { letter } else { '-' }).collect()
}

/// The name of a session, or who stands behind it. `None` where too little of it is left.
pub(super) fn name(text: &str) -> Option<String> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    let name = cut(&plain(text, allowed), NAME.1);
    let says_something = name.chars().any(|letter| letter.is_ascii_alphanumeric());
    (name.len() >= NAME.0 && says_something).then_some(name)
}

/// The key of a tag. `None` where nothing is left of it, or where it is one of AWS's own.
pub(super) fn key(text: &str) -> Option<String> {
    let key = cut(&tag_text(text), MOST_KEY);
    (!key.is_empty() && !key.to_ascii_lowercase().starts_with("aws:")).then_some(key)
}

/// The value of a tag.
pub(super) fn value(text: &str) -> String {
    cut(&tag_text(text), MOST_VALUE)
}

fn tag_text(text: &str) -> String {
    // A constant: a test runs it.
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\p{L}\p{Z}\p{N}_.:/=+\-@]").ok());
    let text = text.trim();
    match &*OTHER {
        Some(other) => other.replace_all(text, "-").into_owned(),
        None => plain(text, |letter| letter.is_ascii_alphanumeric()),
    }
}

/// `AWS_SDK_UA_APP_ID`. `None` where nothing is left of it.
pub(super) fn app(text: &str) -> Option<String> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "!$%&'*+-.^_`|~,#".contains(letter);
    let app = cut(&plain(text, allowed), MOST_APP);
    (!app.is_empty()).then_some(app)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_allowed_becomes_a_dash() {
        assert_eq!(name("Jared Calone <j@example.com>").as_deref(), Some("Jared-Calone--j@example.com-"));
        assert_eq!(key(" ticket*number ").as_deref(), Some("ticket-number"));
        assert_eq!(value("Zoë, née \u{7}; a/b:c=d+e-f@g"), "Zoë- née -- a/b:c=d+e-f@g");
        assert_eq!(app("jared@example.com/x").as_deref(), Some("jared-example.com-x"));
    }

    #[test]
    fn what_is_too_long_is_cut_and_what_says_nothing_is_none() {
        let long = "a".repeat(300);
        assert_eq!(name(&long).map(|text| text.len()), Some(64));
        assert_eq!(key(&long).map(|text| text.len()), Some(128));
        assert_eq!(value(&"ë".repeat(300)).chars().count(), 256);
        assert_eq!(app(&long).map(|text| text.len()), Some(50));
        for nothing in ["", "a", "  ", "((((", "日本語"] {
            assert_eq!(name(nothing), None, "{nothing}");
        }
        for (nothing, of_aws) in [("", "aws:x"), (" ", "AWS:x")] {
            assert_eq!((key(nothing), key(of_aws)), (None, None));
        }
        assert_eq!(app(""), None);
    }
}
