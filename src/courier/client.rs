//! One try: a POST, and what was answered.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use tokio::time::timeout;

use super::Parcel;
use crate::error::Error;
use crate::notify::Verdict;
use crate::tls;

const AGENT: &str = concat!("secretrail/", env!("CARGO_PKG_VERSION"));
/// More of an answer is not read.
const MOST_ANSWER: usize = 256 * 1024;
const CONNECT: Duration = Duration::from_secs(5);
/// Whoever has said its status is not waited for longer: a message that was taken must not be sent again for the rest.
const REST: Duration = Duration::from_secs(2);

type Connector = HttpsConnector<HttpConnector>;

/// The client.
#[derive(Clone)]
pub(super) struct Client(hyper_util::client::legacy::Client<Connector, Full<Bytes>>);

/// What a try gave.
pub(super) struct Tried {
    pub verdict: Verdict,
    /// When the other side wants to be asked again.
    pub after: Option<Duration>,
}

impl Tried {
    fn never(reason: &str) -> Self {
        Self { verdict: Verdict::Never(reason.to_owned()), after: None }
    }

    fn later(reason: &str) -> Self {
        Self { verdict: Verdict::Later(reason.to_owned()), after: None }
    }
}

impl Client {
    /// With the certificates of the machine; where only the machine itself is asked, it may have none.
    pub(super) fn new(only_here: bool) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT));
        // Which scheme goes where, the address decides.
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls::config(only_here)?);
        let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self(http))
    }

    /// Tries once.
    pub(super) async fn attempt(&self, parcel: &Parcel, most: Duration) -> Tried {
        let request = match request(parcel) {
            Ok(request) => request,
            Err(reason) => return Tried::never(&reason),
        };
        match timeout(most, self.0.request(request)).await {
            Ok(Ok(answer)) => judged(parcel, answer).await,
            Ok(Err(error)) if error.is_connect() => Tried::later("it cannot be connected to"),
            Ok(Err(_)) => Tried::later("the connection broke"),
            Err(_) => Tried::later("it does not answer in time"),
        }
    }
}

fn request(parcel: &Parcel) -> Result<Request<Full<Bytes>>, String> {
    let unfit = || "the message cannot be written".to_owned();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(parcel.address.uri())
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, parcel.content_type)
        .body(Full::new(Bytes::from(parcel.body.clone())))
        .map_err(|_| unfit())?;
    let sealed = match &parcel.seal {
        Some(seal) => seal(Timestamp::now(), &parcel.body)?,
        None => Vec::new(),
    };
    let own = parcel.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    for (name, value) in own.chain(sealed) {
        let name = HeaderName::try_from(name).map_err(|_| unfit())?;
        let value = HeaderValue::try_from(value).map_err(|_| unfit())?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// What an answer means. Its text is never repeated: it is somebody else's.
async fn judged(parcel: &Parcel, answer: Response<Incoming>) -> Tried {
    let status = answer.status().as_u16();
    let after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()).and_then(seconds);
    let body = timeout(REST, Limited::new(answer.into_body(), MOST_ANSWER).collect()).await;
    let body = body.ok().and_then(Result::ok).map(http_body_util::Collected::to_bytes).unwrap_or_default();
    // A status is clear without the rest of the answer; where the rest is needed, an empty one is not understood.
    let verdict = (parcel.check)(status, &body);
    Tried { verdict, after }
}

/// `Retry-After: 3`, or a date.
fn seconds(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(Duration::from_secs(u64::try_from(at.as_second() - Timestamp::now().as_second()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_to_come_again() {
        assert_eq!(seconds("3"), Some(Duration::from_secs(3)));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }
}
