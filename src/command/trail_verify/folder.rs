//! Digests and logs in a folder.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::trail::verify::Files;

/// The files of a folder.
pub(super) struct Folder {
    root: PathBuf,
    names: Vec<String>,
}

impl Folder {
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        if !root.is_dir() {
            return Err(Error::new(ErrorKind::Input, format!("{} is not a folder", root.display()))
                .hint("name the folder into which the trail's bucket was copied"));
        }
        let mut names = Vec::new();
        for entry in ignore::WalkBuilder::new(root).standard_filters(false).follow_links(false).build() {
            let entry = entry.map_err(|_| {
                let message = format!("{} cannot be read completely", root.display());
                Error::new(ErrorKind::Input, message).hint("a folder or file in it is closed to you")
            })?;
            if entry.file_type().is_some_and(|kind| kind.is_file())
                && let Ok(name) = entry.path().strip_prefix(root)
            {
                names.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
        names.sort();
        Ok(Self { root: root.to_path_buf(), names })
    }
}

impl Files for Folder {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn open(&self, name: &str) -> Result<Box<dyn Read + '_>, String> {
        let file = File::open(self.root.join(name)).map_err(|error| error.kind().to_string())?;
        Ok(Box::new(BufReader::new(file)))
    }
}
