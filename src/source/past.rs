//! Documents as they were before a change.

use std::path::{Path, PathBuf};

use super::open::Refusal;

/// Where the documents of an earlier time are read.
pub trait Past: Send + Sync {
    /// The text of a file as it was then; see [`super::open::read_text`].
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    fn read(&self, path: &Path) -> Result<(String, bool), Refusal>;

    /// Files that there were below a folder, or the file itself.
    fn files_below(&self, path: &Path) -> Vec<PathBuf>;

    /// Whether a file on the disk is no part of any change, since its history is not kept: it is the same then
    /// and now.
    fn is_outside(&self, path: &Path) -> bool;
}

/// Why there is no earlier time to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPast {
    /// The folder is in no git repository, or in one that can't be opened.
    NoRepository,
    /// There is no such commit.
    NoRevision {
        /// The clone has only the last commits.
        is_shallow: bool,
    },
    /// Nothing was committed yet.
    NoHead,
    /// The commit and `HEAD` have no ancestor in common.
    NothingInCommon {
        /// The clone has only the last commits.
        is_shallow: bool,
    },
    /// Objects are missing or damaged.
    Broken,
    /// The tree has more files than can be.
    TooLarge,
}
