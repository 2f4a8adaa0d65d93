//! Which files git ignores, asked for one path at a time.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::Gitignore;

/// The `.gitignore` files of a repository, each read when it is first needed.
pub(super) struct Ignored {
    top: PathBuf,
    exclude: Gitignore,
    folders: Mutex<HashMap<PathBuf, Arc<Gitignore>>>,
}

impl Ignored {
    pub(super) fn new(top: &Path, git: &Path) -> Self {
        let mut exclude = ignore::gitignore::GitignoreBuilder::new(top);
        // Where there is none, nothing is excluded; a line that can't be read excludes nothing.
        let _ = exclude.add(git.join("info/exclude"));
        let exclude = exclude.build().unwrap_or_else(|_| Gitignore::empty());
        Self { top: top.to_path_buf(), exclude, folders: Mutex::default() }
    }

    /// Whether git ignores a file, `below` the repository's folder: itself, or a folder that it is in.
    pub(super) fn covers(&self, below: &Path) -> bool {
        let parts = below.components().filter(|part| matches!(part, Component::Normal(_)));
        let mut path = self.top.clone();
        let count = parts.clone().count();
        parts.enumerate().any(|(index, part)| {
            path.push(part);
            self.is_ignored(&path, index + 1 < count)
        })
    }

    /// The nearest `.gitignore` that speaks of a path decides.
    fn is_ignored(&self, path: &Path, is_folder: bool) -> bool {
        for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.top)) {
            match self.of(folder).matched(path, is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        self.exclude.matched(path, is_folder).is_ignore()
    }

    fn of(&self, folder: &Path) -> Arc<Gitignore> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || Arc::new(Gitignore::new(folder.join(".gitignore")).0);
        Arc::clone(folders.entry(folder.to_path_buf()).or_insert_with(read))
    }
}
