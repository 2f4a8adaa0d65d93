//! The lists and runbooks that the user or the settings name.

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::inventory::drill::{Drill, parse};
use crate::inventory::read::{Form, Input};
use crate::reading::Gap;
use crate::settings::InventorySettings;
use crate::source::open::{normalise, read_text_up_to};
use crate::source::{SourceId, Sources};

/// Names that a list has where nobody says so.
const LISTS: &[&str] =
    &["SECRETS.md", "secrets.md", "SECRETS-INVENTORY.md", "secrets-inventory.md", "docs/SECRETS.md"];
/// Names that a runbook has where nobody says so.
const RUNBOOKS: &[&str] = &["SECRETS-RUNBOOK.md", "secrets-runbook.md", "docs/SECRETS-RUNBOOK.md"];
/// A larger file is no list of keys.
const MOST_BYTES: u64 = crate::inventory::read::MOST_BYTES as u64;

/// What was opened.
pub(super) struct Opened {
    pub lists: Vec<Input>,
    pub runbooks: Vec<SourceId>,
    /// Rotations that were practised, and what of their file can't be read.
    pub drills: Vec<Drill>,
    pub gaps: Vec<Gap>,
    /// The runbook's name, for people.
    pub runbook: Option<String>,
}

/// Whether the settings name a list, or one lies here under a usual name.
pub(in crate::command) fn has_list(settings: &InventorySettings, base: &Path) -> bool {
    !settings.files.is_empty() || LISTS.iter().any(|name| base.join(name).is_file())
}

/// Opens the lists that are named, else those of the settings, else what lies here under a usual name.
pub(super) fn open(
    named: &[PathBuf],
    settings: &InventorySettings,
    base: &Path,
    sources: &Sources,
) -> Result<Opened, Error> {
    let usual = |names: &[&str]| names.iter().map(|name| base.join(name)).find(|path| path.is_file());
    let mut files: Vec<PathBuf> = named.iter().map(|path| normalise(&base.join(path))).collect();
    if files.is_empty() {
        files = settings.files.iter().map(|path| normalise(&base.join(path))).collect();
    }
    if files.is_empty() {
        files.extend(usual(LISTS));
    }
    if files.is_empty() {
        return Err(Error::new(ErrorKind::Input, "there is no list of keys here").hint(
            "name one: `secretrail inventory check SECRETS.md`, or `files` under [inventory] of secretrail.toml; \
             `secretrail inventory --help` shows how it is written",
        ));
    }
    let lists = files.iter().map(|file| {
        let form = Form::of(&file.to_string_lossy()).ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                format!("{} does not have the name of a list of keys", file.display()),
            )
            .hint("lists end in .md, .toml, .yml, .yaml, .json or .csv")
        })?;
        Ok(Input { source: add(file, sources)?, form })
    });
    let lists = lists.collect::<Result<Vec<_>, Error>>()?;
    let mut paths: Vec<PathBuf> = settings.runbooks.iter().map(|path| normalise(&base.join(path))).collect();
    if paths.is_empty() {
        paths.extend(usual(RUNBOOKS));
    }
    let runbooks = paths.iter().map(|path| add(path, sources)).collect::<Result<Vec<_>, Error>>()?;
    let runbook = runbooks.first().map(|source| sources.name(*source));
    let (drills, gaps) = drills(settings, base, sources)?;
    Ok(Opened { lists, runbooks, drills, gaps, runbook })
}

fn drills(
    settings: &InventorySettings,
    base: &Path,
    sources: &Sources,
) -> Result<(Vec<Drill>, Vec<Gap>), Error> {
    let usual = Some(base.join(super::drill::FILE)).filter(|path| path.is_file());
    let named = settings.drills.as_ref().map(|path| normalise(&base.join(path)));
    // Nobody has practised yet.
    let Some(path) = named.filter(|path| path.is_file()).or(usual) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let source = add(&path, sources)?;
    let (drills, wrong) = parse(&sources.text(source));
    let gap = |line: usize| Gap {
        at: sources.line_span(source, line),
        name: String::new(),
        reason: "this line notes no drill".to_owned(),
        hides_findings: false,
    };
    Ok((drills, wrong.into_iter().take(100).map(gap).collect()))
}

fn add(path: &Path, sources: &Sources) -> Result<SourceId, Error> {
    let (text, _) = read_text_up_to(path, MOST_BYTES).map_err(|refusal| {
        Error::new(ErrorKind::Input, format!("{} cannot be read: {}", path.display(), refusal.reason()))
    })?;
    let source = sources.add_file(sources.reported_name(path), path);
    sources.document(source).set_text(text.into());
    Ok(source)
}
