//! Variables of the environment that hold keys, or that make a program use a key instead of what people pay for.
//! Names, and of long values the length; never a value.

use super::{Level, Line};
use crate::secret::Secret;
use crate::secret::names::says_secret;
use crate::secret::placeholder::is_placeholder;
use crate::shown::shown_name;

/// Shorter values are not measured: their length says too much.
const SHORTEST_MEASURED: usize = 16;
/// More names are not listed one by one.
const MOST_LISTED: usize = 12;
/// Longer names are cut.
const MOST_NAME: usize = 80;

/// Variables that win over what a program would use else, and what happens.
const OVERRIDES: &[(&str, &str)] = &[
    (
        "ANTHROPIC_API_KEY",
        "Claude Code and Anthropic's SDKs use and bill this key instead of the subscription",
    ),
    ("ANTHROPIC_AUTH_TOKEN", "Claude Code sends this token instead of signing in with the subscription"),
    ("CLAUDE_CODE_USE_BEDROCK", "Claude Code is billed through AWS instead of the subscription"),
    ("CLAUDE_CODE_USE_VERTEX", "Claude Code is billed through Google Cloud instead of the subscription"),
    ("OPENAI_API_KEY", "Codex and OpenAI's SDKs can use and bill this key instead of the subscription"),
    ("CODEX_API_KEY", "Codex uses and bills this key instead of the subscription"),
    ("GEMINI_API_KEY", "Gemini CLI uses and bills this key instead of the account that is signed in"),
    (
        "GOOGLE_API_KEY",
        "Gemini CLI and Google's SDKs can use and bill this key instead of the account that is signed in",
    ),
    ("GH_TOKEN", "gh uses this token instead of the account that is signed in"),
    ("GITHUB_TOKEN", "gh uses this token instead of the account that is signed in"),
];

/// Names that say secret, and whose variables name a place or hold nothing of worth.
const HARMLESS: &[&str] = &["SSH_AUTH_SOCK", "GPG_TTY", "CLAUDE_CODE_SESSION_ID"];

/// Programs take these whatever they hold, also what looks like an example.
const IN_USE: &[&str] = &["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// What a program inherits: names and values.
pub struct Variable {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Secret,
}

/// The lines about them.
pub fn lines(variables: &[Variable]) -> Vec<Line> {
    let mut lines: Vec<Line> =
        OVERRIDES.iter().filter_map(|(name, what)| overriding(variables, name, what)).collect();
    let mut holding: Vec<String> = variables.iter().filter(|one| holds_key(one)).map(told).collect();
    holding.sort();
    if !holding.is_empty() {
        lines.push(held(&holding));
    }
    if lines.is_empty() {
        lines.push(Line::new(Level::Fine, "no variable holds a key"));
    }
    lines
}

fn is_on(variable: &Variable) -> bool {
    !matches!(variable.value.expose().trim(), "" | "0" | "false")
}

fn overriding(variables: &[Variable], name: &str, what: &str) -> Option<Line> {
    let variable = variables.iter().find(|one| is_named(one, name) && is_on(one))?;
    Some(
        Line::new(Level::Warning, format!("{} is set: {what}", told(variable)))
            .with(format!("unset it for programs that need it not: `env -u {name} claude`, or in PowerShell `Remove-Item Env:{name}`")),
    )
}

/// Windows knows no case in names.
fn is_named(variable: &Variable, name: &str) -> bool {
    if cfg!(windows) { variable.name.eq_ignore_ascii_case(name) } else { variable.name == name }
}

/// Whether a variable holds a key, by its name and by what it is not.
fn holds_key(variable: &Variable) -> bool {
    let name = variable.name.as_str();
    let listed = OVERRIDES.iter().any(|(known, _)| is_named(variable, known));
    !listed
        && !HARMLESS.contains(&name)
        && says_secret(name).is_some()
        && (IN_USE.contains(&name) || !is_placeholder(variable.value.expose()))
        && !variable.value.expose().trim().is_empty()
}

/// The name, with the length of a long value.
fn told(variable: &Variable) -> String {
    let name = shown_name(&variable.name, MOST_NAME);
    match variable.value.length() {
        length if length >= SHORTEST_MEASURED => format!("{name} ({length} characters)"),
        _ => name,
    }
}

fn held(names: &[String]) -> Line {
    let listed = names.iter().take(MOST_LISTED).cloned().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(MOST_LISTED);
    let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
    let verb = if names.len() == 1 { "holds a key" } else { "hold keys" };
    Line::new(Level::Note, format!("{listed}{rest} {verb} that every program you start can read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_of(variables: &[(&str, &str)]) -> Vec<String> {
        let variable =
            |(name, value): &(&str, &str)| Variable { name: (*name).into(), value: Secret::new(*value) };
        let variables: Vec<Variable> = variables.iter().map(variable).collect();
        lines(&variables).into_iter().map(|line| format!("{}: {}", line.level.word(), line.text)).collect()
    }

    #[test]
    fn names_are_told_and_long_lengths_and_never_a_value() {
        let told = told_of(&[
            ("ANTHROPIC_API_KEY", "canary-0123456789-0123456789"),
            ("AWS_SECRET_ACCESS_KEY", "canary-wJalrXUtnFEMIK7MDENGbPxRfiCYkey1"),
            ("DB_PASSWORD", "canary12"),
            ("PATH", "/usr/bin"),
            ("OPENAI_API_KEY", ""),
            ("SSH_AUTH_SOCK", "/tmp/ssh"),
            ("CLAUDE_CODE_USE_BEDROCK", "0"),
            ("TOKEN_FILE", "/run/secrets/token"),
        ]);
        assert_eq!(
            told,
            [
                "warning: ANTHROPIC_API_KEY (28 characters) is set: Claude Code and Anthropic's SDKs use and bill this key instead of the subscription",
                "note: AWS_SECRET_ACCESS_KEY (39 characters), DB_PASSWORD hold keys that every program you start can read",
            ]
        );
        assert!(told.iter().all(|line| !line.contains("canary")));
    }

    #[test]
    fn an_environment_without_keys_is_fine() {
        assert_eq!(told_of(&[("HOME", "/root"), ("LANG", "C")]), ["ok: no variable holds a key"]);
        let example = told_of(&[("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")]);
        assert_eq!(
            example,
            ["note: AWS_SECRET_ACCESS_KEY (40 characters) holds a key that every program you start can read"]
        );
    }
}
