//! Logs in buckets: `s3://BUCKET/PREFIX`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::input::{BUCKET, Input};
use super::read::{Fetch, Fetched, Log, Object};
use crate::aws::s3::{self, Bucket, Wanted};
use crate::cli::TrailArguments;
use crate::command::collect::options_of;
use crate::command::scan::Setup;
use crate::error::{Error, ErrorKind};

/// All buckets that the user names.
#[derive(Default)]
struct Buckets(BTreeMap<String, Bucket>);

impl Fetch for Buckets {
    fn fetch(&self, objects: &[&Object], stop: &AtomicBool) -> Vec<Fetched> {
        let mut fetched: Vec<Fetched> = Vec::new();
        fetched.resize_with(objects.len(), || Err("it was not fetched".to_owned()));
        for (name, bucket) in &self.0 {
            let own: Vec<(usize, &str)> = objects
                .iter()
                .enumerate()
                .filter(|(_, object)| object.bucket == *name)
                .map(|(at, object)| (at, object.key.as_str()))
                .collect();
            let keys: Vec<&str> = own.iter().map(|(_, key)| *key).collect();
            for ((at, _), body) in own.iter().zip(bucket.fetch(&keys, stop)) {
                if let Some(slot) = fetched.get_mut(*at) {
                    *slot = body.map(|body| body.bytes);
                }
            }
        }
        fetched
    }
}

/// The bucket and the prefix of an address.
pub(in crate::command) fn address(path: &Path) -> Result<(String, String), Error> {
    let text = path.to_string_lossy();
    let rest = text.strip_prefix(BUCKET).unwrap_or(&text);
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (3..=63).contains(&bucket.len()) && bucket.bytes().all(plain) {
        return Ok((bucket.to_owned(), prefix.to_owned()));
    }
    Err(Error::new(ErrorKind::Usage, "this is not a bucket address")
        .hint("write it as s3://BUCKET/PREFIX, for example s3://trail-bucket/AWSLogs/123456789012/"))
}

/// Lists what is asked for.
pub(super) fn find(
    paths: &[&Path],
    arguments: &TrailArguments,
    setup: &Setup,
    input: &mut Input,
) -> Result<(), Error> {
    let mut options = options_of(&arguments.sign_in)?;
    options.region = None;
    let wanted = Wanted {
        since: arguments.since,
        until: arguments.until,
        accounts: arguments.account.clone(),
        regions: arguments.region.clone(),
        digests: false,
    };
    let mut buckets = Buckets::default();
    let mut logs = Vec::new();
    for path in paths {
        let (name, prefix) = address(path)?;
        if !buckets.0.contains_key(&name) {
            buckets.0.insert(name.clone(), Bucket::open(&options, &name)?);
        }
        let Some(bucket) = buckets.0.get(&name) else { return Ok(()) };
        let listed = bucket.list(&prefix, &wanted, setup.stop())?;
        input.passed += listed.passed;
        let told = |(prefix, reason): (String, String)| (format!("{BUCKET}{name}/{prefix}"), reason);
        input.missing.extend(listed.refused.into_iter().map(told));
        logs.extend(listed.objects.into_iter().map(|s3::Object { key, size }| (name.clone(), key, size)));
    }
    logs.sort();
    logs.dedup();
    input.logs.extend(logs.into_iter().map(|(bucket, key, size)| Log::Object(Object { bucket, key, size })));
    input.bucket = Some(Box::new(buckets));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_a_bucket() {
        let of = |text: &str| address(Path::new(text));
        assert_eq!(of("s3://trail-bucket").unwrap(), ("trail-bucket".into(), String::new()));
        assert_eq!(of("s3://trail-bucket/a/b/").unwrap(), ("trail-bucket".into(), "a/b/".into()));
        for wrong in ["s3://", "s3:///a", "s3://a b/c", "s3://x@evil.example/"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
