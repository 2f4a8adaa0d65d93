//! A first list, drafted from names that stand elsewhere: the stores, workflows, Terraform. Never from values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::{Answers, Entry, Home, Inventory, Rotated};
use crate::day::Day;
use crate::source::{Location, SourceId, Span};

/// What GitHub makes itself, and what is kept as a secret and is none: the name of a Region.
const NOT_OURS: &[&str] = &["GITHUB_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"];
/// A block is looked at so far for its name.
const BLOCK: usize = 2_000;
/// A longer name is none.
const MOST_NAME: usize = 1_024;

static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\bsecrets\s*(?:\.\s*([A-Za-z_][A-Za-z0-9_]*)|\[\s*['\x22]([A-Za-z_][A-Za-z0-9_]*)['\x22]\s*\])",
    )
    .ok()
});
static BLOCKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^[ \t]*(?:resource|data|ephemeral)[ \t]+"aws_(ssm_parameter|secretsmanager_secret)"[ \t]+"[^"\n]*"[ \t]*\{"#,
    )
    .ok()
});
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^[ \t]*name[ \t]*=[ \t]*"([^"\n]*)""#).ok());
static FETCH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\bssm\s+get-parameters?\b(?:[^\n\\]|\\\s)*?--names?[ =]+["']?(/?[A-Za-z0-9_.$\{\}/-]+)"#)
        .ok()
});
static FETCH_SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\bsecretsmanager\s+get-secret-value\b(?:[^\n\\]|\\\s)*?--secret-id[ =]+["']?([A-Za-z0-9_+=.@!:$\{\}/-]+)"#,
    )
    .ok()
});

/// Names that were found, and what the stores tell of those that they have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Of parameters.
    pub parameters: BTreeSet<String>,
    /// Of secrets of Secrets Manager.
    pub secrets: BTreeMap<String, Since>,
    /// Of secrets that workflows ask for.
    pub workflows: BTreeSet<String>,
    /// Sensitive variables of Terraform: a secret whose home is not in the code.
    pub variables: BTreeSet<String>,
    /// How many are named by an expression.
    pub unclear: usize,
}

/// Since when a secret is as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Since {
    /// When it was rotated last.
    pub rotated: Option<Day>,
    /// When anything of it was changed last.
    pub changed: Option<Day>,
}

impl Names {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.parameters.len() + self.secrets.len() + self.workflows.len() + self.variables.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Names of secrets that a workflow asks for.
pub fn of_workflow(text: &str) -> BTreeSet<String> {
    let found = SECRET.iter().flat_map(|regex| regex.captures_iter(text));
    let name = |captures: regex::Captures<'_>| {
        captures.get(1).or_else(|| captures.get(2)).map(|name| name.as_str().to_owned())
    };
    // GitHub's names are the same in any case.
    let is_key = |name: &String| !NOT_OURS.iter().any(|other| name.eq_ignore_ascii_case(other));
    found.filter_map(name).filter(is_key).collect()
}

/// Adds names that stand in Terraform and scripts.
pub fn of_code(text: &str, names: &mut Names) {
    for block in BLOCKS.iter().flat_map(|regex| regex.captures_iter(text)) {
        let Some((kind, whole)) = block.get(1).zip(block.get(0)) else { continue };
        let end = text.floor_char_boundary((whole.end() + BLOCK).min(text.len()));
        let inside = text.get(whole.end()..end).unwrap_or_default();
        // Up to the brace that ends it, as people indent.
        let inside = inside.split("\n}").next().unwrap_or_default();
        let name =
            NAME.as_ref().and_then(|regex| regex.captures(inside)).and_then(|captures| captures.get(1));
        let is_secret = kind.as_str() == "secretsmanager_secret";
        names.take(is_secret, name.map_or("$", |name| name.as_str()));
    }
    for (is_secret, fetch) in [(false, &FETCH), (true, &FETCH_SECRET)] {
        for found in fetch.iter().flat_map(|regex| regex.captures_iter(text)).filter_map(|found| found.get(1))
        {
            names.take(is_secret, found.as_str());
        }
    }
}

impl Names {
    /// Adds a secret whose way Terraform or a script shows, by where it begins: `var.db_password`,
    /// `aws ssm get-parameter /app/db/password`.
    pub fn take_origin(&mut self, origin: &str) {
        match origin.split_once(' ') {
            None => match origin.strip_prefix("var.") {
                Some(name) if is_parameter(name) => drop(self.variables.insert(name.to_owned())),
                _ => {}
            },
            Some(("aws", command)) => match command.split(' ').collect::<Vec<_>>().as_slice() {
                ["ssm", call, name] if call.starts_with("get-parameter") && !name.contains(['$', '%']) => {
                    self.take(false, name);
                }
                ["secretsmanager", "get-secret-value", name] if !name.contains(['$', '%']) => {
                    self.take(true, name);
                }
                _ => {}
            },
            Some(_) => {}
        }
    }

