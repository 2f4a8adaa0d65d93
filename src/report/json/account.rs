//! The account in JSON. What is not known is null, or the word `unknown`.

use serde::Serialize;

use crate::report::account::{AccountSection, KeyRow, Last, MemberRow, UserRow};
use crate::report::told::Teller;

#[derive(Serialize)]
pub(super) struct Account {
    id: String,
    partition: String,
    collected_at: String,
    credential_report_made_at: Option<String>,
    credential_report_age_hours: Option<i64>,
    caller: Option<Caller>,
    verdict: Vec<String>,
    root: Root,
    users: Vec<User>,
}

/// Many accounts: what is said of all of them, and each.
#[derive(Serialize)]
pub(super) struct Accounts {
    collected_at: String,
    caller: Option<String>,
    verdict: Vec<String>,
    accounts: Vec<Member>,
}

#[derive(Serialize)]
struct Member {
    id: String,
    name: Option<String>,
    /// Why it was not audited; absent where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_audited: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Account>,
}

#[derive(Serialize)]
struct Caller {
    kind: String,
    arn: String,
}

#[derive(Serialize)]
struct Root {
    arn: String,
    access_keys: Option<bool>,
    password: Option<bool>,
    mfa: String,
    mfa_device: String,
    signing_certificates: Option<bool>,
    last_used: Used,
    last_used_by: Option<String>,
}

#[derive(Serialize)]
struct Used {
    state: &'static str,
    at: Option<String>,
    days: Option<i64>,
}

#[derive(Serialize)]
struct User {
    name: String,
    arn: String,
    password: Option<bool>,
    password_last_used: Used,
    mfa: Option<bool>,
    administrator: String,
    access_keys: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    number: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last4: Option<String>,
    active: Option<bool>,
    age_days: Option<i64>,
    last_used: Used,
}

/// Many accounts as they may be told.
pub(super) fn accounts(section: &AccountSection, teller: &Teller<'_>) -> Accounts {
    let member = |row: &MemberRow| Member {
        id: teller.name(&row.number),
        name: row.name.as_deref().map(|name| teller.name(name)),
        not_audited: row.told.as_ref().err().map(|why| teller.message(why)),
        account: row.told.as_ref().ok().map(|section| account(section, teller)),
    };
    Accounts {
        collected_at: teller.name(&section.collected_at),
        caller: section.caller.as_ref().map(|(_, arn)| teller.name(arn)),
        verdict: section.verdict.iter().map(|sentence| teller.message(sentence)).collect(),
        accounts: section.members.iter().map(member).collect(),
    }
}

/// The account as it may be told.
pub(super) fn account(section: &AccountSection, teller: &Teller<'_>) -> Account {
    let root = &section.root;
    Account {
        id: teller.name(&section.number),
        partition: teller.name(&section.partition),
        collected_at: teller.name(&section.collected_at),
        credential_report_made_at: section.report_made.as_ref().map(|(at, _)| teller.name(at)),
        credential_report_age_hours: section.report_made.as_ref().map(|(_, hours)| *hours),
        caller: section
            .caller
            .as_ref()
            .map(|(kind, arn)| Caller { kind: teller.name(kind), arn: teller.name(arn) }),
        verdict: section.verdict.iter().map(|sentence| teller.message(sentence)).collect(),
        root: Root {
            arn: teller.name(&root.arn),
            access_keys: root.access_keys,
            password: root.password,
            mfa: root.mfa.clone(),
            mfa_device: root.mfa_device.clone(),
            signing_certificates: root.signing_certificates,
            last_used: used(&root.last_used),
            last_used_by: root.last_used_by.clone(),
        },
        users: section.users.iter().map(|one| user(one, section, teller)).collect(),
    }
}

fn user(user: &UserRow, section: &AccountSection, teller: &Teller<'_>) -> User {
    User {
        name: teller.name(&user.name),
        arn: teller.name(&user.arn),
        password: user.password,
        password_last_used: used(&user.password_last_used),
        mfa: user.mfa,
        administrator: user.administrator.clone(),
        access_keys: user.keys.iter().map(|one| key(one, section.show_key_ids)).collect(),
    }
}

fn key(key: &KeyRow, whole: bool) -> Key {
    Key {
        number: key.number,
        id: key.told_id(whole).filter(|_| whole),
        last4: key.last4(),
        active: key.active,
        age_days: key.age_days,
        last_used: used(&key.last_used),
    }
}

fn used(last: &Last) -> Used {
    Used { state: last.word(), at: last.at().map(str::to_owned), days: last.days() }
}
