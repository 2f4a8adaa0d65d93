//! Signs single calls of services that have no SDK here: those of SNS, EventBridge, Security Hub and Organizations are a
//! POST each.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_sdk_sts::config::{Credentials, ProvideCredentials};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use jiff::Timestamp;
use tokio::sync::watch;

use super::session::Session;
use super::{Options, blocking};
use crate::error::{Error, ErrorKind};

/// Credentials that take longer are none for this.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who signs, and for where.
#[derive(Clone)]
pub struct Signer {
    credentials: Credentials,
    /// The Region.
    pub region: String,
    /// Where calls go instead of AWS: `AWS_ENDPOINT_URL`, or a profile's `endpoint_url`.
    pub endpoint: Option<String>,
}

impl Signer {
    /// Gets credentials, from where all that asks AWS does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] where there are none.
    pub fn open(options: &Options) -> Result<Self, Error> {
        // Ctrl-C ends the process: what waits is sent by the next run.
        let (_held, stop) = watch::channel(false);
        let slow = || Error::new(ErrorKind::Input, "fetching credentials took too long");
        blocking(stop, "stopped", async {
            let session =
                tokio::time::timeout(PATIENCE, Session::open(options)).await.map_err(|_| slow())??;
            let provider = session.config.credentials_provider();
            let provider =
                provider.ok_or_else(|| Error::new(ErrorKind::Input, "there are no AWS credentials"))?;
            let credentials = provider.provide_credentials().await.map_err(|_| slow())?;
            let endpoint = session.config.endpoint_url().map(str::to_owned);
            Ok(Self { credentials, region: session.region.clone(), endpoint })
        })
    }

    /// The headers that make a POST one of ours. `headers` are those that it has already.
    ///
    /// # Errors
    ///
    /// A reason without values.
    pub fn headers(
        &self,
        (service, region, address): (&str, &str, &str),
        headers: &[(&str, &str)],
        at: Timestamp,
        body: &[u8],
    ) -> Result<Vec<(String, String)>, String> {
        let identity = self.credentials.clone().into();
        added(&identity, (service, region, address), headers, at, body)
            .map_err(|_| "the call cannot be signed".to_owned())
    }
}

/// The headers that sign a POST. `headers` are those that it has already.
pub(super) fn added(
    identity: &Identity,
    (service, region, address): (&str, &str, &str),
    headers: &[(&str, &str)],
    at: Timestamp,
    body: &[u8],
) -> Result<Vec<(String, String)>, BoxError> {
    let parameters = v4::SigningParams::builder()
        .identity(identity)
        .region(region)
        .name(service)
        .time(SystemTime::from(at))
        .settings(SigningSettings::default())
        .build()?;
    let request = SignableRequest::new("POST", address, headers.iter().copied(), SignableBody::Bytes(body))?;
    let (signed, _) = sign(request, &parameters.into())?.into_parts();
    Ok(signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Signer").field("region", &self.region).finish_non_exhaustive()
    }
}
