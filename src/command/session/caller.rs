//! Asks AWS who this is, with the credential that the AWS CLI would take.

#[cfg(feature = "aws")]
use super::limit;
use crate::cli::SessionArguments;
use crate::error::Error;
use crate::session::Line;
use crate::session::caller::Answer;
use crate::session::chain::{Chain, Setup};
#[cfg(feature = "aws")]
use crate::session::{
    Level,
    chain::{Origin, Rung, State, told},
};

/// Asks with the first rung's credential.
#[cfg(feature = "aws")]
pub(super) fn ask(arguments: &SessionArguments, setup: &Setup, chain: &Chain) -> Result<Answer, Error> {
    match chain.rungs.first() {
        // No call without a credential: the SDK would look for an instance's role, for seconds.
        None => Ok(nothing()),
        Some(Rung { state: State::Broken(_), .. }) => {
            Ok(Answer::Nothing("there are no AWS credentials to ask with".into(), None))
        }
        Some(Rung { origin: Origin::Login, state: State::Renews, .. }) => Ok(Answer::Unreachable(
            "AWS could not be queried: the session of `aws login` has expired; the AWS CLI renews it by itself"
                .into(),
            Some("`aws sts get-caller-identity` does that; then ask again".into()),
        )),
        Some(rung) => ask_with(arguments, setup, rung),
    }
}

/// With `--ask-next`: whom the next credential in line makes, as AWS says.
#[cfg(feature = "aws")]
pub(super) fn next(
    arguments: &SessionArguments,
    setup: &Setup,
    chain: &Chain,
) -> Result<Option<Line>, Error> {
    let Some(rung) = chain.rungs.get(1).filter(|_| arguments.ask_next) else { return Ok(None) };
    let from = told::source(rung);
    let is_of_profile = rung.profile.as_ref().is_some_and(|name| name.chars().all(|c| !c.is_control()));
    if !is_of_profile || rung.origin == Origin::Role || matches!(rung.state, State::Broken(_)) {
        return Ok(Some(Line::new(
            Level::Unknown,
            format!("AWS was not queried for who {from} is: this is not possible from here"),
        )));
    }
    Ok(Some(match ask_with(arguments, setup, rung)? {
        Answer::Known(caller) if caller.is_root() => {
            let account = caller.account.as_deref().unwrap_or("an account");
            Line::new(Level::Warning, format!("AWS says that {from} makes you ROOT of {account}"))
        }
        Answer::Known(caller) => {
            let arn = caller.arn.as_deref().unwrap_or("someone AWS did not name");
            Line::new(Level::Note, format!("AWS says that {from} makes you {arn}"))
        }
        Answer::Refused(code) => Line::new(Level::Note, format!("AWS rejects {from}: {code}")),
        Answer::Nothing(message, _) => Line::new(Level::Note, format!("{from}: {message}")),
        Answer::Unreachable(message, _) => Line::new(Level::Unknown, format!("{from}: {message}")),
        Answer::NotAsked => return Ok(None),
    }))
}

/// Asks with the credential of one rung.
#[cfg(feature = "aws")]
fn ask_with(arguments: &SessionArguments, setup: &Setup, rung: &Rung) -> Result<Answer, Error> {
    use crate::aws::who::{self, Take, Trouble};
    use crate::aws::{Options, who::Caller};

    // Other profiles than the default one are named: the SDK would take the environment's key first.
    let profile = arguments.profile.clone().or_else(|| rung.profile.clone());
    let options = Options {
        profile,
        region: arguments.region.clone(),
        role: None,
        key_ids: false,
        timeout: limit(arguments),
        certificates: crate::command::collect::certificates()?,
        version: env!("CARGO_PKG_VERSION").into(),
        now: arguments.clock,
    };
    let take = match setup.keys_of(rung) {
        Some(keys) => {
            Take::Keys { id: keys.id, secret: keys.secret, token: keys.token, expires: keys.expires }
        }
        None => Take::Found,
    };
    Ok(match who::ask(&options, &take) {
        Ok(Caller { account, arn, temporary, expires }) => {
            Answer::Known(crate::session::caller::Caller { account, arn, temporary, expires })
        }
        Err(Trouble::Refused(code)) => Answer::Refused(code),
        Err(Trouble::NoCredential(error)) => Answer::Nothing(error.message, error.hint),
        Err(Trouble::Unreachable(code, region)) => unreachable(&code, &region, arguments.timeout),
    })
}

/// Without the feature, nothing connects.
#[cfg(not(feature = "aws"))]
pub(super) fn ask(_: &SessionArguments, _: &Setup, chain: &Chain) -> Result<Answer, Error> {
    Ok(if chain.rungs.is_empty() { nothing() } else { Answer::NotAsked })
}

/// Without the feature, nobody is asked.
#[cfg(not(feature = "aws"))]
pub(super) fn next(_: &SessionArguments, _: &Setup, _: &Chain) -> Result<Option<Line>, Error> {
    Ok(None)
}

fn nothing() -> Answer {
    let hint = "`aws login`, `aws sso login`, or name a profile with --profile or AWS_PROFILE";
    Answer::Nothing("there are no AWS credentials".into(), Some(hint.into()))
}

#[cfg(feature = "aws")]
fn unreachable(code: &str, region: &str, seconds: u16) -> Answer {
    use crate::evidence::code;

    let place = if region.is_empty() { String::new() } else { format!(" in {region}") };
    let message = match code {
        code::TIMED_OUT => {
            format!("AWS did not say who you are within {seconds} s{place}: no network, or a slow one?")
        }
        code::NO_CONNECTION => format!("AWS cannot be reached{place}: no network, or a wrong Region?"),
        code::NOT_SENT => "AWS could not be queried: there is no endpoint for it".to_owned(),
        other => format!("AWS did not say who you are{place}: {other}"),
    };
    let hint = "AWS_ENDPOINT_URL, HTTPS_PROXY and AWS_CA_BUNDLE are honoured; --timeout allows more time";
    Answer::Unreachable(message, Some(hint.into()))
}
