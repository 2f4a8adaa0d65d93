//! What a program is lent: a session of a role, and values of parameters. All of it, or nothing runs.

use std::time::Duration;

use super::limits;
use super::who::Who;
use crate::aws::mint::{Minted, Tagged};
use crate::aws::ssm::Denied;
use crate::aws::{self, Options};
use crate::cli::MintArguments;
use crate::command::collect::certificates;
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// A value that is wished for, and what for.
pub(in crate::command) struct Wish {
    /// The variable that it is for, or the name that is shown instead of it.
    pub name: String,
    /// The parameter.
    pub parameter: String,
    /// What happens with it.
    pub to: To,
}

/// What happens with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum To {
    /// The program gets it.
    Give,
    /// The program must not show it.
    Hide,
    /// The same, where it is there: a list of keys may be ahead of its store.
    HideIfThere,
}

/// What was lent.
#[derive(Default)]
pub(in crate::command) struct Lent {
    /// The session.
    pub session: Option<Minted>,
    /// Values, with what was wished.
    pub values: Vec<(Wish, Secret)>,
    /// Names of keys that are not there.
    pub missing: Vec<String>,
}

/// Asks AWS for all of it. Nobody is asked where nothing is wanted.
pub(in crate::command) fn lend(
    arguments: &MintArguments,
    wanted: Option<&Tagged>,
    wishes: Vec<Wish>,
) -> Result<Lent, Error> {
    if wanted.is_none() && wishes.is_empty() {
        return Ok(Lent::default());
    }
    let (give, hide): (Vec<Wish>, Vec<Wish>) = wishes.into_iter().partition(|wish| wish.to == To::Give);
    let names = |wishes: &[Wish]| wishes.iter().map(|wish| wish.parameter.clone()).collect::<Vec<_>>();
    let given = aws::lend(&options(arguments)?, wanted, &names(&give), &names(&hide))?;
    let mut lent = Lent { session: given.session, ..Lent::default() };
    let answers = give.into_iter().zip(given.values).chain(hide.into_iter().zip(given.hidden));
    for (wish, (_, answer)) in answers {
        match answer {
            Ok(held) if wish.to == To::Give && held.value.expose().contains('\0') => {
                let message = format!("the value of {} holds a byte that no variable can", wish.parameter);
                return Err(Error::new(ErrorKind::Input, message));
            }
            Ok(held) => lent.values.push((wish, held.value)),
            Err(denied) if denied.is_missing() && wish.to == To::HideIfThere => lent.missing.push(wish.name),
            Err(denied) => return Err(unread(&wish, &denied)),
        }
    }
    Ok(lent)
}

fn unread(wish: &Wish, denied: &Denied) -> Error {
    let reader = if wish.to == To::Give { "who reads it, with --role-arn the role," } else { "you" };
    let hint = if denied.is_missing() {
        "is the parameter's name right, and the Region?".to_owned()
    } else {
        format!("{reader} must be allowed {}", denied.permission)
    };
    let what = if wish.to == To::Give { format!("for {}", wish.name) } else { "to mask it".to_owned() };
    let message = format!("{} cannot be fetched {what}: {}", wish.parameter, denied.told());
    Error::new(ErrorKind::Input, message).hint(hint)
}

fn options(arguments: &MintArguments) -> Result<Options, Error> {
    Ok(Options {
        profile: arguments.profile.clone(),
        region: arguments.region.clone(),
        role: None,
        key_ids: false,
        timeout: Duration::from_secs(arguments.timeout.into()),
        certificates: certificates()?,
        version: env!("CARGO_PKG_VERSION").into(),
        now: None,
    })
}

/// The session that is asked for, within what STS allows.
pub(in crate::command) fn tagged(arguments: &MintArguments, who: &Who) -> Result<Option<Tagged>, Error> {
    let Some(role) = &arguments.role_arn else { return Ok(None) };
    let source_identity = match (&arguments.source_identity, arguments.no_source_identity) {
        (_, true) => None,
        (Some(given), _) => Some(named(given, "--source-identity")?),
        (None, _) => who.human.as_deref().and_then(limits::name),
    };
    Ok(Some(Tagged {
        role: role.clone(),
        external_id: arguments.external_id.clone(),
        name: session_name(arguments, who)?,
        source_identity,
        tags: if arguments.no_tags { Vec::new() } else { tags(arguments, who)? },
        seconds: arguments.duration,
    }))
}

/// How the session is called.
pub(super) fn session_name(arguments: &MintArguments, who: &Who) -> Result<String, Error> {
    match &arguments.session_name {
        Some(given) => named(given, "--session-name"),
        None => Ok(limits::name(&who.name()).unwrap_or_else(|| "secretrail".to_owned())),
    }
}

