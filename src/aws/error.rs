//! What may be said of an error of the SDK: its code. Its text and its `Debug` quote the body that did not parse.

use std::error::Error as StdError;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use http_body_util::LengthLimitError;

use crate::evidence::code;

/// A longer code is none of AWS's.
const MOST_CODE: usize = 80;

/// Why a call gave no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// AWS's code, or ours.
    pub code: String,
    /// The status of the answer.
    pub status: Option<u16>,
    /// AWS's number of the request.
    pub request_id: Option<String>,
}

impl Failure {
    /// A reason of ours.
    pub(super) fn own(code: &str, status: Option<u16>) -> Self {
        Self { code: code.to_owned(), status, request_id: None }
    }
}

/// The code of an error, and nothing else of it.
pub(super) fn failure<E>(error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = match error {
        SdkError::TimeoutError(_) => code::TIMED_OUT.to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => code::TIMED_OUT.to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_io() => code::NO_CONNECTION.to_owned(),
        SdkError::ServiceError(service) => plain(service.err().code()),
        SdkError::ResponseError(_) if is_too_large(error) => code::TOO_LARGE.to_owned(),
        SdkError::ResponseError(_) => code::MALFORMED.to_owned(),
        _ => code::NOT_SENT.to_owned(),
    };
    Failure { code, status, request_id: None }
}

/// A code as AWS writes them. Another text came from somebody else, and is not repeated.
fn plain(code: Option<&str>) -> String {
    let is_plain = |code: &&str| {
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte);
        !code.is_empty() && code.len() <= MOST_CODE && code.bytes().all(fit)
    };
    code.filter(is_plain).map_or_else(|| code::MALFORMED.to_owned(), str::to_owned)
}

fn is_too_large(error: &dyn StdError) -> bool {
    chain(error).any(|one| one.is::<LengthLimitError>())
}

/// The error and what caused it; bounded, as an error could name itself.
fn chain<'e>(error: &'e dyn StdError) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |one: &&'e (dyn StdError + 'static)| (*one).source()).take(32)
}

/// Why there are no credentials, in a word or two, where the errors below tell.
pub(super) fn reason(error: &(dyn StdError + 'static)) -> Option<String> {
    chain(error).find_map(|one| {
        if let Some(sdk) = one.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return Some(failure(sdk).code);
        }
        let connector = one.downcast_ref::<ConnectorError>()?;
        let code = if connector.is_timeout() { code::TIMED_OUT } else { code::NO_CONNECTION };
        (connector.is_timeout() || connector.is_io()).then(|| code.to_owned())
    })
}

/// Whether a profile signs in with `aws login`, which the SDK as it is built here does not follow. Its text tells the
/// name of the missing part; nothing of it is repeated.
pub(super) fn is_login(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|one| one.to_string().contains("credentials-login"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_codes_are_repeated() {
        assert_eq!(plain(Some("AccessDenied")), "AccessDenied");
        let long = "a".repeat(81);
        for other in [None, Some(""), Some("a b"), Some("<html>"), Some("\u{1b}[2J"), Some(long.as_str())] {
            assert_eq!(plain(other), code::MALFORMED);
        }
    }
}
