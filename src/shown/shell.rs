//! Words of a command line that somebody will paste: a name from a log must stay one word.

/// A word as a POSIX shell reads it back.
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_./:=@%+,-".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r#"'"'"'"#))
}

/// Whether the AWS CLI would read a file or an address instead of taking the word as it is.
pub fn is_reference(word: &str) -> bool {
    let word = word.trim_start().to_ascii_lowercase();
    ["file:", "fileb:", "http:", "https:"].iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("alice@example.com"), "alice@example.com");
        assert_eq!(quoted("a; rm -rf ~"), "'a; rm -rf ~'");
        assert_eq!(quoted("$(id)`id`"), "'$(id)`id`'");
        assert_eq!(quoted("it's"), r#"'it'"'"'s'"#);
        assert_eq!(quoted(""), "''");
        assert!(is_reference("file:///etc/passwd") && is_reference(" FileB://x") && !is_reference("files"));
    }
}
