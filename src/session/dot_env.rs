//! `.env` files in the repository: which keys stand in them, by name.

use super::{Level, Line};
use crate::secret::names::says_secret;
use crate::secret::placeholder::is_placeholder;

/// More names of one file are not listed.
const MOST_LISTED: usize = 8;
/// More are not even counted.
const MOST_COUNTED: usize = 1000;
/// Longer names are cut.
const MOST_NAME: usize = 80;

/// One file that was found.
pub struct DotEnv<'t> {
    /// Below the repository, with `/`.
    pub path: String,
    /// Its text, or why there is none.
    pub text: Result<&'t str, String>,
    /// Whether git keeps it; `None`: nobody knows.
    pub tracked: Option<bool>,
}

/// Whether a file's name says that it holds an environment, and not only an example of one.
pub fn is_dot_env(name: &str) -> bool {
    const EXAMPLES: [&str; 6] = ["example", "sample", "template", "dist", "defaults", "schema"];
    let name = name.to_ascii_lowercase();
    let is_one = name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == ".envrc";
    is_one && !EXAMPLES.iter().any(|word| name.split('.').any(|part| part == *word))
}

/// The lines about them: only of files with keys.
pub fn lines(files: &[DotEnv<'_>]) -> Vec<Line> {
    files.iter().filter_map(line).collect()
}

fn line(file: &DotEnv<'_>) -> Option<Line> {
    let path = &file.path;
    let text = match &file.text {
        Ok(text) => text,
        Err(reason) => return Some(Line::new(Level::Unknown, format!("{path}: {reason}"))),
    };
    let names = keys(text);
    if names.is_empty() {
        return None;
    }
    let listed = names.iter().take(MOST_LISTED).cloned().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(MOST_LISTED);
    let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
    Some(match file.tracked {
        Some(true) => Line::new(Level::Warning, format!("{path} holds {listed}{rest}, and git keeps it"))
            .with("take it out of git, and rotate what it held: it is still in the history"),
        _ => Line::new(Level::Note, format!("{path} holds {listed}{rest}")),
    })
}

/// Names that say secret and have a value that is none but a secret.
fn keys(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches('\u{FEFF}').trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        if is_name && says_secret(name).is_some() && !is_placeholder(value) {
            let name: String = name.chars().take(MOST_NAME).collect();
            if names.len() < MOST_COUNTED && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        for name in [".env", ".env.local", ".env.production", "app.env", ".ENV", ".envrc"] {
            assert!(is_dot_env(name), "{name}");
        }
        for name in
            [".env.example", ".env.local.sample", "environment", "env", ".environment", "x.env.template"]
        {
            assert!(!is_dot_env(name), "{name}");
        }
    }

    #[test]
    fn only_names_of_keys_are_told() {
        let text = "# c\nexport ANTHROPIC_API_KEY=\"canary-0123456789\"\nPORT=80\nDB_PASSWORD=\nTOKEN=${OTHER}\nLINEAR_API_KEY = canary\n=x\nno line\n";
        let file = |tracked| DotEnv { path: "app/.env".into(), text: Ok(text), tracked };
        let told = lines(&[file(Some(false)), file(Some(true))]);
        assert_eq!(told[0], Line::new(Level::Note, "app/.env holds ANTHROPIC_API_KEY, LINEAR_API_KEY"));
        assert_eq!(
            (told[1].level, told[1].text.as_str()),
            (Level::Warning, "app/.env holds ANTHROPIC_API_KEY, LINEAR_API_KEY, and git keeps it")
        );
        assert_eq!(lines(&[DotEnv { path: ".env".into(), text: Ok("PORT=80\n"), tracked: None }]), []);
    }
}
