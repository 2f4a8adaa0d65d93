//! Other accounts that were given something. What they took meanwhile stays with them, even where it was undone since.

use std::collections::BTreeMap;

use super::deed::Deed;
use super::kinds::{Kind, Leaves};
use super::lasting::{Lasting, account_of, others};
use super::undone::shares;
use crate::trail::Mark;

/// Another account, or everyone, with what it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The account's number; `None` is everyone.
    pub account: Option<String>,
    /// What it was given, in words, in the order of time.
    pub given: Vec<String>,
    /// How much of it is there no more.
    pub undone: usize,
    /// The first event.
    pub first: Mark,
}

/// All of them, in the order of numbers. What lasts comes in the order of time.
pub(super) fn strangers(lasting: &[Lasting]) -> Vec<Stranger> {
    let mut all: BTreeMap<Option<&str>, Stranger> = BTreeMap::new();
    for one in lasting {
        let given = object(one);
        let mut seen = Vec::new();
        for account in accounts(one.kind, &one.made) {
            if seen.contains(&account) {
                continue;
            }
            seen.push(account);
            let stranger = all.entry(account).or_insert_with(|| Stranger {
                account: account.map(str::to_owned),
                given: Vec::new(),
                undone: 0,
                first: one.made.at.clone(),
            });
            if one.made.at < stranger.first {
                stranger.first = one.made.at.clone();
            }
            if !stranger.given.contains(&given) {
                stranger.given.push(given.clone());
                stranger.undone += usize::from(!one.is_open());
            }
        }
    }
    all.into_values().collect()
}

/// Who got something by an event.
fn accounts<'d>(kind: &Kind, made: &'d Deed) -> Vec<Option<&'d str>> {
    let of = |who: &'d str| match who {
        "*" | "all" => Some(None),
        who => {
            let account = account_of(who);
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            (is_account && account != made.account).then_some(Some(account))
        }
    };
    if kind.leaves == Leaves::Share {
        return shares(made).0.into_iter().filter_map(of).collect();
    }
    if kind.what.contains("{others}") {
        others(made).into_iter().filter_map(of).collect()
    } else {
        Vec::new()
    }
}

/// What was given, without to whom.
fn object(one: &Lasting) -> String {
    let ends = [", shared with ", ", opened to "].iter().filter_map(|word| one.what.find(word)).min();
    ends.and_then(|end| one.what.get(..end)).unwrap_or(&one.what).to_owned()
}
