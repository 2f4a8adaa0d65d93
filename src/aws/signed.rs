//! One signed call to a service that speaks JSON and is asked so little that no SDK of its own is worth its build.

use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::error::SdkError;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use jiff::Timestamp;
use serde::Deserialize;

use super::ask::Tap;
use super::session::Session;
use super::sign::added;

/// The content of such a call.
const JSON: &str = "application/x-amz-json-1.1";

/// A service and where it is asked.
#[derive(Debug, Clone)]
pub(super) struct Service {
    /// Its name in signatures: `organizations`.
    pub name: &'static str,
    /// What stands before the action: `AWSOrganizationsV20161128`.
    pub target: &'static str,
    /// The Region that the signature names.
    pub region: String,
    /// The address.
    pub endpoint: String,
}

/// Asks once; the answer is what `tap` saw.
pub(super) async fn call(
    session: &Session,
    service: &Service,
    action: &str,
    body: String,
    tap: Tap,
) -> Result<(), SdkError<ErrorMetadata, HttpResponse>> {
    let unsent = |error: BoxError| SdkError::construction_failure(error);
    let request = request(session, service, action, body).await.map_err(unsent)?;
    let config = &session.config;
    let mut operation = Operation::builder()
        .service_name(service.name)
        .operation_name(action.to_owned())
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&service.endpoint)
        .no_auth()
        .no_retry()
        .interceptor(tap);
    if let Some(client) = config.http_client() {
        operation = operation.http_client(client);
    }
    if let Some(sleep) = config.sleep_impl() {
        operation = operation.sleep_impl(sleep);
    }
    if let Some(time) = config.time_source() {
        operation = operation.time_source(time);
    }
    if let Some(limits) = config.timeout_config() {
        operation = operation.timeout_config(limits.clone());
    }
    let operation = operation
        .serializer(|request: Prepared| request.http())
        .deserializer(|answer: &HttpResponse| understood(answer))
        .build();
    operation.invoke(request).await
}

/// A request whose head is signed already.
struct Prepared {
    head: Vec<(String, String)>,
    body: String,
}

impl std::fmt::Debug for Prepared {
    /// Without the head, which holds a session's token: the SDK logs what it is given.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Prepared")
    }
}

impl Prepared {
    fn http(self) -> Result<HttpRequest, BoxError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body));
        request.set_method("POST")?;
        request.set_uri("/")?;
        for (name, value) in self.head {
            request.headers_mut().try_insert(name, value)?;
        }
        Ok(request)
    }
}

async fn request(
    session: &Session,
    service: &Service,
    action: &str,
    body: String,
) -> Result<Prepared, BoxError> {
    let provider = session.config.credentials_provider().ok_or("no credentials")?;
    let identity = Identity::from(provider.provide_credentials().await?);
    let target = format!("{}.{action}", service.target);
    let own = [("content-type", JSON), ("x-amz-target", target.as_str())];
    let url = format!("{}/", service.endpoint.trim_end_matches('/'));
    let place = (service.name, service.region.as_str(), url.as_str());
    let signed = added(&identity, place, &own, Timestamp::now(), body.as_bytes())?;
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Prepared { head: own.chain(signed).collect(), body })
}

/// An error's code stands in its body, and sometimes in the head.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "__type", alias = "code")]
    code: String,
}

fn understood(answer: &HttpResponse) -> Result<(), OrchestratorError<ErrorMetadata>> {
    if answer.status().is_success() {
        return Ok(());
    }
    let body: Option<Told> = answer.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok());
    let head = answer.headers().get("x-amzn-errortype").map(str::to_owned);
    let code = body.map(|told| told.code).or(head).unwrap_or_default();
    // `com.amazonaws.organizations#AccessDeniedException:http://...`
    let plain = code.split(':').next().unwrap_or_default();
    let plain = plain.rsplit('#').next().unwrap_or_default();
    Err(OrchestratorError::operation(ErrorMetadata::builder().code(plain).build()))
}
