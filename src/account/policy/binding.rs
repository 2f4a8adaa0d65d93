//! Conditions that look like a limit and are none.

use super::document::{Condition, Statement};
use super::glob::is_every_resource;

const MFA: &str = "aws:MultiFactorAuthPresent";
const REGION: &str = "aws:RequestedRegion";

/// Whether the conditions of an Allow limit it: one of them is enough, since all must hold.
pub fn limits_allow(conditions: &[Condition]) -> bool {
    conditions.iter().any(limits)
}

/// Whether one condition of an Allow limits it. Not so where it also holds without its key (`…IfExists`,
/// `ForAllValues:…`, `Null` true), where all but a few are let in (`…Not…`), and where every value fits.
pub fn limits(condition: &Condition) -> bool {
    let operator = condition.operator.to_ascii_lowercase();
    let any = |test: &dyn Fn(&str) -> bool| condition.values.iter().any(|value| test(value));
    let is_true = |value: &str| value.eq_ignore_ascii_case("true");
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    if operator.starts_with("forallvalues:") || operator.ends_with("ifexists") || operator.contains("not") {
        return false;
    }
    match operator {
        "null" => !any(&is_true),
        "bool" => !any(&|value| holds_always(&condition.key, is_true(value))),
        "ipaddress" => !any(&is_every_address),
        "stringlike" => !any(&|value| is_every_text(value) || is_every_subject(&condition.key, value)),
        "arnlike" | "arnequals" => !any(&|value| is_every_text(value) || is_every_resource(value)),
        _ => true,
    }
}

/// Flags that are so in every ordinary call: it is made over TLS, without MFA, and not by a service of AWS.
fn holds_always(key: &str, value: bool) -> bool {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    if value {
        return is("aws:SecureTransport");
    }
    is(MFA) || is("aws:ViaAWSService") || is("aws:PrincipalIsAWSService")
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

/// Whether a Deny under conditions limits an administrator. Not so where it leaves IAM alone, where it is about Regions,
/// which IAM has none of, and where it is `Bool` on MFA: a call signed with an access key has no such value, so it is
/// not denied.
pub fn limits_by_deny(deny: &Statement) -> bool {
    let leaves_iam =
        deny.actions.all_but && deny.actions.iter().any(|pattern| super::glob::covers(pattern, "iam:*"));
    let is_none =
        |condition: &Condition| is(condition, MFA, "bool") || condition.key.eq_ignore_ascii_case(REGION);
    // All conditions of a Deny must hold for it to work: one that does not is enough.
    !leaves_iam && !deny.conditions.iter().any(is_none)
}

fn is(condition: &Condition, key: &str, operator: &str) -> bool {
    condition.key.eq_ignore_ascii_case(key) && condition.operator.eq_ignore_ascii_case(operator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(operator: &str, key: &str, value: &str) -> bool {
        let (operator, key, values) = (operator.to_owned(), key.to_owned(), vec![value.to_owned()]);
        limits_allow(&[Condition { operator, key, values }])
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
            ("StringNotEquals", "aws:PrincipalAccount", "210987654321"),
            ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
            ("Null", "aws:PrincipalTag/a", "true"),
            ("ForAllValues:StringEquals", "aws:TagKeys", "a"),
            ("StringLike", "token.actions.githubusercontent.com:sub", "repo:*"),
        ] {
            assert!(!of(operator, key, value), "{operator} {key} {value}");
        }
    }

    #[test]
    fn conditions_that_limit() {
        for (operator, key, value) in [
            ("StringEquals", "aws:PrincipalOrgID", "o-example"),
            ("StringEquals", "sts:ExternalId", "*"),
            ("StringLike", "sts:ExternalId", "a*"),
            ("IpAddress", "aws:SourceIp", "192.0.2.0/24"),
            ("Bool", "aws:MultiFactorAuthPresent", "true"),
            ("Null", "sts:SourceIdentity", "false"),
            ("StringLike", "token.actions.githubusercontent.com:sub", "repo:example/*"),
            ("DateLessThan", "aws:CurrentTime", "2026-12-01T00:00:00Z"),
        ] {
            assert!(of(operator, key, value), "{operator} {key} {value}");
        }
    }
}
