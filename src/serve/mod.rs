//! The run task server: HCP Terraform asks, we audit the plan and answer within ten minutes.
//!
//! ```text
//!  accept ──► signature ──► request ──► queue ──► task: running ─► plan ─► audit ─► passed or failed
//!  (POST)     (or 401)      (or 400)    (or 503)        └───────── client, allowed hosts only ────┘
//! ```
//!
//! Every accepted task is answered: one that can't be audited ends `failed`, never `passed`, and never in
//! silence. Nothing is written to a disk. The token and the addresses that HCP Terraform sends (a signed
//! address *is* a token) are in no log.
//!
//! Source: <https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run-tasks/run-tasks-integration>.
#![expect(clippy::disallowed_types, reason = "one of the three modules that connect")]

mod accept;
mod answer;
mod client;
mod hosts;
mod queue;
mod request;
mod signature;
mod task;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

pub use self::hosts::AllowedHosts;
pub use self::signature::Key;
use crate::error::{Error, ErrorKind};
use crate::report::TaskResult;

/// Looks at a plan (`terraform show -json`); nothing where it could not. The flag is set when nobody waits for the
/// answer any more.
pub type Audit = dyn Fn(Vec<u8>, &AtomicBool) -> Option<TaskResult> + Send + Sync;

/// How the server behaves.
#[derive(Debug)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The key shared with HCP Terraform.
    pub key: Key,
    /// Where plans may be fetched and answers sent.
    pub hosts: AllowedHosts,
    /// Plans that are held and audited at once.
    pub jobs: usize,
    /// Tasks that may wait for that.
    pub waiting: usize,
    /// How long a request may take to arrive.
    pub request_timeout: Duration,
    /// How long HCP Terraform waits for an answer.
    pub deadline: Duration,
    /// How long running tasks may go on after a stop.
    pub grace: Duration,
}

/// Serves until `stop` says so; then finishes or refuses what was accepted.
///
/// # Errors
///
/// [`ErrorKind::Input`] where the address can't be listened on or the machine's certificates can't be read.
pub fn run(options: Options, audit: Arc<Audit>, stop: watch::Receiver<bool>) -> Result<(), Error> {
    let failed =
        |what: &str, error: std::io::Error| Error::new(ErrorKind::Input, format!("{what}: {}", error.kind()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(options.jobs.saturating_add(8))
        .build()
        .map_err(|error| failed("the server cannot start", error))?;
    let result = runtime.block_on(async {
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| failed(&format!("{} cannot be listened on", options.listen), error))?;
        let address = listener.local_addr().map_err(|error| failed("the address is not known", error))?;
        let client = client::Client::new(options.hosts.clone())?;
        tracing::info!(listen = %address, hosts = %options.hosts, "run task server is ready");
        serve(listener, options, client, audit, stop).await;
        Ok(())
    });
    // An audit that did not hear the stop must not hold the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

async fn serve(
    listener: TcpListener,
    options: Options,
    client: client::Client,
    audit: Arc<Audit>,
    mut stop: watch::Receiver<bool>,
) {
    // Time to hand in the last answers after the grace has ended.
    let last_answers = Duration::from_secs(5);
    let most = options.grace + last_answers;
    let request_timeout = options.request_timeout;
    let workers = task::Workers {
        client,
        audit,
        deadline: options.deadline,
        grace: options.grace,
        stop: stop.clone(),
        permits: Arc::new(tokio::sync::Semaphore::new(options.jobs)),
    };
    let queue = queue::Queue::new(workers, options.jobs.saturating_add(options.waiting));
    let door = Arc::new(accept::Door { key: options.key, queue: queue.clone(), request_timeout });
    let connections = accept::until_stopped(&listener, &door, &mut stop).await;
    drop(listener);
    tracing::info!(tasks = queue.len(), "stopping");
    connections.all_done(request_timeout).await;
    if timeout(most, queue.all_done()).await.is_err() {
        for id in queue.ids() {
            tracing::error!(task_result_id = %id, outcome = "unanswered", "stopped before the answer was taken");
        }
    }
    tracing::info!("stopped");
}
