//! Recomputes all hashes of a bundle, and names what does not agree.

use std::collections::BTreeSet;
use std::path::Path;

use super::Bundle;
use super::files::{self, Files, Found, unread};
use super::manifest::{NotUsed, Wire, parse, sha256};
use super::name::MANIFEST;
use crate::error::{Error, ErrorKind};

/// What a bundle proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The digest that the manifest has; empty where it is not understood.
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
    let found = files::read(path)?;
    judge(path, &found).map(|(_, verdict)| verdict)
}

/// Reads a bundle that is intact and, where one is given, has this digest.
///
/// # Errors
///
/// [`ErrorKind::Input`] where it can't be read, is none, or was altered.
pub fn read(path: &Path, digest: Option<&str>) -> Result<Bundle, Error> {
    let found = files::read(path)?;
    let (wire, verdict) = judge(path, &found)?;
    let mut files = found.files;
    let other = digest.is_some_and(|digest| digest != verdict.digest);
    match (wire, verdict.faults.first()) {
        (Some(wire), None) if !other => Ok(wire.bundle(|name| files.remove(name).unwrap_or_default())),
        (_, first) => {
            let first = first.map(|fault| format!("{} is {}", fault.name, fault.kind.word()));
            let reason = first.unwrap_or_else(|| "its digest is not the one that was given".to_owned());
            let message = format!("the evidence {} is not as it was collected: {reason}", path.display());
            Err(Error::new(ErrorKind::Input, message)
                .hint("`secretrail evidence verify` lists everything that was changed; collect it again"))
        }
    }
}

/// A digest as people give it.
///
/// # Errors
///
/// [`ErrorKind::Usage`] for what is no SHA-256.
pub fn digest(text: &str) -> Result<String, Error> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err(Error::new(ErrorKind::Usage, "--digest is no SHA-256")
        .hint("give the 64 letters and digits that `secretrail collect` printed"))
}

/// The manifest where it can be understood, and the verdict.
fn judge(path: &Path, found: &Found) -> Result<(Option<Wire>, Verdict), Error> {
    let Some(manifest) = found.files.get(MANIFEST) else {
        return Err(unread(path, &format!("it has no {MANIFEST}, so it is not an evidence bundle")));
    };
    let altered = |detail: Option<String>| Fault { name: MANIFEST.into(), kind: FaultKind::Altered, detail };
    let not_ours = |detail: &str| {
        let mut faults = found.faults.clone();
        faults.push(altered(Some(detail.to_owned())));
        faults.sort();
        Ok((None, Verdict { digest: String::new(), documents: 0, refusals: 0, faults }))
    };
    let Some(text) = std::str::from_utf8(manifest).ok() else { return not_ours("it is not text") };
    match parse(text) {
        Ok(wire) => {
            let mut faults = found.faults.clone();
            faults.extend(document_faults(&wire, &found.files));
            if !wire.is_intact(text) {
                let place = wire.broken_link().map(|name| format!("from the entry of {} on", shown(name)));
                faults.push(altered(place));
            }
            faults.sort();
            let (documents, refusals) = (wire.documents.len(), wire.refusals.len());
            let verdict = Verdict { digest: wire.digest.clone(), documents, refusals, faults };
            Ok((Some(wire), verdict))
        }
        Err(NotUsed::Altered) => not_ours("it has not the fields that a manifest has"),
        Err(NotUsed::NoManifest) => not_ours("it is no manifest of secretrail any more, or never was"),
        Err(NotUsed::Version(version)) => Err(unread(
            path,
            &format!("{MANIFEST} has version {version}; this secretrail reads versions 1 and 2"),
        )),
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
