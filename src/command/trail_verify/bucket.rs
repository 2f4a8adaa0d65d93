//! Digests and logs in a bucket. A digest's signature is metadata of its object, so nothing has to be saved beside it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::aws::Options;
use crate::aws::keys::public_keys;
use crate::aws::s3::{Body, Bucket, Object, Wanted};
use crate::command::trail::bucket::address;
use crate::error::{Error, ErrorKind};
use crate::trail::time;
use crate::trail::verify::{Files, Keys};

/// Objects that are fetched at once: those that follow are asked for next.
const AHEAD: usize = 32;
/// A larger object is fetched when it is asked for.
const MOST_AHEAD: u64 = 4 * 1024 * 1024;
/// The folder of digests.
const DIGESTS: &str = "CloudTrail-Digest";
/// How the name of a signature ends.
const SIGNATURE: &str = ".signature";

/// A bucket's objects as files.
pub(super) struct Remote<'r> {
    bucket: Bucket,
    objects: Vec<Object>,
    /// What could not be listed, and why.
    pub refused: Vec<(String, String)>,
    ahead: RefCell<BTreeMap<String, Result<Body, String>>>,
    signatures: RefCell<BTreeMap<String, String>>,
    stop: &'r AtomicBool,
}

impl<'r> Remote<'r> {
    /// Lists digests and logs.
    pub(super) fn open(options: &Options, path: &Path, stop: &'r AtomicBool) -> Result<Self, Error> {
        let (name, prefix) = address(path)?;
        let bucket = Bucket::open(options, &name)?;
        let listed = bucket.list(&prefix, &Wanted { digests: true, ..Wanted::default() }, stop)?;
        Ok(Self {
            bucket,
            objects: listed.objects,
            refused: listed.refused,
            ahead: RefCell::default(),
            signatures: RefCell::default(),
            stop,
        })
    }

    /// Regions of digests, and from when to when they reach.
    fn reach(&self) -> Option<(Vec<String>, (i64, i64))> {
        let mut regions = BTreeSet::new();
        let mut days = BTreeSet::new();
        for object in &self.objects {
            let Some((_, rest)) = object.key.split_once(&format!("{DIGESTS}/")) else { continue };
            let parts: Vec<&str> = rest.split('/').collect();
            if let [region, year, month, day, _] = parts.as_slice() {
                regions.insert((*region).to_owned());
                days.extend(time::seconds(format!("{year}-{month}-{day}T00:00:00Z").as_bytes()));
            }
        }
        let (first, last) = (*days.first()?, *days.last()?);
        Some((regions.into_iter().collect(), (first - 86_400, last + 2 * 86_400)))
    }

    /// Asks CloudTrail for the keys of the digests' time and Regions; and what it did not tell.
    pub(super) fn keys(&self, options: &Options) -> Result<(Keys, Vec<(String, String)>), Error> {
        let (mut keys, mut refused) = (Keys::default(), Vec::new());
        let Some((regions, times)) = self.reach() else { return Ok((keys, refused)) };
        for one in public_keys(options, &regions, times, self.stop)? {
            let mut told = one.refused;
            for page in &one.pages {
                let added =
                    std::str::from_utf8(page).map_err(|_| "it is not text").and_then(|text| keys.add(text));
                if let Err(why) = added {
                    told = Some(format!("the response to ListPublicKeys is unusable: {why}"));
                }
            }
            refused.extend(told.map(|why| (one.region, why)));
        }
        Ok((keys, refused))
    }

    fn fetch(&self, name: &str) -> Result<Body, String> {
        if let Some(body) = self.ahead.borrow_mut().remove(name) {
            return body;
        }
        let at = self.objects.partition_point(|object| object.key.as_str() < name);
        let folder = |key: &str| key.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let own = folder(name);
        let follow = self.objects.get(at..).unwrap_or_default().iter().take(AHEAD);
        let mut keys: Vec<&str> = follow
            .filter(|object| object.size <= MOST_AHEAD && folder(&object.key) == own)
            .map(|object| object.key.as_str())
            .filter(|key| *key != name)
            .collect();
        keys.insert(0, name);
        let mut bodies = self.bucket.fetch(&keys, self.stop).into_iter();
        let first = bodies.next().unwrap_or_else(|| Err("it was not fetched".to_owned()));
        // What was fetched ahead before was asked for by now, or never is.
        let ahead = keys.iter().skip(1).map(|key| (*key).to_owned()).zip(bodies).collect();
        self.ahead.replace(ahead);
        first
    }
}

impl Files for Remote<'_> {
    fn names(&self) -> Vec<String> {
        self.objects.iter().map(|object| object.key.clone()).collect()
    }

    fn open(&self, name: &str) -> Result<Box<dyn Read + '_>, String> {
        if let Some(signature) =
            name.strip_suffix(SIGNATURE).and_then(|of| self.signatures.borrow().get(of).cloned())
        {
            return Ok(Box::new(Cursor::new(signature.into_bytes())));
        }
        let is_there = self.objects.binary_search_by(|object| object.key.as_str().cmp(name)).is_ok();
        if !is_there {
            return Err("it is not there".to_owned());
        }
        let body = self.fetch(name)?;
        if let Some(signature) = body.signature.filter(|_| name.contains(DIGESTS)) {
            self.signatures.borrow_mut().insert(name.to_owned(), signature);
        }
        Ok(Box::new(Cursor::new(body.bytes)))
    }
}

/// A bucket that could not be listed was not checked.
pub(super) fn listed(remote: &Remote<'_>, path: &Path) -> Result<(), Error> {
    match remote.refused.first() {
        Some((_, why)) if remote.objects.is_empty() => {
            Err(Error::new(ErrorKind::Input, format!("{} cannot be listed: {why}", path.display()))
                .hint("`secretrail policy --surface trail --bucket NAME` prints the permissions it needs"))
        }
        _ => Ok(()),
    }
}
