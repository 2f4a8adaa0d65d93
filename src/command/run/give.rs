//! What a program gets that it would not have: who stands behind its calls, values, a session.

#[cfg(feature = "aws")]
use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::environment::Environment;
use super::limits;
use super::who::Who;
use crate::cli::RunArguments;
use crate::error::Error;
use crate::secret::Secret;

/// Shows in the user agent of all calls to AWS, and so in CloudTrail.
const APP: &str = "AWS_SDK_UA_APP_ID";

/// Who starts a program, as far as it is known.
pub(in crate::command) fn who(program: &OsStr) -> Who {
    let (email, remote) = super::git::told(&std::env::current_dir().unwrap_or_default());
    Who::of(&|name| std::env::var(name).ok(), program, email, remote.as_deref())
}

/// Adds it to the environment; tells what, by names only.
pub(super) fn give(arguments: &RunArguments, environment: &mut Environment) -> Result<Vec<String>, Error> {
    let program = arguments.command.first().map(|name| name.as_os_str()).unwrap_or_default();
    let who = who(program);
    #[cfg(feature = "aws")]
    let (name, told) =
        (super::lend::session_name(&arguments.session, &who)?, lent(arguments, &who, environment)?);
    #[cfg(not(feature = "aws"))]
    let (name, told) = (who.name(), Vec::new());
    // A hook may have set a better one.
    if !is_set(APP)
        && let Some(app) = limits::app(&name)
    {
        environment.set(APP, Secret::new(app));
    }
    Ok(told)
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// What AWS lends.
#[cfg(feature = "aws")]
fn lent(arguments: &RunArguments, who: &Who, environment: &mut Environment) -> Result<Vec<String>, Error> {
    let names: Vec<&str> = arguments.inject.iter().map(|(name, _)| name.as_str()).collect();
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(**name)) {
        let message = format!("--inject {twice} is given twice");
        return Err(Error::new(crate::error::ErrorKind::Usage, message));
    }
    let wanted = super::lend::tagged(&arguments.session, who)?;
    let masked = arguments.mask_parameter.iter().map(|name| (name.clone(), name.clone()));
    let wishes: Vec<_> = arguments.inject.iter().cloned().chain(masked).collect();
    let lent = super::lend::lend(&arguments.session, wanted.as_ref(), &wishes)?;
    let mut told = Vec::new();
    if let (Some(session), Some(wanted)) = (lent.session, wanted) {
        told.push(super::lend::told(&wanted, &session));
        let is_named = arguments.session.region.is_some();
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            // The profile that named the Region is taken away.
            if is_named || !(is_set("AWS_REGION") || is_set("AWS_DEFAULT_REGION")) {
                environment.set(name, Secret::new(session.region.as_str()));
            }
        }
        environment.set("AWS_ACCESS_KEY_ID", Secret::new(session.key_id));
        environment.set("AWS_CREDENTIAL_EXPIRATION", Secret::new(session.until.to_string()));
        environment.lend("AWS_SECRET_ACCESS_KEY", session.secret);
        environment.lend("AWS_SESSION_TOKEN", session.token);
    }
    if !names.is_empty() {
        told.push(format!("injected {}", names.join(", ")));
    }
    for (at, (name, value)) in lent.values.into_iter().enumerate() {
        if at < names.len() {
            environment.lend(&name, value);
        } else {
            environment.hide(&name, value.expose().as_bytes());
        }
    }
    Ok(told)
}
