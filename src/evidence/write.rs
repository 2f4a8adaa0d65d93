//! Writes a bundle: the same bytes for the same evidence, and all of it or nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use tempfile::TempDir;

use super::manifest::render;
use super::name::{MANIFEST, is_safe};
use super::verify::{FaultKind, verify};
use super::{Bundle, MOST_BUNDLE};
use crate::error::{Error, ErrorKind};
use crate::whole::{self, Readers};

/// The end of an archive's name.
const ARCHIVE: &str = ".tar.zst";
/// What a zstd file begins with.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// Beside a bundle's place: the one that comes, and the one that goes.
const NEW: &str = "new";
const OLD: &str = "old";

/// Where a bundle goes.
#[derive(Debug)]
pub struct Target {
    path: PathBuf,
    archive: bool,
}

impl Target {
    /// A folder, or where the name ends in `.tar.zst` an archive. Looks whether it may be written there, so that
    /// nobody waits for a collection that then has no place.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] where something else stands there.
    pub fn new(path: &Path) -> Result<Self, Error> {
        let archive = path.to_string_lossy().ends_with(ARCHIVE);
        let target = Self { path: path.to_path_buf(), archive };
        let above = target.folder_above();
        if !above.is_dir() {
            return Err(target.unwritten(&format!("there is no folder {}", above.display())));
        }
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(target),
            Err(error) => Err(target.unwritten(&error.kind().to_string())),
            Ok(kind) if archive && kind.is_file() => target.over_archive(),
            Ok(kind) if !archive && kind.is_dir() => target.over_folder(),
            Ok(_) if archive => Err(target.unwritten("something is there that is not a file")),
            Ok(_) => Err(target
                .unwritten("something is there that is not a folder")
                .hint("name a folder, or a file that ends in .tar.zst")),
        }
    }

    fn over_archive(self) -> Result<Self, Error> {
        let mut start = [0; 4];
        let read =
            fs::File::open(&self.path).and_then(|mut file| io::Read::read_exact(&mut file, &mut start));
        match read {
            Ok(()) if start == MAGIC => Ok(self),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(self.unwritten(&error.kind().to_string()))
            }
            _ => Err(self.unwritten("another file is there").hint("name a new file")),
        }
    }

    /// An empty folder, or a bundle with nothing else in it, may be replaced.
    fn over_folder(self) -> Result<Self, Error> {
        let mut entries =
            fs::read_dir(&self.path).map_err(|error| self.unwritten(&error.kind().to_string()))?;
        if entries.next().is_none() {
            return Ok(self);
        }
        let other = |target: &Self, reason: &str| target.unwritten(reason).hint("name a new folder");
        // A manifest that is not understood may be anybody's: other programs call theirs so, too.
        let Some(verdict) = verify(&self.path).ok().filter(|verdict| !verdict.digest.is_empty()) else {
            return Err(other(&self, "the folder contains something that is not an evidence bundle"));
        };
        match verdict.faults.iter().find(|fault| fault.kind == FaultKind::Extra) {
            Some(extra) => {
                Err(other(&self, &format!("{} is not part of the bundle that is there", extra.name)))
            }
            None => Ok(self),
        }
    }

    fn folder_above(&self) -> &Path {
        self.path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn unwritten(&self, reason: &str) -> Error {
        let message = format!("the evidence cannot be written to {}: {reason}", self.path.display());
        Error::new(ErrorKind::Output, message)
    }

    /// Writes the bundle and gives its digest.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`]; what stood there is there still, or where the error says.
    pub fn write(&self, bundle: &Bundle) -> Result<String, Error> {
        // A collection takes its time: somebody may have put something there since.
        Self::new(&self.path)?;
        let (manifest, digest) = render(bundle).map_err(|_| self.unwritten("the manifest cannot be made"))?;
        let files = self.files(bundle, &manifest)?;
        if self.archive {
            self.write_archive(&files).map_err(|error| self.unwritten(&error.kind().to_string()))?;
        } else {
            self.write_folder(&files).map_err(|reason| self.unwritten(&reason))?;
        }
        Ok(digest)
    }

    /// Names and bytes, the manifest first, the others in order.
    fn files<'b>(&self, bundle: &'b Bundle, manifest: &'b str) -> Result<Vec<(&'b str, &'b [u8])>, Error> {
        let mut files: Vec<(&str, &[u8])> =
            bundle.documents.iter().map(|one| (one.name.as_str(), one.bytes.as_slice())).collect();
        files.sort();
        let wrong = files.iter().any(|(name, _)| !is_safe(name) || *name == MANIFEST);
        if wrong || !files.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(self.unwritten("a document has a name that no bundle may have"));
        }
        if files.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>() > MOST_BUNDLE {
            return Err(self.unwritten("there is more of it than a bundle may hold"));
        }
        files.insert(0, (MANIFEST, manifest.as_bytes()));
        Ok(files)
    }

    fn write_archive(&self, files: &[(&str, &[u8])]) -> io::Result<()> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            // No time, no owner: the same evidence is the same file.
            let mut head = tar::Header::new_ustar();
            head.set_path(name)?;
            head.set_size(bytes.len() as u64);
            head.set_mode(0o600);
            head.set_cksum();
            tar.append(&head, *bytes)?;
        }
        let packed = compress_to_vec(tar.into_inner()?.as_slice(), CompressionLevel::Fastest);
        whole::place(&self.path, Readers::Owner, &packed)
    }

    /// Written beside its place and moved there: nobody ever sees half of a bundle.
    fn write_folder(&self, files: &[(&str, &[u8])]) -> Result<(), String> {
        let beside = self.filled(files).map_err(|error| error.kind().to_string())?;
        put(beside, &self.path, |from, to| fs::rename(from, to))
    }

    /// A folder beside the bundle's place, with the bundle in its folder `new`.
    fn filled(&self, files: &[(&str, &[u8])]) -> io::Result<TempDir> {
        let beside = tempfile::Builder::new().prefix(whole::PREFIX).tempdir_in(self.folder_above())?;
        let new = beside.path().join(NEW);
        fs::create_dir(&new)?;
        for (name, bytes) in files {
            let file = new.join(name);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(file, bytes)?;
        }
        // Evidence tells who is in an account.
        whole::only_for_the_owner(&new)?;
        Ok(beside)
    }
}

