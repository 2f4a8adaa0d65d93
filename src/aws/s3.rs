//! A trail's bucket: which objects hold what is asked for, and their bytes.
//!
//! Levels of a trail's layout are walked from above, so that other accounts, Regions and services cost nothing. Below
//! a Region keys begin with the day: listing starts at the first day that is wanted and ends after the last one.
//! Many small objects are asked for at once; answers come in the order of the question.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Region};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::cloudtrail::stopped;
use super::error::failure;
use super::layout::{Layout, Way};
use super::session::{Session, is_region};
use super::{Options, layout};
use crate::error::{Error, ErrorKind};
use crate::evidence::code;
use crate::policy::{GET_OBJECT, LIST_OBJECTS};

/// Calls at once.
const LANES: usize = 16;
/// A larger object is no log.
const MOST_OBJECT: u64 = 64 * 1024 * 1024;
/// Objects that are listed; more take a narrower question.
const MOST_OBJECTS: usize = 2_000_000;
/// Where S3 tells in which Region a bucket is.
const BUCKET_REGION: &str = "x-amz-bucket-region";

pub use super::layout::Wanted;

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size.
    pub size: u64,
}

/// What a bucket holds of what was asked for.
#[derive(Debug, Default)]
pub struct Listed {
    /// In the order of their keys.
    pub objects: Vec<Object>,
    /// Digests and Insights that were passed over; folders of them count once.
    pub passed: usize,
    /// Prefixes that could not be listed, and why.
    pub refused: Vec<(String, String)>,
}

/// The bytes of an object, and the signature that CloudTrail wrote beside a digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// As they lie there.
    pub bytes: Vec<u8>,
    /// Of a digest.
    pub signature: Option<String>,
}

/// A bucket.
pub struct Bucket {
    name: String,
    runtime: Mutex<Runtime>,
    client: Client,
    region: String,
}

impl Bucket {
    /// Gets credentials. Nothing is asked of the bucket yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] where there are no credentials.
    pub fn open(options: &Options, name: &str) -> Result<Self, Error> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
                Error::new(ErrorKind::Input, format!("AWS cannot be queried: {}", error.kind()))
            })?;
        let session = runtime.block_on(Session::open(options))?;
        let mut bucket = Self {
            name: name.to_owned(),
            runtime: Mutex::new(runtime),
            client: client(&session, name, &session.region),
            region: session.region.clone(),
        };
        // A bucket lies in one Region; who asks elsewhere is told where.
        if let Some(region) = bucket.block_on(bucket.elsewhere()) {
            tracing::debug!("the bucket is in {region}");
            bucket.client = client(&session, name, &region);
            bucket.region = region;
        }
        Ok(bucket)
    }

    /// Where the bucket is, if it is elsewhere.
    async fn elsewhere(&self) -> Option<String> {
        let asked = self.client.list_objects_v2().bucket(&self.name).max_keys(1).send().await;
        let error = asked.err()?;
        let told = error.raw_response()?.headers().get(BUCKET_REGION)?.to_owned();
        (is_region(&told) && told != self.region).then_some(told)
    }

    fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner).block_on(work)
    }

    /// Lists what is wanted below a prefix.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Interrupted`] where `stop` said so.
    pub fn list(&self, prefix: &str, wanted: &Wanted, stop: &AtomicBool) -> Result<Listed, Error> {
        self.block_on(async {
            tokio::select! {
                listed = self.walk(prefix, wanted) => Ok(listed),
                () = stopped(stop) => Err(Error::new(ErrorKind::Interrupted, "stopped; no report was written")),
            }
        })
    }

    async fn walk(&self, prefix: &str, wanted: &Wanted) -> Listed {
        let layout = Layout::new(wanted);
        let mut listed = Listed::default();
        let mut waiting = VecDeque::from([prefix.to_owned()]);
        let mut running = JoinSet::new();
        loop {
            while running.len() < LANES && listed.objects.len() < MOST_OBJECTS {
                let Some(next) = waiting.pop_front() else { break };
                match layout.way(&next) {
                    Way::Leave => {}
                    Way::Pass => listed.passed += 1,
                    way => {
                        running.spawn(level(self.client.clone(), self.name.clone(), next, way));
                    }
                }
            }
            let Some(done) = running.join_next().await else { break };
            let Ok(level) = done else {
                listed
                    .refused
                    .push((prefix.to_owned(), "an error of secretrail's own ended the listing".into()));
                continue;
            };
            for object in level.objects {
                match layout.object(&object.key) {
                    Way::Leave => {}
                    Way::Pass => listed.passed += 1,
                    _ => listed.objects.push(object),
                }
            }
            waiting.extend(level.below);
            listed.refused.extend(level.refused);
        }
        if listed.objects.len() >= MOST_OBJECTS {
            let reason =
                format!("more than {MOST_OBJECTS} objects: ask for a shorter time, an account or a Region");
            listed.refused.push((prefix.to_owned(), reason));
        }
        listed.objects.sort();
        listed.objects.dedup_by(|a, b| a.key == b.key);
        listed.refused.sort();
        listed
    }

    /// The bytes of objects, or why there are none, in the order of the question.
    pub fn fetch(&self, keys: &[&str], stop: &AtomicBool) -> Vec<Result<Body, String>> {
        let mut bodies: Vec<Result<Body, String>> = Vec::new();
        bodies.resize_with(keys.len(), || Err("it was not fetched".to_owned()));
        self.block_on(async {
            let mut running = JoinSet::new();
            let mut waiting = keys.iter().enumerate();
            loop {
                while running.len() < LANES && !stop.load(Ordering::Relaxed) {
                    let Some((at, key)) = waiting.next() else { break };
                    let (client, bucket, key) = (self.client.clone(), self.name.clone(), (*key).to_owned());
                    running.spawn(async move { (at, object(client, bucket, key).await) });
                }
                let Some(done) = running.join_next().await else { break };
                // A call that ended in a panic leaves its place as it was.
                if let Ok((at, body)) = done
                    && let Some(slot) = bodies.get_mut(at)
                {
                    *slot = body;
                }
            }
        });
        bodies
    }
}

