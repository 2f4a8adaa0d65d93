//! The door: who may come in, how long they may take, and what they hear at once.
#![expect(clippy::disallowed_types, reason = "one of the three modules that connect")]

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::queue::{Queue, Taken};
use super::request::{Asked, read};
use super::signature::{HEADER, Key};

/// A request has a few kilobytes.
const MOST_BODY: usize = 1024 * 1024;
/// Connections at once; more wait in the kernel.
const MOST_CONNECTIONS: usize = 256;
/// When to ask again.
const RETRY_SECONDS: &str = "30";

/// What decides about a request.
pub(super) struct Door {
    pub key: Key,
    pub queue: Queue,
    pub request_timeout: Duration,
}

/// Open connections.
pub(super) struct Connections(Arc<Semaphore>);

impl Connections {
    /// Waits until all are closed, but no longer than `most`.
    pub(super) async fn all_done(&self, most: Duration) {
        let all = u32::try_from(MOST_CONNECTIONS).unwrap_or(u32::MAX);
        let _ = timeout(most, self.0.acquire_many(all)).await;
    }
}

/// Accepts connections until `stop` is set.
pub(super) async fn until_stopped(
    listener: &TcpListener,
    door: &Arc<Door>,
    stop: &mut watch::Receiver<bool>,
) -> Connections {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let next = async {
            // Room first: who is accepted is served.
            let permit = Arc::clone(&room).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            next = next => next,
        };
        let (Ok((stream, _)), Ok(permit)) = (accepted, permit) else {
            // No file handles left, most likely: they come back.
            tracing::warn!("a connection could not be accepted");
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        tokio::spawn(serve(stream, permit, Arc::clone(door)));
    }
    Connections(room)
}

/// One request, one answer.
async fn serve(stream: TcpStream, permit: OwnedSemaphorePermit, door: Arc<Door>) {
    let answer = |request| {
        let door = Arc::clone(&door);
        async move { Ok::<_, Infallible>(door.answer(request).await) }
    };
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(door.request_timeout)
        .keep_alive(false)
        .max_headers(64)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    // Head, body, and an answer that nobody reads: each has its time, and so has the whole.
    let _ = timeout(door.request_timeout.saturating_mul(3), connection).await;
    drop(permit);
}

type Answer = Response<Full<Bytes>>;

impl Door {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/healthz") => said(StatusCode::OK, "ok\n"),
            (&Method::POST, "/" | "/run-task") => self.asked(request).await,
            (_, "/" | "/run-task") => {
                with(said(StatusCode::METHOD_NOT_ALLOWED, "POST only\n"), ALLOW, "POST")
            }
            _ => said(StatusCode::NOT_FOUND, "not found\n"),
        }
    }

    async fn asked(&self, request: Request<Incoming>) -> Answer {
        if request.body().size_hint().lower() > MOST_BODY as u64 {
            return refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
        }
        let signatures: Vec<_> = request.headers().get_all(HEADER).iter().cloned().collect();
        let [signature] = signatures.as_slice() else {
            return refused(StatusCode::UNAUTHORIZED, "there is no signature");
        };
        let body = Limited::new(request.into_body(), MOST_BODY).collect();
        let body = match timeout(self.request_timeout, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                return refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
            }
            Ok(Err(_)) => return refused(StatusCode::BAD_REQUEST, "the body broke off"),
            Err(_) => return refused(StatusCode::REQUEST_TIMEOUT, "the body came too slowly"),
        };
        if !self.key.signed(&body, signature.as_bytes()) {
            return refused(StatusCode::UNAUTHORIZED, "the signature is wrong");
        }
        match read(&body, self.queue.hosts()) {
            Err(reason) => refused(StatusCode::BAD_REQUEST, reason),
            Ok(Asked::Trial) => {
                tracing::info!(outcome = "trial", "HCP Terraform tried the address");
                said(StatusCode::OK, "")
            }
            Ok(Asked::Task(task)) => self.take(*task),
        }
    }

    fn take(&self, task: super::request::TaskRequest) -> Answer {
        let (id, run, workspace) = (task.id.clone(), task.run.clone(), task.workspace.clone());
        let (stage, enforcement) = (task.stage.word(), task.enforcement);
        match self.queue.take(task) {
            Taken::Accepted => {
                tracing::info!(task_result_id = %id, run = %run, workspace = %workspace, stage, enforcement, "accepted");
                said(StatusCode::OK, "")
            }
            Taken::Again => {
                tracing::info!(task_result_id = %id, "asked again while it is worked on");
                said(StatusCode::OK, "")
            }
            Taken::Full => {
                tracing::warn!(task_result_id = %id, outcome = "busy", "refused for now");
                with(said(StatusCode::SERVICE_UNAVAILABLE, "busy\n"), RETRY_AFTER, RETRY_SECONDS)
            }
        }
    }
}

fn refused(status: StatusCode, reason: &'static str) -> Answer {
    tracing::warn!(status = status.as_u16(), outcome = "refused", "{reason}");
    said(status, reason)
}

fn said(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer
}

fn with(mut answer: Answer, name: hyper::header::HeaderName, value: &'static str) -> Answer {
    answer.headers_mut().insert(name, hyper::header::HeaderValue::from_static(value));
    answer
}
