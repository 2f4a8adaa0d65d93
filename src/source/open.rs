//! Opens files: only inside the permitted folders, bounded, in any common encoding.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// A text file larger than this is not read; the largest real Terraform file seen has 1.5 MB.
pub const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Why a file was not read. The words are shown to users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is none.
    Missing,
    /// It is outside of the scanned folders and the repository that holds them.
    Outside,
    /// It is not a regular file.
    NoFile,
    /// It has more bytes than this.
    TooLarge(u64),
    /// It holds NUL bytes.
    Binary,
    /// The operating system said no.
    Failed(String),
}

impl Refusal {
    /// Why, in a few words.
    pub fn reason(&self) -> String {
        match self {
            Self::Missing => "there is no such file".into(),
            Self::Outside => "it is outside of the scanned folders and their repository".into(),
            Self::NoFile => "it is not a regular file".into(),
            Self::TooLarge(most) => format!("it is larger than {} MiB", most / (1024 * 1024)),
            Self::Binary => "it is a binary file".into(),
            Self::Failed(reason) => format!("it cannot be read: {reason}"),
        }
    }
}

/// Reads a text file, as UTF-8, UTF-16 with a byte-order mark, or as far as it can be understood.
///
/// The flag is true where bytes had to be replaced, or left out at the end.
///
/// # Errors
///
/// See [`Refusal`].
pub fn read_text(path: &Path) -> Result<(String, bool), Refusal> {
    read_text_up_to(path, MOST_BYTES)
}

/// The same with a limit of its own.
///
/// # Errors
///
/// See [`Refusal`].
pub fn read_text_up_to(path: &Path, most: u64) -> Result<(String, bool), Refusal> {
    let failed = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::Missing,
        kind => Refusal::Failed(kind.to_string()),
    };
    let kind = std::fs::metadata(path).map_err(|error| failed(&error))?;
    // A pipe or device would block for ever or never end.
    if !kind.is_file() {
        return Err(Refusal::NoFile);
    }
    let file = File::open(path).map_err(|error| failed(&error))?;
    let mut bytes = Vec::with_capacity(usize::try_from(kind.len().min(most)).unwrap_or(0) + 1);
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > most {
        return Err(Refusal::TooLarge(most));
    }
    decode(bytes)
}

/// Bytes as text; see [`read_text`].
///
/// # Errors
///
/// [`Refusal::Binary`].
pub fn decode(bytes: Vec<u8>) -> Result<(String, bool), Refusal> {
    let wide = |swap: bool| {
        let pairs = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let odd = !pairs.remainder().is_empty();
        let units: Vec<u16> = pairs
            .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
            .map(|pair| if swap { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
            .collect();
        match String::from_utf16(&units) {
            Ok(text) => (text, odd),
            Err(_) => (String::from_utf16_lossy(&units), true),
        }
    };
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return Ok(wide(false));
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return Ok(wide(true));
    }
    if bytes.contains(&0) {
        return Err(Refusal::Binary);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, false)),
        Err(error) => Ok((String::from_utf8_lossy(error.as_bytes()).into_owned(), true)),
    }
}

/// The files of a folder, not those below it.
///
/// # Errors
///
/// See [`Refusal`].
pub fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let entries = std::fs::read_dir(folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::Missing,
        kind => Refusal::Failed(kind.to_string()),
    })?;
    let entries: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    entries.map_err(|error| Refusal::Failed(error.kind().to_string()))
}

/// The path without `.` and `..`, not touching the disk: as Terraform reads a module's source.
pub fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// A path after the way to its folder: a way down that is taken up again is not told (`live/prod/../../t.tftpl`).
pub fn joined(prefix: &str, path: &str) -> String {
    let (mut prefix, mut path) = (prefix, path);
    while let (Some(below), Some(above)) = (path.strip_prefix("../"), prefix.strip_suffix('/')) {
        let start = above.rfind('/').map_or(0, |at| at + 1);
        (prefix, path) = (prefix.get(..start).unwrap_or_default(), below);
    }
    format!("{prefix}{path}")
}

/// The folder that `path` may refer into: the repository it is in, or itself.
pub fn permitted_root(path: &Path) -> PathBuf {
    let mut folder = Some(path);
    while let Some(this) = folder {
        if this.join(".git").exists() {
            return this.to_path_buf();
        }
        folder = this.parent();
    }
    // A file that is named alone may refer to those beside it.
    let beside = path.parent().filter(|_| path.is_file());
    beside.unwrap_or(path).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_or_refused() {
        assert_eq!(decode(b"\xff\xfea\0b\0".to_vec()), Ok(("ab".into(), false)));
        assert_eq!(decode(b"\xff\xfea\0b".to_vec()), Ok(("a".into(), true)));
        assert_eq!(decode(b"\xfe\xff\xd8\0\0a".to_vec()), Ok(("\u{fffd}a".into(), true)));
        assert_eq!(decode(b"caf\xe9".to_vec()), Ok(("caf\u{fffd}".into(), true)));
        assert_eq!(decode(b"a\0b".to_vec()), Err(Refusal::Binary));
    }

    #[test]
    fn dots_are_resolved_without_the_disk() {
        assert_eq!(normalise(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normalise(Path::new("../x")), Path::new("../x"));
    }

    #[test]
    fn a_way_down_and_up_again_is_not_told() {
        for (prefix, path, told) in [
            ("live/prod/", "../../t.tftpl", "t.tftpl"),
            ("live/prod/", "../x/t.tftpl", "live/x/t.tftpl"),
            ("live/", "../../t.tftpl", "../t.tftpl"),
            ("live/", "main.tf", "live/main.tf"),
            ("", "../t.tftpl", "../t.tftpl"),
        ] {
            assert_eq!(joined(prefix, path), told);
        }
    }
}
