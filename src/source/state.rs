//! What state a repository is in: branch, commits that are not pushed, files that are not committed.

/// The state of a repository and its working tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Where `HEAD` is.
    pub head: Head,
    /// What its branch follows.
    pub upstream: Option<Upstream>,
    /// Files whose change waits for the next commit.
    pub staged: usize,
    /// Files that were changed or removed since.
    pub changed: usize,
    /// Files that git does not know, and does not ignore.
    pub untracked: usize,
    /// Files with a conflict.
    pub conflicts: usize,
    /// Changes that were put aside.
    pub stashes: usize,
    /// Whether there were more than could be counted.
    pub more: bool,
}

/// Where `HEAD` is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Head {
    /// On a branch.
    Branch(String),
    /// On a branch without a commit.
    Unborn(String),
    /// On a commit, by the start of its id.
    Commit(String),
    /// Nobody knows.
    #[default]
    Unknown,
}

/// What a branch follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// `origin/main`.
    pub name: String,
    /// Commits here that are not there, and there that are not here; `None` where it is gone, or nobody could count.
    pub apart: Option<(usize, usize)>,
}

/// Why there is no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoState {
    /// The folder is in no repository.
    NoRepository,
    /// It has no working tree.
    Bare,
    /// Something in it can't be read.
    Broken,
}
