//! What a report tells of an account, made from what is known.

use jiff::Timestamp;

use crate::account::time::{days_since, hours_since};
use crate::account::{Account, Administrator, Key, Known, Root, Subject, User, verdict};
use crate::counted::counted;
use crate::evidence::Bundle;
use crate::report::{AccountSection, KeyRow, Last, MemberRow, RootRow, UserRow};

pub(super) fn section(account: &Account, show_key_ids: bool) -> AccountSection {
    let made = account.report_made.get();
    let subjects = account.users_by_arn();
    AccountSection {
        number: account.number.clone(),
        partition: account.partition.clone(),
        collected_at: account.now.to_string(),
        report_made: made.map(|at| (at.to_string(), hours_since(*at, account.now))),
        caller: account.caller.get().map(|caller| (caller.kind.word().to_owned(), caller.arn.clone())),
        verdict: verdict(account),
        root: root(&account.root, account.now),
        users: account
            .users
            .iter()
            .map(|one| user(one, subjects.get(one.arn.as_str()), account.now))
            .collect(),
        show_key_ids,
        members: Vec::new(),
    }
}

/// What is told of many accounts together.
pub(super) fn section_of_many(bundle: &Bundle, members: Vec<MemberRow>) -> AccountSection {
    let manifest = &bundle.manifest;
    AccountSection {
        number: manifest.account.clone().unwrap_or_default(),
        partition: manifest.partition.clone().unwrap_or_default(),
        collected_at: manifest.collected_at.to_string(),
        caller: manifest.caller.clone().map(|arn| (String::new(), arn)),
        verdict: verdict_of_many(&members),
        members,
        ..AccountSection::default()
    }
}

fn verdict_of_many(members: &[MemberRow]) -> Vec<String> {
    let audited: Vec<&AccountSection> =
        members.iter().filter_map(|member| member.told.as_ref().ok().map(Box::as_ref)).collect();
    let count = |is: &dyn Fn(&AccountSection) -> bool| audited.iter().filter(|one| is(one)).count();
    let sum = |of: &dyn Fn(&AccountSection) -> usize| audited.iter().map(|one| of(one)).sum::<usize>();
    let left_out = members.iter().filter(|member| !member.is_meant).count();
    let missing = members.len() - audited.len() - left_out;
    let mut first = match missing {
        0 => format!("{} audited, none missing", counted(audited.len(), "account", "accounts")),
        _ => {
            let all = counted(audited.len() + missing, "account", "accounts");
            format!("{all}: {} audited, {missing} not", audited.len())
        }
    };
    if left_out > 0 {
        first.push_str(&format!("; {left_out} more excluded by the settings, or closed"));
    }
    let keys = count(&|one| one.root.access_keys == Some(true));
    let no_mfa = count(&|one| one.root.mfa == "off");
    let unknown = count(&|one| one.root.access_keys.is_none() || one.root.mfa == "unknown");
    let mut of_root = format!("root has access keys in {keys} of them, and no MFA in {no_mfa}");
    if unknown > 0 {
        of_root.push_str(&format!("; of {unknown} it is not known"));
    }
    vec![
        first,
        of_root,
        format!(
            "users: {}; with a password and without MFA: {}; active access keys: {}; administrators at all times: {}",
            sum(&|one| one.users.len()),
            sum(&AccountSection::without_mfa),
            sum(&AccountSection::active_keys),
            sum(&AccountSection::administrators)
        ),
    ]
}

fn root(root: &Root, now: Timestamp) -> RootRow {
    let used = root.used.get().copied().flatten();
    RootRow {
        arn: root.arn.clone(),
        access_keys: root.keys.get().copied(),
        password: root.password.get().copied(),
        mfa: root.mfa_word().to_owned(),
        mfa_device: root.device_word().to_owned(),
        signing_certificates: root.certificates.get().copied(),
        last_used: last(&root.used.clone().map(|used| used.map(|used| used.at)), now),
        last_used_by: used.map(|used| used.by.to_owned()),
    }
}

fn user(user: &User, subject: Option<&&Subject>, now: Timestamp) -> UserRow {
    UserRow {
        name: user.name.clone(),
        arn: user.arn.clone(),
        password: user.password.get().copied(),
        password_last_used: last(&user.password_used, now),
        mfa: user.mfa.get().copied(),
        administrator: subject.map_or(Administrator::Unknown, |one| one.administrator).word().to_owned(),
        keys: user.keys.iter().map(|one| key(one, now)).collect(),
    }
}

fn key(key: &Key, now: Timestamp) -> KeyRow {
    KeyRow {
        number: key.number,
        id: key.id.clone(),
        active: key.active.get().copied(),
        age_days: key.age_days(now).get().copied(),
        last_used: last(&key.used, now),
    }
}

fn last(at: &Known<Option<Timestamp>>, now: Timestamp) -> Last {
    match at {
        Known::Is(Some(at)) => Last::At(at.to_string(), days_since(*at, now)),
        Known::Is(None) => Last::Never,
        Known::Unknown(_) => Last::Unknown,
    }
}
