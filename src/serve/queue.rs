//! Tasks that were accepted: each id once, at most so many, and none is forgotten.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::hosts::AllowedHosts;
use super::request::TaskRequest;
use super::task::Workers;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It will be answered.
    Accepted,
    /// Its id is being worked on.
    Again,
    /// There is no room; HCP Terraform asks again.
    Full,
}

/// The accepted tasks. Clones share them.
#[derive(Clone)]
pub(super) struct Queue(Arc<Shared>);

struct Shared {
    workers: Arc<Workers>,
    most: usize,
    ids: Mutex<BTreeSet<String>>,
    done: Notify,
}

impl Queue {
    pub(super) fn new(workers: Workers, most: usize) -> Self {
        let workers = Arc::new(workers);
        Self(Arc::new(Shared { workers, most, ids: Mutex::default(), done: Notify::new() }))
    }

    /// Takes a task and starts on it.
    pub(super) fn take(&self, request: TaskRequest) -> Taken {
        {
            let mut ids = self.lock();
            if ids.contains(&request.id) {
                return Taken::Again;
            }
            if ids.len() >= self.0.most || self.0.workers.stopping() {
                return Taken::Full;
            }
            ids.insert(request.id.clone());
        }
        let place = Place { queue: self.clone(), id: request.id.clone() };
        let workers = Arc::clone(&self.0.workers);
        tokio::spawn(async move {
            workers.answer(&request).await;
            drop(place);
        });
        Taken::Accepted
    }

    pub(super) fn hosts(&self) -> &AllowedHosts {
        self.0.workers.client.hosts()
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Ids of tasks that are not answered yet.
    pub(super) fn ids(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    /// Waits until each task was answered.
    pub(super) async fn all_done(&self) {
        loop {
            let done = self.0.done.notified();
            if self.len() == 0 {
                return;
            }
            done.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task's place in the queue, given back however its work ends.
struct Place {
    queue: Queue,
    id: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.lock().remove(&self.id);
        self.queue.0.done.notify_one();
    }
}
