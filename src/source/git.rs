//! A tree as it was at an earlier revision, read from git's objects: nothing is checked out, and nothing runs.
//!
//! The repository is opened isolated and untrusted. Its own settings can name programs (`core.fsmonitor`,
//! filters, external diffs); under this trust gix honours none of them, and no file of the working tree passes
//! through git at all.

mod ignored;
pub mod state;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gix::bstr::{BStr, ByteSlice};
use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository, ThreadSafeRepository};

use self::ignored::Ignored;
use super::open::{MOST_BYTES, Refusal, decode, normalise, read_text};
use super::{NoPast, Past};

/// More files than any repository has; trees that share trees can claim any number.
const MOST_FILES: usize = 2_000_000;
/// Folders nested deeper are not entered.
const MOST_LEVELS: usize = 128;
/// Links that lead to links.
const MOST_LINKS: usize = 8;

/// The files of one revision.
pub struct Revision {
    repository: ThreadSafeRepository,
    /// The repository's folder, as the user's paths reach it.
    top: PathBuf,
    files: BTreeMap<PathBuf, (ObjectId, EntryKind)>,
    index: gix::worktree::Index,
    ignored: Ignored,
}

/// Opens the tree of the last common commit of `HEAD` and `revision`: what a branch adds is what is told.
///
/// # Errors
///
/// See [`NoPast`].
pub fn open(top: &Path, revision: &str) -> Result<Revision, NoPast> {
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Reduced);
    let shared = ThreadSafeRepository::open_opts(top, options).map_err(|_| NoPast::NoRepository)?;
    let mut repository = shared.to_thread_local();
    repository.object_cache_size_if_unset(16 * 1024 * 1024);
    let is_shallow = repository.is_shallow().unwrap_or(true);
    let commit = commit(&repository, revision).ok_or(NoPast::NoRevision { is_shallow })?;
    let head = repository.head_commit().map_err(|_| NoPast::NoHead)?.id;
    let base = repository.merge_base(head, commit);
    let base = base.ok().flatten().ok_or(NoPast::NothingInCommon { is_shallow })?;
    let tree = base.object().ok().and_then(|object| object.peel_to_tree().ok());
    let tree = tree.map(|tree| tree.id).ok_or(NoPast::Broken)?;
    let files = files(&repository, tree, top)?;
    let index = repository.index_or_empty().map_err(|_| NoPast::Broken)?;
    let ignored = Ignored::new(top, repository.common_dir());
    Ok(Revision { repository: shared, top: top.to_path_buf(), files, index, ignored })
}

fn commit(repository: &Repository, revision: &str) -> Option<ObjectId> {
    let id = repository.rev_parse_single(BStr::new(revision)).ok()?;
    Some(id.object().ok()?.peel_to_commit().ok()?.id)
}

/// All files and links of a tree.
fn files(
    repository: &Repository,
    tree: ObjectId,
    top: &Path,
) -> Result<BTreeMap<PathBuf, (ObjectId, EntryKind)>, NoPast> {
    let mut files = BTreeMap::new();
    let mut open = vec![(tree, top.to_path_buf(), 0)];
    let mut seen = 0;
    while let Some((id, folder, level)) = open.pop() {
        let tree = repository.find_tree(id).map_err(|_| NoPast::Broken)?;
        for entry in tree.iter() {
            let entry = entry.map_err(|_| NoPast::Broken)?;
            seen += 1;
            if seen > MOST_FILES {
                return Err(NoPast::TooLarge);
            }
            let Ok(name) = entry.filename().to_path() else { continue };
            // A name such as `..` or `a/b` is in no sound tree.
            if name.components().count() != 1 || name.file_name().is_none() {
                continue;
            }
            let path = folder.join(name);
            match entry.mode().kind() {
                EntryKind::Tree if level < MOST_LEVELS => open.push((entry.object_id(), path, level + 1)),
                // What a submodule held, its own repository knows: it counts as new.
                EntryKind::Tree | EntryKind::Commit => {}
                kind => drop(files.insert(path, (entry.object_id(), kind))),
            }
        }
    }
    Ok(files)
}

impl Revision {
    fn blob(&self, path: &Path) -> Result<Vec<u8>, Refusal> {
        let repository = self.repository.to_thread_local();
        let unreadable = || Refusal::Failed("git's object cannot be read".into());
        let mut path = normalise(path);
        for _ in 0..MOST_LINKS {
            let (id, kind) = self.files.get(&path).copied().ok_or(Refusal::Missing)?;
            // Asked first: an object may be larger than memory.
            let size = repository.find_header(id).map_err(|_| unreadable())?.size();
            if size > MOST_BYTES {
                return Err(Refusal::TooLarge(MOST_BYTES));
            }
            let data = repository.find_object(id).map_err(|_| unreadable())?.detach().data;
            if kind != EntryKind::Link {
                return Ok(data);
            }
            let target = data.to_path().map_err(|_| Refusal::Missing)?;
            path = normalise(&path.parent().unwrap_or(&self.top).join(target));
        }
        Err(Refusal::Missing)
    }
}

impl Past for Revision {
    fn read(&self, path: &Path) -> Result<(String, bool), Refusal> {
        match self.blob(path) {
            Err(Refusal::Missing) if self.is_outside(path) => {
                // As everywhere: no link leads out of the repository.
                let real = path.canonicalize().map_err(|_| Refusal::Missing)?;
                let top = self.top.canonicalize().map_err(|_| Refusal::Missing)?;
                if real.starts_with(top) { read_text(path) } else { Err(Refusal::Outside) }
            }
            read => decode(read?),
        }
    }

    fn files_below(&self, path: &Path) -> Vec<PathBuf> {
        let from = self.files.range(path.to_path_buf()..).map(|(file, _)| file);
        from.take_while(|file| file.starts_with(path)).cloned().collect()
    }

    /// Git ignores it, or `terraform init` downloaded it.
    fn is_outside(&self, path: &Path) -> bool {
        let Ok(below) = path.strip_prefix(&self.top) else { return false };
        let name = below.to_string_lossy().replace('\\', "/");
        let is_tracked = self.index.entry_by_path(BStr::new(&name)).is_some();
        let is_downloaded = below.components().any(|part| part.as_os_str() == ".terraform");
        !is_tracked && (is_downloaded || self.ignored.covers(below))
    }
}
