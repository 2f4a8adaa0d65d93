//! Notes of forwards that run in the background: one file each. Whoever removes a note ends its forward, so nobody has
//! to know a process by its number.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hex::hex_of_first;
use crate::session::forward::{Event, Forward};
use crate::source::open::read_text_up_to;
use crate::whole::Readers;

/// A note that was not renewed for so many seconds is of a process that is gone.
const STALE: u64 = 15;
/// A larger file is no note.
const MOST_BYTES: u64 = 64 * 1024;
/// Notes are as long as a multiple of this, so that a shorter one covers a longer one.
const PAGE: usize = 4 * 1024;

/// How a forward stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Note {
    pub name: String,
    pub port: u16,
    /// `up`, `connecting`, `waiting`, `gave-up`, `ended`.
    pub state: String,
    /// Why it is not up.
    pub reason: Option<String>,
    /// How often it was lost.
    pub lost: u32,
    /// Seconds since 1970: when this was last so.
    pub beat: u64,
}

impl Note {
    pub(super) fn new(forward: &Forward) -> Self {
        let (name, port) = (forward.name.clone(), forward.local_port);
        Self { name, port, state: "connecting".into(), reason: None, lost: 0, beat: seconds() }
    }

    /// What an event changes.
    pub(super) fn heard(&mut self, event: &Event) {
        event.word().clone_into(&mut self.state);
        match event {
            Event::Up => self.reason = None,
            Event::Lost(..) => self.lost += 1,
            _ => {}
        }
        if let Some(reason) = event.reason() {
            self.reason = Some(reason.to_owned());
        }
    }

    /// Whether a process still keeps it.
    pub(super) fn is_kept(&self) -> bool {
        !matches!(self.state.as_str(), "gave-up" | "ended") && seconds().saturating_sub(self.beat) < STALE
    }

    pub(super) fn write(&mut self, path: &Path) -> std::io::Result<()> {
        self.beat = seconds();
        let text = serde_json::to_vec(self).map_err(std::io::Error::other)?;
        crate::whole::place(path, Readers::Owner, &text)
    }

    /// Writes over the note that is there, in one go. Another file in its place would bring one back that somebody
    /// removes at this moment, and removing it is how a forward is ended.
    pub(super) fn renew(&mut self, path: &Path) -> std::io::Result<()> {
        self.beat = seconds();
        let mut text = serde_json::to_vec(self).map_err(std::io::Error::other)?;
        text.resize(text.len().next_multiple_of(PAGE), b' ');
        let mut file = File::options().write(true).open(path)?;
        file.write_all(&text)?;
        file.set_len(text.len() as u64)
    }

    pub(super) fn read(path: &Path) -> Option<Self> {
        let (text, _) = read_text_up_to(path, MOST_BYTES).ok()?;
        serde_json::from_str(&text).ok()
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The note of a forward of a settings file. Two projects may have forwards of one name.
pub(super) fn path(folder: &Path, settings: &Path, forward: &Forward) -> PathBuf {
    let settings = settings.canonicalize().unwrap_or_else(|_| settings.to_path_buf());
    let mut hash = Sha256::new();
    hash.update(settings.as_os_str().as_encoded_bytes());
    hash.update([0]);
    hash.update(forward.name.as_bytes());
    folder.join(format!("{}.json", hex_of_first(12, &hash.finalize())))
}

/// Where notes lie: in the user's folder for such things.
pub(super) fn folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else {
        variable("XDG_STATE_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/state")))
    };
    Some(state?.join("secretrail").join("forwards"))
}

/// Makes it, for this user alone.
pub(super) fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
