//! What is around a principal in its account: who is strong, and which roles there are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::glob::covers;
use super::trust::{Trusted, Who};

/// Administrators and roles by their ARNs.
#[derive(Debug, Default)]
pub struct Around<'a> {
    /// The account's number.
    pub account: &'a str,
    /// Users who are administrators.
    pub users: BTreeMap<&'a str, ()>,
    /// Groups that make one.
    pub groups: BTreeMap<&'a str, ()>,
    /// All roles.
    pub roles: BTreeMap<&'a str, RoleAround<'a>>,
    /// Services that may assume an administrator's role.
    services: BTreeSet<&'a str>,
}

/// A role.
#[derive(Debug)]
pub struct RoleAround<'a> {
    /// Whether it is an administrator.
    pub is_administrator: bool,
    /// Who may assume it.
    pub trusts: &'a [Trusted],
}

impl<'a> Around<'a> {
    /// An account of which nothing is known yet.
    pub fn new(account: &'a str) -> Self {
        Self { account, ..Self::default() }
    }

    /// Adds a role.
    pub fn add_role(&mut self, arn: &'a str, role: RoleAround<'a>) {
        if role.is_administrator {
            self.services.extend(role.services());
        }
        self.roles.insert(arn, role);
    }

    /// Whether a role that a service may assume is an administrator's.
    pub fn runs_as_administrator(&self, service: &str) -> bool {
        self.services.contains(service) || self.services.contains("*")
    }
}

impl<'a> RoleAround<'a> {
    /// Services that may assume it; China's are called otherwise at their end.
    fn services(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.trusts.iter().filter_map(|one| match &one.who {
            Who::Service(name) => Some(name.strip_suffix(".cn").unwrap_or(name)),
            _ => None,
        })
    }

    /// Whether a service may assume it.
    pub fn trusts_service(&self, service: &str) -> bool {
        self.services().any(|name| name == "*" || name == service)
    }
}

/// What a pattern of ARNs means. Only what begins as the pattern does is looked at: an account has thousands of roles.
pub fn matching<'m, V>(
    map: &'m BTreeMap<&'m str, V>,
    pattern: &'m str,
) -> impl Iterator<Item = (&'m str, &'m V)> {
    let start = pattern.split(['*', '?']).next().unwrap_or_default();
    map.range::<str, _>((Bound::Included(start), Bound::Unbounded))
        .map(|(arn, value)| (*arn, value))
        .take_while(move |(arn, _)| arn.starts_with(start))
        .filter(move |(arn, _)| covers(pattern, arn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_what_begins_as_they_do() {
        let map: BTreeMap<&str, ()> =
            ["a:role/a", "a:role/ab", "a:role/b", "a:user/a"].map(|arn| (arn, ())).into();
        let found =
            |pattern: &str| matching(&map, pattern).map(|(arn, ())| arn.to_owned()).collect::<Vec<_>>();
        assert_eq!(found("a:role/a"), ["a:role/a"]);
        assert_eq!(found("a:role/a*"), ["a:role/a", "a:role/ab"]);
        assert_eq!(found("*:role/b"), ["a:role/b"]);
        assert_eq!(found("a:role/?"), ["a:role/a", "a:role/b"]);
        assert_eq!(found("b"), [""; 0]);
    }
}
