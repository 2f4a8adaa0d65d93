//! `--since REV`: the earlier tree goes through the same scan, and what was told of it is not told again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::source::open::permitted_root;
use crate::source::walk::{FileKind, Found, is_skipped};
use crate::source::{NoPast, Past};

/// The tree before the change.
///
/// # Errors
///
/// Where there is none: no repository, no such revision, nothing in common.
pub(super) fn open(paths: &[PathBuf], revision: &str) -> Result<Arc<dyn Past>, Error> {
    let wrong = |message: &str| Error::new(ErrorKind::Usage, format!("--since {message}"));
    if paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(wrong("cannot be used with standard input, which has no history"));
    }
    let mut tops: Vec<PathBuf> = paths.iter().map(|path| permitted_root(path)).collect();
    tops.dedup();
    let [top] = tops.as_slice() else {
        return Err(wrong("needs paths of one repository"));
    };
    before(top, revision).map_err(|reason| told(reason, revision))
}

#[cfg(feature = "git")]
fn before(top: &Path, revision: &str) -> Result<Arc<dyn Past>, Option<NoPast>> {
    crate::source::git::open(top, revision).map(|past| Arc::new(past) as Arc<dyn Past>).map_err(Some)
}

#[cfg(not(feature = "git"))]
fn before(_: &Path, _: &str) -> Result<Arc<dyn Past>, Option<NoPast>> {
    Err(None)
}

/// Why there is no earlier tree, and what to do. `None`: this build can't read git.
fn told(reason: Option<NoPast>, revision: &str) -> Error {
    const DEEPER: &str = "this clone has only the last commits; fetch all of them, in GitHub Actions with \
                          `fetch-depth: 0` of actions/checkout";
    const NAME: &str = "`git branch --all` and `git tag` list the names that this clone knows";
    let (message, hint) = match reason {
        None => ("this build of secretrail has no git".into(), "build it with `--features git`"),
        Some(NoPast::NoRepository) => {
            ("the scanned folder is in no git repository".into(), "scan a clone, or leave --since out")
        }
        Some(NoPast::NoRevision { is_shallow }) => {
            (format!("there is no commit {revision}"), if is_shallow { DEEPER } else { NAME })
        }
        Some(NoPast::NoHead) => ("nothing was committed yet".into(), "leave --since out"),
        Some(NoPast::NothingInCommon { is_shallow }) => {
            (format!("{revision} and HEAD have no commit in common"), if is_shallow { DEEPER } else { NAME })
        }
        Some(NoPast::Broken) => ("git's objects cannot be read".into(), "`git fsck` shows what is damaged"),
        Some(NoPast::TooLarge) => ("the earlier tree has too many files".into(), "leave --since out"),
    };
    Error::new(ErrorKind::Input, format!("--since: {message}")).hint(hint)
}

/// The files to read below a path, as they were: those of the revision, and those whose history is not kept.
pub(super) fn files(past: &dyn Past, path: &Path, today: &[PathBuf]) -> Vec<Found> {
    let mut found: Vec<Found> =
        past.files_below(path).into_iter().filter_map(|file| kind_of(file, path)).collect();
    let outside = today.iter().filter(|file| file.starts_with(path) && past.is_outside(file));
    found.extend(outside.filter_map(|file| kind_of(file.clone(), path)));
    found
}

/// As the walk of the disk decides.
fn kind_of(file: PathBuf, path: &Path) -> Option<Found> {
    if file == path {
        let kind = FileKind::at(&file);
        return Some(Found { path: file, kind: kind.unwrap_or(FileKind::Script) });
    }
    let kind = FileKind::at(&file)?;
    let below = file.strip_prefix(path).ok()?;
    let mut above = below.parent()?;
    if kind == FileKind::Backend {
        above = above.parent().unwrap_or(above);
    }
    let mut folders = above.components();
    if folders.any(|part| is_skipped(&part.as_os_str().to_string_lossy())) {
        return None;
    }
    Some(Found { path: file, kind })
}
