//! Facts as fields, for the rules under `rules/account/`. Flags are the words `yes`, `no` and `unknown`.

mod fields;
mod keys;
mod people;
mod principals;
mod whole;

use jiff::Timestamp;

pub use self::fields::CATEGORIES;
use super::Account;
use super::known::Known;
use super::time::{ago, day, days_since};
use crate::rule::judged::Judged;

/// Sigma's `logsource` of our records.
pub const PRODUCT: &str = "secretrail";
/// The service of the account surface.
pub const SERVICE: &str = "account";

impl Judged {
    fn numbers(&mut self, name: &'static str, number: &Known<i64>) {
        if let Known::Is(number) = number {
            self.number(name, *number);
        }
    }
}

/// `yes` from a number of days on.
fn over(days: &Known<i64>, most: i64) -> &'static str {
    days.clone().map(|days| days >= most).word()
}

/// `never`, `2026-01-03 (327 days ago)`, `unknown`.
pub(super) fn when(at: &Known<Option<Timestamp>>, now: Timestamp) -> String {
    match at {
        Known::Is(Some(at)) => format!("{} ({})", day(*at), ago(days_since(*at, now))),
        Known::Is(None) => "never".to_owned(),
        Known::Unknown(_) => "unknown".to_owned(),
    }
}

/// All records of an account.
pub(super) fn records(account: &Account) -> Vec<Judged> {
    let mut all = Vec::new();
    whole::add(account, &mut all);
    people::add(account, &mut all);
    keys::add(account, &mut all);
    principals::add(account, &mut all);
    all
}
