//! Chains: a user assumes a role, this one the next, and the last one is an administrator's. Each step at any time.

use std::collections::BTreeMap;

use super::assume::{Doors, User, assumers};
use super::{Administrator, Subject};
use crate::account::policy::escalation::Wide;

/// So many roles before the administrator's are followed.
const MOST_STEPS: usize = 4;
/// So many chains are told of one role.
const MOST_CHAINS: usize = 10;

/// A role and its place among the subjects.
pub(super) struct Caller<'c> {
    pub at: usize,
    pub role: User<'c>,
}

/// The chains to each administrator's role, in words; a list for each subject.
///
/// Followed backwards and all at once: each role is looked at for its next step only, the shortest way there.
pub(super) fn chains(
    subjects: &[Subject],
    account: &str,
    users: &[User<'_>],
    roles: &[Caller<'_>],
    wide: &Wide,
) -> Vec<Vec<String>> {
    let next = steps(subjects, account, roles, wide);
    let first = assumers(subjects, |at, _| next.contains_key(&at), account, users, wide);
    let mut told: Vec<Vec<String>> = vec![Vec::new(); subjects.len()];
    for (at, who) in first.iter().enumerate().filter(|(_, who)| !who.is_empty()) {
        let (chain, end) = chain(subjects, &next, at, who);
        let Some(list) = told.get_mut(end) else { continue };
        match list.len() {
            MOST_CHAINS => list.push("more chains".to_owned()),
            length if length < MOST_CHAINS => list.push(chain),
            _ => {}
        }
    }
    told
}

/// The next role of each that leads to an administrator's.
fn steps(subjects: &[Subject], account: &str, roles: &[Caller<'_>], wide: &Wide) -> BTreeMap<usize, usize> {
    let is_end = |one: &Subject| one.kind.is_role() && one.administrator == Administrator::Yes;
    let mut next: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last = Doors::new(subjects, |_, one| is_end(one), account);
    for _ in 0..MOST_STEPS {
        let open = |caller: &&Caller<'_>| {
            !next.contains_key(&caller.at) && !subjects.get(caller.at).is_none_or(is_end)
        };
        let step = |caller: &Caller<'_>| Some((caller.at, last.first_of(&caller.role, wide)?));
        let found: BTreeMap<usize, usize> = roles.iter().filter(open).filter_map(step).collect();
        if found.is_empty() {
            break;
        }
        last = Doors::new(subjects, |at, _| found.contains_key(&at), account);
        next.extend(found);
    }
    next
}

/// `alice and 2 more users -> deploy -> admin`, and where it ends.
fn chain(
    subjects: &[Subject],
    next: &BTreeMap<usize, usize>,
    first: usize,
    who: &[String],
) -> (String, usize) {
    let user = who.first().map_or("", String::as_str);
    let mut words = match who.len() - 1 {
        0 => user.to_owned(),
        1 => format!("{user} and 1 more user"),
        more => format!("{user} and {more} more users"),
    };
    let mut at = first;
    loop {
        words.push_str(" -> ");
        words.push_str(subjects.get(at).map_or("", |role| role.name.as_str()));
        match next.get(&at) {
            Some(following) => at = *following,
            None => return (words, at),
        }
    }
}
