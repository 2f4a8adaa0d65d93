//! Digests follow one another without a hole, and each is signed.

use std::collections::BTreeMap;

use super::super::time;
use super::digest::{Digest, whole};
use super::keys::Keys;
use super::{Chain, Fault, FaultKind, Files, Verdict, base, unhex};

/// A digest reaches over an hour.
const HOUR: i64 = 3600;
/// A signature's file is small.
const MOST_BYTES: u64 = 1 << 20;

/// A time of which digests are missing.
pub(super) struct Hole {
    pub(super) chain: String,
    pub(super) from: i64,
    pub(super) until: i64,
}

pub(super) fn check(
    files: &dyn Files,
    digests: &[Digest],
    keys: Option<&Keys>,
    verdict: &mut Verdict,
) -> Vec<Hole> {
    let by_object: BTreeMap<&str, &Digest> =
        digests.iter().map(|digest| (digest.object.as_str(), digest)).collect();
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for previous in digests.iter().filter_map(|digest| digest.previous.as_ref()) {
        told.insert(&previous.object, &previous.signature);
    }
    let mut holes = Vec::new();
    let mut chains: BTreeMap<&str, Vec<&Digest>> = BTreeMap::new();
    for digest in digests {
        signature(files, digest, told.get(digest.object.as_str()).copied(), keys, verdict);
        place(digest, verdict);
        before(digest, &by_object, verdict);
        chains.entry(&digest.chain).or_default().push(digest);
    }
    for (name, mut all) in chains {
        all.sort_by(|one, other| (one.end, &one.object).cmp(&(other.end, &other.object)));
        let ends = |all: &[&Digest]| {
            let first = all.iter().map(|digest| digest.start).min()?;
            Some((first, all.iter().map(|digest| digest.end).max()?))
        };
        if let Some((first, last)) = ends(&all) {
            verdict.chains.push(Chain { name: name.to_owned(), digests: all.len(), first, last });
        }
        all.retain(|digest| !digest.backfill);
        follow(name, &all, &by_object, verdict, &mut holes);
    }
    if keys.is_none() && !digests.is_empty() {
        let why = "no public keys were given: the digests are consistent with one another, but anyone could have created them";
        verdict.unproven.push(("signatures".to_owned(), why.to_owned()));
    }
    holes
}

/// Whether the digest before is the one that this one names.
fn before(digest: &Digest, by_object: &BTreeMap<&str, &Digest>, verdict: &mut Verdict) {
    let Some(previous) = &digest.previous else { return };
    let Some(other) = by_object.get(previous.object.as_str()) else { return };
    if !other.hash.eq_ignore_ascii_case(&previous.hash) || other.bucket != previous.bucket {
        let detail = format!("it is not the digest that {} refers to", base(&digest.name));
        verdict.faults.push(Fault { name: other.name.clone(), kind: FaultKind::Altered, detail });
    }
}

/// Each digest after the first one has the one before it.
fn follow(
    chain: &str,
    all: &[&Digest],
    by_object: &BTreeMap<&str, &Digest>,
    verdict: &mut Verdict,
    holes: &mut Vec<Hole>,
) {
    for pair in all.windows(2) {
        let [last, digest] = pair else { continue };
        let hole = Hole { chain: chain.to_owned(), from: last.end, until: digest.start };
        let times = format!("{} to {}", time::written(last.end), time::written(digest.start));
        match &digest.previous {
            None => {
                let why = format!("the chain restarts with it: nothing is proven from {times}");
                verdict.unproven.push((digest.name.clone(), why));
                holes.push(hole);
            }
            Some(previous) if by_object.contains_key(previous.object.as_str()) => {
                if previous.object != last.object {
                    let detail =
                        format!("no digest follows it: {} refers to another one", base(&digest.name));
                    verdict.faults.push(Fault { name: last.name.clone(), kind: FaultKind::Extra, detail });
                }
            }
            Some(previous) => {
                let count = ((digest.start - last.end + HOUR / 2) / HOUR).max(1);
                let detail = match count {
                    1 => format!("the digest of {times}"),
                    _ => format!("the last of about {count} consecutive missing digests, of {times}"),
                };
                let name = previous.object.clone();
                verdict.faults.push(Fault { name, kind: FaultKind::Missing, detail });
                holes.push(hole);
            }
        }
    }
}

/// Whether the digest lies where it says.
fn place(digest: &Digest, verdict: &mut Verdict) {
    let (is, says) = (base(&digest.name), base(&digest.object));
    if is != says && Some(is) != says.strip_suffix(".gz") {
        let detail = format!("it claims to be {says}");
        verdict.faults.push(Fault { name: digest.name.clone(), kind: FaultKind::Moved, detail });
    }
}

/// Whether CloudTrail signed it. `told` is the signature that the next digest repeats.
fn signature(
    files: &dyn Files,
    digest: &Digest,
    told: Option<&str>,
    keys: Option<&Keys>,
    verdict: &mut Verdict,
) {
    let name = digest.name.clone();
    let fault = |kind, detail: &str| Fault { name: name.clone(), kind, detail: detail.to_owned() };
    let own = beside(files, &digest.name);
    if let (Some(own), Some(told)) = (&own, told)
        && !own.eq_ignore_ascii_case(told.trim())
    {
        verdict.faults.push(fault(
            FaultKind::Forged,
            "the signature stored with it differs from the one in the next digest",
        ));
        return;
    }
    let Some(keys) = keys else { return };
    let Some(signature) = own.or_else(|| told.map(str::to_owned)) else {
        let why = "it is the newest digest, and its signature is missing: save it from the object's metadata";
        verdict.unproven.push((name, why.to_owned()));
        return;
    };
    if digest.algorithm != "SHA256withRSA" {
        verdict.faults.push(fault(
            FaultKind::Forged,
            "it names a signature algorithm other than CloudTrail's SHA256withRSA",
        ));
        return;
    }
    let previous = digest.previous.as_ref().map_or("null", |previous| &previous.signature);
    let Digest { end_text, bucket, object, hash, .. } = digest;
    let message = format!("{end_text}\n{bucket}/{object}\n{hash}\n{previous}");
    let signed =
        unhex(&signature).map(|signature| keys.signed(&digest.fingerprint, message.as_bytes(), &signature));
    match signed {
        Some(Some(true)) => {}
        Some(None) => verdict.faults.push(fault(
            FaultKind::Forged,
            "none of the given keys has its fingerprint: keys change, so list those of the whole period and of its Region",
        )),
        Some(Some(false)) => {
            verdict.faults.push(fault(FaultKind::Forged, "the signature does not match: content, location or signature was changed"));
        }
        None => verdict.faults.push(fault(FaultKind::Forged, "the signature is not hexadecimal")),
    }
}

/// The signature that lies beside a digest.
fn beside(files: &dyn Files, name: &str) -> Option<String> {
    let text = |name: String| String::from_utf8(whole(files, &name, MOST_BYTES).ok()?).ok();
    if let Some(signature) = text(format!("{name}.signature")) {
        return Some(signature.trim().to_owned());
    }
    let head: serde_json::Value = serde_json::from_str(&text(format!("{name}.metadata.json"))?).ok()?;
    let signature = head.get("Metadata").unwrap_or(&head).get("signature")?.as_str()?;
    Some(signature.trim().to_owned())
}
