//! The evaluation: who comes first, and who would without them.

use jiff::Timestamp;

use super::profile::{Profile, Profiles};
use super::sign_in::SsoRole;
use super::{Chain, File, MOST_RUNGS, Origin, Rung, Setup, State, Who, key_id, machine, roles, sign_in};
use crate::shown::shown_name;

/// Variables that name the profile, as botocore asks them.
const PROFILE_VARIABLES: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];
/// Accounts, roles and profiles have shorter names.
const MOST_NAME: usize = 128;

/// What is looked at, and what is taken to be gone.
pub(super) struct Look<'s> {
    pub setup: &'s Setup,
    pub profiles: &'s Profiles<'s>,
    pub now: Timestamp,
    /// The profile that counts.
    pub profile: &'s str,
    /// Whether the environment is asked for keys.
    pub asks_environment: bool,
    /// Sources that vanished, with their profile.
    pub gone: &'s [(Origin, Option<String>)],
}

/// Evaluates the order, rung by rung.
pub fn evaluate(setup: &Setup, now: Timestamp) -> Chain {
    let mut gaps = Vec::new();
    let profiles = Profiles::read(setup, &mut gaps);
    for (file, shown) in
        [(&setup.boto, "boto's file"), (&setup.older, "the file that AWS_CREDENTIAL_FILE names")]
    {
        if let File::Unreadable(reason) = file {
            gaps.push(format!("{shown}: {reason}"));
        }
    }
    let (profile, named_by) = named(setup);
    let rungs = ladder(setup, &profiles, now, &profile, named_by, setup.profile.is_none());
    let plain = named_by.and_then(|_| plain(setup, &profiles, now, &rungs));
    Chain { notes: notes(setup, named_by), profile: shown(&profile), named_by, rungs, plain, gaps }
}

/// The profile that counts, and who names it.
fn named(setup: &Setup) -> (String, Option<&'static str>) {
    if let Some(profile) = &setup.profile {
        return (profile.clone(), Some("--profile"));
    }
    let variable = PROFILE_VARIABLES.iter().find_map(|name| Some((*name, setup.variable(name)?)));
    match variable {
        Some((name, profile)) => (profile.to_owned(), Some(name)),
        None => ("default".to_owned(), None),
    }
}

fn ladder(
    setup: &Setup,
    profiles: &Profiles<'_>,
    now: Timestamp,
    profile: &str,
    named_by: Option<&str>,
    asks_environment: bool,
) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = Vec::new();
    let mut gone: Vec<(Origin, Option<String>)> = Vec::new();
    while rungs.len() < MOST_RUNGS {
        let look = Look { setup, profiles, now, profile, asks_environment, gone: &gone };
        if let Some(named_by) = named_by.filter(|_| profiles.get(profile).is_none()) {
            rungs.push(nowhere(profile, named_by));
            break;
        }
        let Some(rung) = look.first() else { break };
        let is_end = matches!(rung.state, State::Broken(_)) || gone.contains(&rung.base);
        gone.push(rung.base.clone());
        rungs.push(rung);
        if is_end {
            break;
        }
    }
    rungs
}

/// A profile that is named and nowhere written: the tools stop, whatever else there is.
fn nowhere(profile: &str, named_by: &str) -> Rung {
    let reason = format!("{named_by} names the profile {}, which is in neither file", shown(profile));
    rung(Origin::ConfigFile, Some(profile), Who::Unknown, State::Broken(reason))
}

/// What a new shell would take, without variables that name a profile or hold keys; where that is somebody else.
fn plain(setup: &Setup, profiles: &Profiles<'_>, now: Timestamp, rungs: &[Rung]) -> Option<Rung> {
    let look = Look { setup, profiles, now, profile: "default", asks_environment: false, gone: &[] };
    look.first().filter(|first| rungs.first() != Some(first))
}

