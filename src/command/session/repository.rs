//! Step 3: the repository, and `.env` files in it.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use zeroize::Zeroizing;

use crate::session::dot_env::{self, DotEnv, is_dot_env};
use crate::session::{Level, Line, repository};
use crate::source::open::read_text_up_to;
use crate::source::state::{NoState, State};

/// A larger file is no `.env` file.
const MOST_BYTES: u64 = 1024 * 1024;
/// More entries are not looked at, nor deeper ones.
const MOST_ENTRIES: usize = 100_000;
const MOST_DEPTH: usize = 8;
/// More `.env` files are not read.
const MOST_FILES: usize = 200;
/// Folders of other people's code, and of what was built.
const NOT_OURS: [&str; 8] =
    [".git", ".hg", ".terraform", ".tox", ".venv", "node_modules", "target", "vendor"];

/// What was found.
pub(super) struct Found {
    pub state: Option<Result<State, NoState>>,
    pub lines: Vec<Line>,
}

/// The nearest folder above that holds `.git`.
pub(super) fn top(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|above| above.join(".git").exists()).map(Path::to_path_buf)
}

/// Looks at the repository that holds `folder`, or only at the folder where none does.
pub(super) fn look(folder: &Path) -> Found {
    let top = top(folder);
    let state = state(top.as_deref());
    let mut lines = match &state {
        Some(state) => repository::lines(state),
        None => vec![
            Line::new(Level::Unknown, "the repository was not checked")
                .with("this secretrail was built without the feature `git`"),
        ],
    };
    lines.extend(dot_envs(top.as_deref().unwrap_or(folder)));
    Found { state, lines }
}

#[cfg(feature = "git")]
fn state(top: Option<&Path>) -> Option<Result<State, NoState>> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    let Some(top) = top else { return Some(Err(NoState::NoRepository)) };
    Some(crate::source::git::state::state(top, &Arc::new(AtomicBool::new(false))))
}

#[cfg(not(feature = "git"))]
fn state(top: Option<&Path>) -> Option<Result<State, NoState>> {
    top.is_none().then_some(Err(NoState::NoRepository))
}

/// The `.env` files below a folder, also those that git ignores: most do.
fn dot_envs(top: &Path) -> Vec<Line> {
    let (paths, more) = below(top);
    let names: Vec<String> = paths.iter().map(|path| name(top, path)).collect();
    let tracked = tracked(top, &names);
    let texts: Vec<Result<Zeroizing<String>, String>> = paths.iter().map(|path| text(path)).collect();
    let files: Vec<DotEnv<'_>> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| DotEnv {
            path: name.clone(),
            text: text.as_ref().map(|text| text.as_str()).map_err(Clone::clone),
            tracked: tracked.as_ref().map(|tracked| tracked.contains(name)),
        })
        .collect();
    let mut lines = dot_env::lines(&files);
    if more {
        let text = "there are more files and folders than were searched for .env files";
        lines.push(Line::new(Level::Note, text));
    }
    lines
}

/// The files, and whether there are more.
fn below(top: &Path) -> (Vec<PathBuf>, bool) {
    let is_ours = |entry: &ignore::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        !(is_folder && NOT_OURS.contains(&name.as_ref()))
    };
    let mut builder = WalkBuilder::new(top);
    builder.standard_filters(false).follow_links(false).max_depth(Some(MOST_DEPTH)).filter_entry(is_ours);
    builder.sort_by_file_name(std::cmp::Ord::cmp);
    let mut paths = Vec::new();
    let mut entries = 0;
    for entry in builder.build().flatten() {
        entries += 1;
        if entries > MOST_ENTRIES || paths.len() >= MOST_FILES {
            return (paths, true);
        }
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file && is_dot_env(&entry.file_name().to_string_lossy()) {
            paths.push(entry.into_path());
        }
    }
    (paths, false)
}

fn name(top: &Path, path: &Path) -> String {
    path.strip_prefix(top).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn text(path: &Path) -> Result<Zeroizing<String>, String> {
    read_text_up_to(path, MOST_BYTES)
        .map(|(text, _)| Zeroizing::new(text))
        .map_err(|refusal| refusal.reason())
}

#[cfg(feature = "git")]
fn tracked(top: &Path, names: &[String]) -> Option<std::collections::BTreeSet<String>> {
    if names.is_empty() { None } else { crate::source::git::state::tracked(top, names) }
}

#[cfg(not(feature = "git"))]
fn tracked(_: &Path, _: &[String]) -> Option<std::collections::BTreeSet<String>> {
    None
}