/// A client for a bucket in a Region. A name with dots fits into no certificate.
fn client(session: &Session, bucket: &str, region: &str) -> Client {
    let config = Builder::from(&session.config)
        .region(Region::new(region.to_owned()))
        .force_path_style(bucket.contains('.'))
        .build();
    Client::from_conf(config)
}

/// One level of a bucket.
#[derive(Default)]
struct Level {
    objects: Vec<Object>,
    below: Vec<String>,
    refused: Vec<(String, String)>,
}

/// Lists one level, or all below a Region.
async fn level(client: Client, bucket: String, prefix: String, way: Way) -> Level {
    let mut level = Level::default();
    let mut token: Option<String> = None;
    loop {
        let mut call = client.list_objects_v2().bucket(&bucket).prefix(&prefix);
        call = call.set_continuation_token(token.clone());
        call = match &way {
            Way::Days { from, .. } => call.set_start_after(from.clone()),
            _ => call.delimiter("/"),
        };
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let code = failure(&error).code;
                level.refused.push((prefix, format!("{}: {code}", LIST_OBJECTS.permission())));
                return level;
            }
        };
        let is_behind = add(&mut level, &answer, &way);
        let next = answer.next_continuation_token().map(str::to_owned);
        if is_behind || next.is_none() || answer.is_truncated() != Some(true) {
            return level;
        }
        if next == token || level.objects.len() >= MOST_OBJECTS {
            level.refused.push((prefix, format!("{}: {}", LIST_OBJECTS.permission(), code::MALFORMED)));
            return level;
        }
        token = next;
    }
}

/// Adds a page; whether its end is behind the last day.
fn add(level: &mut Level, answer: &ListObjectsV2Output, way: &Way) -> bool {
    let below = answer.common_prefixes().iter().filter_map(|one| one.prefix());
    level.below.extend(below.map(str::to_owned));
    for object in answer.contents() {
        let Some(key) = object.key() else { continue };
        if let Way::Days { to: Some(to), .. } = way
            && key >= to.as_str()
        {
            return true;
        }
        let size = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        level.objects.push(Object { key: key.to_owned(), size });
    }
    false
}

async fn object(client: Client, bucket: String, key: String) -> Result<Body, String> {
    let refused = |code: &str| format!("{}: {code}", GET_OBJECT.permission());
    let mut answer = client
        .get_object()
        .bucket(bucket)
        .key(key)
        .send()
        .await
        .map_err(|error: SdkError<_, _>| refused(&failure(&error).code))?;
    let signature = answer.metadata().and_then(|all| all.get(layout::SIGNATURE)).cloned();
    let mut bytes = Vec::new();
    // The SDK's time-outs end with the head of an answer.
    let patience = Duration::from_secs(60);
    loop {
        match tokio::time::timeout(patience, answer.body.try_next()).await {
            Err(_) => return Err(refused(code::TIMED_OUT)),
            Ok(Err(_)) => return Err("the connection broke off while it was fetched".to_owned()),
            Ok(Ok(None)) => return Ok(Body { bytes, signature }),
            Ok(Ok(Some(part))) if bytes.len() as u64 + part.len() as u64 > MOST_OBJECT => {
                drop(part);
                return Err(refused(code::TOO_LARGE));
            }
            Ok(Ok(Some(part))) => bytes.extend_from_slice(&part),
        }
    }
}
