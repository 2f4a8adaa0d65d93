//! Asks AWS: the only module that does. It collects documents; all after it is the same for a saved bundle.
//!
//! ```text
//!  session ──► identity ──► iam: report, summary, MFA devices, details ... at once ──► Bundle
//!  (who)       (or Error)        └── ask: one call ──► document, or refusal
//! ```
//!
//! A call that fails is a refusal and ends nothing. Without credentials, or where nobody answers at all, there is
//! nothing to collect: that is an error. The SDK's own errors are never printed: they quote what AWS sent.

mod ask;
pub mod cloudtrail;
mod collected;
mod error;
mod http;
mod iam;
mod identity;
pub mod keys;
mod layout;
mod pace;
pub mod s3;
mod session;
mod whole;

use std::future::Future;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use self::ask::Asker;
use self::cloudtrail::Question;
use self::session::Session;
use crate::error::{Error, ErrorKind};
use crate::evidence::{Bundle, Manifest};
use crate::policy::Surface;

/// Whom to ask, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// A profile of `~/.aws/config`; it wins over the environment.
    pub profile: Option<String>,
    /// The Region to ask.
    pub region: Option<String>,
    /// A role to assume first.
    pub role: Option<Role>,
    /// Whether to ask for the ids of access keys, user by user.
    pub key_ids: bool,
    /// How long one call may take, retries included.
    pub timeout: Duration,
    /// More certificates to trust, as PEM: what `AWS_CA_BUNDLE` names.
    pub certificates: Option<Vec<u8>>,
    /// secretrail's version, for the manifest and for the trail.
    pub version: String,
    /// A clock that stands still, for tests.
    pub now: Option<Timestamp>,
}

/// A role to assume.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// What its owner asks for.
    pub external_id: Option<String>,
    /// The session's name, as the trail shows it.
    pub session_name: String,
}

/// What is collected.
#[derive(Debug, Clone, Default)]
pub struct Asks {
    /// Root, users, roles and their keys.
    pub account: bool,
    /// CloudTrail's events.
    pub trail: Option<Question>,
}

/// How far a collection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many more calls are to come.
    Expect(u64),
    /// One was answered or refused.
    Done,
}

/// Collects what can be had of the account; the question to CloudTrail comes back with its Regions named.
///
/// # Errors
///
/// [`ErrorKind::Input`] where there are no credentials, AWS takes none of them, or nobody answers;
/// [`ErrorKind::Interrupted`] where `stop` said so.
pub fn collect(
    options: &Options,
    asks: &Asks,
    progress: &dyn Fn(Step),
    mut stop: watch::Receiver<bool>,
) -> Result<(Bundle, Option<Question>), Error> {
    run(async {
        tokio::select! {
            bundle = all(options, asks, progress) => bundle,
            _ = stop.wait_for(|stopped| *stopped) => {
                Err(Error::new(ErrorKind::Interrupted, "stopped; no evidence was collected"))
            }
        }
    })
}

/// Runs it to its end, or until it is called on to stop.
fn run_until<T>(stop: &AtomicBool, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    run(async {
        tokio::select! {
            done = work => done,
            () = cloudtrail::stopped(stop) => Err(Error::new(ErrorKind::Interrupted, "stopped; no report was written")),
        }
    })
}

fn run<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Input, format!("AWS can't be asked: {}", error.kind())))?;
    let result = runtime.block_on(work);
    // A lookup of a name that hangs must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

async fn all(
    options: &Options,
    asks: &Asks,
    progress: &dyn Fn(Step),
) -> Result<(Bundle, Option<Question>), Error> {
    let session = Session::open(options).await?;
    let asker = Asker::new(session.region.clone(), options.now, progress);
    progress(Step::Expect(1));
    let caller = identity::ask(&session, &asker).await?;
    asker.file_under(caller.account.as_deref());
    let mut surfaces = Vec::new();
    if asks.account {
        surfaces.push(Surface::Account);
        iam::ask(&session, &asker, options).await;
    }
    let (mut documents, mut refusals) = asker.found();
    let mut regions = vec![session.region.clone()];
    let mut asked = None;
    if let Some(question) = &asks.trail {
        surfaces.push(Surface::Trail);
        let mut kept = collected::Collected::new(progress, &documents);
        cloudtrail::ask(&session, caller.account.as_deref(), question, options.now, &mut kept).await?;
        regions.extend(kept.question.iter().flat_map(|question| question.regions.clone()));
        documents.append(&mut kept.documents);
        refusals.append(&mut kept.refusals);
        asked = kept.question;
    }
    documents.sort_by(|a, b| a.name.cmp(&b.name));
    regions.sort();
    regions.dedup();
    let bundle = Bundle {
        manifest: Manifest {
            tool_version: options.version.clone(),
            account: caller.account,
            partition: caller.partition,
            caller: caller.arn,
            regions,
            surfaces: surfaces.into_iter().map(|surface| surface.word().to_owned()).collect(),
            // At the end: nothing that was collected is younger than *now*.
            collected_at: ask::now(options.now),
        },
        documents,
        refusals,
    };
    Ok((bundle, asked))
}
