//! What of the settings' folder nobody audits: fewer files than a scan of it would read must not pass for all of them.

use std::path::{Path, PathBuf};

use crate::command::scan::Setup;
use crate::counted::counted;
use crate::source::open::normalise;
use crate::source::walk::walk_outside;

/// More files and folders are not looked at.
const MOST_ENTRIES: usize = 200_000;
/// So many are named.
const MOST_NAMED: usize = 5;

/// Files beside the settings that a scan would read and that lie in no tree of `[audit]`.
pub(in crate::command) fn outside(setup: &Setup) -> Option<String> {
    let audit = &setup.settings.audit;
    let home = setup.settings.file.as_deref()?.parent()?;
    let whole = |path: &Path| normalise(&setup.base.join(path));
    let root = whole(home);
    let trees = audit.terraform.iter().map(|path| whole(path));
    if trees.clone().any(|tree| root.starts_with(tree)) {
        return None;
    }
    let others = audit.trail.iter().chain(&audit.evidence).map(|path| whole(path));
    // Where logs are the whole folder, they are not all that is in it.
    let places: Vec<PathBuf> = trees.chain(others.filter(|place| *place != root)).collect();
    let (mut files, is_more) = walk_outside(&root, setup.respect_gitignore, places, MOST_ENTRIES);
    files.retain(|file| !setup.is_excluded(file));
    let name = |file: &PathBuf| file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
    let named = files.iter().take(MOST_NAMED).map(name).collect::<Vec<_>>().join(", ");
    if files.is_empty() {
        return None;
    }
    let more = match files.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (least, are) = (if is_more { "at least " } else { "" }, if files.len() == 1 { "is" } else { "are" });
    let files = counted(files.len(), "file", "files");
    Some(format!(
        "{least}{files} here that `secretrail scan` would read {are} outside of terraform in [audit]: {named}{more}"
    ))
}
