//! What a policy in a request says: whom it lets in, and whether it only denies.

use std::borrow::Cow;

use crate::trail::json::{get, items, text, walk};
use crate::trail::time::seconds;

/// Fields that hold a policy: as a text, and as an object where S3 logs one.
const POLICIES: &[&str] =
    &["assumeRolePolicyDocument", "policyDocument", "bucketPolicy", "resourcePolicy", "policyText", "policy"];
/// Fields that name whom a call lets in, without a policy.
const GRANTED: &[&str] = &["principal", "granteePrincipal"];

/// The policy in a request.
fn policy(request: &[u8]) -> Option<Cow<'_, [u8]>> {
    let value = POLICIES.iter().find_map(|field| get(request, field))?;
    if value.first() == Some(&b'{') {
        return Some(Cow::Borrowed(value));
    }
    Some(Cow::Owned(text(value)?.trim().as_bytes().to_vec()))
}

fn statements(policy: &[u8]) -> Vec<&[u8]> {
    let statements = get(policy, "Statement").unwrap_or_default();
    if statements.first() == Some(&b'[') { items(statements) } else { vec![statements] }
}

fn is(statement: &[u8], field: &str, word: &str) -> bool {
    let value = get(statement, field).unwrap_or_default();
    let all = if value.first() == Some(&b'[') { items(value) } else { vec![value] };
    all.into_iter().any(|one| text(one).as_deref() == Some(word))
}

/// Whom a request lets in: accounts, ARNs, services, `*`.
pub(super) fn let_in(request: &[u8], add: &mut dyn FnMut(&str)) {
    let mut add = |value: &[u8]| {
        if let Some(name) = text(value) {
            add(&name);
        }
    };
    GRANTED.iter().filter_map(|field| get(request, field)).for_each(&mut add);
    let Some(policy) = policy(request) else { return };
    // A denial opens nothing.
    for statement in statements(&policy).into_iter().filter(|one| is(one, "Effect", "Allow")) {
        // All but some: that is everybody.
        if get(statement, "NotPrincipal").is_some() {
            add(b"\"*\"");
        }
        match get(statement, "Principal") {
            Some(who) if who.first() == Some(&b'{') => walk(who, &mut |_, value| match value.first() {
                Some(b'[') => items(value).into_iter().for_each(&mut add),
                _ => add(value),
            }),
            Some(who) => add(who),
            None => {}
        }
    }
}

/// Whether a request has a policy with statements.
pub(super) fn is_read(request: &[u8]) -> bool {
    policy(request).is_some_and(|policy| get(&policy, "Statement").is_some())
}

/// To whom a denial of everything applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Denial {
    /// To some: a condition says to whom, and nobody knows whether that holds.
    Sometimes,
    /// To credentials that were issued before this second.
    IssuedBefore(i64),
    /// To everybody.
    Always,
}

impl Denial {
    /// As a deed holds it.
    pub fn written(self) -> String {
        match self {
            Self::Sometimes => "sometimes".to_owned(),
            Self::IssuedBefore(time) => time.to_string(),
            Self::Always => "always".to_owned(),
        }
    }

    /// What a deed holds.
    pub fn read(text: &str) -> Self {
        match text {
            "always" => Self::Always,
            _ => text.parse().map_or(Self::Sometimes, Self::IssuedBefore),
        }
    }
}

/// How the policy of a request denies everything, where it allows nothing.
pub(super) fn denial(request: &[u8]) -> Option<Denial> {
    let policy = policy(request)?;
    let all = statements(&policy);
    if !all.iter().all(|one| is(one, "Effect", "Deny")) {
        return None;
    }
    let whole = all.into_iter().filter(|one| is(one, "Action", "*") && is(one, "Resource", "*"));
    whole.map(|one| get(one, "Condition").map_or(Denial::Always, condition)).max()
}

