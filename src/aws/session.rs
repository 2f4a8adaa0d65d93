//! Credentials and Region, from where people keep them, and what to do where there are none.

use std::time::{Duration, SystemTime};

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::error::{is_login, reason};
use super::{Options, Role, http};
use crate::error::{Error, ErrorKind};
use crate::evidence::code;

/// IAM is everywhere; this is where AWS keeps it.
const REGION: &str = "us-east-1";
/// How long an address may take to answer at all.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one try may take; there are several.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How often a call is tried: IAM slows down those who ask much.
const ATTEMPTS: u32 = 6;
/// A program or a sign-in service may take its time.
const CREDENTIALS: Duration = Duration::from_secs(60);

/// What calls are made with.
#[derive(Clone)]
pub(super) struct Session {
    pub config: SdkConfig,
    pub region: String,
    pub profile: Option<String>,
    /// Whether the credentials have a session's token.
    pub temporary: bool,
    /// When they end, where their giver told.
    pub ends: Option<SystemTime>,
}

impl Session {
    pub(super) async fn open(options: &Options) -> Result<Self, Error> {
        let client = http::client(options.certificates.as_deref())?;
        let (config, region) = settings(options, client.clone()).await?;
        let credentials = credentials(&config, client, options).await?;
        Ok(Self::with(config, region, credentials, options))
    }

    /// The same with credentials that are known already.
    pub(super) async fn of(credentials: Credentials, options: &Options) -> Result<Self, Error> {
        let client = http::client(options.certificates.as_deref())?;
        let (config, region) = settings(options, client).await?;
        Ok(Self::with(config, region, credentials, options))
    }

    fn with(config: SdkConfig, region: String, credentials: Credentials, options: &Options) -> Self {
        let ends = credentials.expiry();
        let temporary = credentials.session_token().is_some();
        let provider = SharedCredentialsProvider::new(credentials);
        let config = config.into_builder().credentials_provider(provider).build();
        Self { config, region, profile: options.profile.clone(), temporary, ends }
    }
}

/// All but the credentials.
async fn settings(options: &Options, client: SharedHttpClient) -> Result<(SdkConfig, String), Error> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client)
        .timeout_config(time_outs(options.timeout))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
    // The trail shows who asked. A slash is not allowed in it.
    if let Ok(name) = AppName::new(format!("secretrail-{}", options.version)) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    let config = loader.load().await;
    let region = config.region().map_or_else(|| REGION.to_owned(), ToString::to_string);
    if !is_region(&region) {
        return Err(Error::new(ErrorKind::Usage, "the Region is not written as AWS writes it")
            .hint("write a Region as us-east-1; see --region, AWS_REGION and the profile"));
    }
    Ok((config.into_builder().region(Region::new(region.clone())).build(), region))
}

/// A Region becomes part of a host's name.
pub(super) fn is_region(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=32).contains(&text.len()) && text.bytes().all(plain)
}

fn time_outs(whole: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT.min(whole))
        .read_timeout(ATTEMPT.min(whole))
        .operation_attempt_timeout(ATTEMPT.min(whole))
        .operation_timeout(whole)
        .build()
}

/// Asked once: a collection is shorter than any session, and a program or a person may have to be asked.
async fn credentials(
    config: &SdkConfig,
    client: SharedHttpClient,
    options: &Options,
) -> Result<Credentials, Error> {
    let own = match &options.profile {
        // The default order asks the environment first; who names a profile means the profile.
        Some(profile) => {
            let base = ProviderConfig::without_region();
            let base = base.with_http_client(client).with_region(config.region().cloned());
            let provider =
                ProfileFileCredentialsProvider::builder().configure(&base).profile_name(profile).build();
            SharedCredentialsProvider::new(provider)
        }
        None => config.credentials_provider().ok_or_else(|| none(options.profile.as_deref()))?,
    };
    let own = provided(&own, options).await?;
    let Some(role) = &options.role else { return Ok(own) };
    provided(&assumed(role, own, config).await, options).await
}

