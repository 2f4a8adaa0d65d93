//! Conditions: which of them limit whoever has the credentials, and which only look like it.
//!
//! Asked is an ordinary call of somebody who took an access key: over TLS, without MFA, from anywhere, straight to AWS.

use std::borrow::Cow;

use jiff::Timestamp;

use super::document::Condition;
use super::glob::{covers, is_every_resource};
use crate::account::time::timestamp;

const MFA: &str = "aws:multifactorauthpresent";
/// To whom a role is handed: asked together with the service's own action.
pub const PASSED_TO: &str = "iam:passedtoservice";
/// Keys that every call has.
const ALWAYS_THERE: &[&str] = &[
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceip",
    "aws:useragent",
    "aws:userid",
];
/// Keys that tell of the organisation: of one's own, as far as one's own policies go.
const OF_ORGANISATION: &[&str] =
    &["aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:resourceorgpaths"];

/// Whose call it is, as far as it is known. In a trust policy that is anybody.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'c> {
    /// The ARN of the user or role.
    pub arn: Option<&'c str>,
    /// The name of a user.
    pub user: Option<&'c str>,
    /// The account.
    pub account: Option<&'c str>,
    /// When.
    pub now: Timestamp,
}

impl Caller<'_> {
    /// Somebody of whom nothing is known.
    pub fn anybody(now: Timestamp) -> Self {
        Self { arn: None, user: None, account: None, now }
    }

    /// A text of a policy with the variables that are known.
    pub fn expand<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains("${") {
            return Cow::Borrowed(text);
        }
        let mut out = text.to_owned();
        for (name, value) in [("${aws:username}", self.user), ("${aws:PrincipalAccount}", self.account)] {
            if let Some(value) = value {
                out = out.replace(name, value);
            }
        }
        Cow::Owned(out)
    }
}

/// When a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// In every call.
    Always,
    /// In ordinary calls.
    Usually,
    /// In special calls only: with MFA, from one network, with a tag.
    Rarely,
    /// In no call.
    Never,
}

impl Holds {
    fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Usually => Self::Rarely,
            Self::Rarely => Self::Usually,
            Self::Never => Self::Always,
        }
    }
}

/// Whether the conditions of an Allow limit it: one of them is enough, since all must hold.
pub fn limits_allow(conditions: &[Condition], caller: &Caller<'_>) -> bool {
    conditions.iter().any(|condition| limits(condition, caller))
}

/// Whether one condition of an Allow limits it.
pub fn limits(condition: &Condition, caller: &Caller<'_>) -> bool {
    matches!(holds_in_allow(condition, caller), Holds::Rarely | Holds::Never)
}

/// When a condition of an Allow holds.
pub fn holds_in_allow(condition: &Condition, caller: &Caller<'_>) -> Holds {
    Test::of(condition, caller).holds()
}

/// When a condition of a Deny holds. Where the caller may choose, it chooses what is not denied: a call without MFA has
/// no value that `Bool` could compare, and IAM has no Regions.
pub fn holds_in_deny(condition: &Condition, caller: &Caller<'_>) -> Holds {
    let test = Test::of(condition, caller);
    match (test.key.as_str(), test.operator.as_str()) {
        ("aws:requestedregion", _) => Holds::Rarely,
        (MFA, "bool") if !test.if_exists => Holds::Rarely,
        _ => test.holds(),
    }
}

/// Whether a condition lets a role be handed to a service, where that is what it asks.
pub fn passes_to(condition: &Condition, service: &str, caller: &Caller<'_>) -> bool {
    let test = Test::of(condition, caller);
    let met = test.compares(service);
    if test.operator.contains("not") { !met } else { met }
}

/// A condition in its parts.
struct Test<'t> {
    /// In small letters.
    key: String,
    /// In small letters, without what stands before and behind it.
    operator: String,
    if_exists: bool,
    for_all: bool,
    values: &'t [String],
    caller: &'t Caller<'t>,
}

