//! Recomputes all hashes of a bundle, and names what does not agree.

use std::collections::BTreeSet;
use std::path::Path;

use super::Bundle;
use super::files::{self, Files, unread};
use super::manifest::{NotUsed, Wire, parse, sha256};
use super::name::MANIFEST;
use crate::error::{Error, ErrorKind};

/// What a bundle proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The digest that the manifest has.
    pub digest: String,
    /// Documents that it lists.
    pub documents: usize,
    /// Refusals that it lists.
    pub refusals: usize,
    /// What does not agree, by name; nothing where the bundle is intact.
    pub faults: Vec<Fault>,
}

/// A file that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's name in the bundle.
    pub name: String,
    /// What is wrong with it.
    pub kind: FaultKind,
    /// More about it, where there is more.
    pub detail: Option<String>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Its bytes are others.
    Altered,
    /// It is listed, and not there.
    Missing,
    /// It is there, and not listed.
    Extra,
}

impl FaultKind {
    /// The word that users see.
    pub fn word(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Extra => "extra",
        }
    }
}

/// Recomputes the bundle at `path`.
///
/// # Errors
///
/// [`ErrorKind::Input`] where it can't be read, or is none.
pub fn verify(path: &Path) -> Result<Verdict, Error> {
    let files = files::read(path)?;
    let (wire, verdict) = judge(path, &files)?;
    drop(wire);
    Ok(verdict)
}

/// Reads a bundle that is intact.
///
/// # Errors
///
/// [`ErrorKind::Input`] where it can't be read, is none, or was altered.
pub fn read(path: &Path) -> Result<Bundle, Error> {
    let mut files = files::read(path)?;
    let (wire, verdict) = judge(path, &files)?;
    match (wire, verdict.faults.first()) {
        (Some(wire), None) => Ok(wire.bundle(|name| files.remove(name).unwrap_or_default())),
        (_, first) => {
            let first = first.map(|fault| format!("{} is {}", fault.name, fault.kind.word()));
            let reason = first.unwrap_or_else(|| format!("{MANIFEST} is altered"));
            let message = format!("the evidence {} is not as it was collected: {reason}", path.display());
            Err(Error::new(ErrorKind::Input, message)
                .hint("`secretrail evidence verify` names all that was changed; collect it anew"))
        }
    }
}

/// The manifest where it can be understood, and the verdict.
fn judge(path: &Path, files: &Files) -> Result<(Option<Wire>, Verdict), Error> {
    let Some(manifest) = files.get(MANIFEST) else {
        return Err(unread(path, &format!("it has no {MANIFEST}, so it is no evidence bundle")));
    };
    let Some(text) = std::str::from_utf8(manifest).ok() else {
        return Err(unread(path, &format!("{MANIFEST} is altered: it is no text")));
    };
    let altered = |detail: Option<String>| Fault { name: MANIFEST.into(), kind: FaultKind::Altered, detail };
    match parse(text) {
        Ok(wire) => {
            let mut faults = document_faults(&wire, files);
            if !wire.is_intact(text) {
                let place = wire.broken_link().map(|name| format!("from the entry of {} on", shown(name)));
                faults.push(altered(place));
            }
            faults.sort();
            let (documents, refusals) = (wire.documents.len(), wire.refusals.len());
            let verdict = Verdict { digest: wire.digest.clone(), documents, refusals, faults };
            Ok((Some(wire), verdict))
        }
        Err(NotUsed::Altered) => {
            let faults = vec![altered(Some("it has not the fields that a manifest has".into()))];
            Ok((None, Verdict { digest: String::new(), documents: 0, refusals: 0, faults }))
        }
        Err(NotUsed::NoManifest) => {
            Err(unread(path, &format!("{MANIFEST} is altered, or is no manifest of secretrail")))
        }
        Err(NotUsed::Version(version)) => {
            Err(unread(path, &format!("{MANIFEST} has version {version}; this secretrail reads version 1")))
        }
    }
}

fn shown(name: &str) -> String {
    super::name::shown(name.as_bytes())
}

fn document_faults(wire: &Wire, files: &Files) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, kind| faults.push(Fault { name: shown(name), kind, detail: None });
    for (at, entry) in wire.documents.iter().enumerate() {
        let Some(bytes) = files.get(&entry.name) else {
            fault(&entry.name, FaultKind::Missing);
            continue;
        };
        let (size, hash) = (bytes.len() as u64, sha256(&[bytes]));
        let same = entry.size == size && entry.sha256 == hash;
        if !same && !wire.chain_says(at, size, &hash) {
            fault(&entry.name, FaultKind::Altered);
        }
    }
    let listed: BTreeSet<&str> = wire.documents.iter().map(|entry| entry.name.as_str()).collect();
    for name in files.keys().filter(|name| *name != MANIFEST && !listed.contains(name.as_str())) {
        fault(name, FaultKind::Extra);
    }
    faults
}
