//! The state of a repository. Nothing is written, and nothing runs: neither hooks, nor filters, nor `core.fsmonitor`.
//!
//! Two handles: gix honours no program that an untrusted repository names, and then knows no upstream either. So the
//! tree is compared untrusted, and what the branch follows is read from a trusted handle that compares nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gix::bstr::BStr;
use gix::remote::Direction;
use gix::sec::Trust;
use gix::status::index_worktree::iter::Summary;
use gix::status::{Item, UntrackedFiles};
use gix::{ObjectId, Repository};

use crate::source::open::read_text_up_to;
use crate::source::state::{Head, NoState, State, Upstream};

/// More files are not counted.
const MOST_FILES: usize = 100_000;
/// More commits apart are not counted.
const MOST_COMMITS: usize = 10_000;
/// A longer list of what was put aside is not counted to its end.
const MOST_STASH: u64 = 4 * 1024 * 1024;

/// Looks at the repository at `top`; `stop` ends it early.
///
/// # Errors
///
/// See [`NoState`].
pub fn state(top: &Path, stop: &Arc<AtomicBool>) -> Result<State, NoState> {
    let untrusted = open(top, Trust::Reduced)?;
    if untrusted.workdir().is_none() {
        return Err(NoState::Bare);
    }
    let mut state = State {
        head: head(&untrusted)?,
        upstream: open(top, Trust::Full).ok().and_then(|trusted| upstream(&trusted)),
        stashes: stashes(&untrusted),
        ..State::default()
    };
    count(&untrusted, &mut state, stop)?;
    Ok(state)
}

fn open(top: &Path, trust: Trust) -> Result<Repository, NoState> {
    let options = gix::open::Options::isolated().with(trust);
    let repository = gix::ThreadSafeRepository::open_opts(top, options).map_err(|_| NoState::NoRepository)?;
    Ok(repository.to_thread_local())
}

fn head(repository: &Repository) -> Result<Head, NoState> {
    let head = repository.head().map_err(|_| NoState::Broken)?;
    let name = head.referent_name().map(|name| name.shorten().to_string());
    Ok(match (name, head.id()) {
        (Some(branch), Some(_)) => Head::Branch(branch),
        (Some(branch), None) => Head::Unborn(branch),
        (None, Some(id)) => Head::Commit(id.to_hex_with_len(10).to_string()),
        (None, None) => Head::Unknown,
    })
}

fn upstream(repository: &Repository) -> Option<Upstream> {
    let name = repository.head_name().ok().flatten()?;
    let followed = repository.branch_remote_tracking_ref_name(name.as_ref(), Direction::Fetch)?.ok()?;
    Some(Upstream { name: followed.shorten().to_string(), apart: apart(repository, followed.as_bstr()) })
}

/// Commits ahead and behind.
fn apart(repository: &Repository, followed: &BStr) -> Option<(usize, usize)> {
    let mut reference = repository.try_find_reference(followed).ok().flatten()?;
    let there = reference.peel_to_id().ok()?.detach();
    let here = repository.head_id().ok()?.detach();
    Some((only_in(repository, here, there)?, only_in(repository, there, here)?))
}

/// How many commits lead to `this` and not to `other`.
fn only_in(repository: &Repository, this: ObjectId, other: ObjectId) -> Option<usize> {
    if this == other {
        return Some(0);
    }
    let walk = repository.rev_walk([this]).with_hidden([other]).all().ok()?;
    let mut count = 0;
    for commit in walk.take(MOST_COMMITS) {
        commit.ok()?;
        count += 1;
    }
    Some(count)
}

fn stashes(repository: &Repository) -> usize {
    let log = repository.common_dir().join("logs").join("refs").join("stash");
    let is_there = repository.try_find_reference("refs/stash").is_ok_and(|stash| stash.is_some());
    if !is_there {
        return 0;
    }
    read_text_up_to(&log, MOST_STASH).map_or(1, |(text, _)| text.lines().count().max(1))
}

/// Counts files that differ.
fn count(repository: &Repository, state: &mut State, stop: &Arc<AtomicBool>) -> Result<(), NoState> {
    let status = repository.status(gix::progress::Discard).map_err(|_| NoState::Broken)?;
    // A submodule is a repository of its own, with settings of its own.
    let items = status
        .untracked_files(UntrackedFiles::Files)
        .index_worktree_submodules(None)
        .should_interrupt_owned(Arc::clone(stop))
        .into_iter(None)
        .map_err(|_| NoState::Broken)?;
    // A file may be staged and changed again: it counts in both.
    let mut seen = 0;
    for item in items {
        seen += 1;
        if seen > MOST_FILES {
            state.more = true;
            break;
        }
        match item.map_err(|_| NoState::Broken)? {
            Item::TreeIndex(_) => state.staged += 1,
            Item::IndexWorktree(item) => match item.summary() {
                Some(Summary::Conflict) => state.conflicts += 1,
                Some(Summary::Added) => state.untracked += 1,
                Some(_) => state.changed += 1,
                None => {}
            },
        }
    }
    Ok(())
}

/// Those of the paths below `top`, written with `/`, that are committed or will be.
pub fn tracked(top: &Path, paths: &[String]) -> Option<BTreeSet<String>> {
    let index = open(top, Trust::Reduced).ok()?.index_or_empty().ok()?;
    let is_tracked = |path: &&String| index.entry_by_path(BStr::new(path.as_str())).is_some();
    Some(paths.iter().filter(is_tracked).cloned().collect())
}