impl Look<'_> {
    /// Who comes first now.
    pub(super) fn first(&self) -> Option<Rung> {
        let environment = || self.asks_environment.then(|| self.environment()).flatten();
        let profile = self.profiles.get(self.profile);
        environment()
            .or_else(|| profile.and_then(|profile| roles::assumed(self, profile)))
            .or_else(|| self.web_identity(profile, self.asks_environment))
            .or_else(|| profile.and_then(|profile| self.of_profile(profile)))
            .or_else(|| machine::first(self))
    }

    /// What a profile gives by itself, in order.
    pub(super) fn of_profile(&self, profile: Profile<'_>) -> Option<Rung> {
        self.sso(profile)
            .or_else(|| self.keys(profile, Origin::CredentialsFile))
            .or_else(|| self.login(profile))
            .or_else(|| self.process(profile))
            .or_else(|| self.keys(profile, Origin::ConfigFile))
    }

    fn is_gone(&self, origin: &Origin, profile: Option<&str>) -> bool {
        self.gone.iter().any(|(gone, of)| gone == origin && of.as_deref() == profile)
    }

    fn unless_gone(&self, rung: Rung) -> Option<Rung> {
        (!self.is_gone(&rung.origin, rung.profile.as_deref())).then_some(rung)
    }

    /// Whether a profile has keys of its own that are not gone, or half of one.
    pub(super) fn has_keys(&self, profile: Profile<'_>) -> bool {
        let there = |origin: Origin| !self.is_gone(&origin, Some(&shown(profile.name)));
        let (in_credentials, in_config) = (there(Origin::CredentialsFile), there(Origin::ConfigFile));
        ["aws_access_key_id", "aws_secret_access_key"].iter().any(|key| {
            (in_credentials && profile.in_credentials(key).is_some())
                || (in_config && profile.in_config(key).is_some())
        })
    }

    /// `AWS_ACCESS_KEY_ID` and its kin.
    pub(super) fn environment(&self) -> Option<Rung> {
        let id = self.setup.variable("AWS_ACCESS_KEY_ID")?;
        let until = self.setup.variable("AWS_CREDENTIAL_EXPIRATION").and_then(sign_in::time);
        let token = ["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"]
            .iter()
            .any(|name| self.setup.variable(name).is_some());
        let state = match () {
            () if self.setup.variable("AWS_SECRET_ACCESS_KEY").is_none() => {
                State::Broken("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY".into())
            }
            () if id.starts_with("ASIA") && !token => State::Broken(
                "the key in the environment belongs to a session, but AWS_SESSION_TOKEN is not set".into(),
            ),
            () if until.is_some_and(|until| until <= self.now) => State::SignIn(until),
            () => State::Ready(until),
        };
        let who = account(self.setup.variable("AWS_ACCOUNT_ID"), id);
        let rung = Rung { key: last4(id), ..rung(Origin::Environment, None, who, state) };
        self.unless_gone(rung)
    }

    /// A role by a token in a file. The environment wins over the profile, setting by setting.
    pub(super) fn web_identity(&self, profile: Option<Profile<'_>>, asks_environment: bool) -> Option<Rung> {
        let variable = |name: &str| asks_environment.then(|| self.setup.variable(name)).flatten();
        let of_variable =
            variable("AWS_WEB_IDENTITY_TOKEN_FILE").filter(|_| !self.is_gone(&Origin::WebIdentity, None));
        let of_profile = || profile.and_then(|profile| self.token_file(profile));
        of_variable.or_else(of_profile).filter(|file| !file.is_empty())?;
        let of_profile = || profile.and_then(|profile| profile.get("role_arn"));
        let role = variable("AWS_ROLE_ARN").or_else(of_profile).filter(|role| !role.is_empty());
        let state = match role {
            Some(_) => State::Ready(None),
            None => State::Broken("a web identity file is named, but no role".into()),
        };
        // What variables name belongs to no profile.
        let name = profile.map(|profile| profile.name).filter(|_| of_variable.is_none());
        self.unless_gone(rung(Origin::WebIdentity, name, role.map(of_arn).unwrap_or_default(), state))
    }

    /// The file of a profile with a web identity, unless that vanished: then its role is one like others.
    pub(super) fn token_file<'p>(&self, profile: Profile<'p>) -> Option<&'p str> {
        let is_gone = self.is_gone(&Origin::WebIdentity, Some(&shown(profile.name)));
        profile.get("web_identity_token_file").filter(|_| !is_gone)
    }

    fn sso(&self, profile: Profile<'_>) -> Option<Rung> {
        let (role, account) = (profile.get("sso_role_name"), profile.get("sso_account_id"));
        if role.is_none() && account.is_none() {
            return None;
        }
        let session = profile.get("sso_session");
        let section = session.and_then(|name| self.profiles.session(name));
        let setting = |key: &str| profile.get(key).or_else(|| section.and_then(|section| section.get(key)));
        let address = setting("sso_start_url");
        let broken = |reason: &str| {
            State::Broken(format!(
                "profile {} signs in with IAM Identity Center, {reason}",
                shown(profile.name)
            ))
        };
        let state = match (role, account, address) {
            _ if session.is_some() && section.is_none() => broken("but its sso-session is missing"),
            (None, ..) => broken("but has no sso_role_name"),
            (_, None, _) => broken("but has no sso_account_id"),
            (_, _, None) => broken("but has no sso_start_url"),
            (.., Some(_)) if setting("sso_region").is_none() => broken("and no sso_region is written"),
            (Some(role), Some(account), Some(address)) => {
                sign_in::sso(self.setup, &SsoRole { session, address, account, role }, self.now)
            }
        };
        let who = match role {
            Some(role) => Who::Role(shown(role), account.and_then(number)),
            None => account.and_then(number).map_or(Who::Unknown, Who::Account),
        };
        let detail = session.map(shown);
        self.unless_gone(Rung { detail, ..rung(Origin::Sso, Some(profile.name), who, state) })
    }

    /// Keys in one of both files.
    pub(super) fn keys(&self, profile: Profile<'_>, origin: Origin) -> Option<Rung> {
        let get = |key: &str| match origin {
            Origin::CredentialsFile => profile.in_credentials(key),
            _ => profile.in_config(key),
        };
        let id = get("aws_access_key_id")?;
        let state = match get("aws_secret_access_key") {
            Some(_) => {
                // What tools that fetch sessions write beside them.
                let until = ["x_security_token_expires", "aws_session_expiration", "expiration"];
                let until = until.iter().find_map(|key| get(key).and_then(sign_in::time));
                if until.is_some_and(|until| until <= self.now) {
                    State::SignIn(until)
                } else {
                    State::Ready(until)
                }
            }
            None => {
                State::Broken(format!("profile {} has a key's id without its secret", shown(profile.name)))
            }
        };
        let who = account(get("aws_account_id"), id);
        self.unless_gone(Rung { key: last4(id), ..rung(origin, Some(profile.name), who, state) })
    }

    fn login(&self, profile: Profile<'_>) -> Option<Rung> {
        let session = profile.get("login_session")?;
        let state = sign_in::login(&self.setup.login, session, self.now);
        self.unless_gone(rung(Origin::Login, Some(profile.name), of_arn(session), state))
    }

    fn process(&self, profile: Profile<'_>) -> Option<Rung> {
        let command = profile.get("credential_process")?;
        let rung = rung(Origin::Process, Some(profile.name), Who::Unknown, State::Ready(None));
        self.unless_gone(Rung { detail: program(command), ..rung })
    }
}

