//! The keys of a source, where they stand in a document: to ask AWS whose they are. Sources that ask somebody else for a
//! credential have none.

use super::profile::Profiles;
use super::sign_in::{self, SsoRole};
use super::{Keys, Origin, Rung, Setup, State};
use crate::secret::Secret;

/// What the places call an access key: id, secret, and the token of a session by its older and its newer name.
struct Names([&'static str; 4]);

const VARIABLES: Names =
    Names(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"]);
const SETTINGS: Names =
    Names(["aws_access_key_id", "aws_secret_access_key", "aws_security_token", "aws_session_token"]);

impl Setup {
    /// The keys of a rung.
    pub fn keys_of(&self, rung: &Rung) -> Option<Keys> {
        if rung.origin == Origin::Environment {
            return written(&VARIABLES, &|name| self.variable(name), rung);
        }
        let profiles = Profiles::read(self, &mut Vec::new());
        let profile = profiles.get(rung.profile.as_deref()?)?;
        match rung.origin {
            Origin::CredentialsFile => written(&SETTINGS, &|name| profile.in_credentials(name), rung),
            Origin::ConfigFile => written(&SETTINGS, &|name| profile.in_config(name), rung),
            Origin::Login => sign_in::login_keys(&self.login, profile.get("login_session")?),
            Origin::Sso => sign_in::sso_keys(&self.cli, &SsoRole::of(&profiles, profile)?),
            _ => None,
        }
    }
}

fn written<'s>(names: &Names, get: &dyn Fn(&str) -> Option<&'s str>, rung: &Rung) -> Option<Keys> {
    let Names([id, secret, older, newer]) = names;
    let expires = match rung.state {
        State::Ready(until) | State::SignIn(until) => until,
        _ => None,
    };
    Some(Keys {
        id: get(id)?.to_owned(),
        secret: Secret::new(get(secret)?),
        token: get(older).or_else(|| get(newer)).map(Secret::new),
        expires,
    })
}
