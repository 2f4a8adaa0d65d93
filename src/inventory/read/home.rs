//! What the cell of a location names.

use super::cell::{is_migrating, is_nothing};
use super::columns::Column;
use crate::inventory::Home;

/// Words before the name of a parameter, longest first.
const PARAMETER: &[&str] = &[
    "aws systems manager parameter store",
    "aws ssm parameter store",
    "ssm parameter store",
    "aws parameter store",
    "parameter store",
    "ssm parameter",
    "aws ssm",
    "ssm",
];
const SECRETS_MANAGER: &[&str] = &["aws secrets manager", "secrets manager", "secretsmanager", "asm"];
const GITHUB: &[&str] = &[
    "github actions secrets",
    "github actions secret",
    "github repository secret",
    "github environment secret",
    "github organization secret",
    "github actions",
    "github secrets",
    "github secret",
    "gh actions",
    "gh secret",
];

/// The home that a cell names. `key` is the row's, which is the name of a GitHub secret where none is written.
pub(super) fn home(text: &str, column: Column, key: &str) -> Home {
    if is_nothing(text) {
        return Home::None;
    }
    match column {
        Column::Parameter => return Home::Parameter(first_word(text)),
        Column::SecretsManager => return Home::SecretsManager(first_word(text)),
        Column::Github => return Home::GithubSecret(github_name(text, key)),
        _ => {}
    }
    if let Some(home) = arn(text) {
        return home;
    }
    if text.starts_with('/') {
        return Home::Parameter(first_word(text));
    }
    if let Some(rest) = after(text, PARAMETER) {
        let name = first_word(rest);
        return if name.is_empty() { Home::Other(text.to_owned()) } else { Home::Parameter(name) };
    }
    if let Some(rest) = after(text, SECRETS_MANAGER) {
        let name = first_word(rest);
        return if name.is_empty() { Home::Other(text.to_owned()) } else { Home::SecretsManager(name) };
    }
    if let Some(rest) = after(text, GITHUB) {
        return Home::GithubSecret(github_name(rest, key));
    }
    // Nothing but the word that it is on its way.
    if is_migrating(text) && !text.contains('/') {
        return Home::None;
    }
    Home::Other(text.to_owned())
}

/// `arn:aws:ssm:us-east-1:123456789012:parameter/a/b` is `/a/b`.
fn arn(text: &str) -> Option<Home> {
    let word = text.split_whitespace().next()?;
    let mut parts = word.splitn(6, ':');
    if parts.next() != Some("arn") {
        return None;
    }
    let service = parts.nth(1)?;
    let resource = parts.nth(2)?;
    match service {
        "ssm" => resource.strip_prefix("parameter").map(|name| Home::Parameter(name.to_owned())),
        "secretsmanager" => Some(Home::SecretsManager(word.to_owned())),
        _ => None,
    }
}

/// What follows one of these words, whatever their case; a colon between is left out.
fn after<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    words.iter().find_map(|word| {
        let start = text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word))?;
        let rest = text.get(start.len()..)?;
        let ends = rest.chars().next().is_none_or(|letter| !letter.is_alphanumeric());
        ends.then(|| rest.trim_start_matches([':', ' ', '\t', '-', '>', '→']).trim())
    })
}

/// A name has no blanks: `/a/b (old)` is `/a/b`.
fn first_word(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.trim_matches(['`', '"', '\'', ',', ';', '(', ')']).to_owned()
}

fn github_name(text: &str, key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let name = first_word(text);
    let name = name.strip_prefix("secrets.").unwrap_or(&name);
    let is_name =
        !name.is_empty() && name.bytes().all(plain) && name.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_name { name.to_owned() } else { key.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_told_from_words() {
        let parameter = |name: &str| Home::Parameter(name.into());
        for (text, found) in [
            ("SSM /paperclip-app/anthropic/api-key", parameter("/paperclip-app/anthropic/api-key")),
            ("ssm: /a/b (needs migration)", parameter("/a/b")),
            ("AWS SSM Parameter Store: `/a/b`", parameter("/a/b")),
            ("/a/b/c", parameter("/a/b/c")),
            ("SSM plain-name", parameter("plain-name")),
            ("arn:aws:ssm:us-east-1:123456789012:parameter/a/b", parameter("/a/b")),
            ("Secrets Manager app/db", Home::SecretsManager("app/db".into())),
            ("GitHub Actions secret", Home::GithubSecret("K".into())),
            ("GitHub Actions: GH_PAT", Home::GithubSecret("GH_PAT".into())),
            ("1Password", Home::Other("1Password".into())),
            ("SSM", Home::Other("SSM".into())),
            ("—", Home::None),
            ("needs migration", Home::None),
        ] {
            assert_eq!(home(text, Column::Location, "K"), found, "{text}");
        }
        assert_eq!(home("a-b", Column::Parameter, "K"), parameter("a-b"));
    }
}
