//! `secretrail init`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::output::write;
use super::print;
use crate::cli::InitArguments;
use crate::counted::counted;
use crate::error::{Error, ErrorKind, ExitCode, refused};
use crate::inventory::draft::{Names, of_code, of_workflow};
use crate::inventory::read::{Form, Input, MOST_BYTES, read};
use crate::inventory::{Entry, Home};
use crate::secret::tokens::TokenTable;
use crate::settings::FILE_NAME;
use crate::settings::draft::{Found, draft};
use crate::shown::shown;
use crate::source::Sources;
use crate::source::open::read_text_up_to;
use crate::source::walk::{FileKind, Repository, walk_logs, walk_outside, walk_repository};

/// More files are more than a repository.
const MOST_FILES: usize = 200_000;
/// A manifest of evidence says what it is in its first lines.
const MOST_MANIFEST: u64 = 4 * 1024 * 1024;
/// A larger file is no code that somebody wrote.
const MOST_CODE: u64 = 4 * 1024 * 1024;
/// More folders of logs than this are told by the folder that holds them.
const MOST_TREES: usize = 6;

pub(super) fn run(arguments: &InitArguments) -> Result<ExitCode, Error> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        return Err(Error::new(ErrorKind::Input, format!("{} is not a folder", folder.display())));
    }
    let Looked { found, left } = look(folder);
    let text = draft(&found);
    if arguments.stdout {
        left.iter().for_each(|left| tracing::warn!("not searched: {left}"));
        return print(text.as_bytes());
    }
    let file = folder.join(FILE_NAME);
    write_new(&file, &text)?;
    write(None, &|out| {
        writeln!(out, "wrote {}", file.display())?;
        for (what, all) in told(&found) {
            let none = if all.is_empty() { "none found".to_owned() } else { all.join(", ") };
            writeln!(out, "  {what:<14} {}", shown(&none))?;
        }
        for left in &left {
            writeln!(out, "  not searched: {}", shown(left))?;
        }
        if found.lists.is_empty() && found.names > 0 {
            let names = counted(found.names, "key", "keys");
            writeln!(
                out,
                "The code names {names}; draft a list with `secretrail inventory init . -o SECRETS.md`."
            )?;
        }
        if found.terraform.is_empty() && found.trail.is_empty() && found.evidence.is_empty() {
            writeln!(out, "There is nothing to audit yet: fill in [audit], for example aws = true.")?;
        }
        writeln!(out, "Review the file, run `secretrail settings check`, then `secretrail audit`.")
    })?;
    Ok(ExitCode::Clean)
}

/// Settings that are there stay as they are, also those that come while this looks.
fn write_new(file: &Path, text: &str) -> Result<(), Error> {
    let written = File::create_new(file).and_then(|mut new| new.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::new(ErrorKind::Output, format!("{} already exists", file.display()))
                .hint("use --stdout to see what would be written")
        }
        kind => {
            Error::new(ErrorKind::Output, format!("{} cannot be written: {}", file.display(), refused(kind)))
        }
    })
}

fn told(found: &Found) -> [(&'static str, &Vec<String>); 5] {
    [
        ("scanned files", &found.terraform),
        ("CloudTrail", &found.trail),
        ("evidence", &found.evidence),
        ("lists of keys", &found.lists),
        ("runbooks", &found.runbooks),
    ]
}

/// What was found, and what could not be looked into.
struct Looked {
    found: Found,
    left: Vec<String>,
}

fn look(folder: &Path) -> Looked {
    let Repository { files, refused, is_cut } = walk_repository(folder, MOST_FILES);
    let evidence: BTreeSet<PathBuf> =
        files.iter().filter(|file| is_manifest(file)).filter_map(|file| parent(file)).collect();
    let mut trail = BTreeSet::new();
    let (mut lists, mut runbooks) = (BTreeSet::new(), BTreeSet::new());
    let (mut projects, mut names) = (BTreeSet::new(), names_of_workflows(folder));
    for file in files.iter().filter(|file| !evidence.iter().any(|bundle| file.starts_with(bundle))) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let lower = name.to_ascii_lowercase();
        if FileKind::of(&name).is_some() {
            if let Ok((text, _)) = read_text_up_to(file, MOST_CODE) {
                of_code(&text, &mut names);
            }
        } else if name.contains("_CloudTrail_") && (lower.ends_with(".json.gz") || lower.ends_with(".json")) {
            trail.extend(logs_of(file));
        } else if lower.contains("runbook") && lower.ends_with(".md") {
            runbooks.insert(file.clone());
        } else if let Some(homes) = homes(file, &lower) {
            lists.insert(file.clone());
            projects.extend(homes);
        }
    }
    let mut left: Vec<String> =
        refused.into_iter().map(|(path, reason)| format!("{}: {reason}", path.display())).collect();
    let mut paths = |all: &BTreeSet<PathBuf>| {
        let (named, unnamed): (Vec<_>, Vec<_>) =
            all.iter().map(|path| below(folder, path).ok_or(path)).partition(Result::is_ok);
        let reason =
            |path: &PathBuf| format!("{}: its name is not UTF-8, so settings cannot name it", path.display());
        left.extend(unnamed.into_iter().filter_map(Result::err).map(reason));
        named.into_iter().flatten().collect()
    };
    // All that `scan .` would read, hidden and ignored files too: a script or an `.env` beside the Terraform, and what
    // comes later.
    let bundles: Vec<PathBuf> = evidence.iter().cloned().collect();
    let (scanned, is_more) = walk_outside(folder, false, bundles, MOST_FILES);
    let is_scanned = !scanned.is_empty() || is_more;
    let found = Found {
        terraform: if is_scanned { vec![".".to_owned()] } else { Vec::new() },
        trail: paths(&few(topmost(trail))),
        evidence: paths(&evidence),
        lists: paths(&lists),
        runbooks: paths(&runbooks),
        named: BTreeSet::from_iter(names.parameters.iter().filter_map(|name| project(name)))
            .into_iter()
            .collect(),
        names: names.len(),
        projects: projects.into_iter().collect(),
    };
    if is_cut {
        left.push(format!("everything after the first {}", counted(MOST_FILES, "file", "files")));
    }
    Looked { found, left }
}

