//! What AWS says of who asks.

use jiff::Timestamp;

use super::chain::told::left;
use super::{Level, Line};

/// Fewer seconds than this are soon over.
const SOON: i64 = 15 * 60;

/// Who asks, as AWS told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The account's number.
    pub account: Option<String>,
    /// Its ARN.
    pub arn: Option<String>,
    /// Whether the credential is one of those that run out: it came with a session token.
    pub temporary: bool,
    /// When it runs out, where its giver told.
    pub expires: Option<Timestamp>,
}

/// How asking ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// AWS knows who asks.
    Known(Caller),
    /// AWS knows the credential no more, or never did; the code says why.
    Refused(String),
    /// There is no credential to ask with: message and hint.
    Nothing(String, Option<String>),
    /// Nobody could be asked: message and hint.
    Unreachable(String, Option<String>),
    /// This build does not ask.
    NotAsked,
}

/// Codes that say that a credential was good and is over.
const OVER: &[&str] = &["ExpiredToken", "ExpiredTokenException"];
/// Codes that a wrong clock gives too.
const CLOCK: &[&str] = &["RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch"];

impl Caller {
    /// Whether this is the account's root, however it was reached: by password, by key, by `AssumeRoot`.
    pub fn is_root(&self) -> bool {
        self.arn.as_deref().is_some_and(is_root)
    }
}

/// Whether a caller's ARN is that of root: `arn:aws:iam::123456789012:root`. A role or user of that name has a path.
pub fn is_root(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    matches!(parts.as_slice(), ["arn", _, "iam" | "sts", "", account, "root"] if !account.is_empty())
}

/// The lines about it. `fatal`: root is a problem, not only a warning.
pub fn lines(answer: &Answer, now: Timestamp, fatal: bool) -> Vec<Line> {
    match answer {
        Answer::Known(caller) => known(caller, now, fatal),
        Answer::Refused(code) if OVER.contains(&code.as_str()) => {
            vec![
                Line::new(Level::Problem, format!("your session is over: {code}"))
                    .with("sign in again: `aws login`, `aws sso login`, or whatever gave you the token"),
            ]
        }
        Answer::Refused(code) => {
            let line = Line::new(Level::Problem, format!("AWS rejects this credential: {code}"));
            let why = match CLOCK.contains(&code.as_str()) {
                true => "the secret is another key's, or this machine's clock is wrong",
                false => {
                    "it was deleted, made inactive or mistyped; AWS tools do not fall back because of that"
                }
            };
            vec![line.with(why)]
        }
        Answer::Nothing(message, hint) => vec![hinted(Line::new(Level::Problem, message.clone()), hint)],
        Answer::Unreachable(message, hint) => vec![hinted(Line::new(Level::Unknown, message.clone()), hint)],
        Answer::NotAsked => vec![
            Line::new(Level::Unknown, "AWS was not queried for who you are")
                .with("this secretrail was built without the feature `aws`"),
        ],
    }
}

fn hinted(line: Line, hint: &Option<String>) -> Line {
    match hint {
        Some(hint) => line.with(hint.clone()),
        None => line,
    }
}

fn known(caller: &Caller, now: Timestamp, fatal: bool) -> Vec<Line> {
    let arn = caller.arn.as_deref().unwrap_or("someone AWS did not name");
    let mut lines = Vec::new();
    if caller.is_root() {
        let level = if fatal { Level::Problem } else { Level::Warning };
        let account = caller.account.as_deref().unwrap_or("this account");
        let how = if caller.temporary {
            "root by a session (AssumeRoot, `aws login` as root, or GetSessionToken): no policy limits it but the session's own"
        } else {
            "root by a long-lived access key: delete that key, root needs none"
        };
        lines.push(Line::new(level, format!("you are ROOT of {account}")).with(how).with(
            "sign in as a named user or role before you work; nothing that you start is restricted now",
        ));
    } else {
        lines.push(Line::new(Level::Fine, arn.to_owned()));
    }
    lines.extend(expiry(caller, now));
    lines
}

fn expiry(caller: &Caller, now: Timestamp) -> Option<Line> {
    match (caller.temporary, caller.expires) {
        (_, Some(until)) => {
            let seconds = until.as_second() - now.as_second();
            let level = if seconds < SOON { Level::Warning } else { Level::Fine };
            Some(Line::new(level, format!("the session ends {}", left(until, now))))
        }
        (true, None) => Some(Line::new(
            Level::Note,
            "the session ends at an unknown time: whoever issued the token did not say when (AWS_CREDENTIAL_EXPIRATION would)",
        )),
        // It was said of root's key already.
        (false, None) if caller.is_root() => None,
        (false, None) => Some(Line::new(
            Level::Note,
            "a long-lived access key: it never expires, and works wherever it is copied",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_told_by_its_arn_alone() {
        for arn in [
            "arn:aws:iam::123456789012:root",
            "arn:aws-cn:iam::123456789012:root",
            "arn:aws:sts::123456789012:root",
        ] {
            assert!(is_root(arn), "{arn}");
        }
        for arn in [
            "arn:aws:iam::123456789012:user/root",
            "arn:aws:sts::123456789012:assumed-role/root/root",
            "arn:aws:iam::123456789012:user/a:root",
            "arn:aws:iam:::root",
            "root",
            "",
        ] {
            assert!(!is_root(arn), "{arn}");
        }
    }

    #[test]
    fn an_end_that_is_near_is_a_warning() {
        let now: Timestamp = "2026-11-26T10:00:00Z".parse().unwrap();
        let ends = |at: &str| {
            let caller = Caller { temporary: true, expires: at.parse().ok(), ..Caller::default() };
            let line = expiry(&caller, now).unwrap();
            (line.level, line.text)
        };
        assert_eq!(ends("2026-11-26T18:30:00Z"), (Level::Fine, "the session ends in 8 h 30 min".into()));
        assert_eq!(ends("2026-11-26T10:05:00Z"), (Level::Warning, "the session ends in 5 min".into()));
        assert_eq!(ends("2026-11-26T09:00:00Z"), (Level::Warning, "the session ends 1 h 0 min ago".into()));
    }
}