impl<'t> Test<'t> {
    fn of(condition: &'t Condition, caller: &'t Caller<'t>) -> Self {
        let whole = condition.operator.to_ascii_lowercase();
        let for_all = whole.starts_with("forallvalues:");
        let operator = whole.rsplit(':').next().unwrap_or_default();
        let plain = operator.strip_suffix("ifexists");
        Self {
            key: condition.key.to_ascii_lowercase(),
            operator: plain.unwrap_or(operator).to_owned(),
            if_exists: plain.is_some(),
            for_all,
            values: &condition.values,
            caller,
        }
    }

    fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        self.values.iter().any(|value| test(value))
    }

    fn is_always_there(&self) -> bool {
        // A token of OpenID tells always whose it is, and for whom.
        let of_token = self
            .key
            .rsplit_once(':')
            .is_some_and(|(host, claim)| host.contains('.') && (claim == "sub" || claim == "aud"));
        ALWAYS_THERE.contains(&self.key.as_str())
            || of_token
            || self.key == "aws:username" && self.caller.user.is_some()
    }

    fn holds(&self) -> Holds {
        if self.for_all {
            // Of no values, all are as they should be.
            return Holds::Usually;
        }
        let operator = self.operator.as_str();
        if let Some(exactly) = self.known() {
            return if exactly { Holds::Always } else { Holds::Never };
        }
        match operator {
            "null" => self.null(),
            "bool" => self.flag(),
            "ipaddress" => self.address(),
            "notipaddress" => self.address().not(),
            _ if operator.starts_with("date") || self.key == "aws:epochtime" => self.time(),
            _ if operator.contains("not") => self.other_than(),
            _ => self.text(),
        }
    }

    /// Whether a text meets the values, whatever `Not` says.
    fn compares(&self, text: &str) -> bool {
        let like = self.operator.contains("like") || self.operator.starts_with("arn");
        self.any(|value| {
            let value = self.caller.expand(value);
            if like { covers(&value, text) } else { value.eq_ignore_ascii_case(text) }
        })
    }

    /// Whether it holds, where the value is known: of one's own ARN, name and account.
    fn known(&self) -> Option<bool> {
        if !self.operator.starts_with("string") && !self.operator.starts_with("arn") {
            return None;
        }
        let own = match self.key.as_str() {
            "aws:principalarn" => self.caller.arn,
            "aws:principalaccount" | "aws:resourceaccount" => self.caller.account,
            "aws:username" => self.caller.user,
            _ => None,
        }?;
        Some(self.compares(own) != self.operator.contains("not"))
    }

    fn null(&self) -> Holds {
        let has = |word: &str| self.any(|value| value.eq_ignore_ascii_case(word));
        match (has("true"), self.is_always_there()) {
            (true, _) if has("false") => Holds::Always,
            (true, true) => Holds::Never,
            (true, false) => Holds::Usually,
            (false, true) => Holds::Always,
            (false, false) => Holds::Rarely,
        }
    }

    /// Calls are made over TLS, not by a service of AWS, and at will without MFA.
    fn flag(&self) -> Holds {
        let asks = |word: &str| self.any(|value| value.eq_ignore_ascii_case(word));
        let (yes, no) = (asks("true"), asks("false"));
        match self.key.as_str() {
            _ if yes && no => Holds::Usually,
            "aws:securetransport" if yes => Holds::Always,
            "aws:securetransport" => Holds::Rarely,
            MFA if no || self.if_exists => Holds::Usually,
            MFA => Holds::Rarely,
            "aws:viaawsservice" | "aws:principalisawsservice" if no => Holds::Usually,
            "aws:viaawsservice" | "aws:principalisawsservice" => Holds::Rarely,
            _ if self.if_exists => Holds::Usually,
            _ => Holds::Rarely,
        }
    }

    fn address(&self) -> Holds {
        if self.any(is_every_address) { Holds::Always } else { Holds::Rarely }
    }

    /// What is over by now, and what has begun. What ends one day, or begins, is a limit.
    fn time(&self) -> Holds {
        if self.key != "aws:currenttime" && self.key != "aws:epochtime" {
            return if self.if_exists { Holds::Usually } else { Holds::Rarely };
        }
        let [value] = self.values else { return Holds::Rarely };
        let at = value.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let day = || timestamp(&format!("{}T00:00:00Z", value.trim()));
        let Some(at) = at.or_else(|| timestamp(value)).or_else(day) else { return Holds::Rarely };
        let over = at <= self.caller.now;
        match (self.operator.contains("lessthan"), self.operator.contains("greaterthan")) {
            (true, _) if over => Holds::Never,
            (_, true) if over => Holds::Always,
            _ => Holds::Rarely,
        }
    }

    /// All but a few: also where there is no value.
    fn other_than(&self) -> Holds {
        let like = self.operator.contains("like") || self.operator.starts_with("arn");
        if like
            && self.is_always_there()
            && self.any(|value| is_every_text(value) || is_every_resource(value))
        {
            return Holds::Never;
        }
        if self.is_of_own_organisation() { Holds::Rarely } else { Holds::Usually }
    }

    fn text(&self) -> Holds {
        let like = self.operator.contains("like") || self.operator.starts_with("arn");
        let open = |value: &str| {
            is_every_text(value)
                || is_every_subject(&self.key, value)
                || self.operator.starts_with("arn") && is_every_resource(value)
        };
        if like && self.any(open) || self.is_of_own_organisation() {
            return Holds::Usually;
        }
        if self.if_exists && !self.is_always_there() { Holds::Usually } else { Holds::Rarely }
    }

    /// Its id is not known; who is limited to the own one is not limited.
    fn is_of_own_organisation(&self) -> bool {
        self.caller.account.is_some() && OF_ORGANISATION.contains(&self.key.as_str())
    }
}