fn named(text: &str, option: &str) -> Result<String, Error> {
    limits::name(text).ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("{option} needs two letters, digits or _+=,.@- at least"))
    })
}

/// What is known of who it is, and what the user adds. STS takes keys that differ in case only for the same.
fn tags(arguments: &MintArguments, who: &Who) -> Result<Vec<(String, String)>, Error> {
    let mut given: Vec<(String, String)> = Vec::new();
    for (key, value) in &arguments.tag {
        let key = limits::key(key).ok_or_else(|| {
            Error::new(ErrorKind::Usage, "a --tag has no key, or one that begins with aws:")
        })?;
        if given.iter().any(|(known, _)| known.eq_ignore_ascii_case(&key)) {
            return Err(Error::new(ErrorKind::Usage, format!("--tag {key} is given twice")));
        }
        given.push((key, limits::value(value)));
    }
    let known = who.tags().into_iter().map(|(key, value)| (key.to_owned(), limits::value(value)));
    let known = known.filter(|(key, _)| !given.iter().any(|(one, _)| one.eq_ignore_ascii_case(key)));
    let all: Vec<_> = known.chain(given.iter().cloned()).collect();
    if all.len() > limits::MOST_TAGS {
        return Err(Error::new(ErrorKind::Usage, "a session has 50 tags at most"));
    }
    Ok(all)
}

/// The session, in a few words.
pub(super) fn told(wanted: &Tagged, session: &Minted) -> String {
    let role = wanted.role.rsplit_once(":role/").map_or(wanted.role.as_str(), |(_, name)| name);
    let mut about = Vec::new();
    if let Some(identity) = &wanted.source_identity {
        about.push(format!("source identity {identity}"));
    }
    if !wanted.tags.is_empty() {
        let keys: Vec<&str> = wanted.tags.iter().map(|(key, _)| key.as_str()).collect();
        about.push(format!("tags {}", keys.join(", ")));
    }
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join("; ")) };
    format!("session {} of the role {role} until {}{about}", wanted.name, session.until)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        session: MintArguments,
    }

    fn of(typed: &[&str]) -> Result<Option<Tagged>, Error> {
        let typed = ["x", "--role-arn", "arn:aws:iam::123456789012:role/agent"]
            .into_iter()
            .chain(typed.iter().copied());
        let typed = Typed::try_parse_from(typed).expect("arguments");
        let variable = |name: &str| match name {
            "CLAUDECODE" => Some("1".to_owned()),
            "CLAUDE_CODE_SESSION_ID" => Some("00000000-0000-4000-8000-000000000001".to_owned()),
            _ => None,
        };
        let remote = Some("git@github.com:acme/app.git");
        let email = Some("jared@example.com".to_owned());
        tagged(&typed.session, &Who::of(&variable, std::ffi::OsStr::new("aws"), email, remote))
    }

    fn pairs(tagged: &Tagged) -> Vec<(&str, &str)> {
        tagged.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    #[test]
    fn a_session_says_who_stands_behind_it() {
        let all = of(&[]).expect("a session").expect("a role");
        assert_eq!(all.name, "claude-code-00000000-0000-4000-8000-000000000001");
        assert_eq!(all.source_identity.as_deref(), Some("jared@example.com"));
        let expected = [
            ("human", "jared@example.com"),
            ("agent", "Claude Code"),
            ("session", "00000000-0000-4000-8000-000000000001"),
            ("repo", "acme/app"),
        ];
        assert_eq!(pairs(&all), expected);
    }

    #[test]
    fn what_the_user_says_comes_first() {
        let all = of(&[
            "--tag",
            "Repo=x;y",
            "--tag",
            "ticket=7",
            "--session-name",
            "a b",
            "--source-identity",
            "<me>",
        ]);
        let all = all.expect("a session").expect("a role");
        assert_eq!((all.name.as_str(), all.source_identity.as_deref()), ("a-b", Some("-me-")));
        assert_eq!(pairs(&all)[3..], [("Repo", "x-y"), ("ticket", "7")]);
        let none = of(&["--no-tags", "--no-source-identity"]).expect("a session").expect("a role");
        assert_eq!((none.tags.len(), none.source_identity), (0, None));
        for wrong in [&["--tag", "aws:x=1"][..], &["--tag", "a=1", "--tag", "A=2"], &["--session-name", "?"]]
        {
            assert_eq!(of(wrong).unwrap_err().kind, ErrorKind::Usage, "{wrong:?}");
        }
    }
}
