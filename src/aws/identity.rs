//! Who asks: the first call, which needs no permission. Where it gets no answer, no other one would.

use aws_sdk_sts::Config;
use aws_sdk_sts::config::retry::RetryConfig;

use super::ask::Asker;
use super::error::Failure;
use super::session::{Session, hint};
use crate::error::{Error, ErrorKind};
use crate::evidence::code;
use crate::policy::CALLER;

/// How often AWS is asked who we are.
const ATTEMPTS: u32 = 3;
/// Codes with which AWS says that it does not know who asks.
const NOT_KNOWN: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Who asks, as far as AWS tells.
#[derive(Debug, Default)]
pub(super) struct Caller {
    pub account: Option<String>,
    pub partition: Option<String>,
    pub arn: Option<String>,
}

pub(super) async fn ask(session: &Session, asker: &Asker<'_>) -> Result<Caller, Error> {
    match answer(session, asker, None).await {
        Ok(caller) => Ok(caller),
        Err(failure) => match trouble(&failure, session) {
            Some(error) => Err(error),
            None => {
                asker.refused(&CALLER, None, failure);
                Ok(Caller::default())
            }
        },
    }
}
/// The same; the answer is kept in the folder of an account, or of the one that AWS tells.
pub(super) async fn answer(
    session: &Session,
    asker: &Asker<'_>,
    account: Option<&str>,
) -> Result<Caller, Failure> {
    // Who asks in vain learns it soon.
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    let config = Config::from(&session.config).to_builder().retry_config(retries).build();
    let client = aws_sdk_sts::Client::from_conf(config);
    let answer = asker
        .ask(&CALLER, None, |tap| client.get_caller_identity().customize().interceptor(tap).send())
        .await?;
    let caller = caller(answer.output.account(), answer.output.arn());
    asker.file_under(account.or(caller.account.as_deref()));
    asker.keep(&CALLER, "get-caller-identity.xml", answer.bytes, answer.call, None);
    Ok(caller)
}

/// What came from elsewhere and names folders must look as AWS writes it.
fn caller(account: Option<&str>, arn: Option<&str>) -> Caller {
    let is_account =
        |account: &&str| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_arn = |arn: &&str| arn.starts_with("arn:") && arn.len() <= 2048 && !arn.contains(char::is_control);
    let is_partition = |word: &&str| {
        word.starts_with("aws")
            && word.len() <= 32
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let arn = arn.filter(is_arn);
    Caller {
        account: account.filter(is_account).map(str::to_owned),
        partition: arn.and_then(|arn| arn.split(':').nth(1)).filter(is_partition).map(str::to_owned),
        arn: arn.map(str::to_owned),
    }
}

/// A failure after which nothing else needs to be asked.
fn trouble(failure: &Failure, session: &Session) -> Option<Error> {
    let error = |message: String| Error::new(ErrorKind::Input, message);
    match failure.code.as_str() {
        code::NO_CONNECTION => Some(
            error(format!("AWS cannot be reached in {}: no answer, or the connection was lost", session.region))
                .hint("is the Region right, and is there a way to it? AWS_ENDPOINT_URL, HTTPS_PROXY and AWS_CA_BUNDLE are honoured"),
        ),
        code::TIMED_OUT => Some(
            error(format!("AWS did not answer in time in {}", session.region))
                .hint("is the Region right, and is there a way to it? --timeout allows more time"),
        ),
        code::NOT_SENT => Some(
            error("AWS could not be queried: there is no endpoint for it".into())
                .hint("are the Region and AWS_ENDPOINT_URL right?"),
        ),
        unknown if NOT_KNOWN.contains(&unknown) => Some(
            error(format!("AWS rejects these credentials: {unknown}"))
                .hint(hint(session.profile.as_deref())),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_an_account_names_a_folder() {
        let found = caller(Some("123456789012"), Some("arn:aws-cn:iam::123456789012:root"));
        assert_eq!(
            (found.account.as_deref(), found.partition.as_deref()),
            (Some("123456789012"), Some("aws-cn"))
        );
        let found = caller(Some("../../../etc"), Some("arn:<x>:iam::1:root"));
        assert_eq!((found.account, found.partition), (None, None));
    }
}
