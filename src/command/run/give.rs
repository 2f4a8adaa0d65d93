//! What a program gets that it would not have: who stands behind its calls, values, a session.

#[cfg(feature = "aws")]
use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::environment::Environment;
#[cfg(feature = "aws")]
use super::lend::{self, To, Wish};
use super::limits;
use super::who::Who;
use crate::cli::RunArguments;
use crate::error::Error;
#[cfg(feature = "aws")]
use crate::error::ErrorKind;
use crate::secret::Secret;
use crate::settings::Settings;

/// Shows in the user agent of all calls to AWS, and so in CloudTrail.
const APP: &str = "AWS_SDK_UA_APP_ID";

/// Who starts a program, as far as it is known.
pub(in crate::command) fn who(program: &OsStr) -> Who {
    let (email, remote) = super::git::told(&std::env::current_dir().unwrap_or_default());
    Who::of(&|name| std::env::var(name).ok(), program, email, remote.as_deref())
}

/// Adds it to the environment; tells what, by names only.
pub(super) fn give(
    arguments: &RunArguments,
    settings: &Settings,
    environment: &mut Environment,
) -> Result<Vec<String>, Error> {
    let program = arguments.command.first().map(|name| name.as_os_str()).unwrap_or_default();
    let who = who(program);
    #[cfg(feature = "aws")]
    let (name, told) =
        (lend::session_name(&arguments.session, &who)?, lent(arguments, settings, &who, environment)?);
    #[cfg(not(feature = "aws"))]
    let (name, told, _) = (who.name(), Vec::new(), settings);
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
fn lent(
    arguments: &RunArguments,
    settings: &Settings,
    who: &Who,
    environment: &mut Environment,
) -> Result<Vec<String>, Error> {
    let wanted = lend::tagged(&arguments.session, who)?;
    let lent = lend::lend(&arguments.session, wanted.as_ref(), wishes(arguments, settings)?)?;
    let mut told = Vec::new();
    if let (Some(session), Some(wanted)) = (lent.session, wanted) {
        told.push(lend::told(&wanted, &session));
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
    let names: Vec<&str> = arguments.inject.iter().map(|(name, _)| name.as_str()).collect();
    if !names.is_empty() {
        told.push(format!("injected {}", names.join(", ")));
    }
    if !lent.missing.is_empty() {
        told.push(format!("listed, but not in Parameter Store: {}", lent.missing.join(", ")));
    }
    for (wish, value) in lent.values {
        match wish.to {
            To::Give => environment.lend(&wish.name, value),
            To::Hide | To::HideIfThere => environment.hide(&wish.name, value.expose().as_bytes()),
        }
    }
    Ok(told)
}

#[cfg(feature = "aws")]
fn wishes(arguments: &RunArguments, settings: &Settings) -> Result<Vec<Wish>, Error> {
    let mut seen = BTreeSet::new();
    if let Some((twice, _)) = arguments.inject.iter().find(|(name, _)| !seen.insert(name)) {
        return Err(Error::new(ErrorKind::Usage, format!("--inject {twice} is given twice")));
    }
    let wish = |to: To| move |(name, parameter): (String, String)| Wish { name, parameter, to };
    let mut all: Vec<Wish> = arguments.inject.iter().cloned().map(wish(To::Give)).collect();
    let hidden = arguments.mask_parameter.iter().map(|name| (name.clone(), name.clone()));
    all.extend(hidden.map(wish(To::Hide)));
    if arguments.mask_inventory {
        let listed = crate::command::inventory::parameters(settings)?;
        all.extend(listed.into_iter().map(wish(To::HideIfThere)));
    }
    Ok(all)
}
