//! One task, from the request that was accepted to the answer that was taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::client::{Client, Refusal};
use super::request::{Stage, TaskRequest};
use super::{Audit, answer};
use crate::report::TaskResult;
use crate::secret::Secret;

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The time kept for handing in the last word, as a part of the deadline: 30 seconds of ten minutes.
const RESERVE: u32 = 20;
/// The time to hand in the last word after a stop.
const LAST_WORD: Duration = Duration::from_secs(5);

/// What all tasks share.
pub(super) struct Workers {
    pub client: Client,
    pub audit: Arc<Audit>,
    pub deadline: Duration,
    pub grace: Duration,
    pub stop: watch::Receiver<bool>,
    pub permits: Arc<Semaphore>,
}

/// How a task ended, and what is said of it.
struct Said {
    body: Bytes,
    /// `passed`, `failed` or `not-audited`, for the log.
    outcome: &'static str,
    /// Why nothing was audited, for the log.
    reason: String,
}

impl Said {
    fn not_audited(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { body: answer::not_audited(&reason), outcome: "not-audited", reason }
    }
}

impl Workers {
    pub(super) fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Answers a request: `running` at once, the outcome before the deadline.
    pub(super) async fn answer(&self, request: &TaskRequest) {
        let started = Instant::now();
        let deadline = started + self.deadline;
        let decided_by = deadline - self.deadline / RESERVE;
        let said = tokio::select! {
            said = self.decide(request, decided_by) => said,
            () = sleep_until(decided_by) => Said::not_audited("there was not enough time"),
            () = self.grace_ended() => Said::not_audited("the server was stopped; run it again"),
        };
        let deadline = if self.stopping() { deadline.min(Instant::now() + LAST_WORD) } else { deadline };
        let seconds = started.elapsed().as_secs_f32();
        match self.hand_in(request, said.body, deadline).await {
            Ok(()) => {
                tracing::info!(task_result_id = %request.id, outcome = said.outcome, reason = said.reason, seconds, "answered");
            }
            Err(refusal) => {
                tracing::error!(task_result_id = %request.id, outcome = said.outcome, "the answer was not taken: {}", refusal.reason);
            }
        }
    }

    async fn decide(&self, request: &TaskRequest, by: Instant) -> Said {
        let Some(address) = &request.plan else { return without_plan(request.stage) };
        let running = answer::running("secretrail follows the secrets of this plan");
        if let Err(refusal) = self.client.hand_in(&request.callback, &request.token, running).await {
            // The outcome is what counts, and it is tried until the end.
            tracing::warn!(task_result_id = %request.id, "progress was not taken: {}", refusal.reason);
        }
        match tries(by, || self.plan(address, &request.token)).await {
            Ok((plan, permit)) => self.look(plan, permit, request.takes_outcomes).await,
            Err(refusal) => Said::not_audited(format!("the plan cannot be fetched: {}", refusal.reason)),
        }
    }

    /// The plan, and the right to look at it. Who waits to try again holds up nobody: the right is given back.
    async fn plan(&self, address: &str, token: &Secret) -> Result<(Vec<u8>, OwnedSemaphorePermit), Refusal> {
        let stopped = || Refusal { reason: "the server was stopped; run it again".into(), again: false };
        let permit = tokio::select! {
            permit = Arc::clone(&self.permits).acquire_owned() => permit.map_err(|_| stopped())?,
            () = self.stopped() => return Err(stopped()),
        };
        Ok((self.client.plan(address, token).await?, permit))
    }

    /// Audits on a thread of its own. The permit stays there until the plan is out of memory, even where nobody
    /// waits for the result any more.
    async fn look(&self, plan: Vec<u8>, permit: OwnedSemaphorePermit, takes_outcomes: bool) -> Said {
        let audit = Arc::clone(&self.audit);
        let unwanted = SetWhenDropped(Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&unwanted.0);
        let looked = tokio::task::spawn_blocking(move || {
            let result = audit(plan, &flag);
            drop(permit);
            result
        });
        let result: Result<Option<TaskResult>, _> = looked.await;
        drop(unwanted);
        match result {
            Ok(Some(result)) => Said {
                body: answer::audited(&result, takes_outcomes),
                outcome: answer::status(&result),
                reason: String::new(),
            },
            _ => Said::not_audited("an error of secretrail's own ended it; please report it"),
        }
    }

    async fn hand_in(&self, request: &TaskRequest, body: Bytes, deadline: Instant) -> Result<(), Refusal> {
        tries(deadline, || self.client.hand_in(&request.callback, &request.token, body.clone())).await
    }

    async fn stopped(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|stop| *stop).await.is_err() {
            // Nobody is left who could stop it.
            std::future::pending::<()>().await;
        }
    }

    async fn grace_ended(&self) {
        self.stopped().await;
        sleep(self.grace).await;
    }
}

fn without_plan(stage: Stage) -> Said {
    Said::not_audited(match stage {
        Stage::PrePlan => "before the plan there is none to look at; set this run task up as post-plan",
        _ => "the request names no plan",
    })
}

/// Calls until it works, can't work, or time is up.
async fn tries<T, F>(deadline: Instant, mut call: impl FnMut() -> F) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, Refusal>>,
{
    let mut wait = Duration::from_secs(1);
    let mut last = Refusal { reason: "there was not enough time".into(), again: false };
    while let Ok(result) = timeout_at(deadline, call()).await {
        match result {
            Err(refusal) if refusal.again && Instant::now() + wait < deadline => {
                last = refusal;
                sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            result => return result,
        }
    }
    Err(last)
}

/// Tells a thread that nobody waits for it.
struct SetWhenDropped(Arc<AtomicBool>);

impl Drop for SetWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