async fn assumed(role: &Role, own: Credentials, config: &SdkConfig) -> SharedCredentialsProvider {
    let mut builder =
        AssumeRoleProvider::builder(&role.arn).session_name(&role.session_name).configure(config);
    if let Some(id) = &role.external_id {
        builder = builder.external_id(id);
    }
    SharedCredentialsProvider::new(builder.build_from_provider(own).await)
}

async fn provided(provider: &SharedCredentialsProvider, options: &Options) -> Result<Credentials, Error> {
    let profile = options.profile.as_deref();
    match tokio::time::timeout(CREDENTIALS, provider.provide_credentials()).await {
        Err(_) => Err(Error::new(ErrorKind::Input, "fetching credentials took too long").hint(hint(profile))),
        Ok(Ok(credentials)) => Ok(credentials),
        Ok(Err(error)) => Err(refused(&error, options)),
    }
}

/// What may be said of it: its text can quote files and answers.
fn refused(error: &CredentialsError, options: &Options) -> Error {
    let profile = options.profile.as_deref();
    let why = reason(error).map_or_else(String::new, |code| format!(": {code}"));
    let told = |message: String| Error::new(ErrorKind::Input, message);
    match error {
        _ if is_login(error) => {
            let name = shown(profile.unwrap_or("default"));
            told(format!("the profile {name} signs in with `aws login`, which secretrail does not follow")).hint(format!(
                "let the AWS CLI hand its credentials on: a profile with `credential_process = aws configure export-credentials \
                 --profile {name} --format process`, or once: eval \"$(aws configure export-credentials --profile {name} \
                 --format env)\""
            ))
        }
        CredentialsError::CredentialsNotLoaded(_) => none(profile),
        CredentialsError::ProviderTimedOut(_) => {
            told("fetching credentials took too long".into()).hint(hint(profile))
        }
        CredentialsError::InvalidConfiguration(_) => {
            let named = profile.map_or_else(String::new, |name| format!(" of the profile {}", shown(name)));
            told(format!("the AWS configuration{named} cannot be used{why}")).hint(
                "check that the profile exists and is complete, in ~/.aws/config or in the file that AWS_CONFIG_FILE names",
            )
        }
        _ if options.role.is_some() && why.ends_with(code::NO_CONNECTION) => {
            told("AWS cannot be reached to assume the role".into()).hint("check the network connection")
        }
        _ if options.role.is_some() && !why.is_empty() => told(format!("the role cannot be assumed{why}"))
            .hint("does its trust policy allow it to you? It may ask for --external-id"),
        _ => told(format!("no AWS credentials are available{why}")).hint(hint(profile)),
    }
}

fn none(profile: Option<&str>) -> Error {
    let message = match profile {
        Some(name) => format!("the profile {} has no AWS credentials", shown(name)),
        None => "there are no AWS credentials".to_owned(),
    };
    Error::new(ErrorKind::Input, message).hint(hint(profile))
}

/// What gets people credentials.
pub(super) fn hint(profile: Option<&str>) -> String {
    match profile {
        Some(name) => format!(
            "`aws sso login --profile {0}` where it signs in with SSO; `aws sts get-caller-identity --profile {0}` shows whether it works",
            shown(name)
        ),
        None => "name a profile with --profile (after `aws sso login`, where it signs in with SSO), or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN".to_owned(),
    }
}

fn shown(name: &str) -> String {
    crate::shown::shown_name(name, 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_no_host() {
        for right in ["us-east-1", "us-gov-west-1", "ap-southeast-7"] {
            assert!(is_region(right), "{right}");
        }
        for wrong in ["", "x", "us-east-1.evil.example", "us-east-1/", "US-EAST-1", "us east", "@"] {
            assert!(!is_region(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_error_of_a_provider_is_not_quoted() {
        let options = Options {
            profile: None,
            region: None,
            role: None,
            key_ids: false,
            timeout: Duration::from_secs(1),
            certificates: None,
            version: "0".into(),
            now: None,
        };
        for error in [
            CredentialsError::provider_error("canary"),
            CredentialsError::unhandled("canary"),
            CredentialsError::not_loaded("canary"),
            CredentialsError::invalid_configuration("canary"),
        ] {
            let told = refused(&error, &options);
            assert!(!format!("{told} {:?}", told.hint).contains("canary"));
        }
    }
}
