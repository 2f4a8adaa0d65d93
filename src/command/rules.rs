//! `secretrail rules`: the same files that findings and SARIF help come from.

use std::path::{Path, PathBuf};

use super::print;
use super::scan::here;
use crate::cli::{RulesArguments, RulesCommand};
use crate::error::{Error, ErrorKind, ExitCode, refused};
use crate::nearest::did_you_mean;
use crate::rule::{RuleSet, check, describe, embedded};
use crate::source::open::normalise;
use crate::source::walk::{is_link_to_folder, refused_at};

/// Entries of a folder of rules; the largest known collection has some thousands.
const MOST_ENTRIES: usize = 20_000;
/// A rule file larger than this is a mistake.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

pub(super) fn run(arguments: &RulesArguments) -> Result<ExitCode, Error> {
    match &arguments.command {
        RulesCommand::List => {
            let rules = load(&arguments.rules)?;
            let lines: String = rules
                .iter()
                .filter(|rule| !rule.is_quiet())
                .map(|rule| describe::list_line(rule) + "\n")
                .collect();
            print(lines.as_bytes())
        }
        RulesCommand::Explain { name } => {
            let rules = load(&arguments.rules)?;
            match rules.get(name) {
                Some(rule) => print(format!("{}\n", describe::explain(rule).trim_end()).as_bytes()),
                None => {
                    let message = format!("there is no rule named {name}{}", meant(&rules, name));
                    Err(Error::new(ErrorKind::Usage, message).hint("`secretrail rules list` names all rules"))
                }
            }
        }
        RulesCommand::Check { files } => check_files(files),
    }
}

/// " (did you mean ...?)" where a rule's name is near.
pub(super) fn meant(rules: &RuleSet, name: &str) -> String {
    did_you_mean(name, rules.iter().map(crate::rule::Rule::name))
}

/// Whether a text looks like a rule's name. What stands in its place in a file could be anything, and is told then
/// by its place only.
pub(super) fn nameable(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    name.len() <= 80 && name.bytes().all(plain) && name.bytes().filter(u8::is_ascii_digit).count() <= 2
}

/// The rules of this build and those in the user's folders.
pub(super) fn load(folders: &[PathBuf]) -> Result<RuleSet, Error> {
    let mut extra = Vec::new();
    for folder in folders {
        for path in rule_files(folder)? {
            let text = read(&path)?;
            extra.push((path.display().to_string(), text));
        }
    }
    RuleSet::load(embedded(), extra).map_err(|errors| {
        let all: Vec<String> = errors.iter().take(20).map(ToString::to_string).collect();
        Error::new(ErrorKind::Settings, format!("rules cannot be used:\n  {}", all.join("\n  ")))
            .hint("`secretrail rules check FILE` lists everything wrong with a rule")
    })
}

/// Rules that no record can meet: file, name and reason.
pub(super) fn never_met(
    rules: &RuleSet,
    folders: &[PathBuf],
) -> Result<Vec<(PathBuf, String, String)>, Error> {
    let mut all = Vec::new();
    for rule in rules.iter() {
        if let Some(reason) = crate::scan::never_met(rule) {
            let mut files = Vec::new();
            for folder in folders {
                files.extend(rule_files(folder)?);
            }
            // The second rule of a file is named with its number.
            let is_its = |file: &&PathBuf| {
                file.file_stem().is_some_and(|stem| rule.name().starts_with(&*stem.to_string_lossy()))
            };
            let file = files.iter().filter(is_its).max_by_key(|file| file.as_os_str().len()).cloned();
            let file = normalise(&here()?.join(file.unwrap_or_default()));
            all.push((file, rule.name().to_owned(), reason));
        }
    }
    Ok(all)
}

fn rule_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if folder.is_file() {
        return Ok(vec![folder.to_path_buf()]);
    }
    if !folder.is_dir() {
        return Err(Error::new(ErrorKind::Settings, format!("{} is not a folder", folder.display()))
            .hint("--rules takes a folder with .yml files"));
    }
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).build();
    let refuse = |what: &str| {
        Error::new(ErrorKind::Settings, format!("{} {what}", folder.display()))
            .hint("--rules and `rules` in the settings take a folder with .yml files")
    };
    let mut files = Vec::new();
    for (count, entry) in walk.enumerate() {
        // `rules = ["/"]` would walk the whole machine.
        if count >= MOST_ENTRIES {
            return Err(refuse("contains too much to be a folder of rules"));
        }
        // A rule that can't be seen would not be asked, and nobody would know.
        let entry = entry.map_err(|error| {
            let reason =
                error.io_error().map_or_else(|| "it cannot be listed".into(), |io| refused(io.kind()));
            let at = refused_at(&error, folder);
            Error::new(ErrorKind::Settings, format!("{} cannot be read: {reason}", at.display()))
        })?;
        if is_link_to_folder(&entry) && !leads_into(entry.path(), folder) {
            let message = format!("{} is a link to a folder elsewhere", entry.path().display());
            return Err(Error::new(ErrorKind::Settings, message)
                .hint("links are not followed: give the folder that it leads to with --rules, too"));
        }
        let path = entry.into_path();
        if path.is_file() && path.extension().is_some_and(|end| end == "yml" || end == "yaml") {
            files.push(path);
        }
    }
    // A gate of one's own that does not run would pass unmentioned.
    if files.is_empty() {
        return Err(refuse("contains no rule"));
    }
    files.sort();
    Ok(files)
}

/// Whether a link leads to what lies in the folder itself, and so is found without it.
fn leads_into(link: &Path, folder: &Path) -> bool {
    let (target, folder) = (link.canonicalize(), folder.canonicalize());
    target.is_ok_and(|target| folder.is_ok_and(|folder| target.starts_with(folder)))
}

fn read(path: &Path) -> Result<String, Error> {
    let unreadable = |reason: String| {
        Error::new(ErrorKind::Settings, format!("{} cannot be read: {reason}", path.display()))
    };
    let size = std::fs::metadata(path).map_err(|error| unreadable(refused(error.kind())))?.len();
    if size > MOST_BYTES {
        return Err(unreadable("it is larger than 4 MiB".into()));
    }
    std::fs::read_to_string(path).map_err(|error| unreadable(refused(error.kind())))
}

fn check_files(files: &[PathBuf]) -> Result<ExitCode, Error> {
    let mut out = String::new();
    let mut failed = false;
    for path in files {
        let text = read(path)?;
        let name = path.display().to_string();
        let mut problems = check(&text);
        problems.extend(crate::scan::check_examples(&name, &text));
        failed |= problems.iter().any(|problem| problem.is_error);
        for problem in &problems {
            out.push_str(&format!("{name}:{problem}\n"));
        }
        if problems.is_empty() {
            out.push_str(&format!("{name}: ok\n"));
        }
    }
    print(out.as_bytes())?;
    Ok(if failed { ExitCode::Findings } else { ExitCode::Clean })
}
