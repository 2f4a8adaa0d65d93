//! One call: its answer's bytes as they came, or a refusal.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::Limited;
use jiff::Timestamp;

use super::Step;
use super::error::{Failure, failure};
use super::pace::Pace;
use super::whole::{is_whole, is_whole_json};
use crate::evidence::name::is_safe;
use crate::evidence::{Call, Document, MOST_BUNDLE, MOST_DOCUMENT, MOST_DOCUMENTS, Refusal, code};
use crate::policy::Action;

/// Codes with which AWS slows us down. They come with status 400.
const TOO_FAST: &[&str] = &["Throttling", "TooManyRequests", "RequestLimitExceeded", "SlowDown"];
/// A longer number of a request is none of AWS's.
const MOST_REQUEST_ID: usize = 128;

/// Asks, and keeps what comes.
pub(super) struct Asker<'a> {
    region: String,
    fixed: Option<Timestamp>,
    progress: &'a dyn Fn(Step),
    /// Shared by all calls: AWS counts them together.
    pub pace: Pace,
    folder: RefCell<String>,
    documents: RefCell<Vec<Document>>,
    refusals: RefCell<Vec<Refusal>>,
    total: Cell<u64>,
}

/// What a call gave.
pub(super) struct Answer<O> {
    /// As the SDK understood it.
    pub output: O,
    /// As it came.
    pub bytes: Vec<u8>,
    /// The call.
    pub call: Call,
}

/// Now, in whole seconds.
pub(super) fn now(fixed: Option<Timestamp>) -> Timestamp {
    let now = fixed.unwrap_or_else(Timestamp::now);
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

impl<'a> Asker<'a> {
    pub(super) fn new(region: String, fixed: Option<Timestamp>, progress: &'a dyn Fn(Step)) -> Self {
        Self {
            region,
            fixed,
            progress,
            pace: Pace::default(),
            folder: RefCell::default(),
            documents: RefCell::default(),
            refusals: RefCell::default(),
            total: Cell::default(),
        }
    }

    /// Documents go into the account's folder from now on.
    pub(super) fn file_under(&self, account: Option<&str>) {
        account.unwrap_or("unknown").clone_into(&mut self.folder.borrow_mut());
    }

    /// The clock that stands still, for tests.
    pub(super) fn fixed(&self) -> Option<Timestamp> {
        self.fixed
    }

    /// So many more calls are to come.
    pub(super) fn expect(&self, calls: u64) {
        (self.progress)(Step::Expect(calls));
    }

    /// Makes one call, and waits for the pace before a later page.
    pub(super) async fn ask<O, E, F>(
        &self,
        action: &Action,
        page: Option<u32>,
        send: impl FnOnce(Tap) -> F,
    ) -> Result<Answer<O>, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        if page.is_some_and(|page| page > 1) {
            self.expect(1);
            self.pace.wait().await;
        }
        let tap = Tap::default();
        let result = send(tap.clone()).await;
        (self.progress)(Step::Done);
        let seen = tap.take();
        let mut result = result.map_err(|error| failure(&error));
        if result.is_ok() && !is_answer(action, &seen.body) {
            result = Err(Failure::own(code::MALFORMED, Some(200)));
        }
        self.pace.learn(seen.throttled);
        match &result {
            Ok(_) => tracing::debug!("{}: {} bytes", action.permission(), seen.body.len()),
            Err(failure) => tracing::debug!("{}: {}", action.permission(), failure.code),
        }
        match result {
            Ok(output) => {
                let call = self.call(action, page, seen.request_id);
                Ok(Answer { output, bytes: seen.body, call })
            }
            Err(failure) => Err(Failure { request_id: seen.request_id, ..failure }),
        }
    }

    fn call(&self, action: &Action, page: Option<u32>, request_id: Option<String>) -> Call {
        Call {
            service: action.service.to_owned(),
            action: action.name.to_owned(),
            region: self.region.clone(),
            request_id,
            at: now(self.fixed),
            page,
        }
    }

    /// Keeps a document under its name in the account's folder.
    pub(super) fn keep(
        &self,
        action: &Action,
        file: &str,
        bytes: Vec<u8>,
        call: Call,
        generated: Option<Timestamp>,
    ) {
        let name = format!("{}/{}/{file}", self.folder.borrow(), action.service);
        let (page, size) = (call.page, bytes.len() as u64);
        let total = self.total.get() + size;
        let taken = self.documents.borrow().iter().any(|document| document.name == name);
        let fits = size <= MOST_DOCUMENT && total <= MOST_BUNDLE;
        let reason = match () {
            () if !is_safe(&name) || taken => code::MALFORMED,
            () if !fits || self.documents.borrow().len() >= MOST_DOCUMENTS => code::TOO_LARGE,
            () => {
                self.total.set(total);
                self.documents.borrow_mut().push(Document { name, bytes, call, generated });
                return;
            }
        };
        self.refuse(action, page, reason);
    }

    /// Notes a call that gave nothing, for a reason of ours.
    pub(super) fn refuse(&self, action: &Action, page: Option<u32>, code: &str) {
        self.refused(action, page, Failure::own(code, None));
    }

    /// Notes a call that gave nothing.
    pub(super) fn refused(&self, action: &Action, page: Option<u32>, failure: Failure) {
        self.refusals.borrow_mut().push(Refusal {
            call: self.call(action, page, failure.request_id),
            code: failure.code,
            permission: action.permission(),
            status: failure.status,
        });
    }

    /// All of it, in an order that does not depend on which call was answered first.
    pub(super) fn found(self) -> (Vec<Document>, Vec<Refusal>) {
        let (mut documents, mut refusals) = (self.documents.into_inner(), self.refusals.into_inner());
        documents.sort_by(|a, b| a.name.cmp(&b.name));
        refusals.sort_by(|a, b| {
            (&a.permission, a.call.page, &a.code).cmp(&(&b.permission, b.call.page, &b.code))
        });
        (documents, refusals)
    }
}

