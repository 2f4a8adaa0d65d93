//! Towards HCP Terraform: fetches the plan, hands in the answer, and goes nowhere else.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::hosts::AllowedHosts;
use crate::error::Error;
use crate::secret::Secret;
use crate::tls;

/// What an answer is written in.
const MEDIA_TYPE: &str = "application/vnd.api+json";
const AGENT: &str = concat!("secretrail/", env!("CARGO_PKG_VERSION"));
/// A larger plan is not read.
const MOST_PLAN: usize = 1024 * 1024 * 1024;
const MOST_REDIRECTS: usize = 5;
const CONNECT: Duration = Duration::from_secs(10);
/// How long we wait for the head of an answer, and for each next piece of a plan.
const SILENCE: Duration = Duration::from_secs(30);
/// Answers handed in at once.
const MOST_CALLS: usize = 16;

/// Why a call brought nothing. No address, no token, no text of the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub reason: String,
    /// Whether it could go better later.
    pub again: bool,
}

impl Refusal {
    fn never(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: false }
    }

    fn later(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: true }
    }

    fn status(status: StatusCode) -> Self {
        let again = status.is_server_error()
            || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
            // HCP Terraform has not finished writing the plan.
            || status == StatusCode::NO_CONTENT;
        Self { reason: format!("the other side said {}", status.as_u16()), again }
    }
}

type Connector = HttpsConnector<HttpConnector>;

/// The client.
pub(super) struct Client {
    hosts: AllowedHosts,
    http: hyper_util::client::legacy::Client<Connector, Full<Bytes>>,
    calls: Semaphore,
}

impl Client {
    /// With the certificates of the machine.
    pub(super) fn new(hosts: AllowedHosts) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT));
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls::config(hosts.insecure_loopback())?);
        // Which scheme goes where, the allowed hosts decide.
        let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .build(connector);
        Ok(Self { hosts, http, calls: Semaphore::new(MOST_CALLS) })
    }

    pub(super) fn hosts(&self) -> &AllowedHosts {
        &self.hosts
    }

    /// Fetches a plan. Redirects are followed to allowed hosts; the token goes to the first one only.
    pub(super) async fn plan(&self, address: &str, token: &Secret) -> Result<Vec<u8>, Refusal> {
        let mut uri = self.hosts.check(address).map_err(Refusal::never)?;
        let home = origin(&uri);
        for _ in 0..=MOST_REDIRECTS {
            let token = (origin(&uri) == home).then_some(token);
            let answer = self.call(Method::GET, &uri, token, Bytes::new()).await?;
            match answer.status() {
                StatusCode::OK => return whole(answer, MOST_PLAN).await,
                status if status.is_redirection() => uri = self.redirected(&uri, &answer)?,
                status => return Err(Refusal::status(status)),
            }
        }
        Err(Refusal::never("too many redirects"))
    }

    /// Hands in an answer, once.
    pub(super) async fn hand_in(&self, address: &str, token: &Secret, body: Bytes) -> Result<(), Refusal> {
        let uri = self.hosts.check(address).map_err(Refusal::never)?;
        let _permit = self.calls.acquire().await;
        let answer = self.call(Method::PATCH, &uri, Some(token), body).await?;
        let status = answer.status();
        // Read to its end, so that the connection can be used again.
        let _ = whole(answer, 64 * 1024).await;
        if status.is_success() { Ok(()) } else { Err(Refusal::status(status)) }
    }

    async fn call(
        &self,
        method: Method,
        uri: &Uri,
        token: Option<&Secret>,
        body: Bytes,
    ) -> Result<Response<Incoming>, Refusal> {
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(USER_AGENT, AGENT)
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .body(Full::new(body))
            .map_err(|_| Refusal::never("the request cannot be written"))?;
        if let Some(token) = token {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
                .map_err(|_| Refusal::never("access_token cannot be put in a header"))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        match timeout(SILENCE, self.http.request(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.is_connect() => Err(Refusal::later("the host cannot be connected to")),
            Ok(Err(_)) => Err(Refusal::later("the connection broke")),
            Err(_) => Err(Refusal::later("the host does not answer")),
        }
    }

    fn redirected(&self, from: &Uri, answer: &Response<Incoming>) -> Result<Uri, Refusal> {
        let place = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok());
        let place = place.ok_or_else(|| Refusal::never("a redirect leads nowhere"))?;
        let host = from.authority().map(ToString::to_string).unwrap_or_default();
        let full = match place {
            place if place.starts_with('/') && !place.starts_with("//") => {
                format!("{}://{host}{place}", from.scheme_str().unwrap_or("https"))
            }
            place => place.to_owned(),
        };
        let told = |reason| Refusal::never(format!("a redirect is not followed: {reason}"));
        self.hosts.check(&full).map_err(told)
    }
}

/// Scheme, host and port.
fn origin(uri: &Uri) -> (String, String) {
    let host = uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
    (uri.scheme_str().unwrap_or_default().to_owned(), host.unwrap_or_default())
}

/// The whole body, `most` bytes and no more; each piece of it has its time.
async fn whole<B>(answer: Response<B>, most: usize) -> Result<Vec<u8>, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    let too_large = || Refusal::never(format!("it is larger than {} MiB", most / (1024 * 1024)));
    let mut body = answer.into_body();
    if body.size_hint().lower() > most as u64 {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    loop {
        let frame = match timeout(SILENCE, body.frame()).await {
            Ok(None) => return Ok(bytes),
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) => return Err(Refusal::later("it broke off")),
            Err(_) => return Err(Refusal::later("it came too slowly")),
        };
        if let Ok(data) = frame.into_data() {
            if bytes.len().saturating_add(data.len()) > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &'static [u8], most: usize) -> Result<Vec<u8>, Refusal> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // Without a known length, as a chunked body is.
        let body = Full::new(Bytes::from_static(body)).map_frame(|frame| frame);
        runtime.block_on(whole(Response::new(body), most))
    }

    #[test]
    fn a_body_is_read_up_to_its_limit() {
        assert_eq!(read(b"four", 4).unwrap(), b"four");
        assert!(!read(b"fives", 4).unwrap_err().again);
    }

    #[test]
    fn what_can_go_better_later_is_tried_again() {
        let again = |status| Refusal::status(StatusCode::from_u16(status).unwrap()).again;
        assert!([204, 408, 429, 500, 502, 503].into_iter().all(again));
        assert!(![400, 401, 403, 404, 409, 422].into_iter().any(again));
    }
}
