//! Posts to services of AWS, signed.

use std::time::Duration;

use crate::aws::Options;
use crate::aws::sign::Signer;
use crate::command::collect::certificates;
use crate::courier::{Address, Check, Parcel};
use crate::notify::{Message, Through};
use crate::secret::Secret;

/// How long getting credentials may take, for what asks AWS on the way.
const PATIENCE: Duration = Duration::from_secs(15);
/// Where all calls go instead of AWS, and those of one service.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// One service in one Region.
pub(super) struct Post {
    service: &'static str,
    region: String,
    /// Without a slash at the end.
    endpoint: String,
    signer: Signer,
}

impl Post {
    /// Gets credentials, and finds out where calls go.
    pub(super) fn open(service: &'static str, through: &Through) -> Result<Self, String> {
        let options = Options {
            profile: through.profile.clone(),
            region: through.region.clone(),
            role: None,
            key_ids: false,
            timeout: PATIENCE,
            certificates: certificates().map_err(|error| error.to_string())?,
            version: env!("CARGO_PKG_VERSION").into(),
            now: None,
        };
        let signer = Signer::open(&options).map_err(|error| error.to_string())?;
        let region = through.region.clone().unwrap_or_else(|| signer.region.clone());
        // As the SDKs name it: AWS_ENDPOINT_URL_SNS.
        let own = match service {
            "events" => "EVENTBRIDGE".to_owned(),
            other => other.to_uppercase(),
        };
        let own = std::env::var(format!("{ENDPOINT}_{own}")).ok().filter(|endpoint| !endpoint.is_empty());
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = own.or_else(|| signer.endpoint.clone());
        let endpoint = endpoint.unwrap_or_else(|| format!("https://{service}.{region}.{suffix}"));
        Ok(Self { service, region, endpoint: endpoint.trim_end_matches('/').to_owned(), signer })
    }

    /// A call, signed anew at each try.
    pub(super) fn parcel(
        &self,
        id: i64,
        path: &str,
        message: Message,
        check: Check,
    ) -> Result<Parcel, String> {
        let address = Address::new(&Secret::new(format!("{}/{path}", self.endpoint)))?;
        let Message { content_type, headers, body } = message;
        let (signer, service, region) = (self.signer.clone(), self.service, self.region.clone());
        let (named, whole) = (headers.clone(), address.exposed());
        let seal = move |at, body: &[u8]| {
            let own = named.iter().map(|(name, value)| (*name, value.as_str()));
            let all: Vec<(&str, &str)> = own.chain([("content-type", content_type)]).collect();
            signer.headers((service, &region, &whole), &all, at, body)
        };
        Ok(Parcel { id, address, content_type, headers, body, seal: Some(Box::new(seal)), check })
    }
}
