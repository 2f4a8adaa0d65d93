//! Digest files.

use std::io::Read;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::super::inflate::{Slow, is_gzip};
use super::super::time;
use super::{Fault, FaultKind, Files, base, hex};

/// A digest of an hour with a hundred thousand logs has 40 MB.
const MOST_BYTES: u64 = 256 << 20;
/// What is in the names of digests.
const MARK: &str = "_CloudTrail-Digest_";

/// What is kept of a digest.
#[derive(Debug)]
pub(super) struct Digest {
    /// The file.
    pub(super) name: String,
    /// Account, Region, trail and home Region, as its name has them.
    pub(super) chain: String,
    /// A later addition to the logs of a time; it stands beside the chain.
    pub(super) backfill: bool,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) end_text: String,
    pub(super) bucket: String,
    pub(super) object: String,
    pub(super) fingerprint: String,
    pub(super) algorithm: String,
    pub(super) previous: Option<Previous>,
    /// SHA-256 of its text.
    pub(super) hash: String,
}

/// What a digest says of the one before it.
#[derive(Debug)]
pub(super) struct Previous {
    pub(super) bucket: String,
    pub(super) object: String,
    pub(super) hash: String,
    pub(super) signature: String,
}

/// A log that a digest lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log {
    #[serde(rename = "s3Object")]
    pub(super) object: String,
    pub(super) hash_value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    digest_start_time: String,
    digest_end_time: String,
    #[serde(rename = "digestS3Bucket")]
    bucket: String,
    #[serde(rename = "digestS3Object")]
    object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: String,
    #[serde(rename = "previousDigestS3Bucket")]
    previous_bucket: Option<String>,
    #[serde(rename = "previousDigestS3Object")]
    previous_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_signature: Option<String>,
    #[serde(default)]
    log_files: Vec<Log>,
}

/// Whether a file's name is a digest's.
pub(super) fn is_digest(name: &str) -> bool {
    let base = base(name);
    base.contains(MARK)
        && (base.ends_with(".json.gz") || base.ends_with(".json"))
        && !base.ends_with(".metadata.json")
}

/// Reads a digest and the logs that it lists.
pub(super) fn read(files: &dyn Files, name: &str) -> Result<(Digest, Vec<Log>), Fault> {
    let fault = |kind, detail: &str| Fault { name: name.to_owned(), kind, detail: detail.to_owned() };
    let text = whole(files, name, MOST_BYTES).map_err(|why| fault(FaultKind::Damaged, &why))?;
    // Serde's message quotes what it found.
    let wire: Wire =
        serde_json::from_slice(&text).map_err(|_| fault(FaultKind::Altered, "it is not a digest in JSON"))?;
    let times =
        time::seconds(wire.digest_start_time.as_bytes()).zip(time::seconds(wire.digest_end_time.as_bytes()));
    let Some((start, end)) = times else {
        return Err(fault(FaultKind::Altered, "its times are invalid"));
    };
    let previous =
        match (wire.previous_object, wire.previous_digest_hash_value, wire.previous_digest_signature) {
            (None, None, None) => None,
            (Some(object), Some(hash), Some(signature)) => {
                Some(Previous { bucket: wire.previous_bucket.unwrap_or_default(), object, hash, signature })
            }
            _ => return Err(fault(FaultKind::Altered, "its reference to the previous digest is incomplete")),
        };
    let (chain, backfill) = chain(&wire.object);
    let digest = Digest {
        name: name.to_owned(),
        chain,
        backfill,
        start,
        end,
        end_text: wire.digest_end_time,
        bucket: wire.bucket,
        object: wire.object,
        fingerprint: wire.digest_public_key_fingerprint,
        algorithm: wire.digest_signature_algorithm,
        previous,
        hash: hex(&Sha256::digest(&text)),
    };
    Ok((digest, wire.log_files))
}

/// The name of the chain of a digest, and whether it is a later addition.
fn chain(object: &str) -> (String, bool) {
    let name = base(object);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let (name, backfill) = name.strip_suffix("_backfill").map_or((name, false), |name| (name, true));
    let name = name.rsplit_once('_').map_or(name, |(chain, _)| chain);
    (name.replacen(MARK, " ", 1), backfill)
}

/// The text of a file, inflated where it is gzip.
pub(super) fn whole(files: &dyn Files, name: &str, most: u64) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let mut reader = text_of(files, name)?.take(most + 1);
    reader.read_to_end(&mut text).map_err(|error| broken(&error))?;
    if text.len() as u64 > most {
        return Err("it is too large for a digest".to_owned());
    }
    Ok(text)
}

/// SHA-256 of the text of a file.
pub(super) fn hash(files: &dyn Files, name: &str) -> Result<String, String> {
    let mut reader = text_of(files, name)?;
    let mut hasher = Sha256::new();
    let mut part = vec![0; 64 * 1024];
    loop {
        let count = reader.read(&mut part).map_err(|error| broken(&error))?;
        if count == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(part.get(..count).unwrap_or_default());
    }
}

fn text_of<'f>(files: &'f dyn Files, name: &str) -> Result<Box<dyn Read + 'f>, String> {
    let mut reader = files.open(name)?;
    let mut start = [0; 2];
    let mut read = 0;
    while let Some(rest) = start.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest).map_err(|error| broken(&error))? {
            0 => break,
            count => read += count,
        }
    }
    let start = start.get(..read).unwrap_or_default().to_vec();
    let gzip = is_gzip(&start);
    let all = std::io::Cursor::new(start).chain(reader);
    Ok(if gzip { Box::new(Slow::new(all)) } else { Box::new(all) })
}

fn broken(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "it is truncated".to_owned(),
        std::io::ErrorKind::FileTooLarge => "it decompresses to far more than a log contains".to_owned(),
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => {
            "its gzip data is corrupt".to_owned()
        }
        kind => kind.to_string(),
    }
}
