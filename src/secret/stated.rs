//! Secrets that words state: `NAME=x`, `--password x`, `scheme://user:x@host`. The words are those that a program
//! gets, so no mark in a value ends it.

use std::ops::Range;

use super::names::says_secret;
use crate::finding::Confidence;

/// A value in a secret's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated<'t> {
    /// The name that says so.
    pub name: &'t str,
    /// Its bytes.
    pub value: Range<usize>,
}

/// Joints looked at in one word.
const MOST_JOINTS: usize = 16;

/// What one word states. Names that only may say secret state nothing.
pub fn in_word(word: &str) -> Option<Stated<'_>> {
    in_address(word).or_else(|| in_pair(word))
}

/// Whether an option's value is a secret: `--password`, `-Password`; not `--password-file`.
pub fn option_name(word: &str) -> Option<&str> {
    let name = word.trim_start_matches('-');
    (name.len() < word.len() && says_surely(name)).then_some(name)
}

fn says_surely(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    says_secret(last).is_some_and(|verdict| verdict.confidence > Confidence::Low)
}

fn in_address(word: &str) -> Option<Stated<'_>> {
    let host = word.find("://")? + 3;
    let rest = word.get(host..)?;
    let end = rest.find(['/', '?', '#', ' ']).unwrap_or(rest.len());
    // A password in a URL may hold all of these when nobody encoded it.
    let at = rest.get(..end)?.rfind('@').or_else(|| {
        rest.find('@').filter(|at| rest.get(..*at).is_some_and(|login| !login.contains(['/', ' '])))
    })?;
    let user = rest.get(..at)?.find(':')? + 1;
    (user < at).then_some(Stated { name: "password", value: host + user..host + at })
}

fn in_pair(word: &str) -> Option<Stated<'_>> {
    for (at, _) in word.match_indices('=').take(MOST_JOINTS) {
        let before = word.get(..at)?;
        let part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
        let start = before.rfind(|letter| !part(letter)).map_or(0, |at| {
            at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        let name = before.get(start..)?.trim_start_matches('-');
        let joined =
            start == 0 || before.get(..start)?.ends_with(['=', ',', ';', '&', '?', '"', '\'', ' ', '{']);
        if name.is_empty() || !joined || !says_surely(name) {
            continue;
        }
        // Of `a=b,password=x,c=d` the value ends where the next name stands.
        let value = word.get(at + 1..)?;
        let mark = before
            .get(..start)
            .and_then(|before| before.chars().next_back())
            .filter(|mark| ",;&?".contains(*mark));
        let ends = match mark {
            Some('?') => value.find('&'),
            Some(mark) => value.find(mark),
            // `Password=x;Database=y` begins with it.
            None => value.match_indices([';', '&']).map(|(at, _)| at).find(|end| {
                let next = value.get(end + 1..).unwrap_or_default();
                next.split_once('=').is_some_and(|(name, _)| {
                    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
                })
            }),
        };
        let end = at + 1 + ends.unwrap_or(value.len());
        return (end > at + 1).then_some(Stated { name, value: at + 1..end });
    }
    None
}

/// What the words of a line state, as a shell, a unit of systemd or a YAML list splits it.
pub fn in_line(line: &str) -> Vec<Stated<'_>> {
    let mut found = Vec::new();
    let mut option = None;
    for word in words(line) {
        let text = line.get(word.clone()).unwrap_or_default();
        if let Some(name) = option.take().filter(|_| !text.starts_with('-') && !text.is_empty()) {
            found.push(Stated { name, value: word });
            continue;
        }
        option = option_name(text);
        if let Some(stated) = in_word(text) {
            let value = stated.value.start + word.start..stated.value.end + word.start;
            found.push(Stated { name: stated.name, value });
        }
    }
    found
}

/// Words without their quotes; marks of a list, `[`, `,`, `]`, are none of them.
fn words(line: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' | b']' | b',' => at += 1,
            blank if blank.is_ascii_whitespace() => at += 1,
            b'"' | b'\'' => {
                let end = closing(bytes, at + 1, *byte);
                all.push(at + 1..end);
                at = end + 1;
            }
            _ => {
                let start = at;
                let mut inner = None;
                while let Some(byte) = bytes.get(at).filter(|byte| !byte.is_ascii_whitespace()) {
                    // `Environment="A=b c"`: the word is what stands between the quotes.
                    if matches!(byte, b'"' | b'\'') && bytes.get(at - 1) == Some(&b'=') {
                        let end = closing(bytes, at + 1, *byte);
                        let assigned = line.get(at + 1..end).is_some_and(|text| in_pair(text).is_some());
                        if assigned {
                            inner = Some(at + 1..end);
                        } else if at - start > 0 {
                            // `password="x y"`: the quotes are no part of the value, but the words are.
                            all.push(start..end);
                            inner = Some(0..0);
                        }
                        at = end + 1;
                        continue;
                    }
                    at += 1;
                }
                all.push(
                    inner
                        .filter(|inner| !inner.is_empty() || inner.end > 0)
                        .unwrap_or(start..at.min(line.len())),
                );
            }
        }
    }
    all.retain(|word| word.start < word.end);
    all
}

fn closing(bytes: &[u8], from: usize, mark: u8) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        if *byte == mark {
            return at;
        }
        at += if *byte == b'\\' && mark == b'"' { 2 } else { 1 };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_state_secrets_to_their_end() {
        for (word, name, value) in [
            ("DB_PASSWORD=Sum,mer#2024(Xy", "DB_PASSWORD", "Sum,mer#2024(Xy"),
            ("--from-literal=password=a;b", "password", "a;b"),
            ("db.password=a,b", "db.password", "a,b"),
            ("username=x,password=y,a=b", "password", "y"),
            ("Server=x;Password=y[z;Database=c", "Password", "y[z"),
            ("https://u:a,b(c@h/x", "password", "a,b(c"),
            ("https://h/?access_token=x&b=c", "access_token", "x"),
        ] {
            let stated = in_word(word).unwrap_or_else(|| panic!("{word}"));
            assert_eq!((stated.name, &word[stated.value]), (name, value), "{word}");
        }
        for word in
            ["A=b", "password", "--password-file=x", "https://h/x", "token_ttl=5", "https://$u@h", "=x"]
        {
            assert_eq!(in_word(word), None, "{word}");
        }
    }

    #[test]
    fn lines_of_lists_and_units() {
        let said = |line: &str| -> Vec<String> {
            in_line(line).into_iter().map(|one| format!("{} {}", one.name, &line[one.value])).collect()
        };
        assert_eq!(said("ExecStart=/bin/x --password a,b(c --token=d"), ["password a,b(c", "token d"]);
        assert_eq!(said("Environment=\"API_TOKEN=a b\" DB_PASSWORD=c"), ["API_TOKEN a b", "DB_PASSWORD c"]);
        assert_eq!(said("[\"app\", \"--password\", \"a,b\"]"), ["password a,b"]);
        assert_eq!(said("app --verbose --user x"), Vec::<String>::new());
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read(line in "([ =\"',;\\[\\]:/@&?é\\\\]|password|--token|x){0,40}") {
            for one in in_line(&line) {
                assert!(line.get(one.value).is_some());
            }
        }
    }
}