/// `0.0.0.0/0`, `::/0`. Half of all addresses is no limit either.
fn is_every_address(value: &str) -> bool {
    let bits = value.rsplit_once('/').and_then(|(_, bits)| bits.trim().parse::<u8>().ok());
    bits.is_some_and(|bits| bits <= 1)
}

fn is_every_text(value: &str) -> bool {
    value.contains('*') && value.bytes().all(|letter| matches!(letter, b'*' | b'?'))
}

/// Whether a pattern of an OpenID subject names nobody: `repo:*` is every repository of every owner.
fn is_every_subject(key: &str, value: &str) -> bool {
    const KINDS: &[&str] = &["repo:", "project_path:", "system:serviceaccount:", "organization:", "project:"];
    let is_subject = key.rsplit_once(':').is_some_and(|(_, claim)| claim.eq_ignore_ascii_case("sub"));
    let open = |kind: &&str| value.strip_prefix(*kind).is_some_and(|rest| rest.starts_with('*'));
    is_subject && KINDS.iter().any(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "arn:aws:iam::123456789012:user/alice";

    fn anybody() -> Caller<'static> {
        Caller::anybody("2026-11-26T00:00:00Z".parse().unwrap())
    }

    fn alice() -> Caller<'static> {
        Caller { arn: Some(ME), user: Some("alice"), account: Some("123456789012"), ..anybody() }
    }

    fn condition(operator: &str, key: &str, value: &str) -> Condition {
        Condition { operator: operator.to_owned(), key: key.to_owned(), values: vec![value.to_owned()] }
    }

    #[test]
    fn conditions_that_always_hold_are_no_limit() {
        for (operator, key, value) in [
            ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-example"),
            ("StringLike", "sts:ExternalId", "*"),
            ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "?*"),
            ("ArnLike", "aws:PrincipalArn", "*"),
            ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
            ("IpAddress", "aws:SourceIp", "::/0"),
            ("Bool", "aws:SecureTransport", "true"),
            ("Bool", "aws:multifactorauthpresent", "false"),
            ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
            ("BoolIfExists", "aws:MultiFactorAuthPresent", "true"),
            ("NumericLessThanIfExists", "aws:MultiFactorAuthAge", "3600"),
            ("StringNotEquals", "aws:PrincipalAccount", "210987654321"),
            ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
            ("Null", "aws:PrincipalTag/a", "true"),
            ("Null", "aws:PrincipalArn", "false"),
            ("ForAllValues:StringEquals", "aws:TagKeys", "a"),
            ("StringLike", "token.actions.githubusercontent.com:sub", "repo:*"),
            ("DateGreaterThan", "aws:CurrentTime", "2020-01-01"),
            ("NumericGreaterThan", "aws:EpochTime", "1577836800"),
        ] {
            assert!(!limits(&condition(operator, key, value), &anybody()), "{operator} {key} {value}");
        }
    }

    #[test]
    fn conditions_that_limit() {
        for (operator, key, value) in [
            ("StringEquals", "aws:PrincipalOrgID", "o-example"),
            ("StringEquals", "sts:ExternalId", "*"),
            ("StringLike", "sts:ExternalId", "a*"),
            ("IpAddress", "aws:SourceIp", "192.0.2.0/24"),
            ("IpAddressIfExists", "aws:SourceIp", "192.0.2.0/24"),
            ("Bool", "aws:MultiFactorAuthPresent", "true"),
            ("Null", "sts:SourceIdentity", "false"),
            ("StringLike", "token.actions.githubusercontent.com:sub", "repo:example/*"),
            ("DateLessThan", "aws:CurrentTime", "2026-12-01T00:00:00Z"),
            ("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
        ] {
            assert!(limits(&condition(operator, key, value), &anybody()), "{operator} {key} {value}");
        }
    }

    #[test]
    fn what_is_known_of_the_caller_is_no_limit_for_it() {
        for (operator, key, value, holds) in [
            ("ArnEquals", "aws:PrincipalArn", ME, Holds::Always),
            ("StringLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*", Holds::Always),
            ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin", Holds::Always),
            ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/bob", Holds::Never),
            ("StringEquals", "aws:PrincipalAccount", "123456789012", Holds::Always),
            ("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}", Holds::Always),
            ("StringEquals", "aws:username", "alice", Holds::Always),
            ("StringEquals", "aws:PrincipalOrgID", "o-example", Holds::Usually),
            ("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", Holds::Never),
        ] {
            assert_eq!(
                holds_in_allow(&condition(operator, key, value), &alice()),
                holds,
                "{operator} {key} {value}"
            );
        }
    }

    #[test]
    fn a_deny_that_leaves_ordinary_calls_alone() {
        for (operator, key, value) in [
            ("Bool", "aws:MultiFactorAuthPresent", "false"),
            ("Bool", "aws:SecureTransport", "false"),
            ("StringNotEquals", "aws:RequestedRegion", "eu-central-1"),
            ("StringEquals", "aws:PrincipalTag/never", "x"),
            ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/bob"),
            ("NotIpAddress", "aws:SourceIp", "0.0.0.0/0"),
            ("StringNotEquals", "aws:PrincipalOrgID", "o-example"),
            ("StringNotEquals", "aws:ResourceAccount", "123456789012"),
        ] {
            let holds = holds_in_deny(&condition(operator, key, value), &alice());
            assert!(matches!(holds, Holds::Rarely | Holds::Never), "{operator} {key} {value}");
        }
        for (operator, key, value) in [
            ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
            ("Null", "aws:MultiFactorAuthAge", "true"),
            ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
            ("StringNotEqualsIfExists", "aws:SourceVpc", "vpc-1"),
            ("StringNotEquals", "aws:PrincipalTag/team", "admins"),
            ("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/bob"),
        ] {
            let holds = holds_in_deny(&condition(operator, key, value), &alice());
            assert!(matches!(holds, Holds::Usually | Holds::Always), "{operator} {key} {value}");
        }
    }
}
