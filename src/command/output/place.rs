//! Where a named output leads: links are followed, and devices and pipes are written to.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a pipe may be without a reader: one that is started beside us needs a moment.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);
/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// Where a named output leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
    /// A device or a pipe: written to as it is, since moving a file there would replace it.
    Stream(PathBuf),
    /// A file, or the place of one, with all links followed.
    File(PathBuf),
}

impl Place {
    /// The place that a path names; `-` is standard output.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        match path.to_str() {
            Some("-" | "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") => return Ok(Self::Output),
            Some("/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2") => return Ok(Self::Error),
            _ => {}
        }
        match fs::metadata(path) {
            Ok(target) if target.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(target) if !target.is_file() => Ok(Self::Stream(path.to_path_buf())),
            // A file that somebody opened for us: opened again it would be written over from its start.
            Ok(_) if path.starts_with("/dev/fd") || path.starts_with("/proc") => {
                Err(io::ErrorKind::InvalidInput.into())
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => followed(path).map(Self::File),
        }
    }

    /// The file, where it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }
}

/// What a link leads to, also where nothing is there yet. A file that is moved there keeps the link.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        if !path.is_symlink() {
            return Ok(path);
        }
        let target = fs::read_link(&path)?;
        path = crate::whole::folder_of(&path).join(target);
    }
    Err(io::ErrorKind::InvalidInput.into())
}

/// Opens a device or a pipe. Opening a pipe that nothing reads would wait for ever.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let until = std::time::Instant::now() + PATIENCE;
    loop {
        match opened(path) {
            Err(error) if is_unread(&error) && std::time::Instant::now() < until => std::thread::sleep(PAUSE),
            Err(error) if is_unread(&error) => return Err(io::ErrorKind::TimedOut.into()),
            result => return result,
        }
    }
}

#[cfg(unix)]
fn opened(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let at_once = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new().write(true).custom_flags(at_once).open(path)?;
    // From here on a slow reader is waited for.
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

#[cfg(not(unix))]
fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

#[cfg(unix)]
fn is_unread(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error())
}

#[cfg(not(unix))]
fn is_unread(_: &io::Error) -> bool {
    false
}