/// What a condition leaves of a denial: only one that ends sessions by their age says whom it meets.
fn condition(condition: &[u8]) -> Denial {
    let (mut terms, mut before) = (0, None);
    walk(condition, &mut |operator, value| {
        walk(value, &mut |key, value| {
            terms += 1;
            let is_age = operator == b"DateLessThan" && key.eq_ignore_ascii_case(b"aws:TokenIssueTime");
            let one = match items(value).as_slice() {
                [one] if value.first() == Some(&b'[') => *one,
                _ => value,
            };
            before = text(one).filter(|_| is_age).and_then(|time| seconds(time.as_bytes()));
        });
    });
    before.filter(|_| terms == 1).map_or(Denial::Sometimes, Denial::IssuedBefore)
}

#[cfg(test)]
mod own_tests {
    use super::*;

    #[test]
    fn a_denial_of_everything_is_known() {
        let of = |statements: &str| format!(r#"{{"policyDocument": "{{\"Statement\": {statements}}}"}}"#);
        let deny = r#"{\"Effect\": \"Deny\", \"Action\": [\"*\"], \"Resource\": \"*\"}"#;
        let allow = r#"{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}"#;
        assert_eq!(denial(of(deny).as_bytes()), Some(Denial::Always));
        assert_eq!(denial(of(&format!("[{deny}]")).as_bytes()), Some(Denial::Always));
        assert_eq!(denial(of(&format!("[{deny}, {allow}]")).as_bytes()), None);
        assert!(denial(b"{}").is_none() && denial(br#"{"policyDocument": "{}"}"#).is_none());
    }

    #[test]
    fn a_condition_leaves_less_of_a_denial() {
        let of = |condition: &str| {
            let statement = format!(
                r#"{{"Statement": {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {condition}}}}}"#
            );
            denial(format!(r#"{{"policy": {statement}}}"#).as_bytes())
        };
        let day = Denial::IssuedBefore(1_791_590_400);
        assert_eq!(of(r#"{"DateLessThan": {"aws:TokenIssueTime": "2026-10-10T00:00:00.123Z"}}"#), Some(day));
        assert_eq!(of(r#"{"DateLessThan": {"aws:tokenissuetime": ["2026-10-10T00:00:00Z"]}}"#), Some(day));
        for other in [
            r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#,
            r#"{"DateLessThan": {"aws:TokenIssueTime": "2026-10-10T00:00:00Z"}, "Bool": {"aws:ViaAWSService": "false"}}"#,
            r#"{"DateLessThan": {"aws:CurrentTime": "2026-10-10T00:00:00Z"}}"#,
            r#"{"DateLessThan": {"aws:TokenIssueTime": "soon"}}"#,
            r#"{"DateLessThan": {"aws:TokenIssueTime": ["2026-10-10T00:00:00Z", "2020-01-01T00:00:00Z"]}}"#,
        ] {
            assert_eq!(of(other), Some(Denial::Sometimes), "{other}");
        }
        assert_eq!(
            [day, Denial::Always, Denial::Sometimes].map(|one| Denial::read(&one.written())),
            [day, Denial::Always, Denial::Sometimes]
        );
    }

    #[test]
    fn all_but_some_are_everybody() {
        let of = |effect: &str| {
            let request = format!(
                r#"{{"bucketPolicy": {{"Statement": [{{"Effect": "{effect}", "NotPrincipal": {{"AWS": "210987654321"}}}}]}}}}"#
            );
            let mut all = Vec::new();
            let_in(request.as_bytes(), &mut |who| all.push(who.to_owned()));
            all
        };
        assert_eq!(of("Allow"), ["*"]);
        assert!(of("Deny").is_empty());
    }

    #[test]
    fn a_bucket_policy_is_an_object() {
        let request = br#"{"bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["210987654321"]}}]}}"#;
        let mut all = Vec::new();
        let_in(request, &mut |who| all.push(who.to_owned()));
        assert_eq!(all, ["210987654321"]);
    }
}
