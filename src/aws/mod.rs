//! Queries AWS: the only module that does. It collects documents; everything after that is the same for a saved bundle.
//!
//! ```text
//!  session ──► identity ──► iam: report, summary, MFA devices, details ... at once ──► Bundle
//!  (who)       (or Error)        └── ask: one call ──► document, or refusal
//! ```
//!
//! A call that fails is a refusal and does not end the run. Without credentials, or without any answer, there is
//! nothing to collect: that is an error. The SDK's own errors are never printed: they quote what AWS sent.

pub mod accounts;
mod ask;
pub mod cloudtrail;
mod collected;
mod error;
pub mod forward;
mod http;
mod iam;
mod identity;
pub mod keys;
mod layout;
pub mod mint;
mod organizations;
mod pace;
pub mod s3;
mod secrets_manager;
mod session;
#[cfg(feature = "notify")]
pub mod sign;
mod signed;
pub mod ssm;
pub mod who;
mod whole;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use self::ask::Asker;
use self::cloudtrail::Question;
use self::collected::Collected;
use self::session::Session;
use crate::error::{Error, ErrorKind};
use crate::evidence::{Bundle, Manifest};

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

/// How far a collection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many more calls are to come.
    Expect(u64),
    /// One was answered or refused.
    Done,
}

/// Collects what can be had of the account.
///
/// # Errors
///
/// [`ErrorKind::Input`] where there are no credentials, AWS takes none of them, or nobody answers;
/// [`ErrorKind::Interrupted`] where `stop` said so.
pub fn collect(
    options: &Options,
    progress: &dyn Fn(Step),
    stop: watch::Receiver<bool>,
) -> Result<Bundle, Error> {
    blocking(stop, "stopped; no evidence was collected", all(options, progress))
}

/// Collects CloudTrail's events; the question comes back with its Regions named.
///
/// # Errors
///
/// As [`collect`]; and where there are more events than a bundle holds.
pub fn trail(
    options: &Options,
    question: &Question,
    progress: &dyn Fn(Step),
    stop: watch::Receiver<bool>,
) -> Result<(Bundle, Question), Error> {
    blocking(stop, "stopped; no evidence was collected", async {
        let session = Session::open(options).await?;
        let asker = Asker::new(session.region.clone(), options.now, progress);
        progress(Step::Expect(1));
        let caller = identity::ask(&session, &asker).await?;
        asker.file_under(caller.account.as_deref());
        let mut kept = Collected::new(progress);
        cloudtrail::ask(&session, caller.account.as_deref(), question, options.now, &mut kept).await?;
        let asked = kept.question.unwrap_or_else(|| question.clone());
        let mut bundle = bundle(options, &session, asker, caller, crate::policy::Surface::Trail);
        bundle.documents.append(&mut kept.documents);
        bundle.documents.sort_by(|a, b| a.name.cmp(&b.name));
        bundle.refusals.append(&mut kept.refusals);
        bundle.manifest.regions.extend(asked.regions.iter().cloned());
        bundle.manifest.regions.sort();
        bundle.manifest.regions.dedup();
        Ok((bundle, asked))
    })
}

/// The same with a flag that is set by Ctrl-C.
fn run_until<T>(flag: &AtomicBool, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let (_held, stop) = watch::channel(false);
    let stopped = "stopped; no report was written";
    blocking(stop, stopped, async {
        tokio::select! {
            done = work => done,
            () = cloudtrail::stopped(flag) => Err(Error::new(ErrorKind::Interrupted, stopped)),
        }
    })
}

/// Waits for what AWS answers, or until `stop` says so.
fn blocking<T>(
    mut stop: watch::Receiver<bool>,
    stopped: &str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Input, format!("AWS cannot be queried: {}", error.kind())))?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = work => result,
            _ = stop.wait_for(|stopped| *stopped) => Err(Error::new(ErrorKind::Interrupted, stopped)),
        }
    });
    // A lookup of a name that hangs must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

