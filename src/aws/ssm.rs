//! Parameter Store: values, straight into [`Secret`].
//!
//! An answer that holds a value is never kept, logged or quoted. Of an error only its code and AWS's number of the
//! request are told: its `Debug` and its text quote the body. What HTTP and TLS buffered is theirs, and not wiped.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::RequestId;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::types::ParameterStringFilter;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::Limited;

use super::ask::Asker;
use super::error::failure;
use super::pace::Pace;
use super::session::Session;
use crate::evidence::code;
use crate::policy::PARAMETERS;
use crate::secret::Secret;

/// Pages of one answer; an endpoint that never ends them is not AWS.
const MOST_PAGES: u32 = 10_000;
/// Parameters on one page: the most that AWS gives.
const PAGE: i32 = 50;
/// Values that one filter takes.
const MOST_FILTERED: usize = 50;
/// Values that are asked for at once: AWS answers forty a second, of all who ask.
const LANES: usize = 4;
/// A value has 8 KiB at most.
const MOST_ANSWER: usize = 256 * 1024;
/// A longer number of a request is none of AWS's.
const MOST_REQUEST_ID: usize = 128;
/// Codes with which AWS slows us down.
const TOO_FAST: &[&str] = &["ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"];

/// A value, as its store gave it.
#[derive(Debug)]
pub struct Held {
    /// The value; as it is stored, where it was not asked to be decrypted.
    pub value: Secret,
}

/// Why there is no value. Holds nothing of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// AWS's code (`ParameterNotFound`, `AccessDeniedException`), or ours: see [`code`].
    pub code: String,
    /// What would have to be allowed: `ssm:GetParameter`, `kms:Decrypt`.
    pub permission: &'static str,
    /// AWS's number of the request.
    pub request_id: Option<String>,
}

impl Denied {
    /// Whether there is no such parameter.
    pub fn is_missing(&self) -> bool {
        matches!(self.code.as_str(), "ParameterNotFound" | "ParameterVersionNotFound")
    }

    /// `ssm:GetParameter: AccessDeniedException (request 1f2e...)`.
    pub fn told(&self) -> String {
        let id = self.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
        format!("{}: {}{id}", self.permission, self.code)
    }
}

/// Which parameters are asked about.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// All of the Region.
    pub everything: bool,
    /// All below these.
    pub paths: Vec<String>,
    /// These.
    pub names: Vec<String>,
    /// Whether Secrets Manager is asked, too.
    pub secrets: bool,
}

/// Keeps the pages that tell of parameters, and gives the names in them; `None` where not all could be had.
pub(super) async fn describe(
    session: &Session,
    asker: &Asker<'_>,
    wanted: &Wanted,
) -> Option<BTreeSet<String>> {
    let client = Client::new(&session.config);
    let filter = |key: &str, option: &str, values: &[String]| {
        let values = Some(values.to_vec());
        ParameterStringFilter::builder().key(key).option(option).set_values(values).build().ok()
    };
    let mut filters = Vec::new();
    if wanted.everything {
        filters.push(None);
    } else {
        filters.extend(wanted.paths.chunks(MOST_FILTERED).map(|paths| filter("Path", "Recursive", paths)));
        filters.extend(wanted.names.chunks(MOST_FILTERED).map(|names| filter("Name", "Equals", names)));
    }
    asker.expect(filters.len() as u64);
    let mut names = BTreeSet::new();
    let mut page = 0;
    for filter in filters {
        let mut next: Option<String> = None;
        loop {
            page += 1;
            // Later pages are expected as they come; each first one was.
            let later = next.is_some().then_some(page);
            let (token, filters) = (next.clone(), filter.clone().map(|filter| vec![filter]));
            let answer = asker
                .ask(&PARAMETERS, later, |tap| {
                    let call = client.describe_parameters().max_results(PAGE).set_parameter_filters(filters);
                    call.set_next_token(token).customize().interceptor(tap).send()
                })
                .await;
            let mut answer = match answer {
                Ok(answer) => answer,
                Err(failure) => {
                    asker.refused(&PARAMETERS, Some(page), failure);
                    return None;
                }
            };
            names.extend(answer.output.parameters().iter().filter_map(|one| one.name()).map(str::to_owned));
            answer.call.page = Some(page);
            let file = format!("describe-parameters.{page}.json");
            asker.keep(&PARAMETERS, &file, answer.bytes, answer.call, None);
            let token = answer.output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            match token {
                None => break,
                // One that leads to itself leads nowhere.
                same if same == next => {
                    asker.refuse(&PARAMETERS, Some(page), code::MALFORMED);
                    return None;
                }
                _ if page >= MOST_PAGES => {
                    asker.refuse(&PARAMETERS, Some(page), code::TOO_LARGE);
                    return None;
                }
                token => next = token,
            }
        }
    }
    Some(names)
}

