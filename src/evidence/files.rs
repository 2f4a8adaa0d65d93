//! The files of a bundle, from a folder or an archive that may come from anybody.
//!
//! Nothing is written and no link is followed: an archive is read into memory, bounded, and a name that leads out of
//! the bundle is an error, not a path.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::name::{is_safe, shown};
use super::padding::{Padding, Watched};
use super::verify::{Fault, FaultKind};
use super::{MOST_BUNDLE, MOST_DOCUMENT, MOST_DOCUMENTS};
use crate::error::{Error, ErrorKind};

/// Files by name.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// A tar has half a kibibyte of head and some padding for each file.
const MOST_ARCHIVE: u64 = MOST_BUNDLE + 1024 * (MOST_DOCUMENTS as u64 + 4);
/// What `zstd` needs up to level 19; more is meant to fill the memory.
const MOST_WINDOW: u64 = 32 * 1024 * 1024;
/// Folders in folders.
const MOST_LEVELS: usize = 8;

/// What stands in a bundle.
pub(super) struct Found {
    /// Its files.
    pub files: Files,
    /// What stands between them and behind them, where nothing should.
    pub faults: Vec<Fault>,
}

/// All files of the bundle at `path`.
pub(super) fn read(path: &Path) -> Result<Found, Error> {
    let kind = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unread(path, "there is no such file or folder"),
        kind => unread(path, &kind.to_string()),
    })?;
    let mut reader = Reader { path, files: Files::new(), faults: Vec::new(), total: 0 };
    if kind.is_dir() {
        reader.folder()?;
    } else if kind.is_file() {
        reader.archive()?;
    } else {
        return Err(unread(path, "it is neither a folder nor a file"));
    }
    Ok(Found { files: reader.files, faults: reader.faults })
}

pub(super) fn unread(path: &Path, reason: &str) -> Error {
    Error::new(ErrorKind::Input, format!("the evidence {} cannot be read: {reason}", path.display()))
        .hint("name a folder or a .tar.zst file that `secretrail collect --out` wrote")
}

struct Reader<'r> {
    path: &'r Path,
    files: Files,
    faults: Vec<Fault>,
    total: u64,
}

