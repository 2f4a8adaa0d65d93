//! Logins that name a service and no key: `.netrc`, `.git-credentials`, `.npmrc`.

use std::ops::Range;

use super::names::Key;
use super::place::Place;
use crate::secret::placeholder::{Placeholder, judge};

/// Logins looked at in one file.
const MOST: usize = 200;
/// Words of names that say nothing of a service.
const COMMON: &[&str] = &[
    "access", "admin", "api", "app", "auth", "dev", "id", "key", "login", "pass", "password", "pat", "pin",
    "prod", "pwd", "secret", "stage", "test", "token", "user",
];

/// A login of a service that a key may be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The key's place in the list.
    pub key: usize,
    /// The machine it is for: `github.com`.
    pub host: String,
    /// The bytes of the login's name or mark, never of its value.
    pub at: Range<usize>,
}

/// The logins in a text for services that keys are of.
pub fn logins(text: &str, place: Place, keys: &[Key]) -> Vec<Login> {
    let found = match place.word {
        "netrc" => netrc(text),
        "git-credentials" => addresses(text),
        "package-manager" => tokens(text),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (host, at) in found.into_iter().take(MOST) {
        let of = keys.iter().enumerate().filter(|(_, key)| services(key).any(|word| is_of(&host, &word)));
        all.extend(of.map(|(key, _)| Login { key, host: host.clone(), at: at.clone() }));
    }
    all
}

/// Words of a key's name and path that can name a service.
fn services(key: &Key) -> impl Iterator<Item = String> + '_ {
    let text = [key.name.as_str(), key.path.as_deref().unwrap_or_default()];
    let words = text.into_iter().flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphanumeric()));
    let lower = words.map(str::to_ascii_lowercase);
    lower.filter(|word| word.len() >= 2 && !COMMON.contains(&word.as_str()))
}

/// Whether a machine belongs to a service: `github.com` to `github`, and to `gh`.
fn is_of(host: &str, service: &str) -> bool {
    let service = if service == "gh" { "github" } else { service };
    host.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|part| part == service || (service.len() >= 3 && part.starts_with(service)))
}

fn is_set(value: &str) -> bool {
    !value.is_empty() && !value.starts_with(['$', '%', '<', '{']) && judge(value) != Placeholder::Yes
}

/// `machine github.com login x password y`, in one line or several.
fn netrc(text: &str) -> Vec<(String, Range<usize>)> {
    let mut words = words(text);
    let (mut found, mut machine) = (Vec::new(), None);
    while let Some((at, word)) = words.next() {
        match word {
            "machine" => machine = words.next().map(|(at, host)| (host, at..at + host.len())),
            "default" => machine = Some(("default", at..at + word.len())),
            "password" => {
                let value = words.next().map(|(_, value)| value);
                if let Some((host, place)) = machine.take().filter(|_| value.is_some_and(is_set)) {
                    found.push((host.to_ascii_lowercase(), place));
                }
            }
            _ => {}
        }
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split_ascii_whitespace().map(move |word| (word.as_ptr() as usize - start, word))
}

/// `https://user:value@github.com`, `https://value@github.com`.
fn addresses(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    for (at, mark) in text.match_indices("://") {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let end = rest.find(|letter: char| letter.is_whitespace() || "\"'/<>".contains(letter));
        let Some((login, host)) =
            rest.get(..end.unwrap_or(rest.len())).and_then(|rest| rest.rsplit_once('@'))
        else {
            continue;
        };
        let value = login.split_once(':').map_or(login, |(_, value)| value);
        let is_name = !login.contains(':') && login.len() < 16;
        let scheme = text.get(..at).unwrap_or_default();
        let start = at - scheme.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
        if is_set(value) && !is_name && start < at {
            found.push((host.to_ascii_lowercase(), start..at));
        }
    }
    found
}

/// `//registry.npmjs.org/:_authToken=value`.
fn tokens(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = addresses(text);
    for (at, mark) in text.match_indices(":_authToken").chain(text.match_indices(":_password")) {
        let before = text.get(..at).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let host = before.get(line..).unwrap_or_default().trim_start().trim_start_matches('/');
        let value = text.get(at + mark.len()..).unwrap_or_default().trim_start().strip_prefix('=');
        if value.and_then(|value| value.lines().next()).is_some_and(|value| is_set(value.trim())) {
            found
                .push((host.split('/').next().unwrap_or_default().to_ascii_lowercase(), at..at + mark.len()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(String, String)> {
        let key = |name: &str, path: &str| Key {
            name: name.into(),
            path: Some(path.into()),
            is_parameter: true,
            home: String::new(),
        };
        let keys = [key("GITHUB_PAT", "/app/github/pat"), key("NPM_TOKEN", "/app/npm/token")];
        let all = logins(text, Place::of(path), &keys);
        all.into_iter().map(|one| (keys[one.key].name.clone(), one.host)).collect()
    }

    #[test]
    fn logins_are_of_the_services_of_keys() {
        let github = [("GITHUB_PAT".to_owned(), "github.com".to_owned())];
        let npm = [("NPM_TOKEN".to_owned(), "registry.npmjs.org".to_owned())];
        assert_eq!(found(".netrc", "machine github.com\n login x\n password fixture-1a2b3c4d\n"), github);
        assert_eq!(found(".git-credentials", "https://me:fixture-1a2b3c4d@github.com\n"), github);
        assert_eq!(found(".git/config", "  url = https://fixture-1a2b3c4d5e6f@github.com/a/b\n"), github);
        assert_eq!(found(".npmrc", "a=b\n//registry.npmjs.org/:_authToken=fixture-1a2b3c4d\n"), npm);
        for (path, text) in [
            (".netrc", "machine example.com login x password fixture-1a2b3c4d"),
            (".git/config", "url = https://github.com/a/b\nurl = https://git@github.com/a\n"),
            (".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),
            ("a.md", "machine github.com login x password fixture-1a2b3c4d"),
        ] {
            assert!(found(path, text).is_empty(), "{path}: {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "([ \n:@/=é]|machine|password|://|:_authToken|github.com|x){0,40}") {
            for path in [".netrc", ".npmrc", ".git-credentials"] {
                for (_, at) in [netrc(&text), addresses(&text), tokens(&text)].concat() {
                    assert!(text.get(at).is_some(), "{path}");
                }
            }
        }
    }
}
