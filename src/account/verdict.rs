//! The verdict in sentences: what a reader wants to know first. What is not known is said to be so.

use super::time::{ago, day, days_since};
use super::{Account, Administrator, CallerKind, Kind, Known, Root};
use crate::counted::counted;

/// Sentences without their full stops, the most important first.
pub fn verdict(account: &Account) -> Vec<String> {
    let mut all = vec![root(&account.root, account)];
    all.extend(caller(account));
    all.extend(users(account));
    all.extend(administrators(account));
    all
}

/// `root has no access keys; MFA on, virtual; last used 2026-01-03 (327 days ago)`.
fn root(root: &Root, account: &Account) -> String {
    let keys = match &root.keys {
        Known::Is(true) => "root has access keys".to_owned(),
        Known::Is(false) => "root has no access keys".to_owned(),
        Known::Unknown(_) => "whether root has access keys is not known".to_owned(),
    };
    let mfa = match (root.mfa_word(), root.device_word()) {
        ("on", "unknown") => "MFA on, of unknown kind".to_owned(),
        ("on", device) => format!("MFA on, {device}"),
        ("off", _) => "MFA off".to_owned(),
        ("not-needed", _) => "no password either, so root cannot sign in and needs no MFA".to_owned(),
        _ => "whether it has MFA is not known".to_owned(),
    };
    let used = match &root.used {
        Known::Is(Some(last)) => {
            let days = days_since(last.at, account.now);
            let by = if last.by == "password" { String::new() } else { format!(" by {}", last.by) };
            format!("last used {} ({}){by}", day(last.at), ago(days))
        }
        Known::Is(None) => "never used".to_owned(),
        Known::Unknown(_) => "its last use is not known".to_owned(),
    };
    format!("{keys}; {mfa}; {used}")
}

fn caller(account: &Account) -> Option<String> {
    let caller = account.caller.get()?;
    Some(match caller.kind {
        CallerKind::Root => format!("you are ROOT of account {}: {}", account.number, caller.arn),
        CallerKind::AssumeRoot => {
            format!("you are in a privileged session of root (AssumeRoot) of account {}", account.number)
        }
        _ => format!("you are {}", caller.arn),
    })
}

fn users(account: &Account) -> Option<String> {
    if account.report_made.get().is_none() && account.users.is_empty() {
        return None;
    }
    let count = |test: &dyn Fn(&super::User) -> bool| account.users.iter().filter(|user| test(user)).count();
    let passwords = count(&|user| user.password.is_true());
    let without = count(&|user| user.password.is_true() && user.mfa.is_false());
    let keys: usize = account.users.iter().map(super::User::active_keys).sum();
    let all = counted(account.users.len(), "user", "users");
    let keys = counted(keys, "active access key", "active access keys");
    let unknown = count(&|user| user.password.get().is_none() || user.mfa.get().is_none());
    let unknown = if unknown > 0 { format!("; not all is known of {unknown}") } else { String::new() };
    Some(format!("{all}: {passwords} with a password, {without} of them without MFA; {keys}{unknown}"))
}

fn administrators(account: &Account) -> Option<String> {
    let subjects = account.subjects.get()?;
    let count = |kind: Kind| {
        let is =
            |subject: &&super::Subject| subject.kind == kind && subject.administrator == Administrator::Yes;
        subjects.iter().filter(is).count()
    };
    let users = counted(count(Kind::User), "user is an administrator", "users are administrators");
    let roles = counted(count(Kind::Role), "role has", "roles have");
    let unknown = subjects.iter().filter(|subject| subject.administrator == Administrator::Unknown).count();
    let unknown = if unknown > 0 { format!("; not known of {unknown} more") } else { String::new() };
    Some(format!("{users} at all times; {roles} an administrator's rights{unknown}"))
}
