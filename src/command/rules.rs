//! `secretrail rules`: the same files that findings and SARIF help come from.

use std::path::{Path, PathBuf};

use super::print;
use crate::cli::{RulesArguments, RulesCommand};
use crate::error::{Error, ErrorKind, ExitCode};
use crate::rule::{RuleSet, check, describe, embedded};

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
                None => Err(Error::new(ErrorKind::Usage, format!("there is no rule named {name}"))
                    .hint("`secretrail rules list` names all rules")),
            }
        }
        RulesCommand::Check { files } => check_files(files),
    }
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
        Error::new(ErrorKind::Settings, format!("rules can't be used:\n  {}", all.join("\n  ")))
            .hint("`secretrail rules check FILE` tells all that is wrong with a rule")
    })
}

fn rule_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if folder.is_file() {
        return Ok(vec![folder.to_path_buf()]);
    }
    if !folder.is_dir() {
        return Err(Error::new(ErrorKind::Settings, format!("{} is no folder", folder.display()))
            .hint("--rules takes a folder with .yml files"));
    }
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).max_depth(Some(16)).build();
    let mut files: Vec<PathBuf> = walk
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == "yml" || end == "yaml"))
        .collect();
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, Error> {
    let unreadable = |reason: String| {
        Error::new(ErrorKind::Settings, format!("{} can't be read: {reason}", path.display()))
    };
    let size = std::fs::metadata(path).map_err(|error| unreadable(error.kind().to_string()))?.len();
    if size > MOST_BYTES {
        return Err(unreadable("it is larger than 4 MiB".into()));
    }
    std::fs::read_to_string(path).map_err(|error| unreadable(error.kind().to_string()))
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
