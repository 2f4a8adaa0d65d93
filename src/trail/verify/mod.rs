//! Whether logs are those that CloudTrail delivered: all of them, and none changed.
//!
//! Every hour CloudTrail writes a *digest*: the logs of that hour with their SHA-256, the SHA-256 and the signature
//! of the digest before it. Each is signed with a key of the Region (RSA PKCS#1 v1.5 with SHA-256). So a file that
//! is missing, changed or added shows, also one of the digests themselves, and also several in a row: each digest
//! names the one before it and says from when to when it reaches.
//!
//! What a signature is made over: the digest's end, its bucket and key, the SHA-256 of its text, and the signature
//! of the digest before it, each on a line of its own. The signature of a digest is metadata of its object in S3,
//! which a download loses; but the next digest repeats it, so only the newest one needs a file beside it:
//! `NAME.signature` (the hexadecimal text) or `NAME.metadata.json` (what `aws s3api head-object` prints).
//!
//! Nothing here opens a file: the caller's [`Files`] do.

mod chain;
mod digest;
mod keys;
mod logs;
#[cfg(test)]
mod tests;

use std::io::Read;

use crate::hex::hex;

pub use keys::Keys;

/// Where the files come from.
pub trait Files {
    /// Names of all files, with `/`.
    fn names(&self) -> Vec<String>;

    /// Opens one of them.
    ///
    /// # Errors
    ///
    /// Why it can't be opened, in words.
    fn open(&self, name: &str) -> Result<Box<dyn Read + '_>, String>;
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Chains of digests: account, Region and trail.
    pub chains: Vec<Chain>,
    /// Digests that were read.
    pub digests: usize,
    /// Logs that are what their digest says.
    pub logs: usize,
    /// What is not as CloudTrail left it, ordered by name.
    pub faults: Vec<Fault>,
    /// What can be neither proven nor refuted, ordered by name.
    pub unproven: Vec<(String, String)>,
}

/// The digests of one trail in one Region of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// As its digests are named: account, Region, trail and home Region.
    pub name: String,
    /// Digests in it.
    pub digests: usize,
    /// Seconds since 1970: from when it reaches.
    pub first: i64,
    /// Until when.
    pub last: i64,
}

/// One file that is not as CloudTrail left it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, or the key of the object where there is none.
    pub name: String,
    /// What is wrong.
    pub kind: FaultKind,
    /// In words.
    pub detail: String,
}

/// What can be wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Its text is another one.
    Altered,
    /// It can't be read to its end.
    Damaged,
    /// No digest lists it, though one should.
    Extra,
    /// Its signature is not CloudTrail's.
    Forged,
    /// It is listed, and not there.
    Missing,
    /// It lies elsewhere than it says.
    Moved,
}

impl FaultKind {
    /// The word that users see.
    pub fn word(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Damaged => "damaged",
            Self::Extra => "extra",
            Self::Forged => "forged",
            Self::Missing => "missing",
            Self::Moved => "moved",
        }
    }
}

/// Checks all digests, and all logs that they list.
pub fn verify(files: &dyn Files, keys: Option<&Keys>) -> Verdict {
    let mut verdict = Verdict::default();
    let mut index = logs::Index::new(files.names());
    let mut digests = Vec::new();
    for name in index.digests() {
        match digest::read(files, &name) {
            Ok((digest, listed)) => {
                verdict.digests += 1;
                logs::check(files, &listed, &mut index, &mut verdict);
                digests.push(digest);
            }
            Err(fault) => verdict.faults.push(fault),
        }
    }
    let holes = chain::check(files, &digests, keys, &mut verdict);
    index.rest(&verdict.chains.clone(), &holes, &mut verdict);
    verdict.faults.sort();
    verdict.faults.dedup();
    verdict.unproven.sort();
    verdict
}

/// The last part of a name.
fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| digit.try_into().ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.last()?)).collect()
}
