//! Sign-ins that are kept on the disk: of IAM Identity Center and of `aws login`. Only times and the account are taken
//! from them.

use jiff::Timestamp;
use serde::Deserialize;
use sha1::{Digest as _, Sha1};
use sha2::{Digest as _, Sha256};

use super::profile::{Profile, Profiles};
use super::{Keys, Setup, SignIn, State};
use crate::hex::hex;
use crate::secret::Secret;

/// What IAM Identity Center's sign-in leaves.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SsoToken {
    expires_at: Option<String>,
    /// Only whether it is there.
    refresh_token: Option<Present>,
    registration_expires_at: Option<String>,
}

/// What `aws login` leaves.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginToken {
    access_token: Option<LoginKeys>,
    refresh_token: Option<Present>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginKeys {
    expires_at: Option<String>,
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    session_token: Option<String>,
}

/// A text that is not kept.
struct Present;

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(from).map(|_| Self)
    }
}

/// What the AWS CLI keeps of a role's session.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleSession {
    credentials: RoleKeys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleKeys {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}

/// A role of IAM Identity Center, as a profile names it.
pub(super) struct SsoRole<'p> {
    /// The `[sso-session]`; without one, the start address names the sign-in, and nothing renews itself.
    pub session: Option<&'p str>,
    pub address: &'p str,
    pub account: &'p str,
    pub role: &'p str,
}

impl<'p> SsoRole<'p> {
    /// That of a profile, where it is whole.
    pub(super) fn of(profiles: &'p Profiles<'p>, profile: Profile<'p>) -> Option<Self> {
        let session = profile.get("sso_session");
        let section = session.and_then(|name| profiles.session(name));
        let address = profile.get("sso_start_url").or_else(|| section?.get("sso_start_url"))?;
        Some(Self {
            session,
            address,
            account: profile.get("sso_account_id")?,
            role: profile.get("sso_role_name")?,
        })
    }

    /// The name of the sign-in's file.
    fn sign_in(&self) -> String {
        hex(Sha1::digest(self.session.unwrap_or(self.address).as_bytes()).as_slice())
    }

    /// The name of the file in which the AWS CLI keeps the role's session: a hash of this JSON.
    fn session_file(&self) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let (key, of) = match self.session {
            Some(session) => ("sessionName", session),
            None => ("startUrl", self.address),
        };
        let json = format!(
            "{{\"accountId\":{},\"roleName\":{},\"{key}\":{}}}",
            text(self.account),
            text(self.role),
            text(of)
        );
        hex(Sha1::digest(json.as_bytes()).as_slice())
    }
}

/// Whether a role of IAM Identity Center can be had: by a session that the AWS CLI kept, or by the sign-in.
pub(super) fn sso(setup: &Setup, role: &SsoRole<'_>, now: Timestamp) -> State {
    let kept = sso_keys(&setup.cli, role).and_then(|keys| keys.expires);
    match sso_sign_in(&setup.sso, role, now) {
        // The CLI takes what it kept, and asks for no sign-in until that is over.
        State::SignIn(_) if kept.is_some_and(|until| until > now) => State::Ready(kept),
        state => state,
    }
}

fn sso_sign_in(files: &[SignIn], role: &SsoRole<'_>, now: Timestamp) -> State {
    let name = role.sign_in();
    let Some(file) = files.iter().find(|file| file.name == name) else { return State::SignIn(None) };
    let Ok(token) = serde_json::from_str::<SsoToken>(&file.text) else { return State::SignIn(None) };
    let Some(until) = token.expires_at.as_deref().and_then(time) else { return State::SignIn(None) };
    if until > now {
        return State::Ready(Some(until));
    }
    let registered = token.registration_expires_at.as_deref().and_then(time).is_some_and(|until| until > now);
    if role.session.is_some() && token.refresh_token.is_some() && registered {
        State::Renews
    } else {
        State::SignIn(Some(until))
    }
}

/// The session of a role that the AWS CLI kept.
pub(super) fn sso_keys(files: &[SignIn], role: &SsoRole<'_>) -> Option<Keys> {
    let name = role.session_file();
    let file = files.iter().find(|file| file.name == name)?;
    let keys = serde_json::from_str::<RoleSession>(&file.text).ok()?.credentials;
    Some(Keys {
        id: keys.access_key_id,
        secret: Secret::new(keys.secret_access_key),
        token: Some(Secret::new(keys.session_token)),
        expires: time(&keys.expiration),
    })
}

/// Whether `aws login` still holds.
pub(super) fn login(files: &[SignIn], session: &str, now: Timestamp) -> State {
    let Some(token) = login_token(files, session) else { return State::SignIn(None) };
    let until = token.access_token.and_then(|keys| keys.expires_at).as_deref().and_then(time);
    match until {
        Some(until) if until > now => State::Ready(Some(until)),
        _ if token.refresh_token.is_some() => State::Renews,
        until => State::SignIn(until),
    }
}

/// The keys that `aws login` left.
pub(super) fn login_keys(files: &[SignIn], session: &str) -> Option<Keys> {
    let keys = login_token(files, session)?.access_token?;
    Some(Keys {
        id: keys.access_key_id?,
        secret: Secret::new(keys.secret_access_key?),
        token: Some(Secret::new(keys.session_token?)),
        expires: keys.expires_at.as_deref().and_then(time),
    })
}

fn login_token(files: &[SignIn], session: &str) -> Option<LoginToken> {
    let name = hex(Sha256::digest(session.as_bytes()).as_slice());
    let file = files.iter().find(|file| file.name == name)?;
    serde_json::from_str(&file.text).ok()
}

/// `2026-11-26T12:00:00Z`, and `2026-11-26T12:00:00UTC` as older versions wrote it.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    match text.strip_suffix("UTC") {
        Some(plain) => format!("{plain}Z").parse().ok(),
        None => text.parse().ok(),
    }
}

/// The file's name of a role's session, for tests.
#[cfg(test)]
pub(super) fn session_file(session: &str, account: &str, role: &str) -> String {
    SsoRole { session: Some(session), address: "", account, role }.session_file()
}

/// The file's name of a sign-in, for tests.
#[cfg(test)]
pub(super) fn file_names(session: &str) -> (String, String) {
    (hex(Sha1::digest(session.as_bytes()).as_slice()), hex(Sha256::digest(session.as_bytes()).as_slice()))
}