    fn take(&mut self, is_secret: bool, name: &str) {
        if name.contains(['$', '%']) {
            self.unclear += 1;
        } else if is_secret && is_secret_name(name) {
            self.secrets.entry(name.to_owned()).or_default();
        } else if !is_secret && is_parameter(name) {
            self.parameters.insert(name.to_owned());
        }
    }
}

/// A name, or an ARN.
fn is_secret_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@!:-".contains(&byte);
    !name.is_empty() && name.len() <= MOST_NAME && name.bytes().all(plain)
}

fn is_parameter(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    !name.is_empty() && name.len() <= MOST_NAME && name.bytes().all(plain)
}

/// A list of these names. What workflows ask for lives in GitHub, unless a store has the same name for a key.
pub fn draft(names: &Names) -> Inventory {
    let parameters =
        names.parameters.iter().map(|name| (name, Home::Parameter(name.clone()), Since::default()));
    let secrets =
        names.secrets.iter().map(|(name, since)| (name, Home::SecretsManager(name.clone()), *since));
    let stored: Vec<(&String, Home, Since)> = parameters.chain(secrets).collect();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (name, ..) in &stored {
        *count.entry(key_of(name, false)).or_default() += 1;
    }
    let mut entries = Vec::new();
    for (name, home, since) in stored {
        let short = key_of(name, false);
        let key = if count.get(&short).is_some_and(|count| *count > 1) { key_of(name, true) } else { short };
        let changed =
            since.changed.filter(|_| since.rotated.is_none()).map(|day| format!("last changed {day}"));
        let asked = names.workflows.contains(&key).then(|| "also used by a GitHub workflow".to_owned());
        let notes: Vec<String> = changed.into_iter().chain(asked).collect();
        let notes = (!notes.is_empty()).then(|| notes.join("; "));
        entries.push(Entry {
            rotated: since.rotated.map_or(Rotated::Unsaid, Rotated::On),
            ..entry(key, home, notes)
        });
    }
    let known: BTreeSet<String> = entries.iter().map(|entry: &Entry| entry.key.clone()).collect();
    for name in names.workflows.iter().filter(|name| !known.contains(*name)) {
        entries.push(entry(name.clone(), Home::GithubSecret(name.clone()), None));
    }
    let known: BTreeSet<String> = entries.iter().map(|entry: &Entry| entry.key.clone()).collect();
    for name in &names.variables {
        let key = key_of(name, true);
        if !known.contains(&key) {
            let note = format!("variable {name} of Terraform holds a secret: where does its value live?");
            entries.push(entry(key, Home::None, Some(note)));
        }
    }
    Inventory { entries, ..Inventory::default() }
}

/// `/paperclip-app/anthropic/api-key` is `ANTHROPIC_API_KEY`; whole: `PAPERCLIP_APP_ANTHROPIC_API_KEY`.
fn key_of(name: &str, whole: bool) -> String {
    // Of an ARN the name counts.
    let name = name.rsplit_once(":secret:").map_or(name, |(_, name)| name);
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let skip = usize::from(!whole && parts.len() > 1);
    let words: Vec<&str> = parts.into_iter().skip(skip).collect();
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    words.join("_").chars().map(letter).collect()
}

