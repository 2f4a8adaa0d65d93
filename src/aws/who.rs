//! Who asks: one call that needs no permission, bounded in time. For the check before work begins; a collection asks
//! the same with `identity`.

use std::time::{Duration, SystemTime};

use aws_sdk_sts::Config;
use aws_sdk_sts::config::Credentials;
use aws_sdk_sts::config::retry::RetryConfig;
use jiff::Timestamp;

use super::Options;
use super::ask::Asker;
use super::error::Failure;
use super::session::Session;
use crate::error::Error;
use crate::evidence::code;
use crate::policy::CALLER;
use crate::secret::Secret;

/// How often AWS is asked: who waits for a check does not wait long.
const ATTEMPTS: u32 = 2;
/// A longer ARN is none of AWS's.
const MOST_ARN: usize = 2048;

/// With which credential AWS is asked.
pub enum Take {
    /// What the SDK finds: in the environment, in the profile of the options, on the machine.
    Found,
    /// These keys.
    Keys {
        /// The id.
        id: String,
        /// Its secret.
        secret: Secret,
        /// The token of a session.
        token: Option<Secret>,
        /// When it runs out.
        expires: Option<Timestamp>,
    },
}

/// Who asks, as AWS told.
#[derive(Debug)]
pub struct Caller {
    /// The account's number.
    pub account: Option<String>,
    /// Its ARN.
    pub arn: Option<String>,
    /// Whether it is a session.
    pub temporary: bool,
    /// When it ends, where its giver told.
    pub expires: Option<Timestamp>,
}

/// Why nobody is known.
#[derive(Debug)]
pub enum Trouble {
    /// AWS answered, and does not take the credential: its code.
    Refused(String),
    /// There is no credential, or none could be had.
    NoCredential(Error),
    /// AWS did not answer in so many seconds, or there is no way to it; and in which Region.
    Unreachable(String, String),
}

/// Asks AWS who we are. It takes no longer than the options' time-out, whatever hangs.
///
/// # Errors
///
/// See [`Trouble`].
pub fn ask(options: &Options, take: &Take) -> Result<Caller, Trouble> {
    let unready = || Trouble::Unreachable(code::NOT_SENT.to_owned(), String::new());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|_| unready())?;
    let result = runtime.block_on(async {
        let region = options.region.clone().unwrap_or_default();
        match tokio::time::timeout(options.timeout, whole(options, take)).await {
            Ok(result) => result,
            Err(_) => Err(Trouble::Unreachable(code::TIMED_OUT.to_owned(), region)),
        }
    });
    // A lookup of a name that hangs must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(50));
    result
}

async fn whole(options: &Options, take: &Take) -> Result<Caller, Trouble> {
    let session = open(options, take).await?;
    let asker = Asker::new(session.region.clone(), options.now, &|_| ());
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    let config = Config::from(&session.config).to_builder().retry_config(retries).build();
    let client = aws_sdk_sts::Client::from_conf(config);
    let answer = asker
        .ask(&CALLER, None, |tap| client.get_caller_identity().customize().interceptor(tap).send())
        .await
        .map_err(|failure| trouble(failure, &session.region))?;
    Ok(Caller {
        account: answer.output.account().filter(|account| is_account(account)).map(str::to_owned),
        arn: answer.output.arn().filter(|arn| is_arn(arn)).map(str::to_owned),
        temporary: session.temporary,
        expires: session.ends.and_then(|end| Timestamp::try_from(end).ok()),
    })
}

async fn open(options: &Options, take: &Take) -> Result<Session, Trouble> {
    let session = match take {
        Take::Found => Session::open(options).await,
        Take::Keys { id, secret, token, expires } => {
            let token = token.as_ref().map(|token| token.expose().to_owned());
            // What is over is asked for all the same: AWS has the last word.
            let until = expires.map(SystemTime::from).filter(|end| *end > SystemTime::now());
            let keys = Credentials::new(id.clone(), secret.expose(), token, until, "secretrail");
            Session::of(keys, options).await
        }
    };
    session.map_err(|error| {
        let code =
            [code::NO_CONNECTION, code::TIMED_OUT].into_iter().find(|code| error.message.ends_with(code));
        match code {
            Some(code) => Trouble::Unreachable(code.to_owned(), options.region.clone().unwrap_or_default()),
            None => Trouble::NoCredential(error),
        }
    })
}

/// AWS's codes have no hyphens; ours do.
fn trouble(failure: Failure, region: &str) -> Trouble {
    let ours = [code::TIMED_OUT, code::NO_CONNECTION, code::NOT_SENT, code::MALFORMED, code::TOO_LARGE];
    let throttled = failure.status == Some(429) || failure.status.is_some_and(|status| status >= 500);
    if throttled || ours.contains(&failure.code.as_str()) {
        Trouble::Unreachable(failure.code, region.to_owned())
    } else {
        Trouble::Refused(failure.code)
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.len() <= MOST_ARN && !text.contains(char::is_control)
}
