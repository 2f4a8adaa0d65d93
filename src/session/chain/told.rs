//! The order in sentences.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Chain, Origin, Rung, State, Who};
use crate::session::caller::Caller;
use crate::session::{Level, Line};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `in 8 h 30 min`, `12 min ago`.
pub fn left(until: Timestamp, now: Timestamp) -> String {
    let seconds = until.as_second() - now.as_second();
    let long = match seconds.abs() {
        long if long >= 2 * DAY => format!("{} days", long / DAY),
        long if long >= HOUR => format!("{} h {} min", long / HOUR, long % HOUR / MINUTE),
        long => format!("{} min", long / MINUTE),
    };
    if seconds < 0 { format!("{long} ago") } else { format!("in {long}") }
}

/// `14:05 UTC`, or with its day where it is another one.
fn clock(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    let time = at.strftime("%H:%M UTC");
    if at.date() == now.date() { time.to_string() } else { format!("{} {time}", at.date()) }
}

/// `profile default (sso)`, `the environment (AWS_ACCESS_KEY_ID)`.
pub fn source(rung: &Rung) -> String {
    let profile = rung.profile.as_deref().map_or_else(String::new, |name| format!("profile {name} "));
    let detail = rung.detail.as_deref().map_or_else(String::new, |detail| format!(" {detail}"));
    let key = rung.key.as_deref().map_or_else(String::new, |key| format!(", key …{key}"));
    match rung.origin {
        Origin::Environment => format!("the environment (AWS_ACCESS_KEY_ID{key})"),
        Origin::Role => format!("{profile}(a role that is assumed{detail})"),
        Origin::WebIdentity => format!("{profile}(a role by web identity)"),
        Origin::Sso => format!("{profile}(sso{detail})"),
        Origin::CredentialsFile => format!("{profile}(credentials file{key})"),
        Origin::Login => format!("{profile}(aws login)"),
        Origin::Process => format!("{profile}(credential_process{detail})"),
        Origin::ConfigFile => format!("{profile}(config file{key})"),
        Origin::OlderFile => "the file that AWS_CREDENTIAL_FILE names".into(),
        Origin::BotoFile => "boto's file".into(),
        Origin::Container => "the container (AWS_CONTAINER_CREDENTIALS_…)".into(),
        Origin::Instance => "this EC2 instance".into(),
    }
}

/// `ROOT of 123456789012`.
pub fn who(rung: &Rung) -> String {
    match &rung.who {
        Who::Root(account) => format!("ROOT of {account}"),
        Who::Role(role, Some(account)) => format!("role {role} of {account}"),
        Who::Role(role, None) => format!("role {role}"),
        Who::User(user, account) => format!("user {user} of {account}"),
        Who::Account(account) => format!("someone in {account}"),
        Who::Unknown => match rung.origin {
            Origin::Process => "whoever its process returns".into(),
            Origin::Container => "the container's role".into(),
            _ => "whoever has that key".into(),
        },
    }
}

/// What has to be known of its state.
fn state(rung: &Rung, now: Timestamp) -> Option<String> {
    match &rung.state {
        State::Ready(Some(until)) if is_sign_in(rung) => {
            Some(format!("signed in until {}", clock(*until, now)))
        }
        State::Ready(Some(until)) => Some(format!("good until {}", clock(*until, now))),
        State::Renews => Some("it renews itself".into()),
        State::SignIn(Some(since)) if is_sign_in(rung) => {
            Some(format!("the sign-in ended {}: as soon as someone signs in again", left(*since, now)))
        }
        State::SignIn(Some(since)) => Some(format!("it ended {}", left(*since, now))),
        State::SignIn(None) => Some("as soon as someone signs in".into()),
        State::Ready(None) | State::Perhaps | State::Broken(_) => None,
    }
}

fn is_sign_in(rung: &Rung) -> bool {
    matches!(rung.origin, Origin::Sso | Origin::Login) || matches!(rung.base.0, Origin::Sso | Origin::Login)
}

/// Whether a role's name says that it may do everything.
fn says_administrator(role: &str) -> bool {
    let role = role.to_ascii_lowercase();
    role.contains("administrator")
        || role.contains("poweruser")
        || role.split(['-', '_', '.']).any(|word| word == "admin")
}

/// How bad it is to become that one, for who is this one now.
fn danger(rung: &Rung, account: Option<&str>) -> Level {
    let other = |of: &str| account.is_some_and(|own| own != of);
    match &rung.who {
        Who::Root(_) => Level::Warning,
        Who::Role(role, _) if says_administrator(role) => Level::Warning,
        Who::Role(_, Some(of)) | Who::User(_, of) | Who::Account(of) if other(of) => Level::Warning,
        _ => Level::Note,
    }
}

