//! What a policy in a request says: whom it lets in, and whether it only denies.

use std::borrow::Cow;

use crate::trail::json::{get, items, text, walk};

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

/// Whether the policy of a request denies everything, and allows nothing.
pub(super) fn denies_all(request: &[u8]) -> bool {
    let Some(policy) = policy(request) else { return false };
    let all = statements(&policy);
    let is_whole = |one: &&[u8]| is(one, "Action", "*") && is(one, "Resource", "*");
    all.iter().all(|one| is(one, "Effect", "Deny")) && all.iter().any(is_whole)
}

#[cfg(test)]
mod own_tests {
    use super::*;

    #[test]
    fn a_denial_of_everything_is_known() {
        let of = |statements: &str| format!(r#"{{"policyDocument": "{{\"Statement\": {statements}}}"}}"#);
        let deny = r#"{\"Effect\": \"Deny\", \"Action\": [\"*\"], \"Resource\": \"*\"}"#;
        let allow = r#"{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}"#;
        assert!(denies_all(of(deny).as_bytes()) && denies_all(of(&format!("[{deny}]")).as_bytes()));
        assert!(!denies_all(of(&format!("[{deny}, {allow}]")).as_bytes()));
        assert!(!denies_all(b"{}") && !denies_all(br#"{"policyDocument": "{}"}"#));
    }

    #[test]
    fn a_bucket_policy_is_an_object() {
        let request = br#"{"bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["210987654321"]}}]}}"#;
        let mut all = Vec::new();
        let_in(request, &mut |who| all.push(who.to_owned()));
        assert_eq!(all, ["210987654321"]);
    }
}