impl Setup {
    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// A rung that is its own base.
pub(super) fn rung(origin: Origin, profile: Option<&str>, who: Who, state: State) -> Rung {
    let profile = profile.map(shown);
    let base = (origin.clone(), profile.clone());
    Rung { origin, profile, who, state, key: None, detail: None, base }
}

/// A name as it may be shown: short, and on one line.
pub(super) fn shown(name: &str) -> String {
    shown_name(name, MOST_NAME)
}

/// An account's number.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}

fn account(written: Option<&str>, id: &str) -> Who {
    written.and_then(number).or_else(|| key_id::account(id)).map_or(Who::Unknown, Who::Account)
}

/// The end of an access key's id, which is no secret; of another text nothing.
fn last4(id: &str) -> Option<String> {
    let is_id = (16..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_id.then(|| id.get(id.len() - 4..).unwrap_or_default().to_owned())
}

/// Whom an ARN names.
pub(super) fn of_arn(arn: &str) -> Who {
    let mut parts = arn.trim().splitn(6, ':');
    let (Some("arn"), Some(_), Some("iam" | "sts"), Some(_), Some(account), Some(rest)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Who::Unknown;
    };
    // `aws login` pads nothing, and people do write a zero before it.
    let account = number(account).or_else(|| account.strip_prefix('0').and_then(number));
    let last = |path: &str| shown(path.rsplit('/').next().unwrap_or(path));
    match (rest.split_once('/'), account) {
        (None, Some(account)) if rest == "root" => Who::Root(account),
        (Some(("role", path)), account) => Who::Role(last(path), account),
        (Some(("assumed-role", path)), account) => {
            Who::Role(shown(path.split('/').next().unwrap_or(path)), account)
        }
        (Some(("user" | "federated-user", path)), Some(account)) => Who::User(last(path), account),
        (_, Some(account)) => Who::Account(account),
        (_, None) => Who::Unknown,
    }
}

/// The program's name without its folder; its arguments may hold anything.
fn program(command: &str) -> Option<String> {
    let command = command.trim();
    let word = match command.chars().next()? {
        mark @ ('"' | '\'') => command.get(1..)?.split(mark).next()?,
        _ => command.split_whitespace().next()?,
    };
    let name = word.rsplit(['/', '\\']).next()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    (!name.is_empty() && name.len() <= 40 && name.chars().all(is_plain)).then(|| name.to_owned())
}

/// Variables that tools do not understand alike.
fn notes(setup: &Setup, named_by: Option<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    if ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"].iter().any(|name| setup.variable(name).is_some()) {
        notes.push(
            "AWS_ENDPOINT_URL is set: the answer comes from there, not necessarily from AWS".to_owned(),
        );
    }
    let by_variable = named_by.filter(|name| *name != "--profile");
    if let Some(name) = by_variable.filter(|_| setup.variable("AWS_ACCESS_KEY_ID").is_some()) {
        notes.push(format!(
            "{name} and AWS_ACCESS_KEY_ID are both set: the AWS CLI, boto3 and Terraform take the key, the SDK for JavaScript takes the profile"
        ));
    }
    if let (Some(first), Some(second)) =
        (setup.variable("AWS_DEFAULT_PROFILE"), setup.variable("AWS_PROFILE"))
        && first != second
    {
        notes.push("AWS_DEFAULT_PROFILE and AWS_PROFILE name two profiles: boto3 takes the first, other SDKs the second".to_owned());
    }
    notes
}