/// The lines about the order. `caller`: who AWS says that we are.
pub fn lines(chain: &Chain, caller: Option<&Caller>, now: Timestamp) -> Vec<Line> {
    let account = caller.and_then(|caller| caller.account.as_deref());
    let Some(first) = chain.rungs.first() else {
        return rest(
            chain,
            vec![Line::new(Level::Note, "no credential is set up: neither variables nor profiles hold one")],
        );
    };
    let mut lines = vec![taken(first, chain, caller.is_some(), now)];
    if !matches!(first.state, State::Broken(_) | State::Perhaps) {
        lines.push(without(first, chain, account, now));
    }
    if let (Some(plain), Some(named_by)) = (&chain.plain, chain.named_by) {
        lines.push(in_a_plain_shell(plain, named_by, account, now));
    }
    rest(chain, lines)
}

fn rest(chain: &Chain, mut lines: Vec<Line>) -> Vec<Line> {
    lines.extend(chain.notes.iter().map(|note| Line::new(Level::Note, note.clone())));
    lines.extend(chain.gaps.iter().map(|gap| Line::new(Level::Unknown, gap.clone())));
    lines
}

fn taken(first: &Rung, chain: &Chain, is_known: bool, now: Timestamp) -> Line {
    let named = chain.named_by.map_or_else(String::new, |by| format!(", which {by} names"));
    if let State::Broken(reason) = &first.state {
        return Line::new(Level::Problem, format!("AWS tools stop: {reason}"));
    }
    if first.state == State::Perhaps {
        let text = "neither variables nor profiles hold a credential: only a role of this machine could, if it is an EC2 instance";
        return Line::new(Level::Note, text);
    }
    let mut text = format!("the credential comes from {}", source(first));
    if first.profile.is_some() {
        text.push_str(&named);
    }
    // AWS has the last word, where it was heard.
    let says_root = !is_known && matches!(first.who, Who::Root(_));
    if !is_known && first.who != Who::Unknown {
        text.push_str(&format!(": {} by what is written there", who(first)));
    }
    if let Some(state) = state(first, now) {
        text.push_str(&format!(": {state}"));
    }
    let ended = matches!(first.state, State::SignIn(_));
    Line::new(if ended || says_root { Level::Warning } else { Level::Fine }, text)
}

/// What happens when the credential that is taken vanishes.
fn without(first: &Rung, chain: &Chain, account: Option<&str>, now: Timestamp) -> Line {
    let is_key = matches!(first.base.0, Origin::Environment | Origin::CredentialsFile | Origin::ConfigFile);
    let loss = match (&first.base.0, is_key) {
        (Origin::Environment, _) => "unset this key",
        (_, true) => "delete this key",
        (Origin::Sso | Origin::Login, _) => "remove this sign-in from the profile",
        _ => "remove this source",
    };
    let mut line = match chain.rungs.get(1) {
        None => Line::new(Level::Fine, format!("{loss} and there is no other: AWS tools stop")),
        Some(Rung { state: State::Broken(reason), .. }) => {
            Line::new(Level::Fine, format!("{loss} and AWS tools stop: {reason}"))
        }
        Some(Rung { state: State::Perhaps, .. }) => Line::new(
            Level::Note,
            format!(
                "{loss} and AWS tools take the role of this machine, if it is an EC2 instance and has one"
            ),
        ),
        Some(next) => {
            let state = state(next, now).map_or_else(String::new, |state| format!(": {state}"));
            let text = format!("{loss} and you become {} through {}{state}", who(next), source(next));
            Line::new(danger(next, account), text)
        }
    };
    for later in chain.rungs.iter().skip(2) {
        let text = match &later.state {
            State::Broken(reason) => format!("after that AWS tools stop: {reason}"),
            State::Perhaps => {
                "after that: the role of this machine, if it is an EC2 instance and has one".to_owned()
            }
            _ => format!("after that: {} through {}", who(later), source(later)),
        };
        if matches!(later.who, Who::Root(_)) {
            line.level = line.level.max(Level::Warning);
        }
        line.more.push(text);
    }
    if !is_key && line.level == Level::Warning {
        line.more.push("an expired sign-in does not fall through: AWS tools stop at it".into());
    }
    line
}

fn in_a_plain_shell(plain: &Rung, named_by: &str, account: Option<&str>, now: Timestamp) -> Line {
    if let State::Broken(reason) = &plain.state {
        return Line::new(Level::Note, format!("without {named_by} AWS tools stop: {reason}"));
    }
    if plain.state == State::Perhaps {
        let text = format!(
            "a shell without {named_by} and keys takes the role of this machine, if it is an EC2 instance and has one"
        );
        return Line::new(Level::Note, text);
    }
    let state = state(plain, now).map_or_else(String::new, |state| format!(": {state}"));
    let text = format!(
        "a shell without {named_by} and keys becomes {} through {}{state}",
        who(plain),
        source(plain)
    );
    Line::new(danger(plain, account), text)
}
