//! Replaces files atomically: written next to their place, flushed to the disk, moved there. No one ever sees half a
//! file, and a run that is cut off leaves the old one.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// The prefix of files that are not in their place yet.
pub const PREFIX: &str = ".secretrail-";

/// Who may read a file. One that replaces an older file keeps its permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner only, whatever stood there.
    Owner,
    /// As the user's umask says.
    Umask,
    /// Everybody: another user's program reads it.
    Everybody,
}

/// Writes a file.
///
/// # Errors
///
/// What the system says; what stood there is there still.
pub fn place(path: &Path, readers: Readers, bytes: &[u8]) -> io::Result<()> {
    place_with(path, readers, |out| out.write_all(bytes))
}

/// Writes what `render` writes.
///
/// # Errors
///
/// As [`place`].
pub fn place_with(
    path: &Path,
    readers: Readers,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = beside(path, readers)?;
    let mut out = BufWriter::new(file.as_file_mut());
    render(&mut out)?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// A new file in the same folder, gone when it is dropped: also for who only asks whether the place can be written.
///
/// # Errors
///
/// What the system says, and that something else than a file stands there.
pub fn beside(path: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    if path.exists() && !path.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    with_rights(path, readers, &mut builder)
}

/// The folder that a file lies in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn with_rights(
    path: &Path,
    readers: Readers,
    builder: &mut tempfile::Builder<'_, '_>,
) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let mode = |bits: u32| fs::Permissions::from_mode(bits);
    let old = fs::metadata(path).ok().map(|old| mode(old.permissions().mode() & 0o777));
    let (made, then) = match (readers, old) {
        (Readers::Owner, _) => (mode(0o600), None),
        (_, Some(old)) => (old.clone(), Some(old)),
        (Readers::Umask, None) => (mode(0o666), None),
        (Readers::Everybody, None) => (mode(0o644), Some(mode(0o644))),
    };
    let file = builder.permissions(made).tempfile_in(folder_of(path))?;
    if let Some(then) = then {
        file.as_file().set_permissions(then)?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn with_rights(
    path: &Path,
    _: Readers,
    builder: &mut tempfile::Builder<'_, '_>,
) -> io::Result<NamedTempFile> {
    builder.tempfile_in(folder_of(path))
}

/// Takes a folder from all but its owner.
///
/// # Errors
///
/// What the system says.
pub fn only_for_the_owner(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_older_file_keeps_its_rights() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        let rights = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        place(&path, Readers::Everybody, b"1").unwrap();
        assert_eq!(rights(), 0o644);
        for old in [0o600, 0o664] {
            fs::set_permissions(&path, fs::Permissions::from_mode(old)).unwrap();
            place(&path, Readers::Umask, b"2").unwrap();
            assert_eq!(rights(), old);
        }
        place(&path, Readers::Owner, b"3").unwrap();
        assert_eq!((rights(), fs::read(&path).unwrap()), (0o600, b"3".to_vec()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_can_t_be_rendered_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        place(&path, Readers::Umask, b"old").unwrap();
        let half = |out: &mut dyn Write| out.write_all(b"n").and(Err(io::ErrorKind::Other.into()));
        assert!(place_with(&path, Readers::Umask, half).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(place(folder.path(), Readers::Umask, b"").is_err());
    }
}