/// Collects what the stores tell of parameters, and where names are given their values: those that the stores have,
/// or all of them where that is not known.
///
/// # Errors
///
/// As [`collect`].
pub fn inventory(
    options: &Options,
    wanted: &ssm::Wanted,
    values: Option<(&[String], bool)>,
    progress: &dyn Fn(Step),
    stop: watch::Receiver<bool>,
) -> Result<(Bundle, Values), Error> {
    blocking(stop, "stopped; nothing was checked", async {
        let session = Session::open(options).await?;
        let asker = Asker::new(session.region.clone(), options.now, progress);
        progress(Step::Expect(1));
        let caller = identity::ask(&session, &asker).await?;
        asker.file_under(caller.account.as_deref());
        let known = ssm::describe(&session, &asker, wanted).await;
        if wanted.secrets {
            secrets_manager::list(&session, &asker).await;
        }
        let mut found = Values::new();
        if let Some((names, decrypt)) = values {
            let there = |name: &&String| known.as_ref().is_none_or(|known| known.contains(*name));
            let names: Vec<String> = names.iter().filter(there).cloned().collect();
            progress(Step::Expect(names.len() as u64));
            found = ssm::values(&session, &names, decrypt, &|| progress(Step::Done)).await;
        }
        Ok((bundle(options, &session, asker, caller, crate::policy::Surface::Inventory), found))
    })
}

/// A name and its value, or why there is none.
pub type Values = Vec<(String, Result<ssm::Held, ssm::Denied>)>;

/// The values of parameters, in the order of their names; decrypted where that is asked for. `done` is called for
/// each. Nobody is asked who we are: a name that can't be read says why.
///
/// # Errors
///
/// [`ErrorKind::Input`] where there are no credentials; [`ErrorKind::Interrupted`] where `stop` said so.
pub fn values(
    options: &Options,
    names: &[String],
    decrypt: bool,
    done: &dyn Fn(),
    stop: watch::Receiver<bool>,
) -> Result<Values, Error> {
    blocking(stop, "stopped; no value was read", async {
        let session = Session::open(options).await?;
        Ok(ssm::values(&session, names, decrypt, done).await)
    })
}

/// What a program is given.
#[derive(Debug)]
pub struct Lent {
    /// A session of its own.
    pub session: Option<mint::Minted>,
    /// Values of parameters, read by that session where there is one.
    pub values: Values,
    /// Values that it is not given, but must not show; read with the caller's own credentials.
    pub hidden: Values,
}

/// Asks for a session, where one is wanted, and reads decrypted values: `given` with it, `hidden` without it.
///
/// # Errors
///
/// [`ErrorKind::Input`] where there are no credentials, or the role can't be assumed.
pub fn lend(
    options: &Options,
    wanted: Option<&mint::Tagged>,
    given: &[String],
    hidden: &[String],
) -> Result<Lent, Error> {
    // Ctrl-C ends the process: nothing was started yet.
    let (_held, stop) = watch::channel(false);
    blocking(stop, "stopped; nothing was started", async {
        let own = Session::open(options).await?;
        let minted = match wanted {
            Some(wanted) => Some(mint::mint(&own, wanted).await?),
            None => None,
        };
        let hidden = ssm::values(&own, hidden, true, &|| ()).await;
        let session = minted.as_ref().map_or(own.clone(), |minted| own.under(minted));
        let values = ssm::values(&session, given, true, &|| ()).await;
        Ok(Lent { session: minted, values, hidden })
    })
}

async fn all(options: &Options, progress: &dyn Fn(Step)) -> Result<Bundle, Error> {
    let session = Session::open(options).await?;
    let asker = Asker::new(session.region.clone(), options.now, progress);
    progress(Step::Expect(1));
    let caller = identity::ask(&session, &asker).await?;
    asker.file_under(caller.account.as_deref());
    iam::ask(&session, &asker, options).await;
    Ok(bundle(options, &session, asker, caller, crate::policy::Surface::Account))
}

/// All that was answered and refused.
fn bundle(
    options: &Options,
    session: &Session,
    asker: Asker<'_>,
    caller: identity::Caller,
    surface: crate::policy::Surface,
) -> Bundle {
    let (documents, refusals) = asker.found();
    Bundle {
        manifest: Manifest {
            tool_version: options.version.clone(),
            account: caller.account,
            partition: caller.partition,
            caller: caller.arn,
            regions: vec![session.region.clone()],
            surfaces: vec![surface.word().to_owned()],
            // At the end: nothing that was collected is younger than *now*.
            collected_at: ask::now(options.now),
        },
        documents,
        refusals,
        members: Vec::new(),
    }
}