impl Reader<'_> {
    fn wrong(&self, reason: &str) -> Error {
        unread(self.path, reason)
    }

    fn failed(&self, name: &str, error: &io::Error) -> Error {
        self.wrong(&format!("{}: {}", shown(name.as_bytes()), error.kind()))
    }

    fn folder(&mut self) -> Result<(), Error> {
        let mut folders: Vec<(PathBuf, String, usize)> = vec![(self.path.to_path_buf(), String::new(), 0)];
        while let Some((folder, above, level)) = folders.pop() {
            if level > MOST_LEVELS {
                return Err(self.wrong(&format!("{} is nested too deep", shown(above.as_bytes()))));
            }
            for entry in fs::read_dir(&folder).map_err(|error| self.failed(&above, &error))? {
                let entry = entry.map_err(|error| self.failed(&above, &error))?;
                let own = entry.file_name();
                let name = above.clone() + &own.to_string_lossy();
                if !is_safe(&name) {
                    return Err(self.strange(name.as_bytes()));
                }
                // Of the entry itself: a link is not followed.
                let kind = entry.file_type().map_err(|error| self.failed(&name, &error))?;
                if kind.is_dir() {
                    folders.push((entry.path(), name + "/", level + 1));
                } else if kind.is_file() {
                    let file = File::open(entry.path()).map_err(|error| self.failed(&name, &error))?;
                    self.keep(name, file)?;
                } else {
                    return Err(self.wrong(&format!("{} is a link or a device", shown(name.as_bytes()))));
                }
            }
        }
        Ok(())
    }

    fn archive(&mut self) -> Result<(), Error> {
        let no_archive = "it is no .tar.zst file, or it is broken";
        let file = File::open(self.path).map_err(|error| self.wrong(&error.kind().to_string()))?;
        let decoder = StreamingDecoder::new_with_max_window_size(io::BufReader::new(file), MOST_WINDOW)
            .map_err(|_| self.wrong(no_archive))?;
        let padding = Padding::default();
        let mut archive = tar::Archive::new(Watched::new(decoder.take(MOST_ARCHIVE), &padding));
        let mut last = String::new();
        // Raw: no names from extension entries, which could be of any length.
        for entry in archive.entries().map_err(|_| self.wrong(no_archive))?.raw(true) {
            self.padded(&last, &padding);
            let entry = entry.map_err(|error| self.broken(&error))?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if !is_safe(&name) {
                return Err(self.strange(name.as_bytes()));
            }
            if !entry.header().entry_type().is_file() {
                return Err(self.wrong(&format!("{} is no plain file", shown(name.as_bytes()))));
            }
            let size = entry.size();
            padding.expect(entry.raw_file_position(), size);
            self.keep(name.clone(), entry)?;
            last.clone_from(&name);
            // The archive's end may come early; a file is then shorter than its head says.
            if self.files.get(&name).is_some_and(|bytes| bytes.len() as u64 != size) {
                return Err(self.wrong(&format!("it ends in the middle of {name}")));
            }
        }
        self.padded(&last, &padding);
        self.behind(archive.into_inner().into_inner())
    }

    /// What fills up a file's last block would be shown to nobody.
    fn padded(&mut self, name: &str, padding: &Padding) {
        if padding.take() {
            let detail = Some("the archive has bytes after its end".to_owned());
            self.faults.push(Fault { name: name.to_owned(), kind: FaultKind::Altered, detail });
        }
    }

    /// So would what stands behind the end of all.
    fn behind<R: Read>(
        &mut self,
        mut rest: io::Take<StreamingDecoder<R, FrameDecoder>>,
    ) -> Result<(), Error> {
        let mut piece = [0; 4096];
        let mut is_zero = true;
        loop {
            match rest.read(&mut piece).map_err(|error| self.broken(&error))? {
                0 => break,
                read => is_zero &= piece.iter().take(read).all(|byte| *byte == 0),
            }
        }
        let behind = rest.into_inner().into_inner().read(&mut piece).map_err(|error| self.broken(&error))?;
        if !is_zero || behind > 0 {
            let own =
                self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let (name, detail) = (shown(own.as_bytes()), "something follows its end".to_owned());
            self.faults.push(Fault { name, kind: FaultKind::Extra, detail: Some(detail) });
        }
        Ok(())
    }

    fn keep(&mut self, name: String, from: impl Read) -> Result<(), Error> {
        if self.files.len() >= MOST_DOCUMENTS {
            return Err(self.wrong(&format!("it has more than {MOST_DOCUMENTS} files")));
        }
        if self.files.contains_key(&name) {
            return Err(self.wrong(&format!("it has {name} twice")));
        }
        let mut bytes = Vec::new();
        from.take(MOST_DOCUMENT + 1).read_to_end(&mut bytes).map_err(|error| self.broken(&error))?;
        let size = bytes.len() as u64;
        self.total += size;
        if size > MOST_DOCUMENT || self.total > MOST_BUNDLE {
            let reason = format!("{name} is too large: {} MiB a file", MOST_DOCUMENT / (1024 * 1024));
            return Err(self.wrong(&format!("{reason}, {} MiB together", MOST_BUNDLE / (1024 * 1024))));
        }
        self.files.insert(name, bytes);
        Ok(())
    }

    /// The reason that a decoder gives can quote what it read: only its kind is told.
    fn broken(&self, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::PermissionDenied => self.wrong(&error.kind().to_string()),
            _ => self.wrong("it is cut off or broken"),
        }
    }

    fn strange(&self, name: &[u8]) -> Error {
        self.wrong(&format!("it holds a file with a name that no bundle has: {}", shown(name)))
    }
}