/// The value of each name, or why it can't be had; in the order of the names.
pub(super) async fn values(
    session: &Session,
    names: &[String],
    decrypt: bool,
    done: &dyn Fn(),
) -> Vec<(String, Result<Held, Denied>)> {
    let client = Client::new(&session.config);
    let pace = Pace::default();
    let waiting: RefCell<VecDeque<(usize, &String)>> = RefCell::new(names.iter().enumerate().collect());
    let found = RefCell::new(Vec::with_capacity(names.len()));
    let lane = || async {
        loop {
            let next = waiting.borrow_mut().pop_front();
            let Some((at, name)) = next else { return };
            pace.wait().await;
            let answer = value(&client, name, decrypt).await;
            pace.learn(answer.as_ref().is_err_and(|denied| TOO_FAST.contains(&denied.code.as_str())));
            done();
            found.borrow_mut().push((at, name.clone(), answer));
        }
    };
    let [first, second, third, fourth]: [_; LANES] = std::array::from_fn(|_| lane());
    tokio::join!(first, second, third, fourth);
    let mut found = found.into_inner();
    found.sort_by_key(|(at, ..)| *at);
    found.into_iter().map(|(_, name, answer)| (name, answer)).collect()
}

/// The value of one parameter.
async fn value(client: &Client, name: &str, decrypt: bool) -> Result<Held, Denied> {
    let call = client.get_parameter().name(name).with_decryption(decrypt);
    let output = call.customize().interceptor(Bound).send().await.map_err(|error| denied(&error))?;
    let request_id = plain_id(output.request_id());
    let malformed =
        || Denied { code: code::MALFORMED.to_owned(), permission: "ssm:GetParameter", request_id };
    let Some(parameter) = output.parameter else { return Err(malformed()) };
    // Moved, not copied: it is wiped with the secret.
    let Some(value) = parameter.value.map(Secret::new) else { return Err(malformed()) };
    Ok(Held { value })
}

/// What may be said of an error of a call that answers with a value.
fn denied(error: &SdkError<GetParameterError, HttpResponse>) -> Denied {
    let told = failure(error);
    // Only looked into: whose right is missing.
    let message = error.as_service_error().and_then(|error| error.message());
    let is_key = message.is_some_and(|message| message.contains("kms:Decrypt"));
    let permission = if is_key { "kms:Decrypt" } else { "ssm:GetParameter" };
    Denied { code: told.code, permission, request_id: plain_id(error.request_id()) }
}

pub(super) fn plain_id(id: Option<&str>) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_id = |id: &&str| !id.is_empty() && id.len() <= MOST_REQUEST_ID && id.bytes().all(plain);
    id.filter(is_id).map(str::to_owned)
}

/// No answer fills the memory, and none is seen by anybody but the SDK.
#[derive(Debug)]
pub(super) struct Bound;

#[dyn_dispatch_hint]
impl Intercept for Bound {
    fn name(&self) -> &'static str {
        "Bound"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(whole, MOST_ANSWER));
        Ok(())
    }
}