/// Moves the new bundle to its place. A folder takes the place of an empty one only: the old one steps aside first.
fn put(beside: TempDir, place: &Path, rename: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<(), String> {
    let (new, old) = (beside.path().join(NEW), beside.path().join(OLD));
    let had_one = place.exists();
    if had_one {
        rename(place, &old).map_err(|error| error.kind().to_string())?;
    }
    let Err(error) = rename(&new, place) else { return Ok(()) };
    if had_one && rename(&old, place).is_err() {
        // Dropped, it would take along what stood there.
        let kept = beside.keep().join(OLD);
        return Err(format!("{}; what was there is now in {}", error.kind(), kept.display()));
    }
    Err(error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_old_bundle_outlives_a_move_that_fails() {
        // How many moves work before the others fail, and where the old bundle is then.
        for (works, is_back) in [(1, false), (0, true)] {
            let folder = tempfile::tempdir().unwrap();
            let place = folder.path().join("bundle");
            fs::create_dir(&place).unwrap();
            fs::write(place.join(MANIFEST), "old").unwrap();
            let beside = tempfile::tempdir_in(folder.path()).unwrap();
            let old = beside.path().join(OLD);
            let left = Cell::new(works);
            let rename = |from: &Path, to: &Path| match left.get() {
                0 => Err(io::ErrorKind::StorageFull.into()),
                more => {
                    left.set(more - 1);
                    fs::rename(from, to)
                }
            };
            let reason = put(beside, &place, rename).unwrap_err();
            let there = if is_back { &place } else { &old };
            assert_eq!(fs::read_to_string(there.join(MANIFEST)).unwrap(), "old");
            assert_eq!(reason.contains(&*old.to_string_lossy()), !is_back, "{reason}");
        }
    }
}
