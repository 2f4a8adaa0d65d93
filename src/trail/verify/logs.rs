//! Logs are what their digest says, and each log has a digest.

use std::collections::BTreeMap;

use super::super::time;
use super::chain::Hole;
use super::digest::{Log, hash, is_digest};
use super::{Chain, Fault, FaultKind, Files, Verdict, base};

/// What is in the names of logs.
const MARK: &str = "_CloudTrail_";
/// A log is named before it is delivered, and its digest is of the hour of delivery.
const LAG: i64 = 1800;

/// All files, by the last part of their names: a folder need not be as the bucket was.
pub(super) struct Index {
    names: Vec<String>,
    listed: Vec<bool>,
    by_base: BTreeMap<String, Vec<usize>>,
}

impl Index {
    pub(super) fn new(mut names: Vec<String>) -> Self {
        names.sort();
        let mut by_base: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            by_base.entry(base(name).to_owned()).or_default().push(at);
        }
        Self { listed: vec![false; names.len()], names, by_base }
    }

    pub(super) fn digests(&self) -> Vec<String> {
        self.names.iter().filter(|name| is_digest(name)).cloned().collect()
    }

    /// The file of an object, or the same without compression; of several the one that lies most alike.
    fn find(&self, object: &str) -> Option<usize> {
        let name = base(object);
        let known = self.by_base.get(name).or_else(|| self.by_base.get(name.strip_suffix(".gz")?))?;
        let alike = |at: &&usize| {
            let path = self.names.get(**at).map_or("", String::as_str);
            path.bytes().rev().zip(object.bytes().rev()).take_while(|(one, other)| one == other).count()
        };
        known.iter().max_by_key(alike).copied()
    }

    /// Logs that no digest lists: extra ones, where a digest should.
    pub(super) fn rest(&self, chains: &[Chain], holes: &[Hole], verdict: &mut Verdict) {
        for (name, _) in
            self.names.iter().zip(&self.listed).filter(|(name, listed)| !**listed && is_log(name))
        {
            match judged(base(name), chains, holes) {
                Some(why) => verdict.unproven.push((name.clone(), why)),
                None => {
                    let detail = "no digest lists it, although those of its time are present".to_owned();
                    verdict.faults.push(Fault { name: name.clone(), kind: FaultKind::Extra, detail });
                }
            }
        }
    }
}

fn is_log(name: &str) -> bool {
    let base = base(name);
    base.contains(MARK) && (base.ends_with(".json.gz") || base.ends_with(".json"))
}

/// Why nobody can tell whether a log is CloudTrail's; `None` where it is not.
fn judged(name: &str, chains: &[Chain], holes: &[Hole]) -> Option<String> {
    let Some((place, at)) = parts(name) else {
        return Some("its name does not contain account, Region and time".to_owned());
    };
    let of_place = |chain: &str| chain.starts_with(&place);
    let mut own = chains.iter().filter(|chain| of_place(&chain.name)).peekable();
    if own.peek().is_none() {
        return Some("there is no digest of its account and Region".to_owned());
    }
    if holes.iter().any(|hole| of_place(&hole.chain) && (hole.from - LAG..=hole.until + LAG).contains(&at)) {
        return Some("the digests of its time are missing".to_owned());
    }
    let inside = own.any(|chain| (chain.first + LAG..=chain.last - LAG).contains(&at));
    (!inside).then(|| "it lies at or outside the ends of the digests".to_owned())
}

/// `123456789012 eu-central-1_` and the time of `123456789012_CloudTrail_eu-central-1_20260328T1420Z_x.json.gz`.
fn parts(name: &str) -> Option<(String, i64)> {
    let (account, rest) = name.split_once(MARK)?;
    let mut rest = rest.split('_');
    let (region, stamp) = (rest.next()?, rest.next()?);
    let part = |from: usize, to: usize| stamp.get(from..to);
    let written =
        format!("{}-{}-{}T{}:{}:00Z", part(0, 4)?, part(4, 6)?, part(6, 8)?, part(9, 11)?, part(11, 13)?);
    Some((format!("{account} {region}_"), time::seconds(written.as_bytes())?))
}

/// Checks the logs of one digest.
pub(super) fn check(files: &dyn Files, listed: &[Log], index: &mut Index, verdict: &mut Verdict) {
    for log in listed {
        let Some(at) = index.find(&log.object) else {
            let detail = "a digest lists this log".to_owned();
            verdict.faults.push(Fault { name: log.object.clone(), kind: FaultKind::Missing, detail });
            continue;
        };
        if let Some(listed) = index.listed.get_mut(at) {
            *listed = true;
        }
        let Some(name) = index.names.get(at) else { continue };
        let fault = match hash(files, name) {
            Ok(hash) if hash.eq_ignore_ascii_case(&log.hash_value) => {
                verdict.logs += 1;
                continue;
            }
            Ok(_) => (FaultKind::Altered, "its content differs from what was delivered".to_owned()),
            Err(why) => (FaultKind::Damaged, why),
        };
        verdict.faults.push(Fault { name: name.clone(), kind: fault.0, detail: fault.1 });
    }
}
