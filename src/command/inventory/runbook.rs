//! `secretrail inventory runbook`: the five answers of one key.

use std::path::PathBuf;

use super::files;
use crate::cli::{Cli, InventoryRunbookArguments, What};
use crate::command::outcome::redactor;
use crate::command::print;
use crate::command::scan::{Setup, here};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::inventory::{self, Entry, Home, Inventory, QUESTIONS, Rotated};
use crate::nearest::did_you_mean;
use crate::secret::redact::Redactor;
use crate::settings::Settings;
use crate::shown::shell::{is_reference, quoted};
use crate::shown::{shown, shown_page};
use crate::source::Sources;

/// Places shown of what a key's name stands in.
const MOST_PLACES: usize = 20;

pub(super) fn run(cli: &Cli, arguments: &InventoryRunbookArguments) -> Result<ExitCode, Error> {
    let inventory =
        listed(&[arguments.files.as_slice(), &arguments.lists].concat(), arguments.settings.as_deref())?;
    let entry = entry(&inventory, &arguments.key)?;
    let (places, redactor) = if arguments.tree.is_empty() {
        (None, Redactor::default())
    } else {
        let (places, redactor) = readers(cli, &arguments.tree, entry)?;
        (Some(places), redactor)
    };
    let text = page(entry, places.as_deref());
    print(shown_page(&redactor.text(&text)).as_bytes())?;
    let ready = entry.answers.missing().is_empty();
    Ok(if ready { ExitCode::Clean } else { ExitCode::Findings })
}

/// The lists that are named, or those of the settings.
pub(super) fn listed(files: &[PathBuf], settings: Option<&std::path::Path>) -> Result<Inventory, Error> {
    let base = here()?;
    let settings = Settings::load(settings, &base)?;
    let sources = Sources::default();
    sources.set_base(base.clone());
    let opened = files::open(files, &settings.inventory, &base, &sources)?;
    let tokens = crate::secret::tokens::TokenTable::embedded();
    Ok(inventory::read(&opened.lists, &opened.runbooks, &sources, &tokens).facts)
}

/// The row of a key, by its name or its title.
pub(super) fn entry<'i>(inventory: &'i Inventory, key: &str) -> Result<&'i Entry, Error> {
    let is =
        |entry: &&Entry| entry.key == key || entry.title.as_deref() == Some(key) || entry.home.name() == key;
    inventory.entries.iter().find(is).ok_or_else(|| {
        let names = inventory.entries.iter().map(|entry| entry.key.as_str());
        let message = format!("no list has this key{}", did_you_mean(key, names));
        Error::new(ErrorKind::Usage, message)
            .hint("name it as the list does: `secretrail inventory check` shows all")
    })
}

fn page(entry: &Entry, places: Option<&[String]>) -> String {
    let rotated = match entry.rotated {
        Rotated::On(day) => day.to_string(),
        Rotated::Unsaid | Rotated::Unclear => "not listed".to_owned(),
    };
    let title = entry.title.as_ref().map(|title| format!(" ({})", shown(title))).unwrap_or_default();
    let mut text = format!(
        "{}{title}\n  lives in   {}\n  owner      {}\n  rotated    {rotated}\n",
        shown(&entry.key),
        shown(&entry.home.to_string()),
        shown(entry.owner.as_deref().unwrap_or("nobody")),
    );
    for (number, ((word, question), answer)) in QUESTIONS.iter().zip(entry.answers.all()).enumerate() {
        text.push_str(&format!(
            "\n{}. {question}\n   {}\n",
            number + 1,
            answer.unwrap_or("(no answer yet)").replace('`', "")
        ));
        match (*word, places) {
            ("breaks", Some([])) => text.push_str("   No code names it.\n"),
            ("breaks", Some(places)) => {
                text.push_str("   Code that names it or writes it somewhere:\n");
                places.iter().for_each(|place| text.push_str(&format!("     {place}\n")));
            }
            ("push", _) if answer.is_none() => text.push_str(&push(entry)),
            _ => {}
        }
    }
    let missing = entry.answers.missing();
    if !missing.is_empty() {
        text.push_str(&format!("\nNot ready to rotate: no answer to {}.\n", missing.join(", ")));
    }
    text
}

/// How its home takes a new value, without one on a command line. The name is from the list: quoted, and where a program
/// would not take it for a name, there is no command.
fn push(entry: &Entry) -> String {
    let (before, name, after) = match &entry.home {
        Home::Parameter(name) => (
            "aws ssm put-parameter --overwrite --type SecureString --name",
            name,
            " --value file:///dev/stdin",
        ),
        Home::SecretsManager(name) => {
            ("aws secretsmanager put-secret-value --secret-id", name, " --secret-string file:///dev/stdin")
        }
        Home::GithubSecret(name) => ("gh secret set", name, ""),
        Home::Other(_) | Home::None => return String::new(),
    };
    if name.is_empty() || name.starts_with('-') || is_reference(name) {
        return String::new();
    }
    format!("   In general: {before} {}{after}\n", quoted(name))
}

/// Where a tree's code names the key or its home, and where its flows end; and what must not be shown of the tree.
fn readers(cli: &Cli, tree: &[PathBuf], entry: &Entry) -> Result<(Vec<String>, Redactor), Error> {
    let what = What {
        paths: tree.to_vec(),
        plans: Vec::new(),
        rules: Vec::new(),
        tokens: None,
        settings: None,
        exclude: Vec::new(),
        respect_gitignore: false,
        no_progress: false,
        now: None,
    };
    let setup = Setup::new(&what)?;
    let mut looked = setup.look(cli, &what, None)?;
    let sources = &looked.sources;
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
    };
    let key = plain(&entry.key);
    let home = entry.home.name();
    let mut places: Vec<(String, usize, String)> = Vec::new();
    for finding in &looked.scanned.findings {
        let Some(secret) = &finding.secret else { continue };
        let name = secret.name.rsplit('.').next().unwrap_or_default();
        let named = plain(name) == key
            || (!home.is_empty() && finding.related.iter().any(|step| step.message.contains(home)));
        if named {
            let line = sources.position(finding.at.span).line;
            places.push((sources.name(finding.at.span.source), line, finding.message.clone()));
        }
    }
    for path in sources.paths() {
        let Some(source) = sources.find(&path) else { continue };
        let text = sources.text(source);
        for (number, line) in text.lines().enumerate() {
            let names = (home.len() > 1 && line.contains(home)) || has_word(line, &entry.key);
            let told = places.iter().any(|(file, at, _)| *at == number + 1 && *file == sources.name(source));
            if names && !told {
                places.push((sources.name(source), number + 1, "names it".to_owned()));
            }
        }
    }
    places.sort();
    places.dedup();
    let more = places.len().saturating_sub(MOST_PLACES);
    let mut told: Vec<String> = places
        .into_iter()
        .take(MOST_PLACES)
        .map(|(file, line, what)| format!("{}:{line}  {}", shown(&file), shown(&what)))
        .collect();
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    Ok((told, redactor(&setup, &mut looked)))
}

/// Whether a line has the word, no letter or `_` beside it.
fn has_word(line: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    !word.is_empty()
        && line.match_indices(word).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        })
}