fn entry(key: String, home: Home, notes: Option<String>) -> Entry {
    Entry {
        title: None,
        home,
        rotated: Rotated::Unsaid,
        owner: None,
        migrating: false,
        answers: Answers::default(),
        extra: notes.map(|notes| ("Notes".to_owned(), notes)).into_iter().collect(),
        at: Location { span: Span::start_of(SourceId(0)), name: key.clone() },
        key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_are_used() {
        let workflow = "env:\n  A: ${{ secrets.GH_PAT }}\n  B: ${{ secrets['NPM_TOKEN'] }} ${{ secrets.GITHUB_TOKEN }}\n  C: ${{ secrets.github_token }} ${{ secrets.AWS_DEFAULT_REGION }}\n";
        assert_eq!(of_workflow(workflow).into_iter().collect::<Vec<_>>(), ["GH_PAT", "NPM_TOKEN"]);
        let code = "resource \"aws_ssm_parameter\" \"a\" {\n  type = \"SecureString\"\n  name  = \"/app/anthropic/api-key\"\n}\n\
            data \"aws_ssm_parameter\" \"b\" {\n  name = \"/${var.env}/x\"\n}\nresource \"x\" \"y\" {\n  name = \"/not/this\"\n}\n\
            K=$(aws ssm get-parameter --with-decryption --name /app/db/password --query x)\n";
        let mut names = Names::default();
        of_code(code, &mut names);
        let parameters: Vec<String> = names.parameters.into_iter().collect();
        assert_eq!(
            (parameters, names.unclear),
            (strings(&["/app/anthropic/api-key", "/app/db/password"]), 1)
        );
        let code = "resource \"aws_secretsmanager_secret\" \"a\" {\n  name = \"app/stripe\"\n}\n\
            data \"aws_secretsmanager_secret_version\" \"v\" {\n  secret_id = aws_secretsmanager_secret.a.id\n}\n\
            V=$(aws secretsmanager get-secret-value --query SecretString --secret-id app/db)\n\
            W=$(aws secretsmanager get-secret-value --secret-id \"$NAME\")\n";
        let mut names = Names::default();
        of_code(code, &mut names);
        let secrets: Vec<String> = names.secrets.into_keys().collect();
        assert_eq!((secrets, names.unclear), (strings(&["app/db", "app/stripe"]), 1));
    }

    #[test]
    fn a_command_may_go_on_in_the_next_line() {
        let code = "key=$(aws ssm get-parameter \\\n  --with-decryption \\\n  --name /app/db/password --query x)\n\
                    aws ssm get-parameter\n  --name /not/this\n";
        let mut names = Names::default();
        of_code(code, &mut names);
        assert_eq!(names.parameters.into_iter().collect::<Vec<_>>(), strings(&["/app/db/password"]));
    }

    #[test]
    fn what_terraform_shows_is_named() {
        let mut names = Names::default();
        for origin in [
            "aws ssm get-parameter /app/anthropic/api-key",
            "aws secretsmanager get-secret-value app/stripe",
            "aws ssm get-parameter",
            "aws ssm get-parameter ${name}",
            "vault kv get x",
            "var.anthropic_api_key",
            "var.db_password",
            "random_password.db.result",
        ] {
            names.take_origin(origin);
        }
        let rows = draft(&names).entries.into_iter().map(|entry| format!("{} {}", entry.key, entry.home));
        let expected = [
            "ANTHROPIC_API_KEY SSM /app/anthropic/api-key",
            "STRIPE Secrets Manager app/stripe",
            "DB_PASSWORD —",
        ];
        assert_eq!(rows.collect::<Vec<_>>(), expected);
    }

    fn strings(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn secrets_stand_beside_parameters_with_what_is_known_of_their_age() {
        let day = Day::parse("2026-03-28");
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/mail-AbCdEf";
        let names = Names {
            parameters: ["/a/stripe".to_owned()].into(),
            secrets: [
                ("b/stripe".to_owned(), Since { rotated: None, changed: day }),
                ("rds!db-1".to_owned(), Since { rotated: day, changed: day }),
                (arn.to_owned(), Since::default()),
            ]
            .into(),
            ..Names::default()
        };
        let rows: Vec<String> = draft(&names)
            .entries
            .into_iter()
            .map(|entry| {
                format!("{} {} {:?} {:?}", entry.key, entry.home, entry.rotated.day() == day, entry.extra)
            })
            .collect();
        assert_eq!(
            rows,
            [
                "A_STRIPE SSM /a/stripe false []".to_owned(),
                format!("MAIL_ABCDEF Secrets Manager {arn} false []"),
                "B_STRIPE Secrets Manager b/stripe false [(\"Notes\", \"last changed 2026-03-28\")]"
                    .to_owned(),
                "RDS_DB_1 Secrets Manager rds!db-1 true []".to_owned(),
            ]
        );
    }

    #[test]
    fn keys_are_named_after_their_parameters() {
        let names = Names {
            parameters: ["/a/github/pat", "/b/github/pat", "/a/linear/api-key"].map(str::to_owned).into(),
            workflows: ["LINEAR_API_KEY", "GH_PAT"].map(str::to_owned).into(),
            ..Names::default()
        };
        let keys: Vec<(String, String)> =
            draft(&names).entries.into_iter().map(|entry| (entry.key, entry.home.to_string())).collect();
        let expected = [
            ("A_GITHUB_PAT", "SSM /a/github/pat"),
            ("LINEAR_API_KEY", "SSM /a/linear/api-key"),
            ("B_GITHUB_PAT", "SSM /b/github/pat"),
            ("GH_PAT", "GitHub Actions secret GH_PAT"),
        ];
        assert_eq!(keys, expected.map(|(key, home)| (key.to_owned(), home.to_owned())));
    }
}
