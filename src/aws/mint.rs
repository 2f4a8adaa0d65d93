//! A session of a role that says who stands behind it: tags and a source identity that the trail keeps.
//!
//! The answer holds credentials: it is never kept or logged, and of an error only its code and AWS's number of the
//! request are told.

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::RequestId;
use aws_sdk_sts::operation::assume_role::{AssumeRoleError, AssumeRoleOutput};
use aws_sdk_sts::types::Tag;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::Timestamp;

use super::error::failure;
use super::session::Session;
use super::ssm::{Bound, plain_id};
use crate::error::{Error, ErrorKind};
use crate::evidence::code;
use crate::secret::Secret;

/// The session that is asked for.
#[derive(Debug, Clone)]
pub struct Tagged {
    /// The role's ARN.
    pub role: String,
    /// What its owner asks for.
    pub external_id: Option<String>,
    /// The session's name.
    pub name: String,
    /// Who stands behind it; kept by all sessions that come of this one.
    pub source_identity: Option<String>,
    /// Keys and values.
    pub tags: Vec<(String, String)>,
    /// How long it holds.
    pub seconds: i32,
}

/// The credentials of a session.
#[derive(Debug)]
pub struct Minted {
    /// Its access key's id.
    pub key_id: String,
    /// Its secret.
    pub secret: Secret,
    /// Its token.
    pub token: Secret,
    /// Until when it holds.
    pub until: Timestamp,
    /// The Region that was asked.
    pub region: String,
}

/// Asks for the session.
pub(super) async fn mint(session: &Session, wanted: &Tagged) -> Result<Minted, Error> {
    let tags = wanted.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    let tags = tags.collect::<Result<Vec<_>, _>>().map_err(|_| malformed())?;
    let call = Client::new(&session.config)
        .assume_role()
        .role_arn(&wanted.role)
        .role_session_name(&wanted.name)
        .duration_seconds(wanted.seconds)
        .set_external_id(wanted.external_id.clone())
        .set_source_identity(wanted.source_identity.clone())
        .set_tags((!tags.is_empty()).then_some(tags));
    let answer = call.customize().interceptor(Bound).send().await.map_err(|error| refused(&error, wanted))?;
    minted(answer, session).ok_or_else(malformed)
}

pub(super) fn minted(answer: AssumeRoleOutput, session: &Session) -> Option<Minted> {
    let given = answer.credentials?;
    // Where the answer is cut off, the SDK fills in what is missing.
    let parts = [&given.access_key_id, &given.secret_access_key, &given.session_token];
    if parts.into_iter().any(String::is_empty) || given.expiration.secs() <= 0 {
        return None;
    }
    Some(Minted {
        key_id: given.access_key_id,
        secret: Secret::new(given.secret_access_key),
        token: Secret::new(given.session_token),
        until: Timestamp::from_second(given.expiration.secs()).ok()?,
        region: session.region.clone(),
    })
}

impl Session {
    /// The same, with the credentials of the session.
    pub(super) fn under(&self, minted: &Minted) -> Self {
        let (secret, token) = (minted.secret.expose(), minted.token.expose().to_owned());
        let credentials = Credentials::new(&minted.key_id, secret, Some(token), None, "secretrail");
        let provider = SharedCredentialsProvider::new(credentials);
        let config = self.config.clone().into_builder().credentials_provider(provider).build();
        let ends = Some(std::time::SystemTime::from(minted.until));
        Self { config, region: self.region.clone(), profile: self.profile.clone(), temporary: true, ends }
    }
}

fn malformed() -> Error {
    Error::new(ErrorKind::Input, "AWS's response to AssumeRole cannot be read")
}

/// What may be said of it.
fn refused(error: &SdkError<AssumeRoleError, HttpResponse>, wanted: &Tagged) -> Error {
    let told = failure(error);
    let id = plain_id(error.request_id()).map(|id| format!(" (request {id})")).unwrap_or_default();
    let message = format!("the role cannot be assumed: {}{id}", told.code);
    let needs = match (&wanted.source_identity, wanted.tags.is_empty()) {
        (Some(_), false) => ", sts:TagSession and sts:SetSourceIdentity",
        (Some(_), true) => " and sts:SetSourceIdentity",
        (None, false) => " and sts:TagSession",
        (None, true) => "",
    };
    let hint = match told.code.as_str() {
        "AccessDenied" => format!(
            "the role's trust policy, and yours, must allow sts:AssumeRole{needs}; a source identity that your session \
             has already cannot be changed. --no-tags and --no-source-identity ask for less"
        ),
        "ExpiredToken" | "ExpiredTokenException" => super::session::hint(None),
        "PackedPolicyTooLarge" => "the tags are too long together: --no-tags, or fewer of them".to_owned(),
        "ValidationError" => {
            "is --role-arn written as arn:aws:iam::123456789012:role/name, and --duration not longer than \
                              the role allows? A role that another role assumes holds for an hour at most"
                .to_owned()
        }
        code if code == code::NO_CONNECTION || code == code::TIMED_OUT => "is there a way to AWS?".to_owned(),
        _ => "`aws sts get-caller-identity` shows whether your own credentials work".to_owned(),
    };
    Error::new(ErrorKind::Input, message).hint(hint)
}