/// Whether an answer is one, from its first byte to its last. S3 streams its own, which nobody holds.
fn is_answer(action: &Action, body: &[u8]) -> bool {
    match action.service {
        "iam" | "sts" => is_whole(body, &format!("{}Response", action.name)),
        "s3" => true,
        _ => is_whole_json(body),
    }
}

/// What an answer was made of.
#[derive(Default)]
struct Seen {
    body: Vec<u8>,
    request_id: Option<String>,
    throttled: bool,
}

/// Sees each answer to a call before and after the SDK understands it. The last one counts.
#[derive(Clone, Default)]
pub(super) struct Tap(Arc<Mutex<Seen>>);

impl fmt::Debug for Tap {
    /// Without the body: the SDK logs what it runs.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tap")
    }
}

impl Tap {
    fn take(&self) -> Seen {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[dyn_dispatch_hint]
impl Intercept for Tap {
    fn name(&self) -> &'static str {
        "Tap"
    }

    /// No answer fills the memory.
    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        let most = usize::try_from(MOST_DOCUMENT).unwrap_or(usize::MAX);
        *body = SdkBody::from_body_1_x(Limited::new(whole, most));
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.body = response.body().bytes().unwrap_or_default().to_vec();
        let id =
            response.headers().get("x-amzn-requestid").or_else(|| response.headers().get("x-amz-request-id"));
        seen.request_id = id.filter(|id| is_request_id(id)).map(str::to_owned);
        let status = response.status().as_u16();
        seen.throttled |= status == 429 || (status >= 400 && is_throttling(&seen.body));
        Ok(())
    }
}

fn is_request_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= MOST_REQUEST_ID
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether an error's body says that we ask too fast.
fn is_throttling(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body.get(..4096).unwrap_or(body));
    TOO_FAST.iter().any(|code| text.contains(code))
}
