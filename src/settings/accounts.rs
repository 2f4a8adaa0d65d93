//! `[accounts]`: accounts that are audited together, and the role that is assumed in each.

use serde::Deserialize;
use toml::Spanned;

/// `[accounts]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// `organization`: all that the organisation has.
    pub organization: bool,
    /// `list`: accounts by number, and where the role has an ARN of its own, that.
    pub list: Vec<(String, Option<String>)>,
    /// `role`: its name in each account.
    pub role: String,
    /// `external-id`.
    pub external_id: Option<String>,
    /// `session-name`.
    pub session_name: String,
    /// `include`: only these, by number or name.
    pub include: Vec<String>,
    /// `exclude`: not these.
    pub exclude: Vec<String>,
    /// `concurrency`: so many at once.
    pub at_once: usize,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    organization: bool,
    list: Vec<Spanned<String>>,
    role: Option<Spanned<String>>,
    external_id: Option<Spanned<String>>,
    session_name: Option<Spanned<String>>,
    include: Vec<Spanned<String>>,
    exclude: Vec<Spanned<String>>,
    concurrency: Option<Spanned<i64>>,
}

/// The role that `examples/organization` makes.
const ROLE: &str = "secretrail-audit";
/// How CloudTrail shows the sessions.
const SESSION: &str = "secretrail";
/// So many accounts at once.
const AT_ONCE: i64 = 8;
/// More at once only makes AWS slow us down.
const MOST_AT_ONCE: i64 = 64;

type Wrong = (usize, &'static str);

/// The settings; the error says where and what is wrong, and quotes nothing.
pub(super) fn settings(written: Spanned<Written>) -> Result<Accounts, Wrong> {
    let at = written.span().start;
    let written = written.into_inner();
    if !written.organization && written.list.is_empty() {
        return Err((at, "[accounts] names none: write organization = true, or a list"));
    }
    let list = written.list.into_iter().map(account).collect::<Result<_, _>>()?;
    let role = checked(
        written.role,
        ROLE,
        is_role,
        "a role is named as secretrail-audit, or with its path before it",
    )?;
    let is_session =
        |text: &str| (2..=64).contains(&text.len()) && text.bytes().all(|b| is_plain(b, b"+=,.@_-"));
    let session_name = checked(
        written.session_name,
        SESSION,
        is_session,
        "a session\'s name has 2 to 64 letters, digits and +=,.@_-",
    )?;
    let external_id = match written.external_id {
        None => None,
        given => Some(checked(
            given,
            "",
            is_external_id,
            "an external id has 2 to 1224 letters, digits and +=,.@:/_-",
        )?),
    };
    let at_once = match written.concurrency {
        None => AT_ONCE,
        Some(given) if (1..=MOST_AT_ONCE).contains(given.get_ref()) => given.into_inner(),
        Some(given) => return Err((given.span().start, "concurrency is a whole number from 1 to 64")),
    };
    Ok(Accounts {
        organization: written.organization,
        list,
        role,
        external_id,
        session_name,
        include: patterns(written.include)?,
        exclude: patterns(written.exclude)?,
        at_once: usize::try_from(at_once).unwrap_or(1),
    })
}

fn checked(
    given: Option<Spanned<String>>,
    otherwise: &str,
    fits: impl Fn(&str) -> bool,
    reason: &'static str,
) -> Result<String, Wrong> {
    match given {
        None => Ok(otherwise.to_owned()),
        Some(text) if fits(text.get_ref()) => Ok(text.into_inner()),
        Some(text) => Err((text.span().start, reason)),
    }
}

fn is_plain(byte: u8, more: &[u8]) -> bool {
    byte.is_ascii_alphanumeric() || more.contains(&byte)
}

fn is_role(text: &str) -> bool {
    (1..=576).contains(&text.len()) && text.bytes().all(|b| is_plain(b, b"+=,.@_-/")) && !text.ends_with('/')
}

fn is_external_id(text: &str) -> bool {
    (2..=1224).contains(&text.len()) && text.bytes().all(|b| is_plain(b, b"+=,.@:/_-"))
}

/// A number, or the ARN of a role.
fn account(written: Spanned<String>) -> Result<(String, Option<String>), Wrong> {
    let at = written.span().start;
    let text = written.into_inner();
    let is_number = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(&text) {
        return Ok((text, None));
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "iam", "", number, role]
            if partition.starts_with("aws")
                && is_number(number)
                && role.strip_prefix("role/").is_some_and(is_role) =>
        {
            Ok(((*number).to_owned(), Some(text.clone())))
        }
        _ => Err((at, "an account is a number of twelve digits, or the ARN of a role in it")),
    }
}

fn patterns(written: Vec<Spanned<String>>) -> Result<Vec<String>, Wrong> {
    match written.iter().find(|pattern| pattern.get_ref().trim().is_empty()) {
        Some(empty) => Err((
            empty.span().start,
            "this pattern is empty: write an account\'s name or number, with * for any letters",
        )),
        None => Ok(written.into_iter().map(Spanned::into_inner).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;

    #[test]
    fn accounts_are_named_or_listed() {
        assert_eq!(Settings::parse("", "s").unwrap().accounts, None);
        let text = "[accounts]\norganization = true\nexclude = [\"sandbox-*\"]\n";
        let accounts = Settings::parse(text, "s").unwrap().accounts.unwrap();
        assert_eq!(
            (accounts.role.as_str(), accounts.session_name.as_str(), accounts.at_once),
            ("secretrail-audit", "secretrail", 8)
        );
        let text = "[accounts]\nlist = [\"111122223333\", \"arn:aws-cn:iam::222233334444:role/path/own\"]\n";
        let list = Settings::parse(text, "s").unwrap().accounts.unwrap().list;
        let arn = Some("arn:aws-cn:iam::222233334444:role/path/own".to_owned());
        assert_eq!(list, [("111122223333".to_owned(), None), ("222233334444".to_owned(), arn)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_not_quoted() {
        for (entry, told) in [
            ("role = \"x\"", "s:1:1: [accounts] names none"),
            ("list = [\"canary\"]", "s:2:9: an account is a number of twelve digits"),
            ("list = [\"arn:aws:iam::111122223333:user/x\"]", "s:2:9: an account is"),
            ("organization = true\nrole = \"a b\"", "s:3:8: a role is named as"),
            ("organization = true\nexternal-id = \"\"", "s:3:15: an external id has"),
            ("organization = true\nsession-name = \"a/b\"", "s:3:16: a session\'s name has"),
            ("organization = true\nconcurrency = 65", "s:3:15: concurrency is"),
            ("organization = true\ninclude = [\" \"]", "s:3:12: this pattern is empty"),
            ("organization = true\nroles = \"x\"", "s:3:1: unknown field `roles`"),
        ] {
            let error = Settings::parse(&format!("[accounts]\n{entry}\n"), "s").unwrap_err();
            assert!(error.message.starts_with(told), "{entry}: {}", error.message);
            assert!(!error.message.contains("canary"), "{}", error.message);
        }
    }
}
