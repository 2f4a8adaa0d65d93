//! A first list, drafted from names that stand elsewhere: parameters, workflows, Terraform. Never from values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::{Answers, Entry, Home, Inventory, Rotated};
use crate::source::{Location, SourceId, Span};

/// Secrets that GitHub makes itself.
const NOT_OURS: &[&str] = &["GITHUB_TOKEN"];
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
    Regex::new(r#"(?m)^[ \t]*(?:resource|data|ephemeral)[ \t]+"aws_ssm_parameter"[ \t]+"[^"\n]*"[ \t]*\{"#)
        .ok()
});
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^[ \t]*name[ \t]*=[ \t]*"([^"\n]*)""#).ok());
static FETCH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\bssm\s+get-parameters?\b[^\n]*?--names?[ =]+["']?(/?[A-Za-z0-9_.$\{\}/-]+)"#).ok()
});

/// Names of secrets that a workflow asks for.
pub fn of_workflow(text: &str) -> BTreeSet<String> {
    let found = SECRET.iter().flat_map(|regex| regex.captures_iter(text));
    let name = |captures: regex::Captures<'_>| {
        captures.get(1).or_else(|| captures.get(2)).map(|name| name.as_str().to_owned())
    };
    found.filter_map(name).filter(|name| !NOT_OURS.contains(&name.as_str())).collect()
}

/// Names of parameters in Terraform and scripts, and how many are named by an expression.
pub fn of_code(text: &str) -> (BTreeSet<String>, usize) {
    let (mut names, mut unclear) = (BTreeSet::new(), 0);
    let mut take = |name: &str| match name {
        name if name.contains(['$', '%']) => unclear += 1,
        name if is_parameter(name) => drop(names.insert(name.to_owned())),
        _ => {}
    };
    for block in BLOCKS.iter().flat_map(|regex| regex.find_iter(text)) {
        let end = text.floor_char_boundary((block.end() + BLOCK).min(text.len()));
        let inside = text.get(block.end()..end).unwrap_or_default();
        // Up to the brace that ends it, as people indent.
        let inside = inside.split("\n}").next().unwrap_or_default();
        match NAME.as_ref().and_then(|regex| regex.captures(inside)).and_then(|captures| captures.get(1)) {
            Some(name) => take(name.as_str()),
            None => take("$"),
        }
    }
    for fetch in
        FETCH.iter().flat_map(|regex| regex.captures_iter(text)).filter_map(|captures| captures.get(1))
    {
        take(fetch.as_str());
    }
    (names, unclear)
}

fn is_parameter(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    !name.is_empty() && name.len() <= MOST_NAME && name.bytes().all(plain)
}

/// A list of these names. What workflows ask for lives in GitHub, unless a parameter has the same name for a key.
pub fn draft(parameters: &BTreeSet<String>, workflows: &BTreeSet<String>) -> Inventory {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for name in parameters {
        *count.entry(key_of(name, false)).or_default() += 1;
    }
    let mut entries = Vec::new();
    for name in parameters {
        let short = key_of(name, false);
        let key = if count.get(&short).is_some_and(|count| *count > 1) { key_of(name, true) } else { short };
        let notes = workflows.contains(&key).then(|| "also asked for by a GitHub workflow".to_owned());
        entries.push(entry(key, Home::Parameter(name.clone()), notes));
    }
    let known: BTreeSet<String> = entries.iter().map(|entry: &Entry| entry.key.clone()).collect();
    for name in workflows.iter().filter(|name| !known.contains(*name)) {
        entries.push(entry(name.clone(), Home::GithubSecret(name.clone()), None));
    }
    Inventory { entries, ..Inventory::default() }
}

/// `/paperclip-app/anthropic/api-key` is `ANTHROPIC_API_KEY`; whole: `PAPERCLIP_APP_ANTHROPIC_API_KEY`.
fn key_of(name: &str, whole: bool) -> String {
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
        let workflow = "env:\n  A: ${{ secrets.GH_PAT }}\n  B: ${{ secrets['NPM_TOKEN'] }} ${{ secrets.GITHUB_TOKEN }}\n";
        assert_eq!(of_workflow(workflow).into_iter().collect::<Vec<_>>(), ["GH_PAT", "NPM_TOKEN"]);
        let code = "resource \"aws_ssm_parameter\" \"a\" {\n  type = \"SecureString\"\n  name  = \"/app/anthropic/api-key\"\n}\n\
            data \"aws_ssm_parameter\" \"b\" {\n  name = \"/${var.env}/x\"\n}\nresource \"x\" \"y\" {\n  name = \"/not/this\"\n}\n\
            K=$(aws ssm get-parameter --with-decryption --name /app/db/password --query x)\n";
        let (names, unclear) = of_code(code);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["/app/anthropic/api-key", "/app/db/password"]);
        assert_eq!(unclear, 1);
    }

    #[test]
    fn keys_are_named_after_their_parameters() {
        let names = ["/a/github/pat", "/b/github/pat", "/a/linear/api-key"].map(str::to_owned).into();
        let workflows = ["LINEAR_API_KEY", "GH_PAT"].map(str::to_owned).into();
        let keys: Vec<(String, String)> = draft(&names, &workflows)
            .entries
            .into_iter()
            .map(|entry| (entry.key, entry.home.to_string()))
            .collect();
        let expected = [
            ("A_GITHUB_PAT", "SSM /a/github/pat"),
            ("LINEAR_API_KEY", "SSM /a/linear/api-key"),
            ("B_GITHUB_PAT", "SSM /b/github/pat"),
            ("GH_PAT", "GitHub Actions secret GH_PAT"),
        ];
        assert_eq!(keys, expected.map(|(key, home)| (key.to_owned(), home.to_owned())));
    }
}