/// Names of secrets that the workflows of a repository ask for.
fn names_of_workflows(folder: &Path) -> Names {
    let files = walk_logs(&folder.join(".github/workflows"), &|_| true).0;
    let is_workflow = |file: &&PathBuf| file.extension().is_some_and(|end| end == "yml" || end == "yaml");
    let texts = files.iter().filter(is_workflow).filter_map(|file| read_text_up_to(file, MOST_CODE).ok());
    Names { workflows: texts.flat_map(|(text, _)| of_workflow(&text)).collect(), ..Names::default() }
}

/// `/paperclip-app` of `/paperclip-app/anthropic/api-key`.
fn project(parameter: &str) -> Option<String> {
    let (first, _) = parameter.strip_prefix('/')?.split_once('/')?;
    Some(format!("/{first}"))
}

fn parent(file: &Path) -> Option<PathBuf> {
    file.parent().map(Path::to_path_buf)
}

fn is_manifest(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "manifest.json")
        && read_text_up_to(file, MOST_MANIFEST)
            .is_ok_and(|(text, _)| text.contains("\"format\": \"secretrail evidence\""))
}

/// The folder that all logs of a bucket lie in, where it was copied as it is.
fn logs_of(file: &Path) -> Option<PathBuf> {
    let bucket = file.ancestors().find(|above| above.file_name().is_some_and(|name| name == "AWSLogs"));
    bucket.map(Path::to_path_buf).or_else(|| parent(file))
}

/// The prefixes of the parameters that a list of keys names, where the file is one.
fn homes(file: &Path, lower: &str) -> Option<Vec<String>> {
    let says_so = ["secret", "inventory", "keys"].iter().any(|word| lower.contains(word));
    // JSON is what programs write.
    let form = Form::of(lower).filter(|_| says_so && !lower.ends_with(".json"))?;
    let (text, _) = read_text_up_to(file, MOST_BYTES as u64).ok()?;
    let sources = Sources::default();
    let source = sources.add_text("list", text);
    let inventory = read(&[Input { source, form }], &[], &sources, &TokenTable::embedded()).facts;
    let has_home = |entry: &Entry| !matches!(entry.home, Home::Other(_) | Home::None);
    let is_list = inventory.entries.iter().any(has_home);
    let homes = inventory.entries.iter().filter_map(|entry| match &entry.home {
        Home::Parameter(name) => project(&format!("/{}", name.trim_start_matches('/'))),
        _ => None,
    });
    is_list.then(|| homes.collect())
}

/// Without folders that lie in another one of them.
fn topmost(folders: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let inner = |folder: &PathBuf| folder.ancestors().skip(1).any(|above| folders.contains(above));
    folders.iter().filter(|folder| !inner(folder)).cloned().collect()
}

/// Many trees beside one another are one: the folder that holds them.
fn few(mut trees: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    while trees.len() > MOST_TREES {
        let deepest = trees.iter().map(|tree| tree.components().count()).max().unwrap_or(0);
        let up = |tree: PathBuf| match tree.components().count() == deepest {
            true => parent(&tree).unwrap_or(tree),
            false => tree,
        };
        let before = trees.clone();
        trees = topmost(trees.into_iter().map(up).collect());
        if trees == before {
            break;
        }
    }
    trees
}

/// A path below the folder, with `/`; the folder itself is a dot.
fn below(folder: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(folder).ok()?.to_str()?.replace('\\', "/");
    Some(if rest.is_empty() { ".".to_owned() } else { rest })
}
